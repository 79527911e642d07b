//! All that is known of a record, for the detail pane and for programs.
//!
//! In: a [`Record`] with its bodies. Out: [`EntryDetail`]. Each name and value carries the filter path that finds it,
//! where the language has one.

use base64::Engine as _;

use crate::api::{BodyView, EntryDetail, MessageDetail, NameValue, Timing};
use crate::capture::Notes;
use crate::message::{Body, FieldText, Message};
use crate::protocol::Protocol;
use crate::record::body::{form_fields, query_parameters};
use crate::record::text::text;
use crate::record::{Record, protobuf, status_reason, summary};
use crate::time::Timestamp;

/// What redaction puts in the place of a secret.
const REDACTED: &str = "[REDACTED]";

/// Everything about a record.
#[must_use]
pub fn detail(record: &Record<'_>) -> EntryDetail {
    EntryDetail {
        summary: summary(record),
        request: record.request().map(|message| request(record, message)),
        response: record.response().map(|message| response(record, message)),
        timing: timing(record),
        gap_bytes: record.entry.gap_bytes,
        worker: record.worker.to_owned(),
        interface: record.interface.to_owned(),
        direction: record.direction().to_owned(),
        leg: record.leg().to_owned(),
        trace_id: record.trace_id().into_owned(),
    }
}

fn timing(record: &Record<'_>) -> Timing {
    let begin = record.timestamp();
    let at = |time: Timestamp| time.is_known().then(|| time.since(begin).div_ceil(1000));
    Timing {
        request_first_us: record.request().and_then(|message| at(message.first)),
        request_last_us: record.request().and_then(|message| at(message.last)),
        response_first_us: record.response().and_then(|message| at(message.first)),
        response_last_us: record.response().and_then(|message| at(message.last)),
    }
}

fn request(record: &Record<'_>, message: &Message) -> MessageDetail {
    let mut out = common(record, message, "request");
    out.details = request_facts(record);
    let redacted = record.notes().contains(Notes::REDACTED);
    let query = record.query_string();
    out.query = query_parameters(query.as_bytes())
        .map(|(name, value)| NameValue {
            path: format!("request.query[{}]", quoted(&name)),
            redacted: redacted && value == REDACTED,
            name: name.into_owned(),
            value: value.into_owned(),
        })
        .collect();
    for field in message.headers().filter(|field| field.name.eq_ignore_ascii_case(b"cookie")) {
        out.cookies
            .extend(field.value.split(|&byte| byte == b';').filter_map(|pair| cookie(pair, field.redacted)));
    }
    out
}

fn response(record: &Record<'_>, message: &Message) -> MessageDetail {
    let mut out = common(record, message, "response");
    out.details = response_facts(record);
    for field in message.headers().filter(|field| field.name.eq_ignore_ascii_case(b"set-cookie")) {
        // RFC 6265 section 4.1: the pair stands before the attributes.
        out.cookies.extend(
            field.value.split(|&byte| byte == b';').next().and_then(|pair| cookie(pair, field.redacted)),
        );
    }
    out
}

fn common(record: &Record<'_>, message: &Message, side: &str) -> MessageDetail {
    let content_type = message.header(b"content-type").unwrap_or_default();
    let redacted = record.notes().contains(Notes::REDACTED);
    let body = &message.body;
    let form = if body.encoded { Vec::new() } else { form_fields(&body.bytes, content_type) };
    let is_grpc = record.protocol() == Protocol::Grpc && !body.encoded;
    MessageDetail {
        first: message.first.rfc3339(),
        last: message.last.rfc3339(),
        wire_len: message.wire_len,
        headers: message.headers().map(|field| header(field, side)).collect(),
        trailers: message.trailers().map(|field| header(field, side)).collect(),
        form: form
            .into_iter()
            .map(|(name, value)| NameValue {
                redacted: redacted && value == REDACTED,
                name: name.into_owned(),
                value: value.into_owned(),
                path: String::new(),
            })
            .collect(),
        grpc: if is_grpc { protobuf::messages(&body.bytes) } else { Vec::new() },
        body: body_view(message, content_type),
        ..MessageDetail::default()
    }
}

fn header(field: FieldText<'_>, side: &str) -> NameValue {
    let name = text(field.name).into_owned();
    NameValue {
        path: format!("{side}.headers[{}]", quoted(&name.to_ascii_lowercase())),
        name,
        value: text(field.value).into_owned(),
        redacted: field.redacted,
    }
}

fn cookie(pair: &[u8], redacted: bool) -> Option<NameValue> {
    let pair = pair.trim_ascii();
    let equals = pair.iter().position(|&byte| byte == b'=')?;
    let (name, value) = pair.split_at_checked(equals)?;
    let value = text(value.split_first()?.1).into_owned();
    let redacted = redacted || value == REDACTED;
    Some(NameValue { name: text(name).into_owned(), value, redacted, path: String::new() })
}

/// A string as the filter language writes it.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn body_view(message: &Message, content_type: &[u8]) -> BodyView {
    let Body { bytes, len, sent_len, truncated, encoded } = &message.body;
    let (format, data) = match readable(bytes, *truncated) {
        Some(text) if !encoded => ("utf8", text.to_owned()),
        _ => ("base64", base64::engine::general_purpose::STANDARD.encode(bytes)),
    };
    BodyView {
        len: *len,
        sent_len: *sent_len,
        kept_len: bytes.len() as u64,
        truncated: *truncated,
        encoded: *encoded,
        content_type: text(content_type).into_owned(),
        content_encoding: message.header(b"content-encoding").map(text).unwrap_or_default().into_owned(),
        format: format.to_owned(),
        data,
    }
}

/// The bytes as text, if they are. A cut may go through a character, which is left out.
fn readable(bytes: &[u8], truncated: bool) -> Option<&str> {
    if bytes.contains(&0) {
        return None;
    }
    match str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if truncated && error.error_len().is_none() => {
            str::from_utf8(bytes.get(..error.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
}

/// Names with values, those without value left out.
struct Facts(Vec<NameValue>);

impl Facts {
    fn add(&mut self, name: &str, value: impl Into<String>, path: &str) {
        let value = value.into();
        if !value.is_empty() {
            self.0.push(NameValue { redacted: false, name: name.to_owned(), value, path: path.to_owned() });
        }
    }
}

fn request_facts(record: &Record<'_>) -> Vec<NameValue> {
    let mut facts = Facts(Vec::new());
    if let Some((message, websocket)) = record.websocket() {
        facts.add("Message", websocket.opcode.name(), "websocket.opcode");
        facts.add("Direction", websocket.direction.name(), "websocket.direction");
        facts.add("Frames", websocket.frames.to_string(), "");
        facts.add("Compressed", if websocket.compressed { "yes" } else { "no" }, "");
        if websocket.opcode == crate::websocket::Opcode::Close
            && let [high, low, reason @ ..] = message.body.bytes.as_slice()
        {
            facts.add("Close code", u16::from_be_bytes([*high, *low]).to_string(), "");
            facts.add("Close reason", text(reason), "");
        }
        return facts.0;
    }
    let Some((message, line)) = record.http_request() else { return facts.0 };
    facts.add("Method", record.http_method(), "request.method");
    let target = text(message.text(line.target));
    // The filter knows the target in origin form; other forms are found by their parts.
    let path = if target.starts_with('/') && !target.contains('#') { "request.target" } else { "" };
    facts.add("Target", target, path);
    facts.add("Path", record.path(), "request.path");
    facts.add("Host", record.host(), "request.host");
    facts.add("Scheme", text(message.text(line.scheme)), "");
    facts.add("Version", line.version.name(), "version");
    if let Some((service, method)) = record.grpc_call() {
        facts.add("Service", service, "grpc.service");
        facts.add("gRPC method", method, "grpc.method");
        facts.add("Messages", line.message_count.to_string(), "");
    }
    if let Some((operation, name, batch)) = record.graphql() {
        facts.add("GraphQL", operation.name(), "graphql.operation");
        facts.add("Operation", name, "graphql.name");
        if batch > 0 {
            facts.add("Operations", batch.to_string(), "");
        }
    }
    if let Some(stream) = record.stream_id() {
        facts.add("Stream", stream.to_string(), "");
    }
    facts.0
}

fn response_facts(record: &Record<'_>) -> Vec<NameValue> {
    let mut facts = Facts(Vec::new());
    let Some((message, line)) = record.http_response() else { return facts.0 };
    let status = if line.status == 0 { String::new() } else { line.status.to_string() };
    let is_grpc = record.protocol() == Protocol::Grpc;
    facts.add(
        if is_grpc { "HTTP status" } else { "Status" },
        status,
        if is_grpc { "" } else { "response.status" },
    );
    let reason = text(message.text(line.reason));
    facts.add("Status text", if reason.is_empty() { status_reason(line.status).into() } else { reason }, "");
    facts.add("Version", line.version.name(), "");
    if line.informational > 0 {
        facts.add("Interim responses", line.informational.to_string(), "");
    }
    if is_grpc {
        if let Some(status) = line.grpc_status {
            facts.add("gRPC status", format!("{status} {}", record.status_text()), "");
        }
        facts.add("gRPC message", record.grpc_message().unwrap_or_default(), "grpc.message");
        facts.add("Messages", line.message_count.to_string(), "");
    }
    facts.0
}
