//! Frames written by hand through every header that is read.

use mizu_entry::Timestamp;

use super::*;

fn tcp() -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(1234_u16.to_be_bytes());
    out.extend(80_u16.to_be_bytes());
    out.extend(7_u32.to_be_bytes());
    out.extend(9_u32.to_be_bytes());
    out.extend([0x60, 0x18, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0]);
    out.extend(b"hello");
    out
}

fn ip4_of(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0x45, 0];
    out.extend(u16::try_from(payload.len() + 20).unwrap_or(0).to_be_bytes());
    out.extend([0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    out.extend(payload);
    out
}

fn ip4() -> Vec<u8> {
    ip4_of(6, &tcp())
}

fn ip6_of(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0x60, 0, 0, 0];
    out.extend(u16::try_from(payload.len()).unwrap_or(0).to_be_bytes());
    out.extend([next, 64]);
    out.extend([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    out.extend([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    out.extend(payload);
    out
}

fn ethernet(number: u16, payload: &[u8]) -> Vec<u8> {
    [&[1; 12][..], &number.to_be_bytes(), payload].concat()
}

fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    [&[0x30, 0x39][..], &port.to_be_bytes(), &[0; 4], payload].concat()
}

fn frame(link: LinkType, bytes: &[u8]) -> Frame<'_> {
    Frame {
        at: Timestamp(1),
        link,
        interface: 0,
        heading: Heading::Unknown,
        bytes,
        original_len: bytes.len() as u32,
    }
}

fn segment(link: LinkType, bytes: &[u8]) -> Option<Segment<'_>> {
    match read(&frame(link, bytes)) {
        Found::Tcp(segment) => Some(segment),
        _ => None,
    }
}

fn assert_hello(link: LinkType, bytes: &[u8], what: &str) {
    let found = segment(link, bytes).unwrap_or_else(|| panic!("{what}: no segment"));
    assert_eq!((found.source_port, found.destination_port), (1234, 80), "{what}");
    assert_eq!((found.seq, found.ack), (7, 9), "{what}");
    assert_eq!((found.payload, found.missing), (&b"hello"[..], 0), "{what}");
}

#[test]
fn every_link_header_leads_to_the_segment() {
    let cooked = [&[0, 0, 0, 1, 0, 6, 1, 1, 1, 1, 1, 1, 0, 0, 8, 0][..], &ip4()].concat();
    let cooked2 = [&[8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 1, 1, 1, 1, 1, 1, 0, 0][..], &ip4()].concat();
    let snap = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    for (what, link, bytes) in [
        ("ethernet", LinkType::Ethernet, ethernet(0x0800, &ip4())),
        ("802.3", LinkType::Ethernet, ethernet(53, &[&snap[..], &ip4()].concat())),
        ("raw v4", LinkType::Ip, ip4()),
        ("raw v6", LinkType::Ip, ip6_of(6, &tcp())),
        ("null, little endian", LinkType::Null, [&[2, 0, 0, 0][..], &ip4()].concat()),
        ("null, big endian v6", LinkType::Null, [&[0, 0, 0, 30][..], &ip6_of(6, &tcp())].concat()),
        ("loop", LinkType::Loop, [&[0, 0, 0, 2][..], &ip4()].concat()),
        ("fddi", LinkType::Fddi, [&[0x50; 13][..], &snap, &ip4()].concat()),
        ("cooked", LinkType::LinuxCooked, cooked),
        ("cooked 2", LinkType::LinuxCooked2, cooked2),
        ("packet socket", LinkType::EtherType(0x86dd), ip6_of(6, &tcp())),
    ] {
        assert_hello(link, &bytes, what);
    }
}

#[test]
fn every_header_between_link_and_ip_is_passed() {
    let gre = |flags: u16, number: u16, rest: &[u8]| {
        ip4_of(47, &[&flags.to_be_bytes()[..], &number.to_be_bytes(), rest].concat())
    };
    let inner = ethernet(0x0800, &ip4());
    for (what, number, bytes) in [
        ("vlan", 0x8100, [&[0xa0, 100, 8, 0][..], &ip4()].concat()),
        ("qinq", 0x88a8, [&[0, 10, 0x81, 0, 0, 20, 8, 0][..], &ip4()].concat()),
        ("mpls", 0x8847, [&[0, 0, 0x10, 64, 0, 0, 0x21, 64][..], &ip4()].concat()),
        ("mpls with ethernet", 0x8847, [&[0, 0, 0x21, 64, 0, 0, 0, 0][..], &inner].concat()),
        ("pppoe", 0x8864, [&[0x11, 0, 0, 1, 0, 50, 0, 0x21][..], &ip4()].concat()),
        ("ipip", 0x0800, ip4_of(4, &ip4())),
        ("6in4", 0x0800, ip4_of(41, &ip6_of(6, &tcp()))),
        ("4in6", 0x86dd, ip6_of(4, &ip4())),
        ("gre", 0x0800, gre(0, 0x0800, &ip4())),
        ("gre with key, checksum, sequence", 0x0800, gre(0xb000, 0x0800, &[&[0; 12][..], &ip4()].concat())),
        ("gre with ethernet", 0x0800, gre(0, 0x6558, &inner)),
        ("erspan I", 0x0800, gre(0, 0x88be, &inner)),
        ("erspan II", 0x0800, gre(0x1000, 0x88be, &[&[0; 12][..], &inner].concat())),
        ("erspan III", 0x0800, gre(0x1000, 0x22eb, &[&[0; 16][..], &inner].concat())),
        ("vxlan", 0x0800, ip4_of(17, &udp(4789, &[&[8, 0, 0, 0, 0, 0, 7, 0][..], &inner].concat()))),
        ("flannel", 0x0800, ip4_of(17, &udp(8472, &[&[8, 0, 0, 0, 0, 0, 1, 0][..], &inner].concat()))),
        (
            "geneve with options",
            0x86dd,
            ip6_of(17, &udp(6081, &[&[1, 0, 0x65, 0x58, 0, 0, 7, 0, 0, 0, 0, 0][..], &inner].concat())),
        ),
        ("geneve with ip", 0x0800, ip4_of(17, &udp(6081, &[&[0, 0, 8, 0, 0, 0, 7, 0][..], &ip4()].concat()))),
        (
            "extension headers",
            0x86dd,
            ip6_of(
                0,
                &[
                    &[43, 0, 0, 0, 0, 0, 0, 0][..],
                    &[60, 0, 0, 0, 0, 0, 0, 0],
                    &[6, 0, 0, 0, 0, 0, 0, 0],
                    &tcp(),
                ]
                .concat(),
            ),
        ),
        ("an only fragment", 0x86dd, ip6_of(44, &[&[6, 0, 0, 0, 0, 0, 0, 9][..], &tcp()].concat())),
    ] {
        assert_hello(LinkType::Ethernet, &ethernet(number, &bytes), what);
    }
}

#[test]
fn tunnels_are_followed_three_deep_and_no_deeper() {
    let three = ip4_of(4, &ip4_of(4, &ip4_of(4, &ip4())));
    assert_hello(LinkType::Ip, &three, "three");
    assert!(segment(LinkType::Ip, &ip4_of(4, &three)).is_none());
}

#[test]
fn vlans_keep_equal_addresses_apart_and_priority_tags_do_not() {
    let scope = |tags: &[u8]| {
        let bytes = ethernet(0x8100, &[tags, &ip4()].concat());
        segment(LinkType::Ethernet, &bytes).unwrap().addresses.scope
    };
    let untagged = segment(LinkType::Ip, &ip4()).unwrap().addresses.scope;
    assert_eq!(scope(&[0xe0, 0, 8, 0]), untagged);
    let scopes = [
        untagged,
        scope(&[0, 42, 8, 0]),
        scope(&[0, 10, 0x81, 0, 0, 20, 8, 0]),
        scope(&[0, 20, 0x81, 0, 0, 10, 8, 0]),
    ];
    for (n, one) in scopes.iter().enumerate() {
        assert!(!scopes[n + 1..].contains(one), "{scopes:?}");
    }
}

#[test]
fn lengths_are_those_of_ip_and_not_of_the_frame() {
    let padded = ethernet(0x0800, &[&ip4()[..], &[0; 9]].concat());
    assert_hello(LinkType::Ethernet, &padded, "padding");

    let cut = &ip4()[..20 + 24 + 2];
    let found = segment(LinkType::Ip, cut).unwrap();
    assert_eq!((found.payload, found.missing), (&b"he"[..], 3));

    let mut offloaded = ip4();
    offloaded[2..4].fill(0);
    assert_hello(LinkType::Ip, &offloaded, "no total length");
    let mut shown = frame(LinkType::Ip, &offloaded);
    shown.original_len += 100;
    let Found::Tcp(found) = read(&shown) else { panic!("no segment") };
    assert_eq!((found.payload, found.missing), (&b"hello"[..], 100));
}

#[test]
fn jumbograms_have_their_length_in_an_option() {
    let jumbo = |len: u32| {
        let mut packet = ip6_of(0, &[&[6, 0, 0xc2, 4][..], &len.to_be_bytes(), &tcp()].concat());
        packet[4..6].fill(0);
        packet
    };
    let len = tcp().len() as u32 + 8;
    assert_hello(LinkType::Ip, &jumbo(len), "jumbo");
    let packet = jumbo(len + 200_000);
    assert_eq!(segment(LinkType::Ip, &packet).unwrap().missing, 200_000);
}

#[test]
fn fragments_say_where_they_belong() {
    let mut first = ip4();
    first[4..8].copy_from_slice(&[0, 5, 0x20, 0]);
    let Found::Fragment(fragment) = read(&frame(LinkType::Ip, &first)) else { panic!("no fragment") };
    assert_eq!((fragment.id, fragment.protocol, fragment.offset, fragment.more), (5, 6, 0, true));

    let packet = ip6_of(44, &[&[6, 0, 0x05, 0xa8, 0, 0, 0, 9][..], b"rest"].concat());
    let Found::Fragment(fragment) = read(&frame(LinkType::Ip, &packet)) else { panic!("no fragment") };
    assert_eq!((fragment.id, fragment.offset, fragment.more), (9, 1448, false));
    assert_eq!(fragment.bytes, b"rest");
}

#[test]
fn the_kernels_word_tells_the_heading_but_not_on_loopback() {
    let cooked = |kind: u8, hardware: [u8; 2]| {
        [&[0, kind, hardware[0], hardware[1], 0, 6, 1, 1, 1, 1, 1, 1, 0, 0, 8, 0][..], &ip4()].concat()
    };
    for (kind, hardware, heading) in [
        (0, [0, 1], Heading::Incoming),
        (4, [0, 1], Heading::Outgoing),
        (4, [3, 4], Heading::Unknown),
        (3, [0, 1], Heading::Unknown),
    ] {
        let bytes = cooked(kind, hardware);
        assert_eq!(segment(LinkType::LinuxCooked, &bytes).unwrap().heading, heading, "{kind}");
    }
}

#[test]
fn frames_cut_anywhere_or_bent_anywhere_give_a_segment_or_nothing() {
    let inner = ethernet(0x8100, &[&[0, 10, 0x88, 0x47, 0, 0, 0x21, 64][..], &ip4()].concat());
    let whole = ethernet(0x86dd, &ip6_of(17, &udp(4789, &[&[8, 0, 0, 0, 0, 0, 7, 0][..], &inner].concat())));
    assert_hello(LinkType::Ethernet, &whole, "whole");
    for len in 0..whole.len() {
        let found = segment(LinkType::Ethernet, &whole[..len]);
        assert!(found.is_none_or(|found| found.payload.len() + found.missing as usize == 5), "cut at {len}");
    }
    for place in 0..whole.len() {
        for value in [0, 1, 0x45, 0x7f, 0xff] {
            let mut bent = whole.clone();
            bent[place] = value;
            for link in [LinkType::Ethernet, LinkType::LinuxCooked2, LinkType::Fddi, LinkType::Ip] {
                let _ = read(&frame(link, &bent));
            }
        }
    }
}
