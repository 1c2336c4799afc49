//! What is said of a chart beside its drawing: which series is which, what the cursor reads, what is left out.

use std::slice;

use super::canvas::{Canvas, Ink};
use super::draw::{fill, filled, lying, mark};
use super::list::rows_of;
use super::number::{count, reading, span};
use super::points::places;
use super::scale::Scale;
use super::{Axis, Body, Bounds, Chart, Place, Plot, Split, Stack, View, plot, time};
use crate::catalog::charts::Form;
use crate::display;
use crate::ticks;
use crate::value::Value;
use crate::zone::Zone;

/// Whether there is a line below the drawing that names the series.
pub fn has_line(chart: &Chart) -> bool {
    match &chart.body {
        Body::Plot(plot) => {
            let marks = plot.series.iter().any(|series| !series.anomalies.is_empty());
            chart.legend && (plot.series.len() > 1 || marks)
        }
        Body::Card(_) | Body::Tree(_) | Body::Lanes(_) => false,
    }
}

/// Each series with its sign, the chosen one marked; those switched off between parentheses. Scrolls to the
/// chosen one. Writes no more entries than there is room for: there may be as many series as rows.
pub fn draw(chart: &Chart, plot: &Plot, view: &View, y: usize, canvas: &mut Canvas) {
    let (number, ascii) = (plot.series.len(), canvas.ascii);
    let alone = || plot::panels(plot, view).iter().all(|panel| panel.len() < 2);
    let blocks = filled(chart.kind.form) || chart.kind.blocks && alone();
    let entry = |at: usize| entry(plot, view, at, blocks, ascii);
    let wide = |entry: &str| display::width(&display::shown(entry, ascii)) + 2;
    let mut start = view.chosen.unwrap_or(0).min(number.saturating_sub(1));
    let mut room = canvas.width.saturating_sub(12);
    for at in (0..=start).rev() {
        let wanted = wide(&entry(at));
        if at < start && wanted > room {
            break;
        }
        (start, room) = (at, room.saturating_sub(wanted));
    }
    let mut x = usize::from(start > 0);
    if start > 0 {
        canvas.text(0, y, "<", Ink::Dim);
    }
    for at in start..number {
        let entry = entry(at);
        if x + wide(&entry) > canvas.width && at > start {
            canvas.text_before(canvas.width, y, &format!(" +{}", number - at), Ink::Dim);
            return;
        }
        let ink = match view.shows(at) {
            _ if view.chosen == Some(at) => Ink::Chosen,
            true => Ink::Series(at),
            false => Ink::Dim,
        };
        x = canvas.text(x, y, &entry, ink) + 2;
        if x + 6 > canvas.width && at + 1 < number {
            canvas.text_before(canvas.width, y, &format!(" +{}", number - at - 1), Ink::Dim);
            return;
        }
    }
    if plot.series.iter().any(|series| !series.anomalies.is_empty()) {
        canvas.text(x, y, "! anomaly", Ink::Anomaly);
    }
}

fn entry(plot: &Plot, view: &View, at: usize, blocks: bool, ascii: bool) -> String {
    let sign = if blocks { fill(at, ascii) } else { mark(at) };
    let name = &plot.series[at].name;
    let own = match plot.split {
        Split::Axes => own_range(plot, at),
        Split::None | Split::Panels => String::new(),
    };
    if view.shows(at) { format!("{sign} {name}{own}") } else { format!("({name})") }
}

/// From where to where an axis of its own goes.
fn own_range(plot: &Plot, at: usize) -> String {
    let values = plot.series[at].points.iter().map(|point| point.1);
    let range = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |range, value| (range.0.min(value), range.1.max(value)));
    if range.0 > range.1 {
        return String::new();
    }
    let scale = Scale::new(range, Bounds { log: false, ..plot.y }, false, 8);
    format!(" {}..{}", plot.reading(scale.least), plot.reading(scale.most))
}

/// What the cursor or the brush reads: the place, and each series there.
pub fn read(chart: &Chart, view: &View) -> Option<String> {
    let cursor = view.cursor?;
    match &chart.body {
        Body::Plot(plot) if view.anchor.is_some() => brushed(plot, view),
        Body::Tree(_) | Body::Lanes(_) if view.anchor.is_some() => {
            let (first, last) = view.brushed()?;
            Some(count((last - first + 1) as u64, "line"))
        }
        Body::Plot(plot) => {
            let place = *plot.stops.get(cursor)?;
            let shown: Vec<usize> = (0..plot.series.len()).filter(|at| view.shows(*at)).collect();
            let mut said = place_text(&plot.x, place, &view.zone);
            for at in &shown {
                said.push_str(&format!("  {} {}", plot.series[*at].name, read_at(plot, *at, place)));
            }
            if shown.len() > 1 && plot.stack != Stack::Apart {
                let sum = shown.iter().filter_map(|at| plot.value(*at, place)).sum();
                said.push_str(&format!("  sum {}", plot.reading(sum)));
            }
            Some(said)
        }
        Body::Card(values) => {
            values.get(cursor).map(|fact| format!("{} {}", fact.name, fact.text(&view.zone)))
        }
        Body::Tree(tree) => {
            let rows = rows_of(&tree.branches);
            rows.get(cursor).map(|row| format!("{} {}", row.branch.name, reading(row.branch.value)))
        }
        Body::Lanes(lanes) => {
            let lane = lanes.lanes.get(cursor)?;
            let (first, last) = (lane.spans.first()?.0, lane.spans.iter().map(|span| span.1).max()?);
            let shown = |place| place_text(&lanes.x, place, &view.zone);
            let (first, last) = (shown(first), shown(last));
            let number = count(lane.spans.len() as u64, "row");
            Some(format!("{}  {first} .. {last}  {number}", lane.name))
        }
    }
}

/// The values of a series at a place; of many the least and the greatest.
fn read_at(plot: &Plot, series: usize, place: Place) -> String {
    const LISTED: usize = 4;
    let values: Vec<f64> = plot.values(series, place).iter().map(|point| point.1).collect();
    let of = |which: fn(f64, f64) -> f64| plot.reading(values.iter().copied().fold(values[0], which));
    match values.len() {
        0 => plot.nothing(&[series], place).into(),
        1..=LISTED => values.iter().map(|value| plot.reading(*value)).collect::<Vec<_>>().join(", "),
        number => format!("{} from {} to {}", count(number as u64, "value"), of(f64::min), of(f64::max)),
    }
}

fn brushed(plot: &Plot, view: &View) -> Option<String> {
    let (first, last) = view.brushed()?;
    let (from, to) = (*plot.stops.get(first)?, *plot.stops.get(last)?);
    let shown = (0..plot.series.len()).filter(|at| view.shows(*at));
    let sums = shown.map(|at| {
        let points = plot.series[at].points.iter().filter(|point| point.0 >= from && point.0 <= to);
        format!("{} {}", plot.series[at].name, plot.reading(points.map(|point| point.1).sum()))
    });
    let sums = sums.collect::<Vec<_>>().join("  ");
    let shown = |place| place_text(&plot.x, place, &view.zone);
    Some(format!("{} .. {}  sum {sums}", shown(from), shown(to)))
}

/// A place in full.
pub fn place_text(x: &Axis, place: Place, zone: &Zone) -> String {
    match (x, place) {
        (Axis::Time { step, .. }, Place::Ticks(at)) => time::place(at, *step, zone),
        (Axis::Labels(labels), Place::Label(at)) => match labels.values.get(at) {
            Some(Value::Datetime(moment)) => zone.text(*moment),
            _ => labels.names.get(at).cloned().unwrap_or_default(),
        },
        (Axis::Number { spans: true, .. }, Place::Number(at)) => span(at),
        (_, Place::Number(at)) => reading(at),
        (_, Place::Ticks(_) | Place::Label(_)) => String::new(),
    }
}

/// The stops that are drawn on so many columns: those in view, and all where they lie below each other.
fn seen<'a>(chart: &Chart, plot: &'a Plot, view: &View, width: usize) -> &'a [Place] {
    if lying(chart, view, width) {
        return &plot.stops;
    }
    let (first, end) = view.stops(plot);
    plot.stops.get(first..end).unwrap_or_default()
}

/// Of what is drawn: the greatest value and where, or that there is none; how many bins have no row.
pub fn summary(chart: &Chart, view: &View, width: usize) -> String {
    let Body::Plot(plot) = &chart.body else { return String::new() };
    if plot.blank() && !plot.stops.is_empty() {
        return "no values to draw".into();
    }
    let [series] = plot.series.as_slice() else { return String::new() };
    let seen = seen(chart, plot, view, width);
    let inside = |place: &Place| {
        seen.first().is_some_and(|first| first <= place) && seen.last().is_some_and(|last| place <= last)
    };
    let points = series.points.iter().filter(|point| inside(&point.0));
    let most = points.max_by(|left, right| left.1.total_cmp(&right.1));
    let most = most.map(|(place, value)| {
        format!("max {} on {}", plot.reading(*value), short(&plot.x, *place, &view.zone))
    });
    let mut said = Vec::from_iter(most);
    if matches!(plot.x, Axis::Time { step: Some(_), .. }) {
        let full = places(slice::from_ref(series)).iter().filter(|place| inside(place)).count();
        let (bins, empty) = (seen.len(), seen.len().saturating_sub(full));
        said.extend((empty > 0).then(|| format!("{empty} of {bins} {} without rows", stops_text(&plot.x))));
    }
    said.join("  ")
}

/// What the stops of an axis are called after their number: `days`, `x 2 h`.
fn stops_text(x: &Axis) -> String {
    match x {
        Axis::Time { step: Some(ticks::DAY), .. } => "days".into(),
        Axis::Time { step: Some(step), .. } => format!("x {}", time::width_text(*step)),
        Axis::Labels(_) => "labels".into(),
        Axis::Time { step: None, .. } | Axis::Number { .. } => "places".into(),
    }
}

fn short(x: &Axis, place: Place, zone: &Zone) -> String {
    match (x, place) {
        (Axis::Time { from, to, step: Some(step) }, Place::Ticks(at)) => {
            time::short(at, (*from, *to), *step, zone)
        }
        _ => place_text(x, place, zone),
    }
}

/// What the drawing leaves out or does to the values, with what the view adds.
pub fn notes(chart: &Chart, view: &View, width: usize) -> Vec<String> {
    let mut notes = chart.remarks.clone();
    let Body::Plot(plot) = &chart.body else { return notes };
    let (seen, all) = (seen(chart, plot, view, width).len(), plot.stops.len());
    notes.extend((seen < all).then(|| format!("{seen} of {all} {} drawn", stops_text(&plot.x))));
    if !lying(chart, view, width) && plot::shared(chart, plot, view, width) {
        let bin = if plot.x.bins().is_some() { "bin" } else { "place" };
        notes.push(format!("greatest {bin} of each column drawn"));
    }
    let number = plot.series.len();
    if !view.hidden.is_empty() {
        notes.push(format!("{} of {number} series drawn", number - view.hidden.len()));
    }
    if view.fill && plot.x.bins().is_some() {
        notes.push("missing bins drawn as 0".into());
    }
    let values = |wanted: &dyn Fn(f64) -> bool| {
        let shown = plot.series.iter().enumerate().filter(|(at, _)| view.shows(*at));
        shown.flat_map(|(_, series)| &series.points).filter(|point| wanted(point.1)).count() as u64
    };
    if view.log(plot) {
        let left = values(&|value| value <= 0.0);
        notes.extend(
            (left > 0).then(|| format!("{} at or below 0 not on the log axis", count(left, "value"))),
        );
    }
    let beyond = values(&|value| {
        plot.y.min.is_some_and(|min| value < min) || plot.y.max.is_some_and(|max| value > max)
    });
    notes.extend(
        (beyond > 0).then(|| format!("{} beyond the axis, drawn at its edge", count(beyond, "value"))),
    );
    let negative = values(&|value| value < 0.0);
    let drawn = match (chart.kind.form, plot.stack) {
        (Form::Share, _) => Some("without a share"),
        (Form::Area | Form::Column | Form::Bar, Stack::Hundred) => Some("drawn by size"),
        _ => None,
    };
    notes.extend(
        drawn.filter(|_| negative > 0).map(|drawn| format!("{} below 0 {drawn}", count(negative, "value"))),
    );
    notes
}

/// The first and last place that is drawn in full, for who prints it.
pub fn extent(chart: &Chart, plot: &Plot, view: &View, width: usize) -> Option<String> {
    let seen = seen(chart, plot, view, width);
    match (&plot.x, seen.first(), seen.last()) {
        (Axis::Time { .. }, Some(from), Some(to)) if from != to => {
            let shown = |place: &Place| place_text(&plot.x, *place, &view.zone);
            Some(format!("{} .. {}", shown(from), shown(to)))
        }
        _ => None,
    }
}
