//! The result: its rows, or why there are none.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::paint::put;
use super::super::theme::Theme;
use super::table::{self, Table};
use crate::app::clock;
use crate::app::columns::Why;
use crate::app::grid::{Extent, Filter, View};
use crate::app::keys::Context;
use crate::app::layout::{self, MARGIN, Part};
use crate::app::msg::TableAge;
use crate::app::{App, Focus, Running, diff, text};
use crate::ticks;

pub fn title(app: &App, theme: &Theme) -> (String, String) {
    let Some(grid) = &app.grid else { return ("Result".into(), String::new()) };
    let mut left = match grid.extent {
        Extent::Growing => format!("Result  first {}, more to come", text::count(grid.reachable(), "row")),
        Extent::Stopped { rows } if rows > grid.reachable() => {
            let first = text::thousands(grid.reachable());
            format!("Result  stopped at {}, the first {first} are here", text::count(rows, "row"))
        }
        Extent::Stopped { rows } => format!("Result  stopped at {}", text::count(rows, "row")),
        Extent::All { total, ms } => {
            let some = match grid.reachable() {
                rows if rows == total || !grid.filtered() => String::new(),
                rows => format!("{} of ", text::thousands(rows)),
            };
            // Before what may be cut.
            let doing = if grid.filtered() { "" } else { "filtering  " };
            format!("Result  {doing}{some}{}  {}", text::count(total, "row"), text::elapsed(ms))
        }
    };
    let keys = grid.order.iter().map(|(at, ascending)| {
        let name = text::shown(&grid.compiled.columns[*at].name, app.ascii);
        format!("{name} {}", if *ascending { "^" } else { "v" })
    });
    let keys: Vec<String> = keys.collect();
    if !keys.is_empty() {
        let doing = if grid.sorted() { "sorted by" } else { "sorting by" };
        left.push_str(&format!("  {doing} {}", keys.join(", ")));
    }
    if let (Some(place), 2..) = (app.results.place(grid.run), app.results.kept.len()) {
        let kept = &app.results.kept[place];
        let said = format!("[{}/{}] {}", place + 1, app.results.kept.len(), kept.name());
        left = left.replacen("Result", &said, 1);
    }
    let older = |running: &Running| running.tab == app.tabs.number && running.run != grid.run;
    if app.running.as_ref().is_some_and(older) {
        left.push_str("  (of the run before)");
    }
    if grid.distinct && grid.filtered() {
        left.push_str("  no duplicates");
    }
    if let Some(column) = grid.view.columns.painting().and_then(|at| grid.compiled.columns.get(at)) {
        let said = if theme.mono { "no colors here for" } else { "colors by" };
        left.push_str(&format!("  {said} {}", text::shown(&column.name, app.ascii)));
    }
    let layout = layout::layout(app);
    let width = layout::table_width(layout.inner(Part::Grid));
    // Both stand between blanks, and the line has an end on each side.
    let ends = 6 + 2 * usize::from(layout.framed);
    let line = layout.panes.iter().find(|pane| pane.part == Part::Grid);
    let line = line.map_or(0, |pane| usize::from(pane.title.width).saturating_sub(ends));
    let filters = if grid.filters.is_empty() { 0 } else { PILL_MIN };
    let mut ways = columns_in_view(app, &grid.view, width);
    let fits = |right: &String| text::width(&left) + filters + text::width(right) <= line;
    let right = ways.iter().position(fits).unwrap_or(ways.len() - 1);
    let right = ways.swap_remove(right);
    let rest = line.saturating_sub(text::width(&right) + filters).max(LEFT_MIN);
    let mut left = text::fit(&left, rest, app.ascii).into_owned();
    let room = width.saturating_sub(text::width(&left) + text::width(&right) + 6);
    left.push_str(&pills(&grid.filters, room, app.ascii));
    (left, right)
}

/// What is left of the number of rows and the order in the narrowest line.
const LEFT_MIN: usize = 20;

/// The least that a filter is shown with.
const PILL_MIN: usize = 10;

/// The filters, in brackets, those that are off with a minus; as many as there is room for, and how many there are
/// beyond them.
fn pills(filters: &[Filter], room: usize, ascii: bool) -> String {
    let all = filters.len();
    let (mut room, mut fit) = (room, all.min(room / PILL_MIN));
    if fit < all {
        room = room.saturating_sub(format!(" +{all}").len());
        fit = room / PILL_MIN;
    }
    let (mut said, mut used) = (String::new(), 0);
    for (at, filter) in filters.iter().take(fit).enumerate() {
        let each = (room - used) / (fit - at);
        let sign = if filter.on { "" } else { "-" };
        let shown = format!("{sign}{}", text::shown(&filter.kql, ascii));
        let pill = format!("  [{}]", text::fit(&shown, each - 4, ascii));
        used += text::width(&pill);
        said.push_str(&pill);
    }
    if fit < all {
        said.push_str(&format!(" +{}", all - fit));
    }
    said
}

/// Which of the columns are in view, and how many are hidden. In full first, then with less and less, for lines
/// that lack the room: that there are hidden ones is said in all.
fn columns_in_view(app: &App, view: &View, width: usize) -> Vec<String> {
    let all = view.columns.shown(view.widths.len()).len();
    let stay = view.columns.stay(&view.widths, width);
    let (first, in_view) = (stay + view.left, view.columns_in(width).len());
    let mut place = String::new();
    if in_view < all {
        let last = in_view + view.left;
        let less = if view.left > 0 { "< " } else { "" };
        let more = if last < all { " >" } else { "" };
        place = format!("{less}cols {}-{last}/{all}{more}", first + 1);
    }
    let columns = &view.columns;
    let kinds = [
        (columns.hidden(), "hidden", "unhide"),
        (columns.aside(Why::Empty), "empty hidden", "hide-empty"),
        (columns.aside(Why::Same), "same", "hide-same"),
    ];
    let there = || kinds.iter().filter(|(count, _, _)| *count > 0);
    let key = |command: &str| {
        let key = app.keymap.keys_of(Context::Grid, command).into_iter().next();
        key.map(|key| format!(" ({key})")).unwrap_or_default()
    };
    let with_keys = there().map(|(count, what, command)| format!("{count} {what}{}", key(command)));
    let with_keys = with_keys.collect::<Vec<_>>().join("  ");
    if with_keys.is_empty() {
        return vec![place];
    }
    let kinds_only = there().map(|(count, what, _)| format!("{count} {what}")).collect::<Vec<_>>().join("  ");
    let sum = format!("{} hidden", there().map(|(count, _, _)| count).sum::<usize>());
    let full = if place.is_empty() { with_keys.clone() } else { format!("{place}  {with_keys}") };
    vec![full, with_keys, kinds_only, sum]
}

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(grid) = &app.grid else {
        let lines = [
            "F5 runs the statement at the cursor; a blank line ends a statement.",
            "F3 lists the shipped hunts, F4 the tables, F1 all keys. Ctrl-Q quits.",
            ":load FILE loads your own data (: outside the query, or F2).",
        ];
        for (y, line) in lines.iter().enumerate() {
            put(buffer, area, MARGIN, y as u16, line, theme.dim(), theme.ascii);
        }
        return;
    };
    if grid.reachable() == 0 && grid.filters.iter().any(|filter| filter.on) {
        let said = "no row meets the filters: x drops the last, X turns them off";
        put(buffer, area, MARGIN, 0, said, theme.bold(), theme.ascii);
        return;
    }
    if grid.reachable() == 0 && !matches!(grid.extent, Extent::Growing) {
        return empty(app, theme, area, buffer);
    }
    let table = Table {
        columns: &grid.compiled.columns,
        rows: grid.reachable(),
        row: &|at| grid.row(at),
        view: &grid.view,
        sorted: &grid.order,
        sought: grid.search.as_ref().map_or("", |search| search.text.as_str()),
        difference: diff::is_difference(&grid.compiled),
        dim: &|_| false,
        focused: app.focus == Focus::Grid,
    };
    table::draw(&table, theme, area, buffer);
}

/// A query without rows: what each table has, and whether the query looks there.
fn empty(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let difference = app.grid.as_ref().is_some_and(|grid| diff::is_difference(&grid.compiled));
    let said = if difference { "no row differs" } else { "no rows" };
    put(buffer, area, MARGIN, 0, said, theme.bold(), theme.ascii);
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
