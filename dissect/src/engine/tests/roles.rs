//! What is spoken, and who is who.

use super::*;

#[test]
fn without_handshake_the_content_tells_the_roles_whatever_the_ports() {
    for (asks, answers) in [("10.0.0.1:80", "10.0.0.2:5000"), ("10.0.0.1:5000", "10.0.0.2:80")] {
        for answer_first in [false, true] {
            let mut net = Net::new();
            (net.client, net.server) = (at(asks), at(answers));
            net.skip_handshake();
            if answer_first {
                net.say(1, "Aearlier\n");
            }
            net.say(0, "Qone\n");
            net.say(1, "Aeins\n");
            assert_eq!(words(&net.found).last().unwrap(), "one>eins");
            for entry in &net.found {
                assert_eq!((entry.flow.client, entry.flow.server), (at(asks), at(answers)));
                assert_eq!(entry.notes, Notes::MIDSTREAM);
            }
        }
    }
}

#[test]
fn without_handshake_the_first_whole_message_at_a_segments_begin_is_found() {
    let mut net = Net::new();
    net.skip_handshake();
    net.say(1, "rest of an answer\n");
    for n in 0..20 {
        net.say(n % 2, "neither\n");
    }
    net.say(0, "Qone\n");
    net.say(1, "Aeins\n");
    assert_eq!(words(&net.found), ["one>eins"]);
}

#[test]
fn a_connection_that_says_nothing_known_is_given_up_and_counted_once() {
    let mut net = Net::new();
    net.skip_handshake();
    for _ in 0..40 {
        net.say(0, "neither\n");
    }
    net.say(0, "Qone\n");
    net.finish();
    assert!(net.found.is_empty());
    assert_eq!(net.engine.losses().unknown_flows, 1);
    assert_eq!(net.engine.losses().opaque_flows, 0);
}

#[test]
fn a_connection_without_bytes_is_not_unknown() {
    let mut net = Net::new();
    net.handshake();
    net.finish();
    assert_eq!(net.engine.losses().unknown_flows, 0);
}

#[test]
fn tls_is_told_from_what_is_unknown_and_its_bytes_are_counted() {
    let hello = "\x16\x03\x01\x00\x20\x01 and so on";
    let mut net = Net::new();
    net.handshake();
    let (first, rest) = hello.split_at(3);
    net.say(0, first);
    net.say(0, rest);
    net.say(1, "\x16\x03\x03");
    net.finish();
    let losses = net.engine.losses();
    assert_eq!((losses.opaque_flows, losses.unknown_flows), (1, 0));
    assert_eq!(losses.opaque_bytes as usize, hello.len() + 3);
}

#[test]
fn the_port_that_this_host_listens_on_is_the_servers() {
    let mut net = Net::new();
    (net.client, net.server) = (at("10.0.0.1:80"), at("10.0.0.2:5000"));
    net.engine.set_listening(&[at("0.0.0.0:5000")]);
    net.skip_handshake();
    net.say(0, "Qone\n");
    net.say(1, "Aeins\n");
    assert_eq!(net.found[0].flow.server, at("10.0.0.2:5000"));
}

#[test]
fn first_bytes_that_could_become_something_wait_for_the_rest() {
    let mut net = Net::new();
    net.handshake();
    for part in ["q", "u", "it\n"] {
        net.say(0, part);
    }
    net.say(1, "Abye\n");
    assert_eq!(words(&net.found), ["uit>bye"]);
}

#[test]
fn what_waits_is_read_when_the_other_end_tells_the_protocol() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "q");
    net.say(1, "Aearly\n");
    net.say(0, "one\n");
    net.say(1, "Aeins\n");
    assert_eq!(words(&net.found), [">early", "one>eins"]);
}

#[test]
fn a_doubtful_choice_that_faults_is_taken_back_once() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "?who\n");
    net.say(0, "Qone\n");
    net.say(1, "Aeins\n");
    assert_eq!(words(&net.found), ["one>eins"]);
    assert_eq!(net.engine.losses().faults, 1);
}

#[test]
fn inside_a_tunnel_the_protocol_is_told_anew() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    net.say(1, "Aeins\n");
    net.say(0, "QTUNNEL\nQtwo\n");
    net.say(1, "Azwei\n");
    assert_eq!(words(&net.found), ["one>eins", "two>zwei"]);

    let mut net = Net::new();
    net.handshake();
    net.say(0, "QTUNNEL\n");
    net.say(0, "\x16\x03\x01\x00\x20\x01 and so on");
    assert_eq!(net.engine.losses().opaque_flows, 1);
}
