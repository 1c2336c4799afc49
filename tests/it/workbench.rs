//! `docs/WORKBENCH.md`: what lies between two marks is made of the tables of keys and styles.

use std::fmt::Write;

use kqlhunt::app::commands::COMMANDS;
use kqlhunt::app::keymap::Keymap;
use kqlhunt::app::keys::CONTEXTS;
use kqlhunt::app::look::SLOTS;
use kqlhunt::app::vim::VIM;

/// A text as a cell of a table in Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Keys as code; a grave accent would end it.
fn code(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("`{}`", cell(key))).collect::<Vec<_>>().join(" ")
}

fn keys() -> String {
    let keymap = Keymap::default();
    let mut page = String::new();
    for (context, place) in CONTEXTS {
        let rows = COMMANDS.iter().map(|command| (command, keymap.keys_in(*context, command.name).collect()));
        let rows: Vec<(_, Vec<&str>)> = rows.filter(|row: &(_, Vec<&str>)| !row.1.is_empty()).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(page, "### {place}\n\n| keys | action | does |\n|---|---|---|");
        for (command, keys) in rows {
            let _ = writeln!(page, "| {} | `{}` | {} |", code(&keys), command.name, cell(command.doc));
        }
        page.push('\n');
    }
    page
}

fn words() -> String {
    let mut page = "| word | does |\n|---|---|\n".to_string();
    for command in COMMANDS.iter().filter(|command| !command.words.is_empty()) {
        let words: Vec<String> = command.words.iter().map(|word| format!("`:{word}`")).collect();
        let args = if command.args.is_empty() { String::new() } else { format!(" `{}`", cell(command.args)) };
        let _ = writeln!(page, "| {}{args} | {} |", words.join(" "), cell(command.doc));
    }
    page + "\n"
}

fn styles() -> String {
    let mut page = "| slot | default | what it is for |\n|---|---|---|\n".to_string();
    for (_, name, style, doc) in SLOTS {
        let _ = writeln!(page, "| `{name}` | {style} | {} |", cell(doc));
    }
    page + "\n"
}

fn vim() -> String {
    let mut page = "| keys | modes | does |\n|---|---|---|\n".to_string();
    for (modes, key, _, doc) in VIM {
        let _ = writeln!(page, "| {} | {} | {} |", code(&[key]), modes.name(), cell(doc));
    }
    page + "\n"
}

/// The page with its made parts as the tables give them.
fn made(page: &str) -> String {
    let parts = [("keys", keys()), ("words", words()), ("styles", styles()), ("vim", vim())];
    parts.iter().fold(page.to_string(), |page, (name, part)| {
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
        let from = page.find(&start).unwrap_or_else(|| panic!("no {start}")) + start.len();
        let to = page.find(&end).unwrap_or_else(|| panic!("no {end}"));
        format!("{}\n{part}{}", &page[..from], &page[to..])
    })
}

#[test]
fn the_page_is_what_the_tables_give() {
    let path = crate::project("docs/WORKBENCH.md");
    let kept = std::fs::read_to_string(&path).expect("reads");
    let page = made(&kept);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).expect("writes");
    } else {
        let line = page.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
        assert!(
            page == kept,
            "docs/WORKBENCH.md is not what the tables give: {line:?}; run it with UPDATE=1"
        );
    }
}
