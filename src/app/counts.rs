//! What comes back about rows on their way through the query: how many each operator gives, shown at the end of
//! its line until the text changes; and reports.

use std::collections::BTreeMap;

use super::clock::Clock;
use super::days::{self, Days};
use super::msg::Effect;
use super::parameters::{self, Filled, Then, Values};
use super::popup::{Popup, Text};
use super::statement::Statement;
use super::{App, NoteKind, commands, diff, lists, text};
use crate::types::ColumnType;
use crate::value::Value;

/// What is asked about the rows of a statement on their way.
#[derive(Clone, Debug, PartialEq)]
pub enum Follow {
    /// How many come out of each operator.
    Counts,
    /// Where those that name a value are lost.
    Why(String),
    /// How far the data can be trusted.
    Health,
    /// How many rows the query gives on each of so many days, each at that day's clock.
    Days(usize),
    /// The query that gives the rows behind rows of the result.
    Behind {
        columns: Vec<ColumnType>,
        rows: Vec<Vec<Value>>,
        /// The first and the last bin, in ticks, of series of which not all is meant.
        bins: Option<(i64, i64)>,
        /// What is known already that the reader must know.
        said: Vec<String>,
    },
}

/// What is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// Where each operator begins in the statement, in bytes, and its rows.
    Counts(Vec<(usize, Option<u64>)>),
    Report {
        title: String,
        lines: Vec<String>,
    },
    /// Rows of each day.
    Days(Days),
    /// A query to run, and what to say of its rows.
    Query {
        kql: String,
        said: String,
    },
}

/// Rows that come out of the operators of each line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of the question whose answer is awaited.
    ticket: u64,
    /// The text that they are of, the first byte of the statement in it, and the statement as it was asked
    /// about, which has as many lines.
    version: u64,
    offset: usize,
    asked: String,
    values: Values,
    lines: BTreeMap<usize, Vec<Option<u64>>>,
}

impl Counts {
    /// What stands at the end of a line: one number for each operator in it.
    pub fn shown(&self, version: u64, line: usize) -> Option<String> {
        let rows = self.lines.get(&line).filter(|_| self.version == version)?;
        let number = |rows: &Option<u64>| rows.map_or("?".into(), grouped);
        Some(rows.iter().map(number).collect::<Vec<_>>().join(" > "))
    }

    fn any(&self, version: u64) -> bool {
        self.version == version && !self.lines.is_empty()
    }
}

/// Counts, or takes the counts away.
pub fn toggle(app: &mut App) -> Vec<Effect> {
    if app.counts.any(app.editor.version) {
        app.counts = Counts::default();
        return app.say(NoteKind::Plain, "");
    }
    ask(app, Follow::Counts, "counting the rows of each operator...")
}

/// Asks about the statement at the cursor.
pub fn ask(app: &mut App, follow: Follow, said: &'static str) -> Vec<Effect> {
    let (text, offset) = super::statement::whole(app);
    if text.trim().is_empty() {
        return app.say(NoteKind::Warning, "there is no query at the cursor");
    }
    let statement = Statement { offset, text };
    let Some(filled) = parameters::filled(&statement.text, values(app, &statement.text)) else {
        return parameters::ask(app, statement, Then::Follow(follow, said));
    };
    follow_statement(app, follow, said, offset, filled)
}

/// The parameters that a statement is asked about with: those of its result that is shown, else those typed last.
fn values<'a>(app: &'a App, text: &str) -> &'a Values {
    let shown = app.grid.as_ref().and_then(|grid| app.results.place(grid.run));
    let shown = shown.map(|place| &app.results.kept[place].past);
    shown.filter(|past| past.text.trim() == text.trim()).map_or(&app.parameters, |past| &past.values)
}

/// Asks about a statement whose parameters are known.
pub fn follow_statement(
    app: &mut App,
    follow: Follow,
    said: &str,
    offset: usize,
    Filled { text, values, .. }: Filled,
) -> Vec<Effect> {
    let ticket = app.number();
    let (version, asked) = (app.editor.version, text.clone());
    app.counts = Counts { ticket, version, offset, asked, values, ..Counts::default() };
    app.say(NoteKind::Plain, said);
    vec![Effect::Follow { follow, ticket, text, clock: app.clock }]
}

/// Asks for the rows behind the row at the cursor.
pub fn behind(app: &mut App) -> Vec<Effect> {
    let Some(row) = app.grid.as_ref().and_then(|grid| grid.current()).cloned() else {
        return Vec::new();
    };
    behind_rows(app, vec![row], None, Vec::new())
}

/// Asks for the rows behind rows of the result, at the clock that it was made at.
pub fn behind_rows(
    app: &mut App,
    rows: Vec<Vec<Value>>,
    bins: Option<(i64, i64)>,
    said: Vec<String>,
) -> Vec<Effect> {
    let ticket = app.number();
    let Some(grid) = &app.grid else { return Vec::new() };
    if diff::is_difference(&grid.compiled) {
        return app.say(NoteKind::Warning, "a difference is made of two results, and has no rows behind it");
    }
    let what = if rows.len() == 1 { "this one" } else { "these" };
    let follow = Follow::Behind { columns: grid.compiled.columns.clone(), rows, bins, said };
    let (text, clock) = (grid.ran.clone(), Clock::of(&grid.compiled));
    app.counts = Counts { ticket, ..Counts::default() };
    app.say(NoteKind::Plain, format!("looking for the rows behind {what}..."));
    vec![Effect::Follow { follow, ticket, text, clock }]
}

/// What was asked came back.
pub fn came(app: &mut App, ticket: u64, answer: Result<Followed, String>) -> Vec<Effect> {
    if app.counts.ticket != ticket {
        return Vec::new();
    }
    match answer {
        Ok(Followed::Counts(_)) if app.counts.version != app.editor.version => {
            app.say(NoteKind::Plain, "the text has changed; count again")
        }
        Ok(Followed::Counts(rows)) => {
            let lines = |text: Option<&str>| text.unwrap_or("").matches('\n').count();
            let above = lines(app.editor.text().get(..app.counts.offset));
            for (at, rows) in rows {
                let line = above + lines(app.counts.asked.get(..at));
                app.counts.lines.entry(line).or_default().push(rows);
            }
            let told = parameters::told(&app.counts.values);
            let said = match told.is_empty() {
                true => "rows that come out of each operator".to_owned(),
                false => format!("rows of each operator with {}", text::shown(&told, app.ascii)),
            };
            app.say(NoteKind::Good, format!("{said}; again takes them away"))
        }
        Ok(Followed::Report { title, lines }) => {
            let width = usize::from(lists::popup_size(app).0).saturating_sub(4);
            let shown = |line: &String| text::wrap(&text::shown(line, app.ascii), width);
            let lines = lines.iter().flat_map(shown).collect();
            let title = text::shown(&title, app.ascii).into_owned();
            app.popup = Some(Popup::Text(Text::new(title, lines)));
            app.say(NoteKind::Plain, "")
        }
        Ok(Followed::Days(found)) => days::show(app, found),
        Ok(Followed::Query { kql, said }) => commands::run_beside(app, kql, said),
        Err(why) => {
            let why = text::shown(&why, app.ascii).into_owned();
            app.say(NoteKind::Error, why)
        }
    }
}

/// 12,481
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [0, 999, 1_000, 12_481, 1_234_567].map(grouped),
            ["0", "999", "1,000", "12,481", "1,234,567"]
        );
    }
}
