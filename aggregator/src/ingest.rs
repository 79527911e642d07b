//! Taking batches from sidecars: HTTP/2 in cleartext, one POST a batch, answered when the batch is stored.
//!
//! In: `POST /ingest/v1/batches` with a frame (`entry/wire.proto`), plain or `content-encoding: zstd`. Out: 200 after the
//! commit, or at once for a batch that is stored already; 503 with `retry-after` when the store or the queue cannot take
//! it, so that the sidecar keeps it; 400 with the reason for a frame that is none. `GET /ingest/v1/mark?worker=` tells how
//! far a worker's batches are stored. Storing is `store::commit`'s matter, who may send is decided in front of this.

pub(crate) mod coverage;
mod listener;

pub(crate) use listener::serve;

use crate::{
    names::Names,
    store::{
        StoreError,
        commit::{Incoming, Submission},
        marks::{Marks, Standing},
    },
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use coverage::Workers;
use mizu_entry::wire::{Batch, BatchHeader};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    io::Read as _,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Semaphore, mpsc, oneshot};

/// Bytes of one request's body at most, as sent.
const MAX_BODY: usize = 32 << 20;
/// Bytes of a frame at most, decompressed.
const MAX_FRAME: usize = 64 << 20;
/// Bytes of frames that may wait for the store, over all sidecars.
const QUEUE_BYTES: usize = 128 << 20;
/// Batches that may wait for the store.
pub(crate) const QUEUE_BATCHES: usize = 4096;
/// Characters of a worker's name at most.
const MAX_NAME: usize = 256;

/// What the routes work with.
pub(crate) struct Ingest {
    /// requests --batches--> committer, bounded by [`QUEUE_BATCHES`] and `room`.
    pub(crate) queue_tx: mpsc::Sender<Submission>,
    pub(crate) room: Arc<Semaphore>,
    pub(crate) marks: Arc<Mutex<Marks>>,
    pub(crate) names: Names,
    pub(crate) workers: Arc<Workers>,
}

/// Room for the frames that wait, in bytes.
pub(crate) fn room() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(QUEUE_BYTES))
}

/// The answer to a batch.
#[derive(Debug, Serialize)]
struct Accepted {
    /// The batch's sequence.
    sequence: u64,
    /// Whether it was stored before this request.
    duplicate: bool,
    /// Every batch of the worker up to this one is stored.
    mark: u64,
}

/// Why a batch was not taken.
#[derive(Debug, thiserror::Error)]
enum Rejection {
    #[error("the body is no batch: {0}")]
    Broken(String),
    #[error("the queue of batches is full")]
    Busy,
    #[error("this batch is being stored")]
    UnderWay,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the aggregator is shutting down")]
    Stopping,
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let message = Json(HashMap::from([("error", self.to_string())]));
        match self {
            Self::Broken(_) => (StatusCode::BAD_REQUEST, message).into_response(),
            Self::Busy | Self::UnderWay | Self::Store(_) | Self::Stopping => {
                let retry = if matches!(self, Self::Store(StoreError::Full(_))) { "5" } else { "1" };
                (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, retry)], message).into_response()
            }
        }
    }
}

/// The routes.
pub(crate) fn router(ingest: Arc<Ingest>) -> Router {
    Router::new()
        .route("/ingest/v1/batches", post(batch))
        .route("/ingest/v1/mark", get(mark))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(ingest)
}

#[derive(Deserialize)]
struct MarkQuery {
    worker: String,
}

async fn mark(State(ingest): State<Arc<Ingest>>, Query(query): Query<MarkQuery>) -> Response {
    let mark = ingest.marks.lock().unwrap_or_else(PoisonError::into_inner).mark(&query.worker);
    Json(serde_json::json!({ "worker": query.worker, "mark": mark })).into_response()
}

async fn batch(
    State(ingest): State<Arc<Ingest>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Accepted>, Rejection> {
    let zstd =
        headers.get(header::CONTENT_ENCODING).is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"zstd"));
    let frame = if zstd { decompress(&body)?.into() } else { body };
    let batch = Batch::decode(&frame).map_err(|error| Rejection::Broken(error.to_string()))?;
    check(&batch.header)?;
    ingest.workers.heard(&batch.header, batch.unknown_entries);
    ingest.store(batch, frame.len()).await
}

impl Ingest {
    async fn store(&self, batch: Batch, bytes: usize) -> Result<Json<Accepted>, Rejection> {
        let Batch { header, entries, .. } = batch;
        let accepted = |marks: &Marks, duplicate| {
            let mark = marks.mark(&header.worker);
            Json(Accepted { sequence: header.sequence, duplicate, mark })
        };
        let cost = u32::try_from(bytes).unwrap_or(u32::MAX).clamp(1024, QUEUE_BYTES as u32);
        let room = self.room.clone().try_acquire_many_owned(cost).map_err(|_| Rejection::Busy)?;
        let place = self.queue_tx.clone().try_reserve_owned().map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Rejection::Busy,
            mpsc::error::TrySendError::Closed(_) => Rejection::Stopping,
        })?;
        {
            let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
            match marks.begin(&header.worker, header.sequence) {
                Standing::Stored => return Ok(accepted(&marks, true)),
                Standing::UnderWay => return Err(Rejection::UnderWay),
                Standing::New => {}
            }
        }
        let worker: Arc<str> = header.worker.as_str().into();
        let (done_tx, done_rx) = oneshot::channel();
        let entries = self.name(&header, entries);
        place.send(Submission { worker, sequence: header.sequence, entries, bytes, room, done_tx });
        done_rx.await.map_err(|_| Rejection::Stopping)??;
        Ok(accepted(&self.marks.lock().unwrap_or_else(PoisonError::into_inner), false))
    }

    fn name(&self, header: &BatchHeader, entries: Vec<mizu_entry::Entry>) -> Vec<Incoming> {
        let interfaces: HashMap<u32, Arc<str>> =
            header.interfaces.iter().map(|i| (i.index, Arc::from(i.name.as_str()))).collect();
        let unknown: Arc<str> = "".into();
        entries
            .into_iter()
            .map(|entry| Incoming {
                src: self.names.of(&entry.flow.client),
                dst: self.names.of(&entry.flow.server),
                interface: interfaces.get(&entry.capture.interface).unwrap_or(&unknown).clone(),
                entry,
            })
            .collect()
    }
}

fn check(header: &BatchHeader) -> Result<(), Rejection> {
    if header.worker.is_empty() || header.worker.len() > MAX_NAME {
        return Err(Rejection::Broken(format!("the worker's name has to have 1 to {MAX_NAME} bytes")));
    }
    if header.sequence == 0 {
        return Err(Rejection::Broken("sequences begin with 1".into()));
    }
    Ok(())
}

fn decompress(body: &[u8]) -> Result<Vec<u8>, Rejection> {
    let broken = |error: std::io::Error| Rejection::Broken(format!("zstd: {error}"));
    let mut frame = Vec::with_capacity(body.len().saturating_mul(4).min(MAX_FRAME));
    let decoder = zstd::stream::read::Decoder::new(body).map_err(broken)?;
    decoder.take(MAX_FRAME as u64 + 1).read_to_end(&mut frame).map_err(broken)?;
    if frame.len() > MAX_FRAME {
        return Err(Rejection::Broken(format!("the frame has more than {MAX_FRAME} bytes")));
    }
    Ok(frame)
}
