//! Whether a file is a capture, told by its first bytes before anything is started.
//!
//! In: a path. Out: its length, or an error with the next step. Whether the rest of the file is whole is seen when it is
//! read.

use std::{fs::File, io::Read as _, path::Path};

use anyhow::{Context as _, anyhow};

use crate::failure::{Failure, Status};

/// Looks at the first bytes of the file.
///
/// # Errors
/// It cannot be read, is empty, or is neither pcap nor pcapng.
pub(crate) fn check(path: &Path) -> Result<(), Failure> {
    let input = |error| Failure::new(Status::Usage, error);
    let mut file = File::open(path).with_context(|| format!("opening {}", path.display())).map_err(input)?;
    let mut head = Vec::new();
    let read = file.by_ref().take(16).read_to_end(&mut head);
    read.with_context(|| format!("reading {}", path.display())).map_err(input)?;
    let name = path.display();
    match kind(&head) {
        Kind::Capture => Ok(()),
        Kind::Empty => {
            Err(input(anyhow!("{name} is empty"))
                .hint("record it again, for example: tcpdump -i any -w FILE"))
        }
        Kind::Packed(tool) => Err(input(anyhow!("{name} is compressed"))
            .hint(format!("{tool} {name}    (then open what it makes)"))),
        Kind::Foreign => Err(input(anyhow!(
            "{name} is no capture: it begins neither like pcap nor like pcapng"
        ))
        .hint(format!(
            "file {name}    (says what it is; editcap of Wireshark turns other captures into pcapng)"
        ))),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Capture,
    Empty,
    /// Compressed, by the command that undoes it.
    Packed(&'static str),
    Foreign,
}

fn kind(head: &[u8]) -> Kind {
    match head {
        [] => Kind::Empty,
        // pcap with times in µs or ns, in both byte orders (draft-ietf-opsawg-pcap, 4); pcapng (draft-ietf-opsawg-pcapng, 4.1).
        [0xa1, 0xb2, 0xc3, 0xd4, ..] | [0xd4, 0xc3, 0xb2, 0xa1, ..] => Kind::Capture,
        [0xa1, 0xb2, 0x3c, 0x4d, ..] | [0x4d, 0x3c, 0xb2, 0xa1, ..] => Kind::Capture,
        [0x0a, 0x0d, 0x0d, 0x0a, ..] => Kind::Capture,
        [0x1f, 0x8b, ..] => Kind::Packed("gunzip -k"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Packed("zstd -dk"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Kind::Packed("xz -dk"),
        _ => Kind::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_are_told_from_other_files_by_their_first_bytes() {
        for (head, want) in [
            (&b"\xd4\xc3\xb2\xa1\x02\x00"[..], Kind::Capture),
            (b"\xa1\xb2\x3c\x4d", Kind::Capture),
            (b"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00", Kind::Capture),
            (b"", Kind::Empty),
            (b"\x1f\x8b\x08\x00", Kind::Packed("gunzip -k")),
            (b"{\"log\":{}}", Kind::Foreign),
            (b"\xd4\xc3", Kind::Foreign),
        ] {
            assert_eq!(kind(head), want, "{head:?}");
        }
    }
}
