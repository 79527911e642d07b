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
    #[expect(clippy::vec_box, reason = "messages travel in their boxes, and come back in them")]
    free: Vec<Box<Message>>,
    /// Memory that the free messages hold.
    held: usize,
    buffers: Vec<Vec<u8>>,
    /// Decoders of bodies, for [`Cx::finish_body`].
    pub decoder: Decoder,
}

/// Messages kept for use; more are given back to the allocator.
const POOLED: usize = 256;
/// Bytes that they may hold together.
const POOLED_BYTES: usize = 2 << 20;
/// Buffers kept for use, and the longest that is.
const BUFFERS: usize = 64;
const BUFFER: usize = 16 * 1024;

impl Pool {
    /// An empty message.
    pub fn take(&mut self) -> Box<Message> {
        let Some(message) = self.free.pop() else { return Box::default() };
        self.held = self.held.saturating_sub(message.held());
        message
    }

    /// Takes a message back.
    pub fn give(&mut self, mut message: Box<Message>) {
        message.clear();
        let held = self.held.saturating_add(message.held());
        if self.free.len() < POOLED && held <= POOLED_BYTES {
            self.held = held;
            self.free.push(message);
        }
    }

    /// An empty buffer for bytes that have to be kept.
    pub(crate) fn buffer(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub(crate) fn give_buffer(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() > 0 && buffer.capacity() <= BUFFER && self.buffers.len() < BUFFERS {
            buffer.clear();
            self.buffers.push(buffer);
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
