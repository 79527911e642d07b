//! Scripts of frames, each played in pieces of every size.

mod loss;
mod peers;
mod wire;

use mizu_entry::{HttpRequest, HttpResponse, Message, Notes, Payload, Protocol, Unanswered};

use super::*;
use crate::cx::Exchange;
use crate::limits::Limits;
use crate::testkit::{Played, Turn, client, run, server};
use wire::*;

/// Plays a script in pieces of many sizes and returns the exchanges, which must be the same for all.
fn play(script: &[Turn]) -> Vec<Exchange> {
    play_on(&|| Box::new(Http2::new(false)), script, &Limits::default())
}

fn play_on(open: &dyn Fn() -> Box<dyn Dissector>, script: &[Turn], limits: &Limits) -> Vec<Exchange> {
    let whole = run(open(), script, usize::MAX, limits);
    for piece in [1, 2, 3, 5, 8, 9, 10, 13, 17, 64, 1000] {
        let cut = run(open(), script, piece, limits);
        assert_eq!(told(&cut), told(&whole), "in pieces of {piece}");
        assert_eq!(cut.verdict, whole.verdict, "in pieces of {piece}");
    }
    whole.exchanges
}

/// What exchanges say, without times.
fn told(played: &Played) -> Vec<String> {
    played.exchanges.iter().map(tell).collect()
}

/// An exchange on one line: what a user would want to see of it.
fn tell(exchange: &Exchange) -> String {
    let mut line = exchange.protocol.name().to_owned();
    if let Some(message) = &exchange.request {
        let asked = asked(message);
        let text = |span| String::from_utf8_lossy(message.text(span)).into_owned();
        line += &format!(
            " #{} {} {}://{}{}",
            asked.stream_id,
            text(asked.method),
            text(asked.scheme),
            text(asked.authority),
            text(asked.target),
        );
        line += &tell_rest(message, asked.message_count);
    }
    line += " ->";
    if let Some(message) = &exchange.response {
        let answer = answer(message);
        line += &format!(" {}", answer.status);
        if answer.informational > 0 {
            line += &format!(" after {}", answer.informational);
        }
        if let Some(status) = answer.grpc_status {
            line +=
                &format!(" grpc {status} {:?}", String::from_utf8_lossy(message.text(answer.grpc_message)));
        }
        line += &tell_rest(message, answer.message_count);
    }
    if let Some(why) = exchange.unanswered {
        line += &format!(" ({})", why.name());
    }
    for (name, _) in exchange.notes.iter_names() {
        line += &format!(" {name}");
    }
    if exchange.gap_bytes > 0 {
        line += &format!(" gap={}", exchange.gap_bytes);
    }
    line
}

fn tell_rest(message: &Message, messages: u32) -> String {
    let mut line = String::new();
    for (mark, field) in message.headers().map(|f| ("", f)).chain(message.trailers().map(|f| ("~", f))) {
        let (name, value) = (String::from_utf8_lossy(field.name), String::from_utf8_lossy(field.value));
        line += &format!(" {mark}{name}={value}");
    }
    if messages > 0 {
        line += &format!(" messages={messages}");
    }
    if message.body.len > 0 {
        let kept = String::from_utf8_lossy(&message.body.bytes);
        let kept = kept.get(..20).map_or_else(|| kept.to_string(), |start| format!("{start}.."));
        line += &format!(" [{}] {kept:?}", message.body.len);
    }
    line
}

fn asked(message: &Message) -> HttpRequest {
    match message.payload {
        Payload::HttpRequest(request) => request,
        other => panic!("no request: {other:?}"),
    }
}

fn answer(message: &Message) -> HttpResponse {
    match message.payload {
        Payload::HttpResponse(response) => response,
        other => panic!("no response: {other:?}"),
    }
}

fn lines(exchanges: &[Exchange]) -> Vec<String> {
    exchanges.iter().map(tell).collect()
}

#[test]
fn streams_are_paired_by_number_in_whatever_order_they_end() {
    let mut ask = Wire::client();
    ask.get(1, "/a").get(3, "/b").get(5, "/c");
    let mut say = Wire::server();
    say.headers(5, false, "88").headers(1, true, "8d").headers(3, true, "88").data(5, true, b"last");
    let found = play(&[client(ask.0), server(say.0)]);
    assert_eq!(
        lines(&found),
        [
            "http2 #1 GET http://shop/a -> 404",
            "http2 #3 GET http://shop/b -> 200",
            "http2 #5 GET http://shop/c -> 200 [4] \"last\"",
        ]
    );
}

#[test]
fn what_says_nothing_of_exchanges_is_passed_over() {
    let mut ask = Wire::client();
    ask.frame(8, 0, 0, &[0, 0, 1, 0]).frame(2, 0, 3, &[0; 5]).frame(6, 0, 0, b"12345678");
    ask.frame(0xfa, 0xff, 7, b"grease").frame(0x10, 0, 0, b"\0\0\0\x01u=3").get(1, "/");
    let mut say = Wire::server();
    say.frame(4, 1, 0, b"").headers(1, true, "88").frame(7, 0, 0, &[0; 8]);
    assert_eq!(lines(&play(&[client(ask.0), server(say.0)])), ["http2 #1 GET http://shop/ -> 200"]);
}

#[test]
fn padding_priority_and_continuation_are_no_content() {
    let mut ask = Wire::client();
    // HEADERS with padding and priority, its block over three frames, then DATA with padding.
    let block = get("/p");
    let (first, rest) = block.split_at(3);
    let (second, third) = rest.split_at(1);
    let mut head = vec![4, 0, 0, 0, 0, 9];
    head.extend(first);
    head.extend([0; 4]);
    ask.frame(1, 0x08 | 0x20, 1, &head).frame(9, 0, 1, second).frame(9, 0x04, 1, third);
    ask.frame(0, 0x08, 1, b"\x03body\0\0\0").frame(0, 0x09, 1, b"\x00 ends");
    let mut say = Wire::server();
    say.headers(1, true, "88");
    assert_eq!(
        lines(&play(&[client(ask.0), server(say.0)])),
        ["http2 #1 GET http://shop/p [9] \"body ends\" -> 200"]
    );
}

#[test]
fn interim_responses_are_counted_and_trailers_stand_apart() {
    let mut ask = Wire::client();
    ask.headers(1, false, &hex(&get("/up"))).data(1, false, b"x").headers(1, true, &plain(&[("sum", "1")]));
    let mut say = Wire::server();
    say.headers(1, false, "0803313030").headers(1, false, "0803313033");
    say.headers(1, false, &("88".to_owned() + &plain(&[("set-cookie", "a"), ("set-cookie", "b")])));
    say.data(1, false, b"yes").headers(1, true, &plain(&[("sum", "2")]));
    assert_eq!(
        lines(&play(&[client(ask.0), server(say.0)])),
        [
            "http2 #1 GET http://shop/up ~sum=1 [1] \"x\" -> 200 after 2 set-cookie=a set-cookie=b ~sum=2 [3] \"yes\""
        ]
    );
}

#[test]
fn a_pushed_response_has_the_promised_request() {
    let mut ask = Wire::client();
    ask.get(1, "/");
    let mut say = Wire::server();
    let mut promise = vec![0, 0, 0, 2];
    promise.extend(get("/a.css"));
    say.frame(5, 0x04, 1, &promise).headers(1, true, "88").headers(2, false, "88").data(2, true, b"css");
    assert_eq!(
        lines(&play(&[client(ask.0), server(say.0)])),
        ["http2 #1 GET http://shop/ -> 200", "http2 #2 GET http://shop/a.css -> 200 [3] \"css\""]
    );
}

#[test]
fn an_answer_that_was_on_its_way_when_the_stream_was_reset_is_its_answer() {
    let mut ask = Wire::client();
    ask.get(1, "/a").headers(3, false, &hex(&get("/b"))).data(3, false, b"half");
    ask.frame(3, 0, 1, &[0, 0, 0, 8]).frame(3, 0, 3, &[0, 0, 0, 8]).get(5, "/c");
    let mut say = Wire::server();
    say.headers(1, false, &("88".to_owned() + &indexed("n", "v")))
        .data(1, true, b"late")
        .headers(5, true, "88be");
    assert_eq!(
        lines(&play(&[client(ask.0), server(say.0)])),
        [
            "http2 #1 GET http://shop/a -> 200 n=v [4] \"late\" RESET",
            "http2 #5 GET http://shop/c -> 200 n=v",
            "http2 #3 GET http://shop/b [4] \"half\" -> (reset) RESET",
        ]
    );
}

#[test]
fn a_reset_stream_goes_out_after_a_moment_and_what_comes_then_opens_none() {
    let mut ask = Wire::client();
    ask.get(1, "/a").frame(3, 0, 1, &[0, 0, 0, 8]);
    let mut script = vec![client(ask.0)];
    // A ping a millisecond, for two seconds.
    for _ in 0..2000 {
        let mut ping = Wire::default();
        ping.frame(6, 0, 0, &[0; 8]);
        script.push(client(ping.0));
    }
    let mut say = Wire::server();
    say.headers(1, false, &("88".to_owned() + &indexed("n", "v"))).data(1, true, b"late");
    script.push(server(say.0));
    let mut more = Wire::default();
    more.get(3, "/b");
    script.push(client(more.0));
    // The table goes on through blocks that nobody waits for.
    let mut say = Wire::default();
    say.headers(3, true, "88be");
    script.push(server(say.0));
    assert_eq!(
        lines(&run(Box::new(Http2::new(false)), &script, usize::MAX, &Limits::default()).exchanges),
        ["http2 #1 GET http://shop/a -> (reset) RESET", "http2 #3 GET http://shop/b -> 200 n=v"]
    );
}

#[test]
fn a_reset_on_a_connection_that_falls_silent_goes_out_as_time_passes() {
    use crate::conversation::{Conversation, Env, Moment};
    let mut ask = Wire::client();
    ask.get(1, "/a").frame(3, 0, 1, &[0, 0, 0, 8]);
    let (limits, mut pool, mut out) = (Limits::default(), crate::cx::Pool::default(), Vec::new());
    let mut env = Env { limits: &limits, pool: &mut pool, out: &mut out };
    let mut conversation = Conversation::new(Box::new(Http2::new(false)), [0, 0]);
    let at = |millis: u64| Moment { at: Timestamp::new(1, 0).plus(millis * 1_000_000), ..Moment::default() };
    let _ = conversation.data(Side::Client, &ask.0, at(0), &mut env);
    conversation.tick(at(500), &mut env);
    assert!(env.out.is_empty());
    conversation.tick(at(1500), &mut env);
    assert_eq!(lines(&out), ["http2 #1 GET http://shop/a -> (reset) RESET"]);
}

#[test]
fn a_server_that_resets_an_upload_is_heard_and_the_rest_of_it_counted() {
    let mut ask = Wire::client();
    ask.headers(1, false, &hex(&get("/up"))).data(1, false, b"much");
    let mut say = Wire::server();
    say.headers(1, true, "8d").frame(3, 0, 1, &[0, 0, 0, 5]);
    let mut rest = Wire::default();
    rest.data(1, true, b" more");
    assert_eq!(
        lines(&play(&[client(ask.0), server(say.0), client(rest.0)])),
        ["http2 #1 GET http://shop/up [9] \"much more\" -> 404 RESET"]
    );
}

#[test]
fn a_server_that_answered_need_not_read_on() {
    let mut ask = Wire::client();
    ask.headers(1, false, &hex(&get("/up"))).data(1, false, b"much");
    let mut say = Wire::server();
    say.headers(1, true, "8d").frame(3, 0, 1, &[0; 4]);
    assert_eq!(
        lines(&play(&[client(ask.0), server(say.0)])),
        ["http2 #1 GET http://shop/up [4] \"much\" -> 404"]
    );
}

#[test]
fn streams_beyond_a_goaway_are_refused_and_open_ones_end_with_the_connection() {
    let mut ask = Wire::client();
    ask.get(1, "/a").get(3, "/b");
    let mut say = Wire::server();
    say.frame(7, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(
        lines(&play(&[client(ask.0), server(say.0)])),
        ["http2 #3 GET http://shop/b -> (reset) RESET", "http2 #1 GET http://shop/a -> (closed)"]
    );
}

#[test]
fn an_upgraded_request_is_stream_1() {
    let open = || {
        let mut request = Box::<Message>::default();
        let method = request.push_text(b"GET");
        let target = request.push_text(b"/json");
        request.payload = Payload::HttpRequest(HttpRequest { method, target, ..HttpRequest::default() });
        request.push_header(b"Host", b"shop");
        upgraded(request)
    };
    let mut say = Wire::server();
    say.headers(1, false, "88").data(1, true, b"{}");
    let mut more = Wire::server();
    more.0.clear();
    more.headers(3, true, "8d");
    let mut ask = Wire::client();
    ask.get(3, "/next");
    assert_eq!(
        lines(&play_on(&open, &[server(say.0), client(ask.0), server(more.0)], &Limits::default())),
        ["http2 #1 GET http://shop/json Host=shop -> 200 [2] \"{}\"", "http2 #3 GET http://shop/next -> 404"]
    );
}

#[test]
fn an_extended_connect_is_an_exchange_of_its_own() {
    let mut ask = Wire::client();
    let head = "02".to_owned()
        + &text("CONNECT")
        + "00"
        + &text(":protocol")
        + &text("websocket")
        + &hex(&get("/chat")[1..]);
    ask.headers(1, false, &head).data(1, true, b"\x81\x82abcd\x01\x02");
    let mut say = Wire::server();
    say.headers(1, false, "88").data(1, true, b"\x81\x02hi");
    let found = play(&[client(ask.0), server(say.0)]);
    let line = &lines(&found)[0];
    assert!(line.starts_with("http2 #1 CONNECT http://shop/chat [8] "), "{line}");
    assert!(line.contains(" -> 200 [4] "), "{line}");
}

#[test]
fn grpc_is_told_by_its_content_type_and_counts_messages_across_frames() {
    let mut ask = Wire::client();
    ask.headers(1, false, &call("/shop.Cart/Add")).data(1, false, b"\0\0\0").data(
        1,
        true,
        b"\0\x02hi\x01\0\0\0\0",
    );
    let mut say = Wire::server();
    say.headers(1, false, &answers_grpc())
        .data(1, false, b"\0\0\0\0\x03one\0\0\0\0\x03t")
        .data(1, false, b"wo");
    say.headers(1, true, &plain(&[("grpc-status", "8"), ("grpc-message", "quota 100%25 used")]));
    assert_eq!(
        lines(&play(&[client(ask.0), server(say.0)])),
        [
            "grpc #1 POST http://shop/shop.Cart/Add content-type=application/grpc messages=2 [12] \"\\0\\0\\0\\0\\u{2}hi\\u{1}\\0\\0\\0\\0\" \
             -> 200 grpc 8 \"quota 100%25 used\" content-type=application/grpc ~grpc-status=8 \
             ~grpc-message=quota 100%25 used messages=2 [16] \"\\0\\0\\0\\0\\u{3}one\\0\\0\\0\\0\\u{3}two\""
        ]
    );
}

#[test]
fn grpc_errors_come_in_headers_and_from_proxies_that_do_not_speak_it() {
    let mut ask = Wire::client();
    ask.headers(1, true, &call("/a")).headers(3, true, &call("/b")).headers(5, true, &call("/c"));
    let mut say = Wire::server();
    say.headers(1, true, &(answers_grpc() + &plain(&[("grpc-status", "5")])));
    say.headers(3, false, &("0803353032".to_owned() + &plain(&[("content-type", "text/plain")])));
    say.data(3, true, b"\0\0\0\0\0 bad");
    let mut cancel = Wire::default();
    cancel.frame(3, 0, 5, &[0, 0, 0, 8]);
    let found = lines(&play(&[client(ask.0), server(say.0), client(cancel.0)]));
    let ends: Vec<&str> = found.iter().map(|line| line.split_once("->").unwrap().1).collect();
    assert_eq!(
        ends,
        [
            " 200 grpc 5 \"\" content-type=application/grpc grpc-status=5",
            " 502 content-type=text/plain [9] \"\\0\\0\\0\\0\\0 bad\"",
            " (reset) RESET",
        ]
    );
    assert!(found.iter().all(|line| line.starts_with("grpc")));
}

#[test]
fn trailers_of_grpc_web_come_in_the_body() {
    let web = plain(&[("content-type", "application/grpc-web+proto")]);
    let mut ask = Wire::client();
    ask.headers(1, false, &("83".to_owned() + &hex(&get("/w")[1..]) + &web)).data(1, true, b"\0\0\0\0\0");
    let mut say = Wire::server();
    say.headers(1, false, &("88".to_owned() + &web));
    say.data(1, true, b"\0\0\0\0\x01x\x80\0\0\0\x10grpc-status: 7\r\n");
    let found = play(&[client(ask.0), server(say.0)]);
    assert_eq!(found[0].protocol, Protocol::Grpc);
    let response = found[0].response.as_ref().unwrap();
    assert_eq!((answer(response).grpc_status, answer(response).message_count), (Some(7), 1));
    assert_eq!(response.trailer(b"grpc-status"), Some(&b"7"[..]));
}

#[test]
fn a_body_past_the_cap_is_counted_and_not_kept() {
    let limits = Limits { body_cap: 10, ..Limits::default() };
    let mut ask = Wire::client();
    ask.get(1, "/big").headers(3, false, &call("/stream"));
    for _ in 0..50 {
        ask.data(3, false, b"\0\0\0\0\x14twenty bytes of text");
    }
    ask.data(3, true, b"");
    let mut say = Wire::server();
    say.headers(1, false, "88")
        .data(1, false, &[b'x'; 5000])
        .frame(0, 9, 1, b"\x02end\0\0")
        .headers(3, true, "88");
    let open = || -> Box<dyn Dissector> { Box::new(Http2::new(false)) };
    let found = play_on(&open, &[client(ask.0), server(say.0)], &limits);
    let lines = lines(&found);
    assert_eq!(lines[0], "http2 #1 GET http://shop/big -> 200 [5003] \"xxxxxxxxxx\" TRUNCATED");
    assert_eq!(asked(found[1].request.as_ref().unwrap()).message_count, 50);
    assert_eq!(found[1].request.as_ref().unwrap().body.len, 50 * 25);
    assert!(found[1].notes.contains(Notes::TRUNCATED));
}

#[test]
fn a_response_that_is_seen_before_its_request_waits_for_it() {
    let mut begin = Wire::client();
    begin.get(1, "/a");
    let mut say = Wire::server();
    say.headers(1, true, "88").headers(3, true, "8d");
    let mut late = Wire::default();
    late.get(3, "/b");
    assert_eq!(
        lines(&play(&[client(begin.0), server(say.0), client(late.0)])),
        ["http2 #1 GET http://shop/a -> 200", "http2 #3 GET http://shop/b -> 404"]
    );
}

#[test]
fn open_streams_are_bounded_and_the_oldest_goes_out() {
    let limits = Limits { open_streams: 3, ..Limits::default() };
    let mut ask = Wire::client();
    for id in [1, 3, 5, 7] {
        ask.get(id, "/");
    }
    let played = run(Box::new(Http2::new(false)), &[client(ask.0)], usize::MAX, &limits);
    assert_eq!(played.exchanges.len(), 4);
    assert_eq!(played.exchanges[0].unanswered, Some(Unanswered::Budget));
    assert_eq!(asked(played.exchanges[0].request.as_ref().unwrap()).stream_id, 1);
}

#[test]
fn header_lists_are_bounded_and_the_table_stays_in_step() {
    let limits = Limits { header_fields: 10, ..Limits::default() };
    let mut many = hex(&get("/"));
    for n in 0..20 {
        many += &plain(&[("n", &n.to_string())]);
    }
    many += &indexed("last", "one");
    let mut ask = Wire::client();
    ask.headers(1, true, &many).headers(3, true, &(hex(&get("/")) + "be"));
    let played = run(Box::new(Http2::new(false)), &[client(ask.0)], usize::MAX, &limits);
    assert_eq!(played.exchanges[0].request.as_ref().unwrap().header_count(), 6);
    assert!(played.exchanges[0].notes.contains(Notes::PARTIAL));
    assert_eq!(played.exchanges[1].request.as_ref().unwrap().header(b"last"), Some(&b"one"[..]));
}

#[test]
fn a_block_that_is_too_long_makes_the_table_unknown() {
    let limits = Limits { head_cap: 1000, ..Limits::default() };
    let mut ask = Wire::client();
    ask.headers(1, true, &(hex(&get("/")) + &indexed("known", "no more")));
    let mut long = get("/long");
    long.extend(from_hex(&plain(&[("x", &"y".repeat(1200))])));
    let (first, second) = long.split_at(600);
    ask.frame(1, 1, 3, first).frame(9, 4, 3, second).frame(1, 5, 5, &long).headers(
        7,
        true,
        &(hex(&get("/")) + "be"),
    );
    let open = || -> Box<dyn Dissector> { Box::new(Http2::new(false)) };
    let found = lines(&play_on(&open, &[client(ask.0)], &limits));
    assert_eq!(found[1], "http2 #7 GET http://shop/ -> (closed) PARTIAL HEADERS_UNKNOWN");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_stream_that_stays_open_is_reported_in_between() {
    let mut script = Vec::new();
    let mut ask = Wire::client();
    ask.headers(1, false, &call("/watch"));
    script.push(client(ask.0));
    let mut say = Wire::server();
    say.headers(1, false, &answers_grpc());
    script.push(server(say.0));
    // One message a turn, a millisecond apart: 3.5 s.
    for _ in 0..3500 {
        let mut say = Wire::default();
        say.data(1, false, b"\0\0\0\0\x01x");
        script.push(server(say.0));
    }
    let mut say = Wire::default();
    say.headers(1, true, &plain(&[("grpc-status", "0")]));
    script.push(server(say.0));
    let mut bye = Wire::default();
    bye.data(1, true, b"");
    script.push(client(bye.0));
    let played = run(Box::new(Http2::new(false)), &script, usize::MAX, &Limits::default());
    let counts: Vec<(bool, u32)> = played
        .exchanges
        .iter()
        .map(|exchange| {
            (exchange.notes.contains(Notes::OPEN), answer(exchange.response.as_ref().unwrap()).message_count)
        })
        .collect();
    assert_eq!(counts.len(), 4, "{counts:?}");
    assert!(counts[..3].iter().all(|(open, _)| *open), "{counts:?}");
    assert!(counts.windows(2).all(|two| two[0].1 < two[1].1), "{counts:?}");
    assert_eq!(counts[3], (false, 3500));
}

#[test]
fn faults_end_the_step_and_no_more() {
    for broken in [
        Wire::default().frame(1, 4, 0, &[0x82]).clone(),
        Wire::default().frame(0, 8, 1, &[9, 1]).clone(),
        Wire::default().frame(3, 0, 1, &[0; 5]).clone(),
        Wire::default().frame(9, 4, 1, &[0x82]).clone(),
        Wire::default().frame(1, 0, 1, &[0x82]).frame(0, 0, 1, b"x").clone(),
    ] {
        let mut ask = Wire::client();
        ask.get(1, "/a").0.extend(broken.0);
        let mut more = Wire::default();
        more.get(3, "/b").get(5, "/c");
        let played = run(
            Box::new(Http2::new(false)),
            &[client(ask.0), client(more.0)],
            usize::MAX,
            &Limits::default(),
        );
        assert!(matches!(played.verdict, Some(crate::conversation::Verdict::Faulted(_))), "{played:?}");
        assert_eq!(lines(&played.exchanges).len(), 3, "{:?}", lines(&played.exchanges));
    }
}

#[test]
fn nothing_is_held_after_the_end() {
    let mut ask = Wire::client();
    ask.get(1, "/a").headers(3, false, &(hex(&get("/b")) + &indexed("n", "v"))).data(3, false, &[0; 3000]);
    let mut pool = crate::cx::Pool::default();
    let mut out = Vec::new();
    let limits = Limits::default();
    let mut env = crate::conversation::Env { limits: &limits, pool: &mut pool, out: &mut out };
    let mut conversation = crate::conversation::Conversation::new(Box::new(Http2::new(false)), [0, 0]);
    let moment = crate::conversation::Moment::default();
    let _ = conversation.data(Side::Client, &ask.0, moment, &mut env);
    assert!(conversation.held() > 3000);
    conversation.end(None, End::Fin, moment, &mut env);
    assert_eq!(conversation.held(), 0);
}
