//! Exactly once under kill -9: sidecars that send until they are told "stored", processes that die, and a look at what is
//! there in the end.

use super::{
    aggregator::{Aggregator, signal},
    entries::{frame, header, http},
    http::request,
    live::{Live, block_on},
};
use mizu_entry::api::LiveMessage;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// What a run does.
pub struct Plan {
    pub engine_kills: u32,
    pub aggregator_kills: u32,
    pub lasts: Duration,
    pub sidecars: u64,
    /// Entries a second of all sidecars together. What could not be sent in time makes the next batch larger.
    pub rate: u64,
}

/// What a run found. All is as it should be, else it panics.
pub struct Found {
    pub entries: u64,
    pub repeated_batches: u64,
    pub seen_live: u64,
}

/// Ends the run, also when the one who kills fails.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Entries of one batch.
const LEAST: u64 = 20;
const MOST: u64 = 5000;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

pub fn run(plan: &Plan) -> Found {
    let mut aggregator = Aggregator::with(&["--max-entries-db-size", "0"]);
    let (read, ingest) = (aggregator.read.clone(), aggregator.ingest.clone());
    let seed = u64::from(std::process::id()) << 20 | 0x9e37;
    println!("seed {seed}");
    let (over, repeated) = (AtomicBool::new(false), AtomicU64::new(0));
    let (sent, seen) = std::thread::scope(|scope| {
        let sidecars: Vec<_> = (0..plan.sidecars)
            .map(|n| {
                scope.spawn({
                    let (ingest, over, repeated) = (&ingest, &over, &repeated);
                    move || sidecar(plan, n, ingest, over, repeated)
                })
            })
            .collect();
        let watcher = scope.spawn(|| block_on(watch(&read, &over)));
        let end = End(&over);
        kill(plan, &mut aggregator, seed);
        drop(end);
        let sent: u64 = sidecars.into_iter().map(|s| s.join().unwrap()).sum();
        (sent, watcher.join().unwrap())
    });

    let stored = all_rows(&aggregator);
    let mut by_number: BTreeMap<&str, u32> = BTreeMap::new();
    for (_, summary) in &stored {
        *by_number.entry(summary).or_default() += 1;
    }
    let twice = by_number.values().filter(|&&times| times > 1).count();
    assert_eq!(twice, 0, "entries stored twice");
    assert_eq!(by_number.len() as u64, sent, "entries stored, of those that were sent");
    let ids: Vec<_> = stored.into_iter().map(|(id, _)| id).collect();
    assert!(seen == ids, "the live stream shows each entry once, in order: {} of {}", seen.len(), ids.len());
    Found { entries: sent, repeated_batches: repeated.load(Ordering::Relaxed), seen_live: seen.len() as u64 }
}

/// Sends numbered entries until the run is over; comes back with how many were acknowledged, which is all.
fn sidecar(plan: &Plan, number: u64, ingest: &str, over: &AtomicBool, repeated: &AtomicU64) -> u64 {
    let begun = Instant::now();
    let (mut sequence, mut sent) = (0, 0);
    while !over.load(Ordering::Acquire) {
        let due = begun.elapsed().as_millis() as u64 * plan.rate / plan.sidecars / 1000;
        let batch = due.saturating_sub(sent).min(MOST);
        if batch < LEAST {
            std::thread::park_timeout(Duration::from_millis(5));
            continue;
        }
        sequence += 1;
        let first = number * 1_000_000_000 + sent;
        let entries: Vec<_> = (first..first + batch).map(|n| http(n, 200, b"{\"ok\":true}")).collect();
        let bytes = frame(&header(&format!("w{number}"), sequence), &entries);
        let mut tries = 0;
        loop {
            let answer = request(ingest, "POST", "/ingest/v1/batches", &[("host", ingest)], &bytes);
            match answer {
                Ok(answer) if answer.status == 200 => break,
                Ok(answer) => assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body)),
                Err(_) => {}
            }
            // An aggregator that stays away has failed; that is said by whoever waits for it.
            if over.load(Ordering::Acquire) && tries > 1000 {
                return sent;
            }
            tries += 1;
            std::thread::park_timeout(Duration::from_millis(20));
        }
        if tries > 0 {
            repeated.fetch_add(1, Ordering::Relaxed);
        }
        sent += batch;
    }
    sent
}

fn kill(plan: &Plan, aggregator: &mut Aggregator, seed: u64) {
    let mut random = Random(seed);
    let begun = Instant::now();
    let (mut engines, mut aggregators) = (plan.engine_kills, plan.aggregator_kills);
    while engines + aggregators > 0 {
        let left = plan.lasts.saturating_sub(begun.elapsed()).as_millis() as u64;
        let mean = (left / u64::from(engines + aggregators + 1)).max(20);
        std::thread::park_timeout(Duration::from_millis(random.below(2 * mean)));
        if random.below(u64::from(engines + aggregators)) < u64::from(engines) {
            signal(aggregator.engine(), "KILL");
            engines -= 1;
        } else {
            aggregator.kill_and_restart();
            aggregators -= 1;
        }
    }
    std::thread::park_timeout(plan.lasts.saturating_sub(begun.elapsed()));
}

/// A page that stays open: reconnects with its last cursor. Comes back when the run is over and nothing more comes.
async fn watch(read: &str, over: &AtomicBool) -> Vec<u64> {
    let (mut seen, mut cursor) = (Vec::new(), Some("w0-0".to_owned()));
    loop {
        let Ok(mut live) = Live::try_connect(read).await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        live.subscribe(1, "", cursor.clone()).await;
        loop {
            let done = over.load(Ordering::Acquire);
            match live.next_within(Duration::from_secs(5)).await {
                Some(LiveMessage::Entries { entries, cursor: at, .. }) => {
                    seen.extend(entries.iter().map(|row| row.id.parse::<u64>().unwrap()));
                    cursor = Some(at);
                }
                Some(LiveMessage::Subscribed { .. }) => {}
                Some(other) => panic!("{other:?}"),
                None if done => return seen,
                None => break,
            }
        }
    }
}

/// Ids and summaries of everything that is stored, oldest first.
fn all_rows(aggregator: &Aggregator) -> Vec<(u64, String)> {
    let mut rows: Vec<(u64, String)> = Vec::new();
    loop {
        let after = rows.last().map_or(0, |(id, _)| *id);
        let page = aggregator.json(&format!("/api/entries?limit=1000&after={after}"));
        let entries = page["entries"].as_array().unwrap();
        rows.extend(entries.iter().map(|e| {
            (e["id"].as_str().unwrap().parse().unwrap(), e["summary"].as_str().unwrap().to_owned())
        }));
        if page["newer"] == false {
            return rows;
        }
    }
}
