//! Files that are no whole captures: one clear error with the next step, the right status, nothing lost.

use mizu_tests::checkout;

use crate::stage::{READY, Stage, upload};

#[test]
fn a_file_that_is_no_capture_is_refused_with_one_sentence() {
    let stage = Stage::open();
    let file = stage.folder().join("page.html");
    std::fs::write(&file, "<html>not packets</html>").expect("written");
    let (status, lines) = upload(&stage, &file, &[]);
    assert_eq!(status.code(), Some(2), "{lines:?}");
    let errors: Vec<&String> = lines.iter().filter(|line| line.starts_with("error:")).collect();
    assert_eq!(errors.len(), 1, "{lines:?}");
    assert!(errors[0].contains("page.html") && errors[0].contains("pcap"), "{lines:?}");
}

#[test]
fn an_empty_or_missing_file_is_named() {
    let stage = Stage::open();
    let empty = stage.folder().join("empty.pcap");
    std::fs::write(&empty, "").expect("written");
    for (file, word) in [(empty, "empty"), (stage.folder().join("nowhere.pcap"), "nowhere.pcap")] {
        let (status, lines) = upload(&stage, &file, &[]);
        assert_eq!(status.code(), Some(2), "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("error:") && line.contains(word)), "{lines:?}");
    }
}

#[test]
fn what_was_before_the_cut_of_a_capture_is_kept() {
    let stage = Stage::open();
    let whole = checkout::root().join("dissect/tests/captures/http1/keepalive-1200.pcap");
    let bytes = std::fs::read(whole).expect("a capture of the repository");
    let file = stage.folder().join("cut.pcap");
    std::fs::write(&file, &bytes[..bytes.len() / 2]).expect("written");
    let (status, lines) = upload(&stage, &file, &[]);
    assert_eq!(status.code(), Some(2), "{lines:?}");
    let error = lines.iter().find(|line| line.starts_with("error:")).expect("an error");
    assert!(error.contains("the capture is cut"), "{error}");
    let kept: u64 = error.split(' ').rev().find_map(|word| word.parse().ok()).expect("how many were kept");
    assert!(kept > 300, "{error}");
    stage.await_count("", kept, READY);
}
