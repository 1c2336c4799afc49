//! `kqlhunt ingest`: loads files into a database.

use std::path::PathBuf;

use clap::Args;

use super::Global;
use super::exit::{Exit, Failure};
use super::time;

#[derive(Args, Clone, Debug)]
pub struct IngestArgs {
    /// Files and folders to load; - is stdin
    #[arg(value_name = "FILE|DIR|-", required = true)]
    pub paths: Vec<PathBuf>,
    /// The table for rows that do not say theirs
    #[arg(long, value_name = "TABLE")]
    pub table: Option<String>,
    /// The TimeGenerated of indicators from STIX bundles; default: now
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub ingested_at: Option<i64>,
    /// Load also what was loaded before
    #[arg(long)]
    pub again: bool,
    /// How to write the summary
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
}

pub fn run(global: &Global, args: &IngestArgs) -> Result<Exit, Failure> {
    let _ = (global, args);
    Err(Failure::new(Exit::Engine, "ingest is not there yet"))
}
