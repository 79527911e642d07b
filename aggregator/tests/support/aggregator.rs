//! The real binary, started on free ports, ended with the test.

use super::{Folder, http::Answer, http::request, until};
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

pub const BINARY: &str = env!("CARGO_BIN_EXE_mizu-aggregator");
pub const TOKEN: &str = "test-token-0123456789";
pub const BEARER: &str = "Bearer test-token-0123456789";

pub struct Aggregator {
    child: Child,
    /// `127.0.0.1:port` of the read side.
    pub read: String,
    /// `127.0.0.1:port` of the ingest side.
    pub ingest: String,
    pub data: PathBuf,
    more: Vec<String>,
    _folder: Option<Folder>,
}

pub fn command(data: &Path, read: &str, ingest: &str, more: &[String]) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(["serve", "--listen", read, "--ingest", ingest, "--data"])
        .arg(data)
        .args(more)
        .env("MIZU_TOKEN", TOKEN)
        .env("MIZU_LOG", "warn");
    command
}

fn start(data: &Path, read: &str, ingest: &str, more: &[String]) -> (Child, String, String) {
    let mut child = command(data, read, ingest, more).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("not ready: {e}: {line:?}"));
    let page =
        ready["page"].as_str().unwrap().trim_start_matches("http://").trim_end_matches("/mizu").to_owned();
    let ingest = ready["ingest"].as_str().unwrap().trim_start_matches("http://").to_owned();
    (child, page, ingest)
}

impl Aggregator {
    pub fn start() -> Self {
        Self::with(&[])
    }

    pub fn with(more: &[&str]) -> Self {
        let folder = Folder::new();
        let data = folder.0.join("data");
        let mut aggregator = Self::on(data, more);
        aggregator._folder = Some(folder);
        aggregator
    }

    /// On data that are there already, or are to stay.
    pub fn on(data: PathBuf, more: &[&str]) -> Self {
        let more: Vec<String> = more.iter().map(ToString::to_string).collect();
        let (child, read, ingest) = start(&data, "127.0.0.1:0", "127.0.0.1:0", &more);
        Self { child, read, ingest, data, more, _folder: None }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The engine's process, as soon as there is one.
    pub fn engine(&self) -> u32 {
        until("an engine process", Duration::from_secs(20), || children(self.pid()).first().copied())
    }

    /// kill -9 of the aggregator, and a new one on the same data and ports.
    pub fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let (child, _, _) = until("the ports to be free", Duration::from_secs(60), || {
            let free =
                [&self.read, &self.ingest].iter().all(|a| std::net::TcpListener::bind(a.as_str()).is_ok());
            free.then(|| start(&self.data, &self.read, &self.ingest, &self.more))
        });
        self.child = child;
    }

    /// SIGTERM; returns whether it ended with status 0.
    pub fn stop(&mut self) -> bool {
        signal(self.pid(), "TERM");
        self.ended()
    }

    /// Waits for the end; returns whether it was with status 0.
    pub fn ended(&mut self) -> bool {
        until("the aggregator to end", Duration::from_secs(60), || self.child.try_wait().unwrap()).success()
    }

    pub fn get(&self, path: &str) -> Answer {
        request(&self.read, "GET", path, &[("host", &self.read), ("authorization", BEARER)], b"").unwrap()
    }

    pub fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    pub fn post(&self, frame: &[u8]) -> std::io::Result<Answer> {
        request(&self.ingest, "POST", "/ingest/v1/batches", &[("host", &self.ingest)], frame)
    }

    /// Posts a batch that has to be stored.
    pub fn store(&self, frame: &[u8]) -> Value {
        let answer = self.post(frame).unwrap();
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }
}

impl Drop for Aggregator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn signal(pid: u32, name: &str) {
    let status =
        Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).stderr(Stdio::null()).status();
    let _ = status.unwrap();
}

fn children(pid: u32) -> Vec<u32> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    tasks
        .filter_map(Result::ok)
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|line| line.split_whitespace().filter_map(|p| p.parse().ok()).collect::<Vec<_>>())
        .collect()
}
