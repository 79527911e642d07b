//! The parameters that several routes share: filter, times, bounds.
//!
//! In: text of the query string. Out: a [`Scope`] for the store, or what is wrong with the text.

use super::error::Problem;
use crate::{
    filter::Filter,
    store::read::{Condition, Scope},
};
use mizu_entry::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Makes a scope of what the routes take.
pub(crate) fn scope(
    query: Option<&str>,
    from: Option<&str>,
    to: Option<&str>,
    until: Option<&str>,
) -> Result<Scope, Problem> {
    let condition = match query.map(str::trim).filter(|q| !q.is_empty()) {
        Some(query) => Filter::parse(query).map_err(Problem::bad_query)?.condition(),
        None => Condition::all(),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(now.as_nanos()).unwrap_or(i64::MAX);
    let moment =
        |name, text: Option<&str>| text.filter(|t| !t.is_empty()).map(|t| time(name, t, now)).transpose();
    let until = until.filter(|t| !t.is_empty()).map(|text| id("until", text)).transpose()?;
    Ok(Scope { condition, from: moment("from", from)?, to: moment("to", to)?, after: None, until })
}

/// Reads an id.
pub(crate) fn id(name: &str, text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::bad_request(format!("`{name}` is no id: {text}")))
}

/// Nanoseconds since the epoch of an RFC 3339 time, of `now`, or of `now-15m` (units s, m, h, d).
fn time(name: &str, text: &str, now: i64) -> Result<i64, Problem> {
    let wrong = || {
        Problem::bad_request(format!(
            "`{name}` is neither a time like 2026-03-01T14:33:21Z nor like now-15m: {text}"
        ))
    };
    if let Some(ago) = text.strip_prefix("now") {
        if ago.is_empty() {
            return Ok(now);
        }
        let (number, seconds) = ago
            .strip_prefix('-')
            .and_then(|ago| {
                let unit = match ago.chars().last()? {
                    's' => 1,
                    'm' => 60,
                    'h' => 3600,
                    'd' => 86_400,
                    _ => return None,
                };
                Some((ago.get(..ago.len() - 1)?.parse::<u32>().ok()?, unit))
            })
            .ok_or_else(wrong)?;
        return Ok(now.saturating_sub(i64::from(number).saturating_mul(seconds * 1_000_000_000)));
    }
    let time = Timestamp::parse_rfc3339(text).ok_or_else(wrong)?;
    i64::try_from(time.nanos()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_moments_or_as_so_long_ago() {
        let now = 1_795_000_000_000_000_000;
        for (text, want) in [
            ("now", Some(now)),
            ("now-15m", Some(now - 900_000_000_000)),
            ("now-2d", Some(now - 172_800_000_000_000)),
            ("2026-03-01T14:33:21Z", Some(1_772_375_601_000_000_000)),
            ("now-", None),
            ("now-1y", None),
            ("now+1m", None),
            ("yesterday", None),
        ] {
            assert_eq!(time("from", text, now).ok(), want, "{text}");
        }
    }
}
