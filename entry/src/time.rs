//! Points in time, as the capture's clock told them.
//!
//! Nanoseconds since the Unix epoch (UTC). Clocks step back: differences saturate at zero instead of wrapping.
//! In text they are RFC 3339, in UTC and with nine decimals; every offset and precision is read.

/// Nanoseconds since the Unix epoch by the clock of the capture. Zero means "not known".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The time that `seconds` and `nanos` since the epoch name. Saturates at the end of range (year 2554).
    #[must_use]
    pub const fn new(seconds: u64, nanos: u32) -> Self {
        Self(seconds.saturating_mul(1_000_000_000).saturating_add(nanos as u64))
    }

    /// Nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the Unix epoch.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Nanoseconds from `earlier` to `self`; zero where the clock stepped back in between.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// `self` moved on by `nanos`.
    #[must_use]
    pub const fn plus(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// Whether the time is known at all.
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.0 != 0
    }

    /// The time in RFC 3339: `2026-03-01T14:33:21.101000000Z`; empty if the time is not known.
    #[must_use]
    pub fn rfc3339(self) -> String {
        if !self.is_known() {
            return String::new();
        }
        let (seconds, nanos) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        let (days, of_day) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = date_of(days);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
    }

    /// Reads RFC 3339: `T` may be a blank or missing with all after it, seconds and their decimals may be missing,
    /// and a time without offset is UTC. `None` if it is no such time, or before 1970 or after 2554.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let mut rest = text.as_bytes();
        let (year, month, day) = (number(&mut rest, 4)?, part(&mut rest, b'-')?, part(&mut rest, b'-')?);
        let (mut seconds, mut nanos, mut ahead) = (0, 0, 0);
        if let Some((b'T' | b't' | b' ', after)) = rest.split_first() {
            rest = after;
            let (hour, minute) = (number(&mut rest, 2)?, part(&mut rest, b':')?);
            let second = if rest.first() == Some(&b':') { part(&mut rest, b':')? } else { 0 };
            if hour > 23 || minute > 59 || second > 60 {
                return None;
            }
            seconds = hour * 3600 + minute * 60 + second;
            nanos = decimals(&mut rest)?;
            ahead = offset(&mut rest)?;
        }
        if !rest.is_empty() || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
            return None;
        }
        let since = days_since_epoch(year, month, day)?.checked_mul(86_400)?.checked_add(seconds)?;
        let since = since.checked_add_signed(-ahead)?;
        since.checked_mul(1_000_000_000)?.checked_add(nanos).map(Self)
    }
}

fn number(rest: &mut &[u8], digits: usize) -> Option<u64> {
    let (head, tail) = rest.split_at_checked(digits)?;
    *rest = tail;
    head.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))
}

/// A separator and two digits.
fn part(rest: &mut &[u8], separator: u8) -> Option<u64> {
    *rest = rest.strip_prefix(&[separator])?;
    number(rest, 2)
}

/// Nanoseconds of `.` and digits, if they are there; digits past the ninth are dropped.
fn decimals(rest: &mut &[u8]) -> Option<u64> {
    let Some(after) = rest.strip_prefix(b".") else { return Some(0) };
    let end = after.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(after.len());
    let (digits, tail) = after.split_at_checked(end)?;
    *rest = tail;
    let mut nine = digits.iter().chain(std::iter::repeat(&b'0')).take(9);
    (end > 0).then(|| nine.try_fold(0, |value, byte| Some(value * 10 + u64::from(byte - b'0'))))?
}

/// Seconds that the offset lies ahead of UTC.
fn offset(rest: &mut &[u8]) -> Option<i64> {
    let sign = match rest.split_first() {
        None => return Some(0),
        Some((b'Z' | b'z', after)) => {
            *rest = after;
            return Some(0);
        }
        Some((b'+', after)) => (1, after),
        Some((b'-', after)) => (-1, after),
        Some(_) => return None,
    };
    *rest = sign.1;
    let (hours, minutes) = (number(rest, 2)?, part(rest, b':')?);
    (hours < 24 && minutes < 60).then(|| sign.0 * i64::try_from(hours * 3600 + minutes * 60).unwrap_or(0))
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

const fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the epoch to the first day of a year.
const fn days_before_year(year: u64) -> Option<u64> {
    if year < 1970 {
        return None;
    }
    let past = year - 1;
    // 477 leap days lie before 1970.
    Some((year - 1970) * 365 + past / 4 - past / 100 + past / 400 - 477)
}

fn days_since_epoch(year: u64, month: u64, day: u64) -> Option<u64> {
    Some(days_before_year(year)? + (1..month).map(|month| days_in(year, month)).sum::<u64>() + day - 1)
}

/// Year, month and day, `days` after the epoch.
fn date_of(days: u64) -> (u64, u64, u64) {
    // 146097 days are 400 years; the guess is off by one year at most.
    let guess = 1970 + days * 400 / 146_097;
    let year = if days_before_year(guess + 1).is_some_and(|start| start <= days) {
        guess + 1
    } else if days_before_year(guess).is_some_and(|start| start > days) {
        guess - 1
    } else {
        guess
    };
    let mut rest = days - days_before_year(year).unwrap_or(0);
    let mut month = 1;
    while rest >= days_in(year, month) {
        rest -= days_in(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_nine_decimals() {
        for (seconds, nanos, wanted) in [
            (1_772_375_601, 101_000_000, "2026-03-01T14:33:21.101000000Z"),
            (951_782_400, 1, "2000-02-29T00:00:00.000000001Z"),
            (0, 1, "1970-01-01T00:00:00.000000001Z"),
            (4_102_444_799, 0, "2099-12-31T23:59:59.000000000Z"),
            (18_446_744_073, 709_551_615, "2554-07-21T23:34:33.709551615Z"),
        ] {
            assert_eq!(Timestamp::new(seconds, nanos).rfc3339(), wanted);
        }
        assert_eq!(Timestamp::default().rfc3339(), "");
    }

    #[test]
    fn every_day_until_2200_is_read_as_written() {
        for day in 0..84_000 {
            let time = Timestamp::new(day * 86_400 + day % 86_400, 7);
            assert_eq!(Timestamp::parse_rfc3339(&time.rfc3339()), Some(time));
        }
    }

    #[test]
    fn offsets_and_shorter_forms_are_read_and_nonsense_is_not() {
        for (text, wanted) in [
            ("2026-03-01T15:33:21.1+01:00", Some((1_772_375_601, 100_000_000))),
            ("2026-03-01T14:33:21Z", Some((1_772_375_601, 0))),
            ("2026-03-01 14:33", Some((1_772_375_580, 0))),
            ("2026-03-01", Some((1_772_323_200, 0))),
            ("2026-03-01T14:33:21.1234567899Z", Some((1_772_375_601, 123_456_789))),
            ("2026-02-29", None),
            ("2026-13-01", None),
            ("1969-12-31", None),
            ("1970-01-01T00:00:00+01:00", None),
            ("2026-03-01T24:00", None),
            ("2026-03-01T14", None),
            ("2026-03-01T14:33:21.Z", None),
            ("2026-03-01T14:33:21Zx", None),
            ("9999-01-01", None),
            ("", None),
        ] {
            let wanted = wanted.map(|(seconds, nanos)| Timestamp::new(seconds, nanos));
            assert_eq!(Timestamp::parse_rfc3339(text), wanted, "{text}");
        }
    }
}
