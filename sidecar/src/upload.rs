//! The way to the aggregator: chunks of entries wait in the spool, go out as numbered batches, and are given up only
//! when the aggregator has said that they are stored.

pub(crate) mod client;
pub(crate) mod sender;
pub(crate) mod spool;
