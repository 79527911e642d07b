//! Link headers and what stands between them and IP: Ethernet, LLC, Linux cooked, VLAN, MPLS, PPPoE.

use super::{Layer, Step, Walk};
use crate::frame::Heading;

/// The hardware type of loopback interfaces (`ARPHRD_LOOPBACK`).
const LOOPBACK: u16 = 772;

impl<'a> Walk<'a> {
    #[inline]
    pub(super) fn ethernet(&mut self) -> Option<Step<'a>> {
        let number = self.u16(12)?;
        self.skip(14)?;
        // Below 1536 the field is the length of an IEEE 802.3 frame.
        Some(Step::Next(if number < 0x600 { Layer::Llc } else { Layer::EtherType(number) }))
    }

    pub(super) fn llc(&mut self) -> Option<Step<'a>> {
        if !self.bytes.starts_with(&[0xaa, 0xaa, 0x03]) {
            return None;
        }
        let number = self.u16(6)?;
        self.skip(8)?;
        Some(Step::Next(Layer::EtherType(number)))
    }

    /// `LINKTYPE_LINUX_SLL`.
    pub(super) fn cooked(&mut self) -> Option<Layer> {
        let (kind, hardware, number) = (self.u16(0)?, self.u16(2)?, self.u16(14)?);
        self.heading = heading(kind, hardware);
        self.skip(16)?;
        Some(cooked_layer(number))
    }

    /// `LINKTYPE_LINUX_SLL2`.
    pub(super) fn cooked2(&mut self) -> Option<Layer> {
        let (number, hardware, kind) = (self.u16(0)?, self.u16(8)?, self.u16(10)? >> 8);
        self.heading = heading(kind, hardware);
        self.skip(20)?;
        Some(cooked_layer(number))
    }

    #[inline]
    pub(super) fn ether_type(&mut self, number: u16) -> Option<Step<'a>> {
        match number {
            0x0800 => self.ip4(),
            0x86dd => self.ip6(),
            // 802.1Q, 802.1ad and its forerunners.
            0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
                let (tag, inner) = (self.u16(0)? & 0x0fff, self.u16(2)?);
                self.skip(4)?;
                // VLAN 0 means "only a priority".
                if tag != 0 {
                    let scope = self.addresses.scope;
                    self.addresses.scope = scope.wrapping_mul(0x9e37_79b1).wrapping_add(tag.into());
                }
                Some(Step::Next(Layer::EtherType(inner)))
            }
            // VN-Tag (802.1BR's forerunner).
            0x8926 => {
                let inner = self.u16(4)?;
                self.skip(6)?;
                Some(Step::Next(Layer::EtherType(inner)))
            }
            0x8847 | 0x8848 => self.mpls(),
            // PPPoE session (RFC 2516): its header, then the protocol of PPP.
            0x8864 => {
                let protocol = self.u16(6)?;
                self.skip(8)?;
                matches!(protocol, 0x0021 | 0x0057).then_some(Step::Next(Layer::Ip))
            }
            // Ethernet inside GRE or Geneve.
            0x6558 => Some(Step::Next(Layer::Ethernet)),
            _ => None,
        }
    }

    /// A stack of labels (RFC 3032); what is under it is told by its first nibble.
    fn mpls(&mut self) -> Option<Step<'a>> {
        loop {
            let bottom = self.u32(0)? & 0x100 != 0;
            self.skip(4)?;
            if bottom {
                break;
            }
        }
        match self.bytes.first()? >> 4 {
            4 | 6 => Some(Step::Next(Layer::Ip)),
            // The control word of a pseudowire (RFC 4385), which carries Ethernet.
            0 => {
                self.skip(4)?;
                self.enter(Layer::Ethernet)
            }
            _ => self.enter(Layer::Ethernet),
        }
    }
}

/// The packet type of `sockaddr_ll`: 4 was sent by this host, 0 came to it.
fn heading(kind: u16, hardware: u16) -> Heading {
    match kind {
        _ if hardware == LOOPBACK => Heading::Unknown,
        0 => Heading::Incoming,
        4 => Heading::Outgoing,
        _ => Heading::Unknown,
    }
}

/// Numbers below 1536 are Linux's own: 4 is LLC.
fn cooked_layer(number: u16) -> Layer {
    if number == 4 { Layer::Llc } else { Layer::EtherType(number) }
}
