//! From tokens to the filter as written.
//!
//! ```text
//! or      = and { ("or" | "||") and }
//! and     = not { ("and" | "&&") not }
//! not     = ("not" | "!") not | "(" or ")" | "true" | "false" | test
//! test    = path [ operator value | function value | "." function "(" value ")" ]
//! path    = name { "." name } [ "[" text "]" ]
//! ```
//! Bounded: [`MAX_LEN`] bytes, [`MAX_DEPTH`] levels of parentheses and negations. What names mean is for `resolve`.

use std::ops::Range;

use crate::ast::{Expr, Literal, Operand, Operator, Path};
use crate::error::Fault;
use crate::lexer::{Kind, Token, inside, tokens, unescaped};
use crate::suggest::nearest;

/// Bytes of a filter at most.
pub(crate) const MAX_LEN: usize = 8 * 1024;
/// Levels of parentheses and negations at most.
pub(crate) const MAX_DEPTH: usize = 64;

/// Reads a filter; `None` for one that is empty.
pub(crate) fn parse(text: &str) -> Result<Option<Expr>, Fault> {
    if text.len() > MAX_LEN {
        let message = format!("The filter is longer than {MAX_LEN} bytes");
        return Err(Fault::new(text.floor_char_boundary(MAX_LEN)..text.len(), message));
    }
    let (tokens, fault) = tokens(text);
    let mut parser = Parser { text, tokens: &tokens, next: 0, depth: 0 };
    if tokens.is_empty() {
        return Ok(None);
    }
    let read = parser.or().and_then(|expr| parser.end().map(|()| expr));
    // A character that means nothing is what is wrong, unless something before it is.
    match (read, fault) {
        (Err(error), Some(fault)) if error.at.start < fault.at.start => Err(error),
        (_, Some(fault)) => Err(fault),
        (read, None) => read.map(Some),
    }
}

/// A function that is called on a path, and where its name stands.
type Called = (Operator, Range<usize>);

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    next: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Kind> {
        self.tokens.get(self.next).map(|token| token.kind)
    }

    /// The text of the next token.
    fn word(&self) -> &'a str {
        self.tokens.get(self.next).and_then(|token| self.text.get(token.at.clone())).unwrap_or_default()
    }

    /// Where the next token stands; at the end of the text, nowhere behind it.
    fn at(&self) -> Range<usize> {
        self.tokens.get(self.next).map_or(self.text.len()..self.text.len(), |token| token.at.clone())
    }

    fn take(&mut self, kind: Kind) -> bool {
        let found = self.peek() == Some(kind);
        self.next += usize::from(found);
        found
    }

    /// Takes a keyword in lower or upper case, or its sign.
    fn keyword(&mut self, word: &str, sign: Kind) -> bool {
        let found = self.peek() == Some(sign)
            || self.peek() == Some(Kind::Name)
                && (self.word() == word || self.word() == word.to_ascii_uppercase());
        self.next += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Expr, Fault> {
        let mut parts = vec![self.and()?];
        while self.keyword("or", Kind::Or) {
            parts.push(self.and()?);
        }
        Ok(match parts.len() {
            1 => parts.swap_remove(0),
            _ => Expr::Or(parts),
        })
    }

    fn and(&mut self) -> Result<Expr, Fault> {
        let mut parts = vec![self.not()?];
        while self.keyword("and", Kind::And) {
            parts.push(self.not()?);
        }
        Ok(match parts.len() {
            1 => parts.swap_remove(0),
            _ => Expr::And(parts),
        })
    }

    fn not(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::new(at, format!("The filter is nested deeper than {MAX_DEPTH} levels")));
        }
        let expr = if self.keyword("not", Kind::Not) {
            Expr::Not(Box::new(self.not()?))
        } else if self.take(Kind::Open) {
            let expr = self.or()?;
            if !self.take(Kind::Close) {
                return Err(self.unclosed(at));
            }
            expr
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn unclosed(&self, open: Range<usize>) -> Fault {
        if self.peek().is_none() {
            return Fault::new(open, "This parenthesis is not closed");
        }
        self.unexpected()
    }

    fn end(&self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(Kind::Close) => Err(Fault::new(self.at(), "This parenthesis closes nothing").or(Some(""))),
            Some(_) => Err(self.unexpected()),
        }
    }

    /// Something stands where a test is complete.
    fn unexpected(&self) -> Fault {
        let word = self.word();
        if self.peek() == Some(Kind::Name) {
            let operators = ["and", "or", "contains", "startsWith", "endsWith"];
            let nearest = nearest(word, operators);
            return Fault::new(self.at(), format!("Expected `and` or `or`, found `{word}`")).or(nearest);
        }
        Fault::new(self.at(), format!("Expected `and`, `or` or the end, found `{word}`"))
    }

    fn test(&mut self) -> Result<Expr, Fault> {
        if self.peek() == Some(Kind::Name) && matches!(self.word(), "true" | "false") {
            let constant = Expr::Constant(self.word() == "true");
            self.next += 1;
            return Ok(constant);
        }
        let (path, called) = self.path()?;
        if let Some((operator, at)) = called {
            return self.call(path, operator, at);
        }
        let at = self.at();
        let Some(operator) = self.operator() else { return Ok(Expr::Bare(path)) };
        let regex = matches!(operator, Operator::Matches | Operator::NotMatches);
        let operand = self.operand(regex)?;
        Ok(Expr::Compare { path, operator, at, operand })
    }

    /// The operator or infix function that follows a path, if one does.
    fn operator(&mut self) -> Option<Operator> {
        let operator = match self.peek()? {
            Kind::Equal => Operator::Equal,
            Kind::NotEqual => Operator::NotEqual,
            Kind::Less => Operator::Less,
            Kind::LessEqual => Operator::LessEqual,
            Kind::Greater => Operator::Greater,
            Kind::GreaterEqual => Operator::GreaterEqual,
            Kind::Matches => Operator::Matches,
            Kind::NotMatches => Operator::NotMatches,
            Kind::Name => Operator::function(self.word())?,
            _ => return None,
        };
        self.next += 1;
        Some(operator)
    }

    fn call(&mut self, path: Path, operator: Operator, at: Range<usize>) -> Result<Expr, Fault> {
        let open = self.at();
        self.next += 1;
        let operand = self.operand(false)?;
        if self.take(Kind::Close) {
            return Ok(Expr::Compare { path, operator, at, operand });
        }
        if self.peek() == Some(Kind::Comma) {
            return Err(Fault::new(self.at(), format!("`{}` takes one text", operator.name())));
        }
        Err(self.unclosed(open))
    }

    /// A path, and the function that is called on it: its last name, if a parenthesis follows.
    fn path(&mut self) -> Result<(Path, Option<Called>), Fault> {
        self.expect_field()?;
        let start = self.at().start;
        let mut path = Path { name: self.word().to_owned(), at: self.at(), key: None };
        self.next += 1;
        loop {
            if path.key.is_none() && self.peek() == Some(Kind::OpenIndex) {
                path.key = Some(self.key()?);
                continue;
            }
            if !self.take(Kind::Dot) {
                break;
            }
            let (word, at) = (self.word(), self.at());
            if self.peek() != Some(Kind::Name) {
                return Err(Fault::new(at, "Expected a name after `.`"));
            }
            self.next += 1;
            if self.peek() == Some(Kind::Open) {
                let known = Operator::FUNCTIONS.iter().map(|function| function.name());
                let Some(function) = Operator::function(word) else {
                    return Err(Fault::new(at, format!("No function `{word}`")).or(nearest(word, known)));
                };
                return Ok((path, Some((function, at))));
            }
            if path.key.is_some() {
                return Err(Fault::new(at, format!("Nothing has a part `{word}` behind `]`")));
            }
            path.name.push('.');
            path.name.push_str(word);
            path.at = start..at.end;
        }
        if self.peek() == Some(Kind::Open) {
            return Err(Fault::new(path.at.clone(), format!("No function `{}`", path.name)));
        }
        Ok((path, None))
    }

    fn expect_field(&self) -> Result<(), Fault> {
        let word = self.word();
        match self.peek() {
            Some(Kind::Name) if !matches!(word, "and" | "or" | "AND" | "OR") => Ok(()),
            None if self.next == 0 => Err(Fault::new(self.at(), "The filter is empty")),
            None => Err(Fault::new(self.at(), "The filter ends where a field is expected")),
            Some(Kind::Text | Kind::Raw | Kind::Number | Kind::Regex) => Err(Fault::new(
                self.at(),
                format!("Expected a field, found the value {word}: the field stands first"),
            )),
            Some(_) => Err(Fault::new(self.at(), format!("Expected a field, found `{word}`"))),
        }
    }

    /// `["name"]`
    fn key(&mut self) -> Result<(String, Range<usize>), Fault> {
        let start = self.at().start;
        self.next += 1;
        let (word, at) = (self.word(), self.at());
        let key = match self.peek() {
            Some(Kind::Text) => unescaped(word, at.start)?,
            Some(Kind::Raw) => inside(word).to_owned(),
            Some(Kind::Name) => {
                let message = format!("A name in brackets stands in quotes: [\"{word}\"]");
                return Err(Fault::new(at, message).or(Some(format!("\"{word}\""))));
            }
            _ => return Err(Fault::new(at, "Expected a name in quotes: [\"accept\"]")),
        };
        self.next += 1;
        let end = self.at();
        if !self.take(Kind::CloseIndex) {
            return Err(Fault::new(end, "Expected `]`"));
        }
        Ok((key, start..end.end))
    }

    fn operand(&mut self, regex: bool) -> Result<Operand, Fault> {
        let (word, at) = (self.word(), self.at());
        let value = match self.peek() {
            Some(Kind::Text | Kind::Raw | Kind::Regex) if regex => Literal::Regex(inside(word).to_owned()),
            Some(Kind::Text) => Literal::Text(unescaped(word, at.start)?),
            Some(Kind::Raw) => Literal::Text(inside(word).to_owned()),
            Some(Kind::Regex) => Literal::Regex(inside(word).to_owned()),
            Some(Kind::Number) => Literal::Number(word.to_owned()),
            Some(Kind::Name) if matches!(word, "true" | "false") => Literal::Bool(word == "true"),
            Some(Kind::Name) => {
                let message = format!("Expected a value, found `{word}`: text stands in quotes");
                return Err(Fault::new(at, message).or(Some(format!("\"{word}\""))));
            }
            None => return Err(Fault::new(at, "The filter ends where a value is expected")),
            Some(_) => return Err(Fault::new(at, format!("Expected a value, found `{word}`"))),
        };
        self.next += 1;
        Ok(Operand { value, at })
    }
}

#[cfg(test)]
mod tests;
