//! The mouse, for those who switch it on: a press goes where it points, the wheel moves what it is over.

use super::grid::Step;
use super::layout::{self, Pane, Part};
use super::msg::Effect;
use super::{App, Focus, NoteKind, commands};

/// Rows that a notch of the wheel moves.
const NOTCH: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub x: u16,
    pub y: u16,
    pub does: Does,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    Press,
    Up,
    Down,
}

/// Switches the mouse on or off. While it is on the terminal's own selection needs Shift.
pub fn toggle(app: &mut App, _: &str) -> Vec<Effect> {
    app.mouse = !app.mouse;
    let said = match app.mouse {
        true => "the mouse is on; Shift and the mouse select text as the terminal does",
        false => "the mouse is off",
    };
    app.say(NoteKind::Plain, said);
    vec![Effect::Mouse(app.mouse)]
}

pub fn mouse(app: &mut App, mouse: Mouse) -> Vec<Effect> {
    app.dirty = true;
    let step = match mouse.does {
        Does::Up => Some(Step::Up),
        Does::Down => Some(Step::Down),
        Does::Press => None,
    };
    if app.popup.is_some() {
        return step.map_or(Vec::new(), |step| wheel(app, step));
    }
    let panes = layout::layout(app).panes;
    let under = |pane: &&Pane| {
        let inside = |area: ratatui::layout::Rect| area.contains((mouse.x, mouse.y).into());
        inside(pane.inner) || inside(pane.title)
    };
    let Some(pane) = panes.iter().find(under).copied() else { return Vec::new() };
    let focus = match pane.part {
        Part::Editor => Focus::Editor,
        Part::Grid | Part::Events | Part::Users | Part::Card => Focus::Grid,
        Part::Record => Focus::Record,
        Part::Chart => Focus::Chart,
    };
    match step {
        Some(step) => {
            // The wheel moves what is under it, and the keys stay where they are.
            let before = std::mem::replace(&mut app.focus, focus);
            let effects = wheel(app, step);
            app.focus = before;
            effects
        }
        None => {
            app.focus = focus;
            app.suggestions = None;
            press(app, pane, mouse);
            Vec::new()
        }
    }
}

fn wheel(app: &mut App, step: Step) -> Vec<Effect> {
    if app.popup.is_none() && app.focus == Focus::Editor {
        app.editor.page(NOTCH, step == Step::Down, false);
        return Vec::new();
    }
    (0..NOTCH).flat_map(|_| commands::step(app, step)).collect()
}

fn press(app: &mut App, pane: Pane, mouse: Mouse) {
    let Some(row) = mouse.y.checked_sub(pane.inner.y).filter(|_| mouse.y < pane.inner.bottom()) else {
        return;
    };
    let column = usize::from(mouse.x.saturating_sub(pane.inner.x));
    match pane.part {
        Part::Editor => {
            let lines = app.editor.lines().len();
            let width = layout::text_width(pane.inner, lines);
            let column = column.saturating_sub(usize::from(layout::gutter(lines))) + app.editor.left;
            if let Some((line, letter)) = place(app, usize::from(row), column, width) {
                app.editor.set_cursor(line, letter);
            }
        }
        Part::Grid => {
            if let (Some(grid), Some(row)) = (&mut app.grid, row.checked_sub(1)) {
                let row = grid.view.top + u64::from(row);
                if row < grid.reachable() {
                    grid.view.row = row;
                }
            }
        }
        Part::Record | Part::Chart | Part::Users | Part::Events | Part::Card => {}
    }
}

/// Line and letter of a place in the query pane, whose rows are lines and what is said under them.
fn place(app: &App, row: usize, column: usize, width: usize) -> Option<(usize, usize)> {
    let editor = &app.editor;
    let mut left = row;
    for line in editor.top..editor.lines().len() {
        let rows = 1 + editor.notes_under(line, width, app.ascii).len();
        if left < rows {
            return Some((line, editor.character(line, column, app.ascii)));
        }
        left -= rows;
    }
    None
}
