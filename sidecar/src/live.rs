//! Capturing while it happens: one thread from ring to chunk, which nothing else can hold up.
//!
//! It ends when it is told to. Errors of the interface do not end it: it says what is wrong, tries again, and counts
//! what the kernel dropped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mizu_dissect::{Engine, Sink};
use mizu_entry::{Losses, WorkerState};

use crate::interfaces;
use crate::ring::filter::Unwanted;
use crate::shedding::Shedding;
use crate::sink::batch::BatchSink;
use crate::sink::count::CountSink;
use crate::source::Source;
use crate::upload::sender::{SharedReport, now};

/// Waiting for packets, when nothing is due.
const PATIENCE: Duration = Duration::from_millis(250);
/// Between two looks at counters, listening ports and interfaces.
const ROUND: Duration = Duration::from_secs(1);
const LISTENING: Duration = Duration::from_secs(5);
/// At the end: longer than the ring holds back a block that is not full.
const DRAIN: Duration = Duration::from_millis(150);

/// A sink that a live capture looks after between packets.
pub(crate) trait LiveSink: Sink {
    /// Does what is due.
    fn housekeep(&mut self, _now: Instant) {}
    /// How long it can do without being looked after.
    fn patience(&self) -> Option<Duration> {
        None
    }
    /// The capture is over.
    fn finish(&mut self) {}
}

impl LiveSink for CountSink {}

impl LiveSink for BatchSink {
    fn housekeep(&mut self, now: Instant) {
        Self::housekeep(self, now);
    }
    fn patience(&self) -> Option<Duration> {
        Self::patience(self)
    }
    fn finish(&mut self) {
        self.hand_over();
    }
}

/// What a capture needs to be opened again.
pub(crate) struct Opening {
    /// Bytes of the ring.
    pub(crate) ring: usize,
    /// The interfaces wanted; empty for all.
    pub(crate) only: Vec<mizu_entry::Interface>,
    /// What is not looked at.
    pub(crate) unwanted: Unwanted,
}

/// Runs until `stop`. Returns what was seen and lost.
pub(crate) fn run(
    mut source: Source,
    opening: &Opening,
    mut engine: Engine,
    sink: &mut dyn LiveSink,
    report: &SharedReport,
    stop: &AtomicBool,
) -> Losses {
    let mut seen = Losses::default();
    let mut shedding = Shedding::default();
    let (mut last_round, mut last_listening) = (Instant::now(), None);
    let mut ending: Option<Instant> = None;
    let mut before = Losses::default();
    loop {
        let wait = sink.patience().unwrap_or(PATIENCE).min(if ending.is_some() { DRAIN } else { PATIENCE });
        let mut interface_seen = false;
        let given = source.next(wait, &mut |frame| {
            interface_seen = true;
            seen.packets += 1;
            seen.bytes += frame.bytes.len() as u64;
            engine.frame(frame, sink);
        });
        if let Err(error) = given {
            tracing::warn!(%error, "The capture failed; it is opened again.");
            std::thread::sleep(PATIENCE);
            let dropped = source.dropped();
            before.dropped_ring += dropped.packets;
            before.ring_freezes += dropped.freezes;
            if let Ok(again) = Source::open(opening.ring, &opening.only, &opening.unwanted) {
                source = again;
            }
        }
        let at = Instant::now();
        if !interface_seen {
            engine.tick(now(), sink);
        }
        sink.housekeep(at);
        if let Some(level) = shedding.judge(source.behind(), at) {
            tracing::warn!(?level, "The load on the capture has changed what is kept.");
            engine.set_shedding(level);
        }
        if last_round.elapsed() >= ROUND || (ending.is_none() && stop.load(Ordering::Relaxed)) {
            last_round = at;
            if last_listening.is_none_or(|last: Instant| last.elapsed() >= LISTENING) {
                last_listening = Some(at);
                engine.set_listening(&interfaces::listening());
            }
            tell(report, &total(&engine, seen, before, &mut source), shedding.state(seen.packets), opening);
        }
        match ending {
            None if stop.load(Ordering::Relaxed) => ending = Some(at + DRAIN),
            Some(until) if at >= until && !interface_seen => break,
            Some(until) if at >= until + DRAIN * 10 => break,
            _ => {}
        }
    }
    engine.finish(sink);
    sink.finish();
    let total = total(&engine, seen, before, &mut source);
    tell(report, &total, WorkerState::Finished, opening);
    total
}

fn total(engine: &Engine, seen: Losses, before: Losses, source: &mut Source) -> Losses {
    let dropped = source.dropped();
    Losses {
        packets: seen.packets,
        bytes: seen.bytes,
        dropped_ring: before.dropped_ring + dropped.packets,
        ring_freezes: before.ring_freezes + dropped.freezes,
        ..engine.losses()
    }
}

fn tell(report: &SharedReport, losses: &Losses, state: WorkerState, opening: &Opening) {
    let mut report = report.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    report.losses = *losses;
    report.state = state;
    report.reason.clear();
    report.interfaces = if opening.only.is_empty() { interfaces::all() } else { opening.only.clone() };
}
