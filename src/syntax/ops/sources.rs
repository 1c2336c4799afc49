//! Operators that bring their own rows: print, range, datatable, externaldata, union, search, find.

use super::columns;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Named, OpKind};
use crate::syntax::operand::named;
use crate::syntax::parser::{Parsed, Parser};
use crate::syntax::token::TokenKind;

pub(super) fn print(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    Ok(OpKind::Print(parser.named_list()?))
}

/// `range x from 1 to 10 step 2`
pub(super) fn range(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let name = parser.name(false, "a column name")?;
    parser.expect_word("from")?;
    let from = parser.expr()?;
    parser.expect_word("to")?;
    let to = parser.expr()?;
    parser.expect_word("step")?;
    let step = parser.expr()?;
    Ok(OpKind::Range { name, from, to, step })
}

/// `datatable(a:long, b:string) [1, "x", 2, "y"]`
pub(super) fn datatable(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    parser.hints(&[])?;
    let columns = parser.column_decls()?;
    parser.expect(TokenKind::LeftBracket, "[")?;
    parser.eat(TokenKind::Comma);
    let mut values = Vec::new();
    while !parser.at_kind(TokenKind::RightBracket) {
        values.push(cell(parser)?);
        if !parser.eat(TokenKind::Comma) {
            break;
        }
    }
    parser.expect(TokenKind::RightBracket, "]")?;
    Ok(OpKind::Datatable { columns, values })
}

/// Kusto takes literals here and nothing else.
fn cell(parser: &mut Parser<'_>) -> Parsed<Expr> {
    let value = parser.cell()?;
    match value.kind {
        ExprKind::Literal(_) | ExprKind::TypeLiteral(_) | ExprKind::Error => {}
        _ => {
            let help = "Compute it with extend after the table.";
            parser.error(value.span, "a datatable holds literals only", help);
        }
    }
    Ok(value)
}

/// `externaldata(a:long) ["https://..."] with (format="csv")`
pub(super) fn externaldata(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    parser.hints(&[])?;
    let columns = parser.column_decls()?;
    parser.expect(TokenKind::LeftBracket, "[")?;
    let mut uris = Vec::new();
    while !parser.at_kind(TokenKind::RightBracket) {
        uris.push(parser.expr()?);
        if !parser.eat(TokenKind::Comma) {
            break;
        }
    }
    parser.expect(TokenKind::RightBracket, "]")?;
    let params = match parser.at_word("with") {
        true => columns::properties(parser)?,
        false => Vec::new(),
    };
    Ok(OpKind::Externaldata { columns, uris, params })
}

/// `union kind=outer withsource=S T1, T*, (T2 | ...)`
pub(super) fn union(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let tables = tables(parser)?;
    Ok(OpKind::Union { params, tables })
}

/// Table names, name patterns, calls and subqueries in parentheses.
fn tables(parser: &mut Parser<'_>) -> Parsed<Vec<Expr>> {
    let mut tables = Vec::new();
    loop {
        tables.push(table(parser)?);
        if !parser.eat(TokenKind::Comma) {
            return Ok(tables);
        }
    }
}

fn table(parser: &mut Parser<'_>) -> Parsed<Expr> {
    match parser.pattern_ahead() {
        0 => parser.table_expr(),
        length => Ok(*named(parser.pattern(length)).expr),
    }
}

/// `in (T1, T*)`
fn in_tables(parser: &mut Parser<'_>) -> Parsed<Vec<Expr>> {
    if !parser.eat_word("in") {
        return Ok(Vec::new());
    }
    parser.expect(TokenKind::LeftParen, "(")?;
    let tables = tables(parser)?;
    parser.expect(TokenKind::RightParen, ")")?;
    Ok(tables)
}

/// `search kind=case_sensitive in (T) "text" and a > 1`
pub(super) fn search(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let tables = in_tables(parser)?;
    let star = parser.span();
    if parser.at_kind(TokenKind::Star) && (parser.ahead(1).kind == TokenKind::Bar || ends(parser)) {
        parser.advance();
        let predicate = Expr { kind: ExprKind::Star, span: star };
        return Ok(OpKind::Search { params, tables, predicate });
    }
    if parser.at_kind(TokenKind::Star) && parser.word_ahead(1) == "and" {
        parser.advance();
        let op_span = parser.advance().span;
        let left = Box::new(Expr { kind: ExprKind::Star, span: star });
        let right = Box::new(parser.expr()?);
        let span = star.to(right.span);
        let predicate = Expr { kind: ExprKind::Binary { op: BinaryOp::And, op_span, left, right }, span };
        return Ok(OpKind::Search { params, tables, predicate });
    }
    let predicate = parser.expr_or_error();
    Ok(OpKind::Search { params, tables, predicate })
}

/// Whether the token after this one ends the operator.
fn ends(parser: &Parser<'_>) -> bool {
    let next = parser.ahead(1).kind;
    matches!(next, TokenKind::End | TokenKind::Semicolon) || next.closes()
}

/// `find withsource=S in (T) where a == 1 project a, b:string, pack(*)`
pub(super) fn find(parser: &mut Parser<'_>) -> Parsed<OpKind> {
    let params = parser.params(&[])?;
    let tables = in_tables(parser)?;
    if !params.is_empty() || !tables.is_empty() {
        parser.expect_word("where")?;
    } else {
        parser.eat_word("where");
    }
    let predicate = parser.expr()?;
    let project_smart = parser.eat_word("project-smart");
    let mut project = Vec::new();
    if !project_smart && parser.eat_word("project") {
        loop {
            project.push(find_column(parser)?);
            if !parser.eat(TokenKind::Comma) {
                break;
            }
        }
    }
    let mut project_away = Vec::new();
    if parser.eat_word("project-away") {
        project_away = columns::patterns(parser, false)?;
    }
    Ok(OpKind::Find { params, tables, predicate, project, project_away, project_smart })
}

/// A column, `column:type`, `*` or `pack(*)`. The type becomes the right side of a colon.
fn find_column(parser: &mut Parser<'_>) -> Parsed<Named> {
    let star = parser.span();
    if parser.eat(TokenKind::Star) {
        return Ok(unnamed(Expr { kind: ExprKind::Star, span: star }));
    }
    if parser.at_call() {
        return Ok(unnamed(parser.expr()?));
    }
    let column = named(parser.name(false, "a column")?).expr;
    let op_span = parser.span();
    if !parser.eat(TokenKind::Colon) {
        return Ok(unnamed(*column));
    }
    let (ty, ty_span): (_, Span) = parser.type_name()?;
    let span = column.span.to(ty_span);
    let right = Box::new(Expr { kind: ExprKind::TypeLiteral(ty), span: ty_span });
    let kind = ExprKind::Binary { op: BinaryOp::Colon, op_span, left: column, right };
    Ok(unnamed(Expr { kind, span }))
}

fn unnamed(expr: Expr) -> Named {
    let span = expr.span;
    Named { names: Vec::new(), expr, span }
}
