//! The cli.

fn main() {}
