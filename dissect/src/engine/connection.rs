//! One TCP connection: its streams, what is said on it, and the facts that its entries bear.

use mizu_entry::{Endpoint, Timestamp};

use crate::cx::Pool;
use crate::frame::Heading;
use crate::link::Segment;
use crate::stream::Streams;
use crate::talk::{RoleBy, Roles, Search, Talk};

/// A connection that is followed.
#[derive(Debug, Default)]
pub(super) struct Connection {
    pub(super) streams: Streams,
    pub(super) talk: Talk,
    pub(super) facts: Facts,
    /// Memory that it holds, as of the latest count.
    pub(super) held: usize,
    /// Whether a timer runs for it.
    pub(super) timed: bool,
    /// Whether what it held was dropped because it was silent.
    pub(super) rested: bool,
}

/// What is known of a connection besides its bytes. Ends are numbered as in its key.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Facts {
    pub(super) id: u64,
    pub(super) endpoints: [Endpoint; 2],
    pub(super) roles: Roles,
    pub(super) interface: u32,
    /// The end that is on this host, where the capture tells.
    pub(super) local: Option<usize>,
    /// Its beginning was not captured.
    pub(super) midstream: bool,
    /// Packets of it were cut.
    pub(super) snapped: bool,
    pub(super) has_data: bool,
    /// Bytes of it that were seen.
    pub(super) seen: u64,
    /// Between an application and its proxy in a mesh.
    pub(super) is_app_leg: bool,
    /// Whether it was counted as one that is not followed.
    pub(super) counted: bool,
    /// Offsets behind the latest bytes of both ends, where bytes came.
    pub(super) offsets: [Option<u64>; 2],
    /// When the latest bytes were captured.
    pub(super) latest: Timestamp,
}

impl Connection {
    /// Takes up a new connection.
    pub(super) fn begin(&mut self, id: u64, endpoints: [Endpoint; 2], interface: u32) {
        let [low, high] = endpoints;
        let client = usize::from(high.port > low.port);
        let roles = Roles { client, by: RoleBy::Port };
        self.facts = Facts { id, endpoints, roles, interface, ..Facts::default() };
    }

    /// Forgets everything but its memory.
    pub(super) fn clear(&mut self, pool: &mut Pool) {
        self.streams.clear(pool);
        self.talk = Talk::default();
        self.facts = Facts::default();
        self.held = 0;
        self.timed = false;
        self.rested = false;
    }

    /// The first segment seen of it is none that begins a connection.
    pub(super) fn miss_start(&mut self) {
        self.facts.midstream = true;
        self.talk = Talk::Unknown(Search::midway());
    }

    /// Learns from a SYN of an end.
    pub(super) fn shake_hands(&mut self, segment: &Segment<'_>, end: usize) {
        if segment.flags.ack() {
            self.facts.roles.set(1 - end, RoleBy::SynAck);
        } else {
            self.facts.roles.set(end, RoleBy::Syn);
        }
        // A handshake that comes behind the first bytes of the connection.
        if std::mem::take(&mut self.facts.midstream) && !self.facts.has_data {
            self.talk = Talk::default();
        }
    }

    /// Learns from any segment of an end.
    #[inline]
    pub(super) fn note(&mut self, segment: &Segment<'_>, end: usize) {
        self.rested = false;
        self.facts.snapped |= segment.missing > 0;
        if self.facts.local.is_none() {
            self.facts.local = match segment.heading {
                Heading::Outgoing => Some(end),
                Heading::Incoming => Some(1 - end),
                Heading::Unknown => None,
            };
        }
    }

    /// Bytes of memory held, besides the table's.
    #[inline]
    pub(super) fn held(&self) -> usize {
        size_of::<Self>() + self.streams.held() + self.talk.held()
    }
}

/// The number of the connection that is the `count`th of an engine: different for every one (the finalizer of
/// splitmix64 is a permutation).
pub(super) const fn number(seed: u64, count: u64) -> u64 {
    let mut mixed = seed.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
