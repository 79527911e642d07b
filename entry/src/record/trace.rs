//! The trace that a record belongs to, by the header fields that tracers use.
//!
//! In: a request's header fields. Out: the trace's id without the span's. The first of these that is well formed
//! wins: W3C `traceparent`, Zipkin's `b3` and `x-b3-traceid`, Jaeger's `uber-trace-id`, else Envoy's `x-request-id`.

use std::borrow::Cow;

use crate::record::Record;
use crate::record::text::text;

/// Bytes of a request id that are kept.
const REQUEST_ID_LEN: usize = 128;

type Read = fn(&[u8]) -> Option<&[u8]>;

const FIELDS: &[(&[u8], Read)] = &[
    (b"traceparent", traceparent),
    (b"b3", b3),
    (b"x-b3-traceid", hexadecimal),
    (b"uber-trace-id", uber),
    (b"x-request-id", request_id),
];

impl<'a> Record<'a> {
    /// The trace's id as sent; empty if the request names none.
    #[must_use]
    pub fn trace_id(&self) -> Cow<'a, str> {
        let Some(message) = self.request() else { return Cow::Borrowed("") };
        let mut found: [Option<&[u8]>; FIELDS.len()] = [None; FIELDS.len()];
        for field in message.headers() {
            for ((name, read), place) in FIELDS.iter().zip(&mut found) {
                if place.is_none() && field.name.eq_ignore_ascii_case(name) && !field.redacted {
                    *place = read(field.value);
                }
            }
        }
        found.into_iter().flatten().next().map_or(Cow::Borrowed(""), text)
    }
}

fn hexadecimal(value: &[u8]) -> Option<&[u8]> {
    let all_zero = value.iter().all(|&byte| byte == b'0');
    (matches!(value.len(), 1..=32) && value.iter().all(u8::is_ascii_hexdigit) && !all_zero).then_some(value)
}

/// `00-<32 hex>-<16 hex>-<flags>`
fn traceparent(value: &[u8]) -> Option<&[u8]> {
    value.split(|&byte| byte == b'-').nth(1).filter(|id| id.len() == 32).and_then(hexadecimal)
}

/// `<trace>-<span>[-<sampled>[-<parent>]]`; a lone `0` or `1` is a decision without trace.
fn b3(value: &[u8]) -> Option<&[u8]> {
    value.split(|&byte| byte == b'-').next().filter(|id| id.len() >= 16).and_then(hexadecimal)
}

/// `<trace>:<span>:<parent>:<flags>`
fn uber(value: &[u8]) -> Option<&[u8]> {
    let value = value.split(|&byte| byte == b':').next()?;
    // Some clients percent-encode the colons.
    hexadecimal(value.split(|&byte| byte == b'%').next()?)
}

fn request_id(value: &[u8]) -> Option<&[u8]> {
    let value = value.trim_ascii();
    (!value.is_empty()).then(|| value.get(..REQUEST_ID_LEN).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use crate::record::tests::Made;

    #[test]
    fn the_first_well_formed_field_in_the_order_of_preference_names_the_trace() {
        let id = "0af7651916cd43dd8448eb211c80319c";
        for (headers, wanted) in [
            (&[("x-request-id", "r-1"), ("Traceparent", &format!("00-{id}-b7ad6b7169203331-01"))][..], id),
            (
                &[
                    ("traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-01"),
                    ("x-request-id", "r-1"),
                ],
                "r-1",
            ),
            (
                &[("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1")],
                "80f198ee56343ba864fe8b2a57d3eff7",
            ),
            (&[("b3", "0"), ("X-B3-TraceId", "463ac35c9f6413ad")], "463ac35c9f6413ad"),
            (&[("uber-trace-id", "5a3b:1c:0:1")], "5a3b"),
            (&[("uber-trace-id", "5a3b%3A1c%3A0%3A1")], "5a3b"),
            (&[("accept", "*/*")], ""),
        ] {
            let made = Made::request("GET", "/", headers);
            assert_eq!(made.record().trace_id(), wanted, "{headers:?}");
        }
    }
}
