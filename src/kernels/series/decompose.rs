//! A series as season, trend and what is left, and the anomalies in that.

use super::fit::Line;
use super::outliers::fences;
use super::periods::periods;
use super::values::{Element, Parts, numbers};
use crate::kernels::Phys::{Long, Real, Text};
use crate::kernels::{Cell, Kernel, fail, lenient};

/// Season: its length, 0 for none, -1 to find it. Points: how many at the end are not learned from.
pub const KERNELS: &[Kernel] = &[
    // Series, season, trend, points, least score of a season.
    lenient("kql_series_decompose", &[Text, Long, Text, Long, Real], Text, |args, out| {
        match decomposed([args[0], args[1], args[2], args[3], args[4]], Trend::Average) {
            Ok(parts) => parts.show(out),
            Err(wrong) => wrong.cell(out),
        }
    }),
    // Series, points, season, trend, least score of a season. The recorded forecast has a line for a trend.
    lenient("kql_series_decompose_forecast", &[Text, Long, Long, Text, Real], Text, |args, out| {
        match decomposed([args[0], args[2], args[3], args[1], args[4]], Trend::Line) {
            Ok(parts) => parts.show(out),
            Err(wrong) => wrong.cell(out),
        }
    }),
    // Series, threshold, season, trend, points, method, least score of a season.
    lenient("kql_series_decompose_anomalies", &[Text, Real, Long, Text, Long, Text, Real], Text, anomalies),
    lenient("kql_series_seasonal", &[Text, Long], Text, seasonal),
];

/// The least score of a season that is found.
const SCORE_MIN: f64 = 0.6;

#[derive(Clone, Copy)]
enum Trend {
    Average,
    Line,
    None,
}

impl Trend {
    fn of(name: Option<&str>, otherwise: Trend) -> Option<Trend> {
        match name {
            None => Some(otherwise),
            Some(name) if name.eq_ignore_ascii_case("avg") => Some(Trend::Average),
            Some(name) if name.eq_ignore_ascii_case("linefit") => Some(Trend::Line),
            Some(name) if name.eq_ignore_ascii_case("none") => Some(Trend::None),
            Some(_) => None,
        }
    }

    /// Learned from the first values, and drawn on to a length.
    fn drawn(self, learned: &[f64], length: usize) -> Vec<f64> {
        if learned.is_empty() {
            return vec![0.0; length];
        }
        match self {
            Trend::Average => vec![learned.iter().sum::<f64>() / learned.len() as f64; length],
            Trend::Line => {
                let line = Line::through(learned);
                (0..length).map(|at| line.at(at)).collect()
            }
            Trend::None => vec![0.0; length],
        }
    }
}

/// Why a series is not decomposed.
enum Wrong {
    Series(super::values::Fault),
    Choice(&'static str),
}

impl Wrong {
    fn cell(self, out: &mut String) -> Cell<'_> {
        match self {
            Wrong::Series(fault) => fault.cell(out),
            Wrong::Choice(message) => fail(out, message),
        }
    }
}

struct Decomposed {
    baseline: Vec<f64>,
    seasonal: Vec<f64>,
    trend: Vec<f64>,
    residual: Vec<f64>,
}

impl Decomposed {
    fn show<'a>(&self, out: &'a mut String) -> Cell<'a> {
        Parts::new(out)
            .reals(&self.baseline)
            .reals(&self.seasonal)
            .reals(&self.trend)
            .reals(&self.residual)
            .cell()
    }
}

/// Series, season, trend, points, least score; first the season, then the trend of what it leaves.
fn decomposed(
    [series, season, trend, points, score]: [Cell<'_>; 5],
    otherwise: Trend,
) -> Result<Decomposed, Wrong> {
    let values = numbers(series).map_err(Wrong::Series)?;
    let trend = Trend::of(trend.text(), otherwise)
        .ok_or(Wrong::Choice("the trend of a decomposition is none of avg, linefit, none"))?;
    let points = usize::try_from(points.long().unwrap_or(0)).ok().filter(|points| *points <= values.len());
    let points = points.ok_or(Wrong::Choice("a decomposition cannot leave out so many points"))?;
    let learned = &values[..values.len() - points];
    let score = score.real().unwrap_or(SCORE_MIN);
    let length = season_length(learned, season.long().unwrap_or(-1), score)
        .ok_or(Wrong::Choice("the seasonality of a decomposition is below -1"))?;
    let seasonal = season_of(learned, length, values.len());
    let rest: Vec<f64> = learned.iter().zip(&seasonal).map(|(value, season)| value - season).collect();
    let trend = trend.drawn(&rest, values.len());
    let baseline: Vec<f64> = seasonal.iter().zip(&trend).map(|(season, trend)| season + trend).collect();
    let residual = values.iter().zip(&baseline).map(|(value, base)| value - base).collect();
    Ok(Decomposed { baseline, seasonal, trend, residual })
}

/// 0 for no season.
fn season_length(values: &[f64], asked: i64, score: f64) -> Option<usize> {
    match asked {
        -1 => Some(periods(values).first().filter(|best| best.score >= score).map_or(0, |best| best.length)),
        _ => usize::try_from(asked).ok(),
    }
}

/// The median of the values that stand at the same place of a period.
fn season_of(values: &[f64], period: usize, length: usize) -> Vec<f64> {
    if period == 0 || values.is_empty() {
        return vec![0.0; length];
    }
    let median_at = |place: usize| {
        let mut same: Vec<f64> = values.iter().skip(place).step_by(period).copied().collect();
        median(&mut same)
    };
    let season: Vec<f64> = (0..period.min(length)).map(median_at).collect();
    season.iter().copied().cycle().take(length).collect()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values {
        [] => 0.0,
        values if values.len() % 2 == 1 => values[middle],
        values => (values[middle - 1] + values[middle]) / 2.0,
    }
}

/// Any season but -1 and those above 0 is none.
fn seasonal<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let values = match numbers(args[0]) {
        Ok(values) => values,
        Err(fault) => return fault.cell(out),
    };
    // The reference says 0.7; the recorded answer for its first example needs a lower score here.
    let length = season_length(&values, args[1].long().unwrap_or(-1), SCORE_MIN).unwrap_or(0);
    super::values::push_reals(&season_of(&values, length, values.len()), out);
    Cell::Text(out)
}

fn anomalies<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let parts = match decomposed([args[0], args[2], args[3], args[4], args[6]], Trend::Average) {
        Ok(parts) => parts,
        Err(wrong) => return wrong.cell(out),
    };
    let Some(fences) = fences(args[5].text()) else {
        return fail(out, "the method of series_decompose_anomalies() is none of ctukey, tukey");
    };
    let threshold = args[1].real().unwrap_or(1.5);
    let residual: Vec<Option<f64>> = parts.residual.iter().copied().map(Some).collect();
    let scores = fences.scores(&residual);
    let flag = |score: &f64| match *score {
        score if score > threshold => 1,
        score if score < -threshold => -1,
        _ => 0,
    };
    Parts::new(out)
        .elements(scores.iter().map(|score| Element::Whole(flag(score))))
        .reals(&scores)
        .reals(&parts.baseline)
        .cell()
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{self, Long, Null, Real, Text};
    use crate::kernels::testing::call;

    const SEASONS: Cell<'_> = Text("[1,5,9,2,1,5,9,2,1,5,9,2,1,5,9,2,1,5,19,2]");

    #[test]
    fn a_series_falls_into_season_trend_and_rest() {
        let parts =
            call("kql_series_decompose", &[Text("[1,4,3,6,5,8]"), Long(2), Text("linefit"), Null, Null]);
        assert!(parts.contains("],[3.0,6.0,3.0,6.0,3.0,6.0],["), "{parts}");
        let none = call("kql_series_decompose", &[Text("[1,2]"), Long(0), Text("none"), Null, Null]);
        assert_eq!(none, "[[0.0,0.0],[0.0,0.0],[0.0,0.0],[1.0,2.0]]");
        let average = call("kql_series_decompose", &[Text("[1,3]"), Null, Null, Null, Null]);
        assert_eq!(average, "[[2.0,2.0],[0.0,0.0],[2.0,2.0],[-1.0,1.0]]");
        assert_eq!(call("kql_series_decompose", &[Text("[]"), Null, Null, Null, Null]), "[[],[],[],[]]");
        assert!(
            call("kql_series_decompose", &[SEASONS, Null, Text("other"), Null, Null])
                .starts_with("error: the trend")
        );
        assert!(
            call("kql_series_decompose", &[SEASONS, Long(-2), Null, Null, Null])
                .starts_with("error: the seasonality")
        );
        assert!(
            call("kql_series_decompose", &[SEASONS, Null, Null, Long(21), Null])
                .starts_with("error: a decomposition")
        );
    }

    #[test]
    fn a_spike_in_a_season_is_an_anomaly() {
        let found = call("kql_series_decompose_anomalies", &[SEASONS, Null, Long(4), Null, Null, Null, Null]);
        assert!(found.starts_with("[[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0],"), "{found}");
        assert!(
            found.ends_with(
                ",[1.5,5.5,9.5,2.5,1.5,5.5,9.5,2.5,1.5,5.5,9.5,2.5,1.5,5.5,9.5,2.5,1.5,5.5,9.5,2.5]]"
            ),
            "{found}"
        );
        let calm = call(
            "kql_series_decompose_anomalies",
            &[Text("[1,2,3,2]"), Real(9.0), Null, Null, Null, Text("tukey"), Null],
        );
        assert!(calm.starts_with("[[0,0,0,0],"), "{calm}");
    }

    #[test]
    fn a_forecast_goes_on_with_line_and_season() {
        let args = [Text("[1,2,3,4,0,0]"), Long(2), Long(0), Null, Null];
        let parts = call("kql_series_decompose_forecast", &args);
        assert!(parts.starts_with("[[1.0,2.0,3.0,4.0,5.0,6.0],"), "{parts}");
    }

    #[test]
    fn a_season_is_the_median_of_its_places() {
        let run = |series, period| call("kql_series_seasonal", &[Text(series), period]);
        assert_eq!(run("[1,3,5,2,4,6]", Long(3)), "[1.5,3.5,5.5,1.5,3.5,5.5]");
        assert_eq!(run("[1,3,5]", Long(-7)), "[0.0,0.0,0.0]");
        assert_eq!(run("[1,3,5]", Null), "[0.0,0.0,0.0]");
        assert_eq!(run("[1]", Long(i64::MAX)), "[1.0]");
    }
}
