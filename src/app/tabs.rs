//! Query tabs: each has a text with its cursor, and a result. The open one is in the fields of [`App`]
//! itself; the others wait here. What comes back from the world goes to the tab that asked for it.

use super::chart::{self, ChartLook, ChartPane};
use super::editor::Editor;
use super::grid::{Extent, Grid, Look};
use super::layout::{self, Part};
use super::msg::{AgePurpose, Effect, Msg, TableAge, Topic};
use super::record::Record;
use super::session::{Left, TabState};
use super::stepper::Stepper;
use super::{App, Focus, NoteKind, aside, search, text};

/// More tabs than this nobody tells apart.
pub const TABS_MAX: usize = 30;
/// The label of a tab in the top line is no longer.
const LABEL: usize = 16;
/// The versions of a tab's text begin with its number, so that an answer about one text is not taken for
/// one about another.
const VERSIONS: u32 = 32;

/// A tab that is not open.
struct Tab {
    number: u64,
    editor: Editor,
    focus: Focus,
    grid: Option<Grid>,
    ages: Option<Vec<TableAge>>,
    record: Option<Record>,
    chart: Option<ChartPane>,
    stepper: Option<Stepper>,
    left: Option<Left>,
}

/// All tabs but the open one, and where that stands among them.
#[derive(Default)]
pub struct Tabs {
    waiting: Vec<Tab>,
    /// The place of the open tab, from 0.
    pub open: usize,
    /// The number of the open tab, which no other tab ever had.
    pub number: u64,
    numbers: u64,
    /// What was closed last.
    closed: Option<(String, (usize, usize))>,
}

impl Tabs {
    pub fn count(&self) -> usize {
        self.waiting.len() + 1
    }

    /// The place of the tab with this number.
    pub fn place(&self, number: u64) -> Option<usize> {
        if number == self.number {
            return Some(self.open);
        }
        self.find(|tab| tab.number == number)
    }

    fn find(&self, is: impl Fn(&Tab) -> bool) -> Option<usize> {
        let at = self.waiting.iter().position(is)?;
        Some(if at < self.open { at } else { at + 1 })
    }

    /// Labels of all tabs in their order, safe for the screen.
    pub fn labels(&self, open: &Editor, ascii: bool) -> Vec<String> {
        let mut editors: Vec<&Editor> = self.waiting.iter().map(|tab| &tab.editor).collect();
        editors.insert(self.open, open);
        editors.into_iter().map(|editor| label(editor, ascii)).collect()
    }
}

/// The file of a text, or the first word of it that is no comment.
fn label(editor: &Editor, ascii: bool) -> String {
    let name = match &editor.file {
        Some(file) => file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned(),
        None => {
            let lines = editor.lines().iter().map(|line| line.trim());
            let mut written = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
            let word = written.next().and_then(|line| line.split_whitespace().find(|word| *word != "let"));
            word.unwrap_or("(empty)").to_owned()
        }
    };
    let shown = text::fit(&text::shown(&name, ascii), LABEL, ascii).into_owned();
    if editor.unsaved() { format!("{shown}*") } else { shown }
}

fn take(app: &mut App) -> Tab {
    Tab {
        number: app.tabs.number,
        editor: std::mem::take(&mut app.editor),
        focus: app.focus,
        grid: app.grid.take(),
        ages: app.ages.take(),
        record: app.record.take(),
        chart: app.chart.take(),
        stepper: app.stepper.take(),
        left: app.left.take(),
    }
}

fn put(app: &mut App, tab: Tab) {
    let Tab { number, editor, focus, grid, ages, record, chart, stepper, left } = tab;
    app.tabs.number = number;
    // What was asked for meanwhile did not come here, and others may have asked since.
    let (mut grid, mut chart) = (grid, chart);
    if let Some(chart) = &mut chart {
        chart.asked = false;
    }
    if let Some(grid) = &mut grid {
        grid.waiting = None;
        aside::forget(grid);
        search::forget(grid);
    }
    (app.editor, app.focus) = (editor, focus);
    (app.grid, app.ages, app.record) = (grid, ages, record);
    (app.chart, app.stepper, app.left) = (chart, stepper, left);
}

/// Opens the tab at a place.
fn open(app: &mut App, to: usize) {
    if to == app.tabs.open || to >= app.tabs.count() {
        return;
    }
    let before = take(app);
    app.tabs.waiting.insert(app.tabs.open, before);
    let tab = app.tabs.waiting.remove(to);
    app.tabs.open = to;
    put(app, tab);
}

/// Goes to the tab at a place, as the user does.
pub fn go(app: &mut App, to: usize) -> Vec<Effect> {
    open(app, to);
    app.suggestions = None;
    app.call = None;
    app.dirty = true;
    app.say(NoteKind::Plain, "")
}

/// A new tab after the open one; `None` when there are too many.
pub fn add(app: &mut App, state: TabState) -> Option<()> {
    if app.tabs.count() >= TABS_MAX {
        return None;
    }
    let before = take(app);
    app.tabs.waiting.insert(app.tabs.open, before);
    app.tabs.open += 1;
    app.tabs.numbers += 1;
    app.tabs.number = app.tabs.numbers;
    fill(app, state);
    app.focus = Focus::Editor;
    Some(())
}

/// The text of the open tab.
fn fill(app: &mut App, state: TabState) {
    app.editor = Editor::new(&state.text);
    app.editor.version = app.tabs.number << VERSIONS;
    (app.editor.file, app.editor.file_text) = (state.file, state.file_text);
    app.editor.saved = if state.unsaved { u64::MAX } else { app.editor.version };
    app.editor.set_cursor(state.cursor.0, state.cursor.1);
    app.left = state.left;
}

/// Closes the open tab; its text can be had again once. `None` when it is the only one.
pub fn close(app: &mut App) -> Option<()> {
    let last = app.tabs.open + 1 == app.tabs.count();
    let next = if last { app.tabs.open.checked_sub(1)? } else { app.tabs.open };
    app.tabs.closed = Some((app.editor.text().to_owned(), app.editor.cursor()));
    super::results::leave(app);
    take(app);
    let tab = app.tabs.waiting.remove(next);
    app.tabs.open = next;
    put(app, tab);
    Some(())
}

/// What was closed last, once.
pub fn closed(app: &mut App) -> Option<TabState> {
    let (text, cursor) = app.tabs.closed.take()?;
    Some(TabState { text, cursor, ..TabState::default() })
}

/// The result of each tab that has one, with the place of the tab, from 0, and the chart.
pub fn results(app: &App) -> Vec<(usize, &Grid, Option<&ChartPane>)> {
    let mut all: Vec<_> =
        app.tabs.waiting.iter().map(|tab| (tab.grid.as_ref(), tab.chart.as_ref())).collect();
    all.insert(app.tabs.open, (app.grid.as_ref(), app.chart.as_ref()));
    let all = all.into_iter().enumerate();
    all.filter_map(|(at, (grid, chart))| Some((at, grid?, chart))).collect()
}

/// Each tab as the session keeps it.
pub fn states(app: &App) -> Vec<TabState> {
    let state = |editor: &Editor, left: Option<Left>| TabState {
        text: editor.text().to_owned(),
        cursor: editor.cursor(),
        file: editor.file.clone(),
        unsaved: editor.unsaved(),
        file_text: editor.file_text.clone(),
        left,
    };
    // The first rows of a run have not taken up yet what was left.
    let waits = |grid: &&Grid, left: &Option<Left>| {
        let same = left.as_ref().is_some_and(|left| left.text == grid.text);
        same && !matches!(grid.extent, Extent::All { .. })
    };
    let left = |grid: &Option<Grid>, chart: &Option<ChartPane>, left: &Option<Left>| {
        let grid = grid.as_ref().filter(|grid| !waits(grid, left));
        grid.map(|grid| left_of(grid, chart.as_ref())).or_else(|| left.clone())
    };
    let waiting = app.tabs.waiting.iter();
    let mut states: Vec<TabState> =
        waiting.map(|tab| state(&tab.editor, left(&tab.grid, &tab.chart, &tab.left))).collect();
    let open = state(&app.editor, left(&app.grid, &app.chart, &app.left));
    states.insert(app.tabs.open, open);
    states
}

/// What a session keeps and no edit changes: a change of it is saved as one of the text is.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    tabs: usize,
    open: usize,
    look: Option<Look>,
    chart: Option<ChartLook>,
    /// When the newest run ended.
    run: Option<i64>,
}

pub fn arrangement(app: &App) -> Arrangement {
    Arrangement {
        tabs: app.tabs.count(),
        open: app.tabs.open,
        look: app.grid.as_ref().map(Grid::look),
        chart: chart::look_of(app.chart.as_ref(), app.grid.as_ref()),
        run: app.history.first().map(|past| past.ended),
    }
}

/// What is on the screen, whatever is in view of it: how all is arranged, and the panes.
pub fn scene(app: &App) -> (Arrangement, Vec<Part>) {
    (arrangement(app), layout::layout(app).panes.iter().map(|pane| pane.part).collect())
}

fn left_of(grid: &Grid, chart: Option<&ChartPane>) -> Left {
    let columns = grid.compiled.columns.iter().map(|column| column.name.to_string()).collect();
    let (row, column) = (grid.view.row, grid.view.column);
    let chart = chart::look_of(chart, Some(grid));
    Left { text: grid.text.clone(), columns, look: grid.look(), row, column, chart }
}

/// A result of the statement whose result was left in the last session looks as that did, unless its first rows
/// were there before the rest and the reader has begun with them.
pub fn take_up(app: &mut App) {
    let Some(grid) = &mut app.grid else { return };
    let same = |left: &mut Left| {
        left.text == grid.text && left.columns.iter().eq(grid.compiled.columns.iter().map(|one| &one.name))
    };
    let left = app.left.take_if(same);
    if let Some(left) = left.filter(|_| grid.look() == Look::default() && grid.view.row == 0) {
        grid.chart_left = left.chart;
        grid.put_on(left.look);
        (grid.view.row, grid.view.column) = (left.row.min(grid.reachable().saturating_sub(1)), left.column);
    }
}

/// The tabs of a session in place of all that there are.
pub fn restore(app: &mut App, states: Vec<TabState>, to: usize) {
    app.tabs = Tabs::default();
    for (at, state) in states.into_iter().take(TABS_MAX).enumerate() {
        if at == 0 {
            fill(app, state);
        } else {
            add(app, state);
        }
    }
    open(app, to);
}

/// What was read from another database is gone with it, in every tab.
pub fn forget_results(app: &mut App) {
    for tab in &mut app.tabs.waiting {
        (tab.grid, tab.ages, tab.record, tab.chart, tab.stepper) = (None, None, None, None, None);
    }
}

/// A result that is kept no longer is shown in no tab.
pub fn forget(app: &mut App, run: u64) {
    for tab in &mut app.tabs.waiting {
        if tab.grid.as_ref().is_some_and(|grid| grid.run == run) {
            (tab.grid, tab.ages, tab.record, tab.chart, tab.stepper) = (None, None, None, None, None);
        }
    }
}

/// The place of the tab that a message is for, when it is not the open one.
pub fn owner(app: &App, msg: &Msg) -> Option<usize> {
    let has = |grid: &Option<Grid>, run: u64| grid.as_ref().is_some_and(|grid| grid.run == run);
    let of_result = |run: u64| match has(&app.grid, run) {
        true => None,
        false => app.tabs.find(|tab| has(&tab.grid, run)),
    };
    match msg {
        Msg::First { run, .. } | Msg::Ran { run, .. } | Msg::Failed { run, .. } => {
            let running = app.running.as_ref().filter(|running| running.run == *run)?;
            app.tabs.place(running.tab)
        }
        Msg::Window { window, .. } => of_result(window.result),
        Msg::Surveyed { survey, .. } if matches!(survey.topic, Topic::Aside(_)) => of_result(survey.result),
        Msg::Ages { purpose: AgePurpose::Empty { run } | AgePurpose::Later { run }, .. } => of_result(*run),
        Msg::Answered { ticket, .. } => {
            app.tabs.find(|tab| tab.stepper.as_ref().is_some_and(|stepper| stepper.ticket == *ticket))
        }
        Msg::FileWritten { version, .. } => app.tabs.place(version >> VERSIONS),
        _ => None,
    }
    .filter(|at| *at != app.tabs.open)
}

/// Does something in another tab; what is said there names it.
pub fn within(app: &mut App, at: usize, act: impl FnOnce(&mut App) -> Vec<Effect>) -> Vec<Effect> {
    let (back, note, ran) = (app.tabs.open, std::mem::take(&mut app.note), app.running.is_some());
    open(app, at);
    let effects = act(app);
    open(app, back);
    let said = std::mem::replace(&mut app.note, note);
    if !said.text.is_empty() {
        app.say(said.kind, format!("tab {}: {}", at + 1, said.text));
    } else if ran && app.running.is_none() {
        app.say(NoteKind::Good, format!("tab {}: its query is done", at + 1));
    }
    effects
}
