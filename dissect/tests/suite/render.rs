//! Entries as text that a reader of a golden file can judge.

use std::fmt::Write;

use mizu_entry::{Entry, Message, Payload};

/// Entries of a capture that are written out in full; of the others there is one line each.
const FULL: usize = 12;
/// Entries of which there is a line.
const LINES: usize = 80;

/// All entries, in the order of their requests.
pub(crate) fn summary(entries: &[Entry]) -> String {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by_key(|entry| (entry.flow.to_string(), entry.first()));
    let mut out = format!("{} entries\n", entries.len());
    for (n, entry) in entries.iter().enumerate().take(LINES) {
        out.push('\n');
        line(entry, &mut out);
        if n < FULL {
            for message in [&entry.request, &entry.response].into_iter().flatten() {
                head(message, &mut out);
            }
        }
    }
    let rest: String = entries
        .iter()
        .skip(LINES)
        .map(|entry| {
            let mut out = String::new();
            line(entry, &mut out);
            out
        })
        .collect();
    if !rest.is_empty() {
        let _ = writeln!(
            out,
            "\n… and {} more, fingerprint {:016x}",
            entries.len() - LINES,
            hash(rest.as_bytes())
        );
    }
    out
}

/// An entry without times and numbers of connections, for comparison.
pub(crate) fn full(entry: &Entry) -> String {
    let mut out = String::new();
    line(entry, &mut out);
    for message in [&entry.request, &entry.response].into_iter().flatten() {
        head(message, &mut out);
    }
    out
}

/// All entries for comparison, whatever their order.
pub(crate) fn sorted(entries: &[Entry]) -> Vec<String> {
    let mut out: Vec<String> = entries.iter().map(full).collect();
    out.sort();
    out
}

/// Holds that two captures gave the same.
pub(crate) fn same(wanted: &[String], found: &[String], what: &str) {
    if wanted == found {
        return;
    }
    let missing = wanted.iter().find(|one| count(wanted, one) > count(found, one));
    let excess = found.iter().find(|one| count(found, one) > count(wanted, one));
    panic!(
        "{what}: {} entries instead of {}\n--- missing\n{}\n--- instead\n{}",
        found.len(),
        wanted.len(),
        missing.map_or("", String::as_str),
        excess.map_or("", String::as_str)
    );
}

fn count(all: &[String], one: &String) -> usize {
    all.iter().filter(|other| *other == one).count()
}

fn line(entry: &Entry, out: &mut String) {
    let _ = write!(out, "{} {}", entry.protocol.name(), entry.flow);
    for message in [&entry.request, &entry.response] {
        match message {
            None => out.push_str(" | nothing"),
            Some(message) => {
                out.push_str(" | ");
                short(message, out);
            }
        }
    }
    if let Some(why) = entry.unanswered {
        let _ = write!(out, " ({})", why.name());
    }
    if entry.gap_bytes > 0 {
        let _ = write!(out, " gap {}", entry.gap_bytes);
    }
    let notes: Vec<String> = entry.notes.iter_names().map(|(name, _)| name.to_lowercase()).collect();
    if !notes.is_empty() {
        let _ = write!(out, " [{}]", notes.join(" "));
    }
    out.push('\n');
}

/// What a message is, in a line.
pub(crate) fn short(message: &Message, out: &mut String) {
    match &message.payload {
        Payload::Empty => out.push('-'),
        Payload::HttpRequest(request) => {
            let _ =
                write!(out, "{} {}", text(message.text(request.method)), text(message.text(request.target)));
        }
        Payload::HttpResponse(response) => {
            let _ = write!(out, "{}", response.status);
        }
        Payload::WebSocket(socket) => {
            let _ = write!(out, "{socket:?}");
        }
    }
    let body = &message.body;
    if body.sent_len > 0 || body.len > 0 {
        let _ = write!(out, " {} of {} bytes #{:08x}", body.bytes.len(), body.len, hash(&body.bytes) as u32);
    }
}

/// All that a message says.
fn head(message: &Message, out: &mut String) {
    let _ = writeln!(out, "    {:?}", message.payload);
    for field in message.headers().chain(message.trailers()) {
        let _ = writeln!(out, "    {}: {}", text(field.name), text(field.value));
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
