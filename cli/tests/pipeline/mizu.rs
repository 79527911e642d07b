//! A `mizu` under test: its own folder for temporary data, its lines as they come, its page, its end.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A started `mizu`. Dropped before its end, it is killed.
pub(crate) struct Mizu {
    pub(crate) folder: tempfile::TempDir,
    child: Child,
    lines: mpsc::Receiver<String>,
    heard: String,
    stderr: Arc<Mutex<String>>,
    stderr_reader: Option<std::thread::JoinHandle<()>>,
    page: Option<(String, String)>,
}

/// How it ended.
pub(crate) struct End {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Mizu {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_as(Command::new(env!("CARGO_BIN_EXE_mizu")).args(arguments))
    }

    /// Starts `command`, which ends up as `mizu`.
    pub(crate) fn start_as(command: &mut Command) -> Self {
        let beside = Path::new(env!("CARGO_BIN_EXE_mizu")).parent().unwrap();
        for part in ["mizu-aggregator", "mizu-sidecar", "mizu-shop"] {
            assert!(beside.join(part).is_file(), "{part} is not built; run: cargo build --workspace --bins");
        }
        let folder = tempfile::Builder::new().prefix("mizu-test-").tempdir().unwrap();
        let mut child = command
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines_tx, lines) = mpsc::sync_channel(256);
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| lines_tx.send(line))
        });
        let stderr = Arc::new(Mutex::new(String::new()));
        let (mut from, to) = (child.stderr.take().unwrap(), Arc::clone(&stderr));
        let stderr_reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = from.read(&mut buffer) {
                to.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
        });
        Self {
            folder,
            child,
            lines,
            heard: String::new(),
            stderr,
            stderr_reader: Some(stderr_reader),
            page: None,
        }
    }

    /// Waits for a line of stdout that contains `text`.
    pub(crate) fn wait_for(&mut self, text: &str, patience: Duration) -> String {
        let deadline = Instant::now() + patience;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.heard.push_str(&line);
                    self.heard.push('\n');
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(_) => {
                    panic!("no {text:?} in {patience:?}; stdout:\n{}stderr:\n{}", self.heard, self.stderr())
                }
            }
        }
    }

    pub(crate) fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// Waits until the page is there. Its port.
    pub(crate) fn wait_for_page(&mut self) -> u16 {
        let line = self.wait_for("Mizu is available at ", Duration::from_secs(150));
        let url = line.rsplit(' ').next().unwrap();
        let (base, token) = url.split_once("/mizu?token=").unwrap();
        let authority = base.strip_prefix("http://localhost:").unwrap();
        self.page = Some((authority.to_owned(), token.to_owned()));
        authority.parse().unwrap()
    }

    /// The JSON at `path` of the page's API.
    pub(crate) fn get(&self, path: &str) -> Value {
        let (port, token) = self.page.as_ref().unwrap();
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let head =
            format!("GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\nAuthorization: Bearer {token}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}\n{head}\n{body}"))
    }

    /// Asks until `wanted` says yes.
    pub(crate) fn until<T>(&self, path: &str, patience: Duration, wanted: impl Fn(&Value) -> Option<T>) -> T {
        let deadline = Instant::now() + patience;
        loop {
            let answer = self.get(path);
            if let Some(found) = wanted(&answer) {
                return found;
            }
            assert!(
                Instant::now() < deadline,
                "{path} is not what is waited for: {answer}\n{}",
                self.stderr()
            );
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.child.id() as i32).unwrap(), signal).unwrap();
    }

    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Process numbers of the program `name` that works in this test's folder.
    pub(crate) fn processes(&self, name: &str) -> Vec<Pid> {
        processes(self.folder.path(), name)
    }

    /// Waits for the end, and for the end of everything that was started.
    pub(crate) fn end(mut self, patience: Duration) -> End {
        let deadline = Instant::now() + patience;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "mizu did not end in {patience:?}:\n{}{}",
                self.heard,
                self.stderr()
            );
            std::thread::park_timeout(Duration::from_millis(20));
        };
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(5)) {
            self.heard.push_str(&line);
            self.heard.push('\n');
        }
        if let Some(reader) = self.stderr_reader.take() {
            reader.join().unwrap();
        }
        End { status: status.code(), stdout: std::mem::take(&mut self.heard), stderr: self.stderr() }
    }
}

impl Drop for Mizu {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if !std::thread::panicking() {
            nothing_is_left(self.folder.path());
        }
    }
}

/// Waits until no process works in `folder` and nothing lies in it.
pub(crate) fn nothing_is_left(folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        let processes = processes(folder, "");
        if files.is_empty() && processes.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "left behind: {files:?}, processes {processes:?}");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

/// Processes whose TMPDIR is `folder`, by a part of their program's name.
fn processes(folder: &Path, name: &str) -> Vec<Pid> {
    let marked = format!("TMPDIR={}", folder.display());
    let ours = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let program = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        environment.split(|b| *b == 0).any(|variable| variable == marked.as_bytes())
            && String::from_utf8_lossy(&program).split('\0').next().unwrap_or_default().contains(name)
    };
    let all =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    all.filter(ours).filter_map(|pid| Pid::from_raw(pid as i32)).collect()
}
