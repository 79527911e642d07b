//! Reading values of a record in the form that the columns hold them.

use std::borrow::Cow;
use std::net::IpAddr;

use mizu_entry::{FieldText, Record};

use super::Visit;
use super::columns::U32;

/// The number as a column of 32 bits holds it.
pub(super) fn bounded(value: u64) -> u64 {
    value.min(U32)
}

/// The address as a number, IPv4 as `::ffff:a.b.c.d`.
pub(super) fn address(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(ip.to_ipv6_mapped()),
        IpAddr::V6(ip) => u128::from(ip),
    }
}

/// Shows the values of a header or trailer field. `key` is in lower case.
pub(super) fn headers<'a>(fields: impl Iterator<Item = FieldText<'a>>, key: &str, visit: Visit<'_>) -> bool {
    let mut named = fields.filter(|field| {
        if field.name.is_ascii() {
            field.name.eq_ignore_ascii_case(key.as_bytes())
        } else {
            String::from_utf8_lossy(field.name).to_ascii_lowercase() == key
        }
    });
    named.any(|field| visit(String::from_utf8_lossy(field.value).as_bytes()))
}

/// Shows the values of a query parameter.
pub(super) fn parameters(record: &Record<'_>, key: &str, visit: Visit<'_>) -> bool {
    let query = record.query_string();
    mizu_entry::record::query_pairs(query.as_bytes())
        .any(|(name, value)| *name == *key.as_bytes() && visit(&value))
}

/// The target as `path?query`.
pub(super) fn target<'a>(record: &Record<'a>) -> Cow<'a, str> {
    let (path, query) = (record.path(), record.query_string());
    if query.is_empty() { path } else { Cow::Owned(format!("{path}?{query}")) }
}
