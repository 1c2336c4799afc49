//! Series over an upright value axis: columns and areas of blocks, lines of braille, points of marks.

use super::canvas::{Canvas, Ink};
use super::columns::columns;
use super::legend::place_text;
use super::lines::{anomalies, lines, points};
use super::scale::{Scale, mark};
use super::{Axis, Bounds, Chart, Place, Plot, Split, Stack, View, time};
use crate::catalog::charts::Form;
use crate::display;
use crate::ticks::DAY;

/// Columns of the value axis: at least seven digits and a line, at most twelve.
const MARGIN: (usize, usize) = (8, 13);
/// Of an axis of timespans: `-10675199.02:48:05.4775808` and a line.
const SPAN_MARGIN: usize = 27;
/// A column is no wider.
const COLUMN_MAX: usize = 8;
/// Labels under columns are cut to no less than this.
const LABEL_MIN: usize = 6;

/// Rows of a canvas.
#[derive(Clone, Copy)]
pub struct Area {
    pub top: usize,
    pub rows: usize,
}

/// The part of the screen that has the values.
pub struct Room {
    pub left: usize,
    pub columns: usize,
    pub top: usize,
    pub rows: usize,
}

/// A place on the screen that a stop is drawn at.
pub struct Slot {
    pub x: usize,
    pub width: usize,
    pub stop: usize,
}

/// The series of each panel that are switched on.
pub fn panels(plot: &Plot, view: &View) -> Vec<Vec<usize>> {
    let shown: Vec<usize> = (0..plot.series.len()).filter(|at| view.shows(*at)).collect();
    if plot.split != Split::Panels {
        return vec![shown];
    }
    let mut panels: Vec<usize> = shown.iter().map(|at| plot.series[*at].panel).collect();
    panels.sort_unstable();
    panels.dedup();
    let of = |panel: &usize| shown.iter().copied().filter(|at| plot.series[*at].panel == *panel).collect();
    panels.iter().map(of).collect()
}

/// Whether every label has room below its column; those that are cut can still be told apart.
pub fn labels_fit(plot: &Plot, view: &View, width: usize) -> bool {
    let Axis::Labels(labels) = &plot.x else { return true };
    let (first, end) = view.stops(plot);
    let slot = width.saturating_sub(MARGIN.0) / (end - first).max(1);
    let seen = labels.names.get(first..end).unwrap_or_default();
    let shown: Vec<_> = seen.iter().map(|label| display::safe(label)).collect();
    if shown.iter().all(|label| display::width(label) < slot) {
        return true;
    }
    let mut cut: Vec<_> = shown.iter().map(|label| display::fit(label, slot.max(1) - 1, true)).collect();
    cut.sort_unstable();
    cut.dedup();
    slot > LABEL_MIN && cut.len() == shown.len()
}

/// Columns that the value axis takes at most.
fn margin_max(plot: &Plot) -> usize {
    if plot.y.spans { SPAN_MARGIN } else { MARGIN.1 }
}

pub fn draw(chart: &Chart, plot: &Plot, view: &View, area: Area, canvas: &mut Canvas) {
    let panels = panels(plot, view);
    let titled = area.rows >= 14 && !plot.axis_title().is_empty();
    let rows = area.rows - 1 - usize::from(titled);
    let shown = panels.len().min(rows / 2).max(1);
    let each = rows / shown;
    let scales: Vec<Scale> =
        panels.iter().take(shown).map(|panel| scale(chart, plot, view, panel, each)).collect();
    let wide = scales.iter().flat_map(|scale| &scale.marks).map(|mark| mark.1.len()).max().unwrap_or(0);
    let left = (wide + 1).clamp(MARGIN.0, margin_max(plot)).min(canvas.width / 2);
    for (at, (panel, scale)) in panels.iter().zip(&scales).enumerate() {
        let gap = usize::from(at + 1 < shown && each > 3);
        let room = Room { left, columns: canvas.width - left, top: area.top + at * each, rows: each - gap };
        axis(scale, &room, canvas);
        draw_panel(chart, plot, view, panel, scale, &room, canvas);
        if shown > 1 {
            let name = if panel.len() == 1 { plot.series[panel[0]].name.as_str() } else { "" };
            canvas.text(left + 1, room.top, name, Ink::Dim);
        }
    }
    let below = Room { left, columns: canvas.width - left, top: area.top + shown * each, rows: 1 };
    let blocks = panels.iter().all(|panel| blocks(chart, plot, view, panel, below.columns));
    labels(plot, view, &below, blocks, canvas);
    cursor(plot, view, &below, blocks, canvas);
    if titled {
        canvas.text(left, below.top + 1, plot.axis_title(), Ink::Dim);
    }
    if panels.len() > shown {
        let more = format!("{} more panels need more rows", panels.len() - shown);
        canvas.text(left, area.top, &more, Ink::Dim);
    }
}

/// Whether this is drawn as columns of blocks.
fn blocks(chart: &Chart, plot: &Plot, view: &View, panel: &[usize], columns: usize) -> bool {
    match chart.kind.form {
        Form::Area | Form::Column => true,
        Form::Line if chart.kind.blocks && panel.len() == 1 && plot.stack == Stack::Apart => {
            let (first, end) = view.stops(plot);
            let values = &plot.series[panel[0]].points;
            plot.x.bins().is_some() && end - first <= columns && values.iter().all(|point| point.1 >= 0.0)
        }
        Form::Line | Form::Point | Form::Bar | Form::Share => false,
        Form::Card | Form::Tree | Form::Span | Form::Lane | Form::Rows => false,
    }
}

pub fn scale(chart: &Chart, plot: &Plot, view: &View, panel: &[usize], rows: usize) -> Scale {
    let bounds = Bounds { log: view.log(plot), ..plot.y };
    let zero = blocks(chart, plot, view, panel, usize::MAX);
    if plot.stack == Stack::Hundred && zero {
        return Scale::new((0.0, 100.0), Bounds { log: false, spans: false, ..bounds }, true, rows);
    }
    Scale::new(range(plot, view, panel, bounds.log), bounds, zero, rows)
}

/// The least and greatest value in view; on top of each other where series are stacked.
fn range(plot: &Plot, view: &View, panel: &[usize], log: bool) -> (f64, f64) {
    let (first, end) = view.stops(plot);
    let stops = &plot.stops[first..end];
    let widen = |(least, most): (f64, f64), value: f64| (least.min(value), most.max(value));
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    if plot.stack == Stack::Stacked {
        for stop in stops {
            let values = panel.iter().filter_map(|at| plot.value(*at, *stop));
            let (below, above) = values.fold((0.0, 0.0), |(below, above), value: f64| {
                if value < 0.0 { (below + value, above) } else { (below, above + value) }
            });
            range = widen(widen(range, below), above);
        }
    } else if let (Some(from), Some(to)) = (stops.first(), stops.last()) {
        for at in panel {
            let points = plot.series[*at].points.iter();
            let seen = points.filter(|point| point.0 >= *from && point.0 <= *to && (!log || point.1 > 0.0));
            range = seen.fold(range, |range, point| widen(range, point.1));
        }
    }
    if view.fill && !log {
        range = widen(range, 0.0);
    }
    if range.0 > range.1 { (0.0, 0.0) } else { range }
}

fn axis(scale: &Scale, room: &Room, canvas: &mut Canvas) {
    let line = if canvas.ascii { '|' } else { '│' };
    let mut taken = None;
    for (value, label) in scale.marks.iter().rev() {
        let y = room.top + row_of(scale.part(*value), room.rows);
        // A label every second row at most, but always the ends.
        if taken.is_none_or(|taken| y > taken) {
            canvas.text_before(room.left - 1, y, label, Ink::Dim);
            taken = Some(y);
        }
    }
    for y in 0..room.rows {
        canvas.set(room.left - 1, room.top + y, line, Ink::Dim);
    }
}

/// The row, from above, that has this part of the axis.
pub fn row_of(part: f64, rows: usize) -> usize {
    rows - 1 - ((part * rows as f64).max(0.0) as usize).min(rows - 1)
}

/// The column of a unit, as a real: the middle of a bin, or where the point is.
pub fn column_of(x: &Axis, (from, to): (f64, f64), unit: f64, columns: usize) -> f64 {
    let part = (unit + if x.bins().is_some() { 0.5 } else { 0.0 } - from) / (to - from);
    let last = if x.bins().is_some() { columns as f64 } else { columns as f64 - 1.0 };
    (part * last).clamp(0.0, columns as f64 - 1.0)
}

/// Where bins stand: all of the same width when each has a column of its own.
fn column_slots(plot: &Plot, view: &View, columns: usize, blocks: bool) -> (usize, Option<usize>) {
    let (first, end) = view.stops(plot);
    match plot.x.bins() {
        Some(_) if blocks && end - first <= columns => {
            let most = if matches!(plot.x, Axis::Labels(_)) { columns } else { COLUMN_MAX };
            (first, Some((columns / (end - first).max(1)).clamp(1, most)))
        }
        _ => (first, None),
    }
}

/// The column of a stop, and its width.
fn place_of(plot: &Plot, view: &View, stop: usize, columns: usize, blocks: bool) -> (usize, usize) {
    match column_slots(plot, view, columns, blocks) {
        (first, Some(width)) => ((stop.saturating_sub(first)) * width, width),
        (_, None) => {
            let window = view.window(&plot.x);
            let unit = plot.stops.get(stop).map_or(0.0, |stop| plot.x.unit(*stop));
            (column_of(&plot.x, window, unit, columns) as usize, 1)
        }
    }
}

/// The stops in view, of several in a column the one with the most in it.
pub fn slots(plot: &Plot, view: &View, panel: &[usize], columns: usize) -> Vec<Slot> {
    let (first, end) = view.stops(plot);
    let mut slots: Vec<(Slot, f64)> = Vec::new();
    for stop in first..end {
        let (x, width) = place_of(plot, view, stop, columns, true);
        let values = panel.iter().filter_map(|at| plot.value(*at, plot.stops[stop]));
        let size: f64 = values.map(f64::abs).sum();
        match slots.last_mut() {
            Some((slot, most)) if slot.x == x => {
                if size > *most {
                    (slot.stop, *most) = (stop, size);
                }
            }
            _ => slots.push((Slot { x, width, stop }, size)),
        }
    }
    slots.into_iter().map(|slot| slot.0).collect()
}

/// Whether on a drawing of this width blocks of several stops may stand in one column, of which one is drawn.
pub fn shared(chart: &Chart, plot: &Plot, view: &View, width: usize) -> bool {
    // The value axis takes no more.
    let columns = width.saturating_sub(margin_max(plot)).max(1);
    let (first, end) = view.stops(plot);
    let some = |panel: &Vec<usize>| {
        blocks(chart, plot, view, panel, columns) && slots(plot, view, panel, columns).len() < end - first
    };
    panels(plot, view).iter().any(some)
}

fn draw_panel(
    chart: &Chart,
    plot: &Plot,
    view: &View,
    panel: &[usize],
    scale: &Scale,
    room: &Room,
    canvas: &mut Canvas,
) {
    let own = |at: usize| match plot.split {
        // Each series has the whole height for its own range.
        Split::Axes => self::scale(chart, plot, view, &[at], room.rows),
        Split::None | Split::Panels => scale.clone(),
    };
    let scales: Vec<Scale> = panel.iter().map(|at| own(*at)).collect();
    if blocks(chart, plot, view, panel, room.columns) {
        columns(chart, plot, view, panel, &scales, room, canvas);
    } else if matches!(chart.kind.form, Form::Point) {
        for (at, scale) in panel.iter().zip(&scales) {
            points(plot, view, *at, scale, room, canvas, |_, _| true);
        }
    } else {
        lines(plot, view, panel, &scales, room, canvas);
    }
    for (at, scale) in panel.iter().zip(&scales) {
        anomalies(plot, view, *at, scale, room, canvas);
    }
}

/// What stands under the plot: times, numbers or labels, as many as there is room for.
fn labels(plot: &Plot, view: &View, room: &Room, blocks: bool, canvas: &mut Canvas) {
    if plot.stops.is_empty() {
        canvas.text(room.left, room.top, "no values to draw", Ink::Dim);
        return;
    }
    let (from, to) = view.window(&plot.x);
    let (first, end) = view.stops(plot);
    let mut free = 0;
    let mut put = |x: usize, label: &str, canvas: &mut Canvas| {
        let wide = display::width(label);
        if x >= free && x + wide <= room.columns {
            canvas.text(room.left + x, room.top, label, Ink::Dim);
            free = x + wide + 2;
        }
    };
    match &plot.x {
        Axis::Labels(labels) => {
            for stop in first..end.min(labels.names.len()) {
                let (x, width) = place_of(plot, view, stop, room.columns, true);
                let label = place_text(&plot.x, Place::Label(stop), &view.zone);
                let shown = display::shown(&label, canvas.ascii);
                let label = display::fit(&shown, width.max(2) - 1, canvas.ascii);
                canvas.text(room.left + x, room.top, &label, Ink::Dim);
            }
        }
        Axis::Time { step: Some(step), .. } if end - first <= room.columns => {
            let ticks = |stop: usize| match plot.stops.get(stop) {
                Some(Place::Ticks(at)) => *at,
                _ => 0,
            };
            let (least, most) = (ticks(first), ticks(end.max(1) - 1));
            let bins: Vec<(usize, String)> = (first..end)
                .map(|stop| {
                    let label = time::short(ticks(stop), (least, most), *step, &view.zone);
                    (place_of(plot, view, stop, room.columns, blocks).0, label)
                })
                .collect();
            // Every second, third and so on, so that the same time lies between all labels.
            for (x, label) in bins.iter().step_by(apart(&bins, *step)) {
                put(*x, label, canvas);
            }
        }
        Axis::Time { .. } => {
            let ticks = |unit: f64| match plot.x.place(unit) {
                Place::Ticks(at) => at,
                Place::Number(_) | Place::Label(_) => 0,
            };
            for (at, label) in time::marks(ticks(from), ticks(to), room.columns, &view.zone) {
                let unit = plot.x.unit(Place::Ticks(at));
                put(column_of(&plot.x, (from, to), unit, room.columns) as usize, &label, canvas);
            }
        }
        Axis::Number { log, spans, .. } => {
            let spans = *spans;
            let bounds = Bounds { log: false, min: Some(from), max: Some(to), spans: spans && !log };
            let scale = Scale::new((from, to), bounds, false, room.columns / 8);
            for (value, label) in &scale.marks {
                let label =
                    if *log { mark(10f64.powf(*value), 10f64.powf(*value), spans) } else { label.clone() };
                put(column_of(&plot.x, (from, to), *value, room.columns) as usize, &label, canvas);
            }
        }
    }
}

/// Of how many bins one has its label, so that each has room beside the next; parts of a day, or whole days, lie
/// between two labels where bins are parts of a day.
fn apart(bins: &[(usize, String)], step: i64) -> usize {
    let whole = |apart: &usize| {
        let between = step.max(1).saturating_mul(*apart as i64);
        DAY % step.max(1) != 0 || DAY % between == 0 || between % DAY == 0
    };
    let fits = |apart: &usize| {
        let labelled: Vec<_> = bins.iter().step_by(*apart).collect();
        labelled.windows(2).all(|two| two[0].0 + display::width(&two[0].1) + 2 <= two[1].0)
    };
    (1..bins.len()).find(|apart| whole(apart) && fits(apart)).unwrap_or(bins.len().max(1))
}

/// The sign under the cursor's column, and the brush.
fn cursor(plot: &Plot, view: &View, room: &Room, blocks: bool, canvas: &mut Canvas) {
    let Some((first, last)) = view.brushed() else { return };
    let (start, end) = view.stops(plot);
    let last_seen = end.max(start + 1) - 1;
    let column = |stop: usize| place_of(plot, view, stop.clamp(start, last_seen), room.columns, blocks).0;
    if view.anchor.is_some() {
        let (from, to) = (column(first), column(last));
        let line: String = (from..=to)
            .map(|x| {
                if x == from {
                    '['
                } else if x == to {
                    ']'
                } else {
                    '='
                }
            })
            .collect();
        canvas.labels.retain(|label| label.y != room.top);
        canvas.text(room.left + from, room.top, &line, Ink::Chosen);
        return;
    }
    if (start..end).contains(&first) {
        let x = room.left + column(first);
        canvas.cover(x, room.top);
        canvas.text(x, room.top, "^", Ink::Chosen);
    }
}
