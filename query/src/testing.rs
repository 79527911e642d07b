//! Random filters, for tests that hold the two back ends equal.
//!
//! Out: a proptest strategy of filters that are right. Fields are all of the table, values are those of
//! `mizu_entry::testing`, so that a fair share of tests holds.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::ast::Operator;
use crate::field::{self, Field, Kind};

/// Any filter.
pub fn filter() -> impl Strategy<Value = String> {
    let word = select(vec!["http", "http2", "grpc", "graphql", "gql", "websocket", "ws", "true", "false"]);
    let leaf = prop_oneof![6 => test(), 1 => word.prop_map(str::to_owned)];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            2 => (vec(inner.clone(), 2..4), select(vec![" and ", " && ", " or ", " || "]))
                .prop_map(|(parts, sign)| format!("({})", parts.join(sign))),
            1 => (inner, select(vec!["not ", "!"])).prop_map(|(inner, sign)| format!("{sign}({inner})")),
        ]
    })
}

fn test() -> impl Strategy<Value = String> {
    let fields: Vec<&'static Field> = field::all().collect();
    (select(fields), 0..12u8).prop_flat_map(|(field, form)| {
        let key = if field.kind == Kind::Map { keys(field.path) } else { Just(String::new()).boxed() };
        let rest = if form == 0 { Just(String::new()).boxed() } else { comparison(field.kind) };
        (key, rest).prop_map(|(key, rest)| format!("{}{key}{rest}", field.path))
    })
}

fn keys(path: &str) -> BoxedStrategy<String> {
    let names: &'static [&'static str] = if path.ends_with("headers") {
        &["accept", "Content-Type", "x-request-id", "b3", "none", ":path", "traceparent"]
    } else {
        &["size", "tags", "x", "y", "none", ""]
    };
    select(names).prop_map(|name| format!("[{name:?}]")).boxed()
}

fn comparison(kind: Kind) -> BoxedStrategy<String> {
    let operators = kind.operators().to_vec();
    (select(operators), any::<bool>())
        .prop_flat_map(move |(operator, called)| {
            values(kind, operator).prop_map(move |value| {
                if called && Operator::FUNCTIONS.contains(&operator) {
                    format!(".{}({value})", operator.name())
                } else {
                    format!(" {} {value}", operator.name())
                }
            })
        })
        .boxed()
}

const TEXTS: &[&str] = &[
    "",
    "GET",
    "POST",
    "carts",
    "shop",
    "/carts/42/items",
    "/",
    "catalogue",
    "size",
    "5",
    "5 ",
    "geek socks",
    "application/json",
    "text/plain; charset=utf-8",
    "unary",
    "200",
    "404",
    "OK",
    "NOT_FOUND",
    "ä",
    "not found",
    "ProductPage",
    "query",
    "{…}",
    "text",
    "c2s",
    "w-1",
    "eth0",
    "HTTP/1.1",
    "errors",
    "a=1&b=two",
    "\u{fffd}",
    "'",
    "\\",
    "\n",
    "%",
    "?",
    "*",
    "timeout",
    "0af7651916cd43dd8448eb211c80319c",
    "carts:80/items",
    "first\nsecond",
    "\u{0}",
    "deployment/carts",
    "bytes",
    "10.0.0.1",
];
const PATTERNS: &[&str] = &[
    "",
    "^/",
    "4.*",
    "^[45]",
    "(?i)CARTS",
    r"\d+",
    r"\bcart",
    r"^\S+$",
    "a|b",
    "(?m)^second$",
    "(?s)first.second",
    "^$",
    ".",
    "ä",
    "(?i)Ä",
    r"\w{3,}",
    r"[^a-z]",
    r"\.",
    r"(ca|pro)[a-z]+",
    "x*",
    r"\Atext",
    r"s\z",
    r"[\x{80}-\x{10ffff}]",
    r"\W",
    r"\D",
    "(?i)k",
    r"\B",
    r"\x{0}",
    "ä*",
    "xä?",
    r"\p{Greek}|ä",
    "(?i:ſ|k)",
];

fn values(kind: Kind, operator: Operator) -> BoxedStrategy<String> {
    let text = || select(TEXTS).prop_map(quoted).boxed();
    let pattern = || select(PATTERNS).prop_map(|pattern| format!("r\"{pattern}\"")).boxed();
    let words = |words: &'static [&'static str]| select(words).prop_map(str::to_owned).boxed();
    match operator {
        Operator::Matches | Operator::NotMatches => return pattern(),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => return text(),
        _ => {}
    }
    let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
    match kind {
        Kind::Text | Kind::Map if equality => {
            prop_oneof![4 => text(), 1 => pattern(), 1 => words(&["404", "5"])].boxed()
        }
        Kind::Text | Kind::Map => {
            words(&["0", "5", "-1", "5.5", "42", "\"200\"", "1000000", "999999999999999"])
        }
        Kind::Word(known) => select(known).prop_map(|word| format!("{word:?}")).boxed(),
        Kind::Notes => {
            let names: Vec<_> = mizu_entry::record::NOTE_NAMES.iter().map(|(_, name)| *name).collect();
            select(names).prop_map(|name| format!("{name:?}")).boxed()
        }
        Kind::Number | Kind::Status => {
            let plain = words(&[
                "0",
                "1",
                "5",
                "80",
                "200",
                "404",
                "-1",
                "404.5",
                "65535",
                "4294967296",
                "18446744073709551615",
            ]);
            if kind == Kind::Status {
                prop_oneof![2 => plain, 1 => words(&["2xx", "4xx", "5XX"])].boxed()
            } else {
                plain
            }
        }
        Kind::Duration => words(&["0", "1ms", "250ms", "1.5s", "0.0005", "20us", "2min", "5000s", "-1"]),
        Kind::Size => words(&["0", "512", "10KB", "1.5kb", "64KiB", "5gb", "4294967295", "-1", "0.5"]),
        Kind::Time => words(&[
            "\"2023-11-14T22:13:20Z\"",
            "\"2023-11-14T22:13:21.5Z\"",
            "\"2023-11-14 22:13:22\"",
            "1700000000000",
            "1700000001500.5",
            "\"1970-01-01\"",
            "\"2500-01-01\"",
        ]),
        Kind::Ip => words(&[
            "10.0.0.1",
            "\"10.0.0.0/30\"",
            "\"10.0.0.0/8\"",
            "\"fd00::1\"",
            "\"fd00::/16\"",
            "\"::/0\"",
            "0.0.0.0/0",
        ]),
        Kind::Flag => words(&["true", "false"]),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
