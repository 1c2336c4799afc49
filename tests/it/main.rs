//! The one integration binary, so that DuckDB is linked once. One module an area; cases are files
//! beside it.

#[cfg(feature = "engine")]
mod cases;
mod cli;
#[cfg(feature = "engine")]
mod data;
#[cfg(feature = "engine")]
mod engine;
mod export;
#[cfg(feature = "engine")]
mod functions;
mod ingest;
mod layers;
#[cfg(feature = "engine")]
mod queries;
mod sandbox;
mod screens;
mod syntax;
#[cfg(feature = "engine")]
mod traps;
