//! The parser's state and its way with mistakes: one cursor over the tokens, diagnostics at the place of
//! the mistake, and going on at the next `|`, `;` or closing bracket. Knows no operator and no statement.

use super::ast::{Name, Script};
use super::token::{Token, TokenKind};
use super::{lexer, pipe, words};
use crate::diag::{Diagnostic, any_error, code, did_you_mean};
use crate::span::Span;

/// How deep expressions and subqueries may nest, in the text and in the tree.
pub const DEPTH_MAX: u32 = 200;
/// The longest text that is parsed, in bytes.
pub const TEXT_MAX: usize = 1 << 20;
/// More diagnostics than these help nobody.
pub(super) const DIAGNOSTICS_MAX: usize = 100;

/// The part could not be read, and its diagnostic is given: nothing more is said about it.
#[derive(Debug)]
pub(super) struct Failed;

pub(super) type Parsed<T> = Result<T, Failed>;

/// Parses a whole text. Mistakes become error nodes in the tree and diagnostics, in the order of the text.
pub fn parse(text: &str) -> (Script, Vec<Diagnostic>) {
    if text.len() > TEXT_MAX {
        let message = format!("the text has {} bytes; at most {TEXT_MAX} are parsed", text.len());
        let diagnostic = Diagnostic::error(code::LIMIT, Span::new(0, 0), message)
            .help("Load long lists as a table with ingest, and join with it.");
        return (Script::default(), vec![diagnostic]);
    }
    let (mut tokens, mut diagnostics) = lexer::lex(text);
    // Without a look at each of them where there is none.
    if text.contains("//") {
        tokens.retain(|token| token.kind != TokenKind::Comment);
    }
    if text.contains('#') {
        refuse_directives(&mut tokens, &mut diagnostics);
    }
    tokens.push(Token { kind: TokenKind::End, span: Span::new(text.len(), text.len()) });
    let closings = match_brackets(&tokens);
    let mut parser =
        Parser { text, tokens, closings, at: 0, diagnostics, depth: 0, tallest: 0, stopped: false };
    let script = parser.script();
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    (script, shortened(diagnostics))
}

/// The first of them, errors before warnings, in the order of the text.
fn shortened(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut errors = diagnostics.iter().filter(|it| it.is_error()).count().min(DIAGNOSTICS_MAX);
    let mut warnings = DIAGNOSTICS_MAX - errors;
    diagnostics.retain(|it| {
        let room = if it.is_error() { &mut errors } else { &mut warnings };
        let kept = *room > 0;
        *room = room.saturating_sub(1);
        kept
    });
    diagnostics
}

/// `#` lines before the query are for Kusto's own clients. Elsewhere `#` is a mistake, which must not hide
/// the rest of its line.
fn refuse_directives(tokens: &mut Vec<Token>, diagnostics: &mut Vec<Diagnostic>) {
    let leading = tokens.iter().take_while(|token| token.kind == TokenKind::Directive).count();
    if let Some(token) = tokens.first().filter(|_| leading > 0) {
        let message = "a directive of Kusto's clients is left out";
        let help = "Say which data to query on the command line.";
        diagnostics.push(Diagnostic::warning(code::SUSPICIOUS, token.span, message).help(help));
    }
    let later = tokens[leading..].iter().filter(|token| token.kind == TokenKind::Directive);
    diagnostics.extend(later.take(DIAGNOSTICS_MAX).map(|token| {
        Diagnostic::error(code::SYNTAX, token.span, "'#' begins nothing here").help("Comments begin with //.")
    }));
    tokens.retain(|token| token.kind != TokenKind::Directive);
}

pub(super) struct Parser<'t> {
    pub text: &'t str,
    /// Without comments, with [`TokenKind::End`] last.
    tokens: Vec<Token>,
    /// For each opening bracket the position of the one that closes it, or [`NEVER`].
    closings: Vec<u32>,
    at: usize,
    diagnostics: Vec<Diagnostic>,
    /// How many expressions and pipes are open.
    depth: u32,
    /// The greatest height of the expressions finished since it was last taken; see [`Parser::measured`].
    pub tallest: u32,
    /// A limit was hit: everything after it is silence.
    stopped: bool,
}

impl<'t> Parser<'t> {
    pub fn token(&self) -> Token {
        self.ahead(0)
    }

    pub fn ahead(&self, count: usize) -> Token {
        let last = self.tokens.len() - 1;
        self.tokens[(self.at + count).min(last)]
    }

    pub fn kind(&self) -> TokenKind {
        self.token().kind
    }

    pub fn span(&self) -> Span {
        self.token().span
    }

    /// The place of the token before the cursor.
    pub fn last_span(&self) -> Span {
        self.at.checked_sub(1).map_or(Span::new(0, 0), |before| self.tokens[before].span)
    }

    pub fn text_of(&self, token: Token) -> &'t str {
        token.span.text(self.text)
    }

    pub fn word_ahead(&self, count: usize) -> &'t str {
        let token = self.ahead(count);
        if token.kind == TokenKind::Word { self.text_of(token) } else { "" }
    }

    /// The word at the cursor; empty when there is none.
    pub fn word(&self) -> &'t str {
        self.word_ahead(0)
    }

    /// Whether this token follows the one before it without white space.
    pub fn adjacent(&self, count: usize) -> bool {
        let at = self.at + count;
        at > 0 && at < self.tokens.len() && self.tokens[at - 1].span.end == self.tokens[at].span.start
    }

    pub fn advance(&mut self) -> Token {
        let token = self.token();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    pub fn at_kind(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    pub fn at_word(&self, word: &str) -> bool {
        self.word() == word
    }

    pub fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at_kind(kind);
        if found {
            self.advance();
        }
        found
    }

    pub fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.advance();
        }
        found
    }

    /// `what` is the token itself as it is written: `(`.
    pub fn expect(&mut self, kind: TokenKind, what: &str) -> Parsed<Token> {
        if self.at_kind(kind) { Ok(self.advance()) } else { self.expected(&format!("'{what}'")) }
    }

    pub fn expect_word(&mut self, word: &str) -> Parsed<Token> {
        if self.at_word(word) { Ok(self.advance()) } else { self.expected(&format!("'{word}'")) }
    }

    /// Whether nothing of this operator can follow.
    pub fn at_end(&self) -> bool {
        matches!(self.kind(), TokenKind::Bar | TokenKind::Semicolon | TokenKind::End) || self.kind().closes()
    }

    /// Reports at the cursor that something is missing.
    pub fn expected<T>(&mut self, what: &str) -> Parsed<T> {
        self.expected_help(what, None)
    }

    pub fn expected_help<T>(&mut self, what: &str, help: Option<String>) -> Parsed<T> {
        let token = self.token();
        let after = match self.last_span() {
            Span { end: 0, .. } => "at the start".to_owned(),
            last => format!("after '{}'", shorten(last.text(self.text))),
        };
        let message = match token.kind {
            TokenKind::End => format!("expected {what} {after}, but the text ends"),
            // The lexer has said what is wrong with it.
            TokenKind::Unknown => return Err(Failed),
            _ => format!("expected {what} {after}, not '{}'", shorten(self.text_of(token))),
        };
        let missing = what.starts_with("an expression") || what.starts_with("a JSON");
        let (code, span) = match missing {
            true => (code::MISSING, self.end_of_last()),
            false => (code::EXPECTED, self.missing_place()),
        };
        let mut diagnostic = Diagnostic::error(code, span, message);
        diagnostic.help = help.or_else(|| self.hint(token));
        self.report(diagnostic);
        Err(Failed)
    }

    /// The empty place behind the token before the cursor.
    fn end_of_last(&self) -> Span {
        let end = self.last_span().end;
        Span { start: end, end }
    }

    /// Where a missing token is told, as Kusto's parser does: at the next token where it is near and on the
    /// same line, else behind the one before it.
    pub fn missing_place(&self) -> Span {
        let (behind, next) = (self.end_of_last(), self.token());
        let between = Span { start: behind.end, end: next.span.start };
        let space = between.text(self.text);
        let near = space.chars().count() < 2 && !space.contains(['\n', '\r']);
        if near && next.kind != TokenKind::End { next.span } else { behind }
    }

    /// What most often helps where such a token stands in the way.
    fn hint(&self, token: Token) -> Option<String> {
        let text = self.text_of(token);
        match token.kind {
            TokenKind::Word if words::known(text).is_some_and(|usage| usage != words::Use::Anywhere) => {
                Some(format!("'{text}' is a word of KQL; as a name it stands in brackets: ['{text}']."))
            }
            TokenKind::Assign if self.last_span().text(self.text) != "let" => Some(did_you_mean(
                self.last_span().text(self.text),
                pipe::PARAMS.iter().copied(),
                "Compare with ==; a single = gives a name.",
            )),
            TokenKind::LeftBrace => Some(
                "The workbench asks for a {Name}; elsewhere a query says declare query_parameters(Name:string), \
                 and --param Name=value gives it."
                    .into(),
            ),
            TokenKind::End | TokenKind::Bar | TokenKind::Semicolon => {
                Some("Complete the operator, or delete it.".into())
            }
            TokenKind::Comma => Some("Delete the comma, or complete what stands before it.".into()),
            kind if kind.closes() => Some("Complete what stands before the bracket.".into()),
            _ => None,
        }
    }

    pub fn error(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.report(Diagnostic::error(code::SYNTAX, span, message).help(help));
    }

    pub fn unsupported(&mut self, span: Span, what: impl AsRef<str>, help: impl Into<String>) {
        self.report(Diagnostic::unsupported(span, what, help));
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        // Warnings must not crowd out the one error that stops the query.
        let room = self.diagnostics.len() < 2 * DIAGNOSTICS_MAX
            || diagnostic.is_error() && !any_error(&self.diagnostics);
        if room && !self.stopped {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Ends the parse for good.
    pub fn limit<T>(&mut self, span: Span, message: String, help: &str) -> Parsed<T> {
        self.report(Diagnostic::error(code::LIMIT, span, message).help(help));
        self.stopped = true;
        self.at = self.tokens.len() - 1;
        Err(Failed)
    }

    /// Goes so many levels deeper. Each [`Parser::leave`] belongs to an `enter` that went well.
    pub fn enter(&mut self, levels: u32) -> Parsed<()> {
        if self.depth + levels > DEPTH_MAX {
            let message = format!("the query nests deeper than {DEPTH_MAX} levels");
            return self.limit(self.span(), message, "Give inner parts a name with let.");
        }
        self.depth += levels;
        Ok(())
    }

    pub fn leave(&mut self, levels: u32) {
        self.depth -= levels;
    }

    /// Runs a parser one level deeper.
    pub fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.enter(1)?;
        let result = inner(self);
        self.leave(1);
        result
    }

    /// From there to the cursor, without the space before it.
    pub fn since(&self, start: u32) -> Span {
        Span { start, end: self.last_span().end.max(start) }
    }

    /// Runs a parser and tells how high the expressions in its result are.
    pub fn measured<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<(T, u32)> {
        let outside = std::mem::take(&mut self.tallest);
        let result = inner(self);
        let height = std::mem::replace(&mut self.tallest, outside);
        result.map(|value| (value, height))
    }

    /// Skips to the next place at this nesting where reading can go on: `|`, `;`, a closing bracket, or
    /// (where a list is read) a comma. It is not consumed. A bracket that is never closed opens nothing
    /// here, so that it cannot swallow the rest of the text.
    pub fn skip(&mut self, stop_at_comma: bool) {
        loop {
            match self.kind() {
                TokenKind::End | TokenKind::Semicolon | TokenKind::Bar => return,
                TokenKind::Comma if stop_at_comma => return,
                kind if kind.closes() => return,
                _ => self.at = self.closing(self.at).unwrap_or(self.at),
            }
            self.advance();
        }
    }

    /// Leaves the brackets that were opened since this position, then skips.
    pub fn skip_out(&mut self, from: usize, stop_at_comma: bool) {
        if self.stopped {
            return;
        }
        let outermost = (from..self.at).filter_map(|open| self.closing(open)).max();
        if let Some(close) = outermost.filter(|close| *close >= self.at) {
            self.at = close + 1;
        }
        self.skip(stop_at_comma);
    }

    /// Where the bracket at this position is closed.
    fn closing(&self, open: usize) -> Option<usize> {
        self.closings.get(open).copied().filter(|close| *close != NEVER).map(|close| close as usize)
    }

    /// After a mistake inside brackets: goes to their end, if they have one.
    pub fn go_to_closing(&mut self, open: usize) -> Parsed<()> {
        let close = self.closing(open).filter(|close| *close >= self.at).ok_or(Failed)?;
        self.at = close;
        Ok(())
    }

    pub fn position(&self) -> usize {
        self.at
    }

    /// How many tokens the name takes that stands so far ahead; 0 when there is none. `given`: at a place
    /// where a name is given, more words may be one.
    pub fn name_ahead(&self, count: usize, given: bool) -> usize {
        match self.ahead(count).kind {
            TokenKind::Word => usize::from(match words::known(self.word_ahead(count)) {
                None | Some(words::Use::Anywhere) => true,
                Some(words::Use::Given) => given,
                Some(words::Use::Nowhere) => false,
            }),
            TokenKind::LeftBracket => {
                let mut at = count + 1;
                while self.ahead(at).kind == TokenKind::String {
                    at += 1;
                }
                let closed = at > count + 1 && self.ahead(at).kind == TokenKind::RightBracket;
                if closed { at + 1 - count } else { 0 }
            }
            _ => 0,
        }
    }

    /// A bare or bracketed name.
    pub fn name(&mut self, given: bool, what: &str) -> Parsed<Name> {
        if self.name_ahead(0, given) == 0 {
            return self.expected(what);
        }
        let first = self.advance();
        if first.kind == TokenKind::Word {
            return Ok(Name { text: self.text_of(first).to_owned(), span: first.span });
        }
        let text = self.strings();
        let last = self.advance();
        Ok(Name { text, span: first.span.to(last.span) })
    }

    /// One or more strings side by side, which are one.
    pub fn strings(&mut self) -> String {
        let mut value = String::new();
        while self.at_kind(TokenKind::String) {
            value.push_str(&self.string());
        }
        value
    }

    /// The value of the string at the cursor.
    pub fn string(&mut self) -> String {
        let token = self.advance();
        super::literal::string_value(self.text_of(token)).unwrap_or_else(|wrong| {
            self.wrong(token, wrong);
            String::new()
        })
    }

    /// Reports a mistake inside a literal.
    pub fn wrong(&mut self, token: Token, wrong: super::literal::Wrong) {
        let start = token.span.start as usize;
        self.error(Span::new(start + wrong.start, start + wrong.end), wrong.message, wrong.help);
    }
}

/// In [`Parser::closings`]: no bracket, or one that stays open.
const NEVER: u32 = u32::MAX;

/// A closing bracket closes the nearest open one of its kind; what was opened in between stays open.
fn match_brackets(tokens: &[Token]) -> Vec<u32> {
    let mut closings = vec![NEVER; tokens.len()];
    let mut open: Vec<(TokenKind, usize)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let opener = match token.kind {
            TokenKind::RightParen => TokenKind::LeftParen,
            TokenKind::RightBracket => TokenKind::LeftBracket,
            TokenKind::RightBrace => TokenKind::LeftBrace,
            kind => {
                if kind.opens() {
                    open.push((kind, at));
                }
                continue;
            }
        };
        let found = open.iter().rev().take(BRACKETS_SEARCHED).position(|(kind, _)| *kind == opener);
        if let Some(above) = found {
            open.truncate(open.len() - above);
            if let Some((_, opened)) = open.pop() {
                closings[opened] = at as u32;
            }
        }
    }
    closings
}

/// How many open brackets a closing one is compared with, which bounds the time for hostile texts.
const BRACKETS_SEARCHED: usize = 64;

/// A token's text for a message: its first line, and not too much of it.
pub(super) fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(40) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line.to_owned(),
    }
}
