//! One HTTP/2 connection to the aggregator, with the `h2` crate: a POST a batch, flow control as back-pressure, the
//! status as receipt. What is sent and when is the sender's business.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use http::{Method, Request, StatusCode, Uri};
use tokio::net::{TcpSocket, TcpStream};

use crate::ring;

/// Time for a connection, and for an answer: the aggregator commits before it answers.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);

/// Why a batch is not known to be stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The address cannot be used.
    #[error("the address {0} is not of the form http://host:port")]
    Address(String),
    /// No connection.
    #[error("connecting to {address}")]
    Connect {
        /// Where.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The connection failed under way.
    #[error("talking to the aggregator")]
    Protocol(#[from] h2::Error),
    /// No answer in time.
    #[error("no answer from the aggregator within {0:?}")]
    Late(Duration),
    /// The aggregator cannot store it at the moment.
    #[error("the aggregator answered {status}: {reason}")]
    Busy {
        /// The status.
        status: StatusCode,
        /// The answer's text.
        reason: String,
    },
    /// The aggregator will never store it.
    #[error("the aggregator refused the batch with {status}: {reason}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// The answer's text.
        reason: String,
    },
}

/// Where batches go.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    uri: Uri,
    host: String,
    port: u16,
    mark: u32,
}

impl Target {
    /// Reads the address of an aggregator. `mark` is put on what is sent, so that the capture knows it; 0 for none.
    ///
    /// # Errors
    /// It is no `http://host:port`.
    pub(crate) fn new(url: &str, mark: u32) -> Result<Self, SendError> {
        let bad = || SendError::Address(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| bad())?;
        let authority = uri.authority().ok_or_else(bad)?;
        if uri.scheme_str() != Some("http") {
            return Err(bad());
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let port = authority.port_u16().unwrap_or(80);
        let path = format!("http://{authority}/ingest/v1/batches").parse().map_err(|_| bad())?;
        Ok(Self { uri: path, host, port, mark })
    }

    /// The aggregator's port.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }
}

/// An open connection.
pub(crate) struct Connection {
    requests: SendRequest<Bytes>,
    uri: Uri,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// [`SendError::Connect`], [`SendError::Late`], [`SendError::Protocol`].
    pub(crate) async fn open(target: &Target) -> Result<Self, SendError> {
        let stream =
            tokio::time::timeout(CONNECT, connect(target)).await.map_err(|_| SendError::Late(CONNECT))??;
        stream.set_nodelay(true).ok();
        let (requests, connection) = h2::client::handshake(stream).await?;
        // It ends when `requests` is dropped or the other side closes; its error reaches us by the next request.
        tokio::spawn(async move { connection.await.ok() });
        Ok(Self { requests: requests.ready().await?, uri: target.uri.clone() })
    }

    /// Sends a compressed batch and waits for the receipt.
    ///
    /// # Errors
    /// Anything but the aggregator's word that the batch is stored.
    pub(crate) async fn send(&mut self, body: Bytes) -> Result<(), SendError> {
        tokio::time::timeout(ANSWER, self.post(body)).await.map_err(|_| SendError::Late(ANSWER))?
    }

    async fn post(&mut self, mut body: Bytes) -> Result<(), SendError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.uri.clone())
            .header(http::header::CONTENT_TYPE, "application/x-protobuf")
            .header(http::header::CONTENT_ENCODING, "zstd")
            .header(http::header::CONTENT_LENGTH, body.len())
            .body(())
            .map_err(|_| SendError::Address(self.uri.to_string()))?;
        let mut requests = self.requests.clone().ready().await?;
        let (answer, mut stream) = requests.send_request(request, false)?;
        while !body.is_empty() {
            stream.reserve_capacity(body.len());
            let Some(capacity) = std::future::poll_fn(|task| stream.poll_capacity(task)).await else { break };
            let part = body.split_to(capacity?.min(body.len()));
            stream.send_data(part, body.is_empty())?;
        }
        let (head, mut text) = answer.await?.into_parts();
        let mut reason = Vec::new();
        while let Some(part) = text.data().await {
            let part = part?;
            text.flow_control().release_capacity(part.len())?;
            reason.extend_from_slice(&part);
        }
        let reason = String::from_utf8_lossy(&reason).into_owned();
        match head.status {
            // 409: it is stored already.
            status if status.is_success() || status == StatusCode::CONFLICT => Ok(()),
            status @ (StatusCode::BAD_REQUEST
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY) => Err(SendError::Refused { status, reason }),
            status => Err(SendError::Busy { status, reason }),
        }
    }
}

async fn connect(target: &Target) -> Result<TcpStream, SendError> {
    let failed = |source| SendError::Connect { address: format!("{}:{}", target.host, target.port), source };
    let mut last = std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address");
    for address in tokio::net::lookup_host((target.host.as_str(), target.port)).await.map_err(failed)? {
        match dial(address, target.mark).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(failed(last))
}

async fn dial(address: SocketAddr, mark: u32) -> std::io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if mark != 0 {
        // Without the right to mark, the filter still knows the aggregator's port.
        ring::mark(&socket, mark).ok();
    }
    socket.connect(address).await
}
