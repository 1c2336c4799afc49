//! What is known of the word at a cursor, and of the call that a cursor is in.

use super::complete::{Completer, Kind, Learned, call_at};
use super::signature::{Signature, signatures};
use crate::catalog;
use crate::facts::Options;
use crate::schema::Schema;
use crate::syntax::token::TokenKind;
use crate::syntax::tokens;

/// What is known of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub word: String,
    /// Paragraphs.
    pub lines: Vec<String>,
}

/// What is known of the word at a cursor: what completion would say of it there.
pub fn hover(
    completer: &mut Completer,
    text: &str,
    cursor: usize,
    schema: &Schema,
    options: &Options,
) -> Option<Hover> {
    let holds = |token: &&crate::syntax::token::Token| {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        token.kind == TokenKind::Word && start <= cursor && cursor <= end
    };
    let tokens = tokens(text);
    let token = tokens.iter().rfind(holds)?;
    let word = token.span.text(text).to_owned();
    let found = completer.complete(text, token.span.end as usize, schema, options, &Learned::default());
    let item = found.items.into_iter().find(|item| item.label == word);
    let called = item.as_ref().is_none_or(|item| matches!(item.kind, Kind::Function | Kind::Aggregate));
    let mut lines: Vec<String> = Vec::new();
    let known = completer.names(text, token.span.end as usize, schema, options).to_vec();
    let sigs = if called { signatures(&word, &known) } else { Vec::new() };
    lines.extend(sigs.iter().map(Signature::shown));
    match (&item, sigs.first()) {
        (_, Some(sig)) => lines.push(sig.doc.clone()),
        (Some(item), None) => {
            lines.push(format!("{} {}", item.kind.name(), item.detail).trim_end().to_owned());
            lines.push(item.doc.clone());
        }
        (None, None) => return None,
    }
    let row = catalog::aggregate(&word).or_else(|| catalog::function(&word)).filter(|_| called);
    lines.extend(row.filter(|row| !row.example.0.is_empty()).map(|row| {
        let (query, value) = row.example;
        format!("{query}  gives {value}")
    }));
    lines.retain(|line| !line.is_empty());
    Some(Hover { word, lines })
}

/// The call that a cursor is in: a signature that takes as many arguments, and the argument's index.
pub fn call(
    completer: &mut Completer,
    text: &str,
    cursor: usize,
    schema: &Schema,
    options: &Options,
) -> Option<(Signature, usize)> {
    let (name, argument) = call_at(text, cursor)?;
    let sigs = signatures(&name, completer.names(text, cursor, schema, options));
    let fits = |sig: &&Signature| sig.param(argument).is_some();
    let sig = sigs.iter().find(fits).or(sigs.first())?;
    Some((sig.clone(), argument))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::tables::schema;

    fn told(text: &str) -> String {
        let cursor = text.find('‸').expect("a cursor");
        let text = text.replacen('‸', "", 1);
        let found = hover(&mut Completer::default(), &text, cursor, &schema(), &Options::default());
        found.map_or(String::new(), |found| found.lines.join(" | "))
    }

    #[test]
    fn words_are_told() {
        assert!(told("OfficeActivity | where Us‸erId == 1").starts_with("column string | UserId of Office"));
        assert!(told("OfficeActivity | whe‸re UserId == 1").starts_with("operator"));
        assert!(told("print strl‸en('a')").starts_with("strlen(text): long | "));
        assert!(told("let f = (a:long) { a }; print ‸f(1)").starts_with("f(a:long)"));
        assert!(
            told("OfficeActivity | join kind=left‸anti (T) on a").starts_with("value | Rows of the left")
        );
        assert_eq!(told("print 'strl‸en'"), "");
    }

    #[test]
    fn calls_are_told() {
        let mut completer = Completer::default();
        let mut call = |text: &str| {
            let (sig, argument) = call(&mut completer, text, text.len(), &schema(), &Options::default())?;
            Some((sig.name, argument))
        };
        assert_eq!(call("print strcat('a', tostring(1), "), Some(("strcat".into(), 2)));
        assert_eq!(call("OfficeActivity | summarize dcount("), Some(("dcount".into(), 0)));
        assert_eq!(call("OfficeActivity | where (a"), None);
        assert_eq!(call("print strlen('a')"), None);
        assert_eq!(call("let f = (a:long) { a }; print f("), Some(("f".into(), 0)));
        assert_eq!(call("print f("), None, "another text has no such function");
    }
}
