//! The yardstick's sink: entries are redacted and encoded as for the aggregator, then thrown away.

use mizu_dissect::Sink;
use mizu_entry::{Entry, wire};

use crate::redact::Redactor;

/// Encoded bytes after which the buffer is used again: the size of a batch.
const BATCH: usize = 256 * 1024;

/// Counts exchanges whose request and response were both seen.
pub(crate) struct CountSink {
    redactor: Option<Redactor>,
    buffer: Vec<u8>,
    /// Request/response pairs, and messages of protocols that have no responses.
    pub(crate) entries: u64,
    /// Everything else that was found: requests without response and the reverse.
    pub(crate) halves: u64,
    /// Bytes of all entries on the wire.
    pub(crate) encoded: u64,
}

impl CountSink {
    pub(crate) fn new(redactor: Option<Redactor>) -> Self {
        Self { redactor, buffer: Vec::with_capacity(BATCH * 2), entries: 0, halves: 0, encoded: 0 }
    }
}

impl Sink for CountSink {
    fn entry(&mut self, entry: &mut Entry) {
        if let Some(redactor) = &mut self.redactor {
            redactor.redact(entry);
        }
        let before = self.buffer.len();
        wire::encode_entry(entry, &mut self.buffer);
        self.encoded += (self.buffer.len() - before) as u64;
        if self.buffer.len() > BATCH {
            self.buffer.clear();
        }
        let due = entry.unanswered != Some(mizu_entry::Unanswered::NotDue);
        if entry.request.is_some() && (entry.response.is_some() || !due) {
            self.entries += 1;
        } else {
            self.halves += 1;
        }
    }
}
