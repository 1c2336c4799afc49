//! Expressions by precedence. Chains are read in a loop and kept flat or balanced, so that the tree's
//! height stays bounded whatever the text. Knows no functions and no types.

use super::ast::{BinaryOp, ChainLink, Expr, ExprKind, ListOp};
use super::parser::{DEPTH_MAX, Failed, Parsed, Parser};
use super::token::TokenKind;
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
const LIST_OPS: &[(&str, ListOp)] = &[
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

/// An expression and the height of its tree.
pub(super) struct Tall {
    pub expr: Expr,
    pub height: u32,
}

impl Tall {
    pub fn leaf(expr: Expr) -> Tall {
        Tall { expr, height: 1 }
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
    /// A scalar expression. `after` says in a message what stands before it: `'where'`.
    pub(super) fn expr(&mut self, after: &str) -> Parsed<Expr> {
        let tall = self.nested(|parser| parser.scalar(after))?;
        self.tallest = self.tallest.max(tall.height);
        Ok(tall.expr)
    }

    /// As [`Parser::expr`]; what cannot be read is skipped and becomes an error node.
    pub(super) fn expr_or_error(&mut self, after: &str, stop_at_comma: bool) -> Expr {
        let start = self.span().start;
        self.expr(after).unwrap_or_else(|Failed| {
            self.skip(stop_at_comma);
            Expr { kind: ExprKind::Error, span: Span { start, end: self.span().start.max(start) } }
        })
    }

    pub(super) fn scalar(&mut self, after: &str) -> Parsed<Tall> {
        self.binary(Level::Or, after)
    }

    /// Checks the bound on the height that recursion over the tree relies on.
    pub(super) fn tall(&mut self, expr: Expr, height: u32) -> Parsed<Tall> {
        if height > DEPTH_MAX {
            let message = format!("the expression nests deeper than {DEPTH_MAX} levels");
            return self.limit(expr.span, message, "Give inner parts a name with let or extend.");
        }
        Ok(Tall { expr, height })
    }

    /// Reads operators from `least` up. Each round takes one operator, or a whole chain of one level; what
    /// is left then binds looser, or does not chain.
    fn binary(&mut self, least: Level, after: &str) -> Parsed<Tall> {
        let mut left = match self.star_operand() {
            Some(star) => star,
            None => self.unary(after)?,
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
    fn star_operand(&mut self) -> Option<Tall> {
        let star = self.token();
        if star.kind != TokenKind::Star {
            return None;
        }
        let found = self.infix_ahead(1)?;
        let all_columns = match found.infix {
            Infix::Binary(op) => op == BinaryOp::Eq || found.level == Level::Text,
            Infix::List(_) | Infix::Between { .. } | Infix::Like => false,
        };
        all_columns.then(|| {
            self.advance();
            Tall::leaf(Expr { kind: ExprKind::Star, span: star.span })
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
        let after = format!("'{}'", op_span.text(self.text));
        let right = self.binary(found.level.tighter(), &after)?;
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
        let (left, right) = (Box::new(left.expr), Box::new(right.expr));
        self.tall(Expr { kind: ExprKind::Binary { op, op_span, left, right }, span }, height)
    }

    /// All of `a + b - c`, or of `a and b and c`.
    fn chain(&mut self, first: Tall, level: Level) -> Parsed<Tall> {
        let mut links: Vec<(BinaryOp, Span, Tall)> = Vec::new();
        while let Some(Found { infix: Infix::Binary(op), level: next, tokens }) = self.infix() {
            if next != level {
                break;
            }
            let op_span = self.operator_span(tokens);
            let after = format!("'{}'", op_span.text(self.text));
            let right = self.binary(level.tighter(), &after)?;
            links.push((op, op_span, right));
        }
        if links.len() <= CHAIN_NESTED_MAX {
            let mut left = first;
            for (op, op_span, right) in links {
                left = self.join(op, op_span, left, right)?;
            }
            return Ok(left);
        }
        if matches!(level, Level::And | Level::Or) {
            let mut spans = vec![];
            let mut op = BinaryOp::And;
            let mut terms = vec![first];
            for (link_op, op_span, right) in links {
                op = link_op;
                spans.push(op_span);
                terms.push(right);
            }
            return self.balanced(op, terms, &spans);
        }
        let height = links.iter().map(|link| link.2.height).fold(first.height, u32::max) + 1;
        let rest: Vec<ChainLink> = links
            .into_iter()
            .map(|(op, op_span, right)| ChainLink { op, op_span, right: right.expr })
            .collect();
        let span = rest.iter().fold(first.expr.span, |span, link| span.to(link.right.span));
        self.tall(Expr { kind: ExprKind::Chain { first: Box::new(first.expr), rest }, span }, height)
    }

    /// `and` and `or` are associative, so that a long chain may become a tree of little height.
    fn balanced(&mut self, op: BinaryOp, mut terms: Vec<Tall>, spans: &[Span]) -> Parsed<Tall> {
        let mut spans = spans.to_vec();
        while terms.len() > 1 {
            let mut paired = Vec::with_capacity(terms.len().div_ceil(2));
            let mut between = Vec::with_capacity(spans.len() / 2);
            let mut next = terms.into_iter();
            let mut at = 0;
            while let Some(left) = next.next() {
                match next.next() {
                    Some(right) => {
                        paired.push(self.join(op, spans[at], left, right)?);
                        between.extend(spans.get(at + 1).copied());
                        at += 2;
                    }
                    None => paired.push(left),
                }
            }
            (terms, spans) = (paired, between);
        }
        terms.pop().ok_or(Failed)
    }

    /// `x in (a, b)`, where the list may be one pipeline.
    fn in_list(&mut self, left: Tall, op: ListOp) -> Parsed<Tall> {
        let op_span = self.advance().span;
        let name = format!("'{}'", op_span.text(self.text));
        let help = Some("The list stands in parentheses, a dynamic array too: x in (a, b).".to_owned());
        if !self.at_kind(TokenKind::LeftParen) {
            return self.expected_help("'('", &name, help);
        }
        self.advance();
        let mut list = Vec::new();
        let mut height = left.height;
        loop {
            let start = self.span().start;
            let item = self.nested(|parser| parser.query(&name));
            match item {
                Ok(item) => {
                    height = height.max(item.height);
                    list.push(item.expr);
                }
                Err(Failed) => {
                    self.skip(true);
                    let span = Span { start, end: self.span().start.max(start) };
                    list.push(Expr { kind: ExprKind::Error, span });
                    if !matches!(self.kind(), TokenKind::Comma | TokenKind::RightParen) {
                        return Err(Failed);
                    }
                }
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let close = self.expect(TokenKind::RightParen, ")", &format!("the list of {name}"))?;
        let span = left.expr.span.to(close.span);
        let kind = ExprKind::In { op, op_span, expr: Box::new(left.expr), list };
        self.tall(Expr { kind, span }, height + 1)
    }

    /// `x between (low .. high)`
    fn between(&mut self, left: Tall, negated: bool) -> Parsed<Tall> {
        let op_span = self.advance().span;
        let name = format!("'{}'", op_span.text(self.text));
        self.expect(TokenKind::LeftParen, "(", &name)?;
        let low = self.nested(|parser| parser.scalar("'('"))?;
        self.expect(TokenKind::DotDot, "..", "the lower bound")?;
        let high = self.nested(|parser| parser.scalar("'..'"))?;
        let close = self.expect(TokenKind::RightParen, ")", "the upper bound")?;
        let span = left.expr.span.to(close.span);
        let height = left.height.max(low.height).max(high.height) + 1;
        let kind = ExprKind::Between {
            negated,
            op_span,
            expr: Box::new(left.expr),
            low: Box::new(low.expr),
            high: Box::new(high.expr),
        };
        self.tall(Expr { kind, span }, height)
    }
}
