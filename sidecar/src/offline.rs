//! A capture file, from its begin to its end.
//!
//! In: the file. Out: entries to the sink, progress, and at the end what could not be read. What was read of a damaged
//! file is kept.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use mizu_dissect::pcap::{PcapError, Reader};
use mizu_dissect::{Engine, Sink};
use mizu_entry::{Interface, Losses};

use crate::mapped;

/// How a file was read.
pub(crate) struct Outcome {
    /// What was seen and lost.
    pub(crate) losses: Losses,
    /// The interfaces that the file names.
    pub(crate) interfaces: Vec<Interface>,
    /// Why the rest of the file could not be read, where that is so.
    pub(crate) broken: Option<PcapError>,
}

/// Packets between two looks at the clock.
const STRIDE: u64 = 4096;

/// Reads the file. `notice` is called every now and then with what was seen so far.
///
/// # Errors
/// The file cannot be opened, or is no capture at all.
pub(crate) fn read(
    path: &Path,
    mut engine: Engine,
    sink: &mut dyn Sink,
    notice: &mut dyn FnMut(&Losses, &[Interface]),
    progress: bool,
) -> anyhow::Result<Outcome> {
    let map = mapped::open(path)?;
    let bytes: &[u8] = map.as_deref().unwrap_or_default();
    let mut reader = Reader::new(bytes).with_context(|| format!("reading {}", path.display()))?;
    let mut broken = None;
    let mut seen = Losses::default();
    let mut last = Instant::now();
    let mut reached = 0;
    loop {
        if let Some(map) = &map
            && reader.position() >= reached
        {
            reached = mapped::bring_in(map, reader.position());
        }
        let Some(next) = reader.next_frame() else { break };
        match next {
            Ok(frame) => {
                seen.packets += 1;
                seen.bytes += frame.bytes.len() as u64;
                engine.frame(frame, sink);
                if seen.packets.is_multiple_of(STRIDE) && last.elapsed().as_millis() >= 100 {
                    last = Instant::now();
                    notice(&total(&engine, seen), &interfaces(&reader));
                    if progress {
                        say_progress(reader.position(), bytes.len(), engine.losses().entries);
                    }
                }
            }
            Err(error) if error.is_final() => broken = Some(error),
            Err(error) => tracing::warn!("{error}"),
        }
    }
    engine.finish(sink);
    if progress {
        say_progress(bytes.len(), bytes.len(), engine.losses().entries);
    }
    Ok(Outcome { losses: total(&engine, seen), interfaces: interfaces(&reader), broken })
}

fn total(engine: &Engine, seen: Losses) -> Losses {
    Losses { packets: seen.packets, bytes: seen.bytes, ..engine.losses() }
}

fn interfaces(reader: &Reader<'_>) -> Vec<Interface> {
    let named = reader.interfaces().iter().enumerate();
    let index = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    named.map(|(at, one)| Interface { index: index(at), name: one.name.clone() }).collect()
}

fn say_progress(read: usize, total: usize, entries: u64) {
    let line = serde_json::json!({ "read": read, "total": total, "entries": entries });
    writeln!(std::io::stderr(), "{line}").ok();
}
