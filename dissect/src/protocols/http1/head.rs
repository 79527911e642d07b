//! Heads of messages: from bytes to a message's line and fields, and to what framing and pairing need to know of them.
//!
//! The strict and quick reader (`httparse`) goes first; a head that it refuses, or that has very many fields, is read
//! by the tolerant one (`tolerant`). Both end in [`Facts`]. Body framing is decided in `framing`.

mod facts;
mod tolerant;

use std::mem::MaybeUninit;

use httparse::{Error, Header, Request, Response, Status};
use mizu_entry::{HttpRequest, HttpResponse, HttpVersion, Message, Payload, Span};

pub(super) use facts::{Facts, Length, Method, Transfer, Upgrade};

use crate::limits::Limits;
use crate::protocol::Fault;

/// Where the reason stands in a status line.
const REASON: usize = b"HTTP/1.1 200 ".len();

/// Fields for which the quick reader has room.
const QUICK_FIELDS: usize = 64;

/// A head that is there as a whole.
pub(super) struct Head {
    /// Its bytes, with the empty line that ends it.
    pub(super) len: usize,
    /// What its line and fields say.
    pub(super) facts: Facts,
}

/// Reads a request's head into `message`. `None`: more bytes are needed. The first `scanned` bytes were seen before
/// and do not hold the end of the head.
pub(super) fn request(
    bytes: &[u8],
    scanned: usize,
    message: &mut Message,
    limits: &Limits,
) -> Result<Option<Head>, Fault> {
    if !worth_reading(bytes, scanned) {
        return too_long(bytes, limits);
    }
    let mut fields = [const { MaybeUninit::<Header<'_>>::uninit() }; QUICK_FIELDS];
    let mut quick = Request::new(&mut []);
    match quick.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(Status::Complete(len)) if len <= limits.head_cap => {
            let method = quick.method.unwrap_or_default().as_bytes();
            let target = quick.path.unwrap_or_default().as_bytes();
            let target_at = place(bytes, target);
            let mut facts = Facts { method: Method::named(method), ..Facts::default() };
            facts.malformed = ends_bare(bytes, target_at + target.len() + b" HTTP/1.x".len());
            let kept = message.push_text(bytes.get(..len).unwrap_or_default());
            take_fields(bytes, kept, quick.headers, message, &mut facts, limits);
            let method = kept.part(place(bytes, method), method.len());
            let target = kept.part(target_at, target.len());
            let version = version(quick.version);
            message.payload =
                Payload::HttpRequest(HttpRequest { method, target, version, ..HttpRequest::default() });
            facts.version = version;
            Ok(Some(Head { len, facts }))
        }
        Ok(Status::Complete(_)) => Err(Fault::TooLarge("head of a request")),
        Ok(Status::Partial) => too_long(bytes, limits),
        Err(error) => match tolerated(bytes, error, limits)? {
            Some(head) => tolerant::request(head, message, limits),
            None => tolerant::bare_request(bytes, message),
        },
    }
}

/// Reads a response's head into `message`; otherwise as [`request`].
pub(super) fn response(
    bytes: &[u8],
    scanned: usize,
    message: &mut Message,
    limits: &Limits,
) -> Result<Option<Head>, Fault> {
    if !worth_reading(bytes, scanned) {
        return too_long(bytes, limits);
    }
    let mut fields = [const { MaybeUninit::<Header<'_>>::uninit() }; QUICK_FIELDS];
    let mut quick = Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    match config.parse_response_with_uninit_headers(&mut quick, bytes, &mut fields) {
        Ok(Status::Complete(len)) if len <= limits.head_cap => {
            // The quick reader gives no reason where it holds bytes beyond ASCII: the line has it.
            let line = bytes.get(..memchr::memchr(b'\n', bytes).unwrap_or(len)).unwrap_or_default();
            let line_len = line.strip_suffix(b"\r").unwrap_or(line).len();
            let mut facts = Facts { status: quick.code.unwrap_or_default(), ..Facts::default() };
            facts.malformed = line_len == line.len();
            let kept = message.push_text(bytes.get(..len).unwrap_or_default());
            take_fields(bytes, kept, quick.headers, message, &mut facts, limits);
            let reason = kept.part(REASON, line_len.saturating_sub(REASON));
            facts.version = version(quick.version);
            message.payload = Payload::HttpResponse(HttpResponse {
                status: facts.status,
                reason,
                version: facts.version,
                ..HttpResponse::default()
            });
            Ok(Some(Head { len, facts }))
        }
        Ok(Status::Complete(_)) => Err(Fault::TooLarge("head of a response")),
        Ok(Status::Partial) => too_long(bytes, limits),
        Err(error) => match tolerated(bytes, error, limits)? {
            Some(head) => tolerant::response(head, message, limits),
            None if tolerant::begins_like_a_response(bytes) => too_long(bytes, limits),
            None => Err(Fault::Malformed("status line")),
        },
    }
}

/// Whether bytes beyond the first `scanned` may have completed a head, or the line that is all of a bare request.
fn worth_reading(bytes: &[u8], scanned: usize) -> bool {
    if scanned == 0 || end_of_head(bytes, scanned).is_some() {
        return true;
    }
    let (seen, new) = bytes.split_at_checked(scanned).unwrap_or_default();
    memchr::memchr(b'\n', new).is_some() && memchr::memchr(b'\n', seen).is_none()
}

fn too_long(bytes: &[u8], limits: &Limits) -> Result<Option<Head>, Fault> {
    if bytes.len() > limits.head_cap { Err(Fault::TooLarge("head")) } else { Ok(None) }
}

/// The whole head that the quick reader refused; `None` if its end is not there yet.
fn tolerated<'a>(bytes: &'a [u8], _: Error, limits: &Limits) -> Result<Option<&'a [u8]>, Fault> {
    let head = end_of_head(bytes, 0).and_then(|end| bytes.get(..end));
    match head {
        Some(head) if head.len() > limits.head_cap => Err(Fault::TooLarge("head")),
        head => Ok(head),
    }
}

/// The end of the first head in `bytes`, with its empty line. The first `scanned` bytes are known not to hold it.
fn end_of_head(bytes: &[u8], scanned: usize) -> Option<usize> {
    // The end may have begun in the bytes seen before: `\n\r` and then `\n`.
    let mut at = scanned.saturating_sub(3);
    loop {
        let rest = bytes.get(at..)?;
        at += memchr::memchr(b'\n', rest)? + 1;
        match bytes.get(at..)? {
            [b'\n', ..] => return Some(at + 1),
            [b'\r', b'\n', ..] => return Some(at + 2),
            _ => {}
        }
    }
}

const fn version(minor: Option<u8>) -> HttpVersion {
    match minor {
        Some(0) => HttpVersion::V1_0,
        _ => HttpVersion::V1_1,
    }
}

/// Keeps the fields of a head, `kept` being where its text lies in the message.
fn take_fields(
    bytes: &[u8],
    kept: Span,
    fields: &[Header<'_>],
    message: &mut Message,
    facts: &mut Facts,
    limits: &Limits,
) {
    for field in fields {
        let (name, value) = (field.name.as_bytes(), field.value);
        let (name_at, value_at) = (place(bytes, name), place(bytes, value));
        let end = if value.is_empty() { name_at + name.len() } else { value_at + value.len() };
        facts.malformed |= ends_bare(bytes, end);
        facts.note(name, value);
        if message.header_count() < limits.header_fields {
            message.push_header_parts(kept.part(name_at, name.len()), kept.part(value_at, value.len()));
        } else {
            facts.incomplete = true;
        }
    }
}

/// Where `part`, a piece of `bytes`, begins in it. Meaningless for a part without bytes.
fn place(bytes: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).wrapping_sub(bytes.as_ptr() as usize)
}

/// Whether the line that goes on at `end` ends without the carriage return that is due.
fn ends_bare(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end) {
        Some(b'\r') => false,
        Some(b'\n') => true,
        // White space behind a value, or the colon of an empty one.
        Some(_) => bytes
            .get(end..)
            .and_then(|rest| rest.iter().find(|byte| matches!(**byte, b'\r' | b'\n')))
            .is_some_and(|byte| *byte == b'\n'),
        None => false,
    }
}
