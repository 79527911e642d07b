//! How an entry was captured and what is missing of it; what a sidecar lost, by cause.
//!
//! Nothing is lost silently: what an entry lacks is in its [`Notes`], what never became an entry is in [`Losses`].

use bitflags::bitflags;

bitflags! {
    /// What is to be known of an entry besides its content. The bits are part of the wire.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct Notes: u32 {
        /// Parts of the exchange were not captured: fields may be absent, none is guessed.
        const PARTIAL = 1 << 0;
        /// Bytes are missing inside the exchange; how many is in `Entry::gap_bytes`.
        const GAP = 1 << 1;
        /// A body is longer than what is kept of it.
        const TRUNCATED = 1 << 2;
        /// The connection was under way when capturing began.
        const MIDSTREAM = 1 << 3;
        /// Secrets were replaced before the entry left the pod.
        const REDACTED = 1 << 4;
        /// Decrypted with a key log.
        const DECRYPTED = 1 << 5;
        /// The connection or stream was reset.
        const RESET = 1 << 6;
        /// The packets were cut by the capture (snaplen).
        const SNAPPED = 1 << 7;
        /// Header fields refer to an HPACK table whose beginning was not seen; they are absent.
        const HEADERS_UNKNOWN = 1 << 8;
        /// A body could not be decoded (unknown or broken content coding, or past a limit): it is kept as sent.
        const UNDECODED = 1 << 9;
        /// The message breaks its protocol's rules in a way that the reader should know (two lengths, a bare LF …).
        const MALFORMED = 1 << 10;
        /// The leg between proxies of a mesh, seen besides the application's own.
        const PROXY_LEG = 1 << 11;
        /// A health probe (`kube-probe`, `GoogleHC`, `ELB-HealthChecker`).
        const PROBE = 1 << 12;
        /// The exchange goes on: a stream's interim report.
        const OPEN = 1 << 13;
    }
}

/// Which way an exchange went, as the tapped host sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Not known, or both ends are here (loopback).
    #[default]
    Local,
    /// The server is here.
    Inbound,
    /// The client is here.
    Outbound,
}

/// Which part of its way through a service mesh an exchange was captured on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Leg {
    /// No proxy in sight.
    #[default]
    Direct,
    /// Between the application and its own proxy.
    App,
    /// Between the proxy and the world.
    Proxy,
}

/// How an entry was captured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Capture {
    /// Index of the interface by the kernel (or in the capture file); its name is in the batch's header.
    pub interface: u32,
    /// Which way it went.
    pub direction: Direction,
    /// Which leg of a mesh it is.
    pub leg: Leg,
}

/// Why an entry has no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Unanswered {
    /// The protocol has none for this message.
    NotDue = 1,
    /// It may have come, in bytes that were not captured.
    Gap = 2,
    /// The connection or stream was reset first.
    Reset = 3,
    /// The connection was closed in good order without one.
    Closed = 4,
    /// None came in time.
    Timeout = 5,
    /// The capture ended first.
    CaptureEnded = 6,
    /// The request was given up to stay within the memory budget.
    Budget = 7,
}

impl Unanswered {
    /// All of them, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::NotDue,
        Self::Gap,
        Self::Reset,
        Self::Closed,
        Self::Timeout,
        Self::CaptureEnded,
        Self::Budget,
    ];

    /// The reason as one word, for the API and the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotDue => "not_due",
            Self::Gap => "gap",
            Self::Reset => "reset",
            Self::Closed => "closed",
            Self::Timeout => "timeout",
            Self::CaptureEnded => "capture_ended",
            Self::Budget => "budget",
        }
    }
}

/// An interface that a sidecar listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// The kernel's number for it.
    pub index: u32,
    /// Its name, such as `eth0`.
    pub name: String,
}

/// What a sidecar is able to do at the moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum WorkerState {
    /// Started, no packet yet.
    #[default]
    Starting = 0,
    /// Capturing everything.
    Capturing = 1,
    /// Under load: bodies are dropped, heads and lengths kept.
    SheddingBodies = 2,
    /// Under load: decoding and hashing are off as well.
    SheddingDecoding = 3,
    /// Under load: only a share of new connections is followed.
    SheddingConnections = 4,
    /// Capturing was refused; the reason is in the header.
    Unavailable = 5,
    /// The capture is over (end of a file, or a shutdown).
    Finished = 6,
}

/// What a sidecar saw and what it lost since it started, by cause. Totals: they only grow.
///
/// Each field is a field of the wire; a new cause is a new field at the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Losses {
    /// Packets taken from the ring or file.
    pub packets: u64,
    /// Bytes of these packets.
    pub bytes: u64,
    /// Entries made.
    pub entries: u64,
    /// Packets that the kernel dropped because the ring was full.
    pub dropped_ring: u64,
    /// Times that the kernel froze the ring.
    pub ring_freezes: u64,
    /// Bytes of TCP streams that were never seen.
    pub gap_bytes: u64,
    /// Packets cut by the capture.
    pub snapped_packets: u64,
    /// Bytes held back for order or for a whole message that were given up to stay within the memory budget.
    pub evicted_bytes: u64,
    /// Connections given up to stay within the memory budget.
    pub evicted_flows: u64,
    /// Connections not followed under load.
    pub shed_flows: u64,
    /// Bodies not kept under load.
    pub shed_bodies: u64,
    /// Connections whose protocol was not recognised.
    pub unknown_flows: u64,
    /// Connections of TLS without keys.
    pub opaque_flows: u64,
    /// Bytes of such connections.
    pub opaque_bytes: u64,
    /// Messages that broke their protocol's rules so that the parse ended.
    pub faults: u64,
    /// Batches dropped because the spool was full.
    pub dropped_batches: u64,
    /// Entries in these batches.
    pub dropped_entries: u64,
    /// Batches made but not yet acknowledged.
    pub waiting_batches: u64,
}
