//! Charts whose lines lie below each other: bars and shares, values of a card, shares within shares, spans and
//! moments. Scrolls so that the cursor is in view, and says what is below.

use super::bars::{Bar, percent};
use super::canvas::{Canvas, Ink};
use super::draw::{fill, mark};
use super::number::{mark as number_mark, reading};
use super::plot::Area;
use super::{Axis, Branch, Chart, Fact, Lanes, Place, Plot, View, time};
use crate::catalog::charts::Form;
use crate::display::{shown, thousands, width};
use crate::zone::Zone;

/// Parts of a cell from the left.
const PARTS: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// How many rows are in one cell of a lane, from none on.
const SHADES: [char; 5] = [' ', '·', '░', '▒', '█'];
const SHADES_ASCII: [char; 5] = [' ', '.', ':', '+', '#'];
/// Levels of a treemap that are shown.
const LEVELS_MAX: usize = 8;
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

/// One bar a label and series, lying.
pub fn bars(chart: &Chart, plot: &Plot, view: &View, area: Area, canvas: &mut Canvas) {
    let bars = super::bars::bars(chart, plot, view);
    let cursor = view.cursor.and_then(|stop| bars.iter().rposition(|bar| bar.stop == stop));
    let (top, rows) = seen(bars.len(), area.rows, cursor);
    let names = bars.iter().filter_map(|bar| bar.name.as_deref()).chain([plot.x_title.as_str()]);
    let left = name_room(names, canvas);
    let right = bars.iter().map(|bar| width(&shown(&bar.said, canvas.ascii))).max().unwrap_or(0);
    let right = right.min(canvas.width / 3);
    let room = canvas.width.saturating_sub(left + 4 + right).max(4);
    if area.top > 0 {
        let title = shown(&plot.x_title, canvas.ascii).into_owned();
        canvas.text(1, 0, &crate::display::fit(&title, left, canvas.ascii), Ink::Dim);
        canvas.text(left + 2, 0, &plot.y_title, Ink::Dim);
    }
    for (row, bar) in bars.iter().enumerate().skip(top).take(rows) {
        let y = area.top + row - top;
        // The first line in view has a name too.
        let name =
            if row == top { bars[..=row].iter().rev().find_map(|bar| bar.name.as_deref()) } else { None };
        if let Some(name) = name.or(bar.name.as_deref()) {
            put_name(name, left, y, view.marks(bar.stop), canvas);
        }
        let end = lay(bar, (left + 2, y, room), canvas);
        canvas.text(end + 1, y, &bar.said, Ink::Dim);
    }
    below(bars.len() - top - rows, area.top + area.rows - 1, canvas);
}

/// Draws the parts of one line; gives the column after them.
fn lay(bar: &Bar, (left, y, room): (usize, usize, usize), canvas: &mut Canvas) -> usize {
    let cells = |part: f64| part * room as f64;
    let mut end = cells(bar.ground);
    for part in &bar.parts {
        let (start, mut stop) = (cells(part.from), cells(part.to));
        if part.value > 0.0 && stop - start < 0.125 {
            // The least that can be seen.
            stop = start + 0.125;
        }
        let alone = bar.parts.len() == 1 && !canvas.ascii;
        for x in start as usize..stop.ceil() as usize {
            let filled = (stop.min(x as f64 + 1.0) - start.max(x as f64)).clamp(0.0, 1.0);
            let sign = match alone {
                true if stop < (x + 1) as f64 => PARTS[((filled * 8.0).round() as usize).clamp(1, 8)],
                true => PARTS[8],
                false if filled >= 0.5 || x == start as usize && stop <= (x + 1) as f64 => {
                    fill(part.series, canvas.ascii)
                }
                false => continue,
            };
            canvas.set(left + x, y, sign, Ink::Series(part.series));
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

/// The lines of a treemap: each branch, then its parts.
pub fn rows_of(branches: &[Branch]) -> Vec<TreeRow<'_>> {
    fn add<'a>(branches: &'a [Branch], depth: usize, root: Option<usize>, rows: &mut Vec<TreeRow<'a>>) {
        for (at, branch) in branches.iter().enumerate() {
            let root = root.unwrap_or(at);
            rows.push(TreeRow { branch, depth, root });
            if depth + 1 < LEVELS_MAX {
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
        put_name(&names[at], left, y, view.marks(at), canvas);
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
        put_name(&lane.name, left - 2, y, view.marks(at), canvas);
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
