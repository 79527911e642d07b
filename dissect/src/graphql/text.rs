//! Text as it lies in its carrier, decoded byte by byte while it is read: no copy, no allocation.

/// How the carrier writes text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// As it is.
    Plain,
    /// The inside of a JSON string (RFC 8259 section 7).
    Json,
    /// A form's value: `+` and `%XX`.
    Form,
}

/// Stands for any character that a JSON escape names outside ASCII: no GraphQL token has one outside strings.
const FOREIGN: u8 = 0x80;

/// Means nothing to GraphQL, as white space does.
const BYTE_ORDER_MARK: u32 = 0xfeff;

/// An iterator over the text's bytes. Cheap to clone, which is how one looks ahead.
#[derive(Debug, Clone)]
pub(super) struct Text<'a> {
    bytes: &'a [u8],
    coding: Coding,
}

impl<'a> Text<'a> {
    pub(super) const fn new(bytes: &'a [u8], coding: Coding) -> Self {
        Self { bytes, coding }
    }
}

impl Iterator for Text<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        match (self.coding, first) {
            (Coding::Form, b'+') => Some(b' '),
            (Coding::Form, b'%') => {
                let Some(value) = hex(self.bytes, 2) else { return Some(b'%') };
                self.bytes = self.bytes.get(2..).unwrap_or_default();
                Some(value as u8)
            }
            (Coding::Json, b'\\') => {
                let (escape, rest) = self.bytes.split_first()?;
                self.bytes = rest;
                Some(match escape {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'b' => 8,
                    b'f' => 12,
                    b'u' => {
                        let value = hex(self.bytes, 4);
                        self.bytes = self.bytes.get(4..).unwrap_or_default();
                        match value {
                            Some(BYTE_ORDER_MARK) => b' ',
                            Some(value) if value < 0x80 => value as u8,
                            _ => FOREIGN,
                        }
                    }
                    other => *other,
                })
            }
            (_, byte) => Some(*byte),
        }
    }
}

fn hex(bytes: &[u8], digits: usize) -> Option<u32> {
    bytes
        .get(..digits)?
        .iter()
        .try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))
}
