//! A file as a slice of memory.

#![expect(unsafe_code, reason = "a memory map")]

use std::fs::File;
use std::path::Path;

use anyhow::{Context, bail};
use memmap2::{Advice, Mmap};

/// Bytes of a file that are brought into reach at once.
const WINDOW: usize = 8 << 20;

/// Brings the pages from `at` on into reach, a window at a time: one call in place of a fault every 64 KiB. Returns
/// where it has to be called next. A kernel that cannot do it (before Linux 5.14) faults them in as they are read.
pub(crate) fn bring_in(map: &Mmap, at: usize) -> usize {
    let start = at / WINDOW * WINDOW;
    let len = WINDOW.min(map.len().saturating_sub(start));
    map.advise_range(Advice::PopulateRead, start, len).ok();
    start + WINDOW
}

/// Maps a capture file.
///
/// # Errors
/// The file is not there, not readable, or no regular file.
pub(crate) fn open(path: &Path) -> anyhow::Result<Option<Mmap>> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let about = file.metadata().with_context(|| format!("reading {}", path.display()))?;
    if !about.is_file() {
        bail!("{} is not a file", path.display());
    }
    if about.len() == 0 {
        return Ok(None);
    }
    // SAFETY: the map is only read. Whoever cuts the file short while it is read ends this process with SIGBUS, as
    // with every reader that maps files; nothing but this one file is at stake then.
    let map = unsafe { Mmap::map(&file) }.with_context(|| format!("mapping {}", path.display()))?;
    map.advise(Advice::Sequential).ok();
    Ok(Some(map))
}
