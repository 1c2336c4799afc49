//! The data that a run names, for whoever runs it again.

use std::path::Path;

use super::data::{self, Chosen};
use super::exit::{Exit, Failure};
use super::{Global, journal};
use crate::display::safe;
use crate::engine::Engine;
use crate::journal::{DataName, Entry};

/// The data that are open.
pub struct Open {
    pub chosen: Chosen,
    pub engine: Engine,
    pub name: DataName,
}

/// The data of an entry, unless the user names others.
pub fn chosen(global: &Global, entry: &Entry) -> Chosen {
    match (&global.db, &entry.data.path) {
        (Some(path), _) | (None, Some(path)) if !global.sample => Chosen::Database(path.clone()),
        _ => Chosen::Sample,
    }
}

impl Open {
    /// Opens what was chosen, which the user has named or an entry.
    pub fn new(global: &Global, chosen: Chosen) -> Result<Open, Failure> {
        if let Chosen::Database(path) = &chosen
            && global.db.is_none()
            && !path.exists()
        {
            return Err(gone(path));
        }
        let mut engine = data::open(global, &chosen)?;
        let name = journal::data_name(&chosen, &mut engine)?;
        Ok(Open { chosen, engine, name })
    }

    /// What is to be said where they are not known to be those of an entry.
    pub fn otherwise(&self, entry: &Entry) -> Option<&'static str> {
        match entry.data.fingerprint.as_str() {
            "" => Some("what the data were is not known"),
            before if before != self.name.fingerprint => Some("the data are others than they were"),
            _ => None,
        }
    }
}

fn gone(path: &Path) -> Failure {
    let path = safe(&path.display().to_string()).into_owned();
    let message = format!("the data of this run are not at '{path}'; --db FILE says where they are now");
    Failure::new(Exit::NoInput, message)
}
