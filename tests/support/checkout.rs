//! The files of the checkout that the tests run in: what git tracks, and what it would track.
//! In: nothing but the place of this crate. Out: paths relative to the root with their text. Ignored files (builds, packages) never show.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the crate lies in a folder of the workspace").to_path_buf()
}

/// What a program writes at the head of a file that it made; in halves, since this file is read too.
const WRITTEN_BY: &[&str] = &[
    concat!("@gene", "rated"),
    concat!("// Gene", "rated from "),
    concat!("This file was gene", "rated by "),
];

/// A text file of the checkout.
pub struct Source {
    /// Relative to the root, with `/` between the parts.
    pub path: String,
    /// The whole file.
    pub text: String,
}

impl Source {
    /// The name's ending after its last dot, empty if it has none.
    pub fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|e| e.to_str()).unwrap_or("")
    }

    /// Whether a program wrote the file: such files are checked in and held in step by a test, and nobody reads them line by line.
    pub fn is_generated(&self) -> bool {
        let by_place = self.path.contains("/generated/") || self.path.contains("/snapshots/");
        let by_name =
            ["Cargo.lock", "package-lock.json", "openapi.json"].iter().any(|n| self.path.ends_with(n));
        by_place || by_name || self.text.lines().take(5).any(|l| WRITTEN_BY.iter().any(|w| l.contains(w)))
    }
}

/// Paths of all files that git tracks or would track, sorted.
pub fn paths() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git runs: the checks read the list of files from it");
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let mut paths: Vec<String> = String::from_utf8_lossy(&listed.stdout)
        .split('\0')
        .filter(|p| !p.is_empty() && root().join(p).is_file())
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// All text files, sorted by path; captures and pictures are left out.
pub fn sources() -> Vec<Source> {
    paths()
        .into_iter()
        .filter_map(|path| {
            let bytes = std::fs::read(root().join(&path)).ok()?;
            Some(Source { path, text: String::from_utf8(bytes).ok()? })
        })
        .collect()
}

/// The text of one file.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("reading {path}: {e}"))
}
