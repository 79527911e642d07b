//! The dynamic table of one direction (RFC 7541 section 2.3.2), as far as it is known.
//!
//! All text lies in one buffer, entries name pieces of it. When blocks were missed ([`Table::forget`]) the older part of
//! the table is unknown; entries added since are known again, because indices count from the newest. Whether a missing
//! entry is unknown or cannot be is told by [`Table::complete`].

use std::collections::VecDeque;

use super::fields::Name;

/// What an entry takes beyond its text (RFC 7541 section 4.1).
const OVERHEAD: usize = 32;
/// The size that every table begins with (RFC 9113 section 6.5.2).
const FIRST_SIZE: usize = 4096;
/// Dead bytes at the buffer's front that are worth moving the rest for.
const DEAD: usize = 4096;

/// A field of the table. Its text, name then value, lies in one piece.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    /// Position of the name in all text that the table ever held.
    at: u64,
    name_len: u32,
    value_len: u32,
    /// What the name means.
    pub(super) id: Name,
    /// Whether the name is known: not, if it referred to an entry that is not.
    pub(super) named: bool,
    /// Whether the value is known.
    pub(super) valued: bool,
}

impl Entry {
    fn text_len(self) -> usize {
        self.name_len as usize + self.value_len as usize
    }
}

/// The name of a field to be added.
#[derive(Debug, Clone, Copy)]
pub(super) enum NewName<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// That of an entry of the table.
    Of(Entry),
    /// Not known.
    Unknown,
}

/// The dynamic table.
#[derive(Debug)]
pub(super) struct Table {
    text: Vec<u8>,
    /// Position of the first byte of `text` in all text ever held.
    base: u64,
    /// Newest first.
    entries: VecDeque<Entry>,
    /// Size of the known entries by the rules of RFC 7541 section 4.1; unknown text counts as empty.
    size: usize,
    /// The size that the encoder keeps; `None` where it is not known.
    max: Option<usize>,
    /// Whether all entries that the encoder may refer to are known.
    complete: bool,
}

impl Table {
    /// A table at its beginning, or at a point where it is not known what it holds.
    pub(super) fn new(known: bool) -> Self {
        Self {
            text: Vec::new(),
            base: 0,
            entries: VecDeque::new(),
            size: 0,
            max: known.then_some(FIRST_SIZE),
            complete: known,
        }
    }

    /// Blocks were missed: nothing that was known can be referred to any more.
    pub(super) fn forget(&mut self) {
        self.clear();
        self.max = None;
        self.complete = false;
    }

    /// Whether all that the encoder may refer to is known.
    pub(super) const fn complete(&self) -> bool {
        self.complete
    }

    /// The entry number `index` from the newest on, if it is known.
    pub(super) fn get(&self, index: usize) -> Option<Entry> {
        self.entries.get(index).copied()
    }

    /// The name of an entry; empty if it is not known.
    pub(super) fn name(&self, entry: Entry) -> &[u8] {
        self.read(entry.at, entry.name_len)
    }

    /// The value of an entry; empty if it is not known.
    pub(super) fn value(&self, entry: Entry) -> &[u8] {
        self.read(entry.at + u64::from(entry.name_len), entry.value_len)
    }

    fn read(&self, at: u64, len: u32) -> &[u8] {
        let start = at.saturating_sub(self.base) as usize;
        self.text.get(start..start.saturating_add(len as usize)).unwrap_or_default()
    }

    /// The encoder keeps at most `max` bytes from here on. No more than `cap` are kept here.
    pub(super) fn resize(&mut self, max: usize, cap: usize) {
        self.max = Some(max);
        if max == 0 {
            self.clear();
            self.complete = true;
            return;
        }
        self.evict(0, cap);
    }

    /// Adds a field in front of all others (RFC 7541 section 4.4).
    pub(super) fn insert(&mut self, id: Name, name: NewName<'_>, value: &[u8], cap: usize) {
        let name_len = match name {
            NewName::Bytes(bytes) => bytes.len(),
            NewName::Of(entry) => entry.name_len as usize,
            NewName::Unknown => 0,
        };
        let size = OVERHEAD + name_len + value.len();
        self.evict(size, cap);
        if self.max.is_some_and(|max| size > max) {
            // It empties the table and is not added.
            self.complete = true;
            return;
        }
        if size > cap {
            // The encoder has it; only that it is there is kept.
            self.size += OVERHEAD;
            self.entries.push_front(Entry { at: self.end(), ..Entry::default() });
            return;
        }
        let at = self.end();
        match name {
            NewName::Bytes(bytes) => self.text.extend_from_slice(bytes),
            NewName::Of(entry) => {
                // Still there even if it was dropped just now: text is moved only below.
                let from = entry.at.saturating_sub(self.base) as usize;
                let to = from.saturating_add(name_len).min(self.text.len());
                self.text.extend_from_within(from.min(to)..to);
            }
            NewName::Unknown => {}
        }
        self.text.extend_from_slice(value);
        self.size += size;
        let named = match name {
            NewName::Bytes(_) => true,
            NewName::Of(entry) => entry.named,
            NewName::Unknown => false,
        };
        // A header block, and so a name or value, is far shorter than 4 GiB.
        let (name_len, value_len) = (name_len as u32, value.len() as u32);
        self.entries.push_front(Entry { at, name_len, value_len, id, named, valued: true });
        self.compact();
    }

    /// Size of what is known, by the standard's rules.
    #[cfg(test)]
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// Bytes of memory held.
    pub(super) fn held(&self) -> usize {
        self.text.capacity() + self.entries.capacity() * size_of::<Entry>()
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.base += self.text.len() as u64;
        self.text.clear();
        self.size = 0;
    }

    /// Position of the next text.
    fn end(&self) -> u64 {
        self.base + self.text.len() as u64
    }

    /// Makes room for `coming` bytes.
    fn evict(&mut self, coming: usize, cap: usize) {
        let max = self.max.unwrap_or(usize::MAX);
        while self.size + coming > max.min(cap) {
            let Some(oldest) = self.entries.pop_back() else { break };
            // The encoder drops in the same order: once it dropped one of ours, all that we do not know are gone too.
            // Sizes here are lower bounds, so what is too much here is too much there.
            self.complete = self.size + coming > max;
            self.size = self.size.saturating_sub(OVERHEAD + oldest.text_len());
        }
    }

    /// Takes the text of dropped entries out of the buffer, when it is much.
    fn compact(&mut self) {
        let live = self.entries.back().map_or(self.end(), |oldest| oldest.at);
        let dead = live.saturating_sub(self.base) as usize;
        if dead > DEAD && dead > self.text.len() / 2 {
            self.text.drain(..dead.min(self.text.len()));
            self.base += dead as u64;
        }
    }
}
