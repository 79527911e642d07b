//! What is being written at the cursor.
//!
//! In: text up to the cursor, which need not be right. Out: the kind of thing that stands there, where it begins, and
//! where it ends behind the cursor. The walk follows the grammar of `parser` and forgives what it does not understand.

use crate::ast::Operator;
use crate::field::{self, Field};
use crate::lexer::{Kind, Token, tokens, unescaped};

/// What is being written, with the byte at which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Context {
    /// A path or macro.
    Field { start: usize },
    /// What follows a path.
    Operator { field: Option<&'static Field>, start: usize },
    /// A name in brackets.
    Key { field: &'static Field, start: usize },
    /// A value.
    Value { field: &'static Field, key: Option<String>, operator: Operator, start: usize },
    /// What follows a condition.
    Next { start: usize },
    /// Nothing that is known.
    Nothing { start: usize },
}

impl Context {
    pub(super) const fn start(&self) -> usize {
        match self {
            Self::Field { start }
            | Self::Operator { start, .. }
            | Self::Key { start, .. }
            | Self::Value { start, .. }
            | Self::Next { start }
            | Self::Nothing { start } => *start,
        }
    }
}

/// How far the walk has come.
enum State {
    /// A condition is to begin.
    Begin,
    /// In a path: its start, its text, and whether a name is to follow a point.
    Path { start: usize, name: String, dot: bool },
    /// In brackets behind a path.
    Key { name: String },
    /// Behind the name in brackets, or the brackets themselves.
    AfterKey { name: String, key: Option<String>, closed: bool },
    /// A value is to come.
    Value { name: String, key: Option<String>, operator: Operator },
    /// A condition is complete.
    Complete,
}

/// What is being written at byte `cursor`, and where it ends.
pub(super) fn context(text: &str, cursor: usize) -> (Context, usize) {
    let before = text.get(..cursor).unwrap_or(text);
    let (found, _) = tokens(before);
    // What touches the cursor is not complete: it is what is being written.
    let touches = |token: &Token| {
        token.at.end == before.len()
            && matches!(
                token.kind,
                Kind::Name | Kind::Number | Kind::Text | Kind::Regex | Kind::Raw | Kind::Bad
            )
    };
    let (partial, done) = match found.split_last() {
        Some((last, done)) if touches(last) => (Some(last), done),
        _ => (None, found.as_slice()),
    };
    let mut state = State::Begin;
    for token in done {
        state = step(state, token, before);
    }
    let start = partial.map_or(before.len(), |token| token.at.start);
    let field = |name: &str| field::find(name);
    let context = match state {
        State::Begin => Context::Field { start },
        State::Path { start: path, dot: true, .. } => Context::Field { start: path },
        State::Path { name, .. } => Context::Operator { field: field(&name), start },
        State::AfterKey { name, closed: true, .. } => Context::Operator { field: field(&name), start },
        State::AfterKey { .. } => Context::Nothing { start },
        State::Key { name } => {
            field(&name).map_or(Context::Nothing { start }, |field| Context::Key { field, start })
        }
        State::Value { name, key, operator } => field(&name)
            .map_or(Context::Nothing { start }, |field| Context::Value { field, key, operator, start }),
        State::Complete => Context::Next { start },
    };
    let is_path = matches!(context, Context::Field { .. });
    (context, end(text, cursor, is_path))
}

/// Where the token that the cursor is in ends; of a path, with the names behind it, but without a function's. Quotes
/// without end are replaced up to the cursor only.
fn end(text: &str, cursor: usize, is_path: bool) -> usize {
    let (all, _) = tokens(text);
    let touched =
        |token: &Token| token.at.start < cursor && cursor <= token.at.end && token.kind != Kind::Bad;
    let Some(index) = all.iter().position(touched) else { return cursor };
    let kind_of = |index: usize| all.get(index).map(|token: &Token| token.kind);
    let end_of = |index: usize| all.get(index).map_or(cursor, |token: &Token| token.at.end);
    if !is_path {
        return end_of(index).max(cursor);
    }
    let mut last = index;
    loop {
        let step = match (kind_of(last), kind_of(last + 1), kind_of(last + 2)) {
            (Some(Kind::Name), Some(Kind::Dot), Some(Kind::Name)) => 2,
            (Some(Kind::Dot), Some(Kind::Name), _) => 1,
            _ => break,
        };
        let adjacent = all.get(last + 1).is_some_and(|next| next.at.start == end_of(last));
        if !adjacent || kind_of(last + step + 1) == Some(Kind::Open) {
            break;
        }
        last += step;
    }
    // What ends at the cursor and is no word (a parenthesis, an operator) is not replaced.
    if last == index && end_of(index) == cursor { cursor } else { end_of(last) }
}

fn step(state: State, token: &Token, text: &str) -> State {
    let word = text.get(token.at.clone()).unwrap_or_default();
    let joins = matches!(token.kind, Kind::And | Kind::Or)
        || token.kind == Kind::Name && matches!(word, "and" | "or" | "AND" | "OR");
    match (state, token.kind) {
        (State::Begin, Kind::Name) if matches!(word, "not" | "NOT") => State::Begin,
        (State::Begin, Kind::Name) => {
            State::Path { start: token.at.start, name: word.to_owned(), dot: false }
        }
        (State::Begin, _) => State::Begin,
        (State::Path { start, name, dot: true }, Kind::Name) => {
            State::Path { start, name: format!("{name}.{word}"), dot: false }
        }
        (State::Path { start, name, .. }, Kind::Dot) => State::Path { start, name, dot: true },
        (State::Path { name, .. }, Kind::OpenIndex) => State::Key { name },
        (State::Path { name, .. }, Kind::Open) => match name.rsplit_once('.') {
            Some((path, function)) => value(path.to_owned(), None, Operator::function(function)),
            None => State::Begin,
        },
        (State::Key { name }, Kind::Text) => {
            State::AfterKey { name, key: unescaped(word, 0).ok(), closed: false }
        }
        (State::Key { name }, _) => State::Key { name },
        (State::AfterKey { name, key, .. }, Kind::CloseIndex) => State::AfterKey { name, key, closed: true },
        (State::AfterKey { name, key, .. }, Kind::Dot | Kind::Open) => {
            State::AfterKey { name, key, closed: true }
        }
        (State::Path { .. } | State::AfterKey { .. } | State::Complete, _) if joins => State::Begin,
        (State::Path { name, .. }, kind) => after_path(name, None, kind, word),
        (State::AfterKey { name, key, .. }, kind) => after_path(name, key, kind, word),
        (State::Value { name, key, operator }, Kind::Open) => State::Value { name, key, operator },
        (State::Value { .. } | State::Complete, _) => State::Complete,
    }
}

fn after_path(name: String, key: Option<String>, kind: Kind, word: &str) -> State {
    let operator = match kind {
        Kind::Equal => Operator::Equal,
        Kind::NotEqual => Operator::NotEqual,
        Kind::Less => Operator::Less,
        Kind::LessEqual => Operator::LessEqual,
        Kind::Greater => Operator::Greater,
        Kind::GreaterEqual => Operator::GreaterEqual,
        Kind::Matches => Operator::Matches,
        Kind::NotMatches => Operator::NotMatches,
        Kind::Name => return value(name, key, Operator::function(word)),
        _ => return State::Complete,
    };
    State::Value { name, key, operator }
}

fn value(name: String, key: Option<String>, operator: Option<Operator>) -> State {
    operator.map_or(State::Complete, |operator| State::Value { name, key, operator })
}
