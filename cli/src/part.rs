//! The programs that `mizu` starts, found beside its own executable.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};

use crate::failure::{Failure, Status};

/// A program of Mizu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Aggregator,
    Sidecar,
    Shop,
}

impl Part {
    pub(crate) const ALL: [Self; 3] = [Self::Aggregator, Self::Sidecar, Self::Shop];

    /// File name of the program.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::Aggregator => "mizu-aggregator",
            Self::Sidecar => "mizu-sidecar",
            Self::Shop => "mizu-shop",
        }
    }

    /// Where the program is.
    ///
    /// # Errors
    /// It is not there; the hint says how to build it.
    pub(crate) fn find(self) -> Result<PathBuf, Failure> {
        let own = std::env::current_exe().context("finding this program's own executable")?;
        let folder = own.parent().unwrap_or(&own);
        let path = folder.join(self.program());
        if path.is_file() {
            return Ok(path);
        }
        let profile = if folder.ends_with("debug") { "" } else { "--release " };
        let missing = anyhow!("`{}` is not in {}, where `mizu` is", self.program(), folder.display());
        Err(Failure::new(Status::Failed, missing).hint(format!("cargo build {profile}-p {}", self.program())))
    }
}
