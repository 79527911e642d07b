//! The benches crate.
