//! A real client and server (`h2`) talk over memory; what they say is dissected and compared with what they meant.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::*;

/// A request and its response as the peers mean them.
#[derive(Debug, Clone)]
struct Meant {
    path: String,
    ask: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    status: u16,
    answer: Vec<(String, Vec<u8>)>,
    answer_body: Vec<u8>,
    trailers: Vec<(String, Vec<u8>)>,
}

fn map(fields: &[(String, Vec<u8>)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_bytes(value).unwrap());
    }
    map
}

/// Fields in an order that does not depend on how a map keeps them.
fn sorted<'a>(fields: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all: Vec<_> = fields.map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    all.sort();
    all
}

/// Carries bytes from one end to the other and writes down who said what.
async fn carry(
    mut from: tokio::io::ReadHalf<DuplexStream>,
    mut to: tokio::io::WriteHalf<DuplexStream>,
    side: Side,
    log: Arc<Mutex<Vec<Turn>>>,
) {
    let mut buffer = vec![0; 4096];
    loop {
        let count = from.read(&mut buffer).await.unwrap_or(0);
        if count == 0 {
            let _ = to.shutdown().await;
            return;
        }
        log.lock().unwrap().push(Turn::Say(side, buffer[..count].to_vec()));
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// Plays the conversation with real peers, `together` requests at a time, and returns what was said.
async fn converse(meant: Vec<Meant>, tables: [u32; 2], together: usize) -> Vec<Turn> {
    let log = Arc::new(Mutex::new(Vec::new()));
    let (client_end, client_tap) = tokio::io::duplex(2000);
    let (server_tap, server_end) = tokio::io::duplex(3000);
    let (client_read, client_write) = tokio::io::split(client_tap);
    let (server_read, server_write) = tokio::io::split(server_tap);
    let carriers = [
        tokio::spawn(carry(client_read, server_write, Side::Client, log.clone())),
        tokio::spawn(carry(server_read, client_write, Side::Server, log.clone())),
    ];
    let answers = meant.clone();
    let server = tokio::spawn(async move {
        let mut connection = h2::server::Builder::new()
            .header_table_size(tables[1])
            .handshake::<_, Bytes>(server_end)
            .await
            .unwrap();
        while let Some(accepted) = connection.accept().await {
            let Ok((request, mut respond)) = accepted else { return };
            let index: usize = request.headers()["number"].to_str().unwrap().parse().unwrap();
            let meant = answers[index].clone();
            tokio::spawn(async move {
                let mut body = request.into_body();
                while let Some(piece) = body.data().await {
                    let Ok(piece) = piece else { return };
                    let _ = body.flow_control().release_capacity(piece.len());
                }
                let mut response = Response::new(());
                *response.status_mut() = meant.status.try_into().unwrap();
                *response.headers_mut() = map(&meant.answer);
                let only = meant.answer_body.is_empty() && meant.trailers.is_empty();
                let Ok(mut stream) = respond.send_response(response, only) else { return };
                if !only {
                    let _ = stream.send_data(meant.answer_body.into(), meant.trailers.is_empty());
                    if !meant.trailers.is_empty() {
                        let _ = stream.send_trailers(map(&meant.trailers));
                    }
                }
            });
        }
    });
    let (mut sender, connection) = h2::client::Builder::new()
        .header_table_size(tables[0])
        .handshake::<_, Bytes>(client_end)
        .await
        .unwrap();
    let driver = tokio::spawn(connection);
    for (batch, wave) in meant.chunks(together.max(1)).enumerate() {
        let mut waiting = Vec::new();
        for (n, meant) in wave.iter().enumerate() {
            let mut request = Request::post(format!("http://shop.test{}", meant.path)).body(()).unwrap();
            *request.headers_mut() = map(&meant.ask);
            request.headers_mut().insert("number", (batch * together.max(1) + n).into());
            sender = sender.ready().await.unwrap();
            let (response, mut stream) = sender.send_request(request, meant.body.is_empty()).unwrap();
            if !meant.body.is_empty() {
                stream.send_data(meant.body.clone().into(), true).unwrap();
            }
            // All at once: a body that nobody reads would use up the window of the others.
            waiting.push(tokio::spawn(async move {
                let mut body = response.await.unwrap().into_body();
                while let Some(piece) = body.data().await {
                    let piece = piece.unwrap();
                    body.flow_control().release_capacity(piece.len()).unwrap();
                }
                body.trailers().await.unwrap();
            }));
        }
        for response in waiting {
            response.await.unwrap();
        }
    }
    drop(sender);
    let _ = driver.await;
    let _ = server.await;
    for carrier in carriers {
        let _ = carrier.await;
    }
    Arc::try_unwrap(log).unwrap().into_inner().unwrap()
}

fn fields(most: usize) -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    // Few names and values, so that the table is referred to; and some of any kind, so that it turns over.
    let name = prop_oneof![3 => "x-[a-c]", 1 => "y-[a-z0-9-]{1,30}", 1 => Just("cookie".to_owned()), 1 => Just("etag".to_owned())];
    let value = prop_oneof![
        3 => "[a-b]{1,2}".prop_map(String::into_bytes),
        2 => "[ -~]{0,60}".prop_map(|text| text.trim().as_bytes().to_vec()),
        1 => proptest::collection::vec(0x80..=0xff_u8, 0..40),
        1 => "[a-z0-9]{400,900}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec((name, value), 0..most)
}

fn meant() -> impl Strategy<Value = Meant> {
    let body = || {
        prop_oneof![
            Just(Vec::new()),
            proptest::collection::vec(any::<u8>(), 1..200),
            (1_usize..30_000).prop_map(|len| vec![b'z'; len]),
        ]
    };
    let status = prop_oneof![Just(200_u16), Just(404), 201..599_u16];
    ("/[a-z]{0,12}", fields(8), body(), status, fields(8), body(), fields(3)).prop_map(
        |(path, ask, body, status, answer, answer_body, trailers)| Meant {
            path,
            ask,
            body,
            status,
            answer,
            answer_body,
            trailers,
        },
    )
}

fn compare(meant: &[Meant], found: &[Exchange]) -> Result<(), TestCaseError> {
    // A byte a millisecond makes long streams of long bodies, which are reported in between.
    let last = || found.iter().filter(|exchange| !exchange.notes.contains(Notes::OPEN));
    prop_assert_eq!(last().count(), meant.len());
    for exchange in last() {
        let (request, response) = (exchange.request.as_ref().unwrap(), exchange.response.as_ref().unwrap());
        prop_assert_eq!(exchange.notes, Notes::empty(), "{}", tell(exchange));
        let index: usize = std::str::from_utf8(request.header(b"number").unwrap()).unwrap().parse().unwrap();
        let meant = &meant[index];
        prop_assert_eq!(request.text(asked(request).target), meant.path.as_bytes());
        prop_assert_eq!(request.text(asked(request).authority), b"shop.test");
        prop_assert_eq!(request.text(asked(request).method), b"POST");
        let number = index.to_string();
        let sent = meant.ask.iter().map(|(name, value)| (name.as_bytes(), &value[..]));
        prop_assert_eq!(
            sorted(request.headers().map(|field| (field.name, field.value))),
            sorted(sent.chain([(&b"number"[..], number.as_bytes())]))
        );
        prop_assert_eq!(&request.body.bytes, &meant.body);
        prop_assert_eq!(answer(response).status, meant.status);
        let date = |name: &[u8]| name == b"date";
        prop_assert_eq!(
            sorted(response.headers().map(|field| (field.name, field.value)).filter(|(name, _)| !date(name))),
            sorted(meant.answer.iter().map(|(name, value)| (name.as_bytes(), &value[..])))
        );
        prop_assert_eq!(&response.body.bytes, &meant.answer_body);
        prop_assert_eq!(
            sorted(response.trailers().map(|field| (field.name, field.value))),
            sorted(meant.trailers.iter().map(|(name, value)| (name.as_bytes(), &value[..])))
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_real_peers_mean_is_what_is_found(
        meant in proptest::collection::vec(meant(), 1..24),
        tables in proptest::array::uniform2(prop_oneof![Just(4096_u32), Just(0), Just(100), Just(65_536)]),
        together in 1..12_usize,
        piece in prop_oneof![Just(usize::MAX), Just(1), 2..200_usize],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let said = runtime.block_on(converse(meant.clone(), tables, together));
        let played = run(Box::new(Http2::new(false)), &said, piece, &Limits::default());
        prop_assert_eq!(played.verdict, None);
        compare(&meant, &played.exchanges)?;
    }

    #[test]
    fn met_midstream_nothing_of_real_peers_is_told_wrong(
        meant in proptest::collection::vec(meant(), 6..16),
        skip in 1..40_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let said = runtime.block_on(converse(meant.clone(), [4096, 4096], 1));
        let rest = &said[skip.min(said.len())..];
        let played = run(Box::new(Http2::new(true)), rest, usize::MAX, &Limits::default());
        for exchange in &played.exchanges {
            let Some(request) = &exchange.request else { continue };
            let Some(number) = request.header(b"number") else { continue };
            let meant = &meant[std::str::from_utf8(number).unwrap().parse::<usize>().unwrap()];
            let sent = map(&meant.ask);
            for field in request.headers().filter(|field| field.name != b"number") {
                let name = std::str::from_utf8(field.name).unwrap();
                prop_assert!(sent.get_all(name).iter().any(|value| value.as_bytes() == field.value), "{name}");
            }
            if let Some(response) = &exchange.response {
                let status = answer(response).status;
                prop_assert!(status == meant.status || (status == 0 && exchange.notes.contains(Notes::HEADERS_UNKNOWN)));
                let sent = map(&meant.answer);
                for field in response.headers().filter(|field| field.name != b"date") {
                    let name = std::str::from_utf8(field.name).unwrap();
                    prop_assert!(sent.get_all(name).iter().any(|value| value.as_bytes() == field.value), "{name}");
                }
            }
        }
    }
}
