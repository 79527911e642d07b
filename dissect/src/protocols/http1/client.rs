//! The client's side: requests.

use mizu_entry::{Notes, Unanswered};

use super::exchange::{Answer, Pending};
use super::framing::{self, Framing, Progress};
use super::head::{self, Method, Upgrade};
use super::{Half, Http1, Reading, probe};
use crate::cx::Cx;
use crate::graphql;
use crate::protocol::{Fault, Guess, Next, Side, Step};

impl Http1 {
    pub(super) fn read_client(&mut self, bytes: &[u8], cx: &mut Cx<'_>) -> Result<Step, Fault> {
        if self.client.cut {
            self.lose(Side::Client, 0, Notes::GAP, cx);
        }
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            match self.client.reading {
                Reading::Seek => match probe::begins(Side::Client, rest) {
                    Guess::Yes { .. } => self.client.reading = Reading::Head(0),
                    Guess::Wait => return Ok(Step { used, next: Next::More(1) }),
                    Guess::No => return Ok(Step { used: bytes.len(), next: Next::More(1) }),
                },
                Reading::Head(scanned) => {
                    if used > 0 && !rest.is_empty() {
                        return Ok(Step { used, next: Next::More(0) });
                    }
                    let blank = rest.len() - probe::skip_blank_lines(rest).len();
                    if blank > 0 || rest.is_empty() {
                        used += blank;
                        return Ok(Step { used, next: Next::More(1 - usize::from(blank < rest.len())) });
                    }
                    if self.holds_client() {
                        return Ok(Step { used, next: Next::Wait });
                    }
                    let Some(len) = self.begin_request(rest, scanned, cx)? else {
                        self.client.reading = Reading::Head(rest.len());
                        return Ok(Step { used, next: Next::More(1) });
                    };
                    used += len;
                    self.note_read(used, cx);
                    if self.client.reading == Reading::Body(Framing::Over) {
                        self.finish_request(true, Notes::empty(), cx);
                        return Ok(Step { used, next: Next::More(0) });
                    }
                }
                Reading::Body(framing) => {
                    match self.body_is_withheld(rest) {
                        Some(true) => {
                            self.finish_request(true, Notes::empty(), cx);
                            continue;
                        }
                        Some(false) => {}
                        None => return Ok(Step { used, next: Next::More(1) }),
                    }
                    let message = match self.requests.last_mut() {
                        Some(pending) if self.open => Some(&mut *pending.request),
                        _ => None,
                    };
                    let progress = self.client.read_body(framing, message, rest, cx)?;
                    let (more, next) = match progress {
                        Progress::Over(more) => (more, None),
                        Progress::More(more, need) => (more, Some(Next::More(need))),
                        Progress::Skip(more, skip) => (more, Some(Next::Skip(skip))),
                    };
                    used += more;
                    self.note_read(used, cx);
                    match next {
                        Some(next) => return Ok(Step { used, next }),
                        None => self.finish_request(true, Notes::empty(), cx),
                    }
                }
            }
        }
    }

    /// Reads a head and lets its request wait for the response. Returns its length; `None` if it is not whole yet.
    fn begin_request(
        &mut self,
        rest: &[u8],
        scanned: usize,
        cx: &mut Cx<'_>,
    ) -> Result<Option<usize>, Fault> {
        let mut message = cx.message();
        let head = match head::request(rest, scanned, &mut message, cx.limits) {
            Ok(Some(head)) => head,
            other => {
                cx.pool.give(message);
                return other.map(|_| None);
            }
        };
        self.note_pipelining(cx);
        self.asked_at = cx.acked;
        let facts = head.facts;
        let framing = framing::of_request(&facts);
        message.wire_len = head.len as u64;
        let mut pending = Pending::new(message, &facts, cx.offset);
        pending.unpairable = self.unpairable;
        pending.after_loss = self.client.lost;
        if both_lengths(&facts) || framing == Framing::Unknown {
            pending.notes |= Notes::MALFORMED;
        }
        self.client = Half {
            reading: Reading::Body(framing),
            begin: cx.offset,
            offset: self.client.offset,
            coded: facts.coded,
            keep: true,
            cut: false,
            lost: false,
        };
        self.expects = facts.expects;
        self.requests.push(pending);
        self.open = true;
        self.shed(cx);
        Ok(Some(head.len))
    }

    /// A request begins: whether that shows that the client does not wait for its answers.
    fn note_pipelining(&mut self, cx: &Cx<'_>) {
        let answering = self.answer.as_ref().is_some_and(|answer| answer.paired);
        // If the client acknowledges more than was read of the server, the response may just not be here yet.
        let ahead = |seen: u64| !self.server.lost && cx.acked <= seen;
        // A client that has received nothing between two requests did not wait, whatever of the server is lost to the capture.
        let received_nothing = cx.acked != 0 && cx.acked == self.asked_at;
        if self.requests.len() > usize::from(answering) && (received_nothing || ahead(self.server.offset)) {
            self.pipelined = true;
            // Requests may be missing before this one, with their responses still to come.
            self.unpairable |= self.client.lost || self.midstream;
        }
        // Met behind lost bytes that the server had not answered yet: the first answer is to what was in them.
        if self.midstream && !std::mem::replace(&mut self.asked, true) && cx.offset > 0 && cx.acked == 0 {
            self.pipelined = true;
            self.unpairable = true;
        }
        // A client that waits sent this one after the answer to those that were lost, and that one was not seen.
        if self.client.lost
            && self.client_lost_at.is_some()
            && !self.lost_answered
            && ahead(self.server.offset)
        {
            self.pipelined = true;
            self.unpairable = true;
        }
    }

    /// Whether the client's bytes wait until the response to the last request says what protocol they are in.
    fn holds_client(&self) -> bool {
        self.requests.last().is_some_and(|pending| {
            (pending.method == Method::Connect || pending.upgrade != Upgrade::Absent) && pending.over
        })
    }

    /// Whether the client does not send the body that it announced, because the final response came instead of a
    /// `100 Continue`: what follows is the next request. `None`: there are too few bytes to tell.
    fn body_is_withheld(&mut self, rest: &[u8]) -> Option<bool> {
        if !self.expects || rest.is_empty() {
            return Some(false);
        }
        let answering = self.answer.as_ref().is_some_and(|answer| answer.paired) && self.requests.len() == 1;
        let answered = answering || self.requests.last().is_some_and(|pending| pending.response.is_some());
        let guess = if answered { probe::begins(Side::Client, rest) } else { Guess::No };
        if guess == Guess::Wait {
            return None;
        }
        self.expects = false;
        Some(matches!(guess, Guess::Yes { from: Side::Client, .. }))
    }

    /// Bytes up to `used` belong to the request under way.
    fn note_read(&mut self, used: usize, cx: &Cx<'_>) {
        let read = (cx.offset + used as u64).saturating_sub(self.client.begin);
        if let Some(pending) = self.requests.last_mut()
            && self.open
            && read > pending.request.wire_len
        {
            pending.request.wire_len = read;
            pending.request.last = cx.now;
        }
    }

    /// The request under way is over. `whole`: to its end.
    pub(super) fn finish_request(&mut self, whole: bool, notes: Notes, cx: &mut Cx<'_>) {
        self.client.reading = Reading::Head(0);
        if !self.open {
            return;
        }
        self.open = false;
        let Some(pending) = self.requests.last_mut() else { return };
        pending.over = true;
        pending.notes |= notes;
        if !whole {
            pending.notes |= Notes::PARTIAL;
            pending.request.body.truncated |= pending.request.body.sent_len > 0;
        }
        if self.client.coded {
            cx.finish_body(&mut pending.request);
        }
        graphql::inspect(&mut pending.request);
        if let Some(response) = pending.response.take() {
            // A response that is over belongs to the oldest request: this one is the only one.
            if let Some(pending) = self.requests.take() {
                let answer = Answer { response, paired: true, notes: Notes::empty(), gap_bytes: 0 };
                pending.answered(answer, cx);
            }
            return;
        }
        let pending_is_alone = pending.unpairable;
        let weight = pending.weight();
        self.requests.weigh_last(weight);
        if pending_is_alone {
            if let Some(pending) = self.requests.take_last() {
                pending.unanswered(Unanswered::Gap, cx);
            }
        } else {
            self.shed(cx);
        }
    }

    /// Gives up requests if too many wait: the oldest, but not one whose response is under way.
    fn shed(&mut self, cx: &mut Cx<'_>) {
        while self.requests.len() > 1
            && (self.requests.len() > cx.limits.pending_requests
                || self.requests.bytes() > cx.limits.pending_bytes)
        {
            if self.answer.as_ref().is_some_and(|answer| answer.paired) {
                // The newest goes then, and so do all after it.
                self.unpairable = true;
                self.open = false;
                if let Some(pending) = self.requests.take_last() {
                    pending.unanswered(Unanswered::Budget, cx);
                }
            } else if let Some(pending) = self.requests.shed() {
                pending.unanswered(Unanswered::Budget, cx);
            }
        }
    }
}

/// Whether a request's body has two lengths, of which servers may believe either.
fn both_lengths(facts: &head::Facts) -> bool {
    facts.transfer != head::Transfer::Absent && facts.length != head::Length::Absent
}
