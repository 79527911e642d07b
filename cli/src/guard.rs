//! Ends what `mizu` started, and removes its folder, when `mizu` itself could not: after SIGKILL, a crash, a lost terminal.
//!
//! A process of its own (`mizu __guard`) that reads a pipe from `mizu`, line by line: `pid N` for a process group that
//! was started, `dir PATH` for a folder to remove, `done` when `mizu` has done all that itself. The pipe's end without
//! `done` means that `mizu` is gone. A parent-death signal would not do: the kernel clears it when a program with file
//! capabilities is started, and `mizu-sidecar` may be one. Processes are held by pidfd, so a number that was given to
//! somebody else is never hit.

use std::{
    io::{BufRead as _, Write as _},
    os::{fd::OwnedFd, unix::process::CommandExt as _},
    path::{Path, PathBuf},
    process::{ChildStdin, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal},
};

/// How long the processes may take to end by themselves.
const PATIENCE: Duration = Duration::from_secs(10);

/// The end of the pipe that `mizu` holds.
#[derive(Debug)]
pub(crate) struct Guard {
    pipe: ChildStdin,
    process: std::process::Child,
}

impl Guard {
    /// Starts the guard. It is in a process group of its own, where no ^C reaches it.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let own = std::env::current_exe().context("finding this program's own executable")?;
        Self::spawn(Command::new(own).arg("__guard"))
    }

    /// A guard that ends nothing: a test's executable is not `mizu`.
    #[cfg(test)]
    pub(crate) fn idle() -> Self {
        Self::spawn(Command::new("/bin/sh").args(["-c", "cat > /dev/null"])).unwrap()
    }

    fn spawn(command: &mut Command) -> anyhow::Result<Self> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("starting the guard process")?;
        let pipe = process.stdin.take().context("the guard process has no pipe")?;
        Ok(Self { pipe, process })
    }

    /// Puts a process group, by its leader, under guard.
    pub(crate) fn watch(&mut self, pid: u32) -> anyhow::Result<()> {
        writeln!(self.pipe, "pid {pid}").context("telling the guard process")
    }

    /// Puts a folder under guard.
    pub(crate) fn remove_at_end(&mut self, folder: &Path) -> anyhow::Result<()> {
        let folder = folder.to_str().context("the temporary folder's path is not UTF-8")?;
        writeln!(self.pipe, "dir {folder}").context("telling the guard process")
    }

    /// Everything is ended and removed: the guard goes too.
    pub(crate) fn dismiss(mut self) {
        drop(writeln!(self.pipe, "done"));
        drop(self.pipe);
        drop(self.process.wait());
    }
}

/// The guard process itself.
pub(crate) fn serve() -> ExitCode {
    let mut processes: Vec<(Pid, OwnedFd)> = Vec::new();
    let mut folders: Vec<PathBuf> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        match line.split_once(' ') {
            Some(("pid", number)) => {
                let pid = number.parse().ok().and_then(Pid::from_raw);
                // A process that is gone already has no pidfd, and needs none.
                processes.extend(pid.and_then(|pid| Some((pid, pidfd_open(pid, PidfdFlags::empty()).ok()?))));
            }
            Some(("dir", folder)) => folders.push(folder.into()),
            _ if line == "done" => return ExitCode::SUCCESS,
            _ => {}
        }
    }
    end(&processes);
    for folder in folders {
        drop(std::fs::remove_dir_all(folder));
    }
    ExitCode::SUCCESS
}

fn end(processes: &[(Pid, OwnedFd)]) {
    for (_, process) in processes {
        let _ = pidfd_send_signal(process, Signal::TERM);
    }
    let deadline = Instant::now() + PATIENCE;
    for (pid, process) in processes {
        if !ended(process, deadline) {
            // The leader lives, so the group's number is still its own.
            let _ = kill_process_group(*pid, Signal::KILL);
            ended(process, Instant::now() + Duration::from_secs(2));
        }
    }
}

/// Waits for the process until `deadline`; whether it ended.
fn ended(process: &OwnedFd, deadline: Instant) -> bool {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
        match poll(&mut [PollFd::new(process, PollFlags::IN)], Some(&timeout)) {
            Ok(0) => return false,
            Ok(_) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
