//! Hunts out of folders that the user names. Reads files; knows their forms by `hunt::forms`.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::hunt::forms::{self, ENDINGS};
use crate::hunt::pack::Hunt;

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
/// Files of one folder, and how deep they lie.
const FILES_MAX: usize = 50_000;
const DEEP_MAX: usize = 16;

/// Reads all hunts below these folders. Links to folders are not followed, so that there is no circle; what is
/// no plain file is passed over.
pub fn read(folders: &[PathBuf]) -> Library {
    let mut library = Library::default();
    for folder in folders {
        let mut files = Vec::new();
        // A file may be named too.
        match fs::metadata(folder) {
            Ok(found) if found.is_file() => files.push(folder.clone()),
            Ok(_) => collect(folder, 0, &mut files, &mut library.problems),
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
        if hidden || files.len() >= FILES_MAX {
            continue;
        }
        if found.is_dir() {
            if depth < DEEP_MAX {
                collect(&path, depth + 1, files, problems);
            }
        } else if ending(&path).is_some() && path.is_file() {
            files.push(path);
        }
    }
}

fn ending(path: &Path) -> Option<String> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    ENDINGS.contains(&ending.as_str()).then_some(ending)
}

fn hunts(file: &Path, below: &Path) -> Result<Vec<Hunt>, String> {
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).map_err(|error| error.to_string())?;
    opened.take(FILE_MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > FILE_MAX_BYTES {
        return Err("it is larger than 1 MB".to_owned());
    }
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
        assert_eq!(odd, ["broken.yml", "bytes.kql", "large.kql"]);
        let one = read(&[folder.path().join("Detections/mail.yaml"), folder.path().join("none")]);
        assert_eq!((one.hunts[0].key.as_str(), one.problems.len()), ("mail", 1));
    }
}
