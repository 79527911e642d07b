//! Packets inside packets: IPIP, 6in4, GRE with ERSPAN, MPLS in IP, VXLAN, Geneve.

use super::{Layer, Step, Walk};

/// Ports of VXLAN: the standard's (RFC 7348) and Linux's old default, which flannel uses.
const VXLAN: [u16; 2] = [4789, 8472];
/// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe).
const VXLAN_GPE: u16 = 4790;
/// Geneve (RFC 8926).
const GENEVE: u16 = 6081;

impl<'a> Walk<'a> {
    /// What an IP packet carries that is not TCP.
    pub(super) fn tunnel(&mut self, protocol: u8) -> Option<Step<'a>> {
        match protocol {
            4 | 41 => self.enter(Layer::Ip),
            17 => self.udp(),
            47 => self.gre(),
            137 => self.enter(Layer::EtherType(0x8847)),
            _ => None,
        }
    }

    fn udp(&mut self) -> Option<Step<'a>> {
        let port = self.u16(2)?;
        self.skip(8)?;
        if VXLAN.contains(&port) {
            // The flag says that there is a network's number; all others are reserved or Cisco's group policy.
            if self.bytes.first()? & 0x08 == 0 {
                return None;
            }
            self.skip(8)?;
            return self.enter(Layer::Ethernet);
        }
        match port {
            VXLAN_GPE => {
                let inner = match self.bytes.get(3)? {
                    1 | 2 => Layer::Ip,
                    3 => Layer::Ethernet,
                    _ => return None,
                };
                self.skip(8)?;
                self.enter(inner)
            }
            GENEVE => {
                let first = *self.bytes.first()?;
                let inner = self.u16(2)?;
                if first >> 6 != 0 {
                    return None;
                }
                self.skip(8 + usize::from(first & 0x3f) * 4)?;
                self.enter(Layer::EtherType(inner))
            }
            _ => None,
        }
    }

    /// RFC 2784 and 2890; the enhanced form of PPTP is not read.
    fn gre(&mut self) -> Option<Step<'a>> {
        let (flags, inner) = (self.u16(0)?, self.u16(2)?);
        if flags & 0x07 != 0 {
            return None;
        }
        let optional = [0x8000, 0x2000, 0x1000].iter().filter(|bit| flags & **bit != 0).count();
        let routing = flags & 0x4000 != 0;
        if routing {
            return None;
        }
        self.skip(4 + optional * 4)?;
        let sequenced = flags & 0x1000 != 0;
        match inner {
            // ERSPAN: type I has no header, type II has 8 bytes.
            0x88be => {
                self.skip(if sequenced { 8 } else { 0 })?;
                self.enter(Layer::Ethernet)
            }
            // ERSPAN type III: 12 bytes, and 8 more if the last bit says so.
            0x22eb => {
                let more = self.bytes.get(11)? & 1 != 0;
                self.skip(if more { 20 } else { 12 })?;
                self.enter(Layer::Ethernet)
            }
            _ => self.enter(Layer::EtherType(inner)),
        }
    }
}
