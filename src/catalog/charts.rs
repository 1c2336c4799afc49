//! The properties that `render` takes ("render operator" in the Kusto reference); its kinds are constructs. Data only.

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
