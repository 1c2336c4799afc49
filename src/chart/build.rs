//! From rows to a chart: every value to its series and place, what has none counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::iter;

use super::array;
use super::number::count;
use super::points::places;
use super::roles::Roles;
use super::special::{card, lanes, spans, tree};
use super::{Axis, Body, Bounds, Chart, Labels, PANELS_MAX, Place, Plot, SERIES_SHOWN, Series, Split, Stack};
use crate::catalog::charts::{Across, Form, Kind, kind_of};
use crate::facts::Render;
use crate::ticks;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// The chart of some rows. The error says why there is none: one sentence, lower case.
pub fn chart(columns: &[ColumnType], rows: &[Vec<Value>], render: &Render) -> Result<Chart, String> {
    let kind = kind_of(&render.kind).ok_or_else(|| format!("'{}' is not a chart", render.kind))?;
    let mut remarks = Vec::new();
    let body = match kind.form {
        Form::Rows => return Err(format!("'render {}' is shown as the table", kind.name)),
        Form::Share if render.property("kind") == Some("map") => {
            return Err("a piechart on a map is shown as the table".into());
        }
        Form::Card => card(columns, rows, &mut remarks)?,
        Form::Tree => tree(columns, rows, render, &mut remarks)?,
        Form::Span => spans(columns, rows, render, &mut remarks)?,
        Form::Lane => lanes(kind, columns, rows, render, &mut remarks)?,
        Form::Line | Form::Area | Form::Column | Form::Bar | Form::Point | Form::Share => {
            Body::Plot(plot(kind, columns, rows, render, &mut remarks)?)
        }
    };
    if render.property("kind") == Some("map") {
        remarks.push("drawn without a map".into());
    }
    Ok(Chart {
        kind,
        title: render.property("title").unwrap_or_default().to_string(),
        legend: render.property("legend") != Some("hidden"),
        body,
        remarks,
    })
}

/// The kind for a result whose query has no `render`.
pub fn guess(columns: &[ColumnType], rows: &[Vec<Value>]) -> &'static str {
    let works = |kind: &&str| {
        let render = Render { kind: kind.to_string(), properties: Vec::new() };
        kind_of(kind).is_some_and(|kind| Roles::of(kind, columns, rows, &render).is_ok())
    };
    match rows.len() {
        1 => "card",
        _ => ["timechart", "barchart"].iter().find(|kind| works(kind)).copied().unwrap_or("table"),
    }
}

fn plot(
    kind: &Kind,
    columns: &[ColumnType],
    rows: &[Vec<Value>],
    render: &Render,
    remarks: &mut Vec<String>,
) -> Result<Plot, String> {
    let roles = Roles::of(kind, columns, rows, render)?;
    let log_x = render.property("xaxis") == Some("log");
    let continuous = continuous(kind, columns, rows, &roles);
    let apart = kind.form == Form::Point;
    let spans = columns[roles.x].ty == Type::Timespan;
    let mut drawing = Drawing { continuous, log_x, apart, spans, ..Drawing::default() };
    for row in rows {
        drawing.add(columns, &roles, row);
    }
    if render.property("accumulate") == Some("true") {
        drawing.accumulate();
    }
    for (number, what) in
        [(drawing.left_out, "value is not drawn"), (drawing.added, "value is added to another of its place")]
    {
        remarks.extend((number > 0).then(|| said(number, what)));
    }
    let x = drawing.axis();
    let arrays = drawing.arrays(&roles);
    let several = roles.values.len() > 1;
    let split = match render.property("ysplit") {
        Some("panels") => Split::Panels,
        Some("axes") => Split::Axes,
        _ => Split::None,
    };
    if kind.name == "anomalychart" && roles.anomalies.is_empty() {
        remarks.push("nothing is marked, since anomalycolumns names no column".into());
    }
    if drawing.series.len() > SERIES_SHOWN {
        // Those that are seen first are the greatest.
        let size = |found: &Found| found.points.values().flatten().map(|value| value.abs()).sum::<f64>();
        drawing.series.sort_by(|left, right| size(right).total_cmp(&size(left)));
    }
    let each = |(place, values): (Place, Vec<f64>)| values.into_iter().map(move |value| (place, value));
    let mut series: Vec<Series> = drawing
        .series
        .into_iter()
        .enumerate()
        .map(|(at, found)| Series {
            name: found.name,
            of: found.of,
            panel: if several { found.column } else { at },
            voids: found.voids.into_iter().filter(|place| !found.points.contains_key(place)).collect(),
            points: found.points.into_iter().flat_map(each).collect(),
            anomalies: found.anomalies.into_iter().collect(),
        })
        .collect();
    if split == Split::Panels {
        let panels = series.iter().map(|series| series.panel + 1).max().unwrap_or(0);
        series.retain(|series| series.panel < PANELS_MAX);
        let left = panels.saturating_sub(PANELS_MAX) as u64;
        remarks.extend((left > 0).then(|| format!("{} beyond the fifth not drawn", count(left, "panel"))));
    }
    let window = window(&x, render);
    let stops = match x.bins() {
        Some(bins) => (0..bins).map(|bin| x.place(bin as f64)).collect(),
        None => places(&series),
    };
    let text = |name: &str| render.property(name).map(str::to_string);
    let number = |name: &str| render.property(name).and_then(|value| value.parse::<f64>().ok());
    Ok(Plot {
        x_column: roles.x,
        arrays,
        x_name: columns[roles.x].name.clone(),
        x_title: text("xtitle").unwrap_or_default(),
        y_title: text("ytitle").unwrap_or_default(),
        y: Bounds {
            log: render.property("yaxis") == Some("log"),
            min: number("ymin").filter(|value| value.is_finite()),
            max: number("ymax").filter(|value| value.is_finite()),
            spans: of_spans(columns, &roles),
        },
        stack: match render.property("kind") {
            Some("stacked") => Stack::Stacked,
            Some("stacked100") => Stack::Hundred,
            Some("unstacked") => Stack::Apart,
            _ if kind.stacked => Stack::Stacked,
            _ => Stack::Apart,
        },
        split,
        window,
        x,
        stops,
        series,
    })
}

/// Whether the axis has room between its places: times and numbers, where the kind does not take them for labels.
fn continuous(kind: &Kind, columns: &[ColumnType], rows: &[Vec<Value>], roles: &Roles) -> bool {
    match (columns[roles.x].ty, kind.across) {
        (Type::Datetime, _) => matches!(kind.form, Form::Column) || kind.across != Across::First,
        (Type::Dynamic, _) => array::holds(rows, roles.x).is_some() && kind.form != Form::Share,
        (ty, Across::Time | Across::Continuous) => ty.numeric() || ty == Type::Timespan,
        (_, Across::First) => false,
    }
}

/// The place of a value on an axis with room between places; none for what is no number, and on an axis of powers of
/// ten for what is not above zero.
pub fn place_of(x: &Value, log_x: bool) -> Option<Place> {
    match x {
        Value::Datetime(at) => Some(Place::Ticks(*at)),
        value => number(value)
            .filter(|at| at.is_finite() && (!log_x || *at > 0.0))
            // Zero has two signs and one place.
            .map(|at| Place::Number(at + 0.0)),
    }
}

/// What tells the series of a row and a column of values from others: names that read alike when joined are several.
pub fn series_key(roles: &Roles, row: &[Value], column: usize) -> (usize, Vec<String>) {
    (column, roles.names.iter().map(|at| row[*at].text()).collect())
}

/// What the series of a row and a column of values is called.
fn series_name(columns: &[ColumnType], roles: &Roles, row: &[Value], column: usize) -> String {
    let prefix = || roles.names.iter().map(|at| row[*at].text()).collect::<Vec<_>>().join(", ");
    let unit = if of_spans(columns, roles) { "" } else { unit(&columns[column]) };
    match (roles.names.is_empty(), roles.values.len()) {
        (true, _) => format!("{}{unit}", columns[column].name),
        (false, 1) => prefix(),
        (false, _) => format!("{}:{}{unit}", prefix(), columns[column].name),
    }
}

/// Whether all values are timespans.
fn of_spans(columns: &[ColumnType], roles: &Roles) -> bool {
    roles.values.iter().all(|at| columns[*at].ty == Type::Timespan)
}

/// Timespans beside numbers are drawn as seconds.
fn unit(column: &ColumnType) -> &'static str {
    if column.ty == Type::Timespan { " (s)" } else { "" }
}

/// `1 value has ...`, `7 values have ...`, from `value has ...`.
pub fn said(number: usize, what: &str) -> String {
    let (noun, rest) = what.split_once(' ').unwrap_or((what, ""));
    let rest = if number == 1 {
        rest.to_string()
    } else {
        rest.replacen("has ", "have ", 1).replacen("is ", "are ", 1)
    };
    format!("{} {rest}", count(number as u64, noun))
}

/// What `xmin` and `xmax` leave of the axis, in its units.
fn window(x: &Axis, render: &Render) -> Option<(f64, f64)> {
    let unit = |name: &str| {
        let text = render.property(name)?;
        match x {
            Axis::Time { .. } => ticks::parse_datetime(text).map(|at| x.unit(Place::Ticks(at))),
            Axis::Number { .. } => text.parse().ok().map(|at| x.unit(Place::Number(at))),
            Axis::Labels(_) => None,
        }
    };
    let (least, most) = x.whole();
    let (from, to) = (unit("xmin"), unit("xmax"));
    let to = to.map(|to| if x.bins().is_some() { to.floor() + 1.0 } else { to });
    let window = (from.unwrap_or(least).max(least), to.unwrap_or(most).min(most));
    ((from.is_some() || to.is_some()) && window.0 < window.1).then_some(window)
}

#[derive(Default)]
struct Found {
    name: String,
    of: (usize, Vec<String>),
    /// The index of its column among the values'.
    column: usize,
    /// One value a place, unless each row is a point.
    points: BTreeMap<Place, Vec<f64>>,
    voids: BTreeSet<Place>,
    anomalies: BTreeSet<Place>,
}

/// Points as they come.
#[derive(Default)]
struct Drawing {
    continuous: bool,
    log_x: bool,
    /// The axis is one of timespans.
    spans: bool,
    /// Each row is a point: what has one place is not added.
    apart: bool,
    labels: Labels,
    label_places: HashMap<String, usize>,
    series: Vec<Found>,
    series_places: HashMap<(usize, Vec<String>), usize>,
    left_out: usize,
    added: usize,
    /// What the arrays of a column hold.
    elements: BTreeMap<usize, Option<Type>>,
}

impl Drawing {
    fn add(&mut self, columns: &[ColumnType], roles: &Roles, row: &[Value]) {
        let xs = array::elements(&row[roles.x]);
        if let Some(xs) = &xs {
            self.learn(roles.x, xs);
        }
        for (column, at) in roles.values.iter().enumerate() {
            let key = series_key(roles, row, *at);
            let series = self.series_of(key, column, || series_name(columns, roles, row, *at));
            // Anomalies stand beside the values in order; a lone column marks all of them.
            let anomalies = roles
                .anomalies
                .get(column)
                .or(roles.anomalies.first().filter(|_| roles.anomalies.len() == 1));
            match &xs {
                None => {
                    let anomaly = anomalies.is_some_and(|at| marked(&row[*at]));
                    self.point(series, &row[roles.x], &row[*at], anomaly);
                }
                Some(xs) => {
                    let values = array::elements(&row[*at]).unwrap_or_default();
                    let flags = anomalies.and_then(|at| array::elements(&row[*at])).unwrap_or_default();
                    self.learn(*at, &values);
                    if let Some(at) = anomalies {
                        self.learn(*at, &flags);
                    }
                    for (at, x) in xs.iter().enumerate() {
                        let anomaly = flags.get(at).is_some_and(marked);
                        match values.get(at) {
                            // The gap of a series.
                            Some(Value::Null) => {}
                            value => self.point(series, x, value.unwrap_or(&Value::Null), anomaly),
                        }
                    }
                }
            }
        }
    }

    fn learn(&mut self, column: usize, elements: &[Value]) {
        if !elements.is_empty() {
            let known = self.elements.entry(column).or_default();
            *known = elements.iter().fold(*known, array::joined);
        }
    }

    /// The columns of [`Plot::arrays`].
    fn arrays(&self, roles: &Roles) -> Vec<(usize, Type)> {
        let mut columns: Vec<(usize, Type)> = Vec::new();
        for at in iter::once(&roles.x).chain(&roles.values).chain(&roles.anomalies) {
            if let Some(ty) = self.elements.get(at).filter(|_| columns.iter().all(|known| known.0 != *at)) {
                columns.push((*at, ty.unwrap_or(Type::Real)));
            }
        }
        columns
    }

    fn point(&mut self, series: usize, x: &Value, value: &Value, anomaly: bool) {
        let place = match self.continuous {
            false => Some(self.label(x)),
            true => place_of(x, self.log_x),
        };
        let found = &mut self.series[series];
        let (Some(place), Some(value)) = (place, number(value).filter(|value| value.is_finite())) else {
            self.left_out += 1;
            found.voids.extend(place);
            return;
        };
        let values = found.points.entry(place).or_default();
        match values.last_mut().filter(|_| !self.apart) {
            Some(sum) => {
                self.added += 1;
                *sum += value;
            }
            None => values.push(value),
        }
        if anomaly {
            found.anomalies.insert(place);
        }
    }

    fn series_of(
        &mut self,
        key: (usize, Vec<String>),
        column: usize,
        name: impl FnOnce() -> String,
    ) -> usize {
        if let Some(found) = self.series_places.get(&key) {
            return *found;
        }
        self.series_places.insert(key.clone(), self.series.len());
        self.series.push(Found { name: name(), of: key, column, ..Found::default() });
        self.series.len() - 1
    }

    fn label(&mut self, x: &Value) -> Place {
        let name = x.text();
        if let Some(found) = self.label_places.get(&name) {
            return Place::Label(*found);
        }
        let at = self.labels.names.len();
        self.label_places.insert(name.clone(), at);
        self.labels.names.push(name);
        self.labels.values.push(x.clone());
        Place::Label(at)
    }

    /// Each value is the sum of all up to its place.
    fn accumulate(&mut self) {
        for found in &mut self.series {
            let mut sum = 0.0;
            for value in found.points.values_mut().flatten() {
                sum += *value;
                *value = sum;
            }
        }
    }

    fn axis(&mut self) -> Axis {
        if !self.continuous {
            return Axis::Labels(std::mem::take(&mut self.labels));
        }
        let of = |found: &Found| found.points.keys().chain(&found.voids).copied().collect::<Vec<_>>();
        let mut places: Vec<_> = self.series.iter().flat_map(of).collect();
        places.sort_unstable();
        places.dedup();
        match (places.first(), places.last()) {
            (Some(Place::Number(from)), Some(Place::Number(to))) => {
                Axis::Number { from: *from, to: *to, log: self.log_x, spans: self.spans }
            }
            _ => Axis::of_ticks(&ticks_of(&places)),
        }
    }
}

fn ticks_of(places: &[Place]) -> Vec<i64> {
    let ticks = |place: &Place| match place {
        Place::Ticks(at) => Some(*at),
        Place::Number(_) | Place::Label(_) => None,
    };
    places.iter().filter_map(ticks).collect()
}

/// Whether a cell of an anomaly column marks its point.
fn marked(value: &Value) -> bool {
    number(value).is_some_and(|value| value != 0.0)
}

/// Timespans are seconds.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(value) => Some(f64::from(*value)),
        Value::Long(value) | Value::Datetime(value) => Some(*value as f64),
        Value::Timespan(value) => Some(*value as f64 / ticks::SECOND as f64),
        Value::Real(value) => Some(*value),
        Value::Decimal(text) | Value::Dynamic(text) => text.parse().ok(),
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Null | Value::Guid(_) | Value::String(_) => None,
    }
}
