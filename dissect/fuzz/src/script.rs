//! Bytes of a fuzzer as a conversation: who says what, what is lost, who ends.
//! In: two bytes of options (size of pieces, connection begun before the capture), then turns: a kind, a length of two bytes, little end
//! first, and that many bytes. What is too short at the end is taken as it is. Out: the turns that the test kit plays.

use mizu_dissect::testkit::Turn;
use mizu_dissect::{End, Side};

pub(crate) struct Script {
    /// Bytes of a piece in the cut playing, 1 to 256.
    pub(crate) piece: usize,
    /// Whether the connection's beginning was not captured.
    pub(crate) midstream: bool,
    pub(crate) turns: Vec<Turn>,
    /// Whether nothing is lost and nobody ends before the last turn.
    pub(crate) is_whole: bool,
}

impl Script {
    pub(crate) fn read(data: &[u8]) -> Option<Self> {
        let [piece, options, turns @ ..] = data else { return None };
        let mut rest = turns;
        let mut script = Self {
            piece: usize::from(*piece) + 1,
            midstream: options & 1 == 1,
            turns: Vec::new(),
            is_whole: options & 1 == 0,
        };
        while let [kind, low, high, tail @ ..] = rest {
            let len = usize::from(u16::from_le_bytes([*low, *high]));
            let (bytes, after) = tail.split_at(len.min(tail.len()));
            rest = after;
            script.push(*kind, len, bytes);
        }
        Some(script)
    }

    fn push(&mut self, kind: u8, len: usize, bytes: &[u8]) {
        let side = if kind & 1 == 0 { Side::Client } else { Side::Server };
        match kind >> 1 {
            // Losses: the length is how much is lost, and no bytes belong to it that could not as well be lost.
            0x7d => self.break_off(Turn::Lose(side, len as u64 + 1)),
            0x7e => self.break_off(Turn::End(side, End::Fin)),
            0x7f => self.break_off(Turn::End(side, End::Reset)),
            _ => self.turns.push(Turn::Say(side, bytes.to_vec())),
        }
    }

    fn break_off(&mut self, turn: Turn) {
        self.is_whole = false;
        self.turns.push(turn);
    }
}
