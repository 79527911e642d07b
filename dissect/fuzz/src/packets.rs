//! Frames and capture files. Oracles: of `link`, that memory stays in its budget; of `capture`, that reading goes forward to an end; of
//! `stream`, that a request is never given the response of another and never reported twice, whatever of a real connection is lost
//! to the capture, doubled or late, and that nothing is missing where nothing was lost.

use super::connection::{Connection, Fates};
use super::dissectors::LIMITS;
use mizu_dissect::pcap::Reader;
use mizu_dissect::{Config, Engine, Frame, Heading, LinkType, Sink};
use mizu_entry::{Entry, Timestamp};

/// Small, so that an engine is made quickly and its bounds are reached.
const CONFIG: Config = Config { limits: LIMITS, budget: 256 << 10, connections: 64, seed: 1 };

/// What may be held beyond the budget: the segment that reached it, which is given up with the next.
const SLACK: usize = 64 << 10;

struct Ignored;

impl Sink for Ignored {
    fn entry(&mut self, _: &mut Entry) {}
}

fn frame(at: u64, link: LinkType, bytes: &[u8]) -> Frame<'_> {
    let original_len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    Frame {
        at: Timestamp::new(1, 0).plus(at * 1_000_000),
        link,
        interface: 0,
        heading: Heading::Unknown,
        bytes,
        original_len,
    }
}

/// Frames of any link layer: a length of two bytes and a link type of two, little end first, then the frame; and so on.
pub fn link(data: &[u8]) {
    let mut engine = Engine::new(CONFIG);
    let mut rest = data;
    let mut at = 0;
    while let [len_low, len_high, link_low, link_high, tail @ ..] = rest {
        let len = usize::from(u16::from_le_bytes([*len_low, *len_high]));
        let (bytes, after) = tail.split_at(len.min(tail.len()));
        rest = after;
        at += 1;
        let number = u16::from_le_bytes([*link_low, *link_high]);
        let link = LinkType::from_number(number.into()).unwrap_or(LinkType::EtherType(number));
        engine.frame(frame(at, link, bytes), &mut Ignored);
        assert!(engine.held() <= CONFIG.budget + SLACK, "{} bytes held of {}", engine.held(), CONFIG.budget);
    }
    engine.finish(&mut Ignored);
}

/// Any bytes as a capture file.
pub fn capture(data: &[u8]) {
    let Ok(mut reader) = Reader::new(data) else { return };
    let mut engine = Engine::new(CONFIG);
    let mut before = reader.position();
    while let Some(next) = reader.next_frame() {
        assert!(reader.position() <= data.len(), "the place lies in the file");
        match next {
            Ok(frame) => {
                assert!(reader.position() > before, "a frame takes bytes of the file");
                engine.frame(frame, &mut Ignored);
            }
            Err(error) if error.is_final() => {
                assert!(reader.next_frame().is_none(), "nothing follows the last error")
            }
            Err(_) => {}
        }
        before = reader.position();
    }
    engine.finish(&mut Ignored);
}

/// What was found of a connection whose requests and responses are numbered.
#[derive(Default)]
struct Numbered {
    requests: Vec<usize>,
    pairs: usize,
    /// Whether pairs are judged.
    is_tellable: bool,
}

impl Sink for Numbered {
    fn entry(&mut self, entry: &mut Entry) {
        let request = entry.request.as_ref().and_then(|m| Connection::number(m));
        let response = entry.response.as_ref().and_then(|m| Connection::number(m));
        if let (Some(asked), Some(answered)) = (request, response) {
            assert!(
                asked == answered || !self.is_tellable,
                "request {asked} was given the response of {answered}"
            );
            self.pairs += 1;
        }
        self.requests.extend(request);
    }
}

/// A real HTTP/1.1 connection, and what its capture has of it.
pub fn stream(data: &[u8]) {
    let Some((connection, fates)) = Connection::read(data) else { return };
    // The limits of users: none of them is reached by a connection of this length.
    let mut engine = Engine::new(Config { connections: 64, seed: 1, ..Config::default() });
    let mut found = Numbered { is_tellable: connection.is_tellable(fates), ..Numbered::default() };
    for (at, bytes) in connection.captured().iter().enumerate() {
        engine.frame(frame(at as u64, LinkType::Ethernet, bytes), &mut found);
    }
    engine.finish(&mut found);
    let all = found.requests.len();
    found.requests.sort_unstable();
    found.requests.dedup();
    assert_eq!(found.requests.len(), all, "a request was reported twice");
    // Without the handshake, requests from before the capture may be waiting, so pipelined ones have no sure answer.
    if fates == Fates::AllSeen && connection.is_seen_from_its_begin() {
        let due = connection.answered();
        // The last answer may have been under way when the capture ended.
        assert!(
            found.pairs == due || found.pairs == due + 1,
            "nothing was lost: {due} are answered, {} were found so",
            found.pairs
        );
    }
}
