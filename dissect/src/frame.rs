//! What a capture hands to the engine, and what the engine hands on.

use mizu_entry::{Entry, Timestamp};

/// How a frame's bytes begin: the link types of captures (LINKTYPE numbers of the pcap registry).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkType {
    /// BSD loopback, 4 bytes of family in the host's order (0).
    Null,
    /// Ethernet (1).
    Ethernet,
    /// FDDI with LLC/SNAP (10).
    Fddi,
    /// IPv4 or IPv6, told by the version nibble (101, 12, 14, 228, 229).
    Ip,
    /// OpenBSD loopback, 4 bytes of family in network order (108).
    Loop,
    /// Linux cooked (113).
    LinuxCooked,
    /// Linux cooked, version 2 (276).
    LinuxCooked2,
    /// No link header: the payload of the EtherType named (an `AF_PACKET` `SOCK_DGRAM` socket).
    EtherType(u16),
}

impl LinkType {
    /// The link type of that number in a capture file; `None` for one that is not read.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            0 => Some(Self::Null),
            1 => Some(Self::Ethernet),
            10 => Some(Self::Fddi),
            12 | 14 | 101 | 228 | 229 => Some(Self::Ip),
            108 => Some(Self::Loop),
            113 => Some(Self::LinuxCooked),
            276 => Some(Self::LinuxCooked2),
            _ => None,
        }
    }
}

/// Which way a packet went, by the word of the kernel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Heading {
    /// Not told (files), or loopback.
    #[default]
    Unknown,
    /// To this host.
    Incoming,
    /// From this host.
    Outgoing,
}

/// A packet as captured.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// When.
    pub at: Timestamp,
    /// How `bytes` begin.
    pub link: LinkType,
    /// The interface's index.
    pub interface: u32,
    /// Which way it went.
    pub heading: Heading,
    /// The bytes captured.
    pub bytes: &'a [u8],
    /// Bytes that the packet had; more than `bytes` if the capture cut it.
    pub original_len: u32,
}

/// Takes entries. The entry's memory is used again after the call: what is to be kept is copied or encoded.
pub trait Sink {
    /// One entry. It may be changed in place (redaction).
    fn entry(&mut self, entry: &mut Entry);
}
