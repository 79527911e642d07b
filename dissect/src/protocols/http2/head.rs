//! Header blocks into messages: pseudo-header fields to the payload, the others to the message's fields.
//!
//! In: fields as HPACK decodes them. Out: a message filled in place, and a [`Head`] that says what kind of block it
//! was. Bounds on fields and bytes are kept here; HPACK reads on past them, so that its table stays in step.

use mizu_entry::{HttpRequest, HttpResponse, HttpVersion, Message, Payload, Span};

use super::grpc;
use super::hpack::{Fields, Name};
use crate::limits::Limits;

/// Bytes of names and values that are kept of a block, decoded.
const LIST_CAP: usize = 1 << 20;

/// What a header block turned out to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// Whether it has a pseudo-header field of a request.
    pub(super) asks: bool,
    /// `:status`; 0 if there is none.
    pub(super) status: u16,
    /// Whether a field is not known.
    pub(super) unknown: bool,
    /// Whether a field was not kept, because there are too many or too long ones.
    pub(super) over: bool,
    /// What `content-type` says of gRPC.
    pub(super) form: grpc::Form,
    /// Whether there is a `grpc-status`.
    pub(super) grpc: bool,
}

/// Where the fields of a block go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Headers,
    Trailers,
}

/// Fills a message.
pub(super) struct Filler<'a> {
    message: &'a mut Message,
    place: Place,
    fields: usize,
    text: usize,
    head: Head,
    request: HttpRequest,
    grpc_status: Option<u32>,
    grpc_message: Option<Span>,
}

impl<'a> Filler<'a> {
    /// Fills headers or trailers of `message`. At most as many fields are kept as the limits say.
    pub(super) fn new(message: &'a mut Message, place: Place, limits: &Limits) -> Self {
        Self {
            message,
            place,
            fields: limits.header_fields,
            text: LIST_CAP,
            head: Head {
                asks: false,
                status: 0,
                unknown: false,
                over: false,
                form: grpc::Form::No,
                grpc: false,
            },
            request: HttpRequest { version: HttpVersion::V2, ..HttpRequest::default() },
            grpc_status: None,
            grpc_message: None,
        }
    }

    /// The block was a request's head.
    pub(super) fn request(mut self, stream_id: u32) -> Head {
        self.request.stream_id = stream_id;
        self.message.payload = Payload::HttpRequest(self.request);
        self.head
    }

    /// The block was a response's head, after that many interim ones.
    pub(super) fn response(self, informational: u8) -> Head {
        self.message.payload = Payload::HttpResponse(HttpResponse {
            status: self.head.status,
            version: HttpVersion::V2,
            informational,
            grpc_status: self.grpc_status,
            grpc_message: self.grpc_message.unwrap_or_default(),
            ..HttpResponse::default()
        });
        self.head
    }

    /// The block was a message's trailers.
    pub(super) fn trailers(self) -> Head {
        if let Payload::HttpResponse(response) = &mut self.message.payload {
            response.grpc_status = self.grpc_status.or(response.grpc_status);
            response.grpc_message = self.grpc_message.unwrap_or(response.grpc_message);
        }
        self.head
    }

    fn push(&mut self, name: &[u8], value: &[u8]) {
        match self.place {
            Place::Headers => self.message.push_header(name, value),
            Place::Trailers => self.message.push_trailer(name, value),
        }
    }
}

impl Fields for Filler<'_> {
    fn field(&mut self, id: Name, name: &[u8], value: &[u8]) {
        let text = name.len() + value.len();
        if self.fields == 0 || text > self.text {
            self.head.over = true;
            return;
        }
        self.fields -= 1;
        self.text -= text;
        match id {
            Name::Other => self.push(name, value),
            Name::ContentType => {
                self.head.form = grpc::Form::of(value);
                self.push(name, value);
            }
            Name::GrpcStatus => {
                self.head.grpc = true;
                self.grpc_status = grpc::status(value);
                self.push(name, value);
            }
            Name::GrpcMessage => {
                self.grpc_message = Some(self.message.push_text(value));
                self.push(name, value);
            }
            Name::Method | Name::Scheme | Name::Authority | Name::Path => {
                self.head.asks = true;
                let span = self.message.push_text(value);
                match id {
                    Name::Method => self.request.method = span,
                    Name::Scheme => self.request.scheme = span,
                    Name::Authority => self.request.authority = span,
                    _ => self.request.target = span,
                }
            }
            Name::Status => self.head.status = status(value),
            Name::Pseudo => {}
        }
    }

    fn unknown(&mut self) {
        self.head.unknown = true;
    }
}

/// Takes fields of no interest, so that the table stays in step.
pub(super) struct Nobody;

impl Fields for Nobody {
    fn field(&mut self, _: Name, _: &[u8], _: &[u8]) {}
    fn unknown(&mut self) {}
}

/// The number in a `:status`; 0 if it is none.
fn status(value: &[u8]) -> u16 {
    match *value {
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
            u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0')
        }
        _ => 0,
    }
}
