//! The scanner itself: one pass over the bytes, checking as it goes.

use super::text::unicode_escape;
use super::{DEPTH_MAX, Fault, Kind, Slice};

pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    bytes: &'a [u8],
    at: usize,
    plain: bool,
    lone: bool,
}

/// What a slice needs to know of its start, and the flags of what encloses it.
pub(super) struct Begun {
    at: usize,
    plain: bool,
    lone: bool,
}

pub(super) type Each<'s, 'a, T> = &'s mut dyn FnMut(&mut Scanner<'a>, T) -> Result<(), Fault>;

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Scanner { text, bytes: text.as_bytes(), at: 0, plain: true, lone: false }
    }

    pub(super) fn fault(&self, what: &'static str) -> Fault {
        Fault { at: self.at, what }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            self.plain = false;
        }
    }

    pub(super) fn begin(&mut self) -> Begun {
        let begun = Begun { at: self.at, plain: self.plain, lone: self.lone };
        (self.plain, self.lone) = (true, false);
        begun
    }

    pub(super) fn end(&mut self, begun: Begun, kind: Kind) -> Slice {
        let slice = Slice { at: begun.at..self.at, kind, plain: self.plain, lone: self.lone };
        self.plain &= begun.plain;
        self.lone |= begun.lone;
        slice
    }

    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        self.space();
        if self.at < self.bytes.len() { Err(self.fault("text follows the value")) } else { Ok(()) }
    }

    pub(super) fn value(&mut self, depth: usize) -> Result<Slice, Fault> {
        let begun = self.begin();
        let kind = match self.peek() {
            Some(b'"') => {
                self.string()?;
                Kind::String
            }
            Some(b'{') => {
                self.fields(depth, &mut |scanner, _| scanner.value(depth + 1).map(drop))?;
                Kind::Object
            }
            Some(b'[') => {
                self.elements(depth, &mut |scanner| scanner.value(depth + 1).map(drop))?;
                Kind::Array
            }
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                Kind::Number
            }
            Some(b't') => self.word("true", Kind::Bool)?,
            Some(b'f') => self.word("false", Kind::Bool)?,
            Some(b'n') => self.word("null", Kind::Null)?,
            Some(_) => return Err(self.fault("a value is missing")),
            None => return Err(self.fault("it ends too early")),
        };
        Ok(self.end(begun, kind))
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, Fault> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.fault("an unknown word"));
        }
        self.at += word.len();
        Ok(kind)
    }

    /// An object at `{`. `each` gets a key and must read its value.
    pub(super) fn fields(&mut self, depth: usize, each: Each<'_, 'a, Slice>) -> Result<(), Fault> {
        self.open(depth)?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.fault(if self.at == self.bytes.len() {
                    "it ends too early"
                } else {
                    "a field name in quotes is missing"
                }));
            }
            let begun = self.begin();
            self.string()?;
            let key = self.end(begun, Kind::String);
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.fault("a colon is missing"));
            }
            self.at += 1;
            self.space();
            each(self, key)?;
            if self.close(b'}', "a comma or '}' is missing")? {
                return Ok(());
            }
        }
    }

    /// An array at `[`. `each` must read one element.
    pub(super) fn elements(
        &mut self,
        depth: usize,
        each: &mut dyn FnMut(&mut Scanner<'a>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.open(depth)?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            each(self)?;
            if self.close(b']', "a comma or ']' is missing")? {
                return Ok(());
            }
        }
    }

    fn open(&mut self, depth: usize) -> Result<(), Fault> {
        if depth >= DEPTH_MAX {
            return Err(self.fault("it nests deeper than 128 levels"));
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    /// After a field or an element: whether this was the last.
    fn close(&mut self, bracket: u8, missing: &'static str) -> Result<bool, Fault> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(false)
            }
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => Err(self.fault(missing)),
            None => Err(self.fault("it ends too early")),
        }
    }

    fn string(&mut self) -> Result<(), Fault> {
        self.at += 1;
        loop {
            let rest = &self.bytes[self.at..];
            // Most strings of audit records are short: a plain loop beats a search set up for each.
            let Some(stop) = rest.iter().position(|byte| ENDS_RUN[usize::from(*byte)]) else {
                self.at = self.bytes.len();
                return Err(self.fault("a string does not end"));
            };
            self.at += stop;
            match rest[stop] {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape()?,
                _ => return Err(self.fault("a control character stands in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        self.plain = false;
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let hex = self.bytes.get(self.at + 2..self.at + 6);
                if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.fault("an escape is not whole"));
                }
                let (character, length) = unicode_escape(&self.text[self.at..]);
                self.lone |= character.is_none();
                self.at += length;
            }
            _ => return Err(self.fault("an unknown escape")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.fault("a digit is missing")) } else { Ok(()) }
    }
}

/// The bytes at which a run of a string's plain characters ends: quote, backslash, controls.
const ENDS_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};
