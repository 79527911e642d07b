//! The documents say what is there: commands that exist, paths that exist, invariants that a test holds.

use mizu_tests::checkout;
use std::collections::BTreeSet;

fn documents() -> Vec<checkout::Source> {
    checkout::sources()
        .into_iter()
        .filter(|s| s.extension() == "md" && !s.path.contains("node_modules"))
        .collect()
}

/// What stands between backticks in a text.
fn quoted(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|l| !l.trim_start().starts_with("```"))
        .flat_map(|l| l.split('`').skip(1).step_by(2))
        .collect()
}

/// Targets of make that a text names, in backticks or as a line of an indented or fenced block.
fn named_targets(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|l| l.trim_start().starts_with("make ")).map(str::trim_start);
    quoted(text)
        .into_iter()
        .chain(lines)
        .filter_map(|c| c.strip_prefix("make "))
        .filter_map(|rest| rest.split_whitespace().next())
        .filter(|t| t.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_make_target_in_a_document_is_in_the_makefile() {
    let makefile = checkout::read("Makefile");
    let targets: BTreeSet<&str> = makefile
        .lines()
        .filter(|l| !l.starts_with(['\t', '#', '.', ' ']))
        .filter_map(|l| l.split_once(':'))
        .map(|(t, _)| t.trim())
        .collect();
    let mut wrong = Vec::new();
    for document in documents() {
        wrong.extend(
            named_targets(&document.text)
                .iter()
                .filter(|t| !targets.contains(t.as_str()))
                .map(|t| format!("{}: make {t}", document.path)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_target_of_the_makefile_says_what_it_does() {
    let makefile = checkout::read("Makefile");
    let silent: Vec<&str> = makefile
        .lines()
        .filter(|l| {
            l.chars().next().is_some_and(|c| c.is_ascii_lowercase())
                && l.contains(':')
                && !l.contains(":=")
                && !l.contains("?=")
                && !l.contains('/')
        })
        .filter(|l| !l.contains("## "))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn every_path_in_a_document_exists() {
    const ENDINGS: &[&str] =
        &[".rs", ".md", ".toml", ".sh", ".ts", ".tsx", ".css", ".json", ".proto", ".sql", ".py", ".txt", "/"];
    let paths = checkout::paths();
    let mut wrong = Vec::new();
    for document in documents().iter().filter(|d| !d.path.contains("/captures/")) {
        let folder = document.path.rsplit_once('/').map_or(String::new(), |(f, _)| format!("{f}/"));
        for path in quoted(&document.text)
            .into_iter()
            .filter(|q| q.contains('/') && ENDINGS.iter().any(|e| q.ends_with(e)))
        {
            let is_place = path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
                && !path.starts_with(['/', '.']);
            let there = |base: &str| paths.iter().any(|p| p.starts_with(&format!("{base}{path}")));
            if is_place && !there("") && !there(&folder) {
                wrong.push(format!("{}: `{path}`", document.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let paths = checkout::paths();
    let mut wrong = Vec::new();
    for document in documents() {
        let folder = document.path.rsplit_once('/').map_or(String::new(), |(f, _)| format!("{f}/"));
        for target in
            document.text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(t, _)| t)
        {
            let file = target.split('#').next().unwrap_or("");
            let local = !file.is_empty() && !file.contains("://");
            if local && !paths.iter().any(|p| p.starts_with(&format!("{folder}{file}"))) {
                wrong.push(format!("{}: {target}", document.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
