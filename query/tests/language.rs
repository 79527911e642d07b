//! The language as people meet it: what filters become in SQL, what is said of wrong ones and where, what they find.

use mizu_entry::testing::{Row, row};
use mizu_entry::{HttpRequest, HttpResponse, Message, Notes, Payload, Protocol, Timestamp};
use mizu_query::{Query, testing::filter};
use proptest::prelude::*;

#[test]
fn filters_become_conditions_with_bound_values() {
    let mut shown = String::new();
    for text in [
        "",
        "http",
        "gql or ws",
        "http and response.status >= 500 and request.path.startsWith(\"/pay\")",
        "a_field_is_there and not request.host".trim_start_matches("a_field_is_there and "),
        "response.status == 4xx",
        "response.status != 404",
        "status < 5",
        "status == r\"^4\"",
        "elapsedTime > 250ms",
        "elapsedTime <= 0.5us",
        "requestSize > 10KB or responseSize == 5GB",
        "timestamp >= \"2026-03-01T14:33:21.5Z\" and timestamp < 1772375700000",
        "src.ip == 10.0.0.0/8 and dst.ip != \"fd00::1\"",
        "src.ip startsWith \"10.\"",
        "namespace == \"shop\"",
        "namespace != \"shop\"",
        "request.headers[\"Accept\"] == \"a\" and request.headers[\"accept\"] != \"a\"",
        "request.headers[\"Content-Length\"] > 1000",
        "response.headers[\"x\"]",
        "request.headers[\":path\"] == \"/\"",
        "request.query[\"size\"] >= 5",
        "request.query[\"q\"]",
        "outcome == \"server_error\" and outcome != \"ok\" and outcome contains \"error\"",
        "notes == \"gap\" or notes != \"partial\" or notes",
        "outgoing == true or outgoing != true or outgoing",
        "summary == \"\" or summary != \"\"",
        "request.body =~ r\"(?i)err.r\\d\"",
        "request.body !~ \"x*\"",
        "grpc.service == \"shop.v1.Carts\" and grpc.status != 0",
        "id == 18446744073709551615",
        "connection > 99999999999999999999",
    ] {
        let sql = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_sql();
        let params: Vec<_> = sql.params.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        shown.push_str(&format!("{text}\n    {}\n    {}\n", sql.where_clause, params.join(" ")));
        assert!(!sql.where_clause.contains('?'), "{text}");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn wrong_filters_are_told_with_place_and_remedy() {
    let mut shown = String::new();
    for text in [
        "respnse.status == 404",
        "http and",
        "http and and",
        "http grpc",
        "http annd grpc",
        "(http or grpc",
        "http)",
        "= 5",
        "response.status = 404",
        "response.status == ",
        "response.status == abc",
        "response.status == \"abc\"",
        "response.status == 404 405",
        "404 == response.status",
        "request.path == \"/a",
        "request.path == r\"(\"",
        "request.path =~ r\"a(?=b)\"",
        "ä == \"😀\" and request.path =~ r\"ä(?<=b)\"",
        "request.path.contain(\"a\")",
        "request.path.contains(\"a\", \"b\")",
        "request.path.contains(r\"a\")",
        "request.path > \"a\"",
        "request.headers == \"a\"",
        "request.headers[accept] == \"a\"",
        "request.headers[\"a\" == \"a\"",
        "request.path[\"a\"]",
        "request.headers[\"a\"].b",
        "request.pth",
        "kafka and x",
        "headers",
        "protocol == \"htpt\"",
        "http == true",
        "outcome == \"bad\"",
        "notes == \"gaps\"",
        "notes contains \"gap\"",
        "elapsedTime > 5 parsec",
        "elapsedTime > 5parsec",
        "elapsedTime =~ r\"5\"",
        "requestSize > many",
        "requestSize > 10XB",
        "timestamp > \"yesterday\"",
        "src.ip == \"carts\"",
        "outgoing == 5",
        "request.path == \"\\d\"",
        "request.path == “a”",
        "request..path",
        "a & b",
        "limit(5)",
    ] {
        let error = Query::parse(text).expect_err(text);
        let units: Vec<u16> = text.encode_utf16().collect();
        let units = units.get(error.start as usize..error.end as usize).expect("a range of the text");
        let place = String::from_utf16(units).expect("whole characters");
        shown.push_str(&format!("{text}\n    {}..{} «{place}» {}\n", error.start, error.end, error.message));
        if let Some(suggestion) = error.suggestion {
            shown.push_str(&format!("    write «{suggestion}»\n"));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn the_list_of_fields_is_whole() {
    let list = mizu_query::fields();
    let mut shown = String::new();
    for field in list.fields.iter().chain(&list.macros) {
        shown.push_str(&format!("{} ({}) <- {}\n    {}\n", field.path, field.kind, field.column, field.help));
    }
    insta::assert_snapshot!(shown);
}

/// `GET carts/catalogue?size=5&tags=a+b` answered 404 after 250 ms.
fn exchange() -> Row {
    let mut row = Row { id: 7, worker: "w-1".into(), interface: "eth0".into(), ..Row::default() };
    row.src.name = "front-end".into();
    row.src.namespace = "shop".into();
    row.dst.name = "carts".into();
    row.entry.protocol = Protocol::Http;
    row.entry.flow.client.ip = [10, 0, 0, 1].into();
    row.entry.notes = Notes::REDACTED;
    let mut request = Box::<Message>::default();
    request.first = Timestamp::new(1_772_375_601, 0);
    request.wire_len = 600;
    let (method, target) =
        (request.push_text(b"GET"), request.push_text(b"/catalogue?size=5&tags=a+b&tags=c"));
    request.payload = Payload::HttpRequest(HttpRequest { method, target, ..HttpRequest::default() });
    request.push_header(b"Host", b"carts");
    request.push_header(b"Accept", b"text/html");
    request.push_header(b"ACCEPT", b"application/json");
    request.push_header(b"X-Empty", b"");
    let mut response = Box::<Message>::default();
    response.last = Timestamp::new(1_772_375_601, 250_000_000);
    response.payload = Payload::HttpResponse(HttpResponse { status: 404, ..HttpResponse::default() });
    response.push_header(b"content-length", b"1200");
    response.body.bytes = b"first\nsecond \xff end".to_vec();
    row.entry.request = Some(request);
    row.entry.response = Some(response);
    row
}

#[test]
fn a_filter_finds_what_it_says() {
    let row = exchange();
    let record = row.record();
    for (text, wanted) in [
        ("", true),
        ("http", true),
        ("http2 or grpc or gql or ws", false),
        ("response.status == 404 and response.status == \"404\" and response.status == 4xx", true),
        ("response.status < 4xx or response.status > 4xx", false),
        ("response.status == r\"^4\" and response.status startsWith \"40\"", true),
        ("response.status != 404", false),
        ("elapsedTime == 250 and elapsedTime >= 250ms and elapsedTime < 0.2501s", true),
        ("requestSize == 0.6KB", true),
        ("request.path == \"/catalogue\" and request.path.endsWith(\"logue\")", true),
        ("request.path contains \"CATALOGUE\"", false),
        ("request.path =~ r\"(?i)CATA\" and request.path !~ r\"^cata\"", true),
        ("request.url == \"carts/catalogue?size=5&tags=a+b&tags=c\"", true),
        ("request.headers[\":path\"] startsWith \"/catalogue?\"", true),
        ("request.query[\"size\"] == 5 and request.query[\"size\"] > 4.5", true),
        ("request.query[\"tags\"] == \"a b\" and request.query[\"tags\"] == \"c\"", true),
        ("request.query[\"tags\"] != \"a b\"", false),
        ("request.query[\"tags\"] != \"d\"", true),
        ("request.headers[\"accept\"] == \"application/json\"", true),
        ("request.headers[\"accept\"] != \"application/json\"", false),
        ("request.headers[\"x-empty\"] and request.headers[\"x-empty\"] == \"\"", true),
        ("request.headers[\"none\"] or request.headers[\"none\"] == \"\"", false),
        ("response.headers[\"Content-Length\"] > 1000", true),
        ("response.headers[\"Content-Length\"] > 1200", false),
        (
            "response.body contains \"second\" and response.body =~ r\"(?m)^second\" and response.body =~ r\"end$\"",
            true,
        ),
        ("response.body =~ r\"second . end\"", false),
        (
            "src.ip == 10.0.0.1 and src.ip == \"10.0.0.0/8\" and src.ip != 10.0.0.2 and src.ip startsWith \"10.\"",
            true,
        ),
        ("timestamp == \"2026-03-01T14:33:21Z\" and timestamp < \"2026-03-01T15:33:21.001+01:00\"", true),
        ("timestamp == 1772375601000", true),
        ("namespace == \"shop\" and namespace != \"other\"", true),
        ("namespace != \"shop\"", false),
        ("dst.namespace == \"shop\" or dst.namespace != \"shop\" or dst.namespace", false),
        ("dst.namespace == \"\"", true),
        ("outcome == \"client_error\"", true),
        ("notes == \"redacted\" and notes != \"gap\" and notes", true),
        ("outgoing == false and not outgoing and outgoing != true", true),
        ("id == 7 and worker == \"w-1\" and interface == \"eth0\"", true),
        ("true and not false", true),
    ] {
        let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(query.matches(&record), wanted, "{text}");
    }
}

#[test]
fn a_missing_field_makes_only_its_own_comparison_false() {
    let row = exchange();
    for (text, wanted) in [
        ("grpc.status == 0", false),
        ("grpc.status != 0", false),
        ("grpc.status < 100", false),
        ("not (grpc.status == 0)", true),
        ("grpc.status == 0 or response.status == 404", true),
        ("graphql.name != \"x\"", false),
        ("graphql.name !~ r\"x\"", false),
        ("traceId contains \"\"", false),
    ] {
        assert_eq!(Query::parse(text).expect(text).matches(&row.record()), wanted, "{text}");
    }
}

proptest! {
    #[test]
    fn random_filters_are_right_and_run(text in filter(), row in row()) {
        let query = Query::parse(&text);
        prop_assert!(query.is_ok(), "{text}: {query:?}");
        let query = query.expect("checked above");
        let found = query.matches(&row.record());
        let negated = Query::parse(&format!("not ({text})")).expect("right as well");
        prop_assert_ne!(negated.matches(&row.record()), found);
        let sql = query.to_sql();
        prop_assert!(!sql.where_clause.contains('?'));
        for (name, _) in &sql.params {
            prop_assert!(sql.where_clause.contains(&format!("{{{name}:")), "{name}");
        }
    }

    #[test]
    fn any_text_is_read_or_refused_within_itself(text in "\\PC{0,80}", at in 0..100u32) {
        if let Err(error) = Query::parse(&text) {
            let units = u32::try_from(text.encode_utf16().count()).expect("short");
            prop_assert!(error.start <= error.end && error.end <= units, "{error:?}");
        }
        let _ = mizu_query::complete(&text, at);
    }

    #[test]
    fn a_filter_cut_anywhere_is_read_or_refused(text in filter(), at in any::<prop::sample::Index>()) {
        let cut = text.floor_char_boundary(at.index(text.len() + 1));
        let _ = Query::parse(text.get(..cut).expect("a boundary"));
        let _ = mizu_query::complete(&text, u32::try_from(cut).expect("short"));
    }
}
