//! kqlhunt: KQL over Microsoft 365 and Sentinel data in an embedded DuckDB.
//!
//! A query goes one way down: text, tokens, AST, typed plan, SQL blocks, SQL text; see
//! docs/ARCHITECTURE.md for the map of the folders.
#![deny(unsafe_code)]

pub mod app;
pub mod batch;
pub mod catalog;
pub mod chart;
pub mod cli;
pub mod compile;
pub mod contained;
pub mod diag;
pub mod display;
#[cfg(feature = "engine")]
pub mod engine;
pub mod error;
pub mod export;
pub mod facts;
pub mod heap;
pub mod hunt;
pub mod ide;
pub mod ingest;
pub mod journal;
pub mod kernels;
pub mod library;
pub mod outside;
pub mod places;
pub mod plan;
pub mod quick;
pub mod report;
pub mod schema;
pub mod span;
pub mod sql;
pub mod stack;
pub mod stix;
#[cfg(feature = "engine")]
pub mod sweep;
pub mod syntax;
pub mod sys;
pub mod ticks;
pub mod trace;
pub mod tui;
pub mod types;
pub mod value;
pub mod zone;
