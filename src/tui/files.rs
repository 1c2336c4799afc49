//! Files of the query pane: sessions and queries, read and written by one thread.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::run::Event;
use super::sessions;
use crate::app::msg::Msg;
use crate::app::session::Session;
use crate::app::written::Over;
use crate::export::file::FileWriter;
use crate::hunt::notes::Note;
use crate::{journal, sys, ticks};

/// A query file is no larger.
const TEXT_MAX: u64 = 4 << 20;

/// What the thread is asked for.
pub enum Job {
    Save(Session),
    /// What was noted the last times.
    Notes,
    Note(Note),
    Read(PathBuf),
    Write {
        path: PathBuf,
        text: String,
        version: u64,
        over: Over,
    },
}

/// Starts the thread; it ends when the sender is dropped.
pub fn start(
    session_file: Option<PathBuf>,
    notes_file: Option<PathBuf>,
    events: Sender<Event>,
) -> io::Result<Sender<Job>> {
    let (jobs, todo) = channel();
    thread::Builder::new().name("files".into()).spawn(move || {
        while let Ok(job) = todo.recv() {
            let msg = match job {
                Job::Save(session) => {
                    let saved = session_file.as_deref().map(|file| sessions::save(file, &session));
                    match saved {
                        Some(Err(error)) => Msg::Broken(format!("the session cannot be saved: {error}")),
                        Some(Ok(())) | None => continue,
                    }
                }
                Job::Notes => match notes_file.as_deref().map(journal::read) {
                    Some(lines) => Msg::Notes(lines.map_err(|error| error.to_string())),
                    None => continue,
                },
                Job::Note(note) => {
                    let note = Note { at: ticks::iso(sys::wall_clock()), ..note };
                    match notes_file.as_deref().map(|file| journal::append(file, &note.line())) {
                        Some(Err(error)) => Msg::Notes(Err(error.to_string())),
                        Some(Ok(())) => Msg::Noted(note),
                        None => continue,
                    }
                }
                Job::Read(path) => {
                    let path = expanded(&path);
                    let text = read_text(&path);
                    Msg::FileRead { path, text }
                }
                Job::Write { path, text, version, over } => {
                    let path = expanded(&path);
                    let result = write_text(&path, &text, &over);
                    Msg::FileWritten { path, version, result }
                }
            };
            if events.send(Event::Msg(msg)).is_err() {
                return;
            }
        }
    })?;
    Ok(jobs)
}

/// `~/x` is in the home folder, as shells have it.
pub fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.to_path_buf(),
    }
}

pub fn read_text(path: &Path) -> Result<String, String> {
    let fail = |why: String| format!("{}: {why}", path.display());
    let found = fs::metadata(path).map_err(|error| fail(error.to_string()))?;
    if !found.is_file() {
        return Err(fail("not a file".into()));
    }
    if found.len() > TEXT_MAX {
        return Err(fail("larger than 4 MB; a query file is not".into()));
    }
    let bytes = fs::read(path).map_err(|error| fail(error.to_string()))?;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).map(<[u8]>::to_vec).unwrap_or(bytes);
    String::from_utf8(bytes).map_err(|_| fail("not UTF-8 text".into()))
}

/// A file of text ends with a line break, whatever the pane has. Gives what the file holds then.
fn write_text(path: &Path, text: &str, over: &Over) -> Result<String, String> {
    let fail = |error: io::Error| format!("{}: {error}", path.display());
    if path.symlink_metadata().is_ok() {
        match over {
            Over::Never => {
                return Err(format!("{} is there already; :w! {0} writes over it", path.display()));
            }
            Over::Still(held) if read_text(path).as_ref() != Ok(held) => {
                let why = "was changed by another program since it was opened or written here";
                return Err(format!("{} {why}; :w! writes over it", path.display()));
            }
            Over::Still(_) | Over::Always => {}
        }
    }
    let mut file = FileWriter::create(path, *over != Over::Never).map_err(|error| error.to_string())?;
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let text = format!("{text}{end}");
    file.write_all(text.as_bytes()).map_err(fail)?;
    file.commit().map_err(|error| error.to_string())?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_file_is_not_written_over_unasked() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = folder.path().join("q.kql");
        write_text(&path, "A", &Over::Never).expect("writes");
        assert!(write_text(&path, "B", &Over::Never).is_err());
        write_text(&path, "B\n", &Over::Always).expect("writes over");
        assert_eq!(read_text(&path).expect("reads"), "B\n");
        assert!(read_text(folder.path()).is_err());
        // A rename would put a file in the place of a device.
        assert!(write_text(Path::new("/dev/full"), "B", &Over::Always).is_err());
        fs::write(&path, b"\xff").expect("writes");
        assert!(read_text(&path).expect_err("refuses").contains("UTF-8"));
    }

    #[test]
    fn what_another_program_wrote_is_not_lost() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = folder.path().join("q.kql");
        let held = write_text(&path, "A", &Over::Never).expect("writes");
        let held = write_text(&path, "B", &Over::Still(held)).expect("writes again");
        fs::write(&path, "C\n").expect("writes");
        let refused = write_text(&path, "D", &Over::Still(held.clone())).expect_err("refuses");
        assert!(refused.ends_with("; :w! writes over it"), "{refused}");
        fs::write(&path, b"\xff").expect("writes");
        assert!(write_text(&path, "D", &Over::Still(held.clone())).is_err());
        assert_eq!(fs::read(&path).expect("reads"), b"\xff");
        fs::remove_file(&path).expect("removes");
        write_text(&path, "D", &Over::Still(held)).expect("writes it anew");
    }
}
