//! HTTP/1 by scripts: what each side says, in pieces of every size, and the exchanges that must come of it.

mod framing;
mod hostile;
mod loss;
mod messages;
mod pairing;
mod upgrades;

use std::fmt::Write;

use mizu_entry::{Message, Payload};

use super::Http1;
use crate::cx::Exchange;
use crate::limits::Limits;
use crate::testkit::{Played, Turn, run};

/// An exchange in a line: `GET /path 12 -> 200 34 [notes]`, with body lengths where there are bodies, and `-` for a
/// half that is missing (with the reason, if one is given).
fn told(exchange: &Exchange) -> String {
    let request = exchange.request.as_ref().map_or("-".to_owned(), |message| {
        let Payload::HttpRequest(request) = &message.payload else { panic!("{message:?}") };
        let text = |span| String::from_utf8_lossy(message.text(span)).into_owned();
        format!("{} {}{}", text(request.method), text(request.target), length(message))
    });
    let response = match (&exchange.response, exchange.unanswered) {
        (Some(message), _) => {
            let Payload::HttpResponse(response) = &message.payload else { panic!("{message:?}") };
            format!("{}{}", response.status, length(message))
        }
        (None, Some(why)) => format!("- {}", why.name()),
        (None, None) => panic!("no response and no reason"),
    };
    let mut line = format!("{request} -> {response}");
    if !exchange.notes.is_empty() {
        let names: Vec<_> = exchange.notes.iter_names().map(|(name, _)| name.to_lowercase()).collect();
        let _ = write!(line, " [{}]", names.join(" "));
    }
    line
}

fn length(message: &Message) -> String {
    if message.body.len > 0 { format!(" {}", message.body.len) } else { String::new() }
}

fn play(script: &[Turn], piece: usize) -> Played {
    run(Box::new(Http1::new(false)), script, piece, &Limits::default())
}

/// Plays the script in pieces of many sizes and expects the same exchanges each time. Returns those.
#[track_caller]
fn expect(script: &[Turn], expected: &[&str]) -> Vec<Exchange> {
    let mut whole = Vec::new();
    for piece in [100_000, 1, 2, 3, 5, 7, 11, 50, 333] {
        let played = play(script, piece);
        let lines: Vec<_> = played.exchanges.iter().map(told).collect();
        assert_eq!(lines, expected, "in pieces of {piece}");
        if piece == 100_000 {
            whole = played.exchanges;
        }
    }
    whole
}

fn body(message: Option<&Message>) -> String {
    String::from_utf8_lossy(&message.unwrap().body.bytes).into_owned()
}
