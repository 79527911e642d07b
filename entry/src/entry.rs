//! An exchange as captured: who, how, what was asked, what was answered.

use crate::capture::{Capture, Notes, Unanswered};
use crate::flow::Flow;
use crate::message::Message;
use crate::protocol::Protocol;
use crate::time::Timestamp;

/// One request with its response, or the half of it that was seen.
///
/// At least one of `request` and `response` is there. A WebSocket message is a `request` without response,
/// whichever side sent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// What it speaks.
    pub protocol: Protocol,
    /// Who talked to whom.
    pub flow: Flow,
    /// How it was captured.
    pub capture: Capture,
    /// What is to be known of it.
    pub notes: Notes,
    /// Bytes that are missing inside it.
    pub gap_bytes: u64,
    /// What was asked.
    pub request: Option<Box<Message>>,
    /// What was answered.
    pub response: Option<Box<Message>>,
    /// Why there is no response, where there is none.
    pub unanswered: Option<Unanswered>,
}

impl Entry {
    /// When the exchange began: the first byte that was captured of it.
    #[must_use]
    pub fn first(&self) -> Timestamp {
        self.request.as_ref().or(self.response.as_ref()).map_or(Timestamp::default(), |message| message.first)
    }

    /// Nanoseconds from the first byte of the request to the last byte of the response; `None` if one is missing.
    #[must_use]
    pub fn elapsed(&self) -> Option<u64> {
        Some(self.response.as_ref()?.last.since(self.request.as_ref()?.first))
    }
}
