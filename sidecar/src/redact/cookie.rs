//! Header values that are redacted in part: names, attributes and schemes say much and open nothing.

use super::PLACEHOLDER;

/// `a=1; b=2` becomes `a=[REDACTED]; b=[REDACTED]`.
pub(super) fn redact(value: &[u8], out: &mut Vec<u8>) {
    for (index, cookie) in value.split(|byte| *byte == b';').enumerate() {
        if index > 0 {
            out.push(b';');
        }
        one(cookie, out);
    }
}

/// `a=1; Path=/` becomes `a=[REDACTED]; Path=/`.
pub(super) fn redact_set(value: &[u8], out: &mut Vec<u8>) {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    let (cookie, attributes) = value.split_at(end);
    one(cookie, out);
    out.extend_from_slice(attributes);
}

/// `Bearer x` becomes `Bearer [REDACTED]`; a value of one word goes whole.
pub(super) fn redact_scheme(value: &[u8], out: &mut Vec<u8>) {
    if let Some(space) = memchr::memchr(b' ', value) {
        let (scheme, _) = value.split_at(space + 1);
        if scheme.len() <= 20 {
            out.extend_from_slice(scheme);
        }
    }
    out.extend_from_slice(PLACEHOLDER);
}

fn one(cookie: &[u8], out: &mut Vec<u8>) {
    if let Some(equals) = memchr::memchr(b'=', cookie) {
        let (name, _) = cookie.split_at(equals + 1);
        out.extend_from_slice(name);
    }
    out.extend_from_slice(PLACEHOLDER);
}
