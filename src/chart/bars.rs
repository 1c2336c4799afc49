//! Bars that lie, one below the other: what each holds, the same for cells and for SVG.

use super::legend::place_text;
use super::scale::Scale;
use super::{Bounds, Chart, Plot, Stack, View};
use crate::catalog::charts::Form;

/// One line of a chart of bars.
pub struct Bar {
    pub stop: usize,
    /// The name of its place, for the first line of a place.
    pub name: Option<String>,
    /// The value, its share, and the series where there are several.
    pub said: String,
    pub parts: Vec<Part>,
    /// Where values begin, from 0 to 1.
    pub ground: f64,
}

/// A value of a series, from where to where it goes between 0 and 1.
pub struct Part {
    pub series: usize,
    pub value: f64,
    pub from: f64,
    pub to: f64,
}

/// A line: its place, the series that it is of, and those of them that have a value.
struct Line {
    stop: usize,
    series: Vec<usize>,
    values: Vec<(usize, f64)>,
}

/// A stack has one for each label, else each series has one.
fn lines(chart: &Chart, plot: &Plot, view: &View) -> Vec<Line> {
    let shown: Vec<usize> = (0..plot.series.len()).filter(|at| view.shows(*at)).collect();
    let stacked = plot.stack != Stack::Apart && chart.kind.form != Form::Share;
    let line = |stop: usize, series: Vec<usize>| {
        let place = plot.stops[stop];
        let values = series.iter().filter_map(|at| Some((*at, plot.value(*at, place)?))).collect();
        Line { stop, series, values }
    };
    let stops = 0..plot.stops.len();
    match stacked || shown.is_empty() {
        true => stops.map(|stop| line(stop, shown.clone())).collect(),
        false => {
            stops.flat_map(|stop| shown.iter().map(|at| line(stop, vec![*at])).collect::<Vec<_>>()).collect()
        }
    }
}

pub fn count(chart: &Chart, plot: &Plot, view: &View) -> usize {
    lines(chart, plot, view).len()
}

pub fn bars(chart: &Chart, plot: &Plot, view: &View) -> Vec<Bar> {
    let lines = lines(chart, plot, view);
    let scale = scale(plot, view, &lines);
    let sum: f64 = lines.iter().map(|line| whole(&line.values).max(0.0)).sum();
    let mut before = None;
    let bar = |line: Line| {
        let place = plot.stops[line.stop];
        let mut said = match line.values.is_empty() {
            true => plot.nothing(&line.series, place).into(),
            false => plot.reading(whole(&line.values)),
        };
        if chart.kind.form == Form::Share && sum > 0.0 && !line.values.is_empty() {
            said.push_str(&format!(" ({})", percent(whole(&line.values), sum)));
        }
        if let ([at], true) = (line.series.as_slice(), plot.series.len() > 1) {
            said.push_str(&format!(" {}", plot.series[*at].name));
        }
        let first = before.replace(line.stop) != Some(line.stop);
        let name = first.then(|| place_text(&plot.x, place, &view.zone));
        let ground = scale.part(0.0).clamp(0.0, 1.0);
        Bar { stop: line.stop, name, said, parts: parts(plot, &line.values, &scale), ground }
    };
    lines.into_iter().map(bar).collect()
}

fn whole(values: &[(usize, f64)]) -> f64 {
    values.iter().map(|value| value.1).sum()
}

/// From zero on, which is inside where values go both ways.
fn scale(plot: &Plot, view: &View, lines: &[Line]) -> Scale {
    let range = lines.iter().fold((0.0, 0.0), |(least, most): (f64, f64), line| {
        let (below, above) = line.values.iter().fold((0.0, 0.0), |(below, above): (f64, f64), (_, value)| {
            if *value < 0.0 { (below + value, above) } else { (below, above + value) }
        });
        (least.min(below), most.max(above))
    });
    let log = view.log(plot);
    match plot.stack {
        Stack::Hundred => {
            let bounds = Bounds { min: Some(0.0), max: Some(100.0), ..Bounds::default() };
            Scale::new((0.0, 100.0), bounds, true, 4)
        }
        Stack::Apart | Stack::Stacked if log => Scale::new(range, Bounds { log, ..plot.y }, true, 4),
        Stack::Apart | Stack::Stacked => {
            let (min, max) = (plot.y.min.unwrap_or(range.0), plot.y.max.unwrap_or(range.1));
            Scale::new(range, Bounds { log, min: Some(min), max: Some(max), ..plot.y }, true, 4)
        }
    }
}

/// The values of one line after each other: those above zero to the right, those below to the left.
fn parts(plot: &Plot, values: &[(usize, f64)], scale: &Scale) -> Vec<Part> {
    let whole: f64 = values.iter().map(|value| value.1.abs()).sum();
    let (mut above, mut below) = (0.0, 0.0);
    let part = |(series, value): &(usize, f64)| {
        let length = match plot.stack {
            Stack::Hundred if whole > 0.0 => value.abs() / whole * 100.0,
            Stack::Hundred | Stack::Stacked | Stack::Apart => *value,
        };
        let start = if length < 0.0 { &mut below } else { &mut above };
        let ends = (scale.part(*start).clamp(0.0, 1.0), scale.part(*start + length).clamp(0.0, 1.0));
        *start += length;
        Part { series: *series, value: *value, from: ends.0.min(ends.1), to: ends.0.max(ends.1) }
    };
    values.iter().map(part).collect()
}

/// `42 %` of a sum; what is below zero has no share.
pub fn percent(part: f64, sum: f64) -> String {
    let share = part.max(0.0) / sum * 100.0;
    match share {
        0.0 => "0 %".into(),
        _ if share < 0.1 => "<0.1 %".into(),
        _ if share < 1.0 => format!("{share:.1} %"),
        _ => format!("{share:.0} %"),
    }
}
