-- The table of entries. One batch of sidecars' batches is one INSERT, one part, one segment: it is there whole or not at all.
-- `id` orders by the moment of the commit; `segment` is what retention drops. What a column means for each protocol is said
-- where the column is made: `entry/src/record.rs`. `frame` is the whole entry without its two bodies (`entry/wire.proto`),
-- so that nothing of an entry is lost which has no column of its own; `summary` and
-- `outcome` are what a row of the list needs of the bodies. Absent: `elapsed_us` 0, `status` -1, `http_status` 0, text empty. Numbers too great for
-- their column stand at its greatest value. Header names are in lower case, repetitions and order as sent.
CREATE DATABASE IF NOT EXISTS mizu;

CREATE TABLE IF NOT EXISTS mizu.entries
(
    id              UInt64 CODEC(Delta(8), ZSTD(1)),
    segment         UInt32 CODEC(ZSTD(1)),
    worker          LowCardinality(String),
    worker_seq      UInt64 CODEC(Delta(8), ZSTD(1)),
    interface       LowCardinality(String),
    ts              DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    elapsed_us      UInt32 CODEC(T64, ZSTD(1)),
    proto           LowCardinality(String),
    src_ns          LowCardinality(String),
    src             LowCardinality(String),
    src_workload    LowCardinality(String),
    src_pod         LowCardinality(String),
    src_ip          IPv6 CODEC(ZSTD(1)),
    src_port        UInt16 CODEC(ZSTD(1)),
    dst_ns          LowCardinality(String),
    dst             LowCardinality(String),
    dst_workload    LowCardinality(String),
    dst_pod         LowCardinality(String),
    dst_ip          IPv6 CODEC(ZSTD(1)),
    dst_port        UInt16 CODEC(ZSTD(1)),
    version         LowCardinality(String),
    method          LowCardinality(String),
    http_method     LowCardinality(String),
    host            LowCardinality(String),
    path            String CODEC(ZSTD(1)),
    path_template   LowCardinality(String),
    query           String CODEC(ZSTD(1)),
    status          Int32 CODEC(ZSTD(1)),
    status_text     LowCardinality(String),
    http_status     UInt16 CODEC(ZSTD(1)),
    outcome         Enum8('ok' = 0, 'client_error' = 1, 'server_error' = 2, 'no_reply' = 3),
    error           String CODEC(ZSTD(1)),
    trace_id        String CODEC(ZSTD(1)),
    conn_id         UInt64 CODEC(ZSTD(1)),
    req_size        UInt32 CODEC(T64, ZSTD(1)),
    res_size        UInt32 CODEC(T64, ZSTD(1)),
    req_len         UInt32 CODEC(T64, ZSTD(1)),
    res_len         UInt32 CODEC(T64, ZSTD(1)),
    gap_bytes       UInt32 CODEC(T64, ZSTD(1)),
    notes           UInt32 CODEC(T64, ZSTD(1)),
    attrs           Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    req_headers     Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    res_headers     Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    summary         String CODEC(ZSTD(1)),
    frame           String CODEC(ZSTD(3)),
    req_body        String CODEC(ZSTD(3)),
    res_body        String CODEC(ZSTD(3)),
    INDEX i_outcome outcome TYPE set(8) GRANULARITY 1,
    INDEX i_status  status TYPE set(64) GRANULARITY 1,
    INDEX i_dst     dst TYPE set(64) GRANULARITY 1,
    INDEX i_lat     elapsed_us TYPE minmax GRANULARITY 1,
    INDEX i_ts      ts TYPE minmax GRANULARITY 1,
    INDEX i_trace   trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX i_qh      mapValues(req_headers) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX i_sh      mapValues(res_headers) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX i_attr    mapValues(attrs) TYPE bloom_filter(0.01) GRANULARITY 1,
    PROJECTION p_minute
    (
        SELECT toStartOfMinute(ts), src_ns, src, dst_ns, dst, proto, method, path_template, outcome,
               count(), sum(req_size), sum(res_size), max(elapsed_us), quantilesTDigest(0.5, 0.95, 0.99)(elapsed_us)
        GROUP BY toStartOfMinute(ts), src_ns, src, dst_ns, dst, proto, method, path_template, outcome
    )
)
ENGINE = MergeTree
PARTITION BY segment
ORDER BY id
SETTINGS min_bytes_for_wide_part = 268435456, index_granularity = 8192,
         fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
         old_parts_lifetime = 2, parts_to_delay_insert = 500, parts_to_throw_insert = 2000, ttl_only_drop_parts = 1;
