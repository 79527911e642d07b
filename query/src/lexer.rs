//! From text to tokens.
//!
//! In: a filter's text. Out: tokens with their byte ranges. Text in quotes keeps its escapes: whether they are those of
//! a string or of a regular expression depends on what stands before it, which the parser knows.
//! After a fault the lexer goes on behind it, so that completion can look at text that is not finished.

use std::ops::Range;

use crate::error::Fault;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or keyword: a letter or `_`, then letters, digits and `_`.
    Name,
    /// A word that begins with a digit: number, number with unit, status class, address, time.
    Number,
    /// Text in double or single quotes, whose range includes the quotes.
    Text,
    /// Text in backticks, without escapes.
    Raw,
    /// `r"…"` or `r'…'`.
    Regex,
    Dot,
    Open,
    Close,
    OpenIndex,
    CloseIndex,
    Comma,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Matches,
    NotMatches,
    And,
    Or,
    Not,
    /// Anything else, or quotes without end. A [`Fault`] stands for each.
    Bad,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) at: Range<usize>,
}

/// The tokens of `text`, and the first fault.
pub(crate) fn tokens(text: &str) -> (Vec<Token>, Option<Fault>) {
    let mut out = Vec::new();
    let mut fault = None;
    let mut from = 0;
    while let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            from += blank;
            continue;
        }
        let (kind, len) = token(rest);
        let at = from..from + len;
        if kind == Kind::Bad && fault.is_none() {
            fault = Some(explain(rest, at.clone()));
        }
        from = at.end;
        out.push(Token { kind, at });
    }
    (out, fault)
}

/// The token that `rest`, which is not empty, begins with, and its length in bytes.
fn token(rest: &str) -> (Kind, usize) {
    const SIGNS: &[(&str, Kind)] = &[
        ("==", Kind::Equal),
        ("!=", Kind::NotEqual),
        ("=~", Kind::Matches),
        ("!~", Kind::NotMatches),
        ("<=", Kind::LessEqual),
        (">=", Kind::GreaterEqual),
        ("&&", Kind::And),
        ("||", Kind::Or),
        ("<", Kind::Less),
        (">", Kind::Greater),
        ("!", Kind::Not),
        (".", Kind::Dot),
        ("(", Kind::Open),
        (")", Kind::Close),
        ("[", Kind::OpenIndex),
        ("]", Kind::CloseIndex),
        (",", Kind::Comma),
    ];
    let length = |matches: fn(char) -> bool| rest.find(|c| !matches(c)).unwrap_or(rest.len());
    let mut characters = rest.chars();
    let (first, second) = (characters.next().unwrap_or_default(), characters.next().unwrap_or_default());
    match (first, second) {
        ('"' | '\'', _) => quoted(rest, first, Kind::Text),
        ('`', _) => match rest.get(1..).and_then(|inner| inner.find('`')) {
            Some(end) => (Kind::Raw, end + 2),
            None => (Kind::Bad, rest.len()),
        },
        ('r', '"' | '\'') => {
            let (kind, len) = quoted(rest.get(1..).unwrap_or_default(), second, Kind::Regex);
            (kind, len + 1)
        }
        ('a'..='z' | 'A'..='Z' | '_', _) => (Kind::Name, length(|c| c.is_ascii_alphanumeric() || c == '_')),
        ('0'..='9', _) | ('-' | '+', '0'..='9') => (
            Kind::Number,
            length(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '+' | '/' | '_' | 'µ')),
        ),
        _ => SIGNS
            .iter()
            .find(|(sign, _)| rest.starts_with(sign))
            .map_or((Kind::Bad, first.len_utf8()), |(sign, kind)| (*kind, sign.len())),
    }
}

/// Text up to the quote that ends it. A backslash takes the next character with it.
fn quoted(rest: &str, quote: char, kind: Kind) -> (Kind, usize) {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return (kind, at + c.len_utf8());
        }
        escaped = c == '\\' && !escaped;
    }
    (Kind::Bad, rest.len())
}

fn explain(rest: &str, at: Range<usize>) -> Fault {
    let first = rest.chars().next().unwrap_or_default();
    match first {
        '"' | '\'' | '`' | 'r' => {
            let quote = if first == 'r' { rest.chars().nth(1).unwrap_or('"') } else { first };
            let closed = rest.get(..at.len()).unwrap_or(rest).trim_end();
            Fault::new(at, format!("The text that begins here has no closing {quote}"))
                .or(Some(format!("{closed}{quote}")))
        }
        '=' => Fault::new(at, "`=` is not an operator: equality is `==`").or(Some("==")),
        '&' => Fault::new(at, "`&` is not an operator: write `and` or `&&`").or(Some("&&")),
        '|' => Fault::new(at, "`|` is not an operator: write `or` or `||`").or(Some("||")),
        '“' | '”' | '„' | '‘' | '’' => {
            Fault::new(at, format!("`{first}` is a typographic quote: write \"")).or(Some("\""))
        }
        c => Fault::new(at, format!("`{}` means nothing here", c.escape_debug())),
    }
}

/// What is between the quotes of a [`Kind::Text`] token, with its escapes resolved. `start` is where the token begins.
pub(crate) fn unescaped(token: &str, start: usize) -> Result<String, Fault> {
    let inner = inside(token);
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.char_indices();
    while let Some((at, c)) = characters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let from = start + 1 + at;
        match characters.next().map(|(_, c)| c) {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(c @ ('\\' | '"' | '\'' | '/')) => out.push(c),
            Some('u') => {
                let rest = characters.as_str();
                let code = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(code, _)| code);
                let c = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
                let (Some(code), Some(c)) = (code, c) else {
                    let message = "`\\u` wants a character's number in hexadecimal: \\u{e4}";
                    return Err(Fault::new(from..from + 2, message));
                };
                out.push(c);
                for _ in 0..code.len() + 2 {
                    characters.next();
                }
            }
            Some(other) => {
                let message = format!(
                    "`\\{other}` is not an escape: write \\\\{other} for a backslash, or r\"…\" for a regular expression"
                );
                return Err(
                    Fault::new(from..from + 1 + other.len_utf8(), message).or(Some(format!("\\\\{other}")))
                );
            }
            None => {}
        }
    }
    Ok(out)
}

/// What is between the quotes of a token, as it stands.
pub(crate) fn inside(token: &str) -> &str {
    let token = token.strip_prefix('r').unwrap_or(token);
    let mut characters = token.chars();
    characters.next();
    characters.next_back();
    characters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        tokens(text)
            .0
            .into_iter()
            .map(|token| (token.kind, text.get(token.at).expect("whole characters")))
            .collect()
    }

    #[test]
    fn words_numbers_texts_and_signs_are_told_apart() {
        use Kind::*;
        assert_eq!(
            kinds(r#"a.b_1["x\"y"]>=-2.5ms&&!r'\'d' `\`=~4xx"#),
            [
                (Name, "a"),
                (Dot, "."),
                (Name, "b_1"),
                (OpenIndex, "["),
                (Text, r#""x\"y""#),
                (CloseIndex, "]"),
                (GreaterEqual, ">="),
                (Number, "-2.5ms"),
                (And, "&&"),
                (Not, "!"),
                (Regex, r"r'\'d'"),
                (Raw, r"`\`"),
                (Matches, "=~"),
                (Number, "4xx"),
            ]
        );
        assert_eq!(
            kinds("10.0.0.0/8 2026-03-01T14:33:21.1+01:00"),
            [(Number, "10.0.0.0/8"), (Number, "2026-03-01T14:33:21.1+01:00"),]
        );
    }

    #[test]
    fn the_first_fault_is_told_and_the_rest_is_read() {
        let (found, fault) = tokens("a = ä \"open");
        assert_eq!(found.len(), 4);
        let fault = fault.expect("a fault");
        assert_eq!((fault.at, fault.suggestion.as_deref()), (2..3, Some("==")));
        let (_, fault) = tokens("a == \"open ");
        assert_eq!(fault.expect("a fault").suggestion.as_deref(), Some("\"open\""));
    }

    #[test]
    fn escapes_are_those_of_json_and_rust() {
        assert_eq!(unescaped(r#""a\n\t\\\"\'\u{e4}é""#, 0).as_deref(), Ok("a\n\t\\\"'äé"));
        for (text, at) in [(r#""\d""#, 1..3), (r#""a\u{110000}""#, 2..4), (r#""\u41""#, 1..3)] {
            assert_eq!(unescaped(text, 0).expect_err(text).at, at);
        }
    }
}
