//! What a WebSocket message carries besides its payload (RFC 6455, RFC 7692). The payload is the message's body.

/// Who sent a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum MessageDirection {
    /// The client, to the server.
    #[default]
    ClientToServer = 1,
    /// The server, to the client.
    ServerToClient = 2,
}

impl MessageDirection {
    /// `c2s` or `s2c`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientToServer => "c2s",
            Self::ServerToClient => "s2c",
        }
    }
}

/// What a message is (RFC 6455 section 11.8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// UTF-8 text.
    #[default]
    Text = 1,
    /// Bytes.
    Binary = 2,
    /// The end of the conversation, with a code and a reason in the payload.
    Close = 8,
    /// A sign of life asked for.
    Ping = 9,
    /// A sign of life.
    Pong = 10,
}

impl Opcode {
    /// The opcode's name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Close => "close",
            Self::Ping => "ping",
            Self::Pong => "pong",
        }
    }
}

/// A whole message, put together from its frames, unmasked and inflated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WebSocketMessage {
    /// Who sent it.
    pub direction: MessageDirection,
    /// What it is.
    pub opcode: Opcode,
    /// Frames that it came in.
    pub frames: u32,
    /// Whether it was compressed (permessage-deflate).
    pub compressed: bool,
}
