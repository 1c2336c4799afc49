//! A chart as SVG: one file that names no other, in which text from data is text. Sizes are pixels.

use super::bars::percent;
use super::columns::ends;
use super::draw::lying;
use super::list::rows_of;
use super::number::reading;
use super::scale::{Scale, mark};
use super::{Axis, Body, Bounds, Branch, Chart, Lanes, Place, Plot, Split, Stack, View, legend, plot, time};
use crate::catalog::charts::Form;
use crate::display;
use crate::zone::Zone;

const WIDTH: f64 = 900.0;
const LEFT: f64 = 90.0;
const RIGHT: f64 = 20.0;
const PANEL: f64 = 300.0;
const LINE: f64 = 22.0;
/// As many columns of a screen: what fits there fits here.
const COLUMNS: usize = 100;
/// Lines of bars, branches or lanes; the rest is counted.
const LINES_MAX: usize = 500;
/// Told apart by people who see colors differently too (Okabe and Ito).
const COLORS: [&str; 8] =
    ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8c6d31", "#555555"];

fn color(series: usize) -> &'static str {
    COLORS[series % COLORS.len()]
}

/// Text for the inside of an element or an attribute. What XML 1.0 cannot hold is made visible first.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in display::safe(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// What is drawn so far, and how far down it goes.
struct Page {
    body: String,
    y: f64,
}

impl Page {
    fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let text = escaped(text);
        self.body
            .push_str(&format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>\n"));
    }

    fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), color: &str, hint: &str) {
        let (width, height, hint) = (width.max(0.5), height.max(0.5), escaped(hint));
        self.body.push_str(&format!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{color}\"><title>{hint}</title></rect>\n"
        ));
    }

    fn line(&mut self, (x0, y0): (f64, f64), (x1, y1): (f64, f64), color: &str) {
        self.body.push_str(&format!(
            "<line x1=\"{x0:.1}\" y1=\"{y0:.1}\" x2=\"{x1:.1}\" y2=\"{y1:.1}\" stroke=\"{color}\"/>\n"
        ));
    }

    fn dot(&mut self, (x, y): (f64, f64), radius: f64, color: &str, hint: &str) {
        let hint = escaped(hint);
        self.body.push_str(&format!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{color}\"><title>{hint}</title></circle>\n"
        ));
    }
}

/// The whole file, with a line break at its end.
pub fn svg(chart: &Chart, view: &View) -> String {
    let mut page = Page { body: String::new(), y: 10.0 };
    if !chart.title.is_empty() {
        page.y += LINE;
        page.text(WIDTH / 2.0, page.y, "middle", &chart.title);
    }
    match &chart.body {
        Body::Plot(plot) => {
            if lying(chart, view, COLUMNS) {
                bars(chart, plot, view, &mut page);
            } else {
                panels(chart, plot, view, &mut page);
            }
            if legend::has_line(chart) {
                names(plot, view, &mut page);
            }
        }
        Body::Card(values) => {
            for fact in values {
                page.y += LINE;
                page.text(WIDTH / 2.0 - 10.0, page.y, "end", &fact.name);
                page.text(WIDTH / 2.0 + 10.0, page.y, "start", &fact.value);
            }
        }
        Body::Tree(shares) => tree(&shares.branches, &mut page),
        Body::Lanes(lanes) => self::lanes(lanes, view, &mut page),
    }
    for note in legend::notes(chart, view, COLUMNS) {
        page.y += LINE;
        page.text(LEFT, page.y, "start", &note);
    }
    let height = page.y + 20.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" height=\"{height:.0}\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{}</svg>\n",
        page.body
    )
}

fn names(plot: &Plot, view: &View, page: &mut Page) {
    page.y += LINE;
    let mut x = LEFT;
    for (at, series) in plot.series.iter().enumerate().filter(|(at, _)| view.shows(*at)) {
        let wide = 26.0 + 8.0 * display::width(&display::safe(&series.name)) as f64;
        if x + wide > WIDTH && x > LEFT {
            (x, page.y) = (LEFT, page.y + LINE);
        }
        let y = page.y;
        page.rect((x, y - 10.0), (12.0, 12.0), color(at), &series.name);
        page.text(x + 16.0, y, "start", &series.name);
        x += wide;
    }
}

/// Where a panel's values go.
struct Room {
    top: f64,
    window: (f64, f64),
}

impl Room {
    fn x(&self, axis: &Axis, unit: f64) -> f64 {
        let part = (unit - self.window.0) / (self.window.1 - self.window.0);
        let middle = if axis.bins().is_some() { 0.5 / (self.window.1 - self.window.0) } else { 0.0 };
        LEFT + (part + middle).clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, part: f64) -> f64 {
        self.top + (1.0 - part.clamp(0.0, 1.0)) * PANEL
    }
}

fn panels(chart: &Chart, plot: &Plot, view: &View, page: &mut Page) {
    if !plot.y_title.is_empty() {
        page.y += LINE;
        page.text(10.0, page.y, "start", &plot.y_title);
    }
    for panel in plot::panels(plot, view) {
        let room = Room { top: page.y + 20.0, window: view.window(&plot.x) };
        let scale = plot::scale(chart, plot, view, &panel, 12);
        for (value, label) in &scale.marks {
            let y = room.y(scale.part(*value));
            page.line((LEFT, y), (WIDTH - RIGHT, y), "#dddddd");
            page.text(LEFT - 6.0, y + 4.0, "end", label);
        }
        if let (Split::Panels, [only]) = (plot.split, panel.as_slice()) {
            page.text(LEFT + 6.0, room.top - 4.0, "start", &plot.series[*only].name);
        }
        let own = |at: &usize| match plot.split {
            Split::Axes => plot::scale(chart, plot, view, &[*at], 12),
            Split::None | Split::Panels => scale.clone(),
        };
        let scales: Vec<Scale> = panel.iter().map(own).collect();
        if matches!(chart.kind.form, Form::Column | Form::Area) {
            columns(chart, plot, view, &panel, &scales, &room, page);
        }
        for (at, scale) in panel.iter().zip(&scales) {
            match chart.kind.form {
                Form::Column | Form::Area => {}
                Form::Point => points(plot, view, *at, scale, &room, page),
                _ => lines(plot, view, *at, scale, &room, page),
            }
            anomalies(plot, *at, scale, &room, page);
        }
        page.y = room.top + PANEL;
        across(plot, &room, page);
    }
    if !plot.axis_title().is_empty() {
        page.y += LINE;
        page.text((WIDTH + LEFT) / 2.0, page.y, "middle", plot.axis_title());
    }
}

/// What stands under a panel.
fn across(plot: &Plot, room: &Room, page: &mut Page) {
    let (from, to) = room.window;
    let marks: Vec<(f64, String)> = match (&plot.x, plot.x.place(from), plot.x.place(to)) {
        (Axis::Time { .. }, Place::Ticks(first), Place::Ticks(last)) => {
            time::marks(first, last, 90, &Zone::default())
                .into_iter()
                .map(|(at, label)| (plot.x.unit(Place::Ticks(at)), label))
                .collect()
        }
        (Axis::Labels(labels), ..) => labels
            .names
            .iter()
            .enumerate()
            .map(|(at, label)| (at as f64, label.clone()))
            .filter(|(at, _)| (from..to).contains(at))
            .collect(),
        (Axis::Number { log, spans, .. }, ..) => {
            let spans = *spans;
            let bounds = Bounds { log: false, min: Some(from), max: Some(to), spans: spans && !log };
            let label = |value: f64, text: String| {
                if *log { mark(10f64.powf(value), 10f64.powf(value), spans) } else { text }
            };
            let scale = Scale::new(room.window, bounds, false, 16);
            scale.marks.into_iter().map(|(value, text)| (value, label(value, text))).collect()
        }
        (Axis::Time { .. }, ..) => Vec::new(),
    };
    page.y += LINE;
    for (unit, label) in marks {
        let x = room.x(&plot.x, unit);
        page.text(x, page.y - 4.0, "middle", &label);
    }
}

fn hint(plot: &Plot, series: usize, place: Place, value: f64) -> String {
    format!(
        "{}  {} {}",
        legend::place_text(&plot.x, place, &Zone::default()),
        plot.series[series].name,
        plot.reading(value)
    )
}

fn inside(plot: &Plot, room: &Room, place: Place) -> bool {
    (room.window.0..=room.window.1).contains(&plot.x.unit(place))
}

/// Lines between points; a gap ends one.
fn lines(plot: &Plot, view: &View, series: usize, scale: &Scale, room: &Room, page: &mut Page) {
    let mut run: Vec<String> = Vec::new();
    let mut runs = Vec::new();
    for place in plot.stops.iter().filter(|place| inside(plot, room, **place)) {
        match plot.drawn(series, *place, view.fill).filter(|value| !scale.log || *value > 0.0) {
            Some(value) => {
                run.push(format!(
                    "{:.1},{:.1}",
                    room.x(&plot.x, plot.x.unit(*place)),
                    room.y(scale.part(value))
                ));
            }
            None if plot.breaks(series, *place) => runs.push(std::mem::take(&mut run)),
            None => {}
        }
    }
    runs.push(run);
    for run in runs {
        match run.as_slice() {
            [] => {}
            [only] => {
                let (x, y) = only.split_once(',').unwrap_or(("0", "0"));
                page.body.push_str(&format!(
                    "<circle cx=\"{x}\" cy=\"{y}\" r=\"2\" fill=\"{}\"/>\n",
                    color(series)
                ));
            }
            _ => page.body.push_str(&format!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>\n",
                run.join(" "),
                color(series)
            )),
        }
    }
}

fn points(plot: &Plot, view: &View, series: usize, scale: &Scale, room: &Room, page: &mut Page) {
    for (place, value) in &plot.series[series].points {
        if inside(plot, room, *place) && (!view.log(plot) || *value > 0.0) {
            let at = (room.x(&plot.x, plot.x.unit(*place)), room.y(scale.part(*value)));
            page.dot(at, 3.0, color(series), &hint(plot, series, *place, *value));
        }
    }
}

fn anomalies(plot: &Plot, series: usize, scale: &Scale, room: &Room, page: &mut Page) {
    for place in plot.series[series].anomalies.iter().filter(|place| inside(plot, room, **place)) {
        if let Some(value) = plot.value(series, *place) {
            let at = (room.x(&plot.x, plot.x.unit(*place)), room.y(scale.part(value)));
            page.dot(at, 5.0, "#d00000", &format!("anomaly  {}", hint(plot, series, *place, value)));
        }
    }
}

/// Columns and areas, stacked or from the greatest to the smallest.
fn columns(
    chart: &Chart,
    plot: &Plot,
    view: &View,
    panel: &[usize],
    scales: &[Scale],
    room: &Room,
    page: &mut Page,
) {
    let (first, end) = view.stops(plot);
    let slot = (WIDTH - LEFT - RIGHT) / (end - first).max(1) as f64;
    let area = chart.kind.form == Form::Area;
    let wide = if area { slot } else { slot * 0.8 };
    for place in &plot.stops[first..end] {
        let middle = room.x(&plot.x, plot.x.unit(*place));
        let values: Vec<Option<f64>> = panel.iter().map(|at| plot.drawn(*at, *place, view.fill)).collect();
        for one in ends(plot, scales, &values) {
            let (y0, y1) = (room.y(one.from), room.y(one.to));
            let grouped = !area && plot.stack == Stack::Apart;
            let each = if grouped { wide / panel.len() as f64 } else { wide };
            let x = middle - wide / 2.0 + if grouped { one.at as f64 * each } else { 0.0 };
            let at = panel[one.at];
            let said = hint(plot, at, *place, one.value);
            page.rect((x, y0.min(y1)), (each, (y0 - y1).abs()), color(at), &said);
        }
    }
}

/// Lying bars; a stack has one line for each label.
fn bars(chart: &Chart, plot: &Plot, view: &View, page: &mut Page) {
    let utc = View { zone: Zone::default(), ..view.clone() };
    let bars = super::bars::bars(chart, plot, &utc);
    let (left, room) = (260.0, WIDTH - 260.0 - 260.0);
    if plot.titled() {
        page.y += LINE;
        page.text(left - 8.0, page.y, "end", &plot.x_title);
        page.text(left, page.y, "start", &plot.y_title);
    }
    for bar in bars.iter().take(LINES_MAX) {
        page.y += LINE;
        let y = page.y;
        if let Some(name) = &bar.name {
            page.text(left - 8.0, y, "end", name);
        }
        let mut end = bar.ground;
        for part in &bar.parts {
            let hint = hint(plot, part.series, plot.stops[bar.stop], part.value);
            let wide = (part.to - part.from) * room;
            page.rect((left + part.from * room, y - 12.0), (wide, 15.0), color(part.series), &hint);
            end = end.max(part.to);
        }
        page.text(left + end * room + 6.0, y, "start", &bar.said);
    }
    more(bars.len(), page);
}

fn more(length: usize, page: &mut Page) {
    if length > LINES_MAX {
        page.y += LINE;
        page.text(LEFT, page.y, "start", &format!("{} more", length - LINES_MAX));
    }
}

fn tree(branches: &[Branch], page: &mut Page) {
    let rows = rows_of(branches);
    let whole: f64 = branches.iter().map(|branch| branch.value).sum();
    for row in rows.iter().take(LINES_MAX) {
        page.y += LINE;
        let (y, wide) = (page.y, row.branch.value / whole * (WIDTH - 440.0));
        page.text(10.0 + 16.0 * row.depth as f64, y, "start", &row.branch.name);
        page.rect((280.0, y - 12.0), (wide, 15.0), color(row.root), &row.branch.name);
        let said = format!("{} ({})", reading(row.branch.value), percent(row.branch.value, whole));
        page.text(286.0 + wide, y, "start", &said);
    }
    more(rows.len(), page);
}

fn lanes(lanes: &Lanes, view: &View, page: &mut Page) {
    let (from, to) = view.window(&lanes.x);
    let at = |place: Place| {
        280.0 + ((lanes.x.unit(place) - from) / (to - from)).clamp(0.0, 1.0) * (WIDTH - 280.0 - RIGHT)
    };
    for (number, lane) in lanes.lanes.iter().enumerate().take(LINES_MAX) {
        page.y += LINE;
        let y = page.y;
        page.text(272.0, y, "end", &lane.name);
        for (start, end) in &lane.spans {
            let hint = format!(
                "{} .. {}",
                legend::place_text(&lanes.x, *start, &Zone::default()),
                legend::place_text(&lanes.x, *end, &Zone::default())
            );
            let x = at(*start);
            page.rect((x, y - 12.0), ((at(*end) - x).max(2.0), 15.0), color(number), &hint);
        }
    }
    more(lanes.lanes.len(), page);
    page.y += LINE;
    let (first, last) = (lanes.x.place(from), lanes.x.place(to));
    page.text(280.0, page.y, "start", &legend::place_text(&lanes.x, first, &Zone::default()));
    page.text(WIDTH - RIGHT, page.y, "end", &legend::place_text(&lanes.x, last, &Zone::default()));
}
