//! Where the names of `let` and of parameters are given, and where they are used. From the tokens alone, so
//! that it works on any text; a column of the same name it cannot tell apart: [`rename`] asks the compiler.

use crate::compile::compile;
use crate::diag::any_error;
use crate::facts::Options;
use crate::schema::Schema;
use crate::span::Span;
use crate::syntax::token::{Token, TokenKind};
use crate::syntax::tokens;
use crate::syntax::words::reference;

/// A name that is given, and the bytes in which it can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Given {
    name: Span,
    from: u32,
    to: u32,
}

struct Names<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    given: Vec<Given>,
}

/// Where the name at the cursor is given.
pub fn definition(text: &str, cursor: usize) -> Option<Span> {
    let names = Names::new(text);
    let word = names.word_at(cursor)?;
    names.given_for(word).map(|given| given.name)
}

/// Every place of the name at the cursor, the one where it is given among them, in the order of the text.
pub fn references(text: &str, cursor: usize) -> Vec<Span> {
    let names = Names::new(text);
    let Some(given) = names.word_at(cursor).and_then(|word| names.given_for(word)) else { return Vec::new() };
    let word = given.name.text(text);
    let same = |at: &usize| {
        let span = names.tokens[*at].span;
        names.tokens[*at].kind == TokenKind::Word && span.text(text) == word && names.uses(*at, given)
    };
    (0..names.tokens.len()).filter(same).map(|at| names.tokens[at].span).collect()
}

/// The text with the name at the cursor replaced wherever it is used.
///
/// Errors: there is no such name; the new one is no name, or the text would mean something else with it.
pub fn rename(
    text: &str,
    cursor: usize,
    name: &str,
    schema: &Schema,
    options: &Options,
) -> Result<String, String> {
    if reference(name) != name {
        return Err(format!("'{name}' is no plain name"));
    }
    let places = references(text, cursor);
    if places.is_empty() {
        return Err("no let or parameter gives the name at the cursor".into());
    }
    let mut renamed = String::with_capacity(text.len());
    let (mut end, mut moved) = (0, Vec::new());
    for place in &places {
        renamed.push_str(&text[end..place.start as usize]);
        moved.push(Span::new(renamed.len(), renamed.len() + name.len()));
        renamed.push_str(name);
        end = place.end as usize;
    }
    renamed.push_str(&text[end..]);
    // What is never called has no SQL that would tell.
    if references(&renamed, moved[0].start as usize) != moved {
        return Err(format!("there is another '{name}' where the name is used"));
    }
    let (before, after) = (compile(text, schema, options), compile(&renamed, schema, options));
    if any_error(&before.diagnostics) {
        return Err("the query has errors; a name can be changed everywhere once it has none".into());
    }
    let meaning = |compilation: &crate::compile::Compilation| {
        let results = compilation.results.iter();
        results.map(|result| (result.sql.clone(), result.columns.clone())).collect::<Vec<_>>()
    };
    match meaning(&before) == meaning(&after) {
        true => Ok(renamed),
        false => {
            let old = places[0].text(text);
            Err(format!(
                "with '{name}' the query would mean something else; a column may be called so, or '{old}' too"
            ))
        }
    }
}

impl<'t> Names<'t> {
    fn new(text: &'t str) -> Names<'t> {
        let mut tokens = tokens(text);
        tokens.retain(|token| !matches!(token.kind, TokenKind::Comment | TokenKind::Directive));
        let mut names = Names { text, tokens, given: Vec::new() };
        names.collect();
        names
    }

    fn word(&self, at: usize) -> &'t str {
        match self.tokens.get(at) {
            Some(token) if token.kind == TokenKind::Word => token.span.text(self.text),
            _ => "",
        }
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn collect(&mut self) {
        for at in 0..self.tokens.len() {
            if self.word(at) != "let" || self.kind(at + 2) != Some(TokenKind::Assign) {
                continue;
            }
            let close = self.closes(at);
            let from = (at..close).find(|next| self.ends_statement(at, *next)).unwrap_or(close);
            let to = self.tokens.get(close).map_or(self.text.len() as u32, |token| token.span.start);
            let start = self.tokens.get(from).map_or(to, |token| token.span.end);
            self.given.push(Given { name: self.tokens[at + 1].span, from: start.min(to), to });
            self.parameters(at + 3);
        }
    }

    /// The parameters of a function, each in use between the function's braces.
    fn parameters(&mut self, at: usize) {
        let open = if self.word(at) == "view" { at + 1 } else { at };
        if self.kind(open) != Some(TokenKind::LeftParen) {
            return;
        }
        let close = self.closes(open + 1);
        if self.kind(close + 1) != Some(TokenKind::LeftBrace) {
            return;
        }
        let end = self.closes(close + 2);
        let from = self.tokens[close].span.end;
        let to = self.tokens.get(end).map_or(self.text.len() as u32, |token| token.span.start);
        let mut deep = 0;
        for next in open + 1..close {
            match self.kind(next) {
                Some(kind) if kind.opens() => deep += 1,
                Some(kind) if kind.closes() => deep -= 1,
                Some(TokenKind::Word) if deep == 0 && self.kind(next + 1) == Some(TokenKind::Colon) => {
                    self.given.push(Given { name: self.tokens[next].span, from, to });
                }
                _ => {}
            }
        }
    }

    /// The bracket that closes what a token stands in, or the end of the text.
    fn closes(&self, from: usize) -> usize {
        let mut deep = 0;
        for at in from..self.tokens.len() {
            match self.tokens[at].kind {
                kind if kind.opens() => deep += 1,
                kind if kind.closes() && deep == 0 => return at,
                kind if kind.closes() => deep -= 1,
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// Whether a token is the `;` of the statement that begins at another.
    fn ends_statement(&self, start: usize, at: usize) -> bool {
        let deep = self.tokens[start..at].iter().fold(0i32, |deep, token| match token.kind {
            kind if kind.opens() => deep + 1,
            kind if kind.closes() => deep - 1,
            _ => deep,
        });
        deep == 0 && self.tokens[at].kind == TokenKind::Semicolon
    }

    fn word_at(&self, cursor: usize) -> Option<usize> {
        let holds = |span: Span| span.start as usize <= cursor && cursor <= span.end as usize;
        self.tokens.iter().position(|token| token.kind == TokenKind::Word && holds(token.span))
    }

    /// What gives the name that a token is: the innermost and latest before it.
    fn given_for(&self, at: usize) -> Option<Given> {
        let span = self.tokens[at].span;
        if let Some(own) = self.given.iter().find(|given| given.name == span) {
            return Some(*own);
        }
        let after_dot = at > 0 && self.kind(at - 1) == Some(TokenKind::Dot);
        if after_dot {
            return None;
        }
        let word = span.text(self.text);
        let reaches = |given: &&Given| {
            given.name.text(self.text) == word && given.from <= span.start && span.end <= given.to
        };
        self.given.iter().filter(reaches).max_by_key(|given| given.from).copied()
    }

    fn uses(&self, at: usize, given: Given) -> bool {
        // `name = ...` gives a column or an argument that name.
        let named = self.kind(at + 1) == Some(TokenKind::Assign) && self.tokens[at].span != given.name;
        !named && self.given_for(at) == Some(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::tables::schema;

    fn renamed(text: &str, name: &str) -> Result<String, String> {
        let cursor = text.find('‸').expect("a cursor");
        rename(&text.replacen('‸', "", 1), cursor, name, &schema(), &Options::default())
    }

    #[test]
    fn a_name_is_found_where_it_is_given() {
        let text = "let a = 1; let f = (a:long) { let b = a; b + a }; print f(a)";
        let starts = |at: usize| definition(text, at).map(|span| span.start);
        assert_eq!(starts(text.len() - 2), Some(4), "the last one is the first let");
        assert_eq!(starts(text.find("= a").unwrap() + 2), Some(20), "the parameter");
        assert_eq!(references(text, 20).len(), 3);
        assert_eq!(references(text, 4).len(), 2);
        assert_eq!(definition("print a.b", 8), None);
    }

    #[test]
    fn a_name_changes_wherever_it_is_used() {
        assert_eq!(
            renamed("let ‸n = 2; OfficeActivity | extend n = 1 | where n == 1 | take n", "least"),
            Err("with 'least' the query would mean something else; a column may be called so, or 'n' too"
                .into())
        );
        assert_eq!(
            renamed("let ‸n = 2; OfficeActivity | take n // n", "least").as_deref(),
            Ok("let least = 2; OfficeActivity | take least // n")
        );
        assert!(renamed("let ‸n = 2; OfficeActivity | where RecordType == n", "UserId").is_err());
        assert!(renamed("let ‸n = 2; OfficeActivity | take n", "and").is_err());
        assert!(renamed("let n = 2; OfficeActivity | ‸take n", "x").is_err());
        assert!(renamed("let ‸n = 2; OfficeActivity | take", "x").is_err());
    }

    #[test]
    fn names_of_functions_that_are_never_called_stay_apart() {
        let another = Err("there is another 'y' where the name is used".to_owned());
        assert_eq!(renamed("let y = 1; let f = (‸x:long) { x + y }; print 1", "y"), another);
        assert_eq!(renamed("let ‸x = 1; let f = (y:long) { x + y }; print 1", "y"), another);
        assert_eq!(
            renamed("let y = 1; let f = (‸x:long) { x + y }; print 1", "z").as_deref(),
            Ok("let y = 1; let f = (z:long) { z + y }; print 1")
        );
    }
}
