//! Operators that end a pipeline or only mark it: as, render, consume, fork, facet; and those known by name alone.

use super::columns;
use crate::syntax::ast::{Name, OpKind, OpParam};
use crate::syntax::parser::{Parsed, Parser};
use crate::syntax::token::TokenKind;
use crate::syntax::words;

/// `as hint.materialized=true T`
pub(super) fn as_(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let name = parser.name(false, "a name")?;
    Ok(OpKind::As { name, params })
}

/// `render timechart with (title="x", ycolumns=a, b)`; older texts give properties without `with`, and columns
/// behind `by`.
pub(super) fn render(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let token = parser.token();
    let chart = parser.word();
    if chart.is_empty() || chart != "graph" && words::known(chart).is_some() {
        return parser.expected("a chart such as timechart");
    }
    parser.advance();
    let kind = Name { text: parser.text_of(token).to_owned(), span: token.span };
    let mut properties: Vec<OpParam> = parser.params(OLD_PROPERTIES)?;
    let mut by = Vec::new();
    if parser.at_word("by") {
        by = names_by(parser)?;
        properties.extend(parser.params(OLD_PROPERTIES)?);
    }
    if parser.at_word("with") {
        properties.extend(columns::properties(parser)?);
    }
    Ok(OpKind::Render { kind, by, properties })
}

/// Properties of render that older texts give before `with`, besides those that other operators have too.
const OLD_PROPERTIES: &[&str] = &["title", "accumulate"];

pub(super) fn consume(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    parser.hints(&["decodeblocks"])?;
    Ok(OpKind::Consume)
}

/// `fork (take 1) counted = (count)`
pub(super) fn fork(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let mut branches = Vec::new();
    while branches.is_empty() || !parser.at_end() {
        let mut name = None;
        if !parser.at_kind(TokenKind::LeftParen) {
            name = Some(parser.name(false, "a subquery in parentheses")?);
            parser.expect(TokenKind::Assign, "=")?;
        }
        branches.push((name, *parser.subpipe()?));
    }
    Ok(OpKind::Fork(branches))
}

/// `facet by a, b with (take 10)`
pub(super) fn facet(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let by = names_by(parser)?;
    let mut with = None;
    if parser.eat_word("with") {
        with = Some(parser.subpipe()?);
    }
    Ok(OpKind::Facet(by, with))
}

/// `by a, b`
fn names_by(parser: &mut Parser<'_>) -> Parsed<Vec<Name>> {
    parser.expect_word("by")?;
    let mut names = vec![parser.name(false, "a column name")?];
    while parser.eat(TokenKind::Comma) {
        names.push(parser.name(false, "a column name")?);
    }
    Ok(names)
}

/// Skips to the operator's end. Semicolons inside brackets belong to it: `scan with (step s: true;)`.
pub(super) fn other(parser: &mut Parser<'_>, name: &'static str) -> Parsed<OpKind> {
    let mut open = 0_u32;
    loop {
        let kind = parser.kind();
        if kind == TokenKind::End || open == 0 && parser.at_end() {
            return Ok(OpKind::Other(name));
        }
        if kind.opens() {
            open += 1;
        } else if kind.closes() {
            open -= 1;
        }
        parser.advance();
    }
}
