//! The newest entries in memory, for those who watch them come in.
//!
//! In: the entries of each commit, ids rising. Out: to a reader with a cursor what came after it, or that it has to ask
//! the store because the memory does not reach back that far. Bounded in bytes; nothing is lost by that, since the store
//! has it all. Sockets, filters and JSON are the `api`'s matter.

use crate::store::StoredEntry;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};
use tokio::sync::watch;

/// Memory that the newest entries may take, roughly, in bytes.
const MAX_BYTES: usize = 32 << 20;
/// What an entry takes besides its bodies, roughly.
const ENTRY_BYTES: usize = 1500;
/// Seconds over which the rate is taken.
const RATE_SECONDS: u64 = 10;

/// A place in the order of entries: everything up to this id has been seen. As text: `w0-123`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cursor(pub(crate) u64);

impl Cursor {
    /// Reads a cursor's text; `None` if it is none of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (writer, id) = text.strip_prefix('w')?.split_once('-')?;
        let (writer, id) = (writer.parse::<u8>().ok()?, id.parse().ok()?);
        (writer == crate::store::writer_of(id) || id == 0).then_some(Self(id))
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "w{}-{}", crate::store::writer_of(self.0), self.0)
    }
}

/// The entries of one commit.
pub(crate) type Commit = Arc<Vec<StoredEntry>>;

/// What came after a cursor.
#[derive(Debug)]
pub(crate) enum Since {
    /// These commits, oldest first; the first may begin before the cursor.
    Commits(Vec<Commit>),
    /// The memory does not reach back to the cursor: the store has what came after it.
    Store,
}

/// The memory of the newest entries.
pub(crate) struct Hub {
    recent: Mutex<Recent>,
    newest_tx: watch::Sender<Newest>,
}

/// The newest entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Newest {
    /// Its id; 0 if there is none.
    pub(crate) id: u64,
    /// When it began, in nanoseconds; 0 if not known.
    pub(crate) time: u64,
}

struct Recent {
    commits: VecDeque<(Commit, usize)>,
    bytes: usize,
    /// Everything after this id is in `commits`.
    floor: u64,
    /// Entries by second since `begun`.
    seconds: VecDeque<(u64, u64)>,
    begun: Instant,
}

impl Hub {
    /// An empty memory; `newest` is the newest entry of the store.
    pub(crate) fn new(newest: Newest) -> Self {
        let recent = Recent {
            commits: VecDeque::new(),
            bytes: 0,
            floor: newest.id,
            seconds: VecDeque::new(),
            begun: Instant::now(),
        };
        Self { recent: Mutex::new(recent), newest_tx: watch::Sender::new(newest) }
    }

    /// Takes in what was committed. To be called after the commit, in its order.
    pub(crate) fn publish(&self, entries: Vec<StoredEntry>) {
        let Some(last) = entries.last() else { return };
        let time = entries.iter().map(|e| e.record().timestamp().nanos()).max().unwrap_or(0);
        let newest = Newest { id: last.id, time };
        let bytes = entries
            .iter()
            .map(|e| ENTRY_BYTES + e.record().request_body().len() + e.record().response_body().len())
            .sum();
        {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            recent.count(entries.len() as u64);
            recent.commits.push_back((Arc::new(entries), bytes));
            recent.bytes += bytes;
            while recent.bytes > MAX_BYTES {
                let Some((gone, bytes)) = recent.commits.pop_front() else { break };
                recent.bytes -= bytes;
                recent.floor = gone.last().map_or(recent.floor, |e| e.id);
            }
        }
        self.newest_tx.send_modify(|known| {
            *known = Newest { id: newest.id, time: newest.time.max(known.time) };
        });
    }

    /// The newest entry, and news of newer ones.
    pub(crate) fn newest(&self) -> watch::Receiver<Newest> {
        self.newest_tx.subscribe()
    }

    /// What came after the cursor.
    pub(crate) fn since(&self, cursor: Cursor) -> Since {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if cursor.0 < recent.floor {
            return Since::Store;
        }
        let new = recent.commits.iter().filter(|(c, _)| c.last().is_some_and(|e| e.id > cursor.0));
        Since::Commits(new.map(|(c, _)| c.clone()).collect())
    }

    /// Entries by second over the last ten seconds.
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    pub(crate) fn rate(&self) -> f64 {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.count(0);
        recent.seconds.iter().map(|(_, n)| n).sum::<u64>() as f64 / RATE_SECONDS as f64
    }
}

impl Recent {
    fn count(&mut self, entries: u64) {
        let second = self.begun.elapsed().as_secs();
        while self.seconds.front().is_some_and(|(at, _)| at + RATE_SECONDS <= second) {
            self.seconds.pop_front();
        }
        match self.seconds.back_mut() {
            Some((at, count)) if *at == second => *count += entries,
            _ => self.seconds.push_back((second, entries)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mizu_entry::{Entry, Message, record::Peer};

    fn entry(id: u64, body: usize) -> StoredEntry {
        let mut message = Message::default();
        message.body.bytes = vec![0; body];
        StoredEntry {
            id,
            worker: "w".into(),
            worker_seq: 1,
            interface: "".into(),
            src: Arc::new(Peer::default()),
            dst: Arc::new(Peer::default()),
            entry: Entry { request: Some(Box::new(message)), ..Entry::default() },
        }
    }

    fn ids(since: Since) -> Option<Vec<u64>> {
        match since {
            Since::Commits(commits) => Some(commits.iter().flat_map(|c| c.iter().map(|e| e.id)).collect()),
            Since::Store => None,
        }
    }

    #[test]
    fn a_reader_gets_what_came_after_its_cursor() {
        let hub = Hub::new(Newest { id: 10, time: 0 });
        hub.publish(vec![entry(11, 0), entry(12, 0)]);
        hub.publish(vec![entry(13, 0)]);
        assert_eq!(ids(hub.since(Cursor(10))), Some(vec![11, 12, 13]));
        assert_eq!(ids(hub.since(Cursor(12))), Some(vec![13]));
        assert_eq!(ids(hub.since(Cursor(13))), Some(vec![]));
        assert_eq!(hub.newest().borrow().id, 13);
    }

    #[test]
    fn a_reader_from_before_the_memory_is_sent_to_the_store() {
        let hub = Hub::new(Newest { id: 10, time: 0 });
        assert_eq!(ids(hub.since(Cursor(9))), None);
        hub.publish(vec![entry(11, MAX_BYTES / 2)]);
        hub.publish(vec![entry(12, MAX_BYTES / 2)]);
        assert_eq!(ids(hub.since(Cursor(10))), None, "entry 11 had to make room");
        assert_eq!(ids(hub.since(Cursor(11))), Some(vec![12]));
    }

    #[test]
    fn a_cursor_is_read_as_written_and_no_other() {
        let cursor = Cursor(1_795_000_000_000 << 22 | 7 << 14 | 5);
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        assert_eq!(Cursor::parse(&Cursor(0).to_string()), Some(Cursor(0)));
        for nonsense in ["", "w1", "w0-x", "12", "w9-7"] {
            assert_eq!(Cursor::parse(nonsense), None, "{nonsense}");
        }
    }
}
