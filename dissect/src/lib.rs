//! The dissect crate.
