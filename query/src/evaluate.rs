//! Running a filter on a record in memory.
//!
//! In: a [`Plan`] and a [`Record`]. Out: whether it holds. Nothing is compiled or looked up here, so that a record costs
//! little more than reading the fields that are asked for. The store's reading of the same plan is [`crate::sql`].

use mizu_entry::Record;

use crate::field::{Access, Visit};
use crate::literal::Decimal;
use crate::plan::{Check, Plan, Test, TextCheck};

/// Whether the plan holds.
pub(crate) fn holds(plan: &Plan, record: &Record<'_>) -> bool {
    match plan {
        Plan::All(parts) => parts.iter().all(|part| holds(part, record)),
        Plan::Any(parts) => parts.iter().any(|part| holds(part, record)),
        Plan::Not(inner) => !holds(inner, record),
        Plan::Constant(value) => *value,
        Plan::Test(test) => passes(test, record),
    }
}

fn passes(test: &Test, record: &Record<'_>) -> bool {
    match test.field.access {
        Access::Text { get, .. } => {
            // Empty text is no value: `== ""` asks whether there is none.
            if test.check == Check::Text(TextCheck::Equals(String::new())) {
                return get(record, &mut |value| !value.is_empty()) == test.negated;
            }
            texts(test, &mut |visit| get(record, &mut |value| !value.is_empty() && visit(value)))
        }
        Access::Map { get, .. } => {
            let key = test.key.as_deref().unwrap_or_default();
            texts(test, &mut |visit| get(record, key, visit))
        }
        Access::Number { get, .. } => number(test, get(record)),
        Access::Time { get, .. } => number(test, Some(get(record))),
        Access::Ip { get, .. } => match (&test.check, get(record)) {
            (Check::Addresses(low, high), ip) => (*low <= ip && ip <= *high) != test.negated,
            (Check::Text(check), ip) => text_passes(check, address_text(ip).as_bytes()) != test.negated,
            _ => true,
        },
        Access::Bits { get, .. } => match test.check {
            Check::Bits(bits) => (get(record) & bits != 0) != test.negated,
            _ => get(record) != 0,
        },
        Access::Flag { get, .. } => match test.check {
            Check::Flag(wanted) => (get(record) == wanted) != test.negated,
            _ => get(record),
        },
    }
}

/// Tests values of text that `each` shows one after the other until it is told that one is enough.
fn texts(test: &Test, each: &mut dyn FnMut(Visit<'_>) -> bool) -> bool {
    let Check::Text(check) = &test.check else {
        return each(&mut |_| true);
    };
    if !test.negated {
        return each(&mut |value| text_passes(check, value));
    }
    let mut seen = false;
    let passed = each(&mut |value| {
        seen = true;
        text_passes(check, value)
    });
    seen && !passed
}

fn text_passes(check: &TextCheck, value: &[u8]) -> bool {
    match check {
        TextCheck::Equals(wanted) => value == wanted.as_bytes(),
        TextCheck::Contains(wanted) => memchr::memmem::find(value, wanted.as_bytes()).is_some(),
        TextCheck::StartsWith(wanted) => value.starts_with(wanted.as_bytes()),
        TextCheck::EndsWith(wanted) => value.ends_with(wanted.as_bytes()),
        TextCheck::Matches(pattern) => pattern.memory.is_match(value),
        TextCheck::Number(range) => {
            Decimal::read_in_text(value).is_some_and(|number| range.contains(number.0))
        }
    }
}

fn number(test: &Test, value: Option<u64>) -> bool {
    let Some(value) = value else { return false };
    match &test.check {
        Check::Range(range) => range.contains(value.into()) != test.negated,
        Check::Text(check) => text_passes(check, value.to_string().as_bytes()) != test.negated,
        _ => value > 0,
    }
}

/// An address as text, IPv4 in its own form.
fn address_text(ip: u128) -> String {
    std::net::Ipv6Addr::from(ip).to_canonical().to_string()
}
