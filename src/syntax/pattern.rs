//! `declare pattern`: tables by the values that name them.

use std::sync::Arc;

use super::ast::{Function, Param, Pattern, PatternCase};
use super::parser::{Parsed, Parser};
use super::token::TokenKind;

impl Parser<'_> {
    pub(super) fn pattern_statement(&mut self) -> Parsed<Pattern> {
        self.advance();
        self.advance();
        let name = self.name(false, "the name of a pattern")?;
        let mut pattern = Pattern { name, params: Vec::new(), has_path: false, cases: Vec::new() };
        if !self.eat(TokenKind::Assign) {
            return Ok(pattern);
        }
        pattern.params = self.function_params()?;
        if self.eat(TokenKind::LeftBracket) {
            pattern.params.push(self.function_param()?);
            pattern.has_path = true;
            self.expect(TokenKind::RightBracket, "]")?;
        }
        self.expect(TokenKind::LeftBrace, "{")?;
        while !self.at_kind(TokenKind::RightBrace) {
            let case = self.nested(|parser| parser.pattern_case(&pattern.params))?;
            pattern.cases.push(case);
            self.expect(TokenKind::Semicolon, ";")?;
        }
        self.expect(TokenKind::RightBrace, "}")?;
        Ok(pattern)
    }

    /// `("x", "y").["z"] = { body }`
    fn pattern_case(&mut self, params: &[Param]) -> Parsed<PatternCase> {
        let start = self.span();
        self.expect(TokenKind::LeftParen, "(")?;
        let mut values = vec![self.expr()?];
        while self.eat(TokenKind::Comma) {
            values.push(self.expr()?);
        }
        self.expect(TokenKind::RightParen, ")")?;
        let mut path = None;
        if self.eat(TokenKind::Dot) {
            self.expect(TokenKind::LeftBracket, "[")?;
            path = Some(self.expr()?);
            self.expect(TokenKind::RightBracket, "]")?;
        }
        self.expect(TokenKind::Assign, "=")?;
        self.expect(TokenKind::LeftBrace, "{")?;
        let (lets, body) = self.nested(Parser::function_body)?;
        let close = self.expect(TokenKind::RightBrace, "}")?;
        let span = start.to(close.span);
        let body = Function { view: false, params: params.to_vec(), lets, body, span };
        Ok(PatternCase { values, path, body: Arc::new(body) })
    }
}
