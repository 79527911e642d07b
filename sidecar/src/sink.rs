//! Where entries go: to standard output for the corpus, nowhere for the yardstick, into batches for the aggregator.

pub(crate) mod batch;
pub(crate) mod corpus;
pub(crate) mod count;
