//! Values by kind: what a literal means to the field that it is compared with.
//!
//! In: a field, a comparison and the value as written, quotes gone: `"404"` and `404` are the same. Out: a [`Check`].
//! Regular expressions and functions on text are not here: they mean the same for every kind.

use mizu_entry::Timestamp;
use mizu_entry::record::NOTE_NAMES;

use crate::ast::{Literal, Operator};
use crate::field::{Field, Kind};
use crate::literal::{DURATIONS, Decimal, MICRO, Range, SIZES, addresses, status_class, with_unit};
use crate::plan::{Check, TextCheck};
use crate::suggest::nearest;

/// Why a value does not fit.
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) suggestion: Option<String>,
}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), suggestion: None }
    }
}

pub(crate) fn check(
    field: &Field,
    operator: Operator,
    value: &str,
    literal: &Literal,
) -> Result<Check, Refusal> {
    let path = field.path;
    match field.kind {
        Kind::Text | Kind::Map => text(path, operator, value),
        Kind::Word(words) => {
            word(path, value, words).map(|()| Check::Text(TextCheck::Equals(value.to_owned())))
        }
        Kind::Notes => {
            let names: Vec<_> = NOTE_NAMES.iter().map(|(_, name)| *name).collect();
            word(path, value, &names)?;
            let bits = NOTE_NAMES.iter().filter(|(_, name)| *name == value).map(|(note, _)| note.bits());
            Ok(Check::Bits(bits.fold(0, |all, bits| all | bits)))
        }
        Kind::Number | Kind::Status => number(path, operator, value, field.kind == Kind::Status),
        Kind::Duration => with_unit(value, DURATIONS, 1_000 * MICRO)
            .map(|number| Check::Range(number.range(operator, MICRO)))
            .ok_or_else(|| Refusal::new(format!("`{path}` is a duration: 250ms, 1.5s, 20us, 2min"))),
        Kind::Size => with_unit(value, SIZES, MICRO)
            .map(|number| Check::Range(number.range(operator, MICRO)))
            .ok_or_else(|| Refusal::new(format!("`{path}` is a size: 512, 10KB, 1.5MB, 64KiB"))),
        Kind::Time => time(path, operator, value),
        Kind::Ip => addresses(value).map(|(low, high)| Check::Addresses(low, high)).ok_or_else(|| {
            Refusal::new(format!(
                "`{path}` is an address or a network: \"10.0.0.1\", \"10.0.0.0/8\", \"fd00::1\""
            ))
        }),
        Kind::Flag => match (literal, value) {
            (_, "true" | "1") => Ok(Check::Flag(true)),
            (_, "false" | "0") => Ok(Check::Flag(false)),
            _ => Err(Refusal::new(format!("`{path}` is true or false"))),
        },
    }
}

fn text(path: &str, operator: Operator, value: &str) -> Result<Check, Refusal> {
    if operator == Operator::Equal || operator == Operator::NotEqual {
        return Ok(Check::Text(TextCheck::Equals(value.to_owned())));
    }
    // Order is that of numbers: text that is no number stands nowhere in it.
    let number = Decimal::read(value).ok_or_else(|| {
        Refusal::new(format!(
            "`{}` compares numbers, and text of `{path}` that is one: {value:?} is none",
            operator.name()
        ))
    })?;
    Ok(Check::Text(TextCheck::Number(number.range(operator, 1))))
}

fn word(path: &str, value: &str, words: &[&str]) -> Result<(), Refusal> {
    if words.contains(&value) {
        return Ok(());
    }
    let message = format!("`{path}` is never {value:?}: it is one of {}", words.join(", "));
    let suggestion = nearest(value, words.iter().copied()).map(|word| format!("{word:?}"));
    Err(Refusal { message, suggestion })
}

fn number(path: &str, operator: Operator, value: &str, classes: bool) -> Result<Check, Refusal> {
    if classes && let Some(range) = status_class(value, operator) {
        return Ok(Check::Range(range));
    }
    let example = if classes { "404, 4xx" } else { "8080" };
    Decimal::read(value)
        .map(|number| Check::Range(number.range(operator, MICRO)))
        .ok_or_else(|| Refusal::new(format!("`{path}` is a number: {example}")))
}

/// RFC 3339, or milliseconds since the epoch.
fn time(path: &str, operator: Operator, value: &str) -> Result<Check, Refusal> {
    let moment = Timestamp::parse_rfc3339(value).map(|time| i128::from(time.nanos())).or_else(|| {
        let millis = Decimal::read(value)?.0;
        Some(millis).filter(|millis| (0..=i128::from(i64::MAX)).contains(millis))
    });
    let Some(nanos) = moment else {
        return Err(Refusal::new(format!("`{path}` is a time in RFC 3339: \"2026-03-01T14:33:21Z\"")));
    };
    Ok(Check::Range(match operator {
        Operator::Less => Range { low: i128::MIN, high: nanos - 1 },
        Operator::LessEqual => Range { low: i128::MIN, high: nanos },
        Operator::Greater => Range { low: nanos + 1, high: i128::MAX },
        Operator::GreaterEqual => Range { low: nanos, high: i128::MAX },
        _ => Range { low: nanos, high: nanos },
    }))
}
