//! What the settings say of the workbench: its keys and its colors.

use super::Global;
use super::config::{File, Keys};
use super::exit::{Exit, Failure};
use crate::app::clock::Clock;
use crate::app::keymap::Keymap;
use crate::app::look::{Depth, Look, ascii_terminal};
use crate::app::preferences::{Clipboard, Preferences};
use crate::zone::Zone;
use std::io::{self, IsTerminal};

/// The settings of the workbench, for this terminal.
///
/// # Errors
/// The file cannot be read, or names keys, actions or styles that do not exist; with its line.
pub fn preferences(global: &Global) -> Result<Preferences, Failure> {
    let file = File::read()?;
    let (keymap, look) = (keymap(&file)?, look(&file)?);
    let (clipboard, zone) = (clipboard(&file)?, zone(&file)?);
    let mouse = file.config.mouse.as_ref().is_some_and(|mouse| mouse.value);
    let show_empty = file.config.hide_empty.as_ref().is_some_and(|hide| !hide.value);
    let warnings = conflicts(&file, &keymap);
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let depth = match global.color.on_screen() {
        true => Depth::of(&variable("TERM"), &variable("COLORTERM")),
        false => Depth::Mono,
    };
    Ok(Preferences { keymap, vim: vim(&file), mouse, clipboard, zone, show_empty, look, depth, warnings })
}

/// Whether the screen is drawn with ASCII characters only: asked for, or what locale and terminal take.
pub fn ascii_on_screen(global: &Global) -> bool {
    let term = std::env::var("TERM").unwrap_or_default();
    global.ascii || !crate::sys::utf8_locale() || ascii_terminal(&term)
}

/// # Errors
/// There is no terminal that the workbench can be drawn on.
pub fn needs_screen() -> Result<(), Failure> {
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    match io::stdin().is_terminal() && io::stdout().is_terminal() {
        true if !dumb => Ok(()),
        true => Err(Failure::without_terminal(" that can move its cursor, and TERM is dumb")),
        false => Err(Failure::without_terminal("")),
    }
}

/// Whether what goes to stdout or stderr is in ASCII only: asked for, or a terminal that takes no more.
pub fn ascii_on(global: &Global, stream: &impl IsTerminal) -> bool {
    global.ascii || stream.is_terminal() && ascii_on_screen(global)
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
    keymap.conflicts().iter().map(|conflict| file.note(conflict.line, &conflict.message)).collect()
}

/// Where copies go.
///
/// # Errors
/// As [`preferences`].
pub fn clipboard(file: &File) -> Result<Clipboard, Failure> {
    let Some(ways) = &file.config.clipboard else { return Ok(Clipboard::default()) };
    Clipboard::named(&ways.value.0).map_err(|what| file.wrong(ways.referenced.line(), what))
}

/// Where times are shown as they are there.
///
/// # Errors
/// As [`preferences`].
pub fn zone(file: &File) -> Result<Zone, Failure> {
    let Some(name) = &file.config.tz else { return Ok(Zone::default()) };
    Zone::named(&name.value).map_err(|what| file.wrong(name.referenced.line(), what))
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

/// The query clock of the workbench, where the options choose it.
pub fn clock(global: &Global) -> Result<Option<Clock>, Failure> {
    match (global.now.or(global.as_of), global.as_of, global.last) {
        (None, _, Some(_)) => {
            Err(Failure::new(Exit::Usage, "in the workbench --last needs --as-of, which says before when"))
        }
        (at, None, None) => Ok(at.map(Clock::Fixed)),
        (at, _, back) => Ok(at.map(|at| Clock::AsOf { at, back })),
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
    fn ways_of_copies_and_zones_are_known_or_refused() {
        let file = |text: &str| parsed(text).expect("reads");
        let ways = |text: &str| clipboard(&file(text));
        assert_eq!(ways("").expect("is right"), Clipboard::default());
        let (tmux, osc52) = (false, true);
        for text in ["clipboard: [osc52, file]\n", "clipboard: osc52, file\n"] {
            assert_eq!(ways(text).expect("is right"), Clipboard { tmux, osc52, file: true });
        }
        assert!(ways("clipboard: none\n").expect("is right").off());
        assert!(ways("clipboard: [none, file]\n").is_err());
        let said = ways("\nclipboard: xclip\n").expect_err("is refused").message;
        assert!(said.starts_with("config.yaml:2: 'xclip' is no way of a copy"), "{said}");
        assert_eq!(zone(&file("tz: europe/berlin\n")).expect("is right").name(), Some("Europe/Berlin"));
        assert!(zone(&file("tz: Mars\n")).expect_err("is refused").message.starts_with("config.yaml:1:"));
    }

    #[test]
    fn keys_are_one_or_many_and_conflicts_have_a_place() {
        let text =
            "keymap:\n  editor:\n    format: [Ctrl-Y, F11]\n    comment: Alt-c\n  results:\n    top: J\n";
        let file = parsed(text).expect("reads");
        let keymap = keymap(&file).expect("binds");
        let said = "config.yaml:3: editor: Ctrl-Y is 'format' now; 'redo' is left with Alt-z";
        assert_eq!(conflicts(&file, &keymap), [said]);
    }
}
