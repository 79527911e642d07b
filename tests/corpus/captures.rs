//! Running the sidecar over one capture, as the contract of the corpus says: entries as JSON lines on stdout, exit status 0.

use mizu_tests::binaries::binary;
use mizu_tests::checkout;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Captures that are in the repository.
pub(crate) const HERE: &str = "dissect/tests/captures";

/// The corpus beside the checkout: large, of many licences, not shipped.
pub(crate) fn corpus() -> Option<PathBuf> {
    let folder = checkout::root().join("../shared/corpus");
    if folder.join("index.json").is_file() {
        return Some(folder);
    }
    println!(
        "skipped: no corpus at ../shared/corpus beside the checkout; the captures in {HERE} are judged all the same"
    );
    None
}

/// What the scorer runs; `{pcap}` and `{keylog}` are its own.
pub(crate) fn command() -> String {
    format!("'{}' --pcap {{pcap}} {{keylog}} --format corpus-jsonl", binary("mizu-sidecar").display())
}

/// The entries found in one capture.
pub(crate) fn entries(capture: &Path) -> Vec<Value> {
    let said = Command::new(binary("mizu-sidecar"))
        .arg("--pcap")
        .arg(capture)
        .args(["--format", "corpus-jsonl"])
        .output()
        .expect("the sidecar starts");
    assert!(
        said.status.success(),
        "{}: {}\n{}",
        capture.display(),
        said.status,
        String::from_utf8_lossy(&said.stderr)
    );
    lines(&String::from_utf8(said.stdout).expect("entries are UTF-8"))
}

/// JSON values, one a line.
pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .filter(|l| !l.trim().is_empty())
        .map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("not JSON ({e}): {l}")))
        .collect()
}
