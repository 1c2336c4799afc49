//! Operators that bring two tables together: join, lookup.

use crate::syntax::ast::{Expr, OpKind, OpParam};
use crate::syntax::parser::{Failed, Parsed, Parser};
use crate::syntax::token::TokenKind;

/// `join kind=inner (T | ...) on a, $left.b == $right.c`
pub(super) fn join(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let (params, right, on) = matched(parser, "join")?;
    Ok(OpKind::Join { params, right, on })
}

pub(super) fn lookup(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let (params, right, on) = matched(parser, "lookup")?;
    Ok(OpKind::Lookup { params, right, on })
}

fn matched(parser: &mut Parser<'_>, operator: &str) -> Parsed<(Vec<OpParam>, Box<Expr>, Vec<Expr>)> {
    let params = parser.params(&[])?;
    let right = Box::new(parser.expr()?);
    if parser.at_word("where") {
        let span = parser.span();
        parser.unsupported(
            span,
            format!("{operator} with 'where'"),
            "Write on, and filter the result with where.",
        );
        return Err(Failed);
    }
    parser.expect_word("on")?;
    let mut on = vec![parser.expr()?];
    while parser.eat(TokenKind::Comma) {
        on.push(parser.expr()?);
    }
    Ok((params, right, on))
}
