//! The live stream: everything once, in order, from where the page ends.

use crate::support::{
    aggregator::{Aggregator, signal},
    entries::{frame, header, http},
    live::{Live, block_on},
};
use mizu_entry::api::{LiveMessage, LiveRequest};
use std::time::Duration;

fn send(aggregator: &Aggregator, sequence: u64, count: u64) {
    let entries: Vec<_> = (0..count).map(|n| http(sequence * 100_000 + n, 200, b"x")).collect();
    aggregator.store(&frame(&header("w1", sequence), &entries));
}

fn all(aggregator: &Aggregator) -> Vec<String> {
    let page = aggregator.json("/api/entries?limit=1000");
    page["entries"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_stream_goes_on_exactly_where_a_page_ends() {
    let aggregator = Aggregator::start();
    send(&aggregator, 1, 5);
    let page = aggregator.json("/api/entries");
    send(&aggregator, 2, 5);
    block_on(async {
        let mut live = Live::connect(&aggregator).await;
        live.subscribe(1, "", Some(page["cursor"].as_str().unwrap().to_owned())).await;
        assert_eq!(live.rows(5).await.0, all(&aggregator)[5..]);
        send(&aggregator, 3, 5);
        assert_eq!(live.rows(5).await.0, all(&aggregator)[10..]);
    });
}

#[test]
fn a_row_of_the_stream_is_the_row_of_the_list() {
    let aggregator = Aggregator::start();
    block_on(async {
        let mut live = Live::connect(&aggregator).await;
        live.subscribe(7, "", None).await;
        assert!(matches!(live.next().await, LiveMessage::Subscribed { id: 7, .. }));
        send(&aggregator, 1, 1);
        let LiveMessage::Entries { id: 7, entries, .. } = live.next().await else { panic!("no rows") };
        let listed = aggregator.json("/api/entries")["entries"].clone();
        assert_eq!(serde_json::to_value(entries).unwrap(), listed);
    });
}

#[test]
fn a_client_that_resumes_after_a_restart_misses_nothing_and_sees_nothing_twice() {
    let mut aggregator = Aggregator::start();
    let (mut seen, cursor) = block_on(async {
        let mut live = Live::connect(&aggregator).await;
        live.subscribe(1, "", Some("w0-0".into())).await;
        send(&aggregator, 1, 700);
        live.rows(700).await
    });
    send(&aggregator, 2, 20);
    aggregator.kill_and_restart();
    send(&aggregator, 3, 20);
    block_on(async {
        let mut live = Live::connect(&aggregator).await;
        live.subscribe(1, "", Some(cursor)).await;
        seen.extend(live.rows(40).await.0);
        send(&aggregator, 4, 3);
        seen.extend(live.rows(3).await.0);
    });
    assert_eq!(seen, all(&aggregator));
}

#[test]
fn a_paused_stream_holds_everything_and_goes_on_without_gap() {
    let aggregator = Aggregator::start();
    block_on(async {
        let mut live = Live::connect(&aggregator).await;
        live.subscribe(1, "", None).await;
        assert!(matches!(live.next().await, LiveMessage::Subscribed { .. }));
        live.ask(&LiveRequest::Pause).await;
        send(&aggregator, 1, 3);
        send(&aggregator, 2, 3);
        assert_eq!(live.next_within(Duration::from_millis(500)).await, None);
        live.ask(&LiveRequest::Resume).await;
        assert_eq!(live.rows(6).await.0, all(&aggregator));
    });
}

#[test]
fn a_second_subscription_of_the_same_name_takes_the_place_of_the_first() {
    let aggregator = Aggregator::start();
    send(&aggregator, 1, 2);
    block_on(async {
        let mut live = Live::connect(&aggregator).await;
        live.subscribe(1, "", None).await;
        live.subscribe(1, "", Some("w0-0".into())).await;
        assert_eq!(live.rows(2).await.0, all(&aggregator));
        live.ask(&LiveRequest::Unsubscribe { id: 1 }).await;
        send(&aggregator, 2, 2);
        assert_eq!(live.next_within(Duration::from_millis(500)).await, None);
    });
}

#[test]
fn nonsense_is_refused_with_the_reason_and_the_stream_goes_on() {
    let aggregator = Aggregator::start();
    block_on(async {
        let mut live = Live::connect(&aggregator).await;
        for (query, from, code) in [("http and", None, "bad_query"), ("", Some("nonsense"), "bad_request")] {
            live.subscribe(1, query, from.map(str::to_owned)).await;
            let LiveMessage::Refused { id: 1, error } = live.next().await else { panic!("not refused") };
            assert_eq!(error.code, code);
        }
        live.subscribe(1, "", None).await;
        assert!(matches!(live.next().await, LiveMessage::Subscribed { .. }));
    });
}

#[test]
fn a_client_that_is_far_behind_is_told_how_much_it_missed() {
    let aggregator = Aggregator::start();
    for sequence in 1..=3 {
        send(&aggregator, sequence, 10_000);
    }
    block_on(async {
        let mut live = Live::connect(&aggregator).await;
        live.subscribe(1, "", Some("w0-0".into())).await;
        assert!(matches!(live.next().await, LiveMessage::Subscribed { .. }));
        let LiveMessage::Dropped { count, .. } = live.next().await else { panic!("nothing dropped") };
        assert_eq!(count, 30_000);
        send(&aggregator, 4, 2);
        assert_eq!(live.rows(2).await.0.len(), 2);
    });
}

#[test]
fn the_stream_outlives_the_engine() {
    let aggregator = Aggregator::start();
    block_on(async {
        let mut live = Live::connect(&aggregator).await;
        live.subscribe(1, "", None).await;
        assert!(matches!(live.next().await, LiveMessage::Subscribed { .. }));
        signal(aggregator.engine(), "KILL");
        send(&aggregator, 1, 4);
        assert_eq!(live.rows(4).await.0, all(&aggregator));
    });
}
