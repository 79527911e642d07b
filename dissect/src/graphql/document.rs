//! The operations of a GraphQL document (GraphQL specification of October 2021, section 2), by their heads.

use mizu_entry::GraphQlOperation;
use smallvec::SmallVec;

use super::text::Text;

/// An operation's name.
pub(super) type Name = SmallVec<[u8; 64]>;

/// Bytes of a name that are kept.
pub(super) const NAME_CAP: usize = 256;

/// What the operation that runs does, and its name: the one that is called `wanted`, else the first. `None` if the
/// text does not begin like a document with an operation.
pub(super) fn operation(text: Text<'_>, wanted: Option<&[u8]>) -> Option<(GraphQlOperation, Name)> {
    let mut scanner = Scanner { text };
    let mut first = None;
    while let Some((operation, name)) = scanner.next_operation() {
        if wanted.is_none_or(|wanted| wanted == name.as_slice()) {
            return Some((operation, name));
        }
        first.get_or_insert((operation, name));
        scanner.skip_to_selection();
        scanner.skip_block();
    }
    first
}

struct Scanner<'a> {
    text: Text<'a>,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.clone().next()
    }

    /// Passes over what means nothing: white space, commas, a byte order mark, comments.
    fn skip_ignored(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xef | 0xbb | 0xbf => {
                    self.text.next();
                }
                b'#' => self.skip_comment(),
                _ => return,
            }
        }
    }

    fn skip_comment(&mut self) {
        let _ = self.text.find(|byte| matches!(byte, b'\n' | b'\r'));
    }

    /// A name, empty if none is here.
    fn name(&mut self) -> Name {
        let mut name = Name::new();
        while let Some(byte) = self.peek()
            && (byte == b'_' || byte.is_ascii_alphabetic() || (byte.is_ascii_digit() && !name.is_empty()))
        {
            self.text.next();
            if name.len() < NAME_CAP {
                name.push(byte);
            }
        }
        name
    }

    /// Reads on to the next operation, over fragments, and to the end of its name.
    fn next_operation(&mut self) -> Option<(GraphQlOperation, Name)> {
        loop {
            self.skip_ignored();
            if self.peek() == Some(b'{') {
                return self.is_selection().then(|| (GraphQlOperation::Query, Name::new()));
            }
            let operation = match self.name().as_slice() {
                b"query" => GraphQlOperation::Query,
                b"mutation" => GraphQlOperation::Mutation,
                b"subscription" => GraphQlOperation::Subscription,
                b"fragment" => {
                    self.skip_to_selection();
                    self.skip_block();
                    continue;
                }
                _ => return None,
            };
            self.skip_ignored();
            let name = self.name();
            self.skip_ignored();
            let goes_on = match self.peek() {
                Some(b'{') => self.is_selection(),
                Some(b'(' | b'@') => true,
                // Cut, right behind the name.
                None => !name.is_empty(),
                Some(_) => false,
            };
            return goes_on.then_some((operation, name));
        }
    }

    /// Whether the brace here opens a selection set: a name or `...` follows.
    fn is_selection(&self) -> bool {
        let mut ahead = Scanner { text: self.text.clone() };
        ahead.text.next();
        ahead.skip_ignored();
        ahead.peek().is_none_or(|byte| byte == b'.' || byte == b'_' || byte.is_ascii_alphabetic())
    }

    /// Passes over variables and directives to the brace of the selection set.
    fn skip_to_selection(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'{' => return,
                b'(' => self.skip_block(),
                b'#' => self.skip_comment(),
                _ => {
                    self.text.next();
                }
            }
        }
    }

    /// Passes over the bracket here and all up to the one that closes it.
    fn skip_block(&mut self) {
        let mut depth = 0_u32;
        while let Some(byte) = self.text.next() {
            match byte {
                b'{' | b'(' | b'[' => depth = depth.saturating_add(1),
                b'}' | b')' | b']' => depth = depth.saturating_sub(1),
                b'"' => self.skip_string(),
                b'#' => self.skip_comment(),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Passes over the rest of a string whose first quote was just read.
    fn skip_string(&mut self) {
        let mut ahead = self.text.clone();
        if ahead.next() != Some(b'"') {
            while let Some(byte) = self.text.next() {
                match byte {
                    b'"' | b'\n' => return,
                    b'\\' => {
                        self.text.next();
                    }
                    _ => {}
                }
            }
            return;
        }
        if ahead.next() != Some(b'"') {
            // Two quotes and no third: an empty string.
            self.text.next();
            return;
        }
        self.text = ahead;
        let mut quotes = 0;
        while let Some(byte) = self.text.next() {
            match byte {
                b'"' if quotes == 2 => return,
                b'"' => quotes += 1,
                b'\\' => {
                    quotes = 0;
                    // `\"""` stands for three quotes; other escapes mean nothing in a block string.
                    let mut ahead = self.text.clone();
                    if (0..3).all(|_| ahead.next() == Some(b'"')) {
                        self.text = ahead;
                    }
                }
                _ => quotes = 0,
            }
        }
    }
}
