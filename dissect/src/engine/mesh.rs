//! Service meshes as a tap in the pod's network namespace sees them.
//!
//! An application's outbound connection is redirected to its proxy: its segments go to 127.0.0.1 and the proxy's port,
//! and the proxy's answers bear the address that the application asked for, since the redirection is undone before the
//! tap. The handshake joins both: the same client, and an acknowledgement of the client's SYN.

use mizu_entry::{Endpoint, Leg};
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};

use crate::flow::Index;

/// Where proxies take redirected connections: Istio out and in, Linkerd out and in.
const PORTS: [u16; 4] = [15001, 15006, 4140, 4143];
/// The address from which Istio's proxy calls its application.
const INBOUND: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 6));
/// Connections to a proxy whose answer is awaited.
const ASKED: usize = 256;

/// A SYN to a proxy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) client: Endpoint,
    pub(super) net: u64,
    /// The client's end in the connection's key.
    pub(super) end: usize,
    pub(super) index: Index,
    /// The SYN's sequence number.
    pub(super) seq: u32,
}

/// What is known of the mesh.
#[derive(Debug, Default)]
pub(super) struct Mesh {
    /// The interface that application and proxy talk on; known once they do.
    interface: Option<u32>,
    asked: VecDeque<Asked>,
}

impl Mesh {
    /// Whether a connection is between an application and its proxy. Takes note of the first.
    pub(super) fn is_app_leg(&mut self, ends: &[Endpoint; 2], interface: u32) -> bool {
        let is =
            ends.iter().any(|end| end.ip == INBOUND || (end.ip.is_loopback() && PORTS.contains(&end.port)));
        if is {
            self.interface = Some(interface);
        }
        is
    }

    /// The part of its way that an exchange was captured on.
    pub(super) fn leg(&self, is_app_leg: bool, interface: u32) -> Leg {
        match self.interface {
            _ if is_app_leg => Leg::App,
            Some(own) if own != interface => Leg::Proxy,
            _ => Leg::Direct,
        }
    }

    /// Remembers a SYN to a proxy.
    pub(super) fn asked(&mut self, asked: Asked) {
        if self.asked.len() >= ASKED {
            self.asked.pop_front();
        }
        self.asked.push_back(asked);
    }

    /// The SYN that a SYN with an acknowledgement to `client` answers.
    pub(super) fn answered(&mut self, client: Endpoint, net: u64, ack: u32) -> Option<Asked> {
        let is =
            |asked: &Asked| asked.client == client && asked.net == net && asked.seq.wrapping_add(1) == ack;
        let place = self.asked.iter().rposition(is)?;
        self.asked.remove(place)
    }
}
