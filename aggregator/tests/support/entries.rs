//! Entries and batches made by hand.

use mizu_entry::{
    Endpoint, Entry, Flow, HttpRequest, HttpResponse, HttpVersion, Interface, Losses, Message,
    MessageDirection, Notes, Opcode, Payload, Protocol, Timestamp, WebSocketMessage, WorkerState,
    wire::{BatchHeader, encode_entry, encode_header},
};

pub const BEGIN: u64 = 1_795_000_000_000_000_000;

fn flow(n: u64) -> Flow {
    let end = |ip: &str, port| Endpoint { ip: ip.parse().unwrap(), port };
    Flow {
        client: end("10.0.0.7", 40_000 + (n % 20_000) as u16),
        server: end("10.0.0.9", 8080),
        connection: 0xdead_beef_0000_0000 + n,
    }
}

fn message(
    payload: impl FnOnce(&mut Message) -> Payload,
    first: u64,
    last: u64,
    body: &[u8],
) -> Box<Message> {
    let mut message = Box::<Message>::default();
    message.first = Timestamp(first);
    message.last = Timestamp(last);
    message.payload = payload(&mut message);
    message.body.bytes = body.to_vec();
    message.body.len = body.len() as u64;
    message.body.sent_len = body.len() as u64;
    message.wire_len = 200 + body.len() as u64;
    message
}

/// `GET /items/{n}?size=5`, answered with `status` and a body.
pub fn http(n: u64, status: u16, body: &[u8]) -> Entry {
    let at = BEGIN + n * 1_000_000;
    let request = message(
        |m| {
            m.push_header(b"Host", b"carts");
            m.push_header(b"User-Agent", b"test/1");
            m.push_header(b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            Payload::HttpRequest(HttpRequest {
                method: m.push_text(b"GET"),
                target: m.push_text(format!("/items/{n}?size=5").as_bytes()),
                ..HttpRequest::default()
            })
        },
        at,
        at + 1000,
        b"",
    );
    let response = message(
        |m| {
            m.push_header(b"Content-Type", b"application/json");
            m.push_header(b"Set-Cookie", b"a=1");
            m.push_header(b"Set-Cookie", b"b=2");
            Payload::HttpResponse(HttpResponse { status, ..HttpResponse::default() })
        },
        at + 2_000_000,
        at + 3_000_000,
        body,
    );
    Entry { flow: flow(n), request: Some(request), response: Some(response), ..Entry::default() }
}

/// A unary gRPC call that failed.
pub fn grpc(n: u64) -> Entry {
    let at = BEGIN + n * 1_000_000;
    let request = message(
        |m| {
            m.push_header(b"content-type", b"application/grpc");
            Payload::HttpRequest(HttpRequest {
                method: m.push_text(b"POST"),
                target: m.push_text(b"/shop.Carts/Get"),
                authority: m.push_text(b"carts:50051"),
                version: HttpVersion::V2,
                stream_id: 3,
                message_count: 1,
                ..HttpRequest::default()
            })
        },
        at,
        at + 10,
        &[0, 0, 0, 0, 2, 8, 1],
    );
    let response = message(
        |m| {
            m.push_trailer(b"grpc-status", b"5");
            m.push_trailer(b"grpc-message", b"no%20cart");
            Payload::HttpResponse(HttpResponse {
                status: 200,
                version: HttpVersion::V2,
                grpc_status: Some(5),
                grpc_message: m.push_text(b"no%20cart"),
                ..HttpResponse::default()
            })
        },
        at + 20,
        at + 30,
        b"",
    );
    Entry {
        protocol: Protocol::Grpc,
        flow: flow(n),
        notes: Notes::REDACTED,
        request: Some(request),
        response: Some(response),
        ..Entry::default()
    }
}

/// A WebSocket message of the server's.
pub fn websocket(n: u64, text: &str) -> Entry {
    let at = BEGIN + n * 1_000_000;
    let message = message(
        |_| {
            Payload::WebSocket(WebSocketMessage {
                direction: MessageDirection::ServerToClient,
                opcode: Opcode::Text,
                frames: 1,
                compressed: false,
            })
        },
        at,
        at + 5,
        text.as_bytes(),
    );
    Entry {
        protocol: Protocol::WebSocket,
        flow: flow(n),
        request: Some(message),
        unanswered: Some(mizu_entry::Unanswered::NotDue),
        ..Entry::default()
    }
}

pub fn header(worker: &str, sequence: u64) -> BatchHeader {
    BatchHeader {
        worker: worker.into(),
        sequence,
        pod: "carts-1".into(),
        namespace: "shop".into(),
        node: "node-1".into(),
        interfaces: vec![Interface { index: 0, name: "eth0".into() }],
        losses: Losses { packets: 100 * sequence, entries: sequence, ..Losses::default() },
        state: WorkerState::Capturing,
        ..BatchHeader::default()
    }
}

pub fn frame(header: &BatchHeader, entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_header(header, &mut out);
    for entry in entries {
        encode_entry(entry, &mut out);
    }
    out
}
