//! This machine's interfaces by name and number, and the ports that it listens on.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anyhow::bail;
use mizu_entry::{Endpoint, Interface};
use pnet::datalink;

/// All interfaces.
pub(crate) fn all() -> Vec<Interface> {
    datalink::interfaces().into_iter().map(|one| Interface { index: one.index, name: one.name }).collect()
}

/// The interfaces of those names; all of them for no name.
///
/// # Errors
/// There is no interface of a name; the error lists those that there are.
pub(crate) fn named(names: &[String]) -> anyhow::Result<Vec<Interface>> {
    let all = all();
    if names.is_empty() {
        return Ok(all);
    }
    let mut found = Vec::new();
    for name in names {
        match all.iter().find(|one| one.name == *name) {
            Some(one) => found.push(one.clone()),
            None => {
                let there: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
                bail!("there is no interface {name}; there are: {}", there.join(", "));
            }
        }
    }
    Ok(found)
}

/// Addresses and ports that TCP sockets of this network namespace listen on (`/proc/net/tcp`, proc(5)).
pub(crate) fn listening() -> Vec<Endpoint> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let mut found = listening_in(&read("/proc/self/net/tcp"));
    found.extend(listening_in(&read("/proc/self/net/tcp6")));
    found
}

fn listening_in(table: &str) -> Vec<Endpoint> {
    table.lines().skip(1).filter_map(listener).collect()
}

/// A line's local address, if the socket listens (state 0A).
fn listener(line: &str) -> Option<Endpoint> {
    let mut columns = line.split_ascii_whitespace().skip(1);
    let local = columns.next()?;
    let state = columns.nth(1)?;
    if state != "0A" {
        return None;
    }
    let (ip, port) = local.split_once(':')?;
    Some(Endpoint { ip: address(ip)?, port: u16::from_str_radix(port, 16).ok()? })
}

/// Words of 32 bits in the host's order, in hexadecimal.
fn address(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| Some(u32::from_str_radix(hex.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    if hex.len() == 8 {
        return Some(Ipv4Addr::from(word(0)?).into());
    }
    let mut bytes = [0; 16];
    for (place, at) in bytes.chunks_exact_mut(4).zip([0, 8, 16, 24]) {
        place.copy_from_slice(&word(at)?);
    }
    let ip = Ipv6Addr::from(bytes);
    Some(ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn listening_sockets_are_read_from_the_kernels_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n\
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000\n\
               1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000\n\
               2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0 0 0\n";
        let found: Vec<String> = listening_in(table).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["127.0.0.1:8080", "[::1]:80"]);
    }

    #[test]
    fn an_unknown_interface_is_named_with_those_that_there_are() {
        let error = named(&["nope0".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("nope0") && error.contains("lo"), "{error}");
    }
}
