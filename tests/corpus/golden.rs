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

#[test]
fn what_is_due_of_each_capture_agrees_with_itself() {
    for path in checkout::paths().into_iter().filter(|p| p.starts_with(HERE) && p.ends_with(".expect.jsonl"))
    {
        let due = lines(&checkout::read(&path));
        assert!(!due.is_empty(), "{path}: nothing is due");
        assert_eq!(faults(&due, &due), Vec::<String>::new(), "{path}");
        let without_optional: Vec<_> = due.iter().filter(|e| e["optional"] != true).cloned().collect();
        assert_eq!(faults(&due, &without_optional), Vec::<String>::new(), "{path}, without what is optional");
        if !without_optional.is_empty() {
            assert!(!faults(&due, &without_optional[1..]).is_empty(), "{path}: a missed entry goes unseen");
        }
    }
}
