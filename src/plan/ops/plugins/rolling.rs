//! rolling_percentile: for each bin a percentile of the values in it and in the bins before it, so many in all
//! ("rolling_percentile plugin" in the Kusto reference; recorded). The first windows have fewer bins.

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

/// Bins of one window: `range()`, which makes them, gives no more.
const BINS_MAX: i64 = 1 << 20;

impl Binder<'_> {
    pub fn rolling_percentile(
        &mut self,
        given: &Given<'_>,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let [value, percent, index, size, bins, dimensions @ ..] = given.args else {
            return Err(self.wrong_arguments(given, given.name.span, "wants at least five arguments"));
        };
        let value = self.column_argument(value, given, &input.cols, env)?;
        let percent = self.percent(percent, given, env)?;
        let index = self.column_argument(index, given, &input.cols, env)?;
        let size = self.bin_size(size, &index, given, env)?;
        let place = bins.expr.span;
        let bins = self.whole(bins, given, env)?;
        if bins > BINS_MAX {
            let message = format!("a window of {bins} bins");
            self.error(code::LIMIT, place, message, format!("At most {BINS_MAX} fit."));
            return Err(Stop);
        }
        let parts = self.parts(dimensions, given, &input, env)?;
        let rolled = format!("rolling_{bins}_percentile_{}_{percent}", value.name);
        let names = headed(&index, &parts, &rolled);
        let by = listed(&parts);
        let ty = index.ty.name();
        let columns: Vec<(String, Column)> =
            [("value".to_owned(), value), ("place".to_owned(), index)].into_iter().chain(parts).collect();
        let told = self.told(input, &columns, span);
        let holes = self.said(&holes(&size, &by), &told, given)?;
        if self.any_row_in(holes, given.name.span)? == Some(true) {
            let help =
                "Give each bin of each slice a row, as make-series does, and leave out rows without a place.";
            self.refuse(given.name.span, "rolling_percentile over bins without rows", help);
            return Err(Stop);
        }
        // With the least of the two ends nothing can overflow: between the bins there are no holes.
        let query = format!(
            "T | extend low = bin(place, {size}), high = toscalar(T | summarize max(bin(place, {size})))
             | mv-expand place = range(low, iff((high - low) / {size} < {bins}, high, low + {size} * {}), {size})
                 to typeof({ty})
             | summarize rolled = percentile(value, {percent}) by place{by}",
            bins - 1
        );
        Ok(named(self.said(&query, &told, given)?, names.into_iter()))
    }
}

/// Whether a window has a row where its own bin has none, and what stands without a place, is not recorded.
fn holes(size: &str, by: &str) -> String {
    let slices = by.strip_prefix(", ").map_or_else(String::new, |slices| format!("by {slices}"));
    format!(
        "T | summarize by place = bin(place, {size}){by}
         | summarize bins = count(), nowhere = countif(isnull(place)) {slices}
         | where nowhere > 0
             or bins > 0 and bins != toscalar(T | summarize max(bin(place, {size})) - min(bin(place, {size}))) / {size} + 1"
    )
}

impl Binder<'_> {
    /// A whole percent: how Kusto names the column of any other is not recorded.
    fn percent(&mut self, arg: &Arg, given: &Given<'_>, env: &Env) -> Checked<i64> {
        let bound = self.scalar(&arg.expr, env, &[])?;
        let percent = match bound.literal() {
            Some(Value::Int(percent)) => i64::from(*percent),
            Some(Value::Long(percent)) => *percent,
            Some(Value::Real(percent)) if percent.fract() == 0.0 => *percent as i64,
            Some(Value::Real(_)) => {
                self.refuse(
                    arg.expr.span,
                    "rolling_percentile of a fraction of a percent",
                    "Write a whole number.",
                );
                return Err(Stop);
            }
            _ => -1,
        };
        match percent {
            0..=100 => Ok(percent),
            _ => Err(self.wrong_arguments(given, arg.expr.span, "wants a constant from 0 to 100 here")),
        }
    }

    /// The size of a bin of this column, as KQL.
    fn bin_size(&mut self, arg: &Arg, index: &Column, given: &Given<'_>, env: &Env) -> Checked<String> {
        let bound = self.scalar(&arg.expr, env, &[])?;
        match (bound.literal(), index.ty) {
            (Some(Value::Timespan(ticks @ 1..)), Type::Datetime) => Ok(format!("{ticks}tick")),
            (Some(Value::Int(size @ 1..)), Type::Int | Type::Long) => Ok(size.to_string()),
            (Some(Value::Long(size @ 1..)), Type::Int | Type::Long) => Ok(size.to_string()),
            _ if matches!(index.ty, Type::Datetime | Type::Int | Type::Long) => Err(self.wrong_arguments(
                given,
                arg.expr.span,
                "wants the constant size of a bin here, above 0",
            )),
            _ => {
                let what = format!("'{}' over {}", given.name.text, index.ty.one());
                self.refuse(arg.expr.span, &what, "Use a column of datetimes or of whole numbers.");
                Err(Stop)
            }
        }
    }
}
