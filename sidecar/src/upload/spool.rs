//! Chunks of encoded entries that wait for the aggregator, within a bound of memory.
//!
//! `capture --Chunk--> sender`. A live capture is never held up: when the spool is full the oldest chunk goes and its
//! entries are counted. A file can wait: there the capture is held until there is room.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Encoded entries.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// One `entries` field of a batch after the other.
    pub(crate) bytes: Vec<u8>,
    /// How many.
    pub(crate) entries: u64,
}

/// What to do when there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// The oldest chunk is dropped and counted.
    DropOldest,
    /// Whoever adds a chunk waits.
    Wait,
}

/// What was dropped for want of room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DroppedChunks {
    /// Chunks.
    pub(crate) chunks: u64,
    /// Entries in them.
    pub(crate) entries: u64,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Chunk>,
    bytes: usize,
    dropped: DroppedChunks,
    empty: Vec<Vec<u8>>,
    closed: bool,
}

/// The spool.
#[derive(Debug)]
pub(crate) struct Spool {
    limit: usize,
    when_full: WhenFull,
    state: Mutex<State>,
    room: Condvar,
    /// Told when there is something to send, or when nothing more will come.
    pub(crate) changed: Notify,
}

impl Spool {
    pub(crate) fn new(limit: usize, when_full: WhenFull) -> Self {
        Self { limit, when_full, state: Mutex::default(), room: Condvar::new(), changed: Notify::new() }
    }

    /// An empty chunk, with memory that was used before if there is any.
    pub(crate) fn empty_chunk(&self) -> Chunk {
        Chunk { bytes: self.lock().empty.pop().unwrap_or_default(), entries: 0 }
    }

    /// Adds a chunk.
    pub(crate) fn push(&self, chunk: Chunk) {
        let mut state = self.lock();
        match self.when_full {
            WhenFull::Wait => {
                while state.bytes > 0 && state.bytes + chunk.bytes.len() > self.limit && !state.closed {
                    state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
            WhenFull::DropOldest => {
                while state.bytes > 0 && state.bytes + chunk.bytes.len() > self.limit {
                    let Some(oldest) = state.queue.pop_front() else { break };
                    state.bytes -= oldest.bytes.len();
                    state.dropped.chunks += 1;
                    state.dropped.entries += oldest.entries;
                }
            }
        }
        state.bytes += chunk.bytes.len();
        state.queue.push_back(chunk);
        drop(state);
        self.changed.notify_one();
    }

    /// Takes the oldest chunks, as many as fit into `bytes` and `entries`, but at least one if there is one.
    pub(crate) fn take(&self, bytes: usize, entries: u64) -> Vec<Chunk> {
        let mut state = self.lock();
        let mut taken = Vec::new();
        let (mut sum_bytes, mut sum_entries) = (0, 0);
        while let Some(next) = state.queue.front() {
            sum_bytes += next.bytes.len();
            sum_entries += next.entries;
            if !taken.is_empty() && (sum_bytes > bytes || sum_entries > entries) {
                break;
            }
            let Some(chunk) = state.queue.pop_front() else { break };
            state.bytes -= chunk.bytes.len();
            taken.push(chunk);
        }
        drop(state);
        self.room.notify_all();
        taken
    }

    /// Gives back the memory of chunks that were sent.
    pub(crate) fn recycle(&self, chunks: Vec<Chunk>) {
        let mut state = self.lock();
        for mut chunk in chunks {
            if state.empty.len() < 8 {
                chunk.bytes.clear();
                state.empty.push(chunk.bytes);
            }
        }
    }

    /// Counts entries that had to be dropped after they were taken.
    pub(crate) fn count_dropped(&self, entries: u64) {
        let mut state = self.lock();
        state.dropped.chunks += 1;
        state.dropped.entries += entries;
    }

    /// Chunks that wait.
    pub(crate) fn waiting(&self) -> u64 {
        self.lock().queue.len() as u64
    }

    /// What was dropped so far.
    pub(crate) fn dropped(&self) -> DroppedChunks {
        self.lock().dropped
    }

    /// Nothing more will be added; nobody is held up any more.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.room.notify_all();
        self.changed.notify_one();
    }

    /// Whether nothing more will be added.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(bytes: usize, entries: u64) -> Chunk {
        Chunk { bytes: vec![0; bytes], entries }
    }

    #[test]
    fn a_full_spool_drops_its_oldest_chunks_and_counts_their_entries() {
        let spool = Spool::new(100, WhenFull::DropOldest);
        for entries in 1..=4 {
            spool.push(chunk(40, entries));
        }
        assert_eq!(spool.dropped(), DroppedChunks { chunks: 2, entries: 3 });
        assert_eq!(spool.take(1000, 1000).iter().map(|chunk| chunk.entries).collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn a_chunk_larger_than_the_spool_is_kept_alone() {
        let spool = Spool::new(100, WhenFull::DropOldest);
        spool.push(chunk(500, 9));
        assert_eq!(spool.take(10, 1).len(), 1);
    }

    #[test]
    fn a_batch_takes_what_fits_and_at_least_one_chunk() {
        let spool = Spool::new(1000, WhenFull::DropOldest);
        for _ in 0..5 {
            spool.push(chunk(40, 10));
        }
        assert_eq!(spool.take(100, 1000).len(), 2);
        assert_eq!(spool.take(1000, 25).len(), 2);
        assert_eq!(spool.take(1, 1).len(), 1);
        assert!(spool.take(1, 1).is_empty());
    }

    #[test]
    fn a_file_waits_for_room_instead_of_losing_entries() {
        let spool = std::sync::Arc::new(Spool::new(100, WhenFull::Wait));
        let adding = std::sync::Arc::clone(&spool);
        let writer = std::thread::spawn(move || (0..50).for_each(|_| adding.push(chunk(60, 1))));
        let mut entries = 0;
        while entries < 50 {
            entries += spool.take(1, 1).iter().map(|chunk| chunk.entries).sum::<u64>();
        }
        writer.join().unwrap();
        assert_eq!(spool.dropped(), DroppedChunks::default());
    }
}
