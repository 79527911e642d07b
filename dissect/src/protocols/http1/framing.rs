//! Where bodies end (RFC 9112 sections 6 and 7): by length, by chunks, or with the stream.
//!
//! In: what a head says, then the bytes behind it. Out: the pieces of the body, put into the message, and the place
//! where the message ends. Bytes that are not kept are passed over unseen. No pairing here, no decoding.

use mizu_entry::Message;

use super::head::{Facts, Length, Method, Transfer};
use crate::body;
use crate::limits::Limits;
use crate::protocol::Fault;

/// The longest line with a chunk's size and extensions, or of a trailer, that is waited for.
const LINE: usize = 16 * 1024;

/// What comes next in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// Nothing: the message is over.
    Over,
    /// That many bytes.
    Sized(u64),
    /// A line with the size of a chunk. `trailers`: bytes of trailer lines read; 0 before the last chunk.
    ChunkSize,
    /// That many bytes of a chunk.
    Chunk(u64),
    /// The line end behind a chunk.
    ChunkEnd,
    /// Lines of trailers. So many bytes of them were read.
    Trailers(usize),
    /// All until the stream ends.
    ToEnd,
    /// It cannot be told: two lengths, or none where one is due. Servers refuse such requests and close, so all that
    /// follows is taken for it.
    Unknown,
}

/// How the body of a request is framed.
pub(super) fn of_request(facts: &Facts) -> Framing {
    match (facts.transfer, facts.length) {
        (Transfer::Chunked, _) => Framing::ChunkSize,
        (Transfer::Other, Length::Absent) | (_, Length::Broken) => Framing::Unknown,
        (_, Length::Is(len)) => sized(len),
        (Transfer::Absent, Length::Absent) => Framing::Over,
    }
}

/// How the body of a response is framed, to a request of that method.
pub(super) fn of_response(facts: &Facts, method: Method) -> Framing {
    if matches!(facts.status, 100..=199 | 204 | 304) || method == Method::Head {
        return Framing::Over;
    }
    match (facts.transfer, facts.length) {
        (Transfer::Chunked, _) => Framing::ChunkSize,
        (Transfer::Absent, Length::Is(len)) => sized(len),
        _ => Framing::ToEnd,
    }
}

const fn sized(len: u64) -> Framing {
    if len == 0 { Framing::Over } else { Framing::Sized(len) }
}

/// What became of bytes given to a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// So many were used, and the message is over.
    Over(usize),
    /// So many were used, and that many more are needed at least.
    More(usize, usize),
    /// So many were used, and that many behind them need not be seen.
    Skip(usize, u64),
}

/// A body under way.
#[derive(Debug)]
pub(super) struct BodyReader<'a> {
    /// What comes next; changed as reading goes on.
    pub(super) framing: &'a mut Framing,
    /// Where pieces go; `None` if nobody wants them.
    pub(super) message: Option<&'a mut Message>,
    /// Whether pieces are kept, or only counted.
    pub(super) keep: bool,
    /// Bounds.
    pub(super) limits: &'a Limits,
}

impl BodyReader<'_> {
    /// Reads on.
    ///
    /// # Errors
    /// Chunks that are none.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<Progress, Fault> {
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            match *self.framing {
                Framing::Over => return Ok(Progress::Over(used)),
                Framing::Unknown | Framing::ToEnd => {
                    self.take(rest);
                    return Ok(Progress::More(bytes.len(), 1));
                }
                Framing::Sized(left) => {
                    let taken = self.take_up_to(rest, left);
                    used += taken as usize;
                    if let Some(skip) = self.passes_over(left - taken, Framing::Over, Framing::Sized) {
                        return Ok(if skip > 0 {
                            Progress::Skip(used, skip)
                        } else {
                            Progress::More(used, 1)
                        });
                    }
                }
                Framing::Chunk(left) => {
                    let taken = self.take_up_to(rest, left);
                    used += taken as usize;
                    if let Some(skip) = self.passes_over(left - taken, Framing::ChunkEnd, Framing::Chunk) {
                        return Ok(if skip > 0 {
                            Progress::Skip(used, skip)
                        } else {
                            Progress::More(used, 1)
                        });
                    }
                }
                Framing::ChunkEnd => match rest {
                    [b'\r', b'\n', ..] => {
                        used += 2;
                        *self.framing = Framing::ChunkSize;
                    }
                    [b'\n', ..] => {
                        used += 1;
                        *self.framing = Framing::ChunkSize;
                    }
                    [] | [b'\r'] => return Ok(Progress::More(used, 1)),
                    _ => return Err(Fault::Malformed("no line end behind a chunk")),
                },
                Framing::ChunkSize => {
                    let Some((line, len)) = line(rest)? else { return Ok(Progress::More(used, 1)) };
                    let size = chunk_size(line)?;
                    used += len;
                    *self.framing = if size == 0 { Framing::Trailers(0) } else { Framing::Chunk(size) };
                }
                Framing::Trailers(read) => {
                    let Some((line, len)) = line(rest)? else { return Ok(Progress::More(used, 1)) };
                    used += len;
                    if line.is_empty() {
                        *self.framing = Framing::Over;
                        continue;
                    }
                    let read = read + len;
                    if read > self.limits.head_cap {
                        return Err(Fault::TooLarge("trailers"));
                    }
                    *self.framing = Framing::Trailers(read);
                    self.take_trailer(line);
                }
            }
        }
    }

    fn take_trailer(&mut self, line: &[u8]) {
        if let Some(message) = self.message.as_deref_mut()
            && message.trailer_count() < self.limits.header_fields
            && let Some((name, value)) = memchr::memchr(b':', line).and_then(|at| line.split_at_checked(at))
        {
            message.push_trailer(name.trim_ascii(), value.get(1..).unwrap_or_default().trim_ascii());
        }
    }

    fn take_up_to(&mut self, rest: &[u8], left: u64) -> u64 {
        let taken = left.min(rest.len() as u64);
        // `taken` is at most the length of `rest`.
        self.take(rest.get(..taken as usize).unwrap_or_default());
        taken
    }

    fn take(&mut self, piece: &[u8]) {
        if let Some(message) = self.message.as_deref_mut() {
            if self.keep {
                body::append(message, piece, self.limits);
            } else {
                body::skip(message, piece.len() as u64);
            }
        }
    }

    /// Moves on behind a piece of the body of which `left` bytes are not there yet. Returns `None` if that is none of
    /// them, else how many of them need not be seen: all or none.
    fn passes_over(&mut self, left: u64, then: Framing, now: fn(u64) -> Framing) -> Option<u64> {
        if left == 0 {
            *self.framing = then;
            return None;
        }
        if self.wants_more() {
            *self.framing = now(left);
            return Some(0);
        }
        if let Some(message) = self.message.as_deref_mut() {
            body::skip(message, left);
        }
        *self.framing = then;
        Some(left)
    }

    fn wants_more(&self) -> bool {
        self.keep
            && self.message.as_ref().is_some_and(|message| message.body.bytes.len() < self.limits.body_cap)
    }
}

/// The first line of `bytes` without its end, and its length with it. `None`: it is not whole yet.
fn line(bytes: &[u8]) -> Result<Option<(&[u8], usize)>, Fault> {
    let Some(end) = memchr::memchr(b'\n', bytes) else {
        return if bytes.len() > LINE { Err(Fault::TooLarge("line of a chunked body")) } else { Ok(None) };
    };
    let line = bytes.get(..end).unwrap_or_default();
    Ok(Some((line.strip_suffix(b"\r").unwrap_or(line), end + 1)))
}

/// The size that a chunk's first line says (RFC 9112 section 7.1); extensions are passed over.
fn chunk_size(line: &[u8]) -> Result<u64, Fault> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (number, rest) = line.split_at_checked(digits).unwrap_or_default();
    if number.is_empty() || !matches!(rest.trim_ascii_start().first(), None | Some(b';')) {
        return Err(Fault::Malformed("size of a chunk"));
    }
    number
        .iter()
        .try_fold(0_u64, |value, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            value.checked_mul(16)?.checked_add(u64::from(digit))
        })
        .ok_or(Fault::TooLarge("size of a chunk"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunk_sizes_are_read_as_the_standard_says() {
        let cases: &[(&str, Result<u64, Fault>)] = &[
            ("0", Ok(0)),
            ("1a", Ok(26)),
            ("1A;name=value", Ok(26)),
            ("00000000000000000000a ; x", Ok(10)),
            ("ffffffffffffffff", Ok(u64::MAX)),
            ("10000000000000000", Err(Fault::TooLarge("size of a chunk"))),
            ("+5", Err(Fault::Malformed("size of a chunk"))),
            ("0x5", Err(Fault::Malformed("size of a chunk"))),
            ("", Err(Fault::Malformed("size of a chunk"))),
            (";x", Err(Fault::Malformed("size of a chunk"))),
            ("5 5", Err(Fault::Malformed("size of a chunk"))),
        ];
        for (line, expected) in cases {
            assert_eq!(chunk_size(line.as_bytes()), *expected, "{line}");
        }
    }

    #[test]
    fn a_response_is_framed_by_its_status_and_its_requests_method_first() {
        let sized = Facts { status: 200, length: Length::Is(5), ..Facts::default() };
        let both = Facts { transfer: Transfer::Chunked, ..sized };
        assert_eq!(of_response(&sized, Method::Other), Framing::Sized(5));
        assert_eq!(of_response(&sized, Method::Head), Framing::Over);
        assert_eq!(of_response(&both, Method::Other), Framing::ChunkSize);
        assert_eq!(of_response(&Facts { status: 304, ..both }, Method::Other), Framing::Over);
        assert_eq!(of_response(&Facts { status: 204, ..both }, Method::Other), Framing::Over);
        let none = Facts { status: 200, ..Facts::default() };
        assert_eq!(of_response(&none, Method::Other), Framing::ToEnd);
        let other = Facts { transfer: Transfer::Other, ..sized };
        assert_eq!(of_response(&other, Method::Other), Framing::ToEnd);
    }

    #[test]
    fn a_request_without_length_has_no_body() {
        assert_eq!(of_request(&Facts::default()), Framing::Over);
        assert_eq!(of_request(&Facts { length: Length::Is(3), ..Facts::default() }), Framing::Sized(3));
        assert_eq!(of_request(&Facts { length: Length::Broken, ..Facts::default() }), Framing::Unknown);
    }
}
