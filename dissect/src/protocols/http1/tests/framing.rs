//! Where bodies end.

use std::io::Read;

use flate2::Compression;
use flate2::read::GzEncoder;

use super::{body, expect, play, told};
use crate::limits::Limits;
use crate::protocol::{End, Side};
use crate::protocols::http1::Http1;
use crate::testkit::{Turn, client, run, server};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn chunks_are_joined_and_extensions_and_trailers_are_not_the_body() {
    let script = [
        client(GET),
        server(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
             5;name=\"v;w\"\r\nhello\r\n1 ; x\r\n \r\n00A\r\n0123456789\r\n0\r\nDigest: abc\r\nOther : d\r\n\r\n",
        ),
        client(GET),
        server("HTTP/1.1 204 No Content\r\n\r\n"),
    ];
    let exchanges = expect(&script, &["GET / -> 200 16", "GET / -> 204"]);
    let response = exchanges[0].response.as_ref().unwrap();
    assert_eq!(body(Some(response)), "hello 0123456789");
    assert_eq!((response.header_count(), response.trailer_count()), (1, 2));
    assert_eq!(response.trailer(b"digest"), Some(&b"abc"[..]));
}

#[test]
fn chunked_wins_over_a_length_and_the_request_is_marked() {
    let script = [
        client(
            "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        ),
        server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ];
    expect(&script, &["POST / 1 -> 200 [malformed]"]);
}

#[test]
fn responses_without_body_have_none_whatever_their_length_says() {
    let script = [
        client("HEAD /a HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"),
        client("GET /b HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n"),
        client("GET /c HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"),
        client("GET /d HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nd"),
    ];
    expect(&script, &["HEAD /a -> 200", "GET /b -> 304", "GET /c -> 204", "GET /d -> 200 1"]);
}

#[test]
fn a_body_without_length_reaches_to_the_end_of_the_stream() {
    let ends = |how| {
        [client(GET), server("HTTP/1.0 200 OK\r\n\r\nall of "), server("it"), Turn::End(Side::Server, how)]
    };
    expect(&ends(End::Fin), &["GET / -> 200 9"]);
    expect(&ends(End::Reset), &["GET / -> 200 9 [partial truncated reset]"]);
    expect(&ends(End::CaptureEnded), &["GET / -> 200 9 [partial truncated]"]);
}

#[test]
fn a_body_cut_by_the_end_is_partial() {
    let script = [client(GET), server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour")];
    expect(&script, &["GET / -> 200 4 [partial truncated]"]);
}

#[test]
fn two_lengths_are_marked() {
    let same = [
        client("POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
        server("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx"),
    ];
    expect(&same, &["POST / 3 -> 200 1 [malformed]"]);
    let different = [
        client("POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n"),
        server("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    ];
    expect(&different, &["POST / -> 400 [partial malformed]"]);
}

#[test]
fn chunks_that_are_none_end_the_message() {
    for chunk in ["zz\r\n", "-1\r\n", "10000000000000000\r\n", "2\r\nabXX"] {
        let script =
            [client(GET), server(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}"))];
        let played = play(&script, 1000);
        assert_eq!(played.exchanges.len(), 1, "{chunk:?}");
        assert!(told(&played.exchanges[0]).contains("partial"), "{chunk:?}");
    }
}

#[test]
fn coded_bodies_are_decoded_chunked_or_not() {
    let mut coded = Vec::new();
    GzEncoder::new(&b"some text, some text, some text"[..], Compression::fast())
        .read_to_end(&mut coded)
        .unwrap();
    let mut chunked = format!("{:x}\r\n", coded.len()).into_bytes();
    chunked.extend_from_slice(&coded);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";
    let script = [client(GET), server([&head[..], &chunked].concat())];
    let exchanges = expect(&script, &["GET / -> 200 31"]);
    assert_eq!(body(exchanges[0].response.as_deref()), "some text, some text, some text");
}

#[test]
fn what_is_beyond_the_limit_is_passed_over_and_counted() {
    let limits = Limits { body_cap: 10, ..Limits::default() };
    let sized = format!("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}", "a".repeat(1000));
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n{}\r\n1f4\r\n{}\r\n0\r\nT: x\r\n\r\n",
        "a".repeat(500),
        "b".repeat(500)
    );
    for response in [sized, chunked] {
        let script = [client(GET), server(&response), client(GET), server("HTTP/1.1 204 No Content\r\n\r\n")];
        for piece in [1, 7, 100, 5000] {
            let played = run(Box::new(Http1::new(false)), &script, piece, &limits);
            let lines: Vec<_> = played.exchanges.iter().map(told).collect();
            assert_eq!(lines, ["GET / -> 200 1000 [truncated]", "GET / -> 204"], "in pieces of {piece}");
            let message = played.exchanges[0].response.as_ref().unwrap();
            assert_eq!((message.body.bytes.len(), message.wire_len), (10, response.len() as u64));
        }
    }
}
