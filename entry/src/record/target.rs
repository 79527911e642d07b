//! The parts of a request target (RFC 9112 section 3.2): authority, path, query.
//!
//! In: the target as sent, in any of its four forms. Out: slices of it. Nothing is decoded or normalised.

/// A target in its parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    /// Host and port, where the target names them.
    pub(crate) authority: Option<&'a [u8]>,
    /// The path; `/` where an absolute form has none, empty in authority form.
    pub(crate) path: &'a [u8],
    /// What follows `?`; empty if nothing does.
    pub(crate) query: &'a [u8],
}

impl<'a> Target<'a> {
    /// Takes `target` apart. `connect`: the method is CONNECT, whose target is an authority.
    pub(crate) fn of(target: &'a [u8], connect: bool) -> Self {
        if connect && !target.starts_with(b"/") {
            return Self { authority: Some(target), ..Self::default() };
        }
        let (authority, rest) = match after_scheme(target) {
            None => (None, target),
            Some(rest) => {
                let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
                let (authority, rest) =
                    rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, b""));
                // User information before the host is not part of its name.
                (authority.rsplit(|&byte| byte == b'@').next(), rest)
            }
        };
        let rest = rest.split(|&byte| byte == b'#').next().unwrap_or_default();
        let mut parts = rest.splitn(2, |&byte| byte == b'?');
        let path = parts.next().unwrap_or_default();
        let path = if path.is_empty() && authority.is_some() { b"/" } else { path };
        Self { authority, path, query: parts.next().unwrap_or_default() }
    }
}

/// What follows `scheme://`, if the target begins so.
fn after_scheme(target: &[u8]) -> Option<&[u8]> {
    let colon = target.iter().take(16).position(|&byte| byte == b':')?;
    let (scheme, rest) = target.split_at_checked(colon)?;
    let valid = !scheme.is_empty() && scheme.iter().all(u8::is_ascii_alphabetic);
    rest.strip_prefix(b"://").filter(|_| valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_target_is_taken_apart() {
        for (target, connect, authority, path, query) in [
            ("/a/b?x=1&y=?#z", false, None, "/a/b", "x=1&y=?"),
            ("/", false, None, "/", ""),
            ("/a#f?x", false, None, "/a", ""),
            ("http://me:pw@carts:80/a?b", false, Some("carts:80"), "/a", "b"),
            ("http://carts?b", false, Some("carts"), "/", "b"),
            ("https://carts", false, Some("carts"), "/", ""),
            ("carts:443", true, Some("carts:443"), "", ""),
            ("*", false, None, "*", ""),
            ("/redirect?to=http://x/", false, None, "/redirect", "to=http://x/"),
            ("", false, None, "", ""),
        ] {
            let wanted = Target {
                authority: authority.map(str::as_bytes),
                path: path.as_bytes(),
                query: query.as_bytes(),
            };
            assert_eq!(Target::of(target.as_bytes(), connect), wanted, "{target}");
        }
    }
}
