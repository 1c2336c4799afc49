//! Everything that the workbench can do: one row each. The palette, the help and the hints read this table.

mod brushing;
mod charting;
mod columns;
mod completing;
mod copying;
mod editing;
mod files;
pub mod filters;
mod finding;
mod following;
mod grid;
mod hits;
mod hunting;
mod kept;
mod moving;
mod noting;
mod panes;
mod records;
mod results;
mod running;
mod searching;
mod selecting;
mod tabs;
pub mod values;

use charting::{chart, chart_type};
pub use charting::{needs_drawing, on_chart};
use completing::{accept_or_newline, complete_here, complete_or_indent};
use editing::{
    comment, definition, docs, edit_outside, find, format, kill_line, kill_to_start, kill_word, line,
    line_end, line_start, redo, rename, replace, undo, word_left, word_right,
};
use files::{export, load, open_file, write, write_over};
use following::{behind, count_rows, days, health, open, why_not};
use hits::{hits, indicators, narrower, next_hit, next_user, others, previous_hit, previous_user, wider};
use moving::{bottom, down, left, page_down, page_up, right, top, up};
use noting::{bookmark, note, triage};
use panes::{
    accept, close, complete_input, help, history, hunts, next_pane, palette, previous_pane, quit, repaint,
    schema, suspend, toggle,
};
pub use records::with_record;
use records::{fold, next_record, open_record, previous_record};
use running::{cancel, clock, fix, next_problem, previous_problem, run, run_all};

use super::keys::{Context, is_sequence};
use super::msg::Effect;
use super::{App, keytest, mouse};
pub use copying::copied;
pub use hits::{open_hits, sighted};
pub use moving::step;
pub use noting::{noted, timed};
pub use panes::{put_hunt, put_query};
pub use running::{run_beside, run_compared, run_statement, set_clock};

#[derive(Clone, Copy)]
pub struct Command {
    pub name: &'static str,
    /// What the palette takes for it; the first is shown. Without one it is only a key.
    pub words: &'static [&'static str],
    /// What it takes after its word.
    pub args: &'static str,
    pub doc: &'static str,
    /// What the hint bar calls it; empty if it is not there.
    pub hint: &'static str,
    /// Whether it can do something now.
    pub when: fn(&App) -> bool,
    pub run: fn(&mut App, &str) -> Vec<Effect>,
}

type Run = fn(&mut App, &str) -> Vec<Effect>;

const fn row(
    name: &'static str,
    words: &'static [&'static str],
    args: &'static str,
    hint: &'static str,
    doc: &'static str,
    when: fn(&App) -> bool,
    run: Run,
) -> Command {
    Command { name, words, args, doc, hint, when, run }
}

/// Every command, in the order of the hint bar.
pub const COMMANDS: &[Command] = &joined::<{ rows() }>();

const TABLES: [&[Command]; 7] =
    [GENERAL, charting::ROWS, grid::ROWS, kept::ROWS, finding::ROWS, hunting::ROWS, selecting::ROWS];

const fn rows() -> usize {
    let (mut count, mut table) = (0, 0);
    while table < TABLES.len() {
        count += TABLES[table].len();
        table += 1;
    }
    count
}

/// The tables one behind the other; `COUNT` rows in all.
const fn joined<const COUNT: usize>() -> [Command; COUNT] {
    let mut all = [TABLES[0][0]; COUNT];
    let (mut filled, mut table) = (0, 0);
    while table < TABLES.len() {
        let mut at = 0;
        while at < TABLES[table].len() {
            all[filled] = TABLES[table][at];
            (filled, at) = (filled + 1, at + 1);
        }
        table += 1;
    }
    all
}

const GENERAL: &[Command] = &[
    row("next-hit", &[], "", "hit", "Goes to the next hit.", stepping, next_hit),
    row("next-user", &[], "", "user", "Goes to the next user.", stepping, next_user),
    row(
        "indicators",
        &[],
        "",
        "indicators",
        "Shows all indicators of the address in full.",
        stepping,
        indicators,
    ),
    row(
        "triage",
        &[],
        "",
        "verdict",
        "Judges the hit: true positive, benign, unsure, and back to none.",
        stepping,
        triage,
    ),
    row("bookmark", &[], "", "", "Bookmarks the hit, or takes the bookmark away.", stepping, bookmark),
    row("wider", &[], "", "", "Shows more of what the user did around the events.", stepping, wider),
    row("narrower", &[], "", "", "Shows less of what the user did around the events.", stepping, narrower),
    row("others", &[], "", "", "Lists the other users of the address.", stepping, others),
    row("fold", &[], "", "fold", "Opens or closes a branch.", has_record, fold),
    row("next-record", &[], "", "next", "Shows the next row.", has_record, next_record),
    row(
        "open",
        &[],
        "",
        "open",
        "Shows the rows that a row was made of, else all of it; without rows it searches from the newest data.",
        has_row,
        open,
    ),
    row("record", &["record"], "", "record", "Shows all of a row.", has_row, open_record),
    row(
        "rows-behind",
        &["behind"],
        "",
        "",
        "Shows the rows that an aggregation made this row of.",
        has_row,
        behind,
    ),
    row("help", &["help"], "", "help", "Shows the keys and commands.", always, help),
    row("palette", &[], "", "find", "Opens the list of commands; type to narrow it.", always, palette),
    row("hunts", &["lib", "hunts"], "", "hunts", "Lists the shipped hunts.", always, hunts),
    row("history", &["hist", "history"], "", "", "Lists what was run, to run it again.", always, history),
    row(
        "schema",
        &["schema"],
        "",
        "tables",
        "Lists the tables and their columns; Tab there shows a few rows.",
        always,
        schema,
    ),
    row("run", &["run"], "", "RUN", "Runs the selection, or the statement at the cursor.", always, run),
    row("next-pane", &["pane"], "", "pane", "Goes to the next pane.", always, next_pane),
    row(
        "chart",
        &["chart"],
        "[KIND]",
        "chart",
        "Shows or hides the chart; with a kind, draws the result so.",
        has_result,
        chart,
    ),
    row("chart-type", &[], "", "kind", "Asks for another kind of chart.", has_result, chart_type),
    row(
        "hits",
        &["hits"],
        "",
        "hits",
        "Steps through the hits of the result, user by user.",
        has_result,
        hits,
    ),
    row(
        "export",
        &["export"],
        "[raw] FILE",
        "export",
        "Writes all rows shown: CSV, XLSX, Parquet ..; raw keeps formulas.",
        has_result,
        export,
    ),
    row("previous-hit", &[], "", "", "Goes to the previous hit.", stepping, previous_hit),
    row("previous-user", &[], "", "", "Goes to the previous user.", stepping, previous_user),
    row("previous-record", &[], "", "", "Shows the previous row.", has_record, previous_record),
    row(
        "clock",
        &["now"],
        "T|-7d|newest|wall",
        "clock",
        "Sets the query clock, which now() and ago() count from.",
        always,
        clock,
    ),
    row(
        "cancel",
        &["cancel"],
        "",
        "cancel",
        "Stops the running query; twice in a row it ends kqlhunt.",
        always,
        cancel,
    ),
    row(
        "quit",
        &["q", "quit"],
        "",
        "quit",
        "Ends kqlhunt; the text is kept for the next start.",
        always,
        quit,
    ),
    row("toggle", &["toggle"], "", "", "Goes from the query to the result and back.", always, toggle),
    row("previous-pane", &[], "", "", "Goes to the previous pane.", always, previous_pane),
    row("accept", &[], "", "choose", "Takes what is selected.", always, accept),
    row(
        "complete-input",
        &[],
        "",
        "",
        "Completes the command that is typed; in other lists as they say.",
        always,
        complete_input,
    ),
    row("close", &[], "", "close", "Closes what is open.", always, close),
    row("open-file", &["open", "o"], "FILE", "", "Puts a query file into the query pane.", always, open_file),
    row("write", &["w", "write"], "[FILE]", "", "Writes the query to its file or another.", always, write),
    row(
        "write-over",
        &["w!"],
        "[FILE]",
        "",
        "Writes the query over its file or another, whatever that holds.",
        always,
        write_over,
    ),
    row(
        "load",
        &["load"],
        "FILE|FOLDER",
        "",
        "Loads data: JSON Lines, CSV, STIX, also gzipped; with --table NAME before the file all rows into that table.",
        always,
        load,
    ),
    row(
        "count-rows",
        &["counts"],
        "",
        "",
        "Shows how many rows come out of each operator, or takes the numbers away.",
        always,
        count_rows,
    ),
    row(
        "why-not",
        &["why"],
        "[VALUE]",
        "",
        "Says where the query loses the rows that name a value, of the cell or typed.",
        always,
        why_not,
    ),
    row(
        "days",
        &["days"],
        "[N]",
        "",
        "Shows how many rows the query gave on each of the last days, each at its own clock.",
        always,
        days,
    ),
    row("health", &["health"], "", "", "Shows how complete the data of the query are.", always, health),
    row("note", &["note"], "[WORDS]", "", "Notes words about the hit.", stepping, note),
    row("repaint", &["redraw"], "", "", "Draws the screen anew.", always, repaint),
    row("suspend", &[], "", "", "Gives the terminal back to the shell until `fg`.", always, suspend),
    row(
        "next-problem",
        &["next"],
        "",
        "problem",
        "Goes to the next error or warning.",
        has_remarks,
        next_problem,
    ),
    row("mouse", &["mouse"], "", "", "Switches the mouse on or off.", always, mouse::toggle),
    row("key-test", &["keytest"], "", "", "Shows what the terminal sends for a key.", always, keytest::start),
    row("undo", &["undo"], "", "undo", "Takes back the last edit.", always, undo),
    row("redo", &["redo"], "", "", "Does again what undo took back.", always, redo),
    row(
        "previous-problem",
        &["previous"],
        "",
        "",
        "Goes to the error or warning before.",
        has_remarks,
        previous_problem,
    ),
    row(
        "fix",
        &["fix"],
        "[all]",
        "",
        "Follows the help of the error or warning at the cursor; all mends every error.",
        has_remarks,
        fix,
    ),
    row(
        "run-all",
        &["runall"],
        "",
        "",
        "Runs all statements; the last result is shown, each is kept.",
        always,
        run_all,
    ),
    row("format", &["fmt", "format"], "", "", "Gives the query at the cursor its form.", always, format),
    row("edit", &["edit"], "", "", "Hands the text to the editor that $EDITOR names.", always, edit_outside),
    row("comment", &["comment"], "", "", "Makes the lines comments, or queries again.", always, comment),
    row("find", &["find"], "TEXT", "", "Goes to the next place of a text, in any case.", always, find),
    row("line", &["line"], "N", "", "Goes to a line of the query; also as :N.", always, line),
    row(
        "replace",
        &["replace"],
        "/OLD/NEW",
        "",
        "Replaces a text wherever it is, in its case.",
        always,
        replace,
    ),
    row("docs", &["doc"], "", "", "Tells what is known of the word at the cursor.", always, docs),
    row("definition", &["def"], "", "", "Goes to the let that gives the name.", always, definition),
    row("rename", &["rename"], "NAME", "", "Renames the let or parameter everywhere.", always, rename),
    row("complete", &["complete"], "", "", "Shows what may be written at the cursor.", always, complete_here),
    row(
        "complete-or-indent",
        &[],
        "",
        "",
        "After a word shows what may be written; elsewhere moves to the next tab stop, or the lines of the selection.",
        always,
        complete_or_indent,
    ),
    row(
        "accept-or-newline",
        &[],
        "",
        "",
        "Takes what is selected; begins a line where that changes nothing.",
        always,
        accept_or_newline,
    ),
    row("line-start", &[], "", "", "Goes to the start of the line.", always, line_start),
    row("line-end", &[], "", "", "Goes to the end of the line.", always, line_end),
    row("kill-line", &[], "", "", "Deletes to the end of the line.", always, kill_line),
    row("kill-to-start", &[], "", "", "Deletes to the start of the line.", always, kill_to_start),
    row("kill-word", &[], "", "", "Deletes the word before the cursor.", always, kill_word),
    row("word-left", &[], "", "", "Goes one word to the left.", always, word_left),
    row("word-right", &[], "", "", "Goes one word to the right.", always, word_right),
    row("down", &[], "", "", "Goes down.", always, down),
    row("up", &[], "", "", "Goes up.", always, up),
    row("left", &[], "", "", "Goes left.", always, left),
    row("right", &[], "", "", "Goes right.", always, right),
    row("page-down", &[], "", "", "Goes down a page.", always, page_down),
    row("page-up", &[], "", "", "Goes up a page.", always, page_up),
    row("top", &[], "", "", "Goes to the first row.", always, top),
    row("bottom", &[], "", "", "Goes to the last row.", always, bottom),
];

pub fn by_name(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

pub fn by_word(word: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.words.contains(&word))
}

fn always(_: &App) -> bool {
    true
}

fn has_result(app: &App) -> bool {
    app.grid.is_some()
}

fn has_row(app: &App) -> bool {
    app.current_row().is_some() || app.ages.is_some()
}

fn has_record(app: &App) -> bool {
    app.record.is_some()
}

fn has_chart(app: &App) -> bool {
    app.chart.is_some()
}

fn stepping(app: &App) -> bool {
    app.stepper.is_some()
}

fn has_remarks(app: &App) -> bool {
    !app.editor.remarks.is_empty()
}

fn nothing() -> Vec<Effect> {
    Vec::new()
}

/// The first key of a command there, else its word, and what it does.
pub fn keyed(app: &App, context: Context, command: &str, does: &str) -> String {
    let key = app.keymap.keys_of(context, command).into_iter().next().map(str::to_owned);
    let word = || by_name(command).and_then(|command| command.words.first()).map(|word| format!(":{word}"));
    format!("{} {does}", key.or_else(word).unwrap_or_default())
}

/// The hints for what can be done now: key and word.
pub fn hints(app: &App) -> Vec<(&str, &'static str)> {
    let context = app.context();
    let popup = app.popup.is_some();
    // What a result and its chart offer comes first where they have the keys.
    let all = grid::ROWS.iter().chain(charting::ROWS).chain(GENERAL);
    all.filter(|command| !command.hint.is_empty() && (command.when)(app))
        .filter_map(|command| {
            // Keys of two letters are for fingers that know them.
            let short = |key: &&str| !is_sequence(key);
            let key = match popup {
                true => app.keymap.keys_in(context, command.name).next(),
                false => app.keymap.keys_of(context, command.name).into_iter().find(short),
            };
            key.map(|key| (key, command.hint))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::keys::KEYS;
    use super::*;

    #[test]
    fn every_key_has_a_command_and_every_command_a_way() {
        for (context, key, command) in KEYS {
            assert!(by_name(command).is_some(), "{context:?} {key} {command}");
        }
        for (at, command) in COMMANDS.iter().enumerate() {
            assert!(command.doc.ends_with('.'), "{}", command.name);
            assert!(!COMMANDS[..at].iter().any(|other| other.name == command.name), "{}", command.name);
            let reachable = KEYS.iter().any(|row| row.2 == command.name) || !command.words.is_empty();
            assert!(reachable, "{}", command.name);
            for word in command.words {
                assert_eq!(by_word(word).map(|found| found.name), Some(command.name), "{word}");
            }
        }
    }
}
