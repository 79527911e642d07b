//! Classic pcap: one header, then records of one interface.

use mizu_entry::Timestamp;

use super::{File, Order, PcapError, link_type};
use crate::frame::{Frame, Heading, LinkType};

/// Bytes of the file's header.
pub(super) const HEADER: usize = 24;

/// What the header says of all records.
#[derive(Debug)]
pub(super) struct Classic {
    order: Order,
    /// Nanoseconds of one unit of the records' fractions.
    unit: u32,
    /// Bytes of a record's header: 16, or 24 in the "modified" format of old Linux kernels.
    record: usize,
    link: Option<LinkType>,
    link_number: u32,
    told: bool,
}

impl Classic {
    /// Reads the file's header; with the number of the link type. `None` if it is not one of classic pcap.
    pub(super) fn open(bytes: &[u8]) -> Result<Option<(Self, u32)>, PcapError> {
        let (order, unit, record) = match bytes {
            [0xd4, 0xc3, 0xb2, 0xa1, ..] => (Order::Little, 1000, 16),
            [0xa1, 0xb2, 0xc3, 0xd4, ..] => (Order::Big, 1000, 16),
            [0x4d, 0x3c, 0xb2, 0xa1, ..] => (Order::Little, 1, 16),
            [0xa1, 0xb2, 0x3c, 0x4d, ..] => (Order::Big, 1, 16),
            [0x34, 0xcd, 0xb2, 0xa1, ..] => (Order::Little, 1000, 24),
            [0xa1, 0xb2, 0xcd, 0x34, ..] => (Order::Big, 1000, 24),
            _ => return Ok(None),
        };
        if bytes.len() < HEADER {
            return Err(PcapError::Truncated { at: 0, needed: HEADER as u64, there: bytes.len() });
        }
        let link_number = order.u32(bytes, 20) & 0xffff;
        let classic = Self { order, unit, record, link: link_type(link_number), link_number, told: false };
        Ok(Some((classic, link_number)))
    }

    #[inline]
    pub(super) fn next<'a>(
        &mut self,
        file: &mut File<'a>,
        skipped: &mut u64,
    ) -> Option<Result<Frame<'a>, PcapError>> {
        loop {
            let header = file.rest();
            if header.is_empty() {
                return None;
            }
            if header.len() < self.record {
                let (at, there) = (file.at, header.len());
                return Some(Err(PcapError::Truncated { at, needed: self.record as u64, there }));
            }
            let seconds = self.order.u32(header, 0);
            let fraction = self.order.u32(header, 4);
            let captured = self.order.u32(header, 8);
            let original_len = self.order.u32(header, 12);
            let bytes = match file.take(u64::from(captured).saturating_add(self.record as u64)) {
                Ok(record) => record.get(self.record..).unwrap_or_default(),
                Err(error) => return Some(Err(error)),
            };
            let Some(link) = self.link else {
                *skipped = skipped.saturating_add(1);
                if self.told {
                    continue;
                }
                self.told = true;
                return Some(Err(PcapError::LinkType { interface: 0, number: self.link_number }));
            };
            let at = Timestamp::new(u64::from(seconds), fraction.saturating_mul(self.unit));
            return Some(Ok(Frame {
                at,
                link,
                interface: 0,
                heading: Heading::Unknown,
                bytes,
                original_len,
            }));
        }
    }
}
