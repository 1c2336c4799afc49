//! Engines for tests: the known tables, empty.

use kqlhunt::catalog::tables;
use kqlhunt::engine::store::{NewColumn, Store};
use kqlhunt::engine::{Data, Engine, Options};
use kqlhunt::error::Result;

/// The three tables without rows.
pub fn empty_tables() -> Engine {
    Engine::open(&Data::Memory(create), &Options::default()).expect("opens")
}

fn create(store: &mut Store) -> Result<()> {
    for table in tables::schema().tables {
        let columns: Vec<NewColumn> = table
            .columns
            .into_iter()
            .map(|column| NewColumn {
                name: column.name,
                ty: column.ty,
                alias_of: column.alias_of,
                unlisted: column.unlisted,
            })
            .collect();
        store.ensure_table(&table.name, &columns)?;
    }
    Ok(())
}
