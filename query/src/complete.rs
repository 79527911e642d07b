//! What could stand at the cursor of an editor.
//!
//! In: a filter's text, finished or not, and a place in it. Out: proposals with the range that they replace. Values that
//! occur in the traffic are not known here: [`ValuesWanted`] says how to ask for them.

mod context;
mod values;

use crate::ast::Operator;
use crate::error::{byte_at, utf16_at};
use crate::field::{self, Field, Kind};
use context::{Context, context};

pub use values::ValuesWanted;

/// Proposals at most.
const MAX_ITEMS: usize = 60;

/// What could stand at the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// First character that a proposal replaces (UTF-16 units).
    pub start: u32,
    /// The character after the last one that it replaces.
    pub end: u32,
    /// The proposals, best first.
    pub items: Vec<Proposal>,
    /// Values of the traffic that would be proposals as well.
    pub values: Option<ValuesWanted>,
}

/// One thing that could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What to insert.
    pub text: String,
    /// What it is.
    pub kind: ProposalKind,
    /// What it means.
    pub help: String,
}

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalKind {
    /// A path.
    Field,
    /// A comparison.
    Operator,
    /// A value.
    Value,
    /// A word that stands for a condition.
    Macro,
    /// A function on text.
    Function,
    /// `and`, `or`, `not`.
    Keyword,
}

impl ProposalKind {
    /// The kind's name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Operator => "operator",
            Self::Value => "value",
            Self::Macro => "macro",
            Self::Function => "function",
            Self::Keyword => "keyword",
        }
    }
}

/// What could stand at `position` (UTF-16 units) of `text`.
#[must_use]
pub fn complete(text: &str, position: u32) -> Completions {
    if text.len() > crate::parser::MAX_LEN {
        return Completions::default();
    }
    let cursor = byte_at(text, position);
    let (context, end) = context(text, cursor);
    let mut out =
        Proposals { typed: text.get(context.start()..cursor).unwrap_or_default(), items: Vec::new() };
    let mut values = None;
    let mut start = context.start();
    match &context {
        Context::Field { .. } => {
            if let Some(dot) = fields_or_functions(&mut out) {
                start += dot;
            }
        }
        Context::Operator { field, .. } => operators(*field, &mut out),
        Context::Key { field, .. } => values = ValuesWanted::keys(field, out.typed),
        Context::Value { field, key, operator, .. } => {
            value_words(field, *operator, &mut out);
            let pattern = matches!(operator, Operator::Matches | Operator::NotMatches);
            if !pattern {
                values = ValuesWanted::values(field, key.as_deref(), out.typed);
            }
        }
        Context::Next { .. } => keywords(&mut out),
        Context::Nothing { .. } => {}
    }
    let mut items = out.items;
    items.sort_by_key(|(rank, _)| *rank);
    items.truncate(MAX_ITEMS);
    Completions {
        start: utf16_at(text, start),
        end: utf16_at(text, end),
        items: items.into_iter().map(|(_, item)| item).collect(),
        values,
    }
}

struct Proposals<'a> {
    /// What stands before the cursor of the thing to complete.
    typed: &'a str,
    items: Vec<(u8, Proposal)>,
}

impl Proposals<'_> {
    /// Proposes `text` if it fits what is typed: first what begins so, then what has a part that does, then the rest.
    fn propose(&mut self, text: &str, kind: ProposalKind, help: &str) {
        let (typed, lower) = (self.typed.to_lowercase(), text.to_lowercase());
        let part = || {
            lower
                .match_indices('.')
                .any(|(at, _)| lower.get(at + 1..).is_some_and(|rest| rest.starts_with(&typed)))
        };
        let rank = if lower.starts_with(&typed) {
            0
        } else if part() {
            1
        } else if typed.len() > 1 && lower.contains(&typed) {
            2
        } else {
            return;
        };
        self.items.push((rank, Proposal { text: text.to_owned(), kind, help: help.to_owned() }));
    }
}

/// Proposes fields and macros; after a field and a point, functions, with the offset of what they replace.
fn fields_or_functions(out: &mut Proposals<'_>) -> Option<usize> {
    if let Some((path, typed)) = out.typed.rsplit_once('.')
        && let Some(found) = field::find(path)
        && found.kind.operators().contains(&Operator::Contains)
    {
        let dot = path.len() + 1;
        out.typed = typed;
        for function in Operator::FUNCTIONS {
            out.propose(&format!("{}(\"", function.name()), ProposalKind::Function, function.help());
        }
        return Some(dot);
    }
    for word in field::MACROS {
        out.propose(word.name, ProposalKind::Macro, word.help);
    }
    for field in field::all() {
        let open = if field.kind == Kind::Map { "[\"" } else { "" };
        out.propose(&format!("{}{open}", field.path), ProposalKind::Field, field.help);
    }
    out.propose("not", ProposalKind::Keyword, "what follows does not hold");
    None
}

fn operators(field: Option<&'static Field>, out: &mut Proposals<'_>) {
    for operator in field.map_or(&[][..], |field| field.kind.operators()) {
        let kind = if Operator::FUNCTIONS.contains(operator) {
            ProposalKind::Function
        } else {
            ProposalKind::Operator
        };
        out.propose(operator.name(), kind, operator.help());
    }
    keywords(out);
}

fn keywords(out: &mut Proposals<'_>) {
    out.propose("and", ProposalKind::Keyword, "both hold");
    out.propose("or", ProposalKind::Keyword, "one of them holds");
}

/// Values that the language itself knows.
fn value_words(field: &Field, operator: Operator, out: &mut Proposals<'_>) {
    if matches!(operator, Operator::Matches | Operator::NotMatches) {
        out.propose("r\"", ProposalKind::Value, "a regular expression");
        return;
    }
    let words: &[(&str, &str)] = match field.kind {
        Kind::Status => &[
            ("2xx", "well answered"),
            ("3xx", "elsewhere"),
            ("4xx", "client's error"),
            ("5xx", "server's error"),
        ],
        Kind::Flag => &[("true", ""), ("false", "")],
        Kind::Duration => &[("100ms", ""), ("500ms", ""), ("1s", ""), ("10s", "")],
        Kind::Size => &[("1KB", ""), ("64KB", ""), ("1MB", "")],
        _ => &[],
    };
    for (word, help) in words {
        out.propose(word, ProposalKind::Value, help);
    }
    let typed = out.typed;
    out.typed = typed.trim_start_matches(['"', '\'']);
    for word in field.words() {
        let before = out.items.len();
        out.propose(word, ProposalKind::Value, "");
        for (_, item) in out.items.iter_mut().skip(before) {
            item.text = format!("\"{word}\"");
        }
    }
    out.typed = typed;
}

#[cfg(test)]
mod tests;
