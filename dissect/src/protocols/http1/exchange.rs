//! Requests that wait for their responses, and the exchange that comes of both.

use mizu_entry::{Message, Notes, Protocol as Spoken, Unanswered};

use super::head::{Facts, Method, Upgrade};
use crate::cx::{Cx, Exchange};
use crate::protocol::End;

/// A request, from the moment its head is there until its exchange goes out.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) request: Box<Message>,
    /// The response, where it was over before the request was.
    pub(super) response: Option<Box<Message>>,
    pub(super) method: Method,
    pub(super) upgrade: Upgrade,
    pub(super) bare: bool,
    /// Where it begins in the client's stream.
    pub(super) begin: u64,
    /// Whether its end was seen, or will not be.
    pub(super) over: bool,
    /// Bytes of the client are missing before it.
    pub(super) after_loss: bool,
    /// Nobody can tell which response is its.
    pub(super) unpairable: bool,
    pub(super) notes: Notes,
    pub(super) gap_bytes: u64,
}

impl Pending {
    pub(super) fn new(request: Box<Message>, facts: &Facts, begin: u64) -> Self {
        Self {
            request,
            response: None,
            method: facts.method,
            upgrade: facts.upgrade,
            bare: facts.version == mizu_entry::HttpVersion::V0_9,
            begin,
            over: false,
            after_loss: false,
            unpairable: false,
            notes: notes_of(facts),
            gap_bytes: 0,
        }
    }

    /// Bytes of memory that it takes while it waits, besides what the pool would hold anyway.
    pub(super) fn weight(&self) -> usize {
        // Text lies in the message once and its fields are spans: twice the bytes sent is above both.
        size_of::<Self>()
            + size_of::<Message>()
            + self.request.body.bytes.len()
            + 2 * self.request.wire_len.saturating_sub(self.request.body.sent_len).min(1 << 20) as usize
    }

    /// Sends it out without response.
    pub(super) fn unanswered(self, why: Unanswered, cx: &mut Cx<'_>) {
        let mut notes = self.notes;
        if !self.over {
            notes |= Notes::PARTIAL;
        }
        if why == Unanswered::Reset {
            notes |= Notes::RESET;
        }
        let unanswered = if self.response.is_some() { None } else { Some(why) };
        emit(Some(self.request), self.response, notes, self.gap_bytes, unanswered, cx);
    }

    /// Sends it out with its response.
    pub(super) fn answered(self, answer: Answer, cx: &mut Cx<'_>) {
        let notes = self.notes | answer.notes;
        emit(Some(self.request), Some(answer.response), notes, self.gap_bytes + answer.gap_bytes, None, cx);
    }
}

/// A response, from the moment its head is there until it is over.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) response: Box<Message>,
    /// Whether it is the one to the oldest request that waits; else its request was not seen or is not known.
    pub(super) paired: bool,
    pub(super) notes: Notes,
    pub(super) gap_bytes: u64,
}

impl Answer {
    /// Sends it out without request.
    pub(super) fn orphaned(self, cx: &mut Cx<'_>) {
        emit(None, Some(self.response), self.notes | Notes::PARTIAL, self.gap_bytes, None, cx);
    }
}

/// What a head's facts say to the reader of an entry.
pub(super) fn notes_of(facts: &Facts) -> Notes {
    let mut notes = Notes::empty();
    notes.set(Notes::MALFORMED, facts.malformed);
    notes.set(Notes::PARTIAL, facts.incomplete);
    notes.set(Notes::PROBE, facts.probe);
    notes
}

/// Why requests that still wait have no response, by how the connection ended.
pub(super) const fn why(how: End) -> Unanswered {
    match how {
        End::Fin | End::Reused => Unanswered::Closed,
        End::Reset => Unanswered::Reset,
        End::Idle => Unanswered::Timeout,
        End::CaptureEnded => Unanswered::CaptureEnded,
        End::Budget => Unanswered::Budget,
    }
}

fn emit(
    request: Option<Box<Message>>,
    response: Option<Box<Message>>,
    mut notes: Notes,
    gap_bytes: u64,
    unanswered: Option<Unanswered>,
    cx: &mut Cx<'_>,
) {
    for message in [&request, &response].into_iter().flatten() {
        notes.set(Notes::TRUNCATED, notes.contains(Notes::TRUNCATED) || message.body.truncated);
        notes.set(Notes::UNDECODED, notes.contains(Notes::UNDECODED) || message.body.encoded);
    }
    notes.set(Notes::GAP, notes.contains(Notes::GAP) || gap_bytes > 0);
    cx.emit(Exchange { protocol: Spoken::Http, request, response, notes, gap_bytes, unanswered });
}
