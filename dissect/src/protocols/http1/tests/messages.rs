//! Heads: what is kept of them, and what is bent to be read.

use mizu_entry::{HttpVersion, Notes, Payload};

use super::{body, expect, play};
use crate::testkit::{client, server};

#[test]
fn a_request_and_its_response_are_one_exchange_with_all_their_fields() {
    let script = [
        client(
            "POST /cart?x=1 HTTP/1.1\r\nHost: carts\r\nX-Twice: a\r\nx-twice:  b \r\nContent-Length: 5\r\n\r\nhello",
        ),
        server(
            "HTTP/1.1 201 Created indeed\r\nContent-Type: text/plain\r\nEmpty:\r\nContent-Length: 2\r\n\r\nok",
        ),
    ];
    let exchanges = expect(&script, &["POST /cart?x=1 5 -> 201 2"]);
    let request = exchanges[0].request.as_ref().unwrap();
    let fields: Vec<_> = request.headers().map(|field| (field.name, field.value)).collect();
    assert_eq!(
        fields,
        [(&b"Host"[..], &b"carts"[..]), (b"X-Twice", b"a"), (b"x-twice", b"b"), (b"Content-Length", b"5")]
    );
    assert_eq!(request.wire_len, 90);
    let response = exchanges[0].response.as_ref().unwrap();
    let Payload::HttpResponse(line) = response.payload else { panic!() };
    assert_eq!(response.text(line.reason), b"Created indeed");
    assert_eq!(response.header(b"empty"), Some(&b""[..]));
    assert_eq!((body(Some(request)), body(Some(response))), ("hello".into(), "ok".into()));
}

#[test]
fn times_are_those_of_the_first_and_last_byte() {
    let script = [
        client("GET / HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
        server("01234"),
        server("56789"),
    ];
    let exchanges = play(&script, 1000).exchanges;
    let request = exchanges[0].request.as_ref().unwrap();
    let response = exchanges[0].response.as_ref().unwrap();
    assert_eq!(request.last.since(request.first), 0);
    assert_eq!(response.first.since(request.first), 1_000_000);
    assert_eq!(response.last.since(response.first), 2_000_000);
    assert_eq!(response.wire_len, 49);
}

#[test]
fn targets_of_every_form_and_methods_of_any_name_are_kept_as_sent() {
    for line in [
        "GET http://example.org/a?b#c",
        "OPTIONS *",
        "get /lower",
        "M-SEARCH *",
        "PROPFIND /\u{e9}t\u{e9}",
        "GET /100%",
    ] {
        let script =
            [client(format!("{line} HTTP/1.1\r\nA: b\r\n\r\n")), server("HTTP/1.1 204 No Content\r\n\r\n")];
        expect(&script, &[&format!("{line} -> 204")]);
    }
}

#[test]
fn heads_that_break_the_rules_are_read_and_marked() {
    let requests = [
        ("GET / HTTP/1.1\nHost: a\n\n", 1),
        ("GET / HTTP/1.1\r\nHost: a\nB: c\r\n\r\n", 2),
        ("GET / HTTP/1.1\r\nHost: a\r\n\tfolded\r\n\r\n", 1),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 1),
        ("GET / HTTP/1.1\r\nno colon here\r\nHost: a\r\n\r\n", 1),
        ("GET / HTTP/1.1\r\nBell: \u{7}\r\nHost: a\r\n\r\n", 2),
    ];
    for (request, fields) in requests {
        let script = [client(request), server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")];
        let marked = if request.contains('\u{7}') { "" } else { " [malformed]" };
        let exchanges = expect(&script, &[&format!("GET / -> 200{marked}")]);
        assert_eq!(exchanges[0].request.as_ref().unwrap().header_count(), fields, "{request:?}");
    }
}

#[test]
fn a_folded_field_is_one_field() {
    let script = [
        client("GET / HTTP/1.1\r\nLong: one\r\n  two \r\n\tthree\r\nB: c\r\n\r\n"),
        server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: y\r\n z\r\n\r\n"),
    ];
    let exchanges = expect(&script, &["GET / -> 200 [malformed]"]);
    assert_eq!(exchanges[0].request.as_ref().unwrap().header(b"long"), Some(&b"one two three"[..]));
    assert_eq!(exchanges[0].response.as_ref().unwrap().header(b"x"), Some(&b"y z"[..]));
}

#[test]
fn a_target_with_spaces_is_whole() {
    let script = [
        client("GET /a b c HTTP/1.1\r\nHost: a\r\n\r\n"),
        server("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    ];
    expect(&script, &["GET /a b c -> 400 [malformed]"]);
}

#[test]
fn a_line_without_version_is_a_request_if_its_method_is_known() {
    for (line, told) in [
        ("GET /HTTP/1.1", "GET /HTTP/1.1"),
        ("PUT / HTTP/1.", "PUT /"),
        ("OPTIONS HTTP/1.1", "OPTIONS HTTP/1.1"),
        ("OPTIONS", "OPTIONS "),
    ] {
        let script = [
            client(format!("{line}\nHost: a\n\n")),
            server("HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
        ];
        expect(&script, &[&format!("{told} -> 400 [malformed]")]);
    }
    assert!(play(&[client("PUT/ HTTP/1.1\nHost: a\n\n")], 1000).verdict.is_some());
}

#[test]
fn very_many_fields_are_counted_up_to_the_limit() {
    let head = |count: usize| {
        let fields: String = (0..count).map(|number| format!("x-{number}: v\r\n")).collect();
        format!("GET / HTTP/1.1\r\n{fields}\r\n")
    };
    for (sent, kept, notes) in [(64, 64, ""), (65, 65, ""), (300, 300, ""), (1001, 1000, " [partial]")] {
        let script = [client(head(sent)), server("HTTP/1.1 204 No Content\r\n\r\n")];
        let played = play(&script, 500);
        assert_eq!(super::told(&played.exchanges[0]), format!("GET / -> 204{notes}"));
        assert_eq!(played.exchanges[0].request.as_ref().unwrap().header_count(), kept);
    }
}

#[test]
fn a_head_beyond_the_limit_is_a_fault() {
    let played = play(&[client(format!("GET / HTTP/1.1\r\nx: {}", "a".repeat(300_000)))], 1400);
    assert!(played.exchanges.is_empty() && played.verdict.is_some());
}

#[test]
fn empty_lines_before_a_message_are_passed_over() {
    let script = [
        client("\r\n\r\nGET /a HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 204 No Content\r\n\r\n"),
        client("POST /b HTTP/1.1\r\nContent-Length: 1\r\n\r\nx\r\n\r\nGET /c HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 204 No Content\r\n\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
    ];
    let exchanges = expect(&script, &["GET /a -> 204", "POST /b 1 -> 204", "GET /c -> 204"]);
    assert_eq!(exchanges[0].request.as_ref().unwrap().wire_len, 19);
}

#[test]
fn http_0_9_has_a_line_and_a_body_and_nothing_else() {
    let script = [client("GET /old\r\n"), server("<title>old</title>")];
    let exchanges = expect(&script, &["GET /old -> 0 18"]);
    let Payload::HttpRequest(request) = exchanges[0].request.as_ref().unwrap().payload else { panic!() };
    assert_eq!(request.version, HttpVersion::V0_9);
}

#[test]
fn shoutcast_answers_in_its_own_name() {
    let script = [client("GET /stream HTTP/1.0\r\n\r\n"), server("ICY 200 OK\r\nicy-name: x\r\n\r\nmusic")];
    expect(&script, &["GET /stream -> 200 5 [malformed]"]);
}

#[test]
fn a_reason_may_be_absent_or_hold_any_bytes() {
    for (line, reason) in [
        ("HTTP/1.1 200 ", &b""[..]),
        ("HTTP/1.1 200", b""),
        ("HTTP/1.1 200 D\u{e9}j\u{e0} vu", "D\u{e9}j\u{e0} vu".as_bytes()),
    ] {
        let script =
            [client("GET / HTTP/1.1\r\n\r\n"), server(format!("{line}\r\nContent-Length: 0\r\n\r\n"))];
        let exchanges = expect(&script, &["GET / -> 200"]);
        let response = exchanges[0].response.as_ref().unwrap();
        let Payload::HttpResponse(said) = response.payload else { panic!() };
        assert_eq!(response.text(said.reason), reason, "{line}");
    }
}

#[test]
fn health_probes_are_marked() {
    let script = [
        client("GET /healthz HTTP/1.1\r\nUser-Agent: kube-probe/1.31\r\n\r\n"),
        server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    ];
    let exchanges = expect(&script, &["GET /healthz -> 200 2 [probe]"]);
    assert!(exchanges[0].notes.contains(Notes::PROBE));
}

#[test]
fn graphql_is_told_at_the_end_of_the_request() {
    let query = r#"{"query":"mutation Buy { buy }"}"#;
    let script = [
        client(format!(
            "POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{query}",
            query.len()
        )),
        server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    ];
    let exchanges = expect(&script, &["POST /graphql 32 -> 200 2"]);
    let request = exchanges[0].request.as_ref().unwrap();
    let Payload::HttpRequest(line) = request.payload else { panic!() };
    assert_eq!(request.text(line.graphql.unwrap().name), b"Buy");
}
