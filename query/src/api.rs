//! The API's JSON for what the language knows of itself.
//!
//! In: the field table, errors, completions. Out: the types of `mizu_entry::api`.

use mizu_entry::api;

use crate::ast::Operator;
use crate::complete::{Completions, Proposal, ValuesWanted};
use crate::error::QueryError;
use crate::field::{self, MACROS};

/// The fields, macros and functions of the language.
#[must_use]
pub fn fields() -> api::FieldList {
    let fields = field::all().map(|field| api::FieldInfo {
        path: field.path.to_owned(),
        kind: field.kind.name().to_owned(),
        column: field.column(),
        help: field.help.to_owned(),
        operators: field.kind.operators().iter().map(|operator| operator.name().to_owned()).collect(),
    });
    let macros = MACROS.iter().map(|word| api::FieldInfo {
        path: word.name.to_owned(),
        kind: "bool".to_owned(),
        column: word
            .text
            .split(' ')
            .next()
            .and_then(field::find)
            .map(field::Field::column)
            .unwrap_or_default(),
        help: word.help.to_owned(),
        operators: Vec::new(),
    });
    api::FieldList {
        fields: fields.collect(),
        macros: macros.collect(),
        functions: Operator::FUNCTIONS.iter().map(|function| function.name().to_owned()).collect(),
    }
}

impl From<QueryError> for api::QueryError {
    fn from(error: QueryError) -> Self {
        Self { message: error.message, start: error.start, end: error.end, suggestion: error.suggestion }
    }
}

impl From<Proposal> for api::Completion {
    fn from(proposal: Proposal) -> Self {
        Self { text: proposal.text, kind: proposal.kind.name().to_owned(), help: proposal.help, count: None }
    }
}

impl ValuesWanted {
    /// A value of the traffic as a completion.
    #[must_use]
    pub fn completion(&self, value: &str, count: u64) -> api::Completion {
        api::Completion {
            text: self.insert(value),
            kind: "value".to_owned(),
            help: String::new(),
            count: Some(count),
        }
    }
}

impl Completions {
    /// The list for the API, with the values that were found for [`Completions::values`] and how often each came.
    #[must_use]
    pub fn with_values(self, values: impl IntoIterator<Item = (String, u64)>) -> api::CompletionList {
        let wanted = self.values.as_ref();
        let found = values.into_iter().filter_map(|(value, count)| Some(wanted?.completion(&value, count)));
        let items = self.items.iter().cloned().map(Into::into).chain(found).collect();
        api::CompletionList { start: self.start, end: self.end, items }
    }
}
