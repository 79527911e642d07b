//! Compression of messages: what was negotiated (RFC 7692 section 7.1), and one direction's inflater.

use std::fmt;

use flate2::{Decompress, FlushDecompress, Status};
use mizu_entry::Message;

use super::frame;
use crate::body;
use crate::limits::Limits;

/// The largest window, as a power of two.
pub(super) const WINDOW_BITS: u8 = 15;

/// Bytes that one step writes, and that are unmasked at once.
const STEP: usize = 4096;

/// What a sender leaves off the end of a message (RFC 7692 section 7.2.2).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// What was negotiated for one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parameters {
    /// Messages may be compressed.
    pub(super) compresses: bool,
    /// Each frame is compressed by itself (`x-webkit-deflate-frame`).
    pub(super) per_frame: bool,
    /// Messages refer to the ones before.
    pub(super) takeover: bool,
    /// How far back, as a power of two.
    pub(super) window_bits: u8,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { compresses: false, per_frame: false, takeover: true, window_bits: WINDOW_BITS }
    }
}

/// What the fields of a response with status 101 grant to the client's and to the server's direction.
pub(super) fn negotiated(switching: &Message) -> [Parameters; 2] {
    let (mut client, mut server) = (Parameters::default(), Parameters::default());
    let fields =
        switching.headers().filter(|field| field.name.eq_ignore_ascii_case(b"sec-websocket-extensions"));
    for extension in fields.flat_map(|field| field.value.split(|byte| *byte == b',')) {
        let mut parts = extension.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
        let per_frame = match parts.next() {
            Some(name) if name.eq_ignore_ascii_case(b"permessage-deflate") => false,
            Some(name)
                if name.eq_ignore_ascii_case(b"x-webkit-deflate-frame")
                    || name.eq_ignore_ascii_case(b"deflate-frame") =>
            {
                true
            }
            _ => continue,
        };
        for side in [&mut client, &mut server] {
            side.compresses = true;
            side.per_frame = per_frame;
        }
        for part in parts {
            let mut pair = part.splitn(2, |byte| *byte == b'=').map(<[u8]>::trim_ascii);
            let name = pair.next().unwrap_or_default().to_ascii_lowercase();
            let bits = pair.next().and_then(window_bits);
            match (name.as_slice(), bits) {
                (b"client_no_context_takeover", _) => client.takeover = false,
                (b"server_no_context_takeover", _) => server.takeover = false,
                (b"client_max_window_bits", Some(bits)) => client.window_bits = bits,
                (b"server_max_window_bits", Some(bits)) => server.window_bits = bits,
                // The older extension's words bind the receiver of the response: the client's direction.
                (b"no_context_takeover", _) => client.takeover = false,
                (b"max_window_bits", Some(bits)) => client.window_bits = bits,
                _ => {}
            }
        }
        break;
    }
    [client, server]
}

/// A window's size within the rules; in quotes or not.
fn window_bits(value: &[u8]) -> Option<u8> {
    let value = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value);
    let bits = std::str::from_utf8(value).ok()?.parse().ok()?;
    (8..=WINDOW_BITS).contains(&bits).then_some(bits)
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inflated {
    /// It was inflated.
    Well,
    /// It cannot be, and nothing behind it.
    Broken,
}

/// The window of one direction.
pub(super) struct Inflater {
    state: Decompress,
    output: Box<[u8; STEP]>,
    /// Bytes inflated of the message under way.
    produced: u64,
    /// The last byte read ended a final block.
    ended: bool,
    held: usize,
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inflater")
    }
}

impl Inflater {
    pub(super) fn new(window_bits: u8) -> Self {
        // zlib reads no window below 9 bits; a larger one reads what a smaller one wrote.
        let bits = window_bits.clamp(9, WINDOW_BITS);
        Self {
            state: Decompress::new_with_window_bits(false, bits),
            output: Box::new([0; STEP]),
            produced: 0,
            ended: false,
            // The window, and zlib's own state.
            held: (1 << bits) + 8 * 1024 + STEP,
        }
    }

    pub(super) const fn held(&self) -> usize {
        self.held
    }

    /// Inflates a masked piece of a message into its body.
    pub(super) fn piece(
        &mut self,
        piece: &[u8],
        mask: [u8; 4],
        turned: usize,
        message: &mut Message,
        limits: &Limits,
    ) -> Inflated {
        let mut plain = [0; STEP];
        for (number, part) in piece.chunks(STEP).enumerate() {
            let Some(plain) = plain.get_mut(..part.len()) else { return Inflated::Broken };
            plain.copy_from_slice(part);
            frame::unmask(plain, mask, turned + number * STEP);
            message.body.sent_len += part.len() as u64;
            self.ended = false;
            if self.inflate(plain, message, limits) == Inflated::Broken {
                return Inflated::Broken;
            }
        }
        Inflated::Well
    }

    /// The message is over.
    pub(super) fn flush(&mut self, message: &mut Message, limits: &Limits) -> Inflated {
        // Behind a final block with nothing after it there is no block for the tail to end.
        let ended = std::mem::take(&mut self.ended);
        let done = if ended { Inflated::Well } else { self.inflate(&TAIL, message, limits) };
        self.produced = 0;
        done
    }

    fn inflate(&mut self, mut input: &[u8], message: &mut Message, limits: &Limits) -> Inflated {
        loop {
            let before = (self.state.total_in(), self.state.total_out());
            let Ok(status) = self.state.decompress(input, &mut self.output[..], FlushDecompress::Sync) else {
                return Inflated::Broken;
            };
            let read = (self.state.total_in() - before.0) as usize;
            let written = (self.state.total_out() - before.1) as usize;
            input = input.get(read..).unwrap_or_default();
            self.keep(written, message, limits);
            // By what the frames announce, so that it does not matter in which pieces they come.
            if self.produced > body::most_decoded(message.wire_len, limits) {
                return Inflated::Broken;
            }
            if status == Status::StreamEnd {
                // A final block, which senders may use: what follows starts anew (RFC 7692 section 7.2.3.4).
                self.state.reset(false);
                self.ended = input.is_empty();
                if self.ended {
                    return Inflated::Well;
                }
            } else if input.is_empty() && written < STEP || read == 0 && written == 0 {
                return Inflated::Well;
            }
        }
    }

    fn keep(&mut self, written: usize, message: &mut Message, limits: &Limits) {
        let body = &mut message.body;
        let room = limits.body_cap.saturating_sub(body.bytes.len());
        let kept = self.output.get(..written.min(room)).unwrap_or_default();
        body.bytes.extend_from_slice(kept);
        body.truncated |= kept.len() < written;
        body.len += written as u64;
        self.produced += written as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(value: &str) -> [Parameters; 2] {
        let mut switching = Message::default();
        switching.push_header(b"sec-websocket-extensions", value.as_bytes());
        negotiated(&switching)
    }

    #[test]
    fn parameters_are_read_by_direction() {
        let plain = Parameters { compresses: true, ..Parameters::default() };
        assert_eq!(negotiated(&Message::default()), [Parameters::default(); 2]);
        assert_eq!(granted("permessage-deflate"), [plain, plain]);
        assert_eq!(
            granted("foo, permessage-deflate; server_no_context_takeover; client_max_window_bits=\"10\""),
            [Parameters { window_bits: 10, ..plain }, Parameters { takeover: false, ..plain }]
        );
        assert_eq!(
            granted("Permessage-Deflate; client_no_context_takeover; server_max_window_bits=9"),
            [Parameters { takeover: false, ..plain }, Parameters { window_bits: 9, ..plain }]
        );
        assert_eq!(granted("permessage-deflate; server_max_window_bits=99")[1], plain);
        assert!(granted("x-webkit-deflate-frame; no_context_takeover")[0].per_frame);
    }
}
