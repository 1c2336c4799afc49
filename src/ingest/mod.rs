//! Loading files.

pub mod base64;
pub mod cell;
pub mod cut;
pub mod json;
pub mod quarantine;
pub mod rows;
pub mod source;
pub mod time;
