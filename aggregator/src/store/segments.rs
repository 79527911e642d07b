//! Segments: the unit of retention. Which one a commit writes into, and which ones have to go.
//!
//! In: the sizes that the engine reports, the limit, the clock. Out: the current segment's number and the numbers to
//! drop. Pure: asking the engine and dropping is `commit`'s matter.

use std::time::{Duration, Instant};

/// Share of the limit, in parts of 16, that active data may take before the oldest segments are dropped. What is left is
/// for parts that are merged away or dropped and not yet deleted.
const KEEP_SIXTEENTHS: u64 = 13;
/// A segment is closed at this share of the limit …
const SHARE: u64 = 16;
/// … at most at this many bytes …
const MAX_BYTES: u64 = 256 << 20;
/// … and at most after this time.
const MAX_AGE: Duration = Duration::from_secs(3600);

/// A segment as the engine reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentSize {
    pub(crate) segment: u32,
    /// Active bytes on disk.
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
}

/// The state of the segments.
#[derive(Debug)]
pub(crate) struct Segments {
    current: u32,
    opened: Instant,
    /// Bytes that the table may take; 0 for no limit.
    limit: u64,
}

impl Segments {
    /// Goes on with the newest segment that there is.
    pub(crate) fn new(sizes: &[SegmentSize], limit: u64, now: Instant) -> Self {
        let current = sizes.iter().map(|s| s.segment).max().unwrap_or(1);
        Self { current, opened: now, limit }
    }

    /// The segment to write into.
    pub(crate) fn current(&self) -> u32 {
        self.current
    }

    /// Bytes of entries that one commit should take at most, so that a segment does not grow far past its share.
    pub(crate) fn commit_bytes(&self) -> usize {
        let share = if self.limit == 0 { MAX_BYTES } else { self.segment_bytes() };
        // Stored bytes are a quarter of what comes in, or less.
        usize::try_from(share * 2).unwrap_or(usize::MAX).clamp(256 << 10, 32 << 20)
    }

    fn segment_bytes(&self) -> u64 {
        if self.limit == 0 { MAX_BYTES } else { (self.limit / SHARE).min(MAX_BYTES) }
    }

    /// After a commit: closes the current segment when it is full or old, and says which segments have to go, oldest
    /// first. The current one never goes.
    pub(crate) fn turn(&mut self, sizes: &[SegmentSize], now: Instant) -> Vec<u32> {
        let here = sizes.iter().find(|s| s.segment == self.current);
        if let Some(here) = here
            && here.rows > 0
            && (here.bytes >= self.segment_bytes() || now.duration_since(self.opened) > MAX_AGE)
        {
            self.current += 1;
            self.opened = now;
        }
        if self.limit == 0 {
            return Vec::new();
        }
        let mut sizes = sizes.to_vec();
        sizes.sort_by_key(|s| s.segment);
        let mut sum: u64 = sizes.iter().map(|s| s.bytes).sum();
        let keep = self.limit / SHARE * KEEP_SIXTEENTHS;
        let mut gone = Vec::new();
        for old in sizes.iter().filter(|s| s.segment != self.current) {
            if sum <= keep {
                break;
            }
            sum -= old.bytes;
            gone.push(old.segment);
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1 << 20;

    fn sizes(of: &[(u32, u64)]) -> Vec<SegmentSize> {
        of.iter().map(|&(segment, mb)| SegmentSize { segment, bytes: mb * MB, rows: 1 }).collect()
    }

    #[test]
    fn a_segment_is_closed_at_a_sixteenth_of_the_limit() {
        let now = Instant::now();
        let mut segments = Segments::new(&[], 160 * MB, now);
        assert_eq!(segments.turn(&sizes(&[(1, 9)]), now), [] as [u32; 0]);
        assert_eq!(segments.current(), 1);
        segments.turn(&sizes(&[(1, 10)]), now);
        assert_eq!(segments.current(), 2);
    }

    #[test]
    fn a_segment_is_closed_after_an_hour_unless_it_is_empty() {
        let now = Instant::now();
        let late = now + Duration::from_secs(4000);
        let mut segments = Segments::new(&[], 160 * MB, now);
        segments.turn(&[], late);
        assert_eq!(segments.current(), 1);
        segments.turn(&sizes(&[(1, 1)]), late);
        assert_eq!(segments.current(), 2);
    }

    #[test]
    fn the_oldest_segments_go_until_the_rest_fits() {
        let now = Instant::now();
        let mut segments = Segments::new(&sizes(&[(7, 1)]), 160 * MB, now);
        let full = sizes(&[(7, 1), (4, 50), (5, 50), (3, 50)]);
        assert_eq!(segments.turn(&full, now), [3_u32]);
        assert_eq!(segments.turn(&sizes(&[(7, 9), (6, 500)]), now), [6_u32], "the current one never goes");
    }

    #[test]
    fn without_a_limit_nothing_goes() {
        let now = Instant::now();
        let mut segments = Segments::new(&sizes(&[(2, 1)]), 0, now);
        assert_eq!(segments.turn(&sizes(&[(1, 90_000), (2, 1)]), now), [] as [u32; 0]);
    }
}
