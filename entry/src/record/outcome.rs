//! How a record ended: status, outcome and error text.
//!
//! In: a [`Record`]. Out: the status as a number and as people read it, its class, and what went wrong in a line.

use std::borrow::Cow;

use crate::capture::{Notes, Unanswered};
use crate::protocol::Protocol;
use crate::record::errors::graphql_error;
use crate::record::text::{decoded_text, text};
use crate::record::{Outcome, Record};

/// Characters of an error's text that are kept.
const ERROR_CHARS: usize = 200;

impl<'a> Record<'a> {
    /// The gRPC status: of the trailers, or of a response without body.
    #[must_use]
    pub fn grpc_status(&self) -> Option<u32> {
        self.http_response().and_then(|(_, response)| response.grpc_status)
    }

    /// The HTTP status, for gRPC too; `None` where it is unknown.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.http_response().map(|(_, response)| response.status).filter(|status| *status != 0)
    }

    /// The status as a number: the gRPC status if the response has one, else the HTTP status. A gRPC call that was
    /// answered 200 and has no gRPC status has none.
    #[must_use]
    pub fn status(&self) -> Option<i32> {
        if self.protocol() == Protocol::Grpc {
            return match self.grpc_status() {
                Some(status) => Some(i32::try_from(status).unwrap_or(i32::MAX)),
                None => self.http_status().filter(|status| *status != 200).map(i32::from),
            };
        }
        self.http_status().map(i32::from)
    }

    /// The status as people read it: `200`, `NOT_FOUND`, a WebSocket message's opcode; empty if there is none.
    #[must_use]
    pub fn status_text(&self) -> Cow<'a, str> {
        if let Some((_, websocket)) = self.websocket() {
            return Cow::Borrowed(websocket.opcode.name());
        }
        match (self.grpc_status(), self.status()) {
            (Some(status), _) if self.protocol() == Protocol::Grpc => match grpc_status_name(status) {
                Some(name) => Cow::Borrowed(name),
                None => Cow::Owned(status.to_string()),
            },
            (_, Some(status)) => Cow::Owned(status.to_string()),
            (_, None) => Cow::Borrowed(""),
        }
    }

    /// How it ended. A response without readable status, and a stream that goes on, count as well answered.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let Some((message, response)) = self.http_response() else { return self.outcome_without_response() };
        if self.protocol() == Protocol::Grpc {
            if let Some(status) = response.grpc_status {
                return grpc_outcome(status);
            }
            // RFC 9113 section 8.1 and the gRPC protocol: a reset in the place of trailers is no success.
            if response.status == 200 && self.notes().contains(Notes::RESET) {
                return Outcome::ServerError;
            }
        }
        match response.status {
            400..500 => Outcome::ClientError,
            500.. => Outcome::ServerError,
            _ if self.graphql().is_some() && graphql_error(&message.body.bytes).is_some() => {
                Outcome::ServerError
            }
            _ => Outcome::Ok,
        }
    }

    fn outcome_without_response(&self) -> Outcome {
        if self.response().is_some()
            || self.websocket().is_some()
            || self.unanswered() == Some(Unanswered::NotDue)
            || self.notes().contains(Notes::OPEN)
        {
            Outcome::Ok
        } else {
            Outcome::NoReply
        }
    }

    /// What went wrong, in a line: the gRPC message or status, the first GraphQL error, the reason phrase of an HTTP
    /// error, or why there is no reply. Empty if nothing did. At most 200 characters.
    #[must_use]
    pub fn error(&self) -> Cow<'a, str> {
        match self.outcome() {
            Outcome::Ok => Cow::Borrowed(""),
            Outcome::NoReply => Cow::Borrowed(self.unanswered().map_or("no_reply", Unanswered::name)),
            Outcome::ClientError | Outcome::ServerError => bounded(self.error_of_response()),
        }
    }

    fn error_of_response(&self) -> Cow<'a, str> {
        let Some((message, response)) = self.http_response() else { return Cow::Borrowed("") };
        if self.protocol() == Protocol::Grpc {
            let said = message.text(response.grpc_message);
            if !said.is_empty() {
                return decoded_text(said, false);
            }
            if response.grpc_status.is_some() {
                return self.status_text();
            }
        }
        if response.status < 400 && self.graphql().is_some() {
            return graphql_error(&message.body.bytes).unwrap_or_default();
        }
        match message.text(response.reason) {
            b"" => Cow::Borrowed(status_reason(response.status)),
            reason => text(reason),
        }
    }
}

fn bounded(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().nth(ERROR_CHARS).is_none() {
        return text;
    }
    Cow::Owned(text.chars().take(ERROR_CHARS).collect())
}

/// Whose fault a gRPC status is, by the usual mapping to HTTP (google.rpc.Code).
const fn grpc_outcome(status: u32) -> Outcome {
    match status {
        0 => Outcome::Ok,
        // CANCELLED 499, INVALID_ARGUMENT 400, NOT_FOUND 404, ALREADY_EXISTS 409, PERMISSION_DENIED 403,
        // RESOURCE_EXHAUSTED 429, FAILED_PRECONDITION 400, ABORTED 409, OUT_OF_RANGE 400, UNAUTHENTICATED 401
        1 | 3 | 5..=11 | 16 => Outcome::ClientError,
        _ => Outcome::ServerError,
    }
}

/// The name of a gRPC status; `None` for one that gRPC does not know.
#[must_use]
pub const fn grpc_status_name(status: u32) -> Option<&'static str> {
    Some(match status {
        0 => "OK",
        1 => "CANCELLED",
        2 => "UNKNOWN",
        3 => "INVALID_ARGUMENT",
        4 => "DEADLINE_EXCEEDED",
        5 => "NOT_FOUND",
        6 => "ALREADY_EXISTS",
        7 => "PERMISSION_DENIED",
        8 => "RESOURCE_EXHAUSTED",
        9 => "FAILED_PRECONDITION",
        10 => "ABORTED",
        11 => "OUT_OF_RANGE",
        12 => "UNIMPLEMENTED",
        13 => "INTERNAL",
        14 => "UNAVAILABLE",
        15 => "DATA_LOSS",
        16 => "UNAUTHENTICATED",
        _ => return None,
    })
}

/// The usual reason phrase of an HTTP status (RFC 9110 section 15); empty for one without.
#[must_use]
pub const fn status_reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        103 => "Early Hints",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        425 => "Too Early",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        511 => "Network Authentication Required",
        _ => "",
    }
}
