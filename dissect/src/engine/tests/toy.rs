//! A toy protocol, lines that begin with `Q` (asked) or `A` (answered), and a network that speaks it.

use std::collections::VecDeque;

use mizu_entry::{Endpoint, Entry, Message, Timestamp, Unanswered};

use super::super::*;
use crate::cx::{Cx, Exchange};
use crate::frame::{Heading, LinkType};
use crate::protocol::{Dissector, Fault, Gap, Guess, Next, Side, Step, Transport};
use crate::testkit::packets::{ACK, Packet, SYN};

pub(super) static PROTOCOLS: &[&Protocol] = &[&DOUBTFUL, &LINES];

static LINES: Protocol = Protocol {
    name: "lines",
    transport: Transport::Tcp,
    ports: &[80],
    probe: |bytes| match bytes {
        [b'Q', ..] => Guess::Yes { from: Side::Client, sure: 90 },
        [b'A', ..] => Guess::Yes { from: Side::Server, sure: 90 },
        [b'q', rest @ ..] if rest.len() < 3 => Guess::Wait,
        [b'q', b'u', b'i', b't', ..] => Guess::Yes { from: Side::Client, sure: 95 },
        _ => Guess::No,
    },
    open: |_| Box::<Lines>::default(),
};

/// Takes what begins with `?`, and is wrong about it.
static DOUBTFUL: Protocol = Protocol {
    name: "doubtful",
    transport: Transport::Tcp,
    ports: &[],
    probe: |bytes| match bytes {
        [b'?', ..] => Guess::Yes { from: Side::Client, sure: 40 },
        _ => Guess::No,
    },
    open: |_| Box::new(Wrong),
};

struct Wrong;

impl Dissector for Wrong {
    fn data(&mut self, _: Side, _: &[u8], _: &mut Cx<'_>) -> Result<Step, Fault> {
        Err(Fault::Malformed("always"))
    }

    fn held(&self) -> usize {
        0
    }
}

#[derive(Default)]
struct Lines {
    asked: VecDeque<Box<Message>>,
}

impl Lines {
    fn give_up(&mut self, why: Unanswered, cx: &mut Cx<'_>) {
        for request in self.asked.drain(..) {
            cx.emit(Exchange { request: Some(request), unanswered: Some(why), ..Exchange::default() });
        }
    }
}

impl Dissector for Lines {
    fn data(&mut self, from: Side, bytes: &[u8], cx: &mut Cx<'_>) -> Result<Step, Fault> {
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            return Ok(Step { used: 0, next: Next::More(1) });
        };
        let line = &bytes[..end];
        let used = end + 1;
        if line == b"QTUNNEL" {
            return Ok(Step { used, next: Next::Probe });
        }
        let mut message = cx.message();
        message.body.bytes.extend_from_slice(line.get(1..).unwrap_or_default());
        match (from, line.first()) {
            (Side::Client, Some(b'Q' | b'q')) => self.asked.push_back(message),
            (Side::Server, Some(b'A')) => {
                let request = self.asked.pop_front();
                cx.emit(Exchange { request, response: Some(message), ..Exchange::default() });
            }
            _ => return Err(Fault::Malformed("neither asked nor answered")),
        }
        Ok(Step { used, next: Next::More(0) })
    }

    fn gap(&mut self, _: Side, _: u64, cx: &mut Cx<'_>) -> Gap {
        self.give_up(Unanswered::Gap, cx);
        Gap::Resync
    }

    fn resync(&mut self, from: Side, bytes: &[u8]) -> Option<usize> {
        let wanted = if from == Side::Client { b'Q' } else { b'A' };
        bytes.first().is_some_and(|first| *first == wanted).then_some(0)
    }

    fn end(&mut self, from: Option<Side>, how: End, cx: &mut Cx<'_>) {
        if from.is_none() {
            self.give_up(
                match how {
                    End::Reset => Unanswered::Reset,
                    End::CaptureEnded => Unanswered::CaptureEnded,
                    End::Budget => Unanswered::Budget,
                    End::Idle => Unanswered::Timeout,
                    End::Fin | End::Reused => Unanswered::Closed,
                },
                cx,
            );
        }
    }

    fn held(&self) -> usize {
        self.asked.iter().map(|message| message.held()).sum()
    }
}

/// Keeps what comes.
pub(super) struct Kept<'a>(pub(super) &'a mut Vec<Entry>);

impl Sink for Kept<'_> {
    fn entry(&mut self, entry: &mut Entry) {
        self.0.push(entry.clone());
    }
}

/// What was asked and answered.
pub(super) fn words(found: &[Entry]) -> Vec<String> {
    let text = |message: &Option<Box<Message>>| {
        message.as_ref().map(|one| String::from_utf8_lossy(&one.body.bytes).into_owned()).unwrap_or_default()
    };
    found.iter().map(|entry| format!("{}>{}", text(&entry.request), text(&entry.response))).collect()
}

pub(super) fn at(text: &str) -> Endpoint {
    let (ip, port) = text.rsplit_once(':').unwrap();
    Endpoint { ip: ip.parse().unwrap(), port: port.parse().unwrap() }
}

pub(super) fn client() -> Endpoint {
    at("10.0.0.1:5000")
}

pub(super) fn server() -> Endpoint {
    at("10.0.0.2:80")
}

pub(super) const ISN: [u32; 2] = [1000, u32::MAX - 2];

/// Two hosts, and an engine that sees what they send.
pub(super) struct Net {
    pub(super) engine: Engine,
    pub(super) found: Vec<Entry>,
    pub(super) sent: Vec<Packet>,
    pub(super) client: Endpoint,
    pub(super) server: Endpoint,
    /// What the server's packets bear as their source.
    pub(super) answers_as: Option<Endpoint>,
    pub(super) isn: [u32; 2],
    /// What each end has sent, its SYN included.
    pub(super) next: [u32; 2],
    pub(super) interface: u32,
    /// Which way the client's packets go.
    pub(super) heading: Heading,
    pub(super) ms: u64,
}

impl Net {
    pub(super) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(super) fn with(config: Config) -> Self {
        Self {
            engine: Engine::with_protocols(config, PROTOCOLS),
            found: Vec::new(),
            sent: Vec::new(),
            client: client(),
            server: server(),
            answers_as: None,
            isn: ISN,
            next: [0; 2],
            interface: 1,
            heading: Heading::Unknown,
            ms: 10_000_000,
        }
    }

    /// Another connection.
    pub(super) fn begin(&mut self) {
        self.next = [0; 2];
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp(self.ms * 1_000_000)
    }

    pub(super) fn handshake(&mut self) {
        self.flag(0, SYN);
        self.flag(1, SYN | ACK);
        self.flag(0, ACK);
    }

    /// A connection whose handshake was not captured.
    pub(super) fn skip_handshake(&mut self) {
        self.next = [1; 2];
    }

    pub(super) fn say(&mut self, end: usize, text: &str) {
        let packet = self.packet(end, ACK, text.as_bytes());
        self.send(end, packet);
    }

    /// Says something that the capture does not see.
    pub(super) fn say_unseen(&mut self, end: usize, text: &str) {
        self.next[end] = self.next[end].wrapping_add(text.len() as u32);
    }

    pub(super) fn flag(&mut self, end: usize, flags: u8) {
        let packet = self.packet(end, flags, b"");
        self.send(end, packet);
    }

    pub(super) fn packet(&mut self, end: usize, flags: u8, payload: &[u8]) -> Packet {
        self.ms += 1;
        let [source, destination] = if end == 0 {
            [self.client, self.server]
        } else {
            [self.answers_as.unwrap_or(self.server), self.client]
        };
        Packet {
            at: self.now(),
            source,
            destination,
            seq: self.isn[end].wrapping_add(self.next[end]),
            ack: self.isn[1 - end].wrapping_add(self.next[1 - end]),
            flags,
            payload: payload.to_vec(),
            missing: 0,
        }
    }

    fn send(&mut self, end: usize, packet: Packet) {
        let counts = u32::from(packet.flags & (SYN | crate::testkit::packets::FIN) != 0);
        self.next[end] = self.next[end].wrapping_add(packet.payload.len() as u32 + counts);
        self.sent.push(packet.clone());
        self.capture(packet);
    }

    pub(super) fn capture(&mut self, packet: Packet) {
        let (bytes, original_len) = packet.bytes();
        let heading = match self.heading {
            heading if packet.source == self.client => heading,
            Heading::Incoming => Heading::Outgoing,
            Heading::Outgoing => Heading::Incoming,
            Heading::Unknown => Heading::Unknown,
        };
        let frame = Frame {
            at: packet.at,
            link: LinkType::Ip,
            interface: self.interface,
            heading,
            bytes: &bytes,
            original_len,
        };
        self.engine.frame(frame, &mut Kept(&mut self.found));
    }

    pub(super) fn wait(&mut self, ms: u64) {
        self.ms += ms;
        let now = self.now();
        self.engine.tick(now, &mut Kept(&mut self.found));
    }

    pub(super) fn finish(&mut self) {
        self.engine.finish(&mut Kept(&mut self.found));
    }
}
