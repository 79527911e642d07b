//! IP fragments to whole packets (RFC 791 section 3.2, RFC 8200 section 4.5, RFC 5722).
//!
//! Bounded in datagrams, bytes and time; the oldest goes first. A fragment that overlaps another, other than as an
//! exact copy, kills its datagram: which bytes the receiver took cannot be known. No look into what is joined.

use mizu_entry::Timestamp;

use crate::link::{Addresses, Fragment};

/// Datagrams that are under way at once.
const DATAGRAMS: usize = 64;
/// Bytes of fragments held in all.
const BYTES: usize = 1 << 20;
/// Nanoseconds that the first fragment of a datagram waits for the last.
const PATIENCE: u64 = 5_000_000_000;
/// Bytes of an IP packet's payload at most.
const LONGEST: usize = 65_535;

#[derive(Debug, PartialEq, Eq)]
struct Name {
    addresses: Addresses,
    id: u32,
    protocol: u8,
}

#[derive(Debug)]
struct Datagram {
    name: Name,
    first: Timestamp,
    /// Pieces by offset, without overlap.
    pieces: Vec<(u32, Vec<u8>)>,
    /// Bytes of the whole, once the last fragment is there.
    total: Option<usize>,
    held: usize,
    /// Overlapped: its fragments are swallowed until its time is over.
    dead: bool,
}

/// Fragments that wait for others.
#[derive(Debug, Default)]
pub(crate) struct Defrag {
    /// In the order of their first fragments.
    datagrams: Vec<Datagram>,
    whole: Vec<u8>,
}

impl Defrag {
    /// Bytes of fragments that wait.
    pub(crate) fn held(&self) -> usize {
        self.datagrams.iter().map(|datagram| datagram.held).sum()
    }

    /// Takes a fragment. Returns the payload of its packet if that is whole.
    pub(crate) fn add(&mut self, fragment: &Fragment<'_>, now: Timestamp) -> Option<&[u8]> {
        self.datagrams.retain(|datagram| now.since(datagram.first) < PATIENCE);
        let name = Name { addresses: fragment.addresses, id: fragment.id, protocol: fragment.protocol };
        let index = match self.datagrams.iter().position(|datagram| datagram.name == name) {
            Some(index) => index,
            None => {
                if self.datagrams.len() >= DATAGRAMS {
                    self.datagrams.remove(0);
                }
                let pieces = Vec::new();
                self.datagrams.push(Datagram { name, first: now, pieces, total: None, held: 0, dead: false });
                self.datagrams.len() - 1
            }
        };
        let datagram = self.datagrams.get_mut(index)?;
        if datagram.dead {
            return None;
        }
        if !datagram.place(fragment) {
            datagram.dead = true;
            datagram.held = 0;
            datagram.pieces = Vec::new();
            return None;
        }
        if datagram.total != Some(datagram.held) {
            let mut held: usize = self.datagrams.iter().map(|datagram| datagram.held).sum();
            while held > BYTES && !self.datagrams.is_empty() {
                held -= self.datagrams.remove(0).held;
            }
            return None;
        }
        let datagram = self.datagrams.remove(index);
        self.whole.clear();
        for (_, piece) in &datagram.pieces {
            self.whole.extend_from_slice(piece);
        }
        Some(&self.whole)
    }
}

impl Datagram {
    /// Puts a fragment where it belongs; `false` if it contradicts what is there.
    fn place(&mut self, fragment: &Fragment<'_>) -> bool {
        let start = fragment.offset;
        let end = start as usize + fragment.bytes.len();
        if fragment.bytes.is_empty() || end > LONGEST {
            return false;
        }
        let at = self.pieces.partition_point(|(offset, _)| *offset < start);
        if let Some((offset, piece)) = self.pieces.get(at) {
            if *offset == start && piece == fragment.bytes {
                return true;
            }
            if (*offset as usize) < end {
                return false;
            }
        }
        let before = at.checked_sub(1).and_then(|before| self.pieces.get(before));
        if before.is_some_and(|(offset, piece)| *offset as usize + piece.len() > start as usize) {
            return false;
        }
        match self.total {
            Some(total) if end > total || (!fragment.more && end != total) => return false,
            None if !fragment.more => {
                let furthest = self.pieces.last().map_or(0, |(offset, piece)| *offset as usize + piece.len());
                if furthest > end {
                    return false;
                }
                self.total = Some(end);
            }
            _ => {}
        }
        self.held += fragment.bytes.len();
        self.pieces.insert(at, (start, fragment.bytes.to_vec()));
        true
    }
}

#[cfg(test)]
mod tests;
