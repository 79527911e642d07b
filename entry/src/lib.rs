//! The entry crate.
