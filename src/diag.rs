//! What is wrong with a query, and where. Knows nothing of how it is shown.

use crate::span::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

/// One remark on a query text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Kusto's code where one is known (`KS142`, `SEM0100`), else one of ours (`KH...`).
    pub code: &'static str,
    pub severity: Severity,
    pub span: Span,
    /// Lower case, no full stop, quotes user text: unknown column 'Acount' in OfficeActivity.
    pub message: String,
    /// One sentence that can be acted on: Did you mean 'Account'?
    pub help: Option<String>,
    /// A change of the text that follows the help.
    pub fix: Option<Fix>,
    /// The fix may change what the query gives, of a query that is right as it is.
    pub fix_differs: bool,
}

/// One change of a text: what stands at the place is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub span: Span,
    pub text: String,
}

/// The codes that we give. Kusto's own are in the page "Query errors" and in its language service.
pub mod code {
    /// The text does not follow KQL's grammar.
    pub const SYNTAX: &str = "SYN0002";
    /// Something else should stand here.
    pub const EXPECTED: &str = "KS005";
    /// A part is missing.
    pub const MISSING: &str = "KS006";
    /// Another operator than KQL has after a pipe.
    pub const OPERATOR: &str = "KS176";
    /// An operator that needs a table before it stands first.
    pub const FIRST: &str = "KS174";
    /// A name that refers to nothing.
    pub const UNKNOWN_NAME: &str = "KS142";
    /// A name that refers to no table.
    pub const UNKNOWN_TABLE: &str = "KS204";
    /// A part of a fuzzy union is left out.
    pub const FUZZY: &str = "KS205";
    /// A name that refers to no type.
    pub const UNKNOWN_TYPE: &str = "KS160";
    /// `*` where no list of columns may stand.
    pub const STAR: &str = "KS191";
    /// A name that is taken.
    pub const TAKEN: &str = "KS171";
    /// A parameter that is given twice.
    pub const GIVEN: &str = "KS180";
    /// A variable that is declared twice.
    pub const DECLARED: &str = "KS201";
    /// A function that does not exist.
    pub const UNKNOWN_FUNCTION: &str = "KS211";
    /// Arguments of a wrong number.
    pub const ARITY: &str = "KS119";
    /// The same, for functions that take a range of numbers.
    pub const ARITY_RANGE: &str = "KS120";
    /// The same, where arguments come in pairs.
    pub const ARITY_PAIRS: &str = "KS121";
    /// A value of a wrong type.
    pub const TYPE: &str = "KS107";
    /// An operand of a wrong type.
    pub const OPERANDS: &str = "KS106";
    /// A call is wanted.
    pub const NO_CALL: &str = "KS236";
    /// A constant, or a literal, is wanted.
    pub const CONSTANT: &str = "KS129";
    pub const LITERAL: &str = "KS131";
    /// A table where a scalar must stand, and the other way round.
    pub const SCALAR: &str = "KS108";
    pub const TABULAR: &str = "KS111";
    /// Arguments that do not go together.
    pub const COMBINATION: &str = "KS127";
    /// No integer, no number, none of some types.
    pub const INTEGER: &str = "KS134";
    pub const NUMBER: &str = "KS137";
    pub const TYPES: &str = "KS141";
    /// A constant that is none of some texts.
    pub const CHOICE: &str = "KS140";
    /// An aggregate outside of summarize.
    pub const AGGREGATE: &str = "KS144";
    /// An aggregate is missing in summarize.
    pub const NO_AGGREGATE: &str = "KS236";
    /// A join's condition of another form than `$left.a == $right.b`.
    pub const CONDITION: &str = "KS182";
    /// A side of a join's condition that is no column of its table.
    pub const SIDE: &str = "KS183";
    /// The keys of a join of different types.
    pub const KEYS: &str = "KS242";
    /// No literal true or false.
    pub const BOOL_LITERAL: &str = "KS223";
    /// Values that share no type.
    pub const COMMON: &str = "KS232";
    /// A value without an order, where the greatest or least is asked for.
    pub const ORDER: &str = "KS206";
    /// A table without a column that a function needs.
    pub const COLUMNS: &str = "KS249";
    /// Several names for what has one value.
    pub const NAMES: &str = "KS149";
    /// Two sides that cannot be compared or joined.
    pub const MISMATCH: &str = "SEM0064";
    /// A construct of KQL that kqlhunt does not do yet, or will not do.
    pub const UNSUPPORTED: &str = "KH001";
    /// A text beyond one of our limits.
    pub const LIMIT: &str = "KH002";
    /// A name that resolves, but is not the official one.
    pub const ALIAS: &str = "KH003";
    /// The data could not be asked for the columns that depend on them.
    pub const DATA: &str = "KH004";
    /// Legal, but most likely not what was meant.
    pub const SUSPICIOUS: &str = "KH005";
    /// Something from outside of the database that nobody has supplied.
    pub const OUTSIDE: &str = "KH006";
    /// An answer that Kusto's own documents and answers do not settle.
    pub const UNCERTAIN: &str = "KH008";
    /// What only kqlhunt has.
    pub const EXTENSION: &str = "KH009";
    /// A mistake of the compiler itself.
    pub const OURS: &str = "KH010";
    /// What is known to be no array, or no bag, where one is wanted.
    pub const ARRAY: &str = "KS234";
    pub const BAG: &str = "KS235";
    /// Sides of different types, compared after a conversion that the text does not write.
    pub const CONVERTED: &str = "KH007";
}

impl Diagnostic {
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        let (message, severity) = (message.into(), Severity::Error);
        Diagnostic { code, severity, span, message, help: None, fix: None, fix_differs: false }
    }

    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// A refusal: names the construct and says what to do instead.
    pub fn unsupported(span: Span, what: impl AsRef<str>, help: impl Into<String>) -> Self {
        Diagnostic::error(code::UNSUPPORTED, span, format!("{} is not supported yet", what.as_ref()))
            .help(help)
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, text: text.into() });
        self
    }

    /// Asks whether the candidate that is near was meant in place of what the span says, with that change of the
    /// text; or says something else where none is.
    pub fn mean(self, near: Option<&str>, otherwise: impl Into<String>) -> Self {
        let span = self.span;
        match near {
            Some(near) => self.help(format!("Did you mean '{near}'?")).fix(span, near),
            None => self.help(otherwise),
        }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether any of them stops the query.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

/// A shorter beginning fits too much, and one of which less than half is typed too.
const BEGINNING_MIN: usize = 3;

/// The candidate nearest to what was typed, for "Did you mean"; else the shortest of which it is the larger part.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (length, typed_lower) = (typed.chars().count(), typed.to_lowercase());
    let limit = (length / 3).max(1);
    let candidates = candidates.into_iter().filter(|candidate| *candidate != typed);
    let graded = candidates.filter_map(|candidate| {
        let lower = candidate.to_lowercase();
        let far = distance(&typed_lower, &lower);
        let more = lower.strip_prefix(&typed_lower).map(|more| more.chars().count());
        let begins = length >= BEGINNING_MIN && more.is_some_and(|more| more <= length);
        match far {
            0.. if far <= limit => Some(((false, far), candidate)),
            _ if begins => Some(((true, candidate.len()), candidate)),
            _ => None,
        }
    });
    graded.min_by_key(|(grade, _)| *grade).map(|(_, candidate)| candidate)
}

/// A help that names the candidate nearest to what was typed, or says something else where none is near.
pub fn did_you_mean<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    otherwise: impl Into<String>,
) -> String {
    match nearest(typed, candidates) {
        Some(near) => format!("Did you mean '{near}'?"),
        None => otherwise.into(),
    }
}

/// Edits of one character, neighbours swapped counting as one (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len().abs_diff(right.len()) > 8 {
        return usize::MAX;
    }
    let width = right.len() + 1;
    let mut rows = vec![0; width * (left.len() + 1)];
    for (at, cell) in rows.iter_mut().take(width).enumerate() {
        *cell = at;
    }
    for i in 1..=left.len() {
        rows[i * width] = i;
        for j in 1..=right.len() {
            let same = usize::from(left[i - 1] != right[j - 1]);
            let mut best = (rows[(i - 1) * width + j] + 1)
                .min(rows[i * width + j - 1] + 1)
                .min(rows[(i - 1) * width + j - 1] + same);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[(i - 2) * width + j - 2] + 1);
            }
            rows[i * width + j] = best;
        }
    }
    rows[width * (left.len() + 1) - 1]
}
