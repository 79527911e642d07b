//! Batches out of the spool: numbered, compressed, sent one after another, each again until it is known to be stored.
//!
//! One batch is under way at a time, so that the aggregator sees a worker's batches in order; while it is, chunks
//! gather and make the next one larger. A batch that is sent again is the same to the byte. Network and aggregator
//! errors never end it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use mizu_entry::wire::{BatchHeader, encode_header};
use mizu_entry::{Losses, Timestamp, WorkerState};
use tracing::{error, info, warn};

use super::client::{Connection, SendError, Target};
use super::spool::Spool;

/// Largest batch before compression, unless one chunk is larger.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
const BATCH_ENTRIES: u64 = 10_000;
/// Without entries a header alone tells the aggregator that the sidecar lives, and what it lost.
const HEARTBEAT: Duration = Duration::from_secs(3);
const BACK_OFF_MIN: Duration = Duration::from_millis(200);
const BACK_OFF_MAX: Duration = Duration::from_secs(5);
/// At the end, time for what is left.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// What the capture tells the sender, for the next header.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    /// Totals of what was seen and lost, but for the spool's.
    pub(crate) losses: Losses,
    /// What the capture is able to do.
    pub(crate) state: WorkerState,
    /// Why, where the state needs a reason.
    pub(crate) reason: String,
    /// The interfaces that entries name by index.
    pub(crate) interfaces: Vec<mizu_entry::Interface>,
}

/// The report, shared between capture and sender.
pub(crate) type SharedReport = Arc<Mutex<Report>>;

/// Sends batches.
pub(crate) struct Sender {
    target: Target,
    spool: Arc<Spool>,
    report: SharedReport,
    header: BatchHeader,
    connection: Option<Connection>,
    reachable: bool,
}

impl Sender {
    /// `header` says who sends; the rest of it is filled in batch by batch.
    pub(crate) fn new(target: Target, spool: Arc<Spool>, report: SharedReport, header: BatchHeader) -> Self {
        Self { target, spool, report, header, connection: None, reachable: true }
    }

    /// Sends until the spool is closed and empty. Returns the entries that could not be delivered in the end.
    pub(crate) async fn run(mut self) -> u64 {
        let mut first = true;
        loop {
            let chunks = self.spool.take(BATCH_BYTES, BATCH_ENTRIES);
            let closed = self.spool.is_closed();
            if chunks.is_empty() && !closed && !first {
                let changed = self.spool.changed.notified();
                let waited = tokio::time::timeout(HEARTBEAT, changed).await;
                if waited.is_ok() {
                    continue;
                }
            }
            first = false;
            let entries = chunks.iter().map(|chunk| chunk.entries).sum();
            let body = self.batch(&chunks.iter().map(|chunk| chunk.bytes.as_slice()).collect::<Vec<_>>());
            let last = closed && chunks.is_empty();
            self.spool.recycle(chunks);
            let delivered = self.deliver(body, entries).await;
            if !delivered || last {
                let left: u64 = self.spool.take(usize::MAX, u64::MAX).iter().map(|chunk| chunk.entries).sum();
                return if delivered { left } else { left + entries };
            }
        }
    }

    /// The next batch, compressed.
    fn batch(&mut self, chunks: &[&[u8]]) -> Bytes {
        let report = self.report.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let dropped = self.spool.dropped();
        let header = &mut self.header;
        header.sequence += 1;
        header.losses = report.losses;
        header.losses.dropped_batches += dropped.chunks;
        header.losses.dropped_entries += dropped.entries;
        header.losses.waiting_batches = self.spool.waiting();
        header.state = report.state;
        header.reason = report.reason;
        header.interfaces = report.interfaces;
        header.sent_at = now();
        let mut bytes = Vec::with_capacity(1024 + chunks.iter().map(|chunk| chunk.len()).sum::<usize>());
        encode_header(header, &mut bytes);
        for chunk in chunks {
            bytes.extend_from_slice(chunk);
        }
        match zstd::bulk::compress(&bytes, 1) {
            Ok(compressed) => compressed.into(),
            Err(error) => {
                // Only for want of memory; the aggregator refuses the empty body and the loss is counted.
                error!(%error, "A batch could not be compressed.");
                Bytes::new()
            }
        }
    }

    /// Sends a batch until it is stored, refused for good, or the time after the end is up. Returns false in the last case.
    async fn deliver(&mut self, body: Bytes, entries: u64) -> bool {
        let mut back_off = BACK_OFF_MIN;
        let mut deadline = None;
        loop {
            match self.attempt(body.clone()).await {
                Ok(()) => {
                    if !self.reachable {
                        info!("The aggregator is reachable again.");
                        self.reachable = true;
                    }
                    return true;
                }
                Err(SendError::Refused { status, reason }) => {
                    error!(%status, reason, entries, "The aggregator refused a batch; its entries are lost.");
                    self.spool.count_dropped(entries);
                    return true;
                }
                Err(problem) => {
                    self.connection = None;
                    if self.reachable {
                        let problem: &dyn std::error::Error = &problem;
                        warn!(
                            problem,
                            "The aggregator takes no batch at the moment; entries wait in the spool."
                        );
                        self.reachable = false;
                    }
                }
            }
            if self.spool.is_closed() {
                let until = *deadline.get_or_insert_with(|| tokio::time::Instant::now() + LAST_WORDS);
                if tokio::time::Instant::now() >= until {
                    return false;
                }
            }
            tokio::time::sleep(back_off).await;
            back_off = (back_off * 2).min(BACK_OFF_MAX);
        }
    }

    async fn attempt(&mut self, body: Bytes) -> Result<(), SendError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.target).await?,
        };
        connection.send(body).await?;
        self.connection = Some(connection);
        Ok(())
    }
}

/// The time by this machine's clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::new(since.as_secs(), since.subsec_nanos())
}
