//! Streams of an HTTP/2 connection (RFC 9113 section 5): what is asked and answered on each, paired by its number.
//!
//! In: header blocks, pieces of DATA, resets, losses, in the order of the wire. Out: exchanges, when both halves have
//! ended, when the stream or the connection ends first, and in between for streams that stay open: an interim report
//! ([`Notes::OPEN`]) after 30 s and then every 30 s in which something came, or after 256 more messages of gRPC, but at
//! most one a second. The last report has the totals, so a reader who wants each exchange once leaves out open ones.
//!
//! Streams and their memory are bounded: beyond the limit the oldest goes out as it is, and bodies are counted and no
//! longer kept. Streams that are reset at once (CVE-2023-44487) are the first to go, and go out like others: each costs
//! the peer what it costs us.
//!
//! Not here: frames, and which of their bytes were padding.

mod report;
mod slots;

use std::collections::VecDeque;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use mizu_entry::{HttpResponse, HttpVersion, Message, Notes, Payload, Timestamp, Unanswered};

use super::grpc::{Form, Messages};
use super::head::{Filler, Head, Nobody, Place};
use super::hpack;
use crate::body;
use crate::cx::Cx;
use crate::protocol::{End, Side};

/// Streams that ended early and whose late frames are still told from new streams.
const REMEMBERED: usize = 1024;

/// One direction of a stream.
#[derive(Debug, Default)]
struct Half {
    message: Option<Box<Message>>,
    /// The sender has said all.
    ended: bool,
    form: Form,
    messages: Messages,
}

/// A stream that is open.
#[derive(Debug, Default)]
struct Slot {
    /// Its number; 0 where the slot is free.
    id: u32,
    request: Half,
    response: Half,
    /// Interim responses so far.
    informational: u8,
    notes: Notes,
    gap_bytes: u64,
    /// It was reset; what the other side says still may be on its way.
    reset: bool,
    /// By side: frames of it may have been in lost bytes.
    lossy: [bool; 2],
    /// When anything of it was seen last.
    seen: Timestamp,
    /// When it was reported last, or begun.
    reported: Timestamp,
    /// Messages and bytes that the last report had; `None` before the first one.
    report: Option<(u32, u64)>,
    /// Bytes of memory that its messages hold.
    held: usize,
}

impl Slot {
    fn half(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Client => &mut self.request,
            Side::Server => &mut self.response,
        }
    }
}

/// Names a stream as long as it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    slot: usize,
    id: u32,
}

/// A header block as it came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    /// The stream that it belongs to.
    pub(super) stream: u32,
    /// The block; `None` if it was too long to be held.
    pub(super) bytes: Option<&'a [u8]>,
    /// Whether the sender has said all with it.
    pub(super) end: bool,
    /// When its first byte was captured.
    pub(super) first: Timestamp,
    /// Bytes of its frames.
    pub(super) wire_len: u64,
}

/// The streams of a connection.
#[derive(Debug, Default)]
pub(super) struct Streams {
    slots: Vec<Slot>,
    free: Vec<usize>,
    by_id: HashMap<u32, usize, FixedState>,
    /// The newest stream that the client opened.
    newest: u32,
    /// Streams that went out before both halves had ended, and all up to `forgotten`.
    gone: VecDeque<u32>,
    forgotten: u32,
    /// Notes that every exchange of the connection has.
    notes: Notes,
    /// The connection was given up with an error (GOAWAY).
    failed: bool,
    /// When open streams are looked through next.
    tick: Timestamp,
    held: usize,
}

impl Streams {
    /// Streams of a connection whose beginning was not captured, if `midstream`.
    pub(super) fn new(midstream: bool) -> Self {
        Self { notes: if midstream { Notes::MIDSTREAM } else { Notes::empty() }, ..Self::default() }
    }

    /// The client's beginning was seen after all.
    pub(super) fn begins(&mut self) {
        self.notes.remove(Notes::MIDSTREAM);
    }

    /// Whether frames of that stream make sense at this point.
    pub(super) fn plausible(&self, id: u32) -> bool {
        self.newest == 0 || id <= self.newest.saturating_add(2_000) || self.is_open(id)
    }

    /// Whether that stream is open.
    pub(super) fn is_open(&self, id: u32) -> bool {
        self.by_id.contains_key(&id)
    }

    /// The request that asked for HTTP/2 in HTTP/1 is stream 1, said to its end (RFC 7540 section 3.2).
    pub(super) fn upgraded(&mut self, request: Box<Message>) {
        let slot = self.open(1, request.first);
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.held = request.held();
            self.held += slot.held;
            slot.request = Half { message: Some(request), ended: true, ..Half::default() };
        }
        self.newest = 1;
    }

    /// A header block of that side. It is decoded whether the stream is of interest or not.
    pub(super) fn headers(
        &mut self,
        from: Side,
        block: Block<'_>,
        hpack: &mut hpack::Decoder,
        cx: &mut Cx<'_>,
    ) {
        let found = self.find(block.stream);
        let foreign = from == Side::Client && block.stream.is_multiple_of(2);
        if found.is_none() && (foreign || self.is_gone(block.stream)) {
            decode(block, hpack, cx, &mut Nobody);
            return;
        }
        if from == Side::Client {
            self.newest = self.newest.max(block.stream);
        }
        let message = found
            .and_then(|at| self.slots.get_mut(at))
            .and_then(|slot| slot.half(from).message.as_deref_mut());
        if let (Some(message), Some(at)) = (message, found) {
            let mut filler = Filler::new(message, Place::Trailers, cx.limits);
            let notes = decode(block, hpack, cx, &mut filler);
            let head = filler.trailers();
            message.last = cx.now;
            message.wire_len += block.wire_len;
            self.noted(at, notes, head, cx);
            if block.end {
                self.ended(at, from, cx);
            } else {
                self.weigh(at);
            }
            return;
        }
        let mut message = cx.message();
        message.first = block.first;
        message.wire_len = block.wire_len;
        let mut filler = Filler::new(&mut message, Place::Headers, cx.limits);
        let notes = decode(block, hpack, cx, &mut filler);
        let informational = found.and_then(|at| self.slots.get(at)).map_or(0, |slot| slot.informational);
        let head = match from {
            Side::Client => filler.request(block.stream),
            Side::Server => filler.response(informational),
        };
        // What ends a stream of which nothing else was seen may be trailers: there is no telling, unless it says so.
        if found.is_none() && block.end && !(if from == Side::Client { head.asks } else { head.status != 0 })
        {
            cx.pool.give(message);
            return;
        }
        let at = found.unwrap_or_else(|| {
            self.make_room(cx);
            self.open(block.stream, block.first)
        });
        self.noted(at, notes, head, cx);
        if from == Side::Server && (100..200).contains(&head.status) && !block.end {
            if let Some(slot) = self.slots.get_mut(at) {
                slot.informational = slot.informational.saturating_add(1);
            }
            cx.pool.give(message);
            return;
        }
        self.begin(at, from, message, head.form);
        if block.end {
            self.ended(at, from, cx);
        }
    }

    /// The server promises to answer a request that the client did not make (RFC 9113 section 8.4).
    pub(super) fn promise(&mut self, block: Block<'_>, hpack: &mut hpack::Decoder, cx: &mut Cx<'_>) {
        if self.find(block.stream).is_some() || !block.stream.is_multiple_of(2) || block.stream == 0 {
            decode(block, hpack, cx, &mut Nobody);
            return;
        }
        let mut message = cx.message();
        message.first = block.first;
        message.wire_len = block.wire_len;
        let mut filler = Filler::new(&mut message, Place::Headers, cx.limits);
        let notes = decode(block, hpack, cx, &mut filler);
        let head = filler.request(block.stream);
        self.make_room(cx);
        let at = self.open(block.stream, block.first);
        self.noted(at, notes, head, cx);
        self.begin(at, Side::Client, message, head.form);
        self.ended(at, Side::Client, cx);
    }

    /// A DATA frame begins, of that many bytes with its header. `None` if nobody waits for its content.
    pub(super) fn data_frame(
        &mut self,
        from: Side,
        id: u32,
        wire_len: u64,
        first: Timestamp,
        cx: &mut Cx<'_>,
    ) -> Option<Ticket> {
        let at = self.find(id)?;
        let slot = self.slots.get_mut(at)?;
        let half = slot.half(from);
        if half.ended {
            return None;
        }
        if let Some(message) = &mut half.message {
            message.wire_len += wire_len;
            return Some(Ticket { slot: at, id });
        }
        if from == Side::Client {
            return None;
        }
        // Its headers were lost.
        let mut message = cx.message();
        message.first = first;
        message.wire_len = wire_len;
        message.payload =
            Payload::HttpResponse(HttpResponse { version: HttpVersion::V2, ..HttpResponse::default() });
        slot.notes |= Notes::PARTIAL | Notes::HEADERS_UNKNOWN;
        self.begin(at, from, message, Form::No);
        Some(Ticket { slot: at, id })
    }

    /// Bytes of a body. Returns how many of the following ones need not be looked at.
    pub(super) fn data(&mut self, ticket: Ticket, from: Side, piece: &[u8], cx: &mut Cx<'_>) -> u64 {
        let full = self.is_full(cx);
        let Some(slot) = self.get(ticket) else { return u64::MAX };
        slot.seen = cx.now;
        let half = slot.half(from);
        let Some(message) = &mut half.message else { return u64::MAX };
        message.last = cx.now;
        let room = if full {
            body::skip(message, piece.len() as u64);
            0
        } else {
            body::append(message, piece, cx.limits)
        };
        let mut blind = u64::MAX;
        if matches!(half.form, Form::Plain | Form::Web) {
            half.messages.take(piece);
            blind = half.messages.blind();
        }
        if !full {
            self.weigh(ticket.slot);
        }
        if room > 0 { 0 } else { blind }
    }

    /// Bytes of a body that are passed over.
    pub(super) fn pass(&mut self, ticket: Ticket, from: Side, count: u64) {
        let Some(slot) = self.get(ticket) else { return };
        let half = slot.half(from);
        if let Some(message) = &mut half.message {
            body::skip(message, count);
            half.messages.pass(count);
        }
    }

    /// Bytes of a body that were lost, `counted` of them after they were passed over.
    pub(super) fn lose(&mut self, ticket: Ticket, from: Side, lost: u64, counted: u64) {
        self.pass(ticket, from, lost.saturating_sub(counted));
        if let Some(slot) = self.get(ticket) {
            slot.notes |= Notes::GAP | Notes::PARTIAL;
            slot.gap_bytes += lost;
        }
    }

    /// The side has said all on that stream.
    pub(super) fn data_ended(&mut self, ticket: Ticket, from: Side, cx: &mut Cx<'_>) {
        if self.get(ticket).is_some() {
            self.ended(ticket.slot, from, cx);
        }
    }

    /// Frames of that side were lost, `lost` bytes of them: whatever stream is open may lack some.
    ///
    /// Which stream the bytes were of is not known, so each one that is open counts them: an upper bound.
    pub(super) fn lost(&mut self, from: Side, lost: u64) {
        for slot in self.slots.iter_mut().filter(|slot| slot.id != 0) {
            if slot.half(from).ended {
                continue;
            }
            slot.notes |= Notes::PARTIAL | Notes::GAP;
            slot.gap_bytes += lost;
            // A prefix may have been among them; counting on would be guessing.
            slot.half(from).messages.lose();
            if let Some(lossy) = slot.lossy.get_mut(from.index()) {
                *lossy = true;
            }
        }
    }

    /// That side reset a stream, with that code (RFC 9113 section 7). It says no more; the other one may have said all
    /// before it knows, so the stream is kept until then, or for a moment.
    pub(super) fn reset(&mut self, from: Side, id: u32, code: u32, cx: &mut Cx<'_>) {
        let Some(at) = self.find(id) else { return };
        let Some(slot) = self.slots.get_mut(at) else { return };
        // A server that has answered in full need not read the rest of the request (RFC 9113 section 8.1).
        let answered = slot.response.ended && code == 0;
        if !answered {
            slot.notes |= Notes::RESET;
        }
        slot.reset = true;
        slot.seen = cx.now;
        slot.half(from).ended = true;
        if answered || (slot.request.ended && slot.response.ended) {
            self.close(at, None, cx);
        }
    }

    /// The server will not answer streams after `last` (RFC 9113 section 6.8).
    pub(super) fn go_away(&mut self, from: Side, last: u32, code: u32, cx: &mut Cx<'_>) {
        self.failed |= code != 0;
        let refused = |id: u32| id > last && (id.is_multiple_of(2) == (from == Side::Client));
        for at in self.ordered(|slot| refused(slot.id)) {
            if let Some(slot) = self.slots.get_mut(at) {
                slot.notes |= Notes::RESET;
            }
            self.close(at, Some(Unanswered::Reset), cx);
        }
    }

    /// The connection is over: everything goes out, and no memory is held.
    pub(super) fn end(&mut self, how: End, cx: &mut Cx<'_>) {
        let why = match how {
            End::Fin if self.failed => Unanswered::Reset,
            End::Fin | End::Reused => Unanswered::Closed,
            End::Reset => Unanswered::Reset,
            End::Idle => Unanswered::Timeout,
            End::CaptureEnded => Unanswered::CaptureEnded,
            End::Budget => Unanswered::Budget,
        };
        let notes = match how {
            End::Reset => Notes::RESET,
            End::Fin => Notes::empty(),
            End::Reused | End::Idle | End::CaptureEnded | End::Budget => Notes::PARTIAL,
        };
        for at in self.ordered(|_| true) {
            if let Some(slot) = self.slots.get_mut(at) {
                slot.notes |= notes;
            }
            self.close(at, Some(why), cx);
        }
        *self = Self { notes: self.notes, ..Self::default() };
    }

    fn noted(&mut self, at: usize, notes: Notes, head: Head, cx: &Cx<'_>) {
        if let Some(slot) = self.slots.get_mut(at) {
            slot.seen = cx.now;
            slot.notes |= notes;
            if head.unknown {
                slot.notes |= Notes::HEADERS_UNKNOWN | Notes::PARTIAL;
            }
            if head.over {
                slot.notes |= Notes::PARTIAL;
            }
        }
    }

    fn ended(&mut self, at: usize, from: Side, cx: &mut Cx<'_>) {
        self.weigh(at);
        let newest = self.newest;
        let Some(slot) = self.slots.get_mut(at) else { return };
        slot.seen = cx.now;
        let half = slot.half(from);
        half.ended = true;
        if let Some(message) = &mut half.message {
            message.last = cx.now;
        }
        let [request_lossy, _] = slot.lossy;
        let missed = slot.request.message.is_none() && (slot.id <= newest || slot.id.is_multiple_of(2));
        if slot.response.ended && (slot.request.ended || request_lossy || missed) {
            self.close(at, None, cx);
        }
    }
}

/// Decodes a block. Returns what is to be noted of it.
fn decode<F: hpack::Fields>(
    block: Block<'_>,
    hpack: &mut hpack::Decoder,
    cx: &Cx<'_>,
    fields: &mut F,
) -> Notes {
    let Some(bytes) = block.bytes else {
        hpack.forget();
        return Notes::PARTIAL | Notes::HEADERS_UNKNOWN;
    };
    match hpack.decode(bytes, cx.limits.hpack_table, fields) {
        Ok(()) => Notes::empty(),
        Err(_) => Notes::MALFORMED | Notes::HEADERS_UNKNOWN | Notes::PARTIAL,
    }
}
