//! Charts: from a result and its `render` to series, scales, and cells or SVG. Pure: the workbench, a pipe and
//! a file get the same drawing. Knows values and column types; no query, no engine, no screen.

mod array;
mod bars;
mod build;
mod canvas;
mod columns;
mod draw;
mod legend;
mod lines;
mod list;
mod number;
mod picked;
mod plot;
mod points;
mod roles;
mod scale;
mod source;
mod special;
mod svg;
mod text;
mod time;
mod view;

pub use build::{chart, guess};
pub use canvas::{Canvas, Ink};
pub use draw::{Style, draw};
pub use legend::{notes, read, summary};
pub use picked::Picked;
pub use source::{Source, source};
pub use svg::svg;
pub use text::text;
pub use view::{Turn, View};

use crate::catalog::charts::{Form, Kind};
use crate::types::Type;
use crate::value::Value;
use crate::zone::Zone;

/// Rows of a result that a chart is made of; beyond it the chart says so.
pub const ROWS_MAX: u64 = 50_000;
/// Series that are drawn unless the reader switches more on.
pub const SERIES_SHOWN: usize = 9;
/// Panels below each other ("render operator", ysplit).
const PANELS_MAX: usize = 5;
/// Bins that an axis may have; beyond it the points are on no grid.
const BINS_MAX: i64 = 100_000;

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub kind: &'static Kind,
    pub title: String,
    /// Whether the reader is told which series is which.
    pub legend: bool,
    pub body: Body,
    /// What the drawing leaves out or does to the rows, one sentence each without a full stop.
    pub remarks: Vec<String>,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Plot(Plot),
    Card(Vec<Fact>),
    Tree(Tree),
    Lanes(Lanes),
}

/// Series over an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    pub x: Axis,
    /// The column that is the axis.
    pub x_column: usize,
    pub x_name: String,
    /// The columns that were drawn, the axis first, and what their elements are, where each row holds a whole series as
    /// arrays; none where a row is a place.
    pub arrays: Vec<(usize, Type)>,
    /// As asked for, else empty.
    pub x_title: String,
    pub y_title: String,
    pub y: Bounds,
    pub stack: Stack,
    pub split: Split,
    pub series: Vec<Series>,
    /// The places that a cursor can be at, in order: every bin or label, else every place of a value.
    pub stops: Vec<Place>,
    /// What the reader sees first: all of the axis unless `xmin` and `xmax` say otherwise, in its units.
    pub window: Option<(f64, f64)>,
}

/// The value axis as asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    pub log: bool,
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Its numbers are the seconds of timespans.
    pub spans: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    Apart,
    Stacked,
    /// Each place's values are shares of their sum.
    Hundred,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    None,
    Axes,
    Panels,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// From the first to the last point, in ticks; `step` is the width of a bin where there is one.
    Time { from: i64, to: i64, step: Option<i64> },
    /// As time, of numbers; with `spans` they are the seconds of timespans.
    Number { from: f64, to: f64, log: bool, spans: bool },
    /// One place for each label, in the order of the rows.
    Labels(Labels),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    pub names: Vec<String>,
    /// What each name was made of.
    pub values: Vec<Value>,
}

/// A value of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub name: String,
    /// As text, a datetime in UTC.
    pub value: String,
    /// A datetime, in ticks.
    pub at: Option<i64>,
}

impl Fact {
    /// As it is in a zone.
    pub fn text(&self, zone: &Zone) -> String {
        self.at.map_or_else(|| self.value.clone(), |at| zone.text(at))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: String,
    /// The column of its values, and the texts that its name was made of.
    pub of: (usize, Vec<String>),
    /// The panel that it stands in when there are several.
    pub panel: usize,
    /// Place and value, by place: one value for a place, unless each row is a point.
    pub points: Vec<(Place, f64)>,
    /// The places that have rows and no value that can be drawn, in order: null, NaN, infinities.
    pub voids: Vec<Place>,
    /// The places whose values are anomalies, in order.
    pub anomalies: Vec<Place>,
}

/// Where on the axis. Ticks are whole, since a real cannot hold them to the tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    Ticks(i64),
    Number(f64),
    /// The index of a label.
    Label(usize),
}

/// Shares within shares.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// The columns that name its levels, and the one of the sizes.
    pub levels: Vec<usize>,
    pub size: usize,
    pub branches: Vec<Branch>,
}

/// A part of a whole, and its own parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    pub name: String,
    /// What the name was made of.
    pub of: Value,
    pub value: f64,
    pub parts: Vec<Branch>,
}

/// Spans or moments on a common axis, one line a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Lanes {
    pub x: Axis,
    pub x_column: usize,
    /// The columns that name its lanes.
    pub names: Vec<usize>,
    pub lanes: Vec<Lane>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub name: String,
    /// What the name was made of, in the order of the columns.
    pub of: Vec<Value>,
    /// From and to, in order of their beginnings.
    pub spans: Vec<(Place, Place)>,
}

impl Chart {
    /// Says that this many rows of the result are not drawn.
    pub fn rows_left(&mut self, rows: u64) {
        if rows > 0 {
            self.remarks.insert(0, format!("{} are not drawn", number::count(rows, "row")));
        }
    }

    pub fn form(&self) -> Form {
        self.kind.form
    }

    /// The axis, and the column that it is.
    pub fn axis(&self) -> Option<(&Axis, usize)> {
        match &self.body {
            Body::Plot(plot) => Some((&plot.x, plot.x_column)),
            Body::Lanes(lanes) => Some((&lanes.x, lanes.x_column)),
            Body::Card(_) | Body::Tree(_) => None,
        }
    }
}
