//! Lost bytes: never a wrong pair, nothing joined that was apart, and back in step soon.

use super::{expect, play, told};
use crate::limits::Limits;
use crate::protocol::Side;
use crate::protocols::http1::Http1;
use crate::testkit::{Turn, client, run, server};

fn get(number: usize) -> Turn {
    client(format!("GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n"))
}

/// A response that says which request it is to.
fn ok(number: usize) -> Turn {
    server(format!("HTTP/1.1 200 OK\r\nX-To: /{number}\r\nContent-Length: 10\r\n\r\n0123456789"))
}

fn lose(turn: &Turn) -> Turn {
    let Turn::Say(side, bytes) = turn else { panic!() };
    Turn::Lose(*side, bytes.len() as u64)
}

/// A message is lost whole, in the middle of others: pieces are whole messages here, as segments are.
fn lines(script: &[Turn]) -> Vec<String> {
    play(script, 100_000).exchanges.iter().map(told).collect()
}

#[test]
fn a_lost_response_leaves_its_request_unanswered_and_no_other() {
    let script = [get(1), ok(1), get(2), lose(&ok(2)), get(3), ok(3), get(4), ok(4)];
    assert_eq!(
        lines(&script),
        ["GET /1 -> 200 10", "GET /2 -> - gap", "GET /3 -> 200 10", "GET /4 -> 200 10"]
    );
}

#[test]
fn a_lost_request_leaves_its_response_alone() {
    let script = [get(1), ok(1), lose(&get(2)), ok(2), get(3), ok(3)];
    assert_eq!(lines(&script), ["GET /1 -> 200 10", "- -> 200 10 [partial]", "GET /3 -> 200 10"]);
}

#[test]
fn a_lost_response_and_the_request_behind_it_pair_nobody() {
    let script = [get(1), lose(&ok(1)), lose(&get(2)), ok(2), get(3), ok(3)];
    assert_eq!(lines(&script), ["GET /1 -> - gap", "- -> 200 10 [partial]", "GET /3 -> 200 10"]);
}

#[test]
fn after_a_loss_in_a_pipelined_stream_nothing_is_paired() {
    let script = [get(1), get(2), get(3), ok(1), lose(&ok(2)), ok(3), get(4), ok(4)];
    assert_eq!(
        lines(&script),
        [
            "GET /1 -> 200 10",
            "GET /2 -> - gap",
            "GET /3 -> - gap",
            "- -> 200 10 [partial]",
            "GET /4 -> - gap",
            "- -> 200 10 [partial]"
        ]
    );
}

#[test]
fn a_lost_request_among_pipelined_ones_pairs_none_behind_it() {
    let script = [get(1), lose(&get(2)), get(3), ok(1), ok(2), ok(3)];
    for exchange in play(&script, 100_000).exchanges {
        let line = told(&exchange);
        assert!(!line.contains("GET /3 -> 200"), "{line}");
    }
}

#[test]
fn a_hole_in_a_body_of_known_length_is_bridged_and_what_follows_it_is_not_joined() {
    let script = [
        get(1),
        server("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234"),
        Turn::Lose(Side::Server, 10),
        server("56789"),
        get(2),
        ok(2),
    ];
    let exchanges = expect(&script, &["GET /1 -> 200 20 [gap truncated]", "GET /2 -> 200 10"]);
    assert_eq!(super::body(exchanges[0].response.as_deref()), "01234");
    assert_eq!(exchanges[0].gap_bytes, 10);
}

#[test]
fn a_hole_that_reaches_to_the_end_of_a_body_ends_it() {
    let script = [
        get(1),
        server("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234"),
        Turn::Lose(Side::Server, 15),
        get(2),
        ok(2),
    ];
    expect(&script, &["GET /1 -> 200 20 [gap truncated]", "GET /2 -> 200 10"]);
}

#[test]
fn a_hole_over_the_end_of_a_body_and_the_next_head_is_found_again_after() {
    let script = [
        get(1),
        server("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234"),
        Turn::Lose(Side::Server, 200),
        server("rest of something"),
        get(3),
        ok(3),
    ];
    assert_eq!(lines(&script), ["GET /1 -> 200 20 [gap truncated]", "GET /3 -> 200 10"]);
}

#[test]
fn a_hole_in_skipped_bytes_is_bridged() {
    let limits = Limits { body_cap: 4, ..Limits::default() };
    let script = [
        get(1),
        server("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234"),
        Turn::Lose(Side::Server, 10),
        server("56789"),
        get(2),
        ok(2),
    ];
    let played = run(Box::new(Http1::new(false)), &script, 1000, &limits);
    assert_eq!(
        played.exchanges.iter().map(told).collect::<Vec<_>>(),
        ["GET /1 -> 200 20 [gap truncated]", "GET /2 -> 200 10 [truncated]"]
    );
    assert_eq!(played.exchanges[0].gap_bytes, 10);
}

#[test]
fn a_hole_among_chunks_ends_the_message_there() {
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n";
    let script = [get(1), server(chunk), Turn::Lose(Side::Server, 10), get(2), ok(2)];
    assert_eq!(lines(&script), ["GET /1 -> 200 5 [partial gap truncated]", "GET /2 -> 200 10"]);
    let inside = [
        get(1),
        server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234"),
        Turn::Lose(Side::Server, 10),
        server("56789\r\n0\r\n\r\n"),
    ];
    assert_eq!(lines(&inside), ["GET /1 -> 200 20 [gap truncated]"]);
}

#[test]
fn a_connection_met_in_the_middle_is_read_from_the_next_message_on() {
    let script = [server("rest of a body"), client("rest"), get(1), ok(1), get(2), ok(2)];
    let played = run(Box::new(Http1::new(true)), &script, 100_000, &Limits::default());
    let lines: Vec<_> = played.exchanges.iter().map(told).collect();
    assert_eq!(lines, ["GET /1 -> 200 10", "GET /2 -> 200 10"]);
    assert_eq!(played.verdict, None);
}

#[test]
fn a_head_in_two_segments_is_found_in_the_middle_of_a_connection_and_after_a_loss() {
    let head = "GET /long HTTP/1.1\r\nHost: a\r\n\r\n";
    let (first, second) = head.split_at(9);
    let script = [client(first), client(second), server("HTTP/"), server("1.1 204 No Content\r\n\r\n")];
    for midstream in [true, false] {
        let mut script = script.to_vec();
        if !midstream {
            script
                .splice(0..0, [get(1), ok(1), Turn::Lose(Side::Client, 100), Turn::Lose(Side::Server, 100)]);
        }
        let played = run(Box::new(Http1::new(midstream)), &script, 100_000, &Limits::default());
        let last = played.exchanges.last().map(told);
        assert_eq!(last.as_deref(), Some("GET /long -> 204"), "midstream: {midstream}");
    }
}

/// Whether each response that is paired names the request that it is paired with.
fn assert_right_pairs(script: &[Turn], piece: usize) -> Result<(), proptest::test_runner::TestCaseError> {
    for exchange in play(script, piece).exchanges {
        if let (Some(request), Some(response)) = (&exchange.request, &exchange.response) {
            let mizu_entry::Payload::HttpRequest(line) = &request.payload else { panic!() };
            let named = response.header(b"x-to").unwrap_or_default();
            proptest::prop_assert_eq!(request.text(line.target), named, "{}", told(&exchange));
        }
    }
    Ok(())
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 2000, ..Default::default() })]

    /// The client may have up to `depth` requests under way, and shows that before anything is lost. Whole messages are
    /// lost, or the ends of them.
    #[test]
    fn no_loss_makes_a_wrong_pair(
        depth in 1_usize..4,
        losses in proptest::collection::vec((0_usize..40, 0_usize..120), 0..6),
    ) {
        let mut turns = Vec::new();
        let (mut asked, mut answered) = (0, 0);
        while answered < 12 {
            while asked < 12 && asked - answered < depth {
                turns.push(get(asked));
                asked += 1;
            }
            turns.push(ok(answered));
            answered += 1;
        }
        for (at, keep) in losses {
            let at = if depth > 1 { depth + at % (turns.len() - depth) } else { at % turns.len() };
            let Turn::Say(side, bytes) = turns[at].clone() else { continue };
            let kept = keep.min(bytes.len());
            // All, or the end of it.
            turns[at] = Turn::Lose(side, (bytes.len() - kept) as u64);
            if kept > 0 {
                turns.insert(at, Turn::Say(side, bytes[..kept].to_vec()));
            }
        }
        assert_right_pairs(&turns, 100_000)?;
    }
}
