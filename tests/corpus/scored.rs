//! The corpus beside the checkout, judged by its own scorer: figures over the protocols that are dissected against floors,
//! and every capture, malformed ones and those of other protocols too, read to its end without a crash or a hang.

use crate::captures::{command, corpus};
use crate::floors::{Figures, Floors, under};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Folders of the corpus whose protocols are dissected.
const DISSECTED: &[&str] = &["http1", "http2", "grpc", "websocket"];

/// A capture may not take longer than this, however it is made.
const SECONDS: &str = "20";

/// Runs the scorer over one class of captures and reads its figures.
fn score(corpus: &Path, class: &str) -> Value {
    let out = std::env::temp_dir().join(format!("mizu-score-{}-{class}.json", std::process::id()));
    let said = Command::new("python3")
        .arg(corpus.join("score.py"))
        .arg(corpus)
        .args(["--cmd", &command(), "--class", class, "--timeout", SECONDS, "--jobs", "2", "--json"])
        .arg(&out)
        .output()
        .expect("python3 runs");
    assert!(said.status.success(), "score.py: {}", String::from_utf8_lossy(&said.stderr));
    let figures = std::fs::read_to_string(&out).expect("the scorer wrote its figures");
    let _ = std::fs::remove_file(&out);
    serde_json::from_str(&figures).expect("the figures are JSON")
}

/// What the scorer had to say of captures: an exit status, a time-out, lines not of the form.
fn complaints(scored: &Value) -> Vec<String> {
    scored["notes"].as_array().into_iter().flatten().map(ToString::to_string).collect()
}

/// Counts by what they are of.
#[derive(Default)]
struct Counts(BTreeMap<String, BTreeMap<String, f64>>);

impl Counts {
    fn add(&mut self, of: &str, counted: &Value) {
        let sums = self.0.entry(of.to_owned()).or_default();
        for (name, n) in counted.as_object().into_iter().flatten() {
            *sums.entry(name.clone()).or_default() += n.as_f64().unwrap_or(0.0);
        }
    }

    /// Per cent; what has no base (no entry is due) has no figure.
    fn figures(&self) -> Floors {
        let mut all = Floors::new();
        for (of, sums) in &self.0 {
            let n = |name: &str| sums.get(name).copied().unwrap_or(0.0);
            let right = n("matched") + n("matched_optional");
            let figures: Figures = [
                ("recall", n("matched"), n("expected")),
                ("precision", right, right + n("false")),
                ("paired", n("paired"), n("paired_expected")),
                ("fields", n("fields_ok"), n("fields")),
            ]
            .into_iter()
            .filter(|(_, _, base)| *base > 0.0)
            .map(|(name, part, base)| (name.to_owned(), 100.0 * part / base))
            .collect();
            all.insert(of.clone(), figures);
        }
        all
    }
}

#[test]
fn what_is_found_in_the_corpus_lies_above_its_floors() {
    let Some(corpus) = corpus() else { return };
    let scored = score(&corpus, "normal");
    let index: Value =
        serde_json::from_str(&std::fs::read_to_string(corpus.join("index.json")).expect("index.json"))
            .expect("JSON");
    let mut counts = Counts::default();
    for capture in index["captures"].as_array().into_iter().flatten() {
        let path = capture["capture"].as_str().unwrap_or("");
        let folder = path.split('/').next().unwrap_or("");
        if !DISSECTED.contains(&folder) {
            continue;
        }
        let counted = &scored["files"][path];
        counts.add("all", counted);
        counts.add(folder, counted);
        let conditions: Vec<&str> =
            capture["conditions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for condition in if conditions.is_empty() { vec!["plain"] } else { conditions } {
            counts.add(&format!("condition {condition}"), counted);
        }
    }
    let figures = counts.figures();
    for (of, figures) in &figures {
        let said: Vec<String> = figures.iter().map(|(name, is)| format!("{name} {is:.2}")).collect();
        println!("{of:32} {}", said.join("  "));
    }
    let wrong = under(&figures);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(complaints(&scored), Vec::<String>::new(), "every capture is read to its end");
}

#[test]
fn malformed_captures_are_read_to_their_end() {
    let Some(corpus) = corpus() else { return };
    assert_eq!(complaints(&score(&corpus, "odd")), Vec::<String>::new());
}
