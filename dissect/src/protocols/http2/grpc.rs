//! gRPC over HTTP/2: length-prefixed messages across DATA frames, and the trailers of gRPC-Web.
//!
//! In: the bytes of a body in pieces, or what is kept of it at its end. Out: counts, and trailers in the place where
//! those of gRPC stand. Messages are not taken apart: the prefix with its flag for compression stays in the body.

use mizu_entry::Message;

/// Bytes in front of a message: a flag and the length.
const PREFIX: usize = 5;
/// The flag of a frame of gRPC-Web that holds trailers.
const WEB_TRAILERS: u8 = 0x80;

/// What a content type says of the messages in a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// No gRPC.
    #[default]
    No,
    /// `application/grpc`, perhaps with `+proto` and the like.
    Plain,
    /// `application/grpc-web`: trailers come in the body.
    Web,
    /// `application/grpc-web-text`: the same in base64.
    WebText,
}

impl Form {
    /// The form that a `content-type` names.
    pub(super) fn of(content_type: &[u8]) -> Self {
        let Some((name, rest)) = content_type.split_at_checked(b"application/grpc".len()) else {
            return Self::No;
        };
        if !name.eq_ignore_ascii_case(b"application/grpc") {
            return Self::No;
        }
        let has =
            |suffix: &[u8]| rest.get(..suffix.len()).is_some_and(|rest| rest.eq_ignore_ascii_case(suffix));
        if has(b"-web-text") {
            Self::WebText
        } else if has(b"-web") {
            Self::Web
        } else {
            Self::Plain
        }
    }
}

/// Counts the messages of a body.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Messages {
    prefix: [u8; PREFIX],
    /// Bytes of the prefix that are there.
    have: u8,
    /// Bytes of the message that are still to come.
    left: u32,
    /// Messages that came whole.
    count: u32,
    /// Bytes were lost where a prefix may have been: it is not known where messages begin.
    lost: bool,
}

impl Messages {
    /// Messages that came whole.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// Bytes that may be passed over without being looked at.
    pub(super) const fn blind(&self) -> u64 {
        if self.lost { u64::MAX } else { self.left as u64 }
    }

    /// Where messages begin is not known any more.
    pub(super) const fn lose(&mut self) {
        self.lost = true;
    }

    /// The next bytes of the body.
    pub(super) fn take(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while !rest.is_empty() && !self.lost {
            if self.left > 0 {
                let here = rest.len().min(self.left as usize);
                self.pass(here as u64);
                rest = rest.get(here..).unwrap_or_default();
                continue;
            }
            let have = usize::from(self.have);
            let here = rest.len().min(PREFIX - have);
            let (piece, after) = rest.split_at(here);
            if let Some(room) = self.prefix.get_mut(have..have + here) {
                room.copy_from_slice(piece);
            }
            rest = after;
            self.have += here as u8;
            if usize::from(self.have) == PREFIX {
                let [flag, length @ ..] = self.prefix;
                self.have = 0;
                self.left = u32::from_be_bytes(length);
                if self.left == 0 {
                    self.count += u32::from(flag & WEB_TRAILERS == 0);
                }
            }
        }
    }

    /// Bytes that are there, or lost, but not looked at.
    pub(super) fn pass(&mut self, count: u64) {
        if count == 0 || self.lost {
            return;
        }
        match u64::from(self.left).checked_sub(count) {
            // At most `left`, which has 32 bits.
            Some(left) if self.left > 0 => {
                self.left = left as u32;
                if left == 0 {
                    let [flag, ..] = self.prefix;
                    self.count += u32::from(flag & WEB_TRAILERS == 0);
                }
            }
            _ => self.lost = true,
        }
    }
}

/// What a body of gRPC-Web says at its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Web {
    /// Messages, if the body is in base64 and could not be counted as it came.
    pub(super) messages: u32,
    /// `grpc-status` among the trailers.
    pub(super) status: Option<u32>,
    /// Whether there were trailers.
    pub(super) trailers: bool,
}

/// Reads a whole body of gRPC-Web and adds its trailers to the message.
pub(super) fn finish_web(message: &mut Message, text: bool) -> Web {
    let mut web = Web::default();
    let body = std::mem::take(&mut message.body.bytes);
    let plain = if text { base64(&body) } else { None };
    let mut rest = plain.as_deref().unwrap_or(if text { &[] } else { &body });
    while let Some(([flag, length @ ..], after)) = rest.split_first_chunk::<PREFIX>() {
        let Some((content, next)) = after.split_at_checked(u32::from_be_bytes(*length) as usize) else {
            break;
        };
        rest = next;
        if flag & WEB_TRAILERS == 0 {
            web.messages += 1;
            continue;
        }
        web.trailers = true;
        for line in content.split(|byte| *byte == b'\n') {
            let Some(colon) = memchr::memchr(b':', line) else { continue };
            let (name, value) = line.split_at(colon);
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            if name.eq_ignore_ascii_case(b"grpc-status") {
                web.status = status(value);
            }
            message.push_trailer(name.trim_ascii(), value);
        }
    }
    message.body.bytes = body;
    web
}

/// The number in a `grpc-status`.
pub(super) fn status(value: &[u8]) -> Option<u32> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// Decodes base64 that may be several padded pieces in a row, as gRPC-Web's servers write it a message at a time.
fn base64(coded: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(coded.len() / 4 * 3);
    for four in coded.chunks(4) {
        let mut bits = 0_u32;
        let mut bytes = 3;
        for (n, byte) in four.iter().enumerate() {
            let six = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                b'=' if n >= 2 => {
                    bytes -= 1;
                    0
                }
                _ => return None,
            };
            bits = bits << 6 | u32::from(six);
        }
        let missing = 4 - four.len();
        bits <<= 6 * missing;
        let [_, three @ ..] = bits.to_be_bytes();
        out.extend_from_slice(three.get(..usize::saturating_sub(bytes, missing))?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(bytes: &[u8], piece: usize) -> Messages {
        let mut messages = Messages::default();
        for part in bytes.chunks(piece) {
            messages.take(part);
        }
        messages
    }

    #[test]
    fn messages_are_counted_whatever_the_pieces() {
        let body = b"\0\0\0\0\x03abc\x01\0\0\0\0\0\0\0\0\x01x\x80\0\0\0\x02hi\0\0\0\0\x05cut";
        for piece in 1..body.len() {
            assert_eq!(counted(body, piece).count(), 3, "{piece}");
        }
    }

    #[test]
    fn a_loss_within_a_message_is_passed_over_and_one_at_a_prefix_is_not() {
        let mut messages = counted(b"\0\0\0\0\x0aab", 100);
        assert_eq!(messages.blind(), 8);
        messages.pass(8);
        messages.take(b"\0\0\0\0\x01x");
        assert_eq!(messages.count(), 2);
        messages.pass(1);
        messages.take(b"\0\0\0\0\x01x");
        assert_eq!(messages.count(), 2, "where messages begin is not known any more");
    }

    #[test]
    fn the_form_is_told_by_the_content_type() {
        for (name, form) in [
            ("application/grpc", Form::Plain),
            ("application/grpc+proto", Form::Plain),
            ("Application/gRPC-Web+proto", Form::Web),
            ("application/grpc-web-text", Form::WebText),
            ("application/json", Form::No),
            ("application/gr", Form::No),
        ] {
            assert_eq!(Form::of(name.as_bytes()), form, "{name}");
        }
    }

    #[test]
    fn trailers_in_the_body_of_grpc_web_become_trailers() {
        let mut message = Message::default();
        message.body.bytes = b"\0\0\0\0\x01x\x80\0\0\0\x23grpc-status: 5\r\ngrpc-message: gone\r\n".to_vec();
        let length = message.body.bytes.len() - 11;
        message.body.bytes[10] = length as u8;
        let web = finish_web(&mut message, false);
        assert_eq!(web, Web { messages: 1, status: Some(5), trailers: true });
        assert_eq!(message.trailer(b"grpc-message"), Some(&b"gone"[..]));
    }

    #[test]
    fn base64_comes_in_padded_pieces() {
        assert_eq!(base64(b"YWI=YWJjYQ==").as_deref(), Some(&b"ababca"[..]));
        assert_eq!(base64(b"YWI").as_deref(), Some(&b"ab"[..]));
        assert_eq!(base64(b"!!!!"), None);
        let mut message = Message::default();
        message.body.bytes = b"AAAAAAF4gAAAABBncnBjLXN0YXR1czogMA0K".to_vec();
        let web = finish_web(&mut message, true);
        assert_eq!(web, Web { messages: 1, status: Some(0), trailers: true });
    }
}
