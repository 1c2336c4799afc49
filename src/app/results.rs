//! Results that are kept after the next run: each is a table that queries can name, and can be shown again
//! in the way it was left. Knows no engine; what is kept stays there.

use std::sync::Arc;

use super::chart::{self, ChartLook};
use super::clock::Clock;
use super::grid::{Extent, Grid, Look};
use super::msg::{AgePurpose, Effect};
use super::session::Past;
use super::{App, Focus, NoteKind, clock, diff, parameters, tabs, text};
use crate::compile::{Compiled, TableUse};
use crate::schema::{LAST, RESULT, Schema, Table, TableColumn};
use crate::ticks;

/// Results that are kept: one for each key from 1 to 9.
pub const KEPT_MAX: usize = 9;
/// Values that kept results hold in all; the newest is kept however many it has.
const VALUES_MAX: u64 = 40_000_000;

/// A kept result.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Counts on; queries call it `Result` and this number.
    pub number: u64,
    /// The run that made it, by which the engine has it.
    pub run: u64,
    pub past: Past,
    /// The text as it ran, its parameters put in.
    pub ran: String,
    pub compiled: Arc<Compiled>,
    /// Values that were copied for it.
    pub values: u64,
    /// How it looked when it was left, with the row and the column.
    left: Option<(Look, u64, usize)>,
    chart_left: Option<ChartLook>,
}

impl Kept {
    pub fn name(&self) -> String {
        format!("{RESULT}{}", self.number)
    }

    fn table(&self, name: String) -> Table {
        let columns = self.compiled.columns.iter().map(|one| TableColumn::new(one.name.as_str(), one.ty));
        // Only the engine knows where it is; here texts are checked and completed.
        Table { name, from: String::new(), columns: columns.collect() }
    }
}

/// All of them, the oldest first.
#[derive(Default)]
pub struct Results {
    pub kept: Vec<Kept>,
    numbers: u64,
}

impl Results {
    /// The place of a run's result, from 0.
    pub fn place(&self, run: u64) -> Option<usize> {
        self.kept.iter().position(|kept| kept.run == run)
    }

    /// The result of what was run, while it is kept.
    pub fn of(&self, past: &Past) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.past == *past)
    }

    /// Results by the names that queries have for them, the newest first.
    pub fn named(&self) -> Vec<(String, &Kept)> {
        let newest = self.kept.last().map(|kept| (LAST.to_owned(), kept));
        newest.into_iter().chain(self.kept.iter().rev().map(|kept| (kept.name(), kept))).collect()
    }
}

/// Which result a query read that names the newest: what is in the grid may be another, or no whole result.
pub fn read(app: &App, compiled: &Compiled) -> String {
    let named = compiled.tables.iter().any(|used| used.table == LAST);
    let newest = app.results.kept.last().filter(|_| named);
    let told = |kept: &Kept| {
        let (rows, text) = (text::count(kept.past.rows, "row"), text::one_line(&kept.ran));
        format!("{LAST} was {}, {rows} of {}", kept.name(), text::shown(&text, app.ascii))
    };
    newest.map(told).unwrap_or_default()
}

/// The schema that texts are checked against: the tables of the data, and results where no table has their name.
pub fn put_schema(app: &mut App, schema: &Schema) {
    let free = |name: &String| schema.tables.iter().all(|table| table.name != *name);
    let named = app.results.named().into_iter().filter(|(name, _)| free(name));
    let results = named.map(|(name, kept)| kept.table(name)).collect();
    app.database.schema =
        Arc::new(Schema { tables: schema.tables.clone(), results, sizes: schema.sizes.clone() });
}

/// Tells everybody which results there are.
fn name_all(app: &mut App) -> Effect {
    let schema = app.database.schema.clone();
    put_schema(app, &schema);
    Effect::NameResults(app.results.named().into_iter().map(|(name, kept)| (name, kept.run)).collect())
}

/// Keeps a result; what is too much then is dropped, the oldest first.
pub fn keep(
    app: &mut App,
    run: u64,
    (past, ran): (Past, String),
    compiled: Arc<Compiled>,
    values: u64,
) -> Vec<Effect> {
    app.results.numbers += 1;
    let number = app.results.numbers;
    app.results.kept.push(Kept { number, run, past, ran, compiled, values, left: None, chart_left: None });
    let (mut effects, mut dropped) = (Vec::new(), Vec::new());
    let too_much = |kept: &[Kept]| {
        kept.len() > KEPT_MAX || kept.iter().map(|kept| kept.values).sum::<u64>() > VALUES_MAX
    };
    while app.results.kept.len() > 1 && too_much(&app.results.kept) {
        let old = app.results.kept.remove(0);
        tabs::forget(app, old.run);
        effects.push(Effect::Drop(old.run));
        dropped.push(old.name());
    }
    effects.push(name_all(app));
    if !dropped.is_empty() && app.note.text.is_empty() {
        let kept = text::count(app.results.kept.len() as u64, "result");
        app.say(NoteKind::Plain, format!("{} dropped; the newest {kept} are kept", dropped.join(", ")));
    }
    effects
}

/// What was read from another database is gone with it.
pub fn forget(app: &mut App) -> Effect {
    app.results.kept.clear();
    name_all(app)
}

/// Remembers how the result in the grid looks, before another takes its place.
pub fn leave(app: &mut App) {
    let Some(grid) = &app.grid else { return };
    let chart = chart::look_of(app.chart.as_ref(), Some(grid));
    let left = (grid.look(), grid.view.row, grid.view.column);
    if let Some(place) = app.results.place(grid.run) {
        let kept = &mut app.results.kept[place];
        (kept.left, kept.chart_left) = (Some(left), chart);
    }
}

/// Shows the kept result at a place as it was left.
pub fn show(app: &mut App, place: usize) -> Vec<Effect> {
    let Some(kept) = app.results.kept.get(place) else {
        let said = format!("{} kept", text::count(app.results.kept.len() as u64, "result"));
        return app.say(NoteKind::Plain, said);
    };
    if app.grid.as_ref().is_some_and(|grid| grid.run == kept.run) {
        let said = format!("this is {}", kept.name());
        return app.say(NoteKind::Plain, said);
    }
    let Kept { run, past, ran, compiled, left, chart_left, .. } = kept.clone();
    let mut said = format!("{} of {}", kept.name(), clock::short(past.ended / ticks::SECOND * ticks::SECOND));
    if !past.values.is_empty() {
        said.push_str(&format!(" with {}", text::shown(&parameters::told(&past.values), app.ascii)));
        // What is asked about it next, and a run again, is of the same.
        app.parameters.extend(past.values.clone());
    }
    leave(app);
    let extent = Extent::All { total: past.rows, ms: past.ms };
    let mut grid = Grid::new(run, compiled.clone(), Vec::new(), extent, app.ascii);
    grid.text.clone_from(&past.text);
    grid.ran.clone_from(&ran);
    grid.chart_left = chart_left;
    if let Some((look, row, column)) = left {
        grid.put_on(look);
        (grid.view.row, grid.view.column) = (row, column);
    }
    (app.ages, app.record, app.stepper, app.chart) = (None, None, None, None);
    app.grid = Some(grid);
    if app.focus != Focus::Editor {
        app.focus = Focus::Grid;
    }
    app.say(NoteKind::Plain, said);
    present(app, run, &ran, &compiled, past.rows)
}

/// What belongs to a result that has just come into the grid: its chart, or why there are no rows.
pub fn present(app: &mut App, run: u64, text: &str, compiled: &Compiled, total: u64) -> Vec<Effect> {
    if total == 0 && diff::is_difference(compiled) {
        return Vec::new();
    }
    if total == 0 {
        let purpose = AgePurpose::Empty { run };
        return vec![Effect::Ages { purpose, text: text.to_owned(), clock: Clock::of(compiled) }];
    }
    let mut effects = Vec::new();
    if reads_later(app, compiled) {
        let (purpose, text) = (AgePurpose::Later { run }, text.to_owned());
        effects.push(Effect::Ages { purpose, text, clock: Clock::of(compiled) });
    }
    effects.extend(chart::take_up(app));
    let Some(render) = compiled.render.as_ref().filter(|render| !chart::drawn(&render.kind)) else {
        return effects;
    };
    if app.note.text.is_empty() {
        let said = format!("'render {}' is shown as the table", render.kind);
        let said = text::shown(&said, app.ascii).into_owned();
        app.say(NoteKind::Plain, said);
    }
    effects
}

/// Whether a result may be made of rows that are later than a clock that was chosen.
fn reads_later(app: &App, compiled: &Compiled) -> bool {
    let open = |used: &TableUse| used.until.is_none_or(|until| until > compiled.now);
    let chosen = app.clock_chosen && matches!(app.clock, Clock::Fixed(_));
    chosen && matches!(Clock::of(compiled), Clock::Fixed(_)) && compiled.tables.iter().any(open)
}
