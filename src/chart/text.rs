//! A chart as lines of text, for a pipe, a file or a report.

use super::draw::{Style, draw, height};
use super::{Body, Chart, View, legend};
use crate::display;

/// The widest that a chart is drawn.
const WIDTH_MAX: usize = 500;

/// Title, drawing, axis and remarks; each line ends with a line break and nothing in it moves a cursor.
pub fn text(chart: &Chart, view: &View, width: usize, style: Style) -> String {
    let width = width.clamp(20, WIDTH_MAX);
    let rows = height(chart, view, width);
    let mut lines = Vec::new();
    if !chart.title.is_empty() {
        lines.push(display::shown(&chart.title, style.ascii).into_owned());
    }
    lines.extend(draw(chart, view, (width, rows), style).lines());
    let mut notes = Vec::new();
    if let Body::Plot(plot) = &chart.body {
        notes.extend(legend::extent(chart, plot, view, width));
    }
    notes.extend(Some(legend::summary(chart, view, width)).filter(|summary| !summary.is_empty()));
    notes.extend(legend::notes(chart, view, width));
    lines.extend((!notes.is_empty()).then(|| display::shown(&notes.join("; "), style.ascii).into_owned()));
    lines.into_iter().flat_map(|line| [line, "\n".into()]).collect()
}
