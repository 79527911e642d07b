//! Taking the two ports.
//!
//! In: an address and whether another port will do. Out: a bound listener. Only loopback is listened on: the ingest side is
//! in cleartext, and the read side shows what was captured.

use super::ServeError;
use anyhow::Context as _;
use std::{io::ErrorKind, net::SocketAddr};
use tokio::net::TcpListener;

/// Ports above the wanted one that are tried.
const TRIES: u16 = 100;

pub(super) async fn listen(
    flag: &'static str,
    address: SocketAddr,
    fallback: bool,
) -> Result<TcpListener, ServeError> {
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback { flag, address });
    }
    let last = if fallback { address.port().saturating_add(TRIES) } else { address.port() };
    for port in address.port()..=last {
        match TcpListener::bind((address.ip(), port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => {
                return Err(anyhow::Error::new(error)
                    .context(format!("listening on {address} ({flag})"))
                    .into());
            }
        }
    }
    Err(ServeError::PortTaken { flag, address })
}

pub(super) fn address(listener: &TcpListener) -> anyhow::Result<SocketAddr> {
    listener.local_addr().context("reading the address of a listener")
}
