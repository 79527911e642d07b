//! HTTP/1.x (RFC 9110, RFC 9112), and what is left of HTTP/0.9.
//!
//! In: both streams of a connection. Out: an exchange for each request with its response. Requests are read by
//! `client`, responses by `server`; each head once, by `head`, each body where it lies, by `framing`. A response belongs
//! to the oldest request that waits, from its first byte on. After lost bytes it belongs to one only if the
//! acknowledgement says so and the client never sent a request before the last was answered; else both halves go out
//! alone. An upgrade hands the streams over to `websocket` or `http2`, a tunnel to recognition.

mod client;
mod exchange;
mod framing;
mod head;
mod probe;
mod server;
#[cfg(test)]
mod tests;

use mizu_entry::{Message, Notes, Unanswered};

use crate::cx::Cx;
use crate::pair::Fifo;
use crate::protocol::{Dissector, End, Fault, Gap, Protocol, Side, Step, Transport};

use exchange::{Answer, Pending};
use framing::{BodyReader, Framing, Progress};

/// HTTP/1.x, as the registry has it.
pub static HTTP1: Protocol = Protocol {
    name: "http",
    transport: Transport::Tcp,
    ports: &[80, 8080, 8000, 8888, 3000, 5000, 9090, 3128],
    probe: probe::probe,
    open: |midstream| Box::new(Http1::new(midstream)),
};

/// What one side's reader is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Looks for the beginning of a message at the start of each segment.
    Seek,
    /// A message's head; the first so many bytes were seen and do not hold its end.
    Head(usize),
    /// A message's body.
    Body(Framing),
}

/// One side of the connection.
#[derive(Debug)]
struct Half {
    reading: Reading,
    /// Where the message under way begins.
    begin: u64,
    /// Behind the last byte that was read or is known to be lost.
    offset: u64,
    /// The body is coded.
    coded: bool,
    /// No byte of the body is missing yet: what comes is kept.
    keep: bool,
    /// Found again where a message begins, by [`Dissector::resync`]: what was under way is cut.
    cut: bool,
    /// Bytes are missing since the last message that was read here.
    lost: bool,
}

impl Half {
    const fn new(midstream: bool) -> Self {
        let reading = if midstream { Reading::Seek } else { Reading::Head(0) };
        Self { reading, begin: 0, offset: 0, coded: false, keep: true, cut: false, lost: midstream }
    }

    /// Reads on in the body under way.
    fn read_body(
        &mut self,
        mut framing: Framing,
        message: Option<&mut Message>,
        bytes: &[u8],
        cx: &Cx<'_>,
    ) -> Result<Progress, Fault> {
        let mut reader = BodyReader { framing: &mut framing, message, keep: self.keep, limits: cx.limits };
        let progress = reader.read(bytes);
        self.reading = Reading::Body(framing);
        progress
    }
}

/// The dissector of one connection.
#[derive(Debug)]
struct Http1 {
    requests: Fifo<Pending>,
    client: Half,
    /// The newest request is still being read.
    open: bool,
    /// Where bytes of the client were lost last.
    client_lost_at: Option<u64>,
    /// Where those bytes end.
    client_lost_to: u64,
    /// A response to none of the requests that were seen has come since, from a server that had received what was lost.
    lost_answered: bool,
    /// The beginning of the connection was not captured.
    midstream: bool,
    /// A request was seen.
    asked: bool,
    /// A response was seen before any word of the client, and no pair since: late packets may still bring its request.
    answered_unseen: bool,
    server: Half,
    /// The response under way.
    answer: Option<Answer>,
    /// Interim responses since the last final one.
    informational: u8,
    /// Whether the response under way may be one without body, because its request is not known.
    unsure: bool,
    /// The client waits for a `100 Continue` before it sends the body of the request under way.
    expects: bool,
    /// Where the response begins that is read or awaited, and what the server had received when it sent that byte.
    beginning: (u64, u64),
    /// What the server had received when it began its last response.
    answered_at: u64,
    /// What the client had received of the server when it sent its last request.
    asked_at: u64,
    /// The client sent a request before the one before was answered.
    pipelined: bool,
    /// Bytes were lost of a pipelined stream: nobody knows which response is whose any more.
    unpairable: bool,
}

impl Http1 {
    fn new(midstream: bool) -> Self {
        Self {
            requests: Fifo::default(),
            client: Half::new(midstream),
            open: false,
            client_lost_at: None,
            client_lost_to: 0,
            lost_answered: false,
            midstream,
            asked: false,
            answered_unseen: false,
            server: Half::new(midstream),
            answer: None,
            informational: 0,
            unsure: false,
            expects: false,
            beginning: (u64::MAX, 0),
            answered_at: 0,
            asked_at: 0,
            pipelined: false,
            unpairable: false,
        }
    }

    /// Sends out all requests that wait.
    fn give_up_requests(&mut self, why: Unanswered, cx: &mut Cx<'_>) {
        self.open = false;
        while let Some(pending) = self.requests.take() {
            pending.unanswered(why, cx);
        }
    }
}

impl Dissector for Http1 {
    fn data(&mut self, from: Side, bytes: &[u8], cx: &mut Cx<'_>) -> Result<Step, Fault> {
        let step = match from {
            Side::Client => self.read_client(bytes, cx),
            Side::Server => self.read_server(bytes, cx),
        };
        let half = match from {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        match &step {
            Ok(step) => half.offset = cx.offset + step.used as u64,
            Err(_) => {
                half.offset = cx.offset + bytes.len() as u64;
                self.lose(from, 0, Notes::MALFORMED, cx);
            }
        }
        step
    }

    fn gap(&mut self, from: Side, lost: u64, cx: &mut Cx<'_>) -> Gap {
        let half = match from {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        half.offset = cx.offset + lost;
        let unskipped = lost.saturating_sub(cx.skip_left);
        let bridged = match &mut half.reading {
            _ if half.cut => false,
            _ if unskipped == 0 => true,
            Reading::Body(Framing::Sized(left) | Framing::Chunk(left)) if unskipped <= *left => {
                *left -= unskipped;
                true
            }
            // Where the other bytes of such a body end is told by the stream's end alone.
            Reading::Body(Framing::ToEnd) => true,
            _ => false,
        };
        if !bridged {
            // A body that ends within the lost bytes is known to its end all the same.
            let ends = match half.reading {
                Reading::Body(Framing::Over) => Some(0),
                Reading::Body(Framing::Sized(left)) => Some(left),
                _ => None,
            };
            if let Some(left) = ends.filter(|_| !half.cut) {
                self.finish_lost_body(from, left, lost, cx);
            }
            self.lose(from, lost, Notes::GAP, cx);
            return Gap::Resync;
        }
        half.keep = false;
        let (message, gap_bytes) = match from {
            Side::Client if self.open => match self.requests.last_mut() {
                Some(pending) => (&mut pending.request, &mut pending.gap_bytes),
                None => return Gap::Bridge,
            },
            Side::Client => return Gap::Bridge,
            Side::Server => match &mut self.answer {
                Some(answer) => (&mut answer.response, &mut answer.gap_bytes),
                None => return Gap::Bridge,
            },
        };
        *gap_bytes += lost;
        crate::body::skip(message, unskipped);
        Gap::Bridge
    }

    fn resync(&mut self, from: Side, bytes: &[u8]) -> Option<usize> {
        if !probe::begins_plainly(from, bytes) {
            return None;
        }
        let half = match from {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        half.cut |= !half.lost;
        Some(0)
    }

    fn end(&mut self, from: Option<Side>, how: End, cx: &mut Cx<'_>) {
        let notes = if how == End::Reset { Notes::RESET } else { Notes::empty() };
        if self.open {
            self.finish_request(false, notes, cx);
        }
        if from == Some(Side::Client) {
            return;
        }
        let to_end = self.server.reading == Reading::Body(Framing::ToEnd);
        let whole = to_end && !self.server.lost && matches!(how, End::Fin);
        self.finish_answer(whole, notes, cx);
        let why = if self.server.lost { Unanswered::Gap } else { exchange::why(how) };
        self.give_up_requests(why, cx);
    }

    fn held(&self) -> usize {
        let open = self.requests.last().filter(|_| self.open);
        self.requests.bytes()
            + open.map_or(0, |pending| pending.request.body.bytes.len())
            + self.answer.as_ref().map_or(0, |answer| answer.response.body.bytes.len())
    }
}

impl Http1 {
    /// The last `left` bytes of a body, and more behind it, are among `lost` ones.
    fn finish_lost_body(&mut self, from: Side, left: u64, lost: u64, cx: &mut Cx<'_>) {
        match from {
            Side::Client => {
                if let Some(pending) = self.requests.last_mut()
                    && self.open
                {
                    pending.gap_bytes += lost;
                    crate::body::skip(&mut pending.request, left);
                }
                self.finish_request(true, Notes::GAP, cx);
            }
            Side::Server => {
                if let Some(answer) = &mut self.answer {
                    answer.gap_bytes += lost;
                    crate::body::skip(&mut answer.response, left);
                }
                self.finish_answer(true, Notes::GAP, cx);
            }
        }
    }

    /// Bytes of a side are missing, or make no sense, where they cannot be passed over: what was under way there goes
    /// out as far as it was read.
    fn lose(&mut self, from: Side, lost: u64, notes: Notes, cx: &mut Cx<'_>) {
        match from {
            Side::Client => {
                if self.open {
                    if let Some(pending) = self.requests.last_mut() {
                        pending.gap_bytes += lost;
                    }
                    self.finish_request(false, notes, cx);
                }
                // Requests may have been lost among others that wait: later ones cannot be told from them.
                self.unpairable |= self.pipelined;
                self.client_lost_at = Some(cx.offset);
                self.client_lost_to = cx.offset.saturating_add(lost);
                self.lost_answered = false;
                self.client.reading = Reading::Head(0);
                self.client.lost = true;
                self.client.cut = false;
            }
            Side::Server => {
                if let Some(answer) = &mut self.answer {
                    answer.gap_bytes += lost;
                }
                self.finish_answer(false, notes, cx);
                self.requests.forget_owed();
                self.informational = 0;
                self.server.reading = Reading::Head(0);
                self.server.lost = true;
                self.server.cut = false;
                if self.pipelined {
                    self.unpairable = true;
                    self.give_up_requests(Unanswered::Gap, cx);
                }
            }
        }
    }
}
