//! The closed set of protocols that an entry can be of.
//!
//! The numbers are part of the wire: they are never reused, and new ones are added at the end.

/// What an entry speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Protocol {
    /// HTTP/0.9, 1.0 and 1.1 (RFC 9112).
    #[default]
    Http = 1,
    /// HTTP/2 (RFC 9113).
    Http2 = 2,
    /// gRPC over HTTP/2; such an exchange is not reported as [`Protocol::Http2`] too.
    Grpc = 3,
    /// A WebSocket message (RFC 6455); the upgrade is an [`Protocol::Http`] entry of its own.
    WebSocket = 4,
}

impl Protocol {
    /// All of them, in the order of their numbers.
    pub const ALL: &'static [Self] = &[Self::Http, Self::Http2, Self::Grpc, Self::WebSocket];

    /// The name in filters, in the API, in the store and in the corpus.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Http2 => "http2",
            Self::Grpc => "grpc",
            Self::WebSocket => "websocket",
        }
    }

    /// The protocol of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|protocol| protocol.name() == name)
    }

    /// The protocol's number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The protocol of that number; `None` for one that this version does not know.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.iter().copied().find(|protocol| u64::from(protocol.number()) == number)
    }
}
