//! Exactly once, on the whole way: live traffic, a sidecar, and an aggregator and an engine that are killed at random
//! moments. Every request that the server served is stored, none twice, none half, in order.
//!
//! `MIZU_SOAK_SECONDS` and `MIZU_SOAK_KILLS` make it as long as one likes; what users are promised was measured with
//! 120 seconds and 20 kills of each.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mizu_tests::deadline::within;
use mizu_tests::process::Process;
use rustix::process::{Pid, Signal, kill_process};

use crate::stage::{READY, Stage, tally};

const CONNECTIONS: u64 = 8;
/// Between two requests of a connection: 8 connections at 150/s make 1,200/s.
const PACE: Duration = Duration::from_micros(6600);

/// A server that logs what it served.
struct Server {
    address: SocketAddr,
    served: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let served = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&served);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let log = Arc::clone(&log);
                std::thread::spawn(move || serve(stream, &log));
            }
        });
        Self { address, served }
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    let mut path = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(rest) = line.strip_prefix("GET ") {
            path = rest.split(' ').next()?.to_owned();
        } else if line == "\r\n" {
            let body = format!("{{\"path\":\"{path}\"}}");
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}",
                body.len()
            );
            stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).ok()?;
            log.lock().expect("nobody panics holding it").push(std::mem::take(&mut path));
        }
    }
}

/// Asks at a steady pace until told to stop.
fn client(to: SocketAddr, number: u64, stop: &AtomicBool, asked: &AtomicU64) {
    let mut stream = TcpStream::connect(to).expect("the server listens");
    stream.set_nodelay(true).expect("an option");
    let mut answers = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut due = Instant::now();
    let mut count = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        due += PACE;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        count += 1;
        write!(stream, "GET /r/{number}/{count} HTTP/1.1\r\nHost: server\r\n\r\n").expect("sent");
        let mut len = 0;
        loop {
            let mut line = String::new();
            answers.read_line(&mut line).expect("an answer");
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                len = value.trim().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; len];
        answers.read_exact(&mut body).expect("a whole answer");
        asked.fetch_add(1, Ordering::Relaxed);
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The engine is the aggregator's only child.
fn engine_of(aggregator: u32) -> Option<Pid> {
    let tasks = std::fs::read_dir(format!("/proc/{aggregator}/task")).ok()?;
    let children =
        tasks.flatten().filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let ids: Vec<i32> = children
        .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect();
    ids.first().and_then(|id| Pid::from_raw(*id))
}

#[test]
fn every_request_is_stored_once_whatever_is_killed() {
    assert!(
        rustix::process::geteuid().is_root(),
        "capturing needs root or CAP_NET_RAW: run this tier as root"
    );
    let seconds = setting("MIZU_SOAK_SECONDS", 12);
    let kills = setting("MIZU_SOAK_KILLS", 2);
    let mut stage = Stage::open();
    let server = Server::start();
    let mut sidecar = stage.sidecar();
    sidecar.args(["--interface", "lo", "--worker", "soak", "--spool", "64"]);
    let sidecar = Process::start(sidecar);
    within(READY, "the sidecar to be heard of", || {
        (stage.get("/api/coverage").json()["workers"].as_array()?.len() == 1).then_some(())
    });

    let stop = AtomicBool::new(false);
    let asked = AtomicU64::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for number in 0..CONNECTIONS {
            let (stop, asked, to) = (&stop, &asked, server.address);
            scope.spawn(move || client(to, number, stop, asked));
        }
        let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
        let mut roll = |below: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % below.max(1)
        };
        let span = seconds * 1000 / (2 * kills).max(1);
        for round in 0..2 * kills {
            let at = Duration::from_millis(round * span + roll(span));
            std::thread::sleep(at.saturating_sub(begun.elapsed()));
            if round % 2 == 0 {
                if let Some(engine) = engine_of(stage.aggregator_id()) {
                    kill_process(engine, Signal::KILL).ok();
                }
            } else {
                stage.kill_and_restart();
            }
        }
        std::thread::sleep(Duration::from_secs(seconds).saturating_sub(begun.elapsed()));
        stop.store(true, Ordering::Relaxed);
    });
    let rate = asked.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
    let served = server.served.lock().expect("nobody panics holding it").clone();
    println!("served={} rate={rate:.0}/s kills={kills}+{kills}", served.len());

    let ours = format!("dst.port == {}", server.address.port());
    within(READY * 2, "everything served to be stored", || {
        let answer =
            stage.try_get(&format!("/api/entries/count?query=dst.port%20%3D%3D%20{}", server.address.port()));
        let count = answer.ok().filter(|answer| answer.status == 200)?.json()["matched"].as_u64()?;
        (count >= served.len() as u64).then_some(())
    });
    let rows = stage.entries(&ours);
    let stored = tally(rows.iter().map(|row| row["summary"].as_str().expect("a path").to_owned()));
    let twice: Vec<_> = stored.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "stored twice: {twice:?}");
    let missing: Vec<_> = served.iter().filter(|path| !stored.contains_key(*path)).collect();
    assert!(missing.is_empty(), "served and not stored: {missing:?}");
    assert_eq!(rows.len(), served.len());
    let half: Vec<_> = rows.iter().filter(|row| row["status"] != 200).collect();
    assert!(half.is_empty(), "half stored: {half:?}");
    for number in 0..CONNECTIONS {
        let prefix = format!("/r/{number}/");
        let numbers: Vec<u64> = rows
            .iter()
            .filter_map(|row| row["summary"].as_str()?.strip_prefix(&prefix)?.parse().ok())
            .collect();
        assert!(numbers.is_sorted(), "the entries of a connection come in order");
    }
    drop(sidecar);
}
