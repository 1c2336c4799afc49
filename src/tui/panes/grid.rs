//! The result: its rows, or why there are none.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::paint::put;
use super::super::theme::Theme;
use super::table::{self, Table};
use crate::app::clock;
use crate::app::grid::Extent;
use crate::app::layout::{self, MARGIN, Part};
use crate::app::msg::TableAge;
use crate::app::{App, Focus, text};
use crate::ticks;

pub fn title(app: &App) -> (String, String) {
    let Some(grid) = &app.grid else { return ("Result".into(), String::new()) };
    let mut left = match grid.extent {
        Extent::Growing => format!("Result  first {}, more to come", text::count(grid.reachable(), "row")),
        Extent::Stopped => {
            format!("Result  only the first {}: stopped", text::count(grid.reachable(), "row"))
        }
        Extent::All { total, ms } => format!("Result  {}  {}", text::count(total, "row"), text::elapsed(ms)),
    };
    if let Some((at, ascending)) = grid.order.first() {
        let name = text::shown(&grid.compiled.columns[*at].name, app.ascii).into_owned();
        let way = if *ascending { "^" } else { "v" };
        let doing = if grid.settled() { "sorted by" } else { "sorting by" };
        left.push_str(&format!("  {doing} {name} {way}"));
    }
    if app.running.as_ref().is_some_and(|running| running.tab == app.tabs.number) {
        left.push_str("  (of the run before)");
    }
    let width = layout::table_width(layout::layout(app).inner(Part::Grid));
    let shown: Vec<usize> = grid.view.columns_in(width).map(|(at, ..)| at).collect();
    let all = grid.compiled.columns.len();
    let right = match (shown.first(), shown.last()) {
        (Some(first), Some(last)) if shown.len() < all => {
            let more = if last + 1 < all { " >" } else { "" };
            let less = if *first > 0 { "< " } else { "" };
            format!("{less}cols {}-{}/{all}{more}", first + 1, last + 1)
        }
        _ => String::new(),
    };
    (left, right)
}

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(grid) = &app.grid else {
        let lines = [
            "F5 runs the statement at the cursor; a blank line ends a statement.",
            "F3 lists the shipped hunts, F4 the tables.",
            ":load FILE loads your own data (: outside the query, or F2).",
        ];
        for (y, line) in lines.iter().enumerate() {
            put(buffer, area, MARGIN, y as u16, line, theme.dim(), theme.ascii);
        }
        return;
    };
    if grid.reachable() == 0 && !matches!(grid.extent, Extent::Growing) {
        return empty(app, theme, area, buffer);
    }
    let table = Table {
        columns: &grid.compiled.columns,
        rows: grid.reachable(),
        row: &|at| grid.row(at),
        view: &grid.view,
        sorted: grid.order.first().copied(),
        dim: &|_| false,
        focused: app.focus == Focus::Grid,
    };
    table::draw(&table, theme, area, buffer);
}

/// A query without rows: what each table has, and whether the query looks there.
fn empty(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    put(buffer, area, MARGIN, 0, "no rows", theme.bold(), theme.ascii);
    let Some(ages) = &app.ages else { return };
    let mut y = 1;
    for age in ages {
        let (said, outside) = age_text(age);
        let said = format!("{}: {said}", text::shown(&age.table, app.ascii));
        let style = if outside { theme.warning() } else { ratatui::style::Style::new() };
        for line in text::wrap(&said, usize::from(area.width - MARGIN)) {
            put(buffer, area, MARGIN, y, &line, style, theme.ascii);
            y += 1;
        }
    }
    if let (Some((at, _)), true) = (clock::newest(ages), ages.iter().any(TableAge::outside)) {
        let said =
            format!(":now newest sets the clock to {}; Enter here does and runs again", ticks::iso(at));
        for line in text::wrap(&said, usize::from(area.width - MARGIN)) {
            put(buffer, area, MARGIN, y, &line, theme.good(), theme.ascii);
            y += 1;
        }
    }
}

fn age_text(age: &TableAge) -> (String, bool) {
    let Some(newest) = age.newest else { return ("has no rows".into(), true) };
    let newest_text = format!("newest row {}", ticks::iso(newest));
    let said = match (age.since, age.until) {
        (Some(since), _) if newest < since => {
            format!("{newest_text}, before the look-back, which begins {}", ticks::iso(since))
        }
        (_, Some(until)) if newest > until => {
            format!("{newest_text}, after the look-back, which ends {}", ticks::iso(until))
        }
        (None, None) => format!("{newest_text}; the query does not limit the time"),
        (_, _) => format!("{newest_text}, inside the look-back"),
    };
    (said, age.outside())
}
