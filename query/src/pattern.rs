//! Regular expressions that mean the same in memory and in the store.
//!
//! In: an expression in the syntax of the `regex` crate. Out: the compiled expression for memory, and text for the
//! store's engine (RE2). Both are made from one normal form, in which everything that the two read differently is
//! written out: letter case, `.`, `\d` and its like, `^` and `$`. So:
//! - `\d`, `\w`, `\s` and `\b` are those of ASCII, as in RE2; `(?i)` folds all letters.
//! - `.` is any character but a line feed, `(?s)` makes it any; `^` and `$` are the ends of the text, `(?m)` of a line.
//! - Where text is not UTF-8 (bodies), classes match whole characters only.
//! - The search is not anchored.
//!
//! Bounded: [`MAX_LEN`] bytes as written, [`MAX_PRINTED`] in normal form, 1 MiB compiled, repetitions as RE2 bounds them.

mod print;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ast::{self, Ast};
use regex_syntax::hir::translate::TranslatorBuilder;

/// Bytes of an expression at most.
const MAX_LEN: usize = 1000;
/// Bytes of its normal form at most.
const MAX_PRINTED: usize = 64 * 1024;
/// Bytes of memory that a compiled expression may take.
const MAX_COMPILED: usize = 1 << 20;

/// A regular expression for both sides.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// As written.
    pub(crate) written: String,
    /// For memory.
    pub(crate) memory: Regex,
    /// For the store.
    pub(crate) store: String,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Pattern {
    /// Compiles an expression; the error is a sentence, with the byte range in `written` that it concerns.
    pub(crate) fn new(written: &str) -> Result<Self, (std::ops::Range<usize>, String)> {
        let whole = || 0..written.len();
        if written.len() > MAX_LEN {
            return Err((whole(), format!("The regular expression is longer than {MAX_LEN} bytes")));
        }
        let mut parsed =
            ast::parse::ParserBuilder::new().nest_limit(64).build().parse(written).map_err(|error| {
                let span = error.span();
                (span.start.offset..span.end.offset, sentence(error.kind()))
            })?;
        normalise(&mut parsed)
            .map_err(|(span, message)| (span.start.offset..span.end.offset, message.to_owned()))?;
        let hir = TranslatorBuilder::new().build().translate(written, &parsed).map_err(|error| {
            let span = error.span();
            (
                span.start.offset..span.end.offset,
                format!("The regular expression is wrong here: {}", error.kind()),
            )
        })?;
        let [memory, store] = [print::Side::Memory, print::Side::Store].map(|side| print::print(&hir, side));
        let (memory, store) = (memory.map_err(|m| (whole(), m))?, store.map_err(|m| (whole(), m))?);
        let too_big =
            || (whole(), "The regular expression is too big: use fewer or smaller repetitions".to_owned());
        if store.len() > MAX_PRINTED {
            return Err(too_big());
        }
        let memory = RegexBuilder::new(&memory).size_limit(MAX_COMPILED).build().map_err(|_| too_big())?;
        Ok(Self { written: written.to_owned(), memory, store })
    }
}

fn sentence(kind: &ast::ErrorKind) -> String {
    match kind {
        ast::ErrorKind::UnsupportedLookAround => {
            "Look-around is not supported: combine two conditions with `and` or `and not`".to_owned()
        }
        ast::ErrorKind::UnsupportedBackreference => "References to groups are not supported".to_owned(),
        other => format!("The regular expression is wrong here: {other}"),
    }
}

type Refusal = (ast::Span, &'static str);

/// Makes the classes of Perl those of ASCII, and refuses what RE2 has no word for.
fn normalise(tree: &mut Ast) -> Result<(), Refusal> {
    match tree {
        Ast::ClassPerl(class) => {
            *tree = Ast::class_bracketed(ascii(class));
            Ok(())
        }
        Ast::ClassBracketed(class) => normalise_set(&mut class.kind),
        Ast::Repetition(repetition) => normalise(&mut repetition.ast),
        Ast::Group(group) => {
            if let ast::GroupKind::NonCapturing(flags) = &group.kind {
                check_flags(flags)?;
            }
            normalise(&mut group.ast)
        }
        Ast::Flags(flags) => check_flags(&flags.flags),
        Ast::Alternation(alternation) => alternation.asts.iter_mut().try_for_each(normalise),
        Ast::Concat(concat) => concat.asts.iter_mut().try_for_each(normalise),
        Ast::Assertion(assertion) => match assertion.kind {
            ast::AssertionKind::WordBoundaryStart
            | ast::AssertionKind::WordBoundaryEnd
            | ast::AssertionKind::WordBoundaryStartAngle
            | ast::AssertionKind::WordBoundaryEndAngle
            | ast::AssertionKind::WordBoundaryStartHalf
            | ast::AssertionKind::WordBoundaryEndHalf => {
                Err((assertion.span, "Of word boundaries only \\b and \\B are supported"))
            }
            _ => Ok(()),
        },
        Ast::Empty(_) | Ast::Literal(_) | Ast::Dot(_) | Ast::ClassUnicode(_) => Ok(()),
    }
}

fn check_flags(flags: &ast::Flags) -> Result<(), Refusal> {
    for item in &flags.items {
        match item.kind {
            ast::FlagsItemKind::Flag(ast::Flag::Unicode) => {
                return Err((item.span, "The flag `u` is not supported: text is always Unicode"));
            }
            ast::FlagsItemKind::Flag(ast::Flag::CRLF) => {
                return Err((item.span, "The flag `R` is not supported"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn normalise_set(set: &mut ast::ClassSet) -> Result<(), Refusal> {
    match set {
        ast::ClassSet::Item(item) => normalise_item(item),
        ast::ClassSet::BinaryOp(operation) => {
            normalise_set(&mut operation.lhs)?;
            normalise_set(&mut operation.rhs)
        }
    }
}

fn normalise_item(item: &mut ast::ClassSetItem) -> Result<(), Refusal> {
    match item {
        ast::ClassSetItem::Perl(class) => {
            *item = ast::ClassSetItem::Bracketed(Box::new(ascii(class)));
            Ok(())
        }
        ast::ClassSetItem::Bracketed(class) => normalise_set(&mut class.kind),
        ast::ClassSetItem::Union(union) => union.items.iter_mut().try_for_each(normalise_item),
        _ => Ok(()),
    }
}

/// `\d`, `\w` or `\s` of ASCII, as RE2 reads them: its `\s` has no vertical tab.
fn ascii(class: &ast::ClassPerl) -> ast::ClassBracketed {
    let span = class.span;
    let range = |(start, end): &(char, char)| {
        let literal = |c: char| ast::Literal { span, kind: ast::LiteralKind::Verbatim, c };
        ast::ClassSetItem::Range(ast::ClassSetRange { span, start: literal(*start), end: literal(*end) })
    };
    let ranges: &[(char, char)] = match class.kind {
        ast::ClassPerlKind::Digit => &[('0', '9')],
        ast::ClassPerlKind::Space => &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')],
        ast::ClassPerlKind::Word => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
    };
    let items = ranges.iter().map(range).collect();
    let union = ast::ClassSetItem::Union(ast::ClassSetUnion { span, items });
    ast::ClassBracketed { span, negated: class.negated, kind: ast::ClassSet::Item(union) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_form_says_what_the_two_engines_would_read_differently() {
        for (written, store) in [
            ("abc", "abc"),
            (r"a\.b/c?", r"a\.b/c?"),
            (r"\d+\s", r"[0-9]+[\x{9}-\x{a}\x{c}-\x{d}\x{20}]"),
            (r"[\W]", r"[\x{0}-\x{2f}\x{3a}-\x{40}\x{5b}-\x{5e}\x{60}\x{7b}-\x{d7ff}\x{e000}-\x{10ffff}]"),
            ("(?i)k", "[Kk\\x{212a}]"),
            ("^a$", r"\Aa\z"),
            ("(?m)^a$", "(?m:^)a(?m:$)"),
            (r"\bä\B", r"\bä\B"),
            ("a|b|cd", "(?:a|b|cd)"),
            ("(ab){2,3}?", "(?:ab){2,3}"),
            ("ä*b*", "(?:ä)*b*"),
            (".", r"[\x{0}-\x{9}\x{b}-\x{d7ff}\x{e000}-\x{10ffff}]"),
            ("[^\\x00-\\x{10ffff}]", r"[^\x{0}-\x{10ffff}]"),
            ("", "(?:)"),
        ] {
            assert_eq!(Pattern::new(written).expect(written).store, store, "{written}");
        }
    }

    #[test]
    fn what_only_one_engine_knows_is_refused_where_it_stands() {
        for (written, at) in [
            ("a(?=b)", 1..4),
            (r"(a)\1", 3..5),
            ("(?-u)a", 3..4),
            ("(?R)a", 2..3),
            (r"\<a", 0..2),
            ("(", 0..1),
            ("a{1001}", 0..7),
            ("(?:a{100}){11}", 0..14),
            ("[z-a]", 1..4),
        ] {
            assert_eq!(Pattern::new(written).expect_err(written).0, at, "{written}");
        }
        assert!(Pattern::new(r"(?:\pL{30}){30}").is_err());
        assert!(Pattern::new(&"a".repeat(MAX_LEN + 1)).is_err());
    }

    #[test]
    fn search_is_not_anchored_and_classes_are_those_of_ascii() {
        for (written, text, wanted) in [
            ("4.*", "204", true),
            ("^4", "204", false),
            (r"\d", "٣", false),
            ("(?i)ÄRGER", "ärger", true),
            ("a.b", "a\nb", false),
            ("(?s)a.b", "a\nb", true),
            (r"\bb", "a b", true),
        ] {
            let pattern = Pattern::new(written).expect(written);
            assert_eq!(pattern.memory.is_match(text.as_bytes()), wanted, "{written} on {text}");
        }
        assert!(!Pattern::new("a.b").expect("right").memory.is_match(b"a\xffb"));
    }
}
