//! Ingest frames: batches of entries on the way from a sidecar to the aggregator. See `wire.proto`.
