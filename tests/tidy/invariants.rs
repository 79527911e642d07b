//! ARCHITECTURE.md promises only what a test holds: every invariant names one that exists.

use mizu_tests::checkout;

/// The bullets under `## Invariants`, each with the words between its backticks.
fn invariants(document: &str) -> Vec<(&str, Vec<&str>)> {
    let section = document.split("\n## Invariants\n").nth(1).unwrap_or("");
    let section = section.split("\n## ").next().unwrap_or("");
    section
        .split("\n- ")
        .skip(1)
        .map(|bullet| (bullet, bullet.split('`').skip(1).step_by(2).collect()))
        .collect()
}

/// Whether a test of that name is in the sources: a Rust function, or a title of the page's tests.
fn is_a_test(name: &str, sources: &[checkout::Source]) -> bool {
    let (rust, title) = (format!("fn {name}()"), format!("\"{name}\""));
    sources.iter().any(|s| match s.extension() {
        // The seeds' tests are named in a list of a macro.
        "rs" if s.path == "tests/seeds/main.rs" => s.text.contains(&format!("    {name}: ")),
        "rs" => s.text.split_once(&rust).is_some_and(|(before, _)| is_marked_as_a_test(before)),
        "ts" | "tsx" | "mjs" => s.text.contains(&title),
        _ => false,
    })
}

/// Whether the lines just before a function are attributes, one of which makes it a test.
fn is_marked_as_a_test(before: &str) -> bool {
    before
        .lines()
        .rev()
        .take(6)
        .any(|l| l.contains("test]") || l.contains("test(") || l.contains("proptest!"))
}

#[test]
fn every_invariant_is_held_by_a_test_that_exists() {
    let document = checkout::read("ARCHITECTURE.md");
    let sources = checkout::sources();
    let found = invariants(&document);
    assert!(!found.is_empty(), "ARCHITECTURE.md has no invariants");
    let mut wrong = Vec::new();
    for (bullet, quoted) in found {
        // A test's name has words; other quotes in the sentence name crates and files.
        let names: Vec<&str> = quoted.into_iter().filter(|q| q.matches([' ', '_']).count() >= 3).collect();
        if names.is_empty() {
            wrong.push(format!("no test is named: {bullet}"));
        }
        wrong.extend(
            names.into_iter().filter(|n| !is_a_test(n, &sources)).map(|n| format!("there is no test `{n}`")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
