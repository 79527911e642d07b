//! Points in time, as the capture's clock told them.
//!
//! Nanoseconds since the Unix epoch (UTC). Clocks step back: differences saturate at zero instead of wrapping.

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
}
