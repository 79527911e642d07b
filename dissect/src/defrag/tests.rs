//! Datagrams in pieces: in any order, doubled, overlapping, never whole, too many.

use super::*;
use crate::frame::{Frame, Heading, LinkType};
use crate::link::{self, Found};

/// A fragment of an IPv4 packet, as a packet.
fn piece(id: u16, offset: usize, more: bool, bytes: &[u8]) -> Vec<u8> {
    let place = (offset / 8) as u16 | if more { 0x2000 } else { 0 };
    let mut out = vec![0x45, 0];
    out.extend((bytes.len() as u16 + 20).to_be_bytes());
    out.extend(id.to_be_bytes());
    out.extend(place.to_be_bytes());
    out.extend([64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    out.extend_from_slice(bytes);
    out
}

fn add(defrag: &mut Defrag, ms: u64, packet: &[u8]) -> Option<Vec<u8>> {
    let at = Timestamp(ms * 1_000_000);
    let original_len = packet.len() as u32;
    let frame = Frame {
        at,
        link: LinkType::Ip,
        interface: 0,
        heading: Heading::Unknown,
        bytes: packet,
        original_len,
    };
    match link::read(&frame) {
        Found::Fragment(fragment) => defrag.add(&fragment, at).map(<[u8]>::to_vec),
        _ => panic!("no fragment"),
    }
}

fn whole() -> Vec<u8> {
    (0..100).collect()
}

#[test]
fn a_datagram_is_whole_when_its_last_piece_comes_in_whatever_order() {
    let data = whole();
    let pieces =
        [piece(1, 0, true, &data[..40]), piece(1, 40, true, &data[40..80]), piece(1, 80, false, &data[80..])];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1], [0, 2, 1], [1, 0, 2]] {
        let mut defrag = Defrag::default();
        assert_eq!(add(&mut defrag, 0, &pieces[order[0]]), None);
        assert_eq!(add(&mut defrag, 1, &pieces[order[0]]), None, "an exact copy");
        assert_eq!(add(&mut defrag, 2, &pieces[order[1]]), None);
        assert_eq!(add(&mut defrag, 3, &pieces[order[2]]), Some(data.clone()), "{order:?}");
        assert_eq!(defrag.held(), 0);
    }
}

#[test]
fn an_overlap_kills_its_datagram() {
    let data = whole();
    for bent in
        [piece(1, 32, true, &data[32..72]), piece(1, 0, true, &data[..48]), piece(1, 40, true, &[9; 40])]
    {
        let mut defrag = Defrag::default();
        add(&mut defrag, 0, &piece(1, 0, true, &data[..40]));
        add(&mut defrag, 0, &piece(1, 40, true, &data[40..80]));
        assert_eq!(add(&mut defrag, 1, &bent), None);
        assert_eq!(add(&mut defrag, 2, &piece(1, 80, false, &data[80..])), None);
        assert_eq!(defrag.held(), 0);
        // Another datagram is none of its business.
        add(&mut defrag, 3, &piece(2, 0, true, &data[..40]));
        assert!(add(&mut defrag, 3, &piece(2, 40, false, &data[40..])).is_some());
    }
}

#[test]
fn pieces_behind_the_last_one_are_refused() {
    let data = whole();
    let mut defrag = Defrag::default();
    add(&mut defrag, 0, &piece(1, 40, false, &data[40..]));
    assert_eq!(add(&mut defrag, 0, &piece(1, 104, true, &[1; 8])), None);
    assert_eq!(add(&mut defrag, 0, &piece(1, 0, true, &data[..40])), None);
}

#[test]
fn a_datagram_waits_five_seconds() {
    let data = whole();
    let mut defrag = Defrag::default();
    add(&mut defrag, 0, &piece(1, 0, true, &data[..40]));
    assert_eq!(add(&mut defrag, 5000, &piece(1, 40, false, &data[40..])), None);
    assert_eq!(add(&mut defrag, 5001, &piece(1, 0, true, &data[..40])), Some(data));
}

#[test]
fn what_is_held_is_bounded_in_datagrams_and_bytes() {
    let mut defrag = Defrag::default();
    for id in 0..2000 {
        add(&mut defrag, 0, &piece(id, 0, true, &[0; 40_000]));
        assert!(defrag.held() <= BYTES);
        assert!(defrag.datagrams.len() <= DATAGRAMS);
    }
}
