//! Who talked to whom: the two ends of a conversation, client first, and the conversation's own number.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// One end of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// Address, of the inner packet where packets were tunnelled.
    pub ip: IpAddr,
    /// TCP or UDP port.
    pub port: u16,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self { ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: 0 }
    }
}

/// Prints `10.0.0.1:80` and `[fd00::1]:80`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip {
            IpAddr::V4(ip) => write!(f, "{ip}:{}", self.port),
            IpAddr::V6(ip) => write!(f, "[{ip}]:{}", self.port),
        }
    }
}

/// The conversation that an entry belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flow {
    /// Who asked.
    pub client: Endpoint,
    /// Who was asked.
    pub server: Endpoint,
    /// The same for all entries of one connection and different from every other connection of the same sidecar.
    pub connection: u64,
}

/// Prints `client>server`, as the corpus names streams.
impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}>{}", self.client, self.server)
    }
}
