//! Pipelines: a source, then operators after `|`; and the small parts that operators share. Knows the
//! operators by their table only.

use super::ast::{ColumnDecl, Expr, ExprKind, Name, Named, Op, OpKind, OpParam, Pipe};
use super::expr::{BINARY_OPS, LIST_OPS, Tall};
use super::operand::is_source_operand;
use super::ops::{self, Start};
use super::parser::{Failed, Parsed, Parser, shorten};
use super::token::TokenKind;
use super::words::{self, Use};
use crate::diag::{Diagnostic, code, nearest};
use crate::span::Span;
use crate::types::{TYPES, Type};

/// Parameters of operators, written `name=value` before the operator's own expressions. Only these names
/// are taken for parameters, so that a column may have any other.
pub(super) const PARAMS: &[&str] = &[
    "AllowManagedIdentityAuthentication",
    "__crossCluster",
    "__crossDB",
    "__id",
    "__isFuzzy",
    "__noWithSource",
    "__packedColumn",
    "__sourceColumnIndex",
    "bagexpansion",
    "best_effort",
    "bin_legacy",
    "cycles",
    "decodeblocks",
    "expandoutput",
    "flags",
    "force_remote",
    "isfuzzy",
    "kind",
    "output",
    "with_component_id",
    "with_itemindex",
    "with_match_id",
    "with_source",
    "with_step_name",
    "withsource",
];

/// Shorter words are near to too many operators.
const NEARLY_MIN: usize = 4;

/// Whether a name before `=` may be an operator's parameter.
pub fn is_param(name: &str) -> bool {
    PARAMS.contains(&name)
}

/// The most operators of one pipeline; what comes after the parser nests them.
pub const OPERATORS_MAX: usize = 256;

/// A subquery takes more stack than an expression in parentheses does.
const OPERATOR_LEVELS: u32 = 3;

impl Parser<'_> {
    /// A scalar expression or a pipeline, as parentheses hold it.
    pub(super) fn query(&mut self) -> Parsed<Tall> {
        if self.at_source_operator() {
            return self.query_pipe(None);
        }
        let source = self.scalar()?;
        if self.at_kind(TokenKind::Bar) {
            return self.query_pipe(Some(source));
        }
        Ok(source)
    }

    /// The pipeline of a source that has been read, or of an operator that needs none.
    fn query_pipe(&mut self, source: Option<Tall>) -> Parsed<Tall> {
        let (pipe, height) = self.measured(|parser| match source {
            Some(source) => Ok(parser.pipe_after(source)),
            None => parser.pipe_from_operator(),
        })?;
        let span = pipe.span;
        self.tall(ExprKind::Pipe(pipe), span, height + 1)
    }

    /// A whole pipeline, with a source or with an operator that needs none.
    pub(super) fn pipe(&mut self) -> Parsed<Box<Pipe>> {
        if self.at_source_operator() {
            return self.pipe_from_operator();
        }
        let source = self.scalar()?;
        Ok(self.pipe_after(source))
    }

    /// The operators after a source that has been read.
    fn pipe_after(&mut self, source: Tall) -> Box<Pipe> {
        self.tallest = self.tallest.max(source.height);
        let span = source.expr.span;
        let mut pipe = match source.expr.kind {
            // A datatable without parentheses is the first operator of its pipeline.
            ExprKind::Pipe(inner) if inner.span == span && inner.source.is_none() => inner,
            kind => {
                let source = Box::new(Expr { kind, span });
                Box::new(Pipe { source: Some(source), ops: Vec::new(), span })
            }
        };
        self.more_ops(&mut pipe);
        pipe
    }

    fn pipe_from_operator(&mut self) -> Parsed<Box<Pipe>> {
        self.check_source();
        self.pipe_without_source()
    }

    /// A pipeline whose input is given by the operator around it: `mv-apply x on (take 1 | ...)`.
    pub(super) fn pipe_without_source(&mut self) -> Parsed<Box<Pipe>> {
        let mut pipe = Box::new(Pipe { source: None, ops: Vec::new(), span: self.span() });
        let op = self.operator()?;
        pipe.span = op.span;
        pipe.ops.push(op);
        self.more_ops(&mut pipe);
        Ok(pipe)
    }

    /// `( pipeline )` without a source.
    pub(super) fn subpipe(&mut self) -> Parsed<Box<Pipe>> {
        self.expect(TokenKind::LeftParen, "(")?;
        self.enter(1)?;
        let result = self.measured(Parser::pipe_without_source);
        self.leave(1);
        let (pipe, height) = result?;
        self.tallest = self.tallest.max(height + 1);
        self.expect(TokenKind::RightParen, ")")?;
        Ok(pipe)
    }

    fn more_ops(&mut self, pipe: &mut Pipe) {
        self.finish_operator(pipe.ops.last());
        while self.at_kind(TokenKind::Bar) {
            if pipe.ops.len() >= OPERATORS_MAX {
                let message = format!("a pipeline has at most {OPERATORS_MAX} operators");
                let _: Parsed<()> = self.limit(self.span(), message, "Give its beginning a name with let.");
                return;
            }
            let bar = self.advance();
            let op = self.operator().unwrap_or_else(|Failed| {
                let name = Name { text: self.word().to_owned(), span: self.span() };
                self.skip(false);
                Op { kind: OpKind::Error, name, span: bar.span.to(self.last_span()) }
            });
            pipe.span = pipe.span.to(op.span);
            pipe.ops.push(op);
            self.finish_operator(pipe.ops.last());
        }
    }

    /// What an operator leaves unread is reported once and skipped. After a bare source the caller knows
    /// better what is missing.
    fn finish_operator(&mut self, op: Option<&Op>) {
        let Some(op) = op else { return };
        if self.at_end() {
            return;
        }
        // An operator in error has said its word.
        if self.kind() != TokenKind::Unknown && op.kind != OpKind::Error {
            self.unexpected(op);
        }
        self.skip(false);
    }

    fn unexpected(&mut self, op: &Op) {
        let token = self.token();
        let found = shorten(self.text_of(token));
        let word = self.word();
        let lower = word.to_ascii_lowercase();
        let mut fix = None;
        let help = if ops::find(word).is_some() {
            fix = Some((Span { start: token.span.start, end: token.span.start }, "| ".to_owned()));
            format!("Put | before '{word}'.")
        } else if words::known(word).is_none() && words::known(&lower).is_some() {
            fix = Some((token.span, lower.clone()));
            format!("Write '{lower}': the words of KQL are in lower case.")
        } else if let Some(near) = self.nearly(token.kind) {
            let place = if token.kind == TokenKind::Assign { self.last_span() } else { token.span };
            fix = Some((place, near.to_owned()));
            format!("Did you mean '{near}'?")
        } else if self.last_span().text(self.text) == "not" {
            "not is a function: not(...).".into()
        } else if self.line_starts_here() {
            "End the statement before it with ';', or delete it.".into()
        } else {
            "Put a comma between expressions, | before an operator, ; between statements.".into()
        };
        let message = format!("unexpected '{found}' in '{}'", op.name.text);
        let error = Diagnostic::error(code::EXPECTED, self.missing_place(), message).help(help);
        self.report(match fix {
            Some((place, text)) => error.fix(place, text),
            None => error,
        });
    }

    /// The operator that a word between operands nearly is, or the parameter that the word before `=` is.
    fn nearly(&self, kind: TokenKind) -> Option<&'static str> {
        let word = self.word();
        match kind {
            TokenKind::Assign => nearest(self.last_span().text(self.text), PARAMS.iter().copied()),
            TokenKind::Word if word.len() >= NEARLY_MIN => {
                let operators = BINARY_OPS.iter().map(|(name, ..)| *name);
                nearest(word, operators.chain(LIST_OPS.iter().map(|(name, _)| *name)))
            }
            _ => None,
        }
    }

    /// Whether a line break stands before the cursor.
    pub(super) fn line_starts_here(&self) -> bool {
        let before = Span { start: self.last_span().end, end: self.span().start };
        before.text(self.text).contains('\n')
    }

    /// An operator at the start of a pipeline that needs a table before it.
    fn check_source(&mut self) {
        let token = self.token();
        let word = self.word();
        if ops::find(word).is_some_and(|row| row.start == Start::Piped) {
            let help = format!("Begin with a table: TableName | {word} ...");
            let message = format!("'{word}' needs a table before it");
            self.report(Diagnostic::error(code::FIRST, token.span, message).help(help));
        }
    }

    /// Whether an operator stands here that needs no source. Those of their words that may be names too
    /// are looked at more closely, as Kusto's parser does.
    fn at_source_operator(&self) -> bool {
        let word = self.word();
        let Some(row) = ops::find(word) else { return false };
        match word {
            _ if is_source_operand(word) => false,
            "range" => {
                let name = self.name_ahead(1, false);
                name > 0 && self.word_ahead(1 + name) == "from"
            }
            "evaluate" => self.name_ahead(1, false) > 0,
            "inline_external_table" => matches!(self.ahead(1).kind, TokenKind::LeftParen),
            _ if row.start == Start::Source => true,
            // Reported by `check_source`; a word that may be a name is one here.
            _ => words::known(word) != Some(Use::Anywhere) && self.ahead(1).kind != TokenKind::LeftParen,
        }
    }

    /// One operator, from its word to its end.
    pub(super) fn operator(&mut self) -> Parsed<Op> {
        let token = self.token();
        let word = self.word();
        let Some(row) = ops::find(word) else { return self.unknown_operator() };
        self.enter(OPERATOR_LEVELS)?;
        let start = self.position();
        self.advance();
        let kind = (row.parse)(self).unwrap_or_else(|Failed| {
            self.skip_out(start, false);
            OpKind::Error
        });
        self.leave(OPERATOR_LEVELS);
        let name = Name { text: word.to_owned(), span: token.span };
        Ok(Op { kind, name, span: token.span.to(self.last_span()) })
    }

    fn unknown_operator(&mut self) -> Parsed<Op> {
        let token = self.token();
        if token.kind != TokenKind::Word {
            if token.kind == TokenKind::Bar && self.adjacent(0) {
                let failed = self.expected_help("an operator", Some("Write 'or'.".into()));
                self.advance();
                return failed;
            }
            let help = "Use an operator such as where, extend, project or summarize.";
            return self.expected_help("an operator", Some(help.into()));
        }
        let word = self.word();
        let known = ops::OPERATORS.iter().map(|row| row.name);
        let near = nearest(word, known);
        let error = Diagnostic::error(code::OPERATOR, token.span, format!("unknown operator '{word}'"));
        self.report(error.mean(near, "Use an operator such as where, extend, project or summarize."));
        Err(Failed)
    }

    /// `kind=inner hint.strategy=shuffle`, and the operator's `own` names besides.
    pub(super) fn params(&mut self, own: &[&str]) -> Parsed<Vec<OpParam>> {
        let mut params = Vec::new();
        while let Some(length) = self.param_ahead(own) {
            let name = self.param_name(length);
            self.expect(TokenKind::Assign, "=")?;
            let value = self.param_value(&name.text)?;
            self.known_hint(&name);
            params.push(OpParam { name, value });
            // Kusto's own documents separate hints by commas here and there; its parser does not.
        }
        Ok(params)
    }

    /// The parameters of an operator whose tree has no place for them: hints and the `harmless` ones change
    /// no result, every other is refused.
    pub(super) fn hints(&mut self, harmless: &[&str]) -> Parsed<()> {
        for param in self.params(&[])? {
            let name = &param.name;
            if !name.text.starts_with("hint.") && !harmless.contains(&name.text.as_str()) {
                self.unsupported(name.span, format!("the parameter '{}' here", name.text), "Leave it out.");
            }
        }
        Ok(())
    }

    /// How many tokens the name of a parameter takes that stands here.
    fn param_ahead(&self, own: &[&str]) -> Option<usize> {
        let word = self.word();
        let hint = word == "hint" && self.ahead(1).kind == TokenKind::Dot && !self.word_ahead(2).is_empty();
        if hint && self.ahead(3).kind == TokenKind::Assign {
            return Some(3);
        }
        let known = PARAMS.binary_search(&word).is_ok() || own.contains(&word);
        (known && self.ahead(1).kind == TokenKind::Assign).then_some(1)
    }

    pub(super) fn param_name(&mut self, length: usize) -> Name {
        let start = self.span();
        for _ in 0..length {
            self.advance();
        }
        let span = start.to(self.last_span());
        Name { text: span.text(self.text).to_owned(), span }
    }

    /// A literal, a word, or a name.
    pub(super) fn param_value(&mut self, name: &str) -> Parsed<Expr> {
        let token = self.token();
        // Only titles may be computed; `kind=inner (T)` has a table after its value.
        let computed = name.ends_with("title") && self.ahead(1).kind == TokenKind::LeftParen;
        if token.kind == TokenKind::Word && !computed {
            self.advance();
            let name = Name { text: self.text_of(token).to_owned(), span: token.span };
            return Ok(Expr { kind: ExprKind::Name(name), span: token.span });
        }
        self.unary_expr()
    }

    /// `a = x, (b, c) = y, z`: what extend, project, summarize and their kind take. At least one.
    pub(super) fn named_list(&mut self) -> Parsed<Vec<Named>> {
        let mut list = Vec::new();
        loop {
            list.push(self.named_or_error()?);
            if !self.eat(TokenKind::Comma) {
                return Ok(list);
            }
        }
    }

    /// A broken element becomes an error node; the list goes on after the comma.
    pub(super) fn named_or_error(&mut self) -> Parsed<Named> {
        let start = self.span().start;
        let from = self.position();
        if let Ok(named) = self.named() {
            return Ok(named);
        }
        self.skip_out(from, true);
        let span = self.since(start);
        let expr = Expr { kind: ExprKind::Error, span };
        Ok(Named { names: Vec::new(), expr, span })
    }

    pub(super) fn named(&mut self) -> Parsed<Named> {
        let start = self.span();
        let length = self.name_ahead(0, true);
        if length > 0 && self.ahead(length).kind == TokenKind::Assign {
            let name = self.name(true, "a name")?;
            self.advance();
            let expr = self.expr()?;
            let span = start.to(expr.span);
            return Ok(Named { names: vec![name], expr, span });
        }
        let names = self.name_list_ahead();
        if names > 0 && self.ahead(names).kind == TokenKind::Assign {
            return self.several_named(start);
        }
        self.refuse_dashed_name()?;
        let expr = self.expr()?;
        let span = expr.span;
        Ok(Named { names: Vec::new(), expr, span })
    }

    /// `(a, b) = expr`
    fn several_named(&mut self, start: Span) -> Parsed<Named> {
        self.advance();
        let mut names = Vec::new();
        loop {
            names.push(self.name(true, "a name")?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightParen, ")")?;
        self.advance();
        let expr = self.expr()?;
        let span = start.to(expr.span);
        Ok(Named { names, expr, span })
    }

    fn name_list_ahead(&self) -> usize {
        if !self.at_kind(TokenKind::LeftParen) {
            return 0;
        }
        let mut at = 1;
        loop {
            match self.name_ahead(at, true) {
                0 => return 0,
                length => at += length,
            }
            match self.ahead(at).kind {
                TokenKind::Comma => at += 1,
                TokenKind::RightParen => return at + 1,
                _ => return 0,
            }
        }
    }

    /// `first-seen = x` gives a name that needs brackets.
    fn refuse_dashed_name(&mut self) -> Parsed<()> {
        let mut at = 1;
        while self.adjacent(at) && matches!(self.ahead(at).kind, TokenKind::Minus | TokenKind::Word) {
            at += 1;
        }
        let dashed = self.at_kind(TokenKind::Word) && at > 1 || words::known(self.word()).is_some();
        if !dashed || self.ahead(at).kind != TokenKind::Assign {
            return Ok(());
        }
        let name = self.param_name(at);
        self.error(
            name.span,
            format!("the name '{}' needs brackets", name.text),
            format!("Write ['{}'].", name.text),
        );
        Err(Failed)
    }

    /// `(name:type, ...)`
    pub(super) fn column_decls(&mut self) -> Parsed<Vec<ColumnDecl>> {
        self.expect(TokenKind::LeftParen, "(")?;
        self.column_decls_open()
    }

    /// As [`Parser::column_decls`], after the opening parenthesis.
    pub(super) fn column_decls_open(&mut self) -> Parsed<Vec<ColumnDecl>> {
        self.eat(TokenKind::Comma);
        let mut columns = Vec::new();
        while !self.at_kind(TokenKind::RightParen) {
            columns.push(self.column_decl()?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightParen, ")")?;
        Ok(columns)
    }

    pub(super) fn column_decl(&mut self) -> Parsed<ColumnDecl> {
        let name = self.name(true, "a column name")?;
        self.expect(TokenKind::Colon, ":")?;
        let (ty, ty_span) = self.type_name()?;
        Ok(ColumnDecl { name, ty, ty_span })
    }

    /// The name of a scalar type.
    pub(super) fn type_name(&mut self) -> Parsed<(Type, Span)> {
        let token = self.token();
        let word = self.word();
        // An old spelling that Kusto's parser still takes where a column is declared.
        let old = (word == "int8").then_some(Type::Int);
        if let Some(ty) = Type::by_name(word).or(old) {
            self.advance();
            return Ok((ty, token.span));
        }
        let names = TYPES.iter().map(|row| row.name);
        let near = nearest(word, names.clone());
        let help = format!("Use one of {}.", names.collect::<Vec<_>>().join(", "));
        if token.kind != TokenKind::Word {
            return self.expected_help("a type", Some(help));
        }
        let error = Diagnostic::error(code::UNKNOWN_TYPE, token.span, format!("unknown type '{word}'"));
        self.report(error.mean(near, help));
        Err(Failed)
    }
}
