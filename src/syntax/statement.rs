//! Statements: `let`, `set`, `declare`, queries; and the functions that `let` defines. Knows no operator.

use std::sync::Arc;

use super::ast::{
    ColumnDecl, Expr, Function, Let, LetValue, Param, ParamType, Script, Statement, StatementKind,
};
use super::parser::{Failed, Parsed, Parser, shorten};
use super::token::TokenKind;
use crate::diag::{Diagnostic, code, did_you_mean};

impl Parser<'_> {
    pub(super) fn script(&mut self) -> Script {
        let mut statements = Vec::new();
        loop {
            while self.eat(TokenKind::Semicolon) {}
            if self.at_kind(TokenKind::End) {
                return Script { statements };
            }
            let start = self.span();
            let from = self.position();
            let kind = self.nested(Parser::statement).unwrap_or_else(|Failed| {
                self.skip_out(from, false);
                StatementKind::Error
            });
            let failed = matches!(kind, StatementKind::Error);
            statements.push(Statement { kind, span: start.to(self.last_span()) });
            self.tallest = 0;
            self.finish_statement(failed);
        }
    }

    /// After a statement comes `;` or the end. Anything else is reported once; what begins a line is then
    /// read as the next statement.
    fn finish_statement(&mut self, failed: bool) {
        if matches!(self.kind(), TokenKind::Semicolon | TokenKind::End) {
            return;
        }
        let token = self.token();
        if !failed && token.kind != TokenKind::Unknown {
            let found = shorten(self.text_of(token));
            let (place, message, help) = if token.kind.closes() {
                (token.span, format!("unexpected '{found}'"), "Delete it, or open it before.")
            } else {
                (
                    self.missing_place(),
                    format!("expected ';' or '|' before '{found}'"),
                    "Separate statements with ';', operators with '|'.",
                )
            };
            self.report(Diagnostic::error(code::EXPECTED, place, message).help(help));
            if token.kind == TokenKind::Word && self.line_starts_here() {
                return;
            }
        }
        while !matches!(self.kind(), TokenKind::Semicolon | TokenKind::End) {
            self.advance();
            self.skip(false);
        }
    }

    fn statement(&mut self) -> Parsed<StatementKind> {
        match (self.word(), self.word_ahead(1)) {
            ("let", _) if self.name_ahead(1, false) > 0 || self.ahead(1).kind == TokenKind::Assign => {
                Ok(StatementKind::Let(self.let_statement()?))
            }
            ("set", _) => self.set_statement(),
            ("declare", "query_parameters") => self.query_parameters(),
            ("declare", "pattern") => Ok(StatementKind::Pattern(self.pattern_statement()?)),
            ("declare", word) if !word.is_empty() => {
                self.advance();
                let known = ["query_parameters", "pattern"];
                let help = did_you_mean(word, known, "Declare query_parameters, or name a value with let.");
                self.expected_help("query_parameters", Some(help))
            }
            ("alias", "database") => self.other("alias database"),
            ("restrict", "access") => self.other("restrict access to"),
            ("", _) if self.at_kind(TokenKind::Dot) => {
                let help = "kqlhunt runs queries only; tables are listed by kqlhunt schema.";
                let span = self.span();
                self.unsupported(span, "a management command", help);
                self.skip(false);
                Err(Failed)
            }
            _ => self.query_statement(),
        }
    }

    fn query_statement(&mut self) -> Parsed<StatementKind> {
        Ok(StatementKind::Query(*self.pipe()?))
    }

    /// Recognised by name and skipped.
    fn other(&mut self, name: &'static str) -> Parsed<StatementKind> {
        let mut depth = 0_u32;
        loop {
            let kind = self.kind();
            match kind {
                TokenKind::End => break,
                TokenKind::Semicolon if depth == 0 => break,
                _ if kind.opens() => depth += 1,
                _ if kind.closes() => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.advance();
        }
        Ok(StatementKind::Other(name))
    }

    fn set_statement(&mut self) -> Parsed<StatementKind> {
        self.advance();
        let name = self.name(false, "the name of an option")?;
        let value = match self.eat(TokenKind::Assign) {
            true => Some(self.expr()?),
            false => None,
        };
        Ok(StatementKind::Set { name, value })
    }

    fn query_parameters(&mut self) -> Parsed<StatementKind> {
        self.advance();
        self.advance();
        Ok(StatementKind::Parameters(self.function_params()?))
    }

    fn let_statement(&mut self) -> Parsed<Let> {
        self.advance();
        let name = self.name(false, "a name")?;
        self.expect(TokenKind::Assign, "=")?;
        let value = if self.at_function() {
            LetValue::Function(Arc::new(self.function()?))
        } else {
            LetValue::Expr(self.let_expression()?)
        };
        Ok(Let { name, value })
    }

    fn let_expression(&mut self) -> Parsed<Expr> {
        if self.at_word("entity_group") {
            let span = self.span();
            self.unsupported(span, "an entity group", "Name the tables in a union.");
            return Err(Failed);
        }
        let tall = self.query()?;
        Ok(*tall.expr)
    }

    /// Whether a function follows: `view (`, `()`, `(*` or `(name:`.
    fn at_function(&self) -> bool {
        let view = usize::from(self.at_word("view"));
        if self.ahead(view).kind != TokenKind::LeftParen {
            return false;
        }
        if matches!(self.ahead(view + 1).kind, TokenKind::RightParen | TokenKind::Star) {
            return true;
        }
        let name = self.name_ahead(view + 1, true);
        name > 0 && self.ahead(view + 1 + name).kind == TokenKind::Colon
    }

    fn function(&mut self) -> Parsed<Function> {
        let start = self.span();
        let view = self.eat_word("view");
        let params = self.function_params()?;
        self.expect(TokenKind::LeftBrace, "{")?;
        let (lets, body) = self.nested(Parser::function_body)?;
        let close = self.expect(TokenKind::RightBrace, "}")?;
        Ok(Function { view, params, lets, body, span: start.to(close.span) })
    }

    pub(super) fn function_body(&mut self) -> Parsed<(Vec<Let>, Box<Expr>)> {
        let mut lets = Vec::new();
        while self.at_word("let") && self.name_ahead(1, false) > 0 {
            lets.push(self.nested(Parser::let_statement)?);
            self.expect(TokenKind::Semicolon, ";")?;
        }
        if self.at_word("declare") && self.word_ahead(1) == "query_parameters" {
            let span = self.span();
            self.unsupported(span, "a declaration inside a function", "Declare parameters before the query.");
            return Err(Failed);
        }
        let body = self.nested(|parser| parser.query())?;
        self.eat(TokenKind::Semicolon);
        Ok((lets, body.expr))
    }

    /// `(a:string = "x", T:(b:long), U:(*))`
    pub(super) fn function_params(&mut self) -> Parsed<Vec<Param>> {
        self.expect(TokenKind::LeftParen, "(")?;
        let mut params = Vec::new();
        while !self.at_kind(TokenKind::RightParen) {
            params.push(self.function_param()?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightParen, ")")?;
        Ok(params)
    }

    pub(super) fn function_param(&mut self) -> Parsed<Param> {
        let name = self.name(true, "a parameter name")?;
        self.expect(TokenKind::Colon, ":")?;
        let ty = if self.at_kind(TokenKind::LeftParen) {
            ParamType::Table(self.table_param()?)
        } else {
            let (ty, span) = self.type_name()?;
            ParamType::Scalar(ty, span)
        };
        let default = match self.eat(TokenKind::Assign) {
            true => Some(self.expr()?),
            false => None,
        };
        Ok(Param { name, ty, default })
    }

    /// `(*)` is any table, an empty list.
    fn table_param(&mut self) -> Parsed<Vec<ColumnDecl>> {
        if self.ahead(1).kind == TokenKind::Star {
            self.advance();
            self.advance();
            self.expect(TokenKind::RightParen, ")")?;
            return Ok(Vec::new());
        }
        self.column_decls()
    }
}
