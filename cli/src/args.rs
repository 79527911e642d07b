//! The command line, as parsed. Nothing is done here.

use std::{path::PathBuf, time::Duration};

use clap::{Args as ClapArgs, Parser, Subcommand};

const STATUSES: &str = "Exit status: 0 ok, 1 failed, 2 wrong arguments or input, 3 no right to capture, \
                        130 interrupted twice";

/// The API traffic viewer: what services say to each other
#[derive(Debug, Parser)]
#[command(name = "mizu", version, about, after_help = STATUSES, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a small shop on this machine and watch its traffic on the page
    Demo(DemoArgs),
    /// Watch traffic on the page while it happens
    Tap(TapArgs),
    /// Open capture files on the page
    View(ViewArgs),
    /// Print the version
    Version(VersionArgs),
    /// Ends what `mizu` started when `mizu` itself was killed
    #[command(name = "__guard", hide = true)]
    Guard,
}

/// How the page is served and for how long.
#[derive(ClapArgs, Clone, Debug)]
pub(crate) struct PageArgs {
    /// Port of the page; where it is taken, the next free one is used and printed
    #[arg(long, short = 'p', visible_alias = "gui-port", default_value_t = 8899)]
    pub(crate) port: u16,
    /// Print the page's address, and open no browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// End after this time, such as 90s, 10m or 1h, as if by ^C
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    pub(crate) for_: Option<Duration>,
    /// Print what the parts log
    #[arg(long, short = 'v')]
    pub(crate) verbose: bool,
}

/// What is kept of the traffic.
#[derive(ClapArgs, Clone, Debug)]
pub(crate) struct KeepArgs {
    /// Bytes of a body that are kept per message; sizes are always true
    #[arg(long, value_name = "BYTES")]
    pub(crate) max_body: Option<u64>,
    /// Show secrets as they were sent instead of [REDACTED]
    #[arg(long)]
    pub(crate) no_redact: bool,
    /// Redact the values of this name too (header, parameter, JSON key); may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) redact_name: Vec<String>,
    /// Redact what this expression matches in text; may be given several times
    #[arg(long, short = 'r', value_name = "RE")]
    pub(crate) regex_masking: Vec<String>,
}

#[derive(ClapArgs, Clone, Debug)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    pub(crate) page: PageArgs,
    #[command(flatten)]
    pub(crate) keep: KeepArgs,
    /// Traffic that is stored; the oldest is cleared once the limit is reached
    #[arg(long, value_name = "SIZE", default_value = "200MB", value_parser = size)]
    pub(crate) max_entries_db_size: String,
    /// Calls that the shop's customers make, such as 20/s or 90/m
    #[arg(long, default_value = "10/s")]
    pub(crate) rate: String,
    /// First of the nine loopback addresses that the shop takes
    #[arg(long, value_name = "IP", default_value = "127.0.0.10")]
    pub(crate) addr: std::net::Ipv4Addr,
}

#[derive(ClapArgs, Clone, Debug)]
pub(crate) struct TapArgs {
    /// Watch this machine's own traffic, without a cluster
    #[arg(long)]
    pub(crate) local: bool,
    /// Interface to listen on; may be given several times [default: all of them]
    #[arg(long, value_name = "IF")]
    pub(crate) interface: Vec<String>,
    /// TCP port whose traffic is not looked at; may be given several times
    #[arg(long, value_name = "PORT")]
    pub(crate) exclude_port: Vec<u16>,
    #[command(flatten)]
    pub(crate) page: PageArgs,
    #[command(flatten)]
    pub(crate) keep: KeepArgs,
    /// Traffic that is stored; the oldest is cleared once the limit is reached
    #[arg(long, value_name = "SIZE", default_value = "200MB", value_parser = size)]
    pub(crate) max_entries_db_size: String,
}

#[derive(ClapArgs, Clone, Debug)]
pub(crate) struct ViewArgs {
    /// Capture files (pcap or pcapng), read one after the other
    #[arg(long = "file", short = 'f', value_name = "FILE", num_args = 1.., required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// TLS secrets in NSS key log format
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) page: PageArgs,
    #[command(flatten)]
    pub(crate) keep: KeepArgs,
    /// Traffic that is stored; 0 for all that is in the files
    #[arg(long, value_name = "SIZE", default_value = "0", value_parser = size)]
    pub(crate) max_entries_db_size: String,
}

#[derive(ClapArgs, Clone, Debug)]
pub(crate) struct VersionArgs {
    /// Print the versions of the parts beside `mizu` too
    #[arg(long, short = 'd')]
    pub(crate) debug: bool,
}

/// `90s`, `10m`, `1h`, `500ms`, or seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(at).unwrap_or((text, ""));
    let seconds = match unit {
        "ms" => 0.001,
        "s" | "" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        _ => return Err(format!("`{unit}` is not a unit; write for example 90s, 10m or 1h")),
    };
    let number: f64 = number.parse().map_err(|_| format!("`{text}` is not a time; write for example 90s"))?;
    Duration::try_from_secs_f64(number * seconds)
        .map_err(|_| format!("`{text}` is not a time that can be waited"))
}

/// A size as the aggregator reads it: `200MB`, `1.5GiB`, `0`. Looked at here, so that a wrong one is said at once.
fn size(text: &str) -> Result<String, String> {
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(at).unwrap_or((text, ""));
    let known = matches!(
        unit.to_ascii_lowercase().as_str(),
        "" | "b"
            | "k"
            | "kb"
            | "kib"
            | "ki"
            | "m"
            | "mb"
            | "mib"
            | "mi"
            | "g"
            | "gb"
            | "gib"
            | "gi"
            | "t"
            | "tb"
            | "tib"
            | "ti"
    );
    match number.trim().parse::<f64>() {
        Ok(number) if known && number.is_finite() && number >= 0.0 => Ok(text.to_owned()),
        _ => Err(format!("`{text}` is no size; write 200MB or 1GiB, or 0 for no limit")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Args::command().debug_assert();
    }

    #[test]
    fn times_are_read_with_their_units() {
        for (text, want) in
            [("90s", 90_000), ("1.5m", 90_000), ("250ms", 250), ("2", 2_000), ("1h", 3_600_000)]
        {
            assert_eq!(duration(text).map(|d| d.as_millis()), Ok(want), "{text}");
        }
        for text in ["", "s", "5d", "-1s", "1e300h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_passed_on_only_when_they_are_sizes() {
        assert_eq!(size("1.5GiB").as_deref(), Ok("1.5GiB"));
        for text in ["", "MB", "12XB", "-1MB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
