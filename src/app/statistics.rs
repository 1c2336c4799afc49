//! The statistics of a column: what is asked of the engine, and how the answer is told.

use super::msg::{Effect, Topic};
use super::popup::{Popup, Text};
use super::surveys::{self, count_of, grouped};
use super::{App, NoteKind, text};
use crate::compile::{literal, reference};
use crate::types::{ColumnType, Type};
use crate::value::{self, Value};

/// Bars of the histogram, and cells of the longest.
const BINS: i64 = 10;
const BAR: u64 = 30;
/// Columns of the labels.
const LABEL: usize = 16;

/// What is said of a column: the label and the aggregate.
type Row = (&'static str, String);

fn spread(ty: Type) -> bool {
    ty.numeric() || matches!(ty, Type::Datetime | Type::Timespan)
}

/// The aggregates of a column, by its type.
fn aggregates(column: &ColumnType) -> Vec<Row> {
    let name = reference(&column.name);
    // One NaN or infinity would make one of all.
    let counted = if column.ty == Type::Real {
        format!("iff(isfinite({name}), {name}, real(null))")
    } else {
        name.clone()
    };
    let one = |label: &'static str, call: &str| (label, call.replace('_', &name));
    let of_counted = |label: &'static str, call: &str| (label, call.replace('_', &counted));
    let mut rows = vec![one("rows", "count()")];
    match column.ty {
        Type::String => rows.push(one("empty", "countif(isempty(_))")),
        _ => rows.push(one("null", "countif(isnull(_))")),
    }
    if column.ty == Type::Real {
        rows.push(one("NaN, infinite", "countif(isnan(_) or isinf(_))"));
    }
    rows.push(match column.ty {
        // As a text null is the empty text, which would count.
        Type::Dynamic => ("distinct", format!("count_distinctif({}, isnotnull({name}))", grouped(column))),
        _ => ("distinct", format!("count_distinct({})", grouped(column))),
    });
    if spread(column.ty) {
        rows.extend([of_counted("least", "min(_)"), of_counted("greatest", "max(_)")]);
    }
    if column.ty.numeric() {
        rows.extend([of_counted("average", "avg(_)"), of_counted("sum", "sum(_)")]);
        // That of decimals is told of the reals nearest to them.
        let deviation = if column.ty == Type::Decimal { "stdev(todouble(_))" } else { "stdev(_)" };
        rows.push(of_counted("deviation", deviation));
    }
    if matches!(column.ty, Type::Int | Type::Long | Type::Real) {
        for (label, percent) in [("5 %", 5), ("25 %", 25), ("median", 50), ("75 %", 75), ("95 %", 95)] {
            rows.push((label, format!("percentile({counted}, {percent})")));
        }
    }
    if column.ty == Type::String {
        rows.extend([
            one("shortest", "minif(strlen(_), isnotempty(_))"),
            one("longest", "max(strlen(_))"),
            one("average length", "avgif(strlen(_), isnotempty(_))"),
        ]);
    }
    if column.ty == Type::Bool {
        rows.extend([one("true", "countif(_ == true)"), one("false", "countif(_ == false)")]);
    }
    rows
}

pub fn pipes(column: &ColumnType) -> Vec<String> {
    let calls: Vec<String> = aggregates(column).into_iter().map(|(_, call)| call).collect();
    vec![format!("| summarize {}", calls.join(", "))]
}

/// Tells what came, and asks for the histogram where there is one.
pub fn came(app: &mut App, column: usize, tables: &[value::Grid]) -> Vec<Effect> {
    let ascii = app.ascii;
    let Some(of) = app.grid.as_ref().and_then(|grid| grid.compiled.columns.get(column)).cloned() else {
        return Vec::new();
    };
    let Some(row) = tables.first().and_then(|table| table.rows.first()) else { return Vec::new() };
    let labels = aggregates(&of);
    let said = |(label, value): (&Row, &Value)| {
        let shown = match value {
            Value::Null => "(none)".into(),
            Value::Long(count) if *count >= 0 => text::thousands(count.unsigned_abs()),
            value => text::cell_in(value, &app.zone, ascii),
        };
        format!("{:<LABEL$}{shown}", label.0)
    };
    let lines: Vec<String> = labels.iter().zip(row).map(said).collect();
    app.popup = Some(Popup::Text(Text::new(title(&of, ascii), lines)));
    app.say(NoteKind::Plain, "");
    let end = |label: &str| labels.iter().position(|row| row.0 == label).and_then(|at| row.get(at));
    match (end("least"), end("greatest")) {
        (Some(least), Some(greatest)) if least != greatest => {
            let Some(pipe) = bins(&of, least, greatest) else { return Vec::new() };
            let effects = surveys::ask(app, Topic::Histogram { column }, |_| vec![pipe]);
            app.say(NoteKind::Plain, "");
            effects
        }
        _ => Vec::new(),
    }
}

fn title(column: &ColumnType, ascii: bool) -> String {
    format!("{} ({})", text::shown(&column.name, ascii), column.ty.name())
}

/// The number of rows in each of [`BINS`] equal parts between two values; the last has its end too.
fn bins(column: &ColumnType, least: &Value, greatest: &Value) -> Option<String> {
    let name = reference(&column.name);
    let (from, width) = match (least, greatest) {
        (Value::Datetime(least), Value::Datetime(greatest))
        | (Value::Timespan(least), Value::Timespan(greatest)) => {
            let width = Value::Timespan((greatest.checked_sub(*least)? / BINS).max(1));
            let from = Value::from_long(column.ty, *least);
            (literal(&from, column.ty), literal(&width, Type::Timespan))
        }
        _ => {
            let (least, greatest) = (number(least)?, number(greatest)?);
            let width = (greatest - least) / BINS as f64;
            if !width.is_finite() || width <= 0.0 {
                return None;
            }
            (real(least), real(width))
        }
    };
    let value = if column.ty.numeric() { format!("todouble({name})") } else { name.clone() };
    let least_bin = format!("min_of(tolong(({value} - ({from})) / {width}), {})", BINS - 1);
    let kept =
        if column.ty == Type::Real { format!("isfinite({name})") } else { format!("isnotnull({name})") };
    Some(format!("| where {kept} | summarize Rows = count() by Bin = {least_bin} | project Bin, Rows"))
}

fn real(number: f64) -> String {
    literal(&Value::Real(number), Type::Real)
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(f64::from(*number)),
        Value::Long(number) => Some(*number as f64),
        Value::Real(number) if number.is_finite() => Some(*number),
        Value::Decimal(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// Adds the bars to what is told, unless that was closed.
pub fn histogram_came(app: &mut App, column: usize, tables: &[value::Grid]) -> Vec<Effect> {
    let ascii = app.ascii;
    let Some(of) = app.grid.as_ref().and_then(|grid| grid.compiled.columns.get(column)) else {
        return Vec::new();
    };
    let title = title(of, ascii);
    let Some(Popup::Text(told)) = &mut app.popup else { return Vec::new() };
    let Some(table) = tables.first().filter(|_| told.title == title) else { return Vec::new() };
    let mut counts = [0; BINS as usize];
    for row in &table.rows {
        if let (Some(Value::Long(bin)), rows) = (row.first(), count_of(row.get(1)))
            && let Some(count) = usize::try_from(*bin).ok().and_then(|bin| counts.get_mut(bin))
        {
            *count += rows;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let digits = text::thousands(most).len();
    told.lines.push(String::new());
    told.lines.push("from the least to the greatest, in tenths of the way:".into());
    for (at, count) in counts.iter().enumerate() {
        let bar = if ascii { "#" } else { "█" }.repeat((count * BAR).div_ceil(most) as usize);
        let label = format!("{} to {} %", at * 10, at * 10 + 10);
        told.lines.push(format!("{label:<LABEL$}{:>digits$}  {bar}", text::thousands(*count)));
    }
    app.say(NoteKind::Plain, "")
}
