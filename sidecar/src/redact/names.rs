//! Which names have sensitive values.
//!
//! A name is cut into words at `-`, `_`, `.`, space and where lower case turns into upper case, and the words are
//! compared, not their letters: `X-Api-Key`, `apiKey` and `api_key` are secret, `keyboard` and `User-Agent` are not.
//! Two lists: secrets open doors and are redacted whatever their value is; personal data is redacted where the value
//! is a single one, so that an object called `user` keeps its shape and only its own fields are judged.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// What becomes of a name's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// It stays.
    Plain,
    /// It is replaced, whatever it is.
    Secret,
    /// It is replaced if it is a single value.
    Personal,
    /// Each cookie's value is replaced, its name stays.
    Cookie,
    /// The cookie's value is replaced; its name and attributes stay.
    SetCookie,
    /// All but the first word is replaced: `Bearer [REDACTED]`.
    Scheme,
}

/// Words that make a name secret wherever they stand in it.
const SECRET_WORDS: &[&str] = &[
    "apikey",
    "auth",
    "authorization",
    "authentication",
    "authtoken",
    "bearer",
    "clientsecret",
    "cookie",
    "credential",
    "credentials",
    "csrf",
    "jwt",
    "otp",
    "passcode",
    "passwd",
    "password",
    "passphrase",
    "privatekey",
    "pwd",
    "secret",
    "secretkey",
    "session",
    "sessionid",
    "sid",
    "signature",
    "token",
    "tokens",
    "xsrf",
];

/// Words that make `key` secret when they stand before it.
const KEY_KINDS: &[&str] =
    &["access", "api", "auth", "client", "encryption", "master", "private", "secret", "shared", "signing"];

/// Whole names, without separators, of secrets and personal data.
const PERSONAL: &[&str] = &[
    "address",
    "birthdate",
    "clientid",
    "country",
    "dateofbirth",
    "firstname",
    "fname",
    "key",
    "lastname",
    "lname",
    "middlename",
    "pass",
    "phonenumber",
    "pin",
    "redirecturi",
    "ssn",
    "user",
    "userid",
    "username",
    "zip",
    "zipcode",
];

/// Names that hold such words and are harmless: how a thing is done, how many there are, what kind it is.
const HARMLESS: &[&str] = &[
    "authtype",
    "maxtokens",
    "sessionaffinity",
    "tokencount",
    "tokentype",
    "wwwauthenticate",
    "proxyauthenticate",
    "secwebsocketkey",
    "prompttokens",
    "completiontokens",
    "totaltokens",
    "authority",
];

/// Names remembered with their class, so that each is taken apart once. Bounded, since peers choose the names.
const REMEMBERED: usize = 8192;
/// Longer names are not judged: what says what a value is, is short.
const LONGEST: usize = 64;

/// The lists, the user's own names, and what was decided before.
#[derive(Debug, Default)]
pub(crate) struct Names {
    more: Vec<String>,
    known: HashMap<Box<[u8]>, Class, RandomState>,
    known_headers: HashMap<Box<[u8]>, Class, RandomState>,
}

impl Names {
    pub(crate) fn new(more: &[String]) -> Self {
        let more = more.iter().map(|name| joined(name.as_bytes())).filter(|name| !name.is_empty()).collect();
        Self { more, ..Self::default() }
    }

    /// The class of a parameter's, form field's or JSON key's name.
    pub(crate) fn class(&mut self, name: &[u8]) -> Class {
        if let Some(class) = self.known.get(name) {
            return *class;
        }
        let class = judge(name, &self.more);
        remember(&mut self.known, name, class);
        class
    }

    /// The class of a header field's name.
    pub(super) fn header_class(&mut self, name: &[u8]) -> Class {
        if let Some(class) = self.known_headers.get(name) {
            return *class;
        }
        let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
        let class = if is(b"cookie") {
            Class::Cookie
        } else if is(b"set-cookie") {
            Class::SetCookie
        } else if is(b"authorization") || is(b"proxy-authorization") {
            Class::Scheme
        } else {
            judge(name, &self.more)
        };
        remember(&mut self.known_headers, name, class);
        class
    }
}

fn remember(known: &mut HashMap<Box<[u8]>, Class, RandomState>, name: &[u8], class: Class) {
    if name.len() > LONGEST {
        return;
    }
    if known.len() >= REMEMBERED {
        known.clear();
    }
    known.insert(name.into(), class);
}

fn judge(name: &[u8], more: &[String]) -> Class {
    if name.is_empty() || name.len() > LONGEST {
        return Class::Plain;
    }
    let whole = joined(name);
    if more.contains(&whole) {
        return Class::Secret;
    }
    if HARMLESS.contains(&whole.as_str()) {
        return Class::Plain;
    }
    let words = words(name);
    let has = |list: &[&str], word: &String| list.contains(&word.as_str());
    let key = |pair: &[String]| matches!(pair, [kind, word] if word == "key" && has(KEY_KINDS, kind));
    if SECRET_WORDS.contains(&whole.as_str())
        || words.iter().any(|word| has(SECRET_WORDS, word))
        || words.windows(2).any(key)
    {
        return Class::Secret;
    }
    if PERSONAL.contains(&whole.as_str()) { Class::Personal } else { Class::Plain }
}

/// The name in lower case without separators.
fn joined(name: &[u8]) -> String {
    name.iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| byte.to_ascii_lowercase() as char)
        .collect()
}

/// The name's words in lower case.
fn words(name: &[u8]) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for byte in name {
        let starts = byte.is_ascii_uppercase() && lower_before;
        if (starts || !byte.is_ascii_alphanumeric()) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if byte.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(byte.to_ascii_lowercase() as char);
        }
        lower_before = byte.is_ascii_lowercase() || byte.is_ascii_digit();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_by_their_words() {
        let mut names = Names::new(&["X-Internal".to_owned()]);
        for secret in [
            "password",
            "userPassword",
            "X-Api-Key",
            "apiKey",
            "api_key",
            "access.key",
            "AUTH_TOKEN",
            "jwt",
            "client_secret",
            "x-internal",
            "xInternal",
            "X-Amz-Security-Token",
            "sessionId",
            "PHPSESSION-session",
        ] {
            assert_eq!(names.class(secret.as_bytes()), Class::Secret, "{secret}");
        }
        for personal in ["username", "user", "first_name", "zipCode", "key"] {
            assert_eq!(names.class(personal.as_bytes()), Class::Personal, "{personal}");
        }
        for plain in [
            "User-Agent",
            "keyboard",
            "author",
            ":authority",
            "host",
            "tokenizer",
            "monkey",
            "passenger",
            "",
            "token_type",
            "Sec-WebSocket-Key",
            "content-type",
            "total_tokens",
            "user_agent",
        ] {
            assert_eq!(names.class(plain.as_bytes()), Class::Plain, "{plain}");
        }
    }
}
