//! The token of the read side: given by file or environment, else made once and kept in the data folder.
//!
//! Out: a checked [`Token`]. It is never logged.

use crate::api::Token;
use anyhow::Context as _;
use std::{fs::OpenOptions, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

pub(super) fn token(file: Option<&Path>, folder: &Path) -> anyhow::Result<Token> {
    if let Some(file) = file {
        let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        return Token::new(&text).with_context(|| format!("{} holds no token", file.display()));
    }
    if let Ok(text) = std::env::var("MIZU_TOKEN") {
        return Token::new(&text).context("MIZU_TOKEN is no token");
    }
    let kept = folder.join("token");
    if let Ok(text) = std::fs::read_to_string(&kept) {
        return Token::new(&text).with_context(|| format!("{} holds no token", kept.display()));
    }
    let text = format!("{:016x}{:016x}", random()?, random()?);
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&kept)
        .with_context(|| format!("making {}", kept.display()))?;
    writeln!(out, "{text}").with_context(|| format!("writing {}", kept.display()))?;
    tracing::info!(file = %kept.display(), "A token was made; the page is at /mizu?token=<token>.");
    Token::new(&text)
}

/// A number that nobody can guess.
pub(super) fn random() -> anyhow::Result<u64> {
    let mut bytes = [0; 8];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .context("asking the kernel for random bytes")?;
    Ok(u64::from_ne_bytes(bytes))
}
