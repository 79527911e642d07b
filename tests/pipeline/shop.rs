//! Live traffic: what the shop's services served, by their own log, is what the API shows.

use std::process::Command;

use mizu_tests::binaries::binary;
use mizu_tests::process::Process;
use rustix::process::Signal;
use serde_json::Value;

use crate::stage::{READY, Stage, tally};

/// Protocol, method, what was asked, status.
type Exchange = (String, String, String, i64);

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn logged(line: &Value) -> Option<Exchange> {
    if line["aborted"] != false {
        return None;
    }
    let grpc = line["grpc_status"].as_i64();
    let protocol = match (text(&line["version"]).as_str(), grpc) {
        (_, Some(_)) => "grpc",
        ("HTTP/2.0", _) => "http2",
        _ => "http",
    };
    let status = grpc.or(line["status"].as_i64()).expect("a status");
    let path = text(&line["path"]);
    let method = if grpc.is_some() { String::new() } else { text(&line["method"]) };
    Some((protocol.to_owned(), method, path.trim_start_matches('/').to_owned(), status))
}

fn shown(row: &Value, stage: &Stage) -> Option<Exchange> {
    let protocol = text(&row["protocol"]);
    if protocol == "websocket" {
        return None;
    }
    // The list shows a GraphQL call by its operation; the path is in the detail.
    let what = if row["graphql"].is_string() {
        let detail = stage.get(&format!("/api/entries/{}", text(&row["id"]))).json();
        let details = detail["request"]["details"].as_array().expect("details").clone();
        let named =
            |name: &str| details.iter().find(|one| one["name"] == name).map(|one| text(&one["value"]));
        named("Target").or_else(|| named("Path")).expect("a target")
    } else {
        text(&row["summary"])
    };
    let method = if protocol == "grpc" { String::new() } else { text(&row["method"]) };
    let status = row["status"].as_i64().unwrap_or(-1);
    Some((protocol, method, what.trim_start_matches('/').to_owned(), status))
}

#[test]
fn live_traffic_is_stored_as_the_services_served_it() {
    assert!(
        rustix::process::geteuid().is_root(),
        "capturing needs root or CAP_NET_RAW: run this tier as root"
    );
    let stage = Stage::open();
    let log = stage.folder().join("served.jsonl");
    let mut command = Command::new(binary("mizu-shop"));
    command.args(["all", "--addr", "127.0.1.10", "--rate", "400/s", "--calls", "1500", "--seed", "7"]);
    command.arg("--log").arg(&log);
    let mut sidecar = stage.sidecar();
    sidecar.args(["--interface", "lo", "--worker", "test"]);
    let sidecar = Process::start(sidecar);
    mizu_tests::deadline::within(READY, "the sidecar to be heard of", || {
        let coverage = stage.get("/api/coverage").json();
        (coverage["workers"].as_array()?.len() == 1).then_some(())
    });
    let mut shop = Process::start(command);
    let admin: String = shop.line(READY, "its addresses", |line| {
        let value: Value = serde_json::from_str(line).ok()?;
        value["ready"].as_bool()?.then(|| text(&value["admin"]))
    });
    let admin = admin.trim_start_matches("http://").parse().expect("an address");
    mizu_tests::deadline::within(READY, "the load to end", || {
        let stats = mizu_tests::http::ask("GET", admin, "/stats", &[]).ok()?.json();
        (stats["load"]["calls"].as_u64()? >= 1500).then_some(())
    });
    shop.signal(Signal::TERM);
    assert!(shop.ended(READY).success());
    let log = std::fs::read_to_string(log).expect("the shop's log");
    let due: Vec<Exchange> =
        log.lines().filter_map(|line| logged(&serde_json::from_str(line).expect("JSON"))).collect();
    assert!(due.len() > 2000, "{}", due.len());

    let addresses = r#"dst.ip =~ "^127\.0\.1\.""#;
    let exchanges = format!("{addresses} and not websocket and outcome != \"no_reply\"");
    mizu_tests::deadline::within(READY, "all that was served to be stored", || {
        (stage.count(&exchanges) >= due.len() as u64).then_some(())
    });
    let rows = stage.entries(&exchanges);
    let ours: Vec<Exchange> = rows.iter().filter_map(|row| shown(row, &stage)).collect();
    assert_eq!(
        difference(&due, &ours),
        (Vec::new(), Vec::new()),
        "(served and not shown, shown and not served)"
    );
    // Loopback carries other tests' traffic too, which may have been under way when this capture began: what is judged
    // is the kernel, the way to the aggregator, and the shop's own entries.
    let coverage = stage.get("/api/coverage").json();
    let losses = coverage["losses"].as_array().expect("losses");
    let dropped: Vec<_> = losses.iter().filter(|loss| text(&loss["cause"]).starts_with("dropped_")).collect();
    assert!(dropped.is_empty(), "{coverage}");
    let noted =
        |row: &&Value| row["notes"].as_array().is_some_and(|notes| notes.iter().any(|note| note == "gap"));
    assert_eq!(rows.iter().filter(noted).count(), 0, "entries with a gap where nothing was lost");
    drop(sidecar);
}

fn difference(left: &[Exchange], right: &[Exchange]) -> (Vec<Exchange>, Vec<Exchange>) {
    let (left, right) = (tally(left), tally(right));
    let beyond = |one: &std::collections::BTreeMap<&Exchange, u64>,
                  other: &std::collections::BTreeMap<&Exchange, u64>| {
        let more = |(key, count): (&&Exchange, &u64)| {
            (*count > other.get(*key).copied().unwrap_or(0)).then(|| (*key).clone())
        };
        one.iter().filter_map(more).collect()
    };
    (beyond(&left, &right), beyond(&right, &left))
}
