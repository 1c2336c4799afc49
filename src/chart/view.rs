//! What a reader sees of a chart: the part of its axis, the series switched on, the cursor, the brush.

use std::collections::BTreeSet;

use super::{Axis, Body, Chart, Plot, SERIES_SHOWN};
use crate::zone::Zone;

/// Plain state; every method takes the chart that it is of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The part of the axis, in its units; all of it when `None`.
    pub window: Option<(f64, f64)>,
    /// Series that are switched off.
    pub hidden: BTreeSet<usize>,
    /// The series that the next switch is for.
    pub chosen: Option<usize>,
    /// The stop, bar, or lane that is read, once it was moved.
    pub cursor: Option<usize>,
    /// Where the brush was put down.
    pub anchor: Option<usize>,
    /// Bins without a row are drawn as zero.
    pub fill: bool,
    /// The value axis is the other one than the query asks for.
    pub other_log: bool,
    /// Where times are shown as they are there. Files have UTC.
    pub zone: Zone,
}

/// How the cursor moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Back,
    On,
    PageBack,
    PageOn,
    First,
    Last,
}

impl View {
    /// The first view: of many series the greatest, which stand first.
    pub fn new(chart: &Chart) -> View {
        let Body::Plot(plot) = &chart.body else { return View::default() };
        let hidden = (SERIES_SHOWN..plot.series.len()).collect();
        View { hidden, window: plot.window, ..View::default() }
    }

    pub fn shows(&self, series: usize) -> bool {
        !self.hidden.contains(&series)
    }

    /// Whether the value axis is one of powers of ten.
    pub fn log(&self, plot: &Plot) -> bool {
        plot.y.log != self.other_log
    }

    /// The part of the axis that is seen.
    pub fn window(&self, x: &Axis) -> (f64, f64) {
        self.window.unwrap_or_else(|| x.whole())
    }

    /// The stops in view: first and after the last.
    pub fn stops(&self, plot: &Plot) -> (usize, usize) {
        let (from, to) = self.window(&plot.x);
        let before = |limit: f64, closed: bool| {
            plot.stops.partition_point(|stop| {
                let unit = plot.x.unit(*stop);
                unit < limit || closed && unit == limit
            })
        };
        (before(from, false), before(to, plot.x.bins().is_none()))
    }

    /// Moves the cursor; one step is at least one of `columns` of the screen.
    pub fn turn(&mut self, chart: &Chart, turn: Turn, columns: usize) {
        let length = chart.length();
        let (first, end) = match &chart.body {
            Body::Plot(plot) if !chart.lies() => self.stops(plot),
            Body::Plot(_) | Body::Card(_) | Body::Tree(_) | Body::Lanes(_) => (0, length),
        };
        let Some(last) = length.checked_sub(1) else { return };
        let stride = if chart.lies() { 1 } else { (end.saturating_sub(first) / columns.max(1)).max(1) };
        let page = stride * 7;
        let start = end.saturating_sub(1).min(last);
        self.cursor = Some(match (turn, self.cursor) {
            (Turn::First, _) => 0,
            (Turn::Last, _) => last,
            (Turn::Back | Turn::PageBack, None) if !chart.lies() => start,
            (Turn::Back | Turn::PageBack | Turn::On | Turn::PageOn, None) => first.min(last),
            (Turn::Back, Some(at)) => at.saturating_sub(stride),
            (Turn::On, Some(at)) => (at + stride).min(last),
            (Turn::PageBack, Some(at)) => at.saturating_sub(page),
            (Turn::PageOn, Some(at)) => (at + page).min(last),
        });
        self.follow(chart);
    }

    /// Moves the window so that the cursor is in it.
    fn follow(&mut self, chart: &Chart) {
        let Body::Plot(plot) = &chart.body else { return };
        let (Some(cursor), Some((from, to))) = (self.cursor, self.window) else { return };
        let Some(unit) = plot.stops.get(cursor).map(|stop| plot.x.unit(*stop)) else { return };
        let wide = if plot.x.bins().is_some() { 1.0 } else { 0.0 };
        let by = if unit < from { unit - from } else { (unit + wide - to).max(0.0) };
        self.window = Some(within((from + by, to + by), plot.x.whole()));
    }

    /// Shows half as much of the axis, or twice as much, around the cursor.
    pub fn zoom(&mut self, chart: &Chart, closer: bool) {
        let Some((x, _)) = chart.axis() else { return };
        let whole = x.whole();
        let (from, to) = self.window(x);
        let middle = match (&chart.body, self.cursor) {
            (Body::Plot(plot), Some(at)) => {
                plot.stops.get(at).map_or((from + to) / 2.0, |stop| x.unit(*stop))
            }
            _ => (from + to) / 2.0,
        };
        let mut span = if closer { (to - from) / 2.0 } else { (to - from) * 2.0 };
        if x.bins().is_some() {
            span = span.ceil().max(2.0);
        } else if closer && span < (whole.1 - whole.0) / 1e9 {
            return;
        }
        if span >= whole.1 - whole.0 {
            self.window = None;
            return;
        }
        let start = middle - span / 2.0;
        let start = if x.bins().is_some() { start.round() } else { start };
        self.window = Some(within((start, start + span), whole));
    }

    /// Moves the window by half of it.
    pub fn pan(&mut self, chart: &Chart, on: bool) {
        let (Some((x, _)), Some((from, to))) = (chart.axis(), self.window) else { return };
        let mut by = (to - from) / 2.0;
        if x.bins().is_some() {
            by = by.floor().max(1.0);
        }
        let by = if on { by } else { -by };
        self.window = Some(within((from + by, to + by), x.whole()));
    }

    /// Chooses the next series of the legend, or the one before.
    pub fn choose(&mut self, chart: &Chart, on: bool) {
        let Body::Plot(plot) = &chart.body else { return };
        let Some(last) = plot.series.len().checked_sub(1) else { return };
        self.chosen = Some(match (self.chosen, on) {
            (None, true) => 0,
            (None, false) => last,
            (Some(at), true) => {
                if at == last {
                    0
                } else {
                    at + 1
                }
            }
            (Some(at), false) => {
                if at == 0 {
                    last
                } else {
                    at - 1
                }
            }
        });
    }

    /// Switches the chosen series on or off.
    pub fn switch(&mut self) {
        if let Some(at) = self.chosen
            && !self.hidden.remove(&at)
        {
            self.hidden.insert(at);
        }
    }

    /// Switches all on, or when all are, back to the first view's.
    pub fn switch_all(&mut self, chart: &Chart) {
        self.hidden = if self.hidden.is_empty() { View::new(chart).hidden } else { BTreeSet::new() };
    }

    /// The stops of the brush, or the one under the cursor: first and last.
    pub fn brushed(&self) -> Option<(usize, usize)> {
        let cursor = self.cursor?;
        let anchor = self.anchor.unwrap_or(cursor);
        Some((cursor.min(anchor), cursor.max(anchor)))
    }

    /// Whether this one is under the cursor or in the brush.
    pub fn marks(&self, at: usize) -> bool {
        self.brushed().is_some_and(|(first, last)| (first..=last).contains(&at))
    }
}

fn within((from, to): (f64, f64), (least, most): (f64, f64)) -> (f64, f64) {
    let by = if from < least { least - from } else { (most - to).min(0.0) };
    ((from + by).max(least), (to + by).min(most))
}

impl Chart {
    /// Whether its lines lie below each other, so that the cursor goes up and down.
    pub fn lies(&self) -> bool {
        match &self.body {
            Body::Plot(plot) => matches!(plot.x, Axis::Labels(_)),
            Body::Card(_) | Body::Tree(_) | Body::Lanes(_) => true,
        }
    }

    /// The places that a cursor can be at.
    pub fn length(&self) -> usize {
        match &self.body {
            Body::Plot(plot) => plot.stops.len(),
            Body::Card(values) => values.len(),
            Body::Tree(tree) => super::list::rows_of(&tree.branches).len(),
            Body::Lanes(lanes) => lanes.lanes.len(),
        }
    }
}
