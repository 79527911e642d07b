//! What a dissector sees of the world while it reads: times, offsets, limits, and the way out for what it found.

use mizu_entry::{Message, Notes, Protocol as Spoken, Timestamp, Unanswered};

use crate::body::{self, Decoder};
use crate::limits::Limits;

/// An exchange as a dissector emits it; the core adds who talked to whom and how it was captured.
#[derive(Debug, Default)]
pub struct Exchange {
    /// What it speaks.
    pub protocol: Spoken,
    /// What was asked.
    pub request: Option<Box<Message>>,
    /// What was answered.
    pub response: Option<Box<Message>>,
    /// What is to be known of it.
    pub notes: Notes,
    /// Bytes that are missing inside it.
    pub gap_bytes: u64,
    /// Why there is no response, where there is none.
    pub unanswered: Option<Unanswered>,
}

/// Messages that were used and are used again, so that a message costs no allocation in the steady state.
#[derive(Debug, Default)]
pub struct Pool {
    free: Vec<Box<Message>>,
    /// Decoders of bodies, for [`Cx::finish_body`].
    pub decoder: Decoder,
}

/// Messages kept for use; more are given back to the allocator.
const POOLED: usize = 256;

impl Pool {
    /// An empty message.
    pub fn take(&mut self) -> Box<Message> {
        self.free.pop().unwrap_or_default()
    }

    /// Takes a message back.
    pub fn give(&mut self, mut message: Box<Message>) {
        if self.free.len() < POOLED {
            message.clear();
            self.free.push(message);
        }
    }
}

/// Where a call of a dissector stands. Made anew for each call.
#[derive(Debug)]
pub struct Cx<'a> {
    /// When the first of the bytes was captured.
    pub first: Timestamp,
    /// When the segment was captured that brought the newest of the bytes.
    pub now: Timestamp,
    /// Position of the first of the bytes in its side's stream.
    pub offset: u64,
    /// Bytes of the other side's stream that the newest segment of this side acknowledges; 0 if not known.
    pub acked: u64,
    /// Bytes still to be skipped on the side, in [`crate::Dissector::gap`]; else 0.
    pub skip_left: u64,
    /// Whether packets of this connection were cut by the capture.
    pub snapped: bool,
    /// What may be kept and spent.
    pub limits: &'a Limits,
    /// Used messages.
    pub pool: &'a mut Pool,
    /// What was found; the core takes it after each call.
    pub out: &'a mut Vec<Exchange>,
}

impl Cx<'_> {
    /// An empty message that begins with the bytes of this call.
    pub fn message(&mut self) -> Box<Message> {
        let mut message = self.pool.take();
        message.first = self.first;
        message.last = self.now;
        message
    }

    /// Undoes the content codings of a message whose body has ended: [`body::finish`].
    pub fn finish_body(&mut self, message: &mut Message) {
        body::finish(message, &mut self.pool.decoder, self.limits);
    }

    /// Sends an exchange on its way.
    pub fn emit(&mut self, exchange: Exchange) {
        self.out.push(exchange);
    }
}
