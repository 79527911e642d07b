//! Reading: pages of rows, one whole entry, counts, sums by time, values of a field.
//!
//! In: a condition (made from a filter by `mizu-query`, with its parameters), times, ids. Out: stored entries, oldest first.
//! Pages come in two steps, ids first, then the rows of these ids, so that no wide column is read for rows that are not
//! shown. Bodies are read for one entry only. Nothing here makes JSON.

use super::{Store, StoreError, row::StoredEntry};
use clickhouse::{Row, query::Query};
use mizu_entry::{
    record::{Derived, Outcome, Peer},
    wire::decode_entry,
};
use serde::Deserialize;
use std::sync::Arc;

/// A part of a WHERE clause, with the values of the parameters that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    /// An expression over the table's columns; `1` for everything.
    pub(crate) sql: String,
    /// Names and values of its parameters.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Condition {
    /// Every row.
    pub(crate) fn all() -> Self {
        Self { sql: "1".into(), parameters: Vec::new() }
    }
}

/// Which rows a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) condition: Condition,
    /// Begin, inclusive, in nanoseconds since the epoch.
    pub(crate) from: Option<i64>,
    /// End, exclusive, in nanoseconds since the epoch.
    pub(crate) to: Option<i64>,
    /// Ids greater than this.
    pub(crate) after: Option<u64>,
    /// Ids not greater than this.
    pub(crate) until: Option<u64>,
}

/// Where in the scope a page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The newest rows.
    Newest,
    /// The rows just older than this id.
    Before(u64),
    /// The rows just newer than this id.
    After(u64),
    /// The rows that follow the oldest so many.
    Offset(u64),
}

/// A row of the list: an entry without its bodies, and what of its row depends on them.
#[derive(Debug, Clone)]
pub(crate) struct ListedEntry {
    /// Without bodies.
    pub(crate) stored: StoredEntry,
    pub(crate) derived: Derived,
}

/// Rows, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) entries: Vec<ListedEntry>,
    /// Whether there are more on the far side: older ones, except for [`Place::After`] and [`Place::Offset`]: newer ones.
    pub(crate) more: bool,
}

/// Entries of one outcome in one bar of the histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) bar: i64,
    pub(crate) outcome: Outcome,
    pub(crate) count: u64,
}

/// Columns of which a stored entry without bodies is made, in the order of [`ListRow`].
const LIST_COLUMNS: &str = "id, worker, worker_seq, interface, src, src_ns, src_workload, src_pod, \
     dst, dst_ns, dst_workload, dst_pod, toInt8(outcome) AS outcome_number, summary, frame";

#[derive(Row, Deserialize)]
struct ListRow {
    id: u64,
    worker: String,
    worker_seq: u64,
    interface: String,
    src: String,
    src_ns: String,
    src_workload: String,
    src_pod: String,
    dst: String,
    dst_ns: String,
    dst_workload: String,
    dst_pod: String,
    outcome_number: i8,
    summary: String,
    #[serde(with = "serde_bytes")]
    frame: Vec<u8>,
}

#[derive(Row, Deserialize)]
struct Bodies {
    #[serde(with = "serde_bytes")]
    req_body: Vec<u8>,
    #[serde(with = "serde_bytes")]
    res_body: Vec<u8>,
}

impl ListRow {
    fn into_entry(self) -> Result<ListedEntry, StoreError> {
        let damaged = |source| StoreError::Damaged { id: self.id, source };
        let entry = decode_entry(&self.frame).map_err(damaged)?;
        let peer = |name, namespace, workload, pod| Arc::new(Peer { name, namespace, workload, pod });
        let stored = StoredEntry {
            id: self.id,
            worker: self.worker.into(),
            worker_seq: self.worker_seq,
            interface: self.interface.into(),
            src: peer(self.src, self.src_ns, self.src_workload, self.src_pod),
            dst: peer(self.dst, self.dst_ns, self.dst_workload, self.dst_pod),
            entry,
        };
        let outcome = outcome(self.outcome_number);
        Ok(ListedEntry { stored, derived: Derived { summary: self.summary, outcome } })
    }
}

impl Scope {
    /// All rows.
    pub(crate) fn all() -> Self {
        Self { condition: Condition::all(), from: None, to: None, after: None, until: None }
    }

    fn clauses(&self) -> String {
        let mut clauses = vec![format!("({})", self.condition.sql)];
        if self.from.is_some() {
            clauses.push("ts >= fromUnixTimestamp64Nano({scope_from:Int64}, 'UTC')".into());
        }
        if self.to.is_some() {
            clauses.push("ts < fromUnixTimestamp64Nano({scope_to:Int64}, 'UTC')".into());
        }
        if self.after.is_some() {
            clauses.push("id > {scope_after:UInt64}".into());
        }
        if self.until.is_some() {
            clauses.push("id <= {scope_until:UInt64}".into());
        }
        clauses.join(" AND ")
    }

    fn bind(&self, mut query: Query) -> Query {
        for (name, value) in &self.condition.parameters {
            query = query.param(name, value);
        }
        if let Some(from) = self.from {
            query = query.param("scope_from", from);
        }
        if let Some(to) = self.to {
            query = query.param("scope_to", to);
        }
        if let Some(after) = self.after {
            query = query.param("scope_after", after);
        }
        if let Some(until) = self.until {
            query = query.param("scope_until", until);
        }
        query
    }
}

impl Store {
    /// At most `limit` rows of the scope at that place.
    pub(crate) async fn page(&self, scope: &Scope, place: Place, limit: u64) -> Result<Page, StoreError> {
        let (clause, order, bound, skip) = match place {
            Place::Newest => ("", "DESC", None, None),
            Place::Before(id) => (" AND id < {place:UInt64}", "DESC", Some(id), None),
            Place::After(id) => (" AND id > {place:UInt64}", "ASC", Some(id), None),
            Place::Offset(skip) => ("", "ASC", None, Some(skip)),
        };
        let offset = if skip.is_some() { " OFFSET {skip:UInt64}" } else { "" };
        let sql = format!(
            "SELECT id FROM mizu.entries WHERE {}{clause} ORDER BY id {order} LIMIT {{rows:UInt64}}{offset}",
            scope.clauses()
        );
        let mut query = scope.bind(self.reader.query_raw(&sql)).param("rows", limit + 1);
        if let Some(bound) = bound {
            query = query.param("place", bound);
        }
        if let Some(skip) = skip {
            query = query.param("skip", skip);
        }
        let mut ids: Vec<u64> = query.fetch_all().await?;
        let more = ids.len() as u64 > limit;
        ids.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        ids.sort_unstable();
        Ok(Page { entries: self.rows(&ids).await?, more })
    }

    /// Whether the scope has a row at that place.
    pub(crate) async fn any(&self, scope: &Scope, place: Place) -> Result<bool, StoreError> {
        Ok(self.page(scope, place, 0).await?.more)
    }

    /// The rows of these ids, which are in order. A row that retention has just dropped is left out.
    async fn rows(&self, ids: &[u64]) -> Result<Vec<ListedEntry>, StoreError> {
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT {LIST_COLUMNS} FROM mizu.entries \
             WHERE id BETWEEN {{first:UInt64}} AND {{last:UInt64}} AND id IN {{ids:Array(UInt64)}} ORDER BY id"
        );
        let query = self.reader.query_raw(&sql).param("first", first).param("last", last).param("ids", ids);
        let rows: Vec<ListRow> = query.fetch_all().await?;
        rows.into_iter().map(ListRow::into_entry).collect()
    }

    /// One entry with its bodies; `None` if there is none of that id.
    pub(crate) async fn entry(&self, id: u64) -> Result<Option<StoredEntry>, StoreError> {
        let Some(listed) = self.rows(&[id]).await?.pop() else { return Ok(None) };
        let mut stored = listed.stored;
        let sql = "SELECT req_body, res_body FROM mizu.entries WHERE id = {id:UInt64}";
        let bodies = self.reader.query_raw(sql).param("id", id).fetch_optional::<Bodies>().await?;
        let Some(bodies) = bodies else { return Ok(None) };
        if let Some(message) = &mut stored.entry.request {
            message.body.bytes = bodies.req_body;
        }
        if let Some(message) = &mut stored.entry.response {
            message.body.bytes = bodies.res_body;
        }
        Ok(Some(stored))
    }

    /// How many rows of the scope there are.
    pub(crate) async fn count(&self, scope: &Scope) -> Result<u64, StoreError> {
        self.one(scope, "count()").await
    }

    /// Times of the first and last row of the scope in nanoseconds; `None` if there is none.
    pub(crate) async fn span(&self, scope: &Scope) -> Result<Option<(i64, i64)>, StoreError> {
        let (rows, first, last): (u64, i64, i64) = self
            .one(scope, "count(), toUnixTimestamp64Nano(min(ts)), toUnixTimestamp64Nano(max(ts))")
            .await?;
        Ok((rows > 0).then_some((first, last)))
    }

    async fn one<T>(&self, scope: &Scope, what: &str) -> Result<T, StoreError>
    where
        T: clickhouse::RowOwned + clickhouse::RowRead,
    {
        let sql = format!("SELECT {what} FROM mizu.entries WHERE {}", scope.clauses());
        Ok(scope.bind(self.reader.query_raw(&sql)).fetch_one().await?)
    }

    /// Entries by bar of `bar_ms` from `start_ms` on, and by outcome. Empty bars are left out.
    pub(crate) async fn histogram(
        &self,
        scope: &Scope,
        start_ms: i64,
        bar_ms: i64,
    ) -> Result<Vec<Bar>, StoreError> {
        let sql = format!(
            "SELECT intDiv(toUnixTimestamp64Milli(ts) - {{start:Int64}}, {{width:Int64}}) AS bar, \
             toInt8(outcome) AS outcome_number, count() AS entries FROM mizu.entries WHERE {} \
             GROUP BY bar, outcome_number ORDER BY bar",
            scope.clauses()
        );
        let query = scope.bind(self.reader.query_raw(&sql)).param("start", start_ms).param("width", bar_ms);
        let bars: Vec<(i64, i8, u64)> = query.fetch_all().await?;
        Ok(bars
            .into_iter()
            .map(|(bar, number, count)| Bar { bar, outcome: outcome(number), count })
            .collect())
    }

    /// The most frequent values of an expression over the newest rows, with how often they come.
    pub(crate) async fn values(
        &self,
        expression: &Condition,
        prefix: &str,
        limit: u64,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        /// Rows that are looked at.
        const NEWEST: u64 = 100_000;
        let sql = format!(
            "SELECT value, count() AS entries FROM (SELECT toString({}) AS value FROM mizu.entries \
             ORDER BY id DESC LIMIT {NEWEST}) WHERE value != '' AND startsWith(lower(value), lower({{prefix:String}})) \
             GROUP BY value ORDER BY entries DESC, value LIMIT {{rows:UInt64}}",
            expression.sql
        );
        let mut query = self.reader.query_raw(&sql).param("prefix", prefix).param("rows", limit);
        for (name, value) in &expression.parameters {
            query = query.param(name, value);
        }
        Ok(query.fetch_all().await?)
    }
}

/// The outcome of that number in the table.
fn outcome(number: i8) -> Outcome {
    Outcome::ALL.iter().copied().find(|outcome| *outcome as i8 == number).unwrap_or_default()
}
