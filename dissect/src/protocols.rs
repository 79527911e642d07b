//! The registry: one line a protocol. Adding one is a folder here, a line here, and a payload type in `entry`.

pub mod http1;
pub mod http2;
pub mod websocket;

use crate::protocol::Protocol;

/// Every protocol that is recognised.
pub static PROTOCOLS: &[&Protocol] = &[&http2::HTTP2, &http1::HTTP1, &websocket::WEBSOCKET];
