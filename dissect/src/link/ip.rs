//! IPv4 (RFC 791) and IPv6 (RFC 8200) with its extension headers and jumbograms (RFC 2675).

use super::{Found, Fragment, Layer, Step, Walk};

/// Extension headers of a packet that are passed.
const EXTENSIONS: usize = 8;

impl<'a> Walk<'a> {
    pub(super) fn ip(&mut self) -> Option<Step<'a>> {
        match self.bytes.first()? >> 4 {
            4 => self.ip4(),
            6 => self.ip6(),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn ip4(&mut self) -> Option<Step<'a>> {
        let header: &[u8; 20] = self.bytes.first_chunk()?;
        let [version, _, l0, l1, i0, i1, f0, f1, _, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = *header;
        let header_len = usize::from(version & 0x0f) * 4;
        if version >> 4 != 4 || header_len < 20 {
            return None;
        }
        self.addresses.source = u32::from_be_bytes([s0, s1, s2, s3]).into();
        self.addresses.destination = u32::from_be_bytes([d0, d1, d2, d3]).into();
        self.addresses.v6 = false;
        // A length of 0 is that of a packet which was to be segmented by the card, and longer than 16 bits say.
        let total = usize::from(u16::from_be_bytes([l0, l1]));
        if total != 0 {
            self.bound(total);
        }
        self.skip(header_len)?;
        let fragment = u16::from_be_bytes([f0, f1]);
        let (more, offset) = (fragment & 0x2000 != 0, u32::from(fragment & 0x1fff) * 8);
        if !more && offset == 0 {
            return Some(Step::Next(Layer::Transport(protocol)));
        }
        let id = u16::from_be_bytes([i0, i1]).into();
        self.fragment(id, protocol, offset, more)
    }

    pub(super) fn ip6(&mut self) -> Option<Step<'a>> {
        let header: &[u8; 40] = self.bytes.first_chunk()?;
        if header.first()? >> 4 != 6 {
            return None;
        }
        let length = usize::from(self.u16(4)?);
        let mut next = *header.get(6)?;
        self.addresses.source = u128::from_be_bytes(*header.get(8..)?.first_chunk()?);
        self.addresses.destination = u128::from_be_bytes(*header.get(24..)?.first_chunk()?);
        self.addresses.v6 = true;
        self.skip(40)?;
        if length != 0 {
            self.bound(length);
        } else if next == 0
            && let Some(jumbo) = self.jumbo()
        {
            self.bound(jumbo);
        }
        for _ in 0..EXTENSIONS {
            let len = match next {
                // Hop-by-hop, routing, destination options, mobility.
                0 | 43 | 60 | 135 => (usize::from(*self.bytes.get(1)?) + 1) * 8,
                // Authentication (RFC 4302).
                51 => (usize::from(*self.bytes.get(1)?) + 2) * 4,
                44 => {
                    let inner = *self.bytes.first()?;
                    let (place, id) = (self.u16(2)?, self.u32(4)?);
                    self.skip(8)?;
                    let (more, offset) = (place & 1 != 0, u32::from(place & 0xfff8));
                    if more || offset != 0 {
                        return self.fragment(id, inner, offset, more);
                    }
                    next = inner;
                    continue;
                }
                _ => return Some(Step::Next(Layer::Transport(next))),
            };
            next = *self.bytes.first()?;
            self.skip(len)?;
        }
        None
    }

    /// The length in a jumbo payload option, which is the first of a hop-by-hop header where Linux sends one.
    fn jumbo(&self) -> Option<usize> {
        matches!(self.bytes.get(2..4)?, [0xc2, 4]).then(|| self.u32(4)).flatten().map(|len| len as usize)
    }

    /// A fragment that the capture cut cannot be joined.
    fn fragment(&self, id: u32, protocol: u8, offset: u32, more: bool) -> Option<Step<'a>> {
        if self.missing > 0 {
            return None;
        }
        Some(Step::Done(Found::Fragment(Fragment {
            addresses: self.addresses,
            id,
            protocol,
            offset,
            more,
            bytes: self.bytes,
            heading: self.heading,
            tunnels: self.tunnels,
        })))
    }
}
