//! The filter language. Oracles: an error lies within the text and what it suggests is no worse; the SQL binds every parameter that it
//! names; completions replace a range of the text; a filter is judged on an entry without a panic.

use mizu_entry::record::Peer;
use mizu_entry::{Entry, Record};
use mizu_query::{Query, complete};

/// Any text as a filter; bytes that are not UTF-8 are replaced.
pub fn filter(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let units = u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    for position in [0, units / 2, units] {
        let proposed = complete(&text, position);
        assert!(
            proposed.start <= proposed.end && proposed.end <= units,
            "a completion replaces a range of the text"
        );
    }
    match Query::parse(&text) {
        Ok(query) => {
            let sql = query.to_sql();
            for (name, _) in &sql.params {
                assert!(
                    sql.where_clause.contains(&format!("{{{name}:")),
                    "a parameter is used: {name} in {}",
                    sql.where_clause
                );
            }
            assert_eq!(Query::parse(query.text()).as_ref(), Ok(&query), "the same text is the same filter");
            let (entry, peer) = (Entry::default(), Peer::default());
            let record = Record {
                id: 1,
                worker: "",
                worker_seq: 1,
                interface: "",
                src: &peer,
                dst: &peer,
                entry: &entry,
            };
            let held = query.matches(&record);
            assert!(held || !query.is_everything(), "what everything passes is passed by this too");
        }
        Err(error) => {
            assert!(
                error.start <= error.end && error.end <= units,
                "{error:?} lies in the text of {units} units"
            );
            assert!(!error.message.is_empty(), "an error says what is wrong");
        }
    }
}
