//! The engine's process alone: ClickHouse's HTTP interface on a unix socket, and what it refuses.

use crate::support::{Folder, aggregator::BINARY, until};
use std::{
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

pub(crate) struct Engine {
    child: Child,
    pub(crate) socket: PathBuf,
    folder: Folder,
}

impl Engine {
    pub(crate) fn start() -> Self {
        let folder = Folder::new();
        let socket = folder.0.join("e.sock");
        let engine = Self { child: spawn(&folder, &socket), socket, folder };
        engine.wait();
        engine.done("CREATE DATABASE IF NOT EXISTS mizu");
        engine.done("CREATE TABLE mizu.t (a UInt64) ENGINE = MergeTree ORDER BY a");
        engine
    }

    /// kill -9, and a new one on the same data after `meanwhile`.
    pub(crate) fn kill_and_restart(&mut self, meanwhile: impl FnOnce()) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        meanwhile();
        self.child = spawn(&self.folder, &self.socket);
        self.wait();
    }

    /// Whether one of the long statements runs; `None` where the engine does not answer.
    fn runs_long(&self) -> Option<bool> {
        // libchdb 26.7 sometimes keeps a killed statement in the list after its thread and connection are free.
        let sql = "SELECT count() FROM system.processes \
                   WHERE query LIKE '%0000000000%' AND query NOT LIKE '%processes%' AND NOT is_cancelled";
        let mut stream = UnixStream::connect(&self.socket).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        let head = "POST / HTTP/1.0\r\nhost: e\r\n";
        write!(stream, "{head}content-length: {}\r\n\r\n{sql}", sql.len()).ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        Some(text.split_once("\r\n\r\n")?.1.trim() != "0")
    }

    fn wait(&self) {
        until("the engine to answer", Duration::from_secs(30), || {
            (UnixStream::connect(&self.socket).is_ok() && self.ask("SELECT 1", "").1 == "1\n").then_some(())
        });
    }

    fn send(&self, target: &str, headers: &str, body: &[u8]) -> UnixStream {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let len = body.len();
        write!(
            stream,
            "POST {target} HTTP/1.1\r\nhost: e\r\nconnection: close\r\n{headers}content-length: {len}\r\n\r\n"
        )
        .unwrap();
        stream.write_all(body).unwrap();
        stream
    }

    fn answer(mut stream: UnixStream) -> (String, String) {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        if !head.contains("chunked") {
            return (head.to_owned(), body.to_owned());
        }
        let (mut rest, mut out) = (body, String::new());
        while let Some((len, tail)) = rest.split_once("\r\n") {
            let len = usize::from_str_radix(len, 16).unwrap();
            let (chunk, after) = tail.split_at(len);
            out.push_str(chunk);
            rest = after.trim_start_matches("\r\n");
        }
        (head.to_owned(), out)
    }

    fn ask(&self, sql: &str, headers: &str) -> (String, String) {
        Self::answer(self.send("/", headers, sql.as_bytes()))
    }

    fn done(&self, sql: &str) -> String {
        let (head, body) = self.ask(sql, "");
        assert!(head.starts_with("HTTP/1.1 200"), "{sql}: {body}");
        body
    }
}

fn spawn(folder: &Folder, socket: &std::path::Path) -> Child {
    Command::new(BINARY)
        .arg("engine")
        .arg("--path")
        .arg(folder.0.join("data"))
        .arg("--socket")
        .arg(socket)
        .arg("--parent")
        .arg(std::process::id().to_string())
        .env("MIZU_LOG", "warn")
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_statement_ends_when_its_client_leaves() {
    let engine = Engine::start();
    for sql in [
        // One that gives nothing until its end, and one that gives without end.
        "SELECT count() FROM numbers_mt(100000000000000) WHERE sipHash64(number) = 7",
        "SELECT number FROM numbers(100000000000000)",
    ] {
        // Kept alive, as our own client's connections are.
        let mut client = UnixStream::connect(&engine.socket).unwrap();
        write!(client, "POST / HTTP/1.1\r\nhost: e\r\ncontent-length: {}\r\n\r\n{sql}", sql.len()).unwrap();
        until("the statement to run", Duration::from_secs(10), || engine.runs_long().filter(|runs| *runs));
        drop(client);
        until("the statement to end", Duration::from_secs(30), || engine.runs_long().filter(|runs| !runs));
    }
    // Nothing is left behind: all four connections that write can be at work at once.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| engine.done("SELECT sleep(3)"));
        }
        until("four statements at once", Duration::from_secs(20), || {
            let sql = "SELECT count() FROM system.processes WHERE query LIKE '%sleep(3)%' AND query NOT LIKE '%processes%'";
            (engine.ask(sql, "x-clickhouse-user: reader\r\n").1 == "4\n").then_some(())
        });
    });
}

#[test]
fn an_insert_whose_client_leaves_stores_nothing() {
    let engine = Engine::start();
    let mut stream = UnixStream::connect(&engine.socket).unwrap();
    write!(stream, "POST /?query=INSERT+INTO+mizu.t+FORMAT+TabSeparated HTTP/1.1\r\nhost: e\r\ncontent-length: 1000\r\n\r\n1\n2\n")
        .unwrap();
    drop(stream);
    let whole = engine.send("/?query=INSERT+INTO+mizu.t+FORMAT+TabSeparated", "", b"3\n");
    assert!(Engine::answer(whole).0.starts_with("HTTP/1.1 200"));
    assert_eq!(engine.done("SELECT groupArray(a) FROM mizu.t"), "[3]\n");
}

#[test]
fn errors_come_with_their_number_also_in_the_middle_of_a_result() {
    let engine = Engine::start();
    for (sql, status, code) in [
        ("SELECT nothing", "400", "47"),
        ("SELECT * FROM mizu.none", "404", "60"),
        ("SELEC 1", "400", "62"),
        ("SELECT 1 FROM url('http://127.0.0.1:1/', CSV, 'a String')", "403", "497"),
    ] {
        let (head, body) = engine.ask(sql, "");
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{sql}: {head}");
        assert!(head.contains(&format!("x-clickhouse-exception-code: {code}")), "{sql}: {head}");
        assert!(body.starts_with(&format!("Code: {code}.")), "{sql}: {body}");
    }
    let (head, body) = engine.ask("SELECT throwIf(number = 5000000) FROM numbers(10000000)", "");
    let tag = head.lines().find_map(|l| l.strip_prefix("x-clickhouse-exception-tag: ")).unwrap();
    assert!(head.starts_with("HTTP/1.1 200"));
    assert!(
        body.contains(&format!("\r\n__exception__\r\n{tag}\r\nCode: 395.")),
        "{}",
        body.split_at(body.len() - 400).1
    );
    assert!(body.ends_with(&format!(" {tag}\r\n__exception__\r\n")));
}

#[test]
fn the_reader_cannot_write_and_nobody_reaches_files_addresses_or_other_tables() {
    let engine = Engine::start();
    let reader = "x-clickhouse-user: reader\r\n";
    assert_eq!(engine.ask("SELECT count() FROM mizu.t", reader).1, "0\n");
    for sql in [
        "INSERT INTO mizu.t VALUES (1)",
        "DROP TABLE mizu.t",
        "ALTER TABLE mizu.t DROP PARTITION 1",
        "SET max_threads = 9",
        "SELECT 1 SETTINGS max_execution_time = 900",
    ] {
        assert!(!engine.ask(sql, reader).0.starts_with("HTTP/1.1 200"), "the reader may: {sql}");
    }
    for sql in [
        "SELECT file('/etc/passwd')",
        "SELECT * FROM file('/etc/passwd', 'CSV', 'a String')",
        "SELECT 1 INTO OUTFILE '/tmp/mizu-outfile'",
        "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
        "SELECT * FROM remote('127.0.0.1', system.one)",
        "CREATE DATABASE other",
        "CREATE TABLE mizu.f (a String) ENGINE = File(CSV, '/etc/passwd')",
        "CREATE USER somebody",
        "SELECT * FROM system.users",
    ] {
        for who in ["", reader] {
            let (head, body) = engine.ask(sql, who);
            assert!(!head.starts_with("HTTP/1.1 200"), "{who}may: {sql}: {body}");
        }
    }
    assert!(!std::path::Path::new("/tmp/mizu-outfile").exists());
}

#[test]
fn settings_and_parameters_hold_for_their_statement_only() {
    let engine = Engine::start();
    let threads = "SELECT getSetting('max_threads')";
    let before = engine.done(threads);
    assert_eq!(Engine::answer(engine.send("/?max_threads=3", "", threads.as_bytes())).1, "3\n");
    for _ in 0..8 {
        assert_eq!(engine.done(threads), before);
    }
    let form = "--b\r\ncontent-disposition: form-data; name=\"query\"\r\n\r\nSELECT {x:String}\r\n--b\r\n\
                content-disposition: form-data; name=\"param_x\"\r\n\r\na'b\\\\c\r\n--b--\r\n";
    let kind = "content-type: multipart/form-data; boundary=b\r\n";
    assert_eq!(
        Engine::answer(engine.send("/?default_format=TabSeparatedRaw", kind, form.as_bytes())).1,
        "a'b\\c\n"
    );
}
