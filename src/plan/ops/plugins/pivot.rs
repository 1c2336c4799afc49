//! pivot: a summarize with one aggregate for each value of a column. Which values there are, the data say,
//! unless the query does.

use super::{Evaluated, Given};
use crate::catalog::binary;
use crate::catalog::plugins::PIVOTED;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::expr::columns_of;
use crate::plan::{Column, Expr, ExprKind, Node, OrderKey, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, Arg, BinaryOp, ColumnDecl, ExprKind as Ast, Literal, Name, Named};
use crate::syntax::words::reference;
use crate::types::Type;
use crate::value::Value;

/// More columns are refused.
const COLUMNS_MAX: i64 = 1_000;

/// What is turned into columns, and how.
struct Turn<'e> {
    column: Column,
    /// The aggregate that counts under a condition, and its arguments without that.
    aggregate: &'static str,
    args: &'e [Arg],
    /// What rows are grouped by.
    by: Vec<Name>,
}

impl Binder<'_> {
    pub fn pivot(
        &mut self,
        given: &Given<'_>,
        evaluated: &Evaluated<'_>,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let turn = self.turn(given, &input, env)?;
        let values = match evaluated.schema {
            Some(schema) => {
                let declared = self.declared_values(&turn, schema)?;
                self.expect_declared(&declared, &turn, given, &input)?;
                Some(declared)
            }
            None => self.values_of_data(&turn, given, &input)?,
        };
        let unseen = values.is_none();
        let aggs: Vec<Named> = values
            .unwrap_or_default()
            .iter()
            .map(|(name, value)| turn.aggregate_of(name, value, given))
            .collect();
        let by: Vec<Named> = turn
            .by
            .iter()
            .map(|name| Named {
                names: Vec::new(),
                expr: ast::Expr { kind: Ast::Name(name.clone()), span: name.span },
                span: name.span,
            })
            .collect();
        let mut rel = self.summarize(&aggs, &by, input, env, span)?;
        if unseen {
            rel.cols.push(self.unknown_columns());
        }
        match evaluated.schema {
            Some(schema) => self.as_declared(rel, schema),
            None => Ok(rel),
        }
    }

    fn turn<'e>(&mut self, given: &Given<'e>, input: &Rel, env: &Env) -> Checked<Turn<'e>> {
        let [column, rest @ ..] = given.args else {
            return Err(self.wrong_arguments(given, given.name.span, "wants a column"));
        };
        let place = column.expr.span;
        let column = self.column_argument(column, given, &input.cols, env)?;
        if !self.unknown.contains(&column.id)
            && !matches!(column.ty, Type::String | Type::Int | Type::Long | Type::Guid)
        {
            let what = format!("pivot of {}", column.ty.one());
            let help = format!("Make it a string before: extend {0} = tostring({0}).", column.name);
            self.refuse(place, &what, &help);
            return Err(Stop);
        }
        let mut turn = Turn { column, aggregate: "countif", args: &[], by: Vec::new() };
        let mut columns = rest;
        if let Some((first, others)) = rest.split_first() {
            (turn.aggregate, turn.args) = self.pivoted(first, given)?;
            columns = others;
        }
        for arg in columns {
            let column = self.column_argument(arg, given, &input.cols, env)?;
            let text = match &arg.expr.kind {
                Ast::Name(name) => name.text.clone(),
                _ => column.name.to_string(),
            };
            turn.by.push(Name { text, span: arg.expr.span });
        }
        if columns.is_empty() {
            let mut used = vec![turn.column.id];
            for arg in turn.args {
                used.extend(columns_of(&self.scalar(&arg.expr, env, &input.cols)?));
            }
            let rest = input.cols.iter().filter(|column| !column.hidden && !used.contains(&column.id));
            turn.by =
                rest.map(|column| Name { text: column.name.to_string(), span: given.name.span }).collect();
        }
        Ok(turn)
    }

    fn pivoted<'e>(&mut self, arg: &'e Arg, given: &Given<'_>) -> Checked<(&'static str, &'e [Arg])> {
        if let Ast::Call { name, args } = &arg.expr.kind
            && let Some((_, pivoted)) = PIVOTED.iter().find(|(known, _)| *known == name.text)
        {
            self.advise_name(name);
            return Ok((pivoted, args));
        }
        if let Ast::Name(name) = &arg.expr.kind {
            let message = format!("'{}' wants an aggregate before columns to group by", given.name.text);
            self.error(code::NO_CALL, arg.expr.span, message, format!("Write count(), {}.", name.text));
            return Err(Stop);
        }
        let known: Vec<&str> = PIVOTED.iter().map(|(known, _)| *known).collect();
        let message = format!("'{}' wants an aggregate here", given.name.text);
        self.error(code::TYPE, arg.expr.span, message, format!("It is one of {}.", known.join(", ")));
        Err(Stop)
    }

    /// The declared columns that rows are not grouped by.
    fn declared_values(&mut self, turn: &Turn<'_>, schema: &[ColumnDecl]) -> Checked<Vec<(Name, Literal)>> {
        if let Some(missing) =
            turn.by.iter().find(|name| schema.iter().all(|column| column.name.text != name.text))
        {
            let message = format!("the schema lacks the column '{}'", missing.text);
            let place = schema.first().map_or(missing.span, |column| column.name.span);
            self.error(code::UNKNOWN_NAME, place, message, "Declare what the rows are grouped by, too.");
            return Err(Stop);
        }
        let mut values = Vec::new();
        for column in schema.iter().filter(|column| turn.by.iter().all(|name| name.text != column.name.text))
        {
            let text = &column.name.text;
            let literal = match turn.column.ty {
                Type::Int | Type::Long => text.parse().ok().map(Literal::Long),
                Type::Guid => Some(Literal::Guid(text.clone())),
                _ => Some(Literal::String(text.clone())),
            };
            let Some(literal) = literal else {
                let message = format!("'{text}' is no value of '{}'", turn.column.name);
                self.error(code::UNKNOWN_NAME, column.name.span, message, "Its values are numbers.");
                return Err(Stop);
            };
            values.push((column.name.clone(), literal));
        }
        Ok(values)
    }

    /// Refuses data with a value that has no declared column: Kusto raises an error then ("pivot plugin"), where
    /// its rows would be lost.
    fn expect_declared(
        &mut self,
        declared: &[(Name, Literal)],
        turn: &Turn<'_>,
        given: &Given<'_>,
        input: &Rel,
    ) -> Checked<()> {
        let before = self.columns_of_data;
        let values = self.values_of_data(turn, given, input)?.unwrap_or_default();
        self.columns_of_data = before;
        let is_declared = |name: &Name| declared.iter().any(|(known, _)| known.text == name.text);
        let Some((missing, _)) = values.iter().find(|(name, _)| !is_declared(name)) else { return Ok(()) };
        let message =
            format!("the schema has no column for the value '{}' of '{}'", missing.text, turn.column.name);
        let help = "Declare it too, or leave its rows out before.";
        self.error(code::MISMATCH, given.name.span, message, help);
        Err(Stop)
    }

    /// The different values, in the order of their first rows.
    fn values_of_data(
        &mut self,
        turn: &Turn<'_>,
        given: &Given<'_>,
        input: &Rel,
    ) -> Checked<Option<Vec<(Name, Literal)>>> {
        let place = given.name.span;
        let ordered = self.positioned(input.clone());
        let value = self.new_column("value", turn.column.ty);
        let first = self.new_col();
        let position = ordered.order.first().map(|key| Expr::new(ExprKind::Col(key.col), Type::Long, place));
        let kind = ExprKind::Call { name: "min", sig: &binary::FIRST, args: position.into_iter().collect() };
        let aggs = vec![(first, Expr::new(kind, Type::Long, place))];
        let groups = vec![(value.id, Expr::col(&turn.column, place))];
        let order = vec![OrderKey { col: first, ty: Type::Long, ascending: true, nulls_first: true }];
        let cols = vec![value];
        let node = Node::Aggregate { input: Box::new(ordered), groups, aggs };
        let grouped = Rel { node, cols: cols.clone(), order: order.clone(), span: place };
        let node = Node::Limit { input: Box::new(grouped), count: Expr::long(COLUMNS_MAX + 1, place) };
        let Some(rows) = self.ask(Rel { node, cols, order, span: place }, place)? else {
            return Ok(None);
        };
        self.columns_of_data = Some("pivot");
        if rows.len() > COLUMNS_MAX as usize {
            let message = format!("'{}' has more than {COLUMNS_MAX} different values", turn.column.name);
            self.error(
                code::LIMIT,
                place,
                message,
                "Filter them before, or declare the columns after pivot.",
            );
            return Err(Stop);
        }
        let mut values = Vec::new();
        for value in rows.into_iter().flatten() {
            let literal = match &value {
                Value::Long(value) => Literal::Long(*value),
                Value::Int(value) => Literal::Long(i64::from(*value)),
                Value::Guid(text) => Literal::Guid(text.clone()),
                Value::String(text) if !text.is_empty() => Literal::String(text.clone()),
                _ => {
                    let help = format!(
                        "Leave those rows out before: where isnotempty({}).",
                        reference(&turn.column.name)
                    );
                    self.refuse(place, "pivot of an empty value", &help);
                    return Err(Stop);
                }
            };
            let text = value.text();
            if turn.by.iter().any(|name| name.text == text) {
                let message = format!("a value of '{}' is called like the column '{text}'", turn.column.name);
                self.error(code::SYNTAX, place, message, "Rename the column before, with project-rename.");
                return Err(Stop);
            }
            values.push((Name { text, span: place }, literal));
        }
        Ok(Some(values))
    }

    /// The columns in the order of the schema, whose types must be theirs.
    fn as_declared(&mut self, rel: Rel, schema: &[ColumnDecl]) -> Checked<Rel> {
        let mut cols = Vec::new();
        for declared in schema {
            let Some(column) = rel.column(&declared.name.text) else { return Err(Stop) };
            if column.ty != declared.ty {
                let message =
                    format!("the column '{}' is {}, not {}", column.name, column.ty.one(), declared.ty.one());
                let help = format!("Declare {}:{}.", column.name, column.ty.name());
                self.error(code::TYPE, declared.ty_span, message, help);
                return Err(Stop);
            }
            cols.push(column.clone());
        }
        Ok(Rel { cols, ..rel })
    }
}

impl Turn<'_> {
    /// `name = sumif(x, column == value)`
    fn aggregate_of(&self, name: &Name, value: &Literal, given: &Given<'_>) -> Named {
        let span = given.name.span;
        let expr = |kind| ast::Expr { kind, span };
        let column = expr(Ast::Name(Name { text: self.column.name.to_string(), span }));
        let test = expr(Ast::Binary {
            op: BinaryOp::Eq,
            op_span: span,
            left: Box::new(column),
            right: Box::new(expr(Ast::Literal(value.clone()))),
        });
        // count(*) counts rows as count() does.
        let given_args = self.args.iter().filter(|arg| !matches!(arg.expr.kind, Ast::Star));
        let mut args: Vec<Arg> = given_args.cloned().collect();
        // A condition is the last argument, but for the largest size of a list or set.
        let at = args.len().min(1);
        args.insert(at, Arg { name: None, expr: test });
        let call = Ast::Call { name: Name { text: self.aggregate.to_owned(), span }, args };
        Named { names: vec![name.clone()], expr: expr(call), span }
    }
}
