//! Capture files written by hand: both formats, both byte orders, all resolutions of time; cut and damaged ones.

use mizu_entry::Timestamp;

use super::*;
use crate::frame::Heading;

fn word(big: bool, value: u32) -> [u8; 4] {
    if big { value.to_be_bytes() } else { value.to_le_bytes() }
}

fn half(big: bool, value: u16) -> [u8; 2] {
    if big { value.to_be_bytes() } else { value.to_le_bytes() }
}

fn classic(big: bool, magic: u32, link: u32, packets: &[(u32, u32, &[u8])]) -> Vec<u8> {
    let mut file = [word(big, magic), [0; 4], [0; 4], [0; 4], word(big, 65535), word(big, link)].concat();
    for (seconds, fraction, bytes) in packets {
        let len = bytes.len() as u32;
        file.extend([word(big, *seconds), word(big, *fraction), word(big, len), word(big, len + 1)].concat());
        file.extend_from_slice(bytes);
    }
    file
}

fn block(big: bool, kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let len = word(big, padded as u32 + 12);
    let mut out = [word(big, kind), len].concat();
    out.extend_from_slice(body);
    out.resize(8 + padded, 0);
    out.extend_from_slice(&len);
    out
}

fn section(big: bool) -> Vec<u8> {
    block(big, 0x0a0d_0d0a, &[&word(big, 0x1a2b_3c4d)[..], &half(big, 1), &half(big, 0), &[0xff; 8]].concat())
}

fn option(big: bool, code: u16, value: &[u8]) -> Vec<u8> {
    let mut out = [half(big, code), half(big, value.len() as u16)].concat();
    out.extend_from_slice(value);
    out.resize(4 + value.len().next_multiple_of(4), 0);
    out
}

fn interface(big: bool, link: u16, options: &[u8]) -> Vec<u8> {
    block(big, 1, &[&half(big, link)[..], &[0; 2], &word(big, 0), options].concat())
}

fn packet(big: bool, interface: u32, time: u64, bytes: &[u8], options: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    let len = bytes.len() as u32;
    for value in [interface, (time >> 32) as u32, time as u32, len, len + 7] {
        body.extend(word(big, value));
    }
    body.extend_from_slice(bytes);
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend_from_slice(options);
    block(big, 6, &body)
}

fn all<'a>(reader: &mut Reader<'a>) -> Vec<Result<Frame<'a>, PcapError>> {
    std::iter::from_fn(|| reader.next_frame()).collect()
}

#[test]
fn classic_files_are_read_in_both_byte_orders_and_both_units_of_time() {
    for big in [false, true] {
        for (magic, fraction, nanos) in
            [(0xa1b2_c3d4, 7, 7000), (0xa1b2_3c4d, 7, 7), (0xa1b2_c3d4, 999_999, 999_999_000)]
        {
            let file = classic(big, magic, 1, &[(5, fraction, b"abc"), (6, 0, b"")]);
            let mut reader = Reader::new(&file).unwrap();
            let frames: Vec<Frame<'_>> = all(&mut reader).into_iter().map(Result::unwrap).collect();
            assert_eq!(frames.len(), 2);
            assert_eq!(frames[0].at, Timestamp::new(5, nanos));
            assert_eq!((frames[0].bytes, frames[0].original_len), (&b"abc"[..], 4));
            assert_eq!(frames[0].link, LinkType::Ethernet);
            assert_eq!(reader.position(), file.len());
        }
    }
}

#[test]
fn a_cut_classic_file_gives_every_whole_frame_and_says_where_it_is_cut() {
    let file = classic(false, 0xa1b2_c3d4, 101, &[(1, 0, b"first"), (2, 0, b"second")]);
    for len in 24..file.len() {
        let mut reader = Reader::new(&file[..len]).unwrap();
        let found = all(&mut reader);
        let whole = found.iter().filter(|frame| frame.is_ok()).count();
        assert_eq!(whole, usize::from(len >= 45), "cut at {len}");
        let at_an_edge = len == 24 || len == 45;
        assert_eq!(found.len() - whole, usize::from(!at_an_edge), "cut at {len}");
        if let Some(Err(PcapError::Truncated { at, .. })) = found.last() {
            assert_eq!(*at, if len < 45 { 24 } else { 45 });
        }
    }
}

#[test]
fn pcapng_is_read_in_both_byte_orders_with_the_resolution_of_each_interface() {
    for big in [false, true] {
        let mut file = section(big);
        file.extend(interface(big, 1, &option(big, 2, b"eth0")));
        file.extend(interface(big, 101, &option(big, 9, &[9])));
        file.extend(interface(big, 1, &option(big, 9, &[0x80 | 20])));
        file.extend(interface(big, 1, &option(big, 9, &[12])));
        let offset = if big { 10_i64.to_be_bytes() } else { 10_i64.to_le_bytes() };
        file.extend(interface(big, 1, &option(big, 14, &offset)));
        file.extend(packet(big, 0, 5_000_001, b"a", &option(big, 2, &word(big, 2))));
        file.extend(packet(big, 1, 5_000_001, b"bcdef", &[]));
        file.extend(packet(big, 2, 3 << 19, b"c", &option(big, 2, &word(big, 1))));
        file.extend(packet(big, 3, 5_000_000_000_000, b"d", &[]));
        file.extend(packet(big, 4, 5_000_000, b"e", &[]));
        let mut reader = Reader::new(&file).unwrap();
        let frames: Vec<Frame<'_>> = all(&mut reader).into_iter().map(Result::unwrap).collect();
        let times: Vec<u64> = frames.iter().map(|frame| frame.at.nanos()).collect();
        assert_eq!(times, [5_000_001_000, 5_000_001, 1_500_000_000, 5_000_000_000, 15_000_000_000]);
        assert_eq!(frames[1].bytes, b"bcdef");
        assert_eq!(frames[1].link, LinkType::Ip);
        assert_eq!(frames[1].original_len, 12);
        assert_eq!(frames.iter().map(|frame| frame.interface).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!(frames[0].heading, Heading::Outgoing);
        assert_eq!(frames[1].heading, Heading::Unknown);
        assert_eq!(frames[2].heading, Heading::Incoming);
        assert_eq!(reader.interfaces()[0].name, "eth0");
    }
}

#[test]
fn sections_have_interfaces_of_their_own_and_secrets_come_out_as_they_are() {
    let mut file = section(false);
    file.extend(interface(false, 1, &[]));
    let log = b"CLIENT_RANDOM 00 11\n";
    let mut secrets = [word(false, 0x544c_534b), word(false, log.len() as u32)].concat();
    secrets.extend_from_slice(log);
    file.extend(block(false, 10, &secrets));
    file.extend(packet(false, 0, 1, b"a", &[]));
    file.extend(section(true));
    file.extend(interface(true, 113, &[]));
    file.extend(packet(true, 0, 1, b"b", &[]));
    file.extend(block(true, 3, &[&word(true, 2)[..], b"xy"].concat()));
    let mut reader = Reader::new(&file).unwrap();
    let frames: Vec<Frame<'_>> = all(&mut reader).into_iter().map(Result::unwrap).collect();
    assert_eq!(frames.len(), 3);
    assert_eq!((frames[0].interface, frames[1].interface), (0, 1));
    assert_eq!(frames[1].link, LinkType::LinuxCooked);
    assert_eq!((frames[2].bytes, frames[2].at), (&b"xy"[..], frames[1].at));
    assert_eq!(reader.secrets(), [&log[..]]);
}

#[test]
fn an_unknown_link_type_is_told_once_and_its_frames_are_counted() {
    let mut file = section(false);
    file.extend(interface(false, 147, &[]));
    file.extend(interface(false, 1, &[]));
    for _ in 0..3 {
        file.extend(packet(false, 0, 1, b"a", &[]));
    }
    file.extend(packet(false, 1, 1, b"b", &[]));
    let mut reader = Reader::new(&file).unwrap();
    let found = all(&mut reader);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].as_ref().unwrap_err(), &PcapError::LinkType { interface: 0, number: 147 });
    assert!(found[1].is_ok());
    assert_eq!(reader.skipped(), 3);

    let file = classic(false, 0xa1b2_c3d4, 147, &[(1, 0, b"a"), (1, 0, b"b")]);
    let mut reader = Reader::new(&file).unwrap();
    assert_eq!(all(&mut reader).len(), 1);
    assert_eq!(reader.skipped(), 2);
}

#[test]
fn a_damaged_pcapng_ends_with_a_word_on_the_place() {
    let mut file = section(false);
    file.extend(interface(false, 1, &[]));
    file.extend(packet(false, 0, 1, b"a", &[]));
    let at = file.len();
    file.extend([word(false, 6), word(false, 13)].concat());
    file.extend([0; 8]);
    let found = all(&mut Reader::new(&file).unwrap());
    assert_eq!(found.len(), 2);
    assert!(matches!(found[1], Err(PcapError::Damaged { at: place, .. }) if place == at));
}

#[test]
fn foreign_files_are_refused_with_a_word_on_what_they_are() {
    assert_eq!(Reader::new(b"").unwrap_err(), PcapError::Empty);
    let text = Reader::new(b"GET / HTTP/1.1\r\n").unwrap_err().to_string();
    assert!(text.contains("47 45 54 20") && text.contains("text"), "{text}");
    let gzip = Reader::new(&[0x1f, 0x8b, 8, 0]).unwrap_err().to_string();
    assert!(gzip.contains("gunzip"), "{gzip}");
    assert!(matches!(Reader::new(&[0xd4, 0xc3, 0xb2, 0xa1]).unwrap_err(), PcapError::Truncated { .. }));
}

#[test]
fn no_bytes_make_the_reader_panic_or_go_on_for_ever() {
    let mut file = section(false);
    file.extend(interface(false, 1, &option(false, 9, &[0xff])));
    file.extend(packet(false, 0, u64::MAX, b"abcdef", &option(false, 2, &[1])));
    for place in 0..file.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut bent = file.clone();
            bent[place] = value;
            if let Ok(mut reader) = Reader::new(&bent) {
                assert!(all(&mut reader).len() < 10);
            }
        }
    }
}
