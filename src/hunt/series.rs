//! A result and its `render` to the points of a chart. Finds the width of a bin, so that a bin without a
//! row is a gap and never a zero. Knows no screen.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::compile::Render;
use crate::ticks;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Lines that one chart can tell apart.
pub const SERIES_MAX: usize = 9;
/// Bins that a chart may have; beyond it the points are not on a grid.
const BINS_MAX: i64 = 100_000;

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub title: String,
    /// The kind as KQL spells it.
    pub kind: String,
    pub x_title: String,
    pub y_title: String,
    pub x: Axis,
    pub series: Vec<Series>,
    /// Series beyond [`SERIES_MAX`], which are not drawn.
    pub series_left_out: usize,
    /// Rows without a place on the axis: null or not finite.
    pub rows_left_out: usize,
    /// Values that were added to another one of the same place and series.
    pub values_added: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// From the first to the last point, in ticks; `step` is the width of a bin where there is one.
    Time { from: i64, to: i64, step: Option<i64> },
    /// As time, of numbers.
    Number { from: f64, to: f64 },
    /// One place for each label, in the order of the rows.
    Labels(Vec<String>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: String,
    /// Place and value, by place. One value for a place.
    pub points: Vec<(Place, f64)>,
}

/// Where on the axis. Ticks are whole, since a real cannot hold them to the tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    Ticks(i64),
    Number(f64),
    /// The index of a label.
    Label(usize),
}

impl Chart {
    /// The bins of the axis: first to last place inclusive. `None` when the points are on no grid.
    pub fn bins(&self) -> Option<usize> {
        match &self.x {
            Axis::Time { from, to, step: Some(step) } => Some(((to - from) / step + 1) as usize),
            Axis::Time { step: None, .. } | Axis::Number { .. } => None,
            Axis::Labels(labels) => Some(labels.len()),
        }
    }

    /// The bin of a place.
    pub fn bin_of(&self, place: Place) -> Option<usize> {
        match (&self.x, place) {
            (Axis::Time { from, step: Some(step), .. }, Place::Ticks(at)) => {
                Some(((at - from) / step) as usize)
            }
            (_, Place::Label(at)) => Some(at),
            (_, Place::Ticks(_) | Place::Number(_)) => None,
        }
    }

    /// From 0 at the left end of the axis to 1 at the right one.
    pub fn position(&self, place: Place) -> f64 {
        let part = |at: f64, whole: f64| if whole > 0.0 { at / whole } else { 0.0 };
        match (&self.x, place) {
            (Axis::Time { from, to, .. }, Place::Ticks(at)) => part((at - from) as f64, (to - from) as f64),
            (Axis::Number { from, to }, Place::Number(at)) => part(at - from, to - from),
            (Axis::Labels(labels), Place::Label(at)) => part(at as f64, labels.len() as f64),
            (_, Place::Ticks(_) | Place::Number(_) | Place::Label(_)) => 0.0,
        }
    }

    /// The values of each series bin by bin; `None` is a gap.
    pub fn binned(&self) -> Option<Vec<Vec<Option<f64>>>> {
        let bins = self.bins()?;
        let fill = |series: &Series| {
            let mut values = vec![None; bins];
            for (place, value) in &series.points {
                if let Some(slot) = self.bin_of(*place).and_then(|bin| values.get_mut(bin)) {
                    *slot = Some(*value);
                }
            }
            values
        };
        Some(self.series.iter().map(fill).collect())
    }

    /// The least and the greatest value, with zero among them, as columns stand on it.
    pub fn range(&self) -> (f64, f64) {
        let values = self.series.iter().flat_map(|series| series.points.iter().map(|point| point.1));
        values.fold((0.0, 0.0), |(least, most): (f64, f64), value| (least.min(value), most.max(value)))
    }
}

/// The kinds that are drawn over time or numbers; the others have labels on their axis.
const CONTINUOUS: [&str; 5] = ["timechart", "linechart", "areachart", "scatterchart", "anomalychart"];
/// All that are drawn. `table`, `card` and what is not known leave the result to the grid.
const DRAWN: [&str; 9] = [
    "timechart",
    "linechart",
    "areachart",
    "stackedareachart",
    "scatterchart",
    "anomalychart",
    "barchart",
    "columnchart",
    "piechart",
];

/// Whether [`chart`] draws this kind.
pub fn drawn(kind: &str) -> bool {
    DRAWN.contains(&kind)
}

/// The chart of some rows. The error says why there is none: one sentence, lower case.
///
/// As the page "render operator" has it: the first datetime column is the axis of a timechart, the
/// first column that of the others; text columns name the series; the rest are numbers to draw.
pub fn chart(columns: &[ColumnType], rows: &[Vec<Value>], render: &Render) -> Result<Chart, String> {
    if !drawn(&render.kind) {
        return Err(format!("'render {}' is shown as the table", render.kind));
    }
    let roles = Roles::of(columns, render)?;
    let continuous = CONTINUOUS.contains(&render.kind.as_str())
        && (columns[roles.x].ty == Type::Datetime || columns[roles.x].ty.numeric());
    let mut drawing = Drawing { labels: Vec::new(), series: Vec::new(), left_out: 0, added: 0 };
    for row in rows {
        drawing.add(columns, &roles, row, continuous);
    }
    let Drawing { labels, series, left_out, added } = drawing;
    let x = match columns[roles.x].ty {
        _ if !continuous => Axis::Labels(labels),
        Type::Datetime => time_axis(&series),
        _ => number_axis(&series),
    };
    let series_left_out = series.len().saturating_sub(SERIES_MAX);
    let property = |name: &str| render.property(name).map(str::to_string);
    Ok(Chart {
        title: property("title").unwrap_or_default(),
        kind: render.kind.clone(),
        x_title: property("xtitle").unwrap_or_else(|| columns[roles.x].name.clone()),
        y_title: property("ytitle").unwrap_or_default(),
        x,
        series: series
            .into_iter()
            .take(SERIES_MAX)
            .map(|(name, points)| Series { name, points: points.into_iter().collect() })
            .collect(),
        series_left_out,
        rows_left_out: left_out,
        values_added: added,
    })
}

/// Which column is what.
struct Roles {
    x: usize,
    names: Vec<usize>,
    values: Vec<usize>,
}

impl Roles {
    fn of(columns: &[ColumnType], render: &Render) -> Result<Roles, String> {
        let find = |name: &str| {
            let found = columns.iter().position(|column| column.name == name);
            found.ok_or_else(|| format!("the result has no column '{name}' to draw"))
        };
        let list = |property: &str| -> Option<Result<Vec<usize>, String>> {
            let names = render.property(property)?;
            Some(names.split(',').map(|name| find(name.trim())).collect())
        };
        let x = match render.property("xcolumn") {
            Some(name) => find(name)?,
            None if render.kind == "timechart" || render.kind == "anomalychart" => columns
                .iter()
                .position(|column| column.ty == Type::Datetime)
                .ok_or(format!("a {} needs a datetime column", render.kind))?,
            None => 0,
        };
        let others = || (0..columns.len()).filter(move |at| *at != x);
        let values = match list("ycolumns") {
            Some(found) => found?,
            None => others().filter(|at| columns[*at].ty.numeric()).collect::<Vec<_>>(),
        };
        let names = match list("series") {
            Some(found) => found?,
            None => others().filter(|at| matches!(columns[*at].ty, Type::String | Type::Guid)).collect(),
        };
        if columns.is_empty() || values.is_empty() {
            return Err("the chart needs a column of numbers".into());
        }
        Ok(Roles { x, names, values })
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Places of one axis are of one kind.
impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Place::Ticks(left), Place::Ticks(right)) => left.cmp(right),
            (Place::Label(left), Place::Label(right)) => left.cmp(right),
            (Place::Number(left), Place::Number(right)) => left.total_cmp(right),
            (Place::Ticks(_) | Place::Label(_) | Place::Number(_), _) => Ordering::Equal,
        }
    }
}

struct Drawing {
    labels: Vec<String>,
    series: Vec<(String, BTreeMap<Place, f64>)>,
    left_out: usize,
    added: usize,
}

impl Drawing {
    fn add(&mut self, columns: &[ColumnType], roles: &Roles, row: &[Value], continuous: bool) {
        let place = match &row[roles.x] {
            value if !continuous => Some(self.label(value.text())),
            Value::Datetime(at) => Some(Place::Ticks(*at)),
            value => number(value).filter(|at| at.is_finite()).map(Place::Number),
        };
        let prefix: Vec<_> = roles.names.iter().map(|at| row[*at].text()).collect();
        let prefix = prefix.join(", ");
        for at in &roles.values {
            let name = match (prefix.is_empty(), roles.values.len()) {
                (true, _) => columns[*at].name.clone(),
                (false, 1) => prefix.clone(),
                (false, _) => format!("{prefix}:{}", columns[*at].name),
            };
            let points = match self.series.iter().position(|series| series.0 == name) {
                Some(found) => found,
                None => {
                    self.series.push((name, BTreeMap::new()));
                    self.series.len() - 1
                }
            };
            match (place, number(&row[*at]).filter(|value| value.is_finite())) {
                (Some(place), Some(value)) => {
                    let points = &mut self.series[points].1;
                    self.added += usize::from(points.contains_key(&place));
                    *points.entry(place).or_default() += value;
                }
                _ => self.left_out += 1,
            }
        }
    }

    fn label(&mut self, label: String) -> Place {
        let found = self.labels.iter().position(|known| *known == label).unwrap_or_else(|| {
            self.labels.push(label);
            self.labels.len() - 1
        });
        Place::Label(found)
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(value) => Some(f64::from(*value)),
        Value::Long(value) | Value::Datetime(value) | Value::Timespan(value) => Some(*value as f64),
        Value::Real(value) => Some(*value),
        Value::Decimal(text) => text.parse().ok(),
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Null | Value::Guid(_) | Value::String(_) | Value::Dynamic(_) => None,
    }
}

fn places(series: &[(String, BTreeMap<Place, f64>)]) -> Vec<Place> {
    let mut places: Vec<_> = series.iter().flat_map(|(_, points)| points.keys().copied()).collect();
    places.sort_unstable();
    places.dedup();
    places
}

fn number_axis(series: &[(String, BTreeMap<Place, f64>)]) -> Axis {
    let places = places(series);
    match (places.first(), places.last()) {
        (Some(Place::Number(from)), Some(Place::Number(to))) => Axis::Number { from: *from, to: *to },
        _ => Axis::Number { from: 0.0, to: 0.0 },
    }
}

fn time_axis(series: &[(String, BTreeMap<Place, f64>)]) -> Axis {
    let ticks = |place| match place {
        Place::Ticks(at) => Some(at),
        Place::Number(_) | Place::Label(_) => None,
    };
    let places: Vec<i64> = places(series).into_iter().filter_map(ticks).collect();
    let (Some(from), Some(to)) = (places.first().copied(), places.last().copied()) else {
        return Axis::Time { from: 0, to: 0, step: None };
    };
    Axis::Time { from, to, step: step(&places).filter(|step| (to - from) / step < BINS_MAX) }
}

/// The width of a bin: what divides every distance. Two to six days are taken for a day that is empty
/// now and then, since hunters bin by a day or a week.
fn step(places: &[i64]) -> Option<i64> {
    let shared = places.windows(2).fold(0, |shared, pair| divisor(shared, pair[1] - pair[0]));
    match shared {
        0 => None,
        _ if shared % ticks::DAY == 0 && shared < 7 * ticks::DAY => Some(ticks::DAY),
        _ if shared < ticks::SECOND => None,
        _ => Some(shared),
    }
}

fn divisor(left: i64, right: i64) -> i64 {
    if right == 0 { left } else { divisor(right, left % right) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> Value {
        Value::Datetime(ticks::UNIX_EPOCH + number * ticks::DAY)
    }

    fn timechart(properties: &[(&str, &str)]) -> Render {
        let properties = properties.iter().map(|(key, value)| (key.to_string(), value.to_string()));
        Render { kind: "timechart".into(), properties: properties.collect() }
    }

    #[test]
    fn a_day_without_rows_is_a_gap_and_a_zero_is_a_zero() {
        let columns = [ColumnType::new("Timestamp", Type::Datetime), ColumnType::new("n", Type::Long)];
        let rows: Vec<_> = [(5, 2), (1, 7), (3, 0)]
            .map(|(at, count)| vec![day(at), Value::Long(count)])
            .into_iter()
            .chain([vec![Value::Null, Value::Long(1)]])
            .collect();
        let chart = chart(&columns, &rows, &timechart(&[("title", "T")])).unwrap();
        assert_eq!(chart.binned().unwrap(), [[Some(7.0), None, Some(0.0), None, Some(2.0)]]);
        assert_eq!((chart.title.as_str(), chart.rows_left_out), ("T", 1));
        assert_eq!(chart.range(), (0.0, 7.0));
    }

    #[test]
    fn text_columns_name_the_series() {
        let columns = [
            ColumnType::new("User", Type::String),
            ColumnType::new("t", Type::Datetime),
            ColumnType::new("n", Type::Long),
        ];
        let row = |user: &str, at, count| vec![Value::String(user.into()), day(at), Value::Long(count)];
        let rows = [row("amy", 1, 1), row("bo", 1, 2), row("amy", 2, 3)];
        let chart = chart(&columns, &rows, &timechart(&[])).unwrap();
        let names: Vec<_> = chart.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["amy", "bo"]);
        assert_eq!(chart.binned().unwrap(), [[Some(1.0), Some(3.0)], [Some(2.0), None]]);
    }

    #[test]
    fn hours_weeks_and_single_points() {
        let at = |hours: &[i64]| hours.iter().map(|hour| hour * ticks::HOUR).collect::<Vec<_>>();
        assert_eq!(step(&at(&[0, 2, 6])), Some(2 * ticks::HOUR));
        assert_eq!(step(&at(&[0, 24 * 7, 24 * 21])), Some(7 * ticks::DAY));
        assert_eq!(step(&at(&[5])), None);
        assert_eq!(step(&[1, 4, 9_000]), None);
    }

    #[test]
    fn what_cannot_be_drawn_says_why() {
        let columns = [ColumnType::new("User", Type::String)];
        assert_eq!(chart(&columns, &[], &timechart(&[])).unwrap_err(), "a timechart needs a datetime column");
        let table = Render { kind: "table".into(), properties: Vec::new() };
        assert!(chart(&columns, &[], &table).is_err());
    }
}
