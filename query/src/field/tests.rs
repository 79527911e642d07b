//! What must hold of every line of the table.

use std::collections::HashSet;

use super::*;

#[test]
fn every_path_stands_once() {
    let mut seen = HashSet::new();
    for field in all() {
        for path in field.aliases.iter().chain([&field.path]) {
            assert!(seen.insert(*path), "{path} stands twice");
        }
    }
}

#[test]
fn every_field_says_what_it_means_and_reads_something() {
    for field in all() {
        assert!(field.help.len() > 8 && field.help.len() < 110, "{}: {}", field.path, field.help);
        assert!(!field.column().is_empty(), "{}", field.path);
    }
}

#[test]
fn access_fits_the_kind() {
    for field in all() {
        let fits = matches!(
            (field.kind, field.access),
            (Kind::Text | Kind::Word(_), Access::Text { .. })
                | (Kind::Map, Access::Map { .. })
                | (Kind::Number | Kind::Status | Kind::Duration | Kind::Size, Access::Number { .. })
                | (Kind::Time, Access::Time { .. })
                | (Kind::Ip, Access::Ip { .. })
                | (Kind::Flag, Access::Flag { .. })
                | (Kind::Notes, Access::Bits { .. })
        );
        assert!(fits, "{}", field.path);
    }
}

#[test]
fn macros_and_pseudo_headers_stand_for_what_there_is() {
    for (map, _, path) in http::PSEUDO_HEADERS {
        assert!(find(map).is_some() && find(path).is_some(), "{map} {path}");
    }
    for word in MACROS {
        assert!(crate::Query::parse(word.text).is_ok(), "{}", word.name);
        assert!(find(word.name).is_none(), "{} is a field too", word.name);
    }
}
