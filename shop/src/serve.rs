//! One service on its listener: counted in the ledger, ended gently.
//!
//! In: a router, a bound listener. Out: answers, and one ledger entry for each exchange at the moment when its last byte
//! was handed to the socket, or when its client left.

use std::{
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method, StatusCode},
    middleware::{self, Next},
    response::Response,
    serve::ListenerExt as _,
};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    ledger::{Exchange, Ledger},
    trace,
};

/// Serves until `stop`; then the exchanges under way are finished and idle connections closed.
pub(crate) async fn serve(
    service: &'static str,
    listener: TcpListener,
    router: Router,
    ledger: Ledger,
    stop: CancellationToken,
) -> std::io::Result<()> {
    ledger.enter(service);
    let router = router.layer(middleware::from_fn_with_state((service, ledger), count));
    // Answers are small; without this Nagle's algorithm and delayed acknowledgements add 40 ms to some of them.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

async fn count(
    State((service, ledger)): State<(&'static str, Ledger)>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let entry = Exchange {
        service,
        client: Some(client),
        version: format!("{:?}", request.version()),
        method: request.method().to_string(),
        path: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        status: 0,
        grpc_status: None,
        bytes: 0,
        span: trace::span(request.headers()),
        aborted: true,
    };
    let head_only = request.method() == Method::HEAD;
    // From here on the entry is written whatever happens: also when the client leaves and this future is dropped.
    let mut pending = Pending { ledger, entry };
    let response = next.run(request).await;

    let status = response.status();
    pending.entry.status = status.as_u16();
    pending.entry.grpc_status = grpc_status(response.headers());
    let bodiless = head_only
        || status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    pending.entry.aborted = !bodiless;
    response.map(|inner| Body::new(Counted { inner, pending }))
}

/// `grpc-status` of trailers, or of an answer that consists of its head alone.
fn grpc_status(headers: &HeaderMap) -> Option<u16> {
    headers.get("grpc-status")?.to_str().ok()?.parse().ok()
}

/// An exchange that is written into the ledger when it is dropped.
struct Pending {
    ledger: Ledger,
    entry: Exchange,
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.ledger.exchange(&self.entry);
    }
}

/// A body that knows whether it was sent to its end.
struct Counted {
    inner: Body,
    pending: Pending,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        let entry = &mut self.pending.entry;
        match &polled {
            Poll::Ready(None) => entry.aborted = false,
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    entry.bytes += data.len() as u64;
                }
                if let Some(trailers) = frame.trailers_ref() {
                    entry.grpc_status = grpc_status(trailers).or(entry.grpc_status);
                }
            }
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        // hyper does not poll again for the `None` of a body that already said that it is at its end.
        if self.inner.is_end_stream() {
            self.pending.entry.aborted = false;
        }
    }
}
