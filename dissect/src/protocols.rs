//! The registry: one line a protocol. Adding one is a folder here, a line here, and a payload type in `entry`.

use crate::protocol::Protocol;

/// Every protocol that is recognised.
pub static PROTOCOLS: &[&Protocol] = &[];
