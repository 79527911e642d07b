//! What storing costs: CPU of the aggregator and its engine, against the engine's own `INSERT … SELECT FROM file(Native)` of
//! the same rows into the same table, both in batches of 10,000. `cargo bench -p mizu-aggregator --bench ingest_cost`
//!
//! In: nothing; entries are made here. Out: seconds of CPU for a million rows and their ratio, best of three; status 1 when
//! the ratio is above 2. Both sides write with all indexes, the projection and fsync, and merge while they write.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement fails by panicking; clippy's exception does not reach here"
)]

mod support;

use mizu_aggregator::engine::run_unfenced;
use mizu_entry::Entry;
use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};
use support::{
    Folder,
    aggregator::Aggregator,
    entries::{frame, header, http},
};

const BATCHES: u64 = 10;
const ROWS: u64 = 10_000;
const ROUNDS: usize = 3;
/// The ratio that must not be passed.
const MOST: f64 = 2.0;
/// Clock ticks a second of /proc, on Linux for user space.
const TICKS: f64 = 100.0;

/// Says to this program, started again, that it is the yardstick: the folder with the data and the files.
const YARDSTICK: &str = "MIZU_BENCH_YARDSTICK";

fn main() -> ExitCode {
    if let Some(folder) = std::env::var_os(YARDSTICK) {
        println!("{}", yardstick(Path::new(&folder)));
        return ExitCode::SUCCESS;
    }
    let folder = Folder::new();
    let frames: Vec<_> = (0..BATCHES)
        .map(|batch| {
            let entries: Vec<_> = (0..ROWS).map(|n| entry(batch * ROWS + n)).collect();
            frame(&header("bench", batch + 1), &entries)
        })
        .collect();
    println!("{} rows, {} bytes of frames a row", BATCHES * ROWS, frames[0].len() as u64 / ROWS);

    let mut ours = f64::MAX;
    let mut data = PathBuf::new();
    for round in 0..ROUNDS {
        data = folder.0.join(format!("data-{round}"));
        let mut aggregator = Aggregator::on(data.clone(), &["--max-entries-db-size", "0"]);
        let pids = [aggregator.pid(), aggregator.engine()];
        let before = pids.map(|pid| cpu(&[pid]));
        for frame in &frames {
            aggregator.store(frame);
        }
        let [own, engine] = [0, 1].map(|n| cpu(&[pids[n]]) - before[n]);
        println!("round {round}: aggregator {own:.2} s, engine {engine:.2} s");
        ours = ours.min(own + engine);
        assert!(aggregator.stop());
    }

    let own = (0..ROUNDS).map(|_| measure_yardstick(&data.join("store"))).fold(f64::MAX, f64::min);
    let million = 1e6 / (BATCHES * ROWS) as f64;
    let ratio = ours / own;
    println!("aggregator and engine: {:.2} s of CPU for 1 M rows", ours * million);
    println!("the engine's own INSERT … SELECT FROM file(Native): {:.2} s", own * million);
    println!("ratio {ratio:.2} (at most {MOST:.2})");
    if ratio <= MOST { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// An exchange with some 1.4 kB of JSON in its bodies that compress as JSON does.
fn entry(n: u64) -> Entry {
    let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let items: Vec<String> = (0..11)
        .map(|_| {
            let (id, price, left) = (next(), next() % 90_000, next() % 9);
            format!(r#"{{"id":"{id:016x}","name":"socks {left}","price":{price},"tags":["red","warm"],"left":{left}}}"#)
        })
        .collect();
    let body = format!(r#"{{"items":[{}]}}"#, items.join(","));
    http(n, if n.is_multiple_of(20) { 500 } else { 200 }, body.as_bytes())
}

/// Seconds of CPU that processes have used, their threads included.
fn cpu(pids: &[u32]) -> f64 {
    let ticks = pids.iter().map(|pid| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()
    });
    ticks.sum::<f64>() / TICKS
}

fn measure_yardstick(folder: &Path) -> f64 {
    let out = Command::new(std::env::current_exe().unwrap())
        .env(YARDSTICK, folder)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(out.status.success() || !out.stdout.is_empty(), "the yardstick failed");
    String::from_utf8(out.stdout).unwrap().trim().parse().unwrap()
}

/// Writes the rows into files once, then inserts them batch by batch into an empty table of the same kind.
fn yardstick(folder: &Path) -> f64 {
    let file = |batch: u64| folder.join(format!("batch-{batch}.native")).display().to_string();
    let mut used = 0.0;
    let mut begun = None;
    let mut statements = vec![
        "DROP TABLE IF EXISTS mizu.own SYNC".to_owned(),
        "CREATE TABLE mizu.own AS mizu.entries".to_owned(),
    ];
    for batch in 0..BATCHES {
        if !Path::new(&file(batch)).exists() {
            let sequence = batch + 1;
            statements.push(format!(
                "SELECT * FROM mizu.entries WHERE worker_seq = {sequence} ORDER BY id INTO OUTFILE '{}' FORMAT Native",
                file(batch)
            ));
        }
    }
    let first = statements.len() as u64;
    statements.extend(
        (0..BATCHES)
            .map(|batch| format!("INSERT INTO mizu.own SELECT * FROM file('{}', Native)", file(batch))),
    );
    statements.push("SELECT count() FROM mizu.own".to_owned());
    let me = [std::process::id()];
    let last = statements.len() as u64 - 1;
    let numbered = (0..).zip(statements).inspect(|(n, _)| {
        if *n == first {
            begun = Some(cpu(&me));
        } else if *n == last {
            used = cpu(&me) - begun.unwrap();
        }
    });
    let out = run_unfenced(&folder.join("data"), numbered.map(|(_, sql)| sql)).unwrap();
    assert_eq!(out.last().unwrap().trim(), (BATCHES * ROWS).to_string());
    used
}
