//! What `mizu` runs on this machine: a folder for its data, the aggregator, a sidecar, perhaps the shop; and their end.
//!
//! In: which page is wanted, how the parts are called. Out: the page's address, and in the end nothing: the way of the data is
//! also the order of the end (shop, sidecar, aggregator), so that what was captured is delivered before the store closes.
//! A second signal kills them all. If `mizu` itself is killed, `guard` does the same.

use std::{
    ffi::OsString,
    io::Write as _,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    args::{KeepArgs, PageArgs},
    browser,
    child::Child,
    failure::{Failure, Status},
    guard::Guard,
    names::{self, Names},
    part::Part,
    terminal::{say, warn},
};

/// The engine loads a library of 600 MB, perhaps from a cold disk.
const AGGREGATOR_STARTS_WITHIN: Duration = Duration::from_secs(120);
/// The aggregator finishes the inserts under way.
const AGGREGATOR_ENDS_WITHIN: Duration = Duration::from_secs(30);
/// The sidecar delivers what it has.
const SIDECAR_ENDS_WITHIN: Duration = Duration::from_secs(15);
/// The shop finishes the calls under way.
const SHOP_ENDS_WITHIN: Duration = Duration::from_secs(8);
/// A signal that follows the first one sooner is the same one, sent twice.
const SECOND_AFTER: Duration = Duration::from_millis(300);
/// Opening a capture is a matter of milliseconds.
const SIDECAR_STARTS_WITHIN: Duration = Duration::from_secs(15);

/// Where traffic comes from, in the page's words.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    Demo,
    Local,
    File,
}

impl Source {
    fn word(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Local => "local",
            Self::File => "file",
        }
    }
}

/// Everything that runs.
#[derive(Debug)]
pub(crate) struct Running {
    page: PageArgs,
    folder: TempDir,
    guard: Guard,
    token: String,
    addresses: Option<Addresses>,
    pub(crate) shop: Option<Child>,
    pub(crate) sidecar: Option<Child>,
    aggregator: Option<Child>,
}

/// Where the aggregator listens.
#[derive(Debug)]
struct Addresses {
    page: SocketAddr,
    ingest: String,
}

/// What the aggregator says when it is ready.
#[derive(Deserialize)]
struct AggregatorReady {
    page: String,
    ingest: String,
}

impl Running {
    /// Makes the folder, for the user's eyes only, and starts the guard.
    pub(crate) fn begin(page: &PageArgs) -> Result<Self, Failure> {
        let folder =
            tempfile::Builder::new().prefix("mizu-").tempdir().context("making a temporary folder")?;
        let mut guard = Guard::start()?;
        guard.remove_at_end(folder.path())?;
        let token = new_token()?;
        let file = std::fs::File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(folder.path().join("token"));
        file.and_then(|mut file| file.write_all(token.as_bytes())).context("writing the page's token")?;
        Ok(Self {
            page: page.clone(),
            folder,
            guard,
            token,
            addresses: None,
            shop: None,
            sidecar: None,
            aggregator: None,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts a part. Children that are dropped are killed, so nothing is left when this fails.
    fn child(&mut self, part: Part, arguments: &[OsString]) -> Result<Child, Failure> {
        Child::start(part, &part.find()?, arguments, &mut self.guard, self.page.verbose)
    }

    /// Starts the shop and returns what it says when it listens. Its customers wait for [`Running::open_shop`].
    pub(crate) async fn start_shop(&mut self, arguments: &[OsString]) -> Result<serde_json::Value, Failure> {
        let shop = self.child(Part::Shop, arguments)?;
        self.shop.insert(shop).next(Duration::from_secs(15)).await
    }

    /// Lets the shop's customers in.
    pub(crate) async fn open_shop(&mut self) -> Result<(), Failure> {
        match &mut self.shop {
            Some(shop) => Ok(shop.tell("open").await?),
            None => Ok(()),
        }
    }

    /// Starts the aggregator and waits until its page answers.
    pub(crate) async fn start_aggregator(
        &mut self,
        source: Source,
        source_name: &str,
        limit: &str,
        names: &Names,
    ) -> Result<(), Failure> {
        let names_file = self.path("names.json");
        names::write(&names_file, names)?;
        let listen = format!("127.0.0.1:{}", self.page.port);
        let arguments = words([
            "serve".as_ref(),
            "--data".as_ref(),
            self.path("data").as_ref(),
            "--listen".as_ref(),
            listen.as_ref(),
            "--port-fallback".as_ref(),
            "--ingest".as_ref(),
            "127.0.0.1:0".as_ref(),
            "--token-file".as_ref(),
            self.path("token").as_ref(),
            "--max-entries-db-size".as_ref(),
            limit.as_ref(),
            "--names".as_ref(),
            names_file.as_ref(),
            "--source".as_ref(),
            source.word().as_ref(),
            "--source-name".as_ref(),
            source_name.as_ref(),
        ]);
        let aggregator = self.child(Part::Aggregator, &arguments)?;
        let ready = self.aggregator.insert(aggregator).next(AGGREGATOR_STARTS_WITHIN).await?;
        let ready: AggregatorReady =
            serde_json::from_value(ready).context("reading what the aggregator says when it is ready")?;
        let page =
            ready.page.strip_prefix("http://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let page: SocketAddr =
            page.parse().with_context(|| format!("reading the page's address {}", ready.page))?;
        if page.port() != self.page.port && self.page.port != 0 {
            warn(&format!("port {} is taken, the page is on port {}", self.page.port, page.port()));
        }
        self.addresses = Some(Addresses { page, ingest: ready.ingest });
        Ok(())
    }

    /// Starts a sidecar that captures live, and waits until it does.
    pub(crate) async fn start_capture(
        &mut self,
        interfaces: &[String],
        exclude: &[u16],
        keep: &KeepArgs,
        worker: &str,
    ) -> Result<(), Failure> {
        let page_port = self.addresses()?.page.port();
        let mut arguments = self.upload(worker, keep)?;
        arguments.push("--require-capture".into());
        for interface in interfaces {
            arguments.extend(["--interface".into(), interface.into()]);
        }
        for port in exclude.iter().chain([&page_port]) {
            arguments.extend(["--exclude-port".into(), port.to_string().into()]);
        }
        let sidecar = self.child(Part::Sidecar, &arguments)?;
        let said = self.sidecar.insert(sidecar).next(SIDECAR_STARTS_WITHIN).await?;
        match said.get("capture").and_then(serde_json::Value::as_str) {
            Some("open") => Ok(()),
            _ => Err(self.no_capture(&said).await),
        }
    }

    /// Why capturing is refused, from the sidecar's own words and its status.
    async fn no_capture(&mut self, said: &serde_json::Value) -> Failure {
        let Some(sidecar) = &mut self.sidecar else { return anyhow!("the sidecar is gone").into() };
        let status = match sidecar.wait().await {
            Ok(status) => status,
            Err(failure) => return failure,
        };
        if status.code() != Some(Status::NoRight as i32) {
            return sidecar.obituary(status);
        }
        let program = Part::Sidecar.find().unwrap_or_default();
        let reason = said.get("reason").and_then(serde_json::Value::as_str).unwrap_or("it is refused");
        let refused = anyhow!("no right to capture packets on this machine ({reason})");
        Failure::new(Status::NoRight, refused)
            .hint(format!("sudo setcap cap_net_raw+ep {}    (once), or run mizu as root", program.display()))
    }

    /// Starts a sidecar that reads a capture file. It ends by itself.
    pub(crate) fn start_file(
        &mut self,
        file: &Path,
        keylog: Option<&Path>,
        keep: &KeepArgs,
    ) -> Result<&mut Child, Failure> {
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        let mut arguments = self.upload(&name, keep)?;
        arguments.extend(["--pcap".into(), file.into(), "--progress".into()]);
        if let Some(keylog) = keylog {
            arguments.extend(["--keylog".into(), keylog.into()]);
        }
        let sidecar = self.child(Part::Sidecar, &arguments)?;
        Ok(self.sidecar.insert(sidecar))
    }

    /// The arguments that all sidecars get.
    fn upload(&self, worker: &str, keep: &KeepArgs) -> Result<Vec<OsString>, Failure> {
        let mut arguments = words([
            "--upload".as_ref(),
            self.addresses()?.ingest.as_ref(),
            "--worker".as_ref(),
            worker.as_ref(),
        ]);
        if let Some(bytes) = keep.max_body {
            arguments.extend(["--max-body".into(), bytes.to_string().into()]);
        }
        if keep.no_redact {
            arguments.push("--no-redact".into());
        }
        for name in &keep.redact_name {
            arguments.extend(["--redact-name".into(), name.into()]);
        }
        for expression in &keep.regex_masking {
            arguments.extend(["--regex-masking".into(), expression.into()]);
        }
        Ok(arguments)
    }

    fn addresses(&self) -> Result<&Addresses, Failure> {
        self.addresses.as_ref().context("the aggregator is not ready").map_err(Failure::from)
    }

    /// Says where the page is, and opens it unless that is not wanted.
    pub(crate) fn show_page(&self) -> Result<(), Failure> {
        let url = format!("http://localhost:{}/mizu?token={}", self.addresses()?.page.port(), self.token);
        say(&format!("Mizu is available at {url}"));
        if !self.page.no_open {
            browser::open(&url);
        }
        Ok(())
    }

    /// Waits until a child ends, which none does unless something is wrong, or until the time of `--for` is over.
    pub(crate) async fn watch(&mut self) -> Result<(), Failure> {
        let forever = Duration::from_secs(u64::from(u32::MAX));
        tokio::select! {
            failure = death(&mut self.aggregator) => Err(failure),
            failure = death(&mut self.sidecar) => Err(failure),
            failure = death(&mut self.shop) => Err(failure),
            () = tokio::time::sleep(self.page.for_.unwrap_or(forever)) => Ok(()),
        }
    }

    /// Ends everything in the order of the data, and removes the folder. `signals` cuts it short.
    async fn end(mut self, signals: &mut Signals) -> Result<(), Failure> {
        let in_order = async {
            for (child, patience) in [
                (&mut self.shop, SHOP_ENDS_WITHIN),
                (&mut self.sidecar, SIDECAR_ENDS_WITHIN),
                (&mut self.aggregator, AGGREGATOR_ENDS_WITHIN),
            ] {
                if let Some(child) = child {
                    let began = Instant::now();
                    child.stop(patience).await;
                    if self.page.verbose {
                        eprintln!("{} ended after {} ms", child.program(), began.elapsed().as_millis());
                    }
                }
            }
        };
        // Who signals a process and its group, as `timeout` does, means one end and not two.
        let second = async {
            let echo = tokio::time::sleep(SECOND_AFTER);
            tokio::pin!(echo);
            loop {
                tokio::select! {
                    () = &mut echo => break,
                    () = signals.next() => {}
                }
            }
            signals.next().await;
        };
        let cut_short = tokio::select! {
            () = in_order => false,
            () = second => true,
        };
        let mut left = Vec::new();
        if cut_short {
            for child in [&mut self.shop, &mut self.sidecar, &mut self.aggregator].into_iter().flatten() {
                child.kill();
            }
            for child in [&mut self.shop, &mut self.sidecar, &mut self.aggregator].into_iter().flatten() {
                drop(tokio::time::timeout(Duration::from_secs(2), child.wait()).await);
                left.extend(child.left());
            }
        }
        let path = self.folder.path().display().to_string();
        if let Err(error) = self.folder.close() {
            left.push(format!("{path} ({error})"));
        }
        self.guard.dismiss();
        match (cut_short, left.is_empty()) {
            (false, true) => Ok(()),
            (true, true) => {
                let cut = anyhow!("interrupted: the parts were killed, what they had not stored is gone");
                Err(Failure::new(Status::Interrupted, cut))
            }
            (_, false) => {
                let status = if cut_short { Status::Interrupted } else { Status::Failed };
                Err(Failure::new(status, anyhow!("left behind: {}", left.join(", ")))
                    .hint("end or remove it by hand"))
            }
        }
    }
}

async fn death(child: &mut Option<Child>) -> Failure {
    match child {
        Some(child) => child.death().await,
        None => std::future::pending().await,
    }
}

/// Runs `work` with everything that it starts, and ends it all whatever becomes of it: when `work` is done, when it
/// fails, and at ^C, which is a good end.
pub(crate) async fn with(
    page: &PageArgs,
    work: impl AsyncFnOnce(&mut Running) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    let mut running = Running::begin(page)?;
    let outcome = tokio::select! {
        outcome = work(&mut running) => outcome,
        () = signals.next() => Ok(()),
    };
    if outcome.is_ok() {
        say("\nRemoving mizu resources");
    }
    let ended = running.end(&mut signals).await;
    outcome.and(ended)
}

/// SIGINT, SIGTERM, and SIGHUP of a terminal that is closed.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).context("listening for signals");
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

fn words<const N: usize>(words: [&std::ffi::OsStr; N]) -> Vec<OsString> {
    words.map(OsString::from).to_vec()
}

/// 128 bits that nobody can guess, as 32 hexadecimal digits.
fn new_token() -> Result<String, Failure> {
    let mut bytes = [0_u8; 16];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .context("asking the kernel for random bytes")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
