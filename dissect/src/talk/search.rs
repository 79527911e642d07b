//! The first bytes of a connection, held until it is known what they are. What they are is for `detect` to say.

use smallvec::SmallVec;

use crate::conversation::Moment;

/// Segments that are looked at on a connection whose beginning is not known, before it is given up.
const TRIES: u8 = 32;

/// The first bytes of a connection, until it is known what they are.
#[derive(Debug)]
pub(crate) struct Search {
    /// What waits, in the order captured.
    pub(super) bytes: Vec<u8>,
    pub(super) pieces: SmallVec<[Waiting; 2]>,
    pub(super) ends: [Look; 2],
    pub(super) tries: u8,
    /// A protocol that it was taken for, and is not.
    pub(super) not: Option<&'static str>,
}

/// A piece of the bytes that wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    pub(super) end: usize,
    pub(super) len: usize,
    pub(super) offset: u64,
    pub(super) moment: Moment,
}

/// How far the look at one end is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// The beginning was missed: each segment is looked at by itself.
    pub(super) midway: bool,
    /// No protocol begins as this end did.
    pub(super) nothing: bool,
    pub(super) segments: u8,
    /// Bytes lost before what is looked at.
    pub(super) lost: u64,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            pieces: SmallVec::new(),
            ends: [Look::default(); 2],
            tries: TRIES,
            not: None,
        }
    }
}

impl Search {
    /// A search in streams whose beginnings are not known.
    pub(crate) fn midway() -> Self {
        let look = Look { midway: true, ..Look::default() };
        Self { ends: [look; 2], ..Self::default() }
    }

    pub(super) fn look(&mut self, end: usize) -> &mut Look {
        let [a, b] = &mut self.ends;
        if end == 0 { a } else { b }
    }

    pub(super) fn waiting(&self, end: usize) -> usize {
        self.pieces.iter().filter(|piece| piece.end == end).map(|piece| piece.len).sum()
    }

    /// The bytes of one end that wait, joined.
    pub(super) fn joined(&self, end: usize, out: &mut Vec<u8>) {
        let mut at = 0;
        for piece in &self.pieces {
            if piece.end == end {
                out.extend_from_slice(self.bytes.get(at..at + piece.len).unwrap_or_default());
            }
            at += piece.len;
        }
    }

    pub(super) fn push(&mut self, piece: Waiting, bytes: &[u8]) {
        self.pieces.push(piece);
        self.bytes.extend_from_slice(bytes);
    }

    /// Forgets what waits of an end.
    pub(super) fn forget(&mut self, end: usize) {
        let mut at = 0;
        let bytes = &mut self.bytes;
        self.pieces.retain(|piece| {
            if piece.end == end {
                bytes.drain(at..at + piece.len);
            } else {
                at += piece.len;
            }
            piece.end != end
        });
    }
}
