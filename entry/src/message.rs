//! One message of an exchange: its text, header fields and body, in buffers that are used again.
//!
//! A dissector fills a message piece by piece; redaction replaces pieces; the wire and the API read it. All text lies
//! in one arena and is named by [`Span`]s, so that [`Message::clear`] makes the message new without giving back
//! memory. Values are bytes as sent: turning them into text for people is the reader's business.

use crate::http::{HttpRequest, HttpResponse};
use crate::time::Timestamp;
use crate::websocket::WebSocketMessage;

/// A piece of a message's arena. Meaningful only with the message that made it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// Bytes in the piece.
    #[must_use]
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Whether the piece has no bytes.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The `len` bytes that begin `start` bytes into this piece; nothing if they are not all in it.
    #[must_use]
    pub const fn part(self, start: usize, len: usize) -> Self {
        if start > self.len() || len > self.len() - start {
            return Self { start: 0, len: 0 };
        }
        // Both are at most the length of the piece, which has 32 bits, and the piece ends within 32 bits.
        Self { start: self.start + start as u32, len: len as u32 }
    }
}

/// A header or trailer field: a name and a value, as sent, in the order sent, repetitions included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Field {
    /// The name as sent.
    pub name: Span,
    /// The value, without white space around it.
    pub value: Span,
    /// Whether the value was replaced by redaction.
    pub redacted: bool,
}

/// A field read out of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldText<'a> {
    /// The name as sent.
    pub name: &'a [u8],
    /// The value, without white space around it.
    pub value: &'a [u8],
    /// Whether the value was replaced by redaction.
    pub redacted: bool,
}

/// What a message says beyond fields and body, by protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Payload {
    /// Nothing more.
    #[default]
    Empty,
    /// A request of HTTP/1.x, HTTP/2 or gRPC.
    HttpRequest(HttpRequest),
    /// A response of HTTP/1.x, HTTP/2 or gRPC.
    HttpResponse(HttpResponse),
    /// A WebSocket message.
    WebSocket(WebSocketMessage),
}

/// A body: how much of it there was, and the bytes that are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// The bytes kept: after transfer decoding, and after content decoding unless [`Body::encoded`].
    pub bytes: Vec<u8>,
    /// Bytes of the whole body after transfer and content decoding; where it was not decoded to its end, what is known.
    pub len: u64,
    /// Bytes of the body as sent, after transfer decoding and before content decoding.
    pub sent_len: u64,
    /// Whether `bytes` is less than the body.
    pub truncated: bool,
    /// Whether `bytes` is still content-encoded, because it could not be decoded.
    pub encoded: bool,
}

/// One message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// When its first byte was captured.
    pub first: Timestamp,
    /// When its last byte was captured.
    pub last: Timestamp,
    /// Bytes that it took on its connection: head, framing and body, without TCP/IP headers.
    pub wire_len: u64,
    /// What the protocol says.
    pub payload: Payload,
    /// The body.
    pub body: Body,
    arena: Vec<u8>,
    headers: Vec<Field>,
    trailers: Vec<Field>,
}

/// Buffers longer than this are given back when a message is cleared, so that one giant does not stay in the pool.
const KEEP_CAPACITY: usize = 128 * 1024;

impl Message {
    /// Makes the message new, keeping the memory of its buffers.
    pub fn clear(&mut self) {
        self.first = Timestamp::default();
        self.last = Timestamp::default();
        self.wire_len = 0;
        self.payload = Payload::Empty;
        recycle(&mut self.arena);
        recycle(&mut self.body.bytes);
        self.body.len = 0;
        self.body.sent_len = 0;
        self.body.truncated = false;
        self.body.encoded = false;
        self.headers.clear();
        self.trailers.clear();
    }

    /// Keeps `text` and names it. A message's text is bounded to 4 GiB; what does not fit comes back empty.
    pub fn push_text(&mut self, text: &[u8]) -> Span {
        let (Ok(start), Ok(len)) = (u32::try_from(self.arena.len()), u32::try_from(text.len())) else {
            return Span::default();
        };
        if start.checked_add(len).is_none() {
            return Span::default();
        }
        self.arena.extend_from_slice(text);
        Span { start, len }
    }

    /// Bytes of text that the message holds, with [`Field`]s counted as what they take on the wire at most.
    pub(crate) fn text_len(&self) -> usize {
        self.arena.len() + (self.headers.len() + self.trailers.len()) * 12
    }

    /// Makes room for that much text and so many fields.
    pub(crate) fn reserve(&mut self, text: usize, headers: usize, trailers: usize) {
        self.arena.reserve(text);
        self.headers.reserve(headers);
        self.trailers.reserve(trailers);
    }

    /// The bytes of a piece.
    #[must_use]
    pub fn text(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        self.arena.get(start..start.saturating_add(span.len())).unwrap_or_default()
    }

    /// Adds a header field.
    pub fn push_header(&mut self, name: &[u8], value: &[u8]) {
        let field = self.field(name, value);
        self.headers.push(field);
    }

    /// Adds a header field whose name and value are pieces of text that is kept already.
    pub fn push_header_parts(&mut self, name: Span, value: Span) {
        self.headers.push(Field { name, value, redacted: false });
    }

    /// Adds a trailer field.
    pub fn push_trailer(&mut self, name: &[u8], value: &[u8]) {
        let field = self.field(name, value);
        self.trailers.push(field);
    }

    /// Adds a header field that says whether it is redacted (the wire's reader).
    pub fn push_header_field(&mut self, name: &[u8], value: &[u8], redacted: bool) {
        let field = Field { redacted, ..self.field(name, value) };
        self.headers.push(field);
    }

    /// Adds a trailer field that says whether it is redacted (the wire's reader).
    pub fn push_trailer_field(&mut self, name: &[u8], value: &[u8], redacted: bool) {
        let field = Field { redacted, ..self.field(name, value) };
        self.trailers.push(field);
    }

    fn field(&mut self, name: &[u8], value: &[u8]) -> Field {
        Field { name: self.push_text(name), value: self.push_text(value), redacted: false }
    }

    /// The header fields in the order sent, without pseudo-header fields.
    pub fn headers(&self) -> impl ExactSizeIterator<Item = FieldText<'_>> + Clone {
        self.headers.iter().map(|field| self.read(field))
    }

    /// The trailer fields in the order sent.
    pub fn trailers(&self) -> impl ExactSizeIterator<Item = FieldText<'_>> + Clone {
        self.trailers.iter().map(|field| self.read(field))
    }

    fn read(&self, field: &Field) -> FieldText<'_> {
        FieldText { name: self.text(field.name), value: self.text(field.value), redacted: field.redacted }
    }

    /// How many header fields there are.
    #[must_use]
    pub fn header_count(&self) -> usize {
        self.headers.len()
    }

    /// How many trailer fields there are.
    #[must_use]
    pub fn trailer_count(&self) -> usize {
        self.trailers.len()
    }

    /// The value of the first header field of that name, in whatever case.
    #[must_use]
    pub fn header(&self, name: &[u8]) -> Option<&[u8]> {
        self.headers().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
    }

    /// The value of the first trailer field of that name, in whatever case.
    #[must_use]
    pub fn trailer(&self, name: &[u8]) -> Option<&[u8]> {
        self.trailers().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
    }

    /// Puts another value in the place of header field number `index` and marks it as redacted. The old bytes are
    /// wiped from the message.
    pub fn redact_header(&mut self, index: usize, replacement: &[u8]) {
        if let Some(mut field) = self.headers.get(index).copied() {
            field.value = self.replace(field.value, replacement);
            field.redacted = true;
            if let Some(place) = self.headers.get_mut(index) {
                *place = field;
            }
        }
    }

    /// The same for trailer field number `index`.
    pub fn redact_trailer(&mut self, index: usize, replacement: &[u8]) {
        if let Some(mut field) = self.trailers.get(index).copied() {
            field.value = self.replace(field.value, replacement);
            field.redacted = true;
            if let Some(place) = self.trailers.get_mut(index) {
                *place = field;
            }
        }
    }

    /// Wipes the bytes of `old` and keeps `new` instead. The caller puts the span that comes back where `old` stood.
    #[must_use]
    pub fn replace(&mut self, old: Span, new: &[u8]) -> Span {
        let start = old.start as usize;
        if let Some(bytes) = self.arena.get_mut(start..start.saturating_add(old.len())) {
            bytes.fill(0);
        }
        self.push_text(new)
    }

    /// Bytes of memory that the message holds, for the memory budget.
    #[must_use]
    pub fn held(&self) -> usize {
        self.arena.capacity()
            + self.body.bytes.capacity()
            + (self.headers.capacity() + self.trailers.capacity()) * size_of::<Field>()
            + size_of::<Self>()
    }
}

fn recycle(buffer: &mut Vec<u8>) {
    if buffer.capacity() > KEEP_CAPACITY {
        *buffer = Vec::new();
    } else {
        buffer.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cleared_message_equals_a_new_one() {
        let mut message = Message::default();
        message.push_header(b"Host", b"carts");
        message.push_trailer(b"grpc-status", b"0");
        message.body.bytes.extend_from_slice(b"body");
        message.clear();
        assert_eq!(message, Message::default());
    }

    #[test]
    fn a_part_of_a_piece_is_within_it_or_empty() {
        let mut message = Message::default();
        message.push_text(b"before ");
        let line = message.push_text(b"Host: carts");
        message.push_header_parts(line.part(0, 4), line.part(6, 5));
        assert_eq!(message.header(b"host"), Some(&b"carts"[..]));
        assert_eq!(message.text(line.part(11, 0)), b"");
        for (start, len) in [(0, 12), (12, 0), (6, 6), (usize::MAX, 1), (1, usize::MAX)] {
            assert!(line.part(start, len).is_empty(), "{start} {len}");
        }
    }

    #[test]
    fn a_redacted_header_leaves_none_of_its_old_bytes() {
        let mut message = Message::default();
        message.push_header(b"Authorization", b"Bearer canary");
        message.redact_header(0, b"[REDACTED]");
        assert_eq!(message.header(b"authorization"), Some(&b"[REDACTED]"[..]));
        assert!(!message.arena.windows(6).any(|window| window == b"canary"));
    }
}
