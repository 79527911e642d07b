//! What is particular to terminals: colours only where someone looks and `NO_COLOR` is not set, one progress line.

use std::io::{IsTerminal as _, Write as _};

/// `text` in green, for what goes to stdout.
pub(crate) fn green(text: &str) -> String {
    paint(text, "32", std::io::stdout().is_terminal())
}

/// `text` in yellow, for what goes to stderr.
pub(crate) fn yellow(text: &str) -> String {
    paint(text, "33", std::io::stderr().is_terminal())
}

/// `text` in red, for what goes to stderr.
pub(crate) fn red(text: &str) -> String {
    paint(text, "31", std::io::stderr().is_terminal())
}

fn paint(text: &str, colour: &str, terminal: bool) -> String {
    if terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) {
        format!("\x1b[{colour}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// A line on stdout. A reader who left is no reason to stop.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// A warning on stderr.
pub(crate) fn warn(line: &str) {
    eprintln!("{} {line}", yellow("warning:"));
}

/// One line on stderr that is drawn over again. Nothing is drawn where stderr is no terminal.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    shown: bool,
    terminal: bool,
}

impl ProgressLine {
    pub(crate) fn new() -> Self {
        Self { shown: false, terminal: std::io::stderr().is_terminal() }
    }

    /// Draws `read` of `total` bytes.
    pub(crate) fn draw(&mut self, name: &str, read: u64, total: u64, entries: u64) {
        if self.terminal {
            eprint!("\r\x1b[K{}", bar(name, read, total, entries));
            self.shown = true;
        }
    }

    /// Takes the line away.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            eprint!("\r\x1b[K");
        }
    }
}

fn bar(name: &str, read: u64, total: u64, entries: u64) -> String {
    const CELLS: u64 = 24;
    let part = |of: u64| read.saturating_mul(of).checked_div(total).unwrap_or(of).min(of);
    let full = part(CELLS) as usize;
    format!(
        "{name} [{}{}] {:>3} %  {} of {}, {} entries",
        "#".repeat(full),
        " ".repeat(CELLS as usize - full),
        part(100),
        size(read),
        size(total),
        grouped(entries)
    )
}

/// Bytes for people: `1.2 MB`.
pub(crate) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1_000.0 || unit == "GB" {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1_000.0;
    }
    format!("{bytes} B")
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_how_far_it_is() {
        assert_eq!(
            bar("a.pcap", 1_500_000, 6_000_000, 1_234),
            "a.pcap [######                  ]  25 %  1.5 MB of 6.0 MB, 1,234 entries"
        );
        assert!(bar("empty", 0, 0, 0).contains("100 %"));
        assert!(bar("grown", 9, 3, 0).contains("100 %"));
    }
}
