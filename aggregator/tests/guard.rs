//! Who may ask.

use crate::support::{
    aggregator::{Aggregator, BEARER, TOKEN},
    http::request,
};

/// Every route of the contract, the page's, and one that is none.
fn routes(aggregator: &Aggregator) -> Vec<(String, String)> {
    let contract = aggregator.json("/api/openapi.json");
    let mut routes: Vec<_> = contract["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let path = path.replace("{id}", "1").replace("{side}", "request");
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(move |m| (m.to_uppercase(), path.clone()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(routes.len() >= 12, "{routes:?}");
    for path in ["/", "/mizu", "/mizu/", "/mizu/coverage", "/mizu/assets/x.js", "/nothing", "/api/nothing"] {
        routes.push(("GET".into(), path.into()));
        routes.push(("POST".into(), path.into()));
        routes.push(("DELETE".into(), path.into()));
    }
    routes
}

#[test]
fn every_route_refuses_a_missing_token_a_foreign_host_and_a_foreign_origin() {
    let aggregator = Aggregator::start();
    let (at, port) = (&aggregator.read, aggregator.read.rsplit(':').next().unwrap());
    let rebound = format!("evil.example:{port}");
    let own = format!("http://{at}");
    let cookie = format!("mizu_token={TOKEN}");
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for (method, path) in routes(&aggregator) {
        for (case, headers, want) in [
            ("no token", vec![("host", at.as_str())], 401),
            ("wrong token", vec![("host", at), ("authorization", "Bearer wrong-token-0123456")], 401),
            ("wrong cookie", vec![("host", at), ("cookie", "mizu_token=wrong-token-0123456")], 401),
            ("foreign host", vec![("host", &rebound), ("authorization", BEARER)], 403),
            ("foreign host and cookie", vec![("host", &rebound), ("cookie", &cookie)], 403),
            (
                "foreign origin",
                vec![("host", at), ("cookie", &cookie), ("origin", "http://evil.example")],
                403,
            ),
            ("no origin of a page", vec![("host", at), ("cookie", &cookie), ("origin", "null")], 403),
        ] {
            let plain = request(at, &method, &path, &headers, b"").unwrap();
            assert_eq!(plain.status, want, "{case}: {method} {path}");
            let all: Vec<_> = headers.iter().copied().chain(upgrade).collect();
            let upgraded = request(at, &method, &path, &all, b"").unwrap();
            assert_eq!(upgraded.status, want, "{case}, as a WebSocket: {method} {path}");
        }
        let right = [("host", at.as_str()), ("authorization", BEARER), ("origin", own.as_str())];
        let answer = request(at, &method, &path, &right, b"").unwrap();
        assert!(![401, 403].contains(&answer.status), "{method} {path}: {}", answer.status);
        assert!(answer.header("content-security-policy").is_some(), "{method} {path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{method} {path}");
    }
}

#[test]
fn the_address_with_the_token_gives_a_cookie_that_scripts_and_other_sites_do_not_get() {
    let aggregator = Aggregator::start();
    let at = &aggregator.read;
    let enter = request(at, "GET", &format!("/mizu?token={TOKEN}"), &[("host", at)], b"").unwrap();
    assert_eq!((enter.status, enter.header("location")), (303, Some("/mizu")));
    let cookie = enter.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(request(at, "GET", "/mizu", &[("host", at), ("cookie", pair)], b"").unwrap().status, 200);
    let wrong = request(at, "GET", "/mizu?token=wrong-token-0123456", &[("host", at)], b"").unwrap();
    assert_eq!((wrong.status, wrong.header("set-cookie")), (401, None));
}

#[test]
fn the_policy_of_the_page_allows_no_inline_script_and_no_other_host() {
    let aggregator = Aggregator::start();
    let policy = aggregator.get("/mizu").header("content-security-policy").unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'), "{policy}");
}
