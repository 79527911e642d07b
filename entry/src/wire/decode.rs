//! Reading: a batch or an entry out of its bytes.
//!
//! In: bytes that anybody may have written. Out: entries whose messages were filled through the same calls that a
//! dissector uses. Fields that the contract does not know are skipped; a field that comes twice overrides.
//! An entry that uses a number unknown to this version is [`WireError::Unknown`], which a batch counts and leaves out.

use std::net::IpAddr;

use super::number::{batch, body, entry, field, graphql, message, request, response, websocket};
use super::reader::{Field, Reader};
use super::{Batch, MAX_ENTRIES, WIRE_VERSION, WireError, header, number};
use crate::capture::Notes;
use crate::entry::Entry;
use crate::http::{GraphQl, HttpRequest, HttpResponse};
use crate::message::{Message, Payload};
use crate::protocol::Protocol;
use crate::time::Timestamp;
use crate::websocket::WebSocketMessage;

pub(super) fn batch(bytes: &[u8]) -> Result<Batch, WireError> {
    let mut out = Batch::default();
    let mut has_header = false;
    let mut fields = Reader::new(bytes);
    // The version comes first, wherever the header stands: entries of another version are not to be misread.
    while let Some(found) = fields.next()? {
        if found.number == u64::from(batch::HEADER) {
            header::read(found.bytes()?, &mut out.header)?;
            has_header = true;
        }
    }
    if !has_header {
        return Err(WireError::NoHeader);
    }
    if out.header.version == 0 || out.header.version > WIRE_VERSION {
        return Err(WireError::Version { found: out.header.version });
    }
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        if found.number == u64::from(batch::ENTRIES) {
            if out.entries.len() == MAX_ENTRIES {
                return Err(WireError::TooManyEntries);
            }
            match decode_entry(found.bytes()?) {
                Ok(entry) => out.entries.push(entry),
                Err(WireError::Unknown(_)) => out.unknown_entries += 1,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(out)
}

/// Reads one entry: a field `entries` of a batch, or a frame of the store.
///
/// # Errors
/// The bytes are no entry, end too early, or use a protocol or word of a newer version.
pub fn decode_entry(bytes: &[u8]) -> Result<Entry, WireError> {
    let mut out = Entry::default();
    let mut protocol = None;
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            entry::PROTOCOL => protocol = Protocol::from_number(found.uint()?),
            entry::CLIENT_IP => out.flow.client.ip = address(found)?,
            entry::CLIENT_PORT => out.flow.client.port = port(found)?,
            entry::SERVER_IP => out.flow.server.ip = address(found)?,
            entry::SERVER_PORT => out.flow.server.port = port(found)?,
            entry::CONNECTION => out.flow.connection = found.fixed64()?,
            entry::INTERFACE => out.capture.interface = found.uint32()?,
            entry::DIRECTION => out.capture.direction = known(found, "direction", number::direction)?,
            entry::LEG => out.capture.leg = known(found, "leg", number::leg)?,
            entry::NOTES => out.notes = Notes::from_bits_retain(found.uint32()?),
            entry::GAP_BYTES => out.gap_bytes = found.uint()?,
            entry::UNANSWERED => out.unanswered = known(found, "reason for no response", number::unanswered)?,
            entry::REQUEST => read_message(found.bytes()?, out.request.get_or_insert_default())?,
            entry::RESPONSE => read_message(found.bytes()?, out.response.get_or_insert_default())?,
            _ => {}
        }
    }
    out.protocol = protocol.ok_or(WireError::Unknown("protocol"))?;
    Ok(out)
}

fn read_message(bytes: &[u8], out: &mut Message) -> Result<(), WireError> {
    reserve(bytes, out)?;
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            message::FIRST => out.first = Timestamp(found.fixed64()?),
            message::LAST => out.last = Timestamp(found.fixed64()?),
            message::WIRE_LEN => out.wire_len = found.uint()?,
            message::HTTP_REQUEST => out.payload = Payload::HttpRequest(read_request(found.bytes()?, out)?),
            message::HTTP_RESPONSE => {
                out.payload = Payload::HttpResponse(read_response(found.bytes()?, out)?)
            }
            message::WEBSOCKET => out.payload = Payload::WebSocket(read_websocket(found.bytes()?)?),
            message::HEADERS => {
                let (name, value, redacted) = read_field(found.bytes()?)?;
                out.push_header_field(name, value, redacted);
            }
            message::TRAILERS => {
                let (name, value, redacted) = read_field(found.bytes()?)?;
                out.push_trailer_field(name, value, redacted);
            }
            message::BODY => read_body(found.bytes()?, out)?,
            _ => {}
        }
    }
    Ok(())
}

/// Makes room in one step. The text of a message is shorter than the fields that carry it.
fn reserve(bytes: &[u8], out: &mut Message) -> Result<(), WireError> {
    let (mut text, mut headers, mut trailers) = (0, 0, 0);
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            message::HTTP_REQUEST | message::HTTP_RESPONSE => text += found.bytes()?.len(),
            message::HEADERS => {
                text += found.bytes()?.len();
                headers += 1;
            }
            message::TRAILERS => {
                text += found.bytes()?.len();
                trailers += 1;
            }
            _ => {}
        }
    }
    out.reserve(text, headers, trailers);
    Ok(())
}

fn read_field(bytes: &[u8]) -> Result<(&[u8], &[u8], bool), WireError> {
    let mut out = (&[][..], &[][..], false);
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            field::NAME => out.0 = found.bytes()?,
            field::VALUE => out.1 = found.bytes()?,
            field::REDACTED => out.2 = found.flag()?,
            _ => {}
        }
    }
    Ok(out)
}

fn read_body(bytes: &[u8], out: &mut Message) -> Result<(), WireError> {
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            body::BYTES => {
                out.body.bytes.clear();
                out.body.bytes.extend_from_slice(found.bytes()?);
            }
            body::LEN => out.body.len = found.uint()?,
            body::SENT_LEN => out.body.sent_len = found.uint()?,
            body::TRUNCATED => out.body.truncated = found.flag()?,
            body::ENCODED => out.body.encoded = found.flag()?,
            _ => {}
        }
    }
    Ok(())
}

fn read_request(bytes: &[u8], of: &mut Message) -> Result<HttpRequest, WireError> {
    let mut out = HttpRequest::default();
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            request::METHOD => out.method = of.push_text(found.bytes()?),
            request::TARGET => out.target = of.push_text(found.bytes()?),
            request::VERSION => out.version = known(found, "HTTP version", number::version)?,
            request::SCHEME => out.scheme = of.push_text(found.bytes()?),
            request::AUTHORITY => out.authority = of.push_text(found.bytes()?),
            request::STREAM_ID => out.stream_id = found.uint32()?,
            request::MESSAGE_COUNT => out.message_count = found.uint32()?,
            request::GRAPHQL => out.graphql = Some(read_graphql(found.bytes()?, of)?),
            _ => {}
        }
    }
    Ok(out)
}

fn read_graphql(bytes: &[u8], of: &mut Message) -> Result<GraphQl, WireError> {
    let mut out = GraphQl::default();
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            graphql::OPERATION => out.operation = known(found, "GraphQL operation", number::operation)?,
            graphql::NAME => out.name = of.push_text(found.bytes()?),
            graphql::BATCH => out.batch = found.uint32()?,
            _ => {}
        }
    }
    Ok(out)
}

fn read_response(bytes: &[u8], of: &mut Message) -> Result<HttpResponse, WireError> {
    let mut out = HttpResponse::default();
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            response::STATUS => out.status = found.uint32()? as u16,
            response::REASON => out.reason = of.push_text(found.bytes()?),
            response::VERSION => out.version = known(found, "HTTP version", number::version)?,
            response::INFORMATIONAL => out.informational = found.uint32()? as u8,
            response::MESSAGE_COUNT => out.message_count = found.uint32()?,
            response::GRPC_STATUS => out.grpc_status = Some(found.uint32()?),
            response::GRPC_MESSAGE => out.grpc_message = of.push_text(found.bytes()?),
            _ => {}
        }
    }
    Ok(out)
}

fn read_websocket(bytes: &[u8]) -> Result<WebSocketMessage, WireError> {
    let mut out = WebSocketMessage::default();
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            websocket::DIRECTION => {
                out.direction = known(found, "message direction", number::message_direction)?
            }
            websocket::OPCODE => out.opcode = known(found, "opcode", number::opcode)?,
            websocket::FRAMES => out.frames = found.uint32()?,
            websocket::COMPRESSED => out.compressed = found.flag()?,
            _ => {}
        }
    }
    Ok(out)
}

fn known<T>(found: Field<'_>, what: &'static str, from: impl Fn(u64) -> Option<T>) -> Result<T, WireError> {
    from(found.uint()?).ok_or(WireError::Unknown(what))
}

fn address(found: Field<'_>) -> Result<IpAddr, WireError> {
    let bytes = found.bytes()?;
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Ok(octets.into());
    }
    <[u8; 16]>::try_from(bytes).map(IpAddr::from).map_err(|_| WireError::Address(bytes.len()))
}

fn port(found: Field<'_>) -> Result<u16, WireError> {
    let value = found.uint()?;
    u16::try_from(value).map_err(|_| WireError::Port(value))
}
