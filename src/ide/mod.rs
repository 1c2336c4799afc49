//! What an editor of queries asks: colors, a form, completion and what is known of a word. Pure; knows no
//! screen.

pub mod complete;
pub mod format;
pub mod fuzzy;
pub mod highlight;
pub mod hover;
pub mod names;
pub mod signature;
