//! A filter means the same in the store and in memory.

use crate::support::{
    Folder,
    aggregator::Aggregator,
    entries::{frame, header, http},
    live::{Live, block_on},
};
use mizu_entry::{Entry, Interface, Record, api::LiveMessage, record::Peer, testing};
use mizu_query::{Query, testing::filter};
use proptest::{
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};
use std::collections::HashMap;

const ENTRIES: usize = 400;
const FILTERS: usize = 400;

fn draw<T: std::fmt::Debug>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).unwrap().current()
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn found(aggregator: &Aggregator, filter: &str) -> Vec<u64> {
    let page = aggregator.json(&format!("/api/entries?limit=1000&query={}", encoded(filter)));
    page["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap().parse().unwrap())
        .collect()
}

/// Names by address, as the aggregator reads them and as the test looks them up.
fn names() -> (String, HashMap<&'static str, Peer>) {
    let peers = HashMap::from([
        ("10.0.0.1", Peer { name: "carts".into(), namespace: "shop".into(), ..Peer::default() }),
        ("10.0.0.2", Peer { name: "payment".into(), pod: "payment-7d9".into(), ..Peer::default() }),
        (
            "fd00::1",
            Peer { name: "front-end".into(), workload: "deployment/front-end".into(), ..Peer::default() },
        ),
    ]);
    let file: serde_json::Map<String, serde_json::Value> = peers
        .iter()
        .map(|(ip, p)| {
            let named = serde_json::json!({ "name": p.name, "namespace": p.namespace, "workload": p.workload, "pod": p.pod });
            (ip.to_string(), named)
        })
        .collect();
    (serde_json::to_string(&file).unwrap(), peers)
}

#[test]
fn random_filters_find_the_same_of_random_entries_in_the_store_and_in_memory() {
    let mut runner = TestRunner::deterministic();
    let (file, peers) = names();
    let folder = Folder::new();
    let path = folder.0.join("names.json");
    std::fs::write(&path, file).unwrap();
    let aggregator = Aggregator::with(&["--names", path.to_str().unwrap()]);

    let entries: Vec<Entry> = (0..ENTRIES).map(|_| draw(&mut runner, &testing::entry())).collect();
    let interfaces = ["eth0", "lo", ""];
    let workers = ["w-1", "w-2"];
    for (worker, half) in workers.iter().zip(entries.chunks(ENTRIES / 2)) {
        let mut head = header(worker, 1);
        head.interfaces =
            (0..).zip(interfaces).map(|(index, name)| Interface { index, name: name.into() }).collect();
        aggregator.store(&frame(&head, half));
    }
    let ids = found(&aggregator, "");
    assert_eq!(ids.len(), ENTRIES);
    let nobody = Peer::default();
    let peer = |ip: std::net::IpAddr| peers.get(ip.to_string().as_str()).unwrap_or(&nobody);
    let records: Vec<_> = ids
        .iter()
        .zip(&entries)
        .enumerate()
        .map(|(at, (&id, entry))| Record {
            id,
            worker: workers[at / (ENTRIES / 2)],
            worker_seq: 1,
            interface: interfaces.get(entry.capture.interface as usize).copied().unwrap_or(""),
            src: peer(entry.flow.client.ip),
            dst: peer(entry.flow.server.ip),
            entry,
        })
        .collect();

    let mut some = 0;
    for number in 0..FILTERS {
        let text = draw(&mut runner, &filter());
        let query = Query::parse(&text).unwrap_or_else(|e| panic!("filter {number}: {text}: {e}"));
        let in_memory: Vec<u64> = records.iter().filter(|r| query.matches(r)).map(|r| r.id).collect();
        let in_store = found(&aggregator, &text);
        if in_memory != in_store {
            let differs =
                records.iter().find(|r| in_memory.contains(&r.id) != in_store.contains(&r.id)).unwrap();
            panic!(
                "filter {number}: {text}\nas SQL: {:?}\nin memory {}, in the store {}\n{differs:#?}",
                query.to_sql(),
                in_memory.contains(&differs.id),
                in_store.contains(&differs.id)
            );
        }
        some += usize::from(!in_memory.is_empty() && in_memory.len() < ENTRIES);
    }
    assert!(some > FILTERS / 4, "only {some} filters of {FILTERS} told entries apart");
}

#[test]
fn pages_counts_bars_and_the_live_stream_obey_the_filter() {
    let aggregator = Aggregator::start();
    let send = |sequence: u64| {
        let entries: Vec<_> = (0..10).map(|n| http(n, if n % 5 == 0 { 500 } else { 200 }, b"x")).collect();
        aggregator.store(&frame(&header("w1", sequence), &entries));
    };
    send(1);
    let filter = "response.status >= 500";
    let query = encoded(filter);
    assert_eq!(found(&aggregator, filter).len(), 2);
    let count = aggregator.json(&format!("/api/entries/count?query={query}"));
    assert_eq!((&count["matched"], &count["total"]), (&2.into(), &10.into()));
    let histogram = aggregator.json(&format!("/api/histogram?query={query}"));
    let errors = |bar: &serde_json::Value| bar["server_error"].as_u64().unwrap();
    assert_eq!(histogram["bars"].as_array().unwrap().iter().map(errors).sum::<u64>(), 2);
    block_on(async {
        let mut live = Live::connect(&aggregator).await;
        live.subscribe(1, filter, None).await;
        assert!(matches!(live.next().await, LiveMessage::Subscribed { .. }));
        send(2);
        let (rows, _) = live.rows(2).await;
        let listed: Vec<_> = found(&aggregator, filter)[2..].iter().map(u64::to_string).collect();
        assert_eq!(rows, listed);
    });
}

#[test]
fn help_with_writing_knows_the_fields_the_faults_and_the_values_that_occur() {
    let aggregator = Aggregator::start();
    aggregator.store(&frame(&header("w1", 1), &[http(1, 200, b"x"), http(2, 200, b"x"), http(3, 503, b"x")]));
    let fields = aggregator.json("/api/query/fields");
    let status =
        fields["fields"].as_array().unwrap().iter().find(|f| f["path"] == "response.status").unwrap();
    assert_eq!(status["column"], "http_status");

    let check = aggregator.json(&format!("/api/query/validate?query={}", encoded("respnse.status == 1")));
    assert_eq!(check["valid"], false);
    assert_eq!((&check["error"]["start"], &check["error"]["end"]), (&0.into(), &14.into()));
    assert_eq!(aggregator.json("/api/query/validate?query=http")["valid"], true);

    let typed = encoded("request.host == ");
    let list = aggregator.json(&format!("/api/query/complete?query={typed}"));
    let value = list["items"].as_array().unwrap().iter().find(|item| item["kind"] == "value").unwrap();
    assert_eq!((&value["text"], &value["count"]), (&"\"carts\"".into(), &3.into()));
    let keys = aggregator.json(&format!("/api/query/complete?query={}", encoded("request.headers[\"")));
    let names: Vec<_> =
        keys["items"].as_array().unwrap().iter().map(|i| i["text"].as_str().unwrap()).collect();
    assert!(names.iter().any(|name| name.contains("user-agent")), "{names:?}");
}
