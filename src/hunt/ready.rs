//! Whether a hunt can be run on the tables that are there. Pure.

use crate::compile::{Options, compile};
use crate::diag::{Diagnostic, any_error, code};
use crate::schema::Schema;
use crate::span::line_column;

/// What stands in a hunt's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    Yes,
    /// Tables that it reads and the data lack.
    NoTable(Vec<String>),
    /// A mistake in its text, with its place.
    Wrong(String),
}

/// Looks at a text without running it.
pub fn ready(text: &str, schema: &Schema, options: &Options) -> Ready {
    judge(text, &compile(text, schema, options).diagnostics)
}

/// What a compiler's remarks on a text amount to.
pub fn judge(text: &str, diagnostics: &[Diagnostic]) -> Ready {
    if !any_error(diagnostics) {
        return Ready::Yes;
    }
    let mut tables: Vec<String> = Vec::new();
    for found in diagnostics.iter().filter(|found| found.code == code::UNKNOWN_TABLE) {
        let name = found.span.text(text).trim_matches(['"', '\'']).to_owned();
        if !tables.contains(&name) {
            tables.push(name);
        }
    }
    match tables.is_empty() {
        true => Ready::Wrong(first_error(text, diagnostics)),
        false => Ready::NoTable(tables),
    }
}

/// The first error, with its place.
pub fn first_error(text: &str, diagnostics: &[Diagnostic]) -> String {
    let error = diagnostics.iter().find(|found| found.is_error());
    error.map_or_else(String::new, |found| {
        let (line, column) = line_column(text, found.span.start);
        format!("{line}:{column}: {} {}", found.code, found.message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Table, TableColumn};
    use crate::types::Type;

    #[test]
    fn tables_that_lack_are_named_before_mistakes() {
        let columns = vec![TableColumn::new("UserId", Type::String)];
        let table = Table { name: "OfficeActivity".into(), from: "\"OfficeActivity\"".into(), columns };
        let schema = Schema { tables: vec![table], ..Schema::default() };
        let of = |text: &str| ready(text, &schema, &Options::default());
        assert_eq!(of("OfficeActivity | count"), Ready::Yes);
        let both = "SigninLogs | join kind=inner (OfficeActivity) on UserId | union SigninLogs";
        assert_eq!(of(both), Ready::NoTable(vec!["SigninLogs".into()]));

        let found = of("OfficeActivity\n| where UserIdd == 'x'");
        assert!(matches!(&found, Ready::Wrong(what) if what.starts_with("2:9: KS142")), "{found:?}");
    }
}
