//! Bytes that mean harm, or nothing: bounded memory, no panic, and an end.

use super::{play, told};
use crate::limits::Limits;
use crate::protocol::{End, Side};
use crate::protocols::http1::Http1;
use crate::testkit::{Turn, client, run, server};

#[test]
fn memory_follows_what_arrives_and_not_what_is_announced() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
    ] {
        let mut script = vec![client("GET / HTTP/1.1\r\n\r\n"), server(head)];
        script.extend((0..50).map(|_| server(vec![b'a'; 10_000])));
        let played = play(&script, 10_000);
        assert!(played.held <= Limits::default().body_cap + 4096, "{}", played.held);
        assert_eq!(
            played.exchanges[0].response.as_ref().unwrap().body.bytes.len(),
            Limits::default().body_cap
        );
    }
}

#[test]
fn endless_heads_trailers_and_chunk_lines_are_faults() {
    let long = "a".repeat(300_000);
    let trailers: String = (0..20_000).map(|number| format!("T-{number}: some trailer\r\n")).collect();
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for response in [
        format!("HTTP/1.1 200 OK\r\nX: {long}"),
        format!("{chunked}5;{long}"),
        format!("{chunked}0\r\n{trailers}"),
    ] {
        let played = play(&[client("GET / HTTP/1.1\r\n\r\n"), server(&response)], 1448);
        assert!(played.verdict.is_some(), "{:.60}", response);
        assert!(played.held < 400_000);
    }
}

#[test]
fn interim_responses_without_end_are_counted_up_to_what_a_byte_holds() {
    let mut script = vec![client("GET / HTTP/1.1\r\n\r\n")];
    script.extend((0..1000).map(|_| server("HTTP/1.1 102 Processing\r\n\r\n")));
    script.push(server("HTTP/1.1 204 No Content\r\n\r\n"));
    assert_eq!(play(&script, 1448).exchanges.iter().map(told).collect::<Vec<_>>(), ["GET / -> 204"]);
}

#[test]
fn an_answer_without_end_does_not_let_requests_pile_up() {
    let limits = Limits { pending_requests: 50, ..Limits::default() };
    let mut script = vec![client("GET /0 HTTP/1.1\r\n\r\n"), server("HTTP/1.1 200 OK\r\n\r\n")];
    for number in 1..500 {
        script.push(client(format!("GET /{number} HTTP/1.1\r\n\r\n")));
        script.push(server("more"));
    }
    let played = run(Box::new(Http1::new(false)), &script, 1448, &limits);
    assert_eq!(played.exchanges.len(), 500);
    assert!(played.held < 100_000, "{}", played.held);
}

/// Pieces of HTTP, and of what is none.
const PIECES: &[&str] = &[
    "GET / HTTP/1.1\r\n\r\n",
    "POST /p HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
    "POST /e HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    "PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "HEAD /h HTTP/1.1\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\n\r\n",
    "GET /u HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "GET /2 HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "GET /old\r\n",
    "GET /folded HTTP/1.1\nA: b\n c\n\n",
    "0\r\n\r\n",
    "5\r\nabcde\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nContent-Length: 30\r\nContent-Encoding: gzip\r\n\r\n",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    "\r\n",
    "\u{0}\u{1}\u{2}",
    "plain text",
];

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 1500, ..Default::default() })]

    #[test]
    fn any_talk_in_any_order_with_any_losses_ends_well(
        turns in proptest::collection::vec((0_usize..8, 0..PIECES.len(), 0_u64..60), 0..24),
        piece in 1_usize..80,
        midstream in proptest::prelude::any::<bool>(),
    ) {
        let script: Vec<Turn> = turns
            .into_iter()
            .map(|(kind, text, lost)| {
                let side = if kind % 2 == 0 { Side::Client } else { Side::Server };
                match kind {
                    6 => Turn::Lose(Side::Client, lost + 1),
                    7 => Turn::Lose(Side::Server, lost + 1),
                    5 if lost == 0 => Turn::End(side, End::Fin),
                    _ => Turn::Say(side, PIECES[text].as_bytes().to_vec()),
                }
            })
            .collect();
        let played = run(Box::new(Http1::new(midstream)), &script, piece, &Limits::default());
        for exchange in &played.exchanges {
            proptest::prop_assert!(exchange.request.is_some() || exchange.response.is_some());
            proptest::prop_assert!(exchange.response.is_some() || exchange.unanswered.is_some());
        }
    }
}
