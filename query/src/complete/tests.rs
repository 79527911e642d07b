//! What is proposed where. `|` is the cursor.

use super::*;

/// What would be replaced, and the first proposals.
fn proposed(marked: &str) -> (String, Vec<String>) {
    let text = marked.replace('|', "");
    let before = marked.split('|').next().expect("text before the cursor");
    let units = u32::try_from(before.encode_utf16().count()).expect("short");
    let found = complete(&text, units);
    let units: Vec<u16> = text.encode_utf16().collect();
    let replaced =
        String::from_utf16(&units[found.start as usize..found.end as usize]).expect("whole characters");
    (replaced, found.items.into_iter().map(|item| item.text).take(3).collect())
}

fn wanted(marked: &str) -> Option<ValuesWanted> {
    let cursor = marked.find('|').expect("a cursor");
    complete(&marked.replace('|', ""), u32::try_from(cursor).expect("short")).values
}

#[test]
fn the_cursor_decides_what_is_proposed_and_what_is_replaced() {
    for (marked, replaced, items) in [
        ("|", "", &["http", "http2", "grpc"][..]),
        ("http and |", "", &["http", "http2", "grpc"]),
        ("ht|", "ht", &["http", "http2"]),
        ("response.st|", "response.st", &["response.status"]),
        ("stat|", "stat", &["status", "statusText", "response.status"]),
        ("response.|", "response.", &["response.status", "response.headers[\"", "response.body"]),
        (
            "not ws or req|uest.path == \"x\"",
            "request.path",
            &["requestSize", "request.method", "request.path"],
        ),
        ("req|uest.path.contains(\"x\")", "request.path", &["requestSize", "request.method", "request.path"]),
        ("request.path |", "", &["==", "!=", "<"]),
        ("request.path con|", "con", &["contains"]),
        ("request.path.|", "", &["contains(\"", "startsWith(\"", "endsWith(\""]),
        ("request.path.st|", "st", &["startsWith(\""]),
        ("request.headers[\"a\"] |", "", &["==", "!=", "<"]),
        ("response.status == |", "", &["2xx", "3xx", "4xx"]),
        ("response.status == 4|", "4", &["4xx"]),
        ("outcome == \"cl|", "\"cl", &["\"client_error\""]),
        ("outcome == \"cl|\"", "\"cl\"", &["\"client_error\""]),
        ("protocol == gr|", "gr", &["\"grpc\""]),
        ("elapsedTime > |", "", &["100ms", "500ms", "1s"]),
        ("request.path =~ |", "", &["r\""]),
        ("http |", "", &["and", "or"]),
        ("response.status == 404 |", "", &["and", "or"]),
        ("response.status == 404 a|", "a", &["and"]),
        ("(http) |", "", &["and", "or"]),
        ("request.path.contains(\"x\") |", "", &["and", "or"]),
        ("src.name == \"ä😀\" and ht|", "ht", &["http", "http2"]),
    ] {
        let found = proposed(marked);
        assert_eq!(
            (found.0.as_str(), found.1.iter().map(String::as_str).collect::<Vec<_>>().as_slice()),
            (replaced, items),
            "{marked}"
        );
    }
}

#[test]
fn values_of_the_traffic_are_asked_for_by_an_expression() {
    for (marked, expression, prefix, inserted) in [
        ("src.name == |", "src", "", "\"a\\\"b\""),
        ("src.name == \"ca|", "src", "ca", "\"a\\\"b\""),
        ("request.headers[\"Ac|", "arrayJoin(mapKeys(req_headers))", "ac", "\"a\\\"b\"]"),
        ("request.headers[\"Accept\"] == \"|", "req_headers[{key:String}]", "", "\"a\\\"b\""),
        ("response.status == |", "if(http_status = 0, '', toString(http_status))", "", "a\"b"),
        ("namespace == |", "arrayJoin([src_ns, dst_ns])", "", "\"a\\\"b\""),
        ("request.path.startsWith(\"/c|", "path", "/c", "\"a\\\"b\""),
    ] {
        let found = wanted(marked).expect(marked);
        assert_eq!((found.expression.as_str(), found.prefix.as_str()), (expression, prefix), "{marked}");
        assert_eq!(found.insert("a\"b"), inserted, "{marked}");
    }
    for marked in ["request.body == |", "outcome == |", "timestamp > |", "|", "request.path =~ |", "id == |"]
    {
        assert_eq!(wanted(marked), None, "{marked}");
    }
}

#[test]
fn no_place_in_any_text_makes_it_fall() {
    for text in
        ["", "((((", "a.b[\"", "request.headers[\"x\"].contains(\"", "== == \"ä", "r\"(", "not not !", "a..b"]
    {
        for at in 0..u32::try_from(text.len() + 2).expect("short") {
            let _ = complete(text, at);
        }
    }
}
