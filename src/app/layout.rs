//! Where the panes are, for a size of the terminal. Plain arithmetic; draws nothing.

use ratatui::layout::Rect;

use super::{App, Focus};

/// Columns of a line's number, at least.
const NUMBER: usize = 3;
/// Columns left of a table's cells: the sign of the current row.
pub const MARGIN: u16 = 2;
/// From this width on panes stand in a frame, and from [`SIDE_WIDTH`] on side by side.
const FRAME_WIDTH: u16 = 100;
const SIDE_WIDTH: u16 = 110;
/// Below this the pane in focus has the screen for itself.
const SINGLE: (u16, u16) = (60, 15);
/// Below this nothing is drawn but a sentence.
const LEAST: (u16, u16) = (40, 10);
/// A rule, a header and six rows.
const GRID_ROWS: u16 = 8;
/// A title and four rows; the most that the text takes while there is a result.
const EDITOR_ROWS: (u16, u16) = (5, 16);
/// Rows of a large screen; of those that a larger one has, half go to the chart, or the card of a hit.
const LARGE: u16 = 38;
/// A title, a plot and its axis.
const CHART_ROWS: (u16, u16) = (8, 14);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Editor,
    Grid,
    Record,
    Chart,
    Users,
    Events,
    Card,
}

/// A pane: the row that has its title, and the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pane {
    pub part: Part,
    pub title: Rect,
    pub inner: Rect,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pub panes: Vec<Pane>,
    /// Panes stand in a frame, which leaves a column on each side and a row below.
    pub framed: bool,
    pub body: Rect,
    pub status: Rect,
    pub hints: Rect,
    pub too_small: bool,
    /// How many panes there are beside the one that is shown.
    pub hidden: usize,
}

/// Columns left of a text of so many lines: a sign, the number of the line, a space.
pub fn gutter(lines: usize) -> u16 {
    2 + lines.to_string().len().max(NUMBER) as u16
}

/// Columns of a text of so many lines in the query pane.
pub fn text_width(inner: Rect, lines: usize) -> usize {
    usize::from(inner.width.saturating_sub(gutter(lines)))
}

/// Columns of the cells in a table's pane.
pub fn table_width(inner: Rect) -> usize {
    usize::from(inner.width.saturating_sub(MARGIN))
}

impl Layout {
    pub fn inner(&self, part: Part) -> Rect {
        self.panes.iter().find(|pane| pane.part == part).map(|pane| pane.inner).unwrap_or_default()
    }
}

pub fn layout(app: &App) -> Layout {
    let (width, height) = app.size;
    if width < LEAST.0 || height < LEAST.1 {
        return Layout { too_small: true, ..Layout::default() };
    }
    let single = width < SINGLE.0 || height < SINGLE.1;
    let framed = width >= FRAME_WIDTH && !single;
    let body = Rect { x: 0, y: 0, width, height: height - 2 - u16::from(framed) };
    let mut layout = Layout {
        framed,
        body,
        status: Rect { x: 0, y: height - 2, width, height: 1 },
        hints: Rect { x: 0, y: height - 1, width, height: 1 },
        ..Layout::default()
    };
    if single {
        let (part, count) = single_part(app);
        layout.hidden = count;
        layout.put(part, body);
        return layout;
    }
    match (&app.stepper, &app.record) {
        (Some(_), Some(_)) if width < SIDE_WIDTH => layout.put(Part::Record, body),
        (Some(_), record) => stepper(&mut layout, record.is_some()),
        (None, _) => work(app, &mut layout),
    }
    layout
}

impl Layout {
    /// Adds a pane that takes an area, the title in its first row. Areas side by side share the column
    /// between them, which only a frame has.
    fn put(&mut self, part: Part, area: Rect) {
        let side = u16::from(self.framed);
        let title = Rect { height: 1, ..area };
        let inner = Rect {
            x: area.x + side,
            y: area.y + 1,
            width: area.width.saturating_sub(2 * side),
            height: area.height.saturating_sub(1),
        };
        self.panes.push(Pane { part, title, inner });
    }
}

fn single_part(app: &App) -> (Part, usize) {
    let part = match (app.focus, &app.stepper) {
        (Focus::Record, _) if app.record.is_some() => Part::Record,
        (_, Some(_)) => Part::Events,
        (Focus::Editor, None) => Part::Editor,
        (Focus::Chart, None) => Part::Chart,
        (Focus::Grid | Focus::Record, None) => Part::Grid,
    };
    (part, 1 + usize::from(app.chart_shown()) + usize::from(app.record.is_some()))
}

fn work(app: &App, layout: &mut Layout) {
    let body = layout.body;
    let side = body.width >= SIDE_WIDTH;
    if app.record.is_some() && !side && app.focus == Focus::Record {
        layout.put(Part::Record, body);
        return;
    }
    let wanted = app.editor.lines().len() as u16 + 2;
    let chart = match app.chart_shown() {
        true => (body.height.min(LARGE) * 3 / 10).clamp(CHART_ROWS.0, CHART_ROWS.1) + more(body),
        false => 0,
    };
    // A chart that leaves too few rows for the grid takes its place while it is in focus.
    let fits = body.height >= EDITOR_ROWS.0 + GRID_ROWS + chart;
    let chart = if fits { chart } else { 0 };
    // Who reads the result has more use of its rows than of the text.
    let most = match app.focus {
        Focus::Editor => EDITOR_ROWS.1.max(body.height * 2 / 5),
        Focus::Grid | Focus::Record | Focus::Chart => EDITOR_ROWS.0.max(body.height / 4),
    };
    let most = most.min(body.height - GRID_ROWS - chart);
    let editor = wanted.clamp(EDITOR_ROWS.0, most.max(EDITOR_ROWS.0));
    layout.put(Part::Editor, Rect { height: editor, ..body });
    let rest = Rect { y: body.y + editor, height: body.height - editor, ..body };
    if !fits && app.chart_shown() && app.focus == Focus::Chart {
        layout.put(Part::Chart, rest);
        return;
    }
    let grid = Rect { height: rest.height - chart, ..rest };
    if app.record.is_some() && side {
        let (left, right) = beside(grid, grid.width * 2 / 5);
        layout.put(Part::Grid, left);
        layout.put(Part::Record, right);
    } else {
        layout.put(Part::Grid, grid);
    }
    if chart > 0 {
        layout.put(Part::Chart, Rect { y: grid.y + grid.height, height: chart, ..rest });
    }
}

/// Rows that the chart or the card has on a screen that is larger than large.
fn more(body: Rect) -> u16 {
    body.height.saturating_sub(LARGE) / 2
}

fn stepper(layout: &mut Layout, record: bool) {
    let body = layout.body;
    if body.width >= SIDE_WIDTH {
        let users = (body.width * 3 / 8).min(60);
        let (left, right) = beside(body, body.width - users);
        layout.put(Part::Users, left);
        let card = 10.min(body.height / 3) + more(body);
        let upper = Rect { height: right.height - card, ..right };
        if record {
            let (events, record) = beside(upper, upper.width / 2);
            layout.put(Part::Events, events);
            layout.put(Part::Record, record);
        } else {
            layout.put(Part::Events, upper);
        }
        layout.put(Part::Card, Rect { y: upper.y + upper.height, height: card, ..right });
        return;
    }
    let users = 5.min(body.height / 4).max(3);
    let card = 7.min(body.height / 3);
    layout.put(Part::Users, Rect { height: users, ..body });
    let events = body.height - users - card;
    layout.put(Part::Events, Rect { y: users, height: events, ..body });
    layout.put(Part::Card, Rect { y: users + events, height: card, ..body });
}

/// Two areas that share the column of the line between them; the right one has `right` columns.
fn beside(area: Rect, right: u16) -> (Rect, Rect) {
    let left = area.width - right + 1;
    (Rect { width: left, ..area }, Rect { x: area.x + left - 1, width: right, ..area })
}
