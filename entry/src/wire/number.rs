//! The numbers of `wire.proto`: fields by message, and enumerations both ways.
//!
//! Nothing but numbers. A test reads `wire.proto` with a protobuf compiler and holds that both agree.

use crate::capture::{Direction, Leg, Unanswered, WorkerState};
use crate::http::{GraphQlOperation, HttpVersion};
use crate::websocket::{MessageDirection, Opcode};

pub(super) mod batch {
    pub(in crate::wire) const HEADER: u8 = 1;
    pub(in crate::wire) const ENTRIES: u8 = 2;
}

pub(super) mod header {
    pub(in crate::wire) const VERSION: u8 = 1;
    pub(in crate::wire) const WORKER: u8 = 2;
    pub(in crate::wire) const SEQUENCE: u8 = 3;
    pub(in crate::wire) const POD: u8 = 4;
    pub(in crate::wire) const NAMESPACE: u8 = 5;
    pub(in crate::wire) const NODE: u8 = 6;
    pub(in crate::wire) const SENT_AT: u8 = 7;
    pub(in crate::wire) const SOURCE: u8 = 8;
    pub(in crate::wire) const INTERFACES: u8 = 9;
    pub(in crate::wire) const LOSSES: u8 = 10;
    pub(in crate::wire) const STATE: u8 = 11;
    pub(in crate::wire) const REASON: u8 = 12;
}

pub(super) mod interface {
    pub(in crate::wire) const INDEX: u8 = 1;
    pub(in crate::wire) const NAME: u8 = 2;
}

pub(super) mod entry {
    pub(in crate::wire) const PROTOCOL: u8 = 1;
    pub(in crate::wire) const CLIENT_IP: u8 = 2;
    pub(in crate::wire) const CLIENT_PORT: u8 = 3;
    pub(in crate::wire) const SERVER_IP: u8 = 4;
    pub(in crate::wire) const SERVER_PORT: u8 = 5;
    pub(in crate::wire) const CONNECTION: u8 = 6;
    pub(in crate::wire) const INTERFACE: u8 = 7;
    pub(in crate::wire) const DIRECTION: u8 = 8;
    pub(in crate::wire) const LEG: u8 = 9;
    pub(in crate::wire) const NOTES: u8 = 10;
    pub(in crate::wire) const GAP_BYTES: u8 = 11;
    pub(in crate::wire) const UNANSWERED: u8 = 12;
    pub(in crate::wire) const REQUEST: u8 = 13;
    pub(in crate::wire) const RESPONSE: u8 = 14;
}

pub(super) mod message {
    pub(in crate::wire) const FIRST: u8 = 1;
    pub(in crate::wire) const LAST: u8 = 2;
    pub(in crate::wire) const WIRE_LEN: u8 = 3;
    pub(in crate::wire) const HTTP_REQUEST: u8 = 4;
    pub(in crate::wire) const HTTP_RESPONSE: u8 = 5;
    pub(in crate::wire) const WEBSOCKET: u8 = 6;
    pub(in crate::wire) const HEADERS: u8 = 7;
    pub(in crate::wire) const TRAILERS: u8 = 8;
    pub(in crate::wire) const BODY: u8 = 9;
}

pub(super) mod field {
    pub(in crate::wire) const NAME: u8 = 1;
    pub(in crate::wire) const VALUE: u8 = 2;
    pub(in crate::wire) const REDACTED: u8 = 3;
}

pub(super) mod body {
    pub(in crate::wire) const BYTES: u8 = 1;
    pub(in crate::wire) const LEN: u8 = 2;
    pub(in crate::wire) const SENT_LEN: u8 = 3;
    pub(in crate::wire) const TRUNCATED: u8 = 4;
    pub(in crate::wire) const ENCODED: u8 = 5;
}

pub(super) mod request {
    pub(in crate::wire) const METHOD: u8 = 1;
    pub(in crate::wire) const TARGET: u8 = 2;
    pub(in crate::wire) const VERSION: u8 = 3;
    pub(in crate::wire) const SCHEME: u8 = 4;
    pub(in crate::wire) const AUTHORITY: u8 = 5;
    pub(in crate::wire) const STREAM_ID: u8 = 6;
    pub(in crate::wire) const MESSAGE_COUNT: u8 = 7;
    pub(in crate::wire) const GRAPHQL: u8 = 8;
}

pub(super) mod response {
    pub(in crate::wire) const STATUS: u8 = 1;
    pub(in crate::wire) const REASON: u8 = 2;
    pub(in crate::wire) const VERSION: u8 = 3;
    pub(in crate::wire) const INFORMATIONAL: u8 = 4;
    pub(in crate::wire) const MESSAGE_COUNT: u8 = 5;
    pub(in crate::wire) const GRPC_STATUS: u8 = 6;
    pub(in crate::wire) const GRPC_MESSAGE: u8 = 7;
}

pub(super) mod graphql {
    pub(in crate::wire) const OPERATION: u8 = 1;
    pub(in crate::wire) const NAME: u8 = 2;
    pub(in crate::wire) const BATCH: u8 = 3;
}

pub(super) mod websocket {
    pub(in crate::wire) const DIRECTION: u8 = 1;
    pub(in crate::wire) const OPCODE: u8 = 2;
    pub(in crate::wire) const FRAMES: u8 = 3;
    pub(in crate::wire) const COMPRESSED: u8 = 4;
}

pub(super) const fn direction_number(direction: Direction) -> u64 {
    match direction {
        Direction::Local => 0,
        Direction::Inbound => 1,
        Direction::Outbound => 2,
    }
}

pub(super) const fn direction(number: u64) -> Option<Direction> {
    Some(match number {
        0 => Direction::Local,
        1 => Direction::Inbound,
        2 => Direction::Outbound,
        _ => return None,
    })
}

pub(super) const fn leg_number(leg: Leg) -> u64 {
    match leg {
        Leg::Direct => 0,
        Leg::App => 1,
        Leg::Proxy => 2,
    }
}

pub(super) const fn leg(number: u64) -> Option<Leg> {
    Some(match number {
        0 => Leg::Direct,
        1 => Leg::App,
        2 => Leg::Proxy,
        _ => return None,
    })
}

/// `None` inside stands for "there is a response".
pub(super) fn unanswered(number: u64) -> Option<Option<Unanswered>> {
    if number == 0 {
        return Some(None);
    }
    Unanswered::ALL.iter().copied().find(|reason| *reason as u64 == number).map(Some)
}

pub(super) const fn version(number: u64) -> Option<HttpVersion> {
    Some(match number {
        9 => HttpVersion::V0_9,
        10 => HttpVersion::V1_0,
        11 => HttpVersion::V1_1,
        20 => HttpVersion::V2,
        _ => return None,
    })
}

pub(super) const fn operation(number: u64) -> Option<GraphQlOperation> {
    Some(match number {
        1 => GraphQlOperation::Query,
        2 => GraphQlOperation::Mutation,
        3 => GraphQlOperation::Subscription,
        _ => return None,
    })
}

pub(super) const fn message_direction(number: u64) -> Option<MessageDirection> {
    Some(match number {
        1 => MessageDirection::ClientToServer,
        2 => MessageDirection::ServerToClient,
        _ => return None,
    })
}

pub(super) const fn opcode(number: u64) -> Option<Opcode> {
    Some(match number {
        1 => Opcode::Text,
        2 => Opcode::Binary,
        8 => Opcode::Close,
        9 => Opcode::Ping,
        10 => Opcode::Pong,
        _ => return None,
    })
}

pub(super) const fn state(number: u64) -> Option<WorkerState> {
    Some(match number {
        0 => WorkerState::Starting,
        1 => WorkerState::Capturing,
        2 => WorkerState::SheddingBodies,
        3 => WorkerState::SheddingDecoding,
        4 => WorkerState::SheddingConnections,
        5 => WorkerState::Unavailable,
        6 => WorkerState::Finished,
        _ => return None,
    })
}
