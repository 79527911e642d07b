//! What the first bytes of a stream say about HTTP/1.

use crate::protocol::{Guess, Side};

/// Bytes of a method at most.
const METHOD: usize = 32;

/// Bytes of a target that are enough to believe in a request whose line has no end yet.
const ENOUGH: usize = 256;

/// Recognises requests and responses of HTTP/1.x, and bare requests of HTTP/0.9.
pub(super) fn probe(bytes: &[u8]) -> Guess {
    let bytes = skip_blank_lines(bytes);
    if bytes.is_empty() {
        return Guess::Wait;
    }
    if let Some(guess) = response(bytes) {
        return guess;
    }
    request(bytes)
}

/// Whether bytes begin like a message of that side, or may yet: with a method that is known, if it is a request.
pub(super) fn begins(from: Side, bytes: &[u8]) -> Guess {
    let bytes = skip_blank_lines(bytes);
    let guess = match from {
        _ if bytes.is_empty() => return Guess::Wait,
        Side::Server => return response(bytes).unwrap_or(Guess::No),
        Side::Client if response(bytes).is_some() => return Guess::No,
        Side::Client => request(bytes),
    };
    let word = bytes.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    let is_whole = word.len() < bytes.len();
    let may_be_known = METHODS.iter().any(|known| *known == word || (!is_whole && known.starts_with(word)));
    if guess == Guess::Wait && !may_be_known { Guess::No } else { guess }
}

/// Whether a segment that may begin like a message of that side shows enough of it to take it for one.
pub(super) fn begins_plainly(from: Side, segment: &[u8]) -> bool {
    match (begins(from, segment), from) {
        (Guess::Yes { .. }, _) => true,
        (Guess::No, _) => false,
        (Guess::Wait, Side::Server) => segment.starts_with(b"HTTP/"),
        (Guess::Wait, Side::Client) => {
            let at = segment.iter().position(|byte| *byte == b' ').unwrap_or_default();
            let (method, target) = segment.split_at_checked(at).unwrap_or_default();
            is_known(method) && (target.starts_with(b" /") || target.starts_with(b" http"))
        }
    }
}

/// Bytes without the empty lines that may stand before a message (RFC 9112 section 2.2).
pub(super) fn skip_blank_lines(bytes: &[u8]) -> &[u8] {
    let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    bytes.get(blank..).unwrap_or_default()
}

fn response(bytes: &[u8]) -> Option<Guess> {
    const LINE: &[u8] = b"HTTP/1.";
    let len = bytes.len().min(LINE.len());
    if bytes.get(..len) != LINE.get(..len) {
        let icy = bytes.starts_with(b"ICY ") && bytes.get(4).is_some_and(u8::is_ascii_digit);
        return icy.then_some(Guess::Yes { from: Side::Server, sure: 60 });
    }
    match bytes.get(len..) {
        Some([minor, b' ', ..]) if minor.is_ascii_digit() => {
            Some(Guess::Yes { from: Side::Server, sure: 95 })
        }
        Some([] | [_]) => Some(Guess::Wait),
        _ => Some(Guess::No),
    }
}

fn request(bytes: &[u8]) -> Guess {
    let token =
        |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'.' | b'!' | b'*' | b'+');
    let method = bytes.iter().take(METHOD + 1).take_while(|byte| token(byte)).count();
    let known = is_known(bytes.get(..method).unwrap_or_default());
    match bytes.get(method) {
        None if method <= METHOD => return Guess::Wait,
        Some(b' ' | b'\t') if method > 0 && method <= METHOD => {}
        Some(b'\r' | b'\n') if known => {}
        _ => return Guess::No,
    }
    let rest = bytes.get(method..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest);
    let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if let Some(at) = memchr::memmem::rfind(line, b" HTTP/") {
        // PRI with HTTP/2.0 is another protocol's, and a number above 1 is nobody's.
        match line.get(at + 6..) {
            Some([b'1', b'.', minor]) if minor.is_ascii_digit() => {
                return Guess::Yes { from: Side::Client, sure: 90 };
            }
            Some([b'1', b'.'] | [b'1'] | []) if end.is_none() => return Guess::Wait,
            _ if !known => return Guess::No,
            _ => {}
        }
    }
    if line.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') || names_another(line) {
        return Guess::No;
    }
    match end {
        Some(end) if known => without_version(line, rest.get(end + 1..).unwrap_or_default()),
        Some(_) => Guess::No,
        None if known && line.len() >= ENOUGH => Guess::Yes { from: Side::Client, sure: 60 },
        None if line.len() >= 4 * ENOUGH => Guess::No,
        None => Guess::Wait,
    }
}

/// A request of a known method whose line does not say the version: HTTP/0.9, or broken, and then fields follow.
fn without_version(line: &[u8], behind: &[u8]) -> Guess {
    let bare = line.trim_ascii();
    let sure = |sure| Guess::Yes { from: Side::Client, sure };
    let end = memchr::memchr(b'\n', behind);
    let next = behind.get(..end.unwrap_or(behind.len())).unwrap_or_default();
    let name = next.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    match next.get(name) {
        Some(b':') if name > 0 => sure(70),
        None if behind.is_empty() && bare.starts_with(b"/") && !bare.contains(&b' ') => sure(40),
        None if end.is_none() && name < METHOD => Guess::Wait,
        _ => Guess::No,
    }
}

/// Whether a request's line ends with the name and version of another protocol, as those of RTSP, SIP and ICAP do.
fn names_another(line: &[u8]) -> bool {
    let last = line.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    let name = last.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let (name, version) = last.split_at_checked(name).unwrap_or_default();
    name.len() > 1 && name != b"HTTP" && matches!(version, [b'/', digit, ..] if digit.is_ascii_digit())
}

/// Methods that servers know.
const METHODS: &[&[u8]] = &[
    b"GET",
    b"POST",
    b"PUT",
    b"HEAD",
    b"DELETE",
    b"OPTIONS",
    b"PATCH",
    b"CONNECT",
    b"TRACE",
    b"QUERY",
    // WebDAV (RFC 4918, RFC 3253, RFC 5323) and what caches and updaters use.
    b"PROPFIND",
    b"PROPPATCH",
    b"MKCOL",
    b"COPY",
    b"MOVE",
    b"LOCK",
    b"UNLOCK",
    b"REPORT",
    b"SEARCH",
    b"PURGE",
    b"CCM_POST",
    b"BITS_POST",
];

/// Whether a method is one that servers know.
pub(super) fn is_known(method: &[u8]) -> bool {
    METHODS.contains(&method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_http_are_recognised_by_their_first_line() {
        let long = format!("GET /{}", "a".repeat(900));
        let cases: &[(&str, Option<Side>)] = &[
            ("GET / HTTP/1.1\r\n", Some(Side::Client)),
            ("\r\n\r\nGET / HTTP/1.1\r\n", Some(Side::Client)),
            ("get / HTTP/1.0\n", Some(Side::Client)),
            ("OPTIONS * HTTP/1.1\r\n", Some(Side::Client)),
            ("CONNECT example.org:443 HTTP/1.1\r\n", Some(Side::Client)),
            ("M-SEARCH * HTTP/1.1\r\n", Some(Side::Client)),
            ("GET /with space HTTP/1.1\r\n", Some(Side::Client)),
            (&long, Some(Side::Client)),
            ("GET /\r\n", Some(Side::Client)),
            ("GET /HTTP/1.1\r\nHost: a\r\n", Some(Side::Client)),
            ("PUT / HTTP/1.\nHost: a\n\n", Some(Side::Client)),
            ("OPTIONS\nHost: a\n\n", Some(Side::Client)),
            ("HTTP/1.1 200 OK\r\n", Some(Side::Server)),
            ("HTTP/1.0 200", Some(Side::Server)),
            ("ICY 200 OK\r\n", Some(Side::Server)),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None),
            ("DESCRIBE rtsp://example.org/ RTSP/1.0\r\n", None),
            ("OPTIONS rtsp://example.org/ RTSP/1.0\r\nCSeq: 1\r\n", None),
            ("OPTIONS icap://example.org/ ICAP/1.0\r\nHost: a\r\n", None),
            ("RTSP/1.0 200 OK\r\n", None),
            ("INVITE sip:bob@example.org SIP/2.0\r\n", None),
            ("SIP/2.0 200 OK\r\n", None),
            ("GET key\r\nSET key value\r\n", None),
            ("get key\r\n", None),
            ("EHLO example.org\r\n", None),
            ("220 ready\r\n", None),
            ("*1\r\n$4\r\nPING\r\n", None),
            ("HTTP/3.0 200", None),
            ("\u{16}\u{3}\u{1}", None),
        ];
        for (bytes, expected) in cases {
            let side = match probe(bytes.as_bytes()) {
                Guess::Yes { from, .. } => Some(from),
                Guess::No => None,
                Guess::Wait => panic!("still waits: {bytes}"),
            };
            assert_eq!(side, *expected, "{bytes}");
        }
    }

    #[test]
    fn a_beginning_is_waited_for() {
        for whole in ["GET /index.html HTTP/1.1\r\n", "HTTP/1.1 200", "DELETE http://a/ HTTP/1.0\r\n"] {
            for len in 0..8 {
                assert_eq!(probe(&whole.as_bytes()[..len]), Guess::Wait, "{whole} {len}");
            }
        }
    }
}
