//! pcapng: blocks in sections, each section with interfaces of its own.

use mizu_entry::Timestamp;

use super::{File, FileInterface, Order, PcapError, link_type};
use crate::frame::{Frame, Heading, LinkType};

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;

/// `TLSK`: a TLS key log.
const TLS_KEY_LOG: u32 = 0x544c_534b;

const OPTION_IF_NAME: u16 = 2;
const OPTION_IF_TSRESOL: u16 = 9;
const OPTION_IF_TSOFFSET: u16 = 14;
const OPTION_EPB_FLAGS: u16 = 2;

/// Interfaces of a file beyond which it is taken for damaged.
const MOST_INTERFACES: usize = 65_536;

/// Whether the bytes begin as a section does.
pub(super) fn is_section(bytes: &[u8]) -> bool {
    bytes.starts_with(&SECTION.to_be_bytes())
}

/// The section that is being read.
#[derive(Debug, Default)]
pub(super) struct Ng {
    order: Order,
    interfaces: Vec<Interface>,
    /// Interfaces of earlier sections.
    base: u32,
    /// Time of the latest packet, for packets without one.
    latest: Timestamp,
}

#[derive(Debug)]
struct Interface {
    link: Option<LinkType>,
    number: u32,
    /// Bytes kept of a packet; 0: all.
    snap: u32,
    resolution: Resolution,
    /// Seconds to add.
    offset: i64,
    told: bool,
}

/// What a unit of a timestamp is.
#[derive(Debug, Clone, Copy)]
enum Resolution {
    /// Nanoseconds in a unit.
    Coarse(u64),
    /// Units in a nanosecond, times.
    Fine(u64),
    /// Units in a second, a power of two.
    Binary(u32),
}

impl Resolution {
    /// Reads `if_tsresol`; finer than a nanosecond is cut to one.
    fn read(byte: u8) -> Self {
        let exponent = u32::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            return Self::Binary(exponent.min(63));
        }
        match exponent {
            0..=9 => Self::Coarse(10_u64.pow(9 - exponent)),
            _ => Self::Fine(10_u64.saturating_pow(exponent - 9)),
        }
    }

    fn nanos(self, units: u64) -> u64 {
        match self {
            Self::Coarse(nanos) => units.saturating_mul(nanos),
            Self::Fine(units_per_nano) => units.checked_div(units_per_nano).unwrap_or_default(),
            Self::Binary(shift) => {
                let nanos = (u128::from(units) * 1_000_000_000) >> shift;
                u64::try_from(nanos).unwrap_or(u64::MAX)
            }
        }
    }
}

impl Interface {
    fn time(&self, high: u32, low: u32) -> Timestamp {
        let units = u64::from(high) << 32 | u64::from(low);
        let offset = self.offset.unsigned_abs().saturating_mul(1_000_000_000);
        let nanos = self.resolution.nanos(units);
        Timestamp(if self.offset < 0 { nanos.saturating_sub(offset) } else { nanos.saturating_add(offset) })
    }
}

impl Ng {
    pub(super) fn next<'a>(
        &mut self,
        file: &mut File<'a>,
        interfaces: &mut Vec<FileInterface>,
        secrets: &mut Vec<&'a [u8]>,
        skipped: &mut u64,
    ) -> Option<Result<Frame<'a>, PcapError>> {
        loop {
            if file.rest().is_empty() {
                return None;
            }
            let at = file.at;
            let (kind, body) = match self.block(file) {
                Ok(block) => block,
                Err(error) => return Some(Err(error)),
            };
            match kind {
                SECTION => {
                    self.base = u32::try_from(interfaces.len()).unwrap_or(u32::MAX);
                    self.interfaces.clear();
                }
                INTERFACE if interfaces.len() >= MOST_INTERFACES => {
                    return Some(Err(PcapError::Damaged { at, what: "more interfaces than any host has" }));
                }
                INTERFACE => interfaces.push(self.interface(body)),
                DECRYPTION_SECRETS if self.order.u32(body, 0) == TLS_KEY_LOG => {
                    let len = self.order.u32(body, 4) as usize;
                    let log = body.get(8..).unwrap_or_default();
                    secrets.push(log.get(..len).unwrap_or(log));
                }
                ENHANCED_PACKET | PACKET | SIMPLE_PACKET => match self.packet(kind, body, at) {
                    Ok(Some(frame)) => return Some(Ok(frame)),
                    Ok(None) => *skipped = skipped.saturating_add(1),
                    Err(error) => {
                        *skipped = skipped.saturating_add(u64::from(!error.is_final()));
                        return Some(Err(error));
                    }
                },
                _ => {}
            }
        }
    }

    /// The type and body of the block that begins here, which is passed. A section's block sets the order of bytes.
    fn block<'a>(&mut self, file: &mut File<'a>) -> Result<(u32, &'a [u8]), PcapError> {
        let (at, rest) = (file.at, file.rest());
        if rest.len() < 12 {
            return Err(PcapError::Truncated { at, needed: 12, there: rest.len() });
        }
        if is_section(rest) {
            self.order = match rest.get(8..12) {
                Some([0x4d, 0x3c, 0x2b, 0x1a]) => Order::Little,
                Some([0x1a, 0x2b, 0x3c, 0x4d]) => Order::Big,
                _ => return Err(PcapError::Damaged { at, what: "a section without byte-order magic" }),
            };
        }
        let len = self.order.u32(rest, 4);
        if len < 12 || !len.is_multiple_of(4) {
            return Err(PcapError::Damaged { at, what: "a block of impossible length" });
        }
        let block = file.take(len.into())?;
        let body = block.get(8..block.len().saturating_sub(4)).unwrap_or_default();
        Ok((self.order.u32(block, 0), body))
    }

    fn interface(&mut self, body: &[u8]) -> FileInterface {
        let number = u32::from(self.order.u16(body, 0));
        let mut interface = Interface {
            link: link_type(number),
            number,
            snap: self.order.u32(body, 4),
            resolution: Resolution::Coarse(1000),
            offset: 0,
            told: false,
        };
        let mut name = String::new();
        for (code, value) in options(self.order, body.get(8..).unwrap_or_default()) {
            match (code, value) {
                (OPTION_IF_NAME, value) => {
                    name = String::from_utf8_lossy(value).trim_end_matches('\0').into()
                }
                (OPTION_IF_TSRESOL, [resolution, ..]) => interface.resolution = Resolution::read(*resolution),
                (OPTION_IF_TSOFFSET, value) => {
                    let raw = value.first_chunk().copied().unwrap_or_default();
                    interface.offset = match self.order {
                        Order::Little => i64::from_le_bytes(raw),
                        Order::Big => i64::from_be_bytes(raw),
                    };
                }
                _ => {}
            }
        }
        self.interfaces.push(interface);
        FileInterface { name, link: number }
    }

    /// The frame of a block of packets; `None` if its link type is not read, which was told before.
    fn packet<'a>(&mut self, kind: u32, body: &'a [u8], at: usize) -> Result<Option<Frame<'a>>, PcapError> {
        let order = self.order;
        let (index, fixed) = match kind {
            ENHANCED_PACKET => (order.u32(body, 0), 20),
            PACKET => (u32::from(order.u16(body, 0)), 20),
            _ => (0, 4),
        };
        if body.len() < fixed {
            return Err(PcapError::Damaged { at, what: "a packet block shorter than its fixed part" });
        }
        let Some(interface) = self.interfaces.get_mut(index as usize) else {
            return Err(PcapError::Damaged { at, what: "a packet of an interface that was not described" });
        };
        let number = self.base.saturating_add(index);
        let Some(link) = interface.link else {
            if interface.told {
                return Ok(None);
            }
            interface.told = true;
            return Err(PcapError::LinkType { interface: number, number: interface.number });
        };
        let data = body.get(fixed..).unwrap_or_default();
        let (captured, original_len) = if kind == SIMPLE_PACKET {
            let original = order.u32(body, 0);
            let snap = if interface.snap == 0 { u32::MAX } else { interface.snap };
            // Padding is not part of the packet: `original` bounds it where the interface's snap length does not.
            (original.min(snap).min(u32::try_from(data.len()).unwrap_or(u32::MAX)), original)
        } else {
            self.latest = interface.time(order.u32(body, 4), order.u32(body, 8));
            (order.u32(body, 12), order.u32(body, 16))
        };
        let Some(bytes) = data.get(..captured as usize) else {
            return Err(PcapError::Damaged { at, what: "a packet longer than its block" });
        };
        let mut heading = Heading::Unknown;
        let padded = (captured as usize).next_multiple_of(4);
        if kind == ENHANCED_PACKET && data.len() > padded {
            for (code, value) in options(order, data.get(padded..).unwrap_or_default()) {
                if code == OPTION_EPB_FLAGS {
                    heading = match order.u32(value, 0) & 3 {
                        1 => Heading::Incoming,
                        2 => Heading::Outgoing,
                        _ => Heading::Unknown,
                    };
                }
            }
        }
        Ok(Some(Frame { at: self.latest, link, interface: number, heading, bytes, original_len }))
    }
}

/// The options of a block; what is cut ends them.
fn options(order: Order, mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let code = order.u16(bytes, 0);
        if bytes.len() < 4 || code == 0 {
            return None;
        }
        let len = usize::from(order.u16(bytes, 2));
        let value = bytes.get(4..4 + len)?;
        bytes = bytes.get(4 + len.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    })
}
