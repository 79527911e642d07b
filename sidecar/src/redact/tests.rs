//! Redaction of whole entries: data in, data out.

use mizu_entry::{HttpRequest, Protocol};
use proptest::prelude::*;

use super::*;

fn entry(target: &str, headers: &[(&str, &str)], body: &str) -> Entry {
    let mut message = Box::<Message>::default();
    let target = message.push_text(target.as_bytes());
    message.payload = Payload::HttpRequest(HttpRequest { target, ..HttpRequest::default() });
    for (name, value) in headers {
        message.push_header(name.as_bytes(), value.as_bytes());
    }
    message.body.bytes.extend_from_slice(body.as_bytes());
    message.body.len = body.len() as u64;
    Entry { protocol: Protocol::Http, request: Some(message), ..Entry::default() }
}

fn redacted(mut entry: Entry) -> (String, Vec<(String, String)>, String, bool) {
    Redactor::new(&[], &[r"\b\d{16}\b".to_owned()]).unwrap().redact(&mut entry);
    let noted = entry.notes.contains(Notes::REDACTED);
    let message = entry.request.unwrap();
    let Payload::HttpRequest(request) = message.payload else { panic!("a request stays one") };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = message.headers().map(|field| (text(field.name), text(field.value))).collect();
    (text(message.text(request.target)), headers, text(&message.body.bytes), noted)
}

#[test]
fn secrets_are_replaced_wherever_they_have_a_name() {
    let (target, headers, body, noted) = redacted(entry(
        "/login?user=ann&page=2&access_token=abc#top",
        &[
            ("Authorization", "Bearer abc"),
            ("Cookie", "session=abc; theme=dark"),
            ("Set-Cookie", "id=abc; Path=/; HttpOnly"),
            ("X-Api-Key", "abc"),
            ("User-Agent", "curl/8"),
        ],
        r#"{"name":"n","password" : "a\"bc","user":{"id":7,"zip":"1"},"tokens":["a",{"b":"]"}],"pin":null,"key":5}"#,
    ));
    assert_eq!(target, "/login?user=[REDACTED]&page=2&access_token=[REDACTED]#top");
    let values: Vec<&str> = headers.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(
        values,
        [
            "Bearer [REDACTED]",
            "session=[REDACTED]; theme=[REDACTED]",
            "id=[REDACTED]; Path=/; HttpOnly",
            "[REDACTED]",
            "curl/8"
        ]
    );
    assert_eq!(
        body,
        r#"{"name":"n","password" : "[REDACTED]","user":{"id":7,"zip":"[REDACTED]"},"tokens":"[REDACTED]","pin":null,"key":"[REDACTED]"}"#
    );
    assert!(noted);
}

#[test]
fn a_form_is_redacted_by_its_names() {
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let (_, _, body, _) = redacted(entry("/", &form, "a=1&pass%77ord=abc&b=2&token="));
    assert_eq!(body, "a=1&pass%77ord=[REDACTED]&b=2&token=");
}

#[test]
fn what_an_expression_matches_is_masked_in_text() {
    let (_, _, body, noted) =
        redacted(entry("/", &[("Content-Type", "text/plain")], "card 4111111111111111."));
    assert_eq!(body, "card [REDACTED].");
    assert!(noted);
}

#[test]
fn a_body_that_is_cut_off_is_redacted_as_far_as_it_goes() {
    let (_, _, body, _) = redacted(entry("/", &[], r#"{"a":1,"password":"abc"#));
    assert_eq!(body, r#"{"a":1,"password":"[REDACTED]""#);
}

#[test]
fn nothing_sensitive_means_nothing_changed() {
    let body = r#"[{"title":"keyboard","n":[1,2]}]"#;
    let (target, _, kept, noted) = redacted(entry("/catalogue?size=6", &[("Accept", "*/*")], body));
    assert_eq!((target.as_str(), kept.as_str(), noted), ("/catalogue?size=6", body, false));
}

proptest! {
    #[test]
    fn no_body_makes_the_scanner_panic(body in "[\\[{}\\]\",:\\\\ a-cn0-9]{0,80}|\\{\"token\":[\\[{}\\]\",:\\\\ a-c]{0,40}") {
        redacted(entry("/", &[], &body));
    }

    #[test]
    fn valid_json_stays_valid_and_loses_the_secret(depth in 0_usize..5, secret in "[a-z]{12}") {
        let mut value = serde_json::json!({ "clientSecret": secret, "note": "x" });
        for level in 0..depth {
            value = if level % 2 == 0 { serde_json::json!([1, value]) } else { serde_json::json!({ "in": value }) };
        }
        let (_, _, body, _) = redacted(entry("/", &[], &value.to_string()));
        prop_assert!(!body.contains(&secret));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
    }
}
