//! The command line, as parsed. What follows from it is decided in `main`.

use std::path::PathBuf;

use clap::{ArgGroup, Parser, ValueEnum};

/// Capture sidecar of Mizu: packets in, entries out.
#[derive(Debug, Parser)]
#[command(name = "mizu-sidecar", version)]
#[command(group = ArgGroup::new("output").args(["count", "format", "upload"]).required(true))]
pub(crate) struct Args {
    /// Read a capture file (pcap or pcapng) instead of this machine's interfaces
    #[arg(long, value_name = "FILE", conflicts_with = "interface")]
    pub(crate) pcap: Option<PathBuf>,
    /// TLS secrets in NSS key log format; reserved for captures with TLS
    #[arg(long, value_name = "FILE", requires = "pcap")]
    pub(crate) keylog: Option<PathBuf>,
    /// Interface to listen on; may be given several times [default: all of them]
    #[arg(long, value_name = "IF")]
    pub(crate) interface: Vec<String>,

    /// Dissect, serialise, throw away; print `entries=N` (and `dropped=M` when live)
    #[arg(long)]
    pub(crate) count: bool,
    /// Print entries to standard output
    #[arg(long, value_enum, requires = "pcap")]
    pub(crate) format: Option<Format>,
    /// Send entries to the aggregator at this address, such as http://127.0.0.1:8898
    #[arg(long, value_name = "URL")]
    pub(crate) upload: Option<String>,

    /// Bytes of a body that are kept per message
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024)]
    pub(crate) max_body: usize,
    /// Memory for connections under way, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 40)]
    pub(crate) memory: usize,
    /// Size of the packet ring in MiB: what it holds while this process does not run is not lost
    #[arg(long, value_name = "MIB", default_value_t = 32)]
    pub(crate) ring: usize,
    /// Memory for entries that wait for the aggregator, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 8)]
    pub(crate) spool: usize,

    /// TCP port whose packets are not looked at; may be given several times
    #[arg(long, value_name = "PORT")]
    pub(crate) exclude_port: Vec<u16>,
    /// Name under which this sidecar is shown [default: host name]
    #[arg(long, value_name = "NAME", env = "MIZU_WORKER")]
    pub(crate) worker: Option<String>,
    /// Pod that this sidecar runs in
    #[arg(long, value_name = "NAME", env = "MIZU_POD", default_value = "")]
    pub(crate) pod: String,
    /// Namespace of that pod
    #[arg(long, value_name = "NAME", env = "MIZU_NAMESPACE", default_value = "")]
    pub(crate) namespace: String,
    /// Node or host that this sidecar runs on [default: host name]
    #[arg(long, value_name = "NAME", env = "MIZU_NODE")]
    pub(crate) node: Option<String>,

    /// Send secrets as they are instead of [REDACTED]
    #[arg(long)]
    pub(crate) no_redact: bool,
    /// Redact the values of this name too (header, parameter, JSON key); may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) redact_name: Vec<String>,
    /// Redact what this expression matches in text bodies and targets; may be given several times
    #[arg(long, value_name = "RE")]
    pub(crate) regex_masking: Vec<String>,

    /// End with status 3 if capturing is refused, instead of reporting it to the aggregator for as long as it runs
    #[arg(long)]
    pub(crate) require_capture: bool,
    /// Print progress of a capture file to standard error, one JSON object a line
    #[arg(long, requires = "pcap")]
    pub(crate) progress: bool,
}

/// How entries are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON object a line, as the capture corpus defines it
    CorpusJsonl,
}
