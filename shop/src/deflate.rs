//! permessage-deflate (RFC 7692) for the shop's WebSockets: soketto's extension with a decoder of our own.
//!
//! soketto 0.8.1 ends each message's decoder as if the DEFLATE stream had a last block, which such messages never have
//! (RFC 7692, 7.2.2); flate2 since 1.1.11 calls that an error. Negotiation and encoding are soketto's: both sides without
//! context takeover, so each message inflates by itself.

use flate2::{Decompress, FlushDecompress, Status};
use soketto::{
    BoxedError, Mode, Storage,
    base::{Header, OpCode},
    extension::{Extension, Param, deflate::Deflate},
};

/// The longest message after inflating, in bytes.
const LIMIT: usize = 1 << 20;
/// What the sender took off the end of each message (RFC 7692, 7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// The extension, for either side.
#[derive(Debug)]
pub(crate) struct PermessageDeflate {
    soketto: Deflate,
    /// The message under way began with a compressed fragment (only the first one has RSV1).
    compressed: bool,
}

impl PermessageDeflate {
    pub(crate) fn new(mode: Mode) -> Self {
        Self { soketto: Deflate::new(mode), compressed: false }
    }
}

impl Extension for PermessageDeflate {
    fn is_enabled(&self) -> bool {
        self.soketto.is_enabled()
    }

    fn name(&self) -> &str {
        self.soketto.name()
    }

    fn params(&self) -> &[Param<'_>] {
        self.soketto.params()
    }

    fn configure(&mut self, params: &[Param<'_>]) -> Result<(), BoxedError> {
        self.soketto.configure(params)
    }

    fn reserved_bits(&self) -> (bool, bool, bool) {
        self.soketto.reserved_bits()
    }

    fn encode(&mut self, header: &mut Header, data: &mut Storage<'_>) -> Result<(), BoxedError> {
        self.soketto.encode(header, data)
    }

    fn decode(&mut self, header: &mut Header, data: &mut Vec<u8>) -> Result<(), BoxedError> {
        if header.opcode() != OpCode::Continue {
            self.compressed = header.is_rsv1();
        }
        if self.compressed && header.is_fin() {
            self.compressed = false;
            data.extend(TAIL);
            *data = inflate(data)?;
            header.set_rsv1(false);
            header.set_payload_len(data.len());
        }
        Ok(())
    }
}

/// Inflates one whole message.
fn inflate(message: &[u8]) -> Result<Vec<u8>, BoxedError> {
    let mut inflater = Decompress::new(false);
    let mut out = Vec::with_capacity(4 * message.len());
    loop {
        let rest = message.get(inflater.total_in() as usize..).unwrap_or_default();
        let before = inflater.total_out();
        let status = inflater.decompress_vec(rest, &mut out, FlushDecompress::Sync)?;
        let used_up = inflater.total_in() as usize == message.len();
        if status == Status::StreamEnd || (used_up && out.len() < out.capacity()) {
            return Ok(out);
        }
        if out.len() >= LIMIT {
            return Err("a message is longer than 1 MiB after inflating".into());
        }
        if out.len() < out.capacity() && inflater.total_out() == before {
            return Err("a message is not DEFLATE".into());
        }
        out.reserve(out.len().max(1 << 10));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What soketto makes of a message.
    fn deflate(message: &[u8]) -> Vec<u8> {
        let mut header = Header::new(OpCode::Text);
        let mut data = Storage::Owned(message.to_vec());
        Deflate::new(Mode::Client).encode(&mut header, &mut data).unwrap();
        assert!(header.is_rsv1());
        data.as_ref().to_vec()
    }

    fn decode(fragments: &[&[u8]]) -> Result<Vec<u8>, BoxedError> {
        let mut extension = PermessageDeflate::new(Mode::Server);
        let mut data = Vec::new();
        for (at, fragment) in fragments.iter().enumerate() {
            let mut header = Header::new(if at == 0 { OpCode::Text } else { OpCode::Continue });
            header.set_rsv1(at == 0).set_fin(at + 1 == fragments.len());
            data.extend_from_slice(fragment);
            extension.decode(&mut header, &mut data)?;
        }
        Ok(data)
    }

    #[test]
    fn a_message_comes_back_whole_or_in_fragments() {
        let long = "tea, ".repeat(9_000).into_bytes();
        let noise: Vec<u8> = (0..5_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
        for message in [&b"x"[..], br#"{"subscribe":["sencha"]}"#, &long, &noise] {
            let packed = deflate(message);
            assert_eq!(decode(&[&packed]).unwrap(), message);
            let (a, b) = packed.split_at(packed.len() / 2);
            assert_eq!(decode(&[a, b]).unwrap(), message);
        }
    }

    #[test]
    fn a_message_that_is_not_deflate_or_too_long_is_an_error() {
        assert!(decode(&[b"\xff\xff\xff\xff"]).is_err());
        assert!(decode(&[&deflate(&vec![0; 3 * LIMIT])]).is_err());
    }
}
