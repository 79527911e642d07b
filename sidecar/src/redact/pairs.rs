//! Query strings and urlencoded forms: `name=value&name=value`.

use super::PLACEHOLDER;
use super::names::{Class, Names};

/// Appends `before` and the pairs with sensitive values replaced to `out`. Returns whether there were any; if not, what
/// stands in `out` is of no use.
pub(super) fn redact(pairs: &[u8], names: &mut Names, before: &[u8], out: &mut Vec<u8>) -> bool {
    let mut any = false;
    let (body, fragment) = pairs.split_at(memchr::memchr(b'#', pairs).unwrap_or(pairs.len()));
    out.extend_from_slice(before);
    for (index, pair) in body.split(|byte| *byte == b'&').enumerate() {
        if index > 0 {
            out.push(b'&');
        }
        let Some(equals) = memchr::memchr(b'=', pair) else {
            out.extend_from_slice(pair);
            continue;
        };
        let (name, value) = pair.split_at(equals + 1);
        let plain = name.get(..equals).unwrap_or_default();
        let sensitive = !value.is_empty() && class(plain, names) != Class::Plain;
        out.extend_from_slice(name);
        if sensitive {
            any = true;
            out.extend_from_slice(PLACEHOLDER);
        } else {
            out.extend_from_slice(value);
        }
    }
    out.extend_from_slice(fragment);
    any
}

fn class(name: &[u8], names: &mut Names) -> Class {
    if memchr::memchr(b'%', name).is_some() { names.class(&decoded(name)) } else { names.class(name) }
}

/// The name with percent-encoding taken off, so that `pass%77ord` hides nothing.
fn decoded(name: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| (*byte as char).to_digit(16));
    let mut out = Vec::with_capacity(name.len());
    let mut at = 0;
    while let Some(byte) = name.get(at) {
        if *byte == b'%'
            && let (Some(high), Some(low)) = (digit(name.get(at + 1)), digit(name.get(at + 2)))
        {
            // Two hexadecimal digits make a byte.
            out.push((high * 16 + low) as u8);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    out
}
