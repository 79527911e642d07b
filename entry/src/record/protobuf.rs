//! gRPC messages for people, read without their schema.
//!
//! In: what is kept of a gRPC body. Out: its messages, each with its fields by number. The encoding does not say what
//! a length-delimited field is: it is shown as a message if it parses wholly as one, else as text if it is printable,
//! else in hex. Bounded: [`MAX_MESSAGES`] messages, [`MAX_DEPTH`] levels, [`MAX_FIELDS`] fields a message.

use std::fmt::Write as _;

use crate::api::{GrpcMessage, ProtobufField};

/// Messages of a body that are shown.
const MAX_MESSAGES: usize = 100;
/// Levels of nesting that are looked into.
const MAX_DEPTH: usize = 8;
/// Fields of a gRPC message that are shown, nested ones included.
const MAX_FIELDS: usize = 200;
/// Bytes that are shown of a field in hex.
const MAX_HEX: usize = 256;

/// The length-prefixed messages of a body (gRPC over HTTP/2, "Length-Prefixed-Message").
pub(super) fn messages(body: &[u8]) -> Vec<GrpcMessage> {
    let mut out = Vec::new();
    let mut rest = body;
    while out.len() < MAX_MESSAGES
        && let Some((&[flag, a, b, c, d], after)) = rest.split_first_chunk()
    {
        let len = u32::from_be_bytes([a, b, c, d]) as usize;
        let (kept, after) = after.split_at_checked(len).unwrap_or((after, &[]));
        let compressed = flag & 1 == 1;
        let mut left = MAX_FIELDS;
        out.push(GrpcMessage {
            compressed,
            len: len as u64,
            truncated: kept.len() < len,
            fields: if compressed { Vec::new() } else { fields(kept, MAX_DEPTH, &mut left).0 },
        });
        rest = after;
    }
    out
}

/// The fields of a message, and whether it parsed to its end.
fn fields(message: &[u8], depth: usize, left: &mut usize) -> (Vec<ProtobufField>, bool) {
    let mut out = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        if *left == 0 {
            return (out, false);
        }
        *left -= 1;
        match field(&mut rest, depth, left) {
            Some(field) => out.push(field),
            None => return (out, false),
        }
    }
    (out, true)
}

fn field(rest: &mut &[u8], depth: usize, left: &mut usize) -> Option<ProtobufField> {
    let key = varint(rest)?;
    let number = u32::try_from(key >> 3).ok().filter(|number| (1..1 << 29).contains(number))?;
    let simple = |kind: &str, value: String| ProtobufField {
        number,
        kind: kind.to_owned(),
        value,
        fields: Vec::new(),
    };
    Some(match key & 7 {
        0 => simple("varint", varint(rest)?.to_string()),
        1 => {
            let (bytes, after) = rest.split_first_chunk::<8>()?;
            *rest = after;
            let (whole, float) = (u64::from_le_bytes(*bytes), f64::from_le_bytes(*bytes));
            simple("fixed64", if plausible(float) { format!("{float}") } else { whole.to_string() })
        }
        5 => {
            let (bytes, after) = rest.split_first_chunk::<4>()?;
            *rest = after;
            let (whole, float) = (u32::from_le_bytes(*bytes), f32::from_le_bytes(*bytes));
            simple("fixed32", if plausible(float.into()) { format!("{float}") } else { whole.to_string() })
        }
        2 => {
            let len = usize::try_from(varint(rest)?).ok()?;
            let (bytes, after) = rest.split_at_checked(len)?;
            *rest = after;
            let text = str::from_utf8(bytes).ok().filter(|text| text.chars().all(printable));
            if depth > 0 && !bytes.is_empty() {
                let mut budget = *left;
                let (fields, whole) = fields(bytes, depth - 1, &mut budget);
                // Short words parse as messages of numbers ("0a": field 6 is 97). A message whose every byte is
                // printable is believed only if all its fields carry their length.
                let believed = text.is_none() || fields.iter().all(|field| !number_kind(&field.kind));
                if whole && believed {
                    *left = budget;
                    return Some(ProtobufField {
                        number,
                        kind: "message".to_owned(),
                        value: String::new(),
                        fields,
                    });
                }
            }
            match text {
                Some(text) => simple("string", text.to_owned()),
                None => simple("bytes", hex(bytes)),
            }
        }
        _ => return None,
    })
}

fn number_kind(kind: &str) -> bool {
    matches!(kind, "varint" | "fixed32" | "fixed64")
}

/// Whether eight or four bytes are rather a fraction than a whole number.
fn plausible(float: f64) -> bool {
    float != 0.0 && float.is_finite() && (1e-6..1e15).contains(&float.abs())
}

fn printable(c: char) -> bool {
    !c.is_control() || matches!(c, '\n' | '\r' | '\t')
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len().min(MAX_HEX));
    for byte in bytes.iter().take(MAX_HEX) {
        // Writing to a String does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    if bytes.len() > MAX_HEX {
        let _ = write!(out, "… ({} bytes)", bytes.len());
    }
    out
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..70).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        if shift == 63 && byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(fields: &[ProtobufField]) -> String {
        let one = |field: &ProtobufField| match field.kind.as_str() {
            "message" => format!("{}:{{{}}}", field.number, shown(&field.fields)),
            kind => format!("{}:{kind}={}", field.number, field.value),
        };
        fields.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    fn framed(message: &[u8]) -> Vec<u8> {
        let len = u32::try_from(message.len()).expect("short").to_be_bytes();
        [&[0][..], &len, message].concat()
    }

    #[test]
    fn fields_are_told_apart_by_what_they_hold() {
        for (message, wanted) in [
            (&b"\x08\x96\x01"[..], "1:varint=150"),
            (b"\x12\x07testing", "2:string=testing"),
            (b"\x1a\x03\x08\x96\x01", "3:{1:varint=150}"),
            (b"\x1a\x040a0b", "3:string=0a0b"),
            (b"\x0a\x03\xff\xfe\x00", "1:bytes=fffe00"),
            (b"\x0a\x00", "1:string="),
            (b"\x11\x00\x00\x00\x00\x00\x00\xf8\x3f", "2:fixed64=1.5"),
            (b"\x0d\x07\x00\x00\x00", "1:fixed32=7"),
            (b"\x12\x05ab", ""),
            (b"\x00\x01", ""),
        ] {
            let found = messages(&framed(message));
            assert_eq!(shown(&found[0].fields), wanted, "{message:?}");
        }
    }

    #[test]
    fn a_stream_gives_one_message_after_the_other_and_says_what_is_cut_or_compressed() {
        let mut body = framed(b"\x08\x01");
        body.extend(framed(b"\x08\x02"));
        body.extend(b"\x01\x00\x00\x00\x02\xab\xcd");
        body.extend(b"\x00\x00\x00\x00\x64\x08\x03");
        let found: Vec<_> = messages(&body)
            .iter()
            .map(|one| (one.compressed, one.len, one.truncated, shown(&one.fields)))
            .collect();
        let wanted = [
            (false, 2, false, "1:varint=1"),
            (false, 2, false, "1:varint=2"),
            (true, 2, false, ""),
            (false, 100, true, "1:varint=3"),
        ];
        assert_eq!(
            found,
            wanted.map(|(compressed, len, cut, fields)| (compressed, len, cut, fields.to_owned()))
        );
    }

    #[test]
    fn depth_and_fields_are_bounded() {
        let mut deep = b"\x08\x01".to_vec();
        for _ in 0..40 {
            deep = [&[0x0a, u8::try_from(deep.len()).expect("short")][..], &deep].concat();
        }
        let mut levels = 0;
        let found = messages(&framed(&deep));
        let mut fields = &found[0].fields;
        while let Some(field) = fields.first() {
            levels += 1;
            fields = &field.fields;
        }
        assert_eq!(levels, MAX_DEPTH + 1);
        let wide = b"\x08\x01".repeat(1000);
        assert_eq!(messages(&framed(&wide))[0].fields.len(), MAX_FIELDS);
    }
}
