//! How each kind of `render` is drawn, and the properties that it takes ("render operator" in the Kusto
//! reference). What a kind is in words is a construct. Data only.

/// What the value of a property is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Text,
    Bool,
    /// A column, or several.
    Columns,
    /// A bound of an axis.
    Any,
    OneOf(&'static [&'static str]),
}

pub struct Property {
    pub name: &'static str,
    pub takes: Takes,
}

const fn row(name: &'static str, takes: Takes) -> Property {
    Property { name, takes }
}

const AXIS: Takes = Takes::OneOf(&["linear", "log"]);

pub static PROPERTIES: &[Property] = &[
    row("accumulate", Takes::Bool),
    row("anomalycolumns", Takes::Columns),
    row("kind", Takes::OneOf(&["default", "unstacked", "stacked", "stacked100", "map"])),
    row("legend", Takes::OneOf(&["visible", "hidden"])),
    row("series", Takes::Columns),
    row("title", Takes::Text),
    row("xaxis", AXIS),
    row("xcolumn", Takes::Columns),
    row("xmax", Takes::Any),
    row("xmin", Takes::Any),
    row("xtitle", Takes::Text),
    row("yaxis", AXIS),
    row("ycolumns", Takes::Columns),
    row("ymax", Takes::Any),
    row("ymin", Takes::Any),
    row("ysplit", Takes::OneOf(&["none", "axes", "panels"])),
    row("ytitle", Takes::Text),
];

pub fn property(name: &str) -> Option<&'static Property> {
    PROPERTIES.iter().find(|row| row.name == name)
}

/// How a kind is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Line,
    Area,
    /// Upright.
    Column,
    /// Lying, one or several for each label.
    Bar,
    Point,
    /// Bars with their shares of the sum.
    Share,
    /// The first row's values, large.
    Card,
    /// Shares within shares.
    Tree,
    /// From one value to another, one line a row.
    Span,
    /// When things were, one line a series.
    Lane,
    /// The rows as they are.
    Rows,
}

/// The column that is the axis when `xcolumn` does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Across {
    /// The first datetime.
    Time,
    /// The first datetime or number.
    Continuous,
    /// The first column, whatever it is.
    First,
}

/// A kind of render.
pub struct Kind {
    /// As KQL spells it.
    pub name: &'static str,
    pub form: Form,
    pub across: Across,
    /// Series are put on each other unless `kind` says otherwise.
    pub stacked: bool,
    /// A lone series over bins is drawn as columns, so that a bin without rows is seen.
    pub blocks: bool,
}

const fn kind(name: &'static str, form: Form, across: Across) -> Kind {
    Kind { name, form, across, stacked: false, blocks: false }
}

/// Every kind that is drawn, and those that are the table ("render operator" in the Kusto reference).
pub static KINDS: &[Kind] = &[
    Kind { blocks: true, ..kind("timechart", Form::Line, Across::Time) },
    kind("linechart", Form::Line, Across::Continuous),
    kind("areachart", Form::Area, Across::Continuous),
    Kind { stacked: true, ..kind("stackedareachart", Form::Area, Across::Continuous) },
    kind("columnchart", Form::Column, Across::First),
    kind("barchart", Form::Bar, Across::First),
    kind("scatterchart", Form::Point, Across::Continuous),
    kind("piechart", Form::Share, Across::First),
    kind("anomalychart", Form::Line, Across::Time),
    kind("card", Form::Card, Across::First),
    kind("treemap", Form::Tree, Across::First),
    kind("ladderchart", Form::Span, Across::First),
    kind("timepivot", Form::Lane, Across::Time),
    kind("timeline", Form::Lane, Across::Time),
    kind("table", Form::Rows, Across::First),
    kind("list", Form::Rows, Across::First),
    kind("pivotchart", Form::Rows, Across::First),
    kind("3Dchart", Form::Rows, Across::First),
    kind("plotly", Form::Rows, Across::First),
    kind("graph", Form::Rows, Across::First),
    kind("sankey", Form::Rows, Across::First),
];

/// The kind of this name.
pub fn kind_of(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|row| row.name == name)
}
