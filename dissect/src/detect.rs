//! Which protocol a connection speaks, told by the first bytes of both directions; ports decide nothing.
//!
//! In: the first bytes of an end, whole from the stream's start or from a segment's. Out: a [`Found`], or the wish for
//! more bytes, or that no protocol begins like this. No state, and no dissection: `talk` holds what waits.

use crate::protocol::{Guess, Protocol, Side, Transport};

/// Bytes of a direction that are looked at.
pub(crate) const LOOK: usize = 1024;
/// A guess that no other protocol's bytes could be taken for.
pub(crate) const CERTAIN: u8 = 90;
/// Segments that a guess waits for a better one that is not out of question.
const PATIENCE: u8 = 2;

/// A recognised protocol.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) protocol: &'static Protocol,
    /// The side that sends such bytes.
    pub(crate) from: Side,
    /// How sure, 1 to 100.
    pub(crate) sure: u8,
}

/// What the first bytes of a direction say.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    Found(Found),
    /// TLS, which says nothing without its keys.
    Opaque,
    More,
    Nothing,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) protocols: &'static [&'static Protocol],
    /// From the beginning of the stream, or of a segment where it is not known.
    pub(crate) bytes: &'a [u8],
    /// Segments that brought them.
    pub(crate) segments: u8,
    /// Whether no more will come.
    pub(crate) last: bool,
    /// Whether the stream begins with them.
    pub(crate) from_start: bool,
    /// The server's port, or what is taken for it.
    pub(crate) port: u16,
    /// A protocol that it was taken for, and is not.
    pub(crate) not: Option<&'static str>,
}

/// Asks all protocols.
pub(crate) fn ask(question: &Question<'_>) -> Answer {
    let bytes = question.bytes.get(..LOOK).unwrap_or(question.bytes);
    let mut best: Option<(Found, bool)> = None;
    let mut waits = false;
    for protocol in question.protocols.iter().copied() {
        if protocol.transport != Transport::Tcp || question.not == Some(protocol.name) {
            continue;
        }
        match (protocol.probe)(bytes) {
            Guess::No => {}
            Guess::Wait => waits = true,
            Guess::Yes { from, sure } => {
                let usual = protocol.ports.contains(&question.port);
                if best.is_none_or(|(found, at_home)| (found.sure, at_home) < (sure, usual)) {
                    best = Some((Found { protocol, from, sure }, usual));
                }
            }
        }
    }
    let enough = question.last || bytes.len() >= LOOK;
    match best {
        Some((found, _)) if found.sure >= CERTAIN || !waits || enough || question.segments >= PATIENCE => {
            Answer::Found(found)
        }
        Some(_) => Answer::More,
        None if is_tls(bytes, question.from_start) => Answer::Opaque,
        None if enough => Answer::Nothing,
        None if waits || (question.from_start && may_be_tls(bytes)) => Answer::More,
        None => Answer::Nothing,
    }
}

/// A record of TLS (RFC 8446 section 5.1): a hello at a stream's beginning, any kind within.
fn is_tls(bytes: &[u8], from_start: bool) -> bool {
    let [kind, 3, minor @ 0..=4, high, low, rest @ ..] = bytes else { return false };
    let len = usize::from(u16::from_be_bytes([*high, *low]));
    // The longest record is 2^14 bytes and what encryption adds.
    if len == 0 || len > (1 << 14) + 2048 {
        return false;
    }
    if from_start {
        *kind == 22 && matches!(rest, [1 | 2, ..])
    } else {
        matches!(kind, 20..=23) && *minor >= 1 && rest.len() >= len.min(32)
    }
}

fn may_be_tls(bytes: &[u8]) -> bool {
    bytes.len() < 6 && [22, 3].iter().zip(bytes).all(|(wanted, byte)| wanted == byte)
}
