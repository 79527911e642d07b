//! The engine on a toy protocol: who talks to whom, what begins and ends a connection, what is counted.

mod roles;
mod toy;
mod trouble;

use mizu_entry::{Direction, Entry, Leg, Notes, Unanswered};

use super::*;
use crate::testkit::packets::{ACK, FIN, Packet, RST, SYN};
use toy::{ISN, Net, at, client, server, words};

#[test]
fn a_request_and_its_answer_are_one_entry() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    net.say(1, "Aeins\n");
    assert_eq!(words(&net.found), ["one>eins"]);
    let entry = &net.found[0];
    assert_eq!((entry.flow.client, entry.flow.server), (client(), server()));
    assert_eq!(entry.notes, Notes::empty());
    assert_eq!(net.engine.losses().entries, 1);
}

#[test]
fn connections_have_numbers_of_their_own_and_the_same_in_each_run() {
    let numbers = || {
        let mut net = Net::new();
        for port in [5000, 5001] {
            net.client.port = port;
            net.begin();
            net.handshake();
            net.say(0, "Qx\n");
            net.say(1, "Ay\n");
        }
        net.found.iter().map(|entry| entry.flow.connection).collect::<Vec<_>>()
    };
    let first = numbers();
    assert_ne!(first[0], first[1]);
    assert_eq!(first, numbers());
}

#[test]
fn at_the_end_of_the_capture_what_waits_goes_out_unanswered() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\nQtwo\n");
    net.finish();
    assert_eq!(words(&net.found), ["one>", "two>"]);
    assert_eq!(net.found[0].unanswered, Some(Unanswered::CaptureEnded));
    assert_eq!((net.engine.held(), net.engine.connections()), (0, 0));
}

#[test]
fn a_reset_ends_a_connection_with_what_waits() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    net.flag(1, RST | ACK);
    assert_eq!(words(&net.found), ["one>"]);
    assert_eq!(net.found[0].unanswered, Some(Unanswered::Reset));
}

#[test]
fn one_end_may_close_and_the_other_go_on() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    net.flag(0, FIN | ACK);
    net.say(1, "Aeins\n");
    assert_eq!(words(&net.found), ["one>eins"]);
    net.say(1, "Aextra\n");
    net.flag(1, FIN | ACK);
    assert_eq!(words(&net.found), ["one>eins", ">extra"]);
}

#[test]
fn a_late_retransmission_opens_no_ghost_and_a_new_handshake_opens_a_connection_at_once() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    net.say(1, "Aeins\n");
    net.flag(0, FIN | ACK);
    net.flag(1, FIN | ACK);
    let mut late = net.sent[3].clone();
    late.at = net.now();
    net.capture(late);
    assert_eq!(net.found.len(), 1);
    net.begin();
    net.isn = [77, 99];
    net.handshake();
    net.say(0, "Qtwo\n");
    net.say(1, "Azwei\n");
    assert_eq!(words(&net.found), ["one>eins", "two>zwei"]);
    assert_ne!(net.found[0].flow.connection, net.found[1].flow.connection);
}

#[test]
fn a_handshake_with_another_number_ends_the_connection_of_the_same_addresses() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    net.begin();
    net.isn = [7_000_000, 8_000_000];
    net.handshake();
    net.say(0, "Qtwo\n");
    net.say(1, "Azwei\n");
    assert_eq!(words(&net.found), ["one>", "two>zwei"]);
    assert_eq!(net.found[0].unanswered, Some(Unanswered::Closed));
}

#[test]
fn a_handshake_seen_twice_changes_nothing() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    for n in 0..2 {
        let mut again = net.sent[n].clone();
        again.at = net.now();
        net.capture(again);
    }
    net.say(1, "Aeins\n");
    assert_eq!(words(&net.found), ["one>eins"]);
}

#[test]
fn equal_addresses_in_two_vlans_are_two_connections() {
    let mut engine = Engine::with_protocols(Config::default(), toy::PROTOCOLS);
    let mut found = Vec::new();
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    net.say(1, "Aeins\n");
    for packet in &net.sent {
        for tag in [10_u8, 20] {
            let (bytes, _) = packet.bytes();
            let frame = [&[1; 12][..], &[0x81, 0, 0, tag, 8, 0], &bytes].concat();
            let shown = Frame {
                at: packet.at,
                link: crate::frame::LinkType::Ethernet,
                interface: 0,
                heading: crate::frame::Heading::Unknown,
                bytes: &frame,
                original_len: frame.len() as u32,
            };
            engine.frame(shown, &mut toy::Kept(&mut found));
        }
    }
    assert_eq!(words(&found), ["one>eins", "one>eins"]);
    assert_ne!(found[0].flow.connection, found[1].flow.connection);
}

#[test]
fn fragments_are_joined() {
    let mut engine = Engine::with_protocols(Config::default(), toy::PROTOCOLS);
    let mut found = Vec::new();
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qa question that is longer than one fragment\n");
    net.say(1, "Aeins\n");
    for packet in &net.sent {
        let (bytes, _) = packet.bytes();
        let (head, rest) = bytes.split_at(20);
        for (n, part) in rest.chunks(24).enumerate() {
            let mut piece = head.to_vec();
            let more = if (n + 1) * 24 < rest.len() { 0x2000 } else { 0 };
            piece[2..4].copy_from_slice(&(20 + part.len() as u16).to_be_bytes());
            piece[4..6].copy_from_slice(&(packet.at.millis() as u16).to_be_bytes());
            piece[6..8].copy_from_slice(&(more | (n as u16 * 3)).to_be_bytes());
            piece.extend_from_slice(part);
            let shown = Frame {
                at: packet.at,
                link: crate::frame::LinkType::Ip,
                interface: 0,
                heading: crate::frame::Heading::Unknown,
                bytes: &piece,
                original_len: piece.len() as u32,
            };
            engine.frame(shown, &mut toy::Kept(&mut found));
        }
    }
    assert_eq!(words(&found), ["a question that is longer than one fragment>eins"]);
}

#[test]
fn a_handshake_in_two_directions_of_a_mesh_joins_them_under_the_address_asked_for() {
    let mut net = Net::new();
    net.server = at("127.0.0.1:15001");
    net.answers_as = Some(at("10.9.9.9:80"));
    net.handshake();
    net.say(0, "Qone\n");
    net.say(1, "Aeins\n");
    net.say(0, "Qtwo\n");
    net.say(1, "Azwei\n");
    assert_eq!(words(&net.found), ["one>eins", "two>zwei"]);
    let entry = &net.found[0];
    assert_eq!((entry.flow.client, entry.flow.server), (client(), at("10.9.9.9:80")));
    assert_eq!(entry.capture.leg, Leg::App);
    assert_eq!(entry.notes, Notes::empty());

    // What the proxy says to the world, on another interface.
    net.interface = 2;
    net.client.port = 5001;
    net.server = at("10.9.9.9:80");
    net.answers_as = None;
    net.begin();
    net.handshake();
    net.say(0, "Qone\n");
    net.say(1, "Aeins\n");
    let entry = net.found.last().unwrap();
    assert_eq!((entry.capture.leg, entry.notes), (Leg::Proxy, Notes::PROXY_LEG));
}

#[test]
fn the_direction_is_told_by_the_kernels_word() {
    for (heading, direction) in [
        (crate::frame::Heading::Outgoing, Direction::Outbound),
        (crate::frame::Heading::Incoming, Direction::Inbound),
        (crate::frame::Heading::Unknown, Direction::Local),
    ] {
        let mut net = Net::new();
        net.heading = heading;
        net.handshake();
        net.say(0, "Qone\n");
        net.say(1, "Aeins\n");
        assert_eq!(net.found[0].capture.direction, direction);
    }
}

#[test]
fn shed_connections_are_counted_and_the_share_that_is_kept_is_whole() {
    let mut net = Net::new();
    net.engine.set_shedding(Shedding::Connections { keep: 4 });
    for port in (40_000..40_064).step_by(2) {
        net.client.port = port;
        net.begin();
        net.handshake();
        net.say(0, "Qone\n");
        net.say(1, "Aeins\n");
    }
    assert_eq!(net.found.len(), 8);
    assert!(net.found.iter().all(|entry: &Entry| entry.response.is_some()));
    assert_eq!(net.engine.losses().shed_flows, 24);
    assert_eq!(net.engine.losses().unknown_flows, 0);
}

#[test]
fn a_flood_of_handshakes_evicts_no_connection_with_data() {
    let mut net = Net::with(Config { connections: 100, ..Config::default() });
    net.handshake();
    net.say(0, "Qone\n");
    for port in 1..2000 {
        let flood = Packet { source: at(&format!("10.3.0.1:{port}")), ..net.packet(0, SYN, b"") };
        net.capture(flood);
    }
    assert!(net.engine.connections() <= 100);
    net.say(1, "Aeins\n");
    assert_eq!(words(&net.found), ["one>eins"]);
    assert!(net.engine.losses().evicted_flows > 1800);
    assert_eq!(net.isn, ISN);
}
