//! Typed plan to SQL: one SELECT, few blocks, every column named. Knows DuckDB; decides no name and no type.

mod block;
mod copies;
mod expr;
mod inlined;
mod literal;
mod most;
mod node;
mod parens;
pub mod quote;
mod scan;
mod ties;
mod union;
mod uses;
mod walk;

use crate::plan::Plan;
pub use expr::order_key;
pub use ties::{choices, ties, ties_of_first};

/// The longest SQL that is written.
pub const BYTES_MAX: usize = 16 << 20;

/// The SQL of a plan: exactly one SELECT. Its columns are the result's in order, under internal names.
/// With a source text each block says in comments which operators of the text it does.
///
/// `None` when that would be longer than [`BYTES_MAX`]: SQL says some operands twice, which doubles what
/// nests.
pub fn write(plan: &Plan, source: Option<&str>) -> Option<String> {
    node::Writer::new(plan, source).query()
}
