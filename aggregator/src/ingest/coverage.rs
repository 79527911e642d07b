//! What each sidecar sees and loses, from the headers of its batches.
//!
//! In: headers as they arrive, what is stored of them. Out: the coverage answer of the API, and rows that keep it beyond a
//! restart. Losses are totals since the sidecar's start; every cause that the wire knows is shown by its name.

use crate::store::workers::WorkerRow;
use mizu_entry::{
    Losses, Timestamp, WorkerState,
    api::{Coverage, LossView, WorkerCoverage},
    wire::{Batch, BatchHeader, encode_header},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

/// A live sidecar sends a header at least every few seconds; one that is silent this long does not deliver.
const SILENT_MS: i64 = 30_000;
/// A sidecar whose newest entry is older has nothing to tell at the moment.
const IDLE_NS: i64 = 60_000_000_000;
/// Workers that are kept; beyond, those that were silent longest are forgotten.
const MAX_WORKERS: usize = 10_000;

/// All sidecars that were heard of.
#[derive(Debug, Default)]
pub(crate) struct Workers {
    known: Mutex<HashMap<String, Worker>>,
}

#[derive(Debug, Clone)]
struct Worker {
    header: BatchHeader,
    seen_ms: i64,
    last_entry_ns: i64,
    stored: u64,
    /// Entries that a newer sidecar sent in words that this version does not know.
    unknown_entries: u64,
    /// Changed since it was last written down.
    changed: bool,
}

impl Workers {
    /// Takes over what was written down before a restart.
    pub(crate) fn restore(&self, rows: Vec<WorkerRow>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for row in rows {
            let Ok(batch) = Batch::decode(&row.header) else { continue };
            known.insert(
                row.worker,
                Worker {
                    header: batch.header,
                    seen_ms: row.seen,
                    last_entry_ns: row.last_entry,
                    stored: row.stored,
                    unknown_entries: 0,
                    changed: false,
                },
            );
        }
    }

    /// A batch has arrived, stored or not.
    pub(crate) fn heard(&self, header: &BatchHeader, unknown_entries: u64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_WORKERS && !known.contains_key(&header.worker) {
            let silent = known.iter().min_by_key(|(_, w)| w.seen_ms).map(|(name, _)| name.clone());
            silent.map(|name| known.remove(&name));
        }
        let worker = known.entry(header.worker.clone()).or_insert_with(|| Worker {
            header: header.clone(),
            seen_ms: 0,
            last_entry_ns: 0,
            stored: 0,
            unknown_entries: 0,
            changed: true,
        });
        worker.seen_ms = now_ms();
        worker.unknown_entries += unknown_entries;
        worker.changed = true;
        // A batch that is sent again late must not turn the totals back.
        if header.sequence >= worker.header.sequence {
            worker.header = header.clone();
        }
    }

    /// A batch was stored.
    pub(crate) fn stored(&self, worker: &str, entries: u64, newest_ns: u64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = known.get_mut(worker) {
            worker.stored += entries;
            worker.last_entry_ns = worker.last_entry_ns.max(i64::try_from(newest_ns).unwrap_or(i64::MAX));
            worker.changed = true;
        }
    }

    /// What changed since the last call, to be written down.
    pub(crate) fn changed(&self) -> Vec<WorkerRow> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .iter_mut()
            .filter(|(_, worker)| worker.changed)
            .map(|(name, worker)| {
                worker.changed = false;
                let mut header = Vec::new();
                encode_header(&worker.header, &mut header);
                WorkerRow {
                    worker: name.clone(),
                    seen: worker.seen_ms,
                    last_entry: worker.last_entry_ns,
                    stored: worker.stored,
                    header,
                }
            })
            .collect()
    }

    /// The answer of the API.
    pub(crate) fn coverage(&self) -> Coverage {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now_ms();
        let mut workers: Vec<_> = known.values().map(|worker| worker.view(now)).collect();
        workers.sort_by(|a, b| (&a.namespace, &a.pod, &a.worker).cmp(&(&b.namespace, &b.pod, &b.worker)));
        let sum = known.values().fold(Losses::default(), |sum, worker| add(sum, &worker.header.losses));
        let unknown = known.values().map(|worker| worker.unknown_entries).sum();
        Coverage { workers, captured_share: share(&sum), losses: losses(&sum, unknown) }
    }
}

impl Worker {
    fn view(&self, now_ms: i64) -> WorkerCoverage {
        let (header, seen) = (&self.header, &self.header.losses);
        WorkerCoverage {
            worker: header.worker.clone(),
            pod: header.pod.clone(),
            namespace: header.namespace.clone(),
            node: header.node.clone(),
            interfaces: header.interfaces.iter().map(|interface| interface.name.clone()).collect(),
            state: state_name(header.state).into(),
            reason: header.reason.clone(),
            stage: self.stage(now_ms).into(),
            last_seen: Timestamp(self.seen_ms.cast_unsigned().saturating_mul(1_000_000)).rfc3339(),
            last_entry: Timestamp(self.last_entry_ns.cast_unsigned()).rfc3339(),
            packets: seen.packets,
            bytes: seen.bytes,
            entries: seen.entries,
            stored: self.stored,
            waiting_batches: seen.waiting_batches,
            captured_share: share(seen),
            losses: losses(seen, self.unknown_entries),
        }
    }

    fn stage(&self, now_ms: i64) -> &'static str {
        let seen = &self.header.losses;
        let finished = self.header.state == WorkerState::Finished;
        if !finished && now_ms - self.seen_ms > SILENT_MS {
            "not_delivering"
        } else if seen.packets == 0 {
            "no_packets"
        } else if seen.entries == 0 && seen.opaque_flows > 0 {
            "only_opaque"
        } else if finished || now_ms.saturating_mul(1_000_000) - self.last_entry_ns > IDLE_NS {
            "idle"
        } else {
            "delivering"
        }
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn state_name(state: WorkerState) -> &'static str {
    match state {
        WorkerState::Starting => "starting",
        WorkerState::Capturing => "capturing",
        WorkerState::SheddingBodies => "shedding_bodies",
        WorkerState::SheddingDecoding => "shedding_decoding",
        WorkerState::SheddingConnections => "shedding_connections",
        WorkerState::Unavailable => "unavailable",
        WorkerState::Finished => "finished",
    }
}

/// Share of packets that were captured, of those that the kernel counted.
#[expect(clippy::cast_precision_loss, reason = "a share for people; 53 bits are enough")]
fn share(seen: &Losses) -> f64 {
    let all = seen.packets + seen.dropped_ring;
    if all == 0 { 1.0 } else { seen.packets as f64 / all as f64 }
}

/// A cause of loss: its name, what it means, what it counts, what can be done.
struct Cause {
    name: &'static str,
    label: &'static str,
    unit: &'static str,
    hint: &'static str,
    count: fn(&Losses) -> u64,
}

macro_rules! causes {
    ($($field:ident: $unit:literal, $label:literal, $hint:literal;)*) => {
        /// Every field of the wire's losses that is a loss.
        const CAUSES: &[Cause] = &[$(Cause {
            name: stringify!($field), label: $label, unit: $unit, hint: $hint, count: |losses| losses.$field,
        }),*];
    };
}

causes! {
    dropped_ring: "packets", "The kernel's ring was full", "Give the sidecar more CPU, or a larger ring.";
    ring_freezes: "times", "The kernel froze the ring", "Give the sidecar more CPU, or a larger ring.";
    gap_bytes: "bytes", "Bytes of TCP streams were never seen", "";
    snapped_packets: "packets", "Packets were cut by the capture", "Capture with a larger snap length.";
    evicted_bytes: "bytes", "Given up to stay within the memory budget", "Raise the sidecar's memory limit.";
    evicted_flows: "connections", "Given up to stay within the memory budget", "Raise the sidecar's memory limit.";
    shed_flows: "connections", "Not followed under load", "Give the sidecar more CPU.";
    shed_bodies: "bodies", "Not kept under load", "Give the sidecar more CPU.";
    unknown_flows: "connections", "Protocol not recognised", "";
    opaque_flows: "connections", "Encrypted, without keys", "Give a key log file.";
    opaque_bytes: "bytes", "Encrypted, without keys", "Give a key log file.";
    faults: "messages", "Broke the rules of their protocol", "";
    dropped_batches: "batches", "The sidecar's spool was full", "Look at the store: it did not take them in time.";
    dropped_entries: "entries", "The sidecar's spool was full", "Look at the store: it did not take them in time.";
}

fn losses(seen: &Losses, unknown_entries: u64) -> Vec<LossView> {
    let mut views: Vec<_> = CAUSES
        .iter()
        .map(|cause| LossView {
            cause: cause.name.into(),
            label: cause.label.into(),
            count: (cause.count)(seen),
            unit: cause.unit.into(),
            hint: cause.hint.into(),
        })
        .collect();
    views.push(LossView {
        cause: "unknown_entries".into(),
        label: "Sent by a newer sidecar in words that this version does not know".into(),
        count: unknown_entries,
        unit: "entries".into(),
        hint: "Update the aggregator.".into(),
    });
    views.retain(|loss| loss.count > 0);
    views
}

fn add(a: Losses, b: &Losses) -> Losses {
    Losses {
        packets: a.packets + b.packets,
        bytes: a.bytes + b.bytes,
        entries: a.entries + b.entries,
        dropped_ring: a.dropped_ring + b.dropped_ring,
        ring_freezes: a.ring_freezes + b.ring_freezes,
        gap_bytes: a.gap_bytes + b.gap_bytes,
        snapped_packets: a.snapped_packets + b.snapped_packets,
        evicted_bytes: a.evicted_bytes + b.evicted_bytes,
        evicted_flows: a.evicted_flows + b.evicted_flows,
        shed_flows: a.shed_flows + b.shed_flows,
        shed_bodies: a.shed_bodies + b.shed_bodies,
        unknown_flows: a.unknown_flows + b.unknown_flows,
        opaque_flows: a.opaque_flows + b.opaque_flows,
        opaque_bytes: a.opaque_bytes + b.opaque_bytes,
        faults: a.faults + b.faults,
        dropped_batches: a.dropped_batches + b.dropped_batches,
        dropped_entries: a.dropped_entries + b.dropped_entries,
        waiting_batches: a.waiting_batches + b.waiting_batches,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(sequence: u64, losses: Losses) -> BatchHeader {
        BatchHeader { worker: "w".into(), sequence, losses, ..BatchHeader::default() }
    }

    #[test]
    fn a_loss_is_shown_by_its_cause_and_counted_into_the_sum() {
        let workers = Workers::default();
        workers.heard(&header(1, Losses { packets: 75, dropped_ring: 25, ..Losses::default() }), 2);
        let coverage = workers.coverage();
        let causes: Vec<_> = coverage.losses.iter().map(|l| (l.cause.as_str(), l.count)).collect();
        assert_eq!(causes, [("dropped_ring", 25), ("unknown_entries", 2)]);
        assert!((coverage.captured_share - 0.75).abs() < 1e-9);
        assert_eq!(coverage.workers[0].losses, coverage.losses);
    }

    #[test]
    fn totals_do_not_go_back_when_a_batch_comes_late() {
        let workers = Workers::default();
        workers.heard(&header(2, Losses { packets: 20, ..Losses::default() }), 0);
        workers.heard(&header(1, Losses { packets: 10, ..Losses::default() }), 0);
        assert_eq!(workers.coverage().workers[0].packets, 20);
    }

    #[test]
    fn coverage_outlives_a_restart() {
        let before = Workers::default();
        before.heard(&header(3, Losses { packets: 9, entries: 4, ..Losses::default() }), 0);
        before.stored("w", 4, 1_795_000_000_000_000_000);
        let after = Workers::default();
        after.restore(before.changed());
        assert_eq!(after.coverage(), before.coverage());
        assert_eq!(before.changed(), [], "written down once");
    }
}
