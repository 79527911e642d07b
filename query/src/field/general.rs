//! Fields that every entry has, whatever it speaks.

use mizu_entry::{Protocol, record::Outcome};

use super::columns::{I32, U32};
use super::read::{address, bounded};
use super::{Access, Field, Kind};

const PROTOCOLS: &[&str] =
    &[Protocol::Http.name(), Protocol::Http2.name(), Protocol::Grpc.name(), Protocol::WebSocket.name()];
const OUTCOMES: &[&str] =
    &[Outcome::Ok.name(), Outcome::ClientError.name(), Outcome::ServerError.name(), Outcome::NoReply.name()];

/// One end of the conversation.
macro_rules! peer {
    ($path:literal, $end:literal, $side:ident, $flow:ident, $name:literal, $field:ident) => {
        Field {
            path: concat!($end, ".", $path),
            aliases: &[],
            kind: Kind::Text,
            access: Access::Text {
                sql: &[$name],
                get: |record, visit| visit(record.$side.$field.as_bytes()),
            },
            help: concat!("The ", $path, " of the ", stringify!($flow)),
        }
    };
}

macro_rules! address {
    ($end:literal, $flow:ident, $column:literal) => {
        Field {
            path: concat!($end, ".ip"),
            aliases: &[],
            kind: Kind::Ip,
            access: Access::Ip { sql: $column, get: |record| address(record.entry.flow.$flow.ip) },
            help: concat!("The address of the ", stringify!($flow), ": \"10.0.0.1\" or \"10.0.0.0/8\""),
        }
    };
}

macro_rules! port {
    ($end:literal, $flow:ident, $column:literal) => {
        Field {
            path: concat!($end, ".port"),
            aliases: &[],
            kind: Kind::Number,
            access: Access::Number {
                sql: $column,
                absent: None,
                max: u16::MAX as u64,
                get: |record| Some(record.entry.flow.$flow.port.into()),
            },
            help: concat!("The port of the ", stringify!($flow)),
        }
    };
}

pub(super) const FIELDS: &[Field] = &[
    Field {
        path: "protocol",
        aliases: &["protocol.name", "proto"],
        kind: Kind::Word(PROTOCOLS),
        access: Access::Text {
            sql: &["proto"],
            get: |record, visit| visit(record.protocol().name().as_bytes()),
        },
        help: "The protocol: \"http\", \"http2\", \"grpc\", \"websocket\"",
    },
    Field {
        path: "method",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text { sql: &["method"], get: |record, visit| visit(record.method().as_bytes()) },
        help: "What was asked, in a word: \"GET\", \"unary\", \"text\"",
    },
    Field {
        path: "summary",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text {
            sql: &["summary"],
            get: |record, visit| visit(record.summary_line().as_bytes()),
        },
        help: "The line of the list: path and query, gRPC method, GraphQL operation, start of a message",
    },
    Field {
        path: "status",
        aliases: &[],
        kind: Kind::Status,
        access: Access::Number {
            sql: "status",
            absent: Some(-1),
            max: I32,
            get: |record| record.status().and_then(|status| u64::try_from(status).ok()),
        },
        help: "The HTTP status, for gRPC the gRPC status: 404, 5xx",
    },
    Field {
        path: "statusText",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text {
            sql: &["status_text"],
            get: |record, visit| visit(record.status_text().as_bytes()),
        },
        help: "The status as people read it: \"200\", \"NOT_FOUND\", \"text\"",
    },
    Field {
        path: "outcome",
        aliases: &[],
        kind: Kind::Word(OUTCOMES),
        access: Access::Text {
            sql: &["toString(outcome)"],
            get: |record, visit| visit(record.outcome().name().as_bytes()),
        },
        help: "How it ended: \"ok\", \"client_error\", \"server_error\", \"no_reply\"",
    },
    Field {
        path: "error",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text { sql: &["error"], get: |record, visit| visit(record.error().as_bytes()) },
        help: "What went wrong: gRPC message, GraphQL error, reason phrase, why there is no reply",
    },
    Field {
        path: "elapsedTime",
        aliases: &["elapsed", "latency"],
        kind: Kind::Duration,
        access: Access::Number {
            sql: "elapsed_us",
            absent: Some(0),
            max: U32,
            get: |record| record.elapsed_us().map(bounded),
        },
        help: "From the first byte of the request to the last of the response: 250ms, 1.5s",
    },
    Field {
        path: "timestamp",
        aliases: &["time"],
        kind: Kind::Time,
        access: Access::Time { sql: "ts", get: |record| record.timestamp().nanos() },
        help: "When the first byte was captured: \"2026-03-01T14:33:21Z\"",
    },
    peer!("name", "src", src, client, "src", name),
    peer!("namespace", "src", src, client, "src_ns", namespace),
    peer!("workload", "src", src, client, "src_workload", workload),
    peer!("pod", "src", src, client, "src_pod", pod),
    address!("src", client, "src_ip"),
    port!("src", client, "src_port"),
    peer!("name", "dst", dst, server, "dst", name),
    peer!("namespace", "dst", dst, server, "dst_ns", namespace),
    peer!("workload", "dst", dst, server, "dst_workload", workload),
    peer!("pod", "dst", dst, server, "dst_pod", pod),
    address!("dst", server, "dst_ip"),
    port!("dst", server, "dst_port"),
    Field {
        path: "namespace",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text {
            sql: &["src_ns", "dst_ns"],
            get: |record, visit| {
                visit(record.src.namespace.as_bytes()) || visit(record.dst.namespace.as_bytes())
            },
        },
        help: "The namespace of either end",
    },
    Field {
        path: "requestSize",
        aliases: &[],
        kind: Kind::Size,
        access: Access::Number {
            sql: "req_size",
            absent: None,
            max: U32,
            get: |record| Some(bounded(record.request_size())),
        },
        help: "Bytes of the request on its connection: 10KB, 1MiB",
    },
    Field {
        path: "responseSize",
        aliases: &[],
        kind: Kind::Size,
        access: Access::Number {
            sql: "res_size",
            absent: None,
            max: U32,
            get: |record| Some(bounded(record.response_size())),
        },
        help: "Bytes of the response on its connection: 10KB, 1MiB",
    },
    Field {
        path: "traceId",
        aliases: &["trace.id"],
        kind: Kind::Text,
        access: Access::Text { sql: &["trace_id"], get: |record, visit| visit(record.trace_id().as_bytes()) },
        help: "The trace that the request belongs to",
    },
    Field {
        path: "notes",
        aliases: &[],
        kind: Kind::Notes,
        access: Access::Bits { sql: "notes", get: |record| record.notes().bits() },
        help: "What is to be known of the capture: \"partial\", \"gap\", \"redacted\", \"probe\"",
    },
    Field {
        path: "unanswered",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text {
            sql: &["attrs['unanswered']"],
            get: |record, visit| record.unanswered().is_some_and(|reason| visit(reason.name().as_bytes())),
        },
        help: "Why there is no response: \"timeout\", \"reset\", \"closed\", \"capture_ended\"",
    },
    Field {
        path: "connection",
        aliases: &["connection.id"],
        kind: Kind::Number,
        access: Access::Number {
            sql: "conn_id",
            absent: None,
            max: u64::MAX,
            get: |record| Some(record.conn_id()),
        },
        help: "The connection's number, the same for all its entries",
    },
    Field {
        path: "id",
        aliases: &[],
        kind: Kind::Number,
        access: Access::Number { sql: "id", absent: None, max: u64::MAX, get: |record| Some(record.id) },
        help: "The entry's number",
    },
    Field {
        path: "worker",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text { sql: &["worker"], get: |record, visit| visit(record.worker.as_bytes()) },
        help: "The sidecar that captured it",
    },
    Field {
        path: "interface",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text { sql: &["interface"], get: |record, visit| visit(record.interface.as_bytes()) },
        help: "The interface that it was captured on",
    },
    Field {
        path: "outgoing",
        aliases: &[],
        kind: Kind::Flag,
        access: Access::Flag {
            sql: "attrs['direction'] = 'outbound'",
            get: |record| record.direction() == "outbound",
        },
        help: "Whether the tapped host asked",
    },
    Field {
        path: "leg",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text {
            sql: &["if(mapContains(attrs, 'leg'), attrs['leg'], 'direct')"],
            get: |record, visit| visit(record.leg().as_bytes()),
        },
        help: "The leg of a mesh that it was captured on: \"direct\", \"app\", \"proxy\"",
    },
];
