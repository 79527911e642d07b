//! Entries as the capture corpus defines them: one JSON object a line.
//!
//! A field that is empty is left out, which means the same. Nothing is redacted: the corpus holds no one's secrets and
//! compares values. Interim reports of streams that go on are not entries of the corpus.

use std::io::Write;

use mizu_dissect::Sink;
use mizu_entry::{Entry, GraphQl, HttpRequest, HttpResponse, Message, Notes, Payload, Protocol, Span};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Writes a line an entry.
pub(crate) struct CorpusSink<W> {
    out: W,
    /// The first failure to write; nothing is written after it.
    pub(crate) failed: Option<std::io::Error>,
}

impl<W: Write> CorpusSink<W> {
    pub(crate) const fn new(out: W) -> Self {
        Self { out, failed: None }
    }

    /// Writes what is buffered.
    pub(crate) fn finish(mut self) -> std::io::Result<()> {
        match self.failed {
            Some(error) => Err(error),
            None => self.out.flush(),
        }
    }
}

impl<W: Write> Sink for CorpusSink<W> {
    fn entry(&mut self, entry: &mut Entry) {
        if self.failed.is_some() || entry.notes.contains(Notes::OPEN) {
            return;
        }
        let written = serde_json::to_writer(&mut self.out, &line(entry))
            .map_err(std::io::Error::from)
            .and_then(|()| self.out.write_all(b"\n"));
        self.failed = written.err();
    }
}

fn line(entry: &Entry) -> Value {
    let side = |message: &Option<Box<Message>>| {
        message.as_ref().map_or(Value::Null, |message| Value::Object(fields(entry.protocol, message)))
    };
    json!({
        "protocol": entry.protocol.name(),
        "stream": entry.flow.to_string(),
        "request": side(&entry.request),
        "response": side(&entry.response),
    })
}

fn fields(protocol: Protocol, message: &Message) -> Map<String, Value> {
    let mut out = Fields { map: Map::new(), message };
    match &message.payload {
        Payload::HttpRequest(request) => http_request(protocol, request, &mut out),
        Payload::HttpResponse(response) => http_response(protocol, response, &mut out),
        Payload::WebSocket(frame) => {
            out.put("dir", frame.direction.name());
            out.put("opcode", frame.opcode.name());
            out.put("length", message.body.len);
            out.put("sha256", hash(message));
            out.put("frame_count", frame.frames);
            out.put("compressed", frame.compressed);
        }
        Payload::Empty => {}
    }
    out.map
}

struct Fields<'a> {
    map: Map<String, Value>,
    message: &'a Message,
}

impl Fields<'_> {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.map.insert(name.to_owned(), value.into());
    }

    fn text(&mut self, name: &str, span: Span) {
        self.bytes(name, self.message.text(span));
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.map.insert(name.to_owned(), String::from_utf8_lossy(bytes).into());
        }
    }

    fn header(&mut self, name: &str, header: &[u8]) {
        let message = self.message;
        self.bytes(name, message.header(header).unwrap_or_default());
    }

    fn common(&mut self, protocol: Protocol) {
        let message = self.message;
        self.put("header_count", message.header_count());
        self.header("content_type", b"content-type");
        self.put("body_len", message.body.len);
        if protocol == Protocol::Grpc {
            return;
        }
        self.header("content_encoding", b"content-encoding");
        self.put("body_sha256", hash(message));
        if protocol == Protocol::Http2 {
            self.put("trailer_count", message.trailer_count());
        }
    }
}

fn http_request(protocol: Protocol, request: &HttpRequest, out: &mut Fields<'_>) {
    out.common(protocol);
    if protocol == Protocol::Http {
        out.text("method", request.method);
        out.text("target", request.target);
        out.put("version", request.version.name());
        out.header("host", b"host");
    } else {
        out.text("path", request.target);
        out.text("authority", request.authority);
        out.put("stream_id", request.stream_id);
        if protocol == Protocol::Grpc {
            let message = out.message;
            let path = String::from_utf8_lossy(message.text(request.target)).into_owned();
            let (service, rpc) = path.trim_start_matches('/').rsplit_once('/').unwrap_or_default();
            out.put("service", service);
            out.put("rpc", rpc);
            out.put("message_count", request.message_count);
        } else {
            out.text("method", request.method);
            out.text("scheme", request.scheme);
        }
    }
    if let Some(graphql) = &request.graphql {
        let value = graphql_value(out.message, graphql);
        out.put("graphql", value);
    }
}

fn graphql_value(message: &Message, graphql: &GraphQl) -> Value {
    if graphql.batch > 0 {
        return json!({ "batch": graphql.batch });
    }
    let name = String::from_utf8_lossy(message.text(graphql.name));
    let name = if name.is_empty() { Value::Null } else { name.into_owned().into() };
    json!({ "operation": graphql.operation.name(), "name": name })
}

fn http_response(protocol: Protocol, response: &HttpResponse, out: &mut Fields<'_>) {
    out.common(protocol);
    out.put("status", response.status);
    if protocol == Protocol::Http {
        out.put("version", response.version.name());
    }
    if protocol == Protocol::Grpc {
        out.put("message_count", response.message_count);
        out.put("grpc_status", response.grpc_status);
        out.text("grpc_message", response.grpc_message);
    }
}

/// SHA-256 of the body in hexadecimal; empty for an empty body and for one that is not kept whole.
fn hash(message: &Message) -> String {
    let body = &message.body;
    if body.bytes.is_empty() || body.truncated {
        return String::new();
    }
    Sha256::digest(&body.bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
