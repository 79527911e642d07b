//! The name of a connection: both ends, ordered, so that both directions have the same one.

use mizu_entry::Endpoint;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::link::Segment;

/// Both ends of a connection, the lower first. Ends are numbered by it: 0 is the lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    low: u128,
    high: u128,
    ports: u32,
    /// The VLANs, and the version of IP.
    net: u64,
}

impl Key {
    /// The name of a segment's connection, and the number of the end that sent it.
    #[inline]
    pub(crate) fn of(segment: &Segment<'_>) -> (Self, usize) {
        let addresses = &segment.addresses;
        let net = u64::from(addresses.scope) << 1 | u64::from(addresses.v6);
        let (source, destination) = (addresses.source, addresses.destination);
        let (from, to) = (segment.source_port, segment.destination_port);
        if (source, from) <= (destination, to) {
            (Self { low: source, high: destination, ports: pair(from, to), net }, 0)
        } else {
            (Self { low: destination, high: source, ports: pair(to, from), net }, 1)
        }
    }

    /// The address and port of an end.
    pub(crate) fn endpoint(&self, end: usize) -> Endpoint {
        let (address, port) = if end == 0 { (self.low, self.ports >> 16) } else { (self.high, self.ports) };
        let ip = if self.net & 1 == 1 {
            IpAddr::V6(Ipv6Addr::from(address))
        } else {
            IpAddr::V4(Ipv4Addr::from(address as u32))
        };
        Endpoint { ip, port: port as u16 }
    }

    /// What keeps networks apart.
    pub(crate) const fn net(&self) -> u64 {
        self.net
    }
}

const fn pair(low: u16, high: u16) -> u32 {
    (low as u32) << 16 | high as u32
}
