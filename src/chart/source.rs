//! Which rows of a result made what a reader points at.

use std::collections::{HashMap, HashSet};

use super::array;
use super::build::{number, place_of, series_key};
use super::roles::Roles;
use super::special::size_of;
use super::{Body, Chart, Picked, Place, View};
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
/// Errors: nothing is read, nothing is there, the result has not the columns of the chart, or its places are no times;
/// one sentence, lower case.
pub fn source(
    chart: &Chart,
    view: &View,
    columns: &[ColumnType],
    rows: &[Vec<Value>],
    render: &Render,
) -> Result<Source, String> {
    let mut remarks = Vec::new();
    if let Body::Card(_) = chart.body {
        return Ok(Source { rows: vec![0], bins: None, remarks });
    }
    let picked = chart.picked(view).ok_or("move the cursor first; B begins a range")?;
    let Body::Plot(plot) = &chart.body else {
        let meant = named(&picked);
        let drawn = |row: &[Value]| match &chart.body {
            Body::Tree(tree) => size_of(&row[tree.size]).is_some(),
            Body::Lanes(lanes) => place_of(&row[lanes.x_column], false).is_some(),
            Body::Plot(_) | Body::Card(_) => true,
        };
        let rows = (0..rows.len()).filter(|at| drawn(&rows[*at]) && meant(&rows[*at])).collect();
        return Ok(Source { rows, bins: None, remarks });
    };
    let roles = Roles::of(chart.kind, columns, rows, render)?;
    let chosen = view.chosen.filter(|at| view.shows(*at));
    let seen = |at: &usize| chosen.map_or(view.shows(*at), |chosen| chosen == *at);
    let series: HashSet<&(usize, Vec<String>)> =
        (0..plot.series.len()).filter(seen).map(|at| &plot.series[at].of).collect();
    let log_x = render.property("xaxis") == Some("log");
    let labels: HashSet<String> = match &picked {
        Picked::Range { .. } => HashSet::new(),
        Picked::Any(all) => all.iter().flatten().map(|(_, value)| value.text()).collect(),
    };
    let within = |x: &Value| match &picked {
        Picked::Range { first, last, .. } => {
            place_of(x, log_x).is_some_and(|place| *first <= place && place <= *last)
        }
        Picked::Any(_) => labels.contains(&x.text()),
    };
    let mut found = Vec::new();
    let mut arrays = false;
    for (at, row) in rows.iter().enumerate() {
        let drawn = |column: &usize| series.contains(&series_key(&roles, row, *column));
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
    let bins = match (arrays, picked) {
        (false, _) => None,
        (true, Picked::Range { first: Place::Ticks(first), last: Place::Ticks(last), .. }) => {
            Some((first, last))
        }
        (true, _) => return Err("the places of this series are no times; open its row in the table".into()),
    };
    Ok(Source { rows: found, bins, remarks })
}

/// Whether a row has one of the combinations that were picked, by the texts that names are made of.
fn named(picked: &Picked) -> impl Fn(&[Value]) -> bool {
    let mut meant: HashMap<Vec<usize>, HashSet<Vec<String>>> = HashMap::new();
    if let Picked::Any(all) = picked {
        for one in all {
            let (columns, texts) = one.iter().map(|(column, value)| (*column, value.text())).unzip();
            meant.entry(columns).or_default().insert(texts);
        }
    }
    move |row| {
        meant.iter().any(|(columns, texts)| {
            let of_row: Vec<String> = columns.iter().map(|column| row[*column].text()).collect();
            texts.contains(&of_row)
        })
    }
}
