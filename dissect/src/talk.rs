//! What is said on one connection: first unknown, then a conversation in a protocol, then perhaps nothing that is followed.
//!
//! In: the bytes of both ends in order. Out: exchanges. Holds the first bytes until it is known what they are, tells
//! the ends' roles, and starts over where a protocol gives way to another or was wrongly recognised.

mod roles;
mod search;

use crate::conversation::{Conversation, Env, Moment, Verdict};
use crate::detect::{self, Answer, CERTAIN, Found, Question};
use crate::protocol::{End, Protocol, Side};
pub(crate) use roles::{RoleBy, Roles};
pub(crate) use search::Search;
use search::{Look, Waiting};

/// Why a connection is not followed, or not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mute {
    /// No protocol was recognised.
    Unknown,
    /// TLS without keys.
    Opaque,
    /// Its dissector has done with it.
    Done,
}

/// What is said on a connection.
#[derive(Debug)]
pub(crate) enum Talk {
    /// It is not known yet what.
    Unknown(Search),
    /// A protocol.
    Known(Known),
    /// Not followed.
    Mute(Mute),
}

/// A conversation, and what it was taken for.
#[derive(Debug)]
pub(crate) struct Known {
    conversation: Conversation,
    name: &'static str,
    /// It may have been taken for the wrong thing, and has shown nothing yet that says otherwise.
    doubtful: bool,
}

impl Default for Talk {
    fn default() -> Self {
        Self::Unknown(Search::default())
    }
}

/// What a talk needs to know of its connection, and what it finds out.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) protocols: &'static [&'static Protocol],
    pub(crate) roles: &'a mut Roles,
    pub(crate) ports: [u16; 2],
    /// Messages that broke their protocol.
    pub(crate) faults: &'a mut u64,
    /// Offsets of the next bytes of both ends.
    pub(crate) offsets: [u64; 2],
}

impl Talk {
    /// Bytes of memory held.
    pub(crate) fn held(&self) -> usize {
        match self {
            Self::Unknown(search) => search.bytes.capacity(),
            Self::Known(known) => known.conversation.held(),
            Self::Mute(_) => 0,
        }
    }

    /// The next bytes of an end, whose place in its stream is `offset`.
    #[inline]
    pub(crate) fn data(
        &mut self,
        end: usize,
        bytes: &[u8],
        offset: u64,
        moment: Moment,
        facts: &mut Facts<'_>,
        env: &mut Env<'_>,
    ) {
        match self {
            Self::Known(known) => {
                let verdict = known.conversation.data(facts.roles.side(end), bytes, moment, env);
                if verdict != Verdict::Going {
                    self.judge(verdict, moment, facts, env);
                }
            }
            Self::Unknown(_) => self.search(end, bytes, offset, moment, facts, env),
            Self::Mute(_) => {}
        }
    }

    /// Bytes of an end that will never be seen.
    pub(crate) fn gap(
        &mut self,
        end: usize,
        lost: u64,
        moment: Moment,
        facts: &mut Facts<'_>,
        env: &mut Env<'_>,
    ) {
        match self {
            Self::Known(known) => {
                let verdict = known.conversation.gap(facts.roles.side(end), lost, moment, env);
                self.judge(verdict, moment, facts, env);
            }
            Self::Unknown(search) => {
                let waiting = search.waiting(end) as u64;
                search.forget(end);
                let look = search.look(end);
                let lost = look.lost.saturating_add(waiting).saturating_add(lost);
                *look = Look { midway: true, lost, ..Look::default() };
            }
            Self::Mute(_) => {}
        }
    }

    /// One end, or the connection, is over.
    pub(crate) fn end(
        &mut self,
        end: Option<usize>,
        how: End,
        moment: Moment,
        facts: &mut Facts<'_>,
        env: &mut Env<'_>,
    ) {
        if let Self::Unknown(search) = self
            && !search.pieces.is_empty()
        {
            for one in 0..2 {
                if end.is_none_or(|end| end == one) {
                    self.decide(one, true, moment, facts, env);
                }
            }
        }
        if let Self::Known(known) = self {
            known.conversation.end(end.map(|end| facts.roles.side(end)), how, moment, env);
        }
    }

    /// Time passes without bytes.
    pub(crate) fn tick(&mut self, moment: Moment, env: &mut Env<'_>) {
        if let Self::Known(known) = self {
            known.conversation.tick(moment, env);
        }
    }

    /// Whether bytes were seen that no protocol was found for.
    pub(crate) fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown(search) => {
                search.ends.iter().any(|look| look.segments > 0) || !search.pieces.is_empty()
            }
            Self::Mute(mute) => *mute == Mute::Unknown,
            Self::Known(_) => false,
        }
    }

    /// Gives up what is held of unfinished messages. Returns how many bytes.
    pub(crate) fn give_up_carry(&mut self) -> usize {
        match self {
            Self::Known(known) => known.conversation.give_up_carry(),
            Self::Unknown(search) => {
                let freed = search.bytes.capacity();
                if freed > 0 {
                    *search = Search { tries: search.tries, not: search.not, ..Search::midway() };
                }
                freed
            }
            Self::Mute(_) => 0,
        }
    }

    /// Looks at bytes of an end while the protocol is not known.
    fn search(
        &mut self,
        end: usize,
        bytes: &[u8],
        offset: u64,
        moment: Moment,
        facts: &mut Facts<'_>,
        env: &mut Env<'_>,
    ) {
        let Self::Unknown(search) = self else { return };
        let look = search.look(end);
        if look.nothing {
            return;
        }
        look.segments = look.segments.saturating_add(1);
        let look = *look;
        let piece = Waiting { end, len: bytes.len(), offset, moment };
        if search.waiting(end) > 0 {
            search.push(piece, bytes);
            self.decide(end, false, moment, facts, env);
            return;
        }
        match detect::ask(&Question { last: false, ..question(facts, bytes, look, search.not) }) {
            Answer::Found(found) if fits(&found, end, facts.roles) => {
                set(&mut facts.offsets, end, offset);
                self.begin(&found, end, facts, moment, env);
                self.data(end, bytes, offset, moment, facts, env);
            }
            Answer::More => {
                if search.bytes.capacity() == 0 {
                    search.bytes = env.pool.buffer();
                }
                search.push(piece, bytes);
            }
            Answer::Opaque => *self = Self::Mute(Mute::Opaque),
            Answer::Found(_) | Answer::Nothing => self.nothing(end),
        }
    }

    /// Asks again with all that waits of an end. `last`: no more will come.
    fn decide(&mut self, end: usize, last: bool, moment: Moment, facts: &mut Facts<'_>, env: &mut Env<'_>) {
        let Self::Unknown(search) = self else { return };
        let mut joined = env.pool.buffer();
        search.joined(end, &mut joined);
        let look = *search.look(end);
        let answer = match joined.is_empty() {
            true => Answer::More,
            false => detect::ask(&Question { last, ..question(facts, &joined, look, search.not) }),
        };
        env.pool.give_buffer(joined);
        match answer {
            Answer::Found(found) if fits(&found, end, facts.roles) => {
                self.begin(&found, end, facts, moment, env);
            }
            Answer::More => {}
            Answer::Opaque => *self = Self::Mute(Mute::Opaque),
            Answer::Found(_) | Answer::Nothing => {
                let newest = search.pieces.iter().rposition(|piece| piece.end == end);
                let fresh = newest.filter(|_| look.midway && search.pieces.len() > 1).and_then(|newest| {
                    let at = search.pieces.iter().take(newest).map(|piece| piece.len).sum::<usize>();
                    let piece = *search.pieces.get(newest)?;
                    Some((piece, search.bytes.get(at..at + piece.len)?.to_vec()))
                });
                search.forget(end);
                search.look(end).segments = 0;
                self.nothing(end);
                // What did not go on as it began may be followed by a segment that begins something.
                if let Some((piece, bytes)) = fresh {
                    self.search(end, &bytes, piece.offset, piece.moment, facts, env);
                }
            }
        }
    }

    /// No protocol begins as an end did.
    fn nothing(&mut self, end: usize) {
        let Self::Unknown(search) = self else { return };
        let look = search.look(end);
        if look.midway {
            look.segments = 0;
            search.tries = search.tries.saturating_sub(1);
        } else {
            look.nothing = true;
        }
        let [a, b] = search.ends;
        if search.tries == 0 || (a.nothing && b.nothing) {
            *self = Self::Mute(Mute::Unknown);
        }
    }

    /// Begins the conversation, with what waits.
    fn begin(
        &mut self,
        found: &Found,
        begins: usize,
        facts: &mut Facts<'_>,
        moment: Moment,
        env: &mut Env<'_>,
    ) {
        let Self::Unknown(search) = std::mem::take(self) else { return };
        if facts.roles.side(begins) != found.from {
            facts.roles.client = 1 - facts.roles.client;
        }
        facts.roles.by = facts.roles.by.max(RoleBy::Content);
        let midway = |end: usize| search.ends.get(end).is_some_and(|look| look.midway || look.nothing);
        let start = |side: Side| {
            let end = facts.roles.end(side);
            let waiting = search.pieces.iter().find(|piece| piece.end == end).map(|piece| piece.offset);
            waiting.unwrap_or_else(|| facts.offsets.get(end).copied().unwrap_or_default())
        };
        let dissector = (found.protocol.open)(midway(0) || midway(1));
        let mut conversation = Conversation::new(dissector, [start(Side::Client), start(Side::Server)]);
        for (end, look) in search.ends.iter().enumerate() {
            let side = facts.roles.side(end);
            if look.lost > 0 {
                // What was lost may have been messages: others may not be what they look like.
                conversation.begin_behind(side, look.lost, moment, env);
            } else if (look.midway || look.nothing) && end != begins && search.waiting(end) == 0 {
                conversation.lose_step(side);
            }
        }
        // A second wrong choice is not undone: what is neither of two is not looked at a third time.
        let doubtful = found.sure < CERTAIN && search.not.is_none();
        *self = Self::Known(Known { conversation, name: found.protocol.name, doubtful });
        let mut at = 0;
        for piece in &search.pieces {
            let bytes = search.bytes.get(at..at + piece.len).unwrap_or_default();
            at += piece.len;
            let now = Moment { snapped: moment.snapped, ..piece.moment };
            self.data(piece.end, bytes, piece.offset, now, facts, env);
        }
        env.pool.give_buffer(search.bytes);
    }

    /// Acts on what became of a conversation.
    fn judge(&mut self, verdict: Verdict, moment: Moment, facts: &mut Facts<'_>, env: &mut Env<'_>) {
        let Self::Known(Known { conversation, name, doubtful }) = self else { return };
        match verdict {
            Verdict::Going => {}
            Verdict::Ignored => {
                *facts.faults += u64::from(conversation.faults() >= env.limits.faults);
                conversation.end(None, End::Fin, moment, env);
                *self = Self::Mute(Mute::Done);
            }
            Verdict::Faulted(_) => {
                *facts.faults += 1;
                if *doubtful && conversation.entries() == 0 {
                    *self = Self::Unknown(Search { not: Some(*name), ..Search::midway() });
                }
            }
            Verdict::Probe => {
                conversation.end(None, End::Fin, moment, env);
                let rests = Side::BOTH.map(|side| (facts.roles.end(side), conversation.take_rest(side)));
                *self = Self::default();
                for (end, (bytes, first, offset)) in rests {
                    if !bytes.is_empty() {
                        let at = if first.is_known() { first } else { moment.at };
                        self.data(end, &bytes, offset, Moment { at, ..moment }, facts, env);
                    }
                    env.pool.give_buffer(bytes);
                }
            }
        }
    }
}

/// The certain word of content stands above all others; a guess gives way to the handshake's.
fn fits(found: &Found, end: usize, roles: &Roles) -> bool {
    found.sure >= CERTAIN || roles.by <= RoleBy::Content || roles.side(end) == found.from
}

fn question<'a>(facts: &Facts<'_>, bytes: &'a [u8], look: Look, not: Option<&'static str>) -> Question<'a> {
    let [low, high] = facts.ports;
    let port = if facts.roles.client == 0 { high } else { low };
    Question {
        protocols: facts.protocols,
        bytes,
        segments: look.segments,
        last: false,
        from_start: !look.midway,
        port,
        not,
    }
}

fn set(offsets: &mut [u64; 2], end: usize, offset: u64) {
    if let Some(place) = offsets.get_mut(end) {
        *place = offset;
    }
}
