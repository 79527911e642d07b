//! Redaction: secrets are replaced before an entry leaves the process.
//!
//! In: an entry. Out: the same entry with the values of sensitive names replaced by `[REDACTED]`, in header and trailer
//! fields, cookies, query strings, forms and JSON bodies, and with what the user's own expressions match. Lengths
//! (`body.len`, `wire_len`) stay what they were on the wire. Names decide, not values: see `names`. Binary bodies whose
//! fields have no names on the wire (gRPC) stay as they are.

mod cookie;
mod json;
mod names;
mod pairs;

use mizu_entry::{Entry, Message, Notes, Payload};
use regex::bytes::{Regex, RegexBuilder};

pub(crate) use names::Class;
use names::Names;

/// What stands in the place of a secret.
pub(crate) const PLACEHOLDER: &[u8] = b"[REDACTED]";

/// Redacts entries. Holds buffers that are used again.
pub(crate) struct Redactor {
    names: Names,
    masks: Vec<Regex>,
    scratch: Vec<u8>,
    wanted: Vec<(usize, Class)>,
}

impl Redactor {
    /// A redactor for the usual secrets, the names given besides, and what the expressions match.
    ///
    /// # Errors
    /// An expression cannot be read or is too large.
    pub(crate) fn new(more_names: &[String], masks: &[String]) -> Result<Self, regex::Error> {
        let compile = |text: &String| RegexBuilder::new(text).size_limit(1 << 20).build();
        Ok(Self {
            names: Names::new(more_names),
            masks: masks.iter().map(compile).collect::<Result<_, _>>()?,
            scratch: Vec::new(),
            wanted: Vec::new(),
        })
    }

    /// Replaces the secrets of an entry and notes that it did.
    pub(crate) fn redact(&mut self, entry: &mut Entry) {
        let mut redacted = false;
        for message in [&mut entry.request, &mut entry.response].into_iter().flatten() {
            redacted |= self.message(message);
        }
        if redacted {
            entry.notes |= Notes::REDACTED;
        }
    }

    fn message(&mut self, message: &mut Message) -> bool {
        let mut redacted = self.fields(message);
        redacted |= self.target(message);
        redacted |= self.body(message);
        redacted
    }

    fn fields(&mut self, message: &mut Message) -> bool {
        let mut wanted = std::mem::take(&mut self.wanted);
        let headers = message.header_count();
        wanted.clear();
        for (index, field) in message.headers().chain(message.trailers()).enumerate() {
            let class = self.names.header_class(field.name);
            if class != Class::Plain && !field.value.is_empty() {
                wanted.push((index, class));
            }
        }
        for (index, class) in &wanted {
            let value = message.headers().chain(message.trailers()).nth(*index).map(|field| field.value);
            self.scratch.clear();
            match class {
                Class::Cookie => cookie::redact(value.unwrap_or_default(), &mut self.scratch),
                Class::SetCookie => cookie::redact_set(value.unwrap_or_default(), &mut self.scratch),
                Class::Scheme => cookie::redact_scheme(value.unwrap_or_default(), &mut self.scratch),
                _ => self.scratch.extend_from_slice(PLACEHOLDER),
            }
            match index.checked_sub(headers) {
                None => message.redact_header(*index, &self.scratch),
                Some(trailer) => message.redact_trailer(trailer, &self.scratch),
            }
        }
        let any = !wanted.is_empty();
        self.wanted = wanted;
        any
    }

    fn target(&mut self, message: &mut Message) -> bool {
        let Payload::HttpRequest(mut request) = message.payload else { return false };
        let target = message.text(request.target);
        self.scratch.clear();
        let mut redacted = false;
        if let Some(mark) = memchr::memchr(b'?', target) {
            let (path, query) = target.split_at(mark + 1);
            redacted = pairs::redact(query, &mut self.names, path, &mut self.scratch);
        }
        if !redacted {
            self.scratch.clear();
            if self.masks.is_empty() {
                return false;
            }
            self.scratch.extend_from_slice(target);
        }
        redacted |= mask(&self.masks, &mut self.scratch);
        if redacted {
            request.target = message.replace(request.target, &self.scratch);
            message.payload = Payload::HttpRequest(request);
        }
        redacted
    }

    fn body(&mut self, message: &mut Message) -> bool {
        if message.body.bytes.is_empty() || message.body.encoded {
            return false;
        }
        let content_type = message.header(b"content-type").unwrap_or_default();
        let form = starts_with(content_type, b"application/x-www-form-urlencoded");
        let masked = !self.masks.is_empty() && is_text(content_type, &message.body.bytes);
        self.scratch.clear();
        let mut redacted = if form {
            pairs::redact(&message.body.bytes, &mut self.names, b"", &mut self.scratch)
        } else {
            json::redact(&message.body.bytes, &mut self.names, &mut self.scratch)
        };
        if masked {
            if !redacted {
                self.scratch.clear();
                self.scratch.extend_from_slice(&message.body.bytes);
            }
            redacted |= mask(&self.masks, &mut self.scratch);
        }
        if redacted {
            message.body.bytes.fill(0);
            std::mem::swap(&mut message.body.bytes, &mut self.scratch);
        }
        redacted
    }
}

fn mask(masks: &[Regex], text: &mut Vec<u8>) -> bool {
    let mut any = false;
    for one in masks {
        if one.is_match(text) {
            *text = one.replace_all(text, regex::bytes::NoExpand(PLACEHOLDER)).into_owned();
            any = true;
        }
    }
    any
}

fn starts_with(value: &[u8], prefix: &[u8]) -> bool {
    value.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn is_text(content_type: &[u8], body: &[u8]) -> bool {
    starts_with(content_type, b"text/")
        || starts_with(content_type, b"application/")
        || (content_type.is_empty() && std::str::from_utf8(body).is_ok())
}

#[cfg(test)]
mod tests;
