//! The captures in the repository, as packets that can be bent.

use std::path::Path;

use mizu_dissect::testkit::packets::{Packet, SYN};
use mizu_dissect::{Frame, pcap};

/// A capture.
pub(crate) struct Capture {
    pub(crate) name: String,
    pub(crate) packets: Vec<Packet>,
    bytes: Vec<u8>,
}

impl Capture {
    /// Whether all of every connection was captured.
    pub(crate) fn is_whole(&self) -> bool {
        !["midstream", "gap", "snaplen", "loss"].iter().any(|word| self.name.contains(word))
    }

    /// Whether its packets are in the order in which they were sent.
    pub(crate) fn is_in_order(&self) -> bool {
        !self.name.contains("reorder")
    }

    /// Shows its frames as they lie in the file.
    pub(crate) fn with_frames<T>(&self, look: impl FnOnce(&mut dyn Iterator<Item = Frame<'_>>) -> T) -> T {
        let mut reader = pcap::Reader::new(&self.bytes).expect("a capture of the repository");
        look(&mut std::iter::from_fn(|| reader.next_frame()).map(|frame| frame.expect("a whole capture")))
    }
}

/// The captures of a folder under `tests/captures`.
pub(crate) fn of(folder: &str) -> Vec<Capture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "pcap" || ending == "pcapng"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no captures in {}", folder.display());
    paths
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(&path).expect("a readable capture");
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let mut capture = Capture { name, packets: Vec::new(), bytes };
            capture.packets = capture.with_frames(|frames| frames.filter_map(|f| Packet::read(&f)).collect());
            capture
        })
        .collect()
}

/// Nanoseconds that a packet is late at most, half the grace.
const LATE: u64 = 100_000_000;

/// The packets with some of them up to seven places late. Handshakes stay where they are.
pub(crate) fn mixed_up(packets: &[Packet], seed: u64) -> Vec<Packet> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut late: Vec<(usize, &Packet)> = packets
        .iter()
        .enumerate()
        .map(|(place, packet)| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let moves = packet.flags & SYN == 0 && state.is_multiple_of(4);
            let by = if moves { (state >> 8) as usize % 8 } else { 0 };
            let near =
                |by: &usize| packets.get(place + by).is_some_and(|other| other.at.since(packet.at) < LATE);
            (place + (0..=by).rev().find(near).unwrap_or(0), packet)
        })
        .collect();
    late.sort_by_key(|(place, _)| *place);
    // A capture's clock goes on, whatever is captured.
    late.iter()
        .zip(packets)
        .map(|((_, packet), first)| Packet { at: first.at, ..(*packet).clone() })
        .collect()
}
