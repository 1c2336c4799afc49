//! schema_merge: the columns of several schemas, as getschema gives them ("schema_merge plugin" in the Kusto
//! reference).

use super::Given;
use super::said::named;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Rel};
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;

/// What getschema gives.
const COLUMNS: [&str; 4] = ["ColumnName", "ColumnOrdinal", "DataType", "ColumnType"];

impl Binder<'_> {
    pub fn schema_merge(&mut self, given: &Given<'_>, input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let keeps_order = self.keeps_order(given, env)?;
        let mut columns: Vec<(String, Column)> = Vec::new();
        for (name, known) in COLUMNS.iter().zip(["name", "place", "data", "ty"]) {
            let found = input.column(name).filter(|column| match *name {
                "ColumnOrdinal" => matches!(column.ty, Type::Int | Type::Long),
                _ => column.ty == Type::String,
            });
            let Some(found) = found else {
                let message = format!("wants the columns of getschema, of which {name} is missing");
                return Err(self.wrong_arguments(given, given.name.span, &message));
            };
            columns.push((known.to_owned(), found.clone()));
        }
        let whole = columns[1].1.ty.name();
        let told = self.told(input, &columns, span);
        let merged = "T | summarize low = min(place), place = max(place), types = dcount(ty), data = take_any(data), \
            ty = take_any(ty) by name";
        // To which type others are reduced, and where columns go that share a place, is not documented.
        let open = format!(
            "{merged} | summarize columns = count(), places = dcount(place), end = max(place), types = max(types)
             | where columns > 0 and (types > 1 or places != columns or end != columns - 1)"
        );
        let open = self.said(&open, &told, given)?;
        if self.any_row_in(open, given.name.span)? == Some(true) {
            let what = "schema_merge of columns with several types, or of which two share a place";
            let help = "Compare the schemas with join kind=fullouter on ColumnName.";
            self.refuse(given.name.span, what, help);
            return Err(Stop);
        }
        let moved = if keeps_order { "low < place" } else { "false" };
        let query = format!(
            "{merged} | sort by place asc | extend wrong = {moved}
             | project name, place = iff(wrong, {whole}(-1), place),
                 data = iff(wrong, 'ERROR(unknown CSL type:ERROR(columns are out of order))', data),
                 ty = iff(wrong, 'ERROR(columns are out of order)', ty)"
        );
        Ok(named(self.said(&query, &told, given)?, COLUMNS.iter().map(|name| (*name).to_owned())))
    }

    /// The one argument, PreserveOrder.
    fn keeps_order(&mut self, given: &Given<'_>, env: &Env) -> Checked<bool> {
        let arg = match given.args {
            [] => return Ok(true),
            [arg] => arg,
            [_, surplus, ..] => {
                return Err(self.wrong_arguments(given, surplus.expr.span, "takes one argument at most"));
            }
        };
        let known = arg.name.as_ref().is_none_or(|name| name.text == "PreserveOrder");
        match self.scalar(&arg.expr, env, &[])?.literal() {
            Some(Value::Bool(keeps)) if known => Ok(*keeps),
            _ => Err(self.wrong_arguments(given, arg.expr.span, "wants true or false here")),
        }
    }
}
