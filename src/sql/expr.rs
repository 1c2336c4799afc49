//! Expressions to SQL text. A string is never NULL here; everything else may be.
//!
//! Texts are atoms: a name, a literal, a call, or something in parentheses.

use super::block::Block;
use super::literal::{compared, literal};
use super::node::Writer;
use super::quote;
use crate::catalog::func::{Arg, Lower};
use crate::kernels::{self, Nulls, among};
use crate::plan::{ColId, CompareOp, Expr, ExprKind, Node, OrderKey, Rel, WindowFunc, columns_of};
use crate::types::Type;
use crate::value::Value;

/// Whether NULL and false may be told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The value itself is seen.
    Value,
    /// A condition: NULL drops the row as false does.
    Filter,
}

impl Writer<'_> {
    pub fn expr(&mut self, expr: &Expr, block: &Block) -> String {
        self.expr_in(expr, block, Place::Value)
    }

    pub fn condition(&mut self, expr: &Expr, block: &Block) -> String {
        self.expr_in(expr, block, Place::Filter)
    }

    fn expr_in(&mut self, expr: &Expr, block: &Block, place: Place) -> String {
        if self.too_long {
            return String::new();
        }
        let text = self.written(expr, block, place);
        self.count(text.len());
        // What stands around it must not repeat it.
        if self.too_long { String::new() } else { text }
    }

    fn written(&mut self, expr: &Expr, block: &Block, place: Place) -> String {
        match &expr.kind {
            ExprKind::Col(id) => block.text(*id).to_owned(),
            ExprKind::Lit(value) => literal(value, expr.ty),
            ExprKind::Call { sig, args, .. } => self.call(expr, sig.lower, args, block),
            ExprKind::Convert(inner) => {
                let text = self.expr(inner, block);
                convert(&text, inner.ty, expr.ty)
            }
            ExprKind::Compare { op, left, right } => self.compare(*op, left, right, block, place),
            ExprKind::And(items) => self.chain(items, " AND ", "true", block, place),
            ExprKind::Or(items) => self.chain(items, " OR ", "false", block, place),
            ExprKind::In { negated, needle, items } => self.in_list(*negated, needle, items, block, place),
            ExprKind::InRel { negated, needle, rel, item } => {
                let mut inner = self.rel(rel);
                if !inner.takes_items() {
                    inner = self.closed(inner);
                }
                let text = self.expr(item, &inner);
                if item.nullable() {
                    // A NULL in the list would make every miss of NOT IN unknown.
                    if !inner.takes_filter() {
                        inner = self.closed(inner);
                    }
                    let text = self.expr(item, &inner);
                    inner.filters.push(format!("{text} IS NOT NULL"));
                }
                let text = if inner.takes_filter() { self.expr(item, &inner) } else { text };
                inner.items = vec![(ColId::OUTSIDE, text)];
                let list = super::block::nested(&inner.sql());
                let needle_text = self.expr(needle, block);
                let found = format!("({needle_text} IN {list})");
                membership(found, *negated, needle.nullable(), place)
            }
            ExprKind::Scalar(rel) => {
                let mut inner = self.rel(rel);
                if !inner.takes_limit() {
                    inner = self.closed(inner);
                }
                let Some(first) = rel.cols.first() else { return "NULL".to_owned() };
                let text = inner.text(first.id).to_owned();
                if inner.groups.as_ref().is_some_and(Vec::is_empty) && is_aggregated(rel, first.id) {
                    // DuckDB takes it for several rows otherwise, and plans longer.
                    inner.groups = None;
                } else {
                    // Before the columns that it may read are gone.
                    inner.order = self.order(&rel.order, &inner);
                    inner.limit = Some("1".to_owned());
                }
                inner.items = vec![(first.id, text)];
                let scalar = super::block::nested(&inner.sql());
                if expr.ty == Type::String { or_empty(&scalar) } else { scalar }
            }
            ExprKind::Path { base, path } => {
                ["kql_json_get(", &self.expr(base, block), ", ", &quote::text(path), ")"].concat()
            }
            ExprKind::ArgMost { greatest, by, values } => self.row_of_most(*greatest, by, values, block),
            ExprKind::ArgMostOf { greatest, by, value } => self.value_of_most(*greatest, by, value, block),
            ExprKind::Field { base, index } => {
                let field = [&*self.expr(base, block), "['f", &index.to_string(), "']"].concat();
                if expr.ty == Type::String { or_empty(&field) } else { field }
            }
            ExprKind::Over { func, args } => self.over(*func, args, expr.ty, block),
        }
    }

    fn chain(&mut self, items: &[Expr], word: &str, empty: &str, block: &Block, place: Place) -> String {
        let texts: Vec<String> = items.iter().map(|item| self.expr_in(item, block, place)).collect();
        match texts.len() {
            0 => empty.to_owned(),
            1 => texts.concat(),
            _ => ["(", &texts.join(word), ")"].concat(),
        }
    }

    fn call(&mut self, expr: &Expr, lower: Lower, args: &[Expr], block: &Block) -> String {
        let texts: Vec<String> = args.iter().map(|arg| self.expr(arg, block)).collect();
        let (text, may_be_null) = match lower {
            Lower::Kernel(name) => {
                // A stored document need not be printed to be searched.
                if let Some((document, kernel)) = document(name, args) {
                    let rest = texts[1..].join(", ");
                    return [kernel, "(", &self.expr(document, block), ", ", &rest, ")"].concat();
                }
                let strict = kernels::find(name).is_none_or(|kernel| kernel.nulls == Nulls::Propagate);
                ([name, "(", &texts.join(", "), ")"].concat(), strict)
            }
            Lower::Sql(template) => (filled(template, &texts, &self.list_order), true),
            Lower::Build(build) => {
                let args: Vec<Arg<'_>> = args
                    .iter()
                    .zip(&texts)
                    .map(|(arg, text)| Arg { sql: text, ty: arg.ty, nullable: arg.nullable() })
                    .collect();
                (["(", &build(&args), ")"].concat(), true)
            }
            Lower::Refuse(reason) => unreachable!("a refused call is never planned: {reason}"),
        };
        if expr.ty == Type::String && may_be_null && args.iter().any(Expr::nullable) {
            return or_empty(&text);
        }
        text
    }

    /// Null against a value is false for `==` and true for `!=`; null against null is null, and so is any
    /// `<` with a null ("null values" in the Kusto reference). NaN equals nothing and has no order.
    fn compare(&mut self, op: CompareOp, left: &Expr, right: &Expr, block: &Block, place: Place) -> String {
        let (one, mut other) = (self.expr(left, block), self.expr(right, block));
        if right.literal().is_some() && left.literal().is_none() && left.ty == right.ty {
            other.truncate(compared(&other).len());
        }
        let may_be_nan = |expr: &Expr| {
            expr.ty == Type::Real && !matches!(expr.literal(), Some(Value::Real(value)) if !value.is_nan())
        };
        let sides = [((left, &one), (right, &other)), ((right, &other), (left, &one))];
        let nans = || sides.iter().filter(|((expr, _), _)| may_be_nan(expr));
        match op {
            CompareOp::Eq | CompareOp::Ne => {
                let nulls = (left.nullable(), right.nullable());
                let nan = nans().map(|((_, text), _)| text.as_str()).next();
                equality(op == CompareOp::Eq, &one, &other, nan, nulls, place)
            }
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                let sign = match op {
                    CompareOp::Lt => " < ",
                    CompareOp::Le => " <= ",
                    CompareOp::Gt => " > ",
                    CompareOp::Ge | CompareOp::Eq | CompareOp::Ne => " >= ",
                };
                let guards: String = nans()
                    .map(|((_, text), (against, null))| match place {
                        // NULL against NaN stays NULL.
                        Place::Value if against.nullable() => {
                            format!(" AND (NOT isnan({text}) OR {null} IS NULL)")
                        }
                        Place::Value | Place::Filter => format!(" AND NOT isnan({text})"),
                    })
                    .collect();
                let (one, other) = (ordered(&one, left.ty), ordered(&other, right.ty));
                ["(", &one, sign, &other, &guards, ")"].concat()
            }
        }
    }

    fn in_list(
        &mut self,
        negated: bool,
        needle: &Expr,
        items: &[Expr],
        block: &Block,
        place: Place,
    ) -> String {
        let texts = items.iter().map(|item| match item.literal() {
            Some(Value::String(text)) => Some(text.as_str()),
            _ => None,
        });
        let texts: Option<Vec<&str>> = texts.collect();
        if let Some(texts) = texts.filter(|texts| texts.len() >= among::LIST_MIN) {
            let list = quote::text(&among::list_text(texts.into_iter()));
            let found = match folded(needle) {
                Some(text) => format!("kql_among_folded({}, {list})", self.expr(text, block)),
                None => format!("kql_among({}, {list})", self.expr(needle, block)),
            };
            return membership(found, negated, needle.nullable(), place);
        }
        let items = items.iter().filter(|item| !item.literal().is_some_and(Value::is_null));
        let nullable = items.clone().any(Expr::nullable);
        let items: Vec<String> = items.map(|item| self.expr(item, block)).collect();
        if items.is_empty() {
            return if negated { "true".to_owned() } else { "false".to_owned() };
        }
        let text = self.expr(needle, block);
        let found = ["(", &text, " IN (", &items.join(", "), "))"].concat();
        // Beside a null, IN says null where nothing else is found.
        membership(found, negated, needle.nullable() || nullable, place)
    }

    /// The keys of an ORDER BY.
    pub fn order(&self, keys: &[OrderKey], block: &Block) -> Vec<String> {
        let text = |key: &OrderKey| order_key(block.text(key.col), key.ty, key.ascending, key.nulls_first);
        keys.iter().map(text).collect()
    }

    fn over(&mut self, func: WindowFunc, args: &[Expr], ty: Type, block: &Block) -> String {
        let texts: Vec<String> = args.iter().map(|arg| self.expr(arg, block)).collect();
        let order = if self.window_order.is_empty() {
            String::new()
        } else {
            format!("ORDER BY {}", self.window_order.join(", "))
        };
        let parts = &self.window_parts;
        let parted = |run: Option<&String>| {
            let keys: Vec<&str> = parts.iter().chain(run).map(String::as_str).collect();
            if keys.is_empty() { String::new() } else { format!("PARTITION BY {} ", keys.join(", ")) }
        };
        let part = parted(None);
        let running = format!("{order} ROWS UNBOUNDED PRECEDING");
        match func {
            WindowFunc::Position => format!("row_number() OVER ({part}{order})"),
            WindowFunc::RunCount => {
                // With FILTER it would count the frame of each row anew, hundreds of times slower.
                let run = parted(texts.get(1));
                format!("count(CASE WHEN {} THEN 1 END) OVER ({run}{running})", texts[0])
            }
            WindowFunc::Changed => {
                let over = format!("OVER ({}{order})", parted(texts.get(1)));
                format!("(row_number() {over} = 1 OR lag({0}) {over} IS DISTINCT FROM {0})", texts[0])
            }
            WindowFunc::RankMin => {
                let (number, changed, value) = (&texts[0], &texts[1], &texts[2]);
                let run = parted(texts.get(3));
                let same =
                    if run.is_empty() { "PARTITION BY ".to_owned() } else { format!("{}, ", run.trim_end()) };
                format!(
                    "kql_only_rank(max(CASE WHEN {changed} THEN {number} END) OVER ({run}{running}), \
                     min({number}) OVER ({same}{value}))"
                )
            }
            WindowFunc::Near => {
                let (condition, back, on) = (&texts[0], &texts[1], &texts[2]);
                let frame = format!("ROWS BETWEEN {back} PRECEDING AND {on} FOLLOWING");
                format!("coalesce(bool_or({condition}) OVER ({part}{order} {frame}), false)")
            }
            WindowFunc::RankDense | WindowFunc::Session => {
                unreachable!("the plan makes other columns of {func:?}")
            }
            WindowFunc::RowNumber => {
                let run = parted(texts.get(1));
                match texts.first() {
                    Some(start) => format!("kql_add(row_number() OVER ({run}{order}) - 1, {start})"),
                    None => format!("row_number() OVER ({run}{order})"),
                }
            }
            WindowFunc::RowCumsum => {
                let run = parted(texts.get(1));
                let sum = format!("coalesce(sum({}) OVER ({run}{running}), 0)", texts[0]);
                match ty {
                    Type::Real => sum,
                    Type::Int => format!("kql_int_sum({sum})"),
                    _ => format!("kql_wrap({sum})"),
                }
            }
            WindowFunc::Prev | WindowFunc::Next => {
                let name = if func == WindowFunc::Prev { "lag" } else { "lead" };
                let offset = texts.get(1).cloned().unwrap_or_else(|| "1".to_owned());
                let default = texts.get(2).cloned();
                let default = default.unwrap_or_else(|| {
                    if ty == Type::String { "''".to_owned() } else { format!("NULL::{}", ty.sql()) }
                });
                format!("{name}({}, {offset}, {default}) OVER ({part}{order})", texts[0])
            }
        }
    }
}

/// `==`, or `!=`, of two texts of SQL: one of them may be NaN, and each NULL.
fn equality(
    same: bool,
    one: &str,
    other: &str,
    nan: Option<&str>,
    nullable: (bool, bool),
    place: Place,
) -> String {
    let equal = match nan {
        None => [one, " = ", other].concat(),
        Some(nan) => format!("{one} = {other} AND NOT isnan({nan})"),
    };
    let both = |found: &str| {
        format!(
            "(CASE WHEN {one} IS NULL AND {other} IS NULL THEN NULL ELSE {found}coalesce({equal}, false) END)"
        )
    };
    match (same, nullable, place) {
        (true, (false, false), _) | (true, _, Place::Filter) => ["(", &equal, ")"].concat(),
        (true, (true, true), Place::Value) => both(""),
        (true, _, Place::Value) => format!("coalesce({equal}, false)"),
        (false, (false, false), _) if nan.is_none() => ["(", one, " <> ", other, ")"].concat(),
        (false, (false, false), _) => format!("(NOT ({equal}))"),
        (false, (true, true), _) => both("NOT "),
        (false, _, _) if nan.is_none() => format!("({one} IS DISTINCT FROM {other})"),
        (false, _, _) => format!("(NOT coalesce({equal}, false))"),
    }
}

/// The dynamic column whose text an operator searches, and the kernel that takes the column itself.
fn document<'e>(text_kernel: &str, args: &'e [Expr]) -> Option<(&'e Expr, &'static str)> {
    let ExprKind::Convert(inner) = &args.first()?.kind else { return None };
    let column = inner.ty == Type::Dynamic && matches!(inner.kind, ExprKind::Col(_));
    kernels::terms::document::of_dynamic(text_kernel).filter(|_| column).map(|kernel| (&**inner, kernel))
}

/// A key of an ORDER BY. NaN stands beside null, always on the side of the numbers ("sort operator" in the Kusto
/// reference). KQL sorts by no dynamic; a result may be.
pub fn order_key(text: &str, ty: Type, ascending: bool, nulls_first: bool) -> String {
    let direction = if ascending { "ASC" } else { "DESC" };
    let nulls = if nulls_first { "FIRST" } else { "LAST" };
    match ty {
        Type::String => format!("{text} {direction}"),
        Type::Real => {
            let nan = if nulls_first { "DESC" } else { "ASC" };
            format!("nullif({text}, 'nan'::DOUBLE) {direction} NULLS {nulls}, {text} IS NULL {nan}")
        }
        Type::Dynamic => format!("kql_dynamic_order({text}) {direction} NULLS {nulls}"),
        _ => format!("{} {direction} NULLS {nulls}", ordered(text, ty)),
    }
}

/// What has the order of the values: decimals are texts.
pub fn ordered(text: &str, ty: Type) -> String {
    if ty == Type::Decimal { format!("kql_decimal_order({text})") } else { text.to_owned() }
}

/// Whether a column is made of an aggregate, without which one row of all would be all rows.
fn is_aggregated(rel: &Rel, column: ColId) -> bool {
    match &rel.node {
        Node::Aggregate { aggs, .. } => aggs.iter().any(|(id, agg)| {
            *id == column && matches!(agg.kind, ExprKind::Call { .. } | ExprKind::ArgMost { .. })
        }),
        Node::Project { input, items, .. } => match items.iter().find(|(id, _)| *id == column) {
            Some((_, expr)) => columns_of(expr).iter().any(|below| is_aggregated(input, *below)),
            None => is_aggregated(input, column),
        },
        _ => false,
    }
}

/// The text whose case an expression folds.
fn folded(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Call { sig, args, .. } if matches!(sig.lower, Lower::Kernel("kql_fold")) => args.first(),
        _ => None,
    }
}

/// `in` gives false for null, `!in` true.
fn membership(found: String, negated: bool, nullable: bool, place: Place) -> String {
    match (negated, nullable, place) {
        (false, false, _) | (false, true, Place::Filter) => found,
        (false, true, Place::Value) => format!("coalesce({found}, false)"),
        (true, false, _) => ["(NOT ", &found, ")"].concat(),
        (true, true, _) => format!("({found} IS NOT TRUE)"),
    }
}

/// A string that may be NULL as one that is not.
fn or_empty(text: &str) -> String {
    ["coalesce(", text, ", '')"].concat()
}

/// A template with its arguments, in parentheses: `{0}`, `{1}` ..., `{*}` for all, `{order}` for the order inside a
/// list.
fn filled(template: &str, args: &[String], order: &str) -> String {
    let given: usize = args.iter().map(String::len).sum();
    let mut text = String::with_capacity(template.len() + given + order.len() + 2);
    text.push('(');
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('}') else { break };
        let key = &rest[at + 1..at + end];
        match key {
            "*" => text.push_str(&args.join(", ")),
            "order" => text.push_str(order),
            index => match index.parse::<usize>().ok().and_then(|index| args.get(index)) {
                Some(arg) => text.push_str(arg),
                None => text.push_str("NULL"),
            },
        }
        rest = &rest[at + end + 1..];
    }
    text.push_str(rest);
    text.push(')');
    text
}

/// Where KQL converts without being asked.
fn convert(text: &str, from: Type, to: Type) -> String {
    let called = |kernel: &str| [kernel, "(", text, ")"].concat();
    match (from, to) {
        (Type::Dynamic, Type::String) => called("kql_json_tostring"),
        (Type::Bool, Type::String) => {
            format!("(CASE {text} WHEN true THEN 'True' WHEN false THEN 'False' ELSE '' END)")
        }
        (Type::Real, Type::String) => called("kql_tostring_real"),
        (Type::Datetime, Type::String) => called("kql_tostring_datetime"),
        (Type::Timespan, Type::String) => called("kql_tostring_timespan"),
        (_, Type::String) => or_empty(&[text, "::VARCHAR"].concat()),
        (Type::Dynamic, Type::Bool) => called("kql_tobool_json"),
        (Type::Dynamic, Type::Int) => called("kql_toint_json"),
        (Type::Dynamic, Type::Long) => called("kql_tolong_json"),
        (Type::Dynamic, Type::Real) => called("kql_toreal_json"),
        (Type::Dynamic, Type::Datetime) => format!("kql_todatetime({})", called("kql_json_tostring")),
        (Type::Dynamic, Type::Timespan) => called("kql_totimespan_json"),
        (Type::Dynamic, Type::Decimal) => called("kql_decimal_of_json"),
        (Type::Int | Type::Long, Type::Decimal) => called("kql_decimal_of_long"),
        (Type::Real, Type::Decimal) => called("kql_decimal_of_real"),
        (Type::Dynamic, Type::Guid) => format!("kql_toguid({})", called("kql_json_tostring")),
        (Type::String | Type::Guid | Type::Decimal, Type::Dynamic) => called("kql_json_of_string"),
        (Type::Real, Type::Dynamic) => called("kql_json_of_real"),
        (Type::Datetime, Type::Dynamic) => called("kql_json_of_datetime"),
        (Type::Timespan, Type::Dynamic) => called("kql_json_of_timespan"),
        (Type::Bool | Type::Int | Type::Long, Type::Dynamic) => format!("{text}::VARCHAR"),
        (_, to) => [text, "::", to.sql()].concat(),
    }
}
