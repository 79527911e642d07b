//! The static table (RFC 7541 appendix A), and the names that a reader of HTTP looks for.

/// A field name that means something to the dissector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Name {
    /// Any other.
    #[default]
    Other,
    /// `:method`
    Method,
    /// `:scheme`
    Scheme,
    /// `:authority`
    Authority,
    /// `:path`
    Path,
    /// `:status`
    Status,
    /// Another pseudo-header field, such as `:protocol` (RFC 8441).
    Pseudo,
    /// `content-type`
    ContentType,
    /// `grpc-status`
    GrpcStatus,
    /// `grpc-message`
    GrpcMessage,
}

impl Name {
    /// The name that these bytes spell. Names of HTTP/2 are in lower case (RFC 9113 section 8.2.1).
    pub(crate) fn of(name: &[u8]) -> Self {
        match name {
            b":method" => Self::Method,
            b":scheme" => Self::Scheme,
            b":authority" => Self::Authority,
            b":path" => Self::Path,
            b":status" => Self::Status,
            [b':', ..] => Self::Pseudo,
            b"content-type" => Self::ContentType,
            b"grpc-status" => Self::GrpcStatus,
            b"grpc-message" => Self::GrpcMessage,
            _ => Self::Other,
        }
    }

    /// Whether it is a pseudo-header field of a request.
    pub(crate) const fn asks(self) -> bool {
        matches!(self, Self::Method | Self::Scheme | Self::Authority | Self::Path)
    }
}

/// A field of the static table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Static {
    /// What the name means.
    pub(super) id: Name,
    /// The name.
    pub(super) name: &'static [u8],
    /// The value.
    pub(super) value: &'static [u8],
}

/// The field of the static table at that index, which counts from 1.
pub(super) fn fixed(index: usize) -> Option<&'static Static> {
    STATIC.get(index.checked_sub(1)?)
}

/// Fields of the static table.
pub(super) const COUNT: usize = STATIC.len();

const fn field(id: Name, name: &'static str, value: &'static str) -> Static {
    Static { id, name: name.as_bytes(), value: value.as_bytes() }
}

const fn other(name: &'static str) -> Static {
    field(Name::Other, name, "")
}

static STATIC: [Static; 61] = [
    field(Name::Authority, ":authority", ""),
    field(Name::Method, ":method", "GET"),
    field(Name::Method, ":method", "POST"),
    field(Name::Path, ":path", "/"),
    field(Name::Path, ":path", "/index.html"),
    field(Name::Scheme, ":scheme", "http"),
    field(Name::Scheme, ":scheme", "https"),
    field(Name::Status, ":status", "200"),
    field(Name::Status, ":status", "204"),
    field(Name::Status, ":status", "206"),
    field(Name::Status, ":status", "304"),
    field(Name::Status, ":status", "400"),
    field(Name::Status, ":status", "404"),
    field(Name::Status, ":status", "500"),
    other("accept-charset"),
    field(Name::Other, "accept-encoding", "gzip, deflate"),
    other("accept-language"),
    other("accept-ranges"),
    other("accept"),
    other("access-control-allow-origin"),
    other("age"),
    other("allow"),
    other("authorization"),
    other("cache-control"),
    other("content-disposition"),
    other("content-encoding"),
    other("content-language"),
    other("content-length"),
    other("content-location"),
    other("content-range"),
    field(Name::ContentType, "content-type", ""),
    other("cookie"),
    other("date"),
    other("etag"),
    other("expect"),
    other("expires"),
    other("from"),
    other("host"),
    other("if-match"),
    other("if-modified-since"),
    other("if-none-match"),
    other("if-range"),
    other("if-unmodified-since"),
    other("last-modified"),
    other("link"),
    other("location"),
    other("max-forwards"),
    other("proxy-authenticate"),
    other("proxy-authorization"),
    other("range"),
    other("referer"),
    other("refresh"),
    other("retry-after"),
    other("server"),
    other("set-cookie"),
    other("strict-transport-security"),
    other("transfer-encoding"),
    other("user-agent"),
    other("vary"),
    other("via"),
    other("www-authenticate"),
];
