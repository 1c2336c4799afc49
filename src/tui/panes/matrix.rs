//! Techniques below their tactics, as far as there is room; the rest is reached by going there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::paint::put;
use super::super::theme::Theme;
use crate::app::lists::{Choice, Item};
use crate::app::matrix::{COLUMN, State, columns, counts, known, place};
use crate::app::{App, text};

/// Draws the items of the list so that the selected one is seen.
pub fn draw(app: &App, theme: &Theme, items: &[Item], selected: usize, area: Rect, buffer: &mut Buffer) {
    let columns = columns(items);
    let (column, row) = place(&columns, selected);
    let wide = (usize::from(area.width + 1) / COLUMN).max(1);
    let first = column / wide * wide;
    // The tactic and its count stay.
    let high = usize::from(area.height.saturating_sub(2)).max(1);
    let top = row.saturating_sub(1) / high * high;
    let (cells, swept) = (known(app), app.sweep.is_some());
    for (x, found) in columns.iter().skip(first).take(wide).enumerate() {
        let left = area.x + (x * COLUMN) as u16;
        let room = Rect { x: left, width: (COLUMN as u16 - 1).min(area.right() - left), ..area };
        let style = |at: usize, style: Style| if at == selected { theme.selected() } else { style };
        let Some((head, rest)) = found.split_first() else { continue };
        // What is typed may leave techniques without their tactic's row.
        let rows = match &items[*head].choice {
            Choice::Technique { tactic, .. } => {
                put(buffer, room, 0, 0, &named(tactic, theme.ascii), theme.dim(), theme.ascii);
                found.as_slice()
            }
            _ => {
                put(buffer, room, 0, 0, &items[*head].left, style(*head, theme.header()), theme.ascii);
                put(buffer, room, 0, 1, &items[*head].right, theme.dim(), theme.ascii);
                rest
            }
        };
        for (y, at) in rows.iter().skip(top).take(high).enumerate() {
            let Choice::Technique { tactic, technique } = &items[*at].choice else { continue };
            let cell = cells.get(&(tactic.clone(), technique.clone())).cloned().unwrap_or_default();
            let state = State::of(&cell);
            let name = named(technique, theme.ascii);
            let said = format!("{}{name:<9}{:>5}", state.sign(), counts(&cell, swept));
            put(buffer, room, 0, y as u16 + 2, &said, style(*at, of(theme, state)), theme.ascii);
        }
        let below = rows.len().saturating_sub(top + high);
        if below > 0 {
            put(buffer, room, 0, area.height - 1, &format!("{} more", below + 1), theme.dim(), theme.ascii);
        }
    }
}

fn named(name: &str, ascii: bool) -> String {
    if name.is_empty() { "none named".to_owned() } else { text::shown(name, ascii).into_owned() }
}

fn of(theme: &Theme, state: State) -> Style {
    match state {
        State::Hit => theme.error(),
        State::Runnable => theme.good(),
        State::Stuck => theme.warning(),
        State::None => theme.dim(),
    }
}

/// What signs and colors mean, and which columns are seen.
pub fn legend(app: &App, items: &[Item], selected: usize, width: u16) -> String {
    let columns = columns(items);
    let (column, _) = place(&columns, selected);
    let wide = (usize::from(width + 1) / COLUMN).max(1);
    let first = column / wide * wide;
    let last = (first + wide).min(columns.len());
    let hits = if app.sweep.is_some() { "hunts:hit" } else { "hunts (gS counts hits)" };
    format!("! hit  + no hit  - cannot run  {hits}  tactics {}-{last}/{}", first + 1, columns.len())
}
