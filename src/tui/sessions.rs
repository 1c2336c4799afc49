//! Where sessions are kept: one file for each data and query file, and for each workbench that has them open.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use crate::app::session::Session;
use crate::{places, sys, ticks};

/// More workbenches on the same data than this share a session.
const PLACES: usize = 20;

/// The session of one workbench; as long as this lives, no other one writes to its file.
#[derive(Debug)]
pub struct Place {
    pub file: PathBuf,
    /// The how manieth workbench this is that has the data and the query file open.
    pub number: usize,
    /// `None` where the file system has no locks.
    _lock: Option<fs::File>,
}

/// Takes the first session of this data and query file that no other workbench has; `None` without a home folder.
pub fn take(data: &str, file: Option<&Path>) -> Option<Place> {
    let mut hash = Sha256::new();
    hash.update(data.as_bytes());
    if let Some(file) = file {
        hash.update([0]);
        hash.update(std::path::absolute(file).unwrap_or(file.to_path_buf()).as_os_str().as_encoded_bytes());
    }
    let name: String = hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    Some(take_in(&places::state_folder().ok()?.join("sessions"), &name))
}

fn take_in(folder: &Path, name: &str) -> Place {
    // A folder that cannot be made is told of when something is saved.
    let _ = sys::private_folder(folder);
    for number in 1..=PLACES {
        let name = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
        let file = folder.join(format!("{name}.json"));
        let lock = fs::OpenOptions::new().create(true).append(true).open(folder.join(format!("{name}.lock")));
        let Ok(lock) = lock else { return Place { file, number, _lock: None } };
        match lock.try_lock() {
            Ok(()) => return Place { file, number, _lock: Some(lock) },
            Err(fs::TryLockError::WouldBlock) => {}
            Err(fs::TryLockError::Error(_)) => return Place { file, number, _lock: None },
        }
    }
    Place { file: folder.join(format!("{name}.json")), number: PLACES + 1, _lock: None }
}

pub fn read(file: &Path) -> Option<Session> {
    let session: Session = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let written = fs::metadata(file).and_then(|found| found.modified()).ok();
    let written = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    // In whole minutes, which is all that is shown of it.
    let minutes = written.and_then(|at| i64::try_from(at.as_secs() / 60).ok());
    let saved = minutes.map(|minutes| minutes * ticks::MINUTE + ticks::UNIX_EPOCH);
    Some(Session { saved, ..session })
}

/// Whole or not at all, for the user alone.
pub fn save(file: &Path, session: &Session) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    sys::private_folder(folder).map_err(io::Error::other)?;
    let mut made = tempfile::NamedTempFile::new_in(folder)?;
    made.write_all(&serde_json::to_vec(session)?)?;
    made.persist(file).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::clock::Clock;
    use crate::app::session::{Left, Past, TabState};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_session_comes_back_and_is_for_its_user_alone() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let file = folder.path().join("sessions").join("x.json");
        let tab = TabState {
            text: "A\n\u{202e}\x1b".into(),
            cursor: (1, 1),
            file: Some("q.kql".into()),
            unsaved: true,
            file_text: None,
            left: Some(Left { text: "A".into(), row: 7, ..Left::default() }),
        };
        let session = Session {
            tabs: vec![tab, TabState::default()],
            open: 1,
            clock: Some(Clock::Fixed(5)),
            history: vec![Past {
                text: "A".into(),
                ended: 7,
                rows: 1,
                ms: 2,
                values: [("User".into(), "amy".into())].into(),
            }],
            ..Session::default()
        };
        save(&file, &session).expect("saves");
        save(&file, &session).expect("saves again");
        let mut found = read(&file).expect("is read");
        assert!(found.saved.take().is_some_and(|at| at > ticks::UNIX_EPOCH));
        assert_eq!(found, session);
        assert_eq!(fs::metadata(&file).expect("is there").permissions().mode() & 0o777, 0o600);
        fs::write(&file, "{").expect("writes");
        assert_eq!(read(&file), None);
    }

    #[test]
    fn two_workbenches_have_two_sessions() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let first = take_in(folder.path(), "x");
        let second = take_in(folder.path(), "x");
        assert_eq!((first.number, second.number), (1, 2));
        assert_ne!(first.file, second.file);
        drop(first);
        assert_eq!(take_in(folder.path(), "x").number, 1);
    }
}
