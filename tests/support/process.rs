//! A child process that ends with the test, and whose words the test can wait for.
//! It leads a process group of its own, so that what it started goes with it: first asked (SIGTERM), then made to (SIGKILL).
//! What it printed is shown when the test fails.

use crate::deadline::within;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a process that was asked to end may take.
const TO_END: Duration = Duration::from_secs(10);

/// Lines shown of a process when a test fails.
const LINES_SHOWN: usize = 60;

/// A running child, killed when dropped.
pub struct Process {
    name: String,
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    collectors: Vec<JoinHandle<()>>,
}

impl Process {
    /// Starts `command` with both its outputs collected line by line.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(mut command: Command) -> Self {
        let name = command.get_program().to_string_lossy().rsplit('/').next().unwrap_or("").to_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().unwrap_or_else(|e| panic!("starting {name}: {e}"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let outputs = [
            child.stdout.take().map(|out| collect(out, &lines)),
            child.stderr.take().map(|out| collect(out, &lines)),
        ];
        let collectors = outputs.into_iter().flatten().collect();
        Self { name, child, lines, collectors }
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All that it printed so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().map(|l| l.clone()).unwrap_or_default()
    }

    /// Waits for a line of which `pick` makes something, such as the address that it listens on.
    ///
    /// # Panics
    /// When no such line comes before the deadline, or the process ends first.
    pub fn line<T>(&mut self, deadline: Duration, what: &str, pick: impl Fn(&str) -> Option<T>) -> T {
        let what = format!("{} to say {what}", self.name);
        within(deadline, &what, || {
            // Looked at before the lines, so that the last words of a process that ended count too; they may still be on
            // their way here.
            let all_said = self.collectors.iter().all(JoinHandle::is_finished);
            let ended = self.child.try_wait().ok().flatten().filter(|_| all_said);
            let found = self.lines().iter().find_map(|l| pick(l));
            assert!(found.is_some() || ended.is_none(), "{} ended ({ended:?}) without: {what}", self.name);
            found
        })
    }

    /// Sends a signal to the process alone, not to what it started.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid(), signal)
            .unwrap_or_else(|e| panic!("signal to {}: {e}", self.name));
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it still runs after the deadline.
    pub fn ended(&mut self, deadline: Duration) -> ExitStatus {
        let what = format!("{} to end", self.name);
        within(deadline, &what, || self.child.try_wait().ok().flatten())
    }

    fn pid(&self) -> Pid {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        id.expect("the system gave the process a positive id")
    }

    fn show(&self) {
        let lines = self.lines();
        eprintln!("--- the last lines of {}:", self.name);
        for line in lines.iter().skip(lines.len().saturating_sub(LINES_SHOWN)) {
            eprintln!("    {line}");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.show();
        }
        let group = self.pid();
        if self.child.try_wait().ok().flatten().is_none() {
            let _ = kill_process_group(group, Signal::TERM);
            let end = Instant::now() + TO_END;
            while self.child.try_wait().ok().flatten().is_none() && Instant::now() < end {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        // The leader may be gone and its children not: the group is still theirs.
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
    }
}

fn collect(from: impl Read + Send + 'static, into: &Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    let into = Arc::clone(into);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if let Ok(mut lines) = into.lock() {
                lines.push(line);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Process {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Process::start(command)
    }

    #[test]
    fn a_child_and_what_it_started_end_with_the_guard() {
        let mut process = sh("sleep 600 & echo child $!; wait");
        let grandchild: i32 =
            process.line(Duration::from_secs(5), "the id", |l| l.strip_prefix("child ")?.parse().ok());
        drop(process);
        let pid = Pid::from_raw(grandchild).expect("positive");
        within(Duration::from_secs(5), "the grandchild to be gone", || {
            let gone = rustix::process::test_kill_process(pid).is_err();
            // Where nobody reaps orphans it stays as a zombie, which runs nothing.
            let zombie =
                std::fs::read_to_string(format!("/proc/{grandchild}/stat")).is_ok_and(|s| s.contains(") Z "));
            (gone || zombie).then_some(())
        });
    }

    #[test]
    fn the_last_words_of_a_process_that_ended_are_found() {
        let mut process = sh("echo address 127.0.0.1:80");
        let said = process
            .line(Duration::from_secs(5), "its address", |l| l.strip_prefix("address ").map(str::to_owned));
        assert_eq!(said, "127.0.0.1:80");
        assert!(process.ended(Duration::from_secs(5)).success());
    }
}
