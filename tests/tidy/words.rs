//! Words that have no place in the project: paths of somebody's machine, hosts that only one network knows, talk about how the work was done.

use mizu_tests::checkout::{self, Source};

/// In lower case, and spelled in halves, since this file is read too.
const NEVER: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/fa", "rm/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("before", "-stop"),
    concat!("issues ", "show"),
    concat!("sub-", "agent"),
    concat!("sub", "agent"),
    concat!("language ", "model"),
    concat!("this ", "session of the project"),
    concat!("previous ", "session"),
    concat!("chat", "gpt"),
    concat!("cl", "aude"),
    concat!("pip", "_index"),
];

fn line_names_a_registry_host(line: &str) -> bool {
    line.split("://").skip(1).any(|rest| {
        let host =
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-').next().unwrap_or("");
        ["registry", "index", "proxy", "repo"]
            .iter()
            .any(|w| host.split('.').any(|label| label.starts_with(w)))
    })
}

#[test]
fn no_file_speaks_of_one_machine_or_of_how_the_work_was_done() {
    let mut wrong = Vec::new();
    for source in checkout::sources().iter().filter(|s| s.path != "Cargo.lock" && !is_data(s)) {
        for (n, line) in source.text.lines().enumerate() {
            let lower = line.to_lowercase();
            for word in NEVER.iter().filter(|w| lower.contains(*w)) {
                wrong.push(format!("{}:{}: `{word}`", source.path, n + 1));
            }
            if line_names_a_registry_host(line) && !source.path.ends_with("package-lock.json") {
                wrong.push(format!(
                    "{}:{}: the host of a registry; its ordinary client knows it",
                    source.path,
                    n + 1
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_packages_of_the_page_come_from_the_public_registry() {
    let known = concat!("https://regis", "try.npmjs.org/");
    let mut wrong = Vec::new();
    for lock in checkout::sources().iter().filter(|s| s.path.ends_with("package-lock.json")) {
        for line in lock.text.lines().filter(|l| l.contains("\"resolved\"") && !l.contains(known)) {
            wrong.push(format!("{}: {}", lock.path, line.trim()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_registry_host_is_known_from_other_addresses() {
    for (line, is) in [
        (concat!("see https://regis", "try.example.org/x"), true),
        (concat!("http://in", "dex.example/"), true),
        ("https://docs.rs/h2", false),
        ("https://github.com/rust-lang/crates.io-index", false),
        ("http://localhost:8899/mizu", false),
    ] {
        assert_eq!(line_names_a_registry_host(line), is, "{line}");
    }
}

/// Captured bytes and what is in them: their words are somebody else's.
fn is_data(source: &Source) -> bool {
    source.path.contains("/captures/") || source.extension() == "jsonl"
}
