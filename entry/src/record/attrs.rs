//! What a record says that only its protocol has, as named text: the store's `attrs` column.
//!
//! In: a [`Record`]. Out: pairs whose names are paths of the filter language. A name comes at most once.

use std::borrow::Cow;

use crate::capture::{Direction, Leg};
use crate::record::Record;

impl<'a> Record<'a> {
    /// The protocol's own facts: `grpc.service`, `grpc.method`, `grpc.message`, `grpc.requestMessages`,
    /// `grpc.responseMessages`, `graphql.operation`, `graphql.name`, `websocket.opcode`, `websocket.direction`,
    /// `websocket.frames`, `websocket.compressed`, `stream`, `unanswered`, `direction`, `leg`.
    #[must_use]
    pub fn attrs(&self) -> Vec<(&'static str, Cow<'a, str>)> {
        let mut out: Vec<(&'static str, Cow<'a, str>)> = Vec::new();
        if let Some((service, method)) = self.grpc_call() {
            out.push(("grpc.service", service));
            out.push(("grpc.method", method));
            if let Some(message) = self.grpc_message() {
                out.push(("grpc.message", message));
            }
            let counts = self.grpc_message_counts();
            out.push(("grpc.requestMessages", Cow::Owned(counts.0.to_string())));
            out.push(("grpc.responseMessages", Cow::Owned(counts.1.to_string())));
        }
        if let Some((operation, name, _)) = self.graphql() {
            out.push(("graphql.operation", Cow::Borrowed(operation.name())));
            if !name.is_empty() {
                out.push(("graphql.name", name));
            }
        }
        if let Some((_, websocket)) = self.websocket() {
            out.push(("websocket.opcode", Cow::Borrowed(websocket.opcode.name())));
            out.push(("websocket.direction", Cow::Borrowed(websocket.direction.name())));
            out.push(("websocket.frames", Cow::Owned(websocket.frames.to_string())));
            if websocket.compressed {
                out.push(("websocket.compressed", Cow::Borrowed("true")));
            }
        }
        if let Some(stream) = self.stream_id() {
            out.push(("stream", Cow::Owned(stream.to_string())));
        }
        if let Some(reason) = self.unanswered() {
            out.push(("unanswered", Cow::Borrowed(reason.name())));
        }
        if self.entry.capture.direction != Direction::Local {
            out.push(("direction", Cow::Borrowed(self.direction())));
        }
        if self.entry.capture.leg != Leg::Direct {
            out.push(("leg", Cow::Borrowed(self.leg())));
        }
        out
    }

    /// The HTTP/2 stream; `None` in other protocols.
    #[must_use]
    pub fn stream_id(&self) -> Option<u32> {
        self.http_request().map(|(_, request)| request.stream_id).filter(|stream| *stream != 0)
    }

    /// gRPC messages seen in the request and in the response.
    #[must_use]
    pub fn grpc_message_counts(&self) -> (u32, u32) {
        let up = self.http_request().map_or(0, |(_, request)| request.message_count);
        (up, self.http_response().map_or(0, |(_, response)| response.message_count))
    }

    /// `grpc-message`, percent-decoded; `None` if it is not said.
    #[must_use]
    pub fn grpc_message(&self) -> Option<Cow<'a, str>> {
        let (message, response) = self.http_response()?;
        let said = message.text(response.grpc_message);
        (!said.is_empty()).then(|| super::text::decoded_text(said, false))
    }

    /// `local`, `inbound`, `outbound`: which way it went, as the tapped host sees it.
    #[must_use]
    pub fn direction(&self) -> &'static str {
        match self.entry.capture.direction {
            Direction::Local => "local",
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
        }
    }

    /// `direct`, `app`, `proxy`: which leg of a mesh it was captured on.
    #[must_use]
    pub fn leg(&self) -> &'static str {
        match self.entry.capture.leg {
            Leg::Direct => "direct",
            Leg::App => "app",
            Leg::Proxy => "proxy",
        }
    }
}
