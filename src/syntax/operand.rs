//! What stands between the operators of an expression: literals, names, calls, parentheses, paths.

use super::ast::{Arg, Expr, ExprKind, Literal, Name, Pipe};
use super::expr::Tall;
use super::literal;
use super::parser::{Failed, Parsed, Parser};
use super::token::{Token, TokenKind};
use super::words::{self, Use};
use crate::span::Span;
use crate::types::Type;

impl Parser<'_> {
    /// `-x`, `+x` or an operand. The sign of a number belongs to it.
    pub(super) fn unary(&mut self, after: &str) -> Parsed<Tall> {
        let sign = self.token();
        if !matches!(sign.kind, TokenKind::Plus | TokenKind::Minus) {
            return self.path(after);
        }
        self.advance();
        let negative = sign.kind == TokenKind::Minus;
        let number = self.token();
        if matches!(number.kind, TokenKind::Long | TokenKind::Real | TokenKind::Timespan) {
            self.advance();
            let span = sign.span.to(number.span);
            return Ok(Tall::leaf(self.number(number, negative, span)));
        }
        let operand = self.path("the sign")?;
        let span = sign.span.to(operand.expr.span);
        let kind = ExprKind::Sign { negative, expr: Box::new(operand.expr) };
        self.tall(Expr { kind, span }, operand.height + 1)
    }

    fn number(&mut self, token: Token, negative: bool, span: Span) -> Expr {
        let text = self.text_of(token);
        let value = match token.kind {
            TokenKind::Real => literal::real_value(text, negative),
            TokenKind::Timespan => literal::timespan_value(text, negative),
            _ => literal::long_value(text, negative),
        };
        self.literal(token, span, value)
    }

    fn literal(&mut self, token: Token, span: Span, value: Result<Literal, literal::Wrong>) -> Expr {
        let kind = match value {
            Ok(value) => ExprKind::Literal(value),
            Err(wrong) => {
                self.wrong(token, wrong);
                ExprKind::Error
            }
        };
        Expr { kind, span }
    }

    /// A column or a property of one: `a.b["c"]`, without calls.
    pub(super) fn column_path(&mut self, after: &str) -> Parsed<Expr> {
        self.flat(|parser| {
            let name = parser.name(false, "a column", after)?;
            parser.path_after(Tall::leaf(named(name)))
        })
    }

    /// An operand and the `.name`, `.call()` and `[index]` after it.
    pub(super) fn path(&mut self, after: &str) -> Parsed<Tall> {
        let left = self.primary(after)?;
        self.path_after(left)
    }

    fn path_after(&mut self, mut left: Tall) -> Parsed<Tall> {
        loop {
            match self.kind() {
                TokenKind::Dot => {
                    self.advance();
                    left = self.member(left)?;
                }
                TokenKind::LeftBracket => left = self.index(left)?,
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
            let kind = ExprKind::PathCall(Box::new(left.expr), Box::new(call.expr));
            return self.tall(Expr { kind, span }, height);
        }
        if self.at_kind(TokenKind::LeftBracket) && self.name_ahead(0, false) == 0 {
            return self.index(left);
        }
        let name = self.name(false, "a property name", "'.'")?;
        let span = left.expr.span.to(name.span);
        let height = left.height + 1;
        self.tall(Expr { kind: ExprKind::Path(Box::new(left.expr), name), span }, height)
    }

    fn index(&mut self, left: Tall) -> Parsed<Tall> {
        self.advance();
        let inside = self.nested(|parser| parser.scalar("'['"));
        let inside = self.recover(inside, TokenKind::RightBracket)?;
        let close = self.expect(TokenKind::RightBracket, "]", "the index")?;
        let span = left.expr.span.to(close.span);
        let height = left.height.max(inside.height) + 1;
        let kind = ExprKind::Index(Box::new(left.expr), Box::new(inside.expr));
        self.tall(Expr { kind, span }, height)
    }

    fn primary(&mut self, after: &str) -> Parsed<Tall> {
        let token = self.token();
        match token.kind {
            TokenKind::Long | TokenKind::Real | TokenKind::Timespan => {
                self.advance();
                Ok(Tall::leaf(self.number(token, false, token.span)))
            }
            TokenKind::String => {
                let value = self.strings();
                let span = token.span.to(self.last_span());
                Ok(Tall::leaf(Expr { kind: ExprKind::Literal(Literal::String(value)), span }))
            }
            TokenKind::Bool => {
                self.advance();
                let value = literal::boolean(self.text_of(token)).unwrap_or_default();
                Ok(Tall::leaf(Expr { kind: ExprKind::Literal(Literal::Bool(value)), span: token.span }))
            }
            TokenKind::Typed(ty) => {
                self.advance();
                let value = literal::typed_value(ty, self.text_of(token));
                Ok(Tall::leaf(self.literal(token, token.span, value)))
            }
            TokenKind::Guid => {
                self.advance();
                self.error(
                    token.span,
                    "a guid does not stand alone",
                    "Write it as guid(...), or between quotes.",
                );
                Ok(Tall::leaf(Expr { kind: ExprKind::Error, span: token.span }))
            }
            TokenKind::LeftParen => self.parenthesised(),
            TokenKind::LeftBracket => self.bracketed(after),
            TokenKind::Word => self.word_operand(after),
            _ => self.expected("an expression", after),
        }
    }

    fn parenthesised(&mut self) -> Parsed<Tall> {
        let open = self.advance();
        let inside = self.nested(|parser| parser.query("'('"));
        let mut inside = self.recover(inside, TokenKind::RightParen)?;
        let close = self.expect(TokenKind::RightParen, ")", "the expression in parentheses")?;
        inside.expr.span = open.span.to(close.span);
        Ok(inside)
    }

    /// A failed inner part becomes an error node when its closing bracket can be found.
    pub(super) fn recover(&mut self, inside: Parsed<Tall>, close: TokenKind) -> Parsed<Tall> {
        match inside {
            Ok(inside) => Ok(inside),
            Err(Failed) => {
                let start = self.span();
                self.skip(false);
                if !self.at_kind(close) {
                    return Err(Failed);
                }
                Ok(Tall::leaf(Expr {
                    kind: ExprKind::Error,
                    span: Span { start: start.start, end: self.span().start },
                }))
            }
        }
    }

    /// `['a name']`, or a name pattern `[a*]`.
    fn bracketed(&mut self, after: &str) -> Parsed<Tall> {
        if self.name_ahead(0, false) > 0 {
            let name = self.name(false, "a name", after)?;
            return Ok(Tall::leaf(named(name)));
        }
        let open = self.advance();
        let length = self.pattern_ahead(0);
        if length == 0 {
            return self.expected_help("a name in quotes", "'['", Some("Write it as ['name'].".into()));
        }
        let name = self.pattern(length);
        self.expect(TokenKind::RightBracket, "]", "the name pattern")?;
        let span = open.span.to(self.last_span());
        Ok(Tall::leaf(Expr { kind: ExprKind::Name(name), span }))
    }

    /// How many tokens a name with `*` in it takes; 0 when none stands there. Its parts touch each other.
    pub(super) fn pattern_ahead(&self, count: usize) -> usize {
        let part = |at: usize| {
            let known = words::known(self.word_ahead(at));
            matches!(self.ahead(at).kind, TokenKind::Word | TokenKind::Long) && known != Some(Use::Nowhere)
        };
        let star = |at: usize| self.ahead(at).kind == TokenKind::Star;
        let mut at = count + usize::from(!star(count));
        if !(star(count) || part(count) && star(at) && self.adjacent(at)) {
            return 0;
        }
        at += 1;
        while (star(at) || part(at)) && self.adjacent(at) {
            at += 1;
        }
        at - count
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
            Some(Use::Given) => matches!(self.word(), "toscalar" | "totable" | "materialize"),
            Some(Use::Nowhere) => false,
        }
    }

    fn word_operand(&mut self, after: &str) -> Parsed<Tall> {
        match self.word() {
            "dynamic" if self.ahead(1).kind == TokenKind::LeftParen => return self.dynamic(),
            "typeof" if self.ahead(1).kind == TokenKind::LeftParen => return self.type_of(),
            "datatable" | "externaldata" | "external_data" => return self.source_operand(),
            "toscalar" | "totable" if self.word_ahead(1) == "kind" => {
                // `kind=nooptimization` is a hint; it changes no result.
                let name = self.advance();
                self.advance();
                self.expect(TokenKind::Assign, "=", "'kind'")?;
                self.advance();
                return self.call_of(Name { text: self.text_of(name).to_owned(), span: name.span });
            }
            _ => {}
        }
        if self.at_call() {
            return self.call();
        }
        if self.at_name() {
            let name = self.name(false, "a name", after)?;
            return Ok(Tall::leaf(named(name)));
        }
        self.expected("an expression", after)
    }

    /// `datatable(...)[...]` and `externaldata(...)[...]` may stand wherever a table may.
    fn source_operand(&mut self) -> Parsed<Tall> {
        let (op, height) = self.measured(|parser| parser.nested(Parser::operator))?;
        let span = op.span;
        let pipe = Pipe { source: None, ops: vec![op], span };
        self.tall(Expr { kind: ExprKind::Pipe(Box::new(pipe)), span }, height + 1)
    }

    /// A call and nothing after it.
    pub(super) fn call_expr(&mut self) -> Parsed<Expr> {
        self.flat(Parser::call)
    }

    /// An operand with its path, but no operator.
    pub(super) fn path_expr(&mut self, after: &str) -> Parsed<Expr> {
        self.flat(|parser| parser.path(after))
    }

    pub(super) fn unary_expr(&mut self, after: &str) -> Parsed<Expr> {
        self.flat(|parser| parser.unary(after))
    }

    fn flat(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<Tall>) -> Parsed<Expr> {
        let tall = self.nested(inner)?;
        self.tallest = self.tallest.max(tall.height);
        Ok(tall.expr)
    }

    fn call(&mut self) -> Parsed<Tall> {
        let token = self.advance();
        self.call_of(Name { text: self.text_of(token).to_owned(), span: token.span })
    }

    fn call_of(&mut self, name: Name) -> Parsed<Tall> {
        let (args, height) = self.arguments(&name.text)?;
        let span = name.span.to(self.last_span());
        self.tall(Expr { kind: ExprKind::Call { name, args }, span }, height + 1)
    }

    /// `(a, b = 1, *, T | count)`
    fn arguments(&mut self, function: &str) -> Parsed<(Vec<Arg>, u32)> {
        self.expect(TokenKind::LeftParen, "(", function)?;
        let mut args = Vec::new();
        let mut height = 0;
        if !self.at_kind(TokenKind::RightParen) {
            loop {
                let start = self.span();
                match self.nested(|parser| parser.argument(function)) {
                    Ok((arg, tall)) => {
                        height = height.max(tall);
                        args.push(arg);
                    }
                    Err(Failed) => {
                        self.skip(true);
                        let span = Span { start: start.start, end: self.span().start.max(start.start) };
                        args.push(Arg { name: None, expr: Expr { kind: ExprKind::Error, span } });
                        if !matches!(self.kind(), TokenKind::Comma | TokenKind::RightParen) {
                            return Err(Failed);
                        }
                    }
                }
                if !self.eat(TokenKind::Comma) {
                    break;
                }
            }
        }
        let after = format!("the arguments of {function}()");
        self.expect(TokenKind::RightParen, ")", &after)?;
        Ok((args, height))
    }

    fn argument(&mut self, function: &str) -> Parsed<(Arg, u32)> {
        let token = self.token();
        if token.kind == TokenKind::Star
            && matches!(self.ahead(1).kind, TokenKind::RightParen | TokenKind::Comma)
        {
            self.advance();
            let expr = Expr { kind: ExprKind::Star, span: token.span };
            return Ok((Arg { name: None, expr }, 1));
        }
        let length = self.name_ahead(0, true);
        let name = if length > 0 && self.ahead(length).kind == TokenKind::Assign {
            let name = self.name(true, "a name", "'('")?;
            self.advance();
            Some(name)
        } else {
            None
        };
        let value = self.query(&format!("'{function}('"))?;
        Ok((Arg { name, expr: value.expr }, value.height))
    }

    /// `typeof(long)`; with columns it is a call of their names and types.
    fn type_of(&mut self) -> Parsed<Tall> {
        let word = self.advance();
        self.expect(TokenKind::LeftParen, "(", "'typeof'")?;
        let alias = TYPEOF_ALIASES.iter().find(|(name, _)| *name == self.word());
        let ty = Type::by_name(self.word()).or(alias.map(|(_, ty)| *ty));
        if let (Some(ty), TokenKind::RightParen) = (ty, self.ahead(1).kind) {
            self.advance();
            let close = self.advance();
            return Ok(Tall::leaf(Expr { kind: ExprKind::TypeLiteral(ty), span: word.span.to(close.span) }));
        }
        let mut args = Vec::new();
        loop {
            let token = self.token();
            if self.eat(TokenKind::Star) {
                args.push(Arg { name: None, expr: Expr { kind: ExprKind::Star, span: token.span } });
            } else {
                let column = self.column_decl("'typeof('")?;
                let expr = Expr { kind: ExprKind::TypeLiteral(column.ty), span: column.ty_span };
                args.push(Arg { name: Some(column.name), expr });
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let close = self.expect(TokenKind::RightParen, ")", "the types")?;
        let name = Name { text: "typeof".into(), span: word.span };
        let span = word.span.to(close.span);
        self.tall(Expr { kind: ExprKind::Call { name, args }, span }, 2)
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

/// The expression of a bare or bracketed name.
pub(super) fn named(name: Name) -> Expr {
    let span = name.span;
    Expr { kind: ExprKind::Name(name), span }
}
