-- What each sidecar last said of itself, so that losses and coverage outlive the aggregator. The newest row of a worker
-- counts; `header` is the batch header as sent (`entry/wire.proto`), `stored` the entries stored of it so far.
CREATE TABLE IF NOT EXISTS mizu.workers
(
    worker     String,
    seen       DateTime64(3, 'UTC'),
    last_entry DateTime64(9, 'UTC'),
    stored     UInt64,
    header     String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(seen)
ORDER BY worker;
