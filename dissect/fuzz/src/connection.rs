//! A real HTTP/1.1 connection over TCP, made from a fuzzer's bytes, and the frames that a faulty capture has of it.
//! In: a byte of options (bit 0: the handshake was captured), then two bytes a segment: who sends (bit 0), what the capture does with it
//! (bits 1 and 2: has it, loses it, has it twice, has it late), how late (bits 3 to 7), and how many bytes, times eight; 0 is the rest of
//! the message. The connection itself keeps to TCP and HTTP: a response goes out when its request is whole, and a segment acknowledges
//! all that was sent the other way. Only the capture is at fault, so what is found can be judged.

use mizu_entry::Message;

/// Requests of a connection, at most.
const MOST: usize = 64;

/// What the capture did to the segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fates {
    /// Every segment is there in its place, some twice.
    AllSeen,
    /// Some are late.
    SomeLate,
    /// Some are missing.
    SomeLost,
}

pub(crate) struct Connection {
    /// Frames with their place in the capture.
    frames: Vec<(usize, Vec<u8>)>,
    answered: usize,
    from_begin: bool,
    /// The client sent a request before the one before was answered.
    pipelines: bool,
}

/// What one side has to say, and how much of it was said.
#[derive(Default)]
struct Side {
    stream: Vec<u8>,
    /// Where each message ends in the stream.
    ends: Vec<usize>,
    sent: usize,
}

impl Side {
    fn say(&mut self, message: &str) {
        self.stream.extend_from_slice(message.as_bytes());
        self.ends.push(self.stream.len());
    }

    /// Messages that are said to their end.
    fn whole(&self) -> usize {
        self.ends.iter().filter(|end| **end <= self.sent).count()
    }
}

const CLIENT: u8 = 1;
const SERVER: u8 = 2;

impl Connection {
    /// Plays the connection; `None` where there are no options.
    pub(crate) fn read(data: &[u8]) -> Option<(Self, Fates)> {
        let [options, ops @ ..] = data else { return None };
        let (mut client, mut server) = (Side::default(), Side::default());
        for n in 0..MOST {
            let body = "b".repeat(n * 7 % 50);
            client.say(&format!(
                "POST /n/{n} HTTP/1.1\r\nHost: shop\r\nX-Number: {n}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ));
            server.say(&format!(
                "HTTP/1.1 200 OK\r\nX-Number: {n}\r\nContent-Length: {}\r\n\r\n{}",
                n * 13 % 90,
                "a".repeat(n * 13 % 90)
            ));
        }
        let mut made =
            Self { frames: Vec::new(), answered: 0, from_begin: options & 1 == 1, pipelines: false };
        let mut fates = Fates::AllSeen;
        if made.from_begin {
            made.keep(0, segment(CLIENT, 0, 0, 0x02, &[]));
            made.keep(0, segment(SERVER, 0, 1, 0x12, &[]));
            made.keep(0, segment(CLIENT, 1, 1, 0x10, &[]));
        }
        for op in ops.chunks_exact(2) {
            let &[what, len] = op else { continue };
            let by_client = what & 1 == 0;
            // The server may answer what it has whole.
            let may = if by_client {
                client.stream.len()
            } else {
                client.whole().checked_sub(1).map_or(0, |n| server.ends[n])
            };
            let (me, other, name) =
                if by_client { (&mut client, &server, CLIENT) } else { (&mut server, &client, SERVER) };
            let end = match len {
                0 => me.ends.iter().copied().find(|end| *end > me.sent).unwrap_or(me.sent),
                n => me.sent + usize::from(n) * 8,
            };
            let bytes = me.stream.get(me.sent..end.min(may)).unwrap_or_default();
            if bytes.is_empty() {
                continue;
            }
            let frame = segment(name, me.sent + 1, other.sent + 1, 0x18, bytes);
            me.sent += bytes.len();
            let answered = server.whole();
            made.pipelines |= client.ends.get(answered).is_some_and(|end| client.sent > *end);
            match what >> 1 & 3 {
                0 => made.keep(0, frame),
                1 => fates = Fates::SomeLost,
                2 => {
                    made.keep(0, frame.clone());
                    made.keep(usize::from(what >> 3), frame);
                }
                _ => {
                    made.keep(usize::from(what >> 3), frame);
                    fates = if fates == Fates::SomeLost { fates } else { Fates::SomeLate };
                }
            }
        }
        made.answered = server.whole();
        Some((made, fates))
    }

    fn keep(&mut self, later: usize, frame: Vec<u8>) {
        self.frames.push((self.frames.len() + later, frame));
    }

    /// The frames in the order of the capture.
    pub(crate) fn captured(&self) -> Vec<&[u8]> {
        let mut order: Vec<&(usize, Vec<u8>)> = self.frames.iter().collect();
        order.sort_by_key(|(place, _)| *place);
        order.into_iter().map(|(_, frame)| frame.as_slice()).collect()
    }

    /// Whether the handshake was captured.
    pub(crate) fn is_seen_from_its_begin(&self) -> bool {
        self.from_begin
    }

    /// Whether what the capture has tells which response is whose. Where requests that were sent together are lost, it does not:
    /// they look like one long request.
    pub(crate) fn is_tellable(&self, fates: Fates) -> bool {
        !self.pipelines || (self.from_begin && fates == Fates::AllSeen)
    }

    /// Requests whose answer was sent to its end.
    pub(crate) fn answered(&self) -> usize {
        self.answered
    }

    /// The number that a message bears.
    pub(crate) fn number(message: &Message) -> Option<usize> {
        let field = message.headers().find(|f| f.name.eq_ignore_ascii_case(b"x-number"))?;
        std::str::from_utf8(field.value).ok()?.parse().ok()
    }
}

/// Ethernet, IPv4 and TCP around some bytes.
fn segment(from: u8, sequence: usize, acknowledged: usize, flags: u8, bytes: &[u8]) -> Vec<u8> {
    let to = CLIENT + SERVER - from;
    let port = |who: u8| if who == CLIENT { 40_000_u16 } else { 80 }.to_be_bytes();
    // Begins such that the numbers run over 2^32 in a long connection.
    let number = |n: usize| u32::try_from(n).unwrap_or(0).wrapping_add(u32::MAX - 1000).to_be_bytes();
    let mut frame = vec![2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0];
    frame.extend([0x45, 0]);
    frame.extend(u16::try_from(40 + bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
    frame.extend([0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to]);
    frame.extend(port(from));
    frame.extend(port(to));
    frame.extend(number(sequence));
    frame.extend(number(acknowledged));
    frame.extend([0x50, flags, 16, 0, 0, 0, 0, 0]);
    frame.extend_from_slice(bytes);
    frame
}
