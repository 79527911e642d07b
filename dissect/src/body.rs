//! Bodies: what is kept of them, and the decoding of content codings (RFC 9110 section 8.4).
//!
//! A body comes in pieces, after transfer decoding. The pieces are kept up to the limit and counted beyond it; at its
//! end what is kept is decoded once, with bounds on output and ratio. No framing here.

mod decode;
#[cfg(test)]
mod tests;

use mizu_entry::Message;
use smallvec::SmallVec;

pub use decode::Decoder;
use decode::{Coding, Ended, Output};

use crate::limits::Limits;

/// Codings that may be stacked on one body; a body with more is kept as sent.
const STACKED: usize = 4;

/// Adds a piece to a message's body. Returns how many of the following bytes would still be kept.
pub fn append(message: &mut Message, piece: &[u8], limits: &Limits) -> usize {
    let body = &mut message.body;
    let room = limits.body_cap.saturating_sub(body.bytes.len());
    let kept = piece.get(..room.min(piece.len())).unwrap_or_default();
    body.bytes.extend_from_slice(kept);
    body.truncated |= kept.len() < piece.len();
    body.sent_len = body.sent_len.saturating_add(piece.len() as u64);
    body.len = body.sent_len;
    room - kept.len()
}

/// Counts bytes of a body that are not looked at.
pub fn skip(message: &mut Message, count: u64) {
    let body = &mut message.body;
    body.truncated |= count > 0;
    body.sent_len = body.sent_len.saturating_add(count);
    body.len = body.sent_len;
}

/// Undoes the codings that the message's `Content-Encoding` fields name, and those of `Transfer-Encoding` other than
/// `chunked`. To be called once, at the body's end; costs nothing to speak of where there are none.
///
/// Afterwards `body.bytes` holds at most [`Limits::body_cap`] decoded bytes and `body.len` says how many the whole
/// body has, if the end of the coded data is there and was decoded. A body that cannot be decoded (a coding that is
/// not known, bytes that are not in the coding named, too much output) stays as sent, with `body.encoded` set.
pub fn finish(message: &mut Message, decoder: &mut Decoder, limits: &Limits) {
    if message.body.sent_len == 0 {
        return;
    }
    let Some(codings) = codings(message) else {
        message.body.encoded = true;
        return;
    };
    if codings.is_empty() {
        return;
    }
    if !limits.decode_bodies {
        message.body.encoded = true;
        return;
    }
    let body = &mut message.body;
    let sent_whole = !body.truncated;
    let most = most_decoded(body.bytes.len() as u64, limits);
    let mut whole = sent_whole;
    let mut len = 0;
    let mut stages = codings.iter().rev().peekable();
    let mut stage = decoder.take_buffer();
    stage.extend_from_slice(&body.bytes);
    while let Some(coding) = stages.next() {
        let mut output = Output::new(decoder.take_buffer(), limits.body_cap, most);
        // Where only the beginning of the body is there, its decoded length stays unknown: no need to go on.
        let ended = decoder.decode(*coding, &stage, &mut output, whole || stages.peek().is_some());
        len = output.count();
        whole &= ended == Ended::Whole;
        if stages.peek().is_some() && output.is_cut() {
            whole = false;
        }
        let cut = output.is_cut();
        decoder.give_buffer(std::mem::replace(&mut stage, output.into_bytes()));
        if matches!(ended, Ended::Broken | Ended::TooMuch) {
            decoder.give_buffer(stage);
            body.encoded = true;
            return;
        }
        if stages.peek().is_none() {
            body.truncated = cut || !whole;
        }
    }
    decoder.give_buffer(std::mem::replace(&mut body.bytes, stage));
    body.len = len;
}

/// Decoded bytes beyond which `encoded` bytes are taken for a bomb. A little is never one, however well it is packed.
pub(crate) fn most_decoded(encoded: u64, limits: &Limits) -> u64 {
    const LITTLE: u64 = 1024 * 1024;
    encoded.saturating_mul(limits.decode_ratio as u64).max(limits.body_cap as u64).max(LITTLE)
}

/// The codings in the order in which they were applied; `None` if one is not known or there are too many.
fn codings(message: &Message) -> Option<SmallVec<[Coding; STACKED]>> {
    let mut found = SmallVec::new();
    let mut transfer = SmallVec::<[Coding; STACKED]>::new();
    for field in message.headers() {
        let (list, is_transfer) = match field.name.len() {
            16 if field.name.eq_ignore_ascii_case(b"content-encoding") => (&mut found, false),
            17 if field.name.eq_ignore_ascii_case(b"transfer-encoding") => (&mut transfer, true),
            _ => continue,
        };
        for name in field.value.split(|byte| *byte == b',') {
            let name = name.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
            if name.is_empty()
                || name.eq_ignore_ascii_case(b"identity")
                || (is_transfer && name.eq_ignore_ascii_case(b"chunked"))
            {
                continue;
            }
            if list.len() == STACKED {
                return None;
            }
            list.push(Coding::named(name)?);
        }
    }
    found.extend(transfer);
    Some(found)
}
