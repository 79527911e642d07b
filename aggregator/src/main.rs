//! `mizu-aggregator`: the command line. Parses arguments, runs one of the two parts, prints errors with a next step.

use clap::Parser as _;
use mizu_aggregator::engine;
use std::process::ExitCode;

/// Takes captured traffic from the sidecars, stores it, serves it to the page.
#[derive(Debug, clap::Parser)]
#[command(name = "mizu-aggregator", version)]
enum Command {
    /// Run the storage engine alone (the aggregator starts it itself)
    #[command(hide = true)]
    Engine(engine::EngineArgs),
}

fn main() -> ExitCode {
    let command = Command::parse();
    let level = std::env::var("MIZU_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(level).with_writer(std::io::stderr).init();
    let result = match &command {
        Command::Engine(args) => engine::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
