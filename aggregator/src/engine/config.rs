//! The engine's configuration: memory, pools, grants.
//!
//! In: the engine's folder and the memory it may use. Out: two XML files in that folder and the command lines of the
//! connections. Settings of single tables are in the schema, those of single statements come with the statement.

use anyhow::Context as _;
use std::path::{Path, PathBuf};

/// Connections that write and change tables, and their readers that cannot.
pub(crate) struct CommandLines {
    pub(crate) writer: Vec<String>,
    pub(crate) reader: Vec<String>,
}

/// What the one user of the engine may do. Whatever is not here is refused to every connection: reading files or
/// addresses, tables of other engines, users, functions, other databases.
const GRANTS: &[&str] = &[
    "SHOW, SELECT, INSERT, ALTER, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE ON mizu.*",
    "CREATE DATABASE ON mizu.*",
    "SELECT ON system.columns",
    "SELECT ON system.databases",
    "SELECT ON system.merges",
    "SELECT ON system.one",
    "SELECT ON system.parts",
    "SELECT ON system.processes",
    "SELECT ON system.tables",
    "KILL QUERY ON *.*",
    "TABLE ENGINE ON MergeTree",
    "TABLE ENGINE ON ReplacingMergeTree",
];

/// Limits of a reader's statements; `readonly=1` also freezes them, so that no text can lift them.
const READER: &[&str] = &[
    "--readonly=1",
    "--max_execution_time=30",
    "--max_memory_usage=1000000000",
    "--max_threads=2",
    "--priority=2",
    "--allow_introspection_functions=0",
    "--max_ast_depth=1000",
    "--output_format_json_quote_64bit_integers=1",
];

/// Writes the configuration into `folder` and says how connections are opened.
pub(crate) fn write(folder: &Path, memory: u64) -> anyhow::Result<CommandLines> {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).with_context(|| format!("making {}", data.display()))?;
    let users = folder.join("engine-users.xml");
    let config = folder.join("engine.xml");
    let grants: String = GRANTS.iter().map(|g| format!("      <query>GRANT {g}</query>\n")).collect();
    put(
        &users,
        &format!(
            "<clickhouse>\n  <profiles><default/></profiles>\n  <quotas><default/></quotas>\n  <users><default>\n    \
             <password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>\n    \
             <grants>\n{grants}    </grants>\n  </default></users>\n</clickhouse>\n"
        ),
    )?;
    put(
        &config,
        &format!("<clickhouse>\n  <users_config>{}</users_config>\n</clickhouse>\n", escape(&users)?),
    )?;
    let writer = vec![
        format!("--path={}", data.display()),
        format!("--config-file={}", config.display()),
        format!("--max_server_memory_usage={memory}"),
        "--mark_cache_size=67108864".into(),
        "--background_pool_size=4".into(),
        "--async_insert=0".into(),
    ];
    let reader = writer.iter().cloned().chain(READER.iter().map(ToString::to_string)).collect();
    Ok(CommandLines { writer, reader })
}

/// Memory for the engine in bytes: half of what this process may use (the container's limit, else the machine's
/// memory), at most 2 GiB where there is no container's limit.
pub(crate) fn memory_budget() -> u64 {
    const UNLIMITED: u64 = 2 << 30;
    let cgroup = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .find_map(|file| std::fs::read_to_string(file).ok()?.trim().parse::<u64>().ok());
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    });
    match (cgroup, machine) {
        (Some(limit), Some(machine)) if limit < machine => limit / 2,
        (Some(limit), None) => limit / 2,
        (_, machine) => machine.map_or(UNLIMITED, |m| (m / 2).min(UNLIMITED)),
    }
}

fn put(file: &PathBuf, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}

fn escape(path: &Path) -> anyhow::Result<String> {
    let text = path.to_str().with_context(|| format!("{} is not valid UTF-8", path.display()))?;
    Ok(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}
