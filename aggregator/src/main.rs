//! The aggregator.

fn main() {}
