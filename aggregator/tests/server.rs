//! A ClickHouse server of the user's: the same store over the network. The server is the engine behind a TCP port.

use crate::{
    engine::Engine,
    support::{
        aggregator::Aggregator,
        entries::{frame, header, http},
        until,
    },
};
use std::{
    io::copy,
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    time::Duration,
};

/// TCP in, unix socket out. Returns the address.
fn forward(socket: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            // Without an engine the connection breaks, as one to a server that is down.
            let Ok(engine) = UnixStream::connect(&socket) else { continue };
            let (client_up, engine_up) = (client.try_clone().unwrap(), engine.try_clone().unwrap());
            std::thread::spawn(move || pump_up(client_up, engine_up));
            std::thread::spawn(move || pump_down(engine, client));
        }
    });
    address
}

fn pump_up(mut from: TcpStream, mut to: UnixStream) {
    let _ = copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}

fn pump_down(mut from: UnixStream, mut to: TcpStream) {
    let _ = copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_server_of_the_users_stores_and_answers_like_the_embedded_engine_also_when_it_was_away() {
    let mut server = Engine::start();
    let url = format!("http://someone:secret@{}", forward(server.socket.clone()));
    let aggregator = Aggregator::with(&["--clickhouse-url", &url]);
    aggregator.store(&frame(&header("w1", 1), &[http(1, 200, b"x"), http(2, 500, b"y")]));
    assert_eq!(
        aggregator.json("/api/entries?query=response.status%20%3E=%20500")["entries"][0]["status"],
        500
    );
    let kind = aggregator.json("/api/status")["store_kind"].as_str().unwrap().to_owned();
    assert!(kind.starts_with("http://127.0.0.1") && !kind.contains("secret"), "{kind}");

    let batch = frame(&header("w1", 2), &[http(3, 200, b"z")]);
    std::thread::scope(|scope| {
        let mut sending = None;
        server.kill_and_restart(|| {
            sending = Some(scope.spawn(|| aggregator.post(&batch).unwrap().status));
            until("reads to be refused", Duration::from_secs(10), || {
                let answer = aggregator.get("/api/entries");
                (answer.status == 503 && answer.json()["code"] == "store_unavailable").then_some(())
            });
        });
        assert_eq!(sending.unwrap().join().unwrap(), 200);
    });
    assert_eq!(aggregator.json("/api/entries/count")["total"], 3);
}
