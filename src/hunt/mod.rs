//! Hunting logic over values and small tables: no screen, no engine, no files.

pub mod pack;
