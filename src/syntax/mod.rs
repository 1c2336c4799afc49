//! Text to tokens to AST. Never fails: what cannot be read becomes an error node and a diagnostic.

pub mod ast;
pub mod below;
mod blocks;
pub mod constant;
mod dynamic;
mod expr;
mod hints;
pub mod lexer;
mod literal;
mod operand;
mod ops;
mod parser;
mod pattern;
mod pipe;
mod statement;
pub mod token;
mod unknown;
pub mod words;

pub use blocks::{statement_at, statements};
pub use expr::{BINARY_OPS, LIST_OPS};
pub use lexer::tokens;
pub use ops::{OPERATORS, Operator, Start};
pub use parser::{DEPTH_MAX, TEXT_MAX, parse};
pub use pipe::{OPERATORS_MAX, is_param};
