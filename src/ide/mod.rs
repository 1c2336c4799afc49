//! What an editor of queries asks: colors, a form, completion, and the query at the cursor. Pure; knows no
//! screen.

pub mod complete;
pub mod format;
pub mod fuzzy;
pub mod highlight;
pub mod signature;

pub use crate::syntax::statement_at;
