//! The outermost members of a JSON object (RFC 8259), in place. Values inside are passed over, not checked.

use memchr::memchr2;

/// A member's value, as it lies in the object.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A string, without its quotes and with its escapes.
    Text(&'a [u8]),
    /// Anything else.
    Other(&'a [u8]),
}

/// An iterator over members: keys with their escapes, and values. It ends where the object ends, is cut, or breaks
/// the rules; a text cut at the end of the bytes is still given.
#[derive(Debug)]
pub(super) struct Members<'a> {
    rest: &'a [u8],
    over: bool,
}

impl<'a> Members<'a> {
    /// Members of the object that `bytes` begin with.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes.strip_prefix(b"{").unwrap_or_default(), over: false }
    }

    /// What stands behind the object once all members were taken; nothing if it was cut.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn member(&mut self) -> Option<(&'a [u8], Value<'a>)> {
        let at = self.rest.trim_ascii_start();
        let at = at.strip_prefix(b",").unwrap_or(at).trim_ascii_start();
        if let Some(behind) = at.strip_prefix(b"}") {
            self.rest = behind;
            self.over = true;
            return None;
        }
        let (key, at) = string(at)?;
        let at = at.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        if at.first() == Some(&b'"') {
            let (text, behind) = string(at)?;
            self.rest = behind;
            return Some((key, Value::Text(text)));
        }
        let len = other_len(at);
        let (raw, behind) = at.split_at_checked(len).filter(|(raw, _)| !raw.is_empty())?;
        self.rest = behind;
        Some((key, Value::Other(raw)))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let member = self.member();
        if member.is_none() && !self.over {
            self.rest = &[];
            self.over = true;
        }
        member
    }
}

/// Splits a string off the front: its inside, and what follows. A string that is cut reaches to the end.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = bytes.strip_prefix(b"\"")?;
    let mut at = 0;
    while let Some(found) = inside.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if inside.get(at) == Some(&b'"') {
            let (text, behind) = inside.split_at_checked(at)?;
            return Some((text, behind.get(1..)?));
        }
        at += 2;
    }
    Some((inside, &[]))
}

/// Bytes of a value that is no string.
fn other_len(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let behind =
                    string(bytes.get(at..).unwrap_or_default()).map_or(0, |(_, behind)| behind.len());
                at = bytes.len() - behind;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    at
}
