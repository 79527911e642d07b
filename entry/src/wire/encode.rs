//! Writing: an entry, field by field, at the end of a buffer.
//!
//! Fields that have their default value are left out, as proto3 says. All field numbers are below 16, so that a tag
//! is one byte. Lengths of nested messages are reserved as varints padded to [`LEN_BYTES`] and filled in when the
//! message is complete; header fields, of which there are many, are small enough to know their length beforehand.

use std::net::IpAddr;

use super::number::{batch, body, entry, field, graphql, message, request, response, websocket};
use crate::entry::Entry;
use crate::http::{HttpRequest, HttpResponse};
use crate::message::{FieldText, Message, Payload};
use crate::websocket::WebSocketMessage;

/// Bytes reserved for a length: enough for 32 GiB, which no buffer of this process reaches.
const LEN_BYTES: usize = 5;

/// Appends one entry to a batch.
pub fn encode_entry(value: &Entry, out: &mut Vec<u8>) {
    reserve(value, out);
    nested(out, batch::ENTRIES, |out| write_entry(value, true, out));
}

/// Appends an entry without the bytes of its bodies (their lengths stay) and without a batch around it.
/// [`super::decode_entry`] reads it.
pub fn encode_frame_without_bodies(value: &Entry, out: &mut Vec<u8>) {
    write_entry(value, false, out);
}

/// One growth instead of many, where the buffer is not yet warm.
fn reserve(value: &Entry, out: &mut Vec<u8>) {
    let messages = value.request.iter().chain(&value.response);
    out.reserve(
        messages.map(|message| message.text_len() + message.body.bytes.len() + 160).sum::<usize>() + 96,
    );
}

fn write_entry(value: &Entry, bodies: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(&[tag(entry::PROTOCOL, VARINT), value.protocol.number()]);
    address(out, entry::CLIENT_IP, value.flow.client.ip);
    uint(out, entry::CLIENT_PORT, value.flow.client.port.into());
    address(out, entry::SERVER_IP, value.flow.server.ip);
    uint(out, entry::SERVER_PORT, value.flow.server.port.into());
    fixed64(out, entry::CONNECTION, value.flow.connection);
    uint(out, entry::INTERFACE, value.capture.interface.into());
    uint(out, entry::DIRECTION, super::number::direction_number(value.capture.direction));
    uint(out, entry::LEG, super::number::leg_number(value.capture.leg));
    uint(out, entry::NOTES, value.notes.bits().into());
    uint(out, entry::GAP_BYTES, value.gap_bytes);
    uint(out, entry::UNANSWERED, value.unanswered.map_or(0, |reason| reason as u64));
    if let Some(message) = &value.request {
        nested(out, entry::REQUEST, |out| write_message(message, bodies, out));
    }
    if let Some(message) = &value.response {
        nested(out, entry::RESPONSE, |out| write_message(message, bodies, out));
    }
}

fn write_message(value: &Message, bodies: bool, out: &mut Vec<u8>) {
    fixed64(out, message::FIRST, value.first.nanos());
    fixed64(out, message::LAST, value.last.nanos());
    uint(out, message::WIRE_LEN, value.wire_len);
    match &value.payload {
        Payload::Empty => {}
        Payload::HttpRequest(payload) => {
            nested(out, message::HTTP_REQUEST, |out| write_request(value, payload, out));
        }
        Payload::HttpResponse(payload) => {
            nested(out, message::HTTP_RESPONSE, |out| write_response(value, payload, out));
        }
        Payload::WebSocket(payload) => nested(out, message::WEBSOCKET, |out| write_websocket(payload, out)),
    }
    for header in value.headers() {
        write_field(header, message::HEADERS, out);
    }
    for trailer in value.trailers() {
        write_field(trailer, message::TRAILERS, out);
    }
    let kept = &value.body;
    if kept.len != 0 || kept.sent_len != 0 || kept.truncated || kept.encoded || !kept.bytes.is_empty() {
        nested(out, message::BODY, |out| {
            if bodies {
                bytes(out, body::BYTES, &kept.bytes);
            }
            uint(out, body::LEN, kept.len);
            uint(out, body::SENT_LEN, kept.sent_len);
            uint(out, body::TRUNCATED, kept.truncated.into());
            uint(out, body::ENCODED, kept.encoded.into());
        });
    }
}

fn write_request(of: &Message, value: &HttpRequest, out: &mut Vec<u8>) {
    bytes(out, request::METHOD, of.text(value.method));
    bytes(out, request::TARGET, of.text(value.target));
    uint(out, request::VERSION, value.version as u64);
    bytes(out, request::SCHEME, of.text(value.scheme));
    bytes(out, request::AUTHORITY, of.text(value.authority));
    uint(out, request::STREAM_ID, value.stream_id.into());
    uint(out, request::MESSAGE_COUNT, value.message_count.into());
    if let Some(operation) = &value.graphql {
        nested(out, request::GRAPHQL, |out| {
            uint(out, graphql::OPERATION, operation.operation as u64);
            bytes(out, graphql::NAME, of.text(operation.name));
            uint(out, graphql::BATCH, operation.batch.into());
        });
    }
}

fn write_response(of: &Message, value: &HttpResponse, out: &mut Vec<u8>) {
    uint(out, response::STATUS, value.status.into());
    bytes(out, response::REASON, of.text(value.reason));
    uint(out, response::VERSION, value.version as u64);
    uint(out, response::INFORMATIONAL, value.informational.into());
    uint(out, response::MESSAGE_COUNT, value.message_count.into());
    if let Some(status) = value.grpc_status {
        // `optional`: OK (0) is written as well, for it differs from "not said".
        out.push(tag(response::GRPC_STATUS, VARINT));
        varint(out, status.into());
    }
    bytes(out, response::GRPC_MESSAGE, of.text(value.grpc_message));
}

fn write_websocket(value: &WebSocketMessage, out: &mut Vec<u8>) {
    uint(out, websocket::DIRECTION, value.direction as u64);
    uint(out, websocket::OPCODE, value.opcode as u64);
    uint(out, websocket::FRAMES, value.frames.into());
    uint(out, websocket::COMPRESSED, value.compressed.into());
}

/// A header or trailer field. Nearly all are shorter than 128 bytes, so that each length is one byte.
fn write_field(value: FieldText<'_>, number: u8, out: &mut Vec<u8>) {
    const REDACTED: [u8; 2] = [tag(field::REDACTED, VARINT), 1];
    let FieldText { name, value, redacted } = value;
    let flag = if redacted { REDACTED.len() } else { 0 };
    let short = 4 + name.len() + value.len() + flag;
    if short < 0x80 {
        let (name_len, value_len) = (name.len() as u8, value.len() as u8);
        out.extend_from_slice(&[tag(number, BYTES), short as u8, tag(field::NAME, BYTES), name_len]);
        out.extend_from_slice(name);
        out.extend_from_slice(&[tag(field::VALUE, BYTES), value_len]);
        out.extend_from_slice(value);
    } else {
        let len = 2 + varint_len(name.len()) + name.len() + varint_len(value.len()) + value.len() + flag;
        out.push(tag(number, BYTES));
        varint(out, len as u64);
        for (number, text) in [(field::NAME, name), (field::VALUE, value)] {
            out.push(tag(number, BYTES));
            varint(out, text.len() as u64);
            out.extend_from_slice(text);
        }
    }
    if redacted {
        out.extend_from_slice(&REDACTED);
    }
}

pub(super) const VARINT: u8 = 0;
pub(super) const FIXED64: u8 = 1;
pub(super) const BYTES: u8 = 2;

const fn tag(number: u8, kind: u8) -> u8 {
    number << 3 | kind
}

/// A number, unless it is 0.
pub(super) fn uint(out: &mut Vec<u8>, number: u8, value: u64) {
    match value {
        0 => {}
        1..0x80 => out.extend_from_slice(&[tag(number, VARINT), value as u8]),
        _ => {
            out.push(tag(number, VARINT));
            varint(out, value);
        }
    }
}

/// A number of 8 bytes, unless it is 0.
pub(super) fn fixed64(out: &mut Vec<u8>, number: u8, value: u64) {
    if value != 0 {
        let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
        out.extend_from_slice(&[tag(number, FIXED64), a, b, c, d, e, f, g, h]);
    }
}

/// Bytes, unless there are none.
pub(super) fn bytes(out: &mut Vec<u8>, number: u8, value: &[u8]) {
    match value.len() {
        0 => return,
        len @ 1..0x80 => out.extend_from_slice(&[tag(number, BYTES), len as u8]),
        len => {
            out.push(tag(number, BYTES));
            varint(out, len as u64);
        }
    }
    out.extend_from_slice(value);
}

fn address(out: &mut Vec<u8>, number: u8, value: IpAddr) {
    match value {
        IpAddr::V4(ip) => bytes(out, number, &ip.octets()),
        IpAddr::V6(ip) => bytes(out, number, &ip.octets()),
    }
}

/// A nested message: its length is reserved, then filled in.
pub(super) fn nested(out: &mut Vec<u8>, number: u8, write: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&[tag(number, BYTES), 0, 0, 0, 0, 0]);
    let start = out.len();
    write(out);
    let mut len = out.len() - start;
    debug_assert!(len >> (7 * LEN_BYTES) == 0, "a nested message of {len} bytes");
    if let Some(place) = out.get_mut(start - LEN_BYTES..start) {
        for byte in place.iter_mut() {
            *byte = len as u8 | 0x80;
            len >>= 7;
        }
        if let Some(last) = place.last_mut() {
            *last &= 0x7f;
        }
    }
}

pub(super) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Bytes that `value` takes as a varint.
fn varint_len(value: usize) -> usize {
    (1 + value.checked_ilog2().unwrap_or(0) / 7) as usize
}
