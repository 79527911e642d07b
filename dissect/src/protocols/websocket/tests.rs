//! WebSocket by scripts: frames in pieces of every size, and the messages that must come of them.

use flate2::{Compress, Compression, FlushCompress};
use mizu_entry::{Message, Payload, Protocol as Spoken, Unanswered};

use super::{WebSocket, frame, upgraded};
use crate::cx::Exchange;
use crate::limits::Limits;
use crate::protocol::{Dissector, End, Side};
use crate::testkit::{Played, Turn, run};

/// A frame. `first`: its first byte.
fn sent(from: Side, first: u8, payload: &[u8]) -> Vec<u8> {
    let masked = from == Side::Client;
    let flag = if masked { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match payload.len() {
        len @ 0..=125 => bytes.push(flag | len as u8),
        len @ 126..=0xffff => {
            bytes.push(flag | 126);
            bytes.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            bytes.push(flag | 127);
            bytes.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    let start = bytes.len() + 4;
    if masked {
        bytes.extend_from_slice(&[0x37, 0xfa, 0x21, 0x3d]);
    }
    bytes.extend_from_slice(payload);
    if masked {
        frame::unmask(&mut bytes[start..], [0x37, 0xfa, 0x21, 0x3d], 0);
    }
    bytes
}

fn client(first: u8, payload: impl AsRef<[u8]>) -> Turn {
    Turn::Say(Side::Client, sent(Side::Client, first, payload.as_ref()))
}

fn server(first: u8, payload: impl AsRef<[u8]>) -> Turn {
    Turn::Say(Side::Server, sent(Side::Server, first, payload.as_ref()))
}

fn lose(turn: &Turn) -> Turn {
    let Turn::Say(side, bytes) = turn else { panic!() };
    Turn::Lose(*side, bytes.len() as u64)
}

fn negotiated(extensions: &str) -> Box<dyn Dissector> {
    let mut switching = Message::default();
    if !extensions.is_empty() {
        switching.push_header(b"Sec-WebSocket-Extensions", extensions.as_bytes());
    }
    upgraded(&switching)
}

/// A message in a line: `c2s text 5/1 hello [notes]`: its length, its frames and its beginning.
fn told(exchange: &Exchange) -> String {
    assert_eq!((exchange.protocol, exchange.unanswered), (Spoken::WebSocket, Some(Unanswered::NotDue)));
    let message = exchange.request.as_ref().unwrap();
    let Payload::WebSocket(said) = message.payload else { panic!("{message:?}") };
    let beginning =
        String::from_utf8_lossy(&message.body.bytes[..message.body.bytes.len().min(12)]).into_owned();
    let mut line = format!(
        "{} {} {}/{}{} {beginning}",
        said.direction.name(),
        said.opcode.name(),
        message.body.len,
        said.frames,
        if said.compressed { " compressed" } else { "" }
    );
    if !exchange.notes.is_empty() {
        let names: Vec<_> = exchange.notes.iter_names().map(|(name, _)| name.to_lowercase()).collect();
        line += &format!(" [{}]", names.join(" "));
    }
    line
}

fn play(extensions: &str, script: &[Turn], piece: usize) -> Played {
    run(negotiated(extensions), script, piece, &Limits::default())
}

#[track_caller]
fn expect(extensions: &str, script: &[Turn], expected: &[&str]) -> Vec<Exchange> {
    let mut whole = Vec::new();
    for piece in [1_000_000, 1, 2, 3, 4, 5, 9, 100, 1448] {
        let played = play(extensions, script, piece);
        assert_eq!(played.exchanges.iter().map(told).collect::<Vec<_>>(), expected, "in pieces of {piece}");
        if piece == 1_000_000 {
            whole = played.exchanges;
        }
    }
    whole
}

/// What a sender with a window makes of a message.
fn compressed(window: &mut Compress, message: &[u8]) -> Vec<u8> {
    if message.is_empty() {
        // RFC 7692 section 7.2.3.6; a window that was just flushed would give nothing.
        return vec![0];
    }
    let mut bytes = Vec::with_capacity(message.len() * 2 + 100);
    window.compress_vec(message, &mut bytes, FlushCompress::Sync).unwrap();
    assert!(bytes.ends_with(&[0, 0, 0xff, 0xff]));
    bytes.truncate(bytes.len() - 4);
    bytes
}

fn window() -> Compress {
    Compress::new(Compression::best(), false)
}

#[test]
fn messages_of_both_sides_are_entries_of_their_own() {
    let script =
        [client(0x81, "hello"), server(0x82, [7; 300]), server(0x81, ""), client(0x88, b"\x03\xe8bye")];
    let exchanges = expect(
        "",
        &script,
        &[
            "c2s text 5/1 hello",
            "s2c binary 300/1 \u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}",
            "s2c text 0/1 ",
            "c2s close 5/1 \u{3}\u{fffd}bye",
        ],
    );
    assert_eq!(exchanges[0].request.as_ref().unwrap().wire_len, 11);
    assert_eq!(exchanges[1].request.as_ref().unwrap().wire_len, 304);
}

#[test]
fn control_frames_stand_inside_fragmented_messages() {
    let script = [
        client(0x01, "frag"),
        client(0x89, "ping"),
        client(0x00, "ment"),
        server(0x8a, "ping"),
        client(0x80, ""),
    ];
    expect("", &script, &["c2s ping 4/1 ping", "s2c pong 4/1 ping", "c2s text 8/3 fragment"]);
}

#[test]
fn a_window_is_kept_from_message_to_message_and_by_direction() {
    let (mut up, mut down) = (window(), window());
    let text = "the same words again and again, and again the same words";
    let mut script = Vec::new();
    let mut expected = Vec::new();
    for _ in 0..3 {
        script.push(client(0xc1, compressed(&mut up, text.as_bytes())));
        script.push(server(0xc1, compressed(&mut down, text.as_bytes())));
        script.push(server(0x81, "plain between"));
        expected.push("c2s text 56/1 compressed the same wor");
        expected.push("s2c text 56/1 compressed the same wor");
        expected.push("s2c text 13/1 plain betwee");
    }
    expect("permessage-deflate", &script, &expected);
}

#[test]
fn a_compressed_message_in_fragments_says_so_on_the_first_only() {
    let bytes = compressed(&mut window(), b"some compressed text, some compressed text");
    let (first, second) = bytes.split_at(5);
    let script = [server(0x41, first), server(0x89, ""), server(0x00, second), server(0x80, "")];
    expect("permessage-deflate", &script, &["s2c ping 0/1 ", "s2c text 42/3 compressed some compres"]);
}

#[test]
fn without_takeover_each_message_starts_anew() {
    let once = || compressed(&mut window(), b"repeated repeated repeated");
    let script = [client(0xc1, once()), client(0xc1, once())];
    let line = "c2s text 26/1 compressed repeated rep";
    expect("permessage-deflate; client_no_context_takeover", &script, &[line, line]);
}

#[test]
fn large_messages_come_whole_and_beyond_the_limit_are_counted() {
    let large: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
    let script =
        [client(0x82, &large), server(0xc2, compressed(&mut window(), &large)), client(0x81, "next")];
    for piece in [1448, 1_000_000] {
        let played = play("permessage-deflate", &script, piece);
        let lengths: Vec<_> = played
            .exchanges
            .iter()
            .map(|exchange| {
                let body = &exchange.request.as_ref().unwrap().body;
                assert!(large.starts_with(&body.bytes) || body.bytes == b"next");
                (body.len, body.bytes.len(), body.truncated)
            })
            .collect();
        let cap = Limits::default().body_cap;
        assert_eq!(
            lengths,
            [(200_000, cap, true), (200_000, cap, true), (4, 4, false)],
            "in pieces of {piece}"
        );
    }
}

#[test]
fn the_older_extension_compresses_each_frame() {
    let mut one = window();
    let script = [
        server(0x41, compressed(&mut one, b"first frame ")),
        server(0xc0, compressed(&mut one, b"second frame ")),
        server(0xc1, compressed(&mut one, b"first frame again")),
    ];
    expect(
        "x-webkit-deflate-frame",
        &script,
        &["s2c text 25/2 compressed first frame ", "s2c text 17/1 compressed first frame "],
    );
}

#[test]
fn a_final_block_ends_no_conversation() {
    let mut bytes = Vec::with_capacity(100);
    window().compress_vec(b"final block", &mut bytes, FlushCompress::Finish).unwrap();
    bytes.push(0);
    let script = [client(0xc1, &bytes), client(0xc1, &bytes)];
    let line = "c2s text 11/1 compressed final block";
    expect("permessage-deflate", &script, &[line, line]);
}

#[test]
fn what_was_not_negotiated_or_not_seen_stays_as_sent_and_says_so() {
    let bytes = compressed(&mut window(), b"unknown parameters");
    let played = play("", &[client(0xc1, &bytes)], 1000);
    assert!(told(&played.exchanges[0]).ends_with("[undecoded malformed]"));
    assert_eq!(played.exchanges[0].request.as_ref().unwrap().body.bytes, bytes);
    let midstream = Box::new(WebSocket::new([None, None]));
    let played = run(midstream, &[client(0xc1, &bytes), client(0x81, "plain")], 1000, &Limits::default());
    assert!(told(&played.exchanges[0]).ends_with("[undecoded]"));
    assert_eq!(told(&played.exchanges[1]), "c2s text 5/1 plain");
}

#[test]
fn broken_compression_is_marked_and_does_not_stop_the_messages() {
    let script = [client(0xc1, [0xff; 30]), client(0x81, "plain"), client(0xc1, [0xff; 30])];
    let played = play("permessage-deflate", &script, 1000);
    let lines: Vec<_> = played.exchanges.iter().map(told).collect();
    assert!(lines[0].contains("undecoded") && lines[2].contains("undecoded"), "{lines:?}");
    assert_eq!(lines[1], "c2s text 5/1 plain");
}

#[test]
fn a_bomb_is_stopped() {
    let bomb = compressed(&mut window(), &vec![0; 40_000_000]);
    let limits = Limits { body_cap: 1000, ..Limits::default() };
    let played =
        run(negotiated("permessage-deflate"), &[client(0xc2, bomb), client(0x81, "x")], 100_000, &limits);
    let body = &played.exchanges[0].request.as_ref().unwrap().body;
    assert!(body.bytes.len() <= 1000 && body.truncated);
    assert_eq!(told(&played.exchanges[1]), "c2s text 1/1 x");
}

#[test]
fn memory_follows_what_arrives_and_not_what_is_announced() {
    let mut script = vec![Turn::Say(Side::Server, vec![0x82, 127, 0x3f, 0, 0, 0, 0, 0, 0, 0])];
    script.extend((0..50).map(|_| Turn::Say(Side::Server, vec![7; 10_000])));
    let played = play("", &script, 10_000);
    assert!(played.held <= Limits::default().body_cap, "{}", played.held);
}

#[test]
fn unruly_frames_are_read_and_marked() {
    let unmasked = Turn::Say(Side::Client, sent(Side::Server, 0x81, b"bare"));
    let masked = Turn::Say(Side::Server, sent(Side::Client, 0x81, b"cover"));
    let script = [unmasked, masked, client(0x01, "open"), client(0x81, "new"), client(0x89, [b'p'; 130])];
    expect(
        "",
        &script,
        &[
            "c2s text 4/1 bare [malformed]",
            "s2c text 5/1 cover [malformed]",
            "c2s text 4/1 open [partial truncated malformed]",
            "c2s text 3/1 new",
            "c2s ping 130/1 pppppppppppp [malformed]",
        ],
    );
}

#[test]
fn frames_that_are_none_are_faults() {
    for bytes in [vec![0x83, 0], vec![0xb1, 0], vec![0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]] {
        let played = play("", &[Turn::Say(Side::Server, bytes)], 1000);
        assert!(played.verdict.is_some() && played.exchanges.is_empty());
    }
}

#[test]
fn what_follows_a_close_means_nothing() {
    let script = [
        client(0x88, b"\x03\xe8"),
        Turn::Say(Side::Client, b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        server(0x88, ""),
    ];
    let played = play("", &script, 1000);
    assert_eq!((played.exchanges.len(), played.verdict), (2, None));
}

#[test]
fn a_hole_in_a_frame_is_bridged_and_poisons_the_window() {
    let Turn::Say(_, plain) = server(0x81, "0123456789") else { unreachable!() };
    let script = [
        Turn::Say(Side::Server, plain[..6].to_vec()),
        Turn::Lose(Side::Server, 3),
        Turn::Say(Side::Server, plain[9..].to_vec()),
        server(0x81, "next"),
    ];
    expect("", &script, &["s2c text 10/1 0123 [gap truncated]", "s2c text 4/1 next"]);

    let mut one = window();
    let first = compressed(&mut one, b"words words words, many more of them: a b c d e f g h i");
    let second = compressed(&mut one, b"words words words, many more of them: a b c d e f g h i");
    let Turn::Say(_, frame) = server(0xc1, first) else { unreachable!() };
    let script = [
        Turn::Say(Side::Server, frame[..10].to_vec()),
        Turn::Lose(Side::Server, 5),
        Turn::Say(Side::Server, frame[15..].to_vec()),
        server(0xc1, second),
        server(0x81, "plain"),
    ];
    let lines: Vec<_> = play("permessage-deflate", &script, 1000).exchanges.iter().map(told).collect();
    assert!(lines[0].contains("gap") && lines[0].contains("undecoded"), "{lines:?}");
    assert!(lines[1].contains("undecoded"), "{lines:?}");
    assert_eq!(lines[2], "s2c text 5/1 plain");
}

#[test]
fn after_lost_frames_a_chain_of_frames_is_found_again() {
    let script = [
        client(0x81, "one"),
        lose(&client(0x81, "two")),
        Turn::Say(Side::Client, b"\x81\x85 no frame of it".to_vec()),
        client(0x81, "four"),
    ];
    let lines: Vec<_> = play("", &script, 1000).exchanges.iter().map(told).collect();
    assert_eq!(lines, ["c2s text 3/1 one", "c2s text 4/1 four"]);
}

#[test]
fn a_message_cut_by_the_end_is_partial() {
    let script = [server(0x01, "begin"), Turn::End(Side::Server, End::Reset)];
    expect("", &script, &["s2c text 5/1 begin [partial truncated reset]"]);
}

#[test]
fn windows_are_held_and_counted_only_while_they_are_needed() {
    let bytes = compressed(&mut window(), b"text");
    let kept = play("permessage-deflate; client_max_window_bits=10", &[client(0xc1, &bytes)], 1000).held;
    assert!((1024..20_000).contains(&kept), "{kept}");
    let given_back =
        play("permessage-deflate; client_no_context_takeover", &[client(0xc1, &bytes)], 1000).held;
    assert_eq!(given_back, 0);
}

proptest::proptest! {
    #[test]
    fn any_messages_in_any_pieces_come_back(
        messages in proptest::collection::vec(
            (proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400), 1_usize..4, proptest::prelude::any::<bool>()),
            0..6,
        ),
        piece in 1_usize..200,
    ) {
        let mut one = window();
        let mut script = Vec::new();
        for (payload, frames, compress) in &messages {
            let bytes = if *compress { compressed(&mut one, payload) } else { payload.clone() };
            let size = bytes.len().div_ceil(*frames).max(1);
            let parts: Vec<_> = if bytes.is_empty() { vec![&bytes[..]] } else { bytes.chunks(size).collect() };
            for (number, part) in parts.iter().enumerate() {
                let first = u8::from(number == 0) * (2 | if *compress { 0x40 } else { 0 });
                let last = if number + 1 == parts.len() { 0x80 } else { 0 };
                script.push(client(first | last, part));
            }
        }
        let played = play("permessage-deflate", &script, piece);
        let bodies: Vec<_> = played.exchanges.iter().map(|exchange| &exchange.request.as_ref().unwrap().body.bytes).collect();
        let expected: Vec<_> = messages.iter().map(|(payload, ..)| payload).collect();
        proptest::prop_assert_eq!(bodies, expected);
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), piece in 1_usize..50) {
        let _ = play("permessage-deflate", &[Turn::Say(Side::Client, bytes)], piece);
    }
}
