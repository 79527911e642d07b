//! Secrets do not leave the sidecar.

use mizu_tests::checkout;

use crate::stage::{READY, Stage, upload};

/// Three requests of curl with a secret in headers, cookies, query, JSON and form, and in their answers.
const CAPTURE: &str = "tests/pipeline/secrets.pcap";
const CANARY: &str = "canary-5f1c9e";

fn texts(stage: &Stage) -> String {
    let rows = stage.entries("");
    assert!(!rows.is_empty());
    let detail =
        |id: &str| String::from_utf8_lossy(&stage.get(&format!("/api/entries/{id}")).body).into_owned();
    rows.iter().map(|row| detail(row["id"].as_str().expect("an id"))).collect()
}

#[test]
fn a_secret_on_the_wire_is_not_in_the_store() {
    let file = checkout::root().join(CAPTURE);
    let redacted = Stage::open();
    assert!(upload(&redacted, &file, &[]).0.success());
    redacted.await_count("", 3, READY);
    let text = texts(&redacted);
    assert!(!text.contains(CANARY), "{text}");
    assert!(text.contains("[REDACTED]") && text.contains("harmless-value"), "{text}");

    let plain = Stage::open();
    assert!(upload(&plain, &file, &["--no-redact"]).0.success());
    plain.await_count("", 3, READY);
    assert!(texts(&plain).contains(CANARY), "the capture holds the secret, or this test shows nothing");
}
