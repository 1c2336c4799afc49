//! Another size of the screen: what was in view stays in view, and room that came is used.

use super::commands::with_record;
use super::layout::{self, Part};
use super::popup::Popup;
use super::stepper::Events;
use super::{App, items, lists};

/// Takes a size in columns and rows. What follows from any change brings the cursors into view.
pub fn resize(app: &mut App, width: u16, height: u16) {
    app.size = (width, height);
    app.dirty = true;
    let layout = layout::layout(app);
    let page = |part| u64::from(layout.inner(part).height.saturating_sub(1));
    app.editor.left = 0;
    if let Some(grid) = &mut app.grid {
        let rows = grid.reachable();
        grid.view.refit(rows, page(Part::Grid));
    }
    if let Some(Events::Rows(events)) = app.stepper.as_mut().map(|stepper| &mut stepper.events) {
        events.view.refit(events.rows.len() as u64, page(Part::Events));
    }
    with_record(app, |record, _, rows, page| {
        record.top = record.top.min(rows.len().saturating_sub(page));
        record.scroll_into(rows, page);
    });
    let (page, columns) = (lists::popup_rows(app), lists::text_width(app));
    let listed = if let Some(Popup::List(list)) = &app.popup { items(app, list).len() } else { 0 };
    match &mut app.popup {
        Some(Popup::List(list)) => {
            list.top = list.top.min(listed.saturating_sub(page));
            list.scroll_into(page);
        }
        Some(Popup::Text(text)) => text.top = text.top.min(text.rows(columns).len().saturating_sub(page)),
        None => {}
    }
}
