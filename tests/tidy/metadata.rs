//! What `cargo metadata` says of the workspace, asked once a question. `--locked`: the checks judge what the lock file names.

use mizu_tests::checkout;
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

fn ask(args: &[&str]) -> Value {
    let said = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1"])
        .args(args)
        .current_dir(checkout::root())
        .output()
        .expect("cargo runs");
    assert!(said.status.success(), "cargo metadata {args:?}: {}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).expect("cargo metadata prints JSON")
}

/// The workspace's own crates, without what they depend on.
pub(crate) fn members() -> Vec<Value> {
    list(&ask(&["--no-deps"]), "packages").clone()
}

/// Every package that a build for Linux takes in, the workspace's own crates included; what only tests need is left out, as cargo-deny does.
pub(crate) fn shipped_packages() -> Vec<Value> {
    let said = ask(&["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"]);
    let nodes = list(&said["resolve"], "nodes");
    let mut shipped: BTreeSet<&str> =
        list(&said, "workspace_members").iter().filter_map(Value::as_str).collect();
    let mut to_look_at: Vec<&str> = shipped.iter().copied().collect();
    while let Some(id) = to_look_at.pop() {
        let node = nodes.iter().find(|n| text(n, "id") == id).expect("cargo metadata resolves every package");
        for used in list(node, "deps")
            .iter()
            .filter(|d| list(d, "dep_kinds").iter().any(|k| text(k, "kind") != "dev"))
        {
            if shipped.insert(text(used, "pkg")) {
                to_look_at.push(text(used, "pkg"));
            }
        }
    }
    list(&said, "packages").iter().filter(|p| shipped.contains(text(p, "id"))).cloned().collect()
}

/// The text under `key`, empty if there is none.
pub(crate) fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or("")
}

/// The list under `key`.
pub(crate) fn list<'a>(of: &'a Value, key: &str) -> &'a Vec<Value> {
    of[key].as_array().unwrap_or_else(|| panic!("no list `{key}` in what cargo metadata says"))
}
