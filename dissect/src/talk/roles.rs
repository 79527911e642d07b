//! Which end of a connection is the client, and on whose word. No looking at bytes.

use crate::protocol::Side;

/// How the roles of the ends are known; later ones are better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RoleBy {
    /// The lower port is the server's.
    #[default]
    Port,
    /// Bytes that only one role sends.
    Content,
    /// A port that this host listens on.
    Listening,
    /// The SYN's acknowledgement.
    SynAck,
    /// The SYN.
    Syn,
}

/// Which end plays which part.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Roles {
    /// The client's end.
    pub(crate) client: usize,
    pub(crate) by: RoleBy,
}

impl Roles {
    #[inline]
    pub(crate) const fn side(self, end: usize) -> Side {
        if end == self.client { Side::Client } else { Side::Server }
    }

    #[inline]
    pub(crate) const fn end(self, side: Side) -> usize {
        match side {
            Side::Client => self.client,
            Side::Server => 1 - self.client,
        }
    }

    /// Takes a better word for the roles.
    pub(crate) fn set(&mut self, client: usize, by: RoleBy) {
        if by > self.by {
            *self = Self { client, by };
        }
    }
}
