//! GraphQL in HTTP requests: which operation a request runs, read from its body or target.
//!
//! In: a request whose body has ended and is decoded. Out: [`HttpRequest::graphql`] set, if the request carries
//! GraphQL: JSON with a text `query` (one, or an array: a batch), the same in the `operations` part of a multipart
//! form, `application/graphql`, a form or a target with `query=`, or a persisted query without text.
//!
//! Only heads are read: of the JSON its outermost members, of the document its operations' keywords and names. What
//! does not begin like a GraphQL document is none, whatever its key is called. A body that is cut gives what its
//! beginning shows. Nothing is allocated and nothing recurses.
//!
//! [`HttpRequest::graphql`]: mizu_entry::HttpRequest::graphql

mod document;
mod json;
#[cfg(test)]
mod tests;
mod text;

use memchr::memmem;
use mizu_entry::{GraphQl, GraphQlOperation, HttpRequest, Message, Payload};
use smallvec::SmallVec;

use document::Name;
use text::{Coding, Text};

/// What a request was found to run.
struct Found {
    operation: GraphQlOperation,
    name: Name,
    batch: u32,
}

/// Looks for GraphQL in a request and notes what it finds in the message's payload. Messages that are no requests of
/// HTTP are left alone.
pub fn inspect(message: &mut Message) {
    let Payload::HttpRequest(request) = message.payload else { return };
    let Some(found) = find(message, &request) else { return };
    let name = if found.name.is_empty() { Default::default() } else { message.push_text(&found.name) };
    if let Payload::HttpRequest(request) = &mut message.payload {
        request.graphql = Some(GraphQl { operation: found.operation, name, batch: found.batch });
    }
}

fn find(message: &Message, request: &HttpRequest) -> Option<Found> {
    match message.text(request.method) {
        b"POST" if !message.body.encoded => in_body(message),
        b"GET" => in_target(message.text(request.target)),
        _ => None,
    }
}

fn in_body(message: &Message) -> Option<Found> {
    let body = message.body.bytes.trim_ascii_start();
    let first = *body.first()?;
    if matches!(first, b'{' | b'[') && memmem::find(body, b"uery\"").is_some() {
        let plain = |kind: &[u8]| kind.eq_ignore_ascii_case(b"application/graphql");
        if !message.header(b"content-type").is_some_and(|kind| plain(essence(kind))) {
            return in_json(body);
        }
    }
    let kind = essence(message.header(b"content-type")?);
    if kind.eq_ignore_ascii_case(b"application/graphql") {
        return in_document(Text::new(body, Coding::Plain), None);
    }
    if kind.eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
        return in_parameters(body);
    }
    if kind.eq_ignore_ascii_case(b"multipart/form-data") {
        let part = memmem::find(body, b"name=\"operations\"")?;
        let part = body.get(part..)?;
        let start = memmem::find(part, b"\r\n\r\n")?;
        return in_json(part.get(start..)?.trim_ascii_start());
    }
    None
}

/// A media type without its parameters.
fn essence(value: &[u8]) -> &[u8] {
    value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii()
}

fn in_json(body: &[u8]) -> Option<Found> {
    if body.first() == Some(&b'{') {
        return in_object(body).0;
    }
    let mut first = None;
    let mut batch = 0_u32;
    let mut rest = body.get(1..)?.trim_ascii_start();
    while rest.first() == Some(&b'{') {
        let (found, behind) = in_object(rest);
        let found = found?;
        batch += 1;
        first.get_or_insert(found);
        let Some(next) = behind.trim_ascii_start().strip_prefix(b",") else { break };
        rest = next.trim_ascii_start();
    }
    first.map(|found| Found { batch, ..found })
}

/// One GraphQL request as a JSON object; what stands behind it comes back too.
fn in_object(body: &[u8]) -> (Option<Found>, &[u8]) {
    let mut members = json::Members::new(body);
    let (mut query, mut name, mut persisted) = (None, None, false);
    for (key, value) in &mut members {
        match (key, value) {
            (b"query", json::Value::Text(text)) => query = Some(text),
            (b"operationName", json::Value::Text(text)) => name = Some(text),
            (b"extensions", json::Value::Other(raw)) => {
                persisted = memmem::find(raw, b"\"persistedQuery\"").is_some();
            }
            _ => {}
        }
    }
    let wanted = name.map(|name| whole(Text::new(name, Coding::Json)));
    let found = match query {
        Some(query) => in_document(Text::new(query, Coding::Json), wanted),
        None if persisted => Some(persisted_query(wanted)),
        None => None,
    };
    (found, members.rest())
}

fn in_target(target: &[u8]) -> Option<Found> {
    let start = memchr::memchr(b'?', target)?;
    in_parameters(target.get(start + 1..)?)
}

fn in_parameters(parameters: &[u8]) -> Option<Found> {
    let (mut query, mut name, mut persisted) = (None, None, false);
    for parameter in parameters.split(|byte| *byte == b'&') {
        let Some(equals) = memchr::memchr(b'=', parameter) else { continue };
        let (key, value) = parameter.split_at(equals);
        let value = value.get(1..).unwrap_or_default();
        match key {
            b"query" => query = Some(value),
            b"operationName" => name = Some(value),
            b"extensions" => persisted = memmem::find(value, b"persistedQuery").is_some(),
            _ => {}
        }
    }
    let wanted = name.map(|name| whole(Text::new(name, Coding::Form)));
    match query {
        Some(query) => in_document(Text::new(query, Coding::Form), wanted),
        None if persisted => Some(persisted_query(wanted)),
        None => None,
    }
}

fn in_document(text: Text<'_>, wanted: Option<Name>) -> Option<Found> {
    let wanted = wanted.filter(|name| !name.is_empty());
    let (operation, name) = document::operation(text, wanted.as_deref())?;
    Some(Found { operation, name, batch: 0 })
}

/// A query of which only the hash was sent. What it does is not told; most are queries.
fn persisted_query(name: Option<Name>) -> Found {
    Found { operation: GraphQlOperation::Query, name: name.unwrap_or_default(), batch: 0 }
}

/// A text's bytes, as many as a name may have.
fn whole(text: Text<'_>) -> Name {
    let mut bytes = SmallVec::new();
    bytes.extend(text.take(document::NAME_CAP));
    bytes
}
