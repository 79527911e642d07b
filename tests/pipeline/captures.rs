//! Capture files, from the sidecar to the API.

use std::process::Command;

use mizu_tests::binaries::binary;
use mizu_tests::checkout;
use serde_json::Value;

use crate::stage::{READY, Stage, tally, upload};

/// Captures of each protocol that the repository holds.
const CAPTURES: &[&str] = &[
    "http1/zstd-br-aiohttp.pcap",
    "http2/curl-prior-knowledge-node.pcap",
    "grpc/python-unary-streams-errors.pcap",
    "websocket/py-permessage-deflate.pcap",
];

/// What the sidecar finds in a file: (protocol, stream) of every entry.
fn found(file: &std::path::Path) -> Vec<(String, String)> {
    let output = Command::new(binary("mizu-sidecar"))
        .arg("--pcap")
        .arg(file)
        .args(["--format", "corpus-jsonl"])
        .output()
        .expect("the sidecar runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("JSON is text");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let line = |line: &str| serde_json::from_str::<Value>(line).expect("a JSON object a line");
    lines.lines().map(line).map(|value| (text(&value["protocol"]), text(&value["stream"]))).collect()
}

#[test]
fn every_entry_of_a_capture_reaches_the_store_once_with_its_detail() {
    let stage = Stage::open();
    let mut due = Vec::new();
    for name in CAPTURES {
        let file = checkout::root().join("dissect/tests/captures").join(name);
        due.extend(found(&file));
        let (status, lines) = upload(&stage, &file, &[]);
        assert!(status.success(), "{name}: {lines:?}");
    }
    stage.await_count("", due.len() as u64, READY);
    let rows = stage.entries("");
    let end = |peer: &Value| {
        let (ip, port) = (peer["ip"].as_str().expect("an ip"), &peer["port"]);
        if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }
    };
    let stored = rows.iter().map(|row| {
        let protocol = row["protocol"].as_str().expect("a protocol").to_owned();
        (protocol, format!("{}>{}", end(&row["src"]), end(&row["dst"])))
    });
    assert_eq!(tally(stored), tally(due));
    let ids: Vec<u64> =
        rows.iter().map(|row| row["id"].as_str().expect("id").parse().expect("number")).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "rows come in the order of their ids");
    for protocol in ["http", "http2", "grpc", "websocket"] {
        let row = rows.iter().find(|row| row["protocol"] == protocol).expect("an entry of each protocol");
        let id = row["id"].as_str().expect("an id");
        let detail = stage.get(&format!("/api/entries/{id}")).json();
        assert_eq!(&detail["summary"], row, "the detail's summary is the list's row");
    }
}

#[test]
fn what_was_captured_of_a_file_is_on_the_coverage_screen() {
    let stage = Stage::open();
    let file = checkout::root().join("dissect/tests/captures").join(CAPTURES[0]);
    let due = found(&file).len() as u64;
    let (status, _) = upload(&stage, &file, &["--worker", "a-file"]);
    assert!(status.success());
    let coverage = stage.get("/api/coverage").json();
    let worker = &coverage["workers"][0];
    assert!(worker["worker"].as_str().expect("a name").starts_with("a-file/"), "{worker}");
    assert_eq!(worker["state"], "finished");
    assert_eq!((worker["entries"].as_u64(), worker["stored"].as_u64()), (Some(due), Some(due)));
}
