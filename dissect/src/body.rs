//! Bodies: what is kept of them, and the decoding of content codings (RFC 9110 section 8.4).
//!
//! A body comes in pieces, after transfer decoding. The pieces are kept up to the limit and counted beyond it; at its
//! end what is kept is decoded once, with bounds on output and ratio. No framing here.

use mizu_entry::Message;

use crate::limits::Limits;

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
