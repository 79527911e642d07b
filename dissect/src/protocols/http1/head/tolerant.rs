//! The reader for heads that the strict one refuses: folded lines, stray white space, bytes that no field may have,
//! very many fields, a request line with spaces in its target, the bare request of HTTP/0.9, Shoutcast's `ICY`.
//!
//! It is given whole heads. What it has to bend is said by [`Facts::malformed`]; what has no HTTP line is a fault.

use mizu_entry::{HttpRequest, HttpResponse, HttpVersion, Message, Payload};

use super::super::probe;
use super::{Facts, Head, Method};
use crate::limits::Limits;
use crate::protocol::Fault;

/// The longest request line of HTTP/0.9 that is waited for.
const BARE_LINE: usize = 8 * 1024;

/// Reads a request's head.
pub(super) fn request(head: &[u8], message: &mut Message, limits: &Limits) -> Result<Option<Head>, Fault> {
    let fault = Err(Fault::Malformed("request line"));
    let mut lines = Lines(head);
    let Some(line) = lines.by_ref().find(|line| !line.is_empty()) else { return fault };
    let (method, rest) = word(line).unwrap_or((line, b""));
    let at = rest.iter().rposition(|byte| matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
    let (target, last) = rest.split_at_checked(at).unwrap_or_default();
    let target = target.trim_ascii();
    let known = probe::is_known(method);
    let strict = version(last).filter(|_| !target.is_empty() && method.iter().all(u8::is_ascii_graphic));
    // A method that is well known makes a request of any line: it was answered as one.
    let (target, version) = match strict {
        Some(version) => (target, version),
        None if known && !target.is_empty() && last.starts_with(b"HTTP/") => (target, HttpVersion::V1_1),
        None if known => (rest.trim_ascii(), HttpVersion::V0_9),
        None => return fault,
    };
    let spaced = target.iter().any(|byte| matches!(byte, b' ' | b'\t'))
        || line.len() != method.len() + target.len() + last.len() + 2;
    let malformed = spaced || strict.is_none();
    let mut facts = Facts { method: Method::named(method), version, malformed, ..Facts::default() };
    fields(lines, message, &mut facts, limits);
    let method = message.push_text(method);
    let target = message.push_text(target);
    message.payload = Payload::HttpRequest(HttpRequest { method, target, version, ..HttpRequest::default() });
    Ok(Some(Head { len: head.len(), facts }))
}

/// Reads a request of HTTP/0.9: a line `GET /path` and nothing else.
pub(super) fn bare_request(bytes: &[u8], message: &mut Message) -> Result<Option<Head>, Fault> {
    let end = memchr::memchr(b'\n', bytes);
    let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (method, target) = word(line).unwrap_or((line, b""));
    let plain = target.starts_with(b"/")
        && target.iter().all(u8::is_ascii_graphic)
        && memchr::memmem::find(target, b"HTTP/").is_none();
    match end {
        Some(end) if method == b"GET" && plain => {
            let method = message.push_text(method);
            let target = message.push_text(target);
            let version = HttpVersion::V0_9;
            message.payload =
                Payload::HttpRequest(HttpRequest { method, target, version, ..HttpRequest::default() });
            Ok(Some(Head { len: end + 1, facts: Facts { version, ..Facts::default() } }))
        }
        // It is the first line of a head that the strict reader refused, and the rest is not there yet.
        Some(_) if probe::is_known(method) => Ok(None),
        Some(_) if target.rsplit(|byte| *byte == b' ').next().and_then(version).is_some() => Ok(None),
        None if line.len() < BARE_LINE && method.iter().all(u8::is_ascii_graphic) => Ok(None),
        _ => Err(Fault::Malformed("request line")),
    }
}

/// Reads a response's head.
pub(super) fn response(head: &[u8], message: &mut Message, limits: &Limits) -> Result<Option<Head>, Fault> {
    let fault = Err(Fault::Malformed("status line"));
    let mut lines = Lines(head);
    let Some(line) = lines.by_ref().find(|line| !line.is_empty()) else { return fault };
    let Some((name, rest)) = word(line) else { return fault };
    let icy = name == b"ICY";
    let Some(version) = (if icy { Some(HttpVersion::V1_0) } else { version(name) }) else { return fault };
    let rest = rest.trim_ascii_start();
    let (digits, reason) = rest.split_at_checked(3).unwrap_or_default();
    let Some(status) = digits
        .iter()
        .try_fold(0_u16, |value, digit| digit.is_ascii_digit().then(|| value * 10 + u16::from(digit - b'0')))
        .filter(|status| *status >= 100 && reason.first().is_none_or(|byte| matches!(byte, b' ' | b'\t')))
    else {
        return fault;
    };
    let mut facts = Facts { status, version, malformed: icy, ..Facts::default() };
    fields(lines, message, &mut facts, limits);
    let reason = message.push_text(reason.trim_ascii());
    message.payload =
        Payload::HttpResponse(HttpResponse { status, reason, version, ..HttpResponse::default() });
    Ok(Some(Head { len: head.len(), facts }))
}

/// Whether bytes may yet become a response's head.
pub(super) fn begins_like_a_response(bytes: &[u8]) -> bool {
    [&b"HTTP/"[..], b"ICY "].iter().any(|start| {
        let len = start.len().min(bytes.len());
        bytes.get(..len) == start.get(..len)
    })
}

/// `HTTP/` and a digit, a dot, a digit. Versions above 1 are only claimed in such a line: what follows is HTTP/1.
fn version(text: &[u8]) -> Option<HttpVersion> {
    match text.strip_prefix(b"HTTP/")? {
        b"0.9" => Some(HttpVersion::V0_9),
        b"1.0" => Some(HttpVersion::V1_0),
        [major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit() => Some(HttpVersion::V1_1),
        _ => None,
    }
}

/// Splits a line at its first white space.
fn word(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = line.iter().position(|byte| matches!(byte, b' ' | b'\t'))?;
    let (word, rest) = line.split_at_checked(at)?;
    (!word.is_empty()).then(|| (word, rest.trim_ascii_start()))
}

fn fields(lines: Lines<'_>, message: &mut Message, facts: &mut Facts, limits: &Limits) {
    facts.malformed |= memchr::memchr_iter(b'\n', lines.0)
        .any(|at| at.checked_sub(1).is_none_or(|before| lines.0.get(before) != Some(&b'\r')));
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        let Some(colon) = memchr::memchr(b':', line) else {
            facts.malformed |= !line.is_empty();
            continue;
        };
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let mut folded = Vec::new();
        while let Some(more) = lines.next_if(|next| matches!(next.first(), Some(b' ' | b'\t'))) {
            if folded.is_empty() {
                folded.extend_from_slice(value);
            }
            folded.push(b' ');
            folded.extend_from_slice(more.trim_ascii());
            facts.malformed = true;
        }
        let value = if folded.is_empty() { value } else { folded.trim_ascii() };
        facts.malformed |= name.is_empty() || !name.iter().all(u8::is_ascii_graphic);
        let name = name.trim_ascii();
        facts.note(name, value);
        if message.header_count() < limits.header_fields {
            message.push_header(name, value);
        } else {
            facts.incomplete = true;
        }
    }
}

/// The lines of a head, without their ends.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = memchr::memchr(b'\n', self.0)?;
        let (line, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.get(1..).unwrap_or_default();
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}
