//! Entries into chunks for the aggregator: redacted, encoded, handed to the spool by size or age.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mizu_dissect::Sink;
use mizu_entry::{Entry, wire};

use crate::redact::Redactor;
use crate::upload::spool::{Chunk, Spool};

/// Encoded bytes at which a chunk is handed over.
const FULL: usize = 256 * 1024;
/// Age at which a chunk is handed over even if it is not full. People watch the other end.
const OLD: Duration = Duration::from_millis(200);

/// Collects entries.
pub(crate) struct BatchSink {
    redactor: Option<Redactor>,
    spool: Arc<Spool>,
    chunk: Chunk,
    begun: Option<Instant>,
    /// Entries so far.
    pub(crate) entries: u64,
}

impl BatchSink {
    pub(crate) fn new(redactor: Option<Redactor>, spool: Arc<Spool>) -> Self {
        let chunk = spool.empty_chunk();
        Self { redactor, spool, chunk, begun: None, entries: 0 }
    }

    /// Hands the chunk over if it is old. Called every now and then, so that the last entry before a silence arrives.
    pub(crate) fn housekeep(&mut self, now: Instant) {
        if self.chunk.entries == 0 {
            return;
        }
        let begun = *self.begun.get_or_insert(now);
        if now.duration_since(begun) >= OLD {
            self.hand_over();
        }
    }

    /// How long the capture may wait for packets before the chunk has to be looked at again.
    pub(crate) fn patience(&self) -> Option<Duration> {
        (self.chunk.entries > 0).then_some(OLD)
    }

    /// Hands over what there is.
    pub(crate) fn hand_over(&mut self) {
        if self.chunk.entries > 0 {
            let chunk = std::mem::replace(&mut self.chunk, self.spool.empty_chunk());
            self.spool.push(chunk);
        }
        self.begun = None;
    }
}

impl Sink for BatchSink {
    fn entry(&mut self, entry: &mut Entry) {
        if let Some(redactor) = &mut self.redactor {
            redactor.redact(entry);
        }
        wire::encode_entry(entry, &mut self.chunk.bytes);
        self.chunk.entries += 1;
        self.entries += 1;
        if self.chunk.bytes.len() >= FULL {
            self.hand_over();
        }
    }
}
