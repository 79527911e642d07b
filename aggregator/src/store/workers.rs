//! What sidecars said of themselves, kept in `mizu.workers` so that it outlives the aggregator.
//!
//! In and out: a worker's last header, when it was heard of, how many of its entries are stored. Rows replace each other
//! by time; what follows from a header is `ingest::coverage`'s matter.

use super::{Store, StoreError};
use clickhouse::Row;
use serde::{Deserialize, Serialize};

/// One worker's row.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub(crate) struct WorkerRow {
    pub(crate) worker: String,
    /// Milliseconds since the epoch.
    pub(crate) seen: i64,
    /// Nanoseconds since the epoch; 0 if it has no entry.
    pub(crate) last_entry: i64,
    pub(crate) stored: u64,
    /// The header as a batch of its own (`entry/wire.proto`).
    #[serde(with = "serde_bytes")]
    pub(crate) header: Vec<u8>,
}

/// Workers that are read back at a start: the newest ones.
const KEPT: u64 = 10_000;

impl Store {
    /// The workers that were heard of, each once.
    pub(crate) async fn workers(&self) -> Result<Vec<WorkerRow>, StoreError> {
        let sql = format!("SELECT ?fields FROM mizu.workers FINAL ORDER BY seen DESC LIMIT {KEPT}");
        Ok(self.writer.query(&sql).fetch_all().await?)
    }

    /// Writes these workers' state.
    pub(crate) async fn remember_workers(&self, rows: &[WorkerRow]) -> Result<(), StoreError> {
        let mut insert = self
            .writer
            .insert_unescaped::<WorkerRow>("mizu.workers")
            .await?
            .with_setting("async_insert", "0");
        for row in rows {
            insert.write(row).await?;
        }
        Ok(insert.end().await?)
    }
}
