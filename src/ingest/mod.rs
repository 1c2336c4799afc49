//! Loading files.

pub mod cell;
pub mod cut;
pub mod json;
pub mod rows;
pub mod time;
