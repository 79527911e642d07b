//! Keeps the engine process running: starts it, waits until it answers, starts it again when it ends.
//!
//! In: how the engine is started. Out: its state as a watch channel, until [`Supervisor::stop`]. Restarts back off from
//! 0.2 s to 5 s; a process that stops answering is killed and started again. What a restart means for an insert under
//! way is `store`'s matter.

use anyhow::Context as _;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::{net::UnixStream, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::watch;

const BACK_OFF_FIRST: Duration = Duration::from_millis(200);
const BACK_OFF_LAST: Duration = Duration::from_secs(5);
/// A process that ran this long begins again with the first back-off.
const STABLE: Duration = Duration::from_secs(10);
/// How often a running engine is asked for a sign of life, and how long it may owe one.
const PING_EVERY: Duration = Duration::from_secs(5);
const PING_WITHIN: Duration = Duration::from_secs(30);
/// How long a start may take: a large store is loaded from a cold disk.
const START_WITHIN: Duration = Duration::from_secs(180);
/// How long the last words of a process that has ended may be on their way.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long a shutdown may take before the process is killed.
const STOP_WITHIN: Duration = Duration::from_secs(25);
/// Lines of the engine's log that are kept to say why it ended.
const LAST_LINES: usize = 8;

/// What the engine is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EngineState {
    /// Not ready yet, for the first time.
    Starting,
    /// It answers.
    Ready {
        /// The process.
        pid: u32,
    },
    /// It ended and will be started again.
    Restarting {
        /// How it ended.
        reason: String,
        /// Whether another process held its data, which one that was killed does for a moment longer.
        locked: bool,
    },
    /// It was told to stop.
    Stopped,
}

/// How to start the engine.
#[derive(Debug, Clone)]
pub(crate) struct EngineCommand {
    /// The executable of the aggregator.
    pub(crate) program: PathBuf,
    /// The engine's library.
    pub(crate) library: PathBuf,
    /// The folder of its data.
    pub(crate) folder: PathBuf,
    /// The socket that it is to listen on.
    pub(crate) socket: PathBuf,
}

/// The thread that owns the engine process.
pub(crate) struct Supervisor {
    state: watch::Receiver<EngineState>,
    stopping: Arc<AtomicBool>,
    child: Arc<Mutex<Option<Pid>>>,
    thread: JoinHandle<()>,
}

impl Supervisor {
    /// Starts the engine, and the thread that watches it.
    ///
    /// The thread itself starts the process: the engine is killed by the kernel when the thread that started it ends.
    pub(crate) fn start(command: EngineCommand) -> anyhow::Result<Self> {
        let (state_tx, state) = watch::channel(EngineState::Starting);
        let (stopping, child) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
        let (stopping_here, child_here) = (stopping.clone(), child.clone());
        let thread = std::thread::Builder::new()
            .name("engine-supervisor".into())
            .spawn(move || watch_over(&command, &state_tx, &stopping_here, &child_here))
            .context("starting the engine's supervisor")?;
        Ok(Self { state, stopping, child, thread })
    }

    /// The state, and its changes.
    pub(crate) fn state(&self) -> watch::Receiver<EngineState> {
        self.state.clone()
    }

    /// Ends the engine in good order and waits for it. Blocks.
    pub(crate) fn stop(self) {
        self.stopping.store(true, Ordering::Release);
        if let Some(pid) = *self.child.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = kill_process(pid, Signal::TERM); // already gone: nothing to end
        }
        self.thread.thread().unpark();
        if self.thread.join().is_err() {
            tracing::error!("The engine's supervisor failed.");
        }
    }
}

fn watch_over(
    command: &EngineCommand,
    state_tx: &watch::Sender<EngineState>,
    stopping: &AtomicBool,
    current: &Mutex<Option<Pid>>,
) {
    let set_current = |pid| *current.lock().unwrap_or_else(PoisonError::into_inner) = pid;
    let mut back_off = BACK_OFF_FIRST;
    while !stopping.load(Ordering::Acquire) {
        let begun = Instant::now();
        let (reason, locked) = match Running::spawn(command) {
            Ok(mut running) => {
                set_current(running.pid);
                let ended = running.follow(command, state_tx, stopping);
                set_current(None);
                ended
            }
            Err(error) => (format!("{error:#}"), false),
        };
        if stopping.load(Ordering::Acquire) {
            break;
        }
        if locked {
            tracing::warn!(reason, "The storage engine waits for another one to let go of the data.");
        } else {
            tracing::error!(reason, "The storage engine ended; it is started again.");
        }
        state_tx.send_replace(EngineState::Restarting { reason, locked });
        back_off = if begun.elapsed() > STABLE { BACK_OFF_FIRST } else { back_off };
        std::thread::park_timeout(back_off);
        back_off = (back_off * 2).min(BACK_OFF_LAST);
    }
    state_tx.send_replace(EngineState::Stopped);
}

/// One life of the engine process. Dropped only after the process has ended.
struct Running {
    child: Child,
    pid: Option<Pid>,
    log: Arc<Mutex<VecDeque<String>>>,
    forwarding: Option<JoinHandle<()>>,
}

impl Running {
    fn spawn(command: &EngineCommand) -> anyhow::Result<Self> {
        let mut child = Command::new(&command.program)
            .arg("engine")
            .arg("--path")
            .arg(&command.folder)
            .arg("--socket")
            .arg(&command.socket)
            .arg("--library")
            .arg(&command.library)
            .arg("--parent")
            .arg(std::process::id().to_string())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // ^C in the terminal is for the aggregator, which ends the engine when the last insert is through.
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting {}", command.program.display()))?;
        let log = Arc::new(Mutex::new(VecDeque::new()));
        let forwarding = child.stderr.take().map(|stderr| {
            let log = log.clone();
            std::thread::spawn(move || forward(stderr, &log))
        });
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        Ok(Self { child, pid, log, forwarding })
    }

    /// Follows the process to its end and says how it ended, and whether that was for a lock.
    fn follow(
        &mut self,
        command: &EngineCommand,
        state_tx: &watch::Sender<EngineState>,
        stopping: &AtomicBool,
    ) -> (String, bool) {
        let mut last_answer = Instant::now();
        let mut ready = false;
        let mut stop_by = None;
        loop {
            let wait = if ready { PING_EVERY } else { Duration::from_millis(10) };
            if self.ended_within(if stop_by.is_some() { Duration::from_millis(50) } else { wait }) {
                return self.how_it_ended();
            }
            if stopping.load(Ordering::Acquire) {
                let by = *stop_by.get_or_insert_with(|| {
                    // The signal of `stop` may have come before this process was known.
                    let _ = self.pid.map(|pid| kill_process(pid, Signal::TERM));
                    Instant::now() + STOP_WITHIN
                });
                if Instant::now() > by {
                    tracing::warn!("The engine did not end in time and is killed.");
                    let _ = self.child.kill();
                }
                continue;
            }
            if answers(&command.socket) {
                last_answer = Instant::now();
                if !ready {
                    ready = true;
                    state_tx.send_replace(EngineState::Ready { pid: self.child.id() });
                }
            } else if last_answer.elapsed() > if ready { PING_WITHIN } else { START_WITHIN } {
                tracing::error!("The engine does not answer any more and is killed.");
                let _ = self.child.kill();
            }
        }
    }

    fn ended_within(&mut self, wait: Duration) -> bool {
        let timeout = Timespec::try_from(wait).ok();
        if let Some(handle) = self.pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) {
            let _ = poll(&mut [PollFd::new(&handle, PollFlags::IN)], timeout.as_ref());
        } else {
            std::thread::park_timeout(wait.min(Duration::from_millis(50)));
        }
        !matches!(self.child.try_wait(), Ok(None))
    }

    fn how_it_ended(&mut self) -> (String, bool) {
        let ended = self.child.wait();
        // Its last words may still be on their way through the pipe, which closes with the process.
        let by = Instant::now() + LAST_WORDS;
        while self.forwarding.as_ref().is_some_and(|thread| !thread.is_finished()) && Instant::now() < by {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        let locked = ended.as_ref().is_ok_and(|status| status.code() == Some(crate::engine::LOCKED.into()));
        let status = ended.map_or_else(|e| e.to_string(), |s| s.to_string());
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let reason = match log.iter().rev().find(|line| line.contains("error:")) {
            Some(line) => format!("{status}: {line}"),
            None => status,
        };
        (reason, locked)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// engine's stderr --lines--> our stderr; the last ones are kept.
fn forward(stderr: impl std::io::Read, log: &Mutex<VecDeque<String>>) {
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        eprintln!("engine: {line}");
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == LAST_LINES {
            log.pop_front();
        }
        log.push_back(line);
    }
}

/// Whether the engine answers `/ping` within a second.
fn answers(socket: &Path) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"GET /ping HTTP/1.0\r\nhost: engine\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b"200"))
    };
    ask().unwrap_or(false)
}
