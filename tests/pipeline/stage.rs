//! An aggregator on a folder of its own, and sidecars that deliver to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use mizu_tests::binaries::binary;
use mizu_tests::deadline::within;
use mizu_tests::http::{Answer, ask};
use mizu_tests::process::Process;
use rustix::process::Signal;
use serde_json::Value;

/// How long a process may take to be ready: the machine may be busy with other tests.
pub(crate) const READY: Duration = Duration::from_secs(120);
const TOKEN: &str = "a-token-of-the-tests-0123456789";
/// The most rows of a page of the list.
const PAGE: usize = 1000;

/// A running aggregator.
pub(crate) struct Stage {
    folder: tempfile::TempDir,
    pub(crate) page: SocketAddr,
    pub(crate) ingest: SocketAddr,
    aggregator: Option<Process>,
}

impl Stage {
    /// Starts an aggregator on an empty folder.
    pub(crate) fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the data");
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut stage = Self { folder, page: any, ingest: any, aggregator: None };
        stage.start();
        stage
    }

    /// Starts the aggregator, on the addresses that it had before.
    pub(crate) fn start(&mut self) {
        let token = self.folder.path().join("token");
        std::fs::write(&token, TOKEN).expect("the token is written");
        let mut command = Command::new(binary("mizu-aggregator"));
        command
            .arg("serve")
            .arg("--data")
            .arg(self.data())
            .args(["--listen", &self.page.to_string(), "--ingest", &self.ingest.to_string()])
            .args(["--max-entries-db-size", "2GB"])
            .arg("--token-file")
            .arg(token);
        let mut aggregator = Process::start(command);
        let ready: Value = aggregator.line(READY, "that it is ready", |line| {
            serde_json::from_str(line).ok().filter(|value: &Value| value["page"].is_string())
        });
        self.page = address(&ready["page"]);
        self.ingest = address(&ready["ingest"]);
        self.aggregator = Some(aggregator);
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for the test's own files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The aggregator's process id.
    pub(crate) fn aggregator_id(&self) -> u32 {
        self.aggregator.as_ref().expect("it runs").id()
    }

    /// Kills the aggregator without a word (SIGKILL) and starts it again.
    pub(crate) fn kill_and_restart(&mut self) {
        let mut aggregator = self.aggregator.take().expect("it runs");
        aggregator.signal(Signal::KILL);
        aggregator.ended(READY);
        drop(aggregator);
        self.start();
    }

    /// A sidecar command that uploads here.
    pub(crate) fn sidecar(&self) -> Command {
        let mut command = Command::new(binary("mizu-sidecar"));
        command.args(["--upload", &format!("http://{}", self.ingest)]);
        command.args(["--exclude-port", &self.page.port().to_string()]);
        command
    }

    /// Asks the API.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let answer = self.try_get(path).unwrap_or_else(|error| panic!("GET {path}: {error}"));
        assert_eq!(answer.status, 200, "GET {path}: {}", String::from_utf8_lossy(&answer.body));
        answer
    }

    /// Asks the API while it may be restarting.
    pub(crate) fn try_get(&self, path: &str) -> std::io::Result<Answer> {
        ask("GET", self.page, path, &[("Authorization", &format!("Bearer {TOKEN}"))])
    }

    /// How many entries match.
    pub(crate) fn count(&self, query: &str) -> u64 {
        let path = format!("/api/entries/count?query={}", encoded(query));
        let value = self.get(&path).json()["matched"].as_u64();
        value.expect("a number of matches")
    }

    /// All rows that match, oldest first.
    pub(crate) fn entries(&self, query: &str) -> Vec<Value> {
        let mut rows: Vec<Value> = Vec::new();
        loop {
            let after = rows.last().map_or("0", |row| row["id"].as_str().expect("an id"));
            let path = format!("/api/entries?limit={PAGE}&after={after}&query={}", encoded(query));
            let page = self.get(&path).json();
            let more = page["entries"].as_array().expect("rows").clone();
            if more.is_empty() {
                return rows;
            }
            rows.extend(more);
        }
    }

    /// Waits until that many entries match and no further ones come with the answers that follow at once.
    pub(crate) fn await_count(&self, query: &str, count: u64, deadline: Duration) {
        within(deadline, &format!("{count} entries of `{query}`"), || {
            let found = self.count(query);
            assert!(found <= count, "{found} entries of `{query}` where {count} are due");
            (found == count).then_some(())
        });
    }
}

/// Counts equal things.
pub(crate) fn tally<T: Ord>(things: impl IntoIterator<Item = T>) -> BTreeMap<T, u64> {
    let mut tally = BTreeMap::new();
    for thing in things {
        *tally.entry(thing).or_default() += 1;
    }
    tally
}

/// Runs a sidecar to its end over a file.
pub(crate) fn upload(
    stage: &Stage,
    file: &std::path::Path,
    more: &[&str],
) -> (std::process::ExitStatus, Vec<String>) {
    let mut command = stage.sidecar();
    command.arg("--pcap").arg(file).args(more);
    let mut sidecar = Process::start(command);
    let status = sidecar.ended(READY);
    (status, sidecar.lines())
}

fn address(url: &Value) -> SocketAddr {
    let url = url.as_str().expect("a URL");
    let authority = url.strip_prefix("http://").and_then(|rest| rest.split('/').next()).expect("http://");
    authority.replace("localhost", "127.0.0.1").parse().expect("an address")
}

/// Percent-encoding of everything that is not plainly harmless.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.bytes().map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}
