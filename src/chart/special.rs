//! The charts that have no series of values: a card, shares within shares, spans and moments in lanes.

use std::collections::HashMap;

use super::build::{number, place_of, said};
use super::number::count;
use super::roles::{Roles, asked};
use super::{Axis, Body, Branch, Fact, Lane, Lanes, Place, Tree};
use crate::catalog::charts::Kind;
use crate::facts::Render;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Lanes that are drawn; the rest is counted.
const LANES_MAX: usize = 1_000;

pub fn card(columns: &[ColumnType], rows: &[Vec<Value>], remarks: &mut Vec<String>) -> Result<Body, String> {
    let row = rows.first().ok_or("a card needs a row")?;
    remarks.extend((rows.len() > 1).then(|| format!("the first of {}", count(rows.len() as u64, "row"))));
    let shown = |value: &Value| match value {
        Value::Int(_) | Value::Long(_) => whole(&value.text()),
        Value::Null => "null".to_string(),
        other => other.text(),
    };
    let fact = |(column, value): (&ColumnType, &Value)| {
        let at = if let Value::Datetime(at) = value { Some(*at) } else { None };
        Fact { name: column.name.clone(), value: shown(value), at }
    };
    Ok(Body::Card(columns.iter().zip(row).map(fact).collect()))
}

/// Digits in groups of three; every one of them is kept.
fn whole(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    digits
        .parse()
        .map_or_else(|_| digits.to_string(), |number| format!("{sign}{}", crate::display::thousands(number)))
}

/// Every text column is a level, the first numeric column the size.
pub fn tree(
    columns: &[ColumnType],
    rows: &[Vec<Value>],
    render: &Render,
    remarks: &mut Vec<String>,
) -> Result<Body, String> {
    let size = match asked(columns, render, "ycolumns")?.and_then(|list| list.first().copied()) {
        Some(found) => found,
        None => columns
            .iter()
            .position(|column| column.ty.numeric())
            .ok_or("a treemap needs a column of numbers")?,
    };
    let named = asked(columns, render, "series")?;
    let levels = named.unwrap_or_else(|| {
        let text = |at: &usize| *at != size && !columns[*at].ty.numeric() && columns[*at].ty != Type::Dynamic;
        (0..columns.len()).filter(text).collect()
    });
    if levels.is_empty() {
        return Err("a treemap needs a column of names beside its numbers".into());
    }
    let mut grown = Growing::default();
    let mut left_out = 0;
    for row in rows {
        match size_of(&row[size]) {
            Some(value) => grown.add(levels.iter().map(|at| &row[*at]), value),
            None => left_out += 1,
        }
    }
    remarks.extend((left_out > 0).then(|| said(left_out, "row has no size above zero")));
    Ok(Body::Tree(Tree { levels, size, branches: grown.branches() }))
}

/// The size of a row of a treemap, if it has one.
pub fn size_of(value: &Value) -> Option<f64> {
    number(value).filter(|size| size.is_finite() && *size > 0.0)
}

#[derive(Default)]
struct Growing {
    value: f64,
    parts: HashMap<String, (Value, Growing)>,
}

impl Growing {
    fn add<'a>(&mut self, path: impl Iterator<Item = &'a Value>, value: f64) {
        let mut here = self;
        here.value += value;
        for of in path {
            here = &mut here.parts.entry(of.text()).or_insert_with(|| (of.clone(), Growing::default())).1;
            here.value += value;
        }
    }

    /// The largest first.
    fn branches(self) -> Vec<Branch> {
        let mut branches: Vec<_> = self
            .parts
            .into_iter()
            .map(|(name, (of, grown))| Branch { name, of, value: grown.value, parts: grown.branches() })
            .collect();
        branches.sort_by(|left, right| right.value.total_cmp(&left.value).then(left.name.cmp(&right.name)));
        branches
    }
}

/// The last two columns are the ends of a span, the others name it ("ladderchart").
pub fn spans(
    columns: &[ColumnType],
    rows: &[Vec<Value>],
    render: &Render,
    remarks: &mut Vec<String>,
) -> Result<Body, String> {
    let continuous = |at: usize| columns[at].ty == Type::Datetime || columns[at].ty.numeric();
    let [from, to] = match columns.len() {
        0 | 1 => return Err("a ladderchart needs two columns for its axis".into()),
        length => [length - 2, length - 1],
    };
    if !continuous(from) || !continuous(to) || columns[from].ty.numeric() != columns[to].ty.numeric() {
        return Err("a ladderchart needs times or numbers in its last two columns".into());
    }
    let named = asked(columns, render, "series")?.unwrap_or_else(|| (0..from).collect());
    gathered(columns, rows, named, (from, Some(to)), remarks)
}

/// When the rows of each series were; with a second datetime column, until when.
pub fn lanes(
    kind: &Kind,
    columns: &[ColumnType],
    rows: &[Vec<Value>],
    render: &Render,
    remarks: &mut Vec<String>,
) -> Result<Body, String> {
    let roles = Roles::of(kind, columns, rows, render)?;
    if columns[roles.x].ty != Type::Datetime {
        return Err(format!("a {} needs a datetime column", kind.name));
    }
    let to = (roles.x + 1..columns.len()).find(|at| columns[*at].ty == Type::Datetime);
    let named = match asked(columns, render, "series")? {
        Some(named) => named,
        None => roles.names.into_iter().take(1).collect(),
    };
    gathered(columns, rows, named, (roles.x, to), remarks)
}

fn gathered(
    columns: &[ColumnType],
    rows: &[Vec<Value>],
    names: Vec<usize>,
    (from, to): (usize, Option<usize>),
    remarks: &mut Vec<String>,
) -> Result<Body, String> {
    let place = |value: &Value| place_of(value, false);
    let (mut lanes, mut found): (Vec<Lane>, HashMap<Vec<String>, usize>) = Default::default();
    let (mut left_out, mut backwards) = (0, 0);
    for row in rows {
        let Some(start) = place(&row[from]) else {
            left_out += 1;
            continue;
        };
        let end = to.and_then(|to| place(&row[to])).unwrap_or(start);
        backwards += usize::from(end < start);
        let end = end.max(start);
        let texts: Vec<String> = names.iter().map(|at| row[*at].text()).collect();
        let name = texts.join(", ");
        let at = *found.entry(texts).or_insert_with(|| {
            lanes.push(Lane {
                name,
                of: names.iter().map(|at| row[*at].clone()).collect(),
                spans: Vec::new(),
            });
            lanes.len() - 1
        });
        lanes[at].spans.push((start, end));
    }
    remarks.extend((left_out > 0).then(|| said(left_out, "row has no place")));
    remarks.extend(
        (backwards > 0).then(|| said(backwards, "row is drawn as a moment: the end lies before the start")),
    );
    let beyond = lanes.len().saturating_sub(LANES_MAX) as u64;
    remarks.extend(
        (beyond > 0).then(|| format!("{} beyond the first {LANES_MAX} not drawn", count(beyond, "line"))),
    );
    lanes.truncate(LANES_MAX);
    let mut places: Vec<_> = Vec::new();
    for lane in &mut lanes {
        lane.spans.sort_unstable();
        places.extend(lane.spans.iter().flat_map(|span| [span.0, span.1]));
    }
    places.sort_unstable();
    let x = match (places.first(), places.last()) {
        (Some(Place::Ticks(from)), Some(Place::Ticks(to))) => Axis::Time { from: *from, to: *to, step: None },
        (Some(Place::Number(from)), Some(Place::Number(to))) => {
            Axis::Number { from: *from, to: *to, log: false, spans: false }
        }
        _ => return Err(format!("no row has a value in '{}'", columns[from].name)),
    };
    Ok(Body::Lanes(Lanes { x, x_column: from, names, lanes }))
}
