//! ClickHouse's HTTP interface over the engine, as far as the `clickhouse` crate 0.15 uses it.
//!
//! In: requests on a unix socket. Out: results as they are made, errors with ClickHouse's headers, also in the middle of
//! a result. User `reader` gets the read-only connections, everybody else the writing ones. A client that leaves takes
//! its statement with it. What a request means is `statement`'s matter; nothing here authenticates: the socket's
//! folder does.

use super::{
    connection::EngineError,
    pool::{Lease, Pool},
    statement::{Options, Statement},
};
use axum::{
    Router,
    body::Body,
    extract::{FromRequest as _, Multipart, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{any, get},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use tokio::sync::mpsc;

/// Longest SQL text that a request may carry, in bytes; data of an INSERT is not bounded.
const MAX_TEXT: usize = 16 << 20;
/// Chunks in flight between the engine's thread and the socket, each way.
const IN_FLIGHT: usize = 8;
/// Marks an error inside a result: ClickHouse draws it at random, it only has to be unlikely in data.
const EXCEPTION_TAG: &str = "mizu0engine0fault";
/// ClickHouse's name of the user that reads only.
pub(crate) const READER: &str = "reader";

/// The pools behind the interface.
pub(crate) struct Interface {
    pub(crate) writers: Arc<Pool>,
    pub(crate) readers: Arc<Pool>,
    /// Kept free for KILL QUERY.
    pub(crate) control: Arc<Pool>,
    pub(crate) statements: AtomicU64,
}

/// The interface as a service.
pub(crate) fn router(interface: Arc<Interface>) -> Router {
    Router::new()
        .route("/ping", get(|| async { "Ok.\n" }))
        .route("/", any(statement))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(interface)
}

async fn statement(State(interface): State<Arc<Interface>>, request: Request) -> Response {
    match begin(&interface, request).await {
        Ok(response) => response,
        Err(error) => refuse(&error),
    }
}

async fn begin(interface: &Arc<Interface>, request: Request) -> Result<Response, EngineError> {
    let reader =
        request.headers().get("x-clickhouse-user").is_some_and(|v| v.as_bytes() == READER.as_bytes());
    let (mut statement, body) = read(request).await?;
    let number = interface.statements.fetch_add(1, Ordering::Relaxed);
    statement.marker = format!("/* mizu statement {number} */ ");

    let pool = if reader { &interface.readers } else { &interface.writers };
    let lease = pool.lease().await?;
    let running = Running {
        marker: statement.marker.clone(),
        over: Arc::default(),
        control: interface.control.clone(),
    };
    let data = body.map(|body| {
        let (data_tx, data_rx) = mpsc::channel(IN_FLIGHT);
        tokio::spawn(pump(body, data_tx));
        data_rx
    });
    let format = statement.format.clone();
    let (chunks_tx, mut chunks_rx) = mpsc::channel(IN_FLIGHT);
    let over = running.over.clone();
    tokio::task::spawn_blocking(move || work(statement, lease, data, &chunks_tx, &over));

    match chunks_rx.recv().await {
        Some(Err(error)) => Err(error),
        None => Ok((headers(&format), Body::empty()).into_response()),
        Some(Ok(first)) => {
            let rest = stream::unfold((chunks_rx, running), async |(mut chunks_rx, running)| {
                let chunk = chunks_rx.recv().await?;
                Some((chunk.unwrap_or_else(|error| fault(&error)), (chunks_rx, running)))
            });
            let body = stream::once(async { first }).chain(rest).map(Ok::<_, std::convert::Infallible>);
            Ok((headers(&format), Body::from_stream(body)).into_response())
        }
    }
}

/// Runs on a thread of its own until the statement is over. A dropped receiver of `chunks_tx` means: the client left.
fn work(
    statement: Statement,
    mut lease: Lease,
    data: Option<mpsc::Receiver<Result<Bytes, EngineError>>>,
    chunks_tx: &mpsc::Sender<Result<Bytes, EngineError>>,
    over: &AtomicBool,
) {
    let each = |chunk| chunks_tx.blocking_send(Ok(chunk)).is_ok();
    let result = match data {
        Some(mut data_rx) => {
            let mut next = || data_rx.blocking_recv();
            statement.run(&mut lease, Some(&mut next), each)
        }
        None => statement.run(&mut lease, None, each),
    };
    over.store(true, Ordering::Release);
    drop(lease);
    if let Err(error) = result {
        // Without a receiver nobody is left to be told.
        let _ = chunks_tx.blocking_send(Err(error));
    }
}

/// A statement at work; when it is dropped before it is over, its client left and the engine is told to stop.
struct Running {
    marker: String,
    over: Arc<AtomicBool>,
    control: Arc<Pool>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.over.load(Ordering::Acquire) {
            return;
        }
        let (marker, control) = (std::mem::take(&mut self.marker), self.control.clone());
        tokio::spawn(async move {
            let Ok(mut lease) = control.lease().await else { return };
            let killed = tokio::task::spawn_blocking(move || {
                let parameters = [("marker".to_owned(), marker)];
                let sql = "KILL QUERY WHERE startsWith(query, {marker:String}) ASYNC";
                lease.connection.query(sql, "Null", &parameters)
            });
            if let Ok(Err(error)) = killed.await {
                tracing::warn!(%error, "A statement whose client left could not be stopped.");
            }
        });
    }
}

/// Takes the request apart: text in the URL (then the body is data), as the body, or as a form with parameters.
async fn read(request: Request) -> Result<(Statement, Option<Body>), EngineError> {
    let broken = |error: &dyn std::fmt::Display| EngineError::new(62, format!("broken request: {error}"));
    let mut options = Options::parse(request.uri().query().unwrap_or(""));
    if options.decompress {
        return Err(EngineError::new(48, "compressed data is not taken on this socket"));
    }
    let form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|v| v.as_bytes().starts_with(b"multipart/form-data"));
    if form {
        let mut form = Multipart::from_request(request, &()).await.map_err(|e| broken(&e))?;
        let mut text = String::new();
        while let Some(field) = form.next_field().await.map_err(|e| broken(&e))? {
            let name = field.name().unwrap_or("").to_owned();
            let value = field.text().await.map_err(|e| broken(&e))?;
            if name == "query" {
                text = value;
            } else if let Some(name) = name.strip_prefix("param_") {
                options.parameters.push((name.to_owned(), value));
            }
        }
        return Ok((Statement::new(text, options), None));
    }
    if let Some(text) = options.query.take() {
        return Ok((Statement::new(text, options), Some(request.into_body())));
    }
    let body = axum::body::to_bytes(request.into_body(), MAX_TEXT).await.map_err(|e| broken(&e))?;
    let text = String::from_utf8(body.into()).map_err(|e| broken(&e))?;
    Ok((Statement::new(text, options), None))
}

/// socket --data of an INSERT--> engine's thread, bounded, waits when full.
async fn pump(body: Body, data_tx: mpsc::Sender<Result<Bytes, EngineError>>) {
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|e| EngineError::new(210, format!("the client left: {e}")));
        let broken = piece.is_err();
        if data_tx.send(piece).await.is_err() || broken {
            return;
        }
    }
}

fn headers(format: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-clickhouse-exception-tag", HeaderValue::from_static(EXCEPTION_TAG));
    if let Ok(format) = HeaderValue::from_str(format) {
        headers.insert("x-clickhouse-format", format);
    }
    headers
}

fn refuse(error: &EngineError) -> Response {
    let status = match error.code {
        6 | 27 | 36 | 43 | 47 | 48 | 53 | 62 => StatusCode::BAD_REQUEST,
        60 | 81 => StatusCode::NOT_FOUND,
        164 | 497 => StatusCode::FORBIDDEN,
        159 => StatusCode::REQUEST_TIMEOUT,
        210 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let code = [(HeaderName::from_static("x-clickhouse-exception-code"), error.code.to_string())];
    (status, code, format!("{}\n", error.message)).into_response()
}

/// An error after the status line is gone: one chunk that ends the body, with its own length and the tag twice.
fn fault(error: &EngineError) -> Bytes {
    let message = format!("{}\n", error.message);
    let len = message.len();
    format!("\r\n__exception__\r\n{EXCEPTION_TAG}\r\n{message}{len} {EXCEPTION_TAG}\r\n__exception__\r\n")
        .into()
}
