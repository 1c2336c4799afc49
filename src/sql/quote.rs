//! The one way of names and texts into SQL. Knows DuckDB's lexer, nothing of queries.

/// A text as an expression of SQL, exact for every text. It needs no parentheses.
pub fn text(value: &str) -> String {
    if !value.contains('\0') {
        return literal(value);
    }
    // SQL goes to DuckDB as a C string, and an escape string literal refuses the null character.
    let parts: Vec<String> = value.split('\0').map(literal).collect();
    format!("({})", parts.join(" || chr(0) || "))
}

/// A name as an identifier. Names are ours or a schema's; one with a null character is refused when it runs.
pub fn name(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_nulls_spliced() {
        assert_eq!(text("it's"), "'it''s'");
        assert_eq!(text("a\0'"), "('a' || chr(0) || '''')");
        assert_eq!(text("\\'; drop--"), "'\\''; drop--'");
        assert_eq!(name("a\"b"), "\"a\"\"b\"");
    }
}
