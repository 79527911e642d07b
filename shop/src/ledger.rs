//! What each service served, as its own server saw it: the truth that captures of the same traffic are held against.
//!
//! In: every exchange that ended, every WebSocket message. Out: counts (`/stats`, the last line on stdout) and, with
//! `--log`, one JSON line each. An exchange whose client left before its end is counted as `aborted`, not as served.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{LineWriter, Write as _},
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Context as _;
use serde::Serialize;

/// One exchange that ended.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Exchange {
    /// The service that answered.
    pub(crate) service: &'static str,
    pub(crate) client: Option<SocketAddr>,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub(crate) version: String,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// 0 when the client left before the head of the answer.
    pub(crate) status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) grpc_status: Option<u16>,
    /// Bytes of the answer's body as sent.
    pub(crate) bytes: u64,
    /// The span of `traceparent`, which names this exchange alone.
    pub(crate) span: Option<String>,
    /// The client left, or the answer broke, before its end.
    pub(crate) aborted: bool,
}

/// One WebSocket message.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Message {
    pub(crate) service: &'static str,
    pub(crate) client: Option<SocketAddr>,
    /// `in` from the client, `out` to it.
    pub(crate) direction: &'static str,
    /// `text`, `binary`, `ping`, `pong` or `close`.
    pub(crate) opcode: &'static str,
    /// Bytes after inflating.
    pub(crate) len: usize,
}

/// The counts of one service.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Counts {
    /// Exchanges whose answer was sent to its end.
    pub(crate) served: u64,
    pub(crate) aborted: u64,
    /// WebSocket messages in both directions.
    pub(crate) messages: u64,
    /// Served exchanges by status.
    pub(crate) by_status: BTreeMap<u16, u64>,
    /// Served gRPC calls by `grpc-status`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) by_grpc_status: BTreeMap<u16, u64>,
}

/// Shared by all services of a process.
#[derive(Clone, Debug)]
pub(crate) struct Ledger(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    counts: Mutex<BTreeMap<&'static str, Counts>>,
    log: Option<Mutex<LineWriter<File>>>,
}

impl Ledger {
    /// A ledger that writes its lines to the end of `log`.
    pub(crate) fn open(log: Option<&Path>) -> anyhow::Result<Self> {
        let open = |path: &Path| {
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .with_context(|| format!("opening the log {}", path.display()))
        };
        let log = log.map(open).transpose()?.map(|file| Mutex::new(LineWriter::new(file)));
        Ok(Self(Arc::new(Inner { counts: Mutex::default(), log })))
    }

    /// Opens the page of `service`, so that it is listed before its first exchange.
    pub(crate) fn enter(&self, service: &'static str) {
        self.counts().entry(service).or_default();
    }

    pub(crate) fn exchange(&self, exchange: &Exchange) {
        {
            let mut counts = self.counts();
            let counts = counts.entry(exchange.service).or_default();
            if exchange.aborted {
                counts.aborted += 1;
            } else {
                counts.served += 1;
                *counts.by_status.entry(exchange.status).or_default() += 1;
                if let Some(status) = exchange.grpc_status {
                    *counts.by_grpc_status.entry(status).or_default() += 1;
                }
            }
        }
        self.write(exchange);
    }

    pub(crate) fn message(&self, message: &Message) {
        self.counts().entry(message.service).or_default().messages += 1;
        self.write(message);
    }

    /// The counts by service, as they stand.
    pub(crate) fn stats(&self) -> BTreeMap<&'static str, Counts> {
        self.counts().clone()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<&'static str, Counts>> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line that cannot be written is said once a line on stderr: a truth with holes must not pass for the truth.
    fn write(&self, line: &impl Serialize) {
        let Some(log) = &self.0.log else { return };
        let written = serde_json::to_vec(line).map_err(std::io::Error::from).and_then(|mut bytes| {
            bytes.push(b'\n');
            log.lock().unwrap_or_else(PoisonError::into_inner).write_all(&bytes)
        });
        if let Err(error) = written {
            eprintln!("mizu-shop: the log lost a line: {error}");
        }
    }
}
