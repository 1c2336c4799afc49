//! Where kqlhunt keeps its files, after the XDG base directory specification, on macOS too. Makes nothing.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy, Xdg};

use crate::error::{Error, Result};

fn base() -> Result<Xdg> {
    Xdg::new().map_err(|_| Error::message("there is no home folder; set HOME, or name a database with --db"))
}

/// The database when none is named: `$XDG_DATA_HOME/kqlhunt/hunt.duckdb`.
pub fn default_database() -> Result<PathBuf> {
    Ok(base()?.data_dir().join("kqlhunt").join("hunt.duckdb"))
}

/// What a session leaves for the next: `$XDG_STATE_HOME/kqlhunt`.
pub fn state_folder() -> Result<PathBuf> {
    let base = base()?;
    Ok(base.state_dir().unwrap_or_else(|| base.data_dir()).join("kqlhunt"))
}

/// What may be lost at any time, such as spilled rows: `$XDG_CACHE_HOME/kqlhunt`.
pub fn cache_folder() -> Result<PathBuf> {
    Ok(base()?.cache_dir().join("kqlhunt"))
}

/// Settings: `$XDG_CONFIG_HOME/kqlhunt/config.yaml`.
pub fn config_file() -> Result<PathBuf> {
    Ok(base()?.config_dir().join("kqlhunt").join("config.yaml"))
}
