//! What every dissector has to stand: `dissector_suite!(name, folder)` runs it over a folder of captures.
//!
//! Golden entries; the same entries however the bytes are cut into segments and in whatever order the packets come
//! within the grace; no wrong pair, no panic and no memory left wherever the capture ends or a packet is missing;
//! roles told by content. A protocol's own tests are beside its dissector.

mod captures;
mod entries;
mod pairs;
mod render;

use captures::Capture;
use entries::{engine, entries, entries_within, take_in};
use mizu_dissect::testkit::packets::{ACK, Packet, SYN};
use mizu_dissect::{Config, Limits};
use pairs::Whole;

/// Frames of a capture at which it is cut or left with a hole, at most.
const PLACES: usize = 150;

macro_rules! dissector_suite {
    ($name:ident, $folder:literal) => {
        mod $name {
            #[test]
            fn the_captures_give_the_entries_on_file() {
                crate::golden($folder);
            }

            #[test]
            fn every_cut_into_segments_gives_the_same_entries() {
                crate::split_invariance($folder);
            }

            #[test]
            fn packets_in_another_order_within_the_grace_give_the_same_entries() {
                crate::order_invariance($folder);
            }

            #[test]
            fn a_capture_that_ends_anywhere_gives_no_wrong_pair() {
                crate::truncation($folder);
            }

            #[test]
            fn a_packet_missing_anywhere_gives_no_wrong_pair() {
                crate::gaps($folder);
            }

            #[test]
            fn the_roles_are_told_without_handshake_and_against_the_ports() {
                crate::roles($folder);
            }

            #[test]
            fn memory_stays_within_its_budget_and_is_given_back() {
                crate::memory($folder);
            }
        }
    };
}

dissector_suite!(http1, "http1");
dissector_suite!(http2, "http2");
dissector_suite!(grpc, "grpc");
dissector_suite!(websocket, "websocket");

fn golden(folder: &str) {
    for capture in captures::of(folder) {
        let found = capture.with_frames(|frames| entries::of_frames(frames));
        let text = render::summary(&found);
        insta::with_settings!({
            snapshot_path => format!("../golden/{folder}"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(capture.name.clone(), text);
        });
    }
}

fn split_invariance(folder: &str) {
    for capture in captures::of(folder) {
        let whole = render::sorted(&entries(&capture.packets));
        // Where the beginning is unknown, messages are looked for at the beginnings of segments; and cut packets that are
        // late are late by more packets than the grace has.
        let sizes: &[usize] =
            if capture.is_whole() && capture.is_in_order() { &[1, 2, 7, 100, 1000] } else { &[] };
        for size in sizes {
            let cut: Vec<Packet> = capture.packets.iter().flat_map(|packet| packet.cut(*size)).collect();
            let found = render::sorted(&entries(&cut));
            render::same(&whole, &found, &format!("{} in pieces of {size}", capture.name));
        }
    }
}

fn order_invariance(folder: &str) {
    for capture in captures::of(folder).into_iter().filter(Capture::is_whole) {
        let whole = render::sorted(&entries(&capture.packets));
        for seed in 0..8 {
            let found = render::sorted(&entries(&captures::mixed_up(&capture.packets, seed)));
            render::same(&whole, &found, &format!("{} mixed up with seed {seed}", capture.name));
        }
    }
}

fn truncation(folder: &str) {
    for capture in captures::of(folder) {
        let whole = Whole::new(entries(&capture.packets), capture.is_in_order());
        for end in places(capture.packets.len()) {
            let found = entries(capture.packets.get(..end).expect("a place in the capture"));
            whole.holds(&found, &format!("{} cut at packet {end}", capture.name));
        }
    }
}

fn gaps(folder: &str) {
    for capture in captures::of(folder) {
        let whole = Whole::new(entries(&capture.packets), capture.is_in_order());
        for hole in places(capture.packets.len()) {
            let mut packets = capture.packets.clone();
            packets.remove(hole);
            let found = entries(&packets);
            whole.holds(&found, &format!("{} without packet {hole}", capture.name));
        }
    }
}

fn roles(folder: &str) {
    for capture in captures::of(folder).into_iter().filter(Capture::is_whole) {
        let streams = |found: &[mizu_entry::Entry]| {
            let mut streams: Vec<String> = found.iter().map(|entry| entry.flow.to_string()).collect();
            streams.sort();
            streams.dedup();
            streams
        };
        let turned = |port: u16| 65_535 - port;
        let turn = |packet: &Packet| {
            let mut packet = packet.clone();
            packet.source.port = turned(packet.source.port);
            packet.destination.port = turned(packet.destination.port);
            packet
        };
        let with: Vec<Packet> = capture.packets.iter().map(turn).collect();
        let without: Vec<Packet> = with.iter().filter(|packet| packet.flags & SYN == 0).cloned().collect();
        let (with, without) = (streams(&entries(&with)), streams(&entries(&without)));
        for stream in &without {
            assert!(with.contains(stream), "{}: {stream} is none of {with:?}", capture.name);
        }
    }
}

fn memory(folder: &str) {
    for capture in captures::of(folder) {
        let mut engine = engine(Config::default());
        let mut found = Vec::new();
        for packet in &capture.packets {
            take_in(&mut engine, packet, &mut found);
        }
        engine.finish(&mut entries::Kept(&mut found));
        assert_eq!(engine.held(), 0, "{}", capture.name);
        assert_eq!(engine.connections(), 0, "{}", capture.name);

        let budget = 96 * 1024;
        let config = Config { budget, connections: 8, limits: Limits::default(), seed: 1 };
        entries_within(config, &capture.packets, |held| {
            // One call may bring what only the next look takes away.
            assert!(held < budget + (1 << 20), "{}: {held} bytes", capture.name);
        });
    }
}

/// Places in a capture, all of them where it is short.
fn places(len: usize) -> Vec<usize> {
    let step = len.div_ceil(PLACES).max(1);
    (0..len).step_by(step).collect()
}

#[test]
fn the_suite_has_captures_to_run_over() {
    for folder in ["http1", "http2", "grpc", "websocket"] {
        let captures = captures::of(folder);
        assert!(captures.iter().any(Capture::is_whole), "{folder}");
        assert!(captures.iter().all(|capture| capture.packets.iter().any(|packet| packet.flags & ACK != 0)));
    }
}
