//! The joint between two streams of bytes and the dissector that reads them.
//!
//! In: bytes of either side in order, gaps, ends. Out: calls of the [`Dissector`], which sees each byte once, bytes
//! that it could not use yet again with what follows them, and none that it asked to skip. A message that arrives
//! whole is read where it lies; only an unfinished tail is copied.
//!
//! Recognition is not done here (`detect`), nor is order restored (`stream`).

use mizu_entry::Timestamp;

use crate::cx::{Cx, Exchange, Pool};
use crate::limits::Limits;
use crate::protocol::{Dissector, End, Fault, Gap, Next, Side};

/// What the calls of a conversation share: limits in, exchanges out.
#[derive(Debug)]
pub struct Env<'a> {
    /// What may be kept and spent.
    pub limits: &'a Limits,
    /// Used messages.
    pub pool: &'a mut Pool,
    /// What was found.
    pub out: &'a mut Vec<Exchange>,
}

/// Where and when bytes were captured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moment {
    /// When the segment was captured.
    pub at: Timestamp,
    /// Bytes of the other side's stream that it acknowledges; 0 if not known.
    pub acked: u64,
    /// Whether packets of this connection were cut by the capture.
    pub snapped: bool,
}

/// What is to become of a conversation after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Going,
    /// It goes on in a protocol to be recognised; both sides' unused bytes are given up by [`Conversation::take_rest`].
    Probe,
    /// The dissector met a fault and is out of step on that side.
    Faulted(Fault),
    /// Nothing more is to be had from it.
    Ignored,
}

/// One direction as the dissector reads it.
#[derive(Debug, Default)]
struct Reading {
    /// Bytes that the dissector has not used yet.
    carry: Vec<u8>,
    /// When the first of them was captured.
    carry_first: Timestamp,
    /// Bytes that must be there before the dissector is asked again.
    need: usize,
    /// Bytes to pass over.
    skip: u64,
    /// Position of the next byte that the dissector has not used.
    offset: u64,
    /// Out of step: the dissector is asked where a message begins.
    lost: bool,
    /// The dissector waits for the other side.
    waits: bool,
    /// The latest moment of this side, for calls that bytes of the other side cause.
    moment: Moment,
}

/// Two directions and their dissector.
#[derive(Debug)]
pub struct Conversation {
    dissector: Box<dyn Dissector>,
    sides: [Reading; 2],
    faults: u32,
    entries: u64,
}

impl Conversation {
    /// A conversation read by `dissector` from the streams' positions `offsets` (client, server) on.
    #[must_use]
    pub fn new(dissector: Box<dyn Dissector>, offsets: [u64; 2]) -> Self {
        let [client, server] = offsets;
        Self {
            dissector,
            sides: [
                Reading { offset: client, ..Reading::default() },
                Reading { offset: server, ..Reading::default() },
            ],
            faults: 0,
            entries: 0,
        }
    }

    /// Exchanges emitted so far.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// Faults so far.
    #[must_use]
    pub const fn faults(&self) -> u32 {
        self.faults
    }

    /// Bytes of memory held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.dissector.held() + self.sides.iter().map(|side| side.carry.capacity()).sum::<usize>()
    }

    /// The next bytes of a side.
    pub fn data(&mut self, from: Side, bytes: &[u8], moment: Moment, env: &mut Env<'_>) -> Verdict {
        let before = env.out.len();
        self.side(from).moment = moment;
        let verdict = self.feed(from, bytes, moment, env);
        let verdict = self.offer_in_turn(from.other(), verdict, env);
        self.entries += (env.out.len() - before) as u64;
        verdict
    }

    /// A side whose beginning is not known: the dissector is asked where a message begins.
    pub fn lose_step(&mut self, from: Side) {
        self.side(from).lost = true;
    }

    /// Tells of bytes that were lost before the first of a side that is read. The conversation begins in step behind them.
    pub fn begin_behind(&mut self, from: Side, lost: u64, moment: Moment, env: &mut Env<'_>) {
        let before = env.out.len();
        let offset = self.side(from).offset.saturating_sub(lost);
        let mut cx = context(env, moment.at, moment, offset);
        let gap = self.dissector.gap(from, lost, &mut cx);
        self.side(from).lost = gap != Gap::Bridge;
        self.entries += (env.out.len() - before) as u64;
    }

    /// Gives its bytes again to a side that waits for the other, and so on in turn as long as that moves something.
    fn offer_in_turn(&mut self, mut to: Side, mut verdict: Verdict, env: &mut Env<'_>) -> Verdict {
        while verdict == Verdict::Going && self.side(to).waits {
            let before = self.side(to).offset;
            verdict = self.offer_again(to, env);
            if self.side(to).offset == before {
                break;
            }
            to = to.other();
        }
        verdict
    }

    /// Bytes of a side that will never be seen. Whatever was carried of it before is gone too.
    pub fn gap(&mut self, from: Side, lost: u64, moment: Moment, env: &mut Env<'_>) -> Verdict {
        let before = env.out.len();
        let side = self.side(from);
        side.moment = moment;
        let carried = side.carry.len() as u64;
        if side.lost {
            side.offset += carried + lost;
            side.carry.clear();
            return Verdict::Going;
        }
        let skip_left = side.skip;
        let (offset, total) = (side.offset, carried + lost);
        let mut cx = context(env, moment.at, moment, offset);
        cx.skip_left = skip_left;
        let gap = self.dissector.gap(from, total, &mut cx);
        let side = self.side(from);
        side.carry.clear();
        side.need = 0;
        side.waits = false;
        side.offset += total;
        side.skip = skip_left.saturating_sub(total);
        let verdict = match gap {
            Gap::Bridge if skip_left > 0 && side.skip == 0 => self.read(from, &[], moment, true, env),
            Gap::Bridge => Verdict::Going,
            Gap::Resync => {
                side.skip = 0;
                side.lost = true;
                Verdict::Going
            }
            Gap::Give => Verdict::Ignored,
        };
        self.entries += (env.out.len() - before) as u64;
        verdict
    }

    /// One side, or the whole conversation, is over.
    pub fn end(&mut self, from: Option<Side>, how: End, moment: Moment, env: &mut Env<'_>) {
        let before = env.out.len();
        let offset = from.map_or(0, |from| self.side(from).offset);
        let skip_left = from.map_or(0, |from| self.side(from).skip);
        let mut cx = context(env, moment.at, moment, offset);
        cx.skip_left = skip_left;
        self.dissector.end(from, how, &mut cx);
        if let Some(from) = from {
            let _ = self.offer_in_turn(from.other(), Verdict::Going, env);
        }
        self.entries += (env.out.len() - before) as u64;
    }

    /// Time passes without bytes.
    pub fn tick(&mut self, moment: Moment, env: &mut Env<'_>) {
        let before = env.out.len();
        self.dissector.tick(&mut context(env, moment.at, moment, 0));
        self.entries += (env.out.len() - before) as u64;
    }

    /// The bytes of a side that the dissector left unused and when the first was captured, for recognition anew.
    pub fn take_rest(&mut self, from: Side) -> (Vec<u8>, Timestamp, u64) {
        let side = self.side(from);
        let offset = side.offset;
        side.need = 0;
        (std::mem::take(&mut side.carry), side.carry_first, offset)
    }

    /// Drops what is held of unfinished messages, to stay within the memory budget. Both sides are out of step then.
    pub fn give_up_carry(&mut self) -> usize {
        let mut freed = 0;
        for side in &mut self.sides {
            freed += side.carry.capacity();
            if !side.carry.is_empty() {
                side.offset += side.carry.len() as u64;
                side.lost = true;
            }
            side.carry = Vec::new();
            side.need = 0;
        }
        freed
    }

    fn side(&mut self, side: Side) -> &mut Reading {
        let [client, server] = &mut self.sides;
        match side {
            Side::Client => client,
            Side::Server => server,
        }
    }

    fn offer_again(&mut self, from: Side, env: &mut Env<'_>) -> Verdict {
        let side = self.side(from);
        side.waits = false;
        side.need = 0;
        if side.carry.is_empty() {
            return Verdict::Going;
        }
        let moment = side.moment;
        self.read(from, &[], moment, false, env)
    }

    fn feed(&mut self, from: Side, bytes: &[u8], moment: Moment, env: &mut Env<'_>) -> Verdict {
        let side = self.side(from);
        if side.lost {
            return self.find_step(from, bytes, moment, env);
        }
        if side.skip == 0 {
            return self.read(from, bytes, moment, false, env);
        }
        let passed = side.skip.min(bytes.len() as u64);
        side.skip -= passed;
        side.offset += passed;
        if side.skip > 0 {
            return Verdict::Going;
        }
        // `passed` is at most the length of `bytes`.
        self.read(from, bytes.get(passed as usize..).unwrap_or_default(), moment, true, env)
    }

    fn find_step(&mut self, from: Side, bytes: &[u8], moment: Moment, env: &mut Env<'_>) -> Verdict {
        let found = self.dissector.resync(from, bytes);
        let side = self.side(from);
        side.offset += found.unwrap_or(bytes.len()) as u64;
        match found {
            None => Verdict::Going,
            Some(start) => {
                side.lost = false;
                side.need = 0;
                self.read(from, bytes.get(start..).unwrap_or_default(), moment, false, env)
            }
        }
    }

    /// Gives the carried bytes and `bytes` to the dissector and carries what it leaves. `ask`: call it even if there
    /// are none.
    fn read(&mut self, from: Side, bytes: &[u8], moment: Moment, ask: bool, env: &mut Env<'_>) -> Verdict {
        let side = self.side(from);
        if side.carry.is_empty() {
            side.carry_first = moment.at;
            let (used, verdict) = self.run(from, bytes, 0, moment, ask, env);
            if let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
                let side = self.side(from);
                side.carry_first = moment.at;
                side.carry = env.pool.buffer();
                side.carry.extend_from_slice(rest);
            }
            return verdict;
        }
        if side.carry.len() > env.limits.carry_cap {
            return self.fault(from, Fault::TooLarge("message longer than what may be held of it"), env);
        }
        side.carry.extend_from_slice(bytes);
        if side.waits || side.carry.len() < side.need {
            return Verdict::Going;
        }
        let mut carry = std::mem::take(&mut side.carry);
        let carried = carry.len() - bytes.len();
        let (used, verdict) = self.run(from, &carry, carried, moment, ask, env);
        if used >= carry.len() {
            env.pool.give_buffer(carry);
            return verdict;
        }
        carry.drain(..used);
        let side = self.side(from);
        if used > 0 {
            side.carry_first = moment.at;
        }
        side.carry = carry;
        verdict
    }

    /// Asks the dissector until it wants something that is not there. Returns how many of the bytes are done with.
    /// The first `carried` of them came with an earlier segment.
    fn run(
        &mut self,
        from: Side,
        bytes: &[u8],
        carried: usize,
        moment: Moment,
        mut ask: bool,
        env: &mut Env<'_>,
    ) -> (usize, Verdict) {
        let mut at = 0;
        loop {
            let left = bytes.get(at..).unwrap_or_default();
            let side = self.side(from);
            if (left.is_empty() && !ask) || left.len() < side.need || side.waits {
                return (at, Verdict::Going);
            }
            let first = if at < carried { side.carry_first } else { moment.at };
            side.need = 0;
            let offset = side.offset;
            let mut cx = context(env, first, moment, offset);
            let step = match self.dissector.data(from, left, &mut cx) {
                Ok(step) => step,
                Err(fault) => {
                    self.side(from).offset += left.len() as u64;
                    return (bytes.len(), self.fault(from, fault, env));
                }
            };
            let used = step.used.min(left.len());
            at += used;
            ask = false;
            let unused = left.len() - used;
            let side = self.side(from);
            side.offset += used as u64;
            match step.next {
                Next::More(0) | Next::Skip(0) => {
                    if used == 0 {
                        if left.is_empty() {
                            return (at, Verdict::Going);
                        }
                        // Asking again with the same bytes would never end.
                        side.offset += left.len() as u64;
                        return (bytes.len(), self.fault(from, Fault::Malformed("no progress"), env));
                    }
                }
                Next::More(more) => {
                    side.need = unused.saturating_add(more);
                    return (at, Verdict::Going);
                }
                Next::Skip(count) => {
                    let passed = count.min(unused as u64);
                    at += passed as usize;
                    side.offset += passed;
                    side.skip = count - passed;
                    if side.skip > 0 {
                        return (at, Verdict::Going);
                    }
                    ask = true;
                }
                Next::Wait => {
                    side.waits = true;
                    return (at, Verdict::Going);
                }
                Next::Become(dissector) => {
                    self.dissector = dissector;
                    let other = self.side(from.other());
                    other.need = 0;
                    other.skip = 0;
                    // The other side's unused bytes belong to the new dissector too, after this side's.
                    other.waits = !other.carry.is_empty();
                }
                Next::Probe => return (at, Verdict::Probe),
                Next::Ignore => return (at, Verdict::Ignored),
            }
        }
    }

    fn fault(&mut self, from: Side, fault: Fault, env: &Env<'_>) -> Verdict {
        self.faults += 1;
        let ignored = self.faults >= env.limits.faults;
        let side = self.side(from);
        side.carry.clear();
        side.need = 0;
        side.skip = 0;
        side.waits = false;
        side.lost = true;
        if ignored { Verdict::Ignored } else { Verdict::Faulted(fault) }
    }
}

fn context<'a>(env: &'a mut Env<'_>, first: Timestamp, moment: Moment, offset: u64) -> Cx<'a> {
    Cx {
        first,
        now: moment.at,
        offset,
        acked: moment.acked,
        skip_left: 0,
        snapped: moment.snapped,
        limits: env.limits,
        pool: env.pool,
        out: env.out,
    }
}

#[cfg(test)]
mod tests;
