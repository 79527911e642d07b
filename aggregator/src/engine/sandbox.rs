//! What the engine process takes away from itself before it loads the library.
//!
//! In: the data folder, the library. Out: the calling thread and all that it starts can reach these and nothing else of
//! the machine: no other file, no TCP port. To be called on the main thread before any other thread exists.
//! The environment is emptied by whoever starts the process; grants and limits inside SQL are `config`'s.

use anyhow::Context as _;
use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetStatus, path_beneath_rules,
};
use std::path::Path;

/// What of the system the engine reads. All of `/proc` would open the environment of other processes.
const READABLE: &[&str] = &[
    "/dev/urandom",
    "/lib",
    "/lib64",
    "/proc/cpuinfo",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/self",
    "/proc/stat",
    "/proc/sys/kernel",
    "/proc/sys/vm",
    "/proc/uptime",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/usr/lib",
    "/usr/share/zoneinfo",
];

/// How much of the file and network fence the kernel could put up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fence {
    /// Files and TCP.
    Whole,
    /// Files, with gaps that an older kernel leaves (TCP before Linux 6.7).
    Partial,
    /// The kernel has no Landlock.
    None,
}

/// Ties the life of this process to its parent's, keeps it out of core dumps, offers it first to the OOM killer.
///
/// `parent` is the process that has to be alive; fails when it is gone already.
pub(crate) fn settle(parent: Option<u32>) -> anyhow::Result<()> {
    use rustix::process::{Resource, Rlimit, Signal, getppid, set_parent_process_death_signal, setrlimit};
    if let Some(parent) = parent {
        set_parent_process_death_signal(Some(Signal::KILL))
            .context("asking for the parent's death signal")?;
        let now = getppid().map_or(0, |p| p.as_raw_nonzero().get().unsigned_abs());
        anyhow::ensure!(now == parent, "the aggregator (process {parent}) that started this engine is gone");
    }
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
        .context("forbidding core dumps")?;
    // The library takes the standard input of its host for data of an INSERT.
    let null = std::fs::File::open("/dev/null").context("opening /dev/null")?;
    rustix::stdio::dup2_stdin(&null).context("closing the standard input")?;
    // Not every container may raise it; the engine runs all the same.
    if let Err(error) = std::fs::write("/proc/self/oom_score_adj", "300") {
        tracing::debug!(%error, "oom_score_adj stays as it is.");
    }
    Ok(())
}

/// Fences the process in. Files opened before stay usable.
pub(crate) fn fence(data: &Path, library: &Path) -> anyhow::Result<Fence> {
    let abi = ABI::V5;
    let read = AccessFs::from_read(abi);
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules([data, Path::new("/dev/null")], AccessFs::from_all(abi)))?
        .add_rules(path_beneath_rules(READABLE.iter().map(Path::new).chain([library]), read))?
        .restrict_self()
        .context("restricting the engine process with Landlock")?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Fence::Whole,
        RulesetStatus::PartiallyEnforced => Fence::Partial,
        RulesetStatus::NotEnforced => Fence::None,
    })
}
