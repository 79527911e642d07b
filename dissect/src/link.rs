//! Frames to TCP segments: link headers, VLAN tags, MPLS, PPPoE, tunnels, IPv4 and IPv6.
//!
//! In: a frame as captured. Out: the TCP segment inside it, borrowed from the frame, or the IP fragment that has to be
//! joined with others first (`defrag`), or nothing that is followed. Lengths are taken from the innermost header that
//! has one; where the capture cut the packet, the segment says how many bytes of its payload are missing. Checksums are
//! never looked at: with offloading they are not there yet on most captured packets.

mod ethernet;
mod ip;
mod tunnel;

use crate::frame::{Frame, Heading, LinkType};

/// Tunnels inside one another that are followed.
const TUNNELS: u8 = 3;
/// Headers of a frame that are read; more are taken for nonsense.
const LAYERS: usize = 32;

/// Both ends of a packet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Addresses {
    /// IPv4 addresses are the low 32 bits.
    pub(crate) source: u128,
    pub(crate) destination: u128,
    pub(crate) v6: bool,
    /// What keeps networks with equal addresses apart: the VLANs that the packet came in. 0 without any. The numbers of
    /// tunnels are no part of it: Cilium's name the sender, and so differ by direction.
    pub(crate) scope: u32,
}

/// A TCP segment (RFC 9293).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment<'a> {
    pub(crate) addresses: Addresses,
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: Flags,
    pub(crate) payload: &'a [u8],
    /// Bytes of the payload behind `payload` that the capture cut off.
    pub(crate) missing: u32,
    /// Which way it went, where the link header says so.
    pub(crate) heading: Heading,
}

/// The flags of a TCP segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags(pub(crate) u8);

impl Flags {
    pub(crate) const fn fin(self) -> bool {
        self.0 & 0x01 != 0
    }

    pub(crate) const fn syn(self) -> bool {
        self.0 & 0x02 != 0
    }

    pub(crate) const fn rst(self) -> bool {
        self.0 & 0x04 != 0
    }

    pub(crate) const fn ack(self) -> bool {
        self.0 & 0x10 != 0
    }
}

/// A piece of an IP packet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fragment<'a> {
    pub(crate) addresses: Addresses,
    pub(crate) id: u32,
    pub(crate) protocol: u8,
    /// Place of `bytes` in the packet's payload.
    pub(crate) offset: u32,
    /// Whether more comes behind it.
    pub(crate) more: bool,
    pub(crate) bytes: &'a [u8],
    pub(crate) heading: Heading,
    tunnels: u8,
}

/// What a frame holds.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    Tcp(Segment<'a>),
    Fragment(Fragment<'a>),
    /// Nothing that is followed: another protocol, or cut before the end of the headers.
    Other,
}

/// A header to read next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Ethernet,
    /// IEEE 802.2 LLC with SNAP.
    Llc,
    EtherType(u16),
    /// IPv4 or IPv6 by the version nibble.
    Ip,
    /// The payload of an IP packet, by protocol number.
    Transport(u8),
}

/// Bytes under way through the layers.
#[derive(Debug, Clone, Copy)]
struct Walk<'a> {
    bytes: &'a [u8],
    /// Bytes behind `bytes` that the capture cut off, by the word of the latest header that has a length.
    missing: u32,
    addresses: Addresses,
    heading: Heading,
    tunnels: u8,
}

/// What reading a header gave.
enum Step<'a> {
    Next(Layer),
    Done(Found<'a>),
}

/// Reads a frame down to its TCP segment.
#[inline]
pub(crate) fn read<'a>(frame: &Frame<'a>) -> Found<'a> {
    let cut = frame.original_len.saturating_sub(u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX));
    let mut walk = Walk {
        bytes: frame.bytes,
        missing: cut,
        addresses: Addresses::default(),
        heading: frame.heading,
        tunnels: 0,
    };
    let layer = match frame.link {
        LinkType::Ethernet => Some(Layer::Ethernet),
        LinkType::EtherType(number) => Some(Layer::EtherType(number)),
        LinkType::Ip => Some(Layer::Ip),
        LinkType::Null | LinkType::Loop => walk.skip(4).map(|()| Layer::Ip),
        LinkType::Fddi => walk.skip(13).map(|()| Layer::Llc),
        LinkType::LinuxCooked => walk.cooked(),
        LinkType::LinuxCooked2 => walk.cooked2(),
    };
    layer.map_or(Found::Other, |layer| walk.run(layer))
}

/// Reads on in a packet that was joined from `fragment` and others.
pub(crate) fn resume<'a>(fragment: &Fragment<'_>, packet: &'a [u8]) -> Found<'a> {
    let walk = Walk {
        bytes: packet,
        missing: 0,
        addresses: fragment.addresses,
        heading: fragment.heading,
        tunnels: fragment.tunnels,
    };
    walk.run(Layer::Transport(fragment.protocol))
}

impl<'a> Walk<'a> {
    #[inline]
    fn run(mut self, mut layer: Layer) -> Found<'a> {
        for _ in 0..LAYERS {
            let step = match layer {
                Layer::Ethernet => self.ethernet(),
                Layer::Llc => self.llc(),
                Layer::EtherType(number) => self.ether_type(number),
                Layer::Ip => self.ip(),
                Layer::Transport(6) => return self.tcp().map_or(Found::Other, Found::Tcp),
                Layer::Transport(protocol) => self.tunnel(protocol),
            };
            match step {
                Some(Step::Next(next)) => layer = next,
                Some(Step::Done(found)) => return found,
                None => return Found::Other,
            }
        }
        Found::Other
    }

    /// Passes over `count` bytes.
    #[inline]
    fn skip(&mut self, count: usize) -> Option<()> {
        self.bytes = self.bytes.get(count..)?;
        Some(())
    }

    #[inline]
    fn u16(&self, at: usize) -> Option<u16> {
        self.bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
    }

    #[inline]
    fn u32(&self, at: usize) -> Option<u32> {
        self.bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
    }

    /// Keeps the `declared` bytes that a header says there are, and notes how many of them were cut off.
    #[inline]
    fn bound(&mut self, declared: usize) {
        match self.bytes.get(..declared) {
            Some(bytes) => {
                self.bytes = bytes;
                self.missing = 0;
            }
            None => {
                let cut = declared.saturating_sub(self.bytes.len());
                self.missing = u32::try_from(cut).unwrap_or(u32::MAX);
            }
        }
    }

    /// Enters a tunnel, if not too deep in tunnels already.
    fn enter(&mut self, inner: Layer) -> Option<Step<'a>> {
        self.tunnels = self.tunnels.saturating_add(1);
        (self.tunnels <= TUNNELS).then_some(Step::Next(inner))
    }

    #[inline]
    fn tcp(&self) -> Option<Segment<'a>> {
        let header: &[u8; 20] = self.bytes.first_chunk()?;
        let [s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, length, flags, ..] = *header;
        let header_len = usize::from(length >> 4) * 4;
        if header_len < 20 {
            return None;
        }
        Some(Segment {
            addresses: self.addresses,
            source_port: u16::from_be_bytes([s0, s1]),
            destination_port: u16::from_be_bytes([d0, d1]),
            seq: u32::from_be_bytes([q0, q1, q2, q3]),
            ack: u32::from_be_bytes([a0, a1, a2, a3]),
            flags: Flags(flags),
            payload: self.bytes.get(header_len..)?,
            missing: self.missing,
            heading: self.heading,
        })
    }
}

#[cfg(test)]
mod tests;
