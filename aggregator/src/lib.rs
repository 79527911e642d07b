//! The aggregator: takes the sidecars' batches, stores them, answers the page.
//!
//! The way of the data: `ingest` (frames in) > `names` > `store` (rows, commit) > `live` and `api` (entries out).
//! `engine` is the database in a process of its own, `supervisor` keeps it running, `serve` puts all together.

pub mod engine;
