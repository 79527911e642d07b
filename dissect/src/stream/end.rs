//! One direction of a TCP connection: where it stands, and the segments that wait for their turn.
//!
//! Places in the stream are 64-bit offsets; 32-bit sequence numbers are turned into them by their distance from the
//! next one expected. Offset 0 is the byte behind the SYN; a stream whose SYN was not seen begins at [`UNDER_WAY`].

use std::collections::VecDeque;

use mizu_entry::Timestamp;

use super::{Arrival, Piece, Receive, WINDOW};
use crate::cx::Pool;

/// Offset of the first byte that is known of a stream whose beginning was not captured, so that earlier bytes which
/// come late have one too.
const UNDER_WAY: u64 = 1 << 32;

/// A segment that waits for its turn.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) offset: u64,
    /// Offset of the other end's stream that has to be reached first.
    pub(super) acked: u64,
    pub(super) at: Timestamp,
    bytes: Vec<u8>,
    missing: u32,
}

impl Held {
    pub(super) fn end(&self) -> u64 {
        self.offset.saturating_add(self.bytes.len() as u64).saturating_add(self.missing.into())
    }

    fn memory(&self) -> usize {
        self.bytes.capacity() + size_of::<Self>()
    }
}

/// Since when bytes that the other end has acknowledged are waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hole {
    pub(super) packets: u64,
    pub(super) at: Timestamp,
    /// What was acknowledged then.
    pub(super) behind: u64,
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// Sequence number of the byte at `offset`.
    next: u32,
    /// The next byte to show.
    pub(super) offset: u64,
    /// Sequence number of the first byte that was expected.
    pub(super) base: u32,
    pub(super) started: bool,
    /// The SYN was seen.
    pub(super) isn_known: bool,
    /// A segment of this end was seen, not only what the other says of it.
    pub(super) seen: bool,
    shown: bool,
    pub(super) fin_shown: bool,
    /// The byte behind the last one.
    pub(super) fin: Option<u64>,
    /// What the other end has acknowledged.
    pub(super) acked: u64,
    /// Up to here the other end need not wait.
    given_up: u64,
    /// When the latest byte was captured.
    pub(super) latest: Timestamp,
    /// By offset, without overlaps.
    pub(super) held: VecDeque<Held>,
    pub(super) held_bytes: usize,
    /// Memory that they take.
    pub(super) held_memory: usize,
    pub(super) hole: Option<Hole>,
}

impl Stream {
    /// Sets where the stream begins. `first`: the byte behind the SYN.
    pub(super) fn start(&mut self, seq: u32, first: bool) {
        self.started = true;
        self.next = seq;
        self.base = seq;
        self.offset = if first { 0 } else { UNDER_WAY };
    }

    /// A SYN whose stream begins with byte `seq`. `false` if the stream is another one.
    pub(super) fn syn(&mut self, seq: u32) -> bool {
        self.seen = true;
        if !self.started {
            self.start(seq, true);
        } else if self.base != seq {
            // A SYN that comes behind the first bytes is known by standing before them.
            let back = i64::from(self.next.wrapping_sub(seq) as i32);
            if self.isn_known || self.shown || !(0..WINDOW).contains(&back) {
                return false;
            }
            self.offset = self.offset.saturating_sub(back as u64);
            self.next = seq;
            self.base = seq;
        }
        self.isn_known = true;
        true
    }

    /// How far the stream was shown or given up; its end counts, as acknowledgements count it.
    #[inline]
    pub(super) fn reached(&self) -> u64 {
        self.offset.saturating_add(self.fin_shown.into()).max(self.given_up)
    }

    /// Notes that the stream ends there, unless more of it was shown or another end was told. What is held behind it is no
    /// part of the stream, and would wait for ever.
    pub(super) fn end_at(&mut self, offset: u64, pool: &mut Pool) {
        if self.fin.is_some() || offset < self.offset {
            return;
        }
        self.fin = Some(offset);
        self.acked = self.acked.min(offset);
        while self.held.back().is_some_and(|held| held.end() > offset) {
            let Some(mut held) = self.held.pop_back() else { return };
            self.held_bytes = self.held_bytes.saturating_sub(held.bytes.len());
            self.held_memory = self.held_memory.saturating_sub(held.memory());
            if held.offset >= offset {
                pool.give_buffer(held.bytes);
                continue;
            }
            let len = offset - held.offset;
            held.bytes.truncate(usize::try_from(len).unwrap_or(usize::MAX));
            held.missing = u32::try_from(len.saturating_sub(held.bytes.len() as u64)).unwrap_or(u32::MAX);
            self.held_bytes += held.bytes.len();
            self.held_memory += held.memory();
            self.held.push_back(held);
        }
    }

    /// The place up to which there are bytes that are missed: acknowledged but not seen. Without a word of the other end
    /// (`answered`), what stands before a held segment is missed.
    pub(super) fn missed(&self, answered: bool) -> u64 {
        match self.held.front() {
            // The next bytes are here: they wait for the other end.
            Some(held) if held.offset <= self.offset => 0,
            Some(held) if !answered => self.acked.max(held.offset),
            _ => self.acked,
        }
    }

    /// Nothing waits and nothing is missed.
    #[inline]
    pub(super) fn is_calm(&self) -> bool {
        self.held.is_empty() && self.acked <= self.offset && self.hole.is_none() && self.fin.is_none()
    }

    /// Notes an acknowledgement of the other end. Returns its offset, or 0 for one that cannot be.
    #[inline]
    pub(super) fn acknowledge(&mut self, ack: u32) -> u64 {
        let distance = i64::from(ack.wrapping_sub(self.next) as i32);
        if distance > WINDOW {
            return 0;
        }
        let mut acked = self.offset.saturating_add_signed(distance);
        if let Some(fin) = self.fin {
            // The FIN takes a sequence number too.
            acked = acked.min(fin);
        }
        self.acked = self.acked.max(acked);
        acked
    }

    /// The offset of a sequence number; moves the beginning back for an earlier segment while nothing was shown. `None`
    /// for one that is no part of the stream.
    #[inline]
    pub(super) fn place(&mut self, seq: u32) -> Option<u64> {
        let distance = i64::from(seq.wrapping_sub(self.next) as i32);
        if distance == 0 {
            return Some(self.offset);
        }
        if !(-WINDOW..=WINDOW).contains(&distance) {
            return None;
        }
        // A keepalive stands one byte before the next: it moves nothing.
        if distance < -1 && !self.shown && !self.isn_known && self.given_up == 0 {
            self.offset = self.offset.saturating_add_signed(distance);
            self.next = seq;
            self.base = seq;
            return Some(self.offset);
        }
        Some(self.offset.saturating_add_signed(distance))
    }

    /// Hands on bytes that are next.
    #[inline]
    pub(super) fn show<R: Receive>(
        &mut self,
        end: usize,
        bytes: &[u8],
        missing: u32,
        arrival: Arrival,
        out: &mut R,
    ) {
        self.shown = true;
        self.latest = arrival.at;
        let offset = self.offset;
        self.pass(bytes.len() as u64);
        if !bytes.is_empty() {
            out.data(end, bytes, offset, arrival);
        }
        if missing > 0 {
            self.pass(missing.into());
            out.gap(end, missing.into(), arrival);
        }
    }

    /// Hands on the first held segment, or what is new in it.
    pub(super) fn show_held<R: Receive>(&mut self, end: usize, out: &mut R) {
        let Some(held) = self.held.pop_front() else { return };
        self.held_bytes = self.held_bytes.saturating_sub(held.bytes.len());
        self.held_memory = self.held_memory.saturating_sub(held.memory());
        let arrival = Arrival { at: held.at, acked: held.acked };
        let old = self.offset.saturating_sub(held.offset);
        let len = held.bytes.len() as u64;
        let bytes = usize::try_from(old).ok().and_then(|old| held.bytes.get(old..)).unwrap_or_default();
        let missing = u64::from(held.missing).saturating_sub(old.saturating_sub(len));
        self.show(end, bytes, u32::try_from(missing).unwrap_or(u32::MAX), arrival, out);
        out.pool().give_buffer(held.bytes);
    }

    /// Keeps those bytes of a segment that are neither shown nor held already.
    pub(super) fn hold(&mut self, start: u64, piece: &Piece<'_>, acked: u64, pool: &mut Pool) {
        let len = piece.bytes.len() as u64;
        let end = start.saturating_add(len).saturating_add(piece.missing.into());
        // Nothing stands behind the end.
        let end = end.min(self.fin.unwrap_or(u64::MAX));
        let mut from = start.max(self.offset);
        let mut index = self.held.partition_point(|held| held.end() <= from);
        while from < end {
            let (mut to, mut resume) = (end, end);
            if let Some(held) = self.held.get(index) {
                if held.offset <= from {
                    from = held.end();
                    index += 1;
                    continue;
                }
                if held.offset < end {
                    to = held.offset;
                    resume = held.end();
                }
            }
            let mut bytes = pool.buffer();
            let place = |at: u64| usize::try_from(at.saturating_sub(start).min(len)).unwrap_or(usize::MAX);
            bytes.extend_from_slice(piece.bytes.get(place(from)..place(to)).unwrap_or_default());
            let missing = to.saturating_sub(from).saturating_sub(bytes.len() as u64);
            let missing = u32::try_from(missing).unwrap_or(u32::MAX);
            let held = Held { offset: from, acked, at: piece.at, bytes, missing };
            self.held_bytes += held.bytes.len();
            self.held_memory += held.memory();
            self.held.insert(index, held);
            index += 2;
            from = resume;
        }
    }

    /// Says that the bytes before `behind` are lost, up to the first that is held.
    pub(super) fn declare<R: Receive>(&mut self, end: usize, behind: u64, arrival: Arrival, out: &mut R) {
        let to = self
            .held
            .front()
            .map_or(behind, |held| held.offset.min(behind))
            .min(self.fin.unwrap_or(u64::MAX));
        if to <= self.offset {
            // Held segments are next: they wait for the other end, not for a hole of this one.
            self.give_up(behind);
            return;
        }
        let lost = to - self.offset;
        if lost == 1 && self.held.is_empty() && self.fin.is_none() {
            // Nothing but the number of a FIN that was not seen.
            self.give_up(to);
            return;
        }
        self.pass(lost);
        self.shown = true;
        out.gap(end, lost, arrival);
    }

    /// Lets the other end go on as if this one had been shown up to `offset`.
    pub(super) fn give_up(&mut self, offset: u64) {
        self.given_up = self.given_up.max(offset);
    }

    pub(super) fn drop_held(&mut self, pool: &mut Pool) {
        for held in self.held.drain(..) {
            pool.give_buffer(held.bytes);
        }
        self.held_bytes = 0;
        self.held_memory = 0;
    }

    #[inline]
    fn pass(&mut self, bytes: u64) {
        self.offset = self.offset.saturating_add(bytes);
        // Sequence numbers are offsets modulo 2^32.
        self.next = self.next.wrapping_add(bytes as u32);
    }
}
