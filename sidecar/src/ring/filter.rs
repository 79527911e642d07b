//! The kernel's packet filter (classic BPF, `linux/filter.h`), written by a small assembler with labels.
//!
//! In: what is not wanted. Out: instructions for `SO_ATTACH_FILTER`. It lets pass what the dissector can use and
//! nothing of Mizu's own traffic; loopback packets, which the kernel shows twice, pass once. Offsets are relative to
//! the network header, so that one filter serves every kind of interface. What it cannot see (extension headers of
//! IPv6, inner headers of tunnels) passes.

/// What the filter keeps out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unwanted {
    /// Packets with this mark (`SO_MARK` of the upload's socket); 0 for none.
    pub(crate) mark: u32,
    /// TCP packets from or to these ports.
    pub(crate) ports: Vec<u16>,
    /// If not empty: packets of other interfaces than these, by index.
    pub(crate) only_interfaces: Vec<u32>,
}

/// Ancillary data (`SKF_AD_OFF`, `SKF_NET_OFF` in `linux/filter.h`).
const ANCILLARY: u32 = (-0x1000_i32).cast_unsigned();
const NETWORK: u32 = (-0x10_0000_i32).cast_unsigned();
const PROTOCOL: u32 = ANCILLARY;
const PACKET_TYPE: u32 = ANCILLARY + 4;
const INTERFACE: u32 = ANCILLARY + 8;
const MARK: u32 = ANCILLARY + 20;
const HARDWARE_TYPE: u32 = ANCILLARY + 28;

const LOAD_WORD: u16 = 0x20;
const LOAD_HALF: u16 = 0x28;
const LOAD_BYTE: u16 = 0x30;
const LOAD_HALF_INDEXED: u16 = 0x48;
const LOAD_X_HEADER_LEN: u16 = 0xb1;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_ANY_BIT: u16 = 0x45;
const RETURN: u16 = 0x06;

/// `ARPHRD_LOOPBACK`, `PACKET_OUTGOING`.
const LOOPBACK: u32 = 772;
const OUTGOING: u32 = 4;
const TCP: u32 = 6;
/// More than the largest frame (BIG TCP): the whole packet.
const WHOLE: u32 = 0x4_0000;

/// Where a jump goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    /// The next instruction.
    Next,
    /// The end that lets the packet pass.
    Pass,
    /// The end that drops it.
    Drop,
    /// The instruction that many after the next.
    Ahead(u8),
}

/// An instruction before jumps are resolved.
struct Line {
    code: u16,
    operand: u32,
    yes: To,
    no: To,
}

fn plain(code: u16, operand: u32) -> Line {
    Line { code, operand, yes: To::Next, no: To::Next }
}

fn equal(operand: u32, yes: To, no: To) -> Line {
    Line { code: JUMP_EQUAL, operand, yes, no }
}

/// The filter's instructions.
pub(crate) fn program(unwanted: &Unwanted) -> Vec<libc::sock_filter> {
    let mut lines = Vec::new();
    if unwanted.mark != 0 {
        lines.push(plain(LOAD_WORD, MARK));
        lines.push(equal(unwanted.mark, To::Drop, To::Next));
    }
    if !unwanted.only_interfaces.is_empty() {
        lines.push(plain(LOAD_WORD, INTERFACE));
        let count = unwanted.only_interfaces.len().min(64);
        for (at, index) in unwanted.only_interfaces.iter().take(count).enumerate() {
            // A match goes on behind the list; the last one that does not match drops.
            let behind = u8::try_from(count - at - 1).unwrap_or(u8::MAX);
            let no = if at + 1 == count { To::Drop } else { To::Next };
            lines.push(equal(*index, To::Ahead(behind), no));
        }
    }
    lines.push(plain(LOAD_WORD, HARDWARE_TYPE));
    lines.push(equal(LOOPBACK, To::Next, To::Ahead(2)));
    lines.push(plain(LOAD_WORD, PACKET_TYPE));
    lines.push(equal(OUTGOING, To::Drop, To::Next));
    ports(&unwanted.ports, &mut lines);
    resolve(&lines)
}

/// Lets pass by EtherType, and drops TCP on unwanted ports where the ports are at a place that BPF can compute.
fn ports(unwanted: &[u16], lines: &mut Vec<Line>) {
    lines.push(plain(LOAD_WORD, PROTOCOL));
    let ports: Vec<u32> = unwanted.iter().take(32).map(|port| u32::from(*port)).collect();
    // 802.1Q, 802.1ad, MPLS, PPPoE: the dissector looks inside.
    for passing in [0x8100, 0x88a8, 0x8847, 0x8864] {
        lines.push(equal(passing, To::Pass, To::Next));
    }
    if ports.is_empty() {
        lines.push(equal(0x0800, To::Pass, To::Next));
        lines.push(equal(0x86dd, To::Pass, To::Drop));
        return;
    }
    let tests = u8::try_from(ports.len()).unwrap_or(u8::MAX);
    // IPv6: next header at 6, ports at 40 and 42; four loads and 2 tests a port.
    let v6 = 4_u8.saturating_add(tests.saturating_mul(2));
    lines.push(equal(0x86dd, To::Next, To::Ahead(v6)));
    lines.push(plain(LOAD_BYTE, NETWORK + 6));
    lines.push(equal(TCP, To::Next, To::Pass));
    port_tests(&ports, plain(LOAD_HALF, NETWORK + 40), lines, To::Next);
    port_tests(&ports, plain(LOAD_HALF, NETWORK + 42), lines, To::Pass);
    // IPv4: protocol at 9, no fragment but the first, ports behind the header.
    lines.push(equal(0x0800, To::Next, To::Drop));
    lines.push(plain(LOAD_BYTE, NETWORK + 9));
    lines.push(equal(TCP, To::Next, To::Pass));
    lines.push(plain(LOAD_HALF, NETWORK + 6));
    lines.push(Line { code: JUMP_ANY_BIT, operand: 0x1fff, yes: To::Pass, no: To::Next });
    lines.push(plain(LOAD_X_HEADER_LEN, NETWORK));
    port_tests(&ports, plain(LOAD_HALF_INDEXED, NETWORK), lines, To::Next);
    port_tests(&ports, plain(LOAD_HALF_INDEXED, NETWORK + 2), lines, To::Pass);
}

fn port_tests(ports: &[u32], load: Line, lines: &mut Vec<Line>, last: To) {
    lines.push(load);
    for (at, port) in ports.iter().enumerate() {
        let no = if at + 1 == ports.len() { last } else { To::Next };
        lines.push(equal(*port, To::Drop, no));
    }
}

/// Appends both ends and turns targets into distances. The list is short enough (checked by a test at the largest
/// input) that a distance fits its byte.
fn resolve(lines: &[Line]) -> Vec<libc::sock_filter> {
    let pass = lines.len();
    let drop = pass + 1;
    let distance = |at: usize, to: To| -> u8 {
        let target = match to {
            To::Next => at + 1,
            To::Ahead(count) => at + 1 + usize::from(count),
            To::Pass => pass,
            To::Drop => drop,
        };
        u8::try_from(target - at - 1).unwrap_or(u8::MAX)
    };
    let mut program: Vec<libc::sock_filter> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let jumps = matches!(line.code, JUMP_EQUAL | JUMP_ANY_BIT);
            libc::sock_filter {
                code: line.code,
                jt: if jumps { distance(at, line.yes) } else { 0 },
                jf: if jumps { distance(at, line.no) } else { 0 },
                k: line.operand,
            }
        })
        .collect();
    program.push(libc::sock_filter { code: RETURN, jt: 0, jf: 0, k: WHOLE });
    program.push(libc::sock_filter { code: RETURN, jt: 0, jf: 0, k: 0 });
    program
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet as the kernel would show it to a filter.
    #[derive(Clone, Copy)]
    struct Packet<'a> {
        mark: u32,
        interface: u32,
        hardware: u32,
        kind: u32,
        protocol: u32,
        network: &'a [u8],
    }

    /// Runs a filter as the kernel does (`linux/filter.h`), for the instructions used here.
    fn passes(program: &[libc::sock_filter], packet: Packet<'_>) -> bool {
        let (mut a, mut x, mut at) = (0_u32, 0_u32, 0_usize);
        let read = |offset: u32, size: usize| -> Option<u32> {
            let start = offset.wrapping_sub(NETWORK) as usize;
            let bytes = packet.network.get(start..start + size)?;
            Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
        };
        loop {
            let line = program[at];
            at += 1;
            let loaded = match (line.code, line.k) {
                (LOAD_WORD, MARK) => Some(packet.mark),
                (LOAD_WORD, INTERFACE) => Some(packet.interface),
                (LOAD_WORD, HARDWARE_TYPE) => Some(packet.hardware),
                (LOAD_WORD, PACKET_TYPE) => Some(packet.kind),
                (LOAD_WORD, PROTOCOL) => Some(packet.protocol),
                (LOAD_BYTE, k) => read(k, 1),
                (LOAD_HALF, k) => read(k, 2),
                (LOAD_HALF_INDEXED, k) => read(k.wrapping_add(x), 2),
                (LOAD_X_HEADER_LEN, k) => {
                    x = (read(k, 1).unwrap_or(0) & 0xf) * 4;
                    Some(a)
                }
                (JUMP_EQUAL, k) => {
                    at += usize::from(if a == k { line.jt } else { line.jf });
                    Some(a)
                }
                (JUMP_ANY_BIT, k) => {
                    at += usize::from(if a & k == 0 { line.jf } else { line.jt });
                    Some(a)
                }
                (RETURN, k) => return k != 0,
                other => panic!("unknown instruction {other:?}"),
            };
            match loaded {
                Some(value) => a = value,
                None => return false,
            }
        }
    }

    fn ipv4(source: u16, destination: u16) -> Vec<u8> {
        let mut bytes =
            vec![0x46, 0, 0, 44, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 1];
        bytes.extend(source.to_be_bytes());
        bytes.extend(destination.to_be_bytes());
        bytes.resize(44, 0);
        bytes
    }

    fn ipv6(source: u16, destination: u16) -> Vec<u8> {
        let mut bytes = vec![0_u8; 60];
        bytes[0] = 0x60;
        bytes[6] = 6;
        bytes[40..42].copy_from_slice(&source.to_be_bytes());
        bytes[42..44].copy_from_slice(&destination.to_be_bytes());
        bytes
    }

    fn packet(protocol: u32, network: &[u8]) -> Packet<'_> {
        Packet { mark: 0, interface: 2, hardware: 1, kind: 0, protocol, network }
    }

    #[test]
    fn only_unwanted_packets_are_dropped() {
        let unwanted = Unwanted { mark: 7, ports: vec![8899, 443], only_interfaces: vec![1, 2] };
        let program = program(&unwanted);
        let (wanted4, wanted6) = (ipv4(5000, 80), ipv6(5000, 80));
        for (case, frame, want) in [
            ("IPv4", packet(0x0800, &wanted4), true),
            ("IPv6", packet(0x86dd, &wanted6), true),
            ("from an unwanted port", packet(0x0800, &ipv4(8899, 5000)), false),
            ("to an unwanted port", packet(0x0800, &ipv4(5000, 443)), false),
            ("from an unwanted port, IPv6", packet(0x86dd, &ipv6(443, 1)), false),
            ("to an unwanted port, IPv6", packet(0x86dd, &ipv6(1, 8899)), false),
            ("ARP", packet(0x0806, &wanted4), false),
            ("VLAN", packet(0x8100, &wanted4), true),
            ("our own mark", Packet { mark: 7, ..packet(0x0800, &wanted4) }, false),
            ("another interface", Packet { interface: 3, ..packet(0x0800, &wanted4) }, false),
            ("first of the list", Packet { interface: 1, ..packet(0x0800, &wanted4) }, true),
            ("loopback, going out", Packet { hardware: 772, kind: 4, ..packet(0x0800, &wanted4) }, false),
            ("loopback, coming in", Packet { hardware: 772, kind: 0, ..packet(0x0800, &wanted4) }, true),
            ("eth, going out", Packet { kind: 4, ..packet(0x0800, &wanted4) }, true),
        ] {
            assert_eq!(passes(&program, frame), want, "{case}");
        }
    }

    #[test]
    fn without_wishes_every_ip_packet_passes() {
        let program = program(&Unwanted::default());
        assert!(passes(&program, packet(0x0800, &ipv4(1, 2))));
        assert!(passes(&program, packet(0x86dd, &ipv6(1, 2))));
        assert!(!passes(&program, packet(0x88cc, &ipv4(1, 2))));
    }

    #[test]
    fn the_longest_program_has_no_distance_beyond_a_byte() {
        let unwanted = Unwanted { mark: 1, ports: (0..99).collect(), only_interfaces: (1..99).collect() };
        let program = program(&unwanted);
        assert!(program.len() < 255, "{}", program.len());
        assert!(program.iter().all(|line| line.jt < u8::MAX && line.jf < u8::MAX));
    }
}
