//! What happens because time passes: gaps whose grace is over, closed connections forgotten, silent ones put to rest.

use mizu_entry::Timestamp;
use std::collections::VecDeque;

use super::Engine;
use crate::flow::{Index, Stage};
use crate::frame::Sink;
use crate::protocol::End;
use crate::stream::{GRACE, Phase};

/// Nanoseconds that a closed connection is remembered.
const REMEMBERED: u64 = 2_000_000_000;
/// Nanoseconds of silence after which what is held of unfinished messages is dropped, a half-closed connection is over,
/// and one that never carried data is forgotten.
const SILENT: u64 = 60_000_000_000;
/// Nanoseconds of silence after which a connection is given up. What its dissector knows of it (compression tables,
/// negotiated parameters) cannot be had again, so it is long.
const GIVEN_UP: u64 = 3_600_000_000_000;
/// Nanoseconds between looks at closed connections, and at silent ones.
const SWEEP: u64 = 500_000_000;
/// Nanoseconds of silence after which a dissector is told that time passes.
const QUIET: u64 = 1_000_000_000;
const REST: u64 = 5_000_000_000;

/// Nanoseconds before the latest frame at which a frame is from long before it, and how many of them in a row make time.
const BACK: u64 = 1_000_000_000;
const BACK_FRAMES: u32 = 32;

/// When to look at what.
#[derive(Debug, Default)]
pub(super) struct Timers {
    /// Connections with holes, by the end of their grace.
    waiting: VecDeque<(Timestamp, Index, u32)>,
    sweep: Timestamp,
    rest: Timestamp,
    due: Timestamp,
    /// Frames in a row that were captured long before the latest.
    earlier: u32,
}

impl Timers {
    /// The next time at which something may have to be done.
    #[inline]
    pub(super) const fn due(&self) -> Timestamp {
        self.due
    }

    /// A connection misses bytes since `at`.
    pub(super) fn wait(&mut self, at: Timestamp, index: Index, generation: u32) {
        let until = at.plus(GRACE);
        self.waiting.push_back((until, index, generation));
        self.due = self.due.min(until);
    }

    /// The clock stepped back to `now`.
    fn step_back(&mut self, now: Timestamp) {
        for (until, ..) in &mut self.waiting {
            *until = (*until).min(now.plus(GRACE));
        }
        (self.sweep, self.rest, self.due) = (now, now, now);
    }

    fn next_waiting(&mut self, now: Timestamp) -> Option<(Index, u32)> {
        let (until, index, generation) = *self.waiting.front()?;
        if until > now {
            return None;
        }
        self.waiting.pop_front();
        Some((index, generation))
    }
}

impl Engine {
    /// Sets the time by a frame's. A frame from long before the latest one is a stray, many in a row are a clock that was
    /// set back (or captures one behind the other in a file), after which no timer would run for as long.
    #[inline]
    pub(super) fn set_time(&mut self, at: Timestamp) {
        if at >= self.now {
            self.now = at;
            self.timers.earlier = 0;
        } else if self.now.since(at) > BACK {
            self.timers.earlier += 1;
            if self.timers.earlier >= BACK_FRAMES {
                self.timers.earlier = 0;
                self.now = at;
                self.timers.step_back(at);
            }
        }
    }

    pub(super) fn run_timers(&mut self, sink: &mut dyn Sink) {
        let now = self.now;
        // Only as many as there are: one whose hole goes on being one waits again.
        for _ in 0..self.timers.waiting.len() {
            let Some((index, generation)) = self.timers.next_waiting(now) else { break };
            self.stop_waiting(index, generation, sink);
        }
        if now >= self.timers.sweep {
            self.timers.sweep = now.plus(SWEEP);
            self.forget_closed();
        }
        if now >= self.timers.rest {
            self.timers.rest = now.plus(REST);
            self.put_to_rest(sink);
            self.let_time_pass(sink);
        }
        let waiting = self.timers.waiting.front().map_or(self.timers.sweep, |(until, ..)| *until);
        self.timers.due = waiting.min(self.timers.sweep);
    }

    fn stop_waiting(&mut self, index: Index, generation: u32, sink: &mut dyn Sink) {
        let now = self.now;
        let Some(slot) = self.table.same(index, generation) else { return };
        let last = slot.last;
        let Some(connection) = &mut slot.live else { return };
        connection.timed = false;
        let super::Connection { streams, talk, facts, .. } = &mut **connection;
        streams.expire(now, &mut self.shared.receiver(facts, talk, &self.mesh, self.protocols, sink));
        self.settle(index, now, sink);
        // Time that passes is no sign of life.
        if let Some(slot) = self.table.slot(index) {
            slot.last = last;
        }
    }

    fn forget_closed(&mut self) {
        while let Some(index) = self.table.oldest(Stage::Closed) {
            let now = self.now;
            match self.table.slot(index) {
                Some(slot) if now.since(slot.last) >= REMEMBERED => {}
                _ => break,
            }
            self.table.remove(index);
        }
    }

    /// Tells the dissectors of silent connections that time passes.
    fn let_time_pass(&mut self, sink: &mut dyn Sink) {
        let now = self.now;
        let mut next = self.table.oldest(Stage::Open);
        while let Some(index) = next {
            next = self.table.newer(index);
            let Some(slot) = self.table.slot(index) else { break };
            if now.since(slot.last) < QUIET {
                break;
            }
            let Some(connection) = &mut slot.live else { break };
            let super::Connection { talk, facts, .. } = &mut **connection;
            self.shared.receiver(facts, talk, &self.mesh, self.protocols, sink).tick(now);
            let held = connection.held();
            self.held = (self.held + held).saturating_sub(std::mem::replace(&mut connection.held, held));
        }
    }

    fn put_to_rest(&mut self, sink: &mut dyn Sink) {
        for stage in [Stage::Opening, Stage::Open] {
            let mut next = self.table.oldest(stage);
            while let Some(index) = next {
                next = self.table.newer(index);
                let now = self.now;
                let Some(slot) = self.table.slot(index) else { break };
                let silent = now.since(slot.last);
                if silent < SILENT {
                    break;
                }
                let Some(connection) = &mut slot.live else { break };
                let half = connection.streams.phase() == Phase::HalfClosed;
                if stage == Stage::Opening || half || silent >= GIVEN_UP {
                    self.remove(index, End::Idle, sink);
                } else if !std::mem::replace(&mut connection.rested, true) {
                    self.drop_order(index, sink);
                    self.drop_carry(index);
                }
            }
        }
    }
}
