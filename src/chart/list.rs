//! Charts whose lines lie below each other: bars and shares, values of a card, shares within shares, spans and
//! moments. Scrolls so that the cursor is in view, and says what is below.

use super::canvas::{Canvas, Ink};
use super::draw::{fill, mark};
use super::number::{mark as number_mark, reading};
use super::plot::Area;
use super::scale::Scale;
use super::{Axis, Bounds, Branch, Chart, Fact, Lanes, Place, Plot, Stack, View, time};
use crate::catalog::charts::Form;
use crate::display::{shown, thousands, width};
use crate::zone::Zone;

/// Parts of a cell from the left.
const PARTS: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// How many rows are in one cell of a lane, from none on.
const SHADES: [char; 5] = [' ', '·', '░', '▒', '█'];
const SHADES_ASCII: [char; 5] = [' ', '.', ':', '+', '#'];
/// Indentation of a branch.
const INDENT: usize = 2;

/// The first of `length` lines to draw on so many rows, and how many of them; the last row may say what is below.
fn seen(length: usize, rows: usize, cursor: Option<usize>) -> (usize, usize) {
    if length <= rows {
        return (0, length);
    }
    let room = rows.saturating_sub(1).max(1);
    let top = cursor.map_or(0, |cursor| (cursor + 1).saturating_sub(room)).min(length - room);
    (top, room)
}

fn below(left: usize, y: usize, canvas: &mut Canvas) {
    if left > 0 {
        canvas.text(1, y, &format!("{} more below", thousands(left as u64)), Ink::Dim);
    }
}

/// Names at the left take what they need, but no more than a third.
fn name_room<'a>(names: impl Iterator<Item = &'a str>, canvas: &Canvas) -> usize {
    let wide = names.map(|name| width(&shown(name, canvas.ascii))).max().unwrap_or(0);
    wide.clamp(1, canvas.width / 3)
}

fn put_name(name: &str, room: usize, y: usize, chosen: bool, canvas: &mut Canvas) {
    let shown = shown(name, canvas.ascii).into_owned();
    let text = crate::display::fit(&shown, room, canvas.ascii).into_owned();
    canvas.text(1, y, &text, if chosen { Ink::Chosen } else { Ink::Bold });
}

/// Lines of bars: a stack has one for each label, else each series has one.
pub fn bar_lines(chart: &Chart, plot: &Plot, view: &View) -> Vec<(usize, Vec<usize>)> {
    let series: Vec<usize> = (0..plot.series.len()).filter(|at| view.shows(*at)).collect();
    let stacked = plot.stack != Stack::Apart && chart.kind.form != Form::Share;
    let stops = 0..plot.stops.len();
    match stacked || series.is_empty() {
        true => stops.map(|stop| (stop, series.clone())).collect(),
        false => stops.flat_map(|stop| series.iter().map(move |at| (stop, vec![*at]))).collect(),
    }
}

pub fn bar_rows(chart: &Chart, plot: &Plot, view: &View) -> usize {
    bar_lines(chart, plot, view).len()
}

/// One bar a label and series, lying; from zero on, which is inside where values go both ways.
pub fn bars(chart: &Chart, plot: &Plot, view: &View, area: Area, canvas: &mut Canvas) {
    let lines = bar_lines(chart, plot, view);
    let cursor = view.cursor.and_then(|stop| lines.iter().rposition(|line| line.0 == stop));
    let (top, rows) = seen(lines.len(), area.rows, cursor);
    let names: Vec<String> =
        plot.stops.iter().map(|stop| super::legend::place_text(&plot.x, *stop, &view.zone)).collect();
    let left = name_room(names.iter().map(String::as_str), canvas);
    let value = |at: &usize, stop: usize| plot.value(*at, plot.stops[stop]);
    let whole =
        |series: &[usize], stop: usize| -> f64 { series.iter().filter_map(|at| value(at, stop)).sum() };
    let sum: f64 = lines.iter().map(|(stop, series)| whole(series, *stop).max(0.0)).sum();
    let said: Vec<String> = lines
        .iter()
        .map(|(stop, series)| {
            let there = series.iter().any(|at| value(at, *stop).is_some());
            let mut said = if there { reading(whole(series, *stop)) } else { "no row".into() };
            if chart.kind.form == Form::Share && sum > 0.0 && there {
                said.push_str(&format!(" ({})", percent(whole(series, *stop), sum)));
            }
            if let ([at], true) = (series.as_slice(), plot.series.len() > 1) {
                said.push_str(&format!(" {}", plot.series[*at].name));
            }
            said
        })
        .collect();
    let right = said.iter().map(|said| width(&shown(said, canvas.ascii))).max().unwrap_or(0);
    let right = right.min(canvas.width / 3);
    let room = canvas.width.saturating_sub(left + 4 + right).max(4);
    let range = lines.iter().fold((0.0, 0.0), |(least, most): (f64, f64), (stop, series)| {
        let values = series.iter().filter_map(|at| value(at, *stop));
        let (below, above) = values.fold((0.0, 0.0), |(below, above): (f64, f64), value| {
            if value < 0.0 { (below + value, above) } else { (below, above + value) }
        });
        (least.min(below), most.max(above))
    });
    let log = view.log(plot);
    let scale = match plot.stack {
        Stack::Hundred => {
            Scale::new((0.0, 100.0), Bounds { min: Some(0.0), max: Some(100.0), log: false }, true, 4)
        }
        Stack::Apart | Stack::Stacked if log => Scale::new(range, Bounds { log, ..plot.y }, true, 4),
        Stack::Apart | Stack::Stacked => {
            let (min, max) = (plot.y.min.unwrap_or(range.0), plot.y.max.unwrap_or(range.1));
            Scale::new(range, Bounds { log, min: Some(min), max: Some(max) }, true, 4)
        }
    };
    for (row, (stop, series)) in lines.iter().enumerate().skip(top).take(rows) {
        let y = area.top + row - top;
        if row == top || lines[row - 1].0 != *stop {
            put_name(&names[*stop], left, y, view.cursor == Some(*stop), canvas);
        }
        let values: Vec<(usize, f64)> =
            series.iter().filter_map(|at| Some((*at, value(at, *stop)?))).collect();
        let end = lay(plot, &values, &scale, (left + 2, y, room), canvas);
        canvas.text(end + 1, y, &said[row], Ink::Dim);
    }
    below(lines.len() - top - rows, area.top + area.rows - 1, canvas);
}

pub fn percent(part: f64, sum: f64) -> String {
    let share = part.max(0.0) / sum * 100.0;
    match share {
        0.0 => "0 %".into(),
        _ if share < 0.1 => "<0.1 %".into(),
        _ if share < 1.0 => format!("{share:.1} %"),
        _ => format!("{share:.0} %"),
    }
}

/// Draws the bars of one line; gives the column after them.
fn lay(
    plot: &Plot,
    values: &[(usize, f64)],
    scale: &Scale,
    (left, y, room): (usize, usize, usize),
    canvas: &mut Canvas,
) -> usize {
    let whole: f64 = values.iter().map(|value| value.1.abs()).sum();
    let cells = |value: f64| scale.part(value).clamp(0.0, 1.0) * room as f64;
    let (mut above, mut under, mut end) = (0.0, 0.0, cells(0.0));
    for (at, value) in values {
        let value = match plot.stack {
            Stack::Hundred if whole > 0.0 => value.abs() / whole * 100.0,
            Stack::Hundred | Stack::Stacked | Stack::Apart => *value,
        };
        let from = if value < 0.0 { &mut under } else { &mut above };
        let (start, stop) = (cells(*from), cells(*from + value));
        *from += value;
        let (start, mut stop) = (start.min(stop), start.max(stop));
        if value > 0.0 && stop - start < 0.125 {
            // The least that can be seen.
            stop = start + 0.125;
        }
        let alone = values.len() == 1 && !canvas.ascii;
        for x in start as usize..stop.ceil() as usize {
            let part = (stop.min(x as f64 + 1.0) - start.max(x as f64)).clamp(0.0, 1.0);
            let sign = match alone {
                true if stop < (x + 1) as f64 => PARTS[((part * 8.0).round() as usize).clamp(1, 8)],
                true => PARTS[8],
                false if part >= 0.5 || x == start as usize && stop <= (x + 1) as f64 => {
                    fill(*at, canvas.ascii)
                }
                false => continue,
            };
            canvas.set(left + x, y, sign, Ink::Series(*at));
        }
        end = end.max(stop);
    }
    left + end.ceil() as usize
}

pub fn card_rows(values: &[Fact]) -> usize {
    if let [_] = values { 3 } else { values.len() }
}

/// One value stands alone with its name below; several are a list.
pub fn card(values: &[Fact], view: &View, canvas: &mut Canvas) {
    if let [fact] = values {
        let (name, value) = (&fact.name, &fact.text(&view.zone));
        let line = canvas.height.saturating_sub(1) / 2;
        let wide = |text: &str| width(&shown(text, true)).min(canvas.width);
        let at = |text: &str| (canvas.width - wide(text)) / 2;
        let (x, below) = (at(value), at(name));
        canvas.text(x, line, value, Ink::Bold);
        canvas.text(below, line + 1, name, Ink::Dim);
        return;
    }
    let (top, rows) = seen(values.len(), canvas.height, view.cursor);
    let left = name_room(values.iter().map(|fact| fact.name.as_str()), canvas);
    for (row, fact) in values.iter().enumerate().skip(top).take(rows) {
        put_name(&fact.name, left, row - top, view.cursor == Some(row), canvas);
        canvas.text(left + 3, row - top, &fact.text(&view.zone), Ink::Plain);
    }
    below(values.len() - top - rows, canvas.height - 1, canvas);
}

/// A line of a treemap.
pub struct TreeRow<'a> {
    pub branch: &'a Branch,
    pub depth: usize,
    /// The branch of the first level that it is of.
    pub root: usize,
}

/// The lines of a treemap: each branch, then its parts. Levels beyond the eighth are not shown.
pub fn rows_of(branches: &[Branch]) -> Vec<TreeRow<'_>> {
    fn add<'a>(branches: &'a [Branch], depth: usize, root: Option<usize>, rows: &mut Vec<TreeRow<'a>>) {
        for (at, branch) in branches.iter().enumerate() {
            let root = root.unwrap_or(at);
            rows.push(TreeRow { branch, depth, root });
            if depth < 7 {
                add(&branch.parts, depth + 1, Some(root), rows);
            }
        }
    }
    let mut rows = Vec::new();
    add(branches, 0, None, &mut rows);
    rows
}

/// Each branch with a bar of its share of the whole, its parts below it.
pub fn tree(branches: &[Branch], view: &View, canvas: &mut Canvas) {
    let rows = rows_of(branches);
    let whole: f64 = branches.iter().map(|branch| branch.value).sum();
    let (top, many) = seen(rows.len(), canvas.height, view.cursor);
    let names: Vec<String> =
        rows.iter().map(|row| " ".repeat(row.depth * INDENT) + &row.branch.name).collect();
    let left = name_room(names.iter().map(String::as_str), canvas);
    let said =
        |row: &TreeRow<'_>| format!("{} ({})", reading(row.branch.value), percent(row.branch.value, whole));
    let right = rows.iter().map(|row| said(row).len()).max().unwrap_or(0).min(canvas.width / 3);
    let room = canvas.width.saturating_sub(left + 4 + right).max(4);
    for (at, row) in rows.iter().enumerate().skip(top).take(many) {
        let y = at - top;
        put_name(&names[at], left, y, view.cursor == Some(at), canvas);
        let cells = (row.branch.value / whole * room as f64).round().max(1.0) as usize;
        // Each level has a fill of its own.
        let sign = fill(row.depth, canvas.ascii);
        (0..cells).for_each(|x| canvas.set(left + 2 + x, y, sign, Ink::Series(row.root)));
        canvas.text(left + 3 + cells, y, &said(row), Ink::Dim);
    }
    below(rows.len() - top - many, canvas.height - 1, canvas);
}

/// Spans as lines with ends; moments as shades of how many there are.
pub fn lanes(chart: &Chart, lanes: &Lanes, view: &View, canvas: &mut Canvas) {
    let (top, rows) = seen(lanes.lanes.len(), canvas.height - 1, view.cursor);
    let left = name_room(lanes.lanes.iter().map(|lane| lane.name.as_str()), canvas) + 2;
    let room = canvas.width.saturating_sub(left + 1).max(4);
    let (from, to) = view.window(&lanes.x);
    let column = |place: Place| {
        let part = (lanes.x.unit(place) - from) / (to - from);
        (-0.001..=1.001).contains(&part).then(|| (part.clamp(0.0, 1.0) * (room - 1) as f64).round() as usize)
    };
    for (at, lane) in lanes.lanes.iter().enumerate().skip(top).take(rows) {
        let y = at - top;
        put_name(&lane.name, left - 2, y, view.cursor == Some(at), canvas);
        let mut counts = vec![0u32; room];
        for (start, end) in &lane.spans {
            // A span that only passes through is cut at the edges.
            let inside = |place: &Place| lanes.x.unit(*place);
            if inside(start) > to || inside(end) < from {
                continue;
            }
            let (first, last) = (column(*start).unwrap_or(0), column(*end).unwrap_or(room - 1));
            (first..=last).for_each(|x| counts[x] += 1);
        }
        let spans = chart.kind.form == Form::Span;
        for (x, number) in counts.iter().enumerate().filter(|(_, number)| **number > 0) {
            let shades = if canvas.ascii { SHADES_ASCII } else { SHADES };
            let shade = match number {
                1 if spans => fill(0, canvas.ascii),
                _ if spans => mark(4),
                0..=1 => shades[1],
                2..=4 => shades[2],
                5..=19 => shades[3],
                _ => shades[4],
            };
            canvas.set(left + x, y, shade, Ink::Series(at));
        }
    }
    let bottom = canvas.height - 1;
    let left_out = lanes.lanes.len() - top - rows;
    below(left_out, bottom - 1, canvas);
    axis(lanes, (from, to), (left, room, bottom), &view.zone, canvas);
}

fn axis(
    lanes: &Lanes,
    (from, to): (f64, f64),
    (left, room, y): (usize, usize, usize),
    zone: &Zone,
    canvas: &mut Canvas,
) {
    let marks: Vec<(f64, String)> = match (&lanes.x, lanes.x.place(from), lanes.x.place(to)) {
        (Axis::Time { .. }, Place::Ticks(first), Place::Ticks(last)) => time::marks(first, last, room, zone)
            .into_iter()
            .map(|(at, label)| (lanes.x.unit(Place::Ticks(at)), label))
            .collect(),
        _ => [from, to].map(|at| (at, number_mark(at, (to - from) / 10.0))).into(),
    };
    let mut free = 0;
    for (unit, label) in marks {
        let x = ((unit - from) / (to - from) * (room - 1) as f64).round().clamp(0.0, room as f64) as usize;
        let x = x.min(room.saturating_sub(label.len()));
        if x >= free {
            canvas.text(left + x, y, &label, Ink::Dim);
            free = x + label.len() + 2;
        }
    }
}
