//! Frames of WebSocket: their headers (RFC 6455 section 5.2), their mask, and how to recognise them.

use crate::protocol::{Fault, Guess, Side};

pub(super) const CONTINUATION: u8 = 0;
pub(super) const TEXT: u8 = 1;
pub(super) const BINARY: u8 = 2;
pub(super) const CLOSE: u8 = 8;
pub(super) const PING: u8 = 9;
const PONG: u8 = 10;

/// The most that a control frame may carry.
const CONTROL: u64 = 125;

/// The most that a control frame beyond the rules may carry and still be read.
const UNRULY_CONTROL: u64 = 64 * 1024;

/// A frame's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Its own bytes.
    pub(super) len: usize,
    /// Bytes of the payload.
    pub(super) payload: u64,
    pub(super) opcode: u8,
    /// It ends its message.
    pub(super) last: bool,
    /// RSV1: its message, or it, is compressed.
    pub(super) compressed: bool,
    pub(super) masked: bool,
    /// The mask; zeros if there is none.
    pub(super) mask: [u8; 4],
}

impl Header {
    /// Reads the header that `bytes` begin with. The inner error says how many bytes more are needed at least.
    pub(super) fn read(bytes: &[u8]) -> Result<Result<Self, usize>, Fault> {
        let &[first, second, ref rest @ ..] = bytes else { return Ok(Err(2 - bytes.len())) };
        let opcode = first & 0x0f;
        if first & 0x30 != 0 || !matches!(opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG) {
            return Err(Fault::Malformed("first byte of a WebSocket frame"));
        }
        let masked = second & 0x80 != 0;
        let wide = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let len = 2 + wide + if masked { 4 } else { 0 };
        if bytes.len() < len {
            return Ok(Err(len - bytes.len()));
        }
        let (number, rest) = rest.split_at_checked(wide).unwrap_or_default();
        let payload = match wide {
            0 => u64::from(second & 0x7f),
            _ => number.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)),
        };
        if payload >> 63 != 0 {
            return Err(Fault::Malformed("length of a WebSocket frame"));
        }
        let mask = match rest {
            [a, b, c, d, ..] if masked => [*a, *b, *c, *d],
            _ => [0; 4],
        };
        let (last, compressed) = (first & 0x80 != 0, first & 0x40 != 0);
        let header = Self { len, payload, opcode, last, compressed, masked, mask };
        if header.is_control() && payload > UNRULY_CONTROL {
            return Err(Fault::TooLarge("control frame of WebSocket"));
        }
        Ok(Ok(header))
    }

    pub(super) const fn is_control(&self) -> bool {
        self.opcode & 8 != 0
    }

    /// Whether it is a control frame beyond the rules (RFC 6455 section 5.5).
    pub(super) const fn is_unruly(&self) -> bool {
        self.is_control() && (self.payload > CONTROL || !self.last || self.compressed)
    }

    /// Whether the length is written in as few bytes as the rules say.
    const fn is_minimal(&self) -> bool {
        let wide = self.len - 2 - if self.masked { 4 } else { 0 };
        match wide {
            2 => self.payload > 125,
            8 => self.payload > 0xffff,
            _ => true,
        }
    }
}

/// Takes the mask, turned by `turned` bytes, off a payload (RFC 6455 section 5.3).
pub(super) fn unmask(payload: &mut [u8], mask: [u8; 4], turned: usize) {
    if mask == [0; 4] {
        return;
    }
    let mut turned_mask = mask;
    turned_mask.rotate_left(turned % 4);
    let word = u32::from_ne_bytes(turned_mask);
    let wide = u64::from(word) << 32 | u64::from(word);
    let mut chunks = payload.chunks_exact_mut(8);
    for chunk in &mut chunks {
        if let Ok(eight) = <[u8; 8]>::try_from(&*chunk) {
            chunk.copy_from_slice(&(u64::from_ne_bytes(eight) ^ wide).to_ne_bytes());
        }
    }
    for (byte, mask) in chunks.into_remainder().iter_mut().zip(turned_mask.iter().cycle()) {
        *byte ^= mask;
    }
}

/// Whether `bytes` are frames of a side whose frames are masked or not, one behind the other: two at least, or one
/// that fills them.
pub(super) fn chain(bytes: &[u8], masked: bool) -> bool {
    let mut at = 0;
    for seen in 0.. {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.is_empty() {
            return seen > 0;
        }
        let header = match Header::read(rest) {
            Ok(Ok(header)) => header,
            Ok(Err(_)) => return seen > 1,
            Err(_) => return false,
        };
        if header.masked != masked || !header.is_minimal() || header.is_unruly() {
            return false;
        }
        if seen == 1 {
            return true;
        }
        // A frame that reaches beyond the bytes has nothing behind it to be judged by.
        let Some(end) = usize::try_from(header.payload).ok().and_then(|len| len.checked_add(at + header.len))
        else {
            return false;
        };
        if end > bytes.len() {
            return false;
        }
        at = end;
    }
    false
}

/// Recognises a connection whose upgrade was not captured: two whole frames in a row that keep the rules, of which
/// texts are texts.
pub(super) fn probe(bytes: &[u8]) -> Guess {
    let mut at = 0;
    let mut side = None;
    for seen in 0..2 {
        let rest = bytes.get(at..).unwrap_or_default();
        let header = match Header::read(rest) {
            Ok(Ok(header)) => header,
            Ok(Err(_)) if seen == 1 || rest.len() > 1 => return Guess::Wait,
            Ok(Err(_))
                if rest
                    .first()
                    .is_none_or(|first| matches!(first, 0x81 | 0x82 | 0x88..=0x8a | 0xc1 | 0xc2)) =>
            {
                return Guess::Wait;
            }
            _ => return Guess::No,
        };
        // The first one begins a message, so that streams of zeros are none.
        let begins = header.last && header.opcode != CONTINUATION;
        let from = if header.masked { Side::Client } else { Side::Server };
        if !begins || header.is_unruly() || !header.is_minimal() || side.is_some_and(|side| side != from) {
            return Guess::No;
        }
        side = Some(from);
        let start = at + header.len;
        let Some(end) = usize::try_from(header.payload).ok().and_then(|len| len.checked_add(start)) else {
            return Guess::No;
        };
        let payload = bytes.get(start..end.min(bytes.len())).unwrap_or_default();
        if header.opcode == TEXT && !header.compressed && !is_text(payload, header.mask, end <= bytes.len()) {
            return Guess::No;
        }
        if end > bytes.len() {
            return if end < 1024 { Guess::Wait } else { Guess::No };
        }
        at = end;
    }
    side.map_or(Guess::No, |from| Guess::Yes { from, sure: 50 })
}

fn is_text(payload: &[u8], mask: [u8; 4], whole: bool) -> bool {
    let mut text = payload.to_vec();
    unmask(&mut text, mask, 0);
    match std::str::from_utf8(&text) {
        Ok(_) => true,
        Err(error) => !whole && error.error_len().is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_every_width_are_read_and_the_top_bit_is_a_fault() {
        let header =
            |bytes: &[u8]| Header::read(bytes).map(|read| read.map(|header| (header.len, header.payload)));
        assert_eq!(header(&[0x81, 5]), Ok(Ok((2, 5))));
        assert_eq!(header(&[0x81, 126, 1, 0]), Ok(Ok((4, 256))));
        assert_eq!(header(&[0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0]), Ok(Ok((10, 1 << 32))));
        assert_eq!(header(&[0x81, 0x85, 1, 2, 3]), Ok(Err(1)));
        assert_eq!(header(&[]), Ok(Err(2)));
        assert!(header(&[0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]).is_err());
        assert!(header(&[0x83, 0]).is_err(), "reserved opcode");
        assert!(header(&[0xa1, 0]).is_err(), "RSV2");
    }

    #[test]
    fn a_connection_under_way_is_recognised_by_two_frames() {
        let text = |text: &str| [&[0x81, text.len() as u8], text.as_bytes()].concat();
        let mut masked = vec![0x81, 0x82, 9, 8, 7, 6, b'h' ^ 9, b'i' ^ 8];
        assert_eq!(probe(&masked), Guess::Wait);
        masked.extend_from_within(..);
        assert_eq!(probe(&masked), Guess::Yes { from: Side::Client, sure: 50 });
        assert_eq!(probe(&[text("one"), text("two")].concat()), Guess::Yes { from: Side::Server, sure: 50 });
        assert_eq!(probe(&[text("one"), vec![0x16, 3]].concat()), Guess::No);
        assert_eq!(probe(b"GET / HTTP/1.1\r\n"), Guess::No);
        assert_eq!(probe(&[0; 40]), Guess::No);
        assert_eq!(probe(&[0x81, 2, 0xff, 0xff, 0x81, 1, b'a']), Guess::No, "no text");
    }

    proptest::proptest! {
        #[test]
        fn unmasking_in_pieces_is_unmasking_at_once(
            payload in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60),
            mask in proptest::prelude::any::<[u8; 4]>(),
            cut in 0_usize..60,
        ) {
            let mut whole = payload.clone();
            unmask(&mut whole, mask, 0);
            let mut pieces = payload.clone();
            let cut = cut.min(pieces.len());
            let (first, second) = pieces.split_at_mut(cut);
            unmask(first, mask, 0);
            unmask(second, mask, cut);
            proptest::prop_assert_eq!(&pieces, &whole);
            let plain: Vec<u8> = payload.iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]).collect();
            proptest::prop_assert_eq!(whole, plain);
        }
    }
}
