//! The file of names that the aggregator reads: who is behind an address.
//!
//! In: the shop's ready line, or who listens on this machine. Out: JSON, `ip` or `ip:port` to a name.

use std::{collections::BTreeMap, net::SocketAddr, path::Path};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who is behind an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Name {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) workload: String,
    pub(crate) pod: String,
}

/// Address, with or without port, to name.
pub(crate) type Names = BTreeMap<String, Name>;

/// Writes the file.
pub(crate) fn write(path: &Path, names: &Names) -> anyhow::Result<()> {
    let text = serde_json::to_vec_pretty(names).context("writing names as JSON")?;
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

/// What the shop says when it is ready.
#[derive(Debug, Deserialize)]
pub(crate) struct ShopReady {
    /// Base URL of its counts.
    pub(crate) admin: String,
    pub(crate) services: Vec<Service>,
}

/// A service of the shop.
#[derive(Debug, Deserialize)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) protocol: String,
    /// Where it listens.
    pub(crate) address: Option<SocketAddr>,
    /// The address that is its own alone, and that its calls come from.
    source: Option<std::net::IpAddr>,
}

impl ShopReady {
    pub(crate) fn parse(line: Value) -> anyhow::Result<Self> {
        serde_json::from_value(line).context("reading what the shop says when it is ready")
    }

    /// The services by the addresses that are theirs alone, else by address and port.
    pub(crate) fn names(&self) -> Names {
        let named = |service: &Service| {
            let key = match (service.source, service.address) {
                (Some(ip), _) => ip.to_string(),
                (None, Some(address)) => address.to_string(),
                (None, None) => return None,
            };
            let name = service.name.clone();
            Some((
                key,
                Name { workload: name.clone(), name, namespace: "shop".to_owned(), pod: String::new() },
            ))
        };
        self.services.iter().filter_map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn keys(services: Value) -> Vec<String> {
        let line = json!({ "ready": true, "admin": "http://127.0.0.1:1", "services": services });
        ShopReady::parse(line).unwrap().names().into_keys().collect()
    }

    #[test]
    fn services_are_named_by_their_own_address_or_by_their_port() {
        let own = json!([{ "name": "load", "protocol": "HTTP/1.1", "source": "127.0.0.10" },
                         { "name": "carts", "protocol": "HTTP/2", "address": "127.0.0.13:90", "source": "127.0.0.13" }]);
        assert_eq!(keys(own), ["127.0.0.10", "127.0.0.13"]);
        let shared = json!([{ "name": "load", "protocol": "HTTP/1.1" },
                            { "name": "carts", "protocol": "HTTP/2", "address": "127.0.0.1:90" }]);
        assert_eq!(keys(shared), ["127.0.0.1:90"]);
    }
}
