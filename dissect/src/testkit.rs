//! Feeds bytes to one dissector without packets: what a protocol's own tests and its fuzz target stand on.
//!
//! A script is a list of turns: who says what, what is lost, who ends. [`run`] plays it with every turn cut into pieces
//! of the size asked for, so that one script tests any segmentation.

pub mod packets;

use mizu_entry::Timestamp;

use crate::conversation::{Conversation, Env, Moment, Verdict};
use crate::cx::{Exchange, Pool};
use crate::limits::Limits;
use crate::protocol::{Dissector, End, Side};

/// One step of a script.
#[derive(Debug, Clone)]
pub enum Turn {
    /// A side says something.
    Say(Side, Vec<u8>),
    /// Bytes of a side are lost.
    Lose(Side, u64),
    /// A side ends.
    End(Side, End),
}

/// The client says `bytes`.
#[must_use]
pub fn client(bytes: impl AsRef<[u8]>) -> Turn {
    Turn::Say(Side::Client, bytes.as_ref().to_vec())
}

/// The server says `bytes`.
#[must_use]
pub fn server(bytes: impl AsRef<[u8]>) -> Turn {
    Turn::Say(Side::Server, bytes.as_ref().to_vec())
}

/// What a script gave.
#[derive(Debug)]
pub struct Played {
    /// What was emitted, in order.
    pub exchanges: Vec<Exchange>,
    /// The last verdict that was not [`Verdict::Going`], if there was one.
    pub verdict: Option<Verdict>,
    /// Bytes held before the conversation ended.
    pub held: usize,
}

/// Plays a script on a dissector, each turn in pieces of at most `piece` bytes; a millisecond passes with each piece.
/// At the end both sides end in good order and then the conversation.
#[must_use]
pub fn run(dissector: Box<dyn Dissector>, script: &[Turn], piece: usize, limits: &Limits) -> Played {
    let mut conversation = Conversation::new(dissector, [0, 0]);
    let mut pool = Pool::default();
    let mut out = Vec::new();
    let mut verdict = None;
    let mut sent = [0_u64; 2];
    let mut moment = Moment { at: Timestamp::new(1, 0), ..Moment::default() };
    let mut env = Env { limits, pool: &mut pool, out: &mut out };
    for turn in script {
        match turn {
            Turn::Say(side, bytes) => {
                for part in bytes.chunks(piece.max(1)) {
                    moment.at = moment.at.plus(1_000_000);
                    moment.acked = sent.get(side.other().index()).copied().unwrap_or_default();
                    if let Some(sent) = sent.get_mut(side.index()) {
                        *sent += part.len() as u64;
                    }
                    let said = conversation.data(*side, part, moment, &mut env);
                    if said != Verdict::Going {
                        verdict = Some(said);
                    }
                }
            }
            Turn::Lose(side, lost) => {
                if let Some(sent) = sent.get_mut(side.index()) {
                    *sent += lost;
                }
                let said = conversation.gap(*side, *lost, moment, &mut env);
                if said != Verdict::Going {
                    verdict = Some(said);
                }
            }
            Turn::End(side, how) => conversation.end(Some(*side), *how, moment, &mut env),
        }
    }
    let held = conversation.held();
    for side in Side::BOTH {
        conversation.end(Some(side), End::Fin, moment, &mut env);
    }
    conversation.end(None, End::Fin, moment, &mut env);
    Played { exchanges: out, verdict, held }
}
