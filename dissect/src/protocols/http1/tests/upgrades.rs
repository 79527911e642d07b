//! Ways out of HTTP/1.

use super::{expect, play, told};
use crate::conversation::Verdict;
use crate::testkit::{client, server};
use mizu_entry::Protocol;

#[test]
fn a_tunnel_is_given_to_recognition_with_what_is_in_it() {
    let script = [
        client("CONNECT db:5432 HTTP/1.1\r\nHost: db\r\n\r\nearly"),
        server("HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\nhello"),
    ];
    let played = play(&script, 1000);
    assert_eq!(played.exchanges.iter().map(told).collect::<Vec<_>>(), ["CONNECT db:5432 -> 200"]);
    assert_eq!(played.verdict, Some(Verdict::Probe));
}

#[test]
fn a_tunnel_that_is_refused_stays_http() {
    let script = [
        client("CONNECT db:5432 HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 407 Who\r\nContent-Length: 2\r\n\r\nno"),
        client("CONNECT db:5432 HTTP/1.1\r\nProxy-Authorization: x\r\n\r\n"),
        server("HTTP/1.1 502 Down\r\nContent-Length: 0\r\n\r\n"),
    ];
    expect(&script, &["CONNECT db:5432 -> 407 2", "CONNECT db:5432 -> 502"]);
}

#[test]
fn an_upgrade_to_websocket_goes_on_in_it() {
    let script = [
        client("GET /chat HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
        server(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x01\x02hi\u{0}",
        ),
    ];
    for piece in [1000, 1] {
        let played = play(&script, piece);
        assert_eq!(told(&played.exchanges[0]), "GET /chat -> 101", "in pieces of {piece}");
        assert_eq!(played.exchanges[1].protocol, Protocol::WebSocket);
    }
}

#[test]
fn an_upgrade_that_is_not_granted_stays_http() {
    let script = [
        client(
            "GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n",
        ),
        server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        client("GET /2 HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 204 No Content\r\n\r\n"),
    ];
    expect(&script, &["GET / -> 200", "GET /2 -> 204"]);
}

#[test]
fn an_upgrade_to_something_else_is_given_to_recognition() {
    let script = [
        client("POST /exec HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"),
        server("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nraw"),
    ];
    let played = play(&script, 1000);
    assert_eq!(told(&played.exchanges[0]), "POST /exec -> 101");
    assert_eq!(played.verdict, Some(Verdict::Probe));
}
