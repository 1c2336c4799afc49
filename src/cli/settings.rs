//! `kqlhunt config show`: each setting with its value, and who says so.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory};
use serde_saphyr::Spanned;

use super::config::{Config, File};
use super::exit::{Exit, Failure};
use super::preferences::{clipboard, conflicts, keymap, look, zone};
use super::{Cli, ConfigArgs, ConfigCommand, report};
use crate::app::look::SLOTS;

/// A setting with one value.
struct Setting {
    /// In the file, and as an option.
    name: &'static str,
    /// The variable of the environment; empty for none.
    variable: &'static str,
    /// What holds when nobody says anything.
    default: &'static str,
    doc: &'static str,
    in_file: fn(&Config) -> Option<(String, u64)>,
}

/// In the order in which they are shown.
const SETTINGS: &[Setting] = &[
    Setting {
        name: "db",
        variable: "KQLHUNT_DB",
        default: "hunt.duckdb of the data folder, else the sample",
        doc: "the database to work on",
        in_file: |config| path(&config.db),
    },
    Setting {
        name: "memory",
        variable: "KQLHUNT_MEMORY",
        default: "4GB or half of what there is",
        doc: "memory for queries",
        in_file: |config| value(&config.memory),
    },
    Setting {
        name: "threads",
        variable: "KQLHUNT_THREADS",
        default: "one for each core",
        doc: "threads for queries",
        in_file: |config| value(&config.threads),
    },
    Setting {
        name: "files",
        variable: "KQLHUNT_FILES",
        default: "none",
        doc: "the folder that externaldata and watchlists are read from",
        in_file: |config| path(&config.files),
    },
    Setting {
        name: "functions",
        variable: "KQLHUNT_FUNCTIONS",
        default: "none",
        doc: "the folder of functions that queries may call",
        in_file: |config| path(&config.functions),
    },
    Setting {
        name: "geo",
        variable: "KQLHUNT_GEO",
        default: "none",
        doc: "where addresses are",
        in_file: |config| path(&config.geo),
    },
    Setting {
        name: "library",
        variable: "KQLHUNT_LIBRARY",
        default: "none",
        doc: "folders of hunts",
        in_file: |config| {
            let folders = config.library.as_ref()?;
            Some((folders.value.0.join(", "), folders.referenced.line()))
        },
    },
    Setting {
        name: "ascii",
        variable: "",
        default: "false with a UTF-8 locale",
        doc: "draw with ASCII characters only",
        in_file: |config| value(&config.ascii),
    },
    Setting {
        name: "keys",
        variable: "",
        default: "default",
        doc: "keys of the query pane: default or vim",
        in_file: |config| value(&config.keys),
    },
    Setting {
        name: "mouse",
        variable: "",
        default: "false",
        doc: "the workbench takes the mouse; M switches it",
        in_file: |config| value(&config.mouse),
    },
    Setting {
        name: "hide_empty",
        variable: "",
        default: "true",
        doc: "columns without a value are hidden where there is no room for all; _ shows them",
        in_file: |config| value(&config.hide_empty),
    },
    Setting {
        name: "clipboard",
        variable: "",
        default: "tmux, osc52, file",
        doc: "where copies go: into tmux, to the terminal, into clip.txt, or none",
        in_file: |config| {
            let ways = config.clipboard.as_ref()?;
            Some((ways.value.0.join(", "), ways.referenced.line()))
        },
    },
    Setting {
        name: "tz",
        variable: "",
        default: "UTC",
        doc: "times are shown as in this zone; exports, copies and filters stay in UTC",
        in_file: |config| value(&config.tz),
    },
];

fn value<T: Display>(setting: &Option<Spanned<T>>) -> Option<(String, u64)> {
    setting.as_ref().map(|setting| (setting.value.to_string(), setting.referenced.line()))
}

fn path(setting: &Option<Spanned<PathBuf>>) -> Option<(String, u64)> {
    setting.as_ref().map(|setting| (setting.value.display().to_string(), setting.referenced.line()))
}

/// A line of the list: what stands in the file for it, and where it comes from.
struct Line {
    text: String,
    origin: String,
}

/// Prints the settings as the file would say them.
pub fn run(args: &ConfigArgs) -> Result<Exit, Failure> {
    let ConfigCommand::Show { origin } = args.command;
    let file = File::read()?;
    for said in conflicts(&file, &keymap(&file)?) {
        report::say(&said);
    }
    look(&file)?;
    clipboard(&file)?;
    zone(&file)?;
    let lines = lines(&file, &Cli::command().get_matches());
    let wide = lines.iter().map(|line| line.text.chars().count()).max().unwrap_or(0);
    let mut out = io::stdout().lock();
    for line in lines {
        match origin && !line.origin.is_empty() {
            true => writeln!(out, "{:wide$}  # {}", line.text, line.origin)?,
            false => writeln!(out, "{}", line.text)?,
        }
    }
    Ok(Exit::Done)
}

fn lines(file: &File, matches: &ArgMatches) -> Vec<Line> {
    let place = |line: u64| file.at(line, "").trim_end_matches([':', ' ']).to_string();
    let mut lines: Vec<Line> =
        SETTINGS.iter().map(|setting| line_of(setting, file, matches, &place)).collect();
    let heading = |text: &str| Line { text: text.to_string(), origin: String::new() };
    lines.push(heading("theme:"));
    for (_, slot, style, _) in SLOTS {
        let said = file.config.theme.0.iter().rfind(|row| row.0 == *slot);
        let (style, origin) = match said {
            Some((_, style)) => (style.value.as_str(), place(style.referenced.line())),
            None => (*style, "default".to_string()),
        };
        lines.push(Line { text: format!("  {slot}: {}", quoted(style)), origin });
    }
    lines.push(Line { text: "keymap:".to_string(), origin: "all others: kqlhunt keys".to_string() });
    for (context, actions) in &file.config.keymap.0 {
        lines.push(heading(&format!("  {context}:")));
        for (action, keys) in &actions.0 {
            let list: Vec<String> = keys.value.0.iter().map(|key| quoted(key)).collect();
            let text = format!("    {action}: [{}]", list.join(", "));
            lines.push(Line { text, origin: place(keys.referenced.line()) });
        }
    }
    lines
}

fn line_of(setting: &Setting, file: &File, matches: &ArgMatches, place: &dyn Fn(u64) -> String) -> Line {
    let raw = || {
        let value = matches.get_raw(setting.name).and_then(|mut values| values.next());
        value.map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let said =
        |value: &str, origin: String| Line { text: format!("{}: {}", setting.name, quoted(value)), origin };
    let variable = || std::env::var(setting.variable).ok().filter(|value| !value.is_empty());
    let source = matches.try_contains_id(setting.name).ok().and_then(|_| matches.value_source(setting.name));
    match source {
        // A switch that was set has no text of its own.
        Some(ValueSource::CommandLine) if setting.name == "ascii" => said("true", "--ascii".to_string()),
        Some(ValueSource::CommandLine) => said(&raw(), format!("--{}", setting.name)),
        _ if setting.name == "db" && matches.get_flag("sample") => said("the sample", "--sample".to_string()),
        _ => match (variable(), (setting.in_file)(&file.config)) {
            (Some(value), _) => said(&value, format!("${}", setting.variable)),
            (None, Some((value, line))) => said(&value, place(line)),
            (None, None) => Line {
                text: format!("# {}: {}", setting.name, setting.default),
                origin: format!("default: {}", setting.doc),
            },
        },
    }
}

/// A text as YAML reads it back.
fn quoted(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" -_./".contains(&byte);
    let bare = text.bytes().all(plain)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '/');
    if bare { text.to_string() } else { serde_json::to_string(text).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::super::config::tests::parsed;
    use super::*;

    fn shown(text: &str, arguments: &[&str]) -> Vec<String> {
        let file = parsed(text).expect("reads");
        let words = ["kqlhunt", "config", "show"].iter().chain(arguments);
        let matches = Cli::command().get_matches_from(words);
        let line = |line: Line| format!("{} # {}", line.text, line.origin);
        lines(&file, &matches).into_iter().map(line).collect()
    }

    #[test]
    fn each_value_says_where_it_is_from() {
        let text =
            "memory: 2GB\nthreads: 3\ntheme:\n  string: \"#a3be8c\"\nkeymap:\n  editor:\n    format: \":\"\n";
        let shown = shown(text, &["--threads", "2", "--sample"]);
        for line in [
            "db: the sample # --sample",
            "memory: 2GB # config.yaml:1",
            "threads: 2 # --threads",
            "  string: \"#a3be8c\" # config.yaml:4",
            "  keyword: magenta # default",
            "    format: [\":\"] # config.yaml:7",
        ] {
            assert!(shown.contains(&line.to_string()), "{line}\n{}", shown.join("\n"));
        }
    }

    #[test]
    fn what_is_shown_is_a_file_of_settings() {
        let shown = shown("threads: 3\ntheme:\n  error: red\n", &[]).join("\n");
        let again = parsed(&shown).expect("reads");
        assert_eq!(again.config.threads.map(|threads| threads.value.get()), Some(3));
        assert_eq!(again.config.theme.0.len(), SLOTS.len());
    }
}
