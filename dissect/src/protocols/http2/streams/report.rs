//! Streams into exchanges: the last report of a stream, interim ones of streams that stay open, and when either is due.

use mizu_entry::{Message, Notes, Payload, Protocol, Unanswered};

use super::super::grpc::{self, Form};
use super::{Half, REMEMBERED, Slot, Streams};
use crate::cx::{Cx, Exchange};
use crate::graphql;

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;
/// How often open streams are looked through.
const TICK: u64 = SECOND / 4;
/// How long what was on its way is awaited after a reset.
const RESET: u64 = SECOND;
/// The least time between two reports of a stream.
const APART: u64 = SECOND;
/// How long a stream is open before it is reported for the first time, and again.
const INTERIM: u64 = 30 * SECOND;
/// Messages of gRPC after which it is reported again.
const INTERIM_MESSAGES: u32 = 256;
/// How long the rest of a request is awaited after its response is whole.
const LATE_REQUEST: u64 = 5 * SECOND;
/// How long a stream is awaited of which frames may be lost, the last among them.
const LOSSY: u64 = 300 * SECOND;

impl Slot {
    fn is_grpc(&self) -> bool {
        // A server that does not know gRPC may answer in anything. What was not seen of a request may have said gRPC.
        let unseen = self.request.message.is_none() || self.notes.contains(Notes::HEADERS_UNKNOWN);
        self.request.form != Form::No || (unseen && self.response.form != Form::No)
    }

    /// Messages and bytes of both bodies so far.
    fn progress(&self) -> (u32, u64) {
        let sent = |half: &Half| half.message.as_ref().map_or(0, |message| message.body.sent_len);
        (
            self.request.messages.count().saturating_add(self.response.messages.count()),
            sent(&self.request).saturating_add(sent(&self.response)),
        )
    }
}

impl Streams {
    /// Looks through the open streams, if it is time to: reports those that stay open, and lets go of those from which
    /// nothing more is to be expected.
    pub(in super::super) fn tick(&mut self, cx: &mut Cx<'_>) {
        if cx.now < self.tick {
            return;
        }
        self.tick = cx.now.plus(TICK);
        if self.by_id.is_empty() {
            return;
        }
        let due = |slot: &Slot| {
            let idle = cx.now.since(slot.seen);
            let [request_lossy, response_lossy] = slot.lossy;
            (slot.response.ended && idle >= LATE_REQUEST)
                || (slot.reset && idle >= RESET)
                || ((request_lossy || response_lossy) && !slot.is_grpc() && idle >= LOSSY)
        };
        for at in self.ordered(due) {
            self.close(at, Some(Unanswered::Gap), cx);
        }
        let grown = |slot: &Slot| {
            let (messages, bytes) = slot.progress();
            let (before, bytes_before) = slot.report.unwrap_or_default();
            let answers = slot.is_grpc() || slot.response.message.is_some();
            let changed = slot.report.is_none() || (messages, bytes) != (before, bytes_before);
            messages.saturating_sub(before) >= INTERIM_MESSAGES && cx.now.since(slot.reported) >= APART
                || (answers && changed && cx.now.since(slot.reported) >= INTERIM)
        };
        for at in self.ordered(grown) {
            self.interim(at, cx);
        }
    }

    /// Reports a stream that goes on.
    fn interim(&mut self, at: usize, cx: &mut Cx<'_>) {
        let connection = self.notes;
        let Some(slot) = self.slots.get_mut(at) else { return };
        slot.report = Some(slot.progress());
        slot.reported = cx.now;
        let (grpc, unknown) = (slot.is_grpc(), slot.notes.contains(Notes::HEADERS_UNKNOWN));
        let copy = |half: &Half, cx: &mut Cx<'_>| {
            let mut message = cx.pool.take();
            message.clone_from(half.message.as_ref()?);
            Some(finish(message, half, grpc, unknown, cx))
        };
        let request = copy(&slot.request, cx);
        let response = copy(&slot.response, cx);
        let notes = connection | slot.notes | Notes::OPEN;
        let gap_bytes = slot.gap_bytes;
        emit(Exchange { protocol: spoken(grpc), request, response, notes, gap_bytes, unanswered: None }, cx);
    }

    /// Sends a stream out for good. `why` it has no response, if it has none.
    pub(super) fn close(&mut self, at: usize, why: Option<Unanswered>, cx: &mut Cx<'_>) {
        let Some(slot) = self.slots.get_mut(at) else { return };
        let mut slot = std::mem::take(slot);
        self.by_id.remove(&slot.id);
        self.free.push(at);
        self.held = self.held.saturating_sub(slot.held);
        if slot.reset || !(slot.request.ended && slot.response.ended) {
            self.gone.push_back(slot.id);
            if self.gone.len() > REMEMBERED {
                self.forgotten = self.forgotten.max(self.gone.pop_front().unwrap_or_default());
            }
        }
        let (grpc, unknown) = (slot.is_grpc(), slot.notes.contains(Notes::HEADERS_UNKNOWN));
        let request =
            slot.request.message.take().map(|message| finish(message, &slot.request, grpc, unknown, cx));
        let response =
            slot.response.message.take().map(|message| finish(message, &slot.response, grpc, unknown, cx));
        if request.is_none() && response.is_none() {
            return;
        }
        let mut notes = self.notes | slot.notes;
        if request.is_none() {
            notes |= Notes::PARTIAL;
        }
        let unanswered = match slot.lossy {
            _ if response.is_some() => None,
            _ if slot.reset => Some(Unanswered::Reset),
            [_, true] => Some(Unanswered::Gap),
            _ => why,
        };
        let exchange = Exchange {
            protocol: spoken(grpc),
            request,
            response,
            notes,
            gap_bytes: slot.gap_bytes,
            unanswered,
        };
        emit(exchange, cx);
    }
}

const fn spoken(grpc: bool) -> Protocol {
    if grpc { Protocol::Grpc } else { Protocol::Http2 }
}

/// Brings a message into the form in which it goes out. `unknown`: fields of the exchange's headers are not known.
fn finish(
    mut message: Box<Message>,
    half: &Half,
    grpc: bool,
    unknown: bool,
    cx: &mut Cx<'_>,
) -> Box<Message> {
    if !grpc {
        cx.finish_body(&mut message);
        if matches!(message.payload, Payload::HttpRequest(_)) {
            graphql::inspect(&mut message);
        }
        return message;
    }
    let mut messages = half.messages;
    if half.form == Form::No && unknown && !message.body.truncated {
        // That it is gRPC was learned from the other half.
        messages.take(&message.body.bytes);
    }
    let mut count = messages.count();
    let mut status = None;
    if matches!(half.form, Form::Web | Form::WebText) && !message.body.truncated {
        let web = grpc::finish_web(&mut message, half.form == Form::WebText);
        count = count.max(web.messages);
        status = web.status;
    }
    match &mut message.payload {
        Payload::HttpRequest(request) => request.message_count = count,
        Payload::HttpResponse(response) => {
            response.message_count = count;
            response.grpc_status = response.grpc_status.or(status);
        }
        _ => {}
    }
    message
}

fn emit(mut exchange: Exchange, cx: &mut Cx<'_>) {
    for message in exchange.request.iter().chain(exchange.response.iter()) {
        if message.body.truncated {
            exchange.notes |= Notes::TRUNCATED;
        }
        if message.body.encoded {
            exchange.notes |= Notes::UNDECODED;
        }
    }
    if cx.snapped {
        exchange.notes |= Notes::SNAPPED;
    }
    cx.emit(exchange);
}
