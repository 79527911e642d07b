//! `mizu-aggregator`: the command line. Parses arguments, runs one of the two parts, prints errors with a next step.

use clap::Parser as _;
use mizu_aggregator::{engine, serve};
use std::process::ExitCode;

/// Takes captured traffic from the sidecars, stores it, serves it to the page.
#[derive(Debug, clap::Parser)]
#[command(name = "mizu-aggregator", version)]
enum Command {
    /// Take batches, store them, serve the page
    Serve(serve::ServeArgs),
    /// Run the storage engine alone (the aggregator starts it itself)
    #[command(hide = true)]
    Engine(engine::EngineArgs),
}

fn main() -> ExitCode {
    let command = Command::parse();
    let level = std::env::var("MIZU_LOG").unwrap_or_else(|_| "info".into());
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(std::io::stderr)
        .with_ansi(terminal)
        .with_target(false)
        .init();
    match command {
        Command::Serve(args) => match serve::run(args) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {:#}", error);
                if let Some(hint) = error.hint() {
                    eprintln!("hint: {hint}");
                }
                ExitCode::from(error.status())
            }
        },
        Command::Engine(args) => match engine::run(&args) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error:#}");
                if error.downcast_ref::<engine::library::LibraryError>().is_some() {
                    eprintln!("hint: make engine    (fetches it once), or set MIZU_LIBCHDB to a libchdb.so");
                }
                ExitCode::from(engine::exit_status(&error))
            }
        },
    }
}
