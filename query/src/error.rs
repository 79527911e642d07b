//! What is wrong with a filter, and where.
//!
//! In: byte ranges of the filter's text. Out: an error whose range is counted in UTF-16 units, as browsers count.

use std::ops::Range;

/// Why a filter cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// What is wrong, as a sentence for people.
    pub message: String,
    /// First character that it concerns, in UTF-16 units from 0.
    pub start: u32,
    /// The character after the last one.
    pub end: u32,
    /// The nearest thing that would be right, as a replacement for that range.
    pub suggestion: Option<String>,
}

/// A fault at a byte range, before it is told to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: Range<usize>,
    pub(crate) message: String,
    pub(crate) suggestion: Option<String>,
}

impl Fault {
    pub(crate) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), suggestion: None }
    }

    pub(crate) fn or(self, suggestion: Option<impl Into<String>>) -> Self {
        Self { suggestion: suggestion.map(Into::into), ..self }
    }

    /// The error for the one who wrote `text`. A range of no length is widened to the character that stands there.
    pub(crate) fn tell(self, text: &str) -> QueryError {
        let mut end = self.at.end;
        if self.at.is_empty() && self.suggestion.is_none() {
            end += text.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        }
        QueryError {
            message: self.message,
            start: utf16_at(text, self.at.start),
            end: utf16_at(text, end),
            suggestion: self.suggestion,
        }
    }
}

/// The byte offset `at` as UTF-16 units.
pub(crate) fn utf16_at(text: &str, at: usize) -> u32 {
    let units: usize =
        text.char_indices().take_while(|(index, _)| *index < at).map(|(_, c)| c.len_utf16()).sum();
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// The UTF-16 offset `at` as a byte offset: of the character that it falls into, or the end.
pub(crate) fn byte_at(text: &str, at: u32) -> usize {
    let mut units = 0;
    for (index, c) in text.char_indices() {
        if units >= at as usize {
            return index;
        }
        units += c.len_utf16();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_counted_as_browsers_count() {
        let text = "aä😀b";
        for (byte, unit) in [(0, 0), (1, 1), (3, 2), (7, 4), (8, 5)] {
            assert_eq!(utf16_at(text, byte), unit);
            assert_eq!(byte_at(text, unit), byte);
        }
        assert_eq!(byte_at(text, 99), text.len());
    }
}
