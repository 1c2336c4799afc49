//! A query in the form that Kusto's own formatter gives: one operator a line, four spaces a level. Only the
//! white space between tokens changes, so that a formatted query means what it meant; comments stay, and
//! so do the line breaks inside an operator.

use crate::diag::{Diagnostic, any_error, code};
use crate::syntax::token::{Token, TokenKind};
use crate::syntax::{is_param, parse, tokens};

const INDENT: usize = 4;
/// A subquery of one operator stays on its line up to here, in characters.
const WIDTH: usize = 100;

/// The formatted text, which ends with a line break unless it is empty. Formatting it again changes nothing.
///
/// Errors: the mistakes of a text that is no KQL; it has no form.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let (_, diagnostics) = parse(text);
    if any_error(&diagnostics) {
        return Err(diagnostics);
    }
    let tokens = tokens(text);
    let groups = groups(&tokens).map_err(|lone| {
        let help = "Close each bracket that is open.";
        vec![Diagnostic::error(code::SYNTAX, lone.span, "a bracket without the other one").help(help)]
    })?;
    let mut printer = Printer { text, tokens: &tokens, groups, out: String::new(), frames: Vec::new() };
    printer.frames.push(Frame::new(0, 0, true));
    (0..tokens.len()).for_each(|at| printer.token(at));
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    Ok(printer.out)
}

/// What stands between a bracket and the one that closes it.
#[derive(Clone, Copy, Default)]
struct Group {
    close: usize,
    pipes: usize,
    statements: usize,
    /// A group inside of it has lines of its own, so that its text will have a line break too.
    holds_lines: bool,
}

impl Group {
    fn has_lines(self) -> bool {
        self.pipes > 1 || self.statements > 0 || self.holds_lines
    }
}

/// For each opening bracket its group.
///
/// Errors: the first bracket that has none, or another one, to close or to open it. Operators that are
/// skipped are not looked into by the parser.
fn groups(tokens: &[Token]) -> Result<Vec<Group>, Token> {
    let mut groups = vec![Group::default(); tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match (token.kind, open.last()) {
            (kind, _) if kind.opens() => open.push(at),
            (kind, Some(last)) if closes(tokens[*last].kind, kind) => {
                let inner = *last;
                groups[inner].close = at;
                open.pop();
                if let Some(outer) = open.last() {
                    groups[*outer].holds_lines |= groups[inner].has_lines();
                }
            }
            (kind, _) if kind.closes() => return Err(*token),
            (TokenKind::Bar, Some(last)) => groups[*last].pipes += 1,
            (TokenKind::Semicolon, Some(last)) => groups[*last].statements += 1,
            _ => {}
        }
    }
    open.first().map_or(Ok(groups), |lone| Err(tokens[*lone]))
}

fn closes(open: TokenKind, close: TokenKind) -> bool {
    matches!(
        (open, close),
        (TokenKind::LeftParen, TokenKind::RightParen)
            | (TokenKind::LeftBracket, TokenKind::RightBracket)
            | (TokenKind::LeftBrace, TokenKind::RightBrace)
    )
}

/// An open bracket, or the text itself.
struct Frame {
    /// Where lines inside begin.
    base: usize,
    /// Where the line of its opening bracket begins.
    outer: usize,
    /// Where the line of the operator being written begins.
    operator: usize,
    /// Its content has lines of its own.
    tall: bool,
    /// It holds a pipeline or statements, not a list.
    query: bool,
    /// The statement being written is a `let`, whose operators stand deeper.
    deeper: bool,
    /// `{` of a function, not of a value.
    body: bool,
}

impl Frame {
    fn new(base: usize, outer: usize, query: bool) -> Frame {
        Frame { base, outer, operator: base, tall: query, query, deeper: false, body: false }
    }
}

struct Printer<'t> {
    text: &'t str,
    tokens: &'t [Token],
    groups: Vec<Group>,
    out: String,
    /// Never empty.
    frames: Vec<Frame>,
}

impl Printer<'_> {
    fn text_of(&self, at: usize) -> &str {
        self.tokens[at].span.text(self.text)
    }

    fn between(&self, before: usize, at: usize) -> &str {
        let place = self.tokens[before].span.end as usize..self.tokens[at].span.start as usize;
        self.text.get(place).unwrap_or_default()
    }

    fn lines_between(&self, before: usize, at: usize) -> usize {
        let between = self.between(before, at);
        // A lone carriage return ends a line too.
        between.matches('\n').count().max(between.matches('\r').count())
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::new(0, 0, true));
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn token(&mut self, at: usize) {
        let kind = self.tokens[at].kind;
        self.space_before(at);
        let text = self.text_of(at).trim_end().to_owned();
        self.out.push_str(&text);
        if kind.opens() {
            self.open(at);
        } else if kind == TokenKind::Semicolon {
            let frame = self.frame();
            (frame.deeper, frame.operator) = (false, frame.base);
        } else if kind == TokenKind::Word && text == "let" && self.begins_statement(at) {
            self.frame().deeper = true;
        }
    }

    /// The token before, comments left out.
    fn meaning_before(&self, at: usize) -> Option<usize> {
        let quiet = |token: &Token| matches!(token.kind, TokenKind::Comment | TokenKind::Directive);
        (0..at).rev().find(|before| !quiet(&self.tokens[*before]))
    }

    fn begins_statement(&self, at: usize) -> bool {
        match self.meaning_before(at).map(|before| self.tokens[before].kind) {
            None | Some(TokenKind::Semicolon | TokenKind::LeftBrace) => true,
            Some(_) => false,
        }
    }

    fn open(&mut self, at: usize) {
        let group = self.groups[at];
        let line = self.line_indent();
        let query = group.pipes > 0 || group.statements > 0;
        let mut frame = Frame::new(line + INDENT, line, query);
        let next = at + 1;
        let breaks = next < group.close
            && (self.lines_between(at, next) > 0 || self.tokens[next].kind == TokenKind::Comment);
        frame.tall = breaks || query && self.needs_lines(at, &group);
        frame.body = self.tokens[at].kind == TokenKind::LeftBrace && self.begins_body(at);
        self.frames.push(frame);
    }

    fn needs_lines(&self, at: usize, group: &Group) -> bool {
        let inside = self.tokens[at].span.end as usize..self.tokens[group.close].span.start as usize;
        let inside = self.text.get(inside).unwrap_or_default();
        let line = self.out.rsplit('\n').next().map_or(0, |line| line.chars().count());
        let width: usize = (at + 1..group.close).map(|at| self.text_of(at).chars().count() + 1).sum();
        group.has_lines() || inside.contains(['\n', '\r']) || line + width > WIDTH
    }

    fn begins_body(&self, at: usize) -> bool {
        let before = self.meaning_before(at).map(|before| self.tokens[before].kind);
        matches!(before, Some(TokenKind::RightParen | TokenKind::Word))
    }

    fn line_indent(&self) -> usize {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        line.len() - line.trim_start_matches(' ').len()
    }

    fn space_before(&mut self, at: usize) {
        let kind = self.tokens[at].kind;
        let frame = if kind.closes() && self.frames.len() > 1 { self.frames.pop() } else { None };
        let Some(before) = at.checked_sub(1) else { return };
        let lines = self.lines_between(before, at);
        if let Some(frame) = frame {
            return self.space_before_close(at, before, &frame);
        }
        match self.line_before(at, before, lines) {
            Some(indent) => self.line(indent, at, lines),
            None => {
                let space = self.space_between(before, at);
                self.out.push_str(space);
            }
        }
    }

    fn space_before_close(&mut self, at: usize, before: usize, frame: &Frame) {
        let empty = self.tokens[before].kind.opens();
        if ends_line(self.tokens[before].kind) || frame.tall && !empty {
            self.out.push('\n');
            self.out.push_str(&" ".repeat(frame.outer));
        } else if frame.body && !empty && self.tokens[at].kind == TokenKind::RightBrace {
            self.out.push(' ');
        }
    }

    /// Where the line begins that this token is the first of; `None` when it goes on with the last one.
    fn line_before(&mut self, at: usize, before: usize, lines: usize) -> Option<usize> {
        let (kind, last) = (self.tokens[at].kind, self.tokens[before].kind);
        let begins = self.begins_statement(at);
        let next = self.tokens[at..].iter().map(|token| token.kind).find(|kind| !ends_line(*kind));
        let frame = self.frame();
        let pipes = frame.base + if frame.deeper { INDENT } else { 0 };
        let inner = if frame.query { frame.operator + INDENT } else { frame.base };
        if kind == TokenKind::Comment {
            return match next {
                _ if lines == 0 && !ends_line(last) => None,
                _ if begins => Some(frame.base),
                None | Some(TokenKind::Bar | TokenKind::Semicolon) => Some(pipes),
                Some(next) if next.closes() => Some(pipes),
                Some(_) => Some(inner),
            };
        }
        if kind == TokenKind::Bar && frame.query && (frame.tall || ends_line(last)) {
            frame.operator = pipes;
            return Some(pipes);
        }
        if begins && (frame.tall || ends_line(last)) || last.opens() || kind == TokenKind::Directive {
            frame.operator = frame.base;
            return (frame.tall || ends_line(last)).then_some(frame.base);
        }
        let glued = matches!(
            kind,
            TokenKind::Comma | TokenKind::Semicolon | TokenKind::Dot | TokenKind::Colon | TokenKind::Bar
        ) || matches!(last, TokenKind::Bar | TokenKind::Dot);
        (ends_line(last) || lines > 0 && !glued).then_some(inner)
    }

    fn line(&mut self, indent: usize, at: usize, lines: usize) {
        // A blank line separates queries in an editor, so that one inside a query would cut it.
        let separate = self.frames.len() == 1 && self.begins_statement(at);
        self.out.push_str(if separate && lines > 1 { "\n\n" } else { "\n" });
        self.out.push_str(&" ".repeat(indent));
    }

    fn space_between(&self, before: usize, at: usize) -> &'static str {
        let as_written = if self.between(before, at).is_empty() { "" } else { " " };
        let wanted = self.space_wanted(before, at, as_written);
        // `kind= =x` would become a comparison.
        if wanted.is_empty() && !self.stay_two(before, at) { as_written } else { wanted }
    }

    /// Whether two tokens are still the same ones without white space between them.
    fn stay_two(&self, before: usize, at: usize) -> bool {
        let joined = format!("{}{}", self.text_of(before), self.text_of(at));
        let kinds = |tokens: &[Token]| tokens.iter().map(|token| token.kind).collect::<Vec<_>>();
        kinds(&tokens(&joined)) == [self.tokens[before].kind, self.tokens[at].kind]
    }

    fn space_wanted(&self, before: usize, at: usize, as_written: &'static str) -> &'static str {
        let (last, kind) = (self.tokens[before].kind, self.tokens[at].kind);
        match (last, kind) {
            (_, TokenKind::Comment) => " ",
            (_, TokenKind::Comma | TokenKind::Semicolon | TokenKind::Colon) => "",
            (TokenKind::LeftBrace, _) => {
                if self.frames.last().is_some_and(|frame| frame.body) {
                    " "
                } else {
                    ""
                }
            }
            (TokenKind::LeftParen | TokenKind::LeftBracket, _) => "",
            (TokenKind::Comma | TokenKind::Semicolon | TokenKind::Bar | TokenKind::Colon, _) => " ",
            (_, TokenKind::LeftBrace) | (_, TokenKind::Bar) => " ",
            (TokenKind::Dot, _) | (_, TokenKind::Dot) | (TokenKind::Star, _) | (_, TokenKind::Star) => {
                as_written
            }
            (TokenKind::Minus | TokenKind::Plus, _) => self.after_sign(before, at),
            (TokenKind::Assign, _) => self.around_assign(before),
            (_, TokenKind::Assign) => self.around_assign(at),
            _ if binary(last) || binary(kind) => " ",
            (TokenKind::Word, TokenKind::String) => " ",
            (last, TokenKind::Word) if last.closes() => " ",
            _ => as_written,
        }
    }

    /// Between a sign and what follows: nothing when it is the sign of one value.
    fn after_sign(&self, sign: usize, at: usize) -> &'static str {
        let Some(before) = self.meaning_before(sign) else { return "" };
        match self.tokens[before].kind {
            // `by -x` or `count -x`: the grammar decides, the white space says what was meant.
            TokenKind::Word => match (self.between(before, sign), self.between(sign, at)) {
                (space, "") if !space.is_empty() => "",
                _ => " ",
            },
            TokenKind::String
            | TokenKind::Bool
            | TokenKind::Long
            | TokenKind::Real
            | TokenKind::Timespan
            | TokenKind::Guid
            | TokenKind::Typed(_) => " ",
            kind if kind.closes() => " ",
            _ => "",
        }
    }

    /// `kind=inner`, but `Total = sum(x)`.
    fn around_assign(&self, at: usize) -> &'static str {
        let Some(name) = at.checked_sub(1) else { return " " };
        let hint = name.checked_sub(1).is_some_and(|dot| {
            self.tokens[dot].kind == TokenKind::Dot && dot > 0 && self.text_of(dot - 1) == "hint"
        });
        if hint || is_param(self.text_of(name)) { "" } else { " " }
    }
}

/// A comment and a directive take the rest of their line.
fn ends_line(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Comment | TokenKind::Directive)
}

/// Stands between two values with white space around it.
fn binary(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Slash
            | TokenKind::Percent
            | TokenKind::Less
            | TokenKind::LessEqual
            | TokenKind::Greater
            | TokenKind::GreaterEqual
            | TokenKind::Equal
            | TokenKind::NotEqual
            | TokenKind::EqualFold
            | TokenKind::NotEqualFold
            | TokenKind::Arrow
            | TokenKind::DotDot
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Formats, and holds that a second time changes nothing.
    fn formatted(text: &str) -> String {
        let once = format(text).unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}"));
        assert_eq!(format(&once).as_ref(), Ok(&once), "{text}");
        once
    }

    #[test]
    fn one_operator_a_line() {
        assert_eq!(
            formatted(
                "Mail|where   To has'amy' and Size>10*2 | summarize n=count(),max(Size)by bin(Sent,1d)|take 5"
            ),
            "Mail\n| where To has 'amy' and Size > 10*2\n| summarize n = count(), max(Size) by bin(Sent, 1d)\n| take 5\n"
        );
        assert_eq!(formatted(" \n"), "");
        assert_eq!(formatted("T | sort by -x, y desc"), "T\n| sort by -x, y desc\n");
        assert_eq!(formatted("print a=1-2, b = - 3, c=f( -1)"), "print a = 1 - 2, b = -3, c = f(-1)\n");
    }

    #[test]
    fn subqueries_and_functions_stand_deeper() {
        assert_eq!(
            formatted(
                "let seen=Mail|distinct From;\n\nlet f=(a:long,T:(b:string)){let c=1;T|where b has'x'|extend c};f(1,Mail)\n|join kind = inner(seen|where From!=''|project From) on From,$left.a==$right.b"
            ),
            "let seen = Mail\n    | distinct From;\n\nlet f = (a: long, T: (b: string)) {\n    let c = 1;\n    T\n    | where b has 'x'\n    | extend c\n};\nf(1, Mail)\n| join kind=inner(\n    seen\n    | where From != ''\n    | project From\n) on From, $left.a == $right.b\n"
        );
        assert_eq!(formatted("T | where a in ((U | project a))"), "T\n| where a in ((U | project a))\n");
    }

    #[test]
    fn comments_and_breaks_inside_an_operator_stay() {
        let text = "// why\n\nT // the table\n| where a == 1 and\n    // not yet\n    b == 2\n// then\n| project\n    a, // first\n    b\n| extend c = case(\n    a,\n    b\n)\n// end\n";
        assert_eq!(formatted(text), text);
        assert_eq!(formatted(&text.replace("    ", "\t ")), text);
    }

    #[test]
    fn a_lone_carriage_return_ends_a_comment() {
        assert_eq!(formatted("// one\r// two\rT"), "// one\n// two\nT\n");
        assert_eq!(formatted("T | join (\rU | count\r) on a"), "T\n| join (\n    U\n    | count\n) on a\n");
    }

    #[test]
    fn tokens_are_never_joined() {
        assert_eq!(formatted("T | graph-where-edges kind= =x"), "T\n| graph-where-edges kind= = x\n");
    }

    #[test]
    fn a_text_with_mistakes_has_no_form() {
        assert!(format("T | where").is_err());
        assert!(format("T | macro-expand (a[( | b) | c").is_err());
    }
}
