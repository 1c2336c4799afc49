//! Operators that make and choose columns: extend, the project family, parse, parse-kv, getschema, assert-schema.

use crate::syntax::ast::{ColumnPattern, Expr, ExprKind, OpKind, OpParam, ParseStep, ReorderOrder};
use crate::syntax::parser::{Parsed, Parser};
use crate::syntax::token::TokenKind;

pub(super) fn extend(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    Ok(OpKind::Extend(parser.named_list()?))
}

pub(super) fn project(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    Ok(OpKind::Project(parser.named_list()?))
}

pub(super) fn project_away(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    Ok(OpKind::ProjectAway(patterns(parser, false)?))
}

pub(super) fn project_keep(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    Ok(OpKind::ProjectKeep(patterns(parser, false)?))
}

pub(super) fn project_reorder(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    Ok(OpKind::ProjectReorder(patterns(parser, true)?))
}

/// `new = old, ...`
pub(super) fn project_rename(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let mut renamed = Vec::new();
    for named in parser.named_list()? {
        match (named.names.as_slice(), named.expr.kind) {
            ([new], ExprKind::Name(old)) => renamed.push((new.clone(), old)),
            (_, ExprKind::Error) => {}
            _ => {
                let help = "Write new = old; extend and project take expressions.";
                parser.error(named.span, "project-rename takes names only", help);
            }
        }
    }
    Ok(OpKind::ProjectRename(renamed))
}

pub(super) fn project_by_names(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let mut names = vec![parser.expr()?];
    while parser.eat(TokenKind::Comma) {
        names.push(parser.expr()?);
    }
    Ok(OpKind::ProjectByNames(names))
}

/// Names and name patterns; with `ordered` each may have its order.
pub(super) fn patterns(parser: &mut Parser<'_>, ordered: bool) -> Parsed<Vec<ColumnPattern>> {
    let mut list = Vec::new();
    loop {
        let length = parser.pattern_ahead();
        let pattern = match length {
            0 => parser.name(false, "a column name")?,
            _ => parser.pattern(length),
        };
        let order = if ordered { reorder(parser) } else { ReorderOrder::None };
        list.push(ColumnPattern { pattern, order });
        if !parser.eat(TokenKind::Comma) {
            return Ok(list);
        }
    }
}

fn reorder(parser: &mut Parser<'_>) -> ReorderOrder {
    let order = match parser.word() {
        "asc" => ReorderOrder::Asc,
        "desc" => ReorderOrder::Desc,
        "granny-asc" => ReorderOrder::GrannyAsc,
        "granny-desc" => ReorderOrder::GrannyDesc,
        _ => return ReorderOrder::None,
    };
    parser.advance();
    order
}

/// `parse kind=regex x with * "a=" a:long "," b`
pub(super) fn parse(parser: &mut Parser<'_>, only_matches: bool) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let expr = parser.expr()?;
    parser.expect_word("with")?;
    let mut steps = Vec::new();
    while !parser.at_end() {
        steps.push(parse_step(parser)?);
    }
    if steps.is_empty() {
        return parser.expected("a text, a column or *");
    }
    Ok(OpKind::Parse { params, expr, steps, only_matches })
}

fn parse_step(parser: &mut Parser<'_>) -> Parsed<ParseStep> {
    let start = parser.span();
    if parser.eat(TokenKind::Star) {
        return Ok(ParseStep::Skip(start));
    }
    if parser.at_kind(TokenKind::String) {
        let text = parser.strings();
        return Ok(ParseStep::Text(text, start.to(parser.last_span())));
    }
    let name = parser.name(true, "a text, a column or *")?;
    let ty = match parser.eat(TokenKind::Colon) {
        true => Some(parser.type_name()?),
        false => None,
    };
    Ok(ParseStep::Column { name, ty })
}

/// `parse-kv x as (a:long, b) with (pair_delimiter=',', kv_delimiter='=')`
pub(super) fn parse_kv(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let expr = parser.expr()?;
    parser.expect_word("as")?;
    let columns = parser.column_decls()?;
    let params = match parser.at_word("with") {
        true => properties(parser)?,
        false => Vec::new(),
    };
    Ok(OpKind::ParseKv { expr, columns, params })
}

/// `with (name = value, ...)`
pub(super) fn properties(parser: &mut Parser<'_>) -> Parsed<Vec<OpParam>> {
    parser.expect_word("with")?;
    parser.expect(TokenKind::LeftParen, "(")?;
    parser.eat(TokenKind::Comma);
    let mut list = Vec::new();
    while !parser.at_kind(TokenKind::RightParen) {
        let name = parser.name(true, "the name of a property")?;
        parser.expect(TokenKind::Assign, "=")?;
        let value = property_value(parser, &name.text)?;
        list.push(OpParam { name, value });
        if !parser.eat(TokenKind::Comma) {
            break;
        }
    }
    parser.expect(TokenKind::RightParen, ")")?;
    Ok(list)
}

/// One value, or several names: a comma goes on with the list unless `name =` follows it.
fn property_value(parser: &mut Parser<'_>, name: &str) -> Parsed<Expr> {
    let first = parser.param_value(name)?;
    let mut list = vec![first];
    while parser.at_kind(TokenKind::Comma) {
        let length = parser.name_ahead(1, true);
        if length == 0 || parser.ahead(1 + length).kind == TokenKind::Assign {
            break;
        }
        parser.advance();
        list.push(parser.param_value(name)?);
    }
    if list.len() > 1 {
        let span = list.iter().fold(list[0].span, |span, item| span.to(item.span));
        return Ok(Expr { kind: ExprKind::List(list), span });
    }
    Ok(list.remove(0))
}

/// `assert-schema (name:type, ...)`
pub(super) fn assert_schema(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    Ok(OpKind::AssertSchema(parser.column_decls()?))
}

pub(super) fn getschema(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    // `kind=csl` is the only kind, and what is given without it.
    parser.hints(&["kind"])?;
    Ok(OpKind::Getschema)
}
