//! Which file of a folder a URL means. Whatever a query says, no file out of the folder is reached.

use std::io;
use std::path::{Path, PathBuf};

/// The places below a folder where a URL's file may be, the best first, as parts of paths. Errors: a name
/// that would leave the folder, or none at all.
///
/// `https://host/a/b.csv?key` is `host/a/b.csv`, else `b.csv`. What has no scheme is a path in the folder.
pub fn places(uri: &str) -> Result<Vec<Vec<String>>, String> {
    let bare = uri.split(['?', '#', ';']).next().unwrap_or(uri);
    let (url, rest) = match bare.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, bare),
    };
    if !url && rest.starts_with('/') {
        return Err("it begins at the root of the file system".into());
    }
    let parts = rest.split('/').filter(|part| !part.is_empty()).map(decoded).collect::<Vec<String>>();
    for part in &parts {
        let leaves = matches!(part.as_str(), "." | "..") || part.contains(['/', '\\', '\0']);
        if leaves {
            return Err(format!("'{part}' is no name of a file or folder"));
        }
    }
    let Some(last) = parts.last().cloned() else { return Err("it names no file".into()) };
    let mut found = vec![parts];
    if found[0].len() > 1 {
        found.push(vec![last]);
    }
    Ok(found)
}

/// `%20` and its kin undone. What is no UTF-8 then stays as it was.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        (rest, _) = match (byte, code) {
            (b'%', Some(code)) => (&after[2..], bytes.push(code)),
            _ => (after, bytes.push(byte)),
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| part.to_owned())
}

/// The file or folder at this place, links followed; `None` when there is none. Errors: it is out of the folder.
pub fn inside(root: &Path, parts: &[String]) -> Result<Option<PathBuf>, String> {
    let root = root.canonicalize().map_err(|error| format!("{}: {error}", root.display()))?;
    let path = parts.iter().fold(root.clone(), |path, part| path.join(part));
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    if !real.starts_with(&root) {
        return Err(format!("{} is a link out of the folder", path.display()));
    }
    Ok(Some(real))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(uri: &str) -> Result<Vec<String>, String> {
        places(uri).map(|found| found.iter().map(|parts| parts.join("/")).collect())
    }

    #[test]
    fn a_url_is_a_path_below_its_host_or_a_bare_name() {
        let url = "https://feeds.example/lists/bad%20hosts.csv?sv=2026#top";
        assert_eq!(joined(url), Ok(vec!["feeds.example/lists/bad hosts.csv".into(), "bad hosts.csv".into()]));
        assert_eq!(joined("https://feeds.example/recent/"), joined("https://feeds.example/recent"));
        assert_eq!(joined("lists/a.csv"), Ok(vec!["lists/a.csv".into(), "a.csv".into()]));
        assert_eq!(joined("a.csv;account-key"), Ok(vec!["a.csv".into()]));
    }

    #[test]
    fn no_name_leaves_the_folder() {
        for uri in [
            "",
            "https://",
            "/etc/passwd",
            "../secret.csv",
            "https://a.example/../../etc/passwd",
            "https://a.example/%2e%2e/secret.csv",
            "https://a.example/..%2fsecret.csv",
            "https://../secret.csv",
            "a/..\\secret.csv",
            "a%00.csv",
            "./.",
        ] {
            assert!(joined(uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn no_link_leaves_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("files");
        std::fs::create_dir(&root).expect("makes");
        std::fs::write(folder.path().join("secret.csv"), "x").expect("writes");
        std::fs::write(root.join("here.csv"), "x").expect("writes");
        std::os::unix::fs::symlink(folder.path().join("secret.csv"), root.join("out.csv")).expect("links");
        std::os::unix::fs::symlink(folder.path(), root.join("up")).expect("links");
        std::os::unix::fs::symlink(root.join("here.csv"), root.join("in.csv")).expect("links");
        let at =
            |parts: &[&str]| inside(&root, &parts.iter().map(|part| part.to_string()).collect::<Vec<_>>());
        assert!(at(&["out.csv"]).is_err() && at(&["up", "secret.csv"]).is_err());
        assert!(matches!(at(&["in.csv"]), Ok(Some(path)) if path.ends_with("here.csv")));
        assert_eq!(at(&["none.csv"]), Ok(None));
        assert_eq!(at(&["here.csv", "below.csv"]), Ok(None));
    }
}
