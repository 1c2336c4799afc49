//! Places on an axis: bins, units, and what is where. An axis counts in units: bins or labels from 0 on, ticks
//! from its beginning, or numbers as they are (their logarithm where the axis is one).

use std::cmp::Ordering;

use super::{Axis, BINS_MAX, Place, Plot, Series, number};
use crate::ticks;

const NO_ROW: &str = "no row";

impl Axis {
    /// The bins of the axis, first to last inclusive. `None` when the points are on no grid.
    pub fn bins(&self) -> Option<usize> {
        match self {
            Axis::Time { from, to, step: Some(step) } => Some(((to - from) / step + 1) as usize),
            Axis::Time { step: None, .. } | Axis::Number { .. } => None,
            Axis::Labels(labels) => Some(labels.names.len()),
        }
    }

    /// Where a place is, in units.
    pub fn unit(&self, place: Place) -> f64 {
        match (self, place) {
            (Axis::Time { from, step, .. }, Place::Ticks(at)) => {
                let off = (at - from) as f64;
                step.map_or(off, |step| off / step as f64)
            }
            (Axis::Number { log: true, .. }, Place::Number(at)) => at.log10(),
            (_, Place::Number(at)) => at,
            (_, Place::Label(at)) => at as f64,
            (Axis::Number { .. } | Axis::Labels(_), Place::Ticks(at)) => at as f64,
        }
    }

    /// The place of a unit; the inverse of [`Axis::unit`].
    pub fn place(&self, unit: f64) -> Place {
        match self {
            Axis::Time { from, step, .. } => {
                let off = step.map_or(unit, |step| unit * step as f64);
                Place::Ticks(from.saturating_add(off.round() as i64))
            }
            Axis::Number { log, .. } => Place::Number(if *log { 10f64.powf(unit) } else { unit }),
            Axis::Labels(_) => Place::Label(unit.max(0.0) as usize),
        }
    }

    /// All of the axis in units. Bins and labels end where the next would begin.
    pub fn whole(&self) -> (f64, f64) {
        match (self, self.bins()) {
            (_, Some(bins)) => (0.0, bins.max(1) as f64),
            (Axis::Time { from, to, .. }, None) => (0.0, ((to - from) as f64).max(1.0)),
            (Axis::Number { from, to, .. }, None) => {
                let (from, to) = (self.unit(Place::Number(*from)), self.unit(Place::Number(*to)));
                if to > from { (from, to) } else { (from - 0.5, from + 0.5) }
            }
            (Axis::Labels(_), None) => (0.0, 1.0),
        }
    }

    /// The axis of these places, which are in order.
    pub fn of_ticks(places: &[i64]) -> Axis {
        let (Some(from), Some(to)) = (places.first().copied(), places.last().copied()) else {
            return Axis::Time { from: 0, to: 0, step: None };
        };
        Axis::Time { from, to, step: step(places).filter(|step| (to - from) / step < BINS_MAX) }
    }
}

/// The width of a bin: what divides every distance. Months and years are no bins, since none is as wide as the next.
fn step(places: &[i64]) -> Option<i64> {
    let shared = places.windows(2).fold(0, |shared, pair| divisor(shared, pair[1] - pair[0]));
    match shared {
        0 => None,
        _ if places.iter().all(|at| first_of_month(*at)) => None,
        _ if bins_well(places, shared) => Some(shared),
        _ => None,
    }
}

fn first_of_month(at: i64) -> bool {
    at % ticks::DAY == 0 && ticks::Civil::from_ticks(at).day == 1
}

/// Whether bins of this width are full enough to be meant: times of events divide by chance too.
fn bins_well(places: &[i64], step: i64) -> bool {
    let sparse = if step < ticks::MINUTE { 4 } else { 20 };
    let bins = (places[places.len() - 1] - places[0]) / step;
    step >= ticks::HOUR || bins < sparse * places.len() as i64
}

fn divisor(left: i64, right: i64) -> i64 {
    let (mut left, mut right) = (left, right);
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

impl Plot {
    /// The points of a series at a place: one, unless each row is a point.
    pub fn values(&self, series: usize, place: Place) -> &[(Place, f64)] {
        let points = self.series.get(series).map_or(&[][..], |series| &series.points);
        let from = points.partition_point(|point| point.0 < place);
        let number = points[from..].partition_point(|point| point.0 <= place);
        &points[from..from + number]
    }

    /// The value of a series at a place, the first where each row is a point.
    pub fn value(&self, series: usize, place: Place) -> Option<f64> {
        self.values(series, place).first().map(|point| point.1)
    }

    /// Whether a line ends here: on a grid where there is no row, elsewhere where a row has no value, as other
    /// series have other places.
    pub fn breaks(&self, series: usize, place: Place) -> bool {
        self.x.bins().is_some() || self.nothing(&[series], place) != NO_ROW
    }

    /// The value of a series at a place as a view draws it: a bin without rows may be zero, one without a value is not.
    pub fn drawn(&self, series: usize, place: Place, fill: bool) -> Option<f64> {
        let gap = || fill && self.x.bins().is_some() && self.nothing(&[series], place) == NO_ROW;
        self.value(series, place).or_else(|| gap().then_some(0.0))
    }

    /// What is said where some series have nothing to draw.
    pub fn nothing(&self, series: &[usize], place: Place) -> &'static str {
        let void = |at: &usize| self.series[*at].voids.binary_search(&place).is_ok();
        if series.iter().any(void) { "no value" } else { NO_ROW }
    }

    /// A value in full.
    pub fn reading(&self, value: f64) -> String {
        if self.y.spans { number::span(value) } else { number::reading(value) }
    }

    /// What stands under the axis.
    pub fn axis_title(&self) -> &str {
        if self.x_title.is_empty() { &self.x_name } else { &self.x_title }
    }

    /// Whether titles were asked for, which stand above bars that lie.
    pub fn titled(&self) -> bool {
        !self.x_title.is_empty() || !self.y_title.is_empty()
    }

    /// Whether no series has anything to draw.
    pub fn blank(&self) -> bool {
        self.series.iter().all(|series| series.points.is_empty())
    }
}

/// Every place that some series has rows at, once, in order.
pub fn places(series: &[Series]) -> Vec<Place> {
    let of = |series: &Series| -> Vec<Place> {
        series.points.iter().map(|point| point.0).chain(series.voids.iter().copied()).collect()
    };
    let mut places: Vec<_> = series.iter().flat_map(of).collect();
    places.sort_unstable();
    places.dedup();
    places
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Places of one axis are of one kind.
impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Place::Ticks(left), Place::Ticks(right)) => left.cmp(right),
            (Place::Label(left), Place::Label(right)) => left.cmp(right),
            (Place::Number(left), Place::Number(right)) => left.total_cmp(right),
            (Place::Ticks(_) | Place::Label(_) | Place::Number(_), _) => Ordering::Equal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_weeks_seconds_and_single_points() {
        let at = |hours: &[i64]| hours.iter().map(|hour| hour * ticks::HOUR).collect::<Vec<_>>();
        assert_eq!(step(&at(&[0, 2, 6])), Some(2 * ticks::HOUR));
        assert_eq!(step(&at(&[0, 24 * 7, 24 * 21])), Some(7 * ticks::DAY));
        assert_eq!(step(&at(&[5])), None);
        assert_eq!(step(&[1, 4, 9_000]), None);
        let tenths: Vec<i64> = (0..10).map(|at| at * ticks::SECOND / 10).collect();
        assert_eq!(step(&tenths), Some(ticks::SECOND / 10));
    }

    #[test]
    fn days_are_bins_where_they_are_binned_by_and_months_and_years_are_none() {
        let at = |days: &[&str]| -> Vec<i64> {
            days.iter().map(|day| ticks::parse_datetime(day).unwrap()).collect()
        };
        assert_eq!(step(&at(&["2026-05-01", "2026-05-02", "2026-05-06"])), Some(ticks::DAY));
        assert_eq!(step(&at(&["2026-05-01", "2026-05-03", "2026-05-07"])), Some(2 * ticks::DAY));
        assert_eq!(step(&at(&["2026-05-01", "2026-05-07", "2026-05-10"])), Some(3 * ticks::DAY));
        assert_eq!(step(&at(&["2026-01-01", "2026-02-01", "2026-04-01"])), None);
        assert_eq!(step(&at(&["2023-01-01", "2024-01-01", "2025-01-01"])), None);
        assert_eq!(step(&at(&["2026-04-01", "2026-04-02"])), Some(ticks::DAY));
    }

    #[test]
    fn units_and_back() {
        let axis = Axis::of_ticks(&[0, ticks::HOUR, 5 * ticks::HOUR]);
        assert_eq!((axis.bins(), axis.whole()), (Some(6), (0.0, 6.0)));
        assert_eq!(axis.unit(Place::Ticks(2 * ticks::HOUR)), 2.0);
        assert_eq!(axis.place(2.0), Place::Ticks(2 * ticks::HOUR));
        let log = Axis::Number { from: 1.0, to: 1000.0, log: true, spans: false };
        assert_eq!((log.whole(), log.unit(Place::Number(100.0))), ((0.0, 3.0), 2.0));
    }
}
