//! Settings of a user, below the command line and the environment: `config.yaml` in the place for it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Global;
use super::exit::{Exit, Failure};
use crate::places;

/// What the file may say. Anything else in it is an error, so that a misspelt setting is not lost.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    db: Option<PathBuf>,
    memory: Option<String>,
    threads: Option<NonZeroUsize>,
    ascii: Option<bool>,
    files: Option<PathBuf>,
    functions: Option<PathBuf>,
    geo: Option<PathBuf>,
}

/// The arguments, completed from the environment and the file.
///
/// # Errors
/// The file is there and cannot be read, or says something else than settings.
pub fn complete(arguments: &Global) -> Result<Global, Failure> {
    let mut global = arguments.clone();
    if global.db.is_none() && !global.sample {
        global.db = std::env::var_os("KQLHUNT_DB").filter(|path| !path.is_empty()).map(PathBuf::from);
    }
    // Without a home there is no file.
    if let Ok(path) = places::config_file() {
        match std::fs::read_to_string(&path) {
            Ok(text) => apply(&mut global, &text, &path)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::input(&path, &error)),
        }
    }
    check_folders(&global)?;
    Ok(global)
}

/// A folder that is named and not there would look like one in which nothing is supplied.
fn check_folders(global: &Global) -> Result<(), Failure> {
    let named = [("--files", &global.files), ("--functions", &global.functions)];
    for (option, path) in named {
        if let Some(path) = path.as_deref().filter(|path| !path.is_dir()) {
            let message = format!("{option}: {} is no folder", path.display());
            return Err(Failure::new(Exit::NoInput, message));
        }
    }
    match global.geo.as_deref().filter(|path| !path.is_file()) {
        Some(path) => Err(Failure::new(Exit::NoInput, format!("--geo: {} is no file", path.display()))),
        None => Ok(()),
    }
}

fn apply(global: &mut Global, text: &str, path: &Path) -> Result<(), Failure> {
    let wrong = |what: String| Failure::new(Exit::Usage, format!("{}: {what}", path.display()));
    let config: Option<Config> = serde_saphyr::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let config = config.unwrap_or_default();
    if global.db.is_none() && !global.sample {
        global.db = config.db;
    }
    if global.memory.is_none() {
        global.memory = config
            .memory
            .map(|size| super::size(&size).map_err(|help| wrong(format!("memory '{size}': {help}"))))
            .transpose()?;
    }
    global.threads = global.threads.or(config.threads);
    global.ascii |= config.ascii.unwrap_or(false);
    global.files = global.files.take().or(config.files);
    global.functions = global.functions.take().or(config.functions);
    global.geo = global.geo.take().or(config.geo);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(mut global: Global, text: &str) -> Result<Global, Failure> {
        apply(&mut global, text, Path::new("config.yaml"))?;
        Ok(global)
    }

    #[test]
    fn the_command_line_wins() {
        let text = "db: /data/hunt.duckdb\nmemory: 2GB\nthreads: 3\nascii: true\nfiles: /data/lists\n";
        let settled = applied(Global::default(), text).expect("reads");
        assert_eq!(settled.db.as_deref(), Some(Path::new("/data/hunt.duckdb")));
        assert_eq!((settled.memory, settled.ascii), (Some(2_000_000_000), true));
        assert_eq!(settled.threads.map(usize::from), Some(3));
        assert_eq!(settled.files.as_deref(), Some(Path::new("/data/lists")));
        let given = Global { sample: true, memory: Some(5), ..Global::default() };
        let settled = applied(given, text).expect("reads");
        assert_eq!((settled.db, settled.memory), (None, Some(5)));
    }

    #[test]
    fn a_misspelt_setting_is_said() {
        assert!(applied(Global::default(), "thread: 3\n").is_err());
        assert!(applied(Global::default(), "memory: lots\n").is_err());
        assert!(applied(Global::default(), "").is_ok());
        assert!(applied(Global::default(), "# nothing yet\n").is_ok());
    }
}
