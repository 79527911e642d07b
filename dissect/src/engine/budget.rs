//! Memory: what is given up when too much is held, and in which order.
//!
//! First segments that wait for order, then unfinished messages, then whole connections with what waits in them; each
//! time the longest silent connection first. Every byte and connection is counted.

use super::Engine;
use crate::flow::{Index, Stage};
use crate::frame::Sink;
use crate::protocol::End;

impl Engine {
    /// Gives up what is held until nine tenths of the budget are not passed, so that this is not done for each packet.
    pub(super) fn keep_within_budget(&mut self, sink: &mut dyn Sink) {
        let most = self.budget_of_connections() / 10 * 9;
        self.each_open(most, |engine, index| engine.drop_order(index, sink));
        self.each_open(most, |engine, index| engine.drop_carry(index));
        for stage in [Stage::Opening, Stage::Open] {
            while self.held > most
                && let Some(index) = self.table.oldest(stage)
            {
                self.shared.losses.evicted_flows += 1;
                self.remove(index, End::Budget, sink);
            }
        }
    }

    /// Makes room for one more connection.
    pub(super) fn make_room(&mut self, sink: &mut dyn Sink) {
        if let Some(index) = self.table.oldest(Stage::Closed) {
            self.table.remove(index);
            return;
        }
        if let Some(index) = self.table.oldest(Stage::Opening).or_else(|| self.table.oldest(Stage::Open)) {
            self.shared.losses.evicted_flows += 1;
            self.remove(index, End::Budget, sink);
        }
    }

    fn each_open(&mut self, most: usize, mut give_up: impl FnMut(&mut Self, Index)) {
        let mut next = self.table.oldest(Stage::Open);
        while let Some(index) = next {
            if self.held <= most {
                return;
            }
            next = self.table.newer(index);
            give_up(self, index);
        }
    }

    /// Gives up a connection's segments that wait for order.
    pub(super) fn drop_order(&mut self, index: Index, sink: &mut dyn Sink) {
        let at = self.now;
        let Some(connection) = self.table.slot(index).and_then(|slot| slot.live.as_mut()) else { return };
        if connection.streams.held() == 0 {
            return;
        }
        let super::Connection { streams, talk, facts, .. } = &mut **connection;
        let mut receiver = self.shared.receiver(facts, talk, &self.mesh, self.protocols, sink);
        let dropped = streams.drop_held(at, &mut receiver);
        self.shared.losses.evicted_bytes += dropped as u64;
        self.weigh(index);
    }

    /// Gives up a connection's unfinished messages.
    pub(super) fn drop_carry(&mut self, index: Index) {
        let Some(connection) = self.table.slot(index).and_then(|slot| slot.live.as_mut()) else { return };
        self.shared.losses.evicted_bytes += connection.talk.give_up_carry() as u64;
        self.weigh(index);
    }

    /// Counts again what a connection holds.
    fn weigh(&mut self, index: Index) {
        let Some(connection) = self.table.slot(index).and_then(|slot| slot.live.as_mut()) else { return };
        let held = connection.held();
        self.held = (self.held + held).saturating_sub(std::mem::replace(&mut connection.held, held));
    }
}
