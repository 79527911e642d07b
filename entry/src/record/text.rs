//! Bytes as sent, made into text for people and columns.
//!
//! Bytes that are not UTF-8 become U+FFFD, here and nowhere else, so that a filter in memory and a column in the
//! store hold the same text.

use std::borrow::Cow;

/// The text of `bytes`.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// The first `limit` characters of `bytes` as text, and whether that is less than all. Control characters, which
/// would break a line, become spaces.
pub(crate) fn line(bytes: &[u8], limit: usize) -> (String, bool) {
    // Four bytes a character at most: the rest need not be looked at.
    let head = bytes.get(..limit.saturating_mul(4)).unwrap_or(bytes);
    let text = text(head);
    let mut characters = text.chars();
    let line: String =
        characters.by_ref().take(limit).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let cut = characters.next().is_some() || head.len() < bytes.len();
    (line, cut)
}

/// Percent-decodes `bytes`; `plus` makes spaces of plus signs (forms and query strings). A `%` that no two hex digits
/// follow stays.
pub(crate) fn percent_decoded(bytes: &[u8], plus: bool) -> Cow<'_, [u8]> {
    if !bytes.iter().any(|&byte| byte == b'%' || plus && byte == b'+') {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'+', _) if plus => out.push(b' '),
            (b'%', [high, low, tail @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = tail;
                }
                _ => out.push(byte),
            },
            _ => out.push(byte),
        }
    }
    Cow::Owned(out)
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Percent-decoded text, borrowed where nothing had to be decoded.
pub(crate) fn decoded_text(bytes: &[u8], plus: bool) -> Cow<'_, str> {
    match percent_decoded(bytes, plus) {
        Cow::Borrowed(bytes) => text(bytes),
        Cow::Owned(bytes) => Cow::Owned(text(&bytes).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_without_two_digits_stay() {
        for (given, plus, wanted) in [
            ("a%20b+c", true, "a b c"),
            ("a%20b+c", false, "a b+c"),
            ("100%", true, "100%"),
            ("%4", true, "%4"),
            ("%zz%41", true, "%zzA"),
            ("%%41", true, "%A"),
        ] {
            assert_eq!(decoded_text(given.as_bytes(), plus), wanted, "{given}");
        }
    }

    #[test]
    fn a_line_is_cut_between_characters_and_has_no_control_characters() {
        assert_eq!(line("a\nb\u{7f}".as_bytes(), 10), ("a b ".to_owned(), false));
        assert_eq!(line("äöü".as_bytes(), 2), ("äö".to_owned(), true));
        assert_eq!(line("äö".as_bytes(), 2), ("äö".to_owned(), false));
    }
}
