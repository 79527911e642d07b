//! The aggregator: takes the sidecars' batches, stores them, answers the page.
//!
//! The way of the data: `ingest` (frames in) > `names` > `store` (rows, commit) > `live` and `api` (entries out).
//! `engine` is the database in a process of its own, `supervisor` keeps it running, `serve` puts all together.

mod api;
pub mod engine;
mod filter;
mod ingest;
mod live;
mod names;
pub mod serve;
mod stop;
mod store;
mod supervisor;
