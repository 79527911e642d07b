//! A batch's header: who sent it, where it stands in the sender's sequence, and what was lost until then.
//!
//! In and out: [`BatchHeader`]. What follows from its numbers (duplicates, coverage) is the aggregator's business.

use super::encode::{bytes, fixed64, nested, uint};
use super::number::{self, batch, header, interface};
use super::reader::Reader;
use super::{WIRE_VERSION, WireError};
use crate::capture::{Interface, Losses, WorkerState};
use crate::time::Timestamp;

/// Where a batch's packets come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Source {
    /// From interfaces, at this moment.
    #[default]
    Live = 0,
    /// From a capture file, whose times are the file's.
    File = 1,
}

/// What goes before or behind the entries of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchHeader {
    /// Version of the contract.
    pub version: u32,
    /// The sidecar's name: the same for all batches of one run, different for every other run.
    pub worker: String,
    /// 1 for the worker's first batch, then rising by 1. A batch sent again keeps its number.
    pub sequence: u64,
    /// The pod that the sidecar runs in; empty outside a cluster.
    pub pod: String,
    /// The pod's namespace.
    pub namespace: String,
    /// The node or host.
    pub node: String,
    /// When the batch was finished.
    pub sent_at: Timestamp,
    /// Where its packets come from.
    pub source: Source,
    /// The interfaces that the sidecar listens on, which entries name by index.
    pub interfaces: Vec<Interface>,
    /// What was seen and lost since the sidecar started.
    pub losses: Losses,
    /// What the sidecar is able to do at the moment. A state that only a newer version knows reads as `Capturing`.
    pub state: WorkerState,
    /// Why, where the state needs a reason.
    pub reason: String,
}

impl Default for BatchHeader {
    fn default() -> Self {
        Self {
            version: WIRE_VERSION,
            worker: String::new(),
            sequence: 0,
            pod: String::new(),
            namespace: String::new(),
            node: String::new(),
            sent_at: Timestamp::default(),
            source: Source::default(),
            interfaces: Vec::new(),
            losses: Losses::default(),
            state: WorkerState::default(),
            reason: String::new(),
        }
    }
}

/// Appends the header to a batch, before or after its entries.
pub fn encode_header(value: &BatchHeader, out: &mut Vec<u8>) {
    nested(out, batch::HEADER, |out| {
        uint(out, header::VERSION, value.version.into());
        bytes(out, header::WORKER, value.worker.as_bytes());
        uint(out, header::SEQUENCE, value.sequence);
        bytes(out, header::POD, value.pod.as_bytes());
        bytes(out, header::NAMESPACE, value.namespace.as_bytes());
        bytes(out, header::NODE, value.node.as_bytes());
        fixed64(out, header::SENT_AT, value.sent_at.nanos());
        uint(out, header::SOURCE, value.source as u64);
        for one in &value.interfaces {
            nested(out, header::INTERFACES, |out| {
                uint(out, interface::INDEX, one.index.into());
                bytes(out, interface::NAME, one.name.as_bytes());
            });
        }
        nested(out, header::LOSSES, |out| write_losses(value.losses, out));
        uint(out, header::STATE, value.state as u64);
        bytes(out, header::REASON, value.reason.as_bytes());
    });
}

/// Reads a header over `out`.
pub(super) fn read(bytes: &[u8], out: &mut BatchHeader) -> Result<(), WireError> {
    out.version = 0;
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            header::VERSION => out.version = found.uint32()?,
            header::WORKER => out.worker = found.text()?,
            header::SEQUENCE => out.sequence = found.uint()?,
            header::POD => out.pod = found.text()?,
            header::NAMESPACE => out.namespace = found.text()?,
            header::NODE => out.node = found.text()?,
            header::SENT_AT => out.sent_at = Timestamp(found.fixed64()?),
            header::SOURCE => out.source = if found.uint()? == 1 { Source::File } else { Source::Live },
            header::INTERFACES => out.interfaces.push(read_interface(found.bytes()?)?),
            header::LOSSES => read_losses(found.bytes()?, &mut out.losses)?,
            header::STATE => out.state = number::state(found.uint()?).unwrap_or(WorkerState::Capturing),
            header::REASON => out.reason = found.text()?,
            _ => {}
        }
    }
    Ok(())
}

fn read_interface(bytes: &[u8]) -> Result<Interface, WireError> {
    let mut out = Interface { index: 0, name: String::new() };
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        match u8::try_from(found.number).unwrap_or(0) {
            interface::INDEX => out.index = found.uint32()?,
            interface::NAME => out.name = found.text()?,
            _ => {}
        }
    }
    Ok(out)
}

/// The counters in the order of their field numbers, from 1.
fn counters(of: &mut Losses) -> [&mut u64; 18] {
    [
        &mut of.packets,
        &mut of.bytes,
        &mut of.entries,
        &mut of.dropped_ring,
        &mut of.ring_freezes,
        &mut of.gap_bytes,
        &mut of.snapped_packets,
        &mut of.evicted_bytes,
        &mut of.evicted_flows,
        &mut of.shed_flows,
        &mut of.shed_bodies,
        &mut of.unknown_flows,
        &mut of.opaque_flows,
        &mut of.opaque_bytes,
        &mut of.faults,
        &mut of.dropped_batches,
        &mut of.dropped_entries,
        &mut of.waiting_batches,
    ]
}

/// Numbers from 16 on have tags of two bytes, which [`uint`] does not write.
fn write_losses(mut value: Losses, out: &mut Vec<u8>) {
    for (number, counter) in (1u64..).zip(counters(&mut value)) {
        if *counter != 0 {
            super::encode::varint(out, number << 3);
            super::encode::varint(out, *counter);
        }
    }
}

fn read_losses(bytes: &[u8], out: &mut Losses) -> Result<(), WireError> {
    let mut counters = counters(out);
    let mut fields = Reader::new(bytes);
    while let Some(found) = fields.next()? {
        let index = usize::try_from(found.number - 1).unwrap_or(usize::MAX);
        if let Some(counter) = counters.get_mut(index) {
            **counter = found.uint()?;
        }
    }
    Ok(())
}
