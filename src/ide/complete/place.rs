//! What may stand at a cursor: found from the tokens before it, so that it works on any text.

use super::context::{Inside, Spot};
use super::frames::View;
use crate::catalog::clauses;
use crate::catalog::clauses::{PAIRS, Parameter, Takes, Values};
use crate::span::Span;
use crate::syntax::token::{Token, TokenKind};
use crate::syntax::{BINARY_OPS, LIST_OPS, OPERATORS, tokens};

/// What may stand at the cursor.
#[derive(Clone, Debug, PartialEq)]
pub enum Wants<'t> {
    Nothing,
    /// The start of a statement.
    Statement,
    /// A table, or an operator that gives one.
    Source,
    /// A tabular operator, after a bar.
    Operator,
    Operand(Operand<'t>),
    /// What goes on after an operand.
    Infix {
        /// The operand, when it is one name.
        left: Option<&'t str>,
        /// A comparison stands before it.
        compared: bool,
        words: Vec<&'static str>,
    },
    Words(Vec<&'static str>),
    /// An option of `set`.
    Option,
    /// The value of a parameter.
    Value(Values),
    /// Parameters of a group, by what they begin with: `hint.`.
    Hints(&'static [Parameter]),
    /// Columns of a join's left or right side.
    Side(Side),
    /// What follows a column, and the properties that are written already.
    Path(Vec<&'t str>),
    /// The inside of a text that a column or a property is compared with.
    Text(Vec<&'t str>),
    /// The inside of a text that is an argument: function and index.
    Choice(&'t str, usize),
    /// The inside of a text that names a file which stands for a URL.
    File,
    Type,
    /// Names of properties: those of `render` when the list is empty.
    Property(&'static [&'static str]),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Operand<'t> {
    pub takes: Takes,
    /// A table may stand here too.
    pub tables: bool,
    /// Words of the operator that may stand here instead.
    pub words: Vec<&'static str>,
    pub params: &'static [Parameter],
    /// The call whose argument it is: function and index.
    pub call: Option<(&'t str, usize)>,
}

impl std::fmt::Debug for Parameter {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(self.name)
    }
}

impl PartialEq for Parameter {
    fn eq(&self, other: &Parameter) -> bool {
        std::ptr::eq(self, other)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

pub struct Place<'t> {
    /// What a choice replaces.
    pub span: Span,
    /// From the span's start to the cursor.
    pub typed: &'t str,
    pub wants: Wants<'t>,
    pub view: View<'t>,
    pub inside: Vec<Inside<'t>>,
}

/// The place of a cursor, a byte of the text.
pub fn place(text: &str, cursor: usize) -> Place<'_> {
    let all = tokens(text);
    let cut = |token: &&Token| !matches!(token.kind, TokenKind::Comment | TokenKind::Directive);
    let over = all.iter().find(|token| {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        start < cursor && (cursor < end || cursor == end && keeps_end(token, text))
    });
    let start = match over {
        Some(token) if is_word(token.kind) => token.span.start as usize,
        _ => cursor,
    };
    let ends_before =
        |token: &&Token| token.span.end as usize <= start && over.is_none_or(|over| over.span != token.span);
    let mut before: Vec<Token> = all.iter().filter(cut).filter(ends_before).copied().collect();
    let mut span = Span::new(
        start,
        over.filter(|token| is_word(token.kind)).map_or(cursor, |token| token.span.end as usize),
    );
    join_word(text, &mut before, &mut span);
    let mut place = Place {
        span,
        typed: text.get(span.start as usize..cursor).unwrap_or(""),
        wants: Wants::Nothing,
        view: View::new(text, before),
        inside: Vec::new(),
    };
    place.inside = place.insides();
    place.wants = match over.map(|token| token.kind) {
        None => place.wanted(),
        Some(kind) if is_word(kind) => place.wanted(),
        Some(TokenKind::String) => place.in_text(over, cursor, &all),
        Some(_) if place.in_sign(over, cursor) => place.wanted(),
        Some(_) => Wants::Nothing,
    };
    place
}

fn is_word(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Word | TokenKind::Bool)
}

impl<'t> Place<'t> {
    pub fn last(&self) -> usize {
        self.view.frames.len() - 1
    }

    fn wanted(&self) -> Wants<'t> {
        let frame = self.last();
        let view = &self.view;
        let (items, piped) = self.segment(frame);
        if let Some(path) = self.path(&items, frame) {
            return path;
        }
        if items.is_empty() && piped {
            return Wants::Operator;
        }
        if let Some(spot) = self.spot(&items, piped) {
            return self.in_operator(&items, &spot);
        }
        if piped {
            return Wants::Nothing;
        }
        let arg = view.since(&items, TokenKind::Comma);
        let commas = items.iter().filter(|item| view.kind(**item) == TokenKind::Comma).count();
        let operand = |tables, call| {
            let takes = Takes::Exprs;
            Operand { takes, tables, words: Vec::new(), params: &[], call }
        };
        let colon = arg.last().is_some_and(|item| view.kind(*item) == TokenKind::Colon);
        match self.inside[frame] {
            Inside::Statements => self.statement(&items),
            Inside::Declarations if colon => Wants::Type,
            Inside::Declarations | Inside::Sub | Inside::Index => Wants::Nothing,
            Inside::Type => Wants::Type,
            Inside::Properties(names) => self.property(names, arg),
            Inside::Source if arg.is_empty() => Wants::Source,
            Inside::Source => Wants::Nothing,
            Inside::Steps => self.step(&items),
            Inside::Either if colon => Wants::Type,
            Inside::Either => self.expression(arg, operand(commas == 0, None), &[]),
            Inside::Args(name) => {
                let operand = operand(false, Some((name, commas)));
                self.expression(arg, Operand { takes: self.around(), ..operand }, &[])
            }
            Inside::Expression | Inside::Literals => {
                self.expression(arg, Operand { takes: self.around(), ..operand(false, None) }, &[])
            }
        }
    }

    /// In the middle of a sign such as `>=`, which a choice replaces.
    fn in_sign(&mut self, over: Option<&Token>, cursor: usize) -> bool {
        let signs = |token: &&Token| {
            let text = token.span.text(self.view.text);
            text.len() == 2 && text.ends_with(['=', '~']) && token.kind != TokenKind::String
        };
        let Some(token) = over.filter(signs) else { return false };
        self.span = token.span;
        self.typed = self.view.text.get(token.span.start as usize..cursor).unwrap_or("");
        true
    }

    /// The first segment of a statement.
    fn statement(&self, items: &[usize]) -> Wants<'t> {
        let view = &self.view;
        let all = view.statement(self.last());
        let word = all.first().map_or("", |item| view.word(*item));
        if word == "declare" && all.len() == 1 {
            return Wants::Words(vec!["query_parameters"]);
        }
        let given = self.gives_a_name(self.last());
        let body = self.last() > 0;
        match (word, items.is_empty()) {
            ("let", _) if !given => Wants::Nothing,
            ("set", _) => match items {
                [_] => Wants::Option,
                [_, _, assign, rest @ ..] if view.kind(*assign) == TokenKind::Assign => {
                    let operand = Operand {
                        takes: Takes::Exprs,
                        tables: false,
                        words: Vec::new(),
                        params: &[],
                        call: None,
                    };
                    self.expression(rest, operand, &[])
                }
                _ => Wants::Nothing,
            },
            ("declare", _) => Wants::Nothing,
            (_, true) if !given && !body => Wants::Statement,
            _ if given || body => {
                let words = if given { Vec::new() } else { vec!["let"] };
                let operand = Operand { takes: Takes::Exprs, tables: true, words, params: &[], call: None };
                self.expression(items, operand, &[])
            }
            _ => Wants::Nothing,
        }
    }

    fn in_operator(&self, items: &[usize], spot: &Spot) -> Wants<'t> {
        let view = &self.view;
        if let Some(param) = spot.param {
            return Wants::Value(param.values);
        }
        let later: Vec<&'static str> = match spot.shape.clauses.get(spot.number + 1..) {
            Some(clauses) => clauses.iter().map(|clause| clause.word).collect(),
            None => Vec::new(),
        };
        let params = if spot.open && spot.rest.is_empty() { spot.shape.params } else { &[] };
        let last = items.last().copied();
        if let Some(word) = last.map(|item| view.word(item))
            && let Some((_, next)) = PAIRS
                .iter()
                .find(|row| row.0 == word && (spot.clause.after.contains(&row.0) || row.0 == "matches"))
        {
            return Wants::Words(next.to_vec());
        }
        let empty = spot.rest.is_empty();
        if spot.shape.name == "top-nested" && last.is_some_and(|item| view.kind(item) == TokenKind::Comma) {
            return Wants::Words(vec!["top-nested"]);
        }
        if spot.shape.name == "top-nested" && last.is_some_and(|item| view.word(item) == "with") {
            return Wants::Words(vec!["others"]);
        }
        let colon = last.is_some_and(|item| view.kind(item) == TokenKind::Colon);
        match spot.clause.takes {
            Takes::Pattern if colon => Wants::Type,
            Takes::Pattern | Takes::Name if params.is_empty() => {
                if empty || spot.clause.takes == Takes::Pattern {
                    Wants::Nothing
                } else {
                    Wants::Words(later)
                }
            }
            Takes::Nothing
            | Takes::Subquery
            | Takes::Steps
            | Takes::Declarations
            | Takes::Name
            | Takes::Pattern
                if empty && !params.is_empty() =>
            {
                let operand =
                    Operand { takes: Takes::Nothing, tables: false, words: later, params, call: None };
                Wants::Operand(operand)
            }
            Takes::Nothing
            | Takes::Subquery
            | Takes::Steps
            | Takes::Declarations
            | Takes::Name
            | Takes::Pattern => Wants::Words(later),
            Takes::Properties(_) => Wants::Nothing,
            Takes::Settings(names) => self.property(names, view.since(&spot.rest, TokenKind::Comma)),
            Takes::Type if empty => Wants::Words(vec!["typeof"]),
            // `render columnchart kind=stacked`
            Takes::Chart if matches!(spot.rest[..], [_, .., assign] if view.kind(assign) == TokenKind::Assign) => {
                self.property(&[], &spot.rest[spot.rest.len() - 2..])
            }
            Takes::Chart | Takes::Plugin | Takes::Function | Takes::Tables if !empty => Wants::Words(later),
            takes => {
                let words = match spot.shape.name {
                    "find" if empty && spot.clause.word == "project" => vec!["pack(*)"],
                    "summarize" | "search" | "find" if empty => later.clone(),
                    "top-nested" if empty && spot.number == 0 => vec!["of"],
                    _ => Vec::new(),
                };
                let operand = Operand { takes, tables: false, words, params, call: None };
                let mut after: Vec<&'static str> = spot.clause.after.to_vec();
                after.extend(later);
                self.expression(&spot.rest, operand, &after)
            }
        }
    }

    /// Whether an operand or what follows it is wanted.
    pub fn expression(&self, rest: &[usize], operand: Operand<'t>, after: &[&'static str]) -> Wants<'t> {
        let view = &self.view;
        let Some(last) = rest.last().copied() else { return Wants::Operand(operand) };
        let later = |mut operand: Operand<'t>| {
            operand.words.clear();
            operand.params = &[];
            operand.tables = operand.tables && view.kind(last) == TokenKind::Assign;
            Wants::Operand(operand)
        };
        let word = view.word(last);
        if word == "matches" {
            return Wants::Words(vec!["regex"]);
        }
        let kind = view.kind(last);
        let complete = match kind {
            TokenKind::Word => !infix_word(word),
            TokenKind::Star => rest.len() == 1 || operand.takes == Takes::Columns,
            TokenKind::Bool
            | TokenKind::String
            | TokenKind::Long
            | TokenKind::Real
            | TokenKind::Timespan
            | TokenKind::Guid
            | TokenKind::Typed(_) => true,
            kind => kind.closes(),
        };
        if !complete {
            return later(operand);
        }
        if matches!(operand.takes, Takes::Columns | Takes::Renames) {
            return Wants::Words(after.to_vec());
        }
        let logical = |item: &usize| matches!(view.word(*item), "and" | "or");
        let start = rest.iter().rposition(logical).map_or(0, |at| at + 1);
        let part = &rest[start..];
        let compared = part[..part.len() - 1].iter().any(|item| compares(view, *item));
        let left = match part {
            [.., assign, one] if view.kind(*assign) == TokenKind::Assign => view.word(*one),
            [one] => view.word(*one),
            _ => "",
        };
        Wants::Infix { left: (!left.is_empty()).then_some(left), compared, words: after.to_vec() }
    }

    fn property(&self, names: &'static [&'static str], arg: &[usize]) -> Wants<'t> {
        let view = &self.view;
        match arg {
            [] => Wants::Property(names),
            [name, assign] if view.kind(*assign) == TokenKind::Assign && names.is_empty() => {
                clauses::chart_values(view.word(*name)).map_or(Wants::Nothing, Wants::Value)
            }
            _ => Wants::Nothing,
        }
    }
}

/// Whether a cursor at the end of a token is still in it.
fn keeps_end(token: &Token, text: &str) -> bool {
    match token.kind {
        TokenKind::Word | TokenKind::Bool | TokenKind::Comment | TokenKind::Directive => true,
        TokenKind::Long | TokenKind::Real | TokenKind::Timespan | TokenKind::Guid => true,
        TokenKind::String => !closed(token.span.text(text)),
        TokenKind::Typed(_) => !token.span.text(text).ends_with(')'),
        _ => false,
    }
}

/// Whether a string has its closing quote.
pub fn closed(literal: &str) -> bool {
    let Some(at) = literal.find(['"', '\'', '`', '~']) else { return false };
    let mark = &literal[at..at + 1];
    let mark = if matches!(mark, "`" | "~") { literal.get(at..at + 3).unwrap_or(mark) } else { mark };
    literal.len() >= at + 2 * mark.len() && literal.ends_with(mark)
}

/// `project-`, `!has` and `in~` are words although their beginnings are none.
fn join_word(text: &str, before: &mut Vec<Token>, span: &mut Span) {
    let adjacent = |token: Option<&Token>, start: u32| token.is_some_and(|token| token.span.end == start);
    match before.as_slice() {
        [.., token]
            if token.kind == TokenKind::Unknown
                && adjacent(Some(token), span.start)
                && token.span.text(text) == "!" =>
        {
            span.start = token.span.start;
            before.pop();
        }
        [rest @ .., word, minus]
            if minus.kind == TokenKind::Minus
                && word.kind == TokenKind::Word
                && adjacent(Some(minus), span.start)
                && adjacent(Some(word), minus.span.start) =>
        {
            let starts = match rest.last().map(|token| token.kind) {
                None | Some(TokenKind::Bar) => true,
                Some(kind) => kind.opens(),
            };
            let word_text = word.span.text(text);
            if starts
                && OPERATORS
                    .iter()
                    .any(|row| row.name.strip_prefix(word_text).is_some_and(|rest| rest.starts_with('-')))
            {
                span.start = word.span.start;
                before.truncate(before.len() - 2);
            }
        }
        _ => {}
    }
}

/// Words between operands, after which an operand is wanted.
pub fn infix_word(word: &str) -> bool {
    BINARY_OPS.iter().any(|row| row.0 == word)
        || LIST_OPS.iter().any(|row| row.0 == word)
        || matches!(word, "between" | "!between" | "regex" | "matches")
}

pub fn compares(view: &View<'_>, item: usize) -> bool {
    use TokenKind::*;
    match view.kind(item) {
        Equal | NotEqual | EqualFold | NotEqualFold | Less | LessEqual | Greater | GreaterEqual => true,
        Word => infix_word(view.word(item)) && !matches!(view.word(item), "and" | "or"),
        _ => false,
    }
}
