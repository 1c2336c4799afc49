//! Operators that group rows: summarize, make-series, top-hitters, top-nested, reduce.

use super::rows;
use crate::syntax::ast::{Expr, Named, OpKind, TopNested};
use crate::syntax::parser::{Parsed, Parser};
use crate::syntax::token::TokenKind;

pub(super) fn summarize(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let mut aggs = Vec::new();
    if !parser.at_word("by") {
        aggs = parser.named_list()?;
    }
    let by = by_list(parser)?;
    if parser.at_word("bin") && parser.ahead(1).kind == TokenKind::Assign {
        let span = parser.span();
        parser.unsupported(span, "'bin=' after the groups", "Write by bin(column, size).");
        parser.skip(false);
    }
    Ok(OpKind::Summarize { aggs, by, params })
}

fn by_list(parser: &mut Parser<'_>) -> Parsed<Vec<Named>> {
    if !parser.eat_word("by") {
        return Ok(Vec::new());
    }
    parser.named_list()
}

/// `make-series n = count() default = 0 on t from a to b step 1h by x`
pub(super) fn make_series(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let mut aggs = Vec::new();
    loop {
        let agg = parser.named_or_error()?;
        let default = match parser.eat_word("default") {
            true => {
                parser.expect(TokenKind::Assign, "=")?;
                Some(parser.expr()?)
            }
            false => None,
        };
        aggs.push((agg, default));
        if !parser.eat(TokenKind::Comma) {
            break;
        }
    }
    parser.expect_word("on")?;
    let axis = Box::new(parser.named()?);
    if parser.at_word("in") {
        let (from, to, step) = in_range(parser)?;
        let by = by_list(parser)?;
        let (from, to) = (Some(from), Some(to));
        return Ok(OpKind::MakeSeries { aggs, axis, from, to, step, in_range: true, by, params });
    }
    let from = clause(parser, "from")?;
    let to = clause(parser, "to")?;
    parser.expect_word("step")?;
    let step = parser.expr()?;
    let by = by_list(parser)?;
    Ok(OpKind::MakeSeries { aggs, axis, from, to, step, in_range: false, by, params })
}

fn clause(parser: &mut Parser<'_>, word: &str) -> Parsed<Option<Expr>> {
    match parser.eat_word(word) {
        true => Ok(Some(parser.expr()?)),
        false => Ok(None),
    }
}

/// The older `in range(from, to, step)`.
fn in_range(parser: &mut Parser<'_>) -> Parsed<(Expr, Expr, Expr)> {
    parser.advance();
    parser.expect_word("range")?;
    parser.expect(TokenKind::LeftParen, "(")?;
    let from = parser.expr()?;
    parser.expect(TokenKind::Comma, ",")?;
    let to = parser.expr()?;
    parser.expect(TokenKind::Comma, ",")?;
    let step = parser.expr()?;
    parser.expect(TokenKind::RightParen, ")")?;
    Ok((from, to, step))
}

/// `top-hitters 3 of x by y`
pub(super) fn top_hitters(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let count = parser.expr()?;
    parser.expect_word("of")?;
    let of = parser.expr()?;
    let by = clause(parser, "by")?;
    Ok(OpKind::TopHitters { count, of, by })
}

/// `top-nested 2 of x with others = "rest" by sum(y) desc, top-nested of z by count()`
pub(super) fn top_nested(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let mut levels = vec![nested_level(parser)?];
    while parser.eat(TokenKind::Comma) {
        parser.expect_word("top-nested")?;
        levels.push(nested_level(parser)?);
    }
    Ok(OpKind::TopNested(levels))
}

fn nested_level(parser: &mut Parser<'_>) -> Parsed<TopNested> {
    let count = match parser.at_word("of") {
        true => None,
        false => Some(parser.expr()?),
    };
    parser.expect_word("of")?;
    let of = parser.named()?;
    let mut others = None;
    if parser.eat_word("with") {
        parser.expect_word("others")?;
        parser.expect(TokenKind::Assign, "=")?;
        others = Some(parser.expr()?);
    }
    parser.expect_word("by")?;
    let by = parser.named()?;
    let ascending = rows::direction(parser).unwrap_or(false);
    Ok(TopNested { count, of, others, by, ascending })
}

/// `reduce kind=source by x with threshold=0.2, characters="-"`
pub(super) fn reduce(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let mut params = parser.params(&[])?;
    parser.expect_word("by")?;
    let by = parser.expr()?;
    if parser.eat_word("with") {
        let own = ["threshold", "characters"];
        params.extend(parser.params(&own)?);
        while parser.eat(TokenKind::Comma) {
            params.extend(parser.params(&own)?);
        }
    }
    Ok(OpKind::Reduce { params, by })
}
