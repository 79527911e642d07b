//! `mizu demo` from outside: what it shows, how it ends, and that nothing is left.

use std::{collections::BTreeSet, time::Duration};

use rustix::process::{Signal, kill_process};

use crate::mizu::Mizu;

/// A demo on addresses of its own: others may run on this machine.
fn demo(addr: &str, rate: &str) -> Mizu {
    Mizu::start(&["demo", "--no-open", "--port", "0", "--addr", addr, "--rate", rate])
}

#[test]
fn the_demo_shows_every_protocol_under_its_services_names_and_leaves_nothing() {
    let mut mizu = demo("127.71.1.10", "60/s");
    mizu.wait_for_page();
    // The first entry is there within ten seconds of the address.
    let first = "/api/entries?limit=1";
    mizu.until(first, Duration::from_secs(10), |page| page["entries"].as_array()?.first().cloned());

    let wanted = BTreeSet::from(["http", "http2", "grpc", "a GraphQL query", "websocket"].map(str::to_owned));
    let named =
        BTreeSet::from(["front-end", "catalogue", "carts", "users", "stock", "search"].map(str::to_owned));
    mizu.until("/api/entries?limit=1000", Duration::from_secs(60), |page| {
        let of_shop = page["entries"].as_array()?.iter().filter(|entry| entry["dst"]["namespace"] == "shop");
        let mut protocols = BTreeSet::new();
        let mut names = BTreeSet::new();
        for entry in of_shop {
            protocols.insert(entry["protocol"].as_str()?.to_owned());
            if !entry["graphql"].is_null() {
                protocols.insert("a GraphQL query".to_owned());
            }
            names.insert(entry["dst"]["name"].as_str()?.to_owned());
        }
        (protocols.is_superset(&wanted) && names.is_superset(&named)).then_some(())
    });
    mizu.signal(Signal::INT);
    let end = mizu.end(Duration::from_secs(60));
    assert_eq!(end.status, Some(0), "{}", end.stderr);
    assert!(end.stdout.contains("\n+front-end (HTTP/1.1)\n"), "{}", end.stdout);
    assert!(end.stdout.ends_with("\n\nRemoving mizu resources\n"), "{}", end.stdout);
    assert_eq!(end.stderr, "");
}

#[test]
fn the_demo_does_not_show_its_own_page() {
    let mut mizu = demo("127.71.2.10", "20/s");
    let port = mizu.wait_for_page();
    let page = mizu.until("/api/entries?limit=1000", Duration::from_secs(30), |page| {
        (page["entries"].as_array()?.len() > 50).then(|| page.clone())
    });
    let own = page["entries"].as_array().unwrap().iter().find(|entry| entry["dst"]["port"] == port);
    assert!(own.is_none(), "{own:?}");
    mizu.signal(Signal::TERM);
    assert_eq!(mizu.end(Duration::from_secs(60)).status, Some(0));
}

#[test]
fn the_time_of_for_ends_the_demo_like_an_interrupt() {
    let mut mizu = Mizu::start(&["demo", "--no-open", "--port", "0", "--addr", "127.71.3.10", "--for", "1s"]);
    mizu.wait_for_page();
    let end = mizu.end(Duration::from_secs(60));
    assert_eq!((end.status, end.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_demo_that_is_killed_takes_everything_with_it() {
    let mut mizu = demo("127.71.4.10", "20/s");
    mizu.wait_for_page();
    mizu.signal(Signal::KILL);
    // `end` waits until nothing is left.
    assert_eq!(mizu.end(Duration::from_secs(10)).status, None);
}

#[test]
fn an_interrupt_while_it_starts_ends_it_too() {
    let mut mizu = demo("127.71.5.10", "20/s");
    mizu.wait_for("+front-end", Duration::from_secs(30));
    mizu.signal(Signal::INT);
    let end = mizu.end(Duration::from_secs(60));
    assert_eq!(end.status, Some(0), "{}", end.stderr);
    assert!(!end.stdout.contains("available"), "{}", end.stdout);
}

#[test]
fn a_second_interrupt_kills_what_does_not_end() {
    let mut mizu = demo("127.71.6.10", "20/s");
    mizu.wait_for_page();
    for pid in mizu.processes("mizu-aggregator") {
        kill_process(pid, Signal::STOP).unwrap();
    }
    mizu.signal(Signal::INT);
    mizu.wait_for("Removing mizu resources", Duration::from_secs(10));
    // Signals that follow at once count as one with the first.
    mizu.signal(Signal::INT);
    while mizu.runs() {
        mizu.signal(Signal::INT);
        std::thread::park_timeout(Duration::from_millis(100));
    }
    let end = mizu.end(Duration::from_secs(20));
    assert_eq!(end.status, Some(130), "{}", end.stderr);
    assert!(end.stderr.contains("interrupted"), "{}", end.stderr);
}

#[test]
fn a_part_that_dies_is_named_and_everything_ends() {
    for (part, addr) in
        [("mizu-aggregator", "127.71.7.10"), ("mizu-sidecar", "127.71.8.10"), ("mizu-shop", "127.71.9.10")]
    {
        let mut mizu = demo(addr, "20/s");
        mizu.wait_for_page();
        for pid in mizu.processes(part) {
            kill_process(pid, Signal::KILL).unwrap();
        }
        let end = mizu.end(Duration::from_secs(60));
        assert_eq!(end.status, Some(1), "{}", end.stderr);
        assert!(end.stderr.contains(&format!("error: {part} ended (signal: 9 (SIGKILL))")), "{}", end.stderr);
        assert!(end.stderr.contains("\nhint: "), "{}", end.stderr);
    }
}
