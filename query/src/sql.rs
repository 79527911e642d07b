//! A filter as a condition of SQL over `mizu.entries`.
//!
//! In: a [`Plan`]. Out: the text of a condition with parameters `{p1:String}` and their values, which never stand in
//! the text. Evaluation of the same plan in memory is [`crate::evaluate`]; a property test on the real engine holds
//! both equal. No condition is NULL, and none has a question mark, which some clients take for a parameter.

use std::fmt::Write as _;

use mizu_entry::record::MAX_PAIRS;

use crate::field::{Access, Kind, MapSql};
use crate::literal::Range;
use crate::plan::{Check, Plan, Test, TextCheck};

/// A condition of SQL with its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sql {
    /// The condition, to stand behind `WHERE`; `1` for a filter that everything passes.
    pub where_clause: String,
    /// Names and values of its parameters.
    pub params: Vec<(String, String)>,
}

/// Writes a plan as SQL.
pub(crate) fn sql(plan: &Plan) -> Sql {
    let mut out = Writer::default();
    let where_clause = out.plan(plan);
    Sql { where_clause, params: out.params }
}

#[derive(Default)]
struct Writer {
    params: Vec<(String, String)>,
}

impl Writer {
    fn param(&mut self, kind: &str, value: impl Into<String>) -> String {
        let name = format!("p{}", self.params.len() + 1);
        let placeholder = format!("{{{name}:{kind}}}");
        self.params.push((name, value.into()));
        placeholder
    }

    fn plan(&mut self, plan: &Plan) -> String {
        match plan {
            Plan::All(parts) => self.joined(parts, " AND "),
            Plan::Any(parts) => self.joined(parts, " OR "),
            Plan::Not(inner) => format!("NOT ({})", self.plan(inner)),
            Plan::Constant(value) => u8::from(*value).to_string(),
            Plan::Test(test) => self.test(test),
        }
    }

    fn joined(&mut self, parts: &[Plan], word: &str) -> String {
        let parts: Vec<_> = parts.iter().map(|part| self.plan(part)).collect();
        format!("({})", parts.join(word))
    }

    fn test(&mut self, test: &Test) -> String {
        match test.field.access {
            Access::Text { sql, .. } => self.texts(test, sql),
            Access::Map { sql, .. } => self.map(test, sql),
            Access::Number { sql, absent, max, .. } => {
                let present = absent.map(|absent| format!("{sql} != {absent}"));
                match &test.check {
                    Check::Range(range) => self.number(test, sql, present, *range, max),
                    Check::Text(check) => {
                        let passes = self.text(check, &format!("toString({sql})"));
                        // What stands for "no value" is text too.
                        match present {
                            Some(present) if !test.negated => format!("({present} AND {passes})"),
                            present => negatable(test.negated, passes, present),
                        }
                    }
                    _ => format!("{sql} > 0"),
                }
            }
            Access::Time { sql, .. } => match test.check {
                Check::Range(range) => self.time(test, sql, range),
                _ => "1".to_owned(),
            },
            Access::Ip { sql, .. } => match &test.check {
                Check::Addresses(low, high) => {
                    let [low, high] = [*low, *high].map(|ip| {
                        let param = self.param("String", std::net::Ipv6Addr::from(ip).to_string());
                        format!("toIPv6({param})")
                    });
                    let passes = format!("({sql} >= {low} AND {sql} <= {high})");
                    negatable(test.negated, passes, None)
                }
                Check::Text(check) => {
                    let text = format!("replaceRegexpOne(toString({sql}), '^::ffff:', '')");
                    let passes = self.text(check, &text);
                    negatable(test.negated, passes, None)
                }
                _ => "1".to_owned(),
            },
            Access::Bits { sql, .. } => match test.check {
                Check::Bits(bits) => {
                    let word = if test.negated { "=" } else { "!=" };
                    format!("bitAnd({sql}, {bits}) {word} 0")
                }
                _ => format!("{sql} != 0"),
            },
            Access::Flag { sql, .. } => match test.check {
                Check::Flag(wanted) if wanted == test.negated => format!("NOT ({sql})"),
                _ => format!("({sql})"),
            },
        }
    }

    /// Text of one or several expressions, empty text being no value.
    fn texts(&mut self, test: &Test, sql: &[&str]) -> String {
        let present = any(sql.iter().map(|sql| format!("{sql} != ''")));
        let Check::Text(check) = &test.check else { return present };
        if *check == TextCheck::Equals(String::new()) {
            return if test.negated { present } else { format!("NOT ({present})") };
        }
        // An enumeration is compared as it is, so that its index serves.
        let plain = if matches!((test.field.kind, check), (Kind::Word(_), TextCheck::Equals(_))) {
            sql.iter()
                .map(|sql| sql.strip_prefix("toString(").map_or(*sql, |sql| sql.trim_end_matches(')')))
                .collect()
        } else {
            sql.to_vec()
        };
        let passes: Vec<_> = plain
            .into_iter()
            .map(|sql| {
                let passes = self.text(check, sql);
                // These hold of empty text too, which is no value.
                let of_empty = match check {
                    TextCheck::Matches(pattern) => pattern.memory.is_match(b""),
                    TextCheck::Contains(text) | TextCheck::StartsWith(text) | TextCheck::EndsWith(text) => {
                        text.is_empty()
                    }
                    TextCheck::Equals(_) | TextCheck::Number(_) => false,
                };
                if of_empty { format!("({sql} != '' AND {passes})") } else { passes }
            })
            .collect();
        negatable(test.negated, any(passes.into_iter()), Some(present))
    }

    /// Text by name: any value of that name.
    fn map(&mut self, test: &Test, sql: MapSql) -> String {
        let key = self.param("String", test.key.clone().unwrap_or_default());
        let check = match &test.check {
            Check::Text(check) => Some(check),
            _ => None,
        };
        match sql {
            MapSql::Column(column) => {
                let present = format!("mapContains({column}, {key})");
                let Some(check) = check else { return present };
                let passes = self.text(check, "v");
                let passes = format!(
                    "arrayExists((k, v) -> k = {key} AND {passes}, mapKeys({column}), mapValues({column}))"
                );
                // The index on the values serves equality written so.
                let passes = match check {
                    TextCheck::Equals(value) if !test.negated => {
                        let value = self.param("String", value.clone());
                        format!("(has(mapValues({column}), {value}) AND {passes})")
                    }
                    _ => passes,
                };
                negatable(test.negated, passes, Some(present))
            }
            MapSql::Query(column) => {
                let mut pairs = String::new();
                // As `mizu_entry::record::query_pairs` reads them. Writing to a String does not fail.
                let _ = write!(
                    pairs,
                    "arrayMap(x -> (decodeURLFormComponent(if(position(x, '=') = 0, x, substring(x, 1, position(x, '=') - 1))), \
                     decodeURLFormComponent(if(position(x, '=') = 0, '', substring(x, position(x, '=') + 1)))), \
                     arraySlice(arrayFilter(x -> x != '', splitByChar('&', {column})), 1, {MAX_PAIRS}))"
                );
                let present = format!("arrayExists(x -> x.1 = {key}, {pairs})");
                let Some(check) = check else { return present };
                let passes = self.text(check, "x.2");
                let passes = format!("arrayExists(x -> x.1 = {key} AND {passes}, {pairs})");
                negatable(test.negated, passes, Some(present))
            }
        }
    }

    fn text(&mut self, check: &TextCheck, sql: &str) -> String {
        match check {
            TextCheck::Equals(value) => format!("{sql} = {}", self.param("String", value.clone())),
            TextCheck::Contains(value) => {
                format!("position({sql}, {}) > 0", self.param("String", value.clone()))
            }
            TextCheck::StartsWith(value) => {
                format!("startsWith({sql}, {})", self.param("String", value.clone()))
            }
            TextCheck::EndsWith(value) => format!("endsWith({sql}, {})", self.param("String", value.clone())),
            TextCheck::Matches(pattern) => {
                format!("match({sql}, {})", self.param("String", pattern.store.clone()))
            }
            TextCheck::Number(range) => self.number_in_text(sql, *range),
        }
    }

    /// Text that is a number, as [`crate::literal::Decimal::read_in_text`] reads it, in a range of millionths.
    fn number_in_text(&mut self, sql: &str, range: Range) -> String {
        // No number of twelve digits reaches these.
        let bound = 2_000_000_000_000_000_000i128;
        if range.low > range.high || range.low > bound || range.high < -bound {
            return "0".to_owned();
        }
        let is_number = format!("match({sql}, '\\\\A-{{0,1}}[0-9]{{1,12}}(\\\\.[0-9]{{1,6}}){{0,1}}\\\\z')");
        // In millionths, so that nothing is rounded. Both sides of AND may be evaluated: what is no number must not
        // reach the arithmetic, where it could overflow.
        let value = format!("toInt64(toDecimal128(if({is_number}, {sql}, '0'), 6) * 1000000)");
        let mut parts = vec![is_number];
        if range.low > -bound {
            parts.push(format!("{value} >= {}", self.param("Int64", range.low.to_string())));
        }
        if range.high < bound {
            parts.push(format!("{value} <= {}", self.param("Int64", range.high.to_string())));
        }
        format!("({})", parts.join(" AND "))
    }

    /// A whole number from 0 to `max`.
    fn number(&mut self, test: &Test, sql: &str, present: Option<String>, range: Range, max: u64) -> String {
        if range.low > range.high || range.high < 0 || range.low > max.into() {
            return if test.negated { present.unwrap_or_else(|| "1".to_owned()) } else { "0".to_owned() };
        }
        let mut parts: Vec<String> = Vec::new();
        if range.low == range.high {
            parts.push(format!("{sql} = {}", self.param("UInt64", range.low.to_string())));
        } else {
            if range.low > 0 {
                parts.push(format!("{sql} >= {}", self.param("UInt64", range.low.to_string())));
            }
            if range.high < max.into() {
                parts.push(format!("{sql} <= {}", self.param("UInt64", range.high.to_string())));
            }
        }
        let passes = if parts.is_empty() { "1".to_owned() } else { parts.join(" AND ") };
        // What stands for "no value" may lie in the range.
        let passes = match &present {
            Some(present) if range.low <= 0 => format!("({present} AND {passes})"),
            _ => format!("({passes})"),
        };
        negatable(test.negated, passes, present)
    }

    fn time(&mut self, test: &Test, sql: &str, range: Range) -> String {
        // The column ends in 2262, filters in 2554.
        if range.low > i64::MAX.into() || range.high < 0 || range.low > range.high {
            return if test.negated { "1".to_owned() } else { "0".to_owned() };
        }
        let mut parts: Vec<String> = Vec::new();
        for (bound, sign) in [(range.low, ">="), (range.high, "<=")] {
            if let Ok(nanos) = i64::try_from(bound) {
                let param = self.param("Int64", nanos.to_string());
                parts.push(format!("{sql} {sign} fromUnixTimestamp64Nano({param}, 'UTC')"));
            }
        }
        let passes = if parts.is_empty() { "1".to_owned() } else { format!("({})", parts.join(" AND ")) };
        negatable(test.negated, passes, None)
    }
}

/// A condition, or that there is a value and the condition does not hold.
fn negatable(negated: bool, passes: String, present: Option<String>) -> String {
    match (negated, present) {
        (false, _) => passes,
        (true, None) => format!("NOT ({passes})"),
        (true, Some(present)) => format!("({present} AND NOT ({passes}))"),
    }
}

fn any(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<_> = parts.collect();
    match parts.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", parts.join(" OR ")),
    }
}
