//! Random entries and records, for tests of whatever reads them.
//!
//! Out: proptest strategies. What comes is what a dissector could make: payloads fit their protocol, halves may be
//! missing, text is mostly from a small vocabulary (so that filters meet it) and sometimes bytes that are not UTF-8.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{
    Capture, Direction, Endpoint, Entry, Flow, GraphQl, GraphQlOperation, HttpRequest, HttpResponse,
    HttpVersion, Leg, Message, MessageDirection, Notes, Opcode, Payload, Protocol, Record, Timestamp,
    Unanswered, WebSocketMessage, record::Peer,
};

/// An entry with all that a record adds to it.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The record's number.
    pub id: u64,
    /// Who captured it.
    pub worker: String,
    /// The number of its batch.
    pub worker_seq: u64,
    /// The interface's name.
    pub interface: String,
    /// Who asked.
    pub src: Peer,
    /// Who was asked.
    pub dst: Peer,
    /// What was captured.
    pub entry: Entry,
}

impl Row {
    /// The record that this row is.
    #[must_use]
    pub fn record(&self) -> Record<'_> {
        Record {
            id: self.id,
            worker: &self.worker,
            worker_seq: self.worker_seq,
            interface: &self.interface,
            src: &self.src,
            dst: &self.dst,
            entry: &self.entry,
        }
    }
}

/// Any row.
pub fn row() -> impl Strategy<Value = Row> {
    let names = (select(vec!["w-1", "w-2"]), 0..1000u64, select(vec!["eth0", "lo", ""]));
    (any::<u64>(), names, peer(), peer(), entry()).prop_map(
        |(id, (worker, worker_seq, interface), src, dst, entry)| Row {
            id,
            worker: worker.to_owned(),
            worker_seq,
            interface: interface.to_owned(),
            src,
            dst,
            entry,
        },
    )
}

fn peer() -> impl Strategy<Value = Peer> {
    let names = select(vec!["carts", "front-end", "payment", ""]);
    (names, select(vec!["shop", "kube-system", ""])).prop_map(|(name, namespace)| Peer {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        workload: if name.is_empty() { String::new() } else { format!("deployment/{name}") },
        pod: if name.is_empty() { String::new() } else { format!("{name}-7d9") },
    })
}

/// Any entry.
pub fn entry() -> impl Strategy<Value = Entry> {
    let capture = (0..5u32, directions(), legs()).prop_map(|(interface, direction, leg)| Capture {
        interface,
        direction,
        leg,
    });
    let facts = (
        flow(),
        capture,
        notes(),
        prop_oneof![Just(0), 1..100_000u64],
        option::of(select(Unanswered::ALL.to_vec())),
    );
    (facts, exchange(), 0..8u8).prop_map(|(facts, (protocol, request, response), seen)| {
        let (flow, capture, notes, gap_bytes, unanswered) = facts;
        let mut entry = Entry { protocol, flow, capture, notes, gap_bytes, ..Entry::default() };
        // One in eight has no request, two in eight have no response.
        if seen != 0 || response.is_none() {
            entry.request = Some(Box::new(request));
        }
        entry.response = response.filter(|_| seen < 6).map(Box::new);
        if entry.response.is_none() {
            entry.unanswered = unanswered;
        }
        entry
    })
}

fn directions() -> impl Strategy<Value = Direction> {
    select(vec![Direction::Local, Direction::Inbound, Direction::Outbound])
}

fn legs() -> impl Strategy<Value = Leg> {
    select(vec![Leg::Direct, Leg::App, Leg::Proxy])
}

fn notes() -> impl Strategy<Value = Notes> {
    prop_oneof![3 => Just(0), 1 => any::<u32>(), 1 => (0..14u32).prop_map(|bit| 1 << bit)]
        .prop_map(Notes::from_bits_truncate)
}

fn flow() -> impl Strategy<Value = Flow> {
    let ip = prop_oneof![
        (0..4u8).prop_map(|host| IpAddr::V4(Ipv4Addr::new(10, 0, 0, host))),
        (0..4u16).prop_map(|host| IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, host))),
    ];
    let port = prop_oneof![select(vec![80u16, 8080, 0]), any::<u16>()];
    let endpoint = (ip, port).prop_map(|(ip, port)| Endpoint { ip, port });
    (endpoint.clone(), endpoint, prop_oneof![0..4u64, any::<u64>()])
        .prop_map(|(client, server, connection)| Flow { client, server, connection })
}

/// Bytes of a small vocabulary, or any.
fn text(words: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> + Clone {
    prop_oneof![8 => select(words).prop_map(|word| word.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..12)]
}

const TARGETS: &[&str] = &[
    "/",
    "/carts/42/items",
    "/catalogue?size=5&tags=geek+socks",
    "/catalogue?size=%35&size=6",
    "/catalogue?x=%e4%c3%a4&%78=12345678901234567890&y=5.5&size=%",
    "http://carts:80/items?x=%zz&&y",
    "/shop.v1.Carts/Get",
    "*",
    "carts:443",
    "",
];
const NAMES: &[&str] = &["Accept", "accept", "content-type", "X-Request-Id", "traceparent", "b3", "host"];
const VALUES: &[&str] = &[
    "application/json",
    "text/plain; charset=utf-8",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "carts",
    "ä",
    "",
    "42",
    "-12.5",
    "0.1234567",
    "99999999999999999999999999999999999999",
];
const BODIES: &[&str] = &[
    "",
    "{\"errors\":[{\"message\":\"no\"}]}",
    "{\"data\":{}}",
    "a=1&b=two",
    "first\nsecond",
    "\u{0}\u{0}\u{0}\u{0}\u{2}\u{8}\u{1}",
];

fn fields(most: usize) -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>, bool)>> {
    vec((text(NAMES), text(VALUES), prop::bool::weighted(0.1)), 0..most)
}

type Parts = (Vec<(Vec<u8>, Vec<u8>, bool)>, Vec<(Vec<u8>, Vec<u8>, bool)>, Vec<u8>, (u64, u64, u64, bool));

fn parts() -> impl Strategy<Value = Parts> {
    // Times near each other, for elapsed times that filters name; lengths up to what passes a column of 32 bits.
    let begin = 1_700_000_000_000_000_000u64;
    let times = (begin..begin + 3_000_000_000, 0..2_000_000_000u64);
    let len = prop_oneof![4 => 0..20_000u64, 1 => any::<u64>()];
    let facts =
        (times, len, prop::bool::weighted(0.2)).prop_map(|((first, more), len, cut)| (first, more, len, cut));
    (fields(4), fields(2), text(BODIES), facts)
}

fn message((headers, trailers, body, (first, more, len, cut)): Parts) -> Message {
    let mut message = Message::default();
    message.first = Timestamp(first);
    message.last = Timestamp(first + more);
    message.wire_len = len;
    for (name, value, redacted) in headers {
        message.push_header_field(&name, &value, redacted);
    }
    for (name, value, redacted) in trailers {
        message.push_trailer_field(&name, &value, redacted);
    }
    message.body.len = if cut { len } else { body.len() as u64 };
    message.body.sent_len = message.body.len;
    message.body.truncated = cut;
    message.body.encoded = cut && len.is_multiple_of(2);
    message.body.bytes = body;
    message
}

fn exchange() -> impl Strategy<Value = (Protocol, Message, Option<Message>)> {
    let protocols = select(vec![Protocol::Http, Protocol::Http2, Protocol::Grpc]);
    let http = (protocols, request(), response()).prop_map(|(protocol, mut request, mut response)| {
        if let (Payload::HttpRequest(up), Payload::HttpResponse(down)) =
            (&mut request.payload, &mut response.payload)
        {
            if protocol == Protocol::Http {
                up.stream_id = 0;
                (up.scheme, up.authority) = Default::default();
            } else {
                (up.version, down.version) = (HttpVersion::V2, HttpVersion::V2);
            }
            if protocol != Protocol::Grpc {
                down.grpc_status = None;
            }
        }
        (protocol, request, Some(response))
    });
    let websocket = websocket().prop_map(|message| (Protocol::WebSocket, message, None));
    prop_oneof![4 => http, 1 => websocket]
}

fn versions() -> impl Strategy<Value = HttpVersion> {
    select(vec![HttpVersion::V0_9, HttpVersion::V1_0, HttpVersion::V1_1, HttpVersion::V2])
}

fn request() -> impl Strategy<Value = Message> {
    let operations =
        vec![GraphQlOperation::Query, GraphQlOperation::Mutation, GraphQlOperation::Subscription];
    let graphql = (select(operations), text(&["ProductPage", "Buy", ""]), select(vec![0u32, 1, 3]));
    let line = (
        text(&["GET", "POST", "CONNECT", "DELETE"]),
        text(TARGETS),
        versions(),
        text(&["http", "https"]),
        text(&["carts:80", "front-end", ""]),
    );
    let counts = (0..200u32, 0..4u32, option::weighted(0.25, graphql));
    (parts(), line, counts).prop_map(|(parts, (method, target, version, scheme, authority), counts)| {
        let mut message = message(parts);
        let request = HttpRequest {
            method: message.push_text(&method),
            target: message.push_text(&target),
            version,
            scheme: message.push_text(&scheme),
            authority: message.push_text(&authority),
            stream_id: counts.0,
            message_count: counts.1,
            graphql: counts.2.map(|(operation, name, batch)| GraphQl {
                operation,
                name: message.push_text(&name),
                batch,
            }),
        };
        message.payload = Payload::HttpRequest(request);
        message
    })
}

fn response() -> impl Strategy<Value = Message> {
    let status = prop_oneof![4 => select(vec![200u16, 204, 302, 404, 429, 500, 503, 0]), 1 => any::<u16>()];
    let grpc =
        (option::of(prop_oneof![4 => 0..20u32, 1 => any::<u32>()]), text(&["not%20found", "no stock", ""]));
    let counts = (0..4u8, 0..4u32);
    (parts(), status, versions(), text(&["OK", "Not Found", ""]), grpc, counts).prop_map(
        |(parts, status, version, reason, (grpc_status, grpc_message), counts)| {
            let mut message = message(parts);
            let response = HttpResponse {
                status,
                reason: message.push_text(&reason),
                version,
                informational: counts.0,
                message_count: counts.1,
                grpc_status,
                grpc_message: message.push_text(&grpc_message),
            };
            message.payload = Payload::HttpResponse(response);
            message
        },
    )
}

fn websocket() -> impl Strategy<Value = Message> {
    let opcodes = select(vec![Opcode::Text, Opcode::Binary, Opcode::Close, Opcode::Ping, Opcode::Pong]);
    let directions = select(vec![MessageDirection::ClientToServer, MessageDirection::ServerToClient]);
    (parts(), opcodes, directions, 0..5u32, any::<bool>()).prop_map(
        |(mut parts, opcode, direction, frames, compressed)| {
            parts.0.clear();
            parts.1.clear();
            let mut message = message(parts);
            message.payload = Payload::WebSocket(WebSocketMessage { direction, opcode, frames, compressed });
            message
        },
    )
}
