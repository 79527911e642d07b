//! GraphQL in every carrier, and what only looks like it.

use mizu_entry::{GraphQlOperation, HttpRequest, Message, Payload};

use super::inspect;

fn request(method: &str, target: &str, content_type: &str, body: &[u8]) -> Message {
    let mut message = Message::default();
    let method = message.push_text(method.as_bytes());
    let target = message.push_text(target.as_bytes());
    message.payload = Payload::HttpRequest(HttpRequest { method, target, ..HttpRequest::default() });
    if !content_type.is_empty() {
        message.push_header(b"Content-Type", content_type.as_bytes());
    }
    message.body.bytes.extend_from_slice(body);
    message
}

/// `query Name`, `mutation` …, with `xN` behind it for a batch; empty for no GraphQL.
fn told(mut message: Message) -> String {
    inspect(&mut message);
    let Payload::HttpRequest(request) = message.payload else { unreachable!() };
    let Some(graphql) = request.graphql else { return String::new() };
    let name = String::from_utf8_lossy(message.text(graphql.name)).into_owned();
    let batch = if graphql.batch > 0 { format!(" x{}", graphql.batch) } else { String::new() };
    format!("{} {name}{batch}", graphql.operation.name()).trim_end().to_owned()
}

fn json(body: &str) -> String {
    told(request("POST", "/graphql", "application/json", body.as_bytes()))
}

#[test]
fn the_operation_that_runs_is_told_from_a_json_body() {
    let cases = [
        (r#"{"query":"{ me { id } }"}"#, "query"),
        (r#"{"query":"query Me { me { id } }"}"#, "query Me"),
        (r#"{"query":"mutation($id: ID!) { drop(id: $id) }"}"#, "mutation"),
        (
            r#" { "variables" : {"query":"mutation X { a }"}, "query" : "subscription S @live { s }" } "#,
            "subscription S",
        ),
        (r#"{"operationName":"B","query":"query A { a } mutation B { b }"}"#, "mutation B"),
        (r#"{"query":"query A { a } mutation B { b }","operationName":"B"}"#, "mutation B"),
        (r#"{"query":"query A { a } mutation B { b }","operationName":null}"#, "query A"),
        (r#"{"query":"query A { a } mutation B { b }","operationName":"Missing"}"#, "query A"),
        (r#"{"query":"\n  # mutation No { x }\n\tquery\n  Me\n{ me }"}"#, "query Me"),
        (r#"{"query":"\ufeffquery Me{me}"}"#, "query Me"),
        ("{\"query\":\"\u{feff}query Me{me}\"}", "query Me"),
        (r#"{"query":"fragment F on User { query mutation } query Me { me { ...F } }"}"#, "query Me"),
        (
            r#"{"query":"query A($f: F = {a: \"}\", b: [1]}) { a(x: \"mutation B {\") } mutation B { b }","operationName":"B"}"#,
            "mutation B",
        ),
        (
            r#"{"query":"query A { a(x: \"\"\" } \\\"\"\" mutation N { \"\"\") b(x: \"\") } mutation B { b }","operationName":"B"}"#,
            "mutation B",
        ),
        (r#"{"query":"{ ...F }"}"#, "query"),
        (r#"{"query":"\u0071uery Me { me }"}"#, "query Me"),
    ];
    for (body, expected) in cases {
        assert_eq!(json(body), expected, "{body}");
    }
}

#[test]
fn a_list_of_requests_is_a_batch() {
    assert_eq!(json(r#"[{"query":"query A { a }"} , {"query":"{ b }"}]"#), "query A x2");
    assert_eq!(json(r#"[{"query":"query A { a }"}]"#), "query A x1");
    assert_eq!(json(r#"[{"query":"query A { a }"},{"x":1}]"#), "");
    assert_eq!(json("[]"), "");
}

#[test]
fn what_is_called_query_but_is_no_graphql_is_left_alone() {
    let cases = [
        r#"{"query":"select * from users"}"#,
        r#"{"query":"query string syntax is nice"}"#,
        r#"{"query":"{\"match\":{\"title\":\"x\"}}"}"#,
        r#"{"query":{"match_all":{}}}"#,
        r#"{"query":""}"#,
        r#"{"query":"type User { id: ID }"}"#,
        r#"{"inner":{"query":"{ me }"}}"#,
        r#""query""#,
        r#"{"query"#,
        "",
    ];
    for body in cases {
        assert_eq!(json(body), "", "{body}");
    }
}

#[test]
fn a_cut_body_tells_what_its_beginning_shows() {
    let body =
        r#"{"query":"query Me($id: ID!) { me(id: $id) { name friends { name } } }","variables":{"id":7}}"#;
    for len in 0..=body.len() {
        let (cut, _) = body.split_at(len);
        let told = json(cut);
        if len >= 20 {
            assert_eq!(told, "query Me", "{cut}");
        } else {
            assert!(["", "query", "query M", "query Me"].contains(&told.as_str()), "{cut}: {told}");
        }
    }
}

#[test]
fn every_other_carrier_is_read() {
    let cases = [
        ("GET", "/graphql?query=query+Me%20%7B%20me%20%7D&x=1", "", "", "query Me"),
        ("GET", "/graphql?query=%7Bme%7D", "", "", "query"),
        ("GET", "/graphql?a=b&operationName=B&query=query%20A%7Ba%7Dquery%20B%7Bb%7D", "", "", "query B"),
        ("GET", "/search?query=shoes", "", "", ""),
        (
            "GET",
            "/graphql?operationName=Me&extensions=%7B%22persistedQuery%22%3A%7B%7D%7D",
            "",
            "",
            "query Me",
        ),
        ("GET", "/graphql", "", "", ""),
        ("POST", "/", "application/graphql", "mutation Drop { drop }", "mutation Drop"),
        ("POST", "/", "application/graphql; charset=utf-8", "{ me }", "query"),
        ("POST", "/", "application/x-www-form-urlencoded", "query=mutation+Drop%7Bdrop%7D", "mutation Drop"),
        ("POST", "/", "", r#"{"query":"{ me }"}"#, "query"),
        (
            "POST",
            "/",
            "application/json",
            r#"{"operationName":"Me","extensions":{"persistedQuery":{"version":1}}}"#,
            "query Me",
        ),
        (
            "POST",
            "/",
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"mutation Up { up }\"}\r\n--x\r\n",
            "mutation Up",
        ),
        ("PUT", "/", "application/json", r#"{"query":"{ me }"}"#, ""),
    ];
    for (method, target, content_type, body, expected) in cases {
        assert_eq!(told(request(method, target, content_type, body.as_bytes())), expected, "{target} {body}");
    }
}

#[test]
fn an_encoded_body_is_not_looked_at() {
    let mut message = request("POST", "/", "application/json", br#"{"query":"{ me }"}"#);
    message.body.encoded = true;
    assert_eq!(told(message), "");
}

#[test]
fn deep_nesting_is_passed_over() {
    let deep = format!(
        r#"{{"variables":{}1{},"query":"mutation Deep {{ a }}"}}"#,
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    assert_eq!(json(&deep), "mutation Deep");
    let braces = format!(
        r#"{{"query":"query A {} a {} query B {{ b }}","operationName":"B"}}"#,
        "{ x ".repeat(9_000),
        "}".repeat(9_000)
    );
    assert_eq!(json(&braces), "query B");
}

proptest::proptest! {
    #[test]
    fn any_body_is_read_without_harm(body in "[{}\\[\\]\",:\\\\ #a-z_()@$!.n]{0,200}") {
        let _ = json(&format!("{{\"query\":\"{body}"));
        let _ = told(request("POST", "/", "application/graphql", body.as_bytes()));
        let _ = told(request("GET", &format!("/?query={body}"), "", b""));
    }

    #[test]
    fn an_operation_is_found_behind_any_fragment(name in "[A-Za-z_][A-Za-z0-9_]{0,20}", inner in "[a-z {]{0,10}") {
        let closing = "}".repeat(inner.matches('{').count());
        let body = format!(r#"{{"query":"fragment F on T {{ a {inner} {closing} }} mutation {name} {{ b }}"}}"#);
        let expected = format!("{} {name}", GraphQlOperation::Mutation.name());
        proptest::prop_assert_eq!(json(&body), expected);
    }
}
