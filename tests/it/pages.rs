//! Runs the commands that pages show: every line that begins with `$ ` in a block marked console, by a
//! shell, with stdout and stderr together. A line `...` stands for any lines. `UPDATE=1` writes what
//! came instead of comparing, except in blocks with such a line.

use std::fs;
use std::path::PathBuf;

use crate::sandbox::Sandbox;

/// What a shell prints for one line, on both streams; the home folder is `~`.
fn shell(sandbox: &Sandbox, line: &str) -> String {
    let output = sandbox.command("sh").arg("-c").arg(format!("exec 2>&1\n{line}")).output().expect("runs");
    let text = String::from_utf8(output.stdout).expect("is text");
    // A page has no carriage returns; other tests hold those of CSV.
    text.replace("\r\n", "\n").replace(&sandbox.path().display().to_string(), "~")
}

/// Checks one page, or rewrites it.
pub fn check_page(page: &str) {
    let path = crate::project(page);
    let text = fs::read_to_string(&path).expect("reads");
    let sandbox = Sandbox::new();
    let mut came = String::new();
    let mut wrong = Vec::new();
    let mut commands = 0;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        came.push_str(line);
        came.push('\n');
        if line != "```console" {
            continue;
        }
        while let Some(command) = lines.next_if(|line| *line != "```") {
            came.push_str(command);
            came.push('\n');
            let mut line = command
                .strip_prefix("$ ")
                .unwrap_or_else(|| panic!("{page}: no command: {command}"))
                .to_string();
            while line.ends_with('\\') || line.matches('\'').count() % 2 == 1 {
                let next = lines.next().expect("the command goes on");
                came.push_str(next);
                came.push('\n');
                line.push('\n');
                line.push_str(next);
            }
            let mut expected = String::new();
            while let Some(line) = lines.next_if(|line| *line != "```" && !line.starts_with("$ ")) {
                expected.push_str(line);
                expected.push('\n');
            }
            commands += 1;
            let output = shell(&sandbox, &line);
            if !matches(&expected, &output) {
                wrong.push(format!("$ {line}\n--- expected\n{expected}--- came\n{output}"));
            }
            let elided = expected.lines().any(|line| line == "...");
            came.push_str(if elided { &expected } else { &output });
        }
    }
    assert!(commands > 0, "{page} shows no command");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, came).expect("writes");
    } else {
        assert!(wrong.is_empty(), "{page}\n{}", wrong.join("\n"));
    }
}

/// Whether the text is what was expected, where a line `...` stands for any lines.
fn matches(expected: &str, text: &str) -> bool {
    let parts: Vec<&str> = expected.split_inclusive('\n').collect();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    matches_lines(&parts, &lines)
}

fn matches_lines(expected: &[&str], lines: &[&str]) -> bool {
    match expected.split_first() {
        None => lines.is_empty(),
        Some((first, rest)) if first.trim_end() == "..." => {
            (0..=lines.len()).any(|skipped| matches_lines(rest, &lines[skipped..]))
        }
        Some((first, rest)) => lines.first() == Some(first) && matches_lines(rest, &lines[1..]),
    }
}

/// The pages of a folder.
pub fn pages(folder: &str) -> Vec<String> {
    let root = crate::project("");
    let mut pages: Vec<PathBuf> = fs::read_dir(root.join(folder))
        .expect("lists")
        .map(|entry| entry.expect("lists").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    let name = |path: PathBuf| path.strip_prefix(&root).expect("is inside").display().to_string();
    pages.into_iter().map(name).collect()
}

#[test]
fn this_test_compares() {
    assert!(matches("a\n...\nd\n", "a\nb\nc\nd\n") && matches("a\n...\nd\n", "a\nd\n") && matches("", ""));
    assert!(
        !matches("a\n", "a\nb\n")
            && !matches("a\n...\nd\n", "a\nb\n")
            && !matches("a\n", "")
            && !matches("", "a\n")
    );
}
