//! Exactly once under 20 kill -9 of the engine and 20 of the aggregator at random moments in two minutes, with a page that
//! stays open. `cargo test -p mizu-aggregator --test kills -- --nocapture`

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; clippy's exception does not reach the functions beside the tests"
)]

mod support;

use std::time::Duration;
use support::kills::{Plan, run};

#[test]
fn every_acknowledged_entry_is_stored_once_and_shown_once_under_forty_kills() {
    let found = run(&Plan {
        engine_kills: 20,
        aggregator_kills: 20,
        lasts: Duration::from_secs(120),
        sidecars: 4,
        rate: 1500,
    });
    println!(
        "{} entries stored of as many acknowledged, none twice; {} batches were sent more than once; \
         {} entries seen live, each once, in order",
        found.entries, found.repeated_batches, found.seen_live
    );
    assert!(found.entries >= 100_000, "only {} entries were sent", found.entries);
}
