//! The chart pane: the drawing of `chart`, in the colors of the theme.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::paint::put;
use super::super::theme::Theme;
use crate::app::grid::Grid;
use crate::app::{App, text};
use crate::chart::{self, Ink};
use crate::display;

/// What a chart beside a filtered grid says of itself.
const ALL_ROWS: &str = "  of all rows, filters or not";
const ALL_ROWS_SHORT: &str = "  of all rows";

/// For a pane of so many columns.
pub fn title(app: &App, width: usize) -> (String, String) {
    let Some(pane) = &app.chart else { return (String::new(), String::new()) };
    let Some(drawn) = &pane.chart else { return ("Chart".into(), String::new()) };
    let name = if drawn.title.is_empty() { drawn.kind.name } else { &drawn.title };
    let mut left = text::shown(name, app.ascii).into_owned();
    let narrowed = |grid: &Grid| grid.run == pane.run && !grid.conditions().none();
    if app.grid.as_ref().is_some_and(narrowed) {
        // What the cursor reads needs the room.
        let all = if pane.view.cursor.is_none() { ALL_ROWS } else { ALL_ROWS_SHORT };
        // The name is cut before this is, and a space stands at both ends of a title and of what holds it.
        left = display::fit(&left, width.saturating_sub(all.len() + 4), app.ascii).into_owned() + all;
    }
    for note in chart::notes(drawn, &pane.view, width) {
        left.push_str(&format!("  {}", text::shown(&note, app.ascii)));
    }
    let right = chart::read(drawn, &pane.view).unwrap_or_else(|| chart::summary(drawn, &pane.view, width));
    (left, text::shown(&right, app.ascii).into_owned())
}

fn style(theme: &Theme, ink: Ink) -> Style {
    match ink {
        Ink::Plain => Style::new(),
        Ink::Dim => theme.dim(),
        Ink::Bold => theme.bold(),
        Ink::Series(at) => theme.series(at),
        Ink::Anomaly => theme.error(),
        Ink::Chosen => theme.selected(),
    }
}

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(pane) = &app.chart else { return };
    let Some(drawn) = &pane.chart else {
        put(buffer, area, 1, 0, "reading the result...", theme.dim(), theme.ascii);
        return;
    };
    let size = (usize::from(area.width), usize::from(area.height));
    let canvas = chart::draw(drawn, &pane.view, size, chart::Style { ascii: theme.ascii });
    for y in 0..area.height {
        for x in 0..area.width {
            let (mark, ink) = canvas.cell(usize::from(x), usize::from(y));
            if mark != ' ' {
                buffer[(area.x + x, area.y + y)].set_char(mark).set_style(style(theme, ink));
            }
        }
    }
    for label in &canvas.labels {
        put(buffer, area, label.x as u16, label.y as u16, &label.text, style(theme, label.ink), theme.ascii);
    }
}
