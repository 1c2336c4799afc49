//! STIX 2.1 patterns: text to what it says. Knows no tables and no query language.
//!
//! The grammar is that of STIX 2.1, section 9, as OASIS's own validator reads it. What does not follow it is a
//! [`Problem`] with its place. What can be read all the same (an escape that is none, a hash of the wrong length)
//! is read, and is a remark.

mod lexer;
mod parse;

pub use lexer::Literal;
pub use parse::parse;

/// How deep brackets may nest.
pub const DEPTH_MAX: usize = 64;

/// What is wrong with a pattern, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Lower case, no full stop.
    pub message: String,
    /// Bytes from the start.
    pub at: usize,
}

impl Problem {
    fn new(message: impl Into<String>, at: usize) -> Problem {
        Problem { message: message.into(), at }
    }
}

/// One pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    pub root: Observation,
    /// What makes it invalid though it can be read.
    pub remarks: Vec<Problem>,
}

/// What is observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    pub kind: ObservationKind,
    pub qualifiers: Vec<Qualifier>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ObservationKind {
    /// `[...]`: one object for which this holds.
    One(Test),
    /// At least two.
    Joined(Joint, Vec<Observation>),
}

/// What joins observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    FollowedBy,
    Or,
    And,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Qualifier {
    /// Seconds.
    Within(f64),
    Repeats(u64),
    /// Times as they are written.
    StartStop(String, String),
}

/// What holds for an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    Comparison(Comparison),
    /// At least two.
    All(Vec<Test>),
    /// At least two.
    Any(Vec<Test>),
}

/// `file:hashes.MD5 = '...'`
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// `file`
    pub object: String,
    /// The path below the object, at least one step.
    pub path: Vec<Step>,
    /// Object and path as they are written.
    pub key: String,
    pub negated: bool,
    pub operator: Operator,
    /// One, none for EXISTS, any number for IN.
    pub values: Vec<Literal>,
    /// Where it begins, in bytes.
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Name(String),
    Index(i64),
    /// `[*]`
    Every,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Like,
    Matches,
    IsSubset,
    IsSuperset,
    Exists,
}

impl Operator {
    /// As STIX writes it.
    pub fn word(self) -> &'static str {
        match self {
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::In => "IN",
            Operator::Like => "LIKE",
            Operator::Matches => "MATCHES",
            Operator::IsSubset => "ISSUBSET",
            Operator::IsSuperset => "ISSUPERSET",
            Operator::Exists => "EXISTS",
        }
    }

    /// The operator that holds where this one does not, if there is one.
    pub fn opposite(self) -> Option<Operator> {
        Some(match self {
            Operator::Equal => Operator::NotEqual,
            Operator::NotEqual => Operator::Equal,
            Operator::Less => Operator::GreaterOrEqual,
            Operator::LessOrEqual => Operator::Greater,
            Operator::Greater => Operator::LessOrEqual,
            Operator::GreaterOrEqual => Operator::Less,
            Operator::In
            | Operator::Like
            | Operator::Matches
            | Operator::IsSubset
            | Operator::IsSuperset
            | Operator::Exists => return None,
        })
    }
}

impl Pattern {
    /// Every comparison, in the order of the text.
    pub fn comparisons(&self) -> Vec<&Comparison> {
        let mut found = Vec::new();
        let mut open = vec![&self.root];
        while let Some(observation) = open.pop() {
            match &observation.kind {
                ObservationKind::One(test) => test.comparisons(&mut found),
                ObservationKind::Joined(_, parts) => open.extend(parts.iter().rev()),
            }
        }
        found
    }
}

impl Test {
    fn comparisons<'t>(&'t self, found: &mut Vec<&'t Comparison>) {
        match self {
            Test::Comparison(comparison) => found.push(comparison),
            Test::All(parts) | Test::Any(parts) => {
                parts.iter().for_each(|part| part.comparisons(found));
            }
        }
    }
}

impl Comparison {
    /// The path's last name.
    pub fn last_name(&self) -> &str {
        let named = self.path.iter().rev().find_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            Step::Index(_) | Step::Every => None,
        });
        named.unwrap_or("")
    }
}
