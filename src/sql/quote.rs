//! The one way of names and texts into SQL. Knows DuckDB's lexer, nothing of queries.

/// The null character, since SQL goes to DuckDB as a C string and an escape string literal refuses it; and
/// the one that ends lines of SQL while it is being written.
const SPLICED: [char; 2] = ['\0', super::block::BREAK];

/// A text as an expression of SQL, exact for every text. It needs no parentheses.
pub fn text(value: &str) -> String {
    if !value.contains(SPLICED) {
        return literal(value);
    }
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find(SPLICED) {
        parts.push(literal(&rest[..at]));
        parts.push(format!("chr({})", u32::from(rest.as_bytes()[at])));
        rest = &rest[at + 1..];
    }
    parts.push(literal(rest));
    format!("({})", parts.join(" || "))
}

/// A name as an identifier. Names are ours or a schema's; one with a null character is refused when it runs.
pub fn name(value: &str) -> String {
    quoted(value, '"', "\"\"")
}

fn literal(value: &str) -> String {
    quoted(value, '\'', "''")
}

fn quoted(value: &str, quote: char, twice: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push(quote);
    for (at, part) in value.split(quote).enumerate() {
        if at > 0 {
            text.push_str(twice);
        }
        text.push_str(part);
    }
    text.push(quote);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_nulls_spliced() {
        assert_eq!(text("it's"), "'it''s'");
        assert_eq!(text("a\0'"), "('a' || chr(0) || '''')");
        assert_eq!(text("\u{1}b"), "('' || chr(1) || 'b')");
        assert_eq!(text("\\'; drop--"), "'\\''; drop--'");
        assert_eq!(name("a\"b"), "\"a\"\"b\"");
    }
}
