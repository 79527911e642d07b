//! Running the release build of the sidecar under callgrind and reading what it counted. Knows no limits: judging is the caller's.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What one run did.
pub(crate) struct Run {
    /// Instructions executed, start-up included.
    pub(crate) instructions: u64,
    /// Entries that the sidecar says it found.
    pub(crate) entries: u64,
}

/// A classic pcap of Ethernet without packets: the header alone (magic, version 2.4, snap length 262144, link type 1).
const EMPTY: [u8; 24] = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];

/// Instructions that the program needs before and after its work.
pub(crate) fn start_up() -> u64 {
    let path = std::env::temp_dir().join(format!("mizu-counts-{}.pcap", std::process::id()));
    std::fs::write(&path, EMPTY).expect("the temporary folder can be written");
    let run = run(&path);
    let _ = std::fs::remove_file(&path);
    run.instructions
}

/// The release build beside the build that this test is of.
fn sidecar() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let target = test.ancestors().nth(3).expect("cargo puts tests into <target>/<profile>/deps");
    let path = target.join("release/mizu-sidecar");
    assert!(
        path.is_file(),
        "{} is not there; run this by `make bench-counts`, which builds it",
        path.display()
    );
    path
}

/// Counts one capture.
pub(crate) fn run(capture: &Path) -> Run {
    let said = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(sidecar())
        .arg("--pcap")
        .arg(capture)
        .arg("--count")
        .output()
        .expect("valgrind runs (Debian package valgrind)");
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{}: {}\n{err}", capture.display(), said.status);
    let number_after = |text: &str, word: &str| {
        text.split_once(word).and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok())
    };
    Run {
        instructions: number_after(&err, "Collected :")
            .unwrap_or_else(|| panic!("callgrind counted nothing: {err}")),
        entries: number_after(&out, "entries=").unwrap_or_else(|| panic!("no `entries=N` in: {out}")),
    }
}
