//! The columns of `mizu.entries`, each made from a row by one line.
//!
//! In: a [`Row`]. Out: its values in the table's types. What a value means is said by `mizu_entry::Record`; the types and
//! indexes are in `schema/0001.sql`; a test holds the two lists equal. Here is no meaning and no SQL.

use super::native::{Column, PairSink, Value};
use mizu_entry::{Record, wire::encode_frame_without_bodies};
use std::net::{IpAddr, Ipv6Addr};

/// What one row of the table is made of.
pub(crate) struct Row<'a> {
    pub(crate) record: Record<'a>,
    pub(crate) segment: u32,
    /// The path's template, or `{other}` when there are too many.
    pub(crate) template: &'a str,
}

macro_rules! text {
    ($name:literal, |$record:ident| $value:expr) => {
        Column {
            name: $name,
            value: Value::Text(|row: &Row<'_>, put| {
                let $record = &row.record;
                put(AsRef::<[u8]>::as_ref($value))
            }),
        }
    };
}

macro_rules! number {
    ($name:literal, $kind:ident, |$record:ident| $value:expr) => {
        Column {
            name: $name,
            value: Value::$kind(|row: &Row<'_>| {
                let $record = &row.record;
                $value
            }),
        }
    };
}

/// All columns, in the order of the table.
pub(crate) fn columns<'a>() -> Vec<Column<Row<'a>>> {
    vec![
        number!("id", UInt64, |r| r.id),
        Column { name: "segment", value: Value::UInt32(|row| row.segment) },
        text!("worker", |r| r.worker.as_bytes()),
        number!("worker_seq", UInt64, |r| r.worker_seq),
        text!("interface", |r| r.interface.as_bytes()),
        number!("ts", Nanoseconds, |r| r.timestamp().nanos()),
        number!("elapsed_us", UInt32, |r| at_most(r.elapsed_us().unwrap_or(0))),
        text!("proto", |r| r.protocol().name().as_bytes()),
        text!("src_ns", |r| r.src.namespace.as_bytes()),
        text!("src", |r| r.src.name.as_bytes()),
        text!("src_workload", |r| r.src.workload.as_bytes()),
        text!("src_pod", |r| r.src.pod.as_bytes()),
        number!("src_ip", Ipv6, |r| mapped(r.entry.flow.client.ip)),
        number!("src_port", UInt16, |r| r.entry.flow.client.port),
        text!("dst_ns", |r| r.dst.namespace.as_bytes()),
        text!("dst", |r| r.dst.name.as_bytes()),
        text!("dst_workload", |r| r.dst.workload.as_bytes()),
        text!("dst_pod", |r| r.dst.pod.as_bytes()),
        number!("dst_ip", Ipv6, |r| mapped(r.entry.flow.server.ip)),
        number!("dst_port", UInt16, |r| r.entry.flow.server.port),
        text!("version", |r| r.version().as_bytes()),
        text!("method", |r| r.method().as_bytes()),
        text!("http_method", |r| r.http_method().as_bytes()),
        text!("host", |r| r.host().as_bytes()),
        text!("path", |r| r.path().as_bytes()),
        Column { name: "path_template", value: Value::Text(|row, put| put(row.template.as_bytes())) },
        text!("query", |r| r.query_string().as_bytes()),
        number!("status", Int32, |r| r.status().unwrap_or(-1)),
        text!("status_text", |r| r.status_text().as_bytes()),
        number!("http_status", UInt16, |r| r.http_status().unwrap_or(0)),
        number!("outcome", Int8, |r| r.outcome() as i8),
        text!("error", |r| r.error().as_bytes()),
        text!("trace_id", |r| r.trace_id().as_bytes()),
        number!("conn_id", UInt64, |r| r.conn_id()),
        number!("req_size", UInt32, |r| at_most(r.request_size())),
        number!("res_size", UInt32, |r| at_most(r.response_size())),
        number!("req_len", UInt32, |r| at_most(r.request_len())),
        number!("res_len", UInt32, |r| at_most(r.response_len())),
        number!("gap_bytes", UInt32, |r| at_most(r.entry.gap_bytes)),
        number!("notes", UInt32, |r| r.notes().bits()),
        Column {
            name: "attrs",
            value: Value::Map(|row, put| {
                for (name, value) in row.record.attrs() {
                    put(name.as_bytes(), value.as_bytes());
                }
            }),
        },
        Column {
            name: "req_headers",
            value: Value::Map(|row, put| {
                for field in row.record.request_fields() {
                    header(field.name, field.value, put);
                }
            }),
        },
        Column {
            name: "res_headers",
            value: Value::Map(|row, put| {
                for field in row.record.response_fields() {
                    header(field.name, field.value, put);
                }
            }),
        },
        text!("summary", |r| r.summary_line().as_bytes()),
        Column {
            name: "frame",
            value: Value::Text(|row, put| {
                let mut frame = Vec::with_capacity(1024);
                encode_frame_without_bodies(row.record.entry, &mut frame);
                put(&frame);
            }),
        },
        text!("req_body", |r| r.request_body()),
        text!("res_body", |r| r.response_body()),
    ]
}

fn header(name: &[u8], value: &[u8], put: PairSink<'_>) {
    let value = String::from_utf8_lossy(value);
    if name.iter().any(u8::is_ascii_uppercase) || !name.is_ascii() {
        put(String::from_utf8_lossy(name).to_ascii_lowercase().as_bytes(), value.as_bytes());
    } else {
        put(name, value.as_bytes());
    }
}

fn mapped(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => Ipv6Addr::octets(&ip),
    }
}

fn at_most(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn the_columns_written_are_the_columns_of_the_table_in_its_order() {
        let table = include_str!("schema/0001.sql");
        let (_, rest) = table.split_once("mizu.entries\n(\n").unwrap();
        let (rest, _) = rest.split_once("    INDEX").unwrap();
        let table: Vec<_> = rest.lines().filter_map(|line| line.split_whitespace().next()).collect();
        let written: Vec<_> = columns().iter().map(|column| column.name).collect();
        assert_eq!(written, table);
    }
}
