//! The ingest contract: what this crate writes is what `wire.proto` says, and nothing that anybody sends makes it fall.
//!
//! The other side of each test is a protobuf library that reads `wire.proto` itself. The files in `golden/` were
//! written by version 1 and are never rewritten: a later version reads them to the same.

use std::path::Path;

use mizu_entry::record::{summary, summary_from};
use mizu_entry::testing::{entry, row};
use mizu_entry::wire::{
    Batch, BatchHeader, MAX_ENTRIES, Source, WIRE_VERSION, WireError, decode_entry, encode_entry,
    encode_frame_without_bodies, encode_header,
};
use mizu_entry::{Entry, Interface, Losses, Timestamp, WorkerState};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use prost_reflect::text_format::FormatOptions;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, ReflectMessage as _, Value};

fn contract(message: &str) -> MessageDescriptor {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = protox::compile(["wire.proto"], [folder]).expect("wire.proto compiles");
    let pool = DescriptorPool::from_file_descriptor_set(files).expect("wire.proto is whole");
    pool.get_message_by_name(&format!("mizu.ingest.v1.{message}")).expect(message)
}

fn bytes_of(entry: &Entry) -> Vec<u8> {
    let mut batch = Vec::new();
    encode_entry(entry, &mut batch);
    // Tag and padded length of the field `entries`.
    batch.split_off(6)
}

fn header() -> BatchHeader {
    BatchHeader {
        version: WIRE_VERSION,
        worker: "shop/carts-7d9".to_owned(),
        sequence: 300,
        pod: "carts-7d9".to_owned(),
        namespace: "shop".to_owned(),
        node: "node-1".to_owned(),
        sent_at: Timestamp(1_700_000_000_000_000_001),
        source: Source::File,
        interfaces: vec![
            Interface { index: 0, name: "any".to_owned() },
            Interface { index: 2, name: "eth0".to_owned() },
        ],
        losses: Losses {
            packets: 1,
            bytes: 2,
            entries: 3,
            dropped_ring: 4,
            ring_freezes: 5,
            gap_bytes: 6,
            snapped_packets: 7,
            evicted_bytes: 8,
            evicted_flows: 9,
            shed_flows: 10,
            shed_bodies: 11,
            unknown_flows: 12,
            opaque_flows: 13,
            opaque_bytes: u64::MAX,
            faults: 15,
            dropped_batches: 16,
            dropped_entries: 17,
            waiting_batches: 18,
        },
        state: WorkerState::SheddingBodies,
        reason: "over the budget".to_owned(),
    }
}

/// Fails where a message, however deep, holds fields that the contract does not name.
fn assert_known(message: &DynamicMessage) {
    assert_eq!(message.unknown_fields().count(), 0, "{}", message.descriptor().full_name());
    for (_, value) in message.fields() {
        match value {
            Value::Message(inner) => assert_known(inner),
            Value::List(items) => items.iter().filter_map(Value::as_message).for_each(assert_known),
            _ => {}
        }
    }
}

fn text_of(descriptor: MessageDescriptor, bytes: &[u8]) -> String {
    let message = DynamicMessage::decode(descriptor, bytes).expect("the contract's reader reads it");
    assert_known(&message);
    let mut text = message.to_text_format_with_options(&FormatOptions::new().pretty(true));
    text.push('\n');
    text
}

proptest! {
    #[test]
    fn an_entry_comes_back_as_it_was_sent(entry in entry()) {
        let bytes = bytes_of(&entry);
        let back = decode_entry(&bytes).expect("our own bytes");
        prop_assert_eq!(bytes_of(&back), bytes);
    }

    #[test]
    fn a_protobuf_library_reads_what_is_written_and_writes_what_is_read(entry in entry()) {
        let descriptor = contract("Entry");
        let bytes = bytes_of(&entry);
        let theirs = DynamicMessage::decode(descriptor, bytes.as_slice()).expect("the contract's reader reads it");
        assert_known(&theirs);
        let back = decode_entry(&prost_reflect::prost::Message::encode_to_vec(&theirs)).expect("the contract's bytes");
        prop_assert_eq!(bytes_of(&back), bytes);
    }

    #[test]
    fn a_frame_lacks_the_bytes_of_the_bodies_and_nothing_else(mut entry in entry()) {
        let mut frame = Vec::new();
        encode_frame_without_bodies(&entry, &mut frame);
        let back = decode_entry(&frame).expect("our own frame");
        for message in [&mut entry.request, &mut entry.response].into_iter().flatten() {
            message.body.bytes.clear();
        }
        prop_assert_eq!(bytes_of(&back), bytes_of(&entry));
    }

    #[test]
    fn a_row_of_the_list_is_the_same_from_what_the_store_keeps(row in row()) {
        let wanted = summary(&row.record());
        let derived = row.record().derived();
        let mut frame = Vec::new();
        encode_frame_without_bodies(&row.entry, &mut frame);
        let mut stored = row.clone();
        stored.entry = decode_entry(&frame).expect("our own frame");
        prop_assert_eq!(summary_from(&stored.record(), derived), wanted);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Batch::decode(&bytes);
        let _ = decode_entry(&bytes);
    }

    #[test]
    fn changed_bytes_are_read_or_refused(entry in entry(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = bytes_of(&entry);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(entry) = decode_entry(&bytes) {
            prop_assert!(bytes_of(&entry).len() <= bytes.len() + 64);
        }
    }
}

fn sample(seed: u64) -> Entry {
    let mut state = [0u8; 32];
    state[..8].copy_from_slice(&seed.to_le_bytes());
    let random =
        proptest::test_runner::TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &state);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), random);
    row().new_tree(&mut runner).expect("a row").current().entry
}

fn golden_batch() -> Vec<u8> {
    let mut bytes = Vec::new();
    for seed in 0..24 {
        encode_entry(&sample(seed), &mut bytes);
    }
    encode_header(&header(), &mut bytes);
    bytes
}

#[test]
fn batches_of_version_1_are_read_as_they_were_meant() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let (binary, text) = (folder.join("batch-v1.bin"), folder.join("batch-v1.txt"));
    if !binary.exists() && std::env::var_os("UPDATE").is_some() {
        std::fs::write(&binary, golden_batch()).expect("the golden bytes can be written");
        std::fs::write(&text, text_of(contract("Batch"), &golden_batch()))
            .expect("their text can be written");
    }
    let bytes = std::fs::read(&binary).expect("tests/golden/batch-v1.bin is checked in");
    let wanted = std::fs::read_to_string(&text).expect("tests/golden/batch-v1.txt is checked in");
    assert_eq!(text_of(contract("Batch"), &bytes), wanted, "wire.proto reads the old bytes differently");

    let batch = Batch::decode(&bytes).expect("bytes of version 1");
    assert_eq!((&batch.header, batch.unknown_entries), (&header(), 0));
    let mut again = Vec::new();
    batch.entries.iter().for_each(|entry| encode_entry(entry, &mut again));
    encode_header(&batch.header, &mut again);
    assert_eq!(text_of(contract("Batch"), &again), wanted, "the decoder reads the old bytes differently");
}

#[test]
fn the_header_may_stand_before_or_behind_the_entries() {
    let entry = sample(1);
    let mut parts = [Vec::new(), Vec::new()];
    encode_header(&header(), &mut parts[0]);
    encode_entry(&entry, &mut parts[1]);
    let before = Batch::decode(&parts.concat()).expect("header first");
    parts.reverse();
    let behind = Batch::decode(&parts.concat()).expect("header last");
    assert_eq!(before, behind);
    assert_eq!((before.header, before.entries.len()), (header(), 1));
}

#[test]
fn a_batch_cut_anywhere_is_refused_or_has_fewer_entries() {
    let mut bytes = Vec::new();
    encode_header(&header(), &mut bytes);
    let header_len = bytes.len();
    let mut ends = vec![header_len];
    for seed in 0..3 {
        encode_entry(&sample(seed), &mut bytes);
        ends.push(bytes.len());
    }
    for cut in 0..bytes.len() {
        let found = Batch::decode(&bytes[..cut]);
        match ends.iter().position(|end| *end == cut) {
            Some(entries) => assert_eq!(found.expect("cut between fields").entries.len(), entries),
            None if cut == 0 => assert_eq!(found, Err(WireError::NoHeader)),
            None => assert_eq!(found, Err(WireError::Truncated), "cut at {cut}"),
        }
    }
}

#[test]
fn fields_that_a_newer_version_adds_are_skipped_at_every_level() {
    // Field 1000 as varint, fixed64, bytes and fixed32.
    let unknown = [
        &[0xc0, 0x3e, 0x96, 0x01][..],
        &[0xc1, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8],
        &[0xc2, 0x3e, 2, 0xff, 0xff],
        &[0xc5, 0x3e, 1, 2, 3, 4],
    ]
    .concat();
    let plain = bytes_of(&sample(3));
    let theirs = DynamicMessage::decode(contract("Entry"), plain.as_slice()).expect("the contract's reader");
    let bytes = with_unknown(&theirs, &unknown);
    assert!(bytes.len() > plain.len() + unknown.len());
    assert_eq!(bytes_of(&decode_entry(&bytes).expect("unknown fields are skipped")), plain);

    let mut batch = Vec::new();
    encode_header(&header(), &mut batch);
    batch.extend(&unknown);
    assert_eq!(Batch::decode(&batch).expect("unknown fields are skipped").header, header());
}

/// Writes a message with the unknown fields in it and in every message inside.
fn with_unknown(message: &DynamicMessage, unknown: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (field, value) in message.fields() {
        let inner: Vec<&DynamicMessage> = match value {
            Value::Message(inner) => vec![inner],
            Value::List(items) => items.iter().filter_map(Value::as_message).collect(),
            _ => vec![],
        };
        if inner.is_empty() {
            let mut alone = DynamicMessage::new(message.descriptor());
            alone.set_field(&field, value.clone());
            out.extend(prost_reflect::prost::Message::encode_to_vec(&alone));
        }
        for message in inner {
            let bytes = with_unknown(message, unknown);
            out.push(u8::try_from(field.number() << 3 | 2).expect("small numbers"));
            let mut len = bytes.len();
            while len >= 0x80 {
                out.push((len & 0x7f) as u8 | 0x80);
                len >>= 7;
            }
            out.push(len as u8);
            out.extend(bytes);
        }
    }
    out.extend(unknown);
    out
}

#[test]
fn entries_of_a_protocol_that_only_a_newer_version_knows_are_counted_and_left_out() {
    let mut bytes = Vec::new();
    encode_header(&header(), &mut bytes);
    encode_entry(&sample(1), &mut bytes);
    bytes.extend([0x12, 2, 0x08, 99]);
    // Without a protocol at all.
    bytes.extend([0x12, 0]);
    let batch = Batch::decode(&bytes).expect("the rest of the batch is read");
    assert_eq!((batch.entries.len(), batch.unknown_entries), (1, 2));
}

#[test]
fn what_is_no_batch_of_this_version_is_refused_with_the_reason() {
    let versioned = |version| {
        let mut bytes = Vec::new();
        encode_header(&BatchHeader { version, ..header() }, &mut bytes);
        bytes
    };
    let entry = |fields: &[u8]| [versioned(1), vec![0x12, fields.len() as u8], fields.to_vec()].concat();
    for (bytes, wanted) in [
        (vec![], WireError::NoHeader),
        (versioned(0), WireError::Version { found: 0 }),
        (versioned(2), WireError::Version { found: 2 }),
        (b"GET / HTTP/1.1\r\n".to_vec(), WireError::Kind { number: 8, kind: 7 }),
        (vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], WireError::Truncated),
        (vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], WireError::Varint),
        (vec![0x0a, 0x03, 0x12, 0x01, 0xff], WireError::Text),
        (vec![0x08, 0x01], WireError::Kind { number: 1, kind: 0 }),
        (vec![0x00, 0x00], WireError::Kind { number: 0, kind: 0 }),
        (entry(&[0x08, 1, 0x12, 3, 1, 2, 3]), WireError::Address(3)),
        (entry(&[0x08, 1, 0x18, 0x80, 0x80, 0x04]), WireError::Port(65536)),
    ] {
        assert_eq!(Batch::decode(&bytes), Err(wanted), "{bytes:02x?}");
    }
}

#[test]
fn more_entries_than_a_batch_may_hold_are_refused() {
    let mut bytes = Vec::new();
    encode_header(&header(), &mut bytes);
    bytes.extend([0x12, 2, 0x08, 1].repeat(MAX_ENTRIES + 1));
    assert_eq!(Batch::decode(&bytes), Err(WireError::TooManyEntries));
}

#[test]
fn a_warm_buffer_does_not_grow() {
    let entries: Vec<_> = (0..24).map(sample).collect();
    let mut buffer = Vec::new();
    entries.iter().for_each(|entry| encode_entry(entry, &mut buffer));
    // What is reserved for the last entry goes beyond its end.
    buffer.reserve(4096);
    let (address, capacity) = (buffer.as_ptr(), buffer.capacity());
    for _ in 0..3 {
        buffer.clear();
        entries.iter().for_each(|entry| encode_entry(entry, &mut buffer));
    }
    assert_eq!((buffer.as_ptr(), buffer.capacity()), (address, capacity));
}
