//! Text to tokens to AST. Never fails: what cannot be read becomes an error node and a diagnostic.

pub mod ast;
