//! What HTTP/1.x, HTTP/2 and gRPC messages carry besides header fields and body.
//!
//! One pair of types serves all three: they have the same semantics (RFC 9110), and only framing differs.

use crate::message::Span;

/// The version that a message was sent in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum HttpVersion {
    /// HTTP/0.9: a bare method and target, no status line, no header.
    V0_9 = 9,
    /// HTTP/1.0.
    V1_0 = 10,
    /// HTTP/1.1.
    #[default]
    V1_1 = 11,
    /// HTTP/2.
    V2 = 20,
}

impl HttpVersion {
    /// As on the request line: `HTTP/1.1`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V0_9 => "HTTP/0.9",
            Self::V1_0 => "HTTP/1.0",
            Self::V1_1 => "HTTP/1.1",
            Self::V2 => "HTTP/2",
        }
    }
}

/// A request's line, or the pseudo-header fields that stand for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method as sent.
    pub method: Span,
    /// The target as on the request line, or `:path`.
    pub target: Span,
    /// The version.
    pub version: HttpVersion,
    /// `:scheme`; empty in HTTP/1.
    pub scheme: Span,
    /// `:authority`; empty in HTTP/1, where the `Host` field says it.
    pub authority: Span,
    /// The stream (RFC 9113 section 5.1.1); 0 in HTTP/1.
    pub stream_id: u32,
    /// Length-prefixed gRPC messages in the body.
    pub message_count: u32,
    /// The GraphQL operation in the body or target.
    pub graphql: Option<GraphQl>,
}

/// A response's line, or the pseudo-header field that stands for it, and what gRPC adds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code; 0 where the headers could not be read.
    pub status: u16,
    /// The reason phrase; empty in HTTP/2.
    pub reason: Span,
    /// The version.
    pub version: HttpVersion,
    /// Interim responses (1xx) before this one.
    pub informational: u8,
    /// Length-prefixed gRPC messages in the body.
    pub message_count: u32,
    /// `grpc-status`, from the trailers, or from the headers of a response without body.
    pub grpc_status: Option<u32>,
    /// `grpc-message` as sent (percent-encoded).
    pub grpc_message: Span,
}

/// What a GraphQL operation does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum GraphQlOperation {
    /// Reads.
    #[default]
    Query = 1,
    /// Writes.
    Mutation = 2,
    /// Listens.
    Subscription = 3,
}

impl GraphQlOperation {
    /// The keyword.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// A GraphQL operation carried by an HTTP request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GraphQl {
    /// What the operation that runs does.
    pub operation: GraphQlOperation,
    /// Its name; empty if it has none.
    pub name: Span,
    /// How many operations the request carries, if it is an array of them; else 0.
    pub batch: u32,
}
