//! The store stays within its limit.

use crate::support::{
    aggregator::Aggregator,
    bytes_below,
    entries::{frame, header, http},
};

#[test]
fn the_store_stays_within_its_limit_under_a_feed_of_five_times_the_limit() {
    const LIMIT: u64 = 20_000_000;
    let aggregator = Aggregator::with(&["--max-entries-db-size", "20MB"]);
    let store = aggregator.data.join("store");
    let (mut most, mut fed, mut sequence, mut state) = (0, 0, 0, 0x9e37_79b9_7f4a_7c15_u64);
    while fed < 5 * LIMIT {
        sequence += 1;
        let entries: Vec<_> = (0..500)
            .map(|n| {
                // Bytes that do not compress, so that what is fed is what is stored.
                let body: Vec<u8> = std::iter::repeat_with(|| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    state as u8
                })
                .take(4000)
                .collect();
                http(sequence * 1000 + n, 200, &body)
            })
            .collect();
        fed += 500 * 4000;
        aggregator.store(&frame(&header("w1", sequence), &entries));
        most = most.max(bytes_below(&store));
    }
    println!("most bytes on disk: {most}, {:.2} of the limit", most as f64 / LIMIT as f64);
    assert!(most as f64 <= LIMIT as f64 * 1.1, "{most} bytes on disk, the limit is {LIMIT}");
    let count = aggregator.json("/api/entries/count");
    assert!(count["total"].as_u64().unwrap() >= 2000, "too much was dropped: {count}");
    let newest = aggregator.json("/api/entries?limit=1");
    let summary = newest["entries"][0]["summary"].as_str().unwrap();
    assert!(summary.contains(&format!("/items/{}", sequence * 1000 + 499)), "{summary}");
}
