//! The storage engine as a process of its own: `mizu-aggregator engine --path DIR --socket PATH`.
//!
//! In: a folder for the data and the path of a unix socket. Out: ClickHouse's HTTP interface on that socket, until
//! SIGTERM, SIGINT, or the death of the aggregator. The process fences itself in first: what it can reach is the folder.
//! A process of its own, because the library crashes at exit with open connections, takes what memory a query wants,
//! and brings its own allocator, threads and signal handlers. Starting and restarting it is `supervisor`'s matter.

mod config;
pub(crate) mod connection;
mod http;
pub mod library;
mod pool;
mod sandbox;
mod statement;

pub(crate) use http::READER;

use anyhow::Context as _;
use std::{
    os::unix::net::UnixListener,
    path::PathBuf,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

/// Exit status where another process has the data open (EX_TEMPFAIL of sysexits.h).
pub const LOCKED: u8 = 75;

/// How long a shutdown waits for running statements.
const FINISH: Duration = Duration::from_secs(20);

/// `mizu-aggregator engine`.
#[derive(Debug, clap::Args)]
pub struct EngineArgs {
    /// Folder of the data; made when it is not there
    #[arg(long, value_name = "DIR")]
    pub path: PathBuf,
    /// Unix socket to listen on; replaced when it is there
    #[arg(long, value_name = "PATH")]
    pub socket: PathBuf,
    /// The engine's library (default: MIZU_LIBCHDB, else the cache that `make engine` fills)
    #[arg(long, value_name = "FILE")]
    pub library: Option<PathBuf>,
    /// End when this process, the parent, is gone
    #[arg(long, value_name = "PID", hide = true)]
    pub parent: Option<u32>,
    /// Memory the engine may use, in bytes (default: half of the container's limit)
    #[arg(long, value_name = "BYTES")]
    pub memory: Option<u64>,
}

/// Runs the engine until it is told to stop. To be called on the main thread, before any other thread exists.
///
/// # Errors
/// The library cannot be loaded, the process cannot fence itself in, or the data cannot be opened; [`exit_status`] tells
/// them apart.
pub fn run(args: &EngineArgs) -> anyhow::Result<()> {
    let library = args.library.clone().unwrap_or_else(library::default_path);
    if !library.is_file() {
        return Err(library::LibraryError::Missing { path: library }.into());
    }
    sandbox::settle(args.parent)?;
    std::fs::create_dir_all(&args.path).with_context(|| format!("making {}", args.path.display()))?;
    let folder = std::path::absolute(&args.path)?;
    let memory = args.memory.unwrap_or_else(config::memory_budget);
    let lines = config::write(&folder, memory)?;
    let socket = listen(&args.socket)?;
    std::env::set_current_dir(&folder).with_context(|| format!("entering {}", folder.display()))?;
    let fence = sandbox::fence(&folder, &library)?;
    if fence != sandbox::Fence::Whole {
        tracing::warn!(
            ?fence,
            "The kernel fences the engine in only in part (Landlock: Linux 6.7 or newer)."
        );
    }

    let engine = library::Engine::load(&library)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async move {
        let stop = stop_signal()?;
        let interface = Arc::new(http::Interface {
            writers: pool::Pool::open(engine, 4, &lines.writer)?,
            readers: pool::Pool::open(engine, 4, &lines.reader)?,
            control: pool::Pool::open(engine, 1, &lines.writer)?,
            statements: AtomicU64::new(0),
        });
        let socket = tokio::net::UnixListener::from_std(socket)?;
        tracing::info!(version = engine.version(), memory, ?fence, "The engine is ready.");
        let service = axum::serve(socket, http::router(interface.clone()));
        tokio::select! {
            result = service.into_future() => result?,
            () = stop => {}
        }
        let closing = async {
            interface.writers.close().await;
            interface.readers.close().await;
            interface.control.close().await;
        };
        if tokio::time::timeout(FINISH, closing).await.is_err() {
            tracing::warn!("Statements still ran at the end; unfinished inserts are not stored.");
        }
        anyhow::Ok(())
    })?;
    exit()
}

/// The exit status for an error of [`run`].
pub fn exit_status(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<connection::EngineError>() {
        Some(error) if error.code == connection::CANNOT_OPEN => LOCKED,
        _ => 1,
    }
}

/// Ends the process without the library's exit handlers, which crash.
#[expect(unsafe_code, reason = "_exit has no safe name in std")]
fn exit() -> ! {
    // SAFETY: takes a number and does not return; nothing is left to flush, the connections are closed.
    unsafe { libc::_exit(0) }
}

fn listen(path: &std::path::Path) -> anyhow::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("replacing {}", path.display()));
        }
        _ => {}
    }
    let socket = UnixListener::bind(path).with_context(|| format!("listening on {}", path.display()))?;
    // Only the user whose aggregator this is: the socket asks nobody for a password.
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(path, mode).with_context(|| format!("closing {} to others", path.display()))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}

/// Runs statements on an engine inside this process: no fence, no grants, no child. For measurements only, where a
/// yardstick is to be what the engine does by itself.
///
/// # Errors
/// The library cannot be loaded, the data cannot be opened, or a statement fails.
pub fn run_unfenced(
    data: &std::path::Path,
    statements: impl Iterator<Item = String>,
) -> anyhow::Result<Vec<String>> {
    let engine = library::Engine::load(&library::default_path())?;
    let options = [format!("--path={}", data.display()), "--async_insert=0".into()];
    let mut connection = engine.connect(&options)?;
    statements
        .map(|sql| Ok(String::from_utf8_lossy(&connection.query(&sql, "TabSeparatedRaw", &[])?).into_owned()))
        .collect()
}
