//! What the arguments come down to: one source, one sink, and how the process ends.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::{Context, anyhow};
use mizu_dissect::pcap::PcapError;
use mizu_dissect::{Config, Engine, Limits, Sink};
use mizu_entry::wire::{BatchHeader, Source as BatchSource};
use mizu_entry::{Interface, Losses, WorkerState};
use tokio::signal::unix::{SignalKind, signal};

use crate::Failure;
use crate::args::Args;
use crate::interfaces;
use crate::live::{self, LiveSink, Opening};
use crate::offline;
use crate::redact::Redactor;
use crate::ring::filter::Unwanted;
use crate::sink::batch::BatchSink;
use crate::sink::corpus::CorpusSink;
use crate::sink::count::CountSink;
use crate::source::{Refused, Source};
use crate::upload::client::Target;
use crate::upload::sender::{Report, Sender, SharedReport, now};
use crate::upload::spool::{Spool, WhenFull};

/// The mark on what we send, so that the capture's filter knows it ("mizu").
const MARK: u32 = 0x6d69_7a75;
/// Bodies of the corpus are compared whole.
const CORPUS_BODY: usize = 64 * 1024 * 1024;
const MIB: usize = 1024 * 1024;

/// Does what the arguments say.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    match (&args.pcap, args.format.is_some(), &args.upload) {
        (Some(path), true, _) => corpus(path, &args),
        (Some(path), _, Some(url)) => upload_file(path, url, &args),
        (Some(path), ..) => count_file(path, &args),
        (None, _, Some(url)) => upload_live(url, &args),
        (None, ..) => count_live(&args),
    }
}

fn engine(args: &Args, body_cap: usize) -> Engine {
    let limits = Limits { body_cap, ..Limits::default() };
    Engine::new(Config { limits, budget: args.memory * MIB, seed: seed(args), ..Config::default() })
}

/// Files are read the same way each time; live, nobody outside can know the seed of the tables.
fn seed(args: &Args) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    if args.pcap.is_some() && args.upload.is_none() {
        return 1;
    }
    std::hash::RandomState::new().build_hasher().finish()
}

fn redactor(args: &Args) -> Result<Option<Redactor>, Failure> {
    if args.no_redact {
        return Ok(None);
    }
    let redactor = Redactor::new(&args.redact_name, &args.regex_masking);
    redactor.context("reading --regex-masking").map(Some).map_err(Failure::Input)
}

fn corpus(path: &Path, args: &Args) -> Result<(), Failure> {
    let limits =
        Limits { body_cap: CORPUS_BODY, carry_cap: CORPUS_BODY, decode_ratio: 2000, ..Limits::default() };
    let engine =
        Engine::new(Config { limits, budget: args.memory * MIB * 4, seed: seed(args), ..Config::default() });
    let mut sink = CorpusSink::new(BufWriter::new(std::io::stdout().lock()));
    read_tolerantly(path, engine, &mut sink, args)?;
    sink.finish().context("writing to standard output").map_err(Failure::Other)
}

/// The corpus has captures that are damaged on purpose: what could be read is the answer, with a warning.
fn read_tolerantly(path: &Path, engine: Engine, sink: &mut dyn Sink, args: &Args) -> Result<Losses, Failure> {
    let read = offline::read(path, engine, sink, &mut |_, _| {}, args.progress).map_err(Failure::Input)?;
    if let Some(broken) = read.broken {
        tracing::warn!("{}: {broken}", path.display());
    }
    Ok(read.losses)
}

fn count_file(path: &Path, args: &Args) -> Result<(), Failure> {
    let mut sink = CountSink::new(redactor(args)?);
    let losses = read_tolerantly(path, engine(args, args.max_body), &mut sink, args)?;
    say(&format!(
        "entries={} halves={} encoded={} packets={} gap_bytes={} faults={} unknown_flows={}",
        sink.entries,
        sink.halves,
        sink.encoded,
        losses.packets,
        losses.gap_bytes,
        losses.faults,
        losses.unknown_flows
    ))
}

fn upload_file(path: &Path, url: &str, args: &Args) -> Result<(), Failure> {
    let target = Target::new(url, 0).map_err(|error| Failure::Input(error.into()))?;
    let spool = Arc::new(Spool::new(args.spool * MIB, WhenFull::Wait));
    let report = SharedReport::default();
    let mut sink = BatchSink::new(redactor(args)?, Arc::clone(&spool));
    let sender =
        Sender::new(target, Arc::clone(&spool), Arc::clone(&report), header(args, BatchSource::File));
    let engine = engine(args, args.max_body);
    let tell = |losses: &Losses, interfaces: &[Interface], state, reason: &str| {
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        *report =
            Report { losses: *losses, state, reason: reason.to_owned(), interfaces: interfaces.to_vec() };
    };
    let (read, undelivered) = std::thread::scope(|scope| {
        let sending = scope.spawn(|| runtime().map(|runtime| runtime.block_on(sender.run())));
        let mut notice = |losses: &Losses, interfaces: &[Interface]| {
            tell(losses, interfaces, WorkerState::Capturing, "");
        };
        let read = offline::read(path, engine, &mut sink, &mut notice, args.progress);
        if let Ok(outcome) = &read {
            let reason = outcome.broken.as_ref().map(ToString::to_string).unwrap_or_default();
            tell(&outcome.losses, &outcome.interfaces, WorkerState::Finished, &reason);
        }
        sink.hand_over();
        spool.close();
        (read, sending.join())
    });
    let read = read.map_err(Failure::Input)?;
    match undelivered {
        Ok(Ok(0)) => {}
        Ok(Ok(left)) => {
            let text = format!("{left} entries could not be delivered to {url}; is the aggregator running?");
            return Err(Failure::Other(anyhow!(text)));
        }
        Ok(Err(error)) => return Err(Failure::Other(error)),
        Err(_) => return Err(Failure::Other(anyhow!("the upload ended by a panic"))),
    }
    match read.broken {
        None => Ok(()),
        Some(broken) => Err(Failure::Input(cut(path, &broken, sink.entries))),
    }
}

fn cut(path: &Path, broken: &PcapError, entries: u64) -> anyhow::Error {
    anyhow!("{}: {broken}; {entries} entries before it were kept", path.display())
}

fn opening(args: &Args, upload_port: Option<u16>) -> Result<Opening, Failure> {
    let only = if args.interface.is_empty() {
        Vec::new()
    } else {
        interfaces::named(&args.interface).map_err(Failure::Input)?
    };
    let mut ports = args.exclude_port.clone();
    ports.extend(upload_port);
    let unwanted = Unwanted {
        mark: if upload_port.is_some() { MARK } else { 0 },
        ports,
        only_interfaces: if only.len() > 1 { only.iter().map(|one| one.index).collect() } else { Vec::new() },
    };
    Ok(Opening { ring: args.ring * MIB, only, unwanted })
}

fn count_live(args: &Args) -> Result<(), Failure> {
    let opening = opening(args, None)?;
    let source = Source::open(opening.ring, &opening.only, &opening.unwanted).map_err(refused)?;
    let mut sink = CountSink::new(redactor(args)?);
    let engine = engine(args, args.max_body);
    let report = SharedReport::default();
    let stop = Arc::new(AtomicBool::new(false));
    stop_on_signal(&stop)?;
    let losses = live::run(source, &opening, engine, &mut sink, &report, &stop);
    let dropped = losses.dropped_ring + losses.shed_flows + losses.evicted_flows;
    say(&format!(
        "entries={} dropped={dropped} halves={} packets={} gap_bytes={} freezes={}",
        sink.entries, sink.halves, losses.packets, losses.gap_bytes, losses.ring_freezes
    ))
}

fn upload_live(url: &str, args: &Args) -> Result<(), Failure> {
    let target = Target::new(url, MARK).map_err(|error| Failure::Input(error.into()))?;
    let opening = opening(args, Some(target.port()))?;
    let spool = Arc::new(Spool::new(args.spool * MIB, WhenFull::DropOldest));
    let report = SharedReport::default();
    let stop = Arc::new(AtomicBool::new(false));
    let sender =
        Sender::new(target, Arc::clone(&spool), Arc::clone(&report), header(args, BatchSource::Live));
    let source = Source::open(opening.ring, &opening.only, &opening.unwanted);
    stop_on_signal(&stop)?;
    let mut sink: Box<dyn LiveSink + Send> = Box::new(BatchSink::new(redactor(args)?, Arc::clone(&spool)));
    let engine = engine(args, args.max_body);
    let undelivered = std::thread::scope(|scope| {
        let capture_spool = Arc::clone(&spool);
        let (opening, report, stop) = (&opening, &report, &stop);
        match source {
            Ok(source) => {
                writeln!(std::io::stderr(), "{}", serde_json::json!({ "capture": "open" })).ok();
                scope.spawn(move || {
                    live::run(source, opening, engine, &mut *sink, report, stop);
                    capture_spool.close();
                });
            }
            Err(error) => {
                say_refused(&error);
                if args.require_capture {
                    return Err(refused(error));
                }
                let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
                report.state = WorkerState::Unavailable;
                report.reason = format!("{:#}", anyhow::Error::from(error));
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        std::thread::sleep(Duration::from_millis(250));
                    }
                    capture_spool.close();
                });
            }
        }
        runtime().map_err(Failure::Other).map(|runtime| runtime.block_on(sender.run()))
    })?;
    if undelivered > 0 {
        tracing::error!(entries = undelivered, "Entries could not be delivered before the end.");
    }
    Ok(())
}

/// One JSON line for the program that started us.
fn say_refused(error: &Refused) {
    let hint =
        "run as root, or give the program the right: sudo setcap cap_net_raw+ep $(command -v mizu-sidecar)";
    let line = serde_json::json!({ "capture": "unavailable", "reason": error.to_string(), "hint": hint });
    writeln!(std::io::stderr(), "{line}").ok();
}

fn refused(error: Refused) -> Failure {
    match error {
        Refused::NoRight => Failure::Right(anyhow::Error::from(error).context(
            "no right to capture; give it with `sudo setcap cap_net_raw+ep` on this program, or run it as root",
        )),
        Refused::Other(error) => Failure::Other(error.context("capturing failed")),
    }
}

fn header(args: &Args, source: BatchSource) -> BatchHeader {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
    let name = args.worker.clone().unwrap_or_else(|| host.clone());
    // A name of its own for each run: the aggregator counts a worker's batches.
    let worker = format!("{name}/{:x}-{:x}", now().millis(), std::process::id());
    BatchHeader {
        worker,
        pod: args.pod.clone(),
        namespace: args.namespace.clone(),
        node: args.node.clone().unwrap_or(host),
        source,
        ..BatchHeader::default()
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("starting the runtime")
}

/// SIGINT and SIGTERM end the capture in good order.
fn stop_on_signal(stop: &Arc<AtomicBool>) -> Result<(), Failure> {
    let runtime = runtime().map_err(Failure::Other)?;
    let stop = Arc::clone(stop);
    let (ready, is_ready) = std::sync::mpsc::sync_channel(1);
    std::thread::spawn(move || {
        runtime.block_on(async {
            let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
            let (Ok(mut interrupt), Ok(mut terminate)) = signals else {
                ready.send(false).ok();
                return;
            };
            ready.send(true).ok();
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            stop.store(true, Ordering::Relaxed);
        });
    });
    match is_ready.recv() {
        Ok(true) => Ok(()),
        _ => Err(Failure::Other(anyhow!("the handlers of SIGINT and SIGTERM could not be installed"))),
    }
}

fn say(line: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{line}").context("writing to standard output").map_err(Failure::Other)
}
