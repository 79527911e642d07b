//! Fields of gRPC, GraphQL and WebSocket.

use mizu_entry::Protocol;

use super::columns::{GRPC_STATUS, I32};
use super::{Access, Field, Kind};

/// A fact that the store keeps in `attrs`, by the same name.
macro_rules! attribute {
    ($path:literal, $help:literal, $get:expr) => {
        Field {
            path: $path,
            aliases: &[],
            kind: Kind::Text,
            access: Access::Text { sql: &[concat!("attrs['", $path, "']")], get: $get },
            help: $help,
        }
    };
}

pub(super) const FIELDS: &[Field] = &[
    attribute!("grpc.service", "The gRPC service: \"shop.v1.Carts\"", |record, visit| {
        record.grpc_call().is_some_and(|(service, _)| visit(service.as_bytes()))
    }),
    attribute!("grpc.method", "The gRPC method: \"GetCart\"", |record, visit| {
        record.grpc_call().is_some_and(|(_, method)| visit(method.as_bytes()))
    }),
    Field {
        path: "grpc.status",
        aliases: &[],
        kind: Kind::Number,
        access: Access::Number {
            sql: GRPC_STATUS,
            absent: Some(-1),
            max: I32,
            get: |record| {
                let status = record.status().filter(|_| record.protocol() == Protocol::Grpc)?;
                u64::try_from(status).ok()
            },
        },
        help: "The gRPC status as a number: 0 is OK, 5 NOT_FOUND",
    },
    attribute!("grpc.message", "The gRPC error message, decoded", |record, visit| {
        record.grpc_call().is_some() && record.grpc_message().is_some_and(|message| visit(message.as_bytes()))
    }),
    attribute!("graphql.operation", "\"query\", \"mutation\" or \"subscription\"", |record, visit| {
        record.graphql().is_some_and(|(operation, ..)| visit(operation.name().as_bytes()))
    }),
    attribute!("graphql.name", "The GraphQL operation's name", |record, visit| {
        record.graphql().is_some_and(|(_, name, _)| visit(name.as_bytes()))
    }),
    attribute!("websocket.opcode", "\"text\", \"binary\", \"close\", \"ping\", \"pong\"", |record, visit| {
        record.websocket().is_some_and(|(_, message)| visit(message.opcode.name().as_bytes()))
    }),
    attribute!("websocket.direction", "Who sent the message: \"c2s\" or \"s2c\"", |record, visit| {
        record.websocket().is_some_and(|(_, message)| visit(message.direction.name().as_bytes()))
    }),
];
