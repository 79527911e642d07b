//! The command line of `mizu-shop`: which services this process is, and where they listen. Nothing is started here.

use std::{net::IpAddr, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::peers::Peers;

/// A small shop of real services
#[derive(Debug, Parser)]
#[command(name = "mizu-shop", version, about)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What every role takes.
#[derive(ClapArgs, Clone, Debug)]
pub(crate) struct Common {
    /// Where `GET /stats` and `GET /healthz` are served
    #[arg(long, global = true, env = "SHOP_ADMIN", default_value = "127.0.0.1:0")]
    pub(crate) admin: SocketAddr,
    /// Append one JSON line for each exchange and WebSocket message that a service served
    #[arg(long, global = true, value_name = "FILE", env = "SHOP_LOG")]
    pub(crate) log: Option<PathBuf>,
    /// Draw the same errors, delays and journeys in every run
    #[arg(long, global = true, value_name = "N", env = "SHOP_SEED")]
    pub(crate) seed: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Every service and the load generator in one process on loopback, each with an address of its own
    All {
        /// The load generator's address; the services have the ones after it
        #[arg(long, default_value = "127.0.0.10")]
        addr: IpAddr,
        /// Let the customers in when a line comes on standard input, and end when that is closed
        #[arg(long)]
        hold: bool,
        #[command(flatten)]
        pace: Pace,
    },
    /// The shop's door: pages and a JSON API for browsers (HTTP/1.1)
    FrontEnd(Role),
    /// The goods: lists, pictures, gzip and br bodies (HTTP/1.1)
    Catalogue(Role),
    /// The carts (HTTP/2 without TLS)
    Carts(Role),
    /// The customers: unary calls and streams (gRPC)
    Users(Role),
    /// How many are left: a WebSocket that compresses its messages
    Stock(Role),
    /// Search (GraphQL)
    Search(Role),
    /// The orders, which are charged at the cash desk (HTTP/1.1)
    Orders(Role),
    /// The cash desk: slow at times, and refuses some (HTTP/1.1)
    Payment(Role),
    /// Customers: a mixture of journeys at a bounded rate
    Load {
        #[command(flatten)]
        pace: Pace,
        #[command(flatten)]
        peers: Peers,
    },
}

/// A service that runs alone.
#[derive(ClapArgs, Clone, Debug)]
pub(crate) struct Role {
    /// Where the service listens
    #[arg(long, env = "SHOP_LISTEN", default_value = "0.0.0.0:8080")]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) peers: Peers,
}

/// How much load is made.
#[derive(ClapArgs, Clone, Debug)]
pub(crate) struct Pace {
    /// Calls that the customers make, as `20/s`, `20` or `90/m`; 0 makes none
    #[arg(long, env = "SHOP_RATE", default_value = "10/s", value_parser = rate)]
    pub(crate) rate: f64,
    /// End the load after so many calls; the services go on
    #[arg(long, value_name = "N")]
    pub(crate) calls: Option<u64>,
}

/// `20/s`, `90/m` or `20` (a second) as calls a second.
fn rate(text: &str) -> Result<f64, String> {
    let (number, per) = text.split_once('/').unwrap_or((text, "s"));
    let seconds = match per {
        "s" => Duration::from_secs(1),
        "m" => Duration::from_secs(60),
        _ => return Err(format!("`{per}` is not a unit; write for example 20/s or 90/m")),
    };
    let number: f64 = number.trim().parse().map_err(|_| format!("`{number}` is not a number"))?;
    if number.is_finite() && (0.0..=1e6).contains(&number) {
        Ok(number / seconds.as_secs_f64())
    } else {
        Err("a rate is between 0 and 1000000".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_with_and_without_its_unit() {
        for (text, want) in [("20/s", Some(20.0)), ("20", Some(20.0)), ("90/m", Some(1.5)), ("0", Some(0.0))]
        {
            assert_eq!(rate(text).ok(), want, "{text}");
        }
        for text in ["", "x/s", "5/h", "-1", "nan", "inf"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Args::command().debug_assert();
    }
}
