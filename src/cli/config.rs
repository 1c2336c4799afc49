//! Settings of a user, below the command line and the environment: `config.yaml` in the place for it.

use std::fmt;
use std::io::ErrorKind;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::Global;
use super::exit::{Exit, Failure};
use crate::places;

/// What the file may say. Anything else in it is an error, so that a misspelt setting is not lost.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub db: Option<Spanned<PathBuf>>,
    pub memory: Option<Spanned<String>>,
    pub threads: Option<Spanned<NonZeroUsize>>,
    pub ascii: Option<Spanned<bool>>,
    pub files: Option<Spanned<PathBuf>>,
    pub functions: Option<Spanned<PathBuf>>,
    pub geo: Option<Spanned<PathBuf>>,
    /// Folders of hunts.
    pub library: Option<Spanned<OneOrMany>>,
    pub keys: Option<Spanned<Keys>>,
    pub mouse: Option<Spanned<bool>>,
    pub hide_empty: Option<Spanned<bool>>,
    /// Where copies go.
    pub clipboard: Option<Spanned<OneOrMany>>,
    pub tz: Option<Spanned<String>>,
    /// Slot and style.
    pub theme: Pairs<Spanned<String>>,
    /// Context, action and its keys.
    pub keymap: Pairs<Pairs<Spanned<OneOrMany>>>,
}

/// The keys of the query pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keys {
    Default,
    Vim,
}

impl fmt::Display for Keys {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str(match self {
            Keys::Default => "default",
            Keys::Vim => "vim",
        })
    }
}

/// A mapping in the order of the file.
#[derive(Debug)]
pub struct Pairs<V>(pub Vec<(String, V)>);

impl<V> Default for Pairs<V> {
    fn default() -> Self {
        Pairs(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Pairs<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for Reader<V> {
            type Value = Pairs<V>;

            fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
                text.write_str("names with values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                Ok(Pairs::default())
            }
        }

        deserializer.deserialize_any(Reader(PhantomData))
    }
}

/// One text or a list of them: `F5`, or `[F5, Ctrl-R]`.
#[derive(Debug)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = OneOrMany;

            fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
                text.write_str("a text, or a list of texts")
            }

            fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![key.to_string()]))
            }

            // `1` is a key as well.
            fn visit_u64<E: serde::de::Error>(self, key: u64) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![key.to_string()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = list.next_element()? {
                    keys.push(key);
                }
                Ok(OneOrMany(keys))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

/// The file with what it says; nothing is said where there is none.
pub struct File {
    pub path: PathBuf,
    pub config: Config,
}

impl File {
    /// # Errors
    /// The file is there and cannot be read, or says something else than settings.
    pub fn read() -> Result<File, Failure> {
        // Without a home there is no file.
        let Ok(path) = places::config_file() else {
            return Ok(File { path: PathBuf::new(), config: Config::default() });
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => File::parse(path, &text),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Ok(File { path, config: Config::default() })
            }
            Err(error) => Err(Failure::input(&path, &error)),
        }
    }

    fn parse(path: PathBuf, text: &str) -> Result<File, Failure> {
        match serde_saphyr::from_str::<Option<Config>>(text) {
            Ok(config) => Ok(File { config: config.unwrap_or_default(), path }),
            Err(error) => Err(Failure::new(Exit::Usage, format!("{}: {error}", path.display()))),
        }
    }

    /// A mistake in a line of the file.
    pub fn wrong(&self, line: u64, what: impl fmt::Display) -> Failure {
        Failure::new(Exit::Usage, self.at(line, what))
    }

    /// Something said of a line of the file, short enough for one row of a screen.
    pub fn note(&self, line: u64, what: impl fmt::Display) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        format!("{name}:{line}: {what}")
    }

    /// Something said of a line of the file.
    pub fn at(&self, line: u64, what: impl fmt::Display) -> String {
        format!("{}:{line}: {what}", self.path.display())
    }
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
    apply(&mut global, File::read()?)?;
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
    super::library::check(&global.library)?;
    match global.geo.as_deref().filter(|path| !path.is_file()) {
        Some(path) => Err(Failure::new(Exit::NoInput, format!("--geo: {} is no file", path.display()))),
        None => Ok(()),
    }
}

fn apply(global: &mut Global, file: File) -> Result<(), Failure> {
    if let (None, Some(size)) = (global.memory, &file.config.memory) {
        let wrong = |help| file.wrong(size.referenced.line(), format!("memory '{}': {help}", size.value));
        global.memory = Some(super::size(&size.value).map_err(wrong)?);
    }
    let config = file.config;
    let path = |path: Option<Spanned<PathBuf>>| path.map(|path| path.value);
    if global.db.is_none() && !global.sample {
        global.db = path(config.db);
    }
    global.threads = global.threads.or(config.threads.map(|threads| threads.value));
    global.ascii |= config.ascii.is_some_and(|ascii| ascii.value);
    global.files = global.files.take().or(path(config.files));
    global.functions = global.functions.take().or(path(config.functions));
    global.geo = global.geo.take().or(path(config.geo));
    if global.library.is_empty() {
        let folders = config.library.map(|folders| folders.value.0).unwrap_or_default();
        global.library = folders.into_iter().map(PathBuf::from).collect();
    }
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use std::path::Path;

    use super::*;

    pub fn parsed(text: &str) -> Result<File, Failure> {
        File::parse(PathBuf::from("config.yaml"), text)
    }

    fn applied(mut global: Global, text: &str) -> Result<Global, Failure> {
        apply(&mut global, parsed(text)?)?;
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
        let wrong = |text| applied(Global::default(), text).expect_err("is refused").message;
        assert!(wrong("thread: 3\n").contains("thread"));
        assert_eq!(wrong("\nmemory: lots\n"), "config.yaml:2: memory 'lots': write it as 512MB, 2GB or 1GiB");
        assert!(applied(Global::default(), "").is_ok());
        assert!(applied(Global::default(), "# nothing yet\n").is_ok());
        assert!(applied(Global::default(), "theme:\nkeymap:\n").is_ok());
    }
}
