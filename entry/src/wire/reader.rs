//! Reading protobuf wire encoding: one field after the other, each length checked against the bytes that are there.
//!
//! In: the bytes of one message. Out: field numbers and raw values; what they mean is for `decode` and `header`.

use super::WireError;

/// The value of a field.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    /// Fixed32, which the contract does not use.
    Fixed32,
}

/// A field: its number and value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) number: u64,
    pub(super) value: Value<'a>,
}

impl<'a> Field<'a> {
    pub(super) fn uint(self) -> Result<u64, WireError> {
        match self.value {
            Value::Varint(value) => Ok(value),
            _ => Err(self.wrong_kind()),
        }
    }

    /// The low 32 bits, as protobuf's readers take a `uint32`.
    pub(super) fn uint32(self) -> Result<u32, WireError> {
        self.uint().map(|value| value as u32)
    }

    pub(super) fn flag(self) -> Result<bool, WireError> {
        self.uint().map(|value| value != 0)
    }

    pub(super) fn fixed64(self) -> Result<u64, WireError> {
        match self.value {
            Value::Fixed64(value) => Ok(value),
            _ => Err(self.wrong_kind()),
        }
    }

    pub(super) fn bytes(self) -> Result<&'a [u8], WireError> {
        match self.value {
            Value::Bytes(value) => Ok(value),
            _ => Err(self.wrong_kind()),
        }
    }

    pub(super) fn text(self) -> Result<String, WireError> {
        self.bytes().and_then(|bytes| str::from_utf8(bytes).map(str::to_owned).map_err(|_| WireError::Text))
    }

    fn wrong_kind(self) -> WireError {
        let kind = match self.value {
            Value::Varint(_) => 0,
            Value::Fixed64(_) => 1,
            Value::Bytes(_) => 2,
            Value::Fixed32 => 5,
        };
        WireError::Kind { number: self.number, kind }
    }
}

/// The fields of one message, in the order written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next field; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Field<'a>>, WireError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let number = key >> 3;
        let kind = (key & 7) as u8;
        let value = match kind {
            _ if number == 0 => return Err(WireError::Kind { number, kind }),
            0 => Value::Varint(self.varint()?),
            1 => {
                let (head, rest) = self.rest.split_first_chunk().ok_or(WireError::Truncated)?;
                self.rest = rest;
                Value::Fixed64(u64::from_le_bytes(*head))
            }
            2 => {
                let len = usize::try_from(self.varint()?).map_err(|_| WireError::Truncated)?;
                let (head, rest) = self.rest.split_at_checked(len).ok_or(WireError::Truncated)?;
                self.rest = rest;
                Value::Bytes(head)
            }
            5 => {
                let (_, rest) = self.rest.split_first_chunk::<4>().ok_or(WireError::Truncated)?;
                self.rest = rest;
                Value::Fixed32
            }
            _ => return Err(WireError::Kind { number, kind }),
        };
        Ok(Some(Field { number, value }))
    }

    fn varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or(WireError::Truncated)?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(WireError::Varint);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(WireError::Varint)
    }
}
