//! What an editor of queries asks: colors, a form, completion, what is known of a word, and the query at the cursor. Pure; knows no
//! screen.

pub mod complete;
pub mod format;
pub mod fuzzy;
pub mod highlight;
pub mod hover;
pub mod names;
pub mod signature;

pub use crate::syntax::statement_at;
