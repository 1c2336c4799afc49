//! Text to tokens, byte by byte. Never fails: what starts no token is an [`TokenKind::Unknown`] with a
//! diagnostic. Knows words and literals by their shape only, not what they mean.

use super::parser::DIAGNOSTICS_MAX;
use super::token::{Token, TokenKind};
use super::unknown::{explain, meant};
use super::words;
use crate::diag::{Diagnostic, Fix, code};
use crate::span::Span;
use crate::ticks::UNITS;
use crate::types::Type;

/// The words that open a typed literal when a parenthesis follows at once: `datetime(2020-01-01)`.
const TYPED: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("date", Type::Datetime),
    ("datetime", Type::Datetime),
    ("decimal", Type::Decimal),
    ("double", Type::Real),
    ("guid", Type::Guid),
    ("int", Type::Int),
    ("int32", Type::Int),
    ("int64", Type::Long),
    ("long", Type::Long),
    ("real", Type::Real),
    ("time", Type::Timespan),
    ("timespan", Type::Timespan),
];

/// All tokens of a text with their places, comments among them; white space is what lies between.
pub fn tokens(text: &str) -> Vec<Token> {
    lex(text).0
}

/// As [`tokens`], with what is wrong: unknown characters, strings and literals without an end.
pub(super) fn lex(text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, diagnostics: Vec::new() };
    let mut tokens = Vec::with_capacity(text.len() / 5);
    loop {
        lexer.skip_white_space();
        let start = lexer.at;
        let Some(kind) = lexer.next() else { break };
        debug_assert!(lexer.at > start, "every token takes a byte");
        tokens.push(Token { kind, span: Span::new(start, lexer.at) });
    }
    (tokens, lexer.diagnostics)
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn skip_white_space(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0c => self.at += 1,
                0x80.. => match self.text[self.at..].chars().next() {
                    Some(space) if white_space(space) => self.at += space.len_utf8(),
                    Some(_) | None => return,
                },
                _ => return,
            }
        }
    }

    fn next(&mut self) -> Option<TokenKind> {
        let byte = *self.bytes.get(self.at)?;
        Some(match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.word(),
            b'0'..=b'9' => self.number(),
            b'"' | b'\'' | b'`' | b'~' => self.string(0).unwrap_or_else(|| self.unknown()),
            b'@' if matches!(self.peek(1), b'"' | b'\'' | b'`' | b'~') => {
                self.string(0).unwrap_or_else(|| self.unknown())
            }
            b'/' if self.peek(1) == b'/' => self.rest_of_line(TokenKind::Comment),
            b'#' => self.rest_of_line(TokenKind::Directive),
            _ => self.punctuation(),
        })
    }

    fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.at += length;
        kind
    }

    fn rest_of_line(&mut self, kind: TokenKind) -> TokenKind {
        let length = memchr::memchr2(b'\n', b'\r', self.rest()).unwrap_or(self.rest().len());
        self.take(length, kind)
    }

    fn punctuation(&mut self) -> TokenKind {
        let next = self.peek(1);
        match (self.peek(0), next) {
            (b'(', _) => self.take(1, TokenKind::LeftParen),
            (b')', _) => self.take(1, TokenKind::RightParen),
            (b'[', _) => self.take(1, TokenKind::LeftBracket),
            (b']', _) => self.take(1, TokenKind::RightBracket),
            (b'{', _) => self.take(1, TokenKind::LeftBrace),
            (b'}', _) => self.take(1, TokenKind::RightBrace),
            (b'|', _) => self.take(1, TokenKind::Bar),
            (b';', _) => self.take(1, TokenKind::Semicolon),
            (b',', _) => self.take(1, TokenKind::Comma),
            (b'.', b'.') => self.take(2, TokenKind::DotDot),
            (b'.', _) => self.take(1, TokenKind::Dot),
            (b':', _) => self.take(1, TokenKind::Colon),
            (b'=', b'=') => self.take(2, TokenKind::Equal),
            (b'=', b'~') => self.take(2, TokenKind::EqualFold),
            (b'=', b'>') => self.take(2, TokenKind::Arrow),
            (b'=', _) => self.take(1, TokenKind::Assign),
            (b'!', b'=') => self.take(2, TokenKind::NotEqual),
            (b'!', b'~') => self.take(2, TokenKind::NotEqualFold),
            (b'!', b'a'..=b'z') => self.negated_word(),
            (b'<', b'=') => self.take(2, TokenKind::LessEqual),
            (b'<', b'>') => self.take(2, TokenKind::NotEqual),
            (b'<', _) => self.take(1, TokenKind::Less),
            (b'>', b'=') => self.take(2, TokenKind::GreaterEqual),
            (b'>', _) => self.take(1, TokenKind::Greater),
            (b'+', _) => self.take(1, TokenKind::Plus),
            (b'-', _) => self.take(1, TokenKind::Minus),
            (b'*', _) => self.take(1, TokenKind::Star),
            (b'/', _) => self.take(1, TokenKind::Slash),
            (b'%', _) => self.take(1, TokenKind::Percent),
            _ => self.unknown(),
        }
    }

    /// `!has`, `!in~` and their kind.
    fn negated_word(&mut self) -> TokenKind {
        let mut length = 1 + word_length(&self.rest()[1..]);
        if self.peek(length) == b'~' && &self.rest()[..length] == b"!in" {
            length += 1;
        }
        match words::known(&self.text[self.at..self.at + length]) {
            Some(_) => self.take(length, TokenKind::Word),
            None => self.unknown(),
        }
    }

    fn word(&mut self) -> TokenKind {
        let length = 1 + word_length(&self.rest()[1..]);
        let word = &self.text[self.at..self.at + length];
        let next = self.peek(length);
        match next {
            b'(' => {
                if let Some((_, ty)) = TYPED.iter().find(|(name, _)| *name == word) {
                    return self.typed(length, *ty);
                }
            }
            b'-' => {
                if guid(self.rest()) {
                    return self.take(36, TokenKind::Guid);
                }
                if let Some(length) = self.dashed_word(length) {
                    return self.take(length, TokenKind::Word);
                }
            }
            b'~' if word == "in" && !word_byte(self.peek(length + 1)) => {
                return self.take(3, TokenKind::Word);
            }
            b'"' | b'\'' | b'`' | b'~' | b'@' if word == "h" || word == "H" => {
                if let Some(kind) = self.string(1) {
                    return kind;
                }
            }
            _ => {}
        }
        let kind = match word {
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => TokenKind::Bool,
            _ => TokenKind::Word,
        };
        self.take(length, kind)
    }

    /// The length of a word of the grammar with dashes in it, such as `project-away`.
    fn dashed_word(&self, head: usize) -> Option<usize> {
        let mut length = head;
        while self.peek(length) == b'-' && self.peek(length + 1).is_ascii_lowercase() {
            length += 1 + word_length(&self.rest()[length + 1..]);
        }
        while length > head {
            if words::known(&self.text[self.at..self.at + length]).is_some() {
                return Some(length);
            }
            length = self.rest()[..length].iter().rposition(|byte| *byte == b'-')?;
        }
        None
    }

    fn number(&mut self) -> TokenKind {
        if guid(self.rest()) {
            return self.take(36, TokenKind::Guid);
        }
        let digits = digits(self.rest());
        if let Some(length) = self.real(digits) {
            return self.take(length, TokenKind::Real);
        }
        if let Some(length) = self.timespan(digits) {
            return self.take(length, TokenKind::Timespan);
        }
        if digits == 1 && self.peek(0) == b'0' && matches!(self.peek(1), b'x' | b'X') {
            let hex = self.rest()[2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            if hex > 0 && !word_byte(self.peek(2 + hex)) {
                return self.take(2 + hex, TokenKind::Long);
            }
        }
        // A name may start with digits: `3Dchart`, `7zip`.
        match word_length(&self.rest()[digits..]) {
            0 => self.take(digits, TokenKind::Long),
            letters => self.take(digits + letters, TokenKind::Word),
        }
    }

    fn real(&self, digits_before: usize) -> Option<usize> {
        let mut length = digits_before;
        // `1..2` is a range, `1...2` is `1.` and a range.
        if self.peek(length) == b'.' && (self.peek(length + 1) != b'.' || self.peek(length + 2) == b'.') {
            length += 1;
            length += digits(&self.rest()[length..]);
            length += self.exponent(length).unwrap_or(0);
        } else {
            length += self.exponent(length)?;
        }
        (!word_byte(self.peek(length))).then_some(length)
    }

    fn exponent(&self, at: usize) -> Option<usize> {
        if !matches!(self.peek(at), b'e' | b'E') {
            return None;
        }
        let sign = usize::from(matches!(self.peek(at + 1), b'+' | b'-'));
        let digits = digits(&self.rest()[(at + 1 + sign).min(self.rest().len())..]);
        (digits > 0).then_some(1 + sign + digits)
    }

    fn timespan(&self, digits_before: usize) -> Option<usize> {
        let mut length = digits_before;
        if self.peek(length) == b'.' {
            match digits(&self.rest()[length + 1..]) {
                0 => {}
                fraction => length += 1 + fraction,
            }
        }
        let unit = word_length(&self.rest()[length..]);
        let unit = self.text.get(self.at + length..self.at + length + unit)?;
        UNITS.iter().any(|(names, _)| names.contains(&unit)).then_some(length + unit.len())
    }

    /// Kusto takes everything to the first closing parenthesis of the line, quotes or not.
    fn typed(&mut self, word: usize, ty: Type) -> TokenKind {
        let start = self.at;
        let inside = &self.rest()[word..];
        match memchr::memchr3(b')', b'\n', b'\r', inside) {
            Some(end) if inside[end] == b')' => self.take(word + end + 1, TokenKind::Typed(ty)),
            line_end => {
                let length = line_end.unwrap_or(inside.len());
                self.at += word + length;
                let word = &self.text[start..start + word];
                self.error(start, format!("'{word}(' has no closing parenthesis on its line"), "Add ')'.");
                TokenKind::Typed(ty)
            }
        }
    }

    /// A string whose prefix `h` has `hidden` bytes; `None` when no quote follows.
    fn string(&mut self, hidden: usize) -> Option<TokenKind> {
        let verbatim = self.peek(hidden) == b'@';
        let open = hidden + usize::from(verbatim);
        let quote = self.peek(open);
        let length = match quote {
            b'"' | b'\'' if verbatim => self.verbatim_end(open + 1, quote),
            b'"' | b'\'' => self.quoted_end(open + 1, quote),
            b'`' | b'~' => {
                let fence = [quote; 3];
                if self.rest().get(open..open + 3) != Some(&fence) {
                    return None;
                }
                let inside = &self.rest()[open + 3..];
                memchr::memmem::find(inside, &fence)
                    .map(|end| open + 3 + end + 3)
                    .ok_or((self.rest().len(), "it ends with the text"))
            }
            _ => return None,
        };
        Some(match length {
            Ok(length) => self.take(length, TokenKind::String),
            Err((length, why)) => {
                let start = self.at;
                self.at += length;
                let quote = &self.text[start + open..start + open + if quote < b'`' { 1 } else { 3 }];
                let help = format!("Close it with {quote}; a text over several lines stands between ```.");
                self.error(start, format!("a string has no closing {quote}: {why}"), help);
                self.explain_open_string(start, quote);
                TokenKind::String
            }
        })
    }

    fn quoted_end(&self, from: usize, quote: u8) -> Result<usize, (usize, &'static str)> {
        let mut at = from;
        loop {
            match self.rest().get(at) {
                None => return Err((at, "it ends with the text")),
                Some(b'\n' | b'\r') => return Err((at, "it ends with the line")),
                // Which escapes exist is checked when the value is read.
                Some(b'\\') if !matches!(self.rest().get(at + 1), None | Some(b'\n' | b'\r')) => at += 2,
                Some(byte) if *byte == quote => return Ok(at + 1),
                Some(_) => at += 1,
            }
        }
    }

    fn verbatim_end(&self, from: usize, quote: u8) -> Result<usize, (usize, &'static str)> {
        let mut at = from;
        loop {
            match self.rest().get(at) {
                None => return Err((at, "it ends with the text")),
                Some(b'\n' | b'\r') => return Err((at, "it ends with the line")),
                Some(byte) if *byte == quote && self.rest().get(at + 1) == Some(&quote) => at += 2,
                Some(byte) if *byte == quote => return Ok(at + 1),
                Some(_) => at += 1,
            }
        }
    }

    /// One token for a run of characters that mean nothing, or for one that stands in for others.
    fn unknown(&mut self) -> TokenKind {
        let start = self.at;
        let mut run = self.text[start..].chars();
        let first = run.next().unwrap_or_default();
        let plain = meant(first);
        let strange = |next: &char| !next.is_ascii() && !white_space(*next) && meant(*next).is_none();
        let more: usize = match first.is_ascii() || plain.is_some() {
            true => 0,
            false => run.take_while(strange).map(char::len_utf8).sum(),
        };
        self.at += first.len_utf8() + more;
        let (message, help) = explain(&self.text[start..self.at], self.rest());
        self.error(start, message, help);
        if let (Some(plain), Some(last)) = (plain, self.diagnostics.last_mut()) {
            let span = last.span;
            last.fix = Some(Fix { span, text: plain });
        }
        TokenKind::Unknown
    }

    /// Names the quote of another kind that was to close a string.
    fn explain_open_string(&mut self, start: usize, quote: &str) {
        let inside = self.text[start..self.at].char_indices().rev();
        let Some((at, letter)) =
            inside.into_iter().find(|(_, letter)| meant(*letter).as_deref() == Some(quote))
        else {
            return;
        };
        if let Some(last) = self.diagnostics.last_mut() {
            last.help = Some(format!("'{letter}' closes nothing; use a straight quote: {quote}."));
            let span = Span::new(start + at, start + at + letter.len_utf8());
            last.fix = Some(Fix { span, text: quote.to_owned() });
        }
    }

    fn error(&mut self, start: usize, message: String, help: impl Into<String>) {
        if self.diagnostics.len() > DIAGNOSTICS_MAX {
            return;
        }
        let span = Span::new(start, self.at);
        self.diagnostics.push(Diagnostic::error(code::SYNTAX, span, message).help(help));
    }
}

fn word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn word_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| word_byte(**byte)).count()
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// 8-4-4-4-12 hexadecimal digits.
pub(super) fn guid(bytes: &[u8]) -> bool {
    bytes.len() >= 36
        && bytes[..36].iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// What Kusto takes for white space beyond ASCII: the Unicode spaces, zero-width space, byte order mark.
pub(super) fn white_space(char: char) -> bool {
    matches!(
        char,
        '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
            ..='\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}
