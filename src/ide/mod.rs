//! What an editor of queries asks: colors, and the query at the cursor. Pure; knows no screen.

pub mod highlight;

pub use crate::syntax::statement_at;
