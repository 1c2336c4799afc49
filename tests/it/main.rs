//! The one integration binary, so that DuckDB is linked once. One module an area; cases are files
//! beside it.

#[cfg(feature = "engine")]
mod again;
#[cfg(feature = "engine")]
mod behind;
#[cfg(feature = "engine")]
mod cases;
mod charts;
mod cli;
mod compile;
mod complete;
#[cfg(feature = "engine")]
mod compute;
#[cfg(feature = "engine")]
mod conditions;
#[cfg(feature = "engine")]
mod data;
#[cfg(feature = "engine")]
mod days;
#[cfg(feature = "engine")]
mod different;
#[cfg(feature = "engine")]
mod engine;
mod export;
#[cfg(feature = "engine")]
mod functions;
mod fuzz;
mod hostile;
#[cfg(feature = "engine")]
mod hunts;
mod ingest;
#[cfg(feature = "engine")]
mod journal;
mod layers;
#[cfg(feature = "engine")]
mod library;
#[cfg(feature = "engine")]
mod outside;
#[cfg(feature = "engine")]
mod pages;
mod parquet;
#[cfg(feature = "engine")]
mod pty;
#[cfg(feature = "engine")]
mod queries;
mod random;
#[cfg(feature = "engine")]
mod readme;
mod sandbox;
mod screens;
mod settings;
mod sizes;
#[cfg(feature = "engine")]
mod stories;
#[cfg(feature = "engine")]
mod support;
mod syntax;
#[cfg(feature = "engine")]
mod terminal;
mod terminals;
#[cfg(feature = "engine")]
mod traps;
#[cfg(feature = "engine")]
mod variants;
mod vim;
#[cfg(feature = "engine")]
mod wide;
mod workbench;
mod xlsx;

/// A path of the project, or beside it: of the checkout that runs, since a target folder that several share may
/// hold a binary that another one compiled.
pub fn project(path: &str) -> std::path::PathBuf {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    std::path::Path::new(&root).join(path)
}
