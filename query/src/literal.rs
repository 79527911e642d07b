//! Numbers, units, times and addresses in filters, made into ranges of whole numbers.
//!
//! In: a word such as `404`, `4xx`, `1.5s`, `10KB`, `10.0.0.0/8` and an operator. Out: an inclusive [`Range`], because
//! every comparison of a number is one: `< 5` is "at most 4", `== 4xx` is "400 to 499". Decimals are exact.

use std::net::IpAddr;

use crate::ast::Operator;

/// Both ends belong to it; empty if `low > high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) low: i128,
    pub(crate) high: i128,
}

impl Range {
    pub(crate) const fn contains(self, value: i128) -> bool {
        self.low <= value && value <= self.high
    }
}

/// Decimals that are told apart.
const DECIMALS: usize = 6;
/// What a number is multiplied by, to make its decimals whole.
pub(crate) const MICRO: i128 = 1_000_000;

/// A number in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal(pub(crate) i128);

impl Decimal {
    /// Reads `-12.5`: at most 24 digits before the point and six behind it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !are_digits(whole) || !are_digits(fraction) || whole.len() > 24 || fraction.len() > DECIMALS {
            return None;
        }
        let scaled: i128 = format!("{whole}{fraction:0<DECIMALS$}").parse().ok()?;
        Some(Self(if negative { -scaled } else { scaled }))
    }

    /// Reads a number of at most 12 digits and six decimals as it stands in somebody's text, without `+`. The store
    /// reads the same by the same pattern.
    pub(crate) fn read_in_text(text: &[u8]) -> Option<Self> {
        let text = str::from_utf8(text).ok().filter(|text| !text.starts_with('+'))?;
        let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default();
        if whole.len() > 12 { None } else { Self::read(text) }
    }

    /// The range of whole numbers, each worth `unit` millionths, that stand so to this number.
    pub(crate) fn range(self, operator: Operator, unit: i128) -> Range {
        let floor = self.0.div_euclid(unit);
        let ceiling = floor + i128::from(self.0.rem_euclid(unit) != 0);
        match operator {
            Operator::Less => Range { low: i128::MIN, high: ceiling - 1 },
            Operator::LessEqual => Range { low: i128::MIN, high: floor },
            Operator::Greater => Range { low: floor + 1, high: i128::MAX },
            Operator::GreaterEqual => Range { low: ceiling, high: i128::MAX },
            // Between two whole numbers lies none: the range is empty.
            _ => Range { low: ceiling, high: floor },
        }
    }
}

/// `4xx` as 400 to 499, under any operator: `< 4xx` is less than all of them, `>= 4xx` is any of them or more.
pub(crate) fn status_class(word: &str, operator: Operator) -> Option<Range> {
    let digit = word
        .to_ascii_lowercase()
        .strip_suffix("xx")?
        .parse::<u8>()
        .ok()
        .filter(|digit| (1..=9).contains(digit))?;
    let low = i128::from(digit) * 100;
    let high = low + 99;
    Some(match operator {
        Operator::Less => Range { low: i128::MIN, high: low - 1 },
        Operator::LessEqual => Range { low: i128::MIN, high },
        Operator::Greater => Range { low: high + 1, high: i128::MAX },
        Operator::GreaterEqual => Range { low, high: i128::MAX },
        _ => Range { low, high },
    })
}

/// A unit: its name and what one of it is in millionths of the base.
pub(crate) type Unit = (&'static str, i128);

/// Of durations, whose base is a microsecond.
pub(crate) const DURATIONS: &[Unit] = &[
    ("us", MICRO),
    ("µs", MICRO),
    ("ms", 1_000 * MICRO),
    ("s", 1_000_000 * MICRO),
    ("m", 60_000_000 * MICRO),
    ("min", 60_000_000 * MICRO),
    ("h", 3_600_000_000 * MICRO),
];

/// Of sizes, whose base is a byte.
pub(crate) const SIZES: &[Unit] = &[
    ("b", MICRO),
    ("kb", 1_000 * MICRO),
    ("mb", 1_000_000 * MICRO),
    ("gb", 1_000_000_000 * MICRO),
    ("tb", 1_000_000_000_000 * MICRO),
    ("kib", (1 << 10) * MICRO),
    ("mib", (1 << 20) * MICRO),
    ("gib", (1 << 30) * MICRO),
    ("tib", (1 << 40) * MICRO),
];

/// A number with a unit in whatever case; `bare` is what one is worth without a unit.
pub(crate) fn with_unit(word: &str, units: &[Unit], bare: i128) -> Option<Decimal> {
    let split = word.find(|c: char| c.is_ascii_alphabetic() || c == 'µ').unwrap_or(word.len());
    let (number, unit) = word.split_at_checked(split)?;
    let number = Decimal::read(number.trim_end())?;
    let worth = if unit.is_empty() {
        bare
    } else {
        units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|(_, worth)| *worth)?
    };
    // Both are in millionths: one million too many.
    number.0.checked_mul(worth).map(|product| Decimal(product / MICRO))
}

/// The addresses that `10.0.0.1` or `10.0.0.0/8` names, as IPv6 numbers; IPv4 stands among them as `::ffff:a.b.c.d`.
pub(crate) fn addresses(word: &str) -> Option<(u128, u128)> {
    let (address, prefix) = match word.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
        None => (word, None),
    };
    let (number, offset) = match address.parse().ok()? {
        IpAddr::V4(ip) => (u128::from(ip.to_ipv6_mapped()), 96),
        IpAddr::V6(ip) => (u128::from(ip), 0),
    };
    let bits = prefix.map_or(128, |prefix| prefix.saturating_add(offset));
    if bits > 128 {
        return None;
    }
    let rest = u128::MAX.checked_shr(bits).unwrap_or(0);
    Some((number & !rest, number | rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        for (text, wanted) in [
            ("404", Some(404_000_000)),
            ("-1.5", Some(-1_500_000)),
            ("0.000001", Some(1)),
            ("1.", None),
            (".5", None),
            ("1e5", None),
            ("1.0000001", None),
            ("", None),
            ("9999999999999999999999999", None),
        ] {
            assert_eq!(Decimal::read(text).map(|number| number.0), wanted, "{text}");
        }
    }

    #[test]
    fn a_comparison_is_a_range_of_whole_numbers() {
        use Operator::*;
        for (number, operator, low, high) in [
            ("5", Less, i128::MIN, 4),
            ("5", LessEqual, i128::MIN, 5),
            ("5", Greater, 6, i128::MAX),
            ("5", GreaterEqual, 5, i128::MAX),
            ("5", Equal, 5, 5),
            ("5.5", Less, i128::MIN, 5),
            ("5.5", LessEqual, i128::MIN, 5),
            ("5.5", Greater, 6, i128::MAX),
            ("5.5", GreaterEqual, 6, i128::MAX),
            ("5.5", Equal, 6, 5),
            ("-0.5", Less, i128::MIN, -1),
        ] {
            let range = Decimal::read(number).expect(number).range(operator, MICRO);
            assert_eq!(range, Range { low, high }, "{} {number}", operator.name());
        }
    }

    #[test]
    fn units_are_read_in_any_case() {
        let duration = |word| with_unit(word, DURATIONS, 1_000 * MICRO).map(|number| number.0 / MICRO);
        for (word, wanted) in [
            ("250ms", Some(250_000)),
            ("250", Some(250_000)),
            ("1.5s", Some(1_500_000)),
            ("20us", Some(20)),
            ("20µs", Some(20)),
            ("2min", Some(120_000_000)),
            ("1h", Some(3_600_000_000)),
            ("5parsec", None),
            ("ms", None),
        ] {
            assert_eq!(duration(word), wanted, "{word}");
        }
        let size = |word| with_unit(word, SIZES, MICRO).map(|number| number.0 / MICRO);
        assert_eq!(
            [size("10KB"), size("10kib"), size("1.5MB"), size("7"), size("7B")],
            [Some(10_000), Some(10_240), Some(1_500_000), Some(7), Some(7)]
        );
    }

    #[test]
    fn networks_are_ranges_of_addresses() {
        let v4 = |text: &str| u128::from(text.parse::<std::net::Ipv4Addr>().expect(text).to_ipv6_mapped());
        assert_eq!(addresses("10.0.0.7"), Some((v4("10.0.0.7"), v4("10.0.0.7"))));
        assert_eq!(addresses("10.1.2.3/8"), Some((v4("10.0.0.0"), v4("10.255.255.255"))));
        assert_eq!(addresses("0.0.0.0/0"), Some((v4("0.0.0.0"), v4("255.255.255.255"))));
        assert_eq!(addresses("fd00::/16"), Some((0xfd00 << 112, (0xfd01 << 112) - 1)));
        assert_eq!(addresses("::/0"), Some((0, u128::MAX)));
        for wrong in ["10.0.0", "10.0.0.1/33", "::/129", "carts", ""] {
            assert_eq!(addresses(wrong), None, "{wrong}");
        }
    }
}
