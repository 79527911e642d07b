//! Frames and header blocks for scripts.

use crate::protocols::http2::frame::PREFACE;

/// Bytes of one side.
#[derive(Debug, Clone, Default)]
pub(super) struct Wire(pub(super) Vec<u8>);

impl Wire {
    /// Begins as a client does.
    pub(super) fn client() -> Self {
        let mut wire = Self(PREFACE.to_vec());
        wire.frame(4, 0, 0, &[0, 4, 0, 1, 0, 0]);
        wire
    }

    /// Begins as a server does.
    pub(super) fn server() -> Self {
        let mut wire = Self::default();
        wire.frame(4, 0, 0, &[0, 3, 0, 0, 0, 100]);
        wire
    }

    pub(super) fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> &mut Self {
        self.0.extend(&(payload.len() as u32).to_be_bytes()[1..]);
        self.0.extend([kind, flags]);
        self.0.extend(stream.to_be_bytes());
        self.0.extend(payload);
        self
    }

    pub(super) fn headers(&mut self, stream: u32, end: bool, block: &str) -> &mut Self {
        self.frame(1, 0x04 | u8::from(end), stream, &from_hex(block))
    }

    pub(super) fn data(&mut self, stream: u32, end: bool, body: &[u8]) -> &mut Self {
        self.frame(0, u8::from(end), stream, body)
    }

    pub(super) fn get(&mut self, stream: u32, path: &str) -> &mut Self {
        self.headers(stream, true, &hex(&get(path)))
    }
}

/// The block of a GET that leaves the table as it is.
pub(super) fn get(path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x86];
    block.extend(from_hex(&("01".to_owned() + &text("shop") + "04" + &text(path))));
    block
}

/// The block of a gRPC call.
pub(super) fn call(path: &str) -> String {
    "83".to_owned() + &hex(&get(path)[1..]) + &plain(&[("content-type", "application/grpc")])
}

/// The block of an answer in gRPC.
pub(super) fn answers_grpc() -> String {
    "88".to_owned() + &plain(&[("content-type", "application/grpc")])
}

/// Fields that leave the table as it is.
pub(super) fn plain(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| "00".to_owned() + &text(name) + &text(value)).collect()
}

/// A field that is added to the table.
pub(super) fn indexed(name: &str, value: &str) -> String {
    "40".to_owned() + &text(name) + &text(value)
}

/// A string without Huffman code.
pub(super) fn text(text: &str) -> String {
    let mut length = vec![text.len() as u8];
    if text.len() >= 127 {
        let rest = text.len() - 127;
        length = vec![0x7f, 0x80 | (rest & 0x7f) as u8, (rest >> 7) as u8];
    }
    hex(&length) + &hex(text.as_bytes())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn from_hex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}
