//! Frames in, entries out: the way through all parts of this crate.
//!
//! In: frames in the order captured, and the time when none come. Out: entries through a [`Sink`], and totals of what
//! was lost. All time is the capture's, so that a file and a live capture give the same. No I/O; memory is bounded by
//! [`Config::budget`] (`budget`), and what falls to it is counted.

mod budget;
mod connection;
mod deliver;
mod mesh;
mod timers;

use mizu_entry::{Endpoint, Losses, Timestamp};

use crate::defrag::Defrag;
use crate::flow::{Index, Key, Stage, Table};
use crate::frame::{Frame, Sink};
use crate::limits::Limits;
use crate::link::{self, Found, Segment};
use crate::protocol::{End, Protocol};
use crate::protocols::PROTOCOLS;
use crate::stream::{Phase, Piece};
use crate::talk::RoleBy;
use connection::Connection;
use deliver::Shared;
pub use deliver::Shedding;
use mesh::Mesh;
use timers::Timers;

/// What an engine may spend. Every default visible here.
#[derive(Debug, Clone)]
pub struct Config {
    /// What dissectors may keep.
    pub limits: Limits,
    /// Bytes of memory for everything that waits: segments out of order, unfinished messages, requests without answer,
    /// tables of compression, the table of connections. Default 40 MiB.
    pub budget: usize,
    /// Connections that are followed at once, closed ones that are still remembered included. Default 16,384.
    pub connections: usize,
    /// Seed of the connection table's hash and of connections' numbers. One that nobody can guess, where strangers'
    /// traffic is read; equal seeds give equal runs.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { limits: Limits::default(), budget: 40 << 20, connections: 16_384, seed: 0 }
    }
}

/// Turns frames into entries.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    protocols: &'static [&'static Protocol],
    shared: Shared,
    table: Table<Connection>,
    defrag: Defrag,
    timers: Timers,
    mesh: Mesh,
    /// Ports that this host listens on.
    listening: Vec<Endpoint>,
    /// Connections that are over, for use again.
    #[expect(clippy::vec_box, reason = "they come out of the table in their boxes, and go back in them")]
    spare: Vec<Box<Connection>>,
    now: Timestamp,
    /// Connections so far.
    opened: u64,
    /// Memory that hangs on the connections.
    held: usize,
}

impl Engine {
    /// An engine that has seen nothing.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self::with_protocols(config, PROTOCOLS)
    }

    /// An engine that knows these protocols only.
    #[must_use]
    pub fn with_protocols(config: Config, protocols: &'static [&'static Protocol]) -> Self {
        Self {
            protocols,
            shared: Shared::new(config.limits),
            table: Table::new(config.connections, config.seed),
            defrag: Defrag::default(),
            timers: Timers::default(),
            mesh: Mesh::default(),
            listening: Vec::new(),
            spare: Vec::new(),
            now: Timestamp::default(),
            opened: 0,
            held: 0,
            config,
        }
    }

    /// Takes a frame.
    #[inline]
    pub fn frame(&mut self, frame: Frame<'_>, sink: &mut dyn Sink) {
        self.set_time(frame.at);
        if self.now >= self.timers.due() {
            self.run_timers(sink);
        }
        let snapped = frame.original_len as usize > frame.bytes.len();
        self.shared.losses.snapped_packets += u64::from(snapped);
        match link::read(&frame) {
            Found::Tcp(segment) => self.segment(&segment, &frame, sink),
            Found::Fragment(fragment) => {
                let mut defrag = std::mem::take(&mut self.defrag);
                if let Some(packet) = defrag.add(&fragment, frame.at)
                    && let Found::Tcp(segment) = link::resume(&fragment, packet)
                {
                    self.segment(&segment, &frame, sink);
                }
                self.defrag = defrag;
            }
            Found::Other => {}
        }
    }

    /// Lets time pass while no frames come: `now` is the capture's clock.
    pub fn tick(&mut self, now: Timestamp, sink: &mut dyn Sink) {
        self.now = self.now.max(now);
        if self.now >= self.timers.due() {
            self.run_timers(sink);
        }
    }

    /// The capture is over: gives out all that is open.
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        for stage in [Stage::Opening, Stage::Open, Stage::Closed] {
            while let Some(index) = self.table.oldest(stage) {
                self.remove(index, End::CaptureEnded, sink);
            }
        }
        self.defrag = Defrag::default();
    }

    /// What was found and lost so far: the part of [`Losses`] that is known here. Packets, bytes and what befalls batches
    /// are counted by who reads and sends them.
    #[must_use]
    pub const fn losses(&self) -> Losses {
        self.shared.losses
    }

    /// Bytes of memory that wait for something, as counted against [`Config::budget`]; 0 when nothing is open.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held + self.defrag.held()
    }

    /// Connections in the table, those that are over and still remembered included.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.table.len()
    }

    /// Where this host listens: tells the roles on connections that are older than the capture. An unspecified address
    /// stands for all.
    pub fn set_listening(&mut self, endpoints: &[Endpoint]) {
        self.listening.clear();
        self.listening.extend_from_slice(endpoints);
    }

    /// What is dropped to keep up with the traffic.
    pub fn set_shedding(&mut self, shedding: Shedding) {
        self.shared.shed(shedding, self.config.limits);
    }

    fn segment(&mut self, segment: &Segment<'_>, frame: &Frame<'_>, sink: &mut dyn Sink) {
        let (key, end) = Key::of(segment);
        let found = self.table.find(&key).or_else(|| self.answer_of_mesh(segment, &key));
        let (index, end) = match found {
            Some((index, flipped)) => (index, if flipped { 1 - end } else { end }),
            None => match self.open(segment, &key, end, frame, sink) {
                Some(index) => (index, end),
                None => return,
            },
        };
        let Some(slot) = self.table.slot(index) else { return };
        let Some(connection) = &mut slot.live else {
            // What still comes of a closed connection is late; a SYN begins another.
            if segment.flags.syn() {
                self.remove(index, End::Reused, sink);
                self.segment(segment, frame, sink);
            }
            return;
        };
        if segment.flags.syn() {
            if !connection.streams.syn(end, segment.seq) {
                self.remove(index, End::Reused, sink);
                self.segment(segment, frame, sink);
                return;
            }
            connection.shake_hands(segment, end);
        }
        connection.note(segment, end);
        let Connection { streams, talk, facts, .. } = &mut **connection;
        let mut receiver = self.shared.receiver(facts, talk, &self.mesh, self.protocols, sink);
        if segment.flags.rst() {
            streams.rst(end, segment.seq, frame.at, &mut receiver);
        } else {
            streams.segment(
                end,
                &Piece {
                    seq: segment.seq.wrapping_add(segment.flags.syn().into()),
                    ack: segment.flags.ack().then_some(segment.ack),
                    bytes: segment.payload,
                    missing: segment.missing,
                    fin: segment.flags.fin(),
                    at: frame.at,
                },
                &mut receiver,
            );
        }
        self.settle(index, frame.at, sink);
    }

    /// Looks at what became of a connection after a call.
    fn settle(&mut self, index: Index, at: Timestamp, sink: &mut dyn Sink) {
        let Some(slot) = self.table.slot(index) else { return };
        let generation = slot.generation;
        let Some(connection) = &mut slot.live else { return };
        let phase = connection.streams.phase();
        if connection.streams.waits() && !connection.timed {
            connection.timed = true;
            self.timers.wait(at, index, generation);
        }
        let stage = if connection.facts.has_data { Stage::Open } else { Stage::Opening };
        let held = connection.held();
        self.held = (self.held + held).saturating_sub(std::mem::replace(&mut connection.held, held));
        match phase {
            Phase::Closed => self.close(index, End::Fin, sink),
            Phase::Reset => self.close(index, End::Reset, sink),
            Phase::Open | Phase::HalfClosed => self.table.touch(index, stage, self.now),
        }
        if self.held > self.budget_of_connections() {
            self.keep_within_budget(sink);
        }
    }

    /// What is left of the budget for what hangs on connections.
    fn budget_of_connections(&self) -> usize {
        self.config.budget.saturating_sub(self.table.held())
    }

    /// Begins to follow a connection. `None` for a segment that tells of none, or one that is shed.
    fn open(
        &mut self,
        segment: &Segment<'_>,
        key: &Key,
        end: usize,
        frame: &Frame<'_>,
        sink: &mut dyn Sink,
    ) -> Option<Index> {
        if segment.flags.rst() {
            return None;
        }
        let ports = [key.endpoint(0).port, key.endpoint(1).port];
        if self.shared.sheds_connection(ports) {
            let begins = segment.flags.syn() && !segment.flags.ack();
            self.shared.losses.shed_flows += u64::from(begins);
            return None;
        }
        if self.table.is_full() {
            self.make_room(sink);
        }
        let mut connection = self.spare.pop().unwrap_or_default();
        self.opened = self.opened.wrapping_add(1);
        let id = connection::number(self.config.seed, self.opened);
        connection.begin(id, [key.endpoint(0), key.endpoint(1)], frame.interface);
        for (end, endpoint) in connection.facts.endpoints.iter().enumerate() {
            let listens =
                |at: &Endpoint| at.port == endpoint.port && (at.ip.is_unspecified() || at.ip == endpoint.ip);
            if self.listening.iter().any(listens) {
                connection.facts.roles.set(1 - end, RoleBy::Listening);
            }
        }
        connection.facts.is_app_leg = self.mesh.is_app_leg(&connection.facts.endpoints, frame.interface);
        if !segment.flags.syn() {
            connection.miss_start();
        }
        let asks = segment.flags.syn() && !segment.flags.ack() && connection.facts.is_app_leg;
        let index = self.table.add(*key, connection, self.now);
        if asks {
            self.mesh.asked(mesh::Asked {
                client: key.endpoint(end),
                net: key.net(),
                end,
                index,
                seq: segment.seq,
            });
        }
        Some(index)
    }

    /// Ends a connection whose both streams are over, and remembers it for a while.
    fn close(&mut self, index: Index, how: End, sink: &mut dyn Sink) {
        let Some(connection) = self.table.slot(index).and_then(|slot| slot.live.take()) else { return };
        self.retire(connection, how, sink);
        self.table.touch(index, Stage::Closed, self.now);
    }

    /// Takes a connection out of the table.
    fn remove(&mut self, index: Index, how: End, sink: &mut dyn Sink) {
        if let Some(connection) = self.table.remove(index) {
            self.retire(connection, how, sink);
        }
    }

    /// Gives out what is open of a connection, and keeps its memory for another.
    fn retire(&mut self, mut connection: Box<Connection>, how: End, sink: &mut dyn Sink) {
        let Connection { streams, talk, facts, .. } = &mut *connection;
        let mut receiver = self.shared.receiver(facts, talk, &self.mesh, self.protocols, sink);
        if !matches!(how, End::Fin | End::Reset) {
            streams.flush(self.now, &mut receiver);
        }
        receiver.over(how, self.now);
        self.held = self.held.saturating_sub(connection.held);
        connection.clear(&mut self.shared.pool);
        if self.spare.len() < SPARE {
            self.spare.push(connection);
        }
    }

    /// Joins an answer of a mesh's proxy, which bears the address that was asked for, with the connection to the proxy.
    fn answer_of_mesh(&mut self, segment: &Segment<'_>, key: &Key) -> Option<(Index, bool)> {
        if !(segment.flags.syn() && segment.flags.ack()) {
            return None;
        }
        let (_, end) = Key::of(segment);
        let asked = self.mesh.answered(key.endpoint(1 - end), key.net(), segment.ack)?;
        let flipped = asked.end == end;
        let connection = self.table.slot(asked.index)?.live.as_mut()?;
        if connection.facts.endpoints.get(asked.end) != Some(&asked.client) {
            return None;
        }
        if let Some(server) = connection.facts.endpoints.get_mut(1 - asked.end) {
            *server = key.endpoint(end);
        }
        self.table.alias(asked.index, *key, flipped);
        Some((asked.index, flipped))
    }
}

/// Connections that are over whose memory is kept for others.
const SPARE: usize = 64;

#[cfg(test)]
mod tests;
