//! What holds of the source as a whole and no compiler checks: the edges between crates, sizes of files, licences,
//! words that do not belong, and documents that say what is there.
//! In: the text of the checkout and `cargo metadata`. Runs in a second, builds nothing, reaches no network.

mod documents;
mod edges;
mod files;
mod invariants;
mod leftovers;
mod licences;
mod metadata;
mod unsafe_code;
mod words;
