//! Whether a GraphQL response reports errors, found without parsing its body as a whole.
//!
//! In: what is kept of the body. Out: the message of the first error at the top level (or of the first operation of
//! a batch). Only the first [`LOOK`] bytes are looked at; servers write `errors` first or after `data`. A string or
//! value that is cut off by the end of what is kept ends the search.

use std::borrow::Cow;

/// Bytes of a body that are looked at.
const LOOK: usize = 64 * 1024;

/// The first error's message; empty if it has none. `None` if no error is reported.
pub(crate) fn graphql_error(body: &[u8]) -> Option<Cow<'_, str>> {
    let mut json = Json { rest: body.get(..LOOK).unwrap_or(body) };
    match json.peek()? {
        b'[' => {
            json.byte();
            while json.peek()? == b'{' {
                if let Some(found) = errors_of(&mut json)? {
                    return Some(found);
                }
                if json.peek()? != b',' {
                    return None;
                }
                json.byte();
            }
            None
        }
        b'{' => errors_of(&mut json)?,
        _ => None,
    }
}

/// Looks through one object for a member `errors` that is an array of something. The outer `None` means that the
/// bytes end or are no JSON, the inner one that the object has no errors.
fn errors_of<'a>(json: &mut Json<'a>) -> Option<Option<Cow<'a, str>>> {
    json.byte();
    let mut found = None;
    loop {
        match json.peek()? {
            b'}' => {
                json.byte();
                return Some(found);
            }
            b',' => json.byte(),
            b'"' => {
                let key = json.string()?;
                if json.peek()? != b':' {
                    return None;
                }
                json.byte();
                if key == b"errors" && json.peek()? == b'[' {
                    // An array with nothing in it reports no error; one that is cut off does.
                    let mut ahead = *json;
                    ahead.byte();
                    if ahead.peek() != Some(b']') {
                        return Some(Some(first_message(&mut ahead).unwrap_or_default()));
                    }
                    found = None;
                }
                json.skip_value()?;
            }
            _ => return None,
        }
    }
}

/// The `message` of the object that follows.
fn first_message<'a>(json: &mut Json<'a>) -> Option<Cow<'a, str>> {
    if json.peek()? != b'{' {
        return None;
    }
    json.byte();
    while json.peek()? != b'}' {
        match json.peek()? {
            b',' => json.byte(),
            b'"' => {
                let key = json.string()?;
                if json.peek()? != b':' {
                    return None;
                }
                json.byte();
                if key == b"message" && json.peek()? == b'"' {
                    return json.string().map(unescaped);
                }
                json.skip_value()?;
            }
            _ => return None,
        }
    }
    None
}

/// A place in JSON text.
#[derive(Clone, Copy)]
struct Json<'a> {
    rest: &'a [u8],
}

impl<'a> Json<'a> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.first().copied()
    }

    fn byte(&mut self) {
        self.rest = self.rest.split_first().map_or(&[], |(_, rest)| rest);
    }

    /// What is between the quotes of a string, escapes as they are.
    fn string(&mut self) -> Option<&'a [u8]> {
        let body = self.rest.strip_prefix(b"\"")?;
        let mut escaped = false;
        let end = body.iter().position(|&byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        })?;
        let (string, rest) = body.split_at_checked(end)?;
        self.rest = rest.split_first()?.1;
        Some(string)
    }

    /// Passes over a value, however deep, without a stack.
    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.byte();
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.byte();
                }
                b',' | b':' if depth > 0 => self.byte(),
                _ => {
                    let end = self.rest.iter().position(|byte| {
                        !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'+' | b'.')
                    })?;
                    if end == 0 {
                        return None;
                    }
                    self.rest = self.rest.get(end..)?;
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }
}

fn unescaped(string: &[u8]) -> Cow<'_, str> {
    let text = super::text::text(string);
    if !text.contains('\\') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('u') => {
                    let code =
                        characters.by_ref().take(4).try_fold(0, |code, c| Some(code * 16 + c.to_digit(16)?));
                    out.push(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                Some('n' | 'r' | 't' | 'b' | 'f') => out.push(' '),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_found_at_the_top_level_only() {
        for (body, wanted) in [
            (r#"{"errors":[{"message":"no such sock","path":["sock"]}]}"#, Some("no such sock")),
            (
                r#"{ "data": {"a":[1,{"b":"}"}]}, "errors" : [ {"path":[1], "message":"two \"words\"\u0021"} ] }"#,
                Some("two \"words\"!"),
            ),
            (r#"{"data":{"errors":[{"message":"a field of that name"}]}}"#, None),
            (r#"{"data":{},"errors":[]}"#, None),
            (r#"{"data":{},"errors":null}"#, None),
            (r#"{"errors":[{"message":"cut"#, Some("")),
            (r#"{"errors":["#, Some("")),
            (r#"[{"data":1},{"errors":[{"message":"second"}]}]"#, Some("second")),
            (r#"{"data":"cut off in a string \"#, None),
            ("[[[[[[", None),
            ("{]", None),
            ("", None),
            ("{\"a\":}", None),
        ] {
            assert_eq!(graphql_error(body.as_bytes()).as_deref(), wanted, "{body}");
        }
    }
}
