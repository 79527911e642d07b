//! The JSON of the API: the types of every route of the aggregator's read side.
//!
//! OpenAPI (`aggregator/openapi.json`) and the page's TypeScript (`ui/src/api/generated/`) are made from these types.
//! Numbers that may pass 2^53 (ids, connections) are decimal strings. Times are RFC 3339 in UTC with nine decimals.
//! Every answer that is not 2xx carries an [`ApiError`].
//!
//! | route | answer |
//! | --- | --- |
//! | `GET /api/entries?query&from&to&before&after&until&offset&limit` | [`EntryPage`]: rows oldest first |
//! | `GET /api/entries/count?query&from&to&until` | [`EntryCount`] |
//! | `GET /api/entries/{id}` | [`EntryDetail`] |
//! | `GET /api/entries/{id}/body/{request\|response}` | the bytes kept of the body, as a download |
//! | `GET /api/histogram?query&from&to&buckets` | [`Histogram`] |
//! | `GET /api/query/fields` | [`FieldList`] |
//! | `GET /api/query/validate?query` | [`QueryCheck`] |
//! | `GET /api/query/complete?query&position` | [`CompletionList`] |
//! | `GET /api/coverage` | [`Coverage`] |
//! | `GET /api/status` | [`Status`] |
//! | `GET /api/live` | WebSocket: [`LiveRequest`] up, [`LiveMessage`] down |
//! | `GET /api/openapi.json` | this contract |
//!
//! Paging: without `before`, `after` and `offset` a page holds the newest `limit` rows (default 100, at most 1000).
//! `before=ID` holds the rows just older than that row, `after=ID` the rows just newer. `until=ID` bounds the rows to
//! ids not greater, and `offset=N` then skips the N oldest matches: the way of a scroll bar that jumps.
//! `from` and `to` are RFC 3339 times or `now-15m`; `from` is inclusive, `to` exclusive.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Why a request could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ApiError {
    /// For programs: `unauthorized`, `foreign_host`, `foreign_origin`, `bad_query`, `bad_request`, `not_found`,
    /// `store_unavailable`, `too_broad`, `internal`.
    pub code: String,
    /// For people: what happened.
    pub message: String,
    /// What to do next, where there is something to do.
    pub hint: Option<String>,
    /// Where in the filter it is, with code `bad_query`.
    pub query: Option<QueryError>,
}

/// What is wrong with a filter, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct QueryError {
    /// What is wrong.
    pub message: String,
    /// First character that it concerns, counted in UTF-16 units from 0, as browsers count.
    pub start: u32,
    /// The character after the last one.
    pub end: u32,
    /// The nearest thing that would be right, as a replacement for that range.
    pub suggestion: Option<String>,
}

/// One end of an exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PeerView {
    /// Address.
    pub ip: String,
    /// Port.
    pub port: u16,
    /// Name for people; empty if unknown.
    pub name: String,
    /// Kubernetes namespace; empty if unknown.
    pub namespace: String,
    /// `deployment/carts`; empty if unknown.
    pub workload: String,
    /// Pod; empty if unknown.
    pub pod: String,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct EntrySummary {
    /// Number, time-ordered.
    pub id: String,
    /// The same for all entries of a connection.
    pub connection: String,
    /// When the first byte was captured.
    pub timestamp: String,
    /// `http`, `http2`, `grpc`, `websocket`.
    pub protocol: String,
    /// Version as the protocol writes it: `HTTP/1.1`; empty where it has none.
    pub version: String,
    /// What was asked, in a word: `GET`, `unary`, `text`.
    pub method: String,
    /// What it was asked of, in a line: path and query, gRPC service and method, GraphQL operation, start of a message.
    pub summary: String,
    /// The status as a number where the protocol has one: HTTP status, gRPC status.
    pub status: Option<i32>,
    /// The status as people read it: `200`, `NOT_FOUND`, `text`; empty if there is none.
    pub status_text: String,
    /// `ok`, `client_error`, `server_error`, `no_reply`.
    pub outcome: String,
    /// Why there is no response: `not_due`, `gap`, `reset`, `closed`, `timeout`, `capture_ended`, `budget`.
    pub unanswered: Option<String>,
    /// Who asked.
    pub src: PeerView,
    /// Who was asked.
    pub dst: PeerView,
    /// Microseconds from the first byte of the request to the last of the response.
    pub elapsed_us: Option<u64>,
    /// Bytes of the request on its connection.
    pub request_size: u64,
    /// Bytes of the response on its connection.
    pub response_size: u64,
    /// GraphQL operation (`query`, `mutation`, `subscription`) if the request carries one.
    pub graphql: Option<String>,
    /// Who sent a WebSocket message: `c2s` (the client, which is `src`) or `s2c`.
    pub message_direction: Option<String>,
    /// What is to be known: `partial`, `gap`, `truncated`, `midstream`, `redacted`, `decrypted`, `reset`, `snapped`,
    /// `headers_unknown`, `undecoded`, `malformed`, `proxy_leg`, `probe`, `open`.
    pub notes: Vec<String>,
}

/// Rows of the list, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct EntryPage {
    /// The rows.
    pub entries: Vec<EntrySummary>,
    /// Whether older rows match.
    pub older: bool,
    /// Whether newer rows match.
    pub newer: bool,
    /// Where the live stream goes on from this page's moment without gap or duplicate (`LiveRequest::Subscribe::from`).
    pub cursor: String,
}

/// How many rows there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct EntryCount {
    /// Rows that match.
    pub matched: u64,
    /// Rows in all.
    pub total: u64,
    /// The newest row that was counted; empty if there is none.
    pub until: String,
}

/// A header, trailer, cookie, query parameter or form field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct NameValue {
    /// The name as sent.
    pub name: String,
    /// The value as sent; bytes that are not UTF-8 come as U+FFFD.
    pub value: String,
    /// Whether the value was replaced by redaction.
    pub redacted: bool,
    /// The filter path that names it: `request.headers["accept"]`.
    pub path: String,
}

/// A body, as far as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct BodyView {
    /// Bytes of the whole body, decoded.
    pub len: u64,
    /// Bytes of it as sent.
    pub sent_len: u64,
    /// Bytes that are kept.
    pub kept_len: u64,
    /// Whether less is kept than there was.
    pub truncated: bool,
    /// Whether the bytes are still content-encoded.
    pub encoded: bool,
    /// `Content-Type` as sent; empty if not sent.
    pub content_type: String,
    /// `Content-Encoding` as sent; empty if not sent.
    pub content_encoding: String,
    /// `utf8` or `base64`: how `data` is written.
    pub format: String,
    /// The bytes kept.
    pub data: String,
}

/// One field of a protobuf message read without its schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ProtobufField {
    /// Field number.
    pub number: u32,
    /// `varint`, `fixed64`, `fixed32`, `string`, `bytes`, `message`.
    pub kind: String,
    /// The value as text (bytes in hex); empty for `message`.
    pub value: String,
    /// The fields of a `message`.
    #[schema(no_recursion)]
    pub fields: Vec<ProtobufField>,
}

/// One gRPC message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct GrpcMessage {
    /// Whether it was compressed.
    pub compressed: bool,
    /// Bytes as sent, without prefix.
    pub len: u64,
    /// Whether less of it is kept than was sent, so that `fields` may lack the end.
    pub truncated: bool,
    /// The fields, as far as they can be read.
    pub fields: Vec<ProtobufField>,
}

/// One message of an exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct MessageDetail {
    /// When its first byte was captured.
    pub first: String,
    /// When its last byte was captured.
    pub last: String,
    /// Bytes on its connection.
    pub wire_len: u64,
    /// The protocol's own facts, in the order to show: Method, Target, Host, Status, Status text, Stream …
    pub details: Vec<NameValue>,
    /// Header fields in the order sent.
    pub headers: Vec<NameValue>,
    /// Trailer fields in the order sent.
    pub trailers: Vec<NameValue>,
    /// Cookies of `Cookie` or `Set-Cookie`.
    pub cookies: Vec<NameValue>,
    /// Parameters of the query string.
    pub query: Vec<NameValue>,
    /// Fields of a form body.
    pub form: Vec<NameValue>,
    /// gRPC messages in the body.
    pub grpc: Vec<GrpcMessage>,
    /// The body.
    pub body: BodyView,
}

/// The moments of an exchange, in microseconds from the first byte captured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Timing {
    /// First byte of the request.
    pub request_first_us: Option<u64>,
    /// Last byte of the request.
    pub request_last_us: Option<u64>,
    /// First byte of the response.
    pub response_first_us: Option<u64>,
    /// Last byte of the response.
    pub response_last_us: Option<u64>,
}

/// All that is known of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct EntryDetail {
    /// The row.
    pub summary: EntrySummary,
    /// What was asked.
    pub request: Option<MessageDetail>,
    /// What was answered.
    pub response: Option<MessageDetail>,
    /// When what came.
    pub timing: Timing,
    /// Bytes missing inside the exchange.
    pub gap_bytes: u64,
    /// The sidecar that captured it.
    pub worker: String,
    /// The interface that it was captured on.
    pub interface: String,
    /// `local`, `inbound`, `outbound`.
    pub direction: String,
    /// `direct`, `app`, `proxy`.
    pub leg: String,
    /// The trace that it belongs to (`traceparent`, `b3`, `x-b3-traceid`, `x-request-id`); empty if none.
    pub trace_id: String,
}

/// One bar of the histogram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct HistogramBar {
    /// Begin of the bar.
    pub start: String,
    /// Exchanges that went well.
    pub ok: u64,
    /// Client errors.
    pub client_error: u64,
    /// Server errors.
    pub server_error: u64,
    /// Without reply.
    pub no_reply: u64,
}

/// How many entries there were when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Histogram {
    /// Begin of the first bar.
    pub from: String,
    /// End of the last bar.
    pub to: String,
    /// Milliseconds that a bar covers.
    pub bar_ms: u64,
    /// The bars, empty ones included.
    pub bars: Vec<HistogramBar>,
}

/// What can be asked for in a filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct FieldInfo {
    /// The path: `response.status`, `request.headers`.
    pub path: String,
    /// `text`, `number`, `bool`, `map`, `duration`, `size`, `time`, `ip`.
    pub kind: String,
    /// The column of the table `mizu.entries` that it reads.
    pub column: String,
    /// What it means.
    pub help: String,
    /// The operators that it can stand with.
    pub operators: Vec<String>,
}

/// The filter language's field table and words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct FieldList {
    /// The fields.
    pub fields: Vec<FieldInfo>,
    /// Words that stand for a protocol: `http`, `grpc`.
    pub macros: Vec<FieldInfo>,
    /// Functions on text: `contains`, `startsWith`, `endsWith`.
    pub functions: Vec<String>,
}

/// Whether a filter is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct QueryCheck {
    /// Whether it can be run.
    pub valid: bool,
    /// What is wrong.
    pub error: Option<QueryError>,
}

/// One thing that could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Completion {
    /// What to insert.
    pub text: String,
    /// `field`, `operator`, `value`, `macro`, `function`, `keyword`.
    pub kind: String,
    /// What it means; for values, empty.
    pub help: String,
    /// How many entries have that value, for values.
    pub count: Option<u64>,
}

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CompletionList {
    /// First character that a completion replaces (UTF-16 units).
    pub start: u32,
    /// The character after the last one that it replaces.
    pub end: u32,
    /// The completions, best first.
    pub items: Vec<Completion>,
}

/// One cause of loss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LossView {
    /// The cause for programs: `dropped_ring`, `gap_bytes`, `dropped_entries` …
    pub cause: String,
    /// The cause for people: "The kernel's ring was full".
    pub label: String,
    /// How much: packets, bytes, connections, entries.
    pub count: u64,
    /// What `count` counts.
    pub unit: String,
    /// What can be done about it; empty if nothing.
    pub hint: String,
}

/// What one sidecar does and lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct WorkerCoverage {
    /// The sidecar.
    pub worker: String,
    /// Its pod, if it runs in one.
    pub pod: String,
    /// The pod's namespace.
    pub namespace: String,
    /// The node or host.
    pub node: String,
    /// Interfaces that it listens on.
    pub interfaces: Vec<String>,
    /// `starting`, `capturing`, `shedding_bodies`, `shedding_decoding`, `shedding_connections`, `unavailable`, `finished`.
    pub state: String,
    /// Why, where the state needs a reason.
    pub reason: String,
    /// How far its traffic comes: `no_packets`, `only_opaque`, `not_delivering`, `delivering`, `idle`.
    pub stage: String,
    /// When it was last heard of.
    pub last_seen: String,
    /// When its newest entry began; empty if it has none.
    pub last_entry: String,
    /// Packets captured.
    pub packets: u64,
    /// Bytes captured.
    pub bytes: u64,
    /// Entries made.
    pub entries: u64,
    /// Entries stored.
    pub stored: u64,
    /// Batches made and not yet stored.
    pub waiting_batches: u64,
    /// Share of packets that were captured, 0 to 1; lost ones are counted by the kernel.
    pub captured_share: f64,
    /// What was lost, by cause; causes without loss are left out.
    pub losses: Vec<LossView>,
}

/// What is captured of what should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Coverage {
    /// All sidecars that were heard of.
    pub workers: Vec<WorkerCoverage>,
    /// Share of packets that were captured over all sidecars, 0 to 1.
    pub captured_share: f64,
    /// What was lost over all sidecars.
    pub losses: Vec<LossView>,
}

/// What the aggregator is and holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Status {
    /// Version of Mizu.
    pub version: String,
    /// `ready`, `restarting`, `unavailable`, `full`.
    pub store: String,
    /// Why the store is not ready.
    pub store_reason: String,
    /// `embedded` or the address of the user's server.
    pub store_kind: String,
    /// Entries stored.
    pub entries: u64,
    /// Bytes on disk.
    pub store_bytes: u64,
    /// Bytes that the store may use; 0 if it has no limit.
    pub store_limit: u64,
    /// Oldest entry; empty if there is none.
    pub oldest: String,
    /// Newest entry; empty if there is none.
    pub newest: String,
    /// Entries stored in the last ten seconds, by second.
    pub rate: f64,
    /// Where the traffic comes from: `demo`, `local`, `file`, `cluster`; for the words of the empty state.
    pub source: String,
    /// Files or interfaces or the cluster's context.
    pub source_name: String,
}

/// What a live client asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum LiveRequest {
    /// Send what matches, from a cursor on. A second subscription with the same `id` takes the place of the first.
    Subscribe {
        /// The client's name for the subscription.
        id: u32,
        /// The filter; empty for all.
        query: String,
        /// The cursor of an [`EntryPage`] or of the last [`LiveMessage::Entries`]; `None` for "from now on".
        from: Option<String>,
    },
    /// Send no more of it.
    Unsubscribe {
        /// The subscription.
        id: u32,
    },
    /// Hold everything until `resume`, which goes on without gap.
    Pause,
    /// Go on.
    Resume,
}

/// What the aggregator sends to a live client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    /// The subscription stands.
    Subscribed {
        /// The subscription.
        id: u32,
        /// Where it stands.
        cursor: String,
    },
    /// New rows, oldest first; each row is sent once.
    Entries {
        /// The subscription.
        id: u32,
        /// Where to resume.
        cursor: String,
        /// The rows.
        entries: Vec<EntrySummary>,
    },
    /// The client was too slow: rows were skipped and can be loaded by the list route.
    Dropped {
        /// The subscription.
        id: u32,
        /// Rows skipped.
        count: u64,
        /// Where the stream goes on.
        cursor: String,
    },
    /// Sent every 15 s, and when something of it changes, at most once a second.
    Heartbeat {
        /// What the aggregator is and holds.
        status: Status,
    },
    /// The subscription was refused or ended.
    Refused {
        /// The subscription.
        id: u32,
        /// Why.
        error: ApiError,
    },
}
