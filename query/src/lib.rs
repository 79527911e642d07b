//! The query crate.
