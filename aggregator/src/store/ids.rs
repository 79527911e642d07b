//! Numbers of entries: time-ordered, never going back, one range a commit.
//!
//! In: the clock and how many are wanted. Out: ids as `unix ms (42 bits) << 22 | writer (8) << 14 | n (14)`. A clock that
//! steps back does not take the ids with it: the next is always above the last.

/// Bits of the counter within a millisecond.
const COUNTER: u32 = 14;
/// Bits of the writer's number.
const WRITER: u32 = 8;

/// The next ids of one writer.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    writer: u8,
    /// `ms << COUNTER | n` of the next id.
    next: u64,
}

impl Ids {
    /// Goes on after `last`, the greatest id that this writer has stored (0 if none).
    pub(crate) fn after(writer: u8, last: u64) -> Self {
        let next = if last == 0 { 0 } else { place(last) + 1 };
        Self { writer, next }
    }

    /// Takes `count` ids that follow one another; `now_ms` is unix milliseconds.
    pub(crate) fn take(&mut self, count: usize, now_ms: u64) -> impl ExactSizeIterator<Item = u64> + use<> {
        let (first, writer) = (self.next.max(now_ms << COUNTER), self.writer);
        self.next = first + count as u64;
        (0..count).map(move |n| id(first + n as u64, writer))
    }
}

/// The writer that made an id.
pub(crate) const fn writer_of(id: u64) -> u8 {
    (id >> COUNTER) as u8
}

/// `ms << COUNTER | n` of an id.
const fn place(id: u64) -> u64 {
    (id >> (WRITER + COUNTER)) << COUNTER | id & ((1 << COUNTER) - 1)
}

const fn id(place: u64, writer: u8) -> u64 {
    (place >> COUNTER) << (WRITER + COUNTER) | (writer as u64) << COUNTER | place & ((1 << COUNTER) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_795_000_000_000;

    #[test]
    fn ids_carry_their_writer_and_their_millisecond() {
        let first = Ids::after(7, 0).take(1, NOW).next().unwrap();
        assert_eq!((writer_of(first), first >> 22), (7, NOW));
    }

    proptest! {
        #[test]
        fn ids_rise_whatever_the_clock_does(
            steps in proptest::collection::vec((0_usize..40_000, -5_000_i64..5_000), 1..8),
            writer: u8,
        ) {
            let (mut ids, mut last) = (Ids::after(writer, 0), 0);
            for (count, drift) in steps {
                for id in ids.take(count, NOW.saturating_add_signed(drift)) {
                    prop_assert!(id > last);
                    prop_assert_eq!(writer_of(id), writer);
                    last = id;
                }
                ids = Ids::after(writer, last); // as after a restart
            }
        }
    }
}
