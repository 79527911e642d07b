//! Entries found against entries due, one capture at a time: which are missing, which nobody asked for, which fields differ.
//! In: JSON lines of the corpus format, on both sides. An entry is another's equal when protocol, stream and key fields agree.
//! Absent, null, zero and empty are the same; names of hosts and media types compare without case; debatable fields are not compared.

use serde_json::Value;
use std::collections::HashMap;

/// Fields of the request that make an entry the one it is.
fn key_fields(protocol: &str) -> &'static [&'static str] {
    match protocol {
        "http" => &["method", "target"],
        "http2" => &["method", "path", "stream_id"],
        "grpc" => &["path", "stream_id"],
        "websocket" => &["dir", "opcode", "length"],
        _ => &[],
    }
}

/// Fields whose values compare without case and without a final dot.
const WITHOUT_CASE: &[&str] = &["host", "authority", "content_type", "content_encoding", "scheme", "sni"];

fn key(entry: &Value) -> String {
    let protocol = entry["protocol"].as_str().unwrap_or("");
    let request = &entry["request"];
    let identity: Vec<String> = if request.is_object() {
        key_fields(protocol).iter().map(|f| request[*f].to_string().to_lowercase()).collect()
    } else {
        vec!["answer only".to_owned(), entry["response"]["status"].to_string()]
    };
    format!("{protocol} {} {}", entry["stream"].as_str().unwrap_or(""), identity.join(" "))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(s) => s.is_empty(),
        Value::Array(a) => a.is_empty(),
        Value::Number(n) => n.as_f64() == Some(0.0),
        Value::Bool(_) | Value::Object(_) => false,
    }
}

fn same(field: &str, due: &Value, found: &Value) -> bool {
    if due == found || (is_nothing(due) && is_nothing(found)) {
        return true;
    }
    let plain = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let (due, found) = (plain(due), plain(found));
    if WITHOUT_CASE.contains(&field) {
        return due.to_lowercase().trim_end_matches('.') == found.to_lowercase().trim_end_matches('.');
    }
    due == found
}

/// Names the fields of one side of an entry: `response.status`, `request.graphql.name`.
fn flat(side: &str, of: &Value, out: &mut Vec<(String, Value)>) {
    let Some(fields) = of.as_object() else { return };
    for (name, value) in fields {
        let path = format!("{side}.{name}");
        if value.is_object() { flat(&path, value, out) } else { out.push((path, value.clone())) }
    }
}

fn fields(entry: &Value) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    flat("request", &entry["request"], &mut out);
    flat("response", &entry["response"], &mut out);
    out
}

/// The fields of `due` that `found` has otherwise.
fn wrong_fields(due: &Value, found: &Value) -> Vec<String> {
    let debatable: Vec<&str> =
        due["debatable"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let has: HashMap<String, Value> = fields(found).into_iter().collect();
    let mut wrong = Vec::new();
    if due["response"].is_object() != found["response"].is_object() {
        wrong.push(format!("response: due {}, found {}", due["response"], found["response"]));
    }
    for (path, value) in fields(due) {
        let name = path.rsplit('.').next().unwrap_or("");
        let other = has.get(&path).unwrap_or(&Value::Null);
        if !debatable.contains(&path.as_str()) && !same(name, &value, other) {
            wrong.push(format!("{path}: due {value}, found {other}"));
        }
    }
    wrong
}

/// Every difference between what is due in a capture and what was found, one a line.
pub(crate) fn faults(due: &[Value], found: &[Value]) -> Vec<String> {
    let mut pool: HashMap<String, Vec<&Value>> = HashMap::new();
    for entry in found {
        pool.entry(key(entry)).or_default().push(entry);
    }
    let optional = |e: &Value| e["optional"] == true;
    let mut faults = Vec::new();
    // Due ones first; among equals the one that agrees in every field, so that one missed entry puts no other out of step.
    let (due_first, then_optional): (Vec<&Value>, Vec<&Value>) = due.iter().partition(|e| !optional(e));
    let mut unmatched = Vec::new();
    for entry in due_first.into_iter().chain(then_optional) {
        let candidates = pool.entry(key(entry)).or_default();
        match candidates.iter().position(|c| wrong_fields(entry, c).is_empty()) {
            Some(at) => drop(candidates.remove(at)),
            None => unmatched.push(entry),
        }
    }
    for entry in unmatched {
        let candidates = pool.entry(key(entry)).or_default();
        if candidates.is_empty() {
            if !optional(entry) {
                faults.push(format!("missed: {}", key(entry)));
            }
            continue;
        }
        let other = candidates.remove(0);
        if !optional(entry) {
            faults.extend(wrong_fields(entry, other).into_iter().map(|w| format!("{}: {w}", key(entry))));
        }
    }
    // An answer without its request is optional under any entry of the stream that has it.
    for half in due.iter().filter(|e| optional(e) && !e["request"].is_object()) {
        let prefix =
            format!("{} {} ", half["protocol"].as_str().unwrap_or(""), half["stream"].as_str().unwrap_or(""));
        for (_, left) in pool.iter_mut().filter(|(k, _)| k.starts_with(&prefix)) {
            if let Some(at) = left
                .iter()
                .position(|e| same("status", &half["response"]["status"], &e["response"]["status"]))
            {
                left.remove(at);
                break;
            }
        }
    }
    faults.extend(pool.values().flatten().map(|e| format!("false: {}", key(e))));
    faults.sort();
    faults
}

#[test]
fn a_difference_of_each_kind_is_a_fault_and_what_is_optional_is_none() {
    let lines = crate::captures::lines;
    let get = r#"{"protocol":"http","stream":"a>b","request":{"method":"GET","target":"/","host":"Shop"},"response":{"status":200}}"#;
    for (case, due, found, faults_due) in [
        ("equal", get.to_owned(), get.to_owned(), 0),
        ("host in another case", get.to_owned(), get.replace("Shop", "shop"), 0),
        ("another status", get.to_owned(), get.replace("200", "404"), 1),
        ("missed", get.to_owned(), String::new(), 1),
        ("false", String::new(), get.to_owned(), 1),
        ("twice", get.to_owned(), format!("{get}\n{get}"), 1),
        ("unanswered", get.to_owned(), get.replace(r#"{"status":200}"#, "null"), 2),
        ("optional, absent", get.replace(r#""stream""#, r#""optional":true,"stream""#), String::new(), 0),
        ("optional, there", get.replace(r#""stream""#, r#""optional":true,"stream""#), get.to_owned(), 0),
        (
            "debatable",
            get.replace(r#""stream""#, r#""debatable":["response.status"],"stream""#),
            get.replace("200", "404"),
            0,
        ),
        ("half due, other stream", get.to_owned(), get.replace("a>b", "b>a"), 2),
    ] {
        assert_eq!(faults(&lines(&due), &lines(&found)).len(), faults_due, "{case}");
    }
}
