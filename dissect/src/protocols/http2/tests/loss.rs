//! Lost bytes, connections met midstream, and bytes that are no HTTP/2.

use proptest::prelude::*;

use super::*;

fn lose(side: Side, lost: usize) -> Turn {
    Turn::Lose(side, lost as u64)
}

/// Server frames in a connection with requests on streams 1 to 9.
fn asked_for() -> Turn {
    let mut ask = Wire::client();
    for (id, path) in [(1, "/a"), (3, "/b"), (5, "/c"), (7, "/d"), (9, "/e")] {
        ask.get(id, path);
    }
    client(ask.0)
}

#[test]
fn a_loss_within_data_is_bridged() {
    let mut say = Wire::server();
    say.headers(1, false, "88").data(1, false, b"0123456789").data(1, true, b"end");
    let cut = say.0.len() - 12 - 8;
    let script = [asked_for(), server(&say.0[..cut]), lose(Side::Server, 5), server(&say.0[cut + 5..])];
    let line = &lines(&play(&script))[0];
    assert_eq!(line, "http2 #1 GET http://shop/a -> 200 [13] \"01789end\" PARTIAL GAP TRUNCATED gap=5");
}

#[test]
fn a_loss_of_the_end_of_a_last_frame_ends_its_stream() {
    let mut say = Wire::server();
    say.headers(1, false, "88").data(1, true, b"0123456789").headers(3, true, "88");
    let mut more = Wire::default();
    more.headers(5, true, "88");
    let cut = say.0.len() - 15;
    let script = [asked_for(), server(&say.0[..cut]), lose(Side::Server, 15), server(more.0)];
    let found = lines(&run(Box::new(Http2::new(false)), &script, usize::MAX, &Limits::default()).exchanges);
    assert_eq!(found[0], "http2 #1 GET http://shop/a -> 200 [10] \"01234\" PARTIAL GAP TRUNCATED gap=5");
    assert_eq!(found[1], "http2 #5 GET http://shop/c -> 200 PARTIAL GAP gap=10");
    assert!(found[2..].iter().all(|line| line.contains("-> (gap)")), "{found:?}");
}

#[test]
fn after_a_lost_block_references_are_unknown_and_later_ones_known_again() {
    let mut say = Wire::server();
    say.headers(1, true, &("88".to_owned() + &indexed("server", "old")));
    let mut lost = Wire::default();
    lost.headers(3, true, &("88".to_owned() + &indexed("server", "new")));
    let mut more = Wire::default();
    more.headers(5, true, "88be")
        .headers(7, true, &("88".to_owned() + &indexed("x", "y")))
        .headers(9, true, "88bebf");
    let script = [asked_for(), server(say.0), lose(Side::Server, lost.0.len()), server(more.0)];
    let found = lines(&run(Box::new(Http2::new(false)), &script, usize::MAX, &Limits::default()).exchanges);
    let ends: Vec<&str> = found.iter().map(|line| line.split_once("->").unwrap().1).collect();
    assert_eq!(
        ends,
        [
            " 200 server=old",
            " 200 PARTIAL GAP HEADERS_UNKNOWN gap=22",
            " 200 x=y PARTIAL GAP gap=22",
            " 200 x=y PARTIAL GAP HEADERS_UNKNOWN gap=22",
            " (gap) PARTIAL GAP gap=22",
        ]
    );
}

#[test]
fn frames_are_found_again_within_a_segment() {
    let mut say = Wire::server();
    say.headers(1, false, "88").data(1, false, &[0; 100]).headers(1, true, &plain(&[("t", "1")]));
    say.headers(3, true, "88").headers(5, true, "8d");
    // The loss swallows the first frames and the beginning of DATA; the next segment begins amid its zeros.
    let cut = 60;
    let script = [asked_for(), lose(Side::Server, cut), server(&say.0[cut..])];
    let found = lines(&run(Box::new(Http2::new(false)), &script, usize::MAX, &Limits::default()).exchanges);
    assert!(found.contains(&"http2 #3 GET http://shop/b -> 200 PARTIAL GAP gap=60".to_owned()), "{found:?}");
    assert!(found.contains(&"http2 #5 GET http://shop/c -> 404 PARTIAL GAP gap=60".to_owned()), "{found:?}");
    assert!(found.iter().all(|line| !line.contains("t=1") || line.contains("#1")), "{found:?}");
}

#[test]
fn a_connection_met_midstream_is_read_from_its_next_frames() {
    let mut ask = Wire::default();
    ask.get(21, "/x").headers(23, true, &("82be86".to_owned() + "04" + &text("/y")));
    let mut say = Wire::default();
    say.headers(21, true, "88bf").headers(23, false, "88").data(23, true, b"body");
    let open = || -> Box<dyn Dissector> { Box::new(Http2::new(true)) };
    let played = run(open(), &[client(ask.0), server(say.0)], usize::MAX, &Limits::default());
    assert_eq!(
        lines(&played.exchanges),
        [
            "http2 #21 GET http://shop/x -> 200 PARTIAL MIDSTREAM HEADERS_UNKNOWN",
            "http2 #23 GET http:///y -> 200 [4] \"body\" PARTIAL MIDSTREAM HEADERS_UNKNOWN",
        ]
    );
}

#[test]
fn an_answer_to_a_request_before_the_capture_has_none() {
    let mut say = Wire::default();
    say.headers(21, false, "88").data(21, true, b"x").headers(19, true, &plain(&[("trailer", "of what")]));
    let mut ask = Wire::default();
    ask.get(23, "/").frame(8, 0, 0, &[0, 0, 0, 1]);
    let played =
        run(Box::new(Http2::new(true)), &[client(ask.0), server(say.0)], usize::MAX, &Limits::default());
    assert_eq!(
        lines(&played.exchanges),
        ["http2 -> 200 [1] \"x\" PARTIAL MIDSTREAM", "http2 #23 GET http://shop/ -> (closed) MIDSTREAM"]
    );
}

#[test]
fn the_preface_and_frames_are_recognised_with_their_sender() {
    let yes = |bytes: &[u8]| match probe(bytes) {
        Guess::Yes { from, .. } => Some(from),
        _ => None,
    };
    assert_eq!(yes(&Wire::client().0), Some(Side::Client));
    assert_eq!(yes(&Wire::server().0), Some(Side::Server));
    assert_eq!(yes(&Wire::default().get(5, "/x").0), Some(Side::Client));
    assert_eq!(yes(&Wire::default().headers(5, true, "88").0), Some(Side::Server));
    assert_eq!(yes(&Wire::default().data(5, true, b"x").headers(7, true, "88").0), Some(Side::Server));
    assert_eq!(probe(b"PRI * HT"), Guess::Wait);
    assert_eq!(probe(&Wire::default().data(5, true, b"x").0), Guess::Wait, "who speaks is not told");
    for other in [
        &b"GET / HTTP/1.1\r\n"[..],
        b"HTTP/1.1 200 OK\r\n",
        b"*1\r\n$4\r\nPING\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\0\0\0\x24\0\x03\0\x09\0\0\0\x01\0\x04test\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        assert_eq!(probe(other), Guess::No, "{other:?}");
    }
}

/// A conversation with all kinds of frames.
fn talk() -> (Vec<u8>, Vec<u8>) {
    let mut ask = Wire::client();
    ask.headers(1, false, &call("/s.A/B")).data(1, true, b"\0\0\0\0\x02hi");
    ask.headers(3, true, &(hex(&get("/three")) + &indexed("k", "v"))).get(5, "/five").frame(
        8,
        0,
        0,
        &[0, 0, 0, 9],
    );
    ask.headers(7, true, &(hex(&get("/seven")) + "be"));
    let mut say = Wire::server();
    say.headers(1, false, &answers_grpc()).data(1, false, b"\0\0\0\0\x03abc").headers(3, false, "88");
    say.data(3, false, b"three").headers(1, true, &plain(&[("grpc-status", "0")])).data(3, true, b"!");
    say.headers(5, true, &("8d".to_owned() + &indexed("five", "5")))
        .headers(7, false, "88be")
        .data(7, true, b"seven");
    (ask.0, say.0)
}

#[test]
fn a_loss_anywhere_makes_no_wrong_pair() {
    let (ask, say) = talk();
    let right = run(Box::new(Http2::new(false)), &[client(&ask), server(&say)], 11, &Limits::default());
    let right: Vec<(u32, u16)> = right
        .exchanges
        .iter()
        .map(|e| (asked(e.request.as_ref().unwrap()).stream_id, answer(e.response.as_ref().unwrap()).status))
        .collect();
    for (side, bytes) in [(Side::Client, &ask), (Side::Server, &say)] {
        for at in 0..bytes.len() {
            for lost in [1, 7, 20, 60] {
                let end = (at + lost).min(bytes.len());
                let whole = |bytes: &[u8]| Turn::Say(side.other(), bytes.to_vec());
                let script = match side {
                    Side::Client => vec![
                        Turn::Say(side, bytes[..at].to_vec()),
                        lose(side, end - at),
                        Turn::Say(side, bytes[end..].to_vec()),
                        whole(&say),
                    ],
                    Side::Server => vec![
                        whole(&ask),
                        Turn::Say(side, bytes[..at].to_vec()),
                        lose(side, end - at),
                        Turn::Say(side, bytes[end..].to_vec()),
                    ],
                };
                for exchange in
                    run(Box::new(Http2::new(false)), &script, usize::MAX, &Limits::default()).exchanges
                {
                    let (Some(request), Some(response)) = (&exchange.request, &exchange.response) else {
                        continue;
                    };
                    let pair = (asked(request).stream_id, answer(response).status);
                    assert!(
                        pair.1 == 0 || right.contains(&pair),
                        "{side:?} {at}+{lost}: {}",
                        tell(&exchange)
                    );
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(
        turns in proptest::collection::vec((any::<bool>(), 0..4_u8, proptest::collection::vec(any::<u8>(), 0..120)), 0..12),
        midstream in any::<bool>(),
    ) {
        let (ask, say) = talk();
        let script: Vec<Turn> = turns
            .into_iter()
            .map(|(server, kind, noise)| {
                let side = if server { Side::Server } else { Side::Client };
                let real = if server { &say } else { &ask };
                match kind {
                    0 => Turn::Say(side, noise),
                    1 => Turn::Say(side, real[..noise.len().min(real.len())].to_vec()),
                    2 => Turn::Say(side, real.clone()),
                    _ => Turn::Lose(side, noise.len() as u64),
                }
            })
            .collect();
        for piece in [1, 7, usize::MAX] {
            let played = run(Box::new(Http2::new(midstream)), &script, piece, &Limits::default());
            prop_assert!(played.held < 1 << 20);
        }
    }
}
