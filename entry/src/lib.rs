//! What a captured exchange is, for every part of Mizu, and the two forms in which it leaves a process.
//!
//! In: what the dissectors found in a conversation. Out: ingest frames (`wire`, protobuf encoding, versioned) on the
//! way from sidecar to aggregator, and JSON (`api`) on the way to people and programs.
//!
//! An [`Entry`] is one request with its response, or the half of it that was seen. Its two [`Message`]s keep all
//! text in one buffer of their own, so that a message costs no allocation once its buffers are warm. A [`Record`]
//! is an entry with what only the aggregator knows: its number and the names of both ends.
//!
//! This crate does no I/O, reads no clock and knows neither packets nor tables.

#![forbid(unsafe_code)]

#[cfg(feature = "api")]
pub mod api;
mod capture;
mod entry;
mod flow;
mod http;
mod message;
mod protocol;
pub mod record;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod websocket;
pub mod wire;

pub use capture::{Capture, Direction, Interface, Leg, Losses, Notes, Unanswered, WorkerState};
pub use entry::Entry;
pub use flow::{Endpoint, Flow};
pub use http::{GraphQl, GraphQlOperation, HttpRequest, HttpResponse, HttpVersion};
pub use message::{Body, Field, FieldText, Message, Payload, Span};
pub use protocol::Protocol;
pub use record::Record;
pub use time::Timestamp;
pub use websocket::{MessageDirection, Opcode, WebSocketMessage};
