//! Name and value pairs in query strings and form bodies.
//!
//! In: the bytes between `?` and `#`, or a form body with its content type. Out: pairs in the order sent.
//! Repetitions are kept; values of uploaded files are not, only their names and lengths.

use std::borrow::Cow;

use super::text::{percent_decoded, text};

/// Parameters and form fields that are read at most.
pub const MAX_PAIRS: usize = 1000;

/// A field of a form.
pub type FormField<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The parameters of a query string, or the fields of an `application/x-www-form-urlencoded` body, percent-decoded.
/// A parameter without `=` has an empty value; empty pieces between `&` are passed over.
pub fn query_parameters(query: &[u8]) -> impl Iterator<Item = FormField<'_>> {
    query_pairs(query).map(|(name, value)| (owned_text(name), owned_text(value)))
}

/// The same as bytes, as a filter compares them.
pub fn query_pairs(query: &[u8]) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    query.split(|&byte| byte == b'&').filter(|piece| !piece.is_empty()).take(MAX_PAIRS).map(|piece| {
        let mut parts = piece.splitn(2, |&byte| byte == b'=');
        let name = percent_decoded(parts.next().unwrap_or_default(), true);
        (name, percent_decoded(parts.next().unwrap_or_default(), true))
    })
}

fn owned_text(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => text(bytes),
        Cow::Owned(bytes) => Cow::Owned(text(&bytes).into_owned()),
    }
}

/// The fields of a form body, by its content type; empty if it is no form.
#[must_use]
pub fn form_fields<'a>(body: &'a [u8], content_type: &[u8]) -> Vec<FormField<'a>> {
    let kind = content_type.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
    if kind.eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
        return query_parameters(body).collect();
    }
    if kind.eq_ignore_ascii_case(b"multipart/form-data") {
        return parameter(content_type, b"boundary")
            .map(|boundary| multipart(body, boundary))
            .unwrap_or_default();
    }
    Vec::new()
}

/// A parameter of a header field's value (RFC 9110 section 5.6.6), without quotes. Escapes in quotes stay.
fn parameter<'a>(value: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut rest = value.split_at_checked(value.iter().position(|&byte| byte == b';')?)?.1;
    while let Some(after) = rest.trim_ascii_start().strip_prefix(b";") {
        let after = after.trim_ascii_start();
        let equals = after.iter().position(|&byte| byte == b'=')?;
        let (key, tail) = after.split_at_checked(equals)?;
        let tail = tail.split_first()?.1;
        let (found, end) = match tail.strip_prefix(b"\"") {
            Some(quoted) => {
                let end = quoted.iter().position(|&byte| byte == b'"').unwrap_or(quoted.len());
                (quoted.get(..end)?, quoted.get(end + 1..).unwrap_or_default())
            }
            None => {
                tail.split_at_checked(tail.iter().position(|&byte| byte == b';').unwrap_or(tail.len()))?
            }
        };
        if key.trim_ascii().eq_ignore_ascii_case(name) {
            return Some(found.trim_ascii());
        }
        rest = end;
    }
    None
}

/// RFC 7578. Each part's `Content-Disposition` names the field.
fn multipart<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<FormField<'a>> {
    let delimiter = [b"--", boundary].concat();
    let mut out = Vec::new();
    let mut starts = find_all(body, &delimiter);
    let mut start = starts.next();
    while let Some(begin) = start {
        let next = starts.next();
        let part = body.get(begin + delimiter.len()..next.unwrap_or(body.len())).unwrap_or_default();
        if part.starts_with(b"--") || out.len() >= MAX_PAIRS {
            break;
        }
        if let Some(field) = part_field(part) {
            out.push(field);
        }
        start = next;
    }
    out
}

fn part_field(part: &[u8]) -> Option<FormField<'_>> {
    let part = part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n"))?;
    let (head, value) = match find_all(part, b"\r\n\r\n").next() {
        Some(end) => (part.get(..end)?, part.get(end + 4..)?),
        None => {
            let end = find_all(part, b"\n\n").next()?;
            (part.get(..end)?, part.get(end + 2..)?)
        }
    };
    let value = value.strip_suffix(b"\r\n").or_else(|| value.strip_suffix(b"\n")).unwrap_or(value);
    let disposition = head.split(|&byte| byte == b'\n').find_map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let (name, value) = line.split_at_checked(colon)?;
        name.trim_ascii().eq_ignore_ascii_case(b"content-disposition").then(|| value.trim_ascii())
    })?;
    let name = text(parameter(disposition, b"name")?);
    match parameter(disposition, b"filename") {
        Some(file) => {
            let file = text(file);
            Some((name, Cow::Owned(format!("{file} ({} bytes)", value.len()))))
        }
        None => Some((name, text(value))),
    }
}

/// Where `needle` stands in `bytes`, occurrences not overlapping.
fn find_all<'a>(bytes: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(from..)?;
        // `windows` of a length of 0 would panic; a delimiter is never that short.
        let at = rest.windows(needle.len().max(1)).position(|window| window == needle)?;
        from += at + needle.len();
        Some(from - needle.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(pairs: Vec<FormField<'_>>) -> Vec<(String, String)> {
        pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    #[test]
    fn query_parameters_are_decoded_and_keep_their_order() {
        let found = plain(query_parameters(b"tags=a+b&tags=%C3%A4&&flag&x=1=2").collect());
        let wanted = [("tags", "a b"), ("tags", "ä"), ("flag", ""), ("x", "1=2")];
        assert_eq!(found, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_multipart_form_gives_its_fields_and_the_names_of_its_files() {
        let body = b"preamble\r\n--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\ntwo\r\n\
            --B\r\ncontent-disposition: form-data; filename=\"f.png\"; name=\"file\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--B--\r\n";
        let found = plain(form_fields(body, b"multipart/form-data; charset=x; boundary=\"B\""));
        let wanted = [("a", "one\r\ntwo"), ("file", "f.png (4 bytes)")];
        assert_eq!(found, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_no_form_gives_nothing() {
        assert!(form_fields(b"a=b", b"text/plain").is_empty());
        assert!(form_fields(b"--\r\n\r\n", b"multipart/form-data; boundary=").is_empty());
        assert!(form_fields(b"a=b", b"multipart/form-data").is_empty());
        assert!(form_fields(b"--B", b"multipart/form-data; boundary=B").is_empty());
    }
}
