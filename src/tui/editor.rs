//! The user's own editor: the text goes into a file of its own, the terminal to the program, and both come back.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command};

use rustix::process::{Pid, WaitOptions, waitpid};

use super::signals;

/// Editors that take `+N` for the line to begin on.
const TAKE_LINE: &[&str] =
    &["vi", "vim", "nvim", "view", "nano", "emacs", "emacsclient", "joe", "mg", "kak", "micro"];

/// The text as the editor left it. The caller has given the terminal back and reads no keys.
///
/// Errors, as sentences: the editor cannot be started, or did not end well; then the text is as it was.
pub fn edit(text: &str, line: usize) -> Result<String, String> {
    let named = ["VISUAL", "EDITOR"].iter().filter_map(|name| env::var(name).ok());
    let editor = named.map(|editor| editor.trim().to_owned()).find(|editor| !editor.is_empty());
    let editor = editor.unwrap_or_else(|| "vi".into());
    edit_with(&editor, text, line).map_err(|why| format!("{editor}: {why}"))
}

fn edit_with(editor: &str, text: &str, line: usize) -> Result<String, String> {
    let fail = |error: io::Error| error.to_string();
    // For the user alone, as temporary files are.
    let mut file = tempfile::Builder::new().prefix("query-").suffix(".kql").tempfile().map_err(fail)?;
    let end = if text.ends_with('\n') { "" } else { "\n" };
    file.write_all(format!("{text}{end}").as_bytes()).map_err(fail)?;
    file.flush().map_err(fail)?;
    let mut command = Command::new("/bin/sh");
    // The shell reads what the user wrote, quotes and arguments too.
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg(editor);
    if takes_line(editor) {
        command.arg(format!("+{}", line + 1));
    }
    let child = command.arg(file.path()).spawn().map_err(fail)?;
    if !wait(&child).map_err(fail)? {
        return Err("it did not end well; the text is as it was".into());
    }
    // Read by its name: editors put another file in its place.
    let edited = fs::read(file.path()).map_err(fail)?;
    let Ok(edited) = String::from_utf8(edited) else {
        let kept = file.into_temp_path().keep().map_err(|error| fail(error.error))?;
        return Err(format!(
            "the text is not UTF-8; it is kept in {}, and the query is as it was",
            kept.display()
        ));
    };
    Ok(edited.strip_suffix(end).filter(|_| !end.is_empty()).map(str::to_owned).unwrap_or(edited))
}

fn takes_line(editor: &str) -> bool {
    let program = editor.split_whitespace().next().unwrap_or_default();
    let name = Path::new(program).file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| TAKE_LINE.contains(&name))
}

/// Waits for the end, and says whether it was a good one. An editor that is stopped takes us with it, or
/// the shell would not come back.
fn wait(child: &Child) -> io::Result<bool> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    loop {
        match waitpid(pid, WaitOptions::UNTRACED) {
            Ok(Some((_, status))) if status.stopped() => signals::stop()?,
            Ok(Some((_, status))) => return Ok(status.exit_status() == Some(0)),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_the_editor_leaves() {
        assert_eq!(edit_with("sed -i s/41/42/", "print 41", 0), Ok("print 42".into()));
        assert_eq!(edit_with("sed -i 's/a b/c/'", "a b\n", 0), Ok("c\n".into()));
        assert!(edit_with("false", "x", 0).is_err());
        assert!(edit_with("/no/such/editor", "x", 0).is_err());
        let refused =
            edit_with("printf 'print \\351' | tee > /dev/null", "print 1", 0).expect_err("is not UTF-8");
        let kept =
            refused.split(" is kept in ").nth(1).and_then(|rest| rest.split(',').next()).expect("a file");
        assert_eq!(fs::read(kept).expect("is there"), b"print \xe9");
        fs::remove_file(kept).expect("removes");
        assert!(takes_line("/usr/bin/vim -u NONE") && !takes_line("code --wait"));
    }
}
