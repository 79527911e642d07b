//! The process itself: starting, what stands in its way, ending.

use crate::support::{
    Folder,
    aggregator::{Aggregator, command, signal},
    entries::{frame, header, http},
    until,
};
use std::{process::Stdio, time::Duration};

fn fails(mut command: std::process::Command) -> (Option<i32>, String) {
    let out =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(out.stdout, b"", "nothing is said to be ready");
    (out.status.code(), String::from_utf8(out.stderr).unwrap())
}

const ANY: &str = "127.0.0.1:0";

#[test]
fn a_second_aggregator_on_the_same_data_ends_with_status_2_and_one_clear_error() {
    let first = Aggregator::start();
    let (status, said) = fails(command(&first.data, ANY, ANY, &[]));
    assert_eq!(status, Some(2));
    assert!(
        said.contains("error: another aggregator works on the data") && said.contains("hint: "),
        "{said}"
    );
    first.json("/api/status");
}

#[test]
fn a_taken_port_is_an_error_with_the_next_step_or_the_next_free_port() {
    let taken = std::net::TcpListener::bind(ANY).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = Folder::new();
    let (status, said) = fails(command(&folder.0, &address, ANY, &[]));
    assert_eq!(status, Some(1));
    assert!(said.contains(&address) && said.contains("--port-fallback"), "{said}");

    let mut child = command(&folder.0, &address, ANY, &["--port-fallback".into()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line)
        .unwrap();
    let page = serde_json::from_str::<serde_json::Value>(&line).unwrap()["page"].as_str().unwrap().to_owned();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(page.starts_with("http://127.0.0.1:") && !page.contains(&address), "{page}");
}

#[test]
fn what_others_could_reach_is_not_listened_on() {
    let folder = Folder::new();
    for (read, ingest) in [("0.0.0.0:0", ANY), (ANY, "0.0.0.0:0")] {
        let (status, said) = fails(command(&folder.0, read, ingest, &[]));
        assert_eq!(status, Some(1));
        assert!(said.contains("loopback"), "{said}");
    }
}

#[test]
fn a_missing_engine_is_said_with_the_command_that_fetches_it() {
    let folder = Folder::new();
    let mut missing = command(&folder.0, ANY, ANY, &[]);
    missing.env("MIZU_LIBCHDB", folder.0.join("none.so"));
    let (status, said) = fails(missing);
    assert_eq!(status, Some(1));
    assert!(said.contains("not installed") && said.contains("make engine"), "{said}");
}

#[test]
fn an_engine_that_does_not_load_is_said_with_its_reason() {
    let folder = Folder::new();
    let broken = folder.0.join("broken.so");
    std::fs::write(&broken, "no library").unwrap();
    let mut command = command(&folder.0.join("data"), ANY, ANY, &[]);
    command.env("MIZU_LIBCHDB", &broken);
    let (status, said) = fails(command);
    assert_eq!(status, Some(1));
    assert!(
        said.contains("error: the storage engine does not start") && said.contains("broken.so"),
        "{said}"
    );
}

#[test]
fn a_killed_engine_comes_back_by_itself_and_the_data_with_it() {
    let aggregator = Aggregator::start();
    aggregator.store(&frame(&header("w1", 1), &[http(1, 200, b"x")]));
    let engine = aggregator.engine();
    signal(engine, "KILL");
    until("the data again", Duration::from_secs(20), || {
        (aggregator.engine() != engine && aggregator.get("/api/entries/count").status == 200).then_some(())
    });
    assert_eq!(aggregator.json("/api/entries/count")["total"], 1);
}

#[test]
fn the_engine_ends_with_the_aggregator_however_that_ends() {
    let mut stopped = Aggregator::start();
    let engine = stopped.engine();
    assert!(stopped.stop());
    assert!(!std::path::Path::new(&format!("/proc/{engine}")).exists());

    let killed = Aggregator::start();
    let engine = killed.engine();
    signal(killed.pid(), "KILL");
    until("the engine to end", Duration::from_secs(10), || {
        let stat = std::fs::read_to_string(format!("/proc/{engine}/stat")).unwrap_or_default();
        (stat.is_empty() || stat.contains(") Z ")).then_some(())
    });
}

#[test]
fn batches_under_way_are_stored_before_the_end() {
    let mut aggregator = Aggregator::start();
    let batch = frame(&header("w1", 1), &[http(1, 200, b"x")]);
    let answer = std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let ingest = aggregator.ingest.clone();
            crate::support::http::request(&ingest, "POST", "/ingest/v1/batches", &[("host", &ingest)], &batch)
        });
        until("the batch to be under way", Duration::from_secs(10), || {
            (aggregator.json("/api/coverage")["workers"] != serde_json::json!([])).then_some(())
        });
        signal(aggregator.pid(), "TERM");
        sending.join().unwrap()
    });
    assert_eq!(answer.unwrap().status, 200);
    assert!(aggregator.ended());
    let again = Aggregator::on(aggregator.data.clone(), &[]);
    assert_eq!(again.json("/api/entries/count")["total"], 1);
}

#[test]
fn the_engine_has_no_environment_no_open_input_and_reads_no_file_of_others() {
    let aggregator = Aggregator::start();
    let engine = aggregator.engine();
    assert_eq!(std::fs::read(format!("/proc/{engine}/environ")).unwrap(), b"");
    assert_eq!(std::fs::read_link(format!("/proc/{engine}/fd/0")).unwrap().to_str(), Some("/dev/null"));
    let limits = std::fs::read_to_string(format!("/proc/{engine}/limits")).unwrap();
    let core = limits.lines().find(|l| l.starts_with("Max core file size")).unwrap();
    assert!(core.split_whitespace().nth(4) == Some("0"), "{core}");
}
