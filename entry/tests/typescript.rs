//! The page's TypeScript types are those of the API: one file a type in `ui/src/api/generated/`, as `ts-rs` writes it.
//!
//! `UPDATE=1 cargo test -p mizu-entry --test typescript` rewrites them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mizu_entry::api;
use ts_rs::{Config, TS};

macro_rules! files_of {
    ($config:expr, $($type:ident),+ $(,)?) => {
        BTreeMap::from([$((
            concat!(stringify!($type), ".ts").to_owned(),
            api::$type::export_to_string($config).expect(stringify!($type)),
        )),+])
    };
}

fn generated() -> BTreeMap<String, String> {
    // Counts and sizes are far below 2^53; what may pass it is a string in the types themselves.
    let config = Config::new().with_large_int("number").with_import_extension(Some("ts"));
    files_of!(
        &config,
        ApiError,
        BodyView,
        Completion,
        CompletionList,
        Coverage,
        EntryCount,
        EntryDetail,
        EntryPage,
        EntrySummary,
        FieldInfo,
        FieldList,
        GrpcMessage,
        Histogram,
        HistogramBar,
        LiveMessage,
        LiveRequest,
        LossView,
        MessageDetail,
        NameValue,
        PeerView,
        ProtobufField,
        QueryCheck,
        QueryError,
        Status,
        Timing,
        WorkerCoverage,
    )
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/api/generated")
}

#[test]
fn the_pages_types_have_not_drifted_from_the_api() {
    let wanted = generated();
    let folder = folder();
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::create_dir_all(&folder).expect("the folder can be made");
        for (name, text) in &wanted {
            fs::write(folder.join(name), text).expect("a generated file can be written");
        }
    }
    let mut found = BTreeMap::new();
    for file in fs::read_dir(&folder).expect("ui/src/api/generated is checked in") {
        let file = file.expect("the folder can be read");
        let text = fs::read_to_string(file.path()).expect("a generated file is text");
        found.insert(file.file_name().to_string_lossy().into_owned(), text);
    }
    let differing: Vec<_> = wanted
        .iter()
        .filter(|(name, text)| found.get(*name) != Some(text))
        .map(|(name, _)| name)
        .chain(found.keys().filter(|name| !wanted.contains_key(*name)))
        .collect();
    assert!(
        differing.is_empty(),
        "{differing:?} in ui/src/api/generated differ from entry/src/api.rs; \
         rewrite them with: UPDATE=1 cargo test -p mizu-entry --test typescript"
    );
}

#[test]
fn every_type_that_a_generated_type_names_is_generated() {
    let files = generated();
    for (name, text) in &files {
        for line in text.lines().filter(|line| line.starts_with("import")) {
            let imported =
                line.split("\"./").nth(1).and_then(|rest| rest.split('"').next()).expect("a relative import");
            assert!(files.contains_key(imported), "{name} imports {imported}, which is not generated");
        }
    }
}

#[test]
fn every_type_of_the_api_is_generated() {
    let source = include_str!("../src/api.rs");
    let files = generated();
    for line in source.lines() {
        let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        if let Some(name) = declared.and_then(|rest| rest.split([' ', '<']).next()) {
            assert!(files.contains_key(&format!("{name}.ts")), "{name} is not in the list of this test");
        }
    }
}
