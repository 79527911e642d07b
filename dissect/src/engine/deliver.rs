//! From streams to the sink: what a connection's bytes give goes out as entries that say where and how they were captured.

use mizu_entry::{Capture, Direction, Entry, Flow, Leg, Losses, Message, Notes, Timestamp};

use super::connection::Facts;
use super::mesh::Mesh;
use crate::conversation::{Env, Moment};
use crate::cx::{Exchange, Pool};
use crate::frame::Sink;
use crate::limits::Limits;
use crate::protocol::{End, Protocol};
use crate::stream::{Arrival, Receive};
use crate::talk::{self, Mute, Talk};

/// What is dropped to keep up with the traffic, mildest first. Each drops what those before it do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shedding {
    /// Nothing.
    #[default]
    Nothing,
    /// Bodies: heads and lengths are kept.
    Bodies,
    /// The decoding of bodies.
    Decoding,
    /// New connections, but for a share of `keep` sixteenths.
    Connections {
        /// Sixteenths of the connections that are followed.
        keep: u8,
    },
}

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    limits: Limits,
    pub(super) pool: Pool,
    pub(super) losses: Losses,
    out: Vec<Exchange>,
    entry: Entry,
    shedding: Shedding,
}

impl Shared {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            pool: Pool::default(),
            losses: Losses::default(),
            out: Vec::new(),
            entry: Entry::default(),
            shedding: Shedding::Nothing,
        }
    }

    /// Drops what `shedding` says; `limits` are those without any.
    pub(super) fn shed(&mut self, shedding: Shedding, limits: Limits) {
        self.shedding = shedding;
        self.limits = limits;
        if shedding >= Shedding::Bodies {
            self.limits.body_cap = 0;
        }
        if shedding >= Shedding::Decoding {
            self.limits.decode_bodies = false;
        }
    }

    /// Whether a new connection is not followed. Both directions have the same answer, the two names of a mesh's
    /// connection too; the lowest bit says nothing, since clients get even ports only.
    pub(super) fn sheds_connection(&self, [low, high]: [u16; 2]) -> bool {
        match self.shedding {
            Shedding::Connections { keep } => (low.max(high) >> 1) & 15 >= keep.into(),
            _ => false,
        }
    }

    pub(super) fn receiver<'a>(
        &'a mut self,
        facts: &'a mut Facts,
        talk: &'a mut Talk,
        mesh: &'a Mesh,
        protocols: &'static [&'static Protocol],
        sink: &'a mut dyn Sink,
    ) -> Receiver<'a> {
        Receiver { shared: self, facts, talk, mesh, protocols, sink }
    }
}

/// Where a connection's bytes go.
pub(super) struct Receiver<'a> {
    shared: &'a mut Shared,
    facts: &'a mut Facts,
    talk: &'a mut Talk,
    mesh: &'a Mesh,
    protocols: &'static [&'static Protocol],
    sink: &'a mut dyn Sink,
}

impl Receive for Receiver<'_> {
    #[inline]
    fn data(&mut self, end: usize, bytes: &[u8], offset: u64, arrival: Arrival) {
        self.facts.has_data = true;
        self.facts.seen += bytes.len() as u64;
        self.facts.latest = arrival.at;
        self.speak(1 - end, arrival, |talk, moment, facts, env| {
            talk.data(end, bytes, offset, moment, facts, env);
        });
        if let Some(place) = self.facts.offsets.get_mut(end) {
            *place = Some(offset.saturating_add(bytes.len() as u64));
        }
        if let Talk::Mute(mute) = &*self.talk {
            let mute = *mute;
            self.count_muted(mute, bytes.len());
        }
    }

    fn gap(&mut self, end: usize, lost: u64, arrival: Arrival) {
        self.shared.losses.gap_bytes += lost;
        self.speak(1 - end, arrival, |talk, moment, facts, env| talk.gap(end, lost, moment, facts, env));
        if let Some(Some(place)) = self.facts.offsets.get_mut(end) {
            *place = place.saturating_add(lost);
        }
    }

    fn fin(&mut self, end: usize, arrival: Arrival) {
        self.speak(1 - end, arrival, |talk, moment, facts, env| {
            talk.end(Some(end), End::Fin, moment, facts, env);
        });
    }

    fn pool(&mut self) -> &mut Pool {
        &mut self.shared.pool
    }
}

impl Receiver<'_> {
    /// The connection is silent, and it is that late.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.speak(1, Arrival { at: now, acked: 0 }, |talk, moment, _, env| talk.tick(moment, env));
    }

    /// The connection is over.
    pub(super) fn over(&mut self, how: End, now: Timestamp) {
        let at = if self.facts.latest.is_known() { self.facts.latest } else { now };
        self.speak(1, Arrival { at, acked: 0 }, |talk, moment, facts, env| {
            talk.end(None, how, moment, facts, env);
        });
        if self.talk.is_unknown() {
            self.count_muted(Mute::Unknown, 0);
        }
    }

    #[inline]
    fn speak(
        &mut self,
        other: usize,
        arrival: Arrival,
        call: impl FnOnce(&mut Talk, Moment, &mut talk::Facts<'_>, &mut Env<'_>),
    ) {
        let facts = &mut *self.facts;
        let moment = Moment { at: arrival.at, acked: arrival.acked, snapped: facts.snapped };
        let known = |end: usize| facts.offsets.get(end).copied().flatten();
        let mut offsets = [known(0).unwrap_or_default(), known(1).unwrap_or_default()];
        if known(other).is_none()
            && let Some(place) = offsets.get_mut(other)
        {
            // Of an end that has said nothing yet, an acknowledgement tells where it will begin.
            *place = arrival.acked;
        }
        let [low, high] = &facts.endpoints;
        let mut about = talk::Facts {
            protocols: self.protocols,
            ports: [low.port, high.port],
            roles: &mut facts.roles,
            faults: &mut self.shared.losses.faults,
            offsets,
        };
        let mut env =
            Env { limits: &self.shared.limits, pool: &mut self.shared.pool, out: &mut self.shared.out };
        call(self.talk, moment, &mut about, &mut env);
        if !self.shared.out.is_empty() {
            self.hand_out();
        }
    }

    /// Gives what was found to the sink.
    fn hand_out(&mut self) {
        let facts = &*self.facts;
        let Shared { out, entry, pool, losses, shedding, .. } = &mut *self.shared;
        let end = |end: usize| facts.endpoints.get(end).copied().unwrap_or_default();
        let client = facts.roles.client;
        let leg = self.mesh.leg(facts.is_app_leg, facts.interface);
        let mut notes = Notes::empty();
        notes.set(Notes::MIDSTREAM, facts.midstream);
        notes.set(Notes::SNAPPED, facts.snapped);
        notes.set(Notes::PROXY_LEG, leg == Leg::Proxy);
        let direction = match facts.local {
            Some(local) if local == client => Direction::Outbound,
            Some(_) => Direction::Inbound,
            None => Direction::Local,
        };
        entry.flow = Flow { client: end(client), server: end(1 - client), connection: facts.id };
        entry.capture = Capture { interface: facts.interface, direction, leg };
        for exchange in out.drain(..) {
            entry.protocol = exchange.protocol;
            entry.notes = exchange.notes | notes;
            entry.gap_bytes = exchange.gap_bytes;
            entry.request = exchange.request;
            entry.response = exchange.response;
            entry.unanswered = exchange.unanswered;
            losses.entries += 1;
            if *shedding >= Shedding::Bodies {
                let shed = |message: &Option<Box<Message>>| {
                    message.as_ref().is_some_and(|one| one.body.sent_len > 0 && one.body.bytes.is_empty())
                };
                losses.shed_bodies += u64::from(shed(&entry.request)) + u64::from(shed(&entry.response));
            }
            self.sink.entry(entry);
            for message in [entry.request.take(), entry.response.take()].into_iter().flatten() {
                pool.give(message);
            }
        }
    }

    fn count_muted(&mut self, mute: Mute, bytes: usize) {
        let losses = &mut self.shared.losses;
        let first = !std::mem::replace(&mut self.facts.counted, true);
        match mute {
            Mute::Unknown => losses.unknown_flows += u64::from(first),
            Mute::Opaque => {
                losses.opaque_flows += u64::from(first);
                // What waited to be recognised is opaque too.
                losses.opaque_bytes += if first { self.facts.seen } else { bytes as u64 };
            }
            Mute::Done => {}
        }
    }
}
