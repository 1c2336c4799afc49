//! The chart of a result: its points, the cursor on it, whether it is shown.

use super::grid::Step;
use crate::hunt::series::Chart;

/// Rows of a result that a chart is made of; beyond it the pane says so.
pub const CHART_ROWS_MAX: u64 = 20_000;

pub struct ChartPane {
    /// Of this run.
    pub run: u64,
    /// `None` until the rows are there; the error says why there is no chart.
    pub chart: Option<Result<Chart, String>>,
    pub shown: bool,
    /// The bin under the cursor, once it was moved.
    pub cursor: Option<usize>,
    /// Rows of the result that are not drawn, since it has too many.
    pub rows_left: u64,
}

impl ChartPane {
    pub fn drawn(&self) -> Option<&Chart> {
        self.chart.as_ref().and_then(|chart| chart.as_ref().ok())
    }

    pub fn step(&mut self, step: Step) {
        let Some(bins) = self.drawn().and_then(Chart::bins).filter(|bins| *bins > 0) else { return };
        let last = bins - 1;
        self.cursor = Some(match (step, self.cursor) {
            (Step::Left | Step::Up, Some(at)) => at.saturating_sub(1),
            (Step::Right | Step::Down, Some(at)) => (at + 1).min(last),
            (Step::Left | Step::Up | Step::Bottom, _) => last,
            (Step::Right | Step::Down | Step::Top, _) => 0,
            (Step::PageUp, at) => at.unwrap_or(last).saturating_sub(7),
            (Step::PageDown, at) => (at.unwrap_or(0) + 7).min(last),
        });
    }
}
