//! HTTP/2 (RFC 9113) and gRPC over it: both directions of a connection into exchanges.
//!
//! In: the two streams of bytes. Frames are read here one after the other; header blocks go through the direction's
//! HPACK table in the order of the wire, whether their stream is of interest or not; DATA is never held, but handed on
//! in the pieces in which it comes, and passed over where nothing of it would be kept. [`streams`] makes exchanges.
//!
//! A connection may be met midstream (two frames that agree are taken for the place where they begin), come out of an
//! upgrade of HTTP/1 ([`upgraded`]), or lose bytes: within DATA that is bridged, elsewhere the direction is out of step
//! until frames are found again, its HPACK table is unknown from there, and nothing is guessed (`hpack`).
//!
//! Not here: what runs inside of a tunnel (CONNECT, with `:protocol` of RFC 8441 too). It is the body of its exchange.

mod frame;
mod grpc;
mod head;
mod hpack;
mod read;
mod streams;
#[cfg(test)]
mod tests;

use mizu_entry::{HttpVersion, Message, Payload, Timestamp};

use crate::cx::Cx;
use crate::protocol::{Dissector, End, Fault, Gap, Guess, Next, Protocol, Side, Step, Transport};
use frame::{HEADER, Header, PREFACE, Walk};
use streams::{Streams, Ticket};

/// HTTP/2, with gRPC.
pub static HTTP2: Protocol = Protocol {
    name: "http2",
    transport: Transport::Tcp,
    ports: &[80, 8080, 50051],
    probe,
    open: |midstream| Box::new(Http2::new(midstream)),
};

/// How sure bytes without preface can be: the lengths of two frames and the shape of a header block agree.
const SURE_MIDSTREAM: u8 = 92;

fn probe(bytes: &[u8]) -> Guess {
    if bytes.starts_with(PREFACE) {
        return Guess::Yes { from: Side::Client, sure: 100 };
    }
    if PREFACE.starts_with(bytes) {
        return Guess::Wait;
    }
    let Some(header) = Header::read(bytes) else {
        // The length of what is not DATA is small, and kinds are few.
        let could_be = matches!(bytes, [0] | [0, _] | [0, _, _] | [0, _, _, 0..=9, ..]);
        return if could_be { Guess::Wait } else { Guess::No };
    };
    let Some(walk) = Walk::over(bytes, |_| true) else { return Guess::No };
    // A client says its preface first: who begins with SETTINGS is a server.
    let greets = header.kind == frame::SETTINGS && !header.has(frame::ACK);
    let from = walk.from.or(greets.then_some(Side::Server));
    match from {
        Some(from) if walk.headers > 1 || walk.exact => Guess::Yes { from, sure: SURE_MIDSTREAM },
        _ => Guess::Wait,
    }
}

/// The dissector of a connection that changes from HTTP/1 to HTTP/2 (RFC 7540 section 3.2): the server has agreed to
/// the upgrade that `request` asked for, and answers it as stream 1.
#[must_use]
pub fn upgraded(mut request: Box<Message>) -> Box<dyn Dissector> {
    let mut connection = Http2::new(false);
    if let Payload::HttpRequest(asked) = request.payload {
        let host = request.header(b"host").unwrap_or_default().to_vec();
        let authority = request.push_text(&host);
        let scheme = request.push_text(b"http");
        request.payload = Payload::HttpRequest(mizu_entry::HttpRequest {
            version: HttpVersion::V2,
            stream_id: 1,
            authority,
            scheme,
            ..asked
        });
    }
    connection.streams.upgraded(request);
    Box::new(connection)
}

/// A connection.
#[derive(Debug)]
struct Http2 {
    readers: [Reader; 2],
    streams: Streams,
}

/// One direction as it is read.
#[derive(Debug)]
struct Reader {
    place: Place,
    hpack: hpack::Decoder,
    /// The header block that has begun, and its bytes so far.
    open: Option<OpenBlock>,
    block: Vec<u8>,
}

/// Where a direction is.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// At its beginning: a client says its preface.
    Start,
    /// Nobody knows; frames are looked for.
    Search,
    /// At a frame's header.
    Frame,
    /// Within a DATA frame.
    Data(Data),
}

/// The rest of a DATA frame.
#[derive(Debug, Clone, Copy)]
struct Data {
    /// Whose it is; `None` if nobody waits for it.
    ticket: Option<Ticket>,
    /// Bytes of body that are to come and not accounted for.
    left: u64,
    /// Bytes of padding to come.
    padding: u64,
    /// Whether the sender has said all with it.
    end: bool,
}

/// A header block whose end has not come.
#[derive(Debug, Clone, Copy)]
struct OpenBlock {
    /// The stream that the block belongs to.
    stream: u32,
    /// The stream of its frames: another one for PUSH_PROMISE.
    carrier: u32,
    promise: bool,
    end: bool,
    /// It is too long to be held.
    over: bool,
    first: Timestamp,
    wire_len: u64,
}

impl Reader {
    fn new(place: Place, known: bool) -> Self {
        Self { place, hpack: hpack::Decoder::new(known), open: None, block: Vec::new() }
    }
}

impl Http2 {
    fn new(midstream: bool) -> Self {
        let place = if midstream { Place::Search } else { Place::Start };
        Self {
            readers: [Reader::new(place, !midstream), Reader::new(place, !midstream)],
            streams: Streams::new(midstream),
        }
    }

    fn reader(&mut self, side: Side) -> &mut Reader {
        let [client, server] = &mut self.readers;
        match side {
            Side::Client => client,
            Side::Server => server,
        }
    }

    /// That side is out of step: `lost` bytes of it, frames among them, were not read.
    fn out_of_step(&mut self, from: Side, lost: u64) {
        let reader = self.reader(from);
        reader.place = Place::Search;
        reader.open = None;
        reader.block.clear();
        reader.hpack.forget();
        self.streams.lost(from, lost);
    }

    fn malformed(&mut self, from: Side, what: &'static str) -> Fault {
        self.out_of_step(from, 0);
        Fault::Malformed(what)
    }

    /// Where in `bytes` frames begin.
    fn find_frames(&self, bytes: &[u8]) -> Option<usize> {
        if bytes.starts_with(PREFACE) || self.frames_at(bytes, true) {
            return Some(0);
        }
        let mut at = 1;
        // A frame in the middle is followed by others, so it is shorter than 64 KiB.
        while let Some(jump) = memchr::memchr(0, bytes.get(at..)?) {
            at += jump;
            if self.frames_at(bytes.get(at..)?, false) {
                return Some(at);
            }
            at += 1;
        }
        None
    }

    /// Whether frames begin at the first of `bytes`. One is enough if it is of a stream that is open, or if it is all
    /// that a segment holds (`front`); else others must agree with it.
    fn frames_at(&self, bytes: &[u8], front: bool) -> bool {
        let Some(walk) = Walk::over(bytes, |stream| self.streams.plausible(stream)) else { return false };
        let open = Header::read(bytes).is_some_and(|header| self.streams.is_open(header.stream));
        let enough = match (front, walk.exact) {
            _ if open => 1,
            (true, true) => 1,
            (true, false) | (false, true) => 2,
            (false, false) => 3,
        };
        walk.headers >= enough
    }
}

impl Dissector for Http2 {
    fn data(&mut self, from: Side, bytes: &[u8], cx: &mut Cx<'_>) -> Result<Step, Fault> {
        self.streams.tick(cx);
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            // What stands behind the first frame came with the newest segment.
            let first = if at == 0 { cx.first } else { cx.now };
            let (used, next) = match self.reader(from).place {
                Place::Data(data) => self.body(from, data, rest, cx),
                _ if rest.is_empty() => return Ok(Step { used: at, next: Next::More(1) }),
                Place::Frame => self.at_frame(from, rest, first, cx)?,
                Place::Start => {
                    self.reader(from).place = Place::Frame;
                    if from == Side::Server {
                        continue;
                    }
                    if rest.starts_with(PREFACE) {
                        // Whatever was thought of this side, here it begins.
                        self.reader(from).hpack = hpack::Decoder::new(true);
                        self.streams.begins();
                        (PREFACE.len(), None)
                    } else if PREFACE.starts_with(rest) {
                        self.reader(from).place = Place::Start;
                        (0, Some(Next::More(PREFACE.len() - rest.len())))
                    } else if Walk::over(rest, |_| true).is_some() || rest.len() < HEADER {
                        continue;
                    } else {
                        return Err(self.malformed(from, "no preface"));
                    }
                }
                Place::Search => match self.find_frames(rest) {
                    Some(start) => {
                        let preface = rest.starts_with(PREFACE);
                        self.reader(from).place = if preface { Place::Start } else { Place::Frame };
                        (start, None)
                    }
                    None => (rest.len(), Some(Next::More(1))),
                },
            };
            at += used;
            if let Some(next) = next {
                return Ok(Step { used: at, next });
            }
        }
    }

    fn gap(&mut self, from: Side, lost: u64, cx: &mut Cx<'_>) -> Gap {
        let passed = lost.min(cx.skip_left);
        let rest = lost - passed;
        match self.reader(from).place {
            Place::Data(mut data) if rest <= data.left + data.padding => {
                // The end of what was passed over is padding if that was being passed over; it is lost all the same.
                let body = rest.min(data.left);
                if let Some(ticket) = data.ticket
                    && passed + body > 0
                {
                    self.streams.lose(ticket, from, passed + body, passed);
                }
                data.left -= body;
                data.padding -= rest - body;
                self.reader(from).place = Place::Data(data);
                if data.left + data.padding == 0 && cx.skip_left == 0 {
                    self.body_ended(from, data, cx);
                }
                Gap::Bridge
            }
            // Content that says nothing was being passed over.
            Place::Frame if rest == 0 => Gap::Bridge,
            Place::Data(data) => {
                // The rest of the frame is among the lost bytes, and so is the end of the stream if it was the last.
                let body = passed + data.left;
                if let Some(ticket) = data.ticket {
                    self.streams.lose(ticket, from, body, passed);
                }
                self.body_ended(from, data, cx);
                self.out_of_step(from, rest - data.left - data.padding);
                Gap::Resync
            }
            _ => {
                self.out_of_step(from, lost);
                Gap::Resync
            }
        }
    }

    fn resync(&mut self, from: Side, bytes: &[u8]) -> Option<usize> {
        if !matches!(self.reader(from).place, Place::Search) {
            // What was held of this side was given up.
            self.out_of_step(from, 0);
        }
        let start = self.find_frames(bytes)?;
        self.reader(from).place = if bytes.starts_with(PREFACE) { Place::Start } else { Place::Frame };
        Some(start)
    }

    fn end(&mut self, from: Option<Side>, how: End, cx: &mut Cx<'_>) {
        if from.is_none() {
            self.streams.end(how, cx);
            self.readers = [Reader::new(Place::Search, false), Reader::new(Place::Search, false)];
        }
    }

    fn tick(&mut self, cx: &mut Cx<'_>) {
        self.streams.tick(cx);
    }

    fn held(&self) -> usize {
        let readers: usize =
            self.readers.iter().map(|reader| reader.hpack.held() + reader.block.capacity()).sum();
        self.streams.held() + readers
    }
}
