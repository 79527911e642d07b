//! Who listens on this machine: names for `mizu tap --local`.
//!
//! In: `/proc/net/tcp`, `/proc/net/tcp6`, the open files of the processes that we may look at. Out: the listening
//! addresses with their program's name. A snapshot: who begins to listen later has no name. What cannot be read is left
//! out; names are a help and no part of the capture.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use crate::names::{Name, Names};

/// State of a listening socket in `/proc/net/tcp`.
const LISTEN: &str = "0A";

/// Names of all listening addresses. A program that listens on all addresses is named on each of this machine's.
pub(crate) fn names() -> Names {
    let mut listening: Vec<(SocketAddr, u64)> = Vec::new();
    for file in ["/proc/net/tcp", "/proc/net/tcp6"] {
        listening.extend(fs::read_to_string(file).unwrap_or_default().lines().filter_map(listener));
    }
    let programs = programs();
    let own = own_addresses();
    let mut names = Names::new();
    for (address, inode) in listening {
        let Some(program) = programs.get(&inode) else { continue };
        let name = Name {
            name: program.clone(),
            namespace: String::new(),
            workload: program.clone(),
            pod: String::new(),
        };
        let everywhere = address.ip().is_unspecified();
        let at = if everywhere { own.clone() } else { vec![address.ip().to_canonical()] };
        for ip in at {
            names.insert(SocketAddr::new(ip, address.port()).to_string(), name.clone());
        }
    }
    names
}

/// The address and the inode of a line of `/proc/net/tcp` or `tcp6` that says LISTEN.
fn listener(line: &str) -> Option<(SocketAddr, u64)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    if *fields.get(3)? != LISTEN {
        return None;
    }
    let (ip, port) = fields.get(1)?.split_once(':')?;
    // The kernel prints addresses as 32-bit words of its own byte order.
    let words: Vec<u32> = (0..ip.len() / 8)
        .map(|at| {
            ip.get(8 * at..8 * at + 8).and_then(|hex| u32::from_str_radix(hex, 16).ok()).map(u32::to_ne_bytes)
        })
        .map(|bytes| bytes.map(u32::from_be_bytes))
        .collect::<Option<_>>()?;
    let ip: IpAddr = match *words.as_slice() {
        [v4] => Ipv4Addr::from_bits(v4).into(),
        [a, b, c, d] => {
            let bits = [a, b, c, d].iter().fold(0_u128, |bits, word| bits << 32 | u128::from(*word));
            Ipv6Addr::from_bits(bits).into()
        }
        _ => return None,
    };
    Some((SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?), fields.get(9)?.parse().ok()?))
}

/// Inode of a socket to the name of a program that holds it open.
fn programs() -> HashMap<u64, String> {
    let mut programs = HashMap::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let folder = process.path();
        if process.file_name().to_str().is_none_or(|name| name.parse::<u32>().is_err()) {
            continue;
        }
        let Ok(files) = fs::read_dir(folder.join("fd")) else { continue };
        let mut name = None;
        for file in files.flatten() {
            let Ok(target) = fs::read_link(file.path()) else { continue };
            let inode =
                target.to_str().and_then(|t| t.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
            if let Some(inode) = inode {
                let name = name.get_or_insert_with(|| {
                    fs::read_to_string(folder.join("comm")).unwrap_or_default().trim_end().to_owned()
                });
                programs.entry(inode).or_insert_with(|| name.clone());
            }
        }
    }
    programs.retain(|_, name| !name.is_empty());
    programs
}

/// This machine's addresses, as far as its routes name them; loopback always.
fn own_addresses() -> Vec<IpAddr> {
    let mut own =
        BTreeMap::from([(IpAddr::V4(Ipv4Addr::LOCALHOST), ()), (IpAddr::V6(Ipv6Addr::LOCALHOST), ())]);
    own.extend(
        local_v4(&fs::read_to_string("/proc/net/fib_trie").unwrap_or_default()).map(|ip| (ip.into(), ())),
    );
    own.into_keys().collect()
}

/// The addresses that `/proc/net/fib_trie` calls local: `|-- 10.0.0.5` above `/32 host LOCAL`.
fn local_v4(trie: &str) -> impl Iterator<Item = Ipv4Addr> {
    let mut last = None;
    trie.lines().filter_map(move |line| {
        let line = line.trim_start();
        if let Some(ip) = line.strip_prefix("|-- ") {
            last = ip.parse().ok();
        }
        if line == "/32 host LOCAL" { last.take() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn lines_of_the_kernel_are_read() {
        let v4 = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 x";
        assert_eq!(listener(v4), Some(("127.0.0.1:8080".parse().unwrap(), 12345)));
        let v6 = "   1: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 77 1 x";
        assert_eq!(listener(v6), Some(("[::1]:80".parse().unwrap(), 77)));
        let connected =
            "   2: 0100007F:1F90 0100007F:A000 01 00000000:00000000 00:00000000 00000000 0 0 12346 1 x";
        assert_eq!(listener(connected), None);
        assert_eq!(listener("  sl  local_address rem_address   st"), None);
    }

    #[test]
    fn local_addresses_are_found_among_the_routes() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.0.0.0\n        /24 link UNICAST\n     |-- 10.0.0.5\n        /32 host LOCAL\n";
        assert_eq!(local_v4(trie).collect::<Vec<_>>(), [Ipv4Addr::new(10, 0, 0, 5)]);
    }

    #[test]
    fn a_listener_of_this_process_is_named() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let name = names().remove(&listener.local_addr().unwrap().to_string()).unwrap();
        assert!(name.name.starts_with("mizu"), "{name:?}");
    }
}
