//! Names of the ends of an exchange, from a file: what `mizu demo` gives for its services.
//!
//! In: a JSON object whose keys are `ip:port` or `ip`, whose values are `{name, namespace, workload, pod}`, each optional.
//! Out: the [`Peer`] of an endpoint; `ip:port` goes before `ip`; an unknown end has an empty one. Resolved once, when the
//! entry arrives, and stored with it.

use anyhow::Context as _;
use mizu_entry::{Endpoint, record::Peer};
use serde::Deserialize;
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
};

/// Who is behind an address.
#[derive(Debug, Default)]
pub(crate) struct Names {
    endpoints: HashMap<Endpoint, Arc<Peer>>,
    addresses: HashMap<IpAddr, Arc<Peer>>,
    unknown: Arc<Peer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default)]
    name: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    workload: String,
    #[serde(default)]
    pod: String,
}

impl Names {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, is no such JSON, or has a key that is no address.
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        Self::parse(&text).with_context(|| format!("{} is no file of names", file.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut names = Self::default();
        for (key, Named { name, namespace, workload, pod }) in
            serde_json::from_str::<HashMap<String, Named>>(text)?
        {
            let peer = Arc::new(Peer { name, namespace, workload, pod });
            if let Ok(ip) = key.parse::<IpAddr>() {
                names.addresses.insert(ip.to_canonical(), peer);
            } else if let Ok(at) = key.parse::<SocketAddr>() {
                names.endpoints.insert(Endpoint { ip: at.ip().to_canonical(), port: at.port() }, peer);
            } else {
                anyhow::bail!("{key:?} is neither an address nor address:port");
            }
        }
        Ok(names)
    }

    /// Who is at that end.
    pub(crate) fn of(&self, end: &Endpoint) -> Arc<Peer> {
        let end = Endpoint { ip: end.ip.to_canonical(), port: end.port };
        let found = self.endpoints.get(&end).or_else(|| self.addresses.get(&end.ip));
        found.unwrap_or(&self.unknown).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_decides_before_the_address() {
        let names = Names::parse(
            r#"{"127.0.0.1:80": {"name": "carts", "namespace": "shop"}, "127.0.0.1": {"name": "host"}}"#,
        )
        .unwrap();
        let at = |ip: &str, port| names.of(&Endpoint { ip: ip.parse().unwrap(), port }).name.clone();
        assert_eq!(at("127.0.0.1", 80), "carts");
        assert_eq!(at("::ffff:127.0.0.1", 80), "carts");
        assert_eq!(at("127.0.0.1", 81), "host");
        assert_eq!(at("10.0.0.1", 80), "");
    }

    #[test]
    fn a_key_that_is_no_address_is_said() {
        let error = Names::parse(r#"{"carts": {"name": "carts"}}"#).unwrap_err();
        assert!(error.to_string().contains("carts"), "{error}");
        assert!(Names::parse(r#"{"10.0.0.1": {"nam": "carts"}}"#).is_err());
    }
}
