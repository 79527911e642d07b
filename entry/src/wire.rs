//! Ingest frames: batches of entries on the way from a sidecar to the aggregator, in protobuf wire encoding.
//!
//! `wire.proto` is the contract. In: entries and a header, appended to one buffer in any order ([`encode_entry`],
//! [`encode_header`]); out: a [`Batch`]. The same encoding of an entry without its bodies is what the store keeps
//! of it ([`encode_frame_without_bodies`], [`decode_entry`]).
//!
//! Writing takes one pass and allocates nothing once the buffer is warm: lengths of nested messages are reserved as
//! padded varints. Reading believes no length: what comes back holds memory in proportion to the bytes that were
//! there, nesting is fixed by the contract, and bytes that break it are an error, never a panic.
//!
//! No compression, no network and no spool here.

mod decode;
mod encode;
mod header;
mod number;
mod reader;

pub use decode::decode_entry;
pub use encode::{encode_entry, encode_frame_without_bodies};
pub use header::{BatchHeader, Source, encode_header};

use crate::entry::Entry;

/// The version of the contract that this crate writes, and the newest that it reads.
pub const WIRE_VERSION: u32 = 1;

/// The most entries that a batch may hold. A sidecar closes its batches long before.
pub const MAX_ENTRIES: usize = 65_536;

/// A batch as received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Who sent it, and what was lost until then.
    pub header: BatchHeader,
    /// The entries, in the order written.
    pub entries: Vec<Entry>,
    /// Entries left out because they speak a protocol, or use a word, that only a newer version knows.
    pub unknown_entries: u64,
}

impl Batch {
    /// Reads a batch.
    ///
    /// # Errors
    /// The bytes are no batch, end too early, name a version above [`WIRE_VERSION`], or hold too many entries.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        decode::batch(bytes)
    }
}

/// Why bytes are not a batch or an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end inside a field.
    #[error("the frame ends inside a field")]
    Truncated,
    /// A number is longer than 64 bits.
    #[error("the frame holds a number longer than 64 bits")]
    Varint,
    /// A field number of 0, or a field of another kind than the contract says, or of a kind that protobuf gave up.
    #[error("field {number} of the frame has kind {kind}, which the contract does not allow")]
    Kind {
        /// The field's number.
        number: u64,
        /// The kind found (protobuf wire type).
        kind: u8,
    },
    /// An address has neither 4 nor 16 bytes.
    #[error("the frame holds an address of {0} bytes")]
    Address(usize),
    /// A port is above 65535.
    #[error("the frame holds the port {0}")]
    Port(u64),
    /// A name in the header is not UTF-8.
    #[error("the frame's header holds text that is not UTF-8")]
    Text,
    /// The batch has no header.
    #[error("the batch has no header")]
    NoHeader,
    /// The batch is written in another version.
    #[error(
        "the batch is written in version {found} of the ingest contract, this reader knows up to {WIRE_VERSION}"
    )]
    Version {
        /// The version found.
        found: u32,
    },
    /// The batch holds more entries than allowed.
    #[error("the batch holds more than {MAX_ENTRIES} entries")]
    TooManyEntries,
    /// The entry speaks a protocol, or uses a word, that only a newer version knows.
    #[error("the entry uses a {0} that this version does not know")]
    Unknown(&'static str),
}
