//! Which batches of which sidecar are stored, so that a batch that is sent again is stored once.
//!
//! In: what the table says at the start, then every commit. Out: whether a batch is stored or under way. Sequences may
//! come in any order and with gaps (a sidecar whose spool overflowed). What is known of a worker is bounded: below its
//! newest [`WINDOW`] sequences everything counts as stored.

use std::collections::{BTreeSet, HashMap};

/// Sequences of a worker that are told apart. A sidecar never has that many batches under way.
const WINDOW: u64 = 65_536;

/// How a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not seen: to be stored now; it counts as under way from here on.
    New,
    /// Being stored by an earlier request.
    UnderWay,
    /// Stored.
    Stored,
}

/// What is known of all workers.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    workers: HashMap<String, Worker>,
}

#[derive(Debug, Default)]
struct Worker {
    /// Everything below is stored or given up.
    floor: u64,
    stored: BTreeSet<u64>,
    under_way: BTreeSet<u64>,
}

impl Marks {
    /// Takes over what the table holds.
    pub(crate) fn restore(&mut self, rows: impl IntoIterator<Item = (String, u64)>) {
        for (worker, sequence) in rows {
            self.workers.entry(worker).or_default().store(sequence);
        }
    }

    /// How a batch stands; a new one is under way from here on until [`Marks::settle`].
    pub(crate) fn begin(&mut self, worker: &str, sequence: u64) -> Standing {
        if !self.workers.contains_key(worker) {
            self.workers.insert(worker.to_owned(), Worker::default());
        }
        let Some(known) = self.workers.get_mut(worker) else { return Standing::New };
        if sequence < known.floor || known.stored.contains(&sequence) {
            Standing::Stored
        } else if !known.under_way.insert(sequence) {
            Standing::UnderWay
        } else {
            Standing::New
        }
    }

    /// Ends a batch's being under way, stored or not.
    pub(crate) fn settle(&mut self, worker: &str, sequence: u64, stored: bool) {
        if let Some(known) = self.workers.get_mut(worker) {
            known.under_way.remove(&sequence);
            if stored {
                known.store(sequence);
            }
        }
    }

    /// The greatest sequence up to which every batch of the worker is known to be stored; 0 if that is none.
    pub(crate) fn mark(&self, worker: &str) -> u64 {
        let Some(known) = self.workers.get(worker) else { return 0 };
        let mut mark = known.floor.saturating_sub(1);
        for &sequence in &known.stored {
            if sequence > mark + 1 {
                break;
            }
            mark = mark.max(sequence);
        }
        mark
    }
}

impl Worker {
    fn store(&mut self, sequence: u64) {
        self.stored.insert(sequence);
        let newest = self.stored.last().copied().unwrap_or(0);
        if newest >= self.floor + 2 * WINDOW {
            self.floor = newest - WINDOW;
            self.stored = self.stored.split_off(&self.floor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_new_once_then_under_way_then_stored() {
        let mut marks = Marks::default();
        assert_eq!(marks.begin("a", 1), Standing::New);
        assert_eq!(marks.begin("a", 1), Standing::UnderWay);
        assert_eq!(marks.begin("b", 1), Standing::New);
        marks.settle("a", 1, true);
        assert_eq!(marks.begin("a", 1), Standing::Stored);
        assert_eq!(marks.begin("b", 1), Standing::UnderWay);
    }

    #[test]
    fn a_batch_that_could_not_be_stored_is_new_again() {
        let mut marks = Marks::default();
        marks.begin("a", 1);
        marks.settle("a", 1, false);
        assert_eq!(marks.begin("a", 1), Standing::New);
    }

    #[test]
    fn a_later_batch_does_not_stand_for_an_earlier_one() {
        let mut marks = Marks::default();
        marks.restore([("a".into(), 1), ("a".into(), 3)]);
        assert_eq!(marks.mark("a"), 1);
        assert_eq!(marks.begin("a", 2), Standing::New);
        marks.settle("a", 2, true);
        assert_eq!(marks.mark("a"), 3);
        assert_eq!(marks.begin("a", 3), Standing::Stored);
    }

    #[test]
    fn what_is_known_of_a_worker_stays_bounded() {
        let mut marks = Marks::default();
        for sequence in 1..=5 * WINDOW {
            marks.begin("a", sequence);
            marks.settle("a", sequence, true);
        }
        assert!(marks.workers["a"].stored.len() as u64 <= 2 * WINDOW);
        assert_eq!(marks.begin("a", 1), Standing::Stored);
        assert_eq!(marks.mark("a"), 5 * WINDOW);
    }
}
