//! Advice on queries that are right but slow, obsolete or easily misread: the analyzers of Kusto's language
//! service, by its codes. Given only where it is asked for: by `check`, not when a query runs.

use super::check::Binder;
use super::elements::Inside;
use super::env::{Binding, Env};
use super::{Column, Expr, ExprKind};
use crate::catalog;
use crate::diag::{Diagnostic, code};
use crate::span::Span;
use crate::syntax::ast::{self, Name};
use crate::syntax::below::{self, Part};
use crate::types::Type;
use crate::value::Value;

/// One analyzer.
pub struct Advice {
    pub code: &'static str,
    /// What is said, lower case, no full stop.
    pub message: &'static str,
    /// What to do, as a sentence.
    pub help: &'static str,
    /// A query that it is given on, and what the fix makes of it; empty where the text cannot say it.
    pub example: (&'static str, &'static str),
    /// The fix may change what the query gives.
    pub differs: bool,
}

const fn row(code: &'static str, message: &'static str, help: &'static str) -> Advice {
    Advice { code, message, help, example: ("", ""), differs: false }
}

impl Advice {
    const fn example(mut self, query: &'static str, fixed: &'static str) -> Advice {
        self.example = (query, fixed);
        self
    }

    const fn differs(mut self) -> Advice {
        self.differs = true;
        self
    }
}

pub static CONTAINS: Advice =
    row("KS500", "contains looks at every character", "Use has where whole terms are meant.")
        .example("Stored | where Text contains \"mail\"", "Stored | where Text has \"mail\"")
        .differs();
pub static NULL_TEXT: Advice = row("KS501", "a string is never null", "Use isempty().")
    .example("print a = isnull(\"x\")", "print a = isempty(\"x\")")
    .differs();
pub static NOT_NULL_TEXT: Advice = row("KS502", "a string is never null", "Use isnotempty().")
    .example("print a = isnotnull(\"x\")", "print a = isnotempty(\"x\")")
    .differs();
pub static TOBOOL: Advice = row("KS504", "tobool() of a number", "Compare the number with 0.")
    .example("print a = tobool(5)", "print a = (5 != 0)")
    .differs();
pub static NULL_SUM: Advice = row(
    "KS505",
    "a row is left out of the sum where one of the operands is null",
    "Sum each operand by itself.",
)
.example(
    "range x from 1 to 3 step 1 | summarize s = sum(x + 1)",
    "range x from 1 to 3 step 1 | summarize s = (sum(x) + sum(1))",
)
.differs();
pub static FORMATTED: Advice = row(
    "KS506",
    "a datetime is formatted to be compared",
    "Compare it with a datetime, or use startofday() or bin().",
)
.example("print t = now() | where format_datetime(t, \"yyyy\") == \"2026\"", "");
pub static OBSOLETE: Advice = row("KS507", "an old name of a function", "Use its new name.")
    .example("print parsejson('1')", "print parse_json('1')");
pub static REPLACED: Advice = row(
    "KS507",
    "an old function that another replaces",
    "Use that one; the names or the number of what it gives may be others.",
)
.example(
    "range x from 1 to 3 step 1 | summarize makeset(x)",
    "range x from 1 to 3 step 1 | summarize make_set(x)",
)
.differs();
pub static KIND: Advice = row(
    "KS508",
    "a join without a kind drops left rows with equal keys",
    "Write kind=innerunique to say so, or kind=inner for all pairs.",
)
.example("print a = 1 | join (print a = 1) on a", "print a = 1 | join kind=innerunique (print a = 1) on a");
pub static SHADOWED: Advice =
    row("KS510", "a column hides the variable of this name", "Give the variable another name.")
        .example("let a = 5; print a = 1 | where a == 1", "");
pub static LEGACY: Advice =
    row("KS513", "partition without a strategy takes 64 values", "Write hint.strategy=native.").example(
        "range x from 1 to 3 step 1 | partition by x (take 1)",
        "range x from 1 to 3 step 1 | partition hint.strategy=native by x (take 1)",
    );
pub static ADDRESS: Advice =
    row("KS514", "an address is looked for as a text", "Use has_ipv4(), or has_ipv4_prefix().")
        .example(
            "print a = \"x\" | where a has \"192.0.2.7\"",
            "print a = \"x\" | where has_ipv4(a, \"192.0.2.7\")",
        )
        .differs();
pub static EXACT: Advice =
    row("KS515", "distinct values are counted one by one", "Use dcount() where an estimate will do.")
        .example(
            "range x from 1 to 3 step 1 | summarize count_distinct(x)",
            "range x from 1 to 3 step 1 | summarize dcount(x)",
        )
        .differs();
pub static LENGTH: Advice =
    row("KS516", "strlen() of a dynamic writes all of it first", "Measure a property, or array_length().")
        .example("print a = strlen(dynamic([1, 2]))", "");

/// Every analyzer.
pub static ALL: &[&Advice] = &[
    &CONTAINS,
    &NULL_TEXT,
    &NOT_NULL_TEXT,
    &TOBOOL,
    &NULL_SUM,
    &FORMATTED,
    &OBSOLETE,
    &REPLACED,
    &KIND,
    &SHADOWED,
    &LEGACY,
    &ADDRESS,
    &EXACT,
    &LENGTH,
];

impl Binder<'_> {
    /// Remarks, with a change of the text where one says it all.
    pub fn advise(&mut self, advice: &Advice, span: Span, fix: Option<(Span, String)>) {
        if !self.options.advice {
            return;
        }
        let remark = Diagnostic::warning(advice.code, span, advice.message).help(advice.help);
        self.remark(match fix {
            Some((place, text)) => Diagnostic { fix_differs: advice.differs, ..remark.fix(place, text) },
            None => remark,
        });
    }

    /// On what only kqlhunt has.
    pub fn advise_extension(&mut self, what: &str, instead: &str, span: Span) {
        if self.options.advice {
            let message = format!("{what} is kqlhunt's own; Kusto has none of this name");
            self.remark(Diagnostic::warning(code::EXTENSION, span, message).help(instead));
        }
    }

    /// On the name of a function.
    pub fn advise_name(&mut self, name: &Name) {
        if !self.options.advice {
            return;
        }
        if let Some(new) = catalog::successor(&name.text) {
            // The arguments of replace_regex() stand in another order.
            let fix = (name.text != "replace").then(|| (name.span, new.to_owned()));
            // A name that is another function, such as makeset(), which keeps 128 values, and not only a spelling.
            let otherwise = catalog::is_another(&name.text);
            self.advise(if otherwise { &REPLACED } else { &OBSOLETE }, name.span, fix);
        }
        if let Some(new) = catalog::aggregate(&name.text).and_then(|row| row.estimate) {
            self.advise(&EXACT, name.span, Some((name.span, new.to_owned())));
        }
    }

    /// On the names of functions in what is not bound.
    pub fn advise_names_in(&mut self, expr: &ast::Expr) {
        let mut parts = vec![Part::Expr(expr)];
        while let Some(part) = parts.pop() {
            match part {
                Part::Expr(inner) => {
                    if let ast::ExprKind::Call { name, .. } = &inner.kind {
                        self.advise_name(name);
                    }
                    parts.extend(below::below_expr(inner));
                }
                Part::Pipe(pipe) => {
                    parts.extend(pipe.source.as_deref().map(Part::Expr));
                    parts.extend(pipe.ops.iter().flat_map(below::below_op));
                }
            }
        }
    }

    /// On a call, by the types of its arguments.
    pub fn advise_call(&mut self, name: &Name, args: &[Expr], span: Span) {
        let Some(first) = args.first() else { return };
        let renamed = |new: &str| Some((name.span, new.to_owned()));
        match (name.text.as_str(), first.ty) {
            ("isnull", Type::String) => self.advise(&NULL_TEXT, span, renamed("isempty")),
            ("isnotnull" | "notnull", Type::String) => {
                self.advise(&NOT_NULL_TEXT, span, renamed("isnotempty"))
            }
            ("tobool" | "toboolean", Type::Int | Type::Long | Type::Real) => {
                let text = format!("({} != 0)", first.span.text(self.text));
                self.advise(&TOBOOL, span, Some((span, text)));
            }
            ("strlen", Type::Dynamic) if !matches!(self.insides_of(first), Some(Inside::Value(_))) => {
                self.advise(&LENGTH, span, None)
            }
            _ => {}
        }
    }

    /// On an operator between two operands.
    pub fn advise_operator(
        &mut self,
        op: &str,
        op_span: Span,
        (left, right): (&Expr, &Expr),
        span: Span,
        cols: &[Column],
    ) {
        let known = match right.literal() {
            Some(Value::String(text)) => Some(text.as_str()),
            _ => None,
        };
        if matches!(op, "contains" | "!contains" | "contains_cs" | "!contains_cs")
            && known.is_none_or(|text| text.chars().count() > 2)
            && let ExprKind::Col(id) = left.kind
            && cols.iter().any(|column| column.id == id && self.is_stored(column))
        {
            self.advise(&CONTAINS, op_span, Some((op_span, op.replace("contains", "has"))));
        }
        let function = match (op, known) {
            ("has" | "has_cs" | "contains", Some(text)) if parts(text) == Some(4) => "has_ipv4",
            ("hasprefix", Some(text)) if parts(text).is_some() => "has_ipv4_prefix",
            _ => return,
        };
        let text = format!("{function}({}, {})", left.span.text(self.text), right.span.text(self.text));
        self.advise(&ADDRESS, op_span, Some((span, text)));
    }

    /// Whether it is a column of stored tables under its own name: only of those an index is kept.
    pub fn is_stored(&self, column: &Column) -> bool {
        let named = column.origin.is_some_and(|origin| column.name == *origin.column(self.schema));
        named || self.stored_unions.contains(column.id)
    }

    /// On a sum of sums or differences.
    pub fn advise_sum(&mut self, name: &Name, args: &[ast::Arg], span: Span) {
        let ("sum", [arg, ..]) = (name.text.as_str(), args) else { return };
        let ast::ExprKind::Binary { op: ast::BinaryOp::Add | ast::BinaryOp::Sub, op_span, left, right } =
            &arg.expr.kind
        else {
            return;
        };
        let part = |span: Span| span.text(self.text);
        let fix = format!("(sum({}) {} sum({}))", part(left.span), part(*op_span), part(right.span));
        self.advise(&NULL_SUM, span, Some((span, fix)));
    }

    /// On a condition: what it formats to compare.
    pub fn advise_condition(&mut self, condition: &Expr) {
        if !self.options.advice {
            return;
        }
        let mut places = Vec::new();
        condition.walk(&mut |inner| {
            if matches!(inner.kind, ExprKind::Call { name: "format_datetime", .. }) {
                places.push(inner.span);
            }
        });
        places.into_iter().for_each(|place| self.advise(&FORMATTED, place, None));
    }

    /// On a name that a column and a variable share.
    pub fn advise_shadowed(&mut self, name: &Name, env: &Env) {
        if self.options.advice
            && let Some(Binding::Scalar(_)) = env.get(&name.text)
        {
            self.advise(&SHADOWED, name.span, None);
        }
    }

    /// On an operator and its parameters; `place` is what the remark is about.
    pub fn advise_params(
        &mut self,
        advice: &Advice,
        name: &Name,
        place: Span,
        params: &[ast::OpParam],
        wanted: &str,
    ) {
        let (key, _) = wanted.split_once('=').unwrap_or((wanted, ""));
        if params.iter().all(|param| param.name.text != key) {
            let behind = Span::new(name.span.end as usize, name.span.end as usize);
            self.advise(advice, place, Some((behind, format!(" {wanted}"))));
        }
    }

    /// On `has_any` over nothing but addresses.
    pub fn advise_addresses(&mut self, op_span: Span, needle: &Expr, items: &[Expr], span: Span) {
        let address =
            |item: &Expr| matches!(item.literal(), Some(Value::String(text)) if parts(text) == Some(4));
        if !self.options.advice || items.is_empty() || !items.iter().all(address) {
            return;
        }
        let texts: Vec<&str> =
            std::iter::once(needle).chain(items).map(|part| part.span.text(self.text)).collect();
        let fix = format!("has_any_ipv4({})", texts.join(", "));
        self.advise(&ADDRESS, op_span, Some((span, fix)));
    }
}

/// How many numbers of an IPv4 address a text begins with, if it is nothing else.
fn parts(text: &str) -> Option<usize> {
    let trimmed = text.strip_suffix('.').unwrap_or(text);
    let numbers: Vec<&str> = trimmed.split('.').collect();
    let fits = numbers.iter().all(|number| number.parse::<u8>().is_ok());
    (fits && text.contains('.') && numbers.len() <= 4).then_some(numbers.len())
}
