//! `mizu view` from outside: whole, cut and several files.

use std::{fs, time::Duration};

use rustix::process::Signal;

use crate::{capture::pcap, mizu::Mizu};

fn matched(mizu: &Mizu) -> u64 {
    mizu.get("/api/entries/count")["matched"].as_u64().unwrap()
}

#[test]
fn the_entries_of_all_files_are_on_the_page_until_it_is_closed() {
    let captures = tempfile::tempdir().unwrap();
    let (a, b) = (captures.path().join("a.pcap"), captures.path().join("b.pcap"));
    fs::write(&a, pcap(300)).unwrap();
    fs::write(&b, pcap(20)).unwrap();
    let mut mizu = Mizu::start(&[
        "view",
        "--no-open",
        "--port",
        "0",
        "--file",
        a.to_str().unwrap(),
        b.to_str().unwrap(),
    ]);
    mizu.wait_for_page();
    mizu.wait_for("a.pcap: 300 entries", Duration::from_secs(30));
    mizu.wait_for("b.pcap: 20 entries", Duration::from_secs(30));
    assert_eq!(matched(&mizu), 320);
    mizu.signal(Signal::INT);
    let end = mizu.end(Duration::from_secs(60));
    assert_eq!((end.status, end.stderr.as_str()), (Some(0), ""));
}

#[test]
fn of_a_truncated_file_what_could_be_read_is_kept_and_the_rest_is_said() {
    let captures = tempfile::tempdir().unwrap();
    let file = captures.path().join("cut.pcap");
    let whole = pcap(10);
    // Half of the last connection is missing, in the middle of a packet.
    fs::write(&file, &whole[..whole.len() - 500]).unwrap();
    let mut mizu = Mizu::start(&["view", "--no-open", "--port", "0", "--file", file.to_str().unwrap()]);
    mizu.wait_for_page();
    mizu.wait_for("cut.pcap: ", Duration::from_secs(30));
    assert!(matched(&mizu) >= 9, "{}", matched(&mizu));
    mizu.signal(Signal::INT);
    let end = mizu.end(Duration::from_secs(60));
    assert_eq!(end.status, Some(2), "{}", end.stderr);
    assert!(end.stderr.contains("warning: ") && end.stderr.contains("cut.pcap"), "{}", end.stderr);
    assert!(end.stderr.contains("error: not everything could be read: "), "{}", end.stderr);
    assert!(end.stderr.contains("\nhint: "), "{}", end.stderr);
}
