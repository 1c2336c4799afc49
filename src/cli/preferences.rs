//! What the settings say of the workbench: its keys and its colors.

use super::Global;
use super::config::{File, Keys};
use super::exit::Failure;
use crate::app::keymap::Keymap;
use crate::app::look::{Depth, Look};
use crate::app::preferences::Preferences;

/// The settings of the workbench, for this terminal.
///
/// # Errors
/// The file cannot be read, or names keys, actions or styles that do not exist; with its line.
pub fn preferences(global: &Global) -> Result<Preferences, Failure> {
    let file = File::read()?;
    let (keymap, look) = (keymap(&file)?, look(&file)?);
    let warnings = conflicts(&file, &keymap);
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let depth = if global.color.on_screen() { depth(&variable) } else { Depth::Mono };
    Ok(Preferences { keymap, vim: vim(&file), look, depth, warnings })
}

/// Whether the query pane has vim's keys.
pub fn vim(file: &File) -> bool {
    file.config.keys.as_ref().is_some_and(|keys| keys.value == Keys::Vim)
}

/// The keys in force.
///
/// # Errors
/// As [`preferences`].
pub fn keymap(file: &File) -> Result<Keymap, Failure> {
    let mut keymap = Keymap::default();
    for (context, actions) in &file.config.keymap.0 {
        for (action, keys) in &actions.0 {
            let line = keys.referenced.line();
            let wrong = |what| file.wrong(line, what);
            keymap.rebind(context, action, &keys.value.0, line).map_err(wrong)?;
        }
    }
    Ok(keymap)
}

/// What the keys in the file bring with them, each with its place.
pub fn conflicts(file: &File, keymap: &Keymap) -> Vec<String> {
    keymap.conflicts().iter().map(|conflict| file.at(conflict.line, &conflict.message)).collect()
}

/// The styles in force.
///
/// # Errors
/// As [`preferences`].
pub fn look(file: &File) -> Result<Look, Failure> {
    let mut look = Look::default();
    for (slot, style) in &file.config.theme.0 {
        let wrong = |what| file.wrong(style.referenced.line(), what);
        look.set(slot, &style.value).map_err(wrong)?;
    }
    Ok(look)
}

/// The colors that a terminal has, by what it calls itself. Only `COLORTERM` tells of 24 bits.
fn depth(variable: &dyn Fn(&str) -> String) -> Depth {
    let term = variable("TERM");
    if matches!(variable("COLORTERM").as_str(), "truecolor" | "24bit") {
        Depth::Rgb
    } else if term.contains("256color") {
        Depth::Indexed
    } else if term.starts_with("vt") || term.ends_with("-m") || term.ends_with("-mono") {
        Depth::Mono
    } else {
        Depth::Ansi
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::tests::parsed;
    use super::*;

    #[test]
    fn a_mistake_is_said_with_its_line() {
        let file =
            parsed("theme:\n  keyword: bold blue\nkeymap:\n  editor:\n    formt: Ctrl-Y\n").expect("reads");
        assert!(look(&file).is_ok());
        let said = keymap(&file).expect_err("is refused").message;
        assert_eq!(said, "config.yaml:5: no action is called 'formt'; did you mean 'format'?");
        let file = parsed("theme:\n  keyword: bold blu\n").expect("reads");
        assert!(look(&file).expect_err("is refused").message.starts_with("config.yaml:2: 'blu'"));
    }

    #[test]
    fn keys_are_one_or_many_and_conflicts_have_a_place() {
        let text =
            "keymap:\n  editor:\n    format: [Ctrl-Y, F11]\n    comment: Alt-c\n  results:\n    top: 1\n";
        let file = parsed(text).expect("reads");
        let keymap = keymap(&file).expect("binds");
        let said = "config.yaml:3: editor: Ctrl-Y is 'format' now; 'redo' is left with Alt-z";
        assert_eq!(conflicts(&file, &keymap), [said]);
    }

    #[test]
    fn terminals_by_name() {
        let named = |term: &'static str, color: &'static str| {
            depth(&move |name| (if name == "TERM" { term } else { color }).to_string())
        };
        for term in ["xterm-256color", "tmux-256color", "screen-256color"] {
            assert_eq!(named(term, ""), Depth::Indexed);
        }
        for term in ["screen", "linux", "xterm", "putty"] {
            assert_eq!(named(term, ""), Depth::Ansi);
        }
        assert_eq!((named("vt100", ""), named("vt220", "")), (Depth::Mono, Depth::Mono));
        assert_eq!(named("xterm-256color", "truecolor"), Depth::Rgb);
    }
}
