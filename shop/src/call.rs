//! Calls from one service to another, from the service's own address and with the trace passed on.
//!
//! In: a request without `traceparent`. Out: the whole answer, read up to a limit. Bodies stay as they were sent: what is
//! compressed is passed on compressed. No retries here; those who call know what may be repeated.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::http::{Request, Response};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use serde::de::DeserializeOwned;
use tonic::transport::{Channel, Endpoint};

use crate::{chance::Chance, trace::Trace};

/// The longest body that is read.
const BODY_LIMIT: usize = 4 << 20;
/// How long a call may take from its start to the last byte of its answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which HTTP is spoken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wire {
    Http1,
    /// HTTP/2 without TLS, by prior knowledge (RFC 9113, 3.3).
    Http2,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum CallError {
    Late { to: String, after: Duration },
    Unreachable { to: String, source: anyhow::Error },
    Broken { to: String, source: anyhow::Error },
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Late { to, after } => write!(f, "{to} did not answer within {after:?}"),
            Self::Unreachable { to, source } => write!(f, "{to} cannot be reached: {source:#}"),
            Self::Broken { to, source } => write!(f, "the answer of {to} is broken: {source:#}"),
        }
    }
}

impl std::error::Error for CallError {}

/// The client side of one service. Clones share their connections.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    name: &'static str,
    from: Option<IpAddr>,
    chance: Arc<Chance>,
    http1: Client<HttpConnector, Full<Bytes>>,
    http2: Client<HttpConnector, Full<Bytes>>,
}

impl Caller {
    /// `from` is the address that connections come from; the system chooses without one.
    pub(crate) fn new(name: &'static str, from: Option<IpAddr>, chance: Arc<Chance>) -> Self {
        let build = |http2: bool| {
            Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(Duration::from_secs(20))
                .http2_only(http2)
                .build(connector(from))
        };
        Self { name, from, chance, http1: build(false), http2: build(true) }
    }

    /// Where connections come from.
    pub(crate) fn source(&self) -> Option<IpAddr> {
        self.from
    }

    /// Chance that the service shares with its calls.
    pub(crate) fn chance(&self) -> &Chance {
        &self.chance
    }

    /// Sends `request` and reads its answer, for at most five seconds.
    pub(crate) async fn send(
        &self,
        wire: Wire,
        trace: &Trace,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, CallError> {
        self.send_within(PATIENCE, wire, trace, request).await
    }

    /// Sends `request` and reads its answer. After `patience` the connection is given up.
    pub(crate) async fn send_within(
        &self,
        patience: Duration,
        wire: Wire,
        trace: &Trace,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, CallError> {
        let to = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        trace.stamp(request.headers_mut(), &self.chance);
        request.headers_mut().entry(hyper::header::USER_AGENT).or_insert(self.agent());
        let client = match wire {
            Wire::Http1 => &self.http1,
            Wire::Http2 => &self.http2,
        };
        let answer = async {
            let response = client
                .request(request)
                .await
                .map_err(|e| CallError::Unreachable { to: to.clone(), source: e.into() })?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, BODY_LIMIT)
                .collect()
                .await
                .map_err(|e| CallError::Broken { to: to.clone(), source: anyhow::anyhow!(e) })?;
            Ok(Response::from_parts(head, body.to_bytes()))
        };
        match tokio::time::timeout(patience, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(CallError::Late { to, after: patience }),
        }
    }

    /// Sends `request` and reads its answer as JSON, whatever its status.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        wire: Wire,
        trace: &Trace,
        request: Request<Full<Bytes>>,
    ) -> Result<(hyper::StatusCode, T), CallError> {
        let to = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let answer = self.send(wire, trace, request).await?;
        let value =
            serde_json::from_slice(answer.body()).map_err(|e| CallError::Broken { to, source: e.into() })?;
        Ok((answer.status(), value))
    }

    /// A gRPC channel to `base` that connects when it is first used.
    pub(crate) fn grpc(&self, base: &str) -> anyhow::Result<Channel> {
        let endpoint = Endpoint::from_shared(base.to_owned())?
            .timeout(PATIENCE)
            .user_agent(format!("shop-{}", self.name))?;
        Ok(endpoint.connect_with_connector_lazy(connector(self.from)))
    }

    /// `message` as a gRPC request that carries the trace.
    pub(crate) fn traced<T>(&self, trace: &Trace, message: T) -> tonic::Request<T> {
        let mut headers = hyper::HeaderMap::new();
        trace.stamp(&mut headers, &self.chance);
        tonic::Request::from_parts(
            tonic::metadata::MetadataMap::from_headers(headers),
            tonic::Extensions::default(),
            message,
        )
    }

    fn agent(&self) -> hyper::header::HeaderValue {
        hyper::header::HeaderValue::from_str(&format!("shop-{}/{}", self.name, env!("CARGO_PKG_VERSION")))
            .unwrap_or_else(|_| hyper::header::HeaderValue::from_static("shop"))
    }
}

fn connector(from: Option<IpAddr>) -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_local_address(from);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(Duration::from_secs(2)));
    connector
}

/// A request without a body.
pub(crate) fn get(url: impl AsRef<str>) -> Request<Full<Bytes>> {
    bare("GET", url.as_ref(), Bytes::new())
}

/// A request with a JSON body.
pub(crate) fn json(method: &str, url: impl AsRef<str>, body: &impl serde::Serialize) -> Request<Full<Bytes>> {
    let body = serde_json::to_vec(body).expect("the shop's own types have no maps with odd keys");
    let mut request = bare(method, url.as_ref(), body.into());
    request
        .headers_mut()
        .insert(hyper::header::CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    request
}

/// A request with any body and without a content type.
pub(crate) fn bare(method: &str, url: &str, body: Bytes) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(url)
        .body(Full::new(body))
        .expect("methods are literals, and URLs are made of checked bases and escaped parts")
}
