//! How the `clickhouse` crate reaches a database: over a unix socket (the engine) or by URL (a user's own server).
//!
//! In: a socket's path or a URL. Out: a client, or the user's name and password taken out of the URL. One code path
//! serves both from here on.

use anyhow::Context as _;
use clickhouse::{Client, Compression};
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::{TokioExecutor, TokioIo},
};
use std::{
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
};
use tokio::net::UnixStream;

/// A client for the engine behind `socket`. Nothing is compressed: the bytes do not leave the machine.
pub(crate) fn over_socket(socket: PathBuf) -> Client {
    let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(8)
        .build(SocketConnector(socket.into()));
    Client::with_http_client(http).with_url("http://engine").with_compression(Compression::None)
}

/// A client for a server of the user's, and its address to be shown. `http://user:password@host:8123`; user and password
/// are optional and are not in the address. What leaves the machine is compressed.
pub(crate) fn over_network(url: &str) -> anyhow::Result<(Client, String)> {
    let mut url = url::Url::parse(url).with_context(|| "the address of the ClickHouse server is no URL")?;
    anyhow::ensure!(url.scheme() == "http", "the ClickHouse server's address has to begin with http://");
    let user = url.username().to_owned();
    let password = url.password().map(str::to_owned);
    // Neither fails for a URL that has a host, and without one it has neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let shown = url.to_string();
    let near = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => anyhow::bail!("the ClickHouse server's address names no host"),
    };
    let compression = if near { Compression::None } else { Compression::Lz4 };
    let mut client = Client::default().with_url(&shown).with_compression(compression);
    if !user.is_empty() {
        client = client.with_user(user);
    }
    if let Some(password) = password {
        client = client.with_password(password);
    }
    Ok((client, shown))
}

#[derive(Clone)]
struct SocketConnector(Arc<std::path::Path>);

impl tower_service::Service<hyper::Uri> for SocketConnector {
    type Response = Stream;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = std::io::Result<Stream>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: hyper::Uri) -> Self::Future {
        let path = self.0.clone();
        Box::pin(async move { Ok(Stream(TokioIo::new(UnixStream::connect(&path).await?))) })
    }
}

/// A unix socket as hyper's client wants it.
struct Stream(TokioIo<UnixStream>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl hyper::rt::Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        buf: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl hyper::rt::Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
