//! `mizu view`: capture files on the page.
//!
//! Every file is looked at before anything is started. Then they are read one after the other, each by a sidecar of its
//! own, and the page stays until ^C. A damaged file is shown as far as it could be read; the status at the end is 2.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use serde::Deserialize;

use crate::{
    args::ViewArgs,
    capture_file,
    failure::{Failure, Status},
    names::Names,
    part::Part,
    running::{self, Running, Source},
    terminal::{ProgressLine, grouped, say, warn},
};

/// What the sidecar says while it reads.
#[derive(Debug, Default, Deserialize)]
struct Progress {
    /// Bytes read.
    read: u64,
    /// Bytes of the file.
    total: u64,
    /// Entries found so far.
    entries: u64,
}

pub(crate) async fn run(args: ViewArgs) -> Result<(), Failure> {
    for file in &args.files {
        capture_file::check(file)?;
    }
    if let Some(keylog) = &args.keylog {
        let readable =
            std::fs::File::open(keylog).with_context(|| format!("opening the key log {}", keylog.display()));
        readable.map_err(|error| Failure::new(Status::Usage, error))?;
    }
    for part in [Part::Aggregator, Part::Sidecar] {
        part.find()?;
    }
    let mut damaged = Vec::new();
    let shown = running::with(&args.page, async |running: &mut Running| {
        let names: Vec<_> = args.files.iter().map(|file| file_name(file)).collect();
        let source = names.join(", ");
        running.start_aggregator(Source::File, &source, &args.max_entries_db_size, &Names::new()).await?;
        running.show_page()?;
        for file in &args.files {
            damaged.extend(read(running, file, &args).await?);
        }
        running.sidecar = None;
        running.watch().await
    })
    .await;
    shown?;
    if damaged.is_empty() {
        return Ok(());
    }
    let text = anyhow!("not everything could be read: {}", damaged.join("; "));
    Err(Failure::new(Status::Usage, text).hint("record it again, or cut it with editcap of Wireshark"))
}

/// Reads one file to its end. What could not be read of it, if anything.
async fn read(running: &mut Running, file: &Path, args: &ViewArgs) -> Result<Option<String>, Failure> {
    let name = file_name(file);
    let mut line = ProgressLine::new();
    let sidecar = running.start_file(file, args.keylog.as_deref(), &args.keep)?;
    let mut last: Option<Progress> = None;
    while let Some(said) = sidecar.line().await {
        if let Ok(progress) = serde_json::from_value::<Progress>(said) {
            line.draw(&name, progress.read, progress.total, progress.entries);
            last = Some(progress);
        }
    }
    let status = sidecar.wait().await?;
    line.clear();
    let entries = last.as_ref().map_or(0, |progress| progress.entries);
    match (status.code(), last) {
        (Some(0), _) => {
            say(&format!("{name}: {} entries", grouped(entries)));
            Ok(None)
        }
        // Progress was made, so what came before the damage is on the page.
        (Some(2), Some(_)) => {
            let error = sidecar.last_error().unwrap_or_else(|| format!("{name} is damaged"));
            warn(&error);
            say(&format!("{name}: {} entries, up to where it is damaged", grouped(entries)));
            Ok(Some(error))
        }
        (Some(2), None) => {
            let error = sidecar.last_error().unwrap_or_else(|| format!("{name} cannot be read"));
            Err(Failure::new(Status::Usage, anyhow!(error)).hint(format!("capinfos {}", file.display())))
        }
        _ => Err(sidecar.obituary(status)),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
