//! The effect before a run: what the query needs from outside is put into the engine, or the run is refused.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use super::{Folders, WATCHLISTS, agents, geo, path};
use crate::compile::{self, Options};
use crate::diag::{Diagnostic, any_error};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::facts::{Input, InputSource};
use crate::ingest::external::{Table, content};
use crate::kernels;
use crate::kernels::user_agent::NoRules;
use crate::ticks;

/// The stamp of the file of places that is in force.
static PLACES: InForce = Mutex::new(None);
/// The stamp of the rules for user agents that are in force.
static USER_AGENTS: InForce = Mutex::new(None);

type InForce = Mutex<Option<u64>>;

impl Folders {
    /// What a text needs from outside is put into the engine. What is missing comes back as errors in the
    /// text: with one of them nothing may run; as warnings where it is empty. Done before a query is compiled
    /// to be run, since its columns may depend on these rows.
    ///
    /// Errors: an input is there and cannot be read.
    pub fn supply(&self, engine: &mut Engine, text: &str, options: &Options) -> Result<Vec<Diagnostic>> {
        let results = compile::compile(text, &engine.schema(), options).results;
        let missing = match self.missing_is_empty {
            true => self.missing(&results),
            false => self.refusals(&results),
        };
        if !any_error(&missing) {
            results.iter().try_for_each(|result| self.load(engine, &result.inputs))?;
        }
        Ok(missing)
    }

    /// Puts all inputs of a query into the engine; what is there already and has not changed is not read again.
    ///
    /// Errors: an input is missing, or cannot be read. Nothing may then run.
    fn load(&self, engine: &mut Engine, inputs: &[Input]) -> Result<()> {
        let mut named: Vec<(PathBuf, &str)> = Vec::new();
        for input in inputs {
            let files = match self.find(input) {
                Err(_) if self.missing_is_empty => Vec::new(),
                found => found?,
            };
            one_file_a_name(input, &files, &mut named)?;
            let mut marked = files.clone();
            marked.extend(self.sidecar(input)?);
            let stamp = stamp(&marked)?;
            match &input.source {
                InputSource::Places => once(&PLACES, stamp, || {
                    kernels::geo::set(opened(&files, geo::open, Arc::new(kernels::geo::Nowhere))?);
                    Ok(())
                })?,
                InputSource::UserAgents => once(&USER_AGENTS, stamp, || {
                    kernels::user_agent::set(opened(&files, agents::open, Arc::new(NoRules))?);
                    Ok(())
                })?,
                InputSource::Watchlists => {}
                InputSource::Files { .. } | InputSource::Watchlist { .. } => {
                    if !engine.has_input(&input.table, stamp) {
                        let table = self.read(input, &files)?;
                        engine.put_input(&input.table, &input.columns, &table.batch, stamp)?;
                    }
                }
            }
        }
        let needed: Vec<&str> = inputs.iter().map(|input| input.table.as_str()).collect();
        engine.forget_inputs(&needed)
    }

    fn read(&self, input: &Input, files: &[PathBuf]) -> Result<Table> {
        let mut table = Table::new(&input.columns);
        for file in files {
            let failed = |error: Error| Error::message(format!("{}: {error}", file.display()));
            let text = content(file).map_err(failed)?;
            match &input.source {
                InputSource::Files { layout, .. } => {
                    table.file(&text, &input.columns, layout).map_err(failed)?;
                }
                InputSource::Watchlist { .. } => {
                    let key = self.key(input)?;
                    let updated = modified(file)?;
                    table.watchlist(&text, &input.columns, &key, updated).map_err(failed)?;
                }
                InputSource::Watchlists | InputSource::Places | InputSource::UserAgents => {}
            }
        }
        Ok(table)
    }

    /// The file beside a watchlist that names the column of SearchKey.
    fn sidecar(&self, input: &Input) -> Result<Option<PathBuf>> {
        let (InputSource::Watchlist { alias }, Some(root)) = (&input.source, &self.files) else {
            return Ok(None);
        };
        let parts = [WATCHLISTS.to_owned(), format!("{alias}.key")];
        path::inside(root, &parts).map_err(Error::message)
    }

    /// The column that SearchKey repeats: what the sidecar says, else the file's first.
    fn key(&self, input: &Input) -> Result<String> {
        if let Some(sidecar) = self.sidecar(input)? {
            return Ok(content(&sidecar)?.trim().to_owned());
        }
        let first = input.columns.get(crate::catalog::outside::WATCHLIST_COLUMNS.len());
        let first = first.map(|column| column.name.clone());
        first.ok_or_else(|| Error::message("the watchlist has no column of its own"))
    }
}

/// Two URLs that fall back to one bare name would silently be one file.
fn one_file_a_name<'i>(
    input: &'i Input,
    files: &[PathBuf],
    named: &mut Vec<(PathBuf, &'i str)>,
) -> Result<()> {
    let InputSource::Files { uris, .. } = &input.source else { return Ok(()) };
    for (uri, file) in uris.iter().zip(files) {
        if let Some((_, other)) = named.iter().find(|(known, other)| known == file && other != uri) {
            return Err(Error::message(format!(
                "'{other}' and '{uri}' are both {}; save them below folders of their hosts",
                file.display()
            )));
        }
        named.push((file.clone(), uri));
    }
    Ok(())
}

/// Loads what is not in force yet.
fn once(known: &InForce, stamp: u64, load: impl FnOnce() -> Result<()>) -> Result<()> {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if *known != Some(stamp) {
        load()?;
        *known = Some(stamp);
    }
    Ok(())
}

/// The one file, or what stands for it where it is missing and may be.
fn opened<T: ?Sized>(
    files: &[PathBuf],
    open: fn(&Path) -> Result<Arc<T>>,
    missing: Arc<T>,
) -> Result<Arc<T>> {
    let Some(file) = files.first() else { return Ok(missing) };
    open(file).map_err(|error| Error::message(format!("{}: {error}", file.display())))
}

/// Another number when a file is another one or has changed.
fn stamp(files: &[PathBuf]) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let data = fs::metadata(file).map_err(|error| Error::file(file, error))?;
        (file, data.len(), data.modified().ok()).hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// When the file was written, in ticks.
fn modified(file: &Path) -> Result<i64> {
    let time =
        fs::metadata(file).and_then(|data| data.modified()).map_err(|error| Error::file(file, error))?;
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let ticks = i64::try_from(since.as_nanos() / 100).unwrap_or(0);
    Ok(ticks.saturating_add(ticks::UNIX_EPOCH).clamp(0, ticks::DATETIME_MAX))
}
