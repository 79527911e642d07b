//! The row of the list, and what of it the store has to keep as text.
//!
//! In: a [`Record`]. Out: [`Derived`], and with the feature `api` the row itself. A row needs a body in two places only:
//! the line of a WebSocket message and the errors of a GraphQL response. The store keeps these two as the columns
//! `summary` and `outcome`, so that `frame` (the entry without its bodies) and they give the same row again
//! ([`summary_from`]), and a list reads no body.

use crate::record::{Outcome, Record};

/// What a row needs of the bodies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derived {
    /// The column `summary`: [`Record::summary_line`].
    pub summary: String,
    /// The column `outcome`: [`Record::outcome`].
    pub outcome: Outcome,
}

impl Record<'_> {
    /// What the store keeps besides the entry's frame for the list.
    #[must_use]
    pub fn derived(&self) -> Derived {
        Derived { summary: self.summary_line().into_owned(), outcome: self.outcome() }
    }
}

/// The row of a record with its bodies.
#[cfg(feature = "api")]
#[must_use]
pub fn summary(record: &Record<'_>) -> crate::api::EntrySummary {
    summary_from(record, record.derived())
}

/// The row of a record whose entry lacks the bytes of its bodies, with what was kept of them.
#[cfg(feature = "api")]
#[must_use]
pub fn summary_from(record: &Record<'_>, derived: Derived) -> crate::api::EntrySummary {
    let flow = &record.entry.flow;
    crate::api::EntrySummary {
        id: record.id.to_string(),
        connection: record.conn_id().to_string(),
        timestamp: record.timestamp().rfc3339(),
        protocol: record.protocol().name().to_owned(),
        version: record.version().to_owned(),
        method: record.method().into_owned(),
        summary: derived.summary,
        status: record.status(),
        status_text: record.status_text().into_owned(),
        outcome: derived.outcome.name().to_owned(),
        unanswered: record.unanswered().map(|reason| reason.name().to_owned()),
        src: peer(record.src, flow.client),
        dst: peer(record.dst, flow.server),
        elapsed_us: record.elapsed_us(),
        request_size: record.request_size(),
        response_size: record.response_size(),
        graphql: record.graphql().map(|(operation, _, _)| operation.name().to_owned()),
        message_direction: record.websocket().map(|(_, websocket)| websocket.direction.name().to_owned()),
        notes: record.note_names().map(str::to_owned).collect(),
    }
}

#[cfg(feature = "api")]
fn peer(peer: &super::Peer, endpoint: crate::flow::Endpoint) -> crate::api::PeerView {
    crate::api::PeerView {
        ip: endpoint.ip.to_string(),
        port: endpoint.port,
        name: peer.name.clone(),
        namespace: peer.namespace.clone(),
        workload: peer.workload.clone(),
        pod: peer.pod.clone(),
    }
}
