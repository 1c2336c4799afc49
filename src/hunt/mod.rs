//! Hunting logic over values and small tables: no screen, no engine, no files.

pub mod attack;
pub mod card;
pub mod condition;
pub mod coverage;
pub mod defang;
pub mod forms;
pub mod heat;
pub mod hits;
pub mod notes;
pub mod pack;
pub mod pivot;
pub mod ready;
pub mod sweep;
pub mod tlp;
