//! The seeds of the fuzz targets, played through the targets on stable: what fuzzing found once stays found.
//! In: `dissect/fuzz/seeds/<target>/`. A finding is added there as a file and fails here until it is fixed.

#[path = "../../dissect/fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "a crate of its own, taken in as a module")]
mod targets;

use mizu_tests::checkout;

/// Plays every seed of a target.
///
/// # Panics
/// When a seed breaks the target, naming its file; when there are no seeds.
fn play(target: &str, run: fn(&[u8])) {
    let folder = format!("dissect/fuzz/seeds/{target}/");
    let seeds: Vec<String> = checkout::paths().into_iter().filter(|p| p.starts_with(&folder)).collect();
    assert!(!seeds.is_empty(), "no seeds in {folder}");
    for seed in seeds {
        let bytes =
            std::fs::read(checkout::root().join(&seed)).unwrap_or_else(|e| panic!("reading {seed}: {e}"));
        // Every cut too: what is truncated is what strangers send most.
        for len in (0..bytes.len()).step_by(1 + bytes.len() / 50).chain([bytes.len()]) {
            println!("{seed} to {len}");
            run(&bytes[..len]);
        }
    }
}

macro_rules! played {
    ($($name:ident: $target:ident;)*) => {
        $(#[test]
        fn $name() {
            play(stringify!($target), targets::$target);
        })*
    };
}

played! {
    seeds_of_frames_of_the_wire_break_nothing: wire;
    seeds_of_http1_break_nothing: http1;
    seeds_of_http2_break_nothing: http2;
    seeds_of_websocket_break_nothing: websocket;
    seeds_of_hpack_break_nothing: hpack;
    seeds_of_link_layers_break_nothing: link;
    seeds_of_captures_break_nothing: capture;
    seeds_of_streams_break_nothing: stream;
    seeds_of_filters_break_nothing: filter;
}
