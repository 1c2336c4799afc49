//! Columns and areas as blocks: from the ground, beside each other, on top of each other.

use super::canvas::{Canvas, Ink};
use super::draw::fill;
use super::plot::{Room, Slot, slots};
use super::scale::Scale;
use super::{Chart, Plot, Stack, View};
use crate::catalog::charts::Form;

const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const EIGHTHS_ASCII: [char; 9] = [' ', '.', '.', '.', ':', ':', ':', '#', '#'];

/// What stands on one ground.
struct Panel<'a> {
    chart: &'a Chart,
    plot: &'a Plot,
    panel: &'a [usize],
    scales: &'a [Scale],
}

/// Columns and areas. A gap stays empty; a zero has a sign of its own.
pub fn columns(
    chart: &Chart,
    plot: &Plot,
    view: &View,
    panel: &[usize],
    scales: &[Scale],
    room: &Room,
    canvas: &mut Canvas,
) {
    let whole = Panel { chart, plot, panel, scales };
    let area = chart.kind.form == Form::Area;
    let slots = slots(plot, view, panel, room.columns);
    let mut before: Option<(usize, Vec<Option<f64>>)> = None;
    for slot in &slots {
        let stop = plot.stops[slot.stop];
        let values: Vec<Option<f64>> = panel.iter().map(|at| plot.drawn(*at, stop, view.fill)).collect();
        // Between points on no grid an area goes straight from one to the next.
        if let (true, None, Some((x, old))) = (area, plot.x.bins(), &before) {
            for between in x + 1..slot.x {
                let part = (between - x) as f64 / (slot.x - x) as f64;
                let mixed = old
                    .iter()
                    .zip(&values)
                    .map(|(old, new)| Some(old.as_ref()? * (1.0 - part) + new.as_ref()? * part));
                let bar = Slot { x: between, width: 1, stop: slot.stop };
                stand(&whole, &mixed.collect::<Vec<_>>(), &bar, room, canvas);
            }
        }
        // A space between columns where there is room for one.
        let width = if slot.width > 2 && !area { slot.width - 1 } else { slot.width };
        let bar = Slot { width, ..*slot };
        stand(&whole, &values, &bar, room, canvas);
        before = Some((slot.x, values));
    }
}

/// A value of a place, and from where to where it stands; 0 is the bottom of the axis, 1 its top.
pub struct Ends {
    /// By its place in the panel.
    pub at: usize,
    pub value: f64,
    pub from: f64,
    pub to: f64,
}

/// Where the values of one place stand: on top of each other, or each on the ground, the greatest first.
pub fn ends(plot: &Plot, scales: &[Scale], values: &[Option<f64>]) -> Vec<Ends> {
    let mut there: Vec<(usize, f64)> =
        values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))).collect();
    if plot.stack == Stack::Apart {
        there.sort_by(|left, right| right.1.abs().total_cmp(&left.1.abs()));
        let ground = |scale: &Scale| scale.part(if scale.log { scale.least } else { 0.0 }).clamp(0.0, 1.0);
        let end = |(at, value)| Ends { at, value, from: ground(&scales[at]), to: scales[at].part(value) };
        return there.into_iter().map(end).collect();
    }
    let whole: f64 = there.iter().map(|(_, value)| value.abs()).sum();
    let (mut above, mut below) = (0.0, 0.0);
    let end = |(at, value): (usize, f64)| {
        let length = match plot.stack {
            Stack::Hundred if whole > 0.0 => value.abs() / whole * 100.0,
            Stack::Hundred | Stack::Stacked | Stack::Apart => value,
        };
        let start = if length < 0.0 { &mut below } else { &mut above };
        let from = scales[at].part(*start).max(0.0);
        *start += length;
        Ends { at, value, from, to: scales[at].part(*start) }
    };
    there.into_iter().map(end).collect()
}

/// The values of one place: beside each other, on top of each other, or the smaller before the greater.
fn stand(panel: &Panel<'_>, values: &[Option<f64>], bar: &Slot, room: &Room, canvas: &mut Canvas) {
    let Panel { chart, plot, panel, scales } = panel;
    let each = bar.width / panel.len().max(1);
    let apart = plot.stack == Stack::Apart;
    let grouped =
        apart && chart.kind.form == Form::Column && panel.len() > 1 && each > 0 && plot.x.bins().is_some();
    for Ends { at, value, from, to } in ends(plot, scales, values) {
        let (x, width) = if grouped { (bar.x + at * each, each) } else { (bar.x, bar.width) };
        // Whatever is above the ground is seen.
        let least = if apart && value > 0.0 { 0.6 / (room.rows * 8) as f64 } else { f64::NEG_INFINITY };
        let is_zero = apart && value == 0.0 && panel.len() == 1 && !scales[at].log;
        if !apart || value != 0.0 || is_zero {
            block(panel[at], (x, width), (from, to.max(from + least)), is_zero, room, canvas);
        }
    }
}

/// Fills cells from one part of the height to another.
fn block(
    series: usize,
    (x, width): (usize, usize),
    (from, to): (f64, f64),
    is_zero: bool,
    room: &Room,
    canvas: &mut Canvas,
) {
    let ink = Ink::Series(series);
    let eighths = if canvas.ascii { EIGHTHS_ASCII } else { EIGHTHS };
    let units = |part: f64| (part.clamp(0.0, 1.0) * (room.rows * 8) as f64).round() as usize;
    let (low, mut high) = (units(from.min(to)), units(from.max(to)));
    let (left, bottom) = (room.left + x, room.top + room.rows - 1);
    if is_zero {
        (0..width).for_each(|at| canvas.set(left + at, bottom.saturating_sub(low / 8), '_', ink));
        return;
    }
    // The least that can be seen, on the ground.
    if high == low && from.min(to) <= 0.0 && to > 0.0 {
        high += 1;
    }
    for row in low / 8..high.div_ceil(8).min(room.rows) {
        let (start, end) = (low.max(row * 8) - row * 8, high.min(row * 8 + 8) - row * 8);
        let sign = match (start, end) {
            (_, 0) => continue,
            (0, 8) => fill(series, canvas.ascii),
            (0, end) => eighths[end],
            (start, end) if end - start >= 4 => fill(series, canvas.ascii),
            _ => continue,
        };
        (0..width).for_each(|at| canvas.set(left + at, bottom - row, sign, ink));
    }
}
