//! The captures in the repository hold exactly the entries that their expectations name.

use crate::captures::{HERE, entries, lines};
use crate::compare::faults;
use mizu_tests::{checkout, ratchet};
use std::collections::BTreeMap;

/// Captures with faults that are known, and how many. May only shrink.
const KNOWN: &str = "tests/corpus/known-faults.txt";

#[test]
fn every_capture_gives_the_entries_that_are_due_and_no_other() {
    let mut found = BTreeMap::new();
    let mut said = Vec::new();
    for path in checkout::paths().into_iter().filter(|p| p.starts_with(HERE) && p.ends_with(".expect.jsonl"))
    {
        let capture = path.replace(".expect.jsonl", ".pcap");
        let wrong = faults(&lines(&checkout::read(&path)), &entries(&checkout::root().join(&capture)));
        if !wrong.is_empty() {
            said.extend(wrong.iter().take(5).map(|w| format!("    {capture}: {w}")));
            found.insert(capture, wrong.len());
        }
    }
    let wrong = ratchet::differences(KNOWN, &ratchet::read(KNOWN), &found);
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), said.join("\n"));
}
