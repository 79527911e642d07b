//! `mizu tap --local` from outside: what it sees, and what it says where it may not or cannot.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::Command,
    time::Duration,
};

use rustix::process::Signal;

use crate::mizu::Mizu;

#[test]
fn this_machines_own_traffic_is_shown_with_the_listeners_name() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut mizu = Mizu::start(&["tap", "--local", "--interface", "lo", "--no-open", "--port", "0"]);
    mizu.wait_for_page();

    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"GET /only-here HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
    let (mut server, _) = listener.accept().unwrap();
    let mut head = [0; 64];
    assert!(server.read(&mut head).unwrap() > 0);
    server.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();

    let entry = mizu.until("/api/entries?limit=1000", Duration::from_secs(20), |page| {
        page["entries"].as_array()?.iter().find(|entry| entry["dst"]["port"] == address.port()).cloned()
    });
    assert_eq!(entry["status"], 204, "{entry}");
    assert!(entry["dst"]["name"].as_str().unwrap().starts_with("pipeline"), "{entry}");
    mizu.signal(Signal::INT);
    let end = mizu.end(Duration::from_secs(60));
    assert_eq!((end.status, end.stderr.as_str()), (Some(0), ""));
}

#[test]
fn without_the_right_to_capture_it_says_how_to_get_it() {
    // As root the right is taken away; whoever has it not already is refused as they are.
    let mut command = Command::new("setpriv");
    command.args([
        "--bounding-set=-net_raw,-net_admin",
        "--inh-caps=-net_raw,-net_admin",
        env!("CARGO_BIN_EXE_mizu"),
    ]);
    if !rustix::process::geteuid().is_root() {
        command = Command::new(env!("CARGO_BIN_EXE_mizu"));
    }
    let mizu = Mizu::start_as(command.args(["tap", "--local", "--no-open", "--port", "0"]));
    let end = mizu.end(Duration::from_secs(150));
    assert_eq!(end.status, Some(3), "{}", end.stderr);
    assert!(end.stderr.contains("error: no right to capture packets on this machine"), "{}", end.stderr);
    assert!(end.stderr.contains("hint: sudo setcap cap_net_raw+ep /"), "{}", end.stderr);
}

#[test]
fn an_interface_that_is_not_there_is_named() {
    let mizu = Mizu::start(&["tap", "--local", "--interface", "nosuch0", "--no-open", "--port", "0"]);
    let end = mizu.end(Duration::from_secs(150));
    assert_eq!(end.status, Some(2), "{}", end.stderr);
    assert!(end.stderr.starts_with("error: there is no interface nosuch0"), "{}", end.stderr);
}

#[test]
fn a_port_that_is_taken_is_said_and_the_next_free_one_used() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut mizu = Mizu::start(&["tap", "--local", "--no-open", "--port", &port.to_string()]);
    let other = mizu.wait_for_page();
    assert_ne!(other, port);
    assert!(
        mizu.stderr().contains(&format!("port {port} is taken, the page is on port {other}")),
        "{}",
        mizu.stderr()
    );
    mizu.signal(Signal::INT);
    assert_eq!(mizu.end(Duration::from_secs(60)).status, Some(0));
}
