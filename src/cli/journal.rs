//! Runs of the command line in the journal.

use super::data::Chosen;
use super::exit::Failure;
use super::{Global, report};
use crate::engine::Engine;
use crate::journal::{self, DataName, Entry};

/// What the data of a run are called.
pub fn data_name(chosen: &Chosen, engine: &mut Engine) -> Result<DataName, Failure> {
    let path = match chosen {
        Chosen::Database(path) | Chosen::DefaultDatabase(path) => Some(std::path::absolute(path)?),
        Chosen::Sample | Chosen::DefaultSample | Chosen::Tables(_) => None,
    };
    Ok(DataName { title: chosen.title(), path, fingerprint: engine.fingerprint()? })
}

/// Adds a run to the journal, unless the user does not want that. That it cannot be kept is said and stops nothing.
pub fn keep(global: &Global, run: &Entry) {
    // Without a home there is no journal.
    if global.no_journal || journal::journal_file().is_err() {
        return;
    }
    if let Err(error) = journal::keep(run) {
        report::say(&format!("the run is not in the journal: {error}"));
    }
}
