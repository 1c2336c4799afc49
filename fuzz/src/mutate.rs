//! Changes of a text by tokens, so that most results are nearly KQL: half of all changes, the others are
//! libFuzzer's own of bytes.

use std::sync::LazyLock;

use kqlhunt::catalog;
use kqlhunt::syntax::words::WORDS;
use kqlhunt::syntax::{BINARY_OPS, LIST_OPS, OPERATORS, tokens};
use kqlhunt::types::TYPES;

use crate::checks::SCHEMA;
use crate::generate::{Random, query};

/// libFuzzer's hook: changes `data[..size]` in place and gives the new size.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random::new(u64::from(seed));
    let text = match (random.below(8), std::str::from_utf8(&data[..size])) {
        (0, _) => query(&mut random),
        (1..5, Ok(text)) => changed(text, &mut random),
        _ => return libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    };
    let mut length = text.len().min(max_size).min(data.len());
    while !text.is_char_boundary(length) {
        length -= 1;
    }
    data[..length].copy_from_slice(&text.as_bytes()[..length]);
    length
}

/// Up to four tokens replaced, doubled, moved, dropped or inserted.
fn changed(text: &str, random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..=random.below(4) {
        let tokens = tokens(&text);
        let piece = piece(random);
        if tokens.is_empty() {
            text.push_str(&piece);
            continue;
        }
        let (one, other) = (tokens[random.below(tokens.len())].span, tokens[random.below(tokens.len())].span);
        let (from, to) = (one.start.min(other.start) as usize, one.end.max(other.end) as usize);
        let (start, end) = (one.start as usize, one.end as usize);
        match random.below(7) {
            0 => text.replace_range(start..end, &piece),
            1 => text.insert_str(end, &format!(" {piece} ")),
            2 => text.replace_range(start..end, ""),
            3 => text.replace_range(start..end, &other.text(&text.clone()).to_owned()),
            4 if to - from < 200 => text.insert_str(to, &text[from..to].to_owned()),
            5 if to - from < 200 => text.replace_range(from..to, &format!("({})", &text[from..to])),
            _ => text.replace_range(from..to, ""),
        }
    }
    text
}

/// A piece of a query: a word, an operator, a name, a literal.
fn piece(random: &mut Random) -> String {
    static PIECES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut all: Vec<String> = LITERALS.iter().map(|literal| (*literal).to_owned()).collect();
        all.extend(WORDS.iter().map(|row| row.0.to_owned()));
        all.extend(OPERATORS.iter().map(|row| format!("| {} ", row.name)));
        all.extend(BINARY_OPS.iter().map(|row| row.0.to_owned()));
        all.extend(LIST_OPS.iter().map(|row| row.0.to_owned()));
        all.extend(TYPES.iter().map(|row| row.name.to_owned()));
        all.extend(catalog::names().map(|name| format!("{name}(")));
        for table in &SCHEMA.tables {
            all.push(table.name.clone());
            all.extend(table.columns.iter().step_by(4).map(|column| column.name.clone()));
        }
        all.extend(
            SCHEMA
                .tables
                .iter()
                .rev()
                .take(1)
                .flat_map(|table| &table.columns)
                .map(|column| column.name.clone()),
        );
        all
    });
    match random.below(12) {
        0 => (*random.pick(LITERALS)).to_owned(),
        _ => random.pick(&PIECES).clone(),
    }
}

const LITERALS: &[&str] = &[
    "1",
    "0",
    "-1",
    "9223372036854775807",
    "9223372036854775808",
    "0x7fffffffffffffff",
    "1.5",
    "1e308",
    "1e999",
    "1d",
    "1.5h",
    "99999999999d",
    "1tick",
    "'x'",
    "\"\"",
    "@'a\\'",
    "```\n```",
    "h'x'",
    "true",
    "null",
    "dynamic(null)",
    "dynamic({\"a\":[1,{\"b\":null}]})",
    "dynamic([1,2,3])",
    "datetime(2026-05-14)",
    "datetime(0001-01-01)",
    "datetime(9999-12-31 23:59:59.9999999)",
    "datetime(null)",
    "timespan(1.02:03:04)",
    "long(null)",
    "int(1)",
    "real(nan)",
    "real(+inf)",
    "decimal(1.1)",
    "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)",
    "bool(null)",
    "typeof(long)",
    "now()",
    "ago(1h)",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    "|",
    ".",
    "..",
    ":",
    "=",
    "=>",
    "*",
    "$left.a",
    "['a b']",
    "// x\n",
    "#",
    "let x = ",
    "(a:long)",
    "{ ",
    "é",
    "\u{202e}",
    "😀",
    "\u{0}",
    "\n",
    "\n\n",
    "by ",
    "on ",
    "with (",
    "kind=",
    "T | ",
    "union ",
    "toscalar(",
    "materialize(",
    "in (",
    "!in~ (",
    "between (1 .. 2)",
    "case(",
    "bin(",
    "1d)",
];
