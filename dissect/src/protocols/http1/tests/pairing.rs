//! Which response is whose.

use mizu_entry::Payload;

use super::{expect, play, told};
use crate::limits::Limits;
use crate::protocol::{End, Side};
use crate::protocols::http1::Http1;
use crate::testkit::{Turn, client, run, server};

fn get(target: &str) -> Turn {
    client(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"))
}

fn ok(status: u16) -> Turn {
    server(format!("HTTP/1.1 {status} OK\r\nContent-Length: 1\r\n\r\nx"))
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let script = [get("/1"), get("/2"), get("/3"), ok(201), ok(202), get("/4"), ok(203), ok(200)];
    expect(&script, &["GET /1 -> 201 1", "GET /2 -> 202 1", "GET /3 -> 203 1", "GET /4 -> 200 1"]);
}

#[test]
fn interim_responses_do_not_consume_the_request() {
    let script = [
        client("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"),
        server("HTTP/1.1 100 Continue\r\n\r\n"),
        client("body"),
        server("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        get("/next"),
        ok(202),
    ];
    let exchanges = expect(&script, &["POST / 4 -> 200", "GET /next -> 202 1"]);
    let informational = |at: usize| {
        let Payload::HttpResponse(response) = exchanges[at].response.as_ref().unwrap().payload else {
            panic!()
        };
        response.informational
    };
    assert_eq!((informational(0), informational(1)), (2, 0));
}

#[test]
fn an_answer_may_come_before_the_end_of_the_request() {
    let script = [
        client("POST /up HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234"),
        server("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"),
        client("56789"),
        get("/next"),
        ok(200),
    ];
    expect(&script, &["POST /up 10 -> 413 2", "GET /next -> 200 1"]);
    let cut = [
        client("POST /up HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234"),
        server("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"),
        Turn::End(Side::Server, End::Fin),
    ];
    expect(&cut, &["POST /up 5 -> 413 2 [partial truncated]"]);
}

#[test]
fn a_body_that_was_announced_may_be_withheld_after_a_refusal() {
    let script = [
        client("PUT /big HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n"),
        server("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"),
        client("PUT /small HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"),
        ok(200),
    ];
    expect(&script, &["PUT /big -> 417", "PUT /small 1 -> 200 1"]);
    let sent_all_the_same = [
        client("PUT /big HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"),
        server("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"),
        client("\u{1}\u{2}\u{3}\u{4}PUT /small HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"),
        ok(200),
    ];
    expect(&sent_all_the_same, &["PUT /big 4 -> 417", "PUT /small 1 -> 200 1"]);
}

#[test]
fn what_is_not_answered_says_why() {
    for (how, why) in [
        (End::Fin, "closed"),
        (End::Reset, "reset"),
        (End::Idle, "timeout"),
        (End::CaptureEnded, "capture_ended"),
        (End::Budget, "budget"),
    ] {
        let script = [get("/1"), get("/2"), ok(200), Turn::End(Side::Server, how)];
        let marked = if how == End::Reset { " [reset]" } else { "" };
        expect(&script, &["GET /1 -> 200 1", &format!("GET /2 -> - {why}{marked}")]);
    }
}

#[test]
fn a_client_that_closes_its_side_still_gets_its_answer() {
    expect(&[get("/1"), Turn::End(Side::Client, End::Fin), ok(200)], &["GET /1 -> 200 1"]);
}

#[test]
fn a_response_alone_is_an_exchange_without_request() {
    expect(&[ok(200), get("/1"), ok(201)], &["- -> 200 1 [partial]", "GET /1 -> 201 1"]);
}

#[test]
fn a_response_to_an_unknown_request_may_be_without_the_body_it_announces() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
    let script = [server(head), get("/1"), ok(201)];
    expect(&script, &["- -> 200 [partial]", "GET /1 -> 201 1"]);
    let script = [server("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"), get("/1"), ok(201)];
    expect(&script, &["- -> 200 [partial]", "GET /1 -> 201 1"]);
}

#[test]
fn of_too_many_requests_the_oldest_go_and_their_answers_are_nobodys() {
    let limits = Limits { pending_requests: 2, ..Limits::default() };
    let script = [get("/1"), get("/2"), get("/3"), ok(201), ok(202), ok(203), get("/4"), ok(204 + 1)];
    let played = run(Box::new(Http1::new(false)), &script, 1000, &limits);
    let lines: Vec<_> = played.exchanges.iter().map(told).collect();
    assert_eq!(
        lines,
        [
            "GET /1 -> - budget",
            "- -> 201 1 [partial]",
            "GET /2 -> 202 1",
            "GET /3 -> 203 1",
            "GET /4 -> 205 1"
        ]
    );
}

#[test]
fn bytes_of_waiting_requests_are_bounded() {
    let limits = Limits { pending_bytes: 20_000, ..Limits::default() };
    let post = || client(format!("POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n{}", "a".repeat(5000)));
    let script: Vec<_> = (0..100).map(|_| post()).collect();
    let played = run(Box::new(Http1::new(false)), &script, 5000, &limits);
    assert!(played.held < 30_000, "{}", played.held);
    assert_eq!(played.exchanges.len(), 100);
}

#[test]
fn nothing_is_held_between_exchanges() {
    let played = play(&[get("/1"), ok(200)], 1000);
    assert_eq!(played.held, 0);
}
