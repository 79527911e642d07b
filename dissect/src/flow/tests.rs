//! The table: names, the order of silence, room.

use std::net::Ipv4Addr;

use mizu_entry::Endpoint;

use super::*;
use crate::link::{Addresses, Flags, Segment};

fn key(from: u16, to: u16, scope: u32) -> (Key, usize) {
    let address = |n: u32| u128::from(0x0a00_0000 + n);
    let (source, destination) = if from > to { (address(1), address(2)) } else { (address(2), address(1)) };
    Key::of(&Segment {
        addresses: Addresses { source, destination, v6: false, scope },
        source_port: from,
        destination_port: to,
        seq: 0,
        ack: 0,
        flags: Flags(0),
        payload: &[],
        missing: 0,
        heading: crate::frame::Heading::Unknown,
    })
}

fn table(most: usize) -> Table<u16> {
    Table::new(most, 1)
}

#[test]
fn both_directions_have_one_name_and_different_ends() {
    let ((there, first), (back, second)) = (key(4000, 80, 0), key(80, 4000, 0));
    assert_eq!(there, back);
    assert_eq!(first + second, 1);
    let client = Endpoint { ip: Ipv4Addr::new(10, 0, 0, 1).into(), port: 4000 };
    assert_eq!(there.endpoint(first), client);
    assert_eq!(there.endpoint(second).port, 80);
    assert_ne!(there, key(4000, 80, 5).0, "another network");
}

#[test]
fn connections_are_found_until_they_are_removed() {
    let mut table = table(5000);
    let indices: Vec<Index> =
        (0..4000).map(|n| table.add(key(10_000 + n, 80, 0).0, Box::new(n), Timestamp(n.into()))).collect();
    for n in 0..4000 {
        let (index, flipped) = table.find(&key(10_000 + n, 80, 0).0).unwrap();
        assert!(!flipped);
        assert_eq!(table.slot(index).unwrap().live.as_deref(), Some(&n));
    }
    for n in (0..4000).step_by(2) {
        assert_eq!(table.remove(indices[usize::from(n)]).as_deref(), Some(&n));
    }
    for n in 0..4000 {
        assert_eq!(table.find(&key(10_000 + n, 80, 0).0).is_some(), n % 2 == 1, "{n}");
    }
    assert_eq!(table.len(), 2000);
}

#[test]
fn a_second_name_leads_to_the_same_connection() {
    let mut table = table(10);
    let index = table.add(key(4000, 15001, 0).0, Box::new(1), Timestamp(1));
    table.alias(index, key(4000, 80, 0).0, true);
    assert_eq!(table.find(&key(4000, 80, 0).0), Some((index, true)));
    assert_eq!(table.find(&key(4000, 15001, 0).0), Some((index, false)));
    table.remove(index);
    assert_eq!(table.find(&key(4000, 80, 0).0), None);
    assert_eq!(table.find(&key(4000, 15001, 0).0), None);
}

#[test]
fn the_longest_silent_is_first_in_its_list() {
    let mut table = table(10);
    let time = |n: u64| Timestamp(n * LISTED);
    let [a, b, c] = [1, 2, 3].map(|n| table.add(key(4000 + n, 80, 0).0, Box::new(n), time(n.into())));
    assert_eq!(table.oldest(Stage::Opening), Some(a));
    table.touch(a, Stage::Open, time(4));
    table.touch(b, Stage::Open, time(5));
    assert_eq!((table.oldest(Stage::Opening), table.oldest(Stage::Open)), (Some(c), Some(a)));
    table.touch(a, Stage::Open, time(6));
    assert_eq!((table.oldest(Stage::Open), table.newer(b)), (Some(b), Some(a)));
    table.touch(b, Stage::Closed, time(7));
    assert_eq!((table.oldest(Stage::Open), table.oldest(Stage::Closed)), (Some(a), Some(b)));
    table.remove(a);
    assert_eq!(table.oldest(Stage::Open), None);
}

#[test]
fn a_slot_that_is_used_again_is_told_from_what_it_was() {
    let mut table = table(10);
    let index = table.add(key(4000, 80, 0).0, Box::new(1), Timestamp(1));
    let generation = table.slot(index).unwrap().generation;
    table.remove(index);
    assert_eq!(table.add(key(4001, 80, 0).0, Box::new(2), Timestamp(2)), index);
    assert!(table.same(index, generation).is_none());
}
