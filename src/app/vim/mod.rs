//! Vim's keys in the query pane, for those who ask for them: modes, counts, operators with motions and text
//! objects, visual selection, one register, and the last change again.

mod changes;
mod letters;
mod motions;
mod table;
mod text;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::keys::{self, Context};
use super::msg::Effect;
use super::{App, Focus, commands};
use table::{ABSENT, Skip};
pub use table::{Does, In, VIM};
use text::Text;

/// Commands of the editor that are part of what is inserted, so that the last change again does them too.
const EDITS: &[&str] =
    &["kill-line", "kill-to-start", "kill-word", "line-start", "line-end", "word-left", "word-right"];

/// Counts beyond this are the user's fingers asleep.
const COUNT_MAX: usize = 9_999;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Normal,
    Insert,
    /// Letters are selected, or whole lines.
    Visual {
        lines: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Left,
    Right,
    Down,
    Up,
    NextLine,
    Word,
    BigWord,
    Back,
    BigBack,
    WordEnd,
    BigWordEnd,
    LineStart,
    FirstLetter,
    LineEnd,
    Top,
    Bottom,
    Paragraph,
    ParagraphBack,
    Bracket,
    /// To the end of the word without its blanks: what a change of words takes.
    WordRest,
    BigWordRest,
    /// As many lines as the count says, from the cursor's: an operator that is pressed twice.
    Lines,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Find {
    To,
    Till,
    BackTo,
    BackTill,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Delete,
    Change,
    Yank,
    Indent,
    Dedent,
    Lower,
    Upper,
    Turn,
    /// One of vim's that is not here.
    Nothing,
}

/// What a key waits for: a letter of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    Find(Find),
    Replace,
    Skip(Skip),
}

/// The state of vim's keys.
#[derive(Clone, Debug)]
pub struct Vim {
    pub mode: Mode,
    /// The count that is being typed, and the one before the operator; 0 for none.
    count: usize,
    outer: usize,
    operator: Option<Operator>,
    /// The letters of the operator.
    opened: String,
    /// The first of several letters.
    first: String,
    wait: Option<Wait>,
    /// Where the visual selection began, in characters.
    anchor: usize,
    found: Option<(Find, char)>,
    /// The column that going up and down keeps to.
    goal: Option<usize>,
    register: String,
    register_lines: bool,
    /// The keys of the command that is being typed, and of the last that changed the text.
    typed: Vec<KeyEvent>,
    /// How many of them belong to what is done already.
    done: usize,
    change: Vec<KeyEvent>,
    /// Steps of undo, and the version of the text, before the command that is being typed.
    before: (usize, u64),
    repeating: bool,
}

impl Default for Vim {
    fn default() -> Self {
        Vim {
            mode: Mode::Normal,
            count: 0,
            outer: 0,
            operator: None,
            opened: String::new(),
            first: String::new(),
            wait: None,
            anchor: 0,
            found: None,
            goal: None,
            register: String::new(),
            register_lines: false,
            typed: Vec::new(),
            done: 0,
            change: Vec::new(),
            before: (0, 0),
            repeating: false,
        }
    }
}

impl Vim {
    /// The mode, and what is typed of a command, for the line below.
    pub fn shown(&self) -> String {
        let mode = match self.mode {
            Mode::Normal => "NORMAL",
            Mode::Insert => "INSERT",
            Mode::Visual { lines: false } => "VISUAL",
            Mode::Visual { lines: true } => "VISUAL LINE",
        };
        let letter = |key: &KeyEvent| match key.code {
            KeyCode::Char(letter) if !letter.is_control() => Some(letter),
            _ => None,
        };
        let typed: String = match self.mode {
            Mode::Insert => String::new(),
            Mode::Normal | Mode::Visual { .. } => {
                self.typed.iter().skip(self.done).filter_map(letter).collect()
            }
        };
        if typed.is_empty() { mode.to_string() } else { format!("{mode} {typed}") }
    }

    /// How often, for a command that does something once without a count.
    fn times(&self) -> usize {
        (self.outer.max(1) * self.count.max(1)).min(COUNT_MAX)
    }

    fn counted(&self) -> Option<usize> {
        (self.outer > 0 || self.count > 0).then(|| self.times())
    }

    /// Nothing of a command is typed any more.
    fn rest(&mut self) {
        (self.count, self.outer) = (0, 0);
        (self.operator, self.wait) = (None, None);
        self.first.clear();
        self.done = self.typed.len();
    }

    /// The keys of a whole command are of no more use.
    fn forget(&mut self) {
        self.typed.clear();
        self.done = 0;
    }

    fn resting(&self) -> bool {
        self.count == 0 && self.operator.is_none() && self.first.is_empty() && self.wait.is_none()
    }
}

/// Where keys go in the query pane when vim's are on.
pub fn context(vim: Option<&Vim>) -> Option<Context> {
    match vim?.mode {
        Mode::Normal => Some(Context::Normal),
        Mode::Visual { .. } => Some(Context::Visual),
        Mode::Insert => None,
    }
}

/// Takes a key of the query pane. `None` when it is for somebody else.
pub fn press(app: &mut App, name: &str, key: &KeyEvent) -> Option<Vec<Effect>> {
    if app.popup.is_some() || app.focus != Focus::Editor || app.stepper.is_some() {
        return None;
    }
    let vim = app.vim.as_mut()?;
    if vim.mode == Mode::Insert {
        // Over a slow link an Esc and the letter after it come as one key.
        let split = name.strip_prefix("Alt-").filter(|letter| letter.chars().count() == 1);
        if split.is_some() && app.keymap.lookup(Context::Completion, name).is_none() {
            let plain = KeyEvent { modifiers: key.modifiers - KeyModifiers::ALT, ..*key };
            let esc = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
            let mut effects = press(app, "Esc", &esc)?;
            effects.extend(press(app, &keys::name(&plain), &plain).unwrap_or_default());
            return Some(effects);
        }
        vim.typed.push(*key);
        if name != "Esc" {
            return None;
        }
        app.suggestions = None;
        changes::end_insert(app);
        return Some(finish(app, Vec::new()));
    }
    let context = app.context();
    let vim = app.vim.as_mut()?;
    if vim.resting() && app.keymap.lookup_in(context, name).is_some() {
        return None;
    }
    if vim.resting() && vim.mode == Mode::Normal {
        vim.before = (app.editor.steps(), app.editor.version);
        vim.forget();
    }
    vim.typed.push(*key);
    app.dirty = true;
    let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    if let (Some(wait), true) = (vim.wait, plain) {
        return Some(waited(app, wait, key));
    }
    if let (Some(digit), true) = (digit(name, vim.count), plain) {
        vim.count = (vim.count * 10 + digit).min(COUNT_MAX);
        return Some(Vec::new());
    }
    let both = vim.first.clone() + name;
    let rows = || VIM.iter().map(|row| (row.0, row.1, row.2)).chain(ABSENT.iter().copied());
    if let Some((_, _, does)) = rows().find(|row| row.1 == both && vim.takes(row.0)) {
        vim.first.clear();
        if matches!(does, Does::Operate(_)) {
            vim.opened = both;
        }
        let effects = perform(app, does);
        return Some(finish(app, effects));
    }
    // Names of keys, such as Up, begin with a large letter; letters one after the other do not.
    let begins = |row: (In, &str, Does)| {
        let letters = !row.1.starts_with(char::is_uppercase);
        letters && row.1.len() > both.len() && row.1.starts_with(&both) && vim.takes(row.0)
    };
    if rows().any(begins) {
        vim.first = both;
        return Some(Vec::new());
    }
    // `dd`, and `gUU` as well as `gUgU`.
    let last = vim.opened.char_indices().last().map_or("", |(at, _)| &vim.opened[at..]);
    if vim.operator.is_some() && (vim.opened == both || last == both) {
        let effects = changes::operate_motion(app, Motion::Lines);
        return Some(finish(app, effects));
    }
    let resting = vim.operator.is_none() && vim.first.is_empty() && vim.count == 0;
    vim.rest();
    if vim.mode == Mode::Normal {
        vim.forget();
    }
    // A letter that means nothing here is not typed; other keys are the editor's and everybody's.
    let letter = plain && matches!(key.code, KeyCode::Char(_));
    (letter || !resting).then(Vec::new)
}

impl Vim {
    fn takes(&self, modes: In) -> bool {
        let visual = matches!(self.mode, Mode::Visual { .. });
        match modes {
            In::All => true,
            In::Normal => !visual && self.operator.is_none(),
            In::Visual => visual,
            In::Parts => visual || self.operator.is_some(),
            In::NormalAndVisual => self.operator.is_none(),
        }
    }
}

fn digit(name: &str, count: usize) -> Option<usize> {
    let digit = name.parse::<usize>().ok().filter(|_| name.len() == 1)?;
    (digit > 0 || count > 0).then_some(digit)
}

/// The letter that a command waited for.
fn waited(app: &mut App, wait: Wait, key: &KeyEvent) -> Vec<Effect> {
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    if let Wait::Skip(skip) = wait {
        let ends = match skip {
            Skip::Letter | Skip::Register => true,
            Skip::Line => matches!(key.code, KeyCode::Enter | KeyCode::Esc),
            Skip::Insertion => key.code == KeyCode::Esc,
        };
        match skip {
            Skip::Register => vim.wait = None,
            _ if ends => vim.rest(),
            _ => {}
        }
        return finish(app, Vec::new());
    }
    vim.wait = None;
    let letter = match key.code {
        KeyCode::Char(letter) => Some(letter),
        KeyCode::Tab => Some('\t'),
        _ => None,
    };
    let effects = match (wait, letter) {
        (Wait::Find(find), Some(letter)) => {
            vim.found = Some((find, letter));
            changes::go_find(app, find, letter, false)
        }
        (Wait::Replace, Some(letter)) => letters::replace_letters(app, letter),
        (_, None) | (Wait::Skip(_), _) => Vec::new(),
    };
    finish(app, effects)
}

fn perform(app: &mut App, does: Does) -> Vec<Effect> {
    let Some(vim) = app.vim.as_mut() else { return Vec::new() };
    match does {
        Does::Move(motion) => changes::operate_motion(app, motion),
        Does::Find(find) => {
            vim.wait = Some(Wait::Find(find));
            Vec::new()
        }
        Does::Again(turned) => match vim.found {
            Some((find, letter)) => {
                changes::go_find(app, if turned { turn(find) } else { find }, letter, true)
            }
            None => Vec::new(),
        },
        Does::Next(back) => changes::go_next(app, back),
        Does::Operate(operator) if matches!(vim.mode, Mode::Visual { .. }) => {
            changes::operate_selection(app, operator)
        }
        Does::Operate(operator) => {
            (vim.outer, vim.count) = (vim.count, 0);
            vim.operator = Some(operator);
            Vec::new()
        }
        Does::Short(operator, motion) => {
            vim.operator = Some(operator);
            changes::operate_motion(app, motion)
        }
        Does::Object(letter, around) => changes::operate_object(app, letter, around),
        Does::Insert(place) => changes::begin_insert(app, place),
        Does::Paste(before) => changes::paste(app, before),
        Does::Join => changes::join_lines(app),
        Does::Case => letters::turn_case(app),
        Does::Replace => {
            vim.wait = Some(Wait::Replace);
            Vec::new()
        }
        Does::Undo => changes::travel(app, "undo"),
        Does::Redo => changes::travel(app, "redo"),
        Does::Repeat => repeat(app),
        Does::Visual(lines) => {
            changes::visual(app, lines);
            Vec::new()
        }
        Does::Swap => {
            changes::swap_ends(app);
            Vec::new()
        }
        Does::Normal => {
            vim.mode = Mode::Normal;
            vim.rest();
            Vec::new()
        }
        Does::Scroll(down) => changes::scroll(app, down),
        Does::Skip(skip) => {
            vim.wait = Some(Wait::Skip(skip));
            Vec::new()
        }
        Does::Comment => changes::comment(app),
        Does::Command(name) => commands::by_name(name).map_or(Vec::new(), |command| (command.run)(app, "")),
    }
}

fn turn(find: Find) -> Find {
    match find {
        Find::To => Find::BackTo,
        Find::Till => Find::BackTill,
        Find::BackTo => Find::To,
        Find::BackTill => Find::Till,
    }
}

/// Presses the keys of the last change again.
fn repeat(app: &mut App) -> Vec<Effect> {
    let Some(vim) = app.vim.as_mut().filter(|vim| !vim.repeating) else { return Vec::new() };
    let (keys, times) = (vim.change.clone(), vim.times());
    vim.rest();
    vim.repeating = true;
    let before = vim.before;
    let mut effects = Vec::new();
    for key in keys.iter().cycle().take(keys.len() * times) {
        let name = keys::name(key);
        match press(app, &name, key) {
            Some(more) => effects.extend(more),
            None => match app.keymap.lookup(Context::Editor, &name).filter(|name| EDITS.contains(name)) {
                Some(command) => {
                    effects.extend(commands::by_name(command).map_or(Vec::new(), |row| (row.run)(app, "")))
                }
                None => {
                    app.editor.key(key, app.at);
                }
            },
        }
    }
    app.editor.join_steps(before.0);
    if let Some(vim) = app.vim.as_mut() {
        vim.repeating = false;
        vim.forget();
        vim.before = (app.editor.steps(), app.editor.version);
    }
    effects
}

/// A choice of completion came in place of letters: the last change again types it, whatever is offered there.
pub fn chosen(app: &mut App, (before, after): (usize, usize), insert: &str, back: usize) {
    let Some(vim) = app.vim.as_mut().filter(|vim| vim.mode == Mode::Insert) else { return };
    // The key that took it.
    vim.typed.pop();
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    let gone = [vec![KeyCode::Backspace; before], vec![KeyCode::Delete; after]].concat();
    let typed = insert.chars().map(KeyCode::Char);
    let codes = gone.into_iter().chain(typed).chain(vec![KeyCode::Left; back]);
    vim.typed.extend(codes.map(key));
}

/// What is pasted while inserting belongs to the last change too.
pub fn pasted(app: &mut App, text: &str) {
    if let Some(vim) = app.vim.as_mut().filter(|vim| vim.mode == Mode::Insert) {
        let keys = text.chars().map(|letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
        vim.typed.extend(keys);
    }
}

/// What follows a key: a whole command is one step of undo, and what is selected is seen.
fn finish(app: &mut App, effects: Vec<Effect>) -> Vec<Effect> {
    let Some(vim) = app.vim.as_mut() else { return effects };
    if vim.resting() && vim.mode == Mode::Normal {
        let (steps, version) = vim.before;
        let undone = vim.typed.last().is_some_and(|key| matches!(keys::name(key).as_str(), "u" | "Ctrl-R"));
        if app.editor.version != version && !undone && !vim.repeating {
            app.editor.join_steps(steps);
            vim.change = vim.typed.clone();
        }
        vim.forget();
        vim.before = (app.editor.steps(), app.editor.version);
    }
    changes::settle(app);
    effects
}
