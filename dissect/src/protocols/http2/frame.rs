//! Frames of HTTP/2 (RFC 9113 section 4): their headers, and how bytes that may be frames are told from bytes that
//! are not.
//!
//! In: bytes. Out: headers, and for bytes whose place in a connection is not known, a [`Walk`] over what would be
//! frames. Payloads are read by the caller.

use super::hpack;
use crate::protocol::Side;

/// What a client says first (RFC 9113 section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bytes of a frame's header.
pub(super) const HEADER: usize = 9;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const PRIORITY: u8 = 2;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PUSH_PROMISE: u8 = 5;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;
/// ALTSVC (RFC 7838), ORIGIN (RFC 8336), PRIORITY_UPDATE (RFC 9218): the extensions that are in use.
const EXTENSIONS: [u8; 3] = [0x0a, 0x0c, 0x10];

/// END_STREAM of DATA and HEADERS, ACK of SETTINGS and PING.
pub(super) const END_STREAM: u8 = 0x01;
pub(super) const ACK: u8 = 0x01;
pub(super) const END_HEADERS: u8 = 0x04;
pub(super) const PADDED: u8 = 0x08;
pub(super) const WITH_PRIORITY: u8 = 0x20;

/// The length up to which an unseen neighbour's word is believed. Frames in step may have 16 MiB.
const PLAUSIBLE: u32 = 1 << 20;
/// Frames that a walk looks at: enough to be sure.
const STEPS: usize = 4;

/// A frame's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of payload.
    pub(super) len: u32,
    pub(super) kind: u8,
    pub(super) flags: u8,
    /// The stream; 0 is the connection itself.
    pub(super) stream: u32,
}

impl Header {
    /// The header that `bytes` begin with.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let [a, b, c, kind, flags, d, e, f, g] = *bytes.first_chunk::<HEADER>()?;
        Some(Self {
            len: u32::from_be_bytes([0, a, b, c]),
            kind,
            flags,
            stream: u32::from_be_bytes([d & 0x7f, e, f, g]),
        })
    }

    /// Whether that flag is set.
    pub(super) const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// How it breaks the rules of its kind (RFC 9113 section 6), if it does.
    pub(super) const fn fault(&self) -> Option<&'static str> {
        let of_stream = self.stream != 0;
        match self.kind {
            DATA | HEADERS | PRIORITY | RST_STREAM | PUSH_PROMISE | CONTINUATION if !of_stream => {
                Some("frame of a stream without a stream")
            }
            SETTINGS | PING | GOAWAY if of_stream => Some("frame of the connection with a stream"),
            PRIORITY if self.len != 5 => Some("length of PRIORITY"),
            RST_STREAM | WINDOW_UPDATE if self.len != 4 => Some("length of RST_STREAM or WINDOW_UPDATE"),
            SETTINGS if !self.len.is_multiple_of(6) || (self.flags & ACK != 0 && self.len != 0) => {
                Some("length of SETTINGS")
            }
            PING if self.len != 8 => Some("length of PING"),
            GOAWAY if self.len < 8 => Some("length of GOAWAY"),
            PUSH_PROMISE if self.len < 4 => Some("length of PUSH_PROMISE"),
            _ => None,
        }
    }

    /// Whether nine bytes that could be anything look like the header of a frame.
    fn plausible(&self, raw: &[u8]) -> bool {
        let flags = match self.kind {
            DATA => END_STREAM | PADDED,
            HEADERS => END_STREAM | END_HEADERS | PADDED | WITH_PRIORITY,
            SETTINGS | PING => ACK,
            PUSH_PROMISE => END_HEADERS | PADDED,
            CONTINUATION => END_HEADERS,
            _ => 0,
        };
        let known = self.kind <= CONTINUATION || EXTENSIONS.contains(&self.kind);
        let reserved = raw.get(5).is_some_and(|byte| byte & 0x80 != 0);
        known && !reserved && self.flags & !flags == 0 && self.len <= PLAUSIBLE && self.fault().is_none()
    }
}

/// The part of a whole HEADERS or PUSH_PROMISE payload that is the header block, without padding, priority and
/// promised stream; `None` if these are longer than the payload.
pub(super) fn fragment<'a>(header: &Header, payload: &'a [u8]) -> Option<&'a [u8]> {
    let mut rest = payload;
    let mut padding = 0;
    if header.has(PADDED) && matches!(header.kind, HEADERS | PUSH_PROMISE) {
        let (first, after) = rest.split_first()?;
        padding = usize::from(*first);
        rest = after;
    }
    let fixed = match header.kind {
        HEADERS if header.has(WITH_PRIORITY) => 5,
        PUSH_PROMISE => 4,
        _ => 0,
    };
    let rest = rest.get(fixed..)?;
    rest.get(..rest.len().checked_sub(padding)?)
}

/// What bytes are if a frame begins at the first of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Walk {
    /// Headers in a row that agree with each other, at most [`STEPS`].
    pub(super) headers: usize,
    /// Whether the last frame ends where the bytes end.
    pub(super) exact: bool,
    /// Who sends such frames, if that can be told.
    pub(super) from: Option<Side>,
}

impl Walk {
    /// Walks over `bytes`; `None` if they are no frames. `stream_ok` says whether a stream may be there.
    pub(super) fn over(bytes: &[u8], stream_ok: impl Fn(u32) -> bool) -> Option<Self> {
        let mut walk = Self::default();
        let mut rest = bytes;
        while walk.headers < STEPS {
            if rest.is_empty() {
                walk.exact = walk.headers > 0;
                break;
            }
            let Some(header) = Header::read(rest) else { break };
            if !header.plausible(rest) || (header.stream != 0 && !stream_ok(header.stream)) {
                return None;
            }
            walk.headers += 1;
            let payload = rest.get(HEADER..).unwrap_or_default();
            let len = header.len as usize;
            if let Some(payload) = payload.get(..len) {
                walk.look(&header, payload)?;
            }
            let Some(next) = payload.get(len..) else { break };
            rest = next;
        }
        (walk.headers > 0).then_some(walk)
    }

    /// Looks into a whole frame: `None` if it cannot be one.
    fn look(&mut self, header: &Header, payload: &[u8]) -> Option<()> {
        let from = match header.kind {
            HEADERS | PUSH_PROMISE => {
                let block = fragment(header, payload)?;
                if !header.has(END_HEADERS) {
                    return Some(());
                }
                let shape = hpack::shape(block)?;
                match header.kind {
                    PUSH_PROMISE => Some(Side::Server),
                    _ if shape.asks => Some(Side::Client),
                    _ if shape.answers => Some(Side::Server),
                    _ => None,
                }
            }
            _ => None,
        };
        match (self.from, from) {
            (Some(before), Some(now)) if before != now => None,
            _ => {
                self.from = self.from.or(from);
                Some(())
            }
        }
    }
}
