//! The normal form of a regular expression, in the syntax that the `regex` crate and RE2 share.
//!
//! In: the expression's structure, with letter case and `.` resolved to classes. Out: text. What the two write
//! differently is the ASCII word boundary alone. RE2 refuses repetitions of more than 1000, nested ones multiplied:
//! so does this, that no filter is right here and wrong there.

use std::fmt::Write as _;

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Look, Repetition};

/// Whom the text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The `regex` crate.
    Memory,
    /// RE2.
    Store,
}

/// RE2's bound of a repetition.
const MAX_REPEAT: u32 = 1000;

/// Writes the normal form; the error is a sentence.
pub(super) fn print(hir: &Hir, side: Side) -> Result<String, String> {
    let mut out = String::new();
    write(hir, side, MAX_REPEAT, &mut out)?;
    Ok(out)
}

/// `left`: how often what is printed may still be repeated. The depth is that of the parser's limit.
fn write(hir: &Hir, side: Side, left: u32, out: &mut String) -> Result<(), String> {
    match hir.kind() {
        HirKind::Empty => out.push_str("(?:)"),
        HirKind::Literal(literal) => {
            let text = str::from_utf8(&literal.0)
                .map_err(|_| "Bytes that are no text are not supported".to_owned())?;
            text.chars().for_each(|c| literal_character(c, out));
        }
        HirKind::Class(Class::Unicode(class)) => write_class(class, out),
        // Classes of ASCII alone may come as classes of bytes.
        HirKind::Class(Class::Bytes(class)) => {
            let class = class.to_unicode_class().ok_or("Bytes that are no text are not supported")?;
            write_class(&class, out);
        }
        HirKind::Look(look) => out.push_str(boundary(*look, side)?),
        HirKind::Repetition(repetition) => write_repetition(repetition, side, left, out)?,
        HirKind::Capture(capture) => {
            out.push_str("(?:");
            write(&capture.sub, side, left, out)?;
            out.push(')');
        }
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, side, left, out))?,
        HirKind::Alternation(parts) => {
            for (index, part) in parts.iter().enumerate() {
                out.push_str(if index == 0 { "(?:" } else { "|" });
                write(part, side, left, out)?;
            }
            out.push(')');
        }
    }
    Ok(())
}

fn write_repetition(repetition: &Repetition, side: Side, left: u32, out: &mut String) -> Result<(), String> {
    let suffix = match (repetition.min, repetition.max) {
        (0, None) => "*".to_owned(),
        (1, None) => "+".to_owned(),
        (0, Some(1)) => "?".to_owned(),
        (min, None) => format!("{{{min},}}"),
        (min, Some(max)) if min == max => format!("{{{min}}}"),
        (min, Some(max)) => format!("{{{min},{max}}}"),
    };
    let left = if suffix.starts_with('{') {
        let times = repetition.max.unwrap_or(repetition.min).max(1);
        left / times
    } else {
        left
    };
    if left == 0 {
        return Err(format!("A regular expression may repeat nothing more than {MAX_REPEAT} times"));
    }
    // One byte or class takes the suffix as it is: of a character of several bytes, the store's search for plain text
    // believes that only the last is repeated. Whether a match is greedy does not matter for a yes or no.
    let single = match repetition.sub.kind() {
        HirKind::Class(_) | HirKind::Capture(_) | HirKind::Alternation(_) | HirKind::Empty => true,
        HirKind::Literal(literal) => literal.0.len() == 1,
        _ => false,
    };
    if !single {
        out.push_str("(?:");
    }
    write(&repetition.sub, side, left, out)?;
    if !single {
        out.push(')');
    }
    out.push_str(&suffix);
    Ok(())
}

fn literal_character(c: char, out: &mut String) {
    match c {
        '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
            out.extend(['\\', c])
        }
        c if c.is_control() => code(c, out),
        c => out.push(c),
    }
}

fn write_class(class: &ClassUnicode, out: &mut String) {
    if class.ranges().is_empty() {
        out.push_str(r"[^\x{0}-\x{10ffff}]");
        return;
    }
    out.push('[');
    for range in class.ranges() {
        // RE2 counts surrogates as characters. A range that leaps over them is written as two, so that bytes that
        // look like one match on neither side.
        if range.start() <= '\u{d7ff}' && range.end() >= '\u{e000}' {
            write_range(range.start(), '\u{d7ff}', out);
            write_range('\u{e000}', range.end(), out);
        } else {
            write_range(range.start(), range.end(), out);
        }
    }
    out.push(']');
}

fn write_range(start: char, end: char, out: &mut String) {
    class_character(start, out);
    if start != end {
        out.push('-');
        class_character(end, out);
    }
}

fn class_character(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() {
        out.push(c);
    } else {
        code(c, out);
    }
}

fn code(c: char, out: &mut String) {
    // Writing to a String does not fail.
    let _ = write!(out, "\\x{{{:x}}}", u32::from(c));
}

fn boundary(look: Look, side: Side) -> Result<&'static str, String> {
    Ok(match look {
        Look::Start => r"\A",
        Look::End => r"\z",
        Look::StartLF => "(?m:^)",
        Look::EndLF => "(?m:$)",
        Look::WordAscii | Look::WordUnicode if side == Side::Store => r"\b",
        Look::WordAsciiNegate | Look::WordUnicodeNegate if side == Side::Store => r"\B",
        Look::WordAscii | Look::WordUnicode => r"(?-u:\b)",
        Look::WordAsciiNegate | Look::WordUnicodeNegate => r"(?-u:\B)",
        _ => return Err("This kind of boundary is not supported in regular expressions".to_owned()),
    })
}
