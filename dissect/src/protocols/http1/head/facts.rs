//! What a head says that framing, pairing and notes depend on, gathered while its fields are read.

use mizu_entry::HttpVersion;

/// Methods that change how a response is framed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::protocols::http1) enum Method {
    /// Its response has no body.
    Head,
    /// A response that is well opens a tunnel.
    Connect,
    /// Any other.
    #[default]
    Other,
}

impl Method {
    pub(super) fn named(name: &[u8]) -> Self {
        match name {
            b"HEAD" => Self::Head,
            b"CONNECT" => Self::Connect,
            _ => Self::Other,
        }
    }
}

/// What the `Content-Length` fields say (RFC 9112 section 6.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::protocols::http1) enum Length {
    /// There are none.
    #[default]
    Absent,
    /// One number, however often it is said.
    Is(u64),
    /// No number, or different ones.
    Broken,
}

/// What the `Transfer-Encoding` fields say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::protocols::http1) enum Transfer {
    /// There are none, or only `identity`.
    #[default]
    Absent,
    /// `chunked` is the last one.
    Chunked,
    /// Another is the last one.
    Other,
}

/// What the `Upgrade` field of a message asks for or grants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::protocols::http1) enum Upgrade {
    /// Nothing.
    #[default]
    Absent,
    /// WebSocket (RFC 6455).
    WebSocket,
    /// HTTP/2 without TLS (RFC 7540 section 3.2).
    Http2,
    /// Something else.
    Other,
}

/// What a head says.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::protocols::http1) struct Facts {
    pub(in crate::protocols::http1) method: Method,
    pub(in crate::protocols::http1) status: u16,
    pub(in crate::protocols::http1) version: HttpVersion,
    pub(in crate::protocols::http1) length: Length,
    pub(in crate::protocols::http1) transfer: Transfer,
    /// The body is coded, by a content coding or a transfer coding besides `chunked`.
    pub(in crate::protocols::http1) coded: bool,
    pub(in crate::protocols::http1) upgrade: Upgrade,
    /// The sender waits for a `100 Continue` before it sends the body.
    pub(in crate::protocols::http1) expects: bool,
    /// A health probe sent it.
    pub(in crate::protocols::http1) probe: bool,
    /// The head breaks the rules.
    pub(in crate::protocols::http1) malformed: bool,
    /// Not all fields were kept.
    pub(in crate::protocols::http1) incomplete: bool,
}

impl Facts {
    /// Takes note of a field.
    pub(super) fn note(&mut self, name: &[u8], value: &[u8]) {
        // The first letter tells most names apart before any is compared.
        let Some(first) = name.first() else { return };
        match (name.len(), first | 0x20) {
            (6, b'e') if name.eq_ignore_ascii_case(b"expect") => {
                self.expects |= value.eq_ignore_ascii_case(b"100-continue");
            }
            (7, b'u') if name.eq_ignore_ascii_case(b"upgrade") => self.note_upgrade(value),
            (10, b'u') if name.eq_ignore_ascii_case(b"user-agent") => {
                const PROBES: [&[u8]; 3] = [b"kube-probe/", b"GoogleHC/", b"ELB-HealthChecker/"];
                self.probe = PROBES.iter().any(|probe| value.starts_with(probe));
            }
            (14, b'c') if name.eq_ignore_ascii_case(b"content-length") => self.note_length(value),
            (16, b'c') if name.eq_ignore_ascii_case(b"content-encoding") => self.coded = true,
            (17, b't') if name.eq_ignore_ascii_case(b"transfer-encoding") => self.note_transfer(value),
            _ => {}
        }
    }

    fn note_upgrade(&mut self, value: &[u8]) {
        let mut names = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        self.upgrade = if names.clone().any(|name| name.eq_ignore_ascii_case(b"websocket")) {
            Upgrade::WebSocket
        } else if names.any(|name| name.eq_ignore_ascii_case(b"h2c")) {
            Upgrade::Http2
        } else {
            Upgrade::Other
        };
    }

    fn note_length(&mut self, value: &[u8]) {
        if self.length == Length::Absent
            && let Some(length) = decimal(value)
        {
            self.length = Length::Is(length);
            return;
        }
        for number in value.split(|byte| *byte == b',') {
            let said = decimal(number.trim_ascii()).map_or(Length::Broken, Length::Is);
            self.malformed |= !matches!((self.length, said), (Length::Absent, Length::Is(_)));
            self.length =
                if self.length == Length::Absent || self.length == said { said } else { Length::Broken };
        }
    }

    fn note_transfer(&mut self, value: &[u8]) {
        for coding in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            if coding.eq_ignore_ascii_case(b"chunked") {
                // Said twice, it was either applied twice or by two that differ: nobody knows.
                self.malformed |= self.transfer == Transfer::Chunked;
                self.transfer = Transfer::Chunked;
            } else if !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity") {
                self.malformed |= self.transfer == Transfer::Chunked;
                self.transfer = Transfer::Other;
                self.coded = true;
            }
        }
    }
}

/// A number of decimal digits and nothing else, within 64 bits.
fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |value, digit| {
        let digit = digit.wrapping_sub(b'0');
        (digit <= 9).then(|| value.checked_mul(10)?.checked_add(u64::from(digit))).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(name: &str, values: &[&str]) -> Facts {
        let mut facts = Facts::default();
        for value in values {
            facts.note(name.as_bytes(), value.as_bytes());
        }
        facts
    }

    #[test]
    fn equal_lengths_are_one_and_anything_else_is_broken() {
        let cases: &[(&[&str], Length)] = &[
            (&["5"], Length::Is(5)),
            (&["005"], Length::Is(5)),
            (&["5", "5"], Length::Is(5)),
            (&["5, 5"], Length::Is(5)),
            (&["18446744073709551615"], Length::Is(u64::MAX)),
            (&["18446744073709551616"], Length::Broken),
            (&["5", "6"], Length::Broken),
            (&["5", "6", "6"], Length::Broken),
            (&["+5"], Length::Broken),
            (&["-5"], Length::Broken),
            (&["5 5"], Length::Broken),
            (&["0x5"], Length::Broken),
            (&[""], Length::Broken),
        ];
        for (values, expected) in cases {
            let facts = noted("Content-Length", values);
            assert_eq!(facts.length, *expected, "{values:?}");
            let plain = values.len() == 1 && matches!(expected, Length::Is(_)) && !values[0].contains(',');
            assert_eq!(facts.malformed, !plain, "{values:?}");
        }
    }

    #[test]
    fn only_the_last_transfer_coding_frames_the_body() {
        let cases: &[(&[&str], Transfer, bool)] = &[
            (&["chunked"], Transfer::Chunked, false),
            (&["Chunked"], Transfer::Chunked, false),
            (&["gzip, chunked"], Transfer::Chunked, true),
            (&["gzip", "chunked"], Transfer::Chunked, true),
            (&["chunked, gzip"], Transfer::Other, true),
            (&["identity"], Transfer::Absent, false),
            (&["xchunked"], Transfer::Other, true),
        ];
        for (values, expected, coded) in cases {
            let facts = noted("TRANSFER-encoding", values);
            assert_eq!((facts.transfer, facts.coded), (*expected, *coded), "{values:?}");
        }
    }

    #[test]
    fn health_probes_are_known_by_their_user_agent() {
        for (agent, probe) in [
            ("kube-probe/1.31", true),
            ("GoogleHC/1.0", true),
            ("ELB-HealthChecker/2.0", true),
            ("curl/8", false),
        ] {
            assert_eq!(noted("User-Agent", &[agent]).probe, probe, "{agent}");
        }
    }
}
