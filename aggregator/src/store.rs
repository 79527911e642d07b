//! The table of entries in ClickHouse: writing it, reading it, keeping it within its limit.
//!
//! In: batches of entries, conditions, ids. Out: rows, counts, sizes. One code path serves the embedded engine (over its
//! socket) and a server of the user's (over the network). `commit` writes and decides when something has to go;
//! `read` answers; `native` and `columns` make the bytes of an INSERT. What a filter means is the `query` crate's.

mod columns;
pub(crate) mod commit;
mod ids;
pub(crate) mod marks;
mod native;
pub(crate) mod read;
mod row;
mod schema;
mod segments;
mod transport;
pub(crate) mod workers;

pub(crate) use ids::writer_of;
pub(crate) use row::StoredEntry;

use crate::{engine, live::Newest};
use bytes::Bytes;
use clickhouse::{Client, Row, error::Error as ClickHouseError};
use segments::SegmentSize;
use serde::Deserialize;
use std::{path::PathBuf, time::Duration};

/// ClickHouse's numbers of the errors that we tell apart.
mod code {
    pub(super) const NOT_ENOUGH_SPACE: u32 = 243;
    pub(super) const CANNOT_WRITE: &[u32] = &[74, 75, 76, 469];
    pub(super) const TOO_BROAD: &[u32] = &[159, 241, 396];
}

/// Why the store did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StoreError {
    /// The database cannot be reached now; nothing is known to be wrong with the request.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// There is no room to write.
    #[error("the store's disk is full: {0}")]
    Full(String),
    /// The query needs more time or memory than it may have.
    #[error("the query needs more time or memory than it may have")]
    TooBroad,
    /// The database refused the statement, or answered what we do not understand.
    #[error("the store refused: {0}")]
    Refused(String),
    /// A row does not hold a readable entry.
    #[error("entry {id} cannot be read")]
    Damaged {
        /// The row.
        id: u64,
        /// Why.
        #[source]
        source: mizu_entry::wire::WireError,
    },
    /// The schema could not be brought up to date.
    #[error("step {step} of the schema failed: {reason}")]
    Schema {
        /// The step's number.
        step: &'static str,
        /// What the database said.
        reason: String,
    },
}

impl From<ClickHouseError> for StoreError {
    fn from(error: ClickHouseError) -> Self {
        let ClickHouseError::BadResponse(message) = &error else { return Self::Unavailable(chain(&error)) };
        let number = message.split_once("Code: ").map_or("", |(_, rest)| rest);
        let digits = number.split(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
        match digits.parse().unwrap_or(0) {
            code::NOT_ENOUGH_SPACE => Self::Full(message.clone()),
            number if code::CANNOT_WRITE.contains(&number) && message.contains("errno: 28") => {
                Self::Full(message.clone())
            }
            number if code::TOO_BROAD.contains(&number) => Self::TooBroad,
            210 => Self::Unavailable(message.clone()),
            _ => Self::Refused(message.clone()),
        }
    }
}

/// An error and its causes in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// Where the entries are kept.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// The engine behind this socket.
    Embedded(PathBuf),
    /// A server of the user's.
    Server(String),
}

/// The clients of one database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Store {
    writer: Client,
    reader: Client,
    kind: String,
}

/// What the table holds when the aggregator starts.
pub(crate) struct Restored {
    /// The greatest id of this writer, 0 if it has none, and when that entry began.
    pub(crate) newest: Newest,
    pub(crate) marks: Vec<(String, u64)>,
    pub(crate) sizes: Vec<SegmentSize>,
}

impl Store {
    /// Makes the clients; nothing is sent yet.
    ///
    /// # Errors
    /// The server's address is no URL.
    pub(crate) fn new(database: &Database) -> anyhow::Result<Self> {
        Ok(match database {
            Database::Embedded(socket) => {
                let writer = transport::over_socket(socket.clone());
                let reader = writer.clone().with_user(engine::READER);
                Self { writer, reader, kind: "embedded".into() }
            }
            Database::Server(url) => {
                let (client, shown) = transport::over_network(url)?;
                let reader = client.clone().with_setting("max_execution_time", "30");
                Self { writer: client, reader, kind: shown }
            }
        })
    }

    /// `embedded`, or the server's address without its password.
    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    /// Asks until the database answers; the pauses grow to five seconds. Never fails: the caller gives up by dropping it.
    pub(crate) async fn answers(&self) {
        let mut pause = Duration::from_millis(20);
        while self.writer.query("SELECT 1").fetch_one::<u8>().await.is_err() {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// Brings the schema up to date and reads what is stored already.
    pub(crate) async fn prepare(&self, writer: u8) -> Result<Restored, StoreError> {
        schema::apply(&self.writer)
            .await
            .map_err(|(step, error)| StoreError::Schema { step, reason: chain(&error) })?;
        let newest = self
            .writer
            .query(
                "SELECT id, toUnixTimestamp64Nano(ts) FROM mizu.entries \
                 WHERE bitAnd(bitShiftRight(id, 14), 255) = ? ORDER BY id DESC LIMIT 1",
            )
            .bind(writer)
            .fetch_optional::<(u64, i64)>()
            .await?;
        let newest = newest.map_or(Newest::default(), |(id, ns)| Newest { id, time: ns.cast_unsigned() });
        let marks = self
            .writer
            .query("SELECT DISTINCT worker, worker_seq FROM mizu.entries ORDER BY worker, worker_seq")
            .fetch_all::<(String, u64)>()
            .await?;
        Ok(Restored { newest, marks, sizes: self.sizes().await? })
    }

    /// Sends one block. The statement's name lets [`Store::is_over`] wait for it.
    async fn insert(&self, block: Bytes, statement: &str) -> Result<(), ClickHouseError> {
        let mut insert = self
            .writer
            .insert_formatted_with("INSERT INTO mizu.entries FORMAT Native")
            .with_setting("query_id", statement)
            .with_setting("async_insert", "0");
        insert.send(block).await?;
        insert.end().await
    }

    /// Makes sure that a statement whose connection broke is not at work any more. The embedded engine ends a statement
    /// with its connection, and one that died has none.
    async fn is_over(&self, statement: &str) -> Result<(), StoreError> {
        if self.kind != "embedded" {
            self.writer.query("KILL QUERY WHERE query_id = ? SYNC").bind(statement).execute().await?;
        }
        Ok(())
    }

    /// How many rows of one writer's range of ids are there.
    async fn count_range(&self, first: u64, last: u64) -> Result<u64, StoreError> {
        let writer = writer_of(first);
        let sql = "SELECT count() FROM mizu.entries \
                   WHERE id BETWEEN ? AND ? AND bitAnd(bitShiftRight(id, 14), 255) = ?";
        Ok(self.writer.query(sql).bind(first).bind(last).bind(writer).fetch_one().await?)
    }

    /// Active bytes and rows of every segment.
    pub(crate) async fn sizes(&self) -> Result<Vec<SegmentSize>, StoreError> {
        #[derive(Row, Deserialize)]
        struct Size {
            segment: u32,
            bytes: u64,
            rows: u64,
        }
        let sql = "SELECT toUInt32(partition) AS segment, sum(bytes_on_disk) AS bytes, sum(rows) AS rows \
                   FROM system.parts WHERE active AND database = 'mizu' AND table = 'entries' GROUP BY partition";
        let sizes: Vec<Size> = self.writer.query(sql).fetch_all().await?;
        Ok(sizes
            .into_iter()
            .map(|Size { segment, bytes, rows }| SegmentSize { segment, bytes, rows })
            .collect())
    }

    /// When the oldest entry began, in nanoseconds since the epoch; 0 if there is none.
    async fn oldest(&self) -> Result<u64, StoreError> {
        let sql = "SELECT toUnixTimestamp64Nano(ts) FROM mizu.entries ORDER BY id LIMIT 1";
        let oldest = self.writer.query(sql).fetch_optional::<i64>().await?;
        Ok(oldest.unwrap_or(0).cast_unsigned())
    }

    /// Drops a segment with all its entries.
    async fn drop_segment(&self, segment: u32) -> Result<(), StoreError> {
        let sql = format!("ALTER TABLE mizu.entries DROP PARTITION {segment}");
        Ok(self.writer.query(&sql).execute().await?)
    }
}
