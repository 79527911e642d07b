//! What the API says of an entry, protocol by protocol, as JSON.

use mizu_entry::record::{Peer, detail};
use mizu_entry::testing::{Row, row};
use mizu_entry::{
    HttpRequest, HttpResponse, HttpVersion, Message, MessageDirection, Notes, Opcode, Payload, Protocol,
    Timestamp, Unanswered, WebSocketMessage,
};
use proptest::prelude::*;

const BEGIN: u64 = 1_772_375_601_101_000_000;

fn message(after_us: u64, took_us: u64, payload: impl FnOnce(&mut Message) -> Payload) -> Box<Message> {
    let mut message = Box::<Message>::default();
    message.first = Timestamp(BEGIN + after_us * 1000);
    message.last = message.first.plus(took_us * 1000);
    message.payload = payload(&mut message);
    message
}

fn with_body(mut message: Box<Message>, bytes: &[u8]) -> Box<Message> {
    message.body.bytes = bytes.to_vec();
    message.body.len = bytes.len() as u64;
    message.body.sent_len = message.body.len;
    message.wire_len = 100 + message.body.len;
    message
}

fn of(protocol: Protocol, request: Option<Box<Message>>, response: Option<Box<Message>>) -> Row {
    let mut row =
        Row { id: 7_301_234_567_890_123_456, worker: "w-1".into(), worker_seq: 1, ..Row::default() };
    row.interface = "eth0".into();
    row.src = Peer { name: "front-end".into(), namespace: "shop".into(), ..Peer::default() };
    row.dst = Peer { name: "carts".into(), workload: "deployment/carts".into(), ..Peer::default() };
    row.entry.protocol = protocol;
    row.entry.flow.connection = u64::MAX;
    row.entry.request = request;
    row.entry.response = response;
    row
}

#[test]
fn an_http_exchange_shows_cookies_query_form_and_what_is_redacted() {
    let mut request = message(0, 40, |m| {
        Payload::HttpRequest(HttpRequest {
            method: m.push_text(b"POST"),
            target: m.push_text(b"/login?next=%2Fcart&tag=a+b&tag=&token=%5BREDACTED%5D"),
            ..HttpRequest::default()
        })
    });
    request.push_header(b"Host", b"carts");
    request.push_header(b"Cookie", b"a=1; theme=dark; broken");
    request.push_header_field(b"Authorization", b"[REDACTED]", true);
    request.push_header(b"Content-Type", b"application/x-www-form-urlencoded");
    request.push_header(b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    request.push_header(b"X-\"Odd\\", b"\xff\xfe");
    let mut response = message(2000, 500, |m| {
        Payload::HttpResponse(HttpResponse {
            status: 302,
            reason: m.push_text(b"Found"),
            informational: 1,
            ..HttpResponse::default()
        })
    });
    response.push_header(b"Set-Cookie", b"session=x; Path=/; HttpOnly");
    response.push_header(b"Set-Cookie", b"other=y");
    response.push_header(b"Content-Encoding", b"br");
    let mut response = with_body(response, "cut in a character: \u{e4}".as_bytes());
    response.body.bytes.pop();
    response.body.len = 5000;
    response.body.truncated = true;
    let request = with_body(request, b"user=me&password=%5BREDACTED%5D");
    let mut row = of(Protocol::Http, Some(request), Some(response));
    row.entry.notes = Notes::REDACTED | Notes::TRUNCATED;
    insta::assert_json_snapshot!(detail(&row.record()));
}

#[test]
fn a_grpc_call_shows_its_messages_without_a_schema() {
    let mut request = message(0, 10, |m| {
        Payload::HttpRequest(HttpRequest {
            method: m.push_text(b"POST"),
            target: m.push_text(b"/shop.v1.Carts/GetCart"),
            version: HttpVersion::V2,
            scheme: m.push_text(b"http"),
            authority: m.push_text(b"carts:50051"),
            stream_id: 3,
            message_count: 1,
            ..HttpRequest::default()
        })
    });
    request.push_header(b"content-type", b"application/grpc");
    let request = with_body(request, b"\0\0\0\0\x0e\x0a\x08customer\x12\x02\x08\x05");
    let mut response = message(700, 1, |m| {
        Payload::HttpResponse(HttpResponse {
            status: 200,
            version: HttpVersion::V2,
            grpc_status: Some(5),
            grpc_message: m.push_text(b"no%20cart"),
            ..HttpResponse::default()
        })
    });
    response.push_trailer(b"grpc-status", b"5");
    insta::assert_json_snapshot!(detail(&of(Protocol::Grpc, Some(request), Some(response)).record()));
}

#[test]
fn a_websocket_message_shows_who_sent_it_and_why_the_conversation_ended() {
    let request = message(0, 0, |_| {
        Payload::WebSocket(WebSocketMessage {
            direction: MessageDirection::ServerToClient,
            opcode: Opcode::Close,
            frames: 1,
            compressed: false,
        })
    });
    let mut row = of(Protocol::WebSocket, Some(with_body(request, b"\x03\xe9going away")), None);
    row.entry.unanswered = Some(Unanswered::NotDue);
    insta::assert_json_snapshot!(detail(&row.record()));
}

proptest! {
    #[test]
    fn everything_can_be_shown(row in row()) {
        let shown = detail(&row.record());
        prop_assert_eq!(shown.request.is_some(), row.entry.request.is_some());
        prop_assert_eq!(shown.response.is_some(), row.entry.response.is_some());
        let kept = shown.response.map_or(0, |message| message.body.kept_len);
        prop_assert_eq!(kept, row.record().response_body().len() as u64);
    }
}
