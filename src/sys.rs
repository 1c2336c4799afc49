//! What the operating system must be asked for: permissions, memory, processes, time, language. Knows no DuckDB and no screen.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::Mode;
use rustix::process::{Pid, Resource, Signal, getrlimit, setrlimit, test_kill_process, umask};

use crate::error::{Error, Result};

/// From now on every file that the process makes, DuckDB's too, is for its user alone: 0600, folders 0700.
pub fn make_files_private() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// From now on a write beyond the largest file that the user may have (`ulimit -f`) is an error to report, as one on a
/// full disk is, and not the end of the process. A handler, since programs that we start would inherit a signal that
/// is ignored.
///
/// # Errors
/// The system refuses.
pub fn survive_large_files() -> io::Result<()> {
    signal_hook::flag::register(Signal::XFSZ.as_raw(), Arc::default()).map(drop)
}

/// Makes a folder and its parents, mode 0700 each; one that exists is left as it is.
pub fn private_folder(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| Error::file(path, source))
}

/// A file's content, of which so many bytes are expected at most: a device, a pipe or a slip of the finger may
/// have no end.
///
/// # Errors
/// It cannot be read, or is larger.
pub fn read_at_most(path: &Path, bytes: u64) -> io::Result<Vec<u8>> {
    let mut found = Vec::new();
    File::open(path)?.take(bytes + 1).read_to_end(&mut found)?;
    if found.len() as u64 > bytes {
        return Err(io::Error::other(format!("it is larger than {} MB", bytes >> 20)));
    }
    Ok(found)
}

/// Whether a process of this number exists.
pub fn process_lives(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return false };
    // A process of another user cannot be signalled, but lives.
    test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

/// Removes files and folders called `prefix`, the number of a process, and perhaps more after a `-` or `.`, whose
/// process is dead.
pub fn sweep(folder: &Path, prefix: &str) {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(prefix));
        let pid = number.and_then(|rest| rest.split(['-', '.']).next()?.parse().ok());
        if pid.is_some_and(|pid| !process_lives(pid)) {
            let path = entry.path();
            // What cannot be removed stays for the next time.
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
        }
    }
}

/// Bytes of memory that this process may have: those of the machine, or of its cgroup when that has less.
pub fn memory_bytes() -> u64 {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| meminfo_total(&text));
    let group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok()?.trim().parse::<u64>().ok())
        .min();
    machine.into_iter().chain(group).min().unwrap_or(FALLBACK_BYTES)
}

/// From now on the process asks in vain for more than four fifths of the memory that there is, or than what is `wanted`
/// for queries and a quarter more. DuckDB counts what it buffers, but not the rows that it hands out: 2,048 rows of 10 MB
/// each would else end in the kernel's killing of this process or of another one.
pub fn leave_memory_to_others(wanted: Option<u64>) {
    let bytes = (memory_bytes() / 5 * 4).max(wanted.map_or(0, |wanted| wanted.saturating_add(wanted / 4)));
    let mut limit = getrlimit(Resource::Data);
    limit.current = [limit.current, limit.maximum, Some(bytes)].into_iter().flatten().min();
    // Without it queries run as they do with it.
    let _ = setrlimit(Resource::Data, limit);
}

/// Where neither can be read (no Linux), so that the default limit is 4 GB.
const FALLBACK_BYTES: u64 = 8 << 30;

/// `MemTotal:       24566128 kB`.
fn meminfo_total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// The wall clock, in ticks.
pub fn wall_clock() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    crate::ticks::UNIX_EPOCH + i64::try_from(since.as_nanos() / 100).unwrap_or(0)
}

/// Whether the terminal shows more than ASCII: the first of the locale's variables that is set decides.
pub fn utf8_locale() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let value = set.unwrap_or_default().to_ascii_lowercase();
    value.contains("utf-8") || value.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_end_is_given_up() {
        let error = read_at_most(Path::new("/dev/zero"), 1 << 20).expect_err("has no end");
        assert_eq!(error.to_string(), "it is larger than 1 MB");
        assert_eq!(read_at_most(Path::new("/dev/null"), 0).expect("reads"), b"");
    }

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(meminfo_total("MemFree: 1 kB\nMemTotal:       24566128 kB\n"), Some(25_155_715_072));
        assert!(memory_bytes() > 64 << 20);
    }

    #[test]
    fn this_process_lives_and_none_has_the_largest_number() {
        assert!(process_lives(std::process::id()));
        assert!(process_lives(1));
        assert!(!process_lives(i32::MAX as u32));
    }

    #[test]
    fn only_what_the_dead_left_is_swept() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let own = format!("spill-{}-0", std::process::id());
        for name in ["spill-2147483647-0", &own, "hunts", "spill-x", "other-2147483647"] {
            fs::create_dir(folder.path().join(name))?;
        }
        fs::write(folder.path().join("spill-2147483646.wal"), "")?;
        sweep(folder.path(), "spill-");
        let left = |name: &str| folder.path().join(name).exists();
        assert!(!left("spill-2147483647-0") && !left("spill-2147483646.wal"));
        assert!(left(&own) && left("hunts") && left("spill-x") && left("other-2147483647"));
        Ok(())
    }
}
