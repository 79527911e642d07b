//! Lost, late and cut packets, silence, and too little memory.

use super::*;

#[test]
fn after_lost_bytes_pairs_are_right_or_none() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    net.say_unseen(1, "Aeins\n");
    net.say(0, "Qtwo\n");
    net.say(1, "Azwei\n");
    net.wait(300);
    assert_eq!(words(&net.found), ["one>", "two>zwei"]);
    assert_eq!(net.found[0].unanswered, Some(Unanswered::Gap));
    assert_eq!(net.engine.losses().gap_bytes, 6);
}

#[test]
fn an_answer_that_overtook_its_request_is_paired() {
    let mut net = Net::new();
    net.handshake();
    let request = net.packet(0, ACK, b"Qone\n");
    net.say_unseen(0, "Qone\n");
    net.say(1, "Aeins\n");
    assert!(net.found.is_empty());
    net.capture(request);
    assert_eq!(words(&net.found), ["one>eins"]);
}

#[test]
fn lost_first_bytes_do_not_hide_what_follows() {
    let mut net = Net::new();
    net.handshake();
    net.say_unseen(0, "Qlost\n");
    net.say(1, "Alost\n");
    net.say(0, "Qone\n");
    net.say(1, "Aeins\n");
    net.wait(300);
    net.finish();
    assert!(words(&net.found).contains(&"one>eins".to_owned()), "{:?}", words(&net.found));
}

#[test]
fn cut_packets_are_counted_and_noted() {
    let mut net = Net::new();
    net.handshake();
    let cut = Packet { missing: 30, ..net.packet(0, ACK, b"Qone\nQtw") };
    net.say_unseen(0, "Qone\nQtw");
    net.say_unseen(0, &"x".repeat(30));
    net.capture(cut);
    net.say(0, "Qthree\n");
    net.say(1, "Adrei\n");
    let losses = net.engine.losses();
    assert_eq!((losses.snapped_packets, losses.gap_bytes), (1, 30));
    assert!(net.found.iter().all(|entry| entry.notes.contains(Notes::SNAPPED)));
    assert_eq!(words(&net.found), ["one>", "three>drei"]);
}

#[test]
fn a_half_closed_connection_and_one_without_data_end_after_a_minute_of_silence() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    net.flag(0, FIN | ACK);
    net.wait(30_000);
    assert!(net.found.is_empty());
    net.wait(40_000);
    assert_eq!(words(&net.found), ["one>"]);
    assert_eq!(net.engine.connections(), 0);
    net.client.port = 5001;
    net.begin();
    net.handshake();
    assert_eq!(net.engine.connections(), 1);
    net.wait(70_000);
    assert_eq!(net.engine.connections(), 0);
}

#[test]
fn a_silent_connection_keeps_what_it_knows_for_an_hour() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    for _ in 0..50 {
        net.wait(60_000);
    }
    net.say(1, "Aeins\n");
    assert_eq!(words(&net.found), ["one>eins"]);
    net.say(0, "Qtwo\n");
    for _ in 0..61 {
        net.wait(60_000);
    }
    assert_eq!(words(&net.found), ["one>eins", "two>"]);
    assert_eq!(net.found[1].unanswered, Some(Unanswered::Timeout));
}

#[test]
fn unfinished_messages_of_a_silent_connection_are_dropped_and_counted() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qhalf a question");
    net.wait(70_000);
    assert!(net.engine.losses().evicted_bytes > 0);
    net.say(0, " and its end\n");
    net.say(0, "Qtwo\n");
    net.say(1, "Azwei\n");
    assert_eq!(words(&net.found), ["two>zwei"]);
}

#[test]
fn beyond_the_budget_the_longest_silent_give_up_what_waits() {
    let budget = 100 * 1024;
    let mut net = Net::with(Config { budget, ..Config::default() });
    for port in 5000..5200 {
        net.client.port = port;
        net.begin();
        net.handshake();
        // A request that waits for its answer, and now and then a segment that waits for the one before it.
        net.say(0, "Qone\n");
        if port % 2 == 0 {
            net.say_unseen(0, "?");
            net.say(0, &"x".repeat(1000));
        }
        assert!(net.engine.held() <= budget, "{}", net.engine.held());
    }
    let losses = net.engine.losses();
    assert!(losses.evicted_bytes > 0, "first what waits for order");
    assert!(losses.evicted_flows > 0, "then connections");
    assert!(net.found.iter().any(|entry| entry.unanswered == Some(Unanswered::Budget)));
}

#[test]
fn a_clock_that_steps_back_and_forth_stops_nothing() {
    let mut net = Net::new();
    net.handshake();
    for step in [5_000_000_000, 1, 9_000_000_000_000, 2_000_000] {
        let mut packet = net.packet(0, ACK, b"Qx\n");
        net.say_unseen(0, "Qx\n");
        packet.at = Timestamp(step);
        net.capture(packet);
        let mut packet = net.packet(1, ACK, b"Ay\n");
        net.say_unseen(1, "Ay\n");
        packet.at = Timestamp(step);
        net.capture(packet);
    }
    assert_eq!(words(&net.found), ["x>y"; 4]);
}

#[test]
fn after_a_clock_was_set_back_gaps_are_told_as_before() {
    let mut net = Net::new();
    net.handshake();
    net.say(0, "Qone\n");
    net.say_unseen(1, "Aeins\n");
    net.say(0, "Qtwo\n");
    net.ms -= 3_600_000;
    // The other connections of the host go on.
    let (client, next) = (net.client, net.next);
    net.client.port = 5001;
    net.begin();
    net.handshake();
    for _ in 0..BACK_ENOUGH {
        net.say(0, "Qx\n");
        net.say(1, "Ay\n");
    }
    (net.client, net.next) = (client, next);
    net.say(1, "Azwei\n");
    assert!(!words(&net.found).contains(&"two>zwei".to_owned()));
    net.wait(300);
    assert!(words(&net.found).contains(&"two>zwei".to_owned()), "{:?}", words(&net.found));
}

const BACK_ENOUGH: usize = 40;
