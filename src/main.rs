//! Parses the arguments and dispatches; nothing else.
#![deny(unsafe_code)]

fn main() {}
