//! TCP segments of a connection to two streams of bytes in order (RFC 9293 section 3.10.7).
//!
//! In: the segments of both ends as captured: late, doubled, overlapping, cut, or never. Out, through [`Receive`]: each
//! byte once and in order, with the bytes that will never be seen told as gaps, and in *causal* order between the
//! ends: a segment that acknowledges bytes of the other end is not shown before these.
//!
//! Rules: bytes once shown stand; among held ones the earlier arrival wins. A hole is a gap when the other end has
//! acknowledged bytes behind it and since then 80 more packets of the connection or 200 ms of capture time went by, or
//! too much is held. The segment that comes in order is handed on where it lies; only others are copied.
//! No timers here (the caller asks [`Streams::expire`]), no roles, no protocols.

mod end;

use mizu_entry::Timestamp;

use crate::cx::Pool;
use end::Stream;

/// Packets of the connection after which an acknowledged hole is a gap: more than a burst of bulk data moves one back.
const GRACE_PACKETS: u64 = 80;
/// Nanoseconds of capture time after which an acknowledged hole is a gap.
pub(crate) const GRACE: u64 = 200_000_000;
/// Bytes held of one end beyond which its first hole is a gap, whatever was acknowledged.
const HELD_MOST: usize = 256 * 1024;
/// Held segments of one end, likewise.
const HELD_SEGMENTS: usize = 4096;
/// How far from what is expected a sequence number may be: the largest window there is (RFC 7323).
const WINDOW: i64 = 1 << 30;

/// When bytes were captured, and what they acknowledge.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Arrival {
    pub(crate) at: Timestamp,
    /// Offset in the other end's stream; 0 if not known.
    pub(crate) acked: u64,
}

/// Takes both streams of a connection. Ends are 0 and 1.
pub(crate) trait Receive {
    /// The next bytes of an end.
    fn data(&mut self, end: usize, bytes: &[u8], offset: u64, arrival: Arrival);
    /// Bytes of an end that will never be seen.
    fn gap(&mut self, end: usize, lost: u64, arrival: Arrival);
    /// All bytes of an end were shown; it closed in good order.
    fn fin(&mut self, end: usize, arrival: Arrival);
    /// Buffers for bytes that have to be held.
    fn pool(&mut self) -> &mut Pool;
}

/// What this module looks at in a segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'a> {
    /// Sequence number of the first byte of `bytes`.
    pub(crate) seq: u32,
    pub(crate) ack: Option<u32>,
    pub(crate) bytes: &'a [u8],
    /// Bytes behind them that the capture cut off.
    pub(crate) missing: u32,
    pub(crate) fin: bool,
    pub(crate) at: Timestamp,
}

/// Both streams of one connection.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    ends: [Stream; 2],
    packets: u64,
    /// Which end reset the connection.
    reset: bool,
}

/// How far a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Open,
    /// One end is done.
    HalfClosed,
    /// Both ends are done.
    Closed,
    /// Reset, and all that can be shown was shown.
    Reset,
}

impl Streams {
    /// Makes the streams new.
    pub(crate) fn clear(&mut self, pool: &mut Pool) {
        for end in &mut self.ends {
            end.drop_held(pool);
            *end = Stream::default();
        }
        self.packets = 0;
        self.reset = false;
    }

    /// An end's SYN. `false` if it begins another connection than the one that these streams are of.
    pub(crate) fn syn(&mut self, end: usize, seq: u32) -> bool {
        self.packets += 1;
        self.end(end).syn(seq.wrapping_add(1))
    }

    /// Bytes of memory held.
    pub(crate) fn held(&self) -> usize {
        self.ends.iter().map(|end| end.held_memory).sum()
    }

    /// Whether [`Streams::expire`] has something to wait for.
    pub(crate) fn waits(&self) -> bool {
        self.ends.iter().any(|end| end.hole.is_some())
    }

    pub(crate) fn phase(&self) -> Phase {
        let [a, b] = &self.ends;
        if self.reset && !self.waits() {
            return Phase::Reset;
        }
        match (a.fin_shown, b.fin_shown) {
            (true, true) => Phase::Closed,
            (false, false) => Phase::Open,
            _ => Phase::HalfClosed,
        }
    }

    /// A segment of an end.
    #[inline]
    pub(crate) fn segment<R: Receive>(&mut self, end: usize, piece: &Piece<'_>, out: &mut R) {
        self.packets += 1;
        let [a, b] = &mut self.ends;
        let (own, other) = if end == 0 { (a, b) } else { (b, a) };
        if !own.started {
            own.start(piece.seq, false);
        }
        own.seen = true;
        let mut arrival = Arrival { at: piece.at, acked: 0 };
        if let Some(ack) = piece.ack {
            if !other.started {
                // Where this end has said nothing yet, what it acknowledges is the other's beginning.
                other.start(ack, own.isn_known && own.offset == 0);
            }
            arrival.acked = other.acknowledge(ack);
        }
        let Some(start) = own.place(piece.seq) else { return };
        let len = piece.bytes.len() as u64 + u64::from(piece.missing);
        if len > 0 && own.fin.is_none_or(|fin| start.saturating_add(len) <= fin) {
            let in_order = start == own.offset && own.held.is_empty() && arrival.acked <= other.reached();
            if in_order {
                own.show(end, piece.bytes, piece.missing, arrival, out);
            } else {
                own.hold(start, piece, arrival.acked, out.pool());
            }
        }
        if piece.fin {
            own.end_at(start.saturating_add(len), out.pool());
        }
        if own.is_calm() && other.is_calm() {
            return;
        }
        self.settle(arrival, out);
    }

    /// An end's RST. Ignored unless its sequence number is one that the other end would take.
    pub(crate) fn rst<R: Receive>(&mut self, end: usize, seq: u32, at: Timestamp, out: &mut R) {
        self.packets += 1;
        let own = self.end(end);
        if own.started {
            let Some(start) = own.place(seq) else { return };
            if start.saturating_add(1) < own.offset || start > own.offset.saturating_add(1 << 20) {
                return;
            }
            // What was sent before the reset and not seen will not be sent again.
            own.acked = own.acked.max(start);
        }
        self.reset = true;
        self.settle(Arrival { at, acked: 0 }, out);
    }

    /// Declares the gaps whose time has come.
    pub(crate) fn expire<R: Receive>(&mut self, now: Timestamp, out: &mut R) {
        self.settle(Arrival { at: now, acked: 0 }, out);
    }

    /// Shows all that is held, with what is missing as gaps: nothing more will come.
    pub(crate) fn flush<R: Receive>(&mut self, at: Timestamp, out: &mut R) {
        let arrival = Arrival { at, acked: 0 };
        self.settle(arrival, out);
        // Each round shows a held segment or declares a hole before one.
        while let Some(end) = (0..2).find(|end| self.is_blocked(*end)) {
            self.unblock(end, arrival, out);
            self.advance(out);
        }
        for end in 0..2 {
            let own = self.end(end);
            own.hole = None;
            if own.acked > own.reached() {
                own.declare(end, own.acked, arrival, out);
            }
        }
        self.advance(out);
    }

    /// Gives up what is held out of order. Returns how many bytes.
    pub(crate) fn drop_held<R: Receive>(&mut self, at: Timestamp, out: &mut R) -> usize {
        let dropped = self.held();
        for end in 0..2 {
            let own = self.end(end);
            let furthest = own.held.back().map(|held| held.end());
            own.drop_held(out.pool());
            if let Some(furthest) = furthest {
                own.declare(end, furthest, Arrival { at, acked: 0 }, out);
            }
        }
        self.settle(Arrival { at, acked: 0 }, out);
        dropped
    }

    fn end(&mut self, end: usize) -> &mut Stream {
        let [a, b] = &mut self.ends;
        if end == 0 { a } else { b }
    }

    fn pair(&mut self, end: usize) -> (&mut Stream, &mut Stream) {
        let [a, b] = &mut self.ends;
        if end == 0 { (a, b) } else { (b, a) }
    }

    /// Shows what can be shown, declares what has to be declared, notes since when holes are waited for.
    fn settle<R: Receive>(&mut self, arrival: Arrival, out: &mut R) {
        loop {
            self.advance(out);
            let packets = self.packets;
            let mut declared = false;
            for end in 0..2 {
                let (own, other) = self.pair(end);
                let behind = own.missed(other.seen || other.isn_known);
                if behind <= own.reached() {
                    own.hole = None;
                    continue;
                }
                // Bytes acknowledged since the hole was noticed have a grace of their own; a clock that stepped back since
                // then does not make it longer.
                let hole = match own.hole {
                    Some(hole) if hole.behind > own.reached() => {
                        let at = hole.at.min(arrival.at);
                        *own.hole.insert(end::Hole { at, ..hole })
                    }
                    _ => *own.hole.insert(end::Hole { packets, at: arrival.at, behind }),
                };
                if packets.saturating_sub(hole.packets) >= GRACE_PACKETS || arrival.at.since(hole.at) >= GRACE
                {
                    own.declare(end, hole.behind, arrival, out);
                    declared = true;
                }
            }
            for end in 0..2 {
                let own = self.end(end);
                if own.held_bytes > HELD_MOST || own.held.len() > HELD_SEGMENTS {
                    self.unblock(end, arrival, out);
                    declared = true;
                }
            }
            if !declared {
                return;
            }
        }
    }

    /// Shows every held segment whose turn it is.
    fn advance<R: Receive>(&mut self, out: &mut R) {
        loop {
            let mut moved = false;
            for end in 0..2 {
                let (own, other) = self.pair(end);
                let reached = other.reached();
                while own.held.front().is_some_and(|held| held.offset <= own.offset && held.acked <= reached)
                {
                    own.show_held(end, out);
                    moved = true;
                }
                if own.fin.is_some_and(|fin| own.offset >= fin) && !own.fin_shown {
                    own.fin_shown = true;
                    let acked = other.offset;
                    let at = own.latest;
                    out.fin(end, Arrival { at, acked });
                    moved = true;
                }
            }
            if !moved && !self.untie() {
                return;
            }
        }
    }

    /// Where the next segment of each end acknowledges bytes of the other's next one, one of them is a retransmission
    /// with a later acknowledgement than its original had: the one captured later goes first.
    fn untie(&mut self) -> bool {
        let [a, b] = &mut self.ends;
        let (Some(first), Some(second)) = (a.held.front(), b.held.front()) else { return false };
        if first.offset > a.offset || second.offset > b.offset {
            return false;
        }
        if first.at > second.at {
            b.give_up(first.acked)
        } else {
            a.give_up(second.acked)
        }
        true
    }

    fn is_blocked(&self, end: usize) -> bool {
        self.ends.get(end & 1).is_some_and(|end| !end.held.is_empty())
    }

    /// Declares what the first held segment of an end waits for: a hole before it, or bytes of the other end.
    fn unblock<R: Receive>(&mut self, end: usize, arrival: Arrival, out: &mut R) {
        let (own, other) = self.pair(end);
        let Some(held) = own.held.front() else { return };
        let (offset, acked) = (held.offset, held.acked);
        if offset > own.offset {
            own.declare(end, offset, arrival, out);
        } else if acked > other.reached() {
            // What is held of the other end before that is shown first, in its own turn.
            let before = other.held.front().map_or(acked, |held| held.offset.min(acked));
            if before > other.offset {
                other.declare(1 - (end & 1), before, arrival, out);
            } else {
                // Each end waits for the other, which no real connection does.
                other.give_up(acked);
            }
        }
    }
}

#[cfg(test)]
mod tests;
