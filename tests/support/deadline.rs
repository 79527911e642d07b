//! Waiting for something to become true, with an end. Tests wait for what they need and never for a time to pass.

use std::time::{Duration, Instant};

/// Between two looks. Short, so that a test ends when its condition holds; long enough to leave the processor to those it waits for.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Looks until `look` gives a value, and returns it.
///
/// # Panics
/// After `deadline`, naming `what` was awaited.
pub fn within<T>(deadline: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + deadline;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "not within {deadline:?}: {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}
