//! Engines for tests: the known tables, empty.

use std::sync::Arc;

use kqlhunt::catalog::tables;
use kqlhunt::engine::{Data, Engine, Options};

/// The three tables without rows.
pub fn empty_tables(options: &Options) -> Engine {
    Engine::open(&Data::Tables(Arc::new(tables::schema())), options).expect("opens")
}
