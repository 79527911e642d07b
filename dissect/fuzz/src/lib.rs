//! What is fuzzed: one function a target, each taking any bytes, and what must hold whatever they are.
//! Beyond "no panic, no overflow, no endless loop" every target has an oracle of its own, named at its function.
//! libFuzzer calls these from `targets/`; the seeds are played through them on stable by the tests of the workspace.

mod connection;
mod dissectors;
mod filters;
mod frames;
mod packets;
mod script;

pub use dissectors::{hpack, http1, http2, websocket};
pub use filters::filter;
pub use frames::wire;
pub use packets::{capture, link, stream};
