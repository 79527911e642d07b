//! `mizu`: the command line. One file a command; what runs on this machine is run by child processes that `running` owns.
//!
//! stdout is for what the user asked for, stderr for progress, warnings and errors. Statuses are in `failure`.

mod args;
mod browser;
mod capture_file;
mod child;
mod demo;
mod failure;
mod guard;
mod listeners;
mod names;
mod part;
mod running;
mod tap;
mod terminal;
mod version;
mod view;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;

use args::{Args, Command};
use failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    if let Command::Guard = args.command {
        return guard::serve();
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("starting the runtime");
    let outcome = runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(run(args.command)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => demo::run(args).await,
        Command::Tap(args) => tap::run(args).await,
        Command::View(args) => view::run(args).await,
        Command::Version(args) => version::run(&args),
        Command::Guard => Ok(()),
    }
}
