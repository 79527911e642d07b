//! The server's side: responses, and the request that each belongs to.

use mizu_entry::{HttpResponse, HttpVersion, Notes, Payload, Unanswered};

use super::exchange::{self, Answer};
use super::framing::{self, Framing, Progress};
use super::head::{self, Facts, Head, Length, Method, Transfer, Upgrade};
use super::{Http1, Reading, probe};
use crate::cx::Cx;
use crate::protocol::{Fault, Guess, Next, Side, Step};
use crate::protocols::{http2, websocket};

impl Http1 {
    pub(super) fn read_server(&mut self, bytes: &[u8], cx: &mut Cx<'_>) -> Result<Step, Fault> {
        if self.server.cut {
            self.lose(Side::Server, 0, Notes::GAP, cx);
        }
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            if !rest.is_empty() && matches!(self.server.reading, Reading::Seek | Reading::Head(_)) {
                self.see_beginning(used, cx);
            }
            match self.server.reading {
                Reading::Seek => match probe::begins(Side::Server, rest) {
                    Guess::Yes { .. } => self.server.reading = Reading::Head(0),
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
                    let begun = self.begin_answer(rest, scanned, cx)?;
                    let Some((len, next)) = begun else {
                        self.server.reading = Reading::Head(rest.len());
                        return Ok(Step { used, next: Next::More(1) });
                    };
                    used += len;
                    self.note_answer_read(used, cx);
                    if let Some(next) = next {
                        self.finish_answer(true, Notes::empty(), cx);
                        // What the client asked besides is answered in HTTP/1 no more.
                        if self.open {
                            self.finish_request(false, Notes::empty(), cx);
                        }
                        self.give_up_requests(Unanswered::Closed, cx);
                        return Ok(Step { used, next });
                    }
                    if matches!(self.server.reading, Reading::Body(Framing::Over)) {
                        self.finish_answer(true, Notes::empty(), cx);
                        return Ok(Step { used, next: Next::More(0) });
                    }
                }
                Reading::Body(framing) => {
                    if self.unsure {
                        const LINE: &[u8] = b"HTTP/1.";
                        let seen = rest.len().min(LINE.len());
                        if rest.get(..seen) == LINE.get(..seen) {
                            if seen < LINE.len() {
                                return Ok(Step { used, next: Next::More(LINE.len() - seen) });
                            }
                            // It answered a HEAD: its length is that of a body that was not sent.
                            self.unsure = false;
                            self.finish_answer(true, Notes::empty(), cx);
                            continue;
                        }
                        self.unsure = false;
                    }
                    let message = self.answer.as_mut().map(|answer| &mut *answer.response);
                    let (more, next) = match self.server.read_body(framing, message, rest, cx)? {
                        Progress::Over(more) => (more, None),
                        Progress::More(more, need) => (more, Some(Next::More(need))),
                        Progress::Skip(more, skip) => (more, Some(Next::Skip(skip))),
                    };
                    used += more;
                    self.note_answer_read(used, cx);
                    match next {
                        Some(next) => return Ok(Step { used, next }),
                        None => self.finish_answer(true, Notes::empty(), cx),
                    }
                }
            }
        }
    }

    /// Reads a head, and finds the request that it answers. Returns its length, and what comes next if it ends the
    /// talk in HTTP/1; `None` if the head is not whole yet.
    fn begin_answer(
        &mut self,
        rest: &[u8],
        scanned: usize,
        cx: &mut Cx<'_>,
    ) -> Result<Option<(usize, Option<Next>)>, Fault> {
        let mut message = cx.message();
        let seen = rest.len().min(b"HTTP/".len());
        let bare = self.requests.first().is_some_and(|pending| pending.bare)
            && rest.get(..seen) != b"HTTP/".get(..seen);
        let read = if bare {
            let facts = Facts { version: HttpVersion::V0_9, ..Facts::default() };
            message.payload =
                Payload::HttpResponse(HttpResponse { version: HttpVersion::V0_9, ..HttpResponse::default() });
            Ok(Some(Head { len: 0, facts }))
        } else {
            head::response(rest, scanned, &mut message, cx.limits)
        };
        let head = match read {
            Ok(Some(head)) => head,
            other => {
                cx.pool.give(message);
                return other.map(|_| None);
            }
        };
        let facts = head.facts;
        if !bare && (100..=199).contains(&facts.status) && facts.status != 101 {
            self.informational = self.informational.saturating_add(1);
            cx.pool.give(message);
            self.server.reading = Reading::Head(0);
            return Ok(Some((head.len, None)));
        }
        if let Payload::HttpResponse(response) = &mut message.payload {
            response.informational = std::mem::take(&mut self.informational);
        }
        self.note_answers_in_a_row();
        let paired = self.find_request(cx);
        self.answered_unseen |= !paired && self.midstream && !self.asked;
        self.lost_answered |= !paired && self.beginning.1 >= self.client_lost_to;
        let method = self.requests.first().filter(|_| paired).map_or(Method::Other, |pending| pending.method);
        let framing = framing::of_response(&facts, method);
        let mut answer =
            Answer { response: message, paired, notes: exchange::notes_of(&facts), gap_bytes: 0 };
        let two_lengths = facts.transfer != Transfer::Absent && facts.length != Length::Absent;
        if two_lengths || (facts.length == Length::Broken && framing == Framing::ToEnd) {
            answer.notes |= Notes::MALFORMED;
        }
        self.server.reading = Reading::Body(framing);
        self.server.begin = cx.offset;
        self.server.coded = facts.coded;
        self.server.keep = true;
        self.server.lost = false;
        self.unsure = !paired && framing != Framing::Over;
        self.answer = Some(answer);
        Ok(Some((head.len, self.leaves_http(&facts, method, cx))))
    }

    /// A response begins: whether that shows that requests were sent together. One that begins when the server had
    /// received no more than at the beginning of the last one answers a request that was there by then.
    fn note_answers_in_a_row(&mut self) {
        let received = self.beginning.1;
        if received != 0 && received == self.answered_at {
            self.pipelined = true;
            // Of those requests some were not seen, and their responses may still be to come.
            self.unpairable |= self.client_lost_at.is_some();
        }
        self.answered_at = received;
    }

    /// Notes what the server had received when it sent the first byte of what begins at `used`: while a head is not whole
    /// it is offered again with later segments, whose acknowledgements may cover requests that came meanwhile.
    fn see_beginning(&mut self, used: usize, cx: &Cx<'_>) {
        let at = cx.offset + used as u64;
        if self.beginning.0 != at {
            self.beginning = (at, cx.acked);
        }
    }

    /// Whether the response under way belongs to the oldest request that waits. Requests that it shows to have no
    /// response go out.
    fn find_request(&mut self, cx: &mut Cx<'_>) -> bool {
        if self.requests.first().is_some_and(|pending| pending.response.is_some()) {
            // A second response, though the end of the request was not seen: it will not come.
            self.finish_request(false, Notes::empty(), cx);
        }
        if self.server.lost {
            return self.find_request_by_acknowledgement(cx);
        }
        if self.requests.settle() {
            return false;
        }
        let more_received = self.requests.len() > 1
            || self.requests.first().is_some_and(|pending| {
                pending.over && self.beginning.1 > pending.begin.saturating_add(pending.request.wire_len)
            });
        if self.answered_unseen && more_received {
            // The answer that went out first may have been to the oldest of these, and so on for all that follow.
            self.pipelined = true;
            self.unpairable = true;
            self.give_up_requests(Unanswered::Gap, cx);
            return false;
        }
        match self.requests.first() {
            None => false,
            // The server has not received this request, so it answers one that was not captured.
            Some(pending) if pending.after_loss && self.beginning.1 <= pending.begin => false,
            Some(pending) => {
                let paired = !pending.unpairable && !self.is_among_lost(pending.begin);
                self.answered_unseen &= !paired;
                paired
            }
        }
    }

    /// Whether a request that begins there stands behind lost ones of a client that does not wait for its answers, also where
    /// that showed only later: nobody knows how many responses come before its own.
    fn is_among_lost(&self, begin: u64) -> bool {
        self.pipelined && self.client_lost_at.is_some_and(|lost| begin >= lost)
    }

    /// Behind lost bytes: the response can only be to the newest request that the server has received, and only if the
    /// client never sends one before the last is answered.
    fn find_request_by_acknowledgement(&mut self, cx: &mut Cx<'_>) -> bool {
        let acked = self.beginning.1;
        let received = self.requests.iter().filter(|pending| pending.begin < acked).count();
        if received == 0 {
            return false;
        }
        for _ in 1..received {
            if let Some(pending) = self.requests.take() {
                pending.unanswered(Unanswered::Gap, cx);
            }
        }
        // Of requests that were sent together, some of those that go out here are still to be answered.
        self.unpairable |= self.pipelined;
        let Some(newest) = self.requests.first() else { return false };
        // A request that was lost behind this one may be the one that is answered.
        let doubtful = self.client_lost_at.is_some_and(|at| newest.begin < at && at < self.beginning.1);
        if doubtful || self.pipelined || newest.unpairable {
            if newest.over
                && let Some(pending) = self.requests.take()
            {
                pending.unanswered(Unanswered::Gap, cx);
            }
            return false;
        }
        true
    }

    /// What comes next if the response ends the talk in HTTP/1.
    fn leaves_http(&mut self, facts: &Facts, method: Method, cx: &mut Cx<'_>) -> Option<Next> {
        if method == Method::Connect && (200..=299).contains(&facts.status) {
            return Some(Next::Probe);
        }
        if facts.status != 101 {
            return None;
        }
        match facts.upgrade {
            Upgrade::Http2 if self.answer.as_ref().is_some_and(|answer| answer.paired) && !self.open => {
                // The request is answered on stream 1 of HTTP/2: it is an exchange of that protocol.
                let request = self.requests.take()?.request;
                if let Some(answer) = self.answer.take() {
                    cx.pool.give(answer.response);
                }
                Some(Next::Become(http2::upgraded(request)))
            }
            Upgrade::WebSocket => {
                let answer = self.answer.as_ref()?;
                Some(Next::Become(websocket::upgraded(&answer.response)))
            }
            _ => Some(Next::Probe),
        }
    }

    /// Bytes up to `used` belong to the response under way.
    fn note_answer_read(&mut self, used: usize, cx: &Cx<'_>) {
        let read = (cx.offset + used as u64).saturating_sub(self.server.begin);
        if let Some(answer) = &mut self.answer
            && read > answer.response.wire_len
        {
            answer.response.wire_len = read;
            answer.response.last = cx.now;
        }
    }

    /// The response under way is over. `whole`: to its end.
    pub(super) fn finish_answer(&mut self, whole: bool, notes: Notes, cx: &mut Cx<'_>) {
        self.server.reading = Reading::Head(0);
        self.unsure = false;
        let Some(mut answer) = self.answer.take() else { return };
        answer.notes |= notes;
        if !whole {
            answer.notes |= Notes::PARTIAL;
            answer.response.body.truncated = true;
        }
        if self.server.coded {
            cx.finish_body(&mut answer.response);
        }
        if !answer.paired {
            answer.orphaned(cx);
        } else if self.open && self.requests.len() == 1 {
            if let Some(pending) = self.requests.first_mut() {
                pending.notes |= answer.notes;
                pending.gap_bytes += answer.gap_bytes;
                pending.response = Some(answer.response);
            }
        } else if let Some(pending) = self.requests.take() {
            pending.answered(answer, cx);
        }
    }
}
