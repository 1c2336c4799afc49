//! Tokens to a pattern.

use super::lexer::{KEYWORDS, Kind, Literal, Token, tokens};
use super::{
    Comparison, DEPTH_MAX, Joint, Observation, ObservationKind, Operator, Pattern, Problem, Qualifier, Step,
    Test,
};

/// Reads a pattern. Never panics.
///
/// # Errors
/// The first place where the text does not follow the grammar.
pub fn parse(text: &str) -> Result<Pattern, Problem> {
    let mut remarks = Vec::new();
    let tokens = tokens(text, &mut remarks)?;
    let mut parser = Parser { text, tokens, next: 0, depth: 0, remarks };
    let root = parser.observations()?;
    if parser.peek().kind != Kind::End {
        return Err(parser.unexpected("AND, OR, FOLLOWEDBY, a qualifier or the end"));
    }
    parser.remarks.sort_by_key(|remark| remark.at);
    Ok(Pattern { root, remarks: parser.remarks })
}

struct Parser<'t> {
    text: &'t str,
    /// The last one is the end.
    tokens: Vec<Token<'t>>,
    next: usize,
    depth: usize,
    remarks: Vec<Problem>,
}

type Parsed<T> = Result<T, Problem>;

const OPERATORS: &[(&str, Operator)] = &[
    ("=", Operator::Equal),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<>", Operator::NotEqual),
    ("<", Operator::Less),
    ("<=", Operator::LessOrEqual),
    (">", Operator::Greater),
    (">=", Operator::GreaterOrEqual),
    ("IN", Operator::In),
    ("LIKE", Operator::Like),
    ("MATCHES", Operator::Matches),
    ("ISSUBSET", Operator::IsSubset),
    ("ISSUPERSET", Operator::IsSuperset),
];

/// How many hexadecimal digits a hash has, by its name without hyphens in upper case.
const HASHES: &[(&str, usize)] = &[
    ("MD5", 32),
    ("RIPEMD160", 40),
    ("SHA1", 40),
    ("SHA224", 56),
    ("SHA256", 64),
    ("SHA384", 96),
    ("SHA512", 128),
    ("SHA3224", 56),
    ("SHA3256", 64),
    ("SHA3384", 96),
    ("SHA3512", 128),
    ("WHIRLPOOL", 128),
];

impl<'t> Parser<'t> {
    fn peek(&self) -> &Token<'t> {
        &self.tokens[self.next]
    }

    fn advance(&mut self) -> Token<'t> {
        let token = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    /// Takes the next token when it is this sign or keyword.
    fn eat(&mut self, text: &str) -> bool {
        let token = self.peek();
        let found = matches!(token.kind, Kind::Sign | Kind::Word) && token.text == text;
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, text: &str) -> Parsed<()> {
        if self.eat(text) { Ok(()) } else { Err(self.unexpected(text)) }
    }

    fn unexpected(&self, wanted: &str) -> Problem {
        let token = self.peek();
        let message = match token.kind {
            Kind::End => format!("the pattern ends where {wanted} is expected"),
            _ => format!("{} stands where {wanted} is expected", shown(token.text)),
        };
        Problem::new(message, token.at)
    }

    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEPTH_MAX {
            return Err(Problem::new(format!("brackets nest deeper than {DEPTH_MAX}"), self.peek().at));
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    fn observations(&mut self) -> Parsed<Observation> {
        self.joined(Joint::FollowedBy)
    }

    /// FOLLOWEDBY binds loosest, AND tightest.
    fn joined(&mut self, joint: Joint) -> Parsed<Observation> {
        let (word, tighter) = match joint {
            Joint::FollowedBy => ("FOLLOWEDBY", Some(Joint::Or)),
            Joint::Or => ("OR", Some(Joint::And)),
            Joint::And => ("AND", None),
        };
        let mut parts = Vec::new();
        loop {
            parts.push(match tighter {
                Some(tighter) => self.joined(tighter)?,
                None => self.qualified()?,
            });
            if !self.eat(word) {
                break;
            }
        }
        let one = if parts.len() == 1 { parts.pop() } else { None };
        Ok(one.unwrap_or_else(|| Observation {
            kind: ObservationKind::Joined(joint, parts),
            qualifiers: Vec::new(),
        }))
    }

    /// An observation or several in brackets, with what qualifies them.
    fn qualified(&mut self) -> Parsed<Observation> {
        let simple = self.peek().text == "[";
        let mut observation = if self.eat("[") {
            let test = self.any()?;
            self.expect("]")?;
            Observation { kind: ObservationKind::One(test), qualifiers: Vec::new() }
        } else if self.eat("(") {
            let inside = self.deeper(Self::observations)?;
            self.expect(")")?;
            inside
        } else {
            return Err(self.unexpected("[ or ("));
        };
        let inner = observation.qualifiers.len();
        loop {
            let at = self.peek().at;
            let Some(qualifier) = self.qualifier()? else { return Ok(observation) };
            // One of each kind for one observation; brackets may have more.
            let twice =
                |known: &Qualifier| std::mem::discriminant(known) == std::mem::discriminant(&qualifier);
            if simple && observation.qualifiers[inner..].iter().any(twice) {
                self.remarks.push(Problem::new("an observation has one qualifier of a kind", at));
            }
            observation.qualifiers.push(qualifier);
        }
    }

    fn qualifier(&mut self) -> Parsed<Option<Qualifier>> {
        if self.eat("WITHIN") {
            let seconds = match &self.peek().kind {
                Kind::Literal(Literal::Whole(text) | Literal::Real(text)) if !text.starts_with('-') => {
                    text.parse()
                }
                _ => return Err(self.unexpected("a number of seconds")),
            };
            let at = self.advance().at;
            self.expect("SECONDS")?;
            let seconds = seconds.map_err(|_| Problem::new("this is no number of seconds", at))?;
            return Ok(Some(Qualifier::Within(seconds)));
        }
        if self.eat("REPEATS") {
            let times = match &self.peek().kind {
                Kind::Literal(Literal::Whole(text)) if !text.starts_with('-') => text.parse(),
                _ => return Err(self.unexpected("a number of times")),
            };
            self.advance();
            self.expect("TIMES")?;
            // More than any machine counts to.
            return Ok(Some(Qualifier::Repeats(times.unwrap_or(u64::MAX))));
        }
        if self.eat("START") {
            let start = self.time()?;
            self.expect("STOP")?;
            return Ok(Some(Qualifier::StartStop(start, self.time()?)));
        }
        Ok(None)
    }

    fn time(&mut self) -> Parsed<String> {
        match &self.peek().kind {
            Kind::Literal(Literal::Time(time)) => {
                let time = time.clone();
                self.advance();
                Ok(time)
            }
            _ => Err(self.unexpected("a time, such as t'2026-05-14T12:00:00Z',")),
        }
    }

    fn any(&mut self) -> Parsed<Test> {
        let parts = self.separated("OR", Self::all)?;
        Ok(several(parts, Test::Any))
    }

    fn all(&mut self) -> Parsed<Test> {
        let parts = self.separated("AND", Self::test)?;
        Ok(several(parts, Test::All))
    }

    fn separated(&mut self, word: &str, part: fn(&mut Self) -> Parsed<Test>) -> Parsed<Vec<Test>> {
        let mut parts = vec![part(self)?];
        while self.eat(word) {
            parts.push(part(self)?);
        }
        Ok(parts)
    }

    fn test(&mut self) -> Parsed<Test> {
        if self.eat("(") {
            let inside = self.deeper(Self::any)?;
            self.expect(")")?;
            return Ok(inside);
        }
        let at = self.peek().at;
        if self.eat("EXISTS") {
            let (object, path, key) = self.object_path()?;
            let operator = Operator::Exists;
            let values = Vec::new();
            return Ok(Test::Comparison(Comparison {
                object,
                path,
                key,
                negated: false,
                operator,
                values,
                at,
            }));
        }
        let (object, path, key) = self.object_path()?;
        let negated = self.eat("NOT");
        let sign = self.peek();
        let known = matches!(sign.kind, Kind::Sign | Kind::Word)
            .then(|| OPERATORS.iter().find(|(text, _)| *text == sign.text))
            .flatten();
        let Some((_, operator)) = known else { return Err(self.unexpected("an operator")) };
        self.advance();
        let values = self.values(*operator)?;
        let comparison = Comparison { object, path, key, negated, operator: *operator, values, at };
        self.remark_hash(&comparison);
        Ok(Test::Comparison(comparison))
    }

    fn values(&mut self, operator: Operator) -> Parsed<Vec<Literal>> {
        match operator {
            Operator::In => self.set(),
            Operator::Like | Operator::Matches | Operator::IsSubset | Operator::IsSuperset => {
                match &self.peek().kind {
                    Kind::Literal(Literal::Text(_)) => Ok(vec![self.literal()?]),
                    _ => Err(self.unexpected("a text in quotes")),
                }
            }
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                match &self.peek().kind {
                    Kind::Literal(Literal::Bool(_)) => Err(self.unexpected("a value that has an order")),
                    _ => Ok(vec![self.literal()?]),
                }
            }
            Operator::Equal | Operator::NotEqual | Operator::Exists => Ok(vec![self.literal()?]),
        }
    }

    fn set(&mut self) -> Parsed<Vec<Literal>> {
        self.expect("(")?;
        let mut values = Vec::new();
        if self.eat(")") {
            return Ok(values);
        }
        loop {
            values.push(self.literal()?);
            if self.eat(")") {
                return Ok(values);
            }
            if !self.eat(",") {
                return Err(self.unexpected(", or )"));
            }
        }
    }

    fn literal(&mut self) -> Parsed<Literal> {
        match &self.peek().kind {
            Kind::Literal(literal) => {
                let literal = literal.clone();
                self.advance();
                Ok(literal)
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Object, path, and both as they are written.
    fn object_path(&mut self) -> Parsed<(String, Vec<Step>, String)> {
        let start = self.peek().at;
        let object = match self.peek().kind {
            Kind::Hyphenated => self.advance().text,
            _ => self.name("an object path, such as ipv4-addr:value,")?,
        };
        let object = object.to_owned();
        self.expect(":")?;
        let mut path = vec![self.step()?];
        loop {
            if self.eat(".") {
                path.push(self.step()?);
            } else if self.eat("[") {
                path.push(self.index()?);
                self.expect("]")?;
            } else {
                break;
            }
        }
        let last = &self.tokens[self.next - 1];
        let key = self.text[start..last.at + last.text.len()].to_owned();
        Ok((object, path, key))
    }

    /// A name that is no keyword, without hyphens.
    fn name(&mut self, wanted: &str) -> Parsed<&'t str> {
        let token = self.peek();
        if token.kind == Kind::Word && !KEYWORDS.contains(&token.text) {
            return Ok(self.advance().text);
        }
        Err(self.unexpected(wanted))
    }

    fn step(&mut self) -> Parsed<Step> {
        if let Kind::Literal(Literal::Text(name)) = &self.peek().kind {
            let name = name.clone();
            self.advance();
            return Ok(Step::Name(name));
        }
        Ok(Step::Name(self.name("the name of a property")?.to_owned()))
    }

    fn index(&mut self) -> Parsed<Step> {
        if self.eat("*") {
            return Ok(Step::Every);
        }
        let token = self.peek();
        let Kind::Literal(Literal::Whole(digits)) = &token.kind else {
            return Err(self.unexpected("a number or *"));
        };
        let index = digits.parse().map_err(|_| Problem::new("the index is too large", token.at))?;
        self.advance();
        Ok(Step::Index(index))
    }

    /// A hash that no file has.
    fn remark_hash(&mut self, comparison: &Comparison) {
        let in_hashes = comparison.path.iter().any(|step| *step == Step::Name("hashes".into()));
        let exact = matches!(comparison.operator, Operator::Equal | Operator::NotEqual | Operator::In);
        let name = comparison.last_name().replace('-', "").to_ascii_uppercase();
        let Some((_, digits)) = HASHES.iter().find(|(known, _)| *known == name) else { return };
        if !in_hashes || !exact {
            return;
        }
        for value in comparison.values.iter().map(Literal::text) {
            if value.len() != *digits || !value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let message = format!("a {} has {digits} hexadecimal digits", comparison.last_name());
                self.remarks.push(Problem::new(message, comparison.at));
            }
        }
    }
}

fn several(mut parts: Vec<Test>, many: fn(Vec<Test>) -> Test) -> Test {
    let one = if parts.len() == 1 { parts.pop() } else { None };
    one.unwrap_or_else(|| many(parts))
}

/// A token for a message, not all of a long one.
fn shown(text: &str) -> String {
    const LETTERS_MAX: usize = 40;
    let short: String = text.chars().take(LETTERS_MAX).collect();
    if short.len() == text.len() { short } else { format!("{short}…") }
}

#[cfg(test)]
mod tests;
