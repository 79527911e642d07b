//! HPACK, the header compression of HTTP/2 (RFC 7541), read by a bystander.
//!
//! In: whole header blocks of one direction in the order of the wire. Out: fields, to a [`Fields`] sink, as borrowed
//! bytes. The dynamic table lives here. A bystander may have missed blocks: then references to what it did not see are
//! reported as unknown and never guessed, while everything that stands in the block itself, in the static table, or
//! was added since is read as ever.
//!
//! What the encoder keeps of its table is what it says in the blocks. The bound that the other side sets by SETTINGS is
//! not enforced: a connection that breaks it is ended by that side, and memory is bounded by the caller's cap.
//!
//! Not here: joining HEADERS and CONTINUATION frames, what fields mean, limits on what is kept of them.

mod fields;
mod huffman;
mod table;

pub(crate) use fields::Name;

use table::{Entry, NewName, Table};

/// Takes the fields of a block.
pub(crate) trait Fields {
    /// A field, in the order sent. `id` is what `name` means.
    fn field(&mut self, id: Name, name: &[u8], value: &[u8]);
    /// A field whose name or value is not known.
    fn unknown(&mut self);
}

/// A block that breaks the rules. What stands behind the fault is not read, and the table is not known any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Error {
    /// The block ends within a field.
    Short,
    /// An integer of more than 32 bits.
    Integer,
    /// A string that is no Huffman code.
    Huffman,
    /// An index that no table has.
    Index,
    /// A change of the table's size after a field.
    Size,
}

/// Reads the blocks of one direction.
#[derive(Debug)]
pub(crate) struct Decoder {
    table: Table,
    /// Decoded strings of the field at hand.
    scratch: Vec<u8>,
}

/// Where the bytes of a string are.
#[derive(Debug, Clone, Copy)]
enum Text<'a> {
    Block(&'a [u8]),
    /// In the scratch buffer, from there to there.
    Scratch(usize, usize),
}

/// Where a name is.
#[derive(Debug, Clone, Copy)]
enum Named<'a> {
    Static(&'static [u8]),
    Table(Entry),
    Text(Text<'a>),
    Unknown,
}

impl Decoder {
    /// A decoder for a direction that is seen from its beginning (`known`) or from somewhere within.
    pub(crate) fn new(known: bool) -> Self {
        Self { table: Table::new(known), scratch: Vec::new() }
    }

    /// Blocks were missed.
    pub(crate) fn forget(&mut self) {
        self.table.forget();
    }

    /// Bytes of memory held.
    pub(crate) fn held(&self) -> usize {
        self.table.held() + self.scratch.capacity()
    }

    /// Reads a whole block. At most `cap` bytes of the table are kept.
    ///
    /// # Errors
    /// An [`Error`] where the block breaks the rules; fields before the fault have been given to `fields`.
    pub(crate) fn decode<F: Fields>(
        &mut self,
        block: &[u8],
        cap: usize,
        fields: &mut F,
    ) -> Result<(), Error> {
        let mut rest = block;
        let mut size_may_change = true;
        while let Some(first) = rest.first().copied() {
            let done = if first & 0x80 != 0 {
                self.indexed(&mut rest, fields)
            } else if first & 0x40 != 0 {
                self.literal(&mut rest, 6, Some(cap), fields)
            } else if first & 0x20 == 0 {
                // Without indexing, and never indexed, are the same to a reader.
                self.literal(&mut rest, 4, None, fields)
            } else if size_may_change {
                self.size_update(&mut rest, cap)
            } else {
                Err(Error::Size)
            };
            if let Err(error) = done {
                self.table.forget();
                return Err(error);
            }
            size_may_change &= first & 0xe0 == 0x20;
        }
        Ok(())
    }

    fn indexed<F: Fields>(&self, rest: &mut &[u8], fields: &mut F) -> Result<(), Error> {
        let index = integer(rest, 7)?;
        if let Some(field) = fields::fixed(index) {
            fields.field(field.id, field.name, field.value);
            return Ok(());
        }
        match self.dynamic(index)? {
            Some(entry) if entry.named && entry.valued => {
                fields.field(entry.id, self.table.name(entry), self.table.value(entry));
            }
            _ => fields.unknown(),
        }
        Ok(())
    }

    /// The entry of the dynamic table at an index beyond the static table; `None` if it is not known.
    fn dynamic(&self, index: usize) -> Result<Option<Entry>, Error> {
        let index = index.checked_sub(fields::COUNT + 1).ok_or(Error::Index)?;
        match self.table.get(index) {
            Some(entry) => Ok(Some(entry)),
            None if self.table.complete() => Err(Error::Index),
            None => Ok(None),
        }
    }

    /// A literal field whose name's index has `prefix` bits. It is added to the table if `index` says how much that
    /// keeps at most.
    fn literal<F: Fields>(
        &mut self,
        rest: &mut &[u8],
        prefix: u32,
        index: Option<usize>,
        fields: &mut F,
    ) -> Result<(), Error> {
        self.scratch.clear();
        let number = integer(rest, prefix)?;
        let (mut id, named) = if number == 0 {
            (Name::Other, Named::Text(self.string(rest)?))
        } else if let Some(field) = fields::fixed(number) {
            (field.id, Named::Static(field.name))
        } else {
            match self.dynamic(number)? {
                Some(entry) if entry.named => (entry.id, Named::Table(entry)),
                _ => (Name::Other, Named::Unknown),
            }
        };
        let value = self.string(rest)?;
        let value = read(&self.scratch, value);
        let name = match named {
            Named::Static(name) => Some(name),
            Named::Table(entry) => Some(self.table.name(entry)),
            Named::Text(text) => {
                let name = read(&self.scratch, text);
                id = Name::of(name);
                Some(name)
            }
            Named::Unknown => None,
        };
        match name {
            Some(name) => fields.field(id, name, value),
            None => fields.unknown(),
        }
        if let Some(cap) = index {
            let name = match (named, name) {
                (Named::Table(entry), _) => NewName::Of(entry),
                (Named::Static(name), _) => NewName::Bytes(name),
                (Named::Text(text), _) => NewName::Bytes(read(&self.scratch, text)),
                (Named::Unknown, _) => NewName::Unknown,
            };
            self.table.insert(id, name, value, cap);
        }
        Ok(())
    }

    fn size_update(&mut self, rest: &mut &[u8], cap: usize) -> Result<(), Error> {
        let size = integer(rest, 5)?;
        self.table.resize(size, cap);
        Ok(())
    }

    /// A string (RFC 7541 section 5.2).
    fn string<'a>(&mut self, rest: &mut &'a [u8]) -> Result<Text<'a>, Error> {
        let coded = rest.first().ok_or(Error::Short)? & 0x80 != 0;
        let len = integer(rest, 7)?;
        let (bytes, left) = rest.split_at_checked(len).ok_or(Error::Short)?;
        *rest = left;
        if !coded {
            return Ok(Text::Block(bytes));
        }
        let start = self.scratch.len();
        huffman::decode(bytes, &mut self.scratch).map_err(|huffman::Invalid| Error::Huffman)?;
        Ok(Text::Scratch(start, self.scratch.len()))
    }
}

fn read<'a>(scratch: &'a [u8], text: Text<'a>) -> &'a [u8] {
    match text {
        Text::Block(bytes) => bytes,
        Text::Scratch(from, to) => scratch.get(from..to).unwrap_or_default(),
    }
}

/// An integer whose first byte has `prefix` bits of it (RFC 7541 section 5.1).
fn integer(rest: &mut &[u8], prefix: u32) -> Result<usize, Error> {
    let (first, mut left) = rest.split_first().ok_or(Error::Short)?;
    let most = (1_u64 << prefix) - 1;
    let mut value = u64::from(*first) & most;
    if value == most {
        let mut shift = 0;
        loop {
            let (byte, more) = left.split_first().ok_or(Error::Short)?;
            left = more;
            value += u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
            // Four bytes more are enough for any length that a block can have.
            if shift > 28 {
                return Err(Error::Integer);
            }
        }
    }
    *rest = left;
    usize::try_from(value).ok().filter(|value| *value <= u32::MAX as usize).ok_or(Error::Integer)
}

/// What a block looks like to somebody who does not know the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// It has pseudo-header fields of a request, by static index.
    pub(crate) asks: bool,
    /// It has `:status`, by static index.
    pub(crate) answers: bool,
}

/// Reads a block as far as that goes without a table; `None` if it breaks the rules.
pub(crate) fn shape(block: &[u8]) -> Option<Shape> {
    let mut shape = Shape { asks: false, answers: false };
    let mut rest = block;
    while let Some(first) = rest.first().copied() {
        let (prefix, literal) = match first {
            0x80.. => (7, false),
            0x40.. => (6, true),
            0x20.. => (5, false),
            _ => (4, true),
        };
        let number = integer(&mut rest, prefix).ok()?;
        if first & 0xe0 == 0x20 {
            continue;
        }
        match fields::fixed(number).map(|field| field.id) {
            Some(id) if id.asks() => shape.asks = true,
            Some(Name::Status) => shape.answers = true,
            None if number == 0 && !literal => return None,
            _ => {}
        }
        for _ in 0..if !literal {
            0
        } else if number == 0 {
            2
        } else {
            1
        } {
            let len = integer(&mut rest, 7).ok()?;
            rest = rest.get(len..)?;
        }
    }
    let either = !shape.asks || !shape.answers;
    (either && !block.is_empty()).then_some(shape)
}

#[cfg(test)]
mod tests;
