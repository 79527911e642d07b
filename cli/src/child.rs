//! One child process: started in a process group of its own, listened to, ended in order.
//!
//! In: a program and its arguments. Out: the JSON lines that it prints on stdout and stderr, as one stream; its other
//! lines are kept (the last of them say why it died), shown with `--verbose`, and shown anyway where they are errors.

use std::{
    collections::VecDeque,
    ffi::OsString,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, anyhow};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader},
    process::{ChildStdin, Command},
    sync::mpsc,
    task::JoinHandle,
};

use crate::{
    failure::{Failure, Status},
    guard::Guard,
    part::Part,
};

/// Lines that are kept to say why a child died.
const LAST_LINES: usize = 12;

type LastLines = Arc<Mutex<VecDeque<String>>>;

/// A child that runs, or ran.
#[derive(Debug)]
pub(crate) struct Child {
    part: Part,
    process: tokio::process::Child,
    /// Apart from `process`, whose `wait` would close it.
    stdin: Option<ChildStdin>,
    group: Option<Pid>,
    /// `readers --JSON line--> whoever waits for it, 64, drops the newest`.
    said: mpsc::Receiver<Value>,
    last: LastLines,
    readers: Vec<JoinHandle<()>>,
}

impl Child {
    /// Starts `program`. Where `guard` is told fails, the child is ended again.
    pub(crate) fn start(
        part: Part,
        program: &Path,
        arguments: &[OsString],
        guard: &mut Guard,
        verbose: bool,
    ) -> Result<Self, Failure> {
        let mut process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // ^C in a terminal goes to `mizu` alone, which ends its children one after the other.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let id = process.id().context("a child that just began has ended")?;
        guard.watch(id)?;
        let group = i32::try_from(id).ok().and_then(Pid::from_raw);

        let (said_tx, said) = mpsc::channel(64);
        let last = LastLines::default();
        let reader = Reader { part, verbose, said_tx, last: Arc::clone(&last) };
        let readers = [
            process.stdout.take().map(|out| tokio::spawn(reader.clone().read(out))),
            process.stderr.take().map(|err| tokio::spawn(reader.read(err))),
        ];
        let stdin = process.stdin.take();
        Ok(Self { part, process, stdin, group, said, last, readers: readers.into_iter().flatten().collect() })
    }

    /// Writes a line to the child's standard input, which stays open.
    pub(crate) async fn tell(&mut self, line: &str) -> anyhow::Result<()> {
        let stdin = self
            .stdin
            .as_mut()
            .with_context(|| format!("{} has no standard input any more", self.part.program()))?;
        let written = stdin.write_all(format!("{line}\n").as_bytes()).await;
        written.with_context(|| format!("telling {} to {line}", self.part.program()))
    }

    /// The next JSON line.
    ///
    /// # Errors
    /// The child ended, or said nothing for `patience`.
    pub(crate) async fn next(&mut self, patience: Duration) -> Result<Value, Failure> {
        match tokio::time::timeout(patience, self.said.recv()).await {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(self.death().await),
            Err(_) => {
                let silent = anyhow!("{} was not ready within {} s", self.part.program(), patience.as_secs());
                Err(Failure::new(Status::Failed, silent)
                    .hint("run it again with --verbose to see what it waits for"))
            }
        }
    }

    /// The next JSON line; `None` at the end of them.
    pub(crate) async fn line(&mut self) -> Option<Value> {
        self.said.recv().await
    }

    /// Waits until the child ends and all its lines are read.
    pub(crate) async fn wait(&mut self) -> Result<ExitStatus, Failure> {
        let status =
            self.process.wait().await.with_context(|| format!("waiting for {}", self.part.program()))?;
        for reader in self.readers.drain(..) {
            // A grandchild may hold the pipe open; its lines are not worth waiting for.
            drop(tokio::time::timeout(Duration::from_millis(500), reader).await);
        }
        Ok(status)
    }

    /// Waits for an end that nobody asked for, and says what was seen of it.
    pub(crate) async fn death(&mut self) -> Failure {
        match self.wait().await {
            Ok(status) => self.obituary(status),
            Err(failure) => failure,
        }
    }

    /// What is to be said of a child that ended with `status`. What it refused to work with came from our own command
    /// line, so its error is passed on as it is.
    pub(crate) fn obituary(&self, status: ExitStatus) -> Failure {
        let (errors, hint) = self.last_words();
        if let (Some(2), Some(error)) = (status.code(), self.last_error()) {
            let refused = Failure::new(Status::Usage, anyhow!(error));
            return if let Some(hint) = hint { refused.hint(hint) } else { refused };
        }
        let died = anyhow!("{} ended ({status}){errors}", self.part.program());
        let hint = hint.unwrap_or_else(|| "run it again with --verbose to see what led to it".to_owned());
        Failure::new(Status::Failed, died).hint(hint)
    }

    /// The child's last lines, indented, and the hint among them if there is one.
    fn last_words(&self) -> (String, Option<String>) {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let hint = last.iter().rev().find_map(|line| line.strip_prefix("hint: ")).map(ToOwned::to_owned);
        let lines: String = last
            .iter()
            .filter(|line| !line.starts_with("hint: "))
            .map(|line| format!("\n    {line}"))
            .collect();
        let lines = if lines.is_empty() {
            "; it said nothing".to_owned()
        } else {
            format!("; its last lines:{lines}")
        };
        (lines, hint)
    }

    /// The child's last line that begins with `error: `, without that word.
    pub(crate) fn last_error(&self) -> Option<String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().rev().find_map(|line| line.strip_prefix("error: ")).map(ToOwned::to_owned)
    }

    /// Asks the child to end; after `patience` its whole process group is killed.
    pub(crate) async fn stop(&mut self, patience: Duration) {
        self.signal(Signal::TERM);
        // A shop that waits for its go ends at the end of its input.
        drop(self.stdin.take());
        if tokio::time::timeout(patience, self.wait()).await.is_err() {
            self.kill();
            drop(tokio::time::timeout(Duration::from_secs(2), self.wait()).await);
        }
    }

    /// Kills the child's process group at once.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
    }

    /// File name of the child's program.
    pub(crate) fn program(&self) -> &'static str {
        self.part.program()
    }

    /// Whether the child runs. Its program's name and number, for lists of what is left.
    pub(crate) fn left(&mut self) -> Option<String> {
        let running = matches!(self.process.try_wait(), Ok(None));
        running
            .then(|| format!("{} (process {})", self.part.program(), self.process.id().unwrap_or_default()))
    }

    fn signal(&mut self, signal: Signal) {
        // The status was not taken yet, so the number is still the child's own.
        if let (Ok(None), Some(group)) = (self.process.try_wait(), self.group) {
            let _ = kill_process_group(group, signal);
        }
    }
}

#[derive(Clone)]
struct Reader {
    part: Part,
    verbose: bool,
    said_tx: mpsc::Sender<Value>,
    last: LastLines,
}

impl Reader {
    async fn read(self, from: impl AsyncRead + Unpin) {
        let mut lines = BufReader::new(from).split(b'\n');
        while let Ok(Some(line)) = lines.next_segment().await {
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end();
            if line.starts_with('{')
                && let Ok(value) = serde_json::from_str(line)
            {
                // Whoever does not listen any more has what it needs.
                drop(self.said_tx.try_send(value));
                continue;
            }
            if self.verbose || is_error(line) {
                eprintln!("{}: {line}", self.part.program());
            }
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.len() == LAST_LINES {
                last.pop_front();
            }
            last.push_back(line.to_owned());
        }
    }
}

/// A log line of level ERROR: data was lost, or somebody has to do something.
fn is_error(line: &str) -> bool {
    line.split_whitespace().nth(1) == Some("ERROR")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    async fn sh(script: &str) -> (Child, Guard) {
        let mut guard = Guard::idle();
        let arguments = ["-c".into(), script.into()];
        (Child::start(Part::Shop, Path::new("/bin/sh"), &arguments, &mut guard, false).unwrap(), guard)
    }

    #[tokio::test]
    async fn json_lines_are_heard_and_the_others_kept_as_last_words() {
        let (mut child, _guard) =
            sh("echo 'hello'; echo '{\"ready\":true}'; echo 'hint: type this' >&2; exit 3").await;
        assert_eq!(child.next(Duration::from_secs(10)).await.unwrap()["ready"], true);
        let status = child.wait().await.unwrap();
        let (words, hint) = child.last_words();
        assert_eq!((status.code(), hint.as_deref()), (Some(3), Some("type this")));
        assert!(words.contains("hello"), "{words}");
    }

    #[tokio::test]
    async fn a_child_that_does_not_listen_to_sigterm_is_killed_with_its_group() {
        let (mut child, _guard) =
            sh("trap '' TERM; sleep 600 & echo \"{\\\"child\\\":$!}\"; wait; sleep 600").await;
        let grandchild = child.next(Duration::from_secs(10)).await.unwrap()["child"].as_i64().unwrap();
        child.stop(Duration::from_millis(200)).await;
        assert!(child.left().is_none());
        // The signal is sent; the kernel may take a moment to carry it out.
        let by = Instant::now() + Duration::from_secs(10);
        loop {
            let stat = std::fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap_or_default();
            if stat.is_empty() || stat.contains(") Z") {
                break;
            }
            assert!(Instant::now() < by, "{stat}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
