//! What KQL offers, as data: one row a function, aggregate, operator and table column. Read by the
//! plan, the SQL writer, completion, help and docs. Knows types only; no syntax, no plan.

pub mod agg;
pub mod cond;
pub mod datetime;
pub mod dynamic;
pub mod func;
pub mod tables;

use func::Func;

/// Every scalar function, family by family.
pub fn functions() -> impl Iterator<Item = &'static Func> {
    [cond::ROWS, datetime::ROWS, dynamic::ROWS].into_iter().flatten()
}

pub fn aggregates() -> impl Iterator<Item = &'static Func> {
    agg::ROWS.iter()
}

/// The scalar function of this name; names are case-sensitive.
pub fn function(name: &str) -> Option<&'static Func> {
    functions().find(|row| row.named(name))
}

/// The aggregate of this name.
pub fn aggregate(name: &str) -> Option<&'static Func> {
    aggregates().find(|row| row.named(name))
}

/// Every name that a call may have.
pub fn names() -> impl Iterator<Item = &'static str> {
    functions()
        .chain(aggregates())
        .flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()))
}
