//! Sizes as people write them: `200MB`, `1.5GiB`, `0`.

use std::str::FromStr;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteSize(u64);

impl ByteSize {
    /// The bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }
}

/// Units and their bytes: decimal as disks are sold, binary with an `i`.
const UNITS: &[(&str, u64)] = &[
    ("", 1),
    ("b", 1),
    ("k", 1_000),
    ("kb", 1_000),
    ("kib", 1 << 10),
    ("ki", 1 << 10),
    ("m", 1_000_000),
    ("mb", 1_000_000),
    ("mib", 1 << 20),
    ("mi", 1 << 20),
    ("g", 1_000_000_000),
    ("gb", 1_000_000_000),
    ("gib", 1 << 30),
    ("gi", 1 << 30),
    ("t", 1_000_000_000_000),
    ("tb", 1_000_000_000_000),
    ("tib", 1 << 40),
    ("ti", 1 << 40),
];

/// The smallest limit with which segments make sense.
const LEAST: u64 = 10_000_000;

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no size; write 200MB or 1GiB, or 0 for no limit");
        let text = text.trim();
        let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(at).ok_or_else(wrong)?;
        let unit = unit.trim().to_ascii_lowercase();
        let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        let (whole, part) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 6 {
            return Err(wrong());
        }
        let whole: u64 = whole.parse().map_err(|_| wrong())?;
        let millionths: u64 = format!("{part:0<6}").parse().map_err(|_| wrong())?;
        let fraction =
            u64::try_from(u128::from(*bytes) * u128::from(millionths) / 1_000_000).map_err(|_| wrong())?;
        let size = whole.checked_mul(*bytes).and_then(|b| b.checked_add(fraction)).ok_or_else(wrong)?;
        if size != 0 && size < LEAST {
            return Err(format!("`{text}` is too little for the store; the least is 10MB"));
        }
        Ok(Self(size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, want) in [
            ("200MB", Some(200_000_000)),
            ("200 mb", Some(200_000_000)),
            ("1GiB", Some(1 << 30)),
            ("1.5G", Some(1_500_000_000)),
            ("0", Some(0)),
            ("20000000", Some(20_000_000)),
            ("1KB", None),
            ("MB", None),
            ("-1MB", None),
            ("1e3MB", None),
            ("99999999999999TB", None),
        ] {
            assert_eq!(text.parse::<ByteSize>().ok().map(ByteSize::bytes), want, "{text}");
        }
    }
}
