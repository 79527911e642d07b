//! Ingest frames. Oracle: what decodes is written again as bytes that decode to the same, and takes memory in proportion to the bytes.

use mizu_entry::wire::{Batch, decode_entry, encode_entry, encode_header};

/// Any bytes as a batch, and as a stored entry.
pub fn wire(data: &[u8]) {
    let _ = decode_entry(data);
    let Ok(batch) = Batch::decode(data) else { return };
    let mut again = Vec::new();
    encode_header(&batch.header, &mut again);
    for entry in &batch.entries {
        encode_entry(entry, &mut again);
    }
    let second = Batch::decode(&again).expect("what was written by us is read by us");
    assert_eq!(second.header, batch.header, "the header survives");
    assert_eq!(second.entries, batch.entries, "the entries survive");
}
