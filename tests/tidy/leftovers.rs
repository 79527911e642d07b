//! Nothing is left open or switched off: what is in the project is finished, and a test that is there runs.

use mizu_tests::checkout::{self, Source};

/// Spelled in halves, since this file is read too.
const NEVER: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "finish it, or file it"),
    (concat!("FIX", "ME"), "fix it, or file it"),
    (concat!("to", "do!("), "finish it"),
    (concat!("unimple", "mented!("), "finish it, or return an error"),
    (concat!("#[ig", "nore"), "make it pass, or take it out"),
    (concat!("#[should_", "panic"), "return the error and look at it"),
    (concat!("d", "bg!("), "take it out"),
    (concat!("test.", "skip("), "make it pass, or take it out"),
    (concat!("describe.", "skip("), "make it pass, or take it out"),
    (concat!("it.", "skip("), "make it pass, or take it out"),
    (concat!("@ts-", "ignore"), "say the type"),
    (concat!("biome-", "ignore-all"), "say where, and why"),
    (concat!("console.", "log("), "take it out"),
];

fn is_code(source: &Source) -> bool {
    ["rs", "ts", "tsx", "sh", "py", "proto", "sql", "toml", "css"].contains(&source.extension())
        && !source.is_generated()
}

#[test]
fn nothing_is_left_open_or_switched_off() {
    let mut wrong = Vec::new();
    for source in checkout::sources().iter().filter(|s| is_code(s)) {
        // Scripts talk to their caller through the console.
        let prints = source.path.contains("/e2e/") || source.path.contains("/scripts/");
        for (n, line) in source.text.lines().enumerate() {
            for (word, instead) in
                NEVER.iter().filter(|(w, _)| line.contains(w) && !(prints && w.starts_with("console")))
            {
                wrong.push(format!("{}:{}: `{word}`: {instead}", source.path, n + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tests_wait_for_a_condition_and_not_for_a_time() {
    const SLEEPS: &[&str] =
        &[concat!("thread::", "sleep("), concat!("time::", "sleep("), concat!("waitFor", "Timeout(")];
    let in_test = |path: &str| {
        path.contains("/tests/")
            || path.ends_with("tests.rs")
            || path.starts_with("tests/")
            || path.starts_with("ui/e2e")
    };
    let mut wrong = Vec::new();
    for source in
        checkout::sources().iter().filter(|s| in_test(&s.path) && !s.path.starts_with("tests/support/"))
    {
        let waits = |l: &&str| SLEEPS.iter().any(|s| l.contains(s)) && !is_pace_or_pause(l);
        for (n, line) in source.text.lines().enumerate().filter(|(_, l)| waits(l)) {
            wrong.push(format!("{}:{}: {}", source.path, n + 1, line.trim()));
        }
    }
    assert!(
        wrong.is_empty(),
        "wait with `mizu_tests::deadline::within` (or the like) instead:\n{}",
        wrong.join("\n")
    );
}

/// Whether a line sleeps until a moment that was set before (the pace of a load), or for the blink between two looks at a condition.
fn is_pace_or_pause(line: &str) -> bool {
    let millis =
        line.split_once("from_millis(").and_then(|(_, rest)| rest.split(')').next()?.parse::<u64>().ok());
    line.contains("saturating_") || millis.is_some_and(|ms| ms < 100)
}
