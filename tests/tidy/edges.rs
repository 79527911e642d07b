//! Which crate may use which. Exactly the arrows of ARCHITECTURE.md: binaries > logic > leaves, and none back.

use crate::metadata::{list, members, text};
use mizu_tests::checkout;

/// A crate and those of ours that it may use, in any kind of dependency. `tests` and `benches` may use all libraries.
const MAY_USE: &[(&str, &[&str])] = &[
    ("mizu-cli", &["mizu-query", "mizu-entry"]),
    ("mizu-aggregator", &["mizu-query", "mizu-entry"]),
    ("mizu-sidecar", &["mizu-dissect", "mizu-entry"]),
    ("mizu-query", &["mizu-entry"]),
    ("mizu-dissect", &["mizu-entry"]),
    ("mizu-entry", &[]),
    ("mizu-shop", &[]),
    ("mizu-tests", &["mizu-query", "mizu-dissect", "mizu-entry"]),
    ("mizu-benches", &["mizu-query", "mizu-dissect", "mizu-entry"]),
];

/// Crates that are functions of their input: the same bytes give the same entries on any machine at any time.
const PURE: &[&str] = &["dissect", "entry", "query"];

/// What would bring a runtime, a network or a cluster into a pure crate.
const NOT_IN_PURE: &[&str] =
    &["tokio", "mio", "hyper", "h2", "axum", "reqwest", "kube", "socket2", "pnet", "libc", "nix"];

#[test]
fn crates_use_one_another_only_along_the_drawn_edges() {
    let mut wrong = Vec::new();
    for member in members() {
        let name = text(&member, "name").to_owned();
        let Some((_, may)) = MAY_USE.iter().find(|(n, _)| *n == name) else {
            wrong.push(format!("{name} is not in the table of tests/tidy/edges.rs: draw its edges there and in ARCHITECTURE.md"));
            continue;
        };
        for used in list(&member, "dependencies").iter().map(|d| text(d, "name")) {
            // A crate's own name is how its tests ask for its features.
            if used.starts_with("mizu-") && used != name && !may.contains(&used) {
                wrong.push(format!("{name} > {used}: it may use {may:?} only"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_crates_depend_on_no_runtime_and_no_network() {
    let mut wrong = Vec::new();
    for member in members() {
        let name = text(&member, "name");
        if !PURE.iter().any(|p| name == format!("mizu-{p}")) {
            continue;
        }
        // A test of a pure crate may check it against a peer (HPACK against `h2`): only what is shipped is judged.
        for used in
            list(&member, "dependencies").iter().filter(|d| d["kind"].is_null()).map(|d| text(d, "name"))
        {
            if NOT_IN_PURE.contains(&used) {
                wrong.push(format!("{name} > {used}: bytes in, entries out; I/O belongs to a binary"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_crates_read_no_clock_no_file_and_no_socket() {
    const CALLS: &[&str] = &[
        "SystemTime::now",
        "Instant::now",
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "std::env::",
        "std::process",
        "std::thread",
    ];
    let mut wrong = Vec::new();
    for source in checkout::sources() {
        let shipped =
            PURE.iter().any(|p| source.path.starts_with(&format!("{p}/src/"))) && !is_test_code(&source.path);
        if !shipped {
            continue;
        }
        let code = source.text.split("#[cfg(test)]").next().unwrap_or("");
        for (n, line) in code.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
            wrong.extend(
                CALLS.iter().filter(|c| line.contains(*c)).map(|c| format!("{}:{}: {c}", source.path, n + 1)),
            );
        }
    }
    assert!(wrong.is_empty(), "time, files and sockets are passed in:\n{}", wrong.join("\n"));
}

fn is_test_code(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/")
}
