//! What ties the calls of one customer's action together: W3C Trace Context (`traceparent`) and `x-request-id`.
//!
//! In: the headers of a request that a service got. Out: the headers of every call that it makes because of it. The span
//! in `traceparent` is drawn anew for each call, so it names one exchange; the ledger writes it down.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, request::Parts},
};

use crate::chance::Chance;

/// Header of W3C Trace Context, level 1.
pub(crate) const TRACEPARENT: &str = "traceparent";
/// The name of the customer's action, passed on unchanged.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// One customer's action.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    /// 32 hexadecimal digits.
    trace_id: String,
    request_id: HeaderValue,
}

impl Trace {
    /// A trace that begins here.
    pub(crate) fn begin(chance: &Chance) -> Self {
        let trace_id = format!("{:016x}{:016x}", chance.bits(), chance.bits() | 1);
        let request_id = HeaderValue::from_str(&format!("{:08x}", chance.bits() as u32))
            .unwrap_or_else(|_| HeaderValue::from_static("0"));
        Self { trace_id, request_id }
    }

    /// Adds this trace, with a span of its own, to the headers of a call.
    pub(crate) fn stamp(&self, headers: &mut HeaderMap, chance: &Chance) {
        let parent = format!("00-{}-{:016x}-01", self.trace_id, chance.bits() | 1);
        if let Ok(parent) = HeaderValue::from_str(&parent) {
            headers.insert(TRACEPARENT, parent);
        }
        headers.insert(REQUEST_ID, self.request_id.clone());
    }

    /// The trace of a request that came in; a new one when it carries none that is well formed.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let begun = || Self::begin(&Chance::new(None));
        match (trace_id(headers), headers.get(REQUEST_ID)) {
            (Some(trace_id), Some(request_id)) => Self { trace_id, request_id: request_id.clone() },
            (Some(trace_id), None) => Self { trace_id, ..begun() },
            (None, Some(request_id)) => Self { request_id: request_id.clone(), ..begun() },
            (None, None) => begun(),
        }
    }
}

/// The trace id of a `traceparent` of version 00.
fn trace_id(headers: &HeaderMap) -> Option<String> {
    let mut parts = headers.get(TRACEPARENT)?.to_str().ok()?.split('-');
    let (version, id) = (parts.next()?, parts.next()?);
    let good = version == "00" && id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
    good.then(|| id.to_owned())
}

/// The span of a `traceparent`: 16 hexadecimal digits that name one exchange.
pub(crate) fn span(headers: &HeaderMap) -> Option<String> {
    let span = headers.get(TRACEPARENT)?.to_str().ok()?.split('-').nth(2)?;
    (span.len() == 16).then(|| span.to_owned())
}

impl<S: Sync> FromRequestParts<S> for Trace {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_keeps_the_trace_and_gets_a_span_of_its_own() {
        let chance = Chance::new(Some(3));
        let mut first = HeaderMap::new();
        Trace::begin(&chance).stamp(&mut first, &chance);
        let mut second = HeaderMap::new();
        Trace::of(&first).stamp(&mut second, &chance);

        assert_eq!(trace_id(&first), trace_id(&second));
        assert_eq!(first.get(REQUEST_ID), second.get(REQUEST_ID));
        assert_ne!(span(&first).unwrap(), span(&second).unwrap());
    }

    #[test]
    fn a_malformed_traceparent_begins_a_new_trace() {
        for bad in ["", "00-short-01", "ff-0123456789abcdef0123456789abcdef-0123456789abcdef-01"] {
            let headers = HeaderMap::from_iter([(TRACEPARENT.parse().unwrap(), bad.parse().unwrap())]);
            assert_eq!(Trace::of(&headers).trace_id.len(), 32, "{bad}");
        }
    }
}
