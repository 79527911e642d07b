//! Fields of HTTP/1.x, HTTP/2 and what is carried by them.

use super::columns::{TARGET, U32, URL};
use super::read::{bounded, headers, parameters, target};
use super::{Access, Field, Kind, MapSql};

/// The paths that stand for the pseudo-header fields of HTTP/2 in a map of headers.
pub(crate) const PSEUDO_HEADERS: &[(&str, &str, &str)] = &[
    ("request.headers", ":path", "request.target"),
    ("request.headers", ":method", "request.method"),
    ("request.headers", ":authority", "request.host"),
    ("response.headers", ":status", "response.status"),
];

pub(super) const FIELDS: &[Field] = &[
    Field {
        path: "request.method",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text {
            sql: &["http_method"],
            get: |record, visit| visit(record.http_method().as_bytes()),
        },
        help: "The HTTP method, of gRPC calls too: \"GET\"",
    },
    Field {
        path: "request.path",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text { sql: &["path"], get: |record, visit| visit(record.path().as_bytes()) },
        help: "The path without query: \"/catalogue\"",
    },
    Field {
        path: "request.host",
        aliases: &["host"],
        kind: Kind::Text,
        access: Access::Text { sql: &["host"], get: |record, visit| visit(record.host().as_bytes()) },
        help: "Host and port that were asked for, as sent",
    },
    Field {
        path: "request.url",
        aliases: &["url"],
        kind: Kind::Text,
        access: Access::Text { sql: &[URL], get: |record, visit| visit(record.url().as_bytes()) },
        help: "Host, path and query: \"carts/items?size=5\"",
    },
    Field {
        path: "request.target",
        aliases: &["request.targetUri"],
        kind: Kind::Text,
        access: Access::Text { sql: &[TARGET], get: |record, visit| visit(target(record).as_bytes()) },
        help: "Path and query: \"/items?size=5\"",
    },
    Field {
        path: "request.query",
        aliases: &[],
        kind: Kind::Map,
        access: Access::Map { sql: MapSql::Query("query"), get: parameters },
        help: "A parameter of the query string, decoded: request.query[\"size\"]",
    },
    Field {
        path: "request.queryString",
        aliases: &[],
        kind: Kind::Text,
        access: Access::Text {
            sql: &["query"],
            get: |record, visit| visit(record.query_string().as_bytes()),
        },
        help: "The query string as sent",
    },
    Field {
        path: "request.headers",
        aliases: &[],
        kind: Kind::Map,
        access: Access::Map {
            sql: MapSql::Column("req_headers"),
            get: |record, key, visit| headers(record.request_fields(), key, visit),
        },
        help: "A header of the request, in whatever case: request.headers[\"accept\"]",
    },
    Field {
        path: "request.body",
        aliases: &["request.postData.text"],
        kind: Kind::Text,
        access: Access::Text { sql: &["req_body"], get: |record, visit| visit(record.request_body()) },
        help: "What is kept of the request's body; for WebSocket, of the message",
    },
    Field {
        path: "request.bodySize",
        aliases: &[],
        kind: Kind::Size,
        access: Access::Number {
            sql: "req_len",
            absent: None,
            max: U32,
            get: |record| Some(bounded(record.request_len())),
        },
        help: "Bytes of the request's whole body, decoded: 10KB",
    },
    Field {
        path: "response.status",
        aliases: &[],
        kind: Kind::Status,
        access: Access::Number {
            sql: "http_status",
            absent: Some(0),
            max: u16::MAX as u64,
            get: |record| record.http_status().map(u64::from),
        },
        help: "The HTTP status, of gRPC calls too: 404, 5xx",
    },
    Field {
        path: "response.headers",
        aliases: &[],
        kind: Kind::Map,
        access: Access::Map {
            sql: MapSql::Column("res_headers"),
            get: |record, key, visit| headers(record.response_fields(), key, visit),
        },
        help: "A header or trailer of the response, in whatever case: response.headers[\"content-type\"]",
    },
    Field {
        path: "response.body",
        aliases: &["response.content.text"],
        kind: Kind::Text,
        access: Access::Text { sql: &["res_body"], get: |record, visit| visit(record.response_body()) },
        help: "What is kept of the response's body",
    },
    Field {
        path: "response.bodySize",
        aliases: &["response.content.size"],
        kind: Kind::Size,
        access: Access::Number {
            sql: "res_len",
            absent: None,
            max: U32,
            get: |record| Some(bounded(record.response_len())),
        },
        help: "Bytes of the response's whole body, decoded: 10KB",
    },
    Field {
        path: "version",
        aliases: &["protocol.version"],
        kind: Kind::Text,
        access: Access::Text { sql: &["version"], get: |record, visit| visit(record.version().as_bytes()) },
        help: "The version as the protocol writes it: \"HTTP/1.1\"",
    },
];
