//! Packets through an engine, to entries that are kept.

use mizu_dissect::testkit::packets::Packet;
use mizu_dissect::{Config, Engine, Frame, Sink};
use mizu_entry::Entry;

/// Keeps what comes.
pub(crate) struct Kept<'a>(pub(crate) &'a mut Vec<Entry>);

impl Sink for Kept<'_> {
    fn entry(&mut self, entry: &mut Entry) {
        self.0.push(entry.clone());
    }
}

pub(crate) fn engine(config: Config) -> Engine {
    Engine::new(config)
}

pub(crate) fn take_in(engine: &mut Engine, packet: &Packet, out: &mut Vec<Entry>) {
    packet.with_frame(|frame| engine.frame(frame, &mut Kept(out)));
}

/// What the packets give.
pub(crate) fn entries(packets: &[Packet]) -> Vec<Entry> {
    entries_within(Config::default(), packets, |_| {})
}

/// What they give to an engine of that kind; `look` sees what is held after each packet.
pub(crate) fn entries_within(config: Config, packets: &[Packet], look: impl Fn(usize)) -> Vec<Entry> {
    let mut engine = engine(config);
    let mut out = Vec::new();
    for packet in packets {
        take_in(&mut engine, packet, &mut out);
        look(engine.held());
    }
    engine.finish(&mut Kept(&mut out));
    out
}

/// What the frames of a file give.
pub(crate) fn of_frames(frames: &mut dyn Iterator<Item = Frame<'_>>) -> Vec<Entry> {
    let mut engine = engine(Config::default());
    let mut out = Vec::new();
    for frame in frames {
        engine.frame(frame, &mut Kept(&mut out));
    }
    engine.finish(&mut Kept(&mut out));
    out
}
