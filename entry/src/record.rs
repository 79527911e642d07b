//! An entry with what only the aggregator knows: its number, who sent it, and the names of both ends.
//!
//! The accessors here are the one place that says what a column, a filter's path or a list row means: the store's
//! writer, the filter's evaluation and the API's summary all read a [`Record`], so that they cannot disagree.

mod attrs;
mod body;
#[cfg(feature = "api")]
mod detail;
mod errors;
mod exchange;
mod outcome;
#[cfg(feature = "api")]
mod protobuf;
mod request;
mod summary;
mod target;
mod template;
mod text;
mod trace;

pub use body::{FormField, MAX_PAIRS, form_fields, query_pairs, query_parameters};
#[cfg(feature = "api")]
pub use detail::detail;
pub use exchange::NOTE_NAMES;
pub use outcome::{grpc_status_name, status_reason};
pub use summary::Derived;
#[cfg(feature = "api")]
pub use summary::{summary, summary_from};
pub use template::path_template;

use crate::entry::Entry;

/// Who an end of a conversation is, resolved when the entry arrived and never again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Peer {
    /// The name that people use: the service, else the workload, else the pod, else a name seen in DNS. Empty if unknown.
    pub name: String,
    /// The Kubernetes namespace.
    pub namespace: String,
    /// The owner of the pod: `deployment/carts`.
    pub workload: String,
    /// The pod.
    pub pod: String,
}

/// How an exchange ended, as the list, the histogram and the store's statistics count it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i8)]
pub enum Outcome {
    /// Answered, and well; or no answer is due.
    #[default]
    Ok = 0,
    /// Answered with an error of the client's (HTTP 4xx, gRPC `INVALID_ARGUMENT` and its like).
    ClientError = 1,
    /// Answered with an error of the server's (HTTP 5xx, gRPC `INTERNAL` and its like; GraphQL `errors`).
    ServerError = 2,
    /// An answer was due and none was seen.
    NoReply = 3,
}

impl Outcome {
    /// All of them, in the order of their numbers.
    pub const ALL: &'static [Self] = &[Self::Ok, Self::ClientError, Self::ServerError, Self::NoReply];

    /// The name in filters, in the API and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ClientError => "client_error",
            Self::ServerError => "server_error",
            Self::NoReply => "no_reply",
        }
    }
}

/// One row: an entry, numbered and named.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Time-ordered number: unix ms (42 bits), writer (8), counter (14).
    pub id: u64,
    /// The sidecar that sent it.
    pub worker: &'a str,
    /// The number of the batch that it came in.
    pub worker_seq: u64,
    /// The name of the interface that it was captured on.
    pub interface: &'a str,
    /// Who asked.
    pub src: &'a Peer,
    /// Who was asked.
    pub dst: &'a Peer,
    /// What was captured.
    pub entry: &'a Entry,
}

#[cfg(test)]
pub(crate) mod tests;
