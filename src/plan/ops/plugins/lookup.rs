//! ipv4_lookup and ipv6_lookup: two networks match when the shorter prefix holds both, which is when their
//! addresses overlap, and overlapping is two comparisons that DuckDB joins by without trying every pair.

use super::Given;
use crate::catalog::func::Func;
use crate::catalog::net;
use crate::catalog::plugins::Addresses;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::ops::cols::projected;
use crate::plan::ops::join::Keys;
use crate::plan::{Column, Expr, JoinKind, Rel};
use crate::span::Span;
use crate::syntax::ast::{Arg, ExprKind as Ast, Literal};
use crate::types::Type;

/// The functions that give the first and the last address of a network.
fn edges(addresses: Addresses) -> [&'static Func; 2] {
    match addresses {
        Addresses::V4 => [&net::FIRST_V4, &net::LAST_V4],
        Addresses::V6 => [&net::FIRST_V6, &net::LAST_V6],
    }
}

impl Binder<'_> {
    pub fn look_up(
        &mut self,
        addresses: Addresses,
        given: &Given<'_>,
        source: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let (unmatched, args) = self.return_unmatched(given)?;
        let [table, source_key, table_key, extra @ ..] = args.as_slice() else {
            return Err(self.wrong_arguments(given, given.name.span, "wants a table and two columns"));
        };
        if let (Addresses::V6, Some(arg)) = (addresses, extra.first()) {
            return Err(self.wrong_arguments(given, arg.expr.span, "takes no more columns"));
        }
        let table = self.source(&table.expr, env)?;
        let source_key = self.address_column(source_key, given, &source, env)?;
        let table_key = self.address_column(table_key, given, &table, env)?;
        let mut keys = Keys::default();
        for arg in extra {
            let (one, other) = self.key(&arg.expr, &source, &table, env)?;
            keys.right.extend(crate::plan::expr::columns_of(&other));
            keys.on.push(self.key_types(one, other, arg.expr.span)?);
        }
        let (source, [source_first, source_last]) = self.with_edges(addresses, source, &source_key, span)?;
        let (table, [table_first, table_last]) = self.with_edges(addresses, table, &table_key, span)?;
        keys.ranges = vec![(source_first, table_last), (table_first, source_last)];
        let kind = if unmatched { JoinKind::LeftOuter } else { JoinKind::Inner };
        let before = source.cols.iter().filter(|column| !column.hidden).count();
        let mut joined = self.joined(kind, source, table, keys, true, span);
        if addresses == Addresses::V6 {
            // The table's columns come first (recorded), unlike those of ipv4_lookup.
            joined.cols.rotate_left(before);
        }
        Ok(joined)
    }

    /// `return_unmatched = true`, or `true` as the last argument, and the other arguments.
    fn return_unmatched<'e>(&mut self, given: &Given<'e>) -> Checked<(bool, Vec<&'e Arg>)> {
        let mut args: Vec<&Arg> = given.args.iter().collect();
        let Some(last) = args.last() else { return Ok((false, args)) };
        let named = last.name.as_ref().is_some_and(|name| name.text == "return_unmatched");
        let unmatched = match &last.expr.kind {
            Ast::Literal(Literal::Bool(value)) if named || last.name.is_none() => {
                args.pop();
                *value
            }
            _ if named => {
                return Err(self.wrong_arguments(given, last.expr.span, "wants true or false here"));
            }
            _ => false,
        };
        match args.iter().find(|arg| arg.name.is_some()) {
            Some(arg) => {
                Err(self.wrong_arguments(given, arg.expr.span, "has no such argument in this place"))
            }
            None => Ok((unmatched, args)),
        }
    }

    fn address_column(&mut self, arg: &Arg, given: &Given<'_>, rel: &Rel, env: &Env) -> Checked<Column> {
        let column = self.column_argument(arg, given, &rel.cols, env)?;
        if column.ty != Type::String {
            let message = format!("'{}' looks a string up, not {}", given.name.text, column.ty.one());
            self.error(code::TYPE, arg.expr.span, message, "Convert it before: extend ip = tostring(x).");
            return Err(Stop);
        }
        Ok(column)
    }

    /// The relation with the first and last address of a column's networks, which no name refers to.
    fn with_edges(
        &mut self,
        addresses: Addresses,
        rel: Rel,
        key: &Column,
        span: Span,
    ) -> Checked<(Rel, [Expr; 2])> {
        let cols = rel.cols.clone();
        let mut computed = cols.clone();
        let mut set = Vec::new();
        let mut edge = |binder: &mut Self, row: &'static Func| -> Checked<Expr> {
            let value = binder.apply(row, row.name, vec![Expr::col(key, span)], span)?;
            let column = binder.new_column("", value.ty);
            set.push((column.id, value));
            computed.push(column.clone());
            Ok(Expr::col(&column, span))
        };
        let [first, last] = edges(addresses);
        let edges = [edge(self, first)?, edge(self, last)?];
        let rel = projected(rel, computed, set, span);
        Ok((Rel { cols, ..rel }, edges))
    }
}
