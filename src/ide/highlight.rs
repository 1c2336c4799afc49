//! Colors for the editor: each token of a text and what it is. From the lexer alone, so that it works on
//! any text and in one pass; it may take a column for a keyword, never a string for code.

use std::ops::Range;

use crate::span::Span;
use crate::syntax::token::{Token, TokenKind};
use crate::syntax::words::{self, Use};
use crate::syntax::{BINARY_OPS, LIST_OPS, OPERATORS};

/// What a part of the text is, for its color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    Keyword,
    /// `==`, `has`, `and`, `|`
    Operator,
    /// Functions, tables, columns and every other name.
    Name,
    String,
    /// Numbers, timespans, datetimes, `true`, `null`.
    Number,
    Comment,
    Punctuation,
    /// What is no KQL.
    Unknown,
}

/// The colored parts of a text, in its order, for some of its tokens; what lies between them is white space. Strings
/// may go over several lines.
pub fn highlight(text: &str, tokens: &[Token], some: Range<usize>) -> Vec<(Span, Class)> {
    let mut parts = Vec::with_capacity(some.len());
    let code = |token: &&Token| token.kind != TokenKind::Comment;
    let mut before = tokens[..some.start].iter().rfind(code).map(|token| token.kind);
    for (at, token) in tokens[..some.end].iter().enumerate().skip(some.start) {
        match token.kind {
            TokenKind::Typed(_) => typed(text, token.span, &mut parts),
            kind => parts.push((token.span, class(text, kind, token.span, before, tokens.get(at + 1)))),
        }
        if code(&token) {
            before = Some(token.kind);
        }
    }
    parts
}

fn class(text: &str, kind: TokenKind, span: Span, before: Option<TokenKind>, after: Option<&Token>) -> Class {
    match kind {
        TokenKind::Word => word(span.text(text), before, after.map(|token| token.kind)),
        TokenKind::String => Class::String,
        TokenKind::Bool
        | TokenKind::Long
        | TokenKind::Real
        | TokenKind::Timespan
        | TokenKind::Guid
        | TokenKind::Typed(_) => Class::Number,
        TokenKind::LeftParen
        | TokenKind::RightParen
        | TokenKind::LeftBracket
        | TokenKind::RightBracket
        | TokenKind::LeftBrace
        | TokenKind::RightBrace
        | TokenKind::Semicolon
        | TokenKind::Comma
        | TokenKind::Dot
        | TokenKind::DotDot
        | TokenKind::Colon => Class::Punctuation,
        TokenKind::Bar
        | TokenKind::Assign
        | TokenKind::Arrow
        | TokenKind::Plus
        | TokenKind::Minus
        | TokenKind::Star
        | TokenKind::Slash
        | TokenKind::Percent
        | TokenKind::Less
        | TokenKind::LessEqual
        | TokenKind::Greater
        | TokenKind::GreaterEqual
        | TokenKind::Equal
        | TokenKind::NotEqual
        | TokenKind::EqualFold
        | TokenKind::NotEqualFold => Class::Operator,
        TokenKind::Comment | TokenKind::Directive => Class::Comment,
        TokenKind::Unknown | TokenKind::End => Class::Unknown,
    }
}

fn word(word: &str, before: Option<TokenKind>, after: Option<TokenKind>) -> Class {
    if before == Some(TokenKind::Dot) || after == Some(TokenKind::Dot) {
        return Class::Name;
    }
    // The one operator of two words.
    if word == "matches" || word == "regex" {
        return Class::Operator;
    }
    let Some(usage) = words::known(word) else { return Class::Name };
    let infix = BINARY_OPS.iter().any(|row| row.0 == word) || LIST_OPS.iter().any(|row| row.0 == word);
    if infix || matches!(word, "between" | "!between") {
        return Class::Operator;
    }
    if word == "null" {
        return Class::Number;
    }
    // A word that may be a name anywhere is a keyword where its operator or its clause can begin.
    let begins = matches!(
        before,
        None | Some(TokenKind::Bar | TokenKind::Semicolon | TokenKind::LeftParen | TokenKind::LeftBrace)
    );
    let operator = || OPERATORS.iter().any(|row| row.name == word);
    match (usage, after) {
        (Use::Nowhere, _) => Class::Keyword,
        // `count()` is a function, `filter (a)` an operator.
        (_, Some(TokenKind::LeftParen)) if !(before == Some(TokenKind::Bar) && operator()) => match word {
            "by" | "on" | "with" | "in" | "of" | "to" | "from" | "step" | "datatable" | "externaldata"
            | "view" => Class::Keyword,
            _ => Class::Name,
        },
        (Use::Given | Use::Anywhere, _) if !begins && operator() => Class::Name,
        (Use::Given | Use::Anywhere, _) => Class::Keyword,
    }
}

/// `datetime(2026-01-01)` is one token of three parts.
fn typed(text: &str, span: Span, parts: &mut Vec<(Span, Class)>) {
    let token = span.text(text);
    let (start, end) = (span.start as usize, span.end as usize);
    let open = start + token.find('(').unwrap_or(token.len());
    let close = if token.ends_with(')') { end - 1 } else { end };
    parts.push((Span::new(start, open), Class::Keyword));
    let rest = [
        (open, open + 1, Class::Punctuation),
        (open + 1, close, Class::Number),
        (close, end, Class::Punctuation),
    ];
    for (from, to, class) in rest {
        if from < to && to <= end {
            parts.push((Span::new(from, to), class));
        }
    }
}

/// The bracket at a cursor, or else before it, and the one that belongs to it.
pub fn brackets(tokens: &[Token], cursor: usize) -> Option<(Span, Span)> {
    let bracket = |at: &usize| tokens.get(*at).is_some_and(|one| one.kind.opens() || one.kind.closes());
    let next = tokens.partition_point(|token| (token.span.start as usize) < cursor);
    let here = Some(next).filter(|at| bracket(at) && tokens[*at].span.start as usize == cursor);
    let before = || next.checked_sub(1).filter(|at| bracket(at) && tokens[*at].span.end as usize == cursor);
    let at = here.or_else(before)?;
    let forward = tokens[at].kind.opens();
    let mut deep = 0;
    let pairs = |next: &usize| {
        let kind = tokens[*next].kind;
        deep += match (kind.opens(), kind.closes()) {
            (true, _) => 1,
            (_, true) => -1,
            _ => 0,
        };
        deep == 0
    };
    let other = match forward {
        true => (at..tokens.len()).find(pairs),
        false => (0..=at).rev().find(pairs),
    }?;
    Some((tokens[at].span, tokens[other].span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tokens;

    /// Each part as its text and a letter of its class.
    fn shown(text: &str) -> String {
        let tokens = tokens(text);
        let parts = highlight(text, &tokens, 0..tokens.len());
        for at in 0..tokens.len() {
            let [part, ..] = &highlight(text, &tokens, at..at + 1)[..] else { panic!("a token has a part") };
            assert!(parts.contains(part), "a token by itself is what it is among the others");
        }
        let parts = parts.iter().map(|(span, class)| {
            let letter = match class {
                Class::Keyword => 'k',
                Class::Operator => 'o',
                Class::Name => 'n',
                Class::String => 's',
                Class::Number => '1',
                Class::Comment => 'c',
                Class::Punctuation => 'p',
                Class::Unknown => '?',
            };
            format!("{}:{letter}", span.text(text))
        });
        parts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn brackets_find_each_other() {
        let text = "f(a[0], \")\")";
        let other = |cursor| brackets(&tokens(text), cursor).map(|(_, other)| other.start);
        assert_eq!((other(1), other(3), other(6)), (Some(11), Some(5), Some(3)));
        assert_eq!((other(12), other(7), brackets(&tokens("("), 0)), (Some(1), None, None));
    }

    #[test]
    fn classes_of_a_query() {
        assert_eq!(
            shown("T | where a has 'x' and b.count == 1d // why"),
            "T:n |:o where:k a:n has:o 'x':s and:o b:n .:p count:n ==:o 1d:1 // why:c"
        );
        assert_eq!(
            shown("T | summarize count() by kind | count"),
            "T:n |:o summarize:k count:n (:p ):p by:k kind:k |:o count:k"
        );
        assert_eq!(shown("print datetime(2026-01-01), “"), "print:k datetime:k (:p 2026-01-01:1 ):p ,:p “:?");
        assert_eq!(shown("a matches regex ```x\n\ny```"), "a:n matches:o regex:o ```x\n\ny```:s");
        assert_eq!(shown("print datetime(20"), "print:k datetime:k (:p 20:1");
    }
}
