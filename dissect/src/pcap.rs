//! Capture files: the bytes of a pcap or pcapng file in, frames and TLS secrets out.
//!
//! Reads classic pcap (micro- and nanoseconds, both byte orders) and pcapng (several sections and interfaces, each
//! with its resolution of time; Enhanced, Simple and obsolete Packet Blocks; Decryption Secrets Blocks) as the IETF
//! drafts draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng describe them. Frames borrow the file's bytes, which may
//! be a memory map. What cannot be read is said with its place in the file; every frame before it is given. No I/O,
//! no look into frames, no decompression of the file.

mod classic;
mod ng;

use crate::frame::{Frame, LinkType};

/// Why a capture file, or the rest of it, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PcapError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file is something else.
    #[error("this is not a pcap or pcapng capture: it begins with {begins}{}", guess.map(|guess| format!(" ({guess})")).unwrap_or_default())]
    Foreign {
        /// The first bytes in hexadecimal.
        begins: String,
        /// What the file seems to be, and what to do with it.
        guess: Option<&'static str>,
    },
    /// The file ends inside a record, as that of a capture which was not ended in order.
    #[error("the capture is cut: the record at byte {at} needs {needed} bytes and the file has {there} more")]
    Truncated {
        /// Where the record begins.
        at: usize,
        /// Bytes that the record needs from there on.
        needed: u64,
        /// Bytes that there are.
        there: usize,
    },
    /// A record breaks the format, so that what follows cannot be found.
    #[error("the capture is damaged at byte {at}: {what}")]
    Damaged {
        /// Where the record begins.
        at: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The frames of an interface begin in a way that is not read; they are passed over. Told once an interface.
    #[error(
        "interface {interface} has link type {number}, which is not supported; its packets are passed over"
    )]
    LinkType {
        /// The interface's place in the file.
        interface: u32,
        /// The link type's number.
        number: u32,
    },
}

impl PcapError {
    /// Whether nothing more comes after it.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::LinkType { .. })
    }
}

/// An interface that a capture file names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileInterface {
    /// Its name, where the file has one.
    pub name: String,
    /// The link type's number.
    pub link: u32,
}

/// Reads one file from its begin to its end.
#[derive(Debug)]
pub struct Reader<'a> {
    file: File<'a>,
    format: Format,
    interfaces: Vec<FileInterface>,
    secrets: Vec<&'a [u8]>,
    skipped: u64,
}

/// The file's bytes and the place of the next record.
#[derive(Debug)]
struct File<'a> {
    bytes: &'a [u8],
    at: usize,
    ended: bool,
}

#[derive(Debug)]
enum Format {
    Classic(classic::Classic),
    Ng(ng::Ng),
}

impl<'a> Reader<'a> {
    /// Looks at the file's header.
    ///
    /// # Errors
    /// [`PcapError::Empty`], [`PcapError::Foreign`], or [`PcapError::Truncated`] where not even the header is whole.
    pub fn new(bytes: &'a [u8]) -> Result<Self, PcapError> {
        let mut reader = Self {
            file: File { bytes, at: 0, ended: false },
            format: Format::Ng(ng::Ng::default()),
            interfaces: Vec::new(),
            secrets: Vec::new(),
            skipped: 0,
        };
        if bytes.is_empty() {
            return Err(PcapError::Empty);
        }
        if ng::is_section(bytes) {
            return Ok(reader);
        }
        let Some((classic, link)) = classic::Classic::open(bytes)? else {
            return Err(foreign(bytes));
        };
        reader.file.at = classic::HEADER;
        reader.interfaces.push(FileInterface { name: String::new(), link });
        reader.format = Format::Classic(classic);
        Ok(reader)
    }

    /// The next frame; `None` at the end. An error for which [`PcapError::is_final`] holds is the last thing that comes.
    pub fn next_frame(&mut self) -> Option<Result<Frame<'a>, PcapError>> {
        if self.file.ended {
            return None;
        }
        let found = match &mut self.format {
            Format::Classic(classic) => classic.next(&mut self.file, &mut self.skipped),
            Format::Ng(ng) => {
                ng.next(&mut self.file, &mut self.interfaces, &mut self.secrets, &mut self.skipped)
            }
        };
        match &found {
            Some(Err(error)) => self.file.ended = error.is_final(),
            None => self.file.ended = true,
            Some(Ok(_)) => {}
        }
        found
    }

    /// The TLS key logs (NSS key log format) of the part of the file that was read.
    #[must_use]
    pub fn secrets(&self) -> &[&'a [u8]] {
        &self.secrets
    }

    /// The interfaces of the part of the file that was read; [`Frame::interface`] is an index into them.
    #[must_use]
    pub fn interfaces(&self) -> &[FileInterface] {
        &self.interfaces
    }

    /// Place of the next record in the file, in bytes.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.file.at
    }

    /// Frames passed over because of their interface's link type.
    #[must_use]
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }
}

impl<'a> File<'a> {
    /// The `len` bytes of the record that begins here, which is passed.
    fn take(&mut self, len: u64) -> Result<&'a [u8], PcapError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let record = usize::try_from(len).ok().and_then(|len| rest.get(..len));
        let Some(record) = record else {
            return Err(PcapError::Truncated { at: self.at, needed: len, there: rest.len() });
        };
        self.at = self.at.saturating_add(record.len());
        Ok(record)
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}

/// Order of the bytes in a file's numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Order {
    #[default]
    Little,
    Big,
}

impl Order {
    fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let raw = bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default();
        match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        }
    }

    fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let raw = bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default();
        match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        }
    }
}

fn foreign(bytes: &[u8]) -> PcapError {
    let begins: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let guess = match bytes {
        [0x1f, 0x8b, ..] => Some("compressed with gzip: decompress it first with `gunzip`"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("compressed with zstd: decompress it first with `unzstd`"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Some("compressed with xz: decompress it first with `unxz`"),
        [b'B', b'Z', b'h', ..] => Some("compressed with bzip2: decompress it first with `bunzip2`"),
        [b's', b'n', b'o', b'o', b'p', 0, ..] => Some("a snoop capture: convert it with `editcap -F pcapng`"),
        [0x54, 0x52, 0x53, 0x4e, ..] => Some("a NetXRay capture: convert it with `editcap -F pcapng`"),
        [0x7f, b'E', b'L', b'F', ..] => Some("a program"),
        [b'{' | b'[', ..] => Some("JSON"),
        _ if bytes.iter().take(64).all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) => {
            Some("text")
        }
        _ => None,
    };
    PcapError::Foreign { begins: begins.join(" "), guess }
}

/// The link type that a file's number names: the number is the low half, above it are facts on frame checksums.
const fn link_type(number: u32) -> Option<LinkType> {
    LinkType::from_number(number & 0xffff)
}

#[cfg(test)]
mod tests;
