//! `mizu-sidecar`: captures packets, or reads a capture file, and sends what applications said to each other.
//!
//! The way through: packets (`source`, `ring`, or `offline`) > entries (`mizu-dissect`) > redaction (`redact`) > a sink
//! (`sink`): batches for the aggregator (`upload`), lines for the corpus, or a count. Once it captures live it never
//! ends because of capture or network errors: it says what is wrong and goes on.

mod args;
mod interfaces;
mod live;
mod mapped;
mod offline;
mod redact;
mod ring;
mod run;
mod shedding;
mod sink;
mod source;
mod upload;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

/// Exit statuses: 2 for arguments and input that cannot be used, 3 for a missing right, 1 for everything else.
enum Failure {
    Input(anyhow::Error),
    Right(anyhow::Error),
    Other(anyhow::Error),
}

fn main() -> ExitCode {
    let args = args::Args::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("MIZU_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .init();
    let (status, error) = match run::run(args) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Other(error)) => (1, error),
        Err(Failure::Input(error)) => (2, error),
        Err(Failure::Right(error)) => (3, error),
    };
    writeln!(std::io::stderr(), "error: {error:#}").ok();
    ExitCode::from(status)
}
