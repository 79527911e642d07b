//! What a dissector may keep and spend. One struct, every default visible here.

/// Bounds on memory and work, by connection or message. A limit reached is noted on the entry or counted as a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body that are kept per message, before and after content decoding; the rest is counted, not kept.
    pub body_cap: usize,
    /// Whether content codings are decoded.
    pub decode_bodies: bool,
    /// Decoded bytes per encoded byte beyond which a body is taken for a bomb and decoding stops.
    pub decode_ratio: usize,
    /// Bytes that a message head, or a header block of HTTP/2, may have.
    pub head_cap: usize,
    /// Header fields of a message that are kept.
    pub header_fields: usize,
    /// Bytes that may be held of one direction while a whole message is awaited.
    pub carry_cap: usize,
    /// Requests of a connection that may wait for their response; beyond it the oldest go out unanswered.
    pub pending_requests: usize,
    /// Bytes of pending requests of a connection.
    pub pending_bytes: usize,
    /// Streams of an HTTP/2 connection that may be open.
    pub open_streams: usize,
    /// Bytes of an HPACK table that are kept, whatever the peer announces.
    pub hpack_table: usize,
    /// Faults of a connection after which it is no longer followed.
    pub faults: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_cap: 64 * 1024,
            decode_bodies: true,
            decode_ratio: 200,
            head_cap: 256 * 1024,
            header_fields: 1000,
            carry_cap: 512 * 1024,
            pending_requests: 10_000,
            pending_bytes: 1024 * 1024,
            open_streams: 1000,
            hpack_table: 64 * 1024,
            faults: 3,
        }
    }
}
