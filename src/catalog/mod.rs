//! What KQL offers, as data: one row a function, aggregate, operator and table column. Read by the
//! plan, the SQL writer, completion, help and docs. Knows types only; no syntax, no plan.

pub mod func;
pub mod tables;
