//! Chance that can be repeated: the same seed gives the same sequence of decisions.
//!
//! SplitMix64 (Steele, Lea, Flood 2014) over an atomic counter, so that every task may draw without a lock. Not for secrets.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A source of numbers, shared by reference.
#[derive(Debug)]
pub(crate) struct Chance(AtomicU64);

impl Chance {
    /// The sequence of `seed`; without one, a sequence of its own for each process.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(AtomicU64::new(seed.unwrap_or_else(|| RandomState::new().hash_one("shop"))))
    }

    /// 64 evenly distributed bits.
    pub(crate) fn bits(&self) -> u64 {
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.bits().checked_rem(bound).unwrap_or(0)
    }

    /// True in `percent` of 100 draws.
    pub(crate) fn percent(&self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, which must not be empty.
    pub(crate) fn pick<'a, T>(&self, items: &'a [T]) -> &'a T {
        let at = self.below(items.len() as u64) as usize;
        items.get(at).expect("`below` stays under the length, and callers pass what is not empty")
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn the_same_seed_gives_the_same_decisions() {
        let (a, b) = (Chance::new(Some(7)), Chance::new(Some(7)));
        let draw = |c: &Chance| (0..50).map(|_| c.below(10)).collect::<Vec<_>>();
        assert_eq!(draw(&a), draw(&b));
        assert_ne!(draw(&a), draw(&Chance::new(Some(8))));
    }

    #[test]
    fn percent_is_near_its_share() {
        let chance = Chance::new(Some(1));
        let hits = (0..10_000).filter(|_| chance.percent(30)).count();
        assert!((2_700..3_300).contains(&hits), "{hits}");
    }
}
