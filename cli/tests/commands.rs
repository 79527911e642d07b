//! What `mizu` answers before it starts anything: wrong arguments, files that are no captures, parts that are missing.
#![expect(
    clippy::unwrap_used,
    reason = "a test may fail by panicking, and clippy.toml does not reach its helpers"
)]

use std::{
    path::Path,
    process::{Command, Output},
};

fn mizu(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mizu"))
        .args(arguments)
        .current_dir(folder)
        .env("TMPDIR", folder)
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_file_that_is_no_capture_is_one_error_with_the_next_step() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.har"), "{\"log\":{}}").unwrap();
    std::fs::write(folder.path().join("a.pcap.gz"), b"\x1f\x8b\x08\x00").unwrap();
    std::fs::write(folder.path().join("empty.pcap"), "").unwrap();
    for (file, error, hint) in [
        ("a.har", "error: a.har is no capture", "hint: file a.har"),
        ("a.pcap.gz", "error: a.pcap.gz is compressed", "hint: gunzip -k a.pcap.gz"),
        ("empty.pcap", "error: empty.pcap is empty", "hint: record it again"),
        ("missing.pcap", "error: opening missing.pcap: No such file", ""),
        (".", "error: reading .: Is a directory", ""),
    ] {
        let output = mizu(folder.path(), &["view", "--file", file]);
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{file}: {text}");
        assert!(text.starts_with(error) && text.contains(hint), "{file}: {text}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn wrong_arguments_end_with_status_2_and_say_what_is_right() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, said) in [
        (&["tap"][..], "mizu tap --local"),
        (&["demo", "--for", "soon"], "90s"),
        (&["demo", "--max-entries-db-size", "many"], "200MB"),
        (&["demo", "--prot", "1"], "--port"),
        (&["view"], "--file"),
        (&["vew"], "view"),
    ] {
        let output = mizu(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_part_that_is_missing_is_named_with_the_command_that_builds_it() {
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("mizu");
    std::fs::copy(env!("CARGO_BIN_EXE_mizu"), &alone).unwrap();
    for arguments in [&["demo"][..], &["tap", "--local"]] {
        let output = Command::new(&alone).args(arguments).output().unwrap();
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("`mizu-aggregator` is not in"), "{text}");
        assert!(text.contains("hint: cargo build --release -p mizu-aggregator"), "{text}");
    }
}

#[test]
fn the_version_is_printed_in_the_words_of_old() {
    let output = mizu(Path::new("."), &["version"]);
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("Version: {}\n", env!("CARGO_PKG_VERSION"))
    );
}
