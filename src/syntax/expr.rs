//! Expressions by precedence. Chains are read in a loop and kept flat or balanced, so that the tree's
//! height stays bounded whatever the text. Knows no functions and no types.

use super::ast::{BinaryOp, ChainLink, Expr, ExprKind, ListOp};
use super::parser::{DEPTH_MAX, Failed, Parsed, Parser};
use super::token::TokenKind;
use super::words;
use crate::span::Span;

/// How tightly an operator binds; each level's operands are of the next. The order is that of Kusto's
/// parser (QueryParser.cs): string operators bind tighter than `*`, and comparisons do not chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Or,
    And,
    /// `== != in between has_any`
    Equality,
    /// `< <= > >=`
    Relational,
    Additive,
    Multiplicative,
    /// `has contains startswith =~ matches regex` and the rest of the string operators.
    Text,
    Unary,
}

impl Level {
    fn tighter(self) -> Level {
        match self {
            Level::Or => Level::And,
            Level::And => Level::Equality,
            Level::Equality => Level::Relational,
            Level::Relational => Level::Additive,
            Level::Additive => Level::Multiplicative,
            Level::Multiplicative => Level::Text,
            Level::Text | Level::Unary => Level::Unary,
        }
    }

    fn chains(self) -> bool {
        matches!(self, Level::Or | Level::And | Level::Additive | Level::Multiplicative)
    }
}

/// Every spelling of a binary operator with what it is; the first of an operator's spellings is the usual one.
pub const BINARY_OPS: &[(&str, BinaryOp, Level)] = &[
    ("or", BinaryOp::Or, Level::Or),
    ("and", BinaryOp::And, Level::And),
    ("==", BinaryOp::Eq, Level::Equality),
    ("!=", BinaryOp::Ne, Level::Equality),
    ("<>", BinaryOp::Ne, Level::Equality),
    ("<", BinaryOp::Lt, Level::Relational),
    ("<=", BinaryOp::Le, Level::Relational),
    (">", BinaryOp::Gt, Level::Relational),
    (">=", BinaryOp::Ge, Level::Relational),
    ("+", BinaryOp::Add, Level::Additive),
    ("-", BinaryOp::Sub, Level::Additive),
    ("*", BinaryOp::Mul, Level::Multiplicative),
    ("/", BinaryOp::Div, Level::Multiplicative),
    ("%", BinaryOp::Mod, Level::Multiplicative),
    ("=~", BinaryOp::EqFold, Level::Text),
    ("!~", BinaryOp::NeFold, Level::Text),
    (":", BinaryOp::Colon, Level::Text),
    ("has", BinaryOp::Has, Level::Text),
    ("!has", BinaryOp::NotHas, Level::Text),
    ("has_cs", BinaryOp::HasCs, Level::Text),
    ("!has_cs", BinaryOp::NotHasCs, Level::Text),
    ("hasprefix", BinaryOp::HasPrefix, Level::Text),
    ("!hasprefix", BinaryOp::NotHasPrefix, Level::Text),
    ("hasprefix_cs", BinaryOp::HasPrefixCs, Level::Text),
    ("!hasprefix_cs", BinaryOp::NotHasPrefixCs, Level::Text),
    ("hassuffix", BinaryOp::HasSuffix, Level::Text),
    ("!hassuffix", BinaryOp::NotHasSuffix, Level::Text),
    ("hassuffix_cs", BinaryOp::HasSuffixCs, Level::Text),
    ("!hassuffix_cs", BinaryOp::NotHasSuffixCs, Level::Text),
    ("contains", BinaryOp::Contains, Level::Text),
    ("!contains", BinaryOp::NotContains, Level::Text),
    ("notcontains", BinaryOp::NotContains, Level::Text),
    ("contains_cs", BinaryOp::ContainsCs, Level::Text),
    ("containscs", BinaryOp::ContainsCs, Level::Text),
    ("!contains_cs", BinaryOp::NotContainsCs, Level::Text),
    ("notcontainscs", BinaryOp::NotContainsCs, Level::Text),
    ("startswith", BinaryOp::StartsWith, Level::Text),
    ("!startswith", BinaryOp::NotStartsWith, Level::Text),
    ("startswith_cs", BinaryOp::StartsWithCs, Level::Text),
    ("!startswith_cs", BinaryOp::NotStartsWithCs, Level::Text),
    ("endswith", BinaryOp::EndsWith, Level::Text),
    ("!endswith", BinaryOp::NotEndsWith, Level::Text),
    ("endswith_cs", BinaryOp::EndsWithCs, Level::Text),
    ("!endswith_cs", BinaryOp::NotEndsWithCs, Level::Text),
    ("matches regex", BinaryOp::MatchesRegex, Level::Text),
];

/// The operators that take a list.
pub const LIST_OPS: &[(&str, ListOp)] = &[
    ("in", ListOp::In),
    ("!in", ListOp::NotIn),
    ("in~", ListOp::InFold),
    ("!in~", ListOp::NotInFold),
    ("has_any", ListOp::HasAny),
    ("has_all", ListOp::HasAll),
];

/// Operators that Kusto's parser still takes, though no page of the reference has them.
const LIKE_OPS: &[&str] = &["like", "notlike", "likecs", "notlikecs"];

/// Longer chains are not nested: `and` and `or` are balanced, arithmetic becomes [`ExprKind::Chain`].
const CHAIN_NESTED_MAX: usize = 16;

/// An expression and the height of its tree. It is boxed at once, which keeps the parser's frames small.
pub(super) struct Tall {
    pub expr: Box<Expr>,
    pub height: u32,
}

impl Tall {
    pub fn leaf(kind: ExprKind, span: Span) -> Tall {
        Tall { expr: Box::new(Expr { kind, span }), height: 1 }
    }

    pub fn error(span: Span) -> Tall {
        Tall::leaf(ExprKind::Error, span)
    }
}

enum Infix {
    Binary(BinaryOp),
    List(ListOp),
    Between { negated: bool },
    Like,
}

/// What follows an operand, with the level that it has and the tokens that it takes.
struct Found {
    infix: Infix,
    level: Level,
    tokens: usize,
}

impl Parser<'_> {
    /// A scalar expression.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.enter(1)?;
        let result = self.scalar();
        self.leave(1);
        let tall = result?;
        self.tallest = self.tallest.max(tall.height);
        Ok(*tall.expr)
    }

    /// As [`Parser::expr`]; what cannot be read is skipped and becomes an error node.
    pub(super) fn expr_or_error(&mut self) -> Expr {
        let start = self.span().start;
        let from = self.position();
        self.expr().unwrap_or_else(|Failed| {
            self.skip_out(from, false);
            Expr { kind: ExprKind::Error, span: self.since(start) }
        })
    }

    pub(super) fn scalar(&mut self) -> Parsed<Tall> {
        self.binary(Level::Or)
    }

    /// Checks the bound on the height that recursion over the tree relies on.
    pub(super) fn tall(&mut self, kind: ExprKind, span: Span, height: u32) -> Parsed<Tall> {
        if height > DEPTH_MAX {
            let message = format!("the expression nests deeper than {DEPTH_MAX} levels");
            return self.limit(span, message, "Give inner parts a name with let or extend.");
        }
        Ok(Tall { expr: Box::new(Expr { kind, span }), height })
    }

    /// Reads operators from `least` up. Each round takes one operator, or a whole chain of one level; what
    /// is left then binds looser, or does not chain.
    fn binary(&mut self, least: Level) -> Parsed<Tall> {
        let mut left = match self.star_operand(least) {
            Some(star) => star,
            None => self.unary()?,
        };
        let mut bound = Level::Unary;
        while let Some(found) = self.infix() {
            if found.level < least {
                break;
            }
            if found.level >= bound {
                return self.does_not_chain();
            }
            bound = found.level;
            left = match found.infix {
                Infix::Binary(_) if found.level.chains() => self.chain(left, found.level)?,
                Infix::Binary(op) => self.comparison(left, op, &found)?,
                Infix::List(op) => self.in_list(left, op)?,
                Infix::Between { negated } => self.between(left, negated)?,
                Infix::Like => return self.like(),
            };
        }
        Ok(left)
    }

    /// `*` stands for all columns before a string operator or `==`.
    fn star_operand(&mut self, least: Level) -> Option<Tall> {
        let star = self.token();
        if star.kind != TokenKind::Star {
            return None;
        }
        let found = self.infix_ahead(1)?;
        let all_columns = match found.infix {
            Infix::Binary(op) => (op == BinaryOp::Eq || found.level == Level::Text) && least <= found.level,
            Infix::List(_) | Infix::Between { .. } | Infix::Like => false,
        };
        all_columns.then(|| {
            self.advance();
            Tall::leaf(ExprKind::Star, star.span)
        })
    }

    fn infix(&self) -> Option<Found> {
        self.infix_ahead(0)
    }

    fn infix_ahead(&self, count: usize) -> Option<Found> {
        let token = self.ahead(count);
        let binary = |op, level| Some(Found { infix: Infix::Binary(op), level, tokens: 1 });
        match token.kind {
            TokenKind::Equal => binary(BinaryOp::Eq, Level::Equality),
            TokenKind::NotEqual => binary(BinaryOp::Ne, Level::Equality),
            TokenKind::Less => binary(BinaryOp::Lt, Level::Relational),
            TokenKind::LessEqual => binary(BinaryOp::Le, Level::Relational),
            TokenKind::Greater => binary(BinaryOp::Gt, Level::Relational),
            TokenKind::GreaterEqual => binary(BinaryOp::Ge, Level::Relational),
            TokenKind::Plus => binary(BinaryOp::Add, Level::Additive),
            TokenKind::Minus => binary(BinaryOp::Sub, Level::Additive),
            TokenKind::Star => binary(BinaryOp::Mul, Level::Multiplicative),
            TokenKind::Slash => binary(BinaryOp::Div, Level::Multiplicative),
            TokenKind::Percent => binary(BinaryOp::Mod, Level::Multiplicative),
            TokenKind::EqualFold => binary(BinaryOp::EqFold, Level::Text),
            TokenKind::NotEqualFold => binary(BinaryOp::NeFold, Level::Text),
            TokenKind::Colon => binary(BinaryOp::Colon, Level::Text),
            TokenKind::Word => self.word_infix(count),
            _ => None,
        }
    }

    fn word_infix(&self, count: usize) -> Option<Found> {
        let word = self.word_ahead(count);
        if word == "matches" && self.word_ahead(count + 1) == "regex" {
            let infix = Infix::Binary(BinaryOp::MatchesRegex);
            return Some(Found { infix, level: Level::Text, tokens: 2 });
        }
        // Most words are names; looking them up is cheaper than going through the tables below.
        words::known(word)?;
        if let "between" | "!between" = word {
            let infix = Infix::Between { negated: word.starts_with('!') };
            return Some(Found { infix, level: Level::Equality, tokens: 1 });
        }
        // `make-series ... in range(...)` is a clause of that operator.
        if word == "in" && self.word_ahead(count + 1) == "range" {
            return None;
        }
        if let Some((_, op)) = LIST_OPS.iter().find(|(name, _)| *name == word) {
            return Some(Found { infix: Infix::List(*op), level: Level::Equality, tokens: 1 });
        }
        if LIKE_OPS.contains(&word) {
            return Some(Found { infix: Infix::Like, level: Level::Text, tokens: 1 });
        }
        let (_, op, level) = BINARY_OPS.iter().find(|(name, ..)| *name == word)?;
        Some(Found { infix: Infix::Binary(*op), level: *level, tokens: 1 })
    }

    /// `a < b < c` is no KQL.
    fn does_not_chain<T>(&mut self) -> Parsed<T> {
        let token = self.token();
        let text = self.text_of(token).to_owned();
        let help = "Join the comparisons with 'and', or put one of them in parentheses.";
        self.error(token.span, format!("'{text}' does not take the result of a comparison"), help);
        Err(Failed)
    }

    fn like<T>(&mut self) -> Parsed<T> {
        let token = self.token();
        let what = format!("the operator '{}'", self.text_of(token));
        self.unsupported(token.span, what, "Use contains, startswith, endswith or matches regex.");
        Err(Failed)
    }

    fn comparison(&mut self, left: Tall, op: BinaryOp, found: &Found) -> Parsed<Tall> {
        let op_span = self.operator_span(found.tokens);
        let right = self.binary(found.level.tighter())?;
        self.join(op, op_span, left, right)
    }

    fn operator_span(&mut self, tokens: usize) -> Span {
        let first = self.advance().span;
        for _ in 1..tokens {
            self.advance();
        }
        first.to(self.last_span())
    }

    fn join(&mut self, op: BinaryOp, op_span: Span, left: Tall, right: Tall) -> Parsed<Tall> {
        let span = left.expr.span.to(right.expr.span);
        let height = left.height.max(right.height) + 1;
        let kind = ExprKind::Binary { op, op_span, left: left.expr, right: right.expr };
        self.tall(kind, span, height)
    }

    /// All of `a + b - c`, or of `a and b and c`.
    fn chain(&mut self, first: Tall, level: Level) -> Parsed<Tall> {
        let mut links: Vec<(BinaryOp, Span, Tall)> = Vec::new();
        while let Some(Found { infix: Infix::Binary(op), level: next, tokens }) = self.infix() {
            if next != level {
                break;
            }
            let op_span = self.operator_span(tokens);
            let right = self.binary(level.tighter())?;
            links.push((op, op_span, right));
        }
        self.chained(first, links, level)
    }

    fn chained(&mut self, first: Tall, links: Vec<(BinaryOp, Span, Tall)>, level: Level) -> Parsed<Tall> {
        if links.len() <= CHAIN_NESTED_MAX {
            let mut left = first;
            for (op, op_span, right) in links {
                left = self.join(op, op_span, left, right)?;
            }
            return Ok(left);
        }
        if matches!(level, Level::And | Level::Or) {
            let op = if level == Level::And { BinaryOp::And } else { BinaryOp::Or };
            return self.balanced(op, first, links);
        }
        let height = links.iter().map(|link| link.2.height).fold(first.height, u32::max) + 1;
        let rest: Vec<ChainLink> = links
            .into_iter()
            .map(|(op, op_span, right)| ChainLink { op, op_span, right: *right.expr })
            .collect();
        let span = rest.iter().fold(first.expr.span, |span, link| span.to(link.right.span));
        self.tall(ExprKind::Chain { first: first.expr, rest }, span, height)
    }

    /// `and` and `or` are associative, so that a long chain may become a tree of little height: neighbours
    /// are joined in pairs until one is left. Each term carries the place of the operator before it.
    fn balanced(&mut self, op: BinaryOp, first: Tall, links: Vec<(BinaryOp, Span, Tall)>) -> Parsed<Tall> {
        let mut terms = vec![(Span::default(), first)];
        terms.extend(links.into_iter().map(|(_, op_span, right)| (op_span, right)));
        while terms.len() > 1 {
            let mut paired = Vec::with_capacity(terms.len().div_ceil(2));
            let mut rest = terms.into_iter();
            while let Some((before, left)) = rest.next() {
                match rest.next() {
                    Some((op_span, right)) => paired.push((before, self.join(op, op_span, left, right)?)),
                    None => paired.push((before, left)),
                }
            }
            terms = paired;
        }
        terms.pop().map(|(_, whole)| whole).ok_or(Failed)
    }

    /// `x in (a, b)`, where the list may be one pipeline.
    fn in_list(&mut self, left: Tall, op: ListOp) -> Parsed<Tall> {
        let op_span = self.advance().span;
        let open = self.position();
        if !self.eat(TokenKind::LeftParen) {
            let help = "The list stands in parentheses, a dynamic array too: x in (a, b).";
            return self.expected_help("'('", Some(help.into()));
        }
        let mut list = Vec::new();
        let mut height = left.height;
        loop {
            let item = self.element(open, true)?;
            height = height.max(item.height);
            list.push(*item.expr);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let close = self.expect(TokenKind::RightParen, ")")?;
        let span = left.expr.span.to(close.span);
        self.tall(ExprKind::In { op, op_span, expr: left.expr, list }, span, height + 1)
    }

    /// One element of the list that was opened at this position. A broken one becomes an error node; the
    /// list goes on after the comma.
    pub(super) fn element(&mut self, open: usize, may_be_query: bool) -> Parsed<Tall> {
        let start = self.position();
        let place = self.span().start;
        self.enter(1)?;
        let element = if may_be_query { self.query() } else { self.scalar() };
        self.leave(1);
        if element.is_ok() {
            return element;
        }
        self.skip_out(start, true);
        if !self.at_kind(TokenKind::Comma) {
            self.go_to_closing(open)?;
        }
        Ok(Tall::error(self.since(place)))
    }

    /// `x between (low .. high)`
    fn between(&mut self, left: Tall, negated: bool) -> Parsed<Tall> {
        let op_span = self.advance().span;
        self.expect(TokenKind::LeftParen, "(")?;
        let low = self.bound()?;
        self.expect(TokenKind::DotDot, "..")?;
        let high = self.bound()?;
        let close = self.expect(TokenKind::RightParen, ")")?;
        let span = left.expr.span.to(close.span);
        let height = left.height.max(low.height).max(high.height) + 1;
        let kind = ExprKind::Between { negated, op_span, expr: left.expr, low: low.expr, high: high.expr };
        self.tall(kind, span, height)
    }

    fn bound(&mut self) -> Parsed<Tall> {
        self.enter(1)?;
        let bound = self.scalar();
        self.leave(1);
        bound
    }
}
