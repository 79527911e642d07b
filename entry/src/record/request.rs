//! What a record asked: method, host, path, query, and the line that sums it up.
//!
//! In: a [`Record`]. Out: text, borrowed where it stands in the message as it is to be read.

use std::borrow::Cow;

use crate::http::GraphQlOperation;
use crate::protocol::Protocol;
use crate::record::Record;
use crate::record::target::Target;
use crate::record::template::path_template;
use crate::record::text::{line, text};
use crate::websocket::Opcode;

/// Characters of a WebSocket message that its summary shows.
const MESSAGE_CHARS: usize = 200;

impl<'a> Record<'a> {
    /// What was asked, in a word: the HTTP method as sent; for gRPC `unary`, `client stream`, `server stream` or
    /// `bidi stream` as far as the messages seen tell; for WebSocket the opcode. Empty if the request was not seen.
    #[must_use]
    pub fn method(&self) -> Cow<'a, str> {
        if let Some((_, websocket)) = self.websocket() {
            return Cow::Borrowed(websocket.opcode.name());
        }
        if self.protocol() == Protocol::Grpc {
            let up = self.http_request().map_or(0, |(_, request)| request.message_count);
            let down = self.http_response().map_or(0, |(_, response)| response.message_count);
            return Cow::Borrowed(match (up > 1, down > 1) {
                (false, false) => "unary",
                (true, false) => "client stream",
                (false, true) => "server stream",
                (true, true) => "bidi stream",
            });
        }
        self.http_method()
    }

    /// The HTTP method as sent, for gRPC too; empty where there is none.
    #[must_use]
    pub fn http_method(&self) -> Cow<'a, str> {
        self.http_request().map_or(Cow::Borrowed(""), |(message, request)| text(message.text(request.method)))
    }

    fn target(&self) -> Option<Target<'a>> {
        self.http_request().map(|(message, request)| {
            let connect = message.text(request.method) == b"CONNECT";
            Target::of(message.text(request.target), connect)
        })
    }

    /// Host and port as sent: of the target, else `:authority`, else the `Host` field. Empty if not said.
    #[must_use]
    pub fn host(&self) -> Cow<'a, str> {
        let Some((message, request)) = self.http_request() else { return Cow::Borrowed("") };
        let authority = self.target().and_then(|target| target.authority);
        let authority =
            authority.or_else(|| Some(message.text(request.authority)).filter(|host| !host.is_empty()));
        authority.or_else(|| message.header(b"host")).map_or(Cow::Borrowed(""), text)
    }

    /// The path as sent, without query; empty where there is none.
    #[must_use]
    pub fn path(&self) -> Cow<'a, str> {
        self.target().map_or(Cow::Borrowed(""), |target| text(target.path))
    }

    /// The query string as sent, without `?`; empty where there is none.
    #[must_use]
    pub fn query_string(&self) -> Cow<'a, str> {
        self.target().map_or(Cow::Borrowed(""), |target| text(target.query))
    }

    /// The path with what names one thing of many replaced; see [`path_template`].
    #[must_use]
    pub fn path_template(&self) -> Cow<'a, str> {
        match self.path() {
            Cow::Borrowed(path) => path_template(path),
            Cow::Owned(path) => Cow::Owned(path_template(&path).into_owned()),
        }
    }

    /// Host, path and query in one: `carts/items?size=5`. The query's `?` stands only before a query that is not empty.
    #[must_use]
    pub fn url(&self) -> Cow<'a, str> {
        let (host, path, query) = (self.host(), self.path(), self.query_string());
        if query.is_empty() {
            return if host.is_empty() { path } else { Cow::Owned(format!("{host}{path}")) };
        }
        Cow::Owned(format!("{host}{path}?{query}"))
    }

    /// gRPC's service and method, out of the path `/pkg.Service/Method`.
    #[must_use]
    pub fn grpc_call(&self) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
        if self.protocol() != Protocol::Grpc {
            return None;
        }
        let path = self.target()?.path;
        let path = path.strip_prefix(b"/").unwrap_or(path);
        let slash = path.iter().rposition(|&byte| byte == b'/')?;
        let (service, method) = path.split_at_checked(slash)?;
        Some((text(service), text(method.strip_prefix(b"/").unwrap_or(method))))
    }

    /// The GraphQL operation that the request carries, with its name (empty if it has none) and the number of
    /// operations if it carries an array of them.
    #[must_use]
    pub fn graphql(&self) -> Option<(GraphQlOperation, Cow<'a, str>, u32)> {
        let (message, request) = self.http_request()?;
        request.graphql.map(|graphql| (graphql.operation, text(message.text(graphql.name)), graphql.batch))
    }

    /// What it was asked of, in a line: path and query; gRPC service and method; the GraphQL operation's name; the
    /// start of a WebSocket message. Empty if the request was not seen.
    #[must_use]
    pub fn summary_line(&self) -> Cow<'a, str> {
        if let Some((message, websocket)) = self.websocket() {
            return Cow::Owned(websocket_line(&message.body.bytes, message.body.len, websocket.opcode));
        }
        if let Some((_, name, batch)) = self.graphql() {
            let name = if name.is_empty() { Cow::Borrowed("{…}") } else { name };
            return if batch > 1 { Cow::Owned(format!("{name} and {} more", batch - 1)) } else { name };
        }
        let Some(target) = self.target() else { return Cow::Borrowed("") };
        if let (true, b"") = (target.path.is_empty(), target.query) {
            return target.authority.map_or(Cow::Borrowed(""), text);
        }
        if self.protocol() == Protocol::Grpc {
            return text(target.path.strip_prefix(b"/").unwrap_or(target.path));
        }
        if target.query.is_empty() {
            return text(target.path);
        }
        Cow::Owned(format!("{}?{}", text(target.path), text(target.query)))
    }
}

fn websocket_line(kept: &[u8], len: u64, opcode: Opcode) -> String {
    let unit = if len == 1 { "byte" } else { "bytes" };
    match (opcode, kept) {
        (Opcode::Text, _) => {
            let (mut line, cut) = line(kept, MESSAGE_CHARS);
            if cut || len > kept.len() as u64 {
                line.push('…');
            }
            line
        }
        // RFC 6455 section 5.5.1: a code, then a reason.
        (Opcode::Close, [high, low, reason @ ..]) => {
            let code = u16::from_be_bytes([*high, *low]);
            let (reason, _) = line(reason, MESSAGE_CHARS);
            if reason.is_empty() { code.to_string() } else { format!("{code} {reason}") }
        }
        _ => format!("{len} {unit}"),
    }
}
