//! The aggregator from outside: the real binary on the real engine.
//!
//! Needs the engine's library (`make engine`).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; clippy's exception does not reach the functions beside the tests"
)]

mod support;

mod api;
mod disk;
mod engine;
mod filters;
mod guard;
mod ingest;
mod kills_short;
mod live;
mod process;
mod retention;
mod server;
