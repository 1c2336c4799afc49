//! Charts as text: columns for one series over time, marks for several, bars for labels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::super::paint::{put, put_right};
use super::super::theme::Theme;
use crate::app::chart::ChartPane;
use crate::app::{App, text};
use crate::hunt::series::{Axis, Chart, Place};
use crate::ticks::{self, Civil};
use crate::value::real_text;

/// One for each series; the last is where several meet.
const MARKS: [&str; 9] = ["*", "o", "+", "x", "#", "@", "%", "$", "~"];
const SEVERAL: &str = "=";
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const EIGHTHS_ASCII: [&str; 9] = [" ", ".", ".", ".", ":", ":", ":", "#", "#"];
/// Columns of the value axis: seven digits and a line.
const AXIS: u16 = 8;

pub fn title(app: &App, theme: &Theme) -> (String, String) {
    let Some(pane) = &app.chart else { return (String::new(), String::new()) };
    let Some(chart) = pane.drawn() else { return ("Chart".into(), String::new()) };
    let name = if chart.title.is_empty() { "Chart" } else { &chart.title };
    let mut left = text::shown(name, app.ascii).into_owned();
    for (count, what) in [
        (pane.rows_left, "rows not drawn"),
        (chart.series_left_out as u64, "series not drawn"),
        (chart.rows_left_out as u64, "values without a place"),
        (chart.values_added as u64, "values added up"),
    ] {
        if count > 0 {
            left.push_str(&format!("  {} {what}", text::thousands(count)));
        }
    }
    let right = match pane.cursor {
        Some(bin) => at_cursor(app, chart, bin),
        None => match chart.series.len() {
            0 | 1 => summary(chart),
            _ => legend(app, theme, chart),
        },
    };
    (left, right)
}

fn legend(app: &App, _: &Theme, chart: &Chart) -> String {
    let name =
        |(at, name): (usize, &str)| format!("{} {}", MARKS[at % MARKS.len()], text::shown(name, app.ascii));
    let names = chart.series.iter().map(|series| series.name.as_str()).enumerate().map(name);
    names.collect::<Vec<_>>().join("  ")
}

/// The greatest value and where; how many bins have no row.
fn summary(chart: &Chart) -> String {
    let Some(series) = chart.series.first() else { return String::new() };
    let most = series.points.iter().max_by(|left, right| left.1.total_cmp(&right.1));
    let mut said = match most {
        Some((place, value)) => format!("max {} on {}", number(*value), place_text(chart, *place)),
        None => String::new(),
    };
    if let (Axis::Time { step: Some(step), .. }, Some(bins)) = (&chart.x, chart.bins()) {
        let empty = bins - series.points.len().min(bins);
        if empty > 0 {
            let bin =
                if *step == ticks::DAY { "days".to_string() } else { format!("x {}", step_text(*step)) };
            said.push_str(&format!("  {empty} of {bins} {bin} without rows"));
        }
    }
    said
}

fn at_cursor(app: &App, chart: &Chart, bin: usize) -> String {
    let place = match &chart.x {
        Axis::Time { from, step: Some(step), .. } => ticks::iso(from + step * bin as i64),
        Axis::Time { step: None, .. } | Axis::Number { .. } => String::new(),
        Axis::Labels(labels) => labels.get(bin).cloned().unwrap_or_default(),
    };
    let values = chart.binned().unwrap_or_default().into_iter().zip(&chart.series).map(|(values, series)| {
        let value = values.get(bin).copied().flatten().map_or("no row".into(), number);
        format!("{} {value}", text::shown(&series.name, app.ascii))
    });
    format!("{}  {}", text::shown(&place, app.ascii), values.collect::<Vec<_>>().join("  "))
}

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(pane) = &app.chart else { return };
    let Some(chart) = pane.drawn() else {
        put(buffer, area, 1, 0, "reading the result...", theme.dim(), theme.ascii);
        return;
    };
    if area.height < 2 || area.width < AXIS + 4 {
        return;
    }
    match &chart.x {
        Axis::Labels(labels) => bars(theme, chart, labels, area, buffer),
        Axis::Time { .. } | Axis::Number { .. } => plot(theme, pane, chart, area, buffer),
    }
}

/// What bins become columns of the screen.
struct Scale {
    /// Screen columns of a bin, and bins of a screen column; one of them is 1.
    wide: usize,
    packed: usize,
}

impl Scale {
    fn of(bins: usize, room: usize) -> Scale {
        let bins = bins.max(1);
        Scale { wide: (room / bins).clamp(1, 8), packed: bins.div_ceil(room.max(1)) }
    }

    fn column(&self, bin: usize) -> usize {
        if self.packed > 1 { bin / self.packed } else { bin * self.wide }
    }
}

fn plot(theme: &Theme, pane: &ChartPane, chart: &Chart, area: Rect, buffer: &mut Buffer) {
    let rows = usize::from(area.height) - 1;
    let (least, most) = chart.range();
    let (least, most) = (least, if most > least { nice(most) } else { least + 1.0 });
    let room = Rect { x: area.x + AXIS, width: area.width - AXIS, height: rows as u16, ..area };
    for y in 0..rows {
        let label = match y {
            0 => number(most),
            _ if y + 1 == rows => number(least),
            _ => String::new(),
        };
        put_right(buffer, Rect { width: AXIS - 1, ..area }, y as u16, &label, theme.dim(), theme.ascii);
        let line = theme.joint(true, false, true, false);
        put(buffer, area, AXIS - 1, y as u16, line, theme.dim(), theme.ascii);
    }
    let binned = chart.binned();
    let scale = Scale::of(chart.bins().unwrap_or(1), usize::from(room.width));
    match &binned {
        Some(values) if values.len() == 1 && least >= 0.0 => {
            columns(theme, &values[0], &scale, most, room, buffer);
        }
        _ => marks(theme, chart, binned.is_some().then_some(&scale), (least, most), room, buffer),
    }
    labels(theme, chart, &scale, area, buffer);
    if let (Some(bin), Some(_)) = (pane.cursor, &binned) {
        let x = scale.column(bin) as u16;
        put(buffer, room, x, 0, "", theme.bold(), theme.ascii);
        let below = Rect { y: area.bottom() - 1, height: 1, ..room };
        put(buffer, below, x, 0, "^", theme.bold().add_modifier(Modifier::REVERSED), theme.ascii);
    }
}

/// One series over bins. A gap stays empty; a zero has a sign of its own.
fn columns(theme: &Theme, values: &[Option<f64>], scale: &Scale, most: f64, room: Rect, buffer: &mut Buffer) {
    let eighths = if theme.ascii { EIGHTHS_ASCII } else { EIGHTHS };
    let rows = usize::from(room.height);
    let packed = values.chunks(scale.packed).map(|bins| {
        bins.iter()
            .flatten()
            .copied()
            .fold(None, |most: Option<f64>, value| Some(most.map_or(value, |most| most.max(value))))
    });
    // A space between columns where there is room for one.
    let wide = if scale.wide > 2 { scale.wide - 1 } else { scale.wide };
    for (at, value) in packed.enumerate() {
        let Some(value) = value else { continue };
        let x = (at * scale.wide) as u16;
        let filled = ((value / most) * (rows * 8) as f64).round() as usize;
        let filled = if value > 0.0 { filled.max(1) } else { 0 };
        if filled == 0 {
            put(buffer, room, x, rows as u16 - 1, &"_".repeat(wide), theme.series(0), theme.ascii);
        }
        for y in 0..rows {
            let part = filled.saturating_sub((rows - 1 - y) * 8).min(8);
            if part > 0 {
                put(buffer, room, x, y as u16, &eighths[part].repeat(wide), theme.series(0), theme.ascii);
            }
        }
    }
}

/// Several series, or points on no grid: a mark for each value.
fn marks(
    theme: &Theme,
    chart: &Chart,
    scale: Option<&Scale>,
    (least, most): (f64, f64),
    room: Rect,
    buffer: &mut Buffer,
) {
    let rows = f64::from(room.height - 1);
    for (at, series) in chart.series.iter().enumerate() {
        for (place, value) in &series.points {
            let x = match (scale, chart.bin_of(*place)) {
                (Some(scale), Some(bin)) => (scale.column(bin) + (scale.wide - 1) / 2) as u16,
                _ => (chart.position(*place) * f64::from(room.width - 1)) as u16,
            };
            let y = (rows - (value - least) / (most - least) * rows).round() as u16;
            let here = buffer.cell((room.x + x, room.y + y)).map(|cell| cell.symbol().to_string());
            let mark = MARKS[at % MARKS.len()];
            let (mark, style) = match here {
                Some(other) if other != " " && other != mark => (SEVERAL, theme.bold()),
                Some(_) | None => (mark, theme.series(at)),
            };
            put(buffer, room, x, y, mark, style, theme.ascii);
        }
    }
}

/// Times under the plot, as many as there is room for.
fn labels(theme: &Theme, chart: &Chart, scale: &Scale, area: Rect, buffer: &mut Buffer) {
    let room = Rect { x: area.x + AXIS, width: area.width - AXIS, ..area };
    let y = area.height - 1;
    match (&chart.x, chart.bins()) {
        (Axis::Time { from, step: Some(step), to }, Some(bins)) => {
            let mut free = 0;
            for bin in 0..bins {
                let x = scale.column(bin);
                let label = time_text(from + step * bin as i64, *from, *to, Some(*step));
                if x >= free && x + label.len() <= usize::from(room.width) {
                    put(buffer, room, x as u16, y, &label, theme.dim(), theme.ascii);
                    free = x + label.len() + 3;
                }
            }
        }
        (Axis::Time { from, to, .. }, _) => {
            put(buffer, room, 0, y, &time_text(*from, *from, *to, None), theme.dim(), theme.ascii);
            put_right(buffer, room, y, &time_text(*to, *from, *to, None), theme.dim(), theme.ascii);
        }
        (Axis::Number { from, to }, _) => {
            put(buffer, room, 0, y, &number(*from), theme.dim(), theme.ascii);
            put_right(buffer, room, y, &number(*to), theme.dim(), theme.ascii);
        }
        (Axis::Labels(_), _) => {}
    }
}

/// One bar a label and series, lying.
fn bars(theme: &Theme, chart: &Chart, labels: &[String], area: Rect, buffer: &mut Buffer) {
    let shown: Vec<_> = labels.iter().map(|label| text::shown(label, theme.ascii)).collect();
    let left =
        shown.iter().map(|label| text::width(label)).max().unwrap_or(0).min(usize::from(area.width) / 3);
    let (_, most) = chart.range();
    let sum: f64 = chart.series.iter().flat_map(|series| &series.points).map(|point| point.1).sum();
    let room = usize::from(area.width).saturating_sub(left + 20);
    let mut y = 0;
    let all = labels.len() * chart.series.len();
    for (at, label) in shown.iter().enumerate() {
        for (index, series) in chart.series.iter().enumerate() {
            if y + 1 == area.height && usize::from(y) + 1 < all {
                let more = format!("{} more in the table", all - usize::from(y));
                put(buffer, area, 1, y, &more, theme.dim(), theme.ascii);
                return;
            }
            let value = series.points.iter().find(|point| point.0 == Place::Label(at)).map(|point| point.1);
            let name = text::fit(label, left, theme.ascii);
            put(buffer, area, 1, y, &name, theme.bold(), theme.ascii);
            let length = match (value, most > 0.0) {
                (Some(value), true) => (value.max(0.0) / most * room as f64).round() as usize,
                _ => 0,
            };
            let cell = if theme.ascii { MARKS[4] } else { EIGHTHS[8] };
            let x =
                put(buffer, area, left as u16 + 2, y, &cell.repeat(length), theme.series(index), theme.ascii);
            let mut said = value.map_or("no row".into(), number);
            if chart.kind == "piechart" && sum > 0.0 {
                said.push_str(&format!(" ({:.0} %)", value.unwrap_or(0.0) / sum * 100.0));
            }
            if chart.series.len() > 1 {
                said.push_str(&format!(" {}", text::shown(&series.name, theme.ascii)));
            }
            put(buffer, area, x + 1, y, &said, theme.dim(), theme.ascii);
            y += 1;
        }
    }
}

/// The next of 1, 2, 5, 10, ... times a power of ten.
fn nice(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    let steps = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.iter().map(|step| step * power).find(|top| *top >= value).unwrap_or(value)
}

fn number(value: f64) -> String {
    match value {
        _ if value.fract() == 0.0 && value.abs() < 1e6 => format!("{value:.0}"),
        _ if value.abs() >= 1e15 || value != 0.0 && value.abs() < 1e-3 => format!("{value:.1e}"),
        _ if value.abs() >= 1e9 => format!("{:.1}G", value / 1e9),
        _ if value.abs() >= 1e6 => format!("{:.1}M", value / 1e6),
        _ => real_text((value * 100.0).round() / 100.0),
    }
}

fn step_text(step: i64) -> String {
    for (unit, name) in [(ticks::DAY, "d"), (ticks::HOUR, "h"), (ticks::MINUTE, "m"), (ticks::SECOND, "s")] {
        if step % unit == 0 {
            return format!("{}{name}", step / unit);
        }
    }
    ticks::timespan_text(step)
}

fn place_text(chart: &Chart, place: Place) -> String {
    match (&chart.x, place) {
        (Axis::Time { from, to, step }, Place::Ticks(at)) => time_text(at, *from, *to, *step),
        (Axis::Labels(labels), Place::Label(at)) => labels.get(at).cloned().unwrap_or_default(),
        (_, Place::Number(at)) => number(at),
        (_, Place::Ticks(_) | Place::Label(_)) => String::new(),
    }
}

/// As short as the axis allows: the year where there are several, the date where days differ, the time
/// where bins are shorter than a day.
fn time_text(at: i64, from: i64, to: i64, step: Option<i64>) -> String {
    let time = Civil::from_ticks(at);
    let date = match Civil::from_ticks(from).year == Civil::from_ticks(to).year {
        true => format!("{:02}-{:02}", time.month, time.day),
        false => format!("{:04}-{:02}-{:02}", time.year, time.month, time.day),
    };
    let clock = match step {
        Some(step) if step % ticks::DAY == 0 => return date,
        Some(step) if step % ticks::MINUTE == 0 => format!("{:02}:{:02}", time.hour, time.minute),
        _ => format!("{:02}:{:02}:{:02}", time.hour, time.minute, time.second),
    };
    if from / ticks::DAY == to / ticks::DAY { clock } else { format!("{date} {clock}") }
}
