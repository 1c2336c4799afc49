//! What a reader has made of a chart, in words that outlive the drawing: series by their names, places by what
//! stands there. The same statement drawn again, a kept result shown again, and the next session take it up.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ChartPane;
use crate::chart::{Body, Chart, Place, Plot, View};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChartLook {
    /// The kind that was chosen in place of the query's own.
    pub kind: Option<String>,
    pub closed: bool,
    /// The part of the axis that is seen, as numbers or ticks.
    window: Option<(f64, f64)>,
    cursor: Option<f64>,
    anchor: Option<f64>,
    /// The series that are switched off, where it is not those that are at first.
    off: Option<BTreeSet<String>>,
    chosen: Option<String>,
    fill: bool,
    other_log: bool,
}

// No number in it is NaN.
impl Eq for ChartLook {}

impl ChartPane {
    pub fn look(&self) -> ChartLook {
        let own = self.own.as_deref() == Some(self.render.kind.as_str());
        let kind = Some(self.render.kind.clone()).filter(|kind| !own && !kind.is_empty());
        let before = self.left.clone().unwrap_or_default();
        let drawn = self.chart.as_ref().map_or(before, |chart| of_view(&self.view, chart));
        ChartLook { kind, closed: !self.shown, ..drawn }
    }
}

fn of_view(view: &View, chart: &Chart) -> ChartLook {
    let first = View::new(chart);
    let name = |at: &usize| match &chart.body {
        Body::Plot(plot) => plot.series.get(*at).map(|series| series.name.clone()),
        Body::Card(_) | Body::Tree(_) | Body::Lanes(_) => None,
    };
    let stop = |at: Option<usize>| Some(at?).and_then(|at| place_of(chart, at)).filter(|at| at.is_finite());
    let window = view.window.filter(|_| view.window != first.window).zip(chart.axis());
    let window = window.map(|((from, to), (axis, _))| (number(axis.place(from)), number(axis.place(to))));
    ChartLook {
        kind: None,
        closed: false,
        window: window.filter(|(from, to)| from.is_finite() && to.is_finite()),
        cursor: stop(view.cursor),
        anchor: stop(view.anchor),
        off: (view.hidden != first.hidden).then(|| view.hidden.iter().filter_map(name).collect()),
        chosen: view.chosen.as_ref().and_then(name),
        fill: view.fill,
        other_log: view.other_log,
    }
}

/// Lets a chart that was just drawn look so, as far as it has what was seen then.
pub fn put_on(view: &mut View, chart: &Chart, look: &ChartLook) {
    (view.fill, view.other_log) = (look.fill, look.other_log);
    if let (Some((from, to)), Some((axis, _))) = (look.window, chart.axis()) {
        let whole = axis.whole();
        let unit = |at: f64| axis.unit(place(chart, at));
        let (mut from, mut to) = (unit(from), unit(to));
        if axis.bins().is_some() {
            (from, to) = (from.round(), to.round());
        }
        (from, to) = (from.max(whole.0), to.min(whole.1));
        // What was seen is no part of other data.
        if from < to {
            view.window = Some((from, to));
        }
    }
    let stop = |at: Option<f64>| nearest(chart, at?);
    (view.cursor, view.anchor) = (stop(look.cursor), stop(look.anchor));
    let Body::Plot(plot) = &chart.body else { return };
    let named = |plot: &Plot, is: &dyn Fn(&str) -> bool| -> BTreeSet<usize> {
        let series = plot.series.iter().enumerate();
        series.filter(|(_, series)| is(&series.name)).map(|(at, _)| at).collect()
    };
    if let Some(off) = &look.off {
        view.hidden = named(plot, &|name| off.contains(name));
    }
    view.chosen = look.chosen.as_ref().and_then(|chosen| named(plot, &|name| name == chosen).pop_first());
}

fn number(place: Place) -> f64 {
    match place {
        Place::Ticks(at) => at as f64,
        Place::Number(at) => at,
        Place::Label(at) => at as f64,
    }
}

/// As [`number`] said it, on the axis of this chart.
fn place(chart: &Chart, at: f64) -> Place {
    match chart.axis().map(|(axis, _)| axis.place(0.0)) {
        Some(Place::Ticks(_)) => Place::Ticks(at as i64),
        Some(Place::Label(_)) => Place::Label(at.max(0.0) as usize),
        Some(Place::Number(_)) | None => Place::Number(at),
    }
}

/// What stands at a stop; where nothing has a place, the stop itself.
fn place_of(chart: &Chart, at: usize) -> Option<f64> {
    match &chart.body {
        Body::Plot(plot) => plot.stops.get(at).map(|stop| number(*stop)),
        Body::Card(_) | Body::Tree(_) | Body::Lanes(_) => Some(at as f64),
    }
}

fn nearest(chart: &Chart, at: f64) -> Option<usize> {
    let Body::Plot(plot) = &chart.body else {
        return Some(at.max(0.0) as usize).filter(|at| *at < chart.length());
    };
    let far = |stop: &Place| (number(*stop) - at).abs();
    let stops = plot.stops.iter().enumerate();
    stops.min_by(|(_, one), (_, other)| far(one).total_cmp(&far(other))).map(|(at, _)| at)
}
