//! From the typed plan to SQL text.

pub mod quote;
