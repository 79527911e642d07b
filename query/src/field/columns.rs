//! Expressions of SQL over `mizu.entries` that more than one field needs, and the bounds of its columns.

/// The target as `path?query`; the question mark, `char(63)`, only before a query that is not empty.
pub(super) const TARGET: &str = "if(query = '', path, concat(path, char(63), query))";
/// Host and target.
pub(super) const URL: &str = "concat(host, if(query = '', path, concat(path, char(63), query)))";
/// The status of gRPC calls alone.
pub(super) const GRPC_STATUS: &str = "if(proto = 'grpc', status, -1)";

/// Sizes and durations: columns of 32 bits, at whose end greater numbers stand.
pub(super) const U32: u64 = u32::MAX as u64;
/// Statuses.
pub(super) const I32: u64 = i32::MAX as u64;
