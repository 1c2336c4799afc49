//! Lines of braille, or of points where only ASCII may be used; marks for points and anomalies.

use super::canvas::{Canvas, Dots, Ink};
use super::draw::mark;
use super::plot::{Room, column_of, row_of};
use super::scale::Scale;
use super::{Place, Plot, View};

/// Lines between points; several of them with marks on them, since colors may not be seen.
pub fn lines(plot: &Plot, view: &View, panel: &[usize], scales: &[Scale], room: &Room, canvas: &mut Canvas) {
    let mut dots = Dots::new(room.columns, room.rows, canvas.ascii);
    let window = view.window(&plot.x);
    let (first, end) = view.stops(plot);
    let sparse = (end - first) * 3 <= room.columns;
    let mut lone = Vec::new();
    for (series, scale) in panel.iter().zip(scales) {
        let ink = Ink::Series(*series);
        let mut last: Option<(usize, usize)> = None;
        let mut alone = false;
        for stop in &plot.stops[first..end] {
            let value = plot.drawn(*series, *stop, view.fill).filter(|value| !scale.log || *value > 0.0);
            let unit = plot.x.unit(*stop);
            let Some(value) = value else {
                if plot.breaks(*series, *stop) {
                    lone.extend(last.take().filter(|_| alone).map(|at| (at, *series)));
                }
                continue;
            };
            let x = column_of(&plot.x, window, unit, dots.width) as usize;
            let y = row_of(scale.part(value), dots.height);
            dots.line(last.unwrap_or((x, y)), (x, y), ink);
            alone = last.is_none();
            last = Some((x, y));
        }
        lone.extend(last.filter(|_| alone).map(|at| (at, *series)));
    }
    let dense = canvas.ascii && !sparse;
    dots.put(canvas, (room.left, room.top), |ink| match ink {
        Ink::Series(at) if dense => mark(at),
        _ => '.',
    });
    // A single dot of braille is easily overlooked.
    for ((x, y), series) in lone {
        let (x, y) = (room.left + x / dots.fine.0, room.top + y / dots.fine.1);
        canvas.set(x, y, mark(series), Ink::Series(series));
    }
    for (number, (at, scale)) in panel.iter().zip(scales).enumerate() {
        if sparse && (panel.len() > 1 || canvas.ascii) {
            points(plot, view, *at, scale, room, canvas, |_, _| true);
        } else if panel.len() > 1 && !canvas.ascii {
            // Now and then, each series at columns of its own.
            const EVERY: usize = 16;
            let mut next = number * EVERY / panel.len();
            points(plot, view, *at, scale, room, canvas, |x, _| {
                let due = x >= next;
                next = if due { x + EVERY } else { next };
                due
            });
        }
    }
}

/// A mark for each point of a series that is wanted.
pub fn points(
    plot: &Plot,
    view: &View,
    series: usize,
    scale: &Scale,
    room: &Room,
    canvas: &mut Canvas,
    mut wanted: impl FnMut(usize, usize) -> bool,
) {
    let (from, to) = view.window(&plot.x);
    let closed = plot.x.bins().is_none();
    for (place, value) in &plot.series[series].points {
        let unit = plot.x.unit(*place);
        if unit < from || unit > to || unit == to && !closed || scale.log && *value <= 0.0 {
            continue;
        }
        let (x, y) = cell(plot, view, *place, *value, scale, room);
        if wanted(x, y) {
            let several = match canvas.cell(room.left + x, room.top + y) {
                (_, Ink::Series(other)) if other != series => {
                    canvas.cell(room.left + x, room.top + y).0 == mark(other)
                }
                _ => false,
            };
            let sign = if several { '=' } else { mark(series) };
            let ink = if several { Ink::Bold } else { Ink::Series(series) };
            canvas.set(room.left + x, room.top + y, sign, ink);
        }
    }
}

fn cell(plot: &Plot, view: &View, place: Place, value: f64, scale: &Scale, room: &Room) -> (usize, usize) {
    let x = column_of(&plot.x, view.window(&plot.x), plot.x.unit(place), room.columns);
    (x as usize, row_of(scale.part(value), room.rows))
}

pub fn anomalies(plot: &Plot, view: &View, series: usize, scale: &Scale, room: &Room, canvas: &mut Canvas) {
    let (from, to) = view.window(&plot.x);
    for place in &plot.series[series].anomalies {
        let unit = plot.x.unit(*place);
        if let (Some(value), true) = (plot.value(series, *place), (from..=to).contains(&unit)) {
            let (x, y) = cell(plot, view, *place, value, scale, room);
            canvas.set(room.left + x, room.top + y, '!', Ink::Anomaly);
        }
    }
}
