//! Which rows of a result made what a reader points at.

use super::array;
use super::build::{continuous, number, place_of, series_name};
use super::roles::Roles;
use super::{Body, Chart, Place, View};
use crate::facts::Render;
use crate::types::ColumnType;
use crate::value::Value;

/// What is under the cursor or the brush.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Places of rows in the result.
    pub rows: Vec<usize>,
    /// The first and the last bin in ticks, where each row holds all bins of a series.
    pub bins: Option<(i64, i64)>,
    /// What the reader must know, as sentences.
    pub remarks: Vec<String>,
}

/// The rows of the chosen series, else of all series that are seen, at the cursor or in the range of the brush.
///
/// Errors: nothing is read, nothing is there, or the kind of chart has no places; one sentence, lower case.
pub fn source(
    chart: &Chart,
    view: &View,
    columns: &[ColumnType],
    rows: &[Vec<Value>],
    render: &Render,
) -> Result<Source, String> {
    let mut remarks = Vec::new();
    let plot = match &chart.body {
        Body::Plot(plot) => plot,
        Body::Card(_) => return Ok(Source { rows: vec![0], bins: None, remarks }),
        Body::Tree(_) | Body::Lanes(_) => {
            return Err(format!(
                "the rows of a {} cannot be told apart; open them in the table",
                chart.kind.name
            ));
        }
    };
    let (first, last) = chart.brushed(view).ok_or("move the cursor first; B begins a range")?;
    let roles = Roles::of(chart.kind, columns, rows, render)?;
    let chosen = view.chosen.filter(|at| view.shows(*at));
    let seen = |at: &usize| chosen.map_or(view.shows(*at), |chosen| chosen == *at);
    let series: Vec<&str> =
        (0..plot.series.len()).filter(seen).map(|at| plot.series[at].name.as_str()).collect();
    let placed = continuous(chart.kind, columns, rows, &roles);
    let log_x = render.property("xaxis") == Some("log");
    let within = |x: &Value| match (placed, first, last) {
        (false, Place::Label(first), Place::Label(last)) => {
            let label = x.text();
            (first..=last).any(|at| plot.x.label(Place::Label(at)) == Some(&label))
        }
        _ => place_of(x, log_x).is_some_and(|place| first <= place && place <= last),
    };
    let mut found = Vec::new();
    let mut arrays = false;
    for (at, row) in rows.iter().enumerate() {
        let drawn = |column: &usize| series.contains(&series_name(columns, &roles, row, *column).as_str());
        let values: Vec<&Value> =
            roles.values.iter().filter(|column| drawn(column)).map(|column| &row[*column]).collect();
        let xs = array::elements(&row[roles.x]);
        arrays |= xs.is_some();
        let makes = match &xs {
            None => within(&row[roles.x]) && values.iter().any(|value| number(value).is_some()),
            Some(xs) => !values.is_empty() && xs.iter().any(within),
        };
        if makes {
            found.push(at);
        }
    }
    if found.is_empty() {
        return Err("no row of the result is here".into());
    }
    if render.property("accumulate") == Some("true") {
        remarks.push("The chart adds up what comes before; these are the rows of this place alone.".into());
    }
    let bins = match (arrays, first, last) {
        (true, Place::Ticks(first), Place::Ticks(last)) => Some((first, last)),
        (true, ..) => return Err("the places of this series are no times; open its row in the table".into()),
        (false, ..) => None,
    };
    Ok(Source { rows: found, bins, remarks })
}
