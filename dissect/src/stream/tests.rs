//! Streams against a naive model: whatever the network and the capture do, each byte comes once, in order and causally.

use proptest::prelude::*;

use super::*;

/// The byte that an end says at a place of its stream.
fn said(end: usize, offset: u64) -> u8 {
    (offset.wrapping_mul(0x9e37_79b9).wrapping_add(end as u64 * 77) >> 5) as u8
}

fn bytes(end: usize, offset: u64, len: u64) -> Vec<u8> {
    (offset..offset + len).map(|offset| said(end, offset)).collect()
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    Data { end: usize, offset: u64, len: u64, acked: u64 },
    Gap { end: usize, lost: u64 },
    Fin { end: usize },
}

/// Notes what it is shown, and that the bytes are those that were said.
#[derive(Default)]
struct Recorder {
    pool: Pool,
    events: Vec<Event>,
    /// What was shown or lost of each end.
    reached: [u64; 2],
    base: [u64; 2],
}

impl Receive for Recorder {
    fn data(&mut self, end: usize, bytes: &[u8], offset: u64, arrival: Arrival) {
        let offset = offset - self.base[end];
        assert_eq!(offset, self.reached[end], "end {end} goes on where it was");
        for (place, byte) in bytes.iter().enumerate() {
            assert_eq!(*byte, said(end, offset + place as u64), "byte {place} of {offset} of end {end}");
        }
        self.reached[end] += bytes.len() as u64;
        self.events.push(Event::Data { end, offset, len: bytes.len() as u64, acked: arrival.acked });
    }

    fn gap(&mut self, end: usize, lost: u64, _: Arrival) {
        self.reached[end] += lost;
        self.events.push(Event::Gap { end, lost });
    }

    fn fin(&mut self, end: usize, _: Arrival) {
        self.events.push(Event::Fin { end });
    }

    fn pool(&mut self) -> &mut Pool {
        &mut self.pool
    }
}

/// A segment on its way.
#[derive(Debug, Clone, Copy)]
struct Sent {
    end: usize,
    offset: u64,
    len: u64,
    /// What it acknowledges of the other end.
    acked: u64,
    fin: bool,
}

const ISN: [u32; 2] = [u32::MAX - 300, 5000];

struct Net {
    streams: Streams,
    seen: Recorder,
    ms: u64,
}

impl Net {
    fn new() -> Self {
        let mut net = Self { streams: Streams::default(), seen: Recorder::default(), ms: 1000 };
        for (end, isn) in ISN.into_iter().enumerate() {
            assert!(net.streams.syn(end, isn));
        }
        net
    }

    fn midstream() -> Self {
        let seen = Recorder { base: [1 << 32; 2], ..Recorder::default() };
        Self { streams: Streams::default(), seen, ms: 1000 }
    }

    fn at(&self) -> Timestamp {
        Timestamp(self.ms * 1_000_000)
    }

    fn capture(&mut self, sent: Sent) {
        self.capture_bytes(sent, &bytes(sent.end, sent.offset, sent.len), 0);
    }

    fn capture_bytes(&mut self, sent: Sent, bytes: &[u8], missing: u32) {
        self.ms += 1;
        let seq = |end: usize, offset: u64| ISN[end].wrapping_add(1).wrapping_add(offset as u32);
        let piece = Piece {
            seq: seq(sent.end, sent.offset),
            ack: Some(seq(1 - sent.end, sent.acked)),
            bytes,
            missing,
            fin: sent.fin,
            at: self.at(),
        };
        self.streams.segment(sent.end, &piece, &mut self.seen);
    }

    fn flush(&mut self) {
        let at = self.at();
        self.streams.flush(at, &mut self.seen);
    }

    fn wait(&mut self, ms: u64) {
        self.ms += ms;
        let at = self.at();
        self.streams.expire(at, &mut self.seen);
    }

    fn lost(&self) -> u64 {
        self.seen.events.iter().map(|event| if let Event::Gap { lost, .. } = event { *lost } else { 0 }).sum()
    }
}

fn data(end: usize, offset: u64, len: u64, acked: u64) -> Sent {
    Sent { end, offset, len, acked, fin: false }
}

#[test]
fn bytes_in_order_are_shown_at_once() {
    let mut net = Net::new();
    net.capture(data(0, 0, 10, 0));
    assert_eq!(net.seen.events, [Event::Data { end: 0, offset: 0, len: 10, acked: 0 }]);
    net.capture(data(1, 0, 20, 10));
    net.capture(data(0, 10, 500, 20));
    assert_eq!(net.seen.reached, [510, 20]);
    assert_eq!(net.streams.held(), 0);
}

#[test]
fn a_segment_that_was_overtaken_takes_its_place() {
    let mut net = Net::new();
    net.capture(data(0, 100, 50, 0));
    assert_eq!(net.seen.events, []);
    net.capture(data(0, 0, 100, 0));
    assert_eq!(net.seen.reached, [150, 0]);
    assert_eq!(net.streams.held(), 0);
}

#[test]
fn an_answer_waits_for_the_bytes_that_it_acknowledges() {
    let mut net = Net::new();
    net.capture(data(1, 0, 30, 100));
    assert_eq!(net.seen.events, []);
    net.capture(data(0, 0, 100, 0));
    let order: Vec<u64> = net.seen.reached.to_vec();
    assert_eq!(order, [100, 30]);
    assert!(matches!(net.seen.events[0], Event::Data { end: 0, .. }));
}

#[test]
fn lost_bytes_are_a_gap_once_acknowledged_and_a_grace_later() {
    let mut net = Net::new();
    net.capture(data(0, 100, 50, 0));
    net.wait(10_000);
    assert_eq!(net.lost(), 0, "nobody said that the first bytes arrived");
    net.capture(data(1, 0, 0, 150));
    net.wait(199);
    assert_eq!(net.lost(), 0);
    net.wait(1);
    assert_eq!(net.seen.events[0], Event::Gap { end: 0, lost: 100 });
    assert_eq!(net.seen.reached, [150, 0]);
}

#[test]
fn lost_bytes_are_a_gap_after_eighty_packets_without_any_time() {
    let mut net = Net::new();
    net.capture(data(0, 100, 50, 0));
    net.capture(data(1, 0, 0, 150));
    for packet in 0..GRACE_PACKETS {
        assert_eq!(net.lost(), 0, "packet {packet}");
        net.ms -= 1;
        net.capture(data(1, 0, 0, 150));
    }
    assert_eq!(net.lost(), 100);
}

#[test]
fn a_late_segment_within_the_grace_is_no_gap_even_if_it_was_acknowledged() {
    let mut net = Net::new();
    net.capture(data(0, 100, 50, 0));
    net.capture(data(1, 0, 7, 150));
    net.wait(100);
    net.capture(data(0, 0, 100, 0));
    assert_eq!(net.lost(), 0);
    assert_eq!(net.seen.reached, [150, 7]);
    assert!(!net.streams.waits());
}

#[test]
fn lost_bytes_at_the_end_of_a_request_are_told_before_the_answer_is_shown() {
    let mut net = Net::new();
    net.capture(data(0, 0, 60, 0));
    net.capture(data(1, 0, 30, 100));
    assert_eq!(net.seen.reached, [60, 0]);
    net.wait(200);
    assert_eq!(
        net.seen.events[1..],
        [Event::Gap { end: 0, lost: 40 }, Event::Data { end: 1, offset: 0, len: 30, acked: 100 }]
    );
}

#[test]
fn one_direction_alone_has_gaps_without_acknowledgements() {
    let mut net = Net::midstream();
    net.streams.syn(0, ISN[0]);
    net.seen.base = [0; 2];
    net.capture(data(0, 0, 10, 0));
    net.capture(data(0, 50, 10, 0));
    net.wait(200);
    assert_eq!(net.lost(), 40);
}

#[test]
fn a_retransmission_shows_only_what_is_new_in_it() {
    let mut net = Net::new();
    net.capture(data(0, 0, 100, 0));
    net.capture(data(0, 0, 100, 0));
    net.capture(data(0, 50, 100, 0));
    net.capture(data(0, 149, 1, 0));
    assert_eq!(net.seen.reached, [150, 0]);
    assert_eq!(net.seen.events.len(), 2);
}

#[test]
fn a_keepalive_with_a_byte_of_its_own_changes_nothing() {
    let mut net = Net::new();
    net.capture(data(0, 0, 100, 0));
    net.capture_bytes(data(0, 99, 1, 0), b"\0", 0);
    net.capture_bytes(data(0, 99, 0, 0), b"", 0);
    net.capture(data(0, 100, 5, 0));
    assert_eq!(net.seen.reached, [105, 0]);

    let mut net = Net::midstream();
    net.capture_bytes(data(0, 0, 0, 0), b"", 0);
    net.capture_bytes(Sent { offset: u64::MAX, ..data(0, 0, 1, 0) }, b"\0", 0);
    net.capture(data(0, 0, 5, 0));
    assert_eq!(net.seen.reached, [5, 0]);
}

#[test]
fn among_held_bytes_those_that_came_first_stand() {
    let mut net = Net::new();
    net.capture(data(0, 10, 10, 0));
    net.capture_bytes(data(0, 5, 20, 0), &[bytes(0, 5, 5), vec![0xee; 10], bytes(0, 20, 5)].concat(), 0);
    net.capture(data(0, 0, 5, 0));
    assert_eq!(net.seen.reached, [25, 0]);
}

#[test]
fn bytes_that_the_capture_cut_are_a_gap_at_once() {
    let mut net = Net::new();
    net.capture_bytes(data(0, 0, 100, 0), &bytes(0, 0, 60), 40);
    net.capture(data(0, 100, 10, 0));
    assert_eq!(
        net.seen.events,
        [
            Event::Data { end: 0, offset: 0, len: 60, acked: 0 },
            Event::Gap { end: 0, lost: 40 },
            Event::Data { end: 0, offset: 100, len: 10, acked: 0 }
        ]
    );
}

#[test]
fn a_cut_segment_that_waited_shows_its_bytes_and_then_what_is_missing() {
    let mut net = Net::new();
    net.capture_bytes(data(0, 10, 20, 0), &bytes(0, 10, 8), 12);
    net.capture(data(0, 30, 5, 0));
    net.capture(data(0, 0, 10, 0));
    assert_eq!(net.lost(), 12);
    assert_eq!(net.seen.reached, [35, 0]);
}

#[test]
fn an_end_is_told_when_all_before_it_was_shown() {
    let mut net = Net::new();
    net.capture(Sent { fin: true, ..data(0, 50, 10, 0) });
    assert_eq!(net.seen.events, []);
    net.capture(data(0, 0, 50, 0));
    assert_eq!(net.seen.events.last(), Some(&Event::Fin { end: 0 }));
    assert_eq!(net.streams.phase(), Phase::HalfClosed);
    net.capture(Sent { fin: true, ..data(1, 0, 0, 61) });
    assert_eq!(net.streams.phase(), Phase::Closed);
    net.capture(data(0, 61, 0, 1));
    assert_eq!(net.lost(), 0);
}

#[test]
fn the_number_of_a_fin_that_was_not_seen_is_no_lost_byte() {
    let mut net = Net::new();
    net.capture(data(0, 0, 50, 0));
    net.capture(data(1, 0, 5, 51));
    net.wait(300);
    assert_eq!(net.lost(), 0);
    assert_eq!(net.seen.reached, [50, 5], "what acknowledges it is shown all the same");
    net.capture(Sent { fin: true, ..data(0, 50, 0, 5) });
    net.wait(300);
    assert_eq!(net.lost(), 0);
}

#[test]
fn a_reset_counts_only_where_the_other_end_would_take_it() {
    let mut net = Net::new();
    net.capture(data(0, 0, 50, 0));
    let seq = |offset: u32| ISN[0].wrapping_add(1).wrapping_add(offset);
    let at = net.at();
    net.streams.rst(0, seq(10), at, &mut net.seen);
    net.streams.rst(0, seq(50 + (2 << 20)), at, &mut net.seen);
    assert_eq!(net.streams.phase(), Phase::Open);
    net.streams.rst(0, seq(50), at, &mut net.seen);
    assert_eq!(net.streams.phase(), Phase::Reset);
}

#[test]
fn a_reset_that_overtook_data_waits_for_it() {
    let mut net = Net::new();
    let at = net.at();
    net.streams.rst(0, ISN[0].wrapping_add(51), at, &mut net.seen);
    assert_eq!(net.streams.phase(), Phase::Open);
    net.capture(data(0, 0, 50, 0));
    assert_eq!(net.streams.phase(), Phase::Reset);
    assert_eq!(net.lost(), 0);
}

#[test]
fn a_syn_with_the_same_number_is_a_retransmission_and_another_begins_anew() {
    let mut net = Net::new();
    assert!(net.streams.syn(0, ISN[0]));
    net.capture(data(0, 0, 50, 0));
    assert!(net.streams.syn(0, ISN[0]));
    assert!(!net.streams.syn(0, 77));
}

#[test]
fn a_handshake_that_comes_behind_the_first_bytes_is_taken_for_theirs() {
    let mut net = Net::midstream();
    net.capture(data(0, 0, 50, 0));
    assert!(net.streams.syn(0, ISN[0]));
    assert!(net.streams.syn(1, ISN[1]));
    net.capture(data(1, 0, 50, 50));
    assert_eq!(net.seen.reached, [50, 50]);
}

#[test]
fn in_the_middle_of_a_stream_an_earlier_segment_moves_its_beginning_back() {
    let mut net = Net::midstream();
    net.capture(data(1, 0, 0, 100));
    net.seen.base = [(1 << 32) - 100, 1 << 32];
    net.capture(data(0, 0, 100, 0));
    net.capture(data(0, 100, 20, 0));
    assert_eq!(net.seen.reached, [120, 0]);
}

#[test]
fn two_segments_that_acknowledge_each_other_do_not_stop_the_connection() {
    let mut net = Net::new();
    // The server's first segment was lost by the capture; the client's answer to it waits; the server sends it again with
    // an acknowledgement of that answer.
    net.capture(data(0, 0, 10, 30));
    net.capture(data(1, 0, 30, 10));
    assert_eq!(net.seen.reached, [10, 30]);
    assert!(matches!(net.seen.events[0], Event::Data { end: 1, .. }));
    assert_eq!(net.streams.held(), 0);
}

#[test]
fn what_is_held_is_bounded() {
    let mut net = Net::new();
    let mut most = 0;
    for n in 0..2000 {
        net.capture(data(0, 10 + n * 1000, 1000, 0));
        most = most.max(net.streams.held());
    }
    assert!(most < 2 * HELD_MOST, "{most}");
    assert_eq!(net.lost(), 10);
    assert_eq!(net.seen.reached[0], 10 + 2000 * 1000);
}

#[test]
fn acknowledgements_of_what_cannot_have_been_sent_stop_nothing() {
    let mut net = Net::new();
    net.capture(data(0, 0, 10, 1 << 31));
    net.capture(data(0, 10, 10, 0));
    assert_eq!(net.seen.reached[0], 20);
}

/// A conversation as both ends sent it, in order: turns of segments, each acknowledging all that was sent before.
fn sent(turns: &[(usize, Vec<u64>)]) -> (Vec<Sent>, [u64; 2]) {
    let mut offsets = [0_u64; 2];
    let mut all = Vec::new();
    for (end, lens) in turns {
        for len in lens {
            all.push(Sent {
                end: *end,
                offset: offsets[*end],
                len: *len,
                acked: offsets[1 - end],
                fin: false,
            });
            offsets[*end] += len;
        }
        all.push(data(1 - end, offsets[1 - end], 0, offsets[*end]));
    }
    for end in 0..2 {
        let fins = [end as u64, 0];
        all.push(Sent { end, offset: offsets[end], len: 0, acked: offsets[1 - end] + fins[0], fin: true });
    }
    (all, offsets)
}

/// Whether nothing was shown before what it acknowledges.
fn causal(events: &[Event]) -> bool {
    let mut reached = [0_u64; 2];
    events.iter().all(|event| match event {
        Event::Data { end, offset, len, acked } => {
            reached[*end] = offset + len;
            reached[1 - end] >= *acked
        }
        Event::Gap { end, lost } => {
            reached[*end] += lost;
            true
        }
        Event::Fin { .. } => true,
    })
}

fn turns() -> impl Strategy<Value = Vec<(usize, Vec<u64>)>> {
    proptest::collection::vec((0..2_usize, proptest::collection::vec(1..2000_u64, 1..6)), 1..20)
}

proptest! {
    #[test]
    fn packets_mixed_up_within_the_grace_give_all_bytes_in_causal_order(
        turns in turns(),
        delays in proptest::collection::vec(prop_oneof![3 => Just(0), 1 => 1..8_usize], 300),
        copies in proptest::collection::vec((0..100_usize, 0..9_usize), 0..6),
    ) {
        let (mut all, whole) = sent(&turns);
        let mut late: Vec<(usize, Sent)> =
            all.iter().enumerate().map(|(n, packet)| (n + delays.get(n).unwrap_or(&0), *packet)).collect();
        late.sort_by_key(|(place, _)| *place);
        all = late.into_iter().map(|(_, packet)| packet).collect();
        for (from, by) in copies {
            let from = from % all.len();
            let copy = all[from];
            all.insert((from + by + 1).min(all.len()), copy);
        }
        let mut net = Net::new();
        for packet in all {
            net.capture(packet);
        }
        prop_assert_eq!(net.lost(), 0);
        prop_assert_eq!(net.seen.reached, whole);
        prop_assert!(causal(&net.seen.events), "{:?}", net.seen.events);
        prop_assert_eq!(net.streams.phase(), Phase::Closed);
        prop_assert_eq!(net.streams.held(), 0);
    }

    #[test]
    fn lost_packets_are_gaps_of_just_their_bytes(
        turns in turns(),
        lost in proptest::collection::vec(0..100_usize, 0..6),
        again in proptest::collection::vec((0..100_usize, 1..3000_u64), 0..4),
    ) {
        let (mut all, whole) = sent(&turns);
        // Retransmissions in other pieces than the first time.
        for (from, len) in again {
            let from = from % all.len();
            let packet = all[from];
            let len = len.min(whole[packet.end] - packet.offset);
            all.insert(from + 1, Sent { len, fin: false, ..packet });
        }
        for index in lost {
            if all.len() > 1 {
                all.remove(index % all.len());
            }
        }
        let mut captured = [vec![false; whole[0] as usize], vec![false; whole[1] as usize]];
        let mut net = Net::new();
        for packet in all {
            captured[packet.end][packet.offset as usize..(packet.offset + packet.len) as usize].fill(true);
            net.capture(packet);
        }
        net.wait(500);
        net.flush();
        for (end, captured) in captured.iter().enumerate() {
            let furthest = captured.iter().rposition(|seen| *seen).map_or(0, |last| last + 1);
            prop_assert!(net.seen.reached[end] >= furthest as u64, "end {} is shown to its last byte", end);
        }
        let shown: u64 = net.seen.events.iter().map(|e| if let Event::Data { len, .. } = e { *len } else { 0 }).sum();
        prop_assert!(shown <= captured.iter().flatten().filter(|seen| **seen).count() as u64);
        prop_assert!(causal(&net.seen.events));
        prop_assert_eq!(net.streams.held(), 0);
    }

    #[test]
    fn no_segments_make_it_panic_or_hold_for_ever(
        packets in proptest::collection::vec(
            (0..2_usize, any::<u32>(), any::<u32>(), 0..3000_usize, 0..50_u32, any::<u8>()), 0..200),
        near in any::<bool>(),
    ) {
        struct Nothing(Pool);
        impl Receive for Nothing {
            fn data(&mut self, _: usize, _: &[u8], _: u64, _: Arrival) {}
            fn gap(&mut self, _: usize, _: u64, _: Arrival) {}
            fn fin(&mut self, _: usize, _: Arrival) {}
            fn pool(&mut self) -> &mut Pool { &mut self.0 }
        }
        let mut streams = Streams::default();
        let mut out = Nothing(Pool::default());
        let zeros = vec![0; 3000];
        for (n, (end, seq, ack, len, missing, kind)) in packets.into_iter().enumerate() {
            let (seq, ack) = if near { (seq % 20_000, ack % 20_000) } else { (seq, ack) };
            let at = Timestamp(n as u64 * 1_000_000);
            match kind {
                0..6 => { streams.syn(end, seq); }
                6..10 => streams.rst(end, seq, at, &mut out),
                _ => {
                    let piece = Piece {
                        seq, ack: (kind & 1 == 0).then_some(ack), bytes: &zeros[..len], missing, fin: kind > 250, at,
                    };
                    streams.segment(end, &piece, &mut out);
                }
            }
        }
        streams.flush(Timestamp(u64::MAX), &mut out);
        prop_assert_eq!(streams.held(), 0);
    }
}
