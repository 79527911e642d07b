//! Bytes to entries: frames of a network in, exchanges of applications out.
//!
//! The way through: a frame (`link`) gives a segment, segments of a connection (`flow`) give two streams of bytes in
//! order (`stream`), whose protocol is recognised by content (`detect`); the protocol's dissector (`protocols`, the
//! trait in [`protocol`]) reads messages off both streams, pairs them and emits exchanges. [`conversation`] is the
//! joint between streams and dissector.
//!
//! Broken traffic is input, not an error: what was found comes out with notes on what is missing, and every loss is
//! counted. No I/O, no clock (time is the capture's), no unsafe code, no allocation by a peer's word.

#![forbid(unsafe_code)]

pub mod body;
pub mod conversation;
pub mod cx;
mod defrag;
mod detect;
pub mod engine;
mod flow;
pub mod frame;
pub mod graphql;
pub mod limits;
mod link;
pub mod pair;
pub mod pcap;
pub mod protocol;
pub mod protocols;
mod stream;
mod talk;
#[cfg(any(test, feature = "testing"))]
pub mod testkit;

pub use cx::{Cx, Exchange};
pub use engine::{Config, Engine, Shedding};
pub use frame::{Frame, Heading, LinkType, Sink};
pub use limits::Limits;
pub use protocol::{Dissector, End, Fault, Gap, Guess, Next, Protocol, Side, Step, Transport};
