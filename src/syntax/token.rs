//! What the lexer yields: a kind and a place. Knows nothing of grammar.

use crate::span::Span;
use crate::types::Type;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or a keyword: which of them is a matter of its place. `project-away`, `in~` and `!has`
    /// are one word each.
    Word,
    /// A string in any of its forms, with its quotes and prefixes.
    String,
    /// `true`, `false` and their spellings.
    Bool,
    /// `12`, `0x1F`
    Long,
    /// `1.5`, `1e3`
    Real,
    /// `1d`, `2.5h`
    Timespan,
    /// A bare guid, which only dynamic literals may hold.
    Guid,
    /// `datetime(...)`, `int(...)` and their kind, to the closing parenthesis.
    Typed(Type),
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Bar,
    Semicolon,
    Comma,
    Dot,
    DotDot,
    Colon,
    Assign,
    /// `=>`
    Arrow,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=` or `<>`
    NotEqual,
    /// `=~`
    EqualFold,
    /// `!~`
    NotEqualFold,
    /// `//` to the end of the line.
    Comment,
    /// `#` to the end of the line.
    Directive,
    /// What no token of KQL starts with.
    Unknown,
    /// The end of the text; never among [`crate::syntax::tokens`].
    End,
}

impl TokenKind {
    pub fn opens(self) -> bool {
        matches!(self, TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::LeftBrace)
    }

    pub fn closes(self) -> bool {
        matches!(self, TokenKind::RightParen | TokenKind::RightBracket | TokenKind::RightBrace)
    }
}
