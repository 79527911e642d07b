//! The listener of the ingest side: HTTP/2 by prior knowledge (and HTTP/1.1 for a look with curl).
//!
//! In: a bound socket, the routes, a signal to stop. Out: served connections; after the signal no new ones, and those that
//! are open end when their requests are answered.

use crate::stop::Stop;
use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use std::time::Duration;
use tokio::net::TcpListener;

/// Flow-control windows: a batch in flight must not wait for window updates.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;
/// Batches of one sidecar under way at once.
const MAX_STREAMS: u32 = 64;
/// How long open requests may take after the signal to stop.
const FINISH: Duration = Duration::from_secs(30);

/// Serves until `stop` is said, then finishes what is open.
pub(crate) async fn serve(listener: TcpListener, router: Router, mut stop: Stop) {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(Some(Duration::from_secs(20)))
        .keep_alive_timeout(Duration::from_secs(20));
    server.http1().timer(TokioTimer::new()).header_read_timeout(Some(Duration::from_secs(10)));
    let open = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of descriptors, most likely: those that are open have to end first.
                    tracing::warn!(%error, "A connection could not be accepted.");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = stop.said() => break,
        };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = server.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = open.watch(connection);
        tokio::spawn(async move {
            // A sidecar that breaks off sends its batch again.
            if let Err(error) = connection.await {
                tracing::debug!(error, "A sidecar's connection ended.");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(FINISH, open.shutdown()).await.is_err() {
        tracing::warn!("Requests of sidecars were still open at the end.");
    }
}
