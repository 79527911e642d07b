//! Path templates: paths that differ only in what they name are one, so that they can be counted together.
//!
//! In: a path. Out: the same with numbers as `{id}`, UUIDs as `{uuid}` and long hexadecimal or random names as
//! `{hash}`. Bounded: at most [`MAX_SEGMENTS`] segments and [`MAX_LEN`] bytes, the rest is `…`. How many templates
//! there may be in all is for the store to bound.

use std::borrow::Cow;

/// Segments of a path that are kept.
const MAX_SEGMENTS: usize = 12;
/// Bytes of a template at most, the closing `…` not counted.
const MAX_LEN: usize = 200;

/// The template of `path`.
#[must_use]
pub fn path_template(path: &str) -> Cow<'_, str> {
    let plain = path.len() <= MAX_LEN
        && path.split('/').all(|segment| class(segment).is_none())
        && path.split('/').count() <= MAX_SEGMENTS + 1;
    if plain {
        return Cow::Borrowed(path);
    }
    let mut out = String::with_capacity(path.len().min(MAX_LEN));
    for (index, segment) in path.split('/').enumerate() {
        let piece = class(segment).unwrap_or(segment);
        if index > MAX_SEGMENTS || out.len() + 1 + piece.len() > MAX_LEN {
            out.push_str(if index == 0 { "…" } else { "/…" });
            break;
        }
        if index > 0 {
            out.push('/');
        }
        out.push_str(piece);
    }
    Cow::Owned(out)
}

/// What stands for a segment that names one thing of many.
fn class(segment: &str) -> Option<&'static str> {
    let bytes = segment.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    if digits == bytes.len() {
        return Some("{id}");
    }
    if is_uuid(bytes) {
        return Some("{uuid}");
    }
    let count = |class: fn(&u8) -> bool| bytes.iter().filter(|byte| class(byte)).count();
    let hexadecimal = count(u8::is_ascii_hexdigit) == bytes.len();
    let random = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='));
    let mixed = count(u8::is_ascii_uppercase) >= 2 && count(u8::is_ascii_lowercase) >= 2;
    // Twelve hexadecimal digits are a short object id; names of words with a number in them stay.
    (hexadecimal && bytes.len() >= 12 || random && bytes.len() >= 20 && (digits >= 4 || mixed && digits >= 2))
        .then_some("{hash}")
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_thing_of_many_are_replaced_and_words_stay() {
        for (path, wanted) in [
            ("/", "/"),
            ("/catalogue", "/catalogue"),
            ("/carts/42/items", "/carts/{id}/items"),
            ("/carts/57a98d98e4b0/items", "/carts/{hash}/items"),
            ("/orders/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/orders/{uuid}"),
            ("/v1/api2/oauth2", "/v1/api2/oauth2"),
            ("/assets/deadbeef", "/assets/deadbeef"),
            ("/s/eyJhbGciOiJIUzI1NiIsInR5cCI6", "/s/{hash}"),
            ("/images/puma_1.jpeg", "/images/puma_1.jpeg"),
            ("/a-rather-long-name-of-words-only", "/a-rather-long-name-of-words-only"),
            ("/1/2/", "/{id}/{id}/"),
        ] {
            assert_eq!(path_template(path), wanted, "{path}");
        }
    }

    #[test]
    fn long_paths_are_cut() {
        let deep = "/a".repeat(50);
        assert_eq!(path_template(&deep), format!("{}/…", "/a".repeat(MAX_SEGMENTS)));
        let wide = format!("/{}", "x".repeat(500));
        assert_eq!(path_template(&wide), "/…");
        assert_eq!(path_template(&"ä".repeat(500)), "…");
    }
}
