//! What an entry costs in instructions: `mizu-sidecar --pcap FILE --count` of the release build under callgrind, over captures in the
//! repository. Instructions repeat on a busy machine where seconds do not, so this is the figure that a change is held to.
//! In: `benches/counts.toml`. Out: a failure where an entry costs more than 3 % over what is written there. Start-up is taken off by a
//! run over a capture without packets.

mod callgrind;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Captures that stand for a kind of work each.
const CAPTURES: &[&str] = &[
    "http1/keepalive-1200",
    "http1/loss-retransmit",
    "http1/zstd-br-aiohttp",
    "http2/h2load-concurrent",
    "http2/nghttp-continuation-padding",
    "grpc/python-unary-streams-errors",
    "websocket/py-plain-fragments",
];

/// How much more than the written count is refused.
const TOLERANCE: f64 = 1.03;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where the counts are written. A count below the written one by more than the tolerance has to be written too: else a later change
/// could waste what this one won.
fn verdict(capture: &str, written: Option<u64>, counted: u64) -> Option<String> {
    let Some(written) = written else {
        return Some(format!("{capture}: {counted}, and no count is written"));
    };
    let (is, was) = (counted as f64, written as f64);
    if is > was * TOLERANCE {
        return Some(format!(
            "{capture}: {counted} instructions an entry, {written} are written: {:+.1} %",
            (is / was - 1.0) * 100.0
        ));
    }
    (is * TOLERANCE < was).then(|| format!("{capture}: down to {counted} from {written}: write it"))
}

#[test]
fn an_entry_costs_no_more_instructions_than_are_written() {
    let file = root().join("benches/counts.toml");
    let text = std::fs::read_to_string(&file).expect("benches/counts.toml is there");
    let written: BTreeMap<String, u64> =
        toml::from_str(&text).expect("benches/counts.toml holds numbers by capture");
    let start_up = callgrind::start_up();
    let mut counted = BTreeMap::new();
    for capture in CAPTURES {
        let path = root().join("dissect/tests/captures").join(capture).with_extension("pcap");
        let run = callgrind::run(&path);
        assert!(run.entries > 0, "{capture}: no entries");
        let each = run.instructions.saturating_sub(start_up) / run.entries;
        println!("{capture:36} {each:>9} instructions an entry, {} entries", run.entries);
        counted.insert((*capture).to_owned(), each);
    }
    if std::env::var_os("UPDATE").is_some() {
        let mut new: String =
            text.lines().take_while(|l| l.starts_with('#')).fold(String::new(), |all, l| all + l + "\n");
        for (capture, each) in &counted {
            let _ = writeln!(new, "\"{capture}\" = {each}");
        }
        std::fs::write(&file, new).expect("benches/counts.toml can be written");
        return;
    }
    let wrong: Vec<String> =
        counted.iter().filter_map(|(c, n)| verdict(c, written.get(c).copied(), *n)).collect();
    assert!(
        wrong.is_empty(),
        "{}\nhint: make bench-counts UPDATE=1, and say why in the commit",
        wrong.join("\n")
    );
}

#[test]
fn a_rise_over_three_per_cent_is_refused_and_a_fall_is_to_be_written() {
    for (written, counted, is_wrong) in [
        (Some(1000), 1030, false),
        (Some(1000), 1031, true),
        (Some(1000), 980, false),
        (Some(1000), 900, true),
        (None, 5, true),
    ] {
        assert_eq!(verdict("x", written, counted).is_some(), is_wrong, "{written:?} {counted}");
    }
}
