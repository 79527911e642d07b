//! The field table: every path of the filter language, once.
//!
//! A line says the path, its kind, the columns of `mizu.entries` that it reads and how it is read from a record. SQL,
//! evaluation, completion and the API's list of fields are all made from it: this table is what the language means.

mod columns;
mod general;
pub(crate) mod http;
mod protocols;
mod read;

use mizu_entry::Record;

use crate::ast::Operator;

/// A path of the language.
#[derive(Debug)]
pub(crate) struct Field {
    /// `request.headers`
    pub(crate) path: &'static str,
    /// Other paths for the same.
    pub(crate) aliases: &'static [&'static str],
    pub(crate) kind: Kind,
    pub(crate) access: Access,
    /// What it means, in a line.
    pub(crate) help: &'static str,
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

/// What a field's values are, and so what they can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any of these words at once; a word that is not there is "not".
    Notes,
    /// A whole number.
    Number,
    /// A status, which has classes: `4xx`.
    Status,
    /// A duration: milliseconds without unit.
    Duration,
    /// A size: bytes without unit.
    Size,
    /// A moment: RFC 3339, or milliseconds since the epoch.
    Time,
    /// An address.
    Ip,
    /// `true` or `false`.
    Flag,
    /// Text by name in brackets.
    Map,
}

impl Kind {
    /// The kind's name in the API.
    #[cfg(feature = "api")]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Word(_) | Self::Notes => "text",
            Self::Number | Self::Status => "number",
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Time => "time",
            Self::Ip => "ip",
            Self::Flag => "bool",
            Self::Map => "map",
        }
    }

    /// The operators that a field of the kind can stand with.
    pub(crate) const fn operators(self) -> &'static [Operator] {
        use Operator::{Contains, EndsWith, Equal, Matches, NotEqual, NotMatches, StartsWith};
        match self {
            Self::Text | Self::Map | Self::Number | Self::Status => Operator::ALL,
            Self::Word(_) | Self::Ip => {
                &[Equal, NotEqual, Matches, NotMatches, Contains, StartsWith, EndsWith]
            }
            Self::Duration | Self::Size | Self::Time => &[
                Equal,
                NotEqual,
                Operator::Less,
                Operator::LessEqual,
                Operator::Greater,
                Operator::GreaterEqual,
            ],
            Self::Notes | Self::Flag => &[Equal, NotEqual],
        }
    }
}

/// Takes a value and says whether that is enough.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(&[u8]) -> bool;

/// How a field is read, on both sides.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Access {
    /// Text; empty text is no value.
    Text {
        /// One expression of SQL for each value that there may be.
        sql: &'static [&'static str],
        /// Shows the values until one is enough, and says whether one was.
        get: fn(&Record<'_>, Visit<'_>) -> bool,
    },
    /// Text by name.
    Map {
        sql: MapSql,
        /// Shows the values of that name until one is enough, and says whether one was.
        get: fn(&Record<'_>, &str, Visit<'_>) -> bool,
    },
    /// A whole number from 0.
    Number {
        sql: &'static str,
        /// What the column says where there is no value.
        absent: Option<i32>,
        /// The greatest number that the column holds.
        max: u64,
        get: fn(&Record<'_>) -> Option<u64>,
    },
    /// Nanoseconds since the epoch.
    Time { sql: &'static str, get: fn(&Record<'_>) -> u64 },
    /// An IPv6 number.
    Ip { sql: &'static str, get: fn(&Record<'_>) -> u128 },
    /// Bits of [`mizu_entry::Notes`].
    Bits { sql: &'static str, get: fn(&Record<'_>) -> u32 },
    /// Yes or no.
    Flag { sql: &'static str, get: fn(&Record<'_>) -> bool },
}

/// Where names and values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MapSql {
    /// In a column of type `Map`, keys in lower case.
    Column(&'static str),
    /// In a query string, percent-encoded.
    Query(&'static str),
}

impl Field {
    /// The column or expression that the field reads.
    #[cfg(any(feature = "api", test))]
    pub(crate) fn column(&self) -> String {
        match self.access {
            Access::Text { sql, .. } => sql.join(", "),
            Access::Map { sql: MapSql::Column(sql) | MapSql::Query(sql), .. }
            | Access::Number { sql, .. }
            | Access::Time { sql, .. }
            | Access::Ip { sql, .. }
            | Access::Bits { sql, .. }
            | Access::Flag { sql, .. } => sql.to_owned(),
        }
    }

    /// The words that its values are taken from, if they are.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        match self.kind {
            Kind::Word(words) => words.to_vec(),
            Kind::Notes => mizu_entry::record::NOTE_NAMES.iter().map(|(_, name)| *name).collect(),
            _ => Vec::new(),
        }
    }
}

/// A word that stands for a condition.
#[derive(Debug)]
pub(crate) struct Macro {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    /// The filter that it stands for.
    pub(crate) text: &'static str,
    pub(crate) help: &'static str,
}

/// The words that stand for a protocol.
pub(crate) const MACROS: &[Macro] = &[
    Macro { name: "http", aliases: &[], text: r#"protocol == "http""#, help: "HTTP/1.x exchanges" },
    Macro {
        name: "http2",
        aliases: &[],
        text: r#"protocol == "http2""#,
        help: "HTTP/2 exchanges that are not gRPC",
    },
    Macro { name: "grpc", aliases: &[], text: r#"protocol == "grpc""#, help: "gRPC calls" },
    Macro {
        name: "graphql",
        aliases: &["gql"],
        text: "graphql.operation",
        help: "Requests with a GraphQL operation",
    },
    Macro {
        name: "websocket",
        aliases: &["ws"],
        text: r#"protocol == "websocket""#,
        help: "WebSocket messages",
    },
];

/// The parts of the table, in the order to show.
const PARTS: &[&[Field]] = &[general::FIELDS, http::FIELDS, protocols::FIELDS];

/// All fields.
pub(crate) fn all() -> impl Iterator<Item = &'static Field> {
    PARTS.iter().copied().flatten()
}

/// The field of that path.
pub(crate) fn find(path: &str) -> Option<&'static Field> {
    all().find(|field| field.path == path || field.aliases.contains(&path))
}

/// The macro of that name.
pub(crate) fn find_macro(name: &str) -> Option<&'static Macro> {
    MACROS.iter().find(|word| word.name == name || word.aliases.contains(&name))
}

#[cfg(test)]
mod tests;
