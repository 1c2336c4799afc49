//! Operators that choose and order rows: where, take, top, sort, distinct, count, sample, serialize.

use crate::diag::{Diagnostic, code};
use crate::span::Span;
use crate::syntax::ast::{OpKind, SortKey};
use crate::syntax::parser::{Parsed, Parser};
use crate::syntax::token::TokenKind;

pub(super) fn where_(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    parser.hints(&[])?;
    let start = parser.span();
    let named = parser.named_or_error()?;
    if let Some(name) = named.names.first() {
        // Kusto takes it, drops the name, and filters by the right side alone.
        let span = Span { start: start.start, end: named.expr.span.start };
        let message = format!("'{} =' gives a name, it does not compare", name.text);
        parser.report(Diagnostic::warning(code::SUSPICIOUS, span, message).help("Compare with ==."));
    }
    Ok(OpKind::Where(named.expr))
}

pub(super) fn take(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    parser.hints(&[])?;
    Ok(OpKind::Take(parser.expr()?))
}

/// `top 5 by x desc nulls last`
pub(super) fn top(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let count = parser.expr()?;
    parser.expect_word("by")?;
    let by = sort_key(parser)?;
    Ok(OpKind::Top { count, by, params })
}

pub(super) fn sort(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    parser.expect_word("by")?;
    let mut keys = vec![sort_key(parser)?];
    while parser.eat(TokenKind::Comma) {
        keys.push(sort_key(parser)?);
    }
    Ok(OpKind::Sort { keys, params })
}

/// `expr [asc | desc] [nulls first | nulls last]`
pub(super) fn sort_key(parser: &mut Parser<'_>) -> Parsed<SortKey> {
    let expr = parser.expr()?;
    let ascending = direction(parser);
    let mut nulls_first = None;
    if parser.eat_word("nulls") {
        nulls_first = Some(parser.at_word("first"));
        if !parser.eat_word("first") {
            parser.expect_word("last")?;
        }
    }
    Ok(SortKey { expr, ascending, nulls_first })
}

pub(super) fn direction(parser: &mut Parser<'_>) -> Option<bool> {
    let ascending = match parser.word() {
        "asc" => true,
        "desc" => false,
        _ => return None,
    };
    parser.advance();
    Some(ascending)
}

pub(super) fn distinct(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    parser.hints(&[])?;
    if parser.eat(TokenKind::Star) {
        return Ok(OpKind::Distinct(Vec::new()));
    }
    Ok(OpKind::Distinct(parser.named_list()?))
}

pub(super) fn count(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let name = if parser.eat_word("as") { Some(parser.name(true, "a name")?) } else { None };
    Ok(OpKind::Count(name))
}

pub(super) fn sample(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    parser.hints(&[])?;
    Ok(OpKind::Sample(parser.expr()?))
}

/// `sample-distinct 10 of x`
pub(super) fn sample_distinct(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    parser.hints(&[])?;
    let count = parser.expr()?;
    parser.expect_word("of")?;
    Ok(OpKind::SampleDistinct { count, of: parser.expr()? })
}

pub(super) fn serialize(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    parser.hints(&[])?;
    if parser.at_end() {
        return Ok(OpKind::Serialize(Vec::new()));
    }
    Ok(OpKind::Serialize(parser.named_list()?))
}
