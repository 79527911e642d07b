//! How to ask the store for values that would complete a filter.
//!
//! In: a field, a name in brackets, what is typed. Out: an expression of SQL whose values are candidates, and how one is
//! written into the filter. Bodies and times are not offered: hardly one comes twice.

use crate::field::{Access, Field, Kind, MapSql};

/// Values of the traffic that would fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuesWanted {
    /// The path that they are values of.
    pub path: String,
    /// An expression over `mizu.entries` that gives one value as text (empty: none), with parameters.
    pub expression: String,
    /// Names and values of the expression's parameters.
    pub params: Vec<(String, String)>,
    /// What a value must begin with.
    pub prefix: String,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In quotes.
    Text,
    /// As it is.
    Bare,
    /// In quotes, with the bracket that closes.
    Key,
}

impl ValuesWanted {
    /// A value as it is written into the filter.
    #[must_use]
    pub fn insert(&self, value: &str) -> String {
        let quoted = || {
            let mut out = String::from("\"");
            for c in value.chars() {
                match c {
                    '"' | '\\' => out.extend(['\\', c]),
                    '\n' => out.push_str("\\n"),
                    '\r' => out.push_str("\\r"),
                    '\t' => out.push_str("\\t"),
                    c => out.push(c),
                }
            }
            out.push('"');
            out
        };
        match self.form {
            Form::Text => quoted(),
            Form::Bare => value.to_owned(),
            Form::Key => format!("{}]", quoted()),
        }
    }

    /// Names in brackets.
    pub(super) fn keys(field: &Field, typed: &str) -> Option<Self> {
        let Access::Map { sql: MapSql::Column(column), .. } = field.access else { return None };
        Some(Self {
            path: field.path.to_owned(),
            expression: format!("arrayJoin(mapKeys({column}))"),
            params: Vec::new(),
            prefix: unquoted(typed).to_ascii_lowercase(),
            form: Form::Key,
        })
    }

    /// Values of a field.
    pub(super) fn values(field: &Field, key: Option<&str>, typed: &str) -> Option<Self> {
        let mut params = Vec::new();
        let expression = match (field.access, field.kind) {
            (Access::Text { sql: [sql], .. }, Kind::Text) if !field.path.ends_with(".body") => {
                (*sql).to_owned()
            }
            (Access::Text { sql, .. }, Kind::Text) if sql.len() > 1 => {
                format!("arrayJoin([{}])", sql.join(", "))
            }
            (Access::Map { sql: MapSql::Column(column), .. }, _) => {
                params.push(("key".to_owned(), key?.to_ascii_lowercase()));
                format!("{column}[{{key:String}}]")
            }
            (Access::Number { sql, absent, .. }, Kind::Number | Kind::Status) if field.path != "id" => {
                match absent {
                    Some(absent) => format!("if({sql} = {absent}, '', toString({sql}))"),
                    None => format!("toString({sql})"),
                }
            }
            (Access::Ip { sql, .. }, _) => format!("replaceRegexpOne(toString({sql}), '^::ffff:', '')"),
            _ => return None,
        };
        let bare = matches!(field.kind, Kind::Number | Kind::Status);
        Some(Self {
            path: field.path.to_owned(),
            expression,
            params,
            prefix: unquoted(typed).to_owned(),
            form: if bare { Form::Bare } else { Form::Text },
        })
    }
}

/// What is typed of a value, without its quotes.
fn unquoted(typed: &str) -> &str {
    typed.trim_start_matches(['"', '\'', '`']).trim_end_matches(['"', '\'', '`'])
}
