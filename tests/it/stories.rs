//! Stories: keys in, screens out, with the real program in a real terminal. One file of tests/stories is one
//! story; `UPDATE=1` writes what came into it, to be read before it is kept. Lines of a story:
//!
//! - `# GROUP: feature` first: the row of [`FEATURES`] that it shows; other lines with `#` are remarks.
//! - `> step`, see [`Play::step`] for the steps.
//! - `| line` below a step that shows something: what is to be seen.
//!
//! A screen is awaited, not looked at once, so that a story needs few pauses. What differs from run to run
//! is masked in one way: a duration is `# ms`, and the rule or the spaces that follow it grow or
//! shrink by the difference; the home folder is `~`.

mod play;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use play::Play;

/// As many at once; they wait more than they work.
const PLAYERS: usize = 6;

/// What a workbench is to have, and a story is to show.
const FEATURES: &[(&str, &[&str])] = &[
    (
        "EDITOR",
        &[
            "syntax highlighting",
            "completion",
            "diagnostics in place",
            "format",
            "several statements",
            "history",
            "undo and redo",
            "comment, find, replace",
            "docs, definition, rename",
            "paste",
            "parameters",
            "$EDITOR",
        ],
    ),
    (
        "GRID",
        &[
            "any number of rows",
            "many columns",
            "columns that stay, hide, move and get a width",
            "sort",
            "search",
            "filters by cells",
            "commonest values and statistics",
            "record",
            "equal rows",
            "dynamic values",
            "copies",
            "severity by colour",
            "rows by colour of a value",
            "hostile data",
        ],
    ),
    (
        "CHARTS",
        &[
            "areas and stacks",
            "bars, columns and shares",
            "legend, axes, scale",
            "charts outside of the workbench",
            "cursor and zoom",
            "a range back into the query",
            "scatter",
            "timechart",
            "missing bins",
        ],
    ),
    (
        "RUN",
        &[
            "cancel",
            "the clock and the age of data",
            "times in a zone",
            "progress and elapsed time",
            "errors at run time",
        ],
    ),
    (
        "HUNT",
        &[
            "hits, user by user",
            "the indicator's card",
            "who else has an address",
            "verdicts, bookmarks and notes",
            "rows behind a row",
            "why not",
            "rows after each operator",
            "the health of data",
            "the clock, replayed",
            "query library",
            "fuzzy find",
            "all hunts at once",
            "ATT&CK",
            "two runs compared",
            "indicators as objects",
            "a value into the next query",
        ],
    ),
    (
        "KEEP",
        &[
            "export",
            "kept results",
            "journal",
            "report and replay",
            "session after a lost line",
            "queries in files",
        ],
    ),
    (
        "SHELL",
        &[
            "no colour, ASCII",
            "command line",
            "help on the screen",
            "loading files",
            "mouse",
            "small and large screens",
            "command palette",
            "read-only data",
            "suspend",
            "keys and colors of one's own",
            "vim's keys",
            "what a key sends",
            "completions and manual",
            "tables and columns",
            "tabs",
        ],
    ),
];

pub struct Story {
    pub path: PathBuf,
    /// Each step, what is to be seen after it, and the remarks before it.
    pub steps: Vec<Step>,
    pub features: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Step {
    pub before: String,
    pub said: String,
    pub seen: Vec<String>,
}

impl Story {
    fn read(path: PathBuf) -> Story {
        let text = fs::read_to_string(&path).unwrap();
        let (mut steps, mut before): (Vec<Step>, String) = (Vec::new(), String::new());
        for line in text.lines() {
            if let Some(said) = line.strip_prefix("> ") {
                let before = std::mem::take(&mut before);
                steps.push(Step { before, said: said.to_string(), seen: Vec::new() });
            } else if let Some(seen) = line.strip_prefix('|') {
                let last = steps.last_mut().unwrap_or_else(|| panic!("{}: no step yet", path.display()));
                last.seen.push(seen.strip_prefix(' ').unwrap_or(seen).to_string());
            } else {
                before.push_str(line);
                before.push('\n');
            }
        }
        let group = |line: &&str| {
            line.split_once(": ")
                .is_some_and(|(group, _)| group.chars().all(|letter| letter.is_ascii_uppercase()))
        };
        let remarks = text.lines().filter_map(|line| line.strip_prefix("# "));
        let features = remarks.filter(group).map(str::to_string).collect();
        Story { path, steps, features }
    }

    /// As it stands in the file.
    fn text(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            text.push_str(&format!("{}> {}\n", step.before, step.said));
            for line in &step.seen {
                text.push_str(format!("| {line}").trim_end());
                text.push('\n');
            }
        }
        text
    }

    pub fn name(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }
}

fn folder() -> PathBuf {
    crate::project("tests/stories")
}

/// All, or those that have one of these texts, with commas between them, in their names.
fn stories(only: Option<&str>) -> Vec<Story> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    let stories = paths.into_iter().map(Story::read);
    let named =
        |story: &Story| only.is_none_or(|only| only.split(',').any(|part| story.name().contains(part)));
    stories.filter(named).collect()
}

/// Plays all, some at once; gives what is wrong.
fn play_all(tmux: bool) -> Vec<String> {
    let update = std::env::var_os("UPDATE").is_some() && !tmux;
    // `STORY=copy,filters` plays those with these in their names only.
    let only = std::env::var("STORY").ok();
    let (queue, wrong) = (Mutex::new(stories(only.as_deref())), Mutex::new(Vec::new()));
    let next = || queue.lock().unwrap().pop();
    thread::scope(|scope| {
        for _ in 0..PLAYERS {
            scope.spawn(|| {
                while let Some(mut story) = next() {
                    if tmux && story.steps.iter().any(|step| Play::outside_of_tmux(&step.said)) {
                        continue;
                    }
                    let played = catch_unwind(AssertUnwindSafe(|| Play::new(tmux, update).play(&mut story)));
                    let said = match played {
                        Ok(Ok(())) if update => {
                            fs::write(&story.path, story.text()).err().map(|e| e.to_string())
                        }
                        Ok(Ok(())) => None,
                        Ok(Err(said)) => Some(said),
                        Err(panic) => Some(panic.downcast_ref::<String>().cloned().unwrap_or_default()),
                    };
                    if let Some(said) = said {
                        wrong.lock().unwrap().push(format!("{}: {said}", story.name()));
                    }
                }
            });
        }
    });
    wrong.into_inner().unwrap()
}

#[test]
fn stories_in_a_terminal() {
    let wrong = play_all(false);
    assert!(wrong.is_empty(), "{} stories go otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn stories_in_tmux() {
    if Command::new("tmux").arg("-V").output().is_err() {
        eprintln!("tmux is not here: the stories were not played in it");
        return;
    }
    let wrong = play_all(true);
    assert!(wrong.is_empty(), "{} stories go otherwise in tmux:\n{}", wrong.len(), wrong.join("\n"));
}

/// tests/stories/README.md lists the features, each with its stories.
#[test]
fn every_feature_has_a_story() {
    let stories: Vec<Story> = stories(None);
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for story in &stories {
        assert!(!story.features.is_empty(), "{} does not say what it shows", story.name());
        told.extend(story.features.iter().map(String::as_str));
    }
    let mut page = PAGE.to_string();
    for (group, rows) in FEATURES {
        page.push_str(&format!("\n## {group}\n\n| feature | stories |\n|---|---|\n"));
        for row in *rows {
            let feature = format!("{group}: {row}");
            let shown = stories.iter().filter(|story| story.features.contains(&feature));
            let links: Vec<String> = shown.map(|story| format!("[{0}]({0}.txt)", story.name())).collect();
            assert!(told.remove(feature.as_str()), "no story shows {feature}");
            page.push_str(&format!("| {row} | {} |\n", links.join(", ")));
        }
    }
    assert!(told.is_empty(), "stories of what is no feature: {told:?}");
    let path = folder().join("README.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), page);
}

const PAGE: &str = "# Stories

What the workbench does, shown by stories: keys in, screens out, with the real program in a real terminal, and in
tmux. `tests/it/stories.rs` plays them and says how they are written; it also makes this page of them.
";

/// `<!-- story NAME N -->` before a block of text in the README: the block is the Nth screen of the story.
#[test]
fn the_readme_shows_screens_of_stories() {
    let path = crate::project("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let mut came = String::new();
    let mut lines = text.lines();
    let mut shown = 0;
    while let Some(line) = lines.next() {
        came.push_str(line);
        came.push('\n');
        let Some(named) = line.strip_prefix("<!-- story ").and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        let (name, number) = named.split_once(' ').unwrap();
        let story = Story::read(folder().join(name).with_extension("txt"));
        let screens: Vec<Step> =
            story.steps.into_iter().filter(|step| step.said.starts_with("screen")).collect();
        let screen = &screens[number.parse::<usize>().unwrap() - 1].seen;
        assert_eq!(lines.next(), Some("```text"));
        lines.by_ref().find(|line| *line == "```").unwrap();
        came.push_str(&format!("```text\n{}\n```\n", screen.join("\n").trim_end()));
        shown += 1;
    }
    assert!(shown > 0);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, came).unwrap();
    } else {
        assert_eq!(came, text);
    }
}
