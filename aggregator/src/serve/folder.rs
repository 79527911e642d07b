//! The data folder: made for its owner alone, held by one aggregator at a time.
//!
//! In: its path. Out: the folder with its lock, and a place for the engine's socket. The lock is the kernel's, so it goes
//! with the process, however that ends.

use super::ServeError;
use anyhow::Context as _;
use std::{
    fs::{DirBuilder, File, TryLockError},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

/// Longest path that a unix socket can have, with its final NUL.
const SOCKET_PATH: usize = 108;

pub(super) struct Folder {
    path: PathBuf,
    /// Held until the folder is dropped.
    _lock: File,
    /// A folder for the socket, where the data folder's path is too long; removed at the end.
    short: std::cell::OnceCell<PathBuf>,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, ServeError> {
        let path = std::path::absolute(path).with_context(|| format!("finding {}", path.display()))?;
        make(&path)?;
        let lock = path.join("lock");
        let file = File::create(&lock).with_context(|| format!("making {}", lock.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _lock: file, short: std::cell::OnceCell::new() }),
            Err(TryLockError::WouldBlock) => Err(ServeError::Locked { path }),
            Err(TryLockError::Error(error)) => {
                Err(anyhow::Error::new(error).context(format!("locking {}", lock.display())).into())
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the engine's socket is to be.
    pub(super) fn socket(&self) -> anyhow::Result<PathBuf> {
        let here = self.path.join("engine.sock");
        if here.as_os_str().len() < SOCKET_PATH {
            return Ok(here);
        }
        let short = std::env::temp_dir().join(format!(
            "mizu-{}-{:016x}",
            std::process::id(),
            super::token::random()?
        ));
        // Fails where somebody else made it first: then it is not ours to use.
        DirBuilder::new()
            .mode(0o700)
            .create(&short)
            .with_context(|| format!("making {}", short.display()))?;
        let socket = short.join("engine.sock");
        let _ = self.short.set(short);
        Ok(socket)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(short) = self.short.get() {
            let _ = std::fs::remove_dir_all(short); // only the socket's file, which nobody listens on any more
        }
    }
}

fn make(path: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().mode(0o700).recursive(true).create(path);
    made.with_context(|| format!("making the data folder {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_at_a_time() {
        let path = std::env::temp_dir().join(format!("mizu-folder-{}", std::process::id()));
        let first = Folder::open(&path).ok().unwrap();
        assert!(matches!(Folder::open(&path), Err(ServeError::Locked { .. })));
        drop(first);
        assert!(Folder::open(&path).is_ok());
        std::fs::remove_dir_all(&path).unwrap();
    }
}
