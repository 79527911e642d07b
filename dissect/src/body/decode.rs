//! The decoders behind content codings: gzip, deflate, brotli, zstd, each streaming into a bounded [`Output`].
//!
//! Their state and buffers live in one [`Decoder`] that is used for body after body, so that decoding allocates
//! nothing once it is warm (brotli excepted, whose decoder cannot be used again).

use std::fmt;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder as ZstdDecoder, Operation};

/// Bytes that a decoder writes in one step.
const WINDOW: usize = 16 * 1024;

/// Bytes of a spare buffer that are kept at most.
const SPARE: usize = 256 * 1024;

/// The largest zstd window as a power of two: 8 MiB (RFC 9659 section 3).
const ZSTD_WINDOW_LOG: u32 = 23;

/// A content coding (RFC 9110 section 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    /// The coding of that name, in whatever case.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        const NAMES: [(&[u8], Coding); 6] = [
            (b"gzip", Coding::Gzip),
            (b"x-gzip", Coding::Gzip),
            (b"deflate", Coding::Deflate),
            (b"br", Coding::Brotli),
            (b"zstd", Coding::Zstd),
            (b"x-deflate", Coding::Deflate),
        ];
        NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, coding)| *coding)
    }
}

/// How a decoding ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// At the end of the coded data.
    Whole,
    /// At the end of the bytes, before the end of the coded data, or where no more output was wanted.
    Cut,
    /// The bytes are not in that coding.
    Broken,
    /// More output than allowed.
    TooMuch,
}

/// Where decoded bytes go: the first ones are kept, all are counted.
pub(super) struct Output {
    bytes: Vec<u8>,
    keep: usize,
    count: u64,
    most: u64,
}

impl Output {
    /// Keeps `keep` bytes in `bytes` and allows `most`.
    pub(super) fn new(bytes: Vec<u8>, keep: usize, most: u64) -> Self {
        Self { bytes, keep, count: 0, most }
    }

    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Whether fewer bytes were kept than decoded.
    pub(super) fn is_cut(&self) -> bool {
        (self.bytes.len() as u64) < self.count
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn write(&mut self, piece: &[u8]) {
        let room = self.keep.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
        self.count += piece.len() as u64;
    }

    fn restart(&mut self) {
        self.bytes.clear();
        self.count = 0;
    }
}

/// What one step of a decoder did.
struct Progress {
    read: usize,
    written: usize,
    /// The end of the coded data was met.
    done: bool,
}

/// Decoders and buffers that are used again.
#[derive(Default)]
pub struct Decoder {
    inflate: Option<Decompress>,
    zstd: Option<ZstdDecoder<'static>>,
    window: Vec<u8>,
    spare: [Vec<u8>; 2],
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoder")
    }
}

impl Decoder {
    /// An empty buffer.
    pub(super) fn take_buffer(&mut self) -> Vec<u8> {
        let [first, second] = &mut self.spare;
        std::mem::take(if first.capacity() >= second.capacity() { first } else { second })
    }

    /// Takes a buffer back.
    pub(super) fn give_buffer(&mut self, mut buffer: Vec<u8>) {
        let [first, second] = &mut self.spare;
        let place = if first.capacity() <= second.capacity() { first } else { second };
        if place.capacity() < buffer.capacity() && buffer.capacity() <= SPARE {
            buffer.clear();
            *place = buffer;
        }
    }

    /// Decodes `input`. Unless `to_the_end`, stops once the output keeps no more.
    pub(super) fn decode(
        &mut self,
        coding: Coding,
        input: &[u8],
        output: &mut Output,
        to_the_end: bool,
    ) -> Ended {
        self.window.resize(WINDOW, 0);
        match coding {
            Coding::Gzip => self.gunzip(input, output, to_the_end),
            Coding::Deflate => self.deflate(input, output, to_the_end),
            Coding::Brotli => self.brotli(input, output, to_the_end),
            Coding::Zstd => self.zstd(input, output, to_the_end),
        }
    }

    /// Members of gzip, one after the other (RFC 1952 section 2.2). What follows the last one is ignored, as gzip
    /// does.
    fn gunzip(&mut self, mut input: &[u8], output: &mut Output, to_the_end: bool) -> Ended {
        let mut first = true;
        loop {
            let start = match gzip_header(input) {
                Header::At(start) => start,
                Header::Cut if first || !input.is_empty() => return Ended::Cut,
                Header::No if first => return Ended::Broken,
                Header::Cut | Header::No => return Ended::Whole,
            };
            first = false;
            let (ended, used) = self.inflate(input.get(start..).unwrap_or_default(), output, to_the_end);
            if ended != Ended::Whole {
                return ended;
            }
            // A checksum and a length stand behind the data, 4 bytes each.
            input = input.get(start + used + 8..).unwrap_or_default();
        }
    }

    /// zlib (RFC 1950) as the standard says, or bare deflate (RFC 1951) as some servers send.
    fn deflate(&mut self, input: &[u8], output: &mut Output, to_the_end: bool) -> Ended {
        if let [method, flags, rest @ ..] = input
            && method & 0x0f == 8
            && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0
            && flags & 0x20 == 0
        {
            let (ended, _) = self.inflate(rest, output, to_the_end);
            if ended != Ended::Broken {
                return ended;
            }
            output.restart();
        }
        self.inflate(input, output, to_the_end).0
    }

    fn inflate(&mut self, input: &[u8], output: &mut Output, to_the_end: bool) -> (Ended, usize) {
        let inflate = self.inflate.get_or_insert_with(|| Decompress::new(false));
        inflate.reset(false);
        pump(input, output, &mut self.window, to_the_end, |input, window| {
            let before = (inflate.total_in(), inflate.total_out());
            let status = inflate.decompress(input, window, FlushDecompress::None).ok()?;
            Some(Progress {
                read: (inflate.total_in() - before.0) as usize,
                written: (inflate.total_out() - before.1) as usize,
                done: status == Status::StreamEnd,
            })
        })
    }

    fn brotli(&mut self, input: &[u8], output: &mut Output, to_the_end: bool) -> Ended {
        let alloc = StandardAlloc::default;
        let mut state = Box::new(BrotliState::new_strict(alloc(), alloc(), alloc()));
        let mut total = 0;
        let step = |input: &[u8], window: &mut [u8]| {
            let (mut left, mut read, mut room, mut written) = (input.len(), 0, window.len(), 0);
            let result = BrotliDecompressStream(
                &mut left,
                &mut read,
                input,
                &mut room,
                &mut written,
                window,
                &mut total,
                &mut state,
            );
            match result {
                BrotliResult::ResultFailure => None,
                BrotliResult::ResultSuccess => Some(Progress { read, written, done: true }),
                BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {
                    Some(Progress { read, written, done: false })
                }
            }
        };
        pump(input, output, &mut self.window, to_the_end, step).0
    }

    /// Frames of zstd, one after the other (RFC 8878 section 3).
    fn zstd(&mut self, mut input: &[u8], output: &mut Output, to_the_end: bool) -> Ended {
        if self.zstd.is_none() {
            self.zstd = ZstdDecoder::new().ok();
            if let Some(zstd) = &mut self.zstd {
                // Refused only for a number out of range, which this is not.
                let _ = zstd.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG));
            }
        }
        let Some(zstd) = &mut self.zstd else { return Ended::Broken };
        loop {
            if zstd.reinit().is_err() {
                return Ended::Broken;
            }
            let (ended, used) = pump(input, output, &mut self.window, to_the_end, |input, window| {
                let status = zstd.run_on_buffers(input, window).ok()?;
                Some(Progress {
                    read: status.bytes_read,
                    written: status.bytes_written,
                    done: status.remaining == 0,
                })
            });
            input = input.get(used..).unwrap_or_default();
            if ended != Ended::Whole || input.is_empty() {
                return ended;
            }
        }
    }
}

/// Steps a decoder through `input` until it is done, breaks, or stands still. Returns the bytes read too.
fn pump(
    input: &[u8],
    output: &mut Output,
    window: &mut [u8],
    to_the_end: bool,
    mut step: impl FnMut(&[u8], &mut [u8]) -> Option<Progress>,
) -> (Ended, usize) {
    let mut at = 0;
    loop {
        let Some(progress) = step(input.get(at..).unwrap_or_default(), window) else {
            return (Ended::Broken, at);
        };
        at += progress.read;
        output.write(window.get(..progress.written).unwrap_or_default());
        if output.count > output.most {
            return (Ended::TooMuch, at);
        }
        if progress.done {
            return (Ended::Whole, at);
        }
        let stands = progress.read == 0 && progress.written == 0;
        if stands || (!to_the_end && output.bytes.len() >= output.keep) {
            return (Ended::Cut, at);
        }
    }
}

/// Where the deflate data of a gzip member begins.
enum Header {
    At(usize),
    Cut,
    No,
}

/// Reads a gzip member's header (RFC 1952 section 2.3).
fn gzip_header(input: &[u8]) -> Header {
    const HCRC: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
    let seen = input.len().min(MAGIC.len());
    if input.get(..seen) != MAGIC.get(..seen) {
        return Header::No;
    }
    let Some(flags) = input.get(3).copied().filter(|_| input.len() >= 10) else { return Header::Cut };
    if flags & 0xe0 != 0 {
        return Header::No;
    }
    let mut at = 10;
    if flags & EXTRA != 0 {
        let Some(&[low, high]) = input.get(at..at + 2) else { return Header::Cut };
        at += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            let Some(end) = input.get(at..).and_then(|rest| memchr::memchr(0, rest)) else {
                return Header::Cut;
            };
            at += end + 1;
        }
    }
    if flags & HCRC != 0 {
        at += 2;
    }
    if at > input.len() { Header::Cut } else { Header::At(at) }
}
