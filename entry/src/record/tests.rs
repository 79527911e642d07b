//! Records made by hand, and what the accessors say of them.

use crate::capture::{Notes, Unanswered};
use crate::entry::Entry;
use crate::http::{GraphQl, GraphQlOperation, HttpRequest, HttpResponse, HttpVersion};
use crate::message::{Message, Payload};
use crate::protocol::Protocol;
use crate::record::{Outcome, Peer, Record};
use crate::time::Timestamp;
use crate::websocket::{MessageDirection, Opcode, WebSocketMessage};

/// An entry with the names of both ends.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) entry: Entry,
    src: Peer,
    dst: Peer,
}

impl Made {
    pub(crate) fn request(method: &str, target: &str, headers: &[(&str, &str)]) -> Self {
        let mut message = Box::<Message>::default();
        message.first = Timestamp(1_000_000);
        message.payload = Payload::HttpRequest(HttpRequest {
            method: message.push_text(method.as_bytes()),
            target: message.push_text(target.as_bytes()),
            ..HttpRequest::default()
        });
        for (name, value) in headers {
            message.push_header(name.as_bytes(), value.as_bytes());
        }
        Self { entry: Entry { request: Some(message), ..Entry::default() }, ..Self::default() }
    }

    pub(crate) fn answered(mut self, response: HttpResponse, body: &[u8]) -> Self {
        let mut message = Box::<Message>::default();
        message.last = Timestamp(3_000_001);
        message.payload = Payload::HttpResponse(response);
        message.body.bytes.extend_from_slice(body);
        message.body.len = body.len() as u64;
        self.entry.response = Some(message);
        self
    }

    fn status(self, status: u16) -> Self {
        self.answered(HttpResponse { status, ..HttpResponse::default() }, b"")
    }

    fn grpc(mut self, up: u32, down: u32, grpc_status: Option<u32>) -> Self {
        self.entry.protocol = Protocol::Grpc;
        if let Some(Payload::HttpRequest(request)) =
            self.entry.request.as_mut().map(|message| &mut message.payload)
        {
            request.message_count = up;
        }
        let version = HttpVersion::V2;
        let response = HttpResponse {
            status: 200,
            version,
            message_count: down,
            grpc_status,
            ..HttpResponse::default()
        };
        self.answered(response, b"")
    }

    fn graphql(mut self, name: &str, batch: u32, answer: &str) -> Self {
        let message = self.entry.request.as_mut().expect("made with a request");
        let name = message.push_text(name.as_bytes());
        if let Payload::HttpRequest(request) = &mut message.payload {
            request.graphql = Some(GraphQl { operation: GraphQlOperation::Mutation, name, batch });
        }
        self.answered(HttpResponse { status: 200, ..HttpResponse::default() }, answer.as_bytes())
    }

    fn websocket(opcode: Opcode, body: &[u8]) -> Self {
        let mut message = Box::<Message>::default();
        let direction = MessageDirection::ServerToClient;
        message.payload =
            Payload::WebSocket(WebSocketMessage { direction, opcode, frames: 1, compressed: false });
        message.body.bytes.extend_from_slice(body);
        message.body.len = body.len() as u64;
        let unanswered = Some(Unanswered::NotDue);
        let protocol = Protocol::WebSocket;
        Self {
            entry: Entry { protocol, request: Some(message), unanswered, ..Entry::default() },
            ..Self::default()
        }
    }

    pub(crate) fn record(&self) -> Record<'_> {
        Record {
            id: 7,
            worker: "w",
            worker_seq: 1,
            interface: "lo",
            src: &self.src,
            dst: &self.dst,
            entry: &self.entry,
        }
    }
}

#[test]
fn method_and_line_say_what_was_asked_in_each_protocol() {
    let get = |target: &str| Made::request("GET", target, &[]);
    let call = |up, down| Made::request("POST", "/shop.v1.Carts/Get", &[]).grpc(up, down, Some(0));
    for (made, method, line) in [
        (get("/carts/1?size=5"), "GET", "/carts/1?size=5"),
        (get("http://carts/items?x#y"), "GET", "/items?x"),
        (Made::request("CONNECT", "carts:443", &[]), "CONNECT", "carts:443"),
        (Made::request("OPTIONS", "*", &[]), "OPTIONS", "*"),
        (call(1, 1), "unary", "shop.v1.Carts/Get"),
        (call(0, 0), "unary", "shop.v1.Carts/Get"),
        (call(2, 1), "client stream", "shop.v1.Carts/Get"),
        (call(1, 5), "server stream", "shop.v1.Carts/Get"),
        (call(3, 5), "bidi stream", "shop.v1.Carts/Get"),
        (get("/graphql").graphql("ProductPage", 0, "{}"), "GET", "ProductPage"),
        (get("/graphql").graphql("", 0, "{}"), "GET", "{…}"),
        (get("/graphql").graphql("A", 3, "{}"), "GET", "A and 2 more"),
        (Made::websocket(Opcode::Text, "{\"left\":4}\n".as_bytes()), "text", "{\"left\":4} "),
        (Made::websocket(Opcode::Binary, b"\x01\x02\x03"), "binary", "3 bytes"),
        (Made::websocket(Opcode::Close, b"\x03\xe8bye"), "close", "1000 bye"),
        (Made::websocket(Opcode::Close, b""), "close", "0 bytes"),
        (Made::websocket(Opcode::Ping, b"x"), "ping", "1 byte"),
    ] {
        let record = made.record();
        assert_eq!((record.method().as_ref(), record.summary_line().as_ref()), (method, line));
    }
    let long = Made::websocket(Opcode::Text, "ä".repeat(300).as_bytes());
    assert_eq!(long.record().summary_line(), format!("{}…", "ä".repeat(200)));
}

#[test]
fn host_comes_from_the_target_then_from_authority_then_from_the_header() {
    let mut authority = Made::request("GET", "/", &[("host", "header")]);
    let message = authority.entry.request.as_mut().expect("made with a request");
    let span = message.push_text(b"authority:80");
    if let Payload::HttpRequest(request) = &mut message.payload {
        request.authority = span;
    }
    for (made, host) in [
        (Made::request("GET", "http://target/", &[("Host", "header")]), "target"),
        (authority, "authority:80"),
        (Made::request("GET", "/", &[("HOST", "header")]), "header"),
        (Made::request("GET", "/", &[]), ""),
    ] {
        assert_eq!(made.record().host(), host);
    }
}

#[test]
fn status_outcome_and_error_follow_the_protocol() {
    let http = |status| Made::request("GET", "/", &[]).status(status);
    let grpc = |status| Made::request("POST", "/a.B/C", &[]).grpc(1, 1, status);
    let graphql = |answer| Made::request("POST", "/graphql", &[]).graphql("A", 0, answer);
    let mut reset = grpc(None);
    reset.entry.notes = Notes::RESET;
    let mut timeout = Made::request("GET", "/", &[]);
    timeout.entry.unanswered = Some(Unanswered::Timeout);
    let mut open = Made::request("GET", "/", &[]);
    open.entry.notes = Notes::OPEN;
    for (made, status, text, outcome, error) in [
        (http(200), Some(200), "200", Outcome::Ok, ""),
        (http(304), Some(304), "304", Outcome::Ok, ""),
        (http(404), Some(404), "404", Outcome::ClientError, "Not Found"),
        (http(503), Some(503), "503", Outcome::ServerError, "Service Unavailable"),
        (http(799), Some(799), "799", Outcome::ServerError, ""),
        (http(0), None, "", Outcome::Ok, ""),
        (grpc(Some(0)), Some(0), "OK", Outcome::Ok, ""),
        (grpc(Some(5)), Some(5), "NOT_FOUND", Outcome::ClientError, "NOT_FOUND"),
        (grpc(Some(13)), Some(13), "INTERNAL", Outcome::ServerError, "INTERNAL"),
        (grpc(Some(99)), Some(99), "99", Outcome::ServerError, "99"),
        (grpc(None), None, "", Outcome::Ok, ""),
        (reset, None, "", Outcome::ServerError, "OK"),
        (graphql(r#"{"data":{}}"#), Some(200), "200", Outcome::Ok, ""),
        (graphql(r#"{"errors":[{"message":"no"}]}"#), Some(200), "200", Outcome::ServerError, "no"),
        (Made::request("GET", "/", &[]), None, "", Outcome::NoReply, "no_reply"),
        (timeout, None, "", Outcome::NoReply, "timeout"),
        (open, None, "", Outcome::Ok, ""),
        (Made::websocket(Opcode::Text, b"a"), None, "text", Outcome::Ok, ""),
    ] {
        let record = made.record();
        let found = (record.status(), record.status_text(), record.outcome(), record.error());
        assert_eq!(found, (status, text.into(), outcome, error.into()), "{:?}", made.entry);
    }
}

#[test]
fn elapsed_is_rounded_up_to_whole_microseconds() {
    assert_eq!(Made::request("GET", "/", &[]).status(200).record().elapsed_us(), Some(2001));
    assert_eq!(Made::request("GET", "/", &[]).record().elapsed_us(), None);
}
