//! The whole shop in one process: its counts, its log and its load agree, and it ends in order.
#![expect(
    clippy::unwrap_used,
    reason = "a test may fail by panicking, and clippy.toml does not reach its helpers"
)]

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

fn shop(addr: &str, arguments: &[&str]) -> (Child, BufReader<ChildStdout>, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mizu-shop"))
        .args(["all", "--addr", addr])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut ready = String::new();
    stdout.read_line(&mut ready).unwrap();
    (child, stdout, serde_json::from_str(&ready).unwrap())
}

fn stats(ready: &Value) -> Value {
    let address = ready["admin"].as_str().unwrap().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /stats HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Closes standard input, which a shop with `--hold` ends at. Its last line.
fn end(mut child: Child, mut stdout: BufReader<ChildStdout>) -> Value {
    drop(child.stdin.take());
    let mut last = String::new();
    stdout.read_to_string(&mut last).unwrap();
    assert!(child.wait().unwrap().success());
    serde_json::from_str(&last).unwrap()
}

#[test]
fn every_exchange_that_is_counted_is_in_the_log_under_a_span_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let arguments =
        ["--hold", "--rate", "600/s", "--calls", "1200", "--seed", "7", "--log", log.to_str().unwrap()];
    let (mut child, stdout, ready) = shop("127.72.1.10", &arguments);
    assert_eq!(stats(&ready)["load"]["calls"], 0, "customers wait for the go");
    child.stdin.as_mut().unwrap().write_all(b"open\n").unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while stats(&ready)["load"]["calls"] != 1200 {
        assert!(Instant::now() < deadline, "{}", stats(&ready));
        std::thread::park_timeout(Duration::from_millis(50));
    }
    let last = end(child, stdout);
    assert_eq!(last["load"]["failures"], 0, "{last}");

    let mut logged: BTreeMap<String, (u64, u64, u64)> = BTreeMap::new();
    let mut spans = std::collections::BTreeSet::new();
    for line in std::fs::read_to_string(&log).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let counts = logged.entry(line["service"].as_str().unwrap().to_owned()).or_default();
        match line["aborted"].as_bool() {
            Some(false) => counts.0 += 1,
            Some(true) => counts.1 += 1,
            None => counts.2 += 1,
        }
        if line["aborted"].is_boolean() {
            assert!(spans.insert(line["span"].as_str().unwrap().to_owned()), "{line}");
        }
    }
    let counted: BTreeMap<_, _> = last["served"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(service, counts)| {
            let count = |name: &str| counts[name].as_u64().unwrap();
            (service.clone(), (count("served"), count("aborted"), count("messages")))
        })
        .collect();
    assert_eq!(logged, counted);
    assert!(counted.values().all(|(served, ..)| *served > 0), "{counted:?}");
    assert!(counted["stock"].2 > 10, "{counted:?}");
}

#[test]
fn the_shop_ends_by_a_signal_and_says_what_it_served() {
    let (child, mut stdout, _) = shop("127.72.2.10", &["--rate", "50/s"]);
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let mut last = String::new();
    stdout.read_to_string(&mut last).unwrap();
    let last: Value = serde_json::from_str(&last).unwrap();
    assert!(last["served"]["front-end"]["served"].is_u64(), "{last}");
    let mut child = child;
    assert!(child.wait().unwrap().success());
}
