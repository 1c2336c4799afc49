//! session_count: for each bin of a timeline the sessions that began in it ("session_count plugin" in the Kusto
//! reference, whose chart says which count, and that bins are those of `bin()`): a value's row begins one where its
//! row before lies further back than the look-back.

use super::Given;
use super::said::{headed, listed, named};
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Rel};
use crate::span::Span;
use crate::syntax::ast::Arg;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    pub fn session_count(&mut self, given: &Given<'_>, input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let [id, time, start, end, bin, lookback, dimensions @ ..] = given.args else {
            return Err(self.wrong_arguments(given, given.name.span, "wants at least six arguments"));
        };
        let id = self.sliced_by(id, given, &input, env)?;
        let place = time.expr.span;
        let time = self.column_argument(time, given, &input.cols, env)?;
        let (point, length) = match time.ty {
            Type::Datetime => (Type::Datetime, Type::Timespan),
            Type::Long => (Type::Long, Type::Long),
            other => {
                let what = format!("a timeline of type {}", other.name());
                self.refuse(place, &what, "Use a column of datetimes or longs.");
                return Err(Stop);
            }
        };
        let start = self.mark(start, point, given, env)?;
        let end = self.mark(end, point, given, env)?;
        let mut lengths = [0; 2];
        for (length_of, arg) in lengths.iter_mut().zip([bin, lookback]) {
            *length_of = self.mark(arg, length, given, env)?;
            if *length_of <= 0 {
                let help = "Write session_count(..., 1h, 30m).";
                self.error(code::TYPE, arg.expr.span, "a bin and a look-back must be above 0", help);
                return Err(Stop);
            }
        }
        let [bin, lookback] = lengths.map(|number| written(length, number));
        let parts = self.parts(dimensions, given, &input, env)?;
        let names = headed(&time, &parts, "count_sessions");
        let by = listed(&parts);
        let missing = if id.ty == Type::String { "" } else { "or isnull(id)" };
        let began = began(&parts, &by, &bin, &lookback);
        let columns: Vec<(String, Column)> =
            [("id".to_owned(), id), ("at".to_owned(), time)].into_iter().chain(parts).collect();
        let told = self.told(input, &columns, span);
        let (first, last) = (written(point, start), written(point, end.saturating_sub(1)));
        let slices = by.strip_prefix(", ").map_or_else(String::new, |slices| format!("by {slices}"));
        let open = format!(
            "let began = {began};
             union (T | where isnull(at) or at < {first} or at > {last} {missing} | project why = 1),
                 (began | summarize bins = count(), low = min(at), high = max(at) {slices}
                  | where low != bin({first}, {bin}) or high != bin({last}, {bin}) or bins != (high - low) / {bin} + 1
                  | project why = 2)"
        );
        let open = self.said(&open, &told, given)?;
        if self.any_row_in(open, given.name.span)? == Some(true) {
            let what =
                "session_count with a bin in which no session begins, or rows outside of its start and end";
            let help = "Let the bins be larger, and leave rows from the end on, and those without time or value, out.";
            self.refuse(given.name.span, what, help);
            return Err(Stop);
        }
        Ok(named(self.said(&began, &told, given)?, names.into_iter()))
    }

    /// A constant place on a timeline, or a length of it.
    fn mark(&mut self, arg: &Arg, ty: Type, given: &Given<'_>, env: &Env) -> Checked<i64> {
        if ty != Type::Long {
            return self.ticks(arg, ty, given, env);
        }
        match self.scalar(&arg.expr, env, &[])?.literal() {
            Some(Value::Int(number)) => Ok(i64::from(*number)),
            Some(Value::Long(number)) => Ok(*number),
            _ => Err(self.wrong_arguments(given, arg.expr.span, "wants a constant whole number here")),
        }
    }
}

/// The bins in which sessions began, as KQL.
fn began(parts: &[(String, Column)], by: &str, bin: &str, lookback: &str) -> String {
    let keys: String = parts.iter().map(|(name, _)| format!(", {name} asc")).collect();
    let others: String = parts.iter().map(|(name, _)| format!(" or prev({name}) != {name}")).collect();
    format!(
        "T | summarize by id, at{by}
         | sort by id asc{keys}, at asc
         | extend n = row_number(1, iff(prev(id) != id{others}, true, false)), gap = at - prev(at)
         | where n == 1 or gap > {lookback}
         | summarize began = count() by at = bin(at, {bin}){by}"
    )
}

/// A number of ticks, or a number, as KQL.
fn written(ty: Type, number: i64) -> String {
    match ty {
        Type::Datetime => format!("todatetime({number})"),
        Type::Timespan => format!("{number}tick"),
        _ => format!("long({number})"),
    }
}
