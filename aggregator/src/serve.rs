//! `mizu-aggregator serve`: puts the parts together, says when they are ready, and takes them apart in order.
//!
//! In: [`ServeArgs`]. Out: one line of JSON on stdout with the two addresses when everything answers; the end at SIGTERM or
//! SIGINT. Stopping goes the way of the data: no new batches, inserts finished, the read side closed, the engine ended.

mod bind;
mod folder;
mod size;
mod token;

pub use size::ByteSize;

use crate::{
    api::{self, App, Page},
    engine::library,
    ingest::{self, Ingest, coverage::Workers},
    live::Hub,
    names::Names,
    stop::{Stop, Stopper},
    store::{Database, Store, StoredEntry, commit::Committer, marks::Marks},
    supervisor::{EngineCommand, EngineState, Supervisor},
};
use anyhow::Context as _;
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{mpsc, watch};

/// The writer's number in the ids; one aggregator writes at a time.
const WRITER: u8 = 0;
/// How often the sidecars' state is written down.
const REMEMBER_EVERY: Duration = Duration::from_secs(5);
/// How long the inserts may take after the signal to stop.
const FINISH: Duration = Duration::from_secs(20);

/// How long the engine may take to answer for the first time: an older one may have to let go of the data, and a large
/// store to be loaded from a cold disk.
const LET_GO: Duration = Duration::from_secs(180);

/// `mizu-aggregator serve`.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Folder of the data; made when it is not there
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Address of the page and the API, on loopback; port 0 takes any
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8899")]
    pub listen: SocketAddr,
    /// Address for the sidecars, on loopback; port 0 takes any
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8898")]
    pub ingest: SocketAddr,
    /// Take the next free port where one is taken
    #[arg(long)]
    pub port_fallback: bool,
    /// File with the token of the read side (default: MIZU_TOKEN, else DIR/token, which is made)
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Bytes that the store may take, such as 200MB; 0 for no limit
    #[arg(long, value_name = "SIZE", default_value = "200MB")]
    pub max_entries_db_size: ByteSize,
    /// JSON file with names of addresses
    #[arg(long, value_name = "FILE")]
    pub names: Option<PathBuf>,
    /// A ClickHouse server to use in place of the embedded engine
    #[arg(long, value_name = "URL", env = "MIZU_CLICKHOUSE_URL", hide_env_values = true)]
    pub clickhouse_url: Option<String>,
    /// Folder with the page's files, in place of those that are built in
    #[arg(long, value_name = "DIR")]
    pub ui_dir: Option<PathBuf>,
    /// Where the traffic comes from, for the words of an empty page
    #[arg(long, value_name = "KIND", default_value = "local", value_parser = ["demo", "local", "file", "cluster"])]
    pub source: String,
    /// The files, interfaces or cluster that the traffic comes from
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub source_name: String,
}

/// Why the aggregator does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another process holds the data folder.
    #[error("another aggregator works on the data in {}", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// A port is taken.
    #[error("{address} is taken by another process ({flag})")]
    PortTaken {
        /// The flag that names it.
        flag: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// An address that others could reach.
    #[error("{flag} {address}: only loopback addresses can be listened on")]
    NotLoopback {
        /// The flag that names it.
        flag: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// The engine's library is not there.
    #[error(transparent)]
    Engine(#[from] library::LibraryError),
    /// The engine does not start.
    #[error("the storage engine does not start: {0}")]
    EngineFailed(String),
    /// Anything else.
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

impl ServeError {
    /// What to type next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Locked { .. } => "end the other one, or give another folder with --data".into(),
            Self::PortTaken { flag, .. } => format!("give another port with {flag}, or add --port-fallback"),
            Self::NotLoopback { flag, address } => format!("{flag} 127.0.0.1:{}", address.port()),
            Self::Engine(library::LibraryError::Missing { .. }) => {
                "make engine    (fetches it once), or set MIZU_LIBCHDB to a libchdb.so".into()
            }
            Self::Engine(library::LibraryError::Unusable { .. }) => {
                "remove that file and run: make engine".into()
            }
            Self::EngineFailed(_) => "the lines that begin with `engine:` say why".into(),
            Self::Other(_) => return None,
        })
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        if matches!(self, Self::Locked { .. }) { 2 } else { 1 }
    }
}

/// Runs the aggregator until it is told to stop.
pub fn run(args: ServeArgs) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the asynchronous runtime")?;
    let result = runtime.block_on(serve(args));
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

async fn serve(args: ServeArgs) -> Result<(), ServeError> {
    let mut signals = Signals::install()?;
    let folder = folder::Folder::open(&args.data)?;
    let token = token::token(args.token_file.as_deref(), folder.path())?;
    let names = args.names.as_deref().map(Names::read).transpose()?.unwrap_or_default();
    let read_side = bind::listen("--listen", args.listen, args.port_fallback).await?;
    let ingest_side = bind::listen("--ingest", args.ingest, args.port_fallback).await?;
    let addresses = (bind::address(&read_side)?, bind::address(&ingest_side)?);

    let (database, supervisor) = match &args.clickhouse_url {
        Some(url) => (Database::Server(url.clone()), None),
        None => {
            let (socket, supervisor) = start_engine(&folder).await?;
            (Database::Embedded(socket), Some(supervisor))
        }
    };
    let engine = supervisor.as_ref().map(Supervisor::state);
    let started = Running::start(args, &database, engine, token, names);
    let running = tokio::select! {
        started = started => started?,
        () = signals.next() => {
            stop_engine(supervisor).await;
            return Ok(());
        }
    };
    let (page, ingest) = addresses;
    println!(
        "{}",
        serde_json::json!({ "page": format!("http://{page}/mizu"), "ingest": format!("http://{ingest}") })
    );

    running.until(read_side, ingest_side, &mut signals).await?;
    stop_engine(supervisor).await;
    drop(folder);
    Ok(())
}

/// Starts the engine and waits until it answers for the first time.
async fn start_engine(folder: &folder::Folder) -> Result<(PathBuf, Supervisor), ServeError> {
    let library = library::default_path();
    if !library.is_file() {
        return Err(library::LibraryError::Missing { path: library }.into());
    }
    let socket = folder.socket()?;
    let supervisor = Supervisor::start(EngineCommand {
        program: std::env::current_exe().context("finding the aggregator's own executable")?,
        library,
        folder: folder.path().join("store"),
        socket: socket.clone(),
    })?;
    let mut state = supervisor.state();
    let settled = state.wait_for(|state| match state {
        EngineState::Starting | EngineState::Restarting { locked: true, .. } => false,
        EngineState::Ready { .. } | EngineState::Restarting { .. } | EngineState::Stopped => true,
    });
    let settled = tokio::time::timeout(LET_GO, settled).await.map(|state| state.map(|state| state.clone()));
    let reason = match settled {
        Ok(Ok(EngineState::Ready { .. })) => return Ok((socket, supervisor)),
        Ok(Ok(EngineState::Restarting { reason, .. })) => reason,
        _ => match &*supervisor.state().borrow() {
            EngineState::Restarting { reason, .. } => reason.clone(),
            _ => format!("it did not answer within {LET_GO:?}"),
        },
    };
    stop_engine(Some(supervisor)).await;
    Err(ServeError::EngineFailed(reason))
}

async fn stop_engine(supervisor: Option<Supervisor>) {
    if let Some(supervisor) = supervisor {
        // Joins a thread; a failed join was logged by the supervisor.
        let _ = tokio::task::spawn_blocking(|| supervisor.stop()).await;
    }
}

/// The parts at work.
struct Running {
    app: Arc<App>,
    ingest: Arc<Ingest>,
    committer: tokio::task::JoinHandle<()>,
    give_up: Stopper,
    stop: Stopper,
}

impl Running {
    async fn start(
        args: ServeArgs,
        database: &Database,
        engine: Option<watch::Receiver<EngineState>>,
        token: api::Token,
        names: Names,
    ) -> Result<Self, ServeError> {
        let store = Store::new(database)?;
        store.answers().await;
        let mut restored = store.prepare(WRITER).await.context("preparing the store")?;
        let marks = Arc::new(Mutex::new(Marks::default()));
        marks.lock().unwrap_or_else(PoisonError::into_inner).restore(restored.marks.drain(..));
        let workers = Arc::new(Workers::default());
        workers.restore(store.workers().await.context("reading what sidecars said")?);
        let hub = Arc::new(Hub::new(restored.newest));

        let limit = args.max_entries_db_size.bytes();
        let publish = publisher(hub.clone(), workers.clone());
        let (committer, holdings) =
            Committer::new(store.clone(), WRITER, &restored, limit, marks.clone(), publish);
        let (queue_tx, queue_rx) = mpsc::channel(ingest::QUEUE_BATCHES);
        let (give_up, stop) = (Stopper::new(), Stopper::new());
        let committer = tokio::spawn(committer.run(queue_rx, give_up.waiter()));
        let ingest =
            Arc::new(Ingest { queue_tx, room: ingest::room(), marks, names, workers: workers.clone() });
        let app = Arc::new(App {
            store,
            hub,
            workers,
            holdings,
            engine,
            token,
            page: Page::new(args.ui_dir),
            limit,
            source: args.source,
            source_name: args.source_name,
            stopping: stop.waiter(),
        });
        Ok(Self { app, ingest, committer, give_up, stop })
    }

    /// Serves until a signal comes, then stops in order.
    async fn until(
        self,
        read_side: tokio::net::TcpListener,
        ingest_side: tokio::net::TcpListener,
        signals: &mut Signals,
    ) -> anyhow::Result<()> {
        let Self { app, ingest, committer, give_up, stop } = self;
        let taking = tokio::spawn(ingest::serve(ingest_side, ingest::router(ingest), stop.waiter()));
        let mut waiter = stop.waiter();
        let answering = axum::serve(read_side, api::router(app.clone())).with_graceful_shutdown(async move {
            waiter.said().await;
        });
        let answering = tokio::spawn(answering.into_future());
        let remembering = tokio::spawn(remember(app.clone(), stop.waiter()));

        signals.next().await;
        tracing::info!("Stopping: batches under way are stored first.");
        stop.stop();
        let in_order = async {
            let _ = taking.await; // every request is answered, the queue's last sender is gone
            let _ = committer.await;
        };
        tokio::select! {
            () = in_order => {}
            () = tokio::time::sleep(FINISH) => {
                tracing::warn!("Batches were still under way; their sidecars keep them.");
            }
            () = signals.next() => tracing::warn!("Stopped at once; sidecars keep what was not stored."),
        }
        give_up.stop();
        let _ = remembering.await;
        if let Err(error) = app.store.remember_workers(&app.workers.changed()).await {
            tracing::warn!(%error, "What sidecars said last could not be written down.");
        }
        // Open downloads need not be waited for.
        let _ = tokio::time::timeout(Duration::from_secs(2), answering).await;
        Ok(())
    }
}

/// committer --entries of a commit--> the live memory, and the sidecars' counts.
fn publisher(hub: Arc<Hub>, workers: Arc<Workers>) -> Box<dyn Fn(Vec<StoredEntry>) + Send + Sync> {
    Box::new(move |entries| {
        for of_one in entries.chunk_by(|a, b| a.worker == b.worker) {
            let newest = of_one.iter().map(|entry| entry.entry.first().nanos()).max().unwrap_or(0);
            if let Some(first) = of_one.first() {
                workers.stored(&first.worker, of_one.len() as u64, newest);
            }
        }
        hub.publish(entries);
    })
}

/// Writes down what sidecars say of themselves, every few seconds, where it changed.
async fn remember(app: Arc<App>, mut stop: Stop) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(REMEMBER_EVERY) => {}
            () = stop.said() => return,
        }
        let changed = app.workers.changed();
        if changed.is_empty() {
            continue;
        }
        if let Err(error) = app.store.remember_workers(&changed).await {
            tracing::warn!(%error, "What sidecars said could not be written down; the next change is.");
        }
    }
}

/// SIGTERM and SIGINT.
struct Signals {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
}

impl Signals {
    fn install() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}
