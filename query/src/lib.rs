//! The filter language: one text, one meaning, in memory and in the store.
//!
//! In: a filter such as `http and response.status >= 500 and request.path.startsWith("/pay")`. Out: a [`Query`], which
//! says of a record whether it matches and writes itself as a condition of SQL; for editors, errors with their place,
//! completions and the list of fields.
//!
//! | form | meaning |
//! | --- | --- |
//! | `http` `http2` `grpc` `graphql` `websocket` | entries of that protocol |
//! | `request.host` | the field is there |
//! | `response.status == 404` `!=` `<` `<=` `>` `>=` | comparison; `4xx`, `250ms`, `10KB`, `"2026-03-01T14:33:21Z"` |
//! | `request.path =~ r"^/v[12]/"` `!~` | regular expression, also with `==` and `!=`; not anchored |
//! | `request.path.startsWith("/pay")` `.endsWith` `.contains`, or between: `request.path contains "pay"` | text, case counts |
//! | `request.headers["accept"]` `response.headers[…]` `request.query[…]` | by name; of several values any |
//! | `a and b` `a or b` `not a` `(…)`, `&&` `\|\|` `!` | `not` binds tightest, then `and`, then `or` |
//!
//! A field without value makes its own comparison false, `!=` and `!~` included, and nothing else.
//!
//! The way: `lexer` > `parser` (> `ast`) > `resolve` with the `field` table (> `plan`) > `evaluate` or `sql`.
//! A property test of the store runs both on random filters and records and holds them equal.

#![forbid(unsafe_code)]

#[cfg(feature = "api")]
mod api;
mod ast;
mod complete;
mod error;
mod evaluate;
mod field;
mod lexer;
mod literal;
mod parser;
mod pattern;
mod plan;
mod resolve;
mod sql;
mod suggest;
#[cfg(feature = "testing")]
pub mod testing;
mod value;

#[cfg(feature = "api")]
pub use api::fields;
pub use complete::{Completions, Proposal, ProposalKind, ValuesWanted, complete};
pub use error::QueryError;
pub use sql::Sql;

use mizu_entry::Record;

/// A filter that can be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    text: String,
    plan: plan::Plan,
}

impl Query {
    /// Reads a filter. One that is empty matches everything.
    ///
    /// # Errors
    /// The filter is not of the language: what is wrong, where, and what would be right.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let plan = parser::parse(text)
            .and_then(|expr| expr.as_ref().map_or(Ok(plan::Plan::Constant(true)), resolve::resolve))
            .map_err(|fault| fault.tell(text))?;
        Ok(Self { text: text.to_owned(), plan })
    }

    /// The filter as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether everything matches, so that nothing need be asked.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.plan == plan::Plan::Constant(true)
    }

    /// Whether a record matches.
    #[must_use]
    pub fn matches(&self, record: &Record<'_>) -> bool {
        evaluate::holds(&self.plan, record)
    }

    /// The filter as a condition over `mizu.entries`.
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        sql::sql(&self.plan)
    }
}
