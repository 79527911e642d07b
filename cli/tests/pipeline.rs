//! `mizu` with all its parts, as users run it: the page fills, errors are said, nothing is left behind.
//!
//! Needs the binaries of the whole workspace beside `mizu`; the tier `pipeline` builds them first.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking, and clippy.toml does not reach its helpers"
)]

#[path = "pipeline/capture.rs"]
mod capture;
#[path = "pipeline/demo.rs"]
mod demo;
#[path = "pipeline/mizu.rs"]
mod mizu;
#[path = "pipeline/tap.rs"]
mod tap;
#[path = "pipeline/view.rs"]
mod view;
