//! An entry as the aggregator holds it in memory: what was captured with its number and the names of both ends.
//!
//! In: an entry of a batch at its commit, or a row read from the table. Out: a [`Record`] to read it by.

use mizu_entry::{Entry, Record, record::Peer};
use std::sync::Arc;

/// A numbered, named entry that owns what a [`Record`] borrows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredEntry {
    /// Its number.
    pub(crate) id: u64,
    /// The sidecar that sent it.
    pub(crate) worker: Arc<str>,
    /// The number of the batch that it came in.
    pub(crate) worker_seq: u64,
    /// The name of the interface that it was captured on.
    pub(crate) interface: Arc<str>,
    /// Who asked.
    pub(crate) src: Arc<Peer>,
    /// Who was asked.
    pub(crate) dst: Arc<Peer>,
    /// What was captured.
    pub(crate) entry: Entry,
}

impl StoredEntry {
    /// The same, to be read.
    pub(crate) fn record(&self) -> Record<'_> {
        Record {
            id: self.id,
            worker: &self.worker,
            worker_seq: self.worker_seq,
            interface: &self.interface,
            src: &self.src,
            dst: &self.dst,
            entry: &self.entry,
        }
    }
}
