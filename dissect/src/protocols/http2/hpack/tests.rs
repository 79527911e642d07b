use super::*;

/// Fields as text, `?` for one that is not known.
#[derive(Default)]
struct Seen(Vec<String>);

impl Fields for Seen {
    fn field(&mut self, id: Name, name: &[u8], value: &[u8]) {
        assert_eq!(id, Name::of(name));
        self.0.push(format!("{}: {}", String::from_utf8_lossy(name), String::from_utf8_lossy(value)));
    }
    fn unknown(&mut self) {
        self.0.push("?".into());
    }
}

const CAP: usize = 64 * 1024;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn read(decoder: &mut Decoder, block: &[u8]) -> Result<Vec<String>, Error> {
    let mut seen = Seen::default();
    decoder.decode(block, CAP, &mut seen)?;
    Ok(seen.0)
}

/// Decodes blocks in turn and compares the fields and the size of the table after each.
fn follow(decoder: &mut Decoder, blocks: &[(&str, &[&str], usize)]) {
    for (block, fields, size) in blocks {
        assert_eq!(read(decoder, &hex(block)).unwrap(), *fields, "{block}");
        assert_eq!(decoder.table.size(), *size, "{block}");
    }
}

#[test]
fn integers_are_those_of_the_standard() {
    // RFC 7541 C.1.
    assert_eq!(integer(&mut &[0x0a][..], 5), Ok(10));
    assert_eq!(integer(&mut &[0x1f, 0x9a, 0x0a][..], 5), Ok(1337));
    assert_eq!(integer(&mut &[0x2a][..], 8), Ok(42));
    assert_eq!(integer(&mut &[0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01][..], 5), Err(Error::Integer));
    assert_eq!(integer(&mut &[0x1f, 0xff][..], 5), Err(Error::Short));
}

#[test]
fn single_fields_are_those_of_the_standard() {
    // RFC 7541 C.2.
    let new = || Decoder::new(true);
    follow(
        &mut new(),
        &[("400a637573746f6d2d6b65790d637573746f6d2d686561646572", &["custom-key: custom-header"], 55)],
    );
    follow(&mut new(), &[("040c2f73616d706c652f70617468", &[":path: /sample/path"], 0)]);
    follow(&mut new(), &[("100870617373776f726406736563726574", &["password: secret"], 0)]);
    follow(&mut new(), &[("82", &[":method: GET"], 0)]);
}

const FIRST: &[&str] = &[":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
const SECOND: &[&str] =
    &[":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache"];
const THIRD: &[&str] = &[
    ":method: GET",
    ":scheme: https",
    ":path: /index.html",
    ":authority: www.example.com",
    "custom-key: custom-value",
];

#[test]
fn requests_are_those_of_the_standard() {
    // RFC 7541 C.3, then C.4 (Huffman).
    follow(
        &mut Decoder::new(true),
        &[
            ("828684410f7777772e6578616d706c652e636f6d", FIRST, 57),
            ("828684be58086e6f2d6361636865", SECOND, 110),
            ("828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565", THIRD, 164),
        ],
    );
    follow(
        &mut Decoder::new(true),
        &[
            ("828684418cf1e3c2e5f23a6ba0ab90f4ff", FIRST, 57),
            ("828684be5886a8eb10649cbf", SECOND, 110),
            ("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", THIRD, 164),
        ],
    );
}

const REDIRECT: &[&str] = &[
    ":status: 302",
    "cache-control: private",
    "date: Mon, 21 Oct 2013 20:13:21 GMT",
    "location: https://www.example.com",
];
const OTHER: &[&str] = &[
    ":status: 307",
    "cache-control: private",
    "date: Mon, 21 Oct 2013 20:13:21 GMT",
    "location: https://www.example.com",
];
const COOKIE: &[&str] = &[
    ":status: 200",
    "cache-control: private",
    "date: Mon, 21 Oct 2013 20:13:22 GMT",
    "location: https://www.example.com",
    "content-encoding: gzip",
    "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
];

#[test]
fn responses_that_evict_are_those_of_the_standard() {
    // RFC 7541 C.5, then C.6 (Huffman), with a table of 256 bytes.
    let small = || {
        let mut decoder = Decoder::new(true);
        assert_eq!(read(&mut decoder, &[0x3f, 0xe1, 0x01]), Ok(vec![]));
        decoder
    };
    follow(
        &mut small(),
        &[
            (
                "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d54\
                 6e1768747470733a2f2f7777772e6578616d706c652e636f6d",
                REDIRECT,
                222,
            ),
            ("4803333037c1c0bf", OTHER, 222),
            (
                "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d\
                 4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b20766572\
                 73696f6e3d31",
                COOKIE,
                215,
            ),
        ],
    );
    follow(
        &mut small(),
        &[
            (
                "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff\
                 6e919d29ad171863c78f0b97c8e9ae82ae43d3",
                REDIRECT,
                222,
            ),
            ("4883640effc1c0bf", OTHER, 222),
            (
                "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdf\
                 cd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
                COOKIE,
                215,
            ),
        ],
    );
}

#[test]
fn after_a_loss_what_is_certain_is_read_and_the_rest_is_unknown() {
    let mut decoder = Decoder::new(true);
    read(&mut decoder, &hex("400161016140016201624001630163")).unwrap();
    assert_eq!(read(&mut decoder, &hex("bebfc0")).unwrap(), ["c: c", "b: b", "a: a"]);
    decoder.forget();
    assert_eq!(read(&mut decoder, &hex("82be0f2f0131")).unwrap(), [":method: GET", "?", "?"]);
    // d is added: it is the newest now, and what stands behind it stays unknown.
    assert_eq!(read(&mut decoder, &hex("4001640164bebf")).unwrap(), ["d: d", "d: d", "?"]);
    // A name that is not known makes an entry whose value alone would be; it stays unknown, and d moves back by one.
    assert_eq!(read(&mut decoder, &hex("7f000165bebf")).unwrap(), ["?", "?", "d: d"]);
}

#[test]
fn a_table_that_was_emptied_or_has_turned_over_is_known_again() {
    let mut decoder = Decoder::new(false);
    assert_eq!(read(&mut decoder, &[0xbe]).unwrap(), ["?"]);
    read(&mut decoder, &[0x20]).unwrap();
    assert_eq!(read(&mut decoder, &[0xbe]), Err(Error::Index), "an empty table has no entry");

    let mut decoder = Decoder::new(false);
    // 68 bytes hold two entries of 34: when the third comes, nothing older than ours can be left.
    read(&mut decoder, &hex("3f25 4001610161 4001620162")).unwrap();
    assert_eq!(read(&mut decoder, &[0xc0]).unwrap(), ["?"]);
    read(&mut decoder, &hex("4001630163")).unwrap();
    assert_eq!(read(&mut decoder, &hex("bebf")).unwrap(), ["c: c", "b: b"]);
    assert_eq!(read(&mut decoder, &[0xc0]), Err(Error::Index));
}

#[test]
fn what_a_cap_keeps_out_is_unknown_and_no_fault() {
    let mut decoder = Decoder::new(true);
    let mut seen = Seen::default();
    // The encoder keeps 4,096 bytes, we keep 70: two entries of 34.
    decoder.decode(&hex("400161016140016201624001630163bebfc0"), 70, &mut seen).unwrap();
    assert_eq!(seen.0, ["a: a", "b: b", "c: c", "c: c", "b: b", "?"]);
    // An entry beyond the cap is there for the encoder, and pushes ours out of the way.
    let mut block = hex("4001644b");
    block.extend([b'x'; 75]);
    block.extend([0xbe]);
    let mut seen = Seen::default();
    decoder.decode(&block, 70, &mut seen).unwrap();
    assert_eq!(seen.0[1..], ["?"]);
}

#[test]
fn a_field_longer_than_the_table_empties_it() {
    let mut decoder = Decoder::new(true);
    read(&mut decoder, &hex("3f09 4001610161")).unwrap();
    let mut block = hex("40016212");
    block.extend([b'x'; 18]);
    read(&mut decoder, &block).unwrap();
    assert_eq!(decoder.table.size(), 0);
    assert_eq!(read(&mut decoder, &[0xbe]), Err(Error::Index));
}

#[test]
fn a_table_that_turns_over_for_long_holds_little_memory() {
    let mut decoder = Decoder::new(true);
    for n in 0..20_000_u32 {
        let value = format!("value-{n:010}");
        let mut block = vec![0x40, 1, b'k', value.len() as u8];
        block.extend(value.bytes());
        block.push(0xbe);
        let seen = read(&mut decoder, &block).unwrap();
        assert_eq!(seen[0], seen[1]);
    }
    assert!(decoder.held() < 24 * 1024, "{}", decoder.held());
}

#[test]
fn faults_are_told_and_make_the_table_unknown() {
    for (block, error) in [
        ("80", Error::Index),
        ("be", Error::Index),
        ("40", Error::Short),
        ("4001", Error::Short),
        ("40016105", Error::Short),
        ("4081ff0161", Error::Huffman),
        ("8220", Error::Size),
        ("ffffffffffffffff", Error::Integer),
    ] {
        let mut decoder = Decoder::new(true);
        assert_eq!(read(&mut decoder, &hex(block)), Err(error), "{block}");
        assert_eq!(read(&mut decoder, &[0xbe]).unwrap(), ["?"], "{block}");
    }
}

#[test]
fn the_shape_of_a_block_tells_who_speaks() {
    let asks = Shape { asks: true, answers: false };
    assert_eq!(shape(&hex("828684418cf1e3c2e5f23a6ba0ab90f4ff")), Some(asks));
    assert_eq!(shape(&hex("4803333037c1c0bf")), Some(Shape { asks: false, answers: true }));
    assert_eq!(shape(&hex("bebfc0")), Some(Shape { asks: false, answers: false }));
    for broken in ["", "80", "8288", "400161", "4005"] {
        assert_eq!(shape(&hex(broken)), None, "{broken}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_within_bounds(
        blocks in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..200), 0..20),
        known in proptest::bool::ANY,
    ) {
        let mut decoder = Decoder::new(known);
        for block in blocks {
            let mut seen = Seen::default();
            let done = decoder.decode(&block, 512, &mut seen);
            if done.is_ok() && !seen.0.is_empty() && !(seen.0.iter().any(|field| field.starts_with(":status"))) {
                proptest::prop_assert!(shape(&block).is_some());
            }
            proptest::prop_assert!(decoder.held() < 64 * 1024);
        }
    }
}
