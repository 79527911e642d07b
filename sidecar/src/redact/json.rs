//! JSON bodies, whole or cut off: the values of sensitive keys are replaced, everything else stays to the byte.
//!
//! A scanner, not a parser: it hops from string to string, so that a body costs little more than a look for quotation
//! marks, and a body that is cut in the middle is redacted as far as it goes. What does not begin as an object or an
//! array is left alone.

use super::PLACEHOLDER;
use super::names::{Class, Names};

/// Appends the redacted body to `out`. Returns whether anything was redacted; if not, `out` is of no use.
pub(super) fn redact(body: &[u8], names: &mut Names, out: &mut Vec<u8>) -> bool {
    let start = blank(body, 0);
    if !matches!(body.get(start), Some(b'{' | b'[')) {
        return false;
    }
    let mut copied = 0;
    let mut at = start;
    let mut any = false;
    while let Some(quote) = memchr::memchr(b'"', body.get(at..).unwrap_or_default()) {
        let open = at + quote;
        let close = string_end(body, open);
        at = close;
        let colon = blank(body, close);
        if body.get(colon) != Some(&b':') {
            continue;
        }
        let name = body.get(open + 1..close.saturating_sub(1)).unwrap_or_default();
        let class = names.class(name);
        if class == Class::Plain {
            continue;
        }
        let from = blank(body, colon + 1);
        let first = body.get(from).copied();
        let nested = matches!(first, Some(b'{' | b'['));
        if first.is_none() || first == Some(b'n') || (nested && class == Class::Personal) {
            continue;
        }
        let to = value_end(body, from);
        out.extend_from_slice(body.get(copied..from).unwrap_or_default());
        out.push(b'"');
        out.extend_from_slice(PLACEHOLDER);
        out.push(b'"');
        copied = to;
        at = to;
        any = true;
    }
    if any {
        out.extend_from_slice(body.get(copied..).unwrap_or_default());
    }
    any
}

/// The first place at or after `at` that holds no white space.
fn blank(body: &[u8], at: usize) -> usize {
    let rest = body.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count()
}

/// The place behind the string that opens at `open`, or the body's end.
fn string_end(body: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', body.get(at..).unwrap_or_default()) {
        at += found;
        if body.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    body.len()
}

/// The place behind the value that begins at `from`, or the body's end.
fn value_end(body: &[u8], from: usize) -> usize {
    match body.get(from) {
        Some(b'"') => string_end(body, from),
        Some(b'{' | b'[') => nested_end(body, from),
        _ => {
            let rest = body.get(from..).unwrap_or_default();
            let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n');
            from + rest.iter().position(ends).unwrap_or(rest.len())
        }
    }
}

fn nested_end(body: &[u8], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_usize);
    while let Some(byte) = body.get(at) {
        match byte {
            b'"' => {
                at = string_end(body, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    body.len()
}
