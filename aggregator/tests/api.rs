//! Pages, counts, sums by time.

use crate::support::{
    aggregator::Aggregator,
    entries::{frame, header, http},
    until,
};
use serde_json::Value;
use std::time::Duration;

fn ids(page: &Value) -> Vec<String> {
    page["entries"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// An aggregator with 25 entries, a millisecond apart, every fifth an error; and their ids.
fn filled() -> (Aggregator, Vec<String>) {
    let aggregator = Aggregator::start();
    let entries: Vec<_> = (0..25).map(|n| http(n, if n % 5 == 0 { 500 } else { 200 }, b"x")).collect();
    aggregator.store(&frame(&header("w1", 1), &entries[..10]));
    aggregator.store(&frame(&header("w1", 2), &entries[10..]));
    let all = ids(&aggregator.json("/api/entries"));
    assert_eq!(all.len(), 25);
    assert!(all.is_sorted_by_key(|id| id.parse::<u64>().unwrap()));
    (aggregator, all)
}

#[test]
fn pages_join_without_gap_or_overlap_in_every_direction() {
    let (aggregator, all) = filled();
    let newest = aggregator.json("/api/entries?limit=10");
    assert_eq!(ids(&newest), all[15..]);
    assert_eq!((&newest["older"], &newest["newer"]), (&true.into(), &false.into()));

    let before = aggregator.json(&format!("/api/entries?limit=10&before={}", all[15]));
    assert_eq!(ids(&before), all[5..15]);
    assert_eq!((&before["older"], &before["newer"]), (&true.into(), &true.into()));
    let first = aggregator.json(&format!("/api/entries?limit=10&before={}", all[5]));
    assert_eq!(ids(&first), all[..5]);
    assert_eq!(first["older"], false);

    let after = aggregator.json(&format!("/api/entries?limit=10&after={}", all[4]));
    assert_eq!(ids(&after), all[5..15]);
    assert_eq!((&after["older"], &after["newer"]), (&true.into(), &true.into()));

    let offset = aggregator.json(&format!("/api/entries?limit=10&offset=7&until={}", all[19]));
    assert_eq!(ids(&offset), all[7..17]);
    assert_eq!(ids(&aggregator.json(&format!("/api/entries?offset=18&until={}", all[19]))), all[18..20]);
}

#[test]
fn counts_are_bounded_like_the_pages() {
    let (aggregator, all) = filled();
    let count = aggregator.json("/api/entries/count");
    assert_eq!((&count["matched"], &count["total"]), (&25.into(), &25.into()));
    assert_eq!(count["until"].as_str().unwrap(), all[24]);
    let bounded = aggregator.json(&format!("/api/entries/count?until={}", all[9]));
    assert_eq!((&bounded["total"], bounded["until"].as_str().unwrap()), (&10.into(), all[9].as_str()));
}

#[test]
fn times_bound_pages_with_the_begin_and_without_the_end() {
    let (aggregator, all) = filled();
    let rows = aggregator.json("/api/entries");
    let at = |n: usize| rows["entries"][n]["timestamp"].as_str().unwrap().to_owned();
    let page = aggregator.json(&format!("/api/entries?from={}&to={}", at(3), at(8)));
    assert_eq!(ids(&page), all[3..8]);
    assert_eq!(ids(&aggregator.json("/api/entries?to=2020-01-01T00:00:00Z")), [] as [String; 0]);
}

#[test]
fn the_histogram_counts_every_entry_once_by_outcome() {
    let (aggregator, _) = filled();
    let histogram = aggregator.json("/api/histogram?buckets=10");
    let bars = histogram["bars"].as_array().unwrap();
    assert!(bars.len() <= 10 && bars.len() > 2, "{histogram}");
    let sum = |outcome: &str| bars.iter().map(|bar| bar[outcome].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("ok"), sum("server_error"), sum("client_error"), sum("no_reply")), (20, 5, 0, 0));
}

#[test]
fn bad_parameters_are_answered_with_what_is_wrong() {
    let aggregator = Aggregator::start();
    for (path, code) in [
        ("/api/entries?limit=0", "bad_request"),
        ("/api/entries?limit=1001", "bad_request"),
        ("/api/entries?limit=x", "bad_request"),
        ("/api/entries?before=x", "bad_request"),
        ("/api/entries?before=1&after=1", "bad_request"),
        ("/api/entries?from=yesterday", "bad_request"),
        ("/api/histogram?buckets=0", "bad_request"),
        ("/api/entries/x", "bad_request"),
        ("/api/entries/1", "not_found"),
        ("/api/entries/1/body/request", "not_found"),
        ("/api/entries?query=http%20and", "bad_query"),
        ("/api/live", "bad_request"),
        ("/api/nothing", "not_found"),
    ] {
        let answer = aggregator.get(path);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        assert_eq!(answer.json()["code"], code, "{path}");
    }
}

#[test]
fn the_status_says_what_is_stored() {
    let (aggregator, _) = filled();
    // The sizes are asked for after a batch is acknowledged.
    let status = until("all entries in the status", Duration::from_secs(10), || {
        Some(aggregator.json("/api/status")).filter(|status| status["entries"] == 25)
    });
    assert_eq!(status["store"], "ready");
    assert_eq!(status["store_limit"], 200_000_000);
    assert!(status["store_bytes"].as_u64().unwrap() > 0);
    assert!(status["oldest"].as_str().unwrap() < status["newest"].as_str().unwrap());
}
