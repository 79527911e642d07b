//! What every record says, whatever it speaks: when, how long, how much, and its two messages.
//!
//! In: a [`Record`]. Out: numbers and borrowed text. Absent is `None` or empty, never a guess.

use crate::capture::{Notes, Unanswered};
use crate::http::{HttpRequest, HttpResponse, HttpVersion};
use crate::message::{FieldText, Message, Payload};
use crate::protocol::Protocol;
use crate::record::Record;
use crate::time::Timestamp;
use crate::websocket::WebSocketMessage;

impl<'a> Record<'a> {
    /// What was asked; for WebSocket, the message.
    #[must_use]
    pub fn request(&self) -> Option<&'a Message> {
        self.entry.request.as_deref()
    }

    /// What was answered.
    #[must_use]
    pub fn response(&self) -> Option<&'a Message> {
        self.entry.response.as_deref()
    }

    /// The request's line, with the message that holds its text.
    pub(crate) fn http_request(&self) -> Option<(&'a Message, &'a HttpRequest)> {
        self.request().and_then(|message| match &message.payload {
            Payload::HttpRequest(request) => Some((message, request)),
            _ => None,
        })
    }

    /// The response's line, with the message that holds its text.
    pub(crate) fn http_response(&self) -> Option<(&'a Message, &'a HttpResponse)> {
        self.response().and_then(|message| match &message.payload {
            Payload::HttpResponse(response) => Some((message, response)),
            _ => None,
        })
    }

    /// What a WebSocket message carries, with the message itself.
    #[must_use]
    pub fn websocket(&self) -> Option<(&'a Message, &'a WebSocketMessage)> {
        self.request().and_then(|message| match &message.payload {
            Payload::WebSocket(websocket) => Some((message, websocket)),
            _ => None,
        })
    }

    /// When the first byte of it was captured.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        self.entry.first()
    }

    /// Whole microseconds from the first byte of the request to the last of the response, rounded up and at least 1,
    /// so that a column can say "unknown" with 0; `None` if one of the two is missing.
    #[must_use]
    pub fn elapsed_us(&self) -> Option<u64> {
        self.entry.elapsed().map(|nanos| nanos.div_ceil(1000).max(1))
    }

    /// What it speaks.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.entry.protocol
    }

    /// The version as the protocol writes it: `HTTP/1.1`; empty where it has none.
    #[must_use]
    pub fn version(&self) -> &'static str {
        let version = self.http_request().map(|(_, request)| request.version);
        let version = version.or_else(|| self.http_response().map(|(_, response)| response.version));
        version.map_or("", HttpVersion::name)
    }

    /// The connection's number.
    #[must_use]
    pub fn conn_id(&self) -> u64 {
        self.entry.flow.connection
    }

    /// Bytes that the request took on its connection; 0 if it was not seen.
    #[must_use]
    pub fn request_size(&self) -> u64 {
        self.request().map_or(0, |message| message.wire_len)
    }

    /// Bytes that the response took on its connection; 0 if it was not seen.
    #[must_use]
    pub fn response_size(&self) -> u64 {
        self.response().map_or(0, |message| message.wire_len)
    }

    /// Bytes of the request's whole body, decoded; 0 if there is none.
    #[must_use]
    pub fn request_len(&self) -> u64 {
        self.request().map_or(0, |message| message.body.len)
    }

    /// Bytes of the response's whole body, decoded; 0 if there is none.
    #[must_use]
    pub fn response_len(&self) -> u64 {
        self.response().map_or(0, |message| message.body.len)
    }

    /// What is kept of the request's body.
    #[must_use]
    pub fn request_body(&self) -> &'a [u8] {
        self.request().map_or(&[], |message| &message.body.bytes)
    }

    /// What is kept of the response's body.
    #[must_use]
    pub fn response_body(&self) -> &'a [u8] {
        self.response().map_or(&[], |message| &message.body.bytes)
    }

    /// The request's header fields, then its trailer fields, as sent.
    pub fn request_fields(&self) -> impl Iterator<Item = FieldText<'a>> + Clone + use<'a> {
        self.request().into_iter().flat_map(|message| message.headers().chain(message.trailers()))
    }

    /// The response's header fields, then its trailer fields, as sent.
    pub fn response_fields(&self) -> impl Iterator<Item = FieldText<'a>> + Clone + use<'a> {
        self.response().into_iter().flat_map(|message| message.headers().chain(message.trailers()))
    }

    /// What is to be known of the capture.
    #[must_use]
    pub fn notes(&self) -> Notes {
        self.entry.notes
    }

    /// The same as words, in the order of their bits.
    pub fn note_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let notes = self.entry.notes;
        NOTE_NAMES.iter().filter(move |(note, _)| notes.contains(*note)).map(|(_, name)| *name)
    }

    /// Why there is no response.
    #[must_use]
    pub fn unanswered(&self) -> Option<Unanswered> {
        self.entry.unanswered
    }
}

/// The notes' names in filters, in the API and in the store.
pub const NOTE_NAMES: &[(Notes, &str)] = &[
    (Notes::PARTIAL, "partial"),
    (Notes::GAP, "gap"),
    (Notes::TRUNCATED, "truncated"),
    (Notes::MIDSTREAM, "midstream"),
    (Notes::REDACTED, "redacted"),
    (Notes::DECRYPTED, "decrypted"),
    (Notes::RESET, "reset"),
    (Notes::SNAPPED, "snapped"),
    (Notes::HEADERS_UNKNOWN, "headers_unknown"),
    (Notes::UNDECODED, "undecoded"),
    (Notes::MALFORMED, "malformed"),
    (Notes::PROXY_LEG, "proxy_leg"),
    (Notes::PROBE, "probe"),
    (Notes::OPEN, "open"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_has_its_name_in_lower_case() {
        let named: Vec<_> = NOTE_NAMES.iter().map(|(note, name)| (name.to_uppercase(), *note)).collect();
        let all: Vec<_> = Notes::all().iter_names().map(|(name, note)| (name.to_owned(), note)).collect();
        assert_eq!(named, all);
    }
}
