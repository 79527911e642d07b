//! Batches in, answers out, and what is found afterwards.

use crate::support::{
    aggregator::Aggregator,
    entries::{frame, grpc, header, http, websocket},
};
use mizu_entry::{Record, record};

#[test]
fn a_stored_entry_comes_back_as_it_was_sent_in_row_detail_and_body() {
    let aggregator = Aggregator::start();
    let sent =
        [http(1, 200, b"{\"a\":1}"), grpc(2), websocket(3, "hello \u{1f600}"), http(4, 503, &[0, 255, 254])];
    aggregator.store(&frame(&header("w1", 1), &sent));

    let page = aggregator.json("/api/entries");
    let rows = page["entries"].as_array().unwrap();
    assert_eq!(rows.len(), sent.len());
    for (entry, row) in sent.iter().zip(rows) {
        let id = row["id"].as_str().unwrap();
        let peer = record::Peer::default();
        let expected = Record {
            id: id.parse().unwrap(),
            worker: "w1",
            worker_seq: 1,
            interface: "eth0",
            src: &peer,
            dst: &peer,
            entry,
        };
        assert_eq!(*row, serde_json::to_value(record::summary(&expected)).unwrap());
        let detail = aggregator.json(&format!("/api/entries/{id}"));
        assert_eq!(detail, serde_json::to_value(record::detail(&expected)).unwrap());
    }
    let last = rows[3]["id"].as_str().unwrap();
    let body = aggregator.get(&format!("/api/entries/{last}/body/response"));
    assert_eq!(body.body, [0, 255, 254]);
    assert!(body.header("content-disposition").unwrap().starts_with("attachment"));
}

#[test]
fn a_batch_that_is_sent_again_is_stored_once_also_after_a_restart() {
    let mut aggregator = Aggregator::start();
    let batch = frame(&header("w1", 1), &[http(1, 200, b"x"), http(2, 200, b"y")]);
    assert_eq!(aggregator.store(&batch)["duplicate"], false);
    let again = aggregator.store(&batch);
    assert_eq!((&again["duplicate"], &again["mark"]), (&true.into(), &1.into()));
    aggregator.kill_and_restart();
    assert_eq!(aggregator.store(&batch)["duplicate"], true);
    assert_eq!(aggregator.json("/api/entries/count")["total"], 2);
    let mark =
        crate::support::http::request(&aggregator.ingest, "GET", "/ingest/v1/mark?worker=w1", &[], b"");
    assert_eq!(mark.unwrap().json()["mark"], 1);
}

#[test]
fn a_broken_frame_is_refused_with_the_reason_and_stores_nothing() {
    let aggregator = Aggregator::start();
    let mut unnamed = header("", 1);
    unnamed.worker.clear();
    let mut newer = header("w1", 1);
    newer.version = 99;
    for (case, bytes) in [
        ("no frame", b"GET / HTTP/1.1\r\n".to_vec()),
        ("empty", Vec::new()),
        ("cut off", frame(&header("w1", 1), &[http(1, 200, b"x")])[..40].to_vec()),
        ("no worker", frame(&unnamed, &[])),
        ("sequence 0", frame(&header("w1", 0), &[])),
        ("newer version", frame(&newer, &[])),
    ] {
        let answer = aggregator.post(&bytes).unwrap();
        assert_eq!(answer.status, 400, "{case}");
        assert!(!answer.json()["error"].as_str().unwrap().is_empty(), "{case}");
    }
    assert_eq!(aggregator.json("/api/entries/count")["total"], 0);
}

#[test]
fn frames_may_be_compressed_and_a_bomb_is_refused() {
    let aggregator = Aggregator::start();
    let post = |body: &[u8]| {
        let headers = [("host", aggregator.ingest.as_str()), ("content-encoding", "zstd")];
        crate::support::http::request(&aggregator.ingest, "POST", "/ingest/v1/batches", &headers, body)
            .unwrap()
    };
    let batch = frame(&header("w1", 1), &[http(1, 200, b"x")]);
    assert_eq!(post(&zstd::encode_all(&batch[..], 3).unwrap()).status, 200);
    assert_eq!(post(&zstd::encode_all(&vec![0; 65 << 20][..], 3).unwrap()).status, 400);
    assert_eq!(post(b"not zstd").status, 400);
    assert_eq!(aggregator.json("/api/entries/count")["total"], 1);
}

#[test]
fn sidecars_speak_http_2_by_prior_knowledge_and_share_an_insert() {
    let aggregator = Aggregator::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let marks = runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(&aggregator.ingest).await.unwrap();
        let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let mut answers = Vec::new();
        for sequence in 1..=20 {
            let request = axum::http::Request::post("http://aggregator/ingest/v1/batches").body(()).unwrap();
            client = client.ready().await.unwrap();
            let (answer, mut body) = client.send_request(request, false).unwrap();
            let batch = frame(&header("w1", sequence), &[http(sequence, 200, b"x")]);
            body.send_data(batch.into(), true).unwrap();
            answers.push(answer);
        }
        let mut statuses = Vec::new();
        for answer in answers {
            statuses.push(answer.await.unwrap().status().as_u16());
        }
        statuses
    });
    assert_eq!(marks, [200; 20]);
    assert_eq!(aggregator.json("/api/entries/count")["total"], 20);
}

#[test]
fn coverage_says_what_each_sidecar_sees_and_loses_and_outlives_a_restart() {
    let mut aggregator = Aggregator::start();
    let mut head = header("w1", 1);
    head.losses.dropped_ring = 100;
    aggregator.store(&frame(&head, &[http(1, 200, b"x")]));
    let before = aggregator.json("/api/coverage");
    assert_eq!(before["workers"][0]["worker"], "w1");
    assert_eq!(before["workers"][0]["stored"], 1);
    assert_eq!(before["workers"][0]["interfaces"][0], "eth0");
    assert_eq!(before["losses"][0]["cause"], "dropped_ring");
    assert_eq!(before["captured_share"], 0.5);
    assert!(aggregator.stop(), "SIGTERM ends with status 0");
    let after = Aggregator::on(aggregator.data.clone(), &[]);
    assert_eq!(after.json("/api/coverage")["workers"][0]["stored"], 1);
}

#[test]
fn ends_of_an_exchange_are_named_by_the_file_of_names() {
    let folder = crate::support::Folder::new();
    let names = folder.0.join("names.json");
    std::fs::write(&names, r#"{"10.0.0.9:8080": {"name": "carts", "namespace": "shop", "pod": "carts-1"}}"#)
        .unwrap();
    let aggregator = Aggregator::with(&["--names", names.to_str().unwrap()]);
    aggregator.store(&frame(&header("w1", 1), &[http(1, 200, b"x")]));
    let row = &aggregator.json("/api/entries")["entries"][0];
    assert_eq!((&row["dst"]["name"], &row["dst"]["pod"]), (&"carts".into(), &"carts-1".into()));
    assert_eq!(row["src"]["name"], "");
}
