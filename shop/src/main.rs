//! A small shop of real services: the traffic of `mizu demo`, and a workload for clusters.
//!
//! In: a role (or `all`), where to listen, where the other services are. Out: one JSON line on stdout when ready, one
//! with what was served at the end. The services call each other over the wires that they would use in production:
//! HTTP/1.1, HTTP/2 without TLS, gRPC, GraphQL, WebSocket. The shop knows nothing of Mizu.

mod all;
mod args;
mod call;
mod carts;
mod catalogue;
mod chance;
mod deflate;
mod failure;
mod front_end;
mod goods;
mod ledger;
mod load;
mod orders;
mod payment;
mod peers;
mod recent;
mod search;
mod serve;
mod stock;
mod trace;
mod users;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let run = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(all::run(args)));
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mizu-shop: {error:#}");
            ExitCode::FAILURE
        }
    }
}
