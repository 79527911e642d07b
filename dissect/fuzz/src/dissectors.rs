//! The dissectors, each fed with a conversation as `script` reads it. Oracles: what is held stays within the limits, nothing is held
//! once all is over, and cutting the same bytes into pieces gives the same exchanges (where nothing was lost and nothing was broken).

use super::script::Script;
use mizu_dissect::testkit::{Played, Turn, run};
use mizu_dissect::{Dissector, Limits, Side, protocols};
use mizu_entry::{Body, Message, Notes, Timestamp};

/// Small, so that inputs of some kilobytes reach them.
pub(crate) const LIMITS: Limits = Limits {
    body_cap: 512,
    decode_bodies: true,
    // Never reached: where a bomb is noticed depends on the pieces that it comes in. The cap bounds what it can take.
    decode_ratio: 1 << 20,
    head_cap: 4096,
    header_fields: 64,
    carry_cap: 8192,
    pending_requests: 16,
    pending_bytes: 16 * 1024,
    open_streams: 16,
    hpack_table: 4096,
    faults: 3,
};

/// What a connection may hold under these limits: what is carried and pending, and for each open stream two messages with their heads
/// and bodies; doubled, since buffers grow by doubling.
const MOST_HELD: usize = 2
    * (2 * LIMITS.carry_cap
        + LIMITS.pending_bytes
        + LIMITS.open_streams * 2 * (LIMITS.head_cap + 2 * LIMITS.body_cap));

/// HTTP/1.x.
pub fn http1(data: &[u8]) {
    play("http", &[], data);
}

/// HTTP/2 and gRPC.
pub fn http2(data: &[u8]) {
    play("http2", &[], data);
}

/// WebSocket, behind a handshake that negotiates compression.
pub fn websocket(data: &[u8]) {
    let ask = "GET /chat HTTP/1.1\r\nHost: shop\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
               Sec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";
    let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                  Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    let handshake = [Turn::Say(Side::Client, ask.into()), Turn::Say(Side::Server, answer.into())];
    play("http", &handshake, data);
}

/// Header blocks of HTTP/2: the bytes are the blocks of a connection's requests, in frames made around them.
pub fn hpack(data: &[u8]) {
    let mut said = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    frame(&mut said, 4, 0, 0, &[]);
    let mut stream = 1_u32;
    let mut rest = data;
    while let [len, tail @ ..] = rest {
        let (block, after) = tail.split_at(usize::from(*len).min(tail.len()));
        rest = after;
        // END_STREAM and END_HEADERS.
        frame(&mut said, 1, 5, stream, block);
        stream = stream.wrapping_add(2) & 0x7fff_ffff;
    }
    let whole = [Turn::Say(Side::Client, said)];
    let open = protocol("http2");
    compare(&run(open(false), &whole, usize::MAX, &LIMITS), &run(open(false), &whole, 7, &LIMITS));
}

fn frame(out: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let len = u32::try_from(payload.len()).expect("a block is shorter than 256 bytes").to_be_bytes();
    out.extend_from_slice(&len[1..]);
    out.extend_from_slice(&[kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
}

fn protocol(name: &str) -> fn(bool) -> Box<dyn Dissector> {
    protocols::PROTOCOLS.iter().find(|p| p.name == name).expect("the protocol is registered").open
}

fn play(name: &str, before: &[Turn], data: &[u8]) {
    let Some(script) = Script::read(data) else { return };
    let open = protocol(name);
    let midstream = script.midstream && before.is_empty();
    let turns: Vec<Turn> = before.iter().cloned().chain(script.turns).collect();
    for turn in &turns {
        // Recognition sees any bytes that begin a stream.
        if let Turn::Say(_, bytes) = turn {
            for known in protocols::PROTOCOLS {
                let _ = (known.probe)(bytes.get(..1024).unwrap_or(bytes));
            }
        }
    }
    let whole = run(open(midstream), &turns, usize::MAX, &LIMITS);
    let cut = run(open(midstream), &turns, script.piece, &LIMITS);
    for played in [&whole, &cut] {
        assert!(played.held <= MOST_HELD, "{} bytes held, {MOST_HELD} at most", played.held);
    }
    if script.is_whole {
        compare(&whole, &cut);
    }
}

/// Holds two playings of the same bytes to the same exchanges, unless one met bytes that break the protocol: where reading goes on then
/// depends on where a segment begins.
fn compare(whole: &Played, cut: &Played) {
    let is_broken = |played: &Played| {
        played.verdict.is_some() || played.exchanges.iter().any(|e| e.notes.contains(Notes::MALFORMED))
    };
    if is_broken(whole) || is_broken(cut) {
        return;
    }
    let (whole, cut) = (timeless(whole), timeless(cut));
    let brief = |all: &[String]| {
        all.iter().map(|one| one.chars().take(150).collect::<String>()).collect::<Vec<_>>().join("\n  ")
    };
    assert_eq!(
        whole.len(),
        cut.len(),
        "cutting changes how much is found:\n  {}\nand cut\n  {}",
        brief(&whole),
        brief(&cut)
    );
    for (whole, cut) in whole.iter().zip(&cut) {
        assert_eq!(whole, cut, "cutting the bytes changes what is found");
    }
}

/// What was found, without times, in an order that does not depend on them. How far an unfinished message or an undecodable body was
/// read when it ended does depend on the pieces, and is left out.
fn timeless(played: &Played) -> Vec<String> {
    let mut found: Vec<String> = played
        .exchanges
        .iter()
        .map(|e| {
            let is_unfinished = e.notes.intersects(Notes::PARTIAL | Notes::UNDECODED);
            let message = |m: &Option<Box<Message>>| {
                m.as_ref().map(|m| {
                    let mut m = m.clone();
                    (m.first, m.last) = (Timestamp::default(), Timestamp::default());
                    if is_unfinished {
                        (m.wire_len, m.body) = (0, Body::default());
                    }
                    m
                })
            };
            let notes = if is_unfinished { Notes::PARTIAL } else { e.notes };
            format!(
                "{:?} {notes:?} {:?} {:?} {:?} {}",
                e.protocol,
                e.unanswered,
                message(&e.request),
                message(&e.response),
                e.gap_bytes
            )
        })
        .collect();
    found.sort();
    found
}
