//! Bodies in every coding, whole, cut, stacked, broken and hostile.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};
use mizu_entry::Message;

use super::*;

fn text(len: usize) -> Vec<u8> {
    // Words in no order to speak of, so that every coding finds something to do, but not too much.
    let mut state = 1_u32;
    let mut words = Vec::new();
    while words.len() < len {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        words.extend_from_slice([&b"the "[..], b"quick ", b"brown ", b"fox "][(state >> 16) as usize % 4]);
    }
    words.truncate(len);
    words
}

fn read(mut from: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).unwrap();
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    read(GzEncoder::new(bytes, Compression::best()))
}

fn zstd_frame(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).unwrap()
}

/// `hello hello hello hello` in brotli, by the reference encoder.
const BROTLI: &[u8] = &[
    0x1b, 0x16, 0x00, 0xf8, 0x8d, 0x94, 0x6e, 0xde, 0x44, 0x55, 0x86, 0x96, 0x6c, 0x20, 0x6f, 0x21, 0x4f,
    0x1c, 0xe0, 0x38,
];

fn decoded(encoding: &str, sent: &[u8], limits: &Limits) -> Message {
    let mut decoder = Decoder::default();
    decoded_with(&mut decoder, encoding, sent, limits)
}

fn decoded_with(decoder: &mut Decoder, encoding: &str, sent: &[u8], limits: &Limits) -> Message {
    let mut message = Message::default();
    message.push_header(b"Content-Encoding", encoding.as_bytes());
    append(&mut message, sent, limits);
    finish(&mut message, decoder, limits);
    message
}

#[test]
fn every_coding_is_undone_and_the_length_is_that_of_the_decoded_body() {
    let plain = text(5000);
    let stacked = zstd_frame(&gzip(&plain));
    let two_members = [gzip(&plain[..2000]), gzip(&plain[2000..])].concat();
    let two_frames = [zstd_frame(&plain[..2000]), zstd_frame(&plain[2000..])].concat();
    let cases: &[(&str, Vec<u8>)] = &[
        ("gzip", gzip(&plain)),
        ("X-GZip", gzip(&plain)),
        ("gzip", two_members),
        ("gzip", [gzip(&plain), vec![0; 50]].concat()),
        ("deflate", read(ZlibEncoder::new(&plain[..], Compression::fast()))),
        ("deflate", read(DeflateEncoder::new(&plain[..], Compression::fast()))),
        ("zstd", zstd_frame(&plain)),
        ("zstd", two_frames),
        ("gzip, zstd", stacked),
        ("identity, gzip , identity", gzip(&plain)),
        ("identity", plain.clone()),
        ("", plain.clone()),
    ];
    let mut decoder = Decoder::default();
    for (encoding, sent) in cases {
        let message = decoded_with(&mut decoder, encoding, sent, &Limits::default());
        assert!(message.body.bytes == plain, "{encoding}");
        assert_eq!((message.body.len, message.body.sent_len), (5000, sent.len() as u64), "{encoding}");
        assert!(!message.body.encoded && !message.body.truncated, "{encoding}");
    }
}

#[test]
fn brotli_is_undone() {
    let message = decoded("br", BROTLI, &Limits::default());
    assert_eq!(String::from_utf8_lossy(&message.body.bytes), "hello hello hello hello");
}

#[test]
fn several_content_encoding_fields_are_one_list() {
    let plain = text(300);
    let mut message = Message::default();
    message.push_header(b"content-encoding", b"gzip");
    message.push_header(b"content-encoding", b"zstd");
    append(&mut message, &zstd_frame(&gzip(&plain)), &Limits::default());
    finish(&mut message, &mut Decoder::default(), &Limits::default());
    assert!(message.body.bytes == plain);
}

#[test]
fn transfer_codings_are_undone_after_content_codings_were_applied() {
    let plain = text(300);
    let mut message = Message::default();
    message.push_header(b"Transfer-Encoding", b"gzip, chunked");
    message.push_header(b"Content-Encoding", b"deflate");
    let inner = read(ZlibEncoder::new(&plain[..], Compression::fast()));
    append(&mut message, &gzip(&inner), &Limits::default());
    finish(&mut message, &mut Decoder::default(), &Limits::default());
    assert!(message.body.bytes == plain);
}

#[test]
fn what_is_not_in_the_coding_named_stays_as_sent() {
    let mut broken = gzip(&text(5000));
    for byte in &mut broken[30..60] {
        *byte ^= 0x5a;
    }
    for (encoding, sent) in [
        ("gzip", b"{\"plain\":true}".to_vec()),
        ("gzip", broken),
        ("br", vec![0xff; 40]),
        ("zstd", b"plain".to_vec()),
        ("deflate", vec![0xff; 40]),
        ("aws-chunked", b"5;chunk-signature=x".to_vec()),
        ("gzip,gzip,gzip,gzip,gzip", b"too many".to_vec()),
    ] {
        let message = decoded(encoding, &sent, &Limits::default());
        assert!(message.body.encoded, "{encoding}");
        assert!(message.body.bytes == sent && message.body.len == sent.len() as u64, "{encoding}");
    }
}

#[test]
fn of_a_body_cut_short_the_beginning_is_decoded() {
    let plain = text(20_000);
    for (encoding, sent) in [("gzip", gzip(&plain)), ("zstd", zstd_frame(&plain))] {
        let message = decoded(encoding, &sent[..sent.len() - 12], &Limits::default());
        assert!(!message.body.encoded && message.body.truncated, "{encoding}");
        assert!(plain.starts_with(&message.body.bytes), "{encoding}");
    }
}

#[test]
fn a_decoded_body_longer_than_the_limit_is_counted_to_its_end() {
    let plain = text(200_000);
    let limits = Limits::default();
    let message = decoded("gzip", &gzip(&plain), &limits);
    assert!(message.body.truncated && !message.body.encoded);
    assert_eq!((message.body.bytes.len(), message.body.len), (limits.body_cap, 200_000));
}

#[test]
fn a_bomb_is_not_decoded() {
    let sent = gzip(&vec![0; 50_000_000]);
    let limits = Limits { body_cap: 60_000, ..Limits::default() };
    let message = decoded("gzip", &sent, &limits);
    assert!(message.body.encoded);
    assert!(message.body.bytes == sent[..message.body.bytes.len()]);
}

#[test]
fn nothing_is_decoded_where_that_is_switched_off() {
    let sent = gzip(b"secret");
    let limits = Limits { decode_bodies: false, ..Limits::default() };
    let message = decoded("gzip", &sent, &limits);
    assert!(message.body.encoded && message.body.bytes == sent);
}

#[test]
fn a_gzip_header_with_every_optional_part_is_read() {
    let mut encoder = flate2::GzBuilder::new()
        .extra(b"extra".to_vec())
        .filename("name.txt")
        .comment("comment")
        .write(Vec::new(), Compression::fast());
    encoder.write_all(b"content").unwrap();
    let message = decoded("gzip", &encoder.finish().unwrap(), &Limits::default());
    assert_eq!(message.body.bytes, b"content");
}

proptest::proptest! {
    #[test]
    fn any_bytes_under_any_coding_are_decoded_or_kept(
        sent in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        coding in 0_usize..4,
    ) {
        let encoding = ["gzip", "deflate", "br", "zstd"][coding];
        let message = decoded(encoding, &sent, &Limits::default());
        if message.body.encoded {
            proptest::prop_assert!(message.body.bytes == sent);
        }
    }

    #[test]
    fn any_body_comes_back_from_gzip_and_zstd_whatever_is_kept(
        plain in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..3000),
        cap in 1_usize..4000,
    ) {
        let limits = Limits { body_cap: cap.max(200), ..Limits::default() };
        for (encoding, sent) in [("gzip", gzip(&plain)), ("zstd", zstd_frame(&plain))] {
            let message = decoded(encoding, &sent, &limits);
            proptest::prop_assert!(plain.starts_with(&message.body.bytes));
            if sent.len() <= limits.body_cap {
                proptest::prop_assert_eq!(message.body.len, plain.len() as u64);
            }
        }
    }
}
