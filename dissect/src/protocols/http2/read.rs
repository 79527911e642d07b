//! Frames in turn: header blocks joined and handed on, DATA handed on in pieces, the rest passed over.
//!
//! In: the bytes at a frame's header, or within a DATA frame. Out: calls of [`super::streams`], how many bytes were used,
//! and what is wanted next where that is not the next frame.

use mizu_entry::Timestamp;

use super::frame::{self, HEADER, Header};
use super::streams::Block;
use super::{Data, Http2, OpenBlock, Place};
use crate::cx::Cx;
use crate::protocol::{Fault, Next, Side};

/// Memory of a joined header block that is kept for the next one.
const KEEP_BLOCK: usize = 16 * 1024;

/// Bytes used, and what is wanted next where that is not a frame.
type Done = (usize, Option<Next>);

impl Http2 {
    /// A frame whose payload is there.
    fn frame(
        &mut self,
        from: Side,
        header: &Header,
        payload: &[u8],
        first: Timestamp,
        cx: &mut Cx<'_>,
    ) -> Result<(), Fault> {
        match header.kind {
            frame::RST_STREAM => {
                let code = payload.first_chunk().map_or(0, |code| u32::from_be_bytes(*code));
                self.streams.reset(from, header.stream, code, cx);
            }
            frame::GOAWAY => {
                if let [a, b, c, d, e, f, g, h, ..] = *payload {
                    let last = u32::from_be_bytes([a & 0x7f, b, c, d]);
                    self.streams.go_away(from, last, u32::from_be_bytes([e, f, g, h]), cx);
                }
            }
            frame::HEADERS | frame::PUSH_PROMISE | frame::CONTINUATION => {
                return self.block_frame(from, header, payload, first, cx);
            }
            _ => {}
        }
        Ok(())
    }

    /// A frame with a piece of a header block.
    fn block_frame(
        &mut self,
        from: Side,
        header: &Header,
        payload: &[u8],
        first: Timestamp,
        cx: &mut Cx<'_>,
    ) -> Result<(), Fault> {
        let Some(fragment) = frame::fragment(header, payload) else {
            return Err(self.malformed(from, "padding longer than its frame"));
        };
        let wire_len = HEADER as u64 + u64::from(header.len);
        let reader = self.reader(from);
        let mut open = match (header.kind, reader.open.take()) {
            (frame::CONTINUATION, Some(open)) => {
                OpenBlock { wire_len: open.wire_len.saturating_add(wire_len), ..open }
            }
            (frame::CONTINUATION, None) => {
                return Err(self.malformed(from, "CONTINUATION without a header block"));
            }
            (kind, _) => {
                let promise = kind == frame::PUSH_PROMISE;
                let stream = if promise { promised(header, payload) } else { header.stream };
                let end = !promise && header.has(frame::END_STREAM);
                OpenBlock { stream, carrier: header.stream, promise, end, over: false, first, wire_len }
            }
        };
        if !header.has(frame::END_HEADERS) {
            open.over |= reader.block.len() + fragment.len() > cx.limits.head_cap;
            if open.over {
                reader.block.clear();
            } else {
                reader.block.extend_from_slice(fragment);
            }
            reader.open = Some(open);
            return Ok(());
        }
        if header.kind != frame::CONTINUATION {
            self.block(from, &open, Some(fragment), cx);
            return Ok(());
        }
        let mut block = std::mem::take(&mut reader.block);
        block.extend_from_slice(fragment);
        let whole = !open.over && block.len() <= cx.limits.head_cap;
        self.block(from, &open, whole.then_some(&block), cx);
        if block.capacity() <= KEEP_BLOCK {
            block.clear();
            self.reader(from).block = block;
        }
        Ok(())
    }

    /// A whole header block, or one that is too long (`None`).
    fn block(&mut self, from: Side, open: &OpenBlock, bytes: Option<&[u8]>, cx: &mut Cx<'_>) {
        let [client, server] = &mut self.readers;
        let hpack = match from {
            Side::Client => &mut client.hpack,
            Side::Server => &mut server.hpack,
        };
        let block =
            Block { stream: open.stream, bytes, end: open.end, first: open.first, wire_len: open.wire_len };
        if open.promise {
            self.streams.promise(block, hpack, cx);
        } else {
            self.streams.headers(from, block, hpack, cx);
        }
    }

    /// The bytes of a DATA frame that are there. Returns how many were used, and what is to be passed over next.
    pub(super) fn body(&mut self, from: Side, mut data: Data, bytes: &[u8], cx: &mut Cx<'_>) -> Done {
        let mut used = 0;
        while data.left > 0 {
            let rest = bytes.get(used..).unwrap_or_default();
            let here = rest.get(..(data.left.min(rest.len() as u64)) as usize).unwrap_or_default();
            let blind = match data.ticket {
                Some(ticket) => self.streams.data(ticket, from, here, cx),
                None => u64::MAX,
            };
            used += here.len();
            data.left -= here.len() as u64;
            let pass = data.left.min(blind);
            if pass > 0 {
                if let Some(ticket) = data.ticket {
                    self.streams.pass(ticket, from, pass);
                }
                data.left -= pass;
                self.reader(from).place = Place::Data(data);
                return (used, Some(Next::Skip(pass)));
            }
            if data.left > 0 {
                self.reader(from).place = Place::Data(data);
                return (used, Some(Next::More(1)));
            }
        }
        let padding = std::mem::take(&mut data.padding);
        let here = padding.min((bytes.len() - used) as u64);
        used += here as usize;
        if padding > here {
            self.reader(from).place = Place::Data(data);
            return (used, Some(Next::Skip(padding - here)));
        }
        self.body_ended(from, data, cx);
        (used, None)
    }

    pub(super) fn body_ended(&mut self, from: Side, data: Data, cx: &mut Cx<'_>) {
        self.reader(from).place = Place::Frame;
        if let Some(ticket) = data.ticket
            && data.end
        {
            self.streams.data_ended(ticket, from, cx);
        }
    }

    /// What is there at a frame's header. Returns how many bytes were used, and what is wanted if that is not a frame.
    pub(super) fn at_frame(
        &mut self,
        from: Side,
        bytes: &[u8],
        first: Timestamp,
        cx: &mut Cx<'_>,
    ) -> Result<Done, Fault> {
        let Some(header) = Header::read(bytes) else {
            return Ok((0, Some(Next::More(HEADER - bytes.len()))));
        };
        if let Some(fault) = header.fault() {
            return Err(self.malformed(from, fault));
        }
        if let Some(open) = self.reader(from).open
            && (header.kind != frame::CONTINUATION || header.stream != open.carrier)
        {
            return Err(self.malformed(from, "header block interrupted"));
        }
        let len = header.len as usize;
        match header.kind {
            frame::DATA => self.data_frame(from, &header, bytes, first, cx),
            frame::HEADERS
            | frame::PUSH_PROMISE
            | frame::CONTINUATION
            | frame::RST_STREAM
            | frame::GOAWAY => {
                if len > cx.limits.head_cap {
                    return self.too_long(from, &header, first, cx);
                }
                let whole = HEADER + len;
                match bytes.get(HEADER..whole) {
                    Some(payload) => {
                        self.frame(from, &header, payload, first, cx)?;
                        Ok((whole, None))
                    }
                    None => Ok((0, Some(Next::More(whole - bytes.len())))),
                }
            }
            // Flow control, priorities, settings and what is not known say nothing about exchanges.
            _ => {
                let here = len.min(bytes.len() - HEADER);
                let rest = (len - here) as u64;
                Ok((HEADER + here, (rest > 0).then_some(Next::Skip(rest))))
            }
        }
    }

    /// A frame of DATA begins.
    fn data_frame(
        &mut self,
        from: Side,
        header: &Header,
        bytes: &[u8],
        first: Timestamp,
        cx: &mut Cx<'_>,
    ) -> Result<Done, Fault> {
        let len = u64::from(header.len);
        let mut used = HEADER;
        let mut padding = 0;
        let mut left = len;
        if header.has(frame::PADDED) {
            if len == 0 {
                return Err(self.malformed(from, "padding longer than its frame"));
            }
            let Some(pad) = bytes.get(HEADER) else { return Ok((0, Some(Next::More(1)))) };
            padding = u64::from(*pad);
            used += 1;
            match len.checked_sub(1 + padding) {
                Some(body) => left = body,
                None => return Err(self.malformed(from, "padding longer than its frame")),
            }
        }
        let ticket = self.streams.data_frame(from, header.stream, HEADER as u64 + len, first, cx);
        let data = Data { ticket, left, padding, end: header.has(frame::END_STREAM) };
        let (more, next) = self.body(from, data, bytes.get(used..).unwrap_or_default(), cx);
        used += more;
        Ok((used, next))
    }

    /// A frame that is longer than what may be held of it. Its content is passed over.
    fn too_long(
        &mut self,
        from: Side,
        header: &Header,
        first: Timestamp,
        cx: &mut Cx<'_>,
    ) -> Result<Done, Fault> {
        if header.kind == frame::PUSH_PROMISE {
            self.reader(from).hpack.forget();
        } else if header.kind != frame::GOAWAY {
            let wire_len = HEADER as u64 + u64::from(header.len);
            let reader = self.reader(from);
            let open = reader.open.take().map_or(
                OpenBlock {
                    stream: header.stream,
                    carrier: header.stream,
                    promise: false,
                    end: header.has(frame::END_STREAM),
                    over: true,
                    first,
                    wire_len,
                },
                |open| OpenBlock { over: true, wire_len: open.wire_len.saturating_add(wire_len), ..open },
            );
            reader.block = Vec::new();
            if header.has(frame::END_HEADERS) {
                self.block(from, &open, None, cx);
            } else {
                reader.open = Some(open);
            }
        }
        Ok((HEADER, Some(Next::Skip(u64::from(header.len)))))
    }
}

/// The stream that a PUSH_PROMISE promises.
fn promised(header: &Header, payload: &[u8]) -> u32 {
    let start = usize::from(header.has(frame::PADDED));
    let id = payload.get(start..).and_then(|rest| rest.first_chunk());
    id.map_or(0, |id| u32::from_be_bytes(*id) & 0x7fff_ffff)
}
