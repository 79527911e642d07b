//! A filter with its names and values understood: what both back ends run.
//!
//! In: fields of the table and checked values. Evaluation ([`crate::evaluate`]) and SQL ([`crate::sql`]) are two readings
//! of this one tree; what a test means is said here.

use crate::field::Field;
use crate::literal::Range;
use crate::pattern::Pattern;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plan {
    /// Holds if all hold.
    All(Vec<Plan>),
    /// Holds if any holds.
    Any(Vec<Plan>),
    Not(Box<Plan>),
    Constant(bool),
    Test(Test),
}

/// A question about one field. A field has no value, one, or several (a header that comes twice). Plain: some value
/// passes the check. Negated: there is a value, and none passes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Test {
    pub(crate) field: &'static Field,
    /// The name in brackets, as the map's keys are written.
    pub(crate) key: Option<String>,
    pub(crate) check: Check,
    pub(crate) negated: bool,
}

/// What a value is asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Check {
    /// Text: it is not empty. Number: it is not 0. Flag: it is set. A name in brackets: it is there.
    Truth,
    /// Of text, and of numbers as text.
    Text(TextCheck),
    /// Of numbers, durations (µs), sizes (bytes) and times (ns since the epoch).
    Range(Range),
    /// Of addresses as IPv6 numbers, both ends included.
    Addresses(u128, u128),
    /// Of notes: one of these bits is set.
    Bits(u32),
    /// Of flags.
    Flag(bool),
}

/// What text is asked. Text is bytes here: case counts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TextCheck {
    Equals(String),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
    Matches(Box<Pattern>),
    /// It is a decimal number in that range of millionths.
    Number(Range),
}
