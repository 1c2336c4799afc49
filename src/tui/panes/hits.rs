//! The stepper: users, the events behind the hit, the indicator.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::paint::put;
use super::super::theme::Theme;
use super::table::{self, Table};
use crate::app::layout::MARGIN;
use crate::app::stepper::{Cards, EventRows, Events, Stepper, card_fields};
use crate::app::{App, Focus, text};
use crate::hunt::card::State;
use crate::hunt::pivot::EVENTS_MAX;

pub fn users_title(app: &App) -> (String, String) {
    let Some(stepper) = &app.stepper else { return (String::new(), String::new()) };
    let mut left = text::count(stepper.users.len() as u64, "user");
    if stepper.rows_left > 0 {
        left.push_str(&format!("  {} rows not read", text::thousands(stepper.rows_left)));
    }
    (left, "by severity and hits".into())
}

pub fn users(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(stepper) = &app.stepper else { return };
    let rows = usize::from(area.height).max(1);
    let top = (stepper.user + 1).saturating_sub(rows);
    for (y, (at, user)) in stepper.users.iter().enumerate().skip(top).take(rows).enumerate() {
        let current = at == stepper.user;
        let name = text::shown(&user.name, app.ascii);
        let severity = text::shown(&user.severity, app.ascii);
        let hits = text::count(user.hits, "hit");
        let (verdict, bookmarked) = stepper.noted(user, &app.notes);
        let mark = if bookmarked { "*" } else { "" };
        let hits = match verdict {
            Some(verdict) => format!("{}{mark}  {hits}", verdict.short()),
            None if bookmarked => format!("{mark}  {hits}"),
            None => hits,
        };
        let told = if severity.is_empty() { hits.clone() } else { format!("{severity}  {hits}") };
        let y = y as u16;
        if current {
            put(buffer, area, 0, y, ">", Style::new(), theme.ascii);
        }
        let told_width = text::width(&told) as u16;
        let room = Rect { width: area.width.saturating_sub(told_width + 2), ..area };
        let style = if current { theme.selected() } else { Style::new() };
        put(buffer, room, MARGIN, y, if name.is_empty() { "(no user)" } else { &name }, style, theme.ascii);
        let x = area.width.saturating_sub(told_width + 1);
        let end = put(buffer, area, x, y, &severity, theme.severity(&user.severity), theme.ascii);
        let gap = if severity.is_empty() { 0 } else { 2 };
        put(buffer, area, end + gap, y, &hits, theme.dim(), theme.ascii);
    }
}

pub fn events_title(app: &App) -> (String, String) {
    let Some(stepper) = &app.stepper else { return (String::new(), String::new()) };
    let user = &stepper.users[stepper.user];
    let left = format!(
        "Hit {}/{} of {}: events from {}",
        stepper.hit + 1,
        user.rows.len(),
        text::shown(&user.name, app.ascii),
        text::shown(&stepper.address(), app.ascii),
    );
    let left = match app.notes.about(&stepper.subject()) {
        Some(note) => {
            let verdict = note.verdict.map_or(String::new(), |verdict| format!("  {}", verdict.name()));
            format!("{left}{verdict}{}", if note.bookmarked { "  bookmarked" } else { "" })
        }
        None => left,
    };
    let right = match &stepper.events {
        Events::Rows(events) if events.more => format!("the first {}", text::thousands(EVENTS_MAX as u64)),
        Events::Rows(events) => {
            let hits = events.hits.iter().filter(|hit| **hit).count();
            let around = events.rows.len() - hits;
            let counted = text::count(hits as u64, "event");
            match around {
                0 => counted,
                around => format!("{counted}, {around} around"),
            }
        }
        Events::Loading(_) | Events::None(_) => String::new(),
    };
    (left, right)
}

pub fn events(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(stepper) = &app.stepper else { return };
    match &stepper.events {
        Events::None(why) => {
            put(buffer, area, 1, 0, &text::shown(why, app.ascii), theme.warning(), theme.ascii);
        }
        Events::Loading(_) => {
            let below = filter(app, theme, stepper, area, buffer);
            put(buffer, below, MARGIN, 0, "reading...", theme.dim(), theme.ascii);
        }
        Events::Rows(events) => {
            let below = filter(app, theme, stepper, area, buffer);
            event_rows(app, theme, events, below, buffer);
        }
    }
}

/// What the events were found by; gives the area below.
fn filter(app: &App, theme: &Theme, stepper: &Stepper, area: Rect, buffer: &mut Buffer) -> Rect {
    let rows = stepper.filter(area, app.ascii);
    for (y, row) in rows.iter().enumerate() {
        put(buffer, area, 1, y as u16, row, theme.dim(), theme.ascii);
    }
    let used = (rows.len() as u16).min(area.height);
    Rect { y: area.y + used, height: area.height - used, ..area }
}

fn event_rows(app: &App, theme: &Theme, events: &EventRows, below: Rect, buffer: &mut Buffer) {
    if events.rows.is_empty() {
        put(buffer, below, MARGIN, 0, "no events", theme.dim(), theme.ascii);
        return;
    }
    let table = Table {
        columns: &events.columns,
        rows: events.rows.len() as u64,
        row: &|at| events.rows.get(usize::try_from(at).ok()?),
        view: &events.view,
        sorted: &[],
        sought: "",
        focused: app.focus != Focus::Record,
        difference: false,
        dim: &|at| usize::try_from(at).is_ok_and(|at| events.hits.get(at) == Some(&false)),
    };
    table::draw(&table, theme, below, buffer);
}

pub fn card_title(app: &App) -> (String, String) {
    let Some(stepper) = &app.stepper else { return (String::new(), String::new()) };
    let left = format!("Indicator {}", text::shown(&stepper.address(), app.ascii));
    let right = match &stepper.cards {
        Cards::Found(cards) if cards.len() > 1 => {
            format!("{}, i shows all", text::count(cards.len() as u64, "indicator"))
        }
        Cards::Found(cards) => text::count(cards.len() as u64, "indicator"),
        Cards::Loading | Cards::Failed(_) => String::new(),
    };
    (left, right)
}

pub fn card(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(stepper) = &app.stepper else { return };
    let cards = match &stepper.cards {
        Cards::Loading => {
            put(buffer, area, 1, 0, "reading...", theme.dim(), theme.ascii);
            return;
        }
        Cards::Failed(why) => {
            put(buffer, area, 1, 0, &text::shown(why, app.ascii), theme.warning(), theme.ascii);
            return;
        }
        Cards::Found(cards) => cards,
    };
    if cards.is_empty() {
        let said = "no indicator whose pattern names this address was known at the clock";
        put(buffer, area, 1, 0, said, theme.warning(), theme.ascii);
        return;
    }
    let mut y = 0;
    for card in cards {
        for (label, said) in card_fields(card, stepper.compiled.now) {
            let style = match (label, card.state) {
                ("validity", State::Valid) => theme.good(),
                ("validity", State::NotYet | State::Expired | State::Revoked | State::Deleted) => {
                    theme.warning()
                }
                (_, _) => Style::new(),
            };
            let said = text::shown(&said, app.ascii).into_owned();
            for line in text::wrap(&said, usize::from(area.width.saturating_sub(14))) {
                if y >= area.height {
                    return;
                }
                let first = y;
                put(buffer, area, 1, first, label, theme.dim(), theme.ascii);
                put(buffer, area, 13, y, &line, style, theme.ascii);
                y += 1;
            }
        }
    }
}
