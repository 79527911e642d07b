//! Turns a rate into moments: each call waits for its own, evenly spaced, whoever makes it.
//!
//! Time that nobody used is not made up for: after a pause the calls go on at the same pace, without a burst.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Shared by all customers.
#[derive(Debug)]
pub(crate) struct Pacer {
    every: Duration,
    next: Mutex<State>,
}

#[derive(Debug)]
struct State {
    at: Instant,
    left: Option<u64>,
}

impl Pacer {
    /// `rate` moments a second, above 0; `limit` of them in all.
    pub(crate) fn new(rate: f64, limit: Option<u64>) -> Self {
        let next = Mutex::new(State { at: Instant::now(), left: limit });
        Self { every: Duration::from_secs_f64(1.0 / rate), next }
    }

    /// The moment of the next call; `None` when all were given away.
    pub(crate) fn moment(&self) -> Option<Instant> {
        let mut state = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = &mut state.left {
            *left = left.checked_sub(1)?;
        }
        // A timer has a grain of a millisecond: that much may be made up for, or high rates would fall short.
        let floor = Instant::now().checked_sub(Duration::from_millis(5)).unwrap_or(state.at);
        let at = state.at.max(floor);
        state.at = at + self.every;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn moments_are_evenly_spaced_and_end_at_the_limit() {
        let pacer = Pacer::new(100.0, Some(3));
        let moments: Vec<_> = std::iter::from_fn(|| pacer.moment()).collect();
        assert_eq!(moments.len(), 3);
        assert!(moments.windows(2).all(|w| w[1] - w[0] == Duration::from_millis(10)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_not_followed_by_a_burst() {
        let pacer = Pacer::new(10.0, None);
        pacer.moment();
        tokio::time::advance(Duration::from_secs(60)).await;
        let burst = (0..10).filter_map(|_| pacer.moment()).filter(|at| *at <= Instant::now()).count();
        assert_eq!(burst, 1);
    }
}
