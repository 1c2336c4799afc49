//! Moving in whatever has the keys.

use super::nothing;
use super::records::with_record;
use crate::app::grid::Step;
use crate::app::keys::Context;
use crate::app::layout::{self, Part};
use crate::app::msg::Effect;
use crate::app::popup::Popup;
use crate::app::stepper::Events;
use crate::app::{App, chart, completion, lists};

pub fn down(app: &mut App, _: &str) -> Vec<Effect> {
    step(app, Step::Down)
}

pub fn up(app: &mut App, _: &str) -> Vec<Effect> {
    step(app, Step::Up)
}

pub fn left(app: &mut App, _: &str) -> Vec<Effect> {
    step(app, Step::Left)
}

pub fn right(app: &mut App, _: &str) -> Vec<Effect> {
    step(app, Step::Right)
}

pub fn page_down(app: &mut App, _: &str) -> Vec<Effect> {
    step(app, Step::PageDown)
}

pub fn page_up(app: &mut App, _: &str) -> Vec<Effect> {
    step(app, Step::PageUp)
}

pub fn top(app: &mut App, _: &str) -> Vec<Effect> {
    step(app, Step::Top)
}

pub fn bottom(app: &mut App, _: &str) -> Vec<Effect> {
    step(app, Step::Bottom)
}

/// Moves in whatever has the keys.
pub fn step(app: &mut App, step: Step) -> Vec<Effect> {
    app.dirty = true;
    match app.context() {
        Context::List => lists::step(app, step),
        Context::Text => {
            let (page, width) = (lists::popup_rows(app), lists::text_width(app));
            if let Some(Popup::Text(text)) = &mut app.popup {
                text.step(step, text.rows(width).len(), page);
            }
        }
        Context::Record => with_record(app, |record, lines, rows, page| record.step(step, lines, rows, page)),
        Context::Chart => return chart::step(app, step),
        Context::Grid | Context::Hits => move_rows(app, step),
        Context::Completion => completion::step(app, step),
        Context::Editor | Context::Normal | Context::Visual | Context::Global => {}
    }
    nothing()
}

/// Moves in the table: the result, or the events behind a hit.
pub fn move_rows(app: &mut App, step: Step) {
    let layout = layout::layout(app);
    let page = |part| u64::from(layout.inner(part).height.saturating_sub(1));
    match &mut app.stepper {
        Some(stepper) => {
            let filter = stepper.filter(layout.inner(Part::Events), app.ascii).len() as u64;
            if let Events::Rows(events) = &mut stepper.events {
                let rows = events.rows.len() as u64;
                let page = page(Part::Events).saturating_sub(filter);
                events.view.step(step, rows, page);
            }
        }
        None => {
            if let Some(grid) = &mut app.grid {
                let rows = grid.reachable();
                grid.view.step(step, rows, page(Part::Grid));
            }
        }
    }
}
