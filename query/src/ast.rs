//! A filter as written: what the parser makes and the resolver reads.
//!
//! Names are not yet known to be fields, and values have no type yet. Everything that an error may point at has its
//! byte range.

use std::ops::Range;

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expr {
    /// `a or b or c`
    Or(Vec<Expr>),
    /// `a and b and c`
    And(Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `true` or `false`
    Constant(bool),
    /// A path by itself: a macro, or a field that is to be there.
    Bare(Path),
    /// A path, an operator or function, and a value.
    Compare { path: Path, operator: Operator, at: Range<usize>, operand: Operand },
}

/// `request.headers["accept"]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// `request.headers`, without blanks.
    pub(crate) name: String,
    pub(crate) at: Range<usize>,
    /// `accept`, with its range including brackets.
    pub(crate) key: Option<(String, Range<usize>)>,
}

/// What stands between a path and a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Matches,
    NotMatches,
    Contains,
    StartsWith,
    EndsWith,
}

impl Operator {
    /// All that may stand between, in the order to show.
    pub(crate) const ALL: &'static [Self] = &[
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
        Self::Matches,
        Self::NotMatches,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
    ];

    /// The functions, which may also be called: `.contains("x")`.
    pub(crate) const FUNCTIONS: &'static [Self] = &[Self::Contains, Self::StartsWith, Self::EndsWith];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Matches => "=~",
            Self::NotMatches => "!~",
            Self::Contains => "contains",
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
        }
    }

    pub(crate) const fn help(self) -> &'static str {
        match self {
            Self::Equal => "is",
            Self::NotEqual => "is there, and is not",
            Self::Less => "is less than",
            Self::LessEqual => "is at most",
            Self::Greater => "is greater than",
            Self::GreaterEqual => "is at least",
            Self::Matches => "matches the regular expression",
            Self::NotMatches => "is there, and does not match the regular expression",
            Self::Contains => "contains the text",
            Self::StartsWith => "begins with the text",
            Self::EndsWith => "ends with the text",
        }
    }

    pub(crate) fn function(name: &str) -> Option<Self> {
        Self::FUNCTIONS.iter().copied().find(|function| function.name() == name)
    }
}

/// A value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operand {
    pub(crate) value: Literal,
    pub(crate) at: Range<usize>,
}

/// What a value is, before the field's kind gives it a meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    /// Text in quotes.
    Text(String),
    /// A word that begins with a digit: `404`, `250ms`, `4xx`, `10.0.0.1`.
    Number(String),
    /// A regular expression.
    Regex(String),
    /// `true` or `false`
    Bool(bool),
}
