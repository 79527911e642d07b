//! TCP packets taken apart and put together again: what tests need to bend a capture.
//!
//! In: the frames of a capture. Out: [`Packet`]s that can be cut, moved, renamed, dropped, and made into frames again
//! (raw IP without VLAN tags and tunnels). Fragments and all that is not TCP are left out.

use std::net::IpAddr;

use mizu_entry::{Endpoint, Timestamp};

use crate::frame::{Frame, Heading, LinkType};
use crate::link::{self, Found};

/// FIN in [`Packet::flags`].
pub const FIN: u8 = 0x01;
/// SYN in [`Packet::flags`].
pub const SYN: u8 = 0x02;
/// RST in [`Packet::flags`].
pub const RST: u8 = 0x04;
/// ACK in [`Packet::flags`].
pub const ACK: u8 = 0x10;

/// A TCP packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// When it was captured.
    pub at: Timestamp,
    /// Who sent it.
    pub source: Endpoint,
    /// Who was to get it.
    pub destination: Endpoint,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number, of use with [`ACK`].
    pub ack: u32,
    /// TCP flags.
    pub flags: u8,
    /// The payload, as far as captured.
    pub payload: Vec<u8>,
    /// Bytes of the payload that the capture cut off.
    pub missing: u32,
}

impl Packet {
    /// The TCP packet in a frame.
    #[must_use]
    pub fn read(frame: &Frame<'_>) -> Option<Self> {
        let Found::Tcp(segment) = link::read(frame) else { return None };
        let (key, end) = crate::flow::Key::of(&segment);
        Some(Self {
            at: frame.at,
            source: key.endpoint(end),
            destination: key.endpoint(1 - end),
            seq: segment.seq,
            ack: segment.ack,
            flags: segment.flags.0,
            payload: segment.payload.to_vec(),
            missing: segment.missing,
        })
    }

    /// The same in pieces of at most `size` bytes of payload, captured at the same time.
    #[must_use]
    pub fn cut(&self, size: usize) -> Vec<Self> {
        if self.payload.len() <= size || self.flags & SYN != 0 {
            return vec![self.clone()];
        }
        let pieces = self.payload.len().div_ceil(size.max(1));
        let mut offset = 0;
        let mut out = Vec::with_capacity(pieces);
        for (n, part) in self.payload.chunks(size.max(1)).enumerate() {
            let is_last = n + 1 == pieces;
            out.push(Self {
                seq: self.seq.wrapping_add(offset),
                flags: if is_last { self.flags } else { self.flags & !(FIN | RST) },
                payload: part.to_vec(),
                missing: if is_last { self.missing } else { 0 },
                ..self.clone()
            });
            offset = offset.wrapping_add(u32::try_from(part.len()).unwrap_or(u32::MAX));
        }
        out
    }

    /// Its bytes as a raw IP packet, and the length that it had before the capture cut it.
    #[must_use]
    pub fn bytes(&self) -> (Vec<u8>, u32) {
        let segment = 20 + self.payload.len() + self.missing as usize;
        let mut out = Vec::with_capacity(60 + self.payload.len());
        match (self.source.ip, self.destination.ip) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                // 0 stands for a length beyond 16 bits.
                let total = u16::try_from(segment + 20).unwrap_or(0).to_be_bytes();
                out.extend([0x45, 0]);
                out.extend(total);
                out.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
                out.extend(source.octets());
                out.extend(destination.octets());
            }
            (source, destination) => {
                let bits = |ip: IpAddr| match ip {
                    IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
                    IpAddr::V6(ip) => ip.octets(),
                };
                out.extend([0x60, 0, 0, 0]);
                out.extend(u16::try_from(segment).unwrap_or(0).to_be_bytes());
                out.extend([6, 64]);
                out.extend(bits(source));
                out.extend(bits(destination));
            }
        }
        out.extend(self.source.port.to_be_bytes());
        out.extend(self.destination.port.to_be_bytes());
        out.extend(self.seq.to_be_bytes());
        out.extend(self.ack.to_be_bytes());
        out.extend([0x50, self.flags, 0xff, 0xff, 0, 0, 0, 0]);
        out.extend_from_slice(&self.payload);
        let original = u32::try_from(out.len()).unwrap_or(u32::MAX).saturating_add(self.missing);
        (out, original)
    }

    /// Shows it to `look` as a frame.
    pub fn with_frame<T>(&self, look: impl FnOnce(Frame<'_>) -> T) -> T {
        let (bytes, original_len) = self.bytes();
        look(Frame {
            at: self.at,
            link: LinkType::Ip,
            interface: 0,
            heading: Heading::Unknown,
            bytes: &bytes,
            original_len,
        })
    }
}
