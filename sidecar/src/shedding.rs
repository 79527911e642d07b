//! When the capture falls behind: which step of the ladder it is on (bodies first, then decoding, then connections).
//!
//! In: whether half of the ring is waiting. Out: the level, changed after 200 ms of pressure or 5 s of calm. What a
//! level leaves out is the engine's business; each is a state that the aggregator shows.

use std::time::{Duration, Instant};

use mizu_dissect::Shedding as Level;
use mizu_entry::WorkerState;

const PRESSURE: Duration = Duration::from_millis(200);
const CALM: Duration = Duration::from_secs(5);

/// The ladder, from nothing left out to most.
const LADDER: [Level; 6] = [
    Level::Nothing,
    Level::Bodies,
    Level::Decoding,
    Level::Connections { keep: 8 },
    Level::Connections { keep: 4 },
    Level::Connections { keep: 1 },
];

/// Where the capture stands.
#[derive(Debug, Default)]
pub(crate) struct Shedding {
    step: usize,
    pressed_since: Option<Instant>,
    calm_since: Option<Instant>,
}

impl Shedding {
    /// Takes note of the gauge; returns the level if it changes.
    pub(crate) fn judge(&mut self, behind: bool, now: Instant) -> Option<Level> {
        let step = if behind {
            self.calm_since = None;
            let since = *self.pressed_since.get_or_insert(now);
            let up = now.duration_since(since) >= PRESSURE && self.step + 1 < LADDER.len();
            if up { self.step + 1 } else { self.step }
        } else {
            self.pressed_since = None;
            let since = *self.calm_since.get_or_insert(now);
            let down = now.duration_since(since) >= CALM;
            if down { self.step.saturating_sub(1) } else { self.step }
        };
        if step == self.step {
            return None;
        }
        self.step = step;
        self.pressed_since = None;
        self.calm_since = None;
        LADDER.get(step).copied()
    }

    /// The state that the aggregator is told.
    pub(crate) fn state(&self, packets: u64) -> WorkerState {
        match self.step {
            0 if packets == 0 => WorkerState::Starting,
            0 => WorkerState::Capturing,
            1 => WorkerState::SheddingBodies,
            2 => WorkerState::SheddingDecoding,
            _ => WorkerState::SheddingConnections,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_climbs_the_ladder_and_calm_descends_it() {
        let begin = Instant::now();
        let at = |millis| begin + Duration::from_millis(millis);
        let mut shedding = Shedding::default();
        assert_eq!(shedding.judge(true, at(0)), None);
        assert_eq!(shedding.judge(true, at(200)), Some(Level::Bodies));
        assert_eq!(shedding.judge(true, at(300)), None);
        assert_eq!(shedding.judge(true, at(510)), Some(Level::Decoding));
        assert_eq!(shedding.state(1), WorkerState::SheddingDecoding);
        assert_eq!(shedding.judge(false, at(600)), None);
        assert_eq!(shedding.judge(false, at(5600)), Some(Level::Bodies));
        assert_eq!(shedding.judge(false, at(10_700)), None);
        assert_eq!(shedding.judge(false, at(15_700)), Some(Level::Nothing));
        assert_eq!(shedding.state(1), WorkerState::Capturing);
    }
}
