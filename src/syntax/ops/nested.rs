//! Operators that work on nested values or run something for each group: mv-expand, mv-apply, evaluate,
//! invoke, partition.

use crate::syntax::ast::{Expand, Expr, ExprKind, OpKind};
use crate::syntax::parser::{Failed, Parsed, Parser};
use crate::syntax::token::TokenKind;

/// `mv-expand a = x to typeof(long), b limit 10`
pub(super) fn mv_expand(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let items = items(parser)?;
    let limit = limit(parser)?;
    Ok(OpKind::MvExpand { params, items, limit })
}

/// `mv-apply a = x to typeof(long) on (where a > 1 | take 1)`
pub(super) fn mv_apply(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let items = items(parser)?;
    let limit = limit(parser)?;
    if parser.at_word("id") {
        let span = parser.span();
        parser.unsupported(span, "mv-apply with 'id'", "Leave the id out.");
        return Err(Failed);
    }
    parser.expect_word("on")?;
    let body = parser.subpipe()?;
    Ok(OpKind::MvApply { params, items, limit, body })
}

fn items(parser: &mut Parser<'_>) -> Parsed<Vec<Expand>> {
    let mut items = Vec::new();
    loop {
        let item = parser.named_or_error()?;
        let mut to = None;
        if parser.eat_word("to") {
            if !parser.at_word("typeof") {
                return parser.expected("'typeof(...)'");
            }
            let ty = parser.expr()?;
            match ty.kind {
                ExprKind::TypeLiteral(found) => to = Some((found, ty.span)),
                _ => parser.error(ty.span, "expected one type in 'typeof(...)'", "Write to typeof(string)."),
            }
        }
        items.push(Expand { item, to });
        if !parser.eat(TokenKind::Comma) {
            return Ok(items);
        }
    }
}

fn limit(parser: &mut Parser<'_>) -> Parsed<Option<Expr>> {
    match parser.eat_word("limit") {
        true => Ok(Some(parser.expr()?)),
        false => Ok(None),
    }
}

/// `evaluate bag_unpack(d) : (*, a:long)`
pub(super) fn evaluate(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let call = plugin(parser)?;
    let mut schema = None;
    let mut keeps_input = false;
    if parser.eat(TokenKind::Colon) {
        // The star is read before the columns, as `(*, a:long)` has it.
        if parser.ahead(1).kind == TokenKind::Star {
            keeps_input = true;
            parser.expect(TokenKind::LeftParen, "(")?;
            parser.advance();
            schema = Some(parser.column_decls_open()?);
        } else {
            schema = Some(parser.column_decls()?);
        }
    }
    Ok(OpKind::Evaluate { params, call, schema, keeps_input })
}

fn plugin(parser: &mut Parser<'_>) -> Parsed<Expr> {
    if !parser.at_call() {
        return parser.expected("a plugin such as bag_unpack(...)");
    }
    parser.call_expr()
}

/// `invoke f(x)`
pub(super) fn invoke(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    if !parser.at_call() {
        return parser.expected("a function call");
    }
    let call = parser.unary_expr()?;
    Ok(OpKind::Invoke(call))
}

/// `partition by x (top 1 by y)`, or with a whole query in braces.
pub(super) fn partition(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    parser.expect_word("by")?;
    let by = parser.column_path()?;
    if parser.at_word("in") {
        let span = parser.span();
        parser.unsupported(span, "partition with 'in'", "Filter the column with where before it.");
        return Err(Failed);
    }
    if !parser.at_kind(TokenKind::LeftBrace) {
        let body = parser.subpipe()?;
        return Ok(OpKind::Partition { params, by, body });
    }
    parser.advance();
    let body = parser.nested(Parser::pipe)?;
    parser.expect(TokenKind::RightBrace, "}")?;
    Ok(OpKind::Partition { params, by, body })
}
