//! What an editor of queries asks: colors, a form, and the query at the cursor. Pure; knows no screen.

pub mod format;
pub mod highlight;

pub use crate::syntax::statement_at;
