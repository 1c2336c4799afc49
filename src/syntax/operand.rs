//! What stands between the operators of an expression: literals, names, calls, parentheses, paths.

use super::ast::{Arg, Expr, ExprKind, Literal, Name, Pipe};
use super::expr::Tall;
use super::literal::{self, Wrong};
use super::parser::{Failed, Parsed, Parser, shorten};
use super::token::{Token, TokenKind};
use super::words::{self, Use};
use crate::diag::{Diagnostic, code};
use crate::span::Span;
use crate::types::Type;

impl Parser<'_> {
    /// `-x`, `+x` or an operand, with its path. The sign of a number belongs to it, but for the least long:
    /// its digits alone fit none (agent-parse-search-0017).
    pub(super) fn unary(&mut self) -> Parsed<Tall> {
        let operand = self.signed_or_plain()?;
        if matches!(operand.expr.kind, ExprKind::Literal(Literal::Long(i64::MIN)))
            && self.text[operand.expr.span.start as usize..].starts_with('-')
        {
            let help = "Write long(-9223372036854775808).";
            self.error(operand.expr.span, "the digits without their sign do not fit a long", help);
            return Ok(Tall::error(operand.expr.span));
        }
        Ok(operand)
    }

    /// One value of a datatable, in which the least long may stand.
    pub(super) fn cell(&mut self) -> Parsed<Expr> {
        self.alone(Self::signed_or_plain)
    }

    fn signed_or_plain(&mut self) -> Parsed<Tall> {
        let sign = self.token();
        if matches!(sign.kind, TokenKind::Plus | TokenKind::Minus) {
            return self.signed();
        }
        let operand = self.primary()?;
        self.path_after(operand)
    }

    fn signed(&mut self) -> Parsed<Tall> {
        let sign = self.advance();
        let negative = sign.kind == TokenKind::Minus;
        let number = self.token();
        if matches!(number.kind, TokenKind::Long | TokenKind::Real | TokenKind::Timespan) {
            self.advance();
            return Ok(self.number(number, negative, sign.span.to(number.span)));
        }
        let operand = self.primary()?;
        let operand = self.path_after(operand)?;
        let span = sign.span.to(operand.expr.span);
        self.tall(ExprKind::Sign { negative, expr: operand.expr }, span, operand.height + 1)
    }

    fn number(&mut self, token: Token, negative: bool, span: Span) -> Tall {
        let text = self.text_of(token);
        let value = match token.kind {
            TokenKind::Real => literal::real_value(text, negative),
            TokenKind::Timespan => literal::timespan_value(text, negative),
            _ => literal::long_value(text, negative),
        };
        self.literal(token, span, value)
    }

    fn literal(&mut self, token: Token, span: Span, value: Result<Literal, Wrong>) -> Tall {
        match value {
            Ok(value) => Tall::leaf(ExprKind::Literal(value), span),
            Err(wrong) => {
                self.wrong(token, wrong);
                Tall::error(span)
            }
        }
    }

    /// A column or a property of one: `a.b["c"]`, without calls.
    pub(super) fn column_path(&mut self) -> Parsed<Expr> {
        let name = self.name(false, "a column")?;
        let path = self.path_after(named(name))?;
        self.tallest = self.tallest.max(path.height);
        Ok(*path.expr)
    }

    /// A table: a name with its path, a call, or a pipeline in parentheses.
    pub(super) fn table_expr(&mut self) -> Parsed<Expr> {
        if !matches!(self.kind(), TokenKind::Word | TokenKind::LeftParen | TokenKind::LeftBracket) {
            return self.expected("a table");
        }
        self.unary_expr()
    }

    pub(super) fn unary_expr(&mut self) -> Parsed<Expr> {
        self.alone(Self::unary)
    }

    fn alone(&mut self, operand: fn(&mut Self) -> Parsed<Tall>) -> Parsed<Expr> {
        self.enter(1)?;
        let operand = operand(self);
        self.leave(1);
        let operand = operand?;
        self.tallest = self.tallest.max(operand.height);
        Ok(*operand.expr)
    }

    /// The `.name`, `.call()` and `[index]` after an operand.
    fn path_after(&mut self, mut left: Tall) -> Parsed<Tall> {
        loop {
            left = match self.kind() {
                TokenKind::Dot => {
                    self.advance();
                    self.member(left)?
                }
                TokenKind::LeftBracket => self.index(left)?,
                _ => return Ok(left),
            }
        }
    }

    /// What follows a dot: a name, a call, or a name or number in brackets.
    fn member(&mut self, left: Tall) -> Parsed<Tall> {
        if self.at_call() {
            let call = self.call()?;
            let span = left.expr.span.to(call.expr.span);
            let height = left.height.max(call.height) + 1;
            return self.tall(ExprKind::PathCall(left.expr, call.expr), span, height);
        }
        if self.at_kind(TokenKind::LeftBracket) && self.name_ahead(0, false) == 0 {
            return self.index(left);
        }
        let name = self.name(false, "a property")?;
        let span = left.expr.span.to(name.span);
        self.tall(ExprKind::Path(left.expr, name), span, left.height + 1)
    }

    fn index(&mut self, left: Tall) -> Parsed<Tall> {
        let open = self.position();
        self.advance();
        self.enter(1)?;
        let inside = self.scalar();
        self.leave(1);
        let inside = self.or_error(inside, open)?;
        let close = self.expect(TokenKind::RightBracket, "]")?;
        let span = left.expr.span.to(close.span);
        let height = left.height.max(inside.height) + 1;
        self.tall(ExprKind::Index(left.expr, inside.expr), span, height)
    }

    fn primary(&mut self) -> Parsed<Tall> {
        match self.kind() {
            TokenKind::LeftParen => self.parenthesised(),
            TokenKind::Word => self.word_operand(),
            TokenKind::LeftBracket => self.bracketed(),
            _ => self.constant(),
        }
    }

    /// Literals of one token, and strings side by side.
    fn constant(&mut self) -> Parsed<Tall> {
        let token = self.token();
        let span = token.span;
        Ok(match token.kind {
            TokenKind::Long | TokenKind::Real | TokenKind::Timespan => {
                self.advance();
                self.number(token, false, span)
            }
            TokenKind::String => {
                let value = self.strings();
                Tall::leaf(ExprKind::Literal(Literal::String(value)), span.to(self.last_span()))
            }
            TokenKind::Bool => {
                self.advance();
                let value = literal::boolean(self.text_of(token)).unwrap_or_default();
                Tall::leaf(ExprKind::Literal(Literal::Bool(value)), span)
            }
            TokenKind::Typed(ty) => {
                self.advance();
                let value = literal::typed_value(ty, self.text_of(token));
                self.literal(token, span, value)
            }
            TokenKind::Guid => {
                self.advance();
                self.error(span, "a guid does not stand alone", "Write it as guid(...), or between quotes.");
                Tall::error(span)
            }
            _ => return self.expected("an expression"),
        })
    }

    fn parenthesised(&mut self) -> Parsed<Tall> {
        let position = self.position();
        let open = self.advance();
        self.enter(1)?;
        let inside = self.query();
        self.leave(1);
        let mut inside = self.or_error(inside, position)?;
        let close = self.expect(TokenKind::RightParen, ")")?;
        inside.expr.span = open.span.to(close.span);
        Ok(inside)
    }

    /// What cannot be read between brackets becomes an error node, if they are closed at all.
    fn or_error(&mut self, inside: Parsed<Tall>, open: usize) -> Parsed<Tall> {
        if inside.is_ok() {
            return inside;
        }
        self.go_to_closing(open)?;
        Ok(Tall::error(self.last_span()))
    }

    /// `['a name']`, or a name pattern `[a*]`.
    fn bracketed(&mut self) -> Parsed<Tall> {
        if self.name_ahead(0, false) > 0 {
            return Ok(named(self.name(false, "a name")?));
        }
        let open = self.advance();
        let length = self.pattern_ahead();
        if length == 0 {
            return self.no_name_in_brackets();
        }
        let name = self.pattern(length);
        let close = self.expect(TokenKind::RightBracket, "]")?;
        Ok(Tall::leaf(ExprKind::Name(name), open.span.to(close.span)))
    }

    /// Another literal than a string names nothing.
    fn no_name_in_brackets<T>(&mut self) -> Parsed<T> {
        let token = self.token();
        let literal = matches!(
            token.kind,
            TokenKind::Bool | TokenKind::Long | TokenKind::Real | TokenKind::Timespan | TokenKind::Typed(_)
        );
        let help = "Write it as ['name'].";
        if !literal {
            return self.expected_help("a name in quotes", Some(help.into()));
        }
        let message = format!("a name stands in quotes, not '{}'", shorten(self.text_of(token)));
        self.report(Diagnostic::error(code::TYPES, token.span, message).help(help));
        Err(Failed)
    }

    /// How many tokens a name with `*` in it takes; 0 when none stands there. Its parts touch each other.
    pub(super) fn pattern_ahead(&self) -> usize {
        let part = |at: usize| {
            let known = words::known(self.word_ahead(at));
            matches!(self.ahead(at).kind, TokenKind::Word | TokenKind::Long) && known != Some(Use::Nowhere)
        };
        let star = |at: usize| self.ahead(at).kind == TokenKind::Star;
        let mut at = usize::from(!star(0));
        if !(star(0) || part(0) && star(at) && self.adjacent(at)) {
            return 0;
        }
        at += 1;
        while (star(at) || part(at)) && self.adjacent(at) {
            at += 1;
        }
        at
    }

    /// The name pattern of so many tokens at the cursor.
    pub(super) fn pattern(&mut self, length: usize) -> Name {
        let first = self.span();
        for _ in 0..length {
            self.advance();
        }
        let span = first.to(self.last_span());
        Name { text: span.text(self.text).to_owned(), span }
    }

    /// Whether a function call stands at the cursor. Words of the grammar that functions are called by
    /// may stand before `(`, though they are no names elsewhere.
    pub(super) fn at_call(&self) -> bool {
        if self.ahead(1).kind != TokenKind::LeftParen || self.kind() != TokenKind::Word {
            return false;
        }
        match words::known(self.word()) {
            None | Some(Use::Anywhere) => true,
            Some(Use::Given) => takes_query(self.word()),
            Some(Use::Nowhere) => false,
        }
    }

    fn word_operand(&mut self) -> Parsed<Tall> {
        let called = self.ahead(1).kind == TokenKind::LeftParen;
        match self.word() {
            "dynamic" if called => self.dynamic(),
            "typeof" if called => self.type_of(),
            word if is_source_operand(word) => self.source_operand(),
            "toscalar" | "totable" if self.word_ahead(1) == "kind" => self.call_with_kind(),
            _ if self.at_call() => self.call(),
            _ if self.name_ahead(0, false) > 0 => Ok(named(self.name(false, "a name")?)),
            _ => self.expected("an expression"),
        }
    }

    /// `datatable(...)[...]` and `externaldata(...)[...]` may stand wherever a table may.
    fn source_operand(&mut self) -> Parsed<Tall> {
        let (op, height) = self.measured(Parser::operator)?;
        let span = op.span;
        let pipe = Pipe { source: None, ops: vec![op], span };
        self.tall(ExprKind::Pipe(Box::new(pipe)), span, height + 1)
    }

    /// `toscalar kind=nooptimization (...)`: a hint, which changes no result.
    fn call_with_kind(&mut self) -> Parsed<Tall> {
        let name = self.advance();
        self.advance();
        self.expect(TokenKind::Assign, "=")?;
        self.advance();
        self.call_of(Name { text: self.text_of(name).to_owned(), span: name.span })
    }

    /// A call and nothing after it.
    pub(super) fn call_expr(&mut self) -> Parsed<Expr> {
        self.enter(1)?;
        let call = self.call();
        self.leave(1);
        let call = call?;
        self.tallest = self.tallest.max(call.height);
        Ok(*call.expr)
    }

    fn call(&mut self) -> Parsed<Tall> {
        let token = self.advance();
        self.call_of(Name { text: self.text_of(token).to_owned(), span: token.span })
    }

    /// `(a, b = 1, *, T | count)` after the name.
    fn call_of(&mut self, name: Name) -> Parsed<Tall> {
        let open = self.position();
        self.expect(TokenKind::LeftParen, "(")?;
        let takes_query = takes_query(&name.text);
        let mut args = Vec::new();
        let mut height = 0;
        while !self.at_kind(TokenKind::RightParen) || !args.is_empty() {
            let name = self.argument_name()?;
            let value = match self.star_argument() {
                Some(star) => star,
                None => self.element(open, takes_query)?,
            };
            height = height.max(value.height);
            args.push(Arg { name, expr: *value.expr });
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if self.at_kind(TokenKind::Bar) && !takes_query {
            let help = format!("Put the argument in parentheses of its own: {}((T | take 1)).", name.text);
            return self.expected_help("')'", Some(help));
        }
        let close = self.expect(TokenKind::RightParen, ")")?;
        let span = name.span.to(close.span);
        self.tall(ExprKind::Call { name, args }, span, height + 1)
    }

    /// `name =` before an argument.
    fn argument_name(&mut self) -> Parsed<Option<Name>> {
        let length = self.name_ahead(0, true);
        if length == 0 || self.ahead(length).kind != TokenKind::Assign {
            return Ok(None);
        }
        let name = self.name(true, "a name")?;
        self.advance();
        Ok(Some(name))
    }

    fn star_argument(&mut self) -> Option<Tall> {
        let star = self.token();
        let alone = matches!(self.ahead(1).kind, TokenKind::RightParen | TokenKind::Comma);
        (star.kind == TokenKind::Star && alone).then(|| {
            self.advance();
            Tall::leaf(ExprKind::Star, star.span)
        })
    }

    /// `typeof(long)`; with columns it is a call of their names and types.
    fn type_of(&mut self) -> Parsed<Tall> {
        let word = self.advance();
        self.advance();
        let alias = TYPEOF_ALIASES.iter().find(|(name, _)| *name == self.word());
        let ty = Type::by_name(self.word()).or(alias.map(|(_, ty)| *ty));
        if let (Some(ty), TokenKind::RightParen) = (ty, self.ahead(1).kind) {
            self.advance();
            let close = self.advance();
            return Ok(Tall::leaf(ExprKind::TypeLiteral(ty), word.span.to(close.span)));
        }
        let mut args = Vec::new();
        loop {
            let token = self.token();
            if self.eat(TokenKind::Star) {
                args.push(Arg { name: None, expr: Expr { kind: ExprKind::Star, span: token.span } });
            } else {
                let column = self.column_decl()?;
                let expr = Expr { kind: ExprKind::TypeLiteral(column.ty), span: column.ty_span };
                args.push(Arg { name: Some(column.name), expr });
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let close = self.expect(TokenKind::RightParen, ")")?;
        let name = Name { text: "typeof".into(), span: word.span };
        self.tall(ExprKind::Call { name, args }, word.span.to(close.span), 2)
    }
}

/// Spellings that Kusto's parser takes inside `typeof` besides the types' own names and aliases.
const TYPEOF_ALIASES: &[(&str, Type)] = &[
    ("float", Type::Real),
    ("int16", Type::Int),
    ("int8", Type::Int),
    ("uint", Type::Int),
    ("uint16", Type::Int),
    ("uint32", Type::Int),
    ("uint64", Type::Long),
    ("uint8", Type::Int),
    ("ulong", Type::Long),
];

/// Calls whose argument may be a query.
fn takes_query(word: &str) -> bool {
    matches!(word, "toscalar" | "totable" | "materialize")
}

/// Sources that are expressions, whatever stands around them.
pub(super) fn is_source_operand(word: &str) -> bool {
    matches!(word, "datatable" | "externaldata" | "external_data")
}

/// The expression of a bare or bracketed name.
pub(super) fn named(name: Name) -> Tall {
    let span = name.span;
    Tall::leaf(ExprKind::Name(name), span)
}
