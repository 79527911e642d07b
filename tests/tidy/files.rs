//! A file has one reason to change: it is short, opens with its duty, and its name says what is in it.

use mizu_tests::checkout::{self, Source};
use mizu_tests::ratchet;
use std::collections::BTreeMap;

/// Lines at which a file is refused, by ending.
const LIMITS: &[(&str, usize)] =
    &[("rs", 800), ("tsx", 350), ("ts", 350), ("css", 800), ("sh", 200), ("py", 300)];

/// Those that are over the limit all the same.
const LONG: &str = "tests/tidy/long-files.txt";

fn written_by_hand() -> impl Iterator<Item = Source> {
    checkout::sources().into_iter().filter(|s| !s.is_generated())
}

#[test]
fn no_file_is_longer_than_its_limit() {
    let mut found = BTreeMap::new();
    for source in written_by_hand() {
        let lines = source.text.lines().count();
        if LIMITS.iter().any(|(ending, most)| source.extension() == *ending && lines > *most) {
            found.insert(source.path, lines);
        }
    }
    let wrong = ratchet::differences(LONG, &ratchet::read(LONG), &found);
    assert!(wrong.is_empty(), "files that need splitting by concern:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_opens_with_its_duty() {
    let wrong: Vec<String> = written_by_hand()
        // The duty of `foo/tests.rs` is its name.
        .filter(|s| s.extension() == "rs" && !s.path.ends_with("/tests.rs"))
        .filter(|s| {
            let opening = s.text.lines().find(|l| !l.trim().is_empty() && !l.starts_with("#!")).unwrap_or("");
            opening.strip_prefix("//!").is_none_or(|duty| duty.trim().len() < 10)
        })
        .map(|s| s.path)
        .collect();
    assert!(
        wrong.is_empty(),
        "these do not open with `//! <what in, what out, what it does not do>`:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn a_module_is_named_for_what_is_in_it() {
    const NAMES: &[&str] = &["mod", "utils", "util", "common", "helpers", "helper", "manager", "misc"];
    let wrong: Vec<String> = checkout::paths()
        .into_iter()
        .filter(|p| [".rs", ".ts", ".tsx"].iter().any(|e| p.ends_with(e)))
        .filter(|p| p.split(['/', '.']).any(|part| NAMES.contains(&part)))
        .collect();
    assert!(
        wrong.is_empty(),
        "name these after their content (and `foo.rs` + `foo/` instead of mod.rs):\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace_and_the_libraries_forbid_unsafe() {
    let mut wrong = Vec::new();
    for source in checkout::sources() {
        let is_manifest = source.path.ends_with("/Cargo.toml") && !source.path.contains("/fuzz/");
        if is_manifest
            && !source.path.starts_with("tests/")
            && !source.text.contains("[lints]\nworkspace = true")
        {
            wrong.push(format!("{}: no `[lints] workspace = true`", source.path));
        }
        let is_library =
            ["dissect", "entry", "query"].iter().any(|c| source.path == format!("{c}/src/lib.rs"));
        if is_library && !source.text.contains("#![forbid(unsafe_code)]") {
            wrong.push(format!("{}: no `#![forbid(unsafe_code)]`", source.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
