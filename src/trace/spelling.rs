//! Ways to write one value: what else a table may call it, and how a column is brought to the spelling of another.

use std::net::Ipv6Addr;

use super::Ask;
use crate::compile::{quoted, reference};
use crate::hunt::defang::defanged;
use crate::value::Value;

/// An address without brackets, port, scope and the spelling of IPv4 as IPv6.
const BARE: &str = r#"@"^\[?(?:::[Ff]{4}:)?([0-9.]+|[0-9A-Fa-f:]+?)(?:%[^\]:]*)?\]?(?::\d+)?$""#;

/// How the same may be written elsewhere: without blanks and a last point, fanged and defanged, an address alone.
pub(super) fn others(value: &str, ask: &mut Ask) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let trimmed = value.trim().trim_end_matches('.');
    let fanged = fanged(trimmed);
    let address = ask(&format!("print kqlhunt_address({})", quoted(&fanged))).unwrap_or_default();
    let address = address.rows.first().and_then(|row| row.first()).map(Value::text).unwrap_or_default();
    let spelled = spellings(&fanged);
    for other in [trimmed.to_owned(), defanged(&fanged), fanged, address].into_iter().chain(spelled) {
        if !other.is_empty() && !other.eq_ignore_ascii_case(value) && !found.contains(&other) {
            found.push(other);
        }
    }
    found
}

/// An address of IPv6 in short, without and with all of its zeros.
fn spellings(text: &str) -> Vec<String> {
    let Ok(address) = text.parse::<Ipv6Addr>() else { return Vec::new() };
    let groups =
        |write: fn(&u16) -> String| address.segments().iter().map(write).collect::<Vec<_>>().join(":");
    vec![address.to_string(), groups(|group| format!("{group:x}")), groups(|group| format!("{group:04x}"))]
}

/// `203[.]0[.]113[.]9` and `hxxp://` as they work.
fn fanged(text: &str) -> String {
    let mut fanged = text.to_owned();
    for (written, meant) in [("[.]", "."), ("(.)", "."), ("[:]", ":"), ("hxxp", "http"), ("hXXp", "http")] {
        fanged = fanged.replace(written, meant);
    }
    fanged
}

/// Expressions that bring a column of texts to the spelling that others have, the gentlest first.
pub(super) fn mended(column: &str) -> [String; 6] {
    let column = reference(column);
    [
        format!("extract({BARE}, 1, {column})"),
        format!(r#"trim(@"\s+", {column})"#),
        format!("tolower({column})"),
        format!(r#"tolower(trim(@"[\s.]+", {column}))"#),
        format!(r#"replace_string({column}, "[.]", ".")"#),
        format!("kqlhunt_address({column})"),
    ]
}

/// A value as it is read: what cannot be seen is told.
pub(super) fn visible(text: &str) -> String {
    match text {
        "" => "empty".into(),
        text if text.trim().len() < text.len() => quoted(text),
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ColumnType, Type};
    use crate::value::Grid;

    #[test]
    fn other_spellings_are_told_once() {
        let address = |text: &str| {
            let text = text.to_owned();
            move |_: &str| {
                let columns = vec![ColumnType::new("print_0", Type::String)];
                Ok(Grid { columns, rows: vec![vec![Value::String(text.clone())]] })
            }
        };
        assert_eq!(
            others("203.0.113.1:443", &mut address("203.0.113.1")),
            ["203[.]0[.]113[.]1:443", "203.0.113.1"]
        );
        assert_eq!(others(" Evil[.]example. ", &mut address("")), ["Evil[.]example", "Evil.example"]);
        assert_eq!(
            others("2001:db8::7", &mut address("2001:db8::7")),
            ["2001[:]db8[:][:]7", "2001:db8:0:0:0:0:0:7", "2001:0db8:0000:0000:0000:0000:0000:0007"]
        );
        assert_eq!(others("9f86d081", &mut address("")), Vec::<String>::new());
    }

    #[test]
    fn blanks_are_seen() {
        assert_eq!(["", "a b", "a "].map(visible), ["empty", "a b", "\"a \""]);
    }
}
