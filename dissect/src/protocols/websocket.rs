//! WebSocket (RFC 6455) with compression (RFC 7692, and `x-webkit-deflate-frame` before it).
//!
//! In: both streams behind the response with status 101, or of a connection under way. Out: an exchange a message, as
//! its `request`, whichever side sent it; nothing is answered. A message is put together from its frames, unmasked and
//! inflated while it arrives; what is not kept and not needed to go on inflating is passed over unseen.
//!
//! The upgrade itself is an exchange of `http1`.

mod deflate;
mod frame;
#[cfg(test)]
mod tests;

use mizu_entry::{
    Message, MessageDirection, Notes, Opcode, Payload, Protocol as Spoken, Unanswered, WebSocketMessage,
};

use crate::body;
use crate::cx::{Cx, Exchange};
use crate::limits::Limits;
use crate::protocol::{Dissector, End, Fault, Gap, Next, Protocol, Side, Step, Transport};
use deflate::{Inflated, Inflater, Parameters};
use frame::Header;

/// WebSocket, as the registry has it: recognised by content only where the upgrade was not captured.
pub static WEBSOCKET: Protocol = Protocol {
    name: "websocket",
    transport: Transport::Tcp,
    ports: &[],
    probe: frame::probe,
    open: |_| Box::new(WebSocket::new([None, None])),
};

/// A dissector for what follows the response `switching`, whose fields say what was negotiated.
#[must_use]
pub fn upgraded(switching: &Message) -> Box<dyn Dissector> {
    let [client, server] = deflate::negotiated(switching);
    Box::new(WebSocket::new([Some(client), Some(server)]))
}

/// The dissector of one connection.
#[derive(Debug)]
struct WebSocket {
    client: Direction,
    server: Direction,
}

/// One side of the connection.
#[derive(Debug)]
struct Direction {
    direction: MessageDirection,
    /// What was negotiated; `None` where the upgrade was not seen.
    parameters: Option<Parameters>,
    inflater: Option<Inflater>,
    /// Bytes that later ones refer to are missing: compressed messages cannot be read.
    poisoned: bool,
    /// The data message under way.
    message: Option<Assembly>,
    /// The frame under way.
    frame: Option<Payloads>,
    /// A close frame was sent: what follows means nothing.
    closed: bool,
}

/// A message under way.
#[derive(Debug)]
struct Assembly {
    message: Box<Message>,
    opcode: Opcode,
    frames: u32,
    compressed: bool,
    /// Compressed, and being inflated.
    inflates: bool,
    /// No byte is missing yet: what comes is kept.
    keep: bool,
    notes: Notes,
    gap_bytes: u64,
}

/// The payload of a frame under way.
#[derive(Debug, Clone, Copy)]
struct Payloads {
    left: u64,
    mask: [u8; 4],
    /// How far the mask is turned.
    turned: usize,
    last: bool,
}

impl WebSocket {
    fn new([client, server]: [Option<Parameters>; 2]) -> Self {
        Self {
            client: Direction::new(MessageDirection::ClientToServer, client),
            server: Direction::new(MessageDirection::ServerToClient, server),
        }
    }

    fn side(&mut self, side: Side) -> &mut Direction {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

impl Dissector for WebSocket {
    fn data(&mut self, from: Side, bytes: &[u8], cx: &mut Cx<'_>) -> Result<Step, Fault> {
        let side = self.side(from);
        let step = side.read(bytes, cx);
        if step.is_err() {
            side.lose(0, Notes::MALFORMED, cx);
        }
        step
    }

    fn gap(&mut self, from: Side, lost: u64, cx: &mut Cx<'_>) -> Gap {
        self.side(from).gap(lost, cx)
    }

    fn resync(&mut self, from: Side, bytes: &[u8]) -> Option<usize> {
        let side = self.side(from);
        if side.closed || !frame::chain(bytes, from == Side::Client) {
            return None;
        }
        // What was under way is cut if the core gave bytes up by itself.
        side.frame = None;
        side.poisoned = true;
        if let Some(assembly) = &mut side.message {
            assembly.notes |= Notes::GAP | Notes::PARTIAL;
            assembly.keep = false;
        }
        Some(0)
    }

    fn end(&mut self, from: Option<Side>, how: End, cx: &mut Cx<'_>) {
        let notes = if how == End::Reset { Notes::RESET } else { Notes::empty() };
        for side in Side::BOTH {
            if from.is_none_or(|from| from == side) {
                self.side(side).cut_message(notes, cx);
            }
        }
    }

    fn held(&self) -> usize {
        [&self.client, &self.server]
            .iter()
            .map(|side| {
                let message = side.message.as_ref().map_or(0, |assembly| assembly.message.body.bytes.len());
                message + side.inflater.as_ref().map_or(0, Inflater::held)
            })
            .sum()
    }
}

impl Direction {
    const fn new(direction: MessageDirection, parameters: Option<Parameters>) -> Self {
        Self {
            direction,
            parameters,
            inflater: None,
            poisoned: false,
            message: None,
            frame: None,
            closed: false,
        }
    }

    fn read(&mut self, bytes: &[u8], cx: &mut Cx<'_>) -> Result<Step, Fault> {
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            if self.closed {
                return Ok(Step { used: bytes.len(), next: Next::More(1) });
            }
            if let Some(frame) = self.frame {
                let (read, skip) = self.read_payload(frame, rest, cx);
                used += read;
                if skip > 0 {
                    return Ok(Step { used, next: Next::Skip(skip) });
                }
                if self.frame.is_some_and(|frame| frame.left > 0) {
                    return Ok(Step { used, next: Next::More(1) });
                }
                if self.end_frame(cx) && used > 0 {
                    return Ok(Step { used, next: Next::More(0) });
                }
                continue;
            }
            let header = match Header::read(rest)? {
                Ok(header) => header,
                Err(missing) => return Ok(Step { used, next: Next::More(missing) }),
            };
            if header.is_control() {
                // It is short, and may stand inside a fragmented message: read whole.
                let whole = header.len + header.payload as usize;
                if rest.len() < whole {
                    return Ok(Step { used, next: Next::More(whole - rest.len()) });
                }
                self.control(&header, rest.get(header.len..whole).unwrap_or_default(), cx);
                used += whole;
                return Ok(Step { used, next: Next::More(0) });
            }
            used += header.len;
            self.begin_frame(&header, cx)?;
        }
    }

    fn control(&mut self, header: &Header, payload: &[u8], cx: &mut Cx<'_>) {
        let mut message = cx.message();
        append(&mut message, payload, header.mask, 0, cx.limits);
        message.wire_len = (header.len + payload.len()) as u64;
        let opcode = match header.opcode {
            frame::CLOSE => Opcode::Close,
            frame::PING => Opcode::Ping,
            _ => Opcode::Pong,
        };
        self.closed |= opcode == Opcode::Close;
        let assembly = Assembly::new(message, opcode);
        self.emit(Assembly { frames: 1, notes: self.notes_of(header), ..assembly }, cx);
    }

    /// What a frame breaks of the rules, that can be read all the same.
    fn notes_of(&self, header: &Header) -> Notes {
        let client = self.direction == MessageDirection::ClientToServer;
        let mut notes = Notes::empty();
        notes.set(Notes::MALFORMED, header.masked != client || header.is_unruly());
        notes
    }

    fn begin_frame(&mut self, header: &Header, cx: &mut Cx<'_>) -> Result<(), Fault> {
        let opcode = match header.opcode {
            frame::TEXT => Some(Opcode::Text),
            frame::BINARY => Some(Opcode::Binary),
            frame::CONTINUATION => None,
            _ => return Err(Fault::Malformed("opcode of a WebSocket frame")),
        };
        let mut notes = self.notes_of(header);
        if opcode.is_some() && self.message.is_some() {
            self.cut_message(Notes::MALFORMED, cx);
        }
        if self.message.is_none() {
            let mut assembly = Assembly::new(cx.message(), opcode.unwrap_or(Opcode::Binary));
            if opcode.is_none() {
                // Its beginning was not seen, or never sent.
                assembly.notes |= Notes::PARTIAL;
            }
            self.message = Some(assembly);
        }
        let per_frame = self.parameters.is_some_and(|parameters| parameters.per_frame);
        let Some(assembly) = &mut self.message else { return Ok(()) };
        if header.compressed && (assembly.frames == 0 || per_frame) {
            assembly.compressed = true;
            assembly.inflates = self.parameters.is_some_and(|parameters| parameters.compresses)
                && !(self.poisoned && self.parameters.is_some_and(|parameters| parameters.takeover))
                && cx.limits.decode_bodies;
            if !assembly.inflates {
                assembly.message.body.encoded = true;
                notes.set(Notes::MALFORMED, self.parameters.is_some_and(|parameters| !parameters.compresses));
                // Once missed, what follows refers to what was not inflated.
                self.poisoned = true;
            }
        } else if header.compressed {
            notes |= Notes::MALFORMED;
        } else if per_frame {
            assembly.inflates = false;
        }
        assembly.notes |= notes;
        assembly.frames += 1;
        assembly.message.wire_len =
            assembly.message.wire_len.saturating_add(header.len as u64).saturating_add(header.payload);
        self.frame = Some(Payloads { left: header.payload, mask: header.mask, turned: 0, last: header.last });
        Ok(())
    }

    /// Takes what is there of a frame's payload. Returns how much was there and how much of the rest need not be seen.
    fn read_payload(&mut self, mut frame: Payloads, rest: &[u8], cx: &mut Cx<'_>) -> (usize, u64) {
        let taken = frame.left.min(rest.len() as u64) as usize;
        let piece = rest.get(..taken).unwrap_or_default();
        frame.left -= taken as u64;
        let mut skip = 0;
        if let Some(assembly) = &mut self.message {
            if taken > 0 {
                assembly.message.last = cx.now;
            }
            if !assembly.keep {
                body::skip(&mut assembly.message, taken as u64);
            } else if assembly.inflates {
                let window =
                    self.parameters.map_or(deflate::WINDOW_BITS, |parameters| parameters.window_bits);
                let inflater = self.inflater.get_or_insert_with(|| Inflater::new(window));
                let done = inflater.piece(piece, frame.mask, frame.turned, &mut assembly.message, cx.limits);
                if done == Inflated::Broken {
                    assembly.fail();
                    self.poisoned = true;
                }
            } else {
                append(&mut assembly.message, piece, frame.mask, frame.turned, cx.limits);
            }
            let wanted = assembly.keep
                && (assembly.inflates || assembly.message.body.bytes.len() < cx.limits.body_cap);
            if !wanted && frame.left > 0 {
                skip = frame.left;
                body::skip(&mut assembly.message, skip);
                frame.left = 0;
            }
        }
        frame.turned = (frame.turned + taken) % 4;
        self.frame = Some(frame);
        (taken, skip)
    }

    /// The payload of the frame under way is over. Returns whether a message ended with it.
    fn end_frame(&mut self, cx: &mut Cx<'_>) -> bool {
        let Some(frame) = self.frame.take() else { return false };
        let parameters = self.parameters.unwrap_or_default();
        let Some(assembly) = &mut self.message else { return false };
        assembly.message.last = cx.now;
        if assembly.inflates && (frame.last || parameters.per_frame) {
            if let Some(inflater) = &mut self.inflater
                && inflater.flush(&mut assembly.message, cx.limits) == Inflated::Broken
            {
                assembly.fail();
                self.poisoned = true;
            }
            if !parameters.takeover {
                self.reset_window();
            }
        } else if frame.last && assembly.compressed && !parameters.takeover {
            self.reset_window();
        }
        if !frame.last {
            return false;
        }
        if let Some(assembly) = self.message.take() {
            self.emit(assembly, cx);
        }
        true
    }

    /// What comes next refers to nothing before it.
    fn reset_window(&mut self) {
        // Given back rather than kept: a connection that does not need it between messages should not hold it.
        self.inflater = None;
        self.poisoned = false;
    }

    fn emit(&self, assembly: Assembly, cx: &mut Cx<'_>) {
        let Assembly { mut message, opcode, frames, compressed, mut notes, gap_bytes, .. } = assembly;
        message.payload =
            Payload::WebSocket(WebSocketMessage { direction: self.direction, opcode, frames, compressed });
        if message.body.encoded {
            notes |= Notes::UNDECODED;
        }
        if message.body.truncated {
            notes |= Notes::TRUNCATED;
        }
        if gap_bytes > 0 {
            notes |= Notes::GAP;
        }
        cx.emit(Exchange {
            protocol: Spoken::WebSocket,
            request: Some(message),
            response: None,
            notes,
            gap_bytes,
            unanswered: Some(Unanswered::NotDue),
        });
    }

    /// Sends out what there is of the message under way.
    fn cut_message(&mut self, notes: Notes, cx: &mut Cx<'_>) {
        if let Some(mut assembly) = self.message.take() {
            assembly.notes |= notes | Notes::PARTIAL;
            assembly.message.body.truncated = true;
            self.emit(assembly, cx);
        }
    }

    /// Bytes are missing, or make no sense, where they cannot be passed over.
    fn lose(&mut self, lost: u64, notes: Notes, cx: &mut Cx<'_>) {
        if let Some(assembly) = &mut self.message {
            assembly.gap_bytes += lost;
        }
        self.cut_message(notes, cx);
        self.frame = None;
        self.poisoned = true;
        self.inflater = None;
    }

    fn gap(&mut self, lost: u64, cx: &mut Cx<'_>) -> Gap {
        if self.closed {
            return Gap::Bridge;
        }
        let unskipped = lost.saturating_sub(cx.skip_left);
        if let (Some(frame), Some(assembly)) = (&mut self.frame, &mut self.message)
            && unskipped <= frame.left
        {
            frame.left -= unskipped;
            frame.turned = (frame.turned + (unskipped % 4) as usize) % 4;
            assembly.gap_bytes += lost;
            assembly.keep = false;
            body::skip(&mut assembly.message, unskipped);
            if assembly.inflates {
                assembly.fail();
                self.poisoned = true;
            }
            return Gap::Bridge;
        }
        self.lose(lost, Notes::GAP, cx);
        Gap::Resync
    }
}

impl Assembly {
    const fn new(message: Box<Message>, opcode: Opcode) -> Self {
        Self {
            message,
            opcode,
            frames: 0,
            compressed: false,
            inflates: false,
            keep: true,
            notes: Notes::empty(),
            gap_bytes: 0,
        }
    }

    /// It cannot be inflated any further.
    fn fail(&mut self) {
        self.inflates = false;
        self.keep = false;
        self.message.body.truncated = true;
        // How long it would have been is not known.
        self.message.body.len = self.message.body.sent_len;
        self.notes |= Notes::UNDECODED;
    }
}

/// Adds a piece of a payload to a body and takes the mask, turned by `turned` bytes, off it.
fn append(message: &mut Message, piece: &[u8], mask: [u8; 4], turned: usize, limits: &Limits) {
    let start = message.body.bytes.len();
    body::append(message, piece, limits);
    frame::unmask(message.body.bytes.get_mut(start..).unwrap_or_default(), mask, turned);
}
