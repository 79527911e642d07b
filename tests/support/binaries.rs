//! Where the product's binaries are: beside the test that asks, built by the same cargo in the same profile.
//! `MIZU_BIN_DIR` names another folder of them, such as that of a release. Nothing is built here. A binary that is missing or older than its sources fails the test, which would judge the wrong program.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The path of a binary of the workspace, such as `mizu-sidecar`.
///
/// # Panics
/// When it is not there, or a source file that it was made from is newer.
pub fn binary(name: &str) -> PathBuf {
    if let Some(folder) = std::env::var_os("MIZU_BIN_DIR") {
        let path = Path::new(&folder).join(name);
        assert!(path.is_file(), "MIZU_BIN_DIR: {} is not there", path.display());
        return path;
    }
    let test = std::env::current_exe().expect("a test knows its own path");
    let built = test.parent().and_then(Path::parent).expect("cargo puts tests into <profile>/deps");
    let path = built.join(name);
    let Some(made) = modified(&path) else {
        panic!("{} is not there; build it: cargo build --workspace --bins --tests", path.display());
    };
    if let Some(newer) = newer_source(&built.join(format!("{name}.d")), made) {
        panic!("{} is older than {newer}; build it: cargo build --workspace --bins --tests", path.display());
    }
    path
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|m| m.modified()).ok()
}

/// Reads the list of sources that cargo writes beside a binary (a make rule: `binary: source source …`, blanks escaped).
fn newer_source(rule: &Path, made: SystemTime) -> Option<String> {
    let text = std::fs::read_to_string(rule).ok()?;
    let (_, sources) = text.lines().next()?.split_once(": ")?;
    let sources = sources.replace("\\ ", "\u{0}");
    let mut paths = sources.split(' ').map(|s| s.replace('\u{0}', " "));
    paths.find(|p| modified(Path::new(p)).is_some_and(|m| m > made))
}
