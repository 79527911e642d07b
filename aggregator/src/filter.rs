//! A filter as the routes and the live stream use it: parsed once, asked of the store and of entries in memory.
//!
//! In: the filter's text. Out: a condition for the store, a verdict on a record, help with writing. The language is
//! `mizu_query`'s; only the values that occur in the traffic are added here.

use crate::store::{Store, StoreError, read::Condition};
use mizu_entry::{
    Record,
    api::{CompletionList, FieldList, QueryError},
};
use mizu_query::Query;

/// Values of the traffic that are proposed at most.
const MAX_VALUES: u64 = 20;

/// A filter that can be run.
#[derive(Debug, Clone)]
pub(crate) struct Filter(Query);

impl Filter {
    /// Reads the text; an empty one matches everything.
    pub(crate) fn parse(text: &str) -> Result<Self, QueryError> {
        Ok(Self(Query::parse(text)?))
    }

    /// What can be asked for.
    pub(crate) fn fields() -> FieldList {
        mizu_query::fields()
    }

    /// What could stand at `position` (UTF-16 units) of `text`, with values out of the store.
    pub(crate) async fn complete(
        store: &Store,
        text: &str,
        position: u32,
    ) -> Result<CompletionList, StoreError> {
        let found = mizu_query::complete(text, position);
        let values = match &found.values {
            Some(wanted) => {
                let expression =
                    Condition { sql: wanted.expression.clone(), parameters: wanted.params.clone() };
                store.values(&expression, &wanted.prefix, MAX_VALUES).await?
            }
            None => Vec::new(),
        };
        Ok(found.with_values(values))
    }

    /// The filter as a condition on the table.
    pub(crate) fn condition(&self) -> Condition {
        let sql = self.0.to_sql();
        Condition { sql: sql.where_clause, parameters: sql.params }
    }

    /// Whether a record passes.
    pub(crate) fn matches(&self, record: &Record<'_>) -> bool {
        self.0.matches(record)
    }
}
