//! What the core knows of a protocol, and what a protocol's dissector promises to the core.
//!
//! A protocol is one static [`Protocol`] in one folder of `protocols/` and one line in its registry. The core asks
//! `probe` for recognition, then gives both streams of a connection to the [`Dissector`] that `open` makes: bytes in
//! order, in causal order between the sides as far as acknowledgements tell, told apart from what was lost.

use crate::cx::Cx;

/// A side of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who opened it.
    Client,
    /// Who was called.
    Server,
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// 0 for the client, 1 for the server.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Client => 0,
            Self::Server => 1,
        }
    }
}

/// What carries a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A stream of bytes each way.
    Tcp,
    /// Datagrams; `data` is called with a whole one.
    Udp,
}

/// What the first bytes of a stream say about a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// Not this protocol.
    No,
    /// Could be; more bytes are needed to tell.
    Wait,
    /// It is, and `from` sends such bytes.
    Yes {
        /// The side that the bytes come from.
        from: Side,
        /// How sure, 1 to 100; the surest guess wins. 90 and more: no other protocol looks like it.
        sure: u8,
    },
}

/// All that the core knows of a protocol.
#[derive(Debug)]
pub struct Protocol {
    /// Its name, as in the corpus.
    pub name: &'static str,
    /// What carries it.
    pub transport: Transport,
    /// Usual ports: they order the probing and decide nothing.
    pub ports: &'static [u16],
    /// Looks at the first bytes (at most 1 KiB) of one direction.
    pub probe: fn(&[u8]) -> Guess,
    /// Makes a dissector for one connection. `midstream`: its beginning was not captured.
    pub open: fn(midstream: bool) -> Box<dyn Dissector>,
}

/// Reads the messages of one connection.
///
/// State that later bytes depend on (compression tables, negotiated parameters) lives here for as long as the
/// connection does.
pub trait Dissector: Send {
    /// Takes messages off the front of `bytes`. What is not used comes back, with what follows it, once as many bytes
    /// more are there as [`Next::More`] asks for. Called with no bytes when a [`Next::Skip`] is done.
    ///
    /// # Errors
    /// A [`Fault`] where the bytes break the protocol so that reading on makes no sense.
    fn data(&mut self, from: Side, bytes: &[u8], cx: &mut Cx<'_>) -> Result<Step, Fault>;

    /// `lost` bytes of that side, which stood before whatever comes next, will never be seen. Bytes that the dissector
    /// left unused before them are gone too. The first `cx.skip_left` of the lost ones were going to be skipped anyway.
    fn gap(&mut self, from: Side, lost: u64, cx: &mut Cx<'_>) -> Gap {
        let _ = (from, lost, cx);
        Gap::Resync
    }

    /// After [`Gap::Resync`] or a fault, asked at each segment's start: where in `bytes` a message begins, if one does.
    fn resync(&mut self, from: Side, bytes: &[u8]) -> Option<usize> {
        let _ = (from, bytes);
        None
    }

    /// One side (`Some`) or the whole connection (`None`) is over: emits what that completes, and on `None` all that
    /// is still open.
    fn end(&mut self, from: Option<Side>, how: End, cx: &mut Cx<'_>) {
        let _ = (from, how, cx);
    }

    /// Time passes (`cx.now`) in which neither side says anything: emits what has waited long enough. Called every few
    /// seconds.
    fn tick(&mut self, cx: &mut Cx<'_>) {
        let _ = cx;
    }

    /// Bytes of memory held, for the budget: 0 or near it when nothing is pending.
    fn held(&self) -> usize;
}

/// What became of a call of [`Dissector::data`].
#[derive(Debug)]
pub struct Step {
    /// Bytes taken off the front.
    pub used: usize,
    /// What comes next on this side.
    pub next: Next,
}

/// What a dissector wants next on a side.
#[derive(Debug)]
pub enum Next {
    /// That many bytes beyond the unused ones before it can go on. 0: go on at once with what is left.
    More(usize),
    /// Does not want to see that many bytes after the used ones; they are counted already.
    Skip(u64),
    /// Cannot go on before the other side has said more; the unused bytes are offered again then.
    Wait,
    /// The conversation goes on in another protocol, both ways, from the unused bytes on.
    Become(Box<dyn Dissector>),
    /// The conversation goes on in a protocol to be recognised, both ways, from the unused bytes on (CONNECT).
    Probe,
    /// Nothing more to be had from this connection.
    Ignore,
}

impl std::fmt::Debug for dyn Dissector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dissector")
    }
}

/// How a dissector deals with lost bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Still in step: all lost bytes lay where their content does not matter for framing, and are accounted for.
    Bridge,
    /// Out of step: ask `resync` at segment starts.
    Resync,
    /// Nothing more to be had from this connection.
    Give,
}

/// How a side or a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// In good order (FIN).
    Fin,
    /// Reset.
    Reset,
    /// Replaced by a new connection with the same addresses.
    Reused,
    /// Too long without a packet.
    Idle,
    /// The capture is over.
    CaptureEnded,
    /// Given up to stay within the memory budget.
    Budget,
}

/// Why reading a stream ended. Made without allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The bytes break the protocol's rules.
    Malformed(&'static str),
    /// A bound of [`crate::Limits`] was passed.
    TooLarge(&'static str),
}

impl Side {
    /// Both, client first.
    pub const BOTH: [Self; 2] = [Self::Client, Self::Server];
}
