//! Writing: batches of many sidecars become one INSERT, each entry stored exactly once.
//!
//! In: batches in a bounded queue. Out: to each sender whether its batch is stored; to `live` the entries, in the order of
//! their ids. One INSERT is one block of one segment, so it is there whole or not at all. When its outcome is unclear the
//! rows of its id range are counted: none means send the same block again, all means it is stored. Nothing here reads
//! frames or answers HTTP.

use super::{
    Restored, Store, StoreError,
    columns::{Row, columns},
    ids::Ids,
    marks::Marks,
    native,
    row::StoredEntry,
    segments::Segments,
};
use crate::stop::Stop;
use bytes::Bytes;
use mizu_entry::{Entry, record::Peer};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

/// Rows of one INSERT at most, where more than one batch makes it up.
const MAX_ROWS: usize = 10_000;
/// How long a batch waits for others to share an INSERT with.
const GATHER: Duration = Duration::from_millis(100);
/// Path templates that are told apart; a service that puts ids into paths in an unknown way must not grow the dictionary
/// of the column without bound.
const MAX_TEMPLATES: usize = 10_000;
const OTHER_TEMPLATES: &str = "{other}";

/// An entry with its ends named, before it has a number.
pub(crate) struct Incoming {
    pub(crate) src: Arc<Peer>,
    pub(crate) dst: Arc<Peer>,
    pub(crate) interface: Arc<str>,
    pub(crate) entry: Entry,
}

/// One batch of one sidecar, on its way into the store.
pub(crate) struct Submission {
    pub(crate) worker: Arc<str>,
    pub(crate) sequence: u64,
    pub(crate) entries: Vec<Incoming>,
    /// Bytes of the frame, for the bounds of an INSERT.
    pub(crate) bytes: usize,
    /// The batch's share of the queue's bound.
    pub(crate) room: OwnedSemaphorePermit,
    /// committer --stored or not--> the request that brought the batch.
    pub(crate) done_tx: oneshot::Sender<Result<(), StoreError>>,
}

/// What the store holds and how it does, for the status.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holdings {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// When the oldest entry began, in nanoseconds since the epoch; 0 if there is none.
    pub(crate) oldest: u64,
    /// Why the last commit failed, until one succeeds.
    pub(crate) failing: Option<StoreError>,
}

/// The one writer of the table.
pub(crate) struct Committer {
    store: Store,
    ids: Ids,
    segments: Segments,
    marks: Arc<Mutex<Marks>>,
    templates: HashSet<String>,
    holdings_tx: watch::Sender<Holdings>,
    /// committer --entries of a commit, ids rising--> `live`.
    publish: Box<dyn Fn(Vec<StoredEntry>) + Send + Sync>,
    statements: u64,
    oldest_segment: Option<u32>,
}

impl Committer {
    /// A writer that goes on where the table ends.
    pub(crate) fn new(
        store: Store,
        writer: u8,
        restored: &Restored,
        limit: u64,
        marks: Arc<Mutex<Marks>>,
        publish: Box<dyn Fn(Vec<StoredEntry>) + Send + Sync>,
    ) -> (Self, watch::Receiver<Holdings>) {
        let (holdings_tx, holdings) = watch::channel(Holdings::default());
        let committer = Self {
            store,
            ids: Ids::after(writer, restored.newest.id),
            segments: Segments::new(&restored.sizes, limit, Instant::now()),
            marks,
            templates: HashSet::new(),
            holdings_tx,
            publish,
            statements: 0,
            oldest_segment: None,
        };
        (committer, holdings)
    }

    /// Writes until the queue is closed and empty, or `give_up` says that the store will not come back.
    pub(crate) async fn run(mut self, mut queue_rx: mpsc::Receiver<Submission>, mut give_up: Stop) {
        if let Err(error) = self.turn_segments().await {
            tracing::warn!(%error, "The sizes of the segments could not be read.");
        }
        let mut left_over = None;
        loop {
            let first = match left_over.take() {
                Some(first) => first,
                None => match queue_rx.recv().await {
                    Some(first) => first,
                    None => return,
                },
            };
            let mut group = vec![first];
            left_over = gather(&mut group, &mut queue_rx, self.segments.commit_bytes()).await;
            let outcome = tokio::select! {
                outcome = self.commit(&mut group) => outcome,
                () = give_up.said() => {
                    Err(StoreError::Unavailable("the aggregator is shutting down".into()))
                }
            };
            self.settle(group, &outcome);
            match outcome {
                Ok(()) => {
                    self.holdings_tx.send_modify(|holdings| holdings.failing = None);
                    if let Err(error) = self.turn_segments().await {
                        tracing::warn!(%error, "Old segments could not be dropped; tried again after the next commit.");
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "Batches could not be stored; their sidecars keep them.");
                    self.holdings_tx.send_modify(|holdings| holdings.failing = Some(error.clone()));
                }
            }
        }
    }

    /// Stores all batches of the group, or none.
    async fn commit(&mut self, group: &mut [Submission]) -> Result<(), StoreError> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let count = group.iter().map(|batch| batch.entries.len()).sum();
        if count == 0 {
            return Ok(());
        }
        let mut ids = self.ids.take(count, u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
        let mut entries = Vec::with_capacity(count);
        for batch in group.iter_mut() {
            for (id, incoming) in ids.by_ref().take(batch.entries.len()).zip(batch.entries.drain(..)) {
                entries.push(StoredEntry {
                    id,
                    worker: batch.worker.clone(),
                    worker_seq: batch.sequence,
                    interface: incoming.interface,
                    src: incoming.src,
                    dst: incoming.dst,
                    entry: incoming.entry,
                });
            }
        }
        let (Some(first), Some(last)) = (entries.first().map(|e| e.id), entries.last().map(|e| e.id)) else {
            return Ok(());
        };
        let (entries, block) = self.encode(entries).await?;
        self.statements += 1;
        let statement = format!("mizu-{first}-{}", self.statements);
        self.insert_once(block, &statement, first, last, count as u64).await?;
        (self.publish)(entries);
        Ok(())
    }

    async fn encode(&mut self, entries: Vec<StoredEntry>) -> Result<(Vec<StoredEntry>, Bytes), StoreError> {
        let segment = self.segments.current();
        let mut templates = std::mem::take(&mut self.templates);
        let encoding = tokio::task::spawn_blocking(move || {
            let block = encode(&entries, segment, &mut templates);
            (entries, block, templates)
        });
        let failed = |error| StoreError::Refused(format!("encoding a batch failed: {error}"));
        let (entries, block, templates) = encoding.await.map_err(failed)?;
        self.templates = templates;
        Ok((entries, block))
    }

    /// Inserts the block; comes back when it is known to be stored, or known not to be.
    async fn insert_once(
        &self,
        block: Bytes,
        statement: &str,
        first: u64,
        last: u64,
        count: u64,
    ) -> Result<(), StoreError> {
        loop {
            let Err(error) = self.store.insert(block.clone(), statement).await else { return Ok(()) };
            let error = StoreError::from(error);
            tracing::warn!(%error, statement, "An insert's outcome is unclear; its rows are counted.");
            let found = loop {
                self.store.answers().await;
                let counted = match self.store.is_over(statement).await {
                    Ok(()) => self.store.count_range(first, last).await,
                    Err(error) => Err(error),
                };
                match counted {
                    Ok(found) => break found,
                    Err(StoreError::Unavailable(_)) => {}
                    Err(error) => return Err(error),
                }
            };
            match (found, error) {
                (found, _) if found == count => return Ok(()),
                (0, StoreError::Unavailable(_)) => {}
                (0, refused) => return Err(refused),
                (found, error) => {
                    // Cannot be: one block of one segment is one part. Said loudly rather than repaired by guess.
                    tracing::error!(found, count, first, last, %error, "An insert is stored in part.");
                    return Err(StoreError::Refused(format!("{found} of {count} rows are stored")));
                }
            }
        }
    }

    fn settle(&self, group: Vec<Submission>, outcome: &Result<(), StoreError>) {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        for batch in group {
            marks.settle(&batch.worker, batch.sequence, outcome.is_ok());
            drop(batch.room);
            // A sidecar that left asks again and is told then.
            let _ = batch.done_tx.send(outcome.clone());
        }
    }

    async fn turn_segments(&mut self) -> Result<(), StoreError> {
        let mut sizes = self.store.sizes().await?;
        for segment in self.segments.turn(&sizes, Instant::now()) {
            self.store.drop_segment(segment).await?;
            sizes.retain(|size| size.segment != segment);
            tracing::debug!(segment, "A segment was dropped to stay within the limit.");
        }
        let oldest_segment = sizes.iter().filter(|s| s.rows > 0).map(|s| s.segment).min();
        let oldest = if oldest_segment == self.oldest_segment {
            self.holdings_tx.borrow().oldest
        } else {
            self.store.oldest().await?
        };
        self.oldest_segment = oldest_segment;
        let (rows, bytes) = sizes.iter().fold((0, 0), |(rows, bytes), s| (rows + s.rows, bytes + s.bytes));
        self.holdings_tx.send_modify(|holdings| {
            *holdings = Holdings { rows, bytes, oldest, failing: holdings.failing.take() };
        });
        Ok(())
    }
}

/// Adds what comes within [`GATHER`], within the bounds of an INSERT. Returns a batch that did not fit any more.
async fn gather(
    group: &mut Vec<Submission>,
    queue_rx: &mut mpsc::Receiver<Submission>,
    max_bytes: usize,
) -> Option<Submission> {
    let until = tokio::time::Instant::now() + GATHER;
    let (mut rows, mut bytes) = group.iter().fold((0, 0), |(r, b), s| (r + s.entries.len(), b + s.bytes));
    while rows < MAX_ROWS && bytes < max_bytes {
        let Ok(Some(next)) = tokio::time::timeout_at(until, queue_rx.recv()).await else { return None };
        (rows, bytes) = (rows + next.entries.len(), bytes + next.bytes);
        if rows > MAX_ROWS || bytes > max_bytes {
            return Some(next);
        }
        group.push(next);
    }
    None
}

fn encode(entries: &[StoredEntry], segment: u32, templates: &mut HashSet<String>) -> Bytes {
    let paths: Vec<_> = entries.iter().map(|entry| entry.record().path_template()).collect();
    for path in &paths {
        if templates.len() < MAX_TEMPLATES && !templates.contains(path.as_ref()) {
            templates.insert(path.clone().into_owned());
        }
    }
    let rows: Vec<_> = entries
        .iter()
        .zip(&paths)
        .map(|(entry, path)| Row {
            record: entry.record(),
            segment,
            template: if templates.contains(path.as_ref()) { path } else { OTHER_TEMPLATES },
        })
        .collect();
    let bodies: usize = entries
        .iter()
        .map(|e| 1500 + e.record().request_body().len() + e.record().response_body().len())
        .sum();
    let mut block = Vec::with_capacity(bodies);
    native::append_block(&columns(), &rows, &mut block);
    block.into()
}
