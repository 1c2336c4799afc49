//! Hunts out of folders that the user names. Reads files; knows their forms by `hunt::forms`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::hunt::forms::{self, ENDINGS};
use crate::hunt::pack::Hunt;
use crate::sys;

/// What the folders hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Library {
    /// In the order of folders and paths.
    pub hunts: Vec<Hunt>,
    /// Files that cannot be read as hunts.
    pub problems: Vec<Problem>,
}

/// A file that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub path: PathBuf,
    /// Lower case, no full stop.
    pub what: String,
}

/// A larger file holds no hunt.
const FILE_MAX_BYTES: u64 = 1 << 20;
const NO_FILE: &str = "it is no plain file but a pipe, a device or a socket";
/// Files of one folder, and how deep they lie.
const FILES_MAX: usize = 50_000;
const DEEP_MAX: usize = 16;

/// Reads all hunts below these folders. Links to folders are not followed, so that there is no circle, and what is no
/// plain file is not opened, since a pipe or a device may never end; both are said.
pub fn read(folders: &[PathBuf]) -> Library {
    let mut library = Library::default();
    for folder in folders {
        let mut files = Vec::new();
        // A file may be named too.
        match fs::metadata(folder) {
            Ok(found) if found.is_file() => files.push(folder.clone()),
            Ok(found) if found.is_dir() => collect(folder, 0, &mut files, &mut library.problems),
            Ok(_) => library.problems.push(Problem { path: folder.clone(), what: NO_FILE.to_owned() }),
            Err(error) => library.problems.push(Problem { path: folder.clone(), what: error.to_string() }),
        }
        for file in files {
            let below = file.strip_prefix(folder).ok().filter(|below| below.file_name().is_some());
            match hunts(&file, below.unwrap_or(Path::new(file.file_name().unwrap_or_default()))) {
                Ok(found) => library.hunts.extend(found),
                Err(what) => library.problems.push(Problem { path: file, what }),
            }
        }
    }
    library
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, problems: &mut Vec<Problem>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(Problem { path: folder.to_path_buf(), what: error.to_string() });
            return;
        }
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let Ok(found) = fs::symlink_metadata(&path) else { continue };
        if hidden {
            continue;
        }
        let what = match (found.is_dir(), fs::metadata(&path)) {
            (true, _) if depth < DEEP_MAX => {
                collect(&path, depth + 1, files, problems);
                continue;
            }
            (true, _) => format!("it lies more than {DEEP_MAX} folders deep"),
            (false, Ok(target)) if target.is_dir() => "links to folders are not followed".to_owned(),
            (false, _) if ending(&path).is_none() => continue,
            (false, Ok(target)) if !target.is_file() => NO_FILE.to_owned(),
            (false, Ok(_)) if files.len() < FILES_MAX => {
                files.push(path);
                continue;
            }
            (false, Ok(_)) => {
                let what = format!("it and what follows are not read: there are more than {FILES_MAX} files");
                problems.push(Problem { path, what });
                return;
            }
            (false, Err(error)) => error.to_string(),
        };
        problems.push(Problem { path, what });
    }
}

fn ending(path: &Path) -> Option<String> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    ENDINGS.contains(&ending.as_str()).then_some(ending)
}

fn hunts(file: &Path, below: &Path) -> Result<Vec<Hunt>, String> {
    let bytes = sys::read_at_most(file, FILE_MAX_BYTES).map_err(|error| error.to_string())?;
    let content = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let key = below.with_extension("").to_string_lossy().replace('\\', "/");
    let mut found = forms::read(&key, &ending(file).unwrap_or_default(), &content)?;
    for hunt in &mut found {
        hunt.path = file.display().to_string();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_and_what_is_odd_is_said() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let write = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("has a folder")).expect("makes it");
            fs::write(path, content).expect("writes");
        };
        write("Detections/mail.yaml", b"name: Mail\nquery: OfficeActivity | count\n");
        write("Detections/metadata.yaml", b"name: no hunt\n");
        write("Hunting Queries/a.kql", b"// Odd logons\nOfficeActivity | take 1\n");
        write("notes.md", b"# Two\n```kql\nT\n```\n```kql\nU\n```\n");
        write("broken.yml", b"query: [\n");
        write("bytes.kql", b"\xff\xfe");
        write("large.kql", &vec![b'x'; (1 << 20) + 1]);
        write(".git/x.kql", b"T");
        write("read.me", b"T");
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), folder.path().join("circle")).expect("links");
        let library = read(&[folder.path().to_path_buf()]);
        let keys: Vec<&str> = library.hunts.iter().map(|hunt| hunt.key.as_str()).collect();
        assert_eq!(keys, ["Detections/mail", "Hunting Queries/a", "notes#1", "notes#2"]);
        let odd: Vec<_> =
            library.problems.iter().map(|found| found.path.file_name().unwrap().to_owned()).collect();
        assert_eq!(odd, ["circle", "broken.yml", "bytes.kql", "large.kql"]);
        let one = read(&[folder.path().join("Detections/mail.yaml"), folder.path().join("none")]);
        assert_eq!((one.hunts[0].key.as_str(), one.problems.len()), ("mail", 1));
    }

    #[cfg(unix)]
    #[test]
    fn what_never_ends_is_not_opened() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().expect("makes a folder");
        let path = |name: &str| folder.path().join(name);
        let pipe = path("pipe.kql");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).expect("makes a pipe");
        symlink("/dev/zero", path("device.yaml")).expect("links");
        symlink("loop.kql", path("loop.kql")).expect("links");
        fs::create_dir(path("sub")).expect("makes a folder");
        symlink(folder.path(), path("sub/circle.md")).expect("links");
        symlink(path("real.kql"), path("sub/alias.kql")).expect("links");
        fs::write(path("real.kql"), "T").expect("writes");
        let library = read(&[folder.path().to_path_buf(), pipe]);
        let told: Vec<_> = library
            .problems
            .iter()
            .map(|one| (one.path.file_name().unwrap().to_string_lossy().into_owned(), one.what.as_str()))
            .collect();
        let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["device.yaml", "loop.kql", "pipe.kql", "circle.md", "pipe.kql"]);
        assert_eq!((told[0].1, told[2].1, told[4].1), (NO_FILE, NO_FILE, NO_FILE));
        assert!(told[1].1.contains("symbolic links"), "{}", told[1].1);
        assert_eq!(told[3].1, "links to folders are not followed");
        assert_eq!(library.hunts.len(), 2, "a file and a link to it");
    }

    #[test]
    fn hostile_files_are_said_in_a_line() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let write =
            |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).expect("writes");
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..16 {
            let before = vec![format!("*a{}", at - 1); 9].join(", ");
            bomb.push_str(&format!("a{at}: &a{at} [{before}]\n"));
        }
        write("anchors.yaml", format!("{bomb}query: T\n").as_bytes());
        let texts =
            format!("x: &x {}\ny: [{}]\nquery: T\n", "a".repeat(400_000), vec!["*x"; 20_000].join(","));
        write("anchors_of_texts.yaml", texts.as_bytes());
        write("deep.yaml", format!("query: T\nx: {}", "[".repeat(100_000)).as_bytes());
        write("twice.yaml", b"query: T\nquery: U\n");
        write("utf16.kql", b"\xff\xfeT\0");
        let library = read(&[folder.path().to_path_buf()]);
        assert_eq!(library.hunts, []);
        let told: Vec<&str> = library.problems.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(told.iter().all(|what| what.len() < 120 && !what.contains('\n')), "{told:?}");
        assert!(told[0].starts_with("its YAML grows too large by its anchors"), "{}", told[0]);
        assert!(told[3].contains("line 2") && told[3].contains("query"), "{}", told[3]);
    }
}
