//! The short run of `kills`: what the long one (`--test kills`) does for two minutes.

use crate::support::kills::{Plan, run};
use std::time::Duration;

#[test]
fn every_acknowledged_entry_is_stored_once_although_engine_and_aggregator_are_killed() {
    let found = run(&Plan {
        engine_kills: 4,
        aggregator_kills: 3,
        lasts: Duration::from_secs(12),
        sidecars: 3,
        rate: 1500,
    });
    assert!(found.entries > 1000, "only {} entries were sent", found.entries);
}
