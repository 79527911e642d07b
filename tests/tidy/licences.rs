//! What the lock file takes in may be used, comes from the public registry, and is there once.
//! The lists are those of deny.toml, so a machine without cargo-deny holds to the same rules.

use crate::metadata::{shipped_packages, text};
use mizu_tests::checkout;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

fn rules() -> Table {
    checkout::read("deny.toml").parse().expect("deny.toml is TOML")
}

fn strings(rules: &Table, section: &str, key: &str) -> Vec<String> {
    let list =
        rules[section][key].as_array().unwrap_or_else(|| panic!("deny.toml has no list {section}.{key}"));
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met by licences in `allowed`: OR needs one side, AND both. `/` is the old way to write OR.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    any_of(&words, &mut at, allowed) && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut met = all_of(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all_of(words, at, allowed);
    }
    met
}

fn all_of(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let word = words.get(*at).copied().unwrap_or("");
    *at += 1;
    if word == "(" {
        let met = any_of(words, at, allowed);
        *at += 1; // its closing parenthesis
        return met;
    }
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
        return allowed.contains(&format!("{word} WITH {}", words.get(*at - 1).copied().unwrap_or("")));
    }
    allowed.iter().any(|a| a == word)
}

#[test]
fn an_expression_of_licences_is_met_as_spdx_says() {
    let allowed = ["MIT".to_owned(), "Apache-2.0".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT OR GPL-3.0", true),
        ("MIT/Apache-2.0", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND Apache-2.0", true),
        ("GPL-3.0 OR (MIT AND GPL-2.0)", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT WITH other-exception", false),
        ("", false),
    ] {
        assert_eq!(is_met(expression, &allowed), met, "{expression}");
    }
}

#[test]
fn every_package_has_a_licence_that_is_allowed() {
    let allowed = strings(&rules(), "licenses", "allow");
    let wrong: Vec<String> = shipped_packages()
        .iter()
        .filter(|p| !is_met(text(p, "license"), &allowed))
        .map(|p| format!("{} {}: `{}`", text(p, "name"), text(p, "version"), text(p, "license")))
        .collect();
    assert!(wrong.is_empty(), "licences that deny.toml does not allow:\n{}", wrong.join("\n"));
}

#[test]
fn every_allowed_licence_is_needed() {
    let allowed = strings(&rules(), "licenses", "allow");
    let packages = shipped_packages();
    let unused: Vec<&String> = allowed
        .iter()
        .filter(|a| !packages.iter().any(|p| text(p, "license").contains(a.as_str())))
        .collect();
    assert!(unused.is_empty(), "no package has these: take them out of deny.toml: {unused:?}");
}

#[test]
fn every_package_comes_from_the_public_registry() {
    let allowed = strings(&rules(), "sources", "allow-registry");
    let wrong: Vec<String> = shipped_packages()
        .iter()
        .filter(|p| !text(p, "source").is_empty())
        .filter(|p| !allowed.iter().any(|a| text(p, "source") == format!("registry+{a}")))
        .map(|p| format!("{}: {}", text(p, "name"), text(p, "source")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The three numbers of a version, in which versions are ordered.
fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or("");
    plain.split('.').map(|n| n.parse().unwrap_or(0)).collect()
}

#[test]
fn a_package_is_there_in_one_version_but_for_those_that_deny_toml_names() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in shipped_packages() {
        versions
            .entry(text(&package, "name").to_owned())
            .or_default()
            .insert(text(&package, "version").to_owned());
    }
    let skipped: Vec<String> = rules()["bans"]["skip"]
        .as_array()
        .expect("deny.toml has bans.skip")
        .iter()
        .map(|s| s["crate"].as_str().expect("a skip names its crate as `name@version`").to_owned())
        .collect();
    let mut wrong = Vec::new();
    // Every version but the newest is one to skip.
    let mut needed = BTreeSet::new();
    for (name, all) in versions.iter().filter(|(_, v)| v.len() > 1) {
        let mut all: Vec<&String> = all.iter().collect();
        all.sort_by_key(|v| numbers(v));
        for old in all.iter().take(all.len() - 1) {
            needed.insert(format!("{name}@{old}"));
        }
    }
    wrong.extend(
        needed
            .iter()
            .filter(|n| !skipped.contains(n))
            .map(|n| format!("{n} is there beside a newer one: use one version, or add it with its reason")),
    );
    wrong.extend(
        skipped
            .iter()
            .filter(|s| !needed.contains(*s))
            .map(|s| format!("{s} is no longer doubled: take it out")),
    );
    assert!(wrong.is_empty(), "bans.skip in deny.toml:\n{}", wrong.join("\n"));
}
