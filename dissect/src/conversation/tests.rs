//! The joint on a toy protocol: a message is a length byte and that many bytes; `S` in front skips its body.

use mizu_entry::{Message, Protocol as Spoken};

use super::*;
use crate::protocol::Step;
use crate::testkit::{Turn, client, run, server};

#[derive(Default)]
struct Toy {
    skipping: Option<Box<Message>>,
}

impl Toy {
    fn finish(message: Box<Message>, cx: &mut Cx<'_>) {
        cx.emit(Exchange { protocol: Spoken::Http, request: Some(message), ..Exchange::default() });
    }
}

impl Dissector for Toy {
    fn data(&mut self, from: Side, bytes: &[u8], cx: &mut Cx<'_>) -> Result<Step, Fault> {
        if from == Side::Client
            && let Some(mut message) = self.skipping.take()
        {
            message.last = cx.now;
            Self::finish(message, cx);
        }
        let [kind, len, rest @ ..] = bytes else {
            return Ok(Step { used: 0, next: Next::More(2 - bytes.len()) });
        };
        let len = usize::from(*len);
        match kind {
            b'S' => {
                self.skipping = Some(cx.message());
                Ok(Step { used: 2, next: Next::Skip(len as u64) })
            }
            b'W' if from == Side::Client => Ok(Step { used: 0, next: Next::Wait }),
            b'X' => Err(Fault::Malformed("X")),
            _ if rest.len() < len => Ok(Step { used: 0, next: Next::More(len - rest.len()) }),
            _ => {
                let mut message = cx.message();
                message.body.bytes.extend_from_slice(&rest[..len]);
                Self::finish(message, cx);
                Ok(Step { used: 2 + len, next: Next::More(0) })
            }
        }
    }

    fn held(&self) -> usize {
        0
    }
}

fn bodies(script: &[Turn], piece: usize) -> Vec<String> {
    let played = run(Box::new(Toy::default()), script, piece, &Limits::default());
    let text = |exchange: &Exchange| {
        String::from_utf8_lossy(&exchange.request.as_ref().unwrap().body.bytes).into_owned()
    };
    played.exchanges.iter().map(text).collect()
}

#[test]
fn every_segmentation_gives_the_same_messages() {
    let script = [client(b"M\x03oneM\x05threeM\x00M\x02ab"), server(b"M\x06answer")];
    for piece in 1..20 {
        assert_eq!(bodies(&script, piece), ["one", "three", "", "ab", "answer"], "pieces of {piece}");
    }
}

#[test]
fn skipped_bytes_are_not_shown_and_their_end_is_noticed_at_once() {
    for piece in 1..20 {
        let played = run(Box::new(Toy::default()), &[client(b"S\x0a0123456789")], piece, &Limits::default());
        assert_eq!(played.exchanges.len(), 1, "pieces of {piece}");
    }
}

#[test]
fn a_fault_ends_the_reading_of_a_side() {
    let played = run(Box::new(Toy::default()), &[client(b"M\x01aX\x00M\x01b")], 100, &Limits::default());
    assert_eq!(played.exchanges.len(), 1);
    assert_eq!(played.verdict, Some(Verdict::Faulted(Fault::Malformed("X"))));
}
