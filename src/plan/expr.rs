//! Expressions: names, paths, literals, operators, and where KQL converts without being asked.

use super::check::{Binder, Checked, Stop};
use super::env::{Binding, Env};
use super::{ColId, Column, CompareOp, Expr, ExprKind, Node, Rel};
use crate::catalog::binary;
use crate::diag::{code, nearest};
use crate::kernels::json::{Step, path_text};
use crate::span::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind as Ast, ListOp, Literal, Name};
use crate::types::Type;
use crate::value::Value;

/// How many operands of `+`, `-` and the like may follow each other; `and` and `or` have no such limit.
const CHAIN_MAX: usize = 500;
/// What an expression may name, and what it may collect on its way.
pub struct Cx<'c> {
    pub env: &'c Env,
    pub cols: &'c [Column],
    /// The other side, in the condition of a join.
    pub right: Option<&'c [Column]>,
    /// Aggregates are allowed, and go here.
    pub aggs: Option<Vec<(Column, Expr)>>,
    /// Window functions are allowed, and go here.
    pub windows: Option<Vec<(Column, Expr)>>,
}

impl<'c> Cx<'c> {
    pub fn new(env: &'c Env, cols: &'c [Column]) -> Self {
        Cx { env, cols, right: None, aggs: None, windows: None }
    }
}

impl Binder<'_> {
    /// A scalar that may name these columns.
    pub fn scalar(&mut self, expr: &ast::Expr, env: &Env, cols: &[Column]) -> Checked<Expr> {
        self.expr(expr, &mut Cx::new(env, cols))
    }

    pub fn expr(&mut self, expr: &ast::Expr, cx: &mut Cx<'_>) -> Checked<Expr> {
        match &expr.kind {
            Ast::Literal(literal) => self.literal_value(literal, expr.span),
            Ast::Name(name) => self.name(name, cx),
            Ast::Star => {
                self.error(code::SYNTAX, expr.span, "'*' cannot stand here", "Name the columns.");
                Err(Stop)
            }
            Ast::Path(..) | Ast::Index(..) => self.path(expr, cx),
            Ast::Call { name, args } => self.call(name, args, expr.span, cx),
            Ast::Sign { negative, expr: inner } => {
                let inner = self.expr(inner, cx)?;
                if *negative { self.apply(&binary::NEGATE, "-", vec![inner], expr.span) } else { Ok(inner) }
            }
            Ast::Binary { .. } => self.binary(expr, cx),
            Ast::Between { negated, op_span, expr: inner, low, high } => {
                let inner = self.expr(inner, cx)?;
                let low = self.expr(low, cx)?;
                let high = self.expr(high, cx)?;
                self.between(*negated, *op_span, inner, low, high, expr.span)
            }
            Ast::In { op, op_span, expr: inner, list } => {
                self.list_op(*op, *op_span, inner, list, expr.span, cx)
            }
            Ast::Pipe(pipe) => {
                self.error(
                    code::TYPE,
                    pipe.span,
                    "a table stands where a scalar must",
                    "Put toscalar(...) around it.",
                );
                Err(Stop)
            }
            Ast::TypeLiteral(_) => {
                self.error(code::SYNTAX, expr.span, "a type stands where a value must", "Write a value.");
                Err(Stop)
            }
            Ast::PathCall(base, _) => {
                self.refuse(base.span, "a table of another cluster or database", "Name the table alone.");
                Err(Stop)
            }
            Ast::Chain { first, rest } => {
                self.chain_fits(rest.len(), expr.span)?;
                let mut value = self.expr(first, cx);
                for link in rest {
                    let right = self.expr(&link.right, cx);
                    value = match (value, right) {
                        (Ok(left), Ok(right)) => {
                            let span = left.span.to(link.right.span);
                            self.binary_op(link.op, link.op_span, left, right, span)
                        }
                        _ => Err(Stop),
                    };
                }
                value
            }
            Ast::List(_) => {
                self.error(code::SYNTAX, expr.span, "a list cannot stand here", "Write one value.");
                Err(Stop)
            }
            Ast::Error => Err(Stop),
        }
    }

    fn chain_fits(&mut self, links: usize, span: Span) -> Checked<()> {
        if links <= CHAIN_MAX {
            return Ok(());
        }
        let help = format!("At most {CHAIN_MAX} may follow each other; use strcat(), or a let.");
        self.error(code::LIMIT, span, format!("{links} operators in one chain"), help);
        Err(Stop)
    }

    fn literal_value(&mut self, literal: &Literal, span: Span) -> Checked<Expr> {
        let (value, ty) = match literal {
            Literal::Bool(value) => (Value::Bool(*value), Type::Bool),
            Literal::Int(value) => (Value::Int(*value), Type::Int),
            Literal::Long(value) => (Value::Long(*value), Type::Long),
            Literal::Real(value) => (Value::Real(*value), Type::Real),
            Literal::Decimal(_) => {
                self.refuse(span, "a decimal literal", "Use real(...), with 15 to 17 digits.");
                return Err(Stop);
            }
            Literal::String(text) => (Value::String(text.clone()), Type::String),
            Literal::Datetime(ticks) => (Value::Datetime(*ticks), Type::Datetime),
            Literal::Timespan(ticks) => (Value::Timespan(*ticks), Type::Timespan),
            Literal::Guid(text) => (Value::Guid(text.to_lowercase()), Type::Guid),
            Literal::Dynamic(json) if json.trim() == "null" => (Value::Null, Type::Dynamic),
            Literal::Dynamic(json) => (Value::Dynamic(json.clone()), Type::Dynamic),
            Literal::Null(Type::String) => (Value::String(String::new()), Type::String),
            Literal::Null(Type::Decimal) => {
                self.refuse(span, "the type decimal", "Use real.");
                return Err(Stop);
            }
            Literal::Null(ty) => (Value::Null, *ty),
        };
        Ok(Expr::lit(value, ty, span))
    }

    fn name(&mut self, name: &Name, cx: &Cx<'_>) -> Checked<Expr> {
        if let Some(column) = cx.cols.iter().find(|column| column.name == name.text) {
            return Ok(Expr::col(column, name.span));
        }
        if let Some(column) = self.alias_column(name, cx.cols) {
            return Ok(column);
        }
        match cx.env.get(&name.text) {
            Some(Binding::Scalar(value)) => return Ok(Expr { span: name.span, ..value.clone() }),
            Some(Binding::Table(_)) => {
                self.error(
                    code::TYPE,
                    name.span,
                    format!("'{}' is a table, not a scalar", name.text),
                    "Put toscalar(...) around it.",
                );
                return Err(Stop);
            }
            Some(Binding::Function(_)) => {
                self.error(
                    code::TYPE,
                    name.span,
                    format!("'{}' is a function", name.text),
                    "Call it, with parentheses.",
                );
                return Err(Stop);
            }
            None => {}
        }
        self.unknown_column(name, cx);
        Err(Stop)
    }

    /// The official column that a name stands for, when this column holds its values.
    pub fn alias_of(&self, name: &str, column: &Column) -> Option<&str> {
        let origin = column.origin.as_ref()?;
        let alias = self.schema.table(&origin.table)?.column(name)?.alias_of.as_deref();
        alias.filter(|official| *official == origin.column)
    }

    /// A name that hunters use but the official schema lacks; it resolves to the official column.
    fn alias_column(&mut self, name: &Name, cols: &[Column]) -> Option<Expr> {
        let column = cols.iter().find(|column| self.alias_of(&name.text, column).is_some())?;
        let origin = column.origin.clone()?;
        let message = format!("'{}' is not an official column of {}", name.text, origin.table);
        let help = format!("kqlhunt reads '{0}' for it; in the portal write '{0}'.", origin.column);
        self.warn(code::ALIAS, name.span, message, help);
        Some(Expr::col(column, name.span))
    }

    fn unknown_column(&mut self, name: &Name, cx: &Cx<'_>) {
        let names = cx.cols.iter().map(|column| column.name.as_str());
        let names: Vec<&str> = names.chain(cx.env.names()).collect();
        let table =
            cx.cols.iter().find_map(|column| column.origin.as_ref()).map(|origin| origin.table.clone());
        let folded = names.iter().find(|known| known.eq_ignore_ascii_case(&name.text)).copied();
        let help = match folded.or_else(|| nearest(&name.text, names.iter().copied())) {
            Some(near) => format!("Did you mean '{near}'?"),
            None if names.is_empty() => "No column is in reach here.".to_owned(),
            None => {
                let shown: Vec<&str> = names.iter().take(12).copied().collect();
                format!("Known here: {}{}.", shown.join(", "), if names.len() > 12 { ", ..." } else { "" })
            }
        };
        let place = table.map_or(String::new(), |table| format!(" in {table}"));
        self.error(code::UNKNOWN_NAME, name.span, format!("unknown column '{}'{place}", name.text), help);
    }

    /// `a.b["c"][0]`: constant steps become one path, computed ones a call each.
    fn path(&mut self, expr: &ast::Expr, cx: &mut Cx<'_>) -> Checked<Expr> {
        let mut steps = Vec::new();
        let mut at = expr;
        let base = loop {
            match &at.kind {
                Ast::Path(inner, name) => {
                    if let Ast::Name(side) = &inner.kind
                        && (side.text == "$left" || side.text == "$right")
                    {
                        break self.side_column(side, name, cx)?;
                    }
                    steps.push(PathStep::Key(name.text.clone()));
                    at = inner;
                }
                Ast::Index(inner, index) => {
                    steps.push(self.index_step(index, cx)?);
                    at = inner;
                }
                _ => break self.expr(at, cx)?,
            }
        };
        if steps.is_empty() {
            return Ok(base);
        }
        if base.ty != Type::Dynamic {
            let help = if base.ty == Type::String {
                "Put parse_json(...) around it."
            } else {
                "Only dynamic values have properties."
            };
            self.error(code::TYPE, base.span, format!("a {} has no properties", base.ty.name()), help);
            return Err(Stop);
        }
        steps.reverse();
        self.apply_steps(base, steps, expr.span)
    }

    fn apply_steps(&mut self, base: Expr, steps: Vec<PathStep>, span: Span) -> Checked<Expr> {
        let mut value = base;
        let mut constant: Vec<ConstStep> = Vec::new();
        for step in steps {
            match step {
                PathStep::Key(key) => constant.push(ConstStep::Key(key)),
                PathStep::At(index) => constant.push(ConstStep::At(index)),
                PathStep::Computed(index) => {
                    value = path_expr(value, &mut constant, span);
                    let row = if index.ty == Type::String { &binary::AT_KEY } else { &binary::AT_INDEX };
                    value = self.apply(row, "[]", vec![value, index], span)?;
                }
            }
        }
        Ok(path_expr(value, &mut constant, span))
    }

    fn index_step(&mut self, index: &ast::Expr, cx: &mut Cx<'_>) -> Checked<PathStep> {
        let bound = self.expr(index, cx)?;
        match (bound.literal(), bound.ty) {
            (Some(Value::String(key)), _) => Ok(PathStep::Key(key.clone())),
            (Some(Value::Long(at)), _) => Ok(PathStep::At(*at)),
            (Some(Value::Int(at)), _) => Ok(PathStep::At(i64::from(*at))),
            (_, Type::String | Type::Long | Type::Int) => Ok(PathStep::Computed(bound)),
            (_, Type::Dynamic) => Ok(PathStep::Computed(self.convert(bound, Type::String))),
            _ => {
                self.error(
                    code::TYPE,
                    index.span,
                    format!("a {} cannot be an index", bound.ty.name()),
                    "Write a string or an integer.",
                );
                Err(Stop)
            }
        }
    }

    fn side_column(&mut self, side: &Name, name: &Name, cx: &Cx<'_>) -> Checked<Expr> {
        let cols = match (side.text.as_str(), cx.right) {
            ("$left", Some(_)) => cx.cols,
            ("$right", Some(right)) => right,
            _ => {
                self.error(
                    code::UNKNOWN_NAME,
                    side.span,
                    format!("'{}' stands outside a join's condition", side.text),
                    "Name the column alone.",
                );
                return Err(Stop);
            }
        };
        if let Some(column) = cols.iter().find(|column| column.name == name.text) {
            return Ok(Expr::col(column, name.span));
        }
        if let Some(column) = self.alias_column(name, cols) {
            return Ok(column);
        }
        self.unknown_column(name, &Cx::new(cx.env, cols));
        Err(Stop)
    }

    /// Chains of one precedence lean left; they are walked in a loop, so that a long one cannot overflow the stack.
    fn binary(&mut self, expr: &ast::Expr, cx: &mut Cx<'_>) -> Checked<Expr> {
        let mut rights = Vec::new();
        let mut at = expr;
        while let Ast::Binary { op, op_span, left, right } = &at.kind {
            rights.push((*op, *op_span, &**right, at.span));
            at = left;
        }
        let chain = rights.iter().filter(|(op, ..)| !matches!(op, BinaryOp::And | BinaryOp::Or)).count();
        self.chain_fits(chain, expr.span)?;
        let mut stopped = false;
        let mut value = if let (Ast::Star, Some((op, op_span, right, span))) = (&at.kind, rights.last()) {
            let found = self.any_column(*op, *op_span, right, *span, cx);
            rights.pop();
            found
        } else {
            self.expr(at, cx)
        };
        while let Some((op, op_span, right, span)) = rights.pop() {
            // Both sides are bound even when one is wrong, so that each mistake is told.
            let bound = self.expr(right, cx);
            value = match (value, bound) {
                (Ok(left), Ok(right)) => self.binary_op(op, op_span, left, right, span),
                _ => Err(Stop),
            };
            stopped |= value.is_err();
        }
        if stopped { Err(Stop) } else { value }
    }

    /// `* has "x"`: any string column.
    fn any_column(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        right: &ast::Expr,
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        let right = self.expr(right, cx)?;
        let mut found = Vec::new();
        for column in cx.cols.iter().filter(|column| matches!(column.ty, Type::String | Type::Dynamic)) {
            found.push(self.binary_op(op, op_span, Expr::col(column, op_span), right.clone(), span)?);
        }
        Ok(Expr::new(ExprKind::Or(found), Type::Bool, span))
    }

    pub fn binary_op(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Checked<Expr> {
        match op {
            BinaryOp::And | BinaryOp::Or => self.logical(op, op_span, left, right, span),
            BinaryOp::Eq => self.compare(CompareOp::Eq, op_span, left, right, span),
            BinaryOp::Ne => self.compare(CompareOp::Ne, op_span, left, right, span),
            BinaryOp::Lt => self.compare(CompareOp::Lt, op_span, left, right, span),
            BinaryOp::Le => self.compare(CompareOp::Le, op_span, left, right, span),
            BinaryOp::Gt => self.compare(CompareOp::Gt, op_span, left, right, span),
            BinaryOp::Ge => self.compare(CompareOp::Ge, op_span, left, right, span),
            _ => {
                let text = op_text(op);
                match binary::row(text) {
                    Some(row) => {
                        self.apply(row, text, vec![left, right], op_span).map(|expr| Expr { span, ..expr })
                    }
                    None => {
                        self.refuse(op_span, &format!("the operator '{text}'"), "Use has or contains.");
                        Err(Stop)
                    }
                }
            }
        }
    }

    fn logical(&mut self, op: BinaryOp, op_span: Span, left: Expr, right: Expr, span: Span) -> Checked<Expr> {
        let left = self.condition(left, op_span)?;
        let right = self.condition(right, op_span)?;
        let mut items = Vec::new();
        for side in [left, right] {
            match (side.kind, op) {
                (ExprKind::And(inner), BinaryOp::And) | (ExprKind::Or(inner), BinaryOp::Or) => {
                    items.extend(inner)
                }
                (kind, _) => items.push(Expr { kind, ty: side.ty, span: side.span }),
            }
        }
        let kind = if op == BinaryOp::And { ExprKind::And(items) } else { ExprKind::Or(items) };
        Ok(Expr::new(kind, Type::Bool, span))
    }

    /// A boolean, from a dynamic too.
    pub fn condition(&mut self, expr: Expr, place: Span) -> Checked<Expr> {
        match expr.ty {
            Type::Bool => Ok(expr),
            Type::Dynamic => Ok(self.convert(expr, Type::Bool)),
            _ => {
                let at = if expr.span.length() > 0 { expr.span } else { place };
                self.error(
                    code::TYPE,
                    at,
                    format!("a {} stands where a bool must", expr.ty.name()),
                    "Compare it with a value.",
                );
                Err(Stop)
            }
        }
    }

    /// Comparisons: numbers widen, a string literal beside a datetime, timespan, guid or bool is read as one,
    /// a dynamic is read as the other side's type.
    pub fn compare(
        &mut self,
        op: CompareOp,
        op_span: Span,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Checked<Expr> {
        let Some((left, right)) = self.comparable(left, right, op_span)? else { return Err(Stop) };
        if matches!(left.ty, Type::Bool | Type::Guid)
            && !matches!(op, CompareOp::Eq | CompareOp::Ne)
            && left.ty == Type::Guid
        {
            self.error(code::MISMATCH, op_span, "guids have no order", "Compare with == or !=.");
            return Err(Stop);
        }
        Ok(Expr::new(
            ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) },
            Type::Bool,
            span,
        ))
    }

    pub fn comparable(&mut self, left: Expr, right: Expr, op_span: Span) -> Checked<Option<(Expr, Expr)>> {
        if left.ty == right.ty && left.ty != Type::Dynamic {
            return Ok(Some((left, right)));
        }
        if let Some(ty) = widest(left.ty, right.ty) {
            return Ok(Some((self.convert(left, ty), self.convert(right, ty))));
        }
        if let Some(read) = self.read_literal(&right, left.ty) {
            return Ok(Some((left, read)));
        }
        if let Some(read) = self.read_literal(&left, right.ty) {
            return Ok(Some((read, right)));
        }
        match (left.ty, right.ty) {
            (Type::Dynamic, Type::Dynamic) => {
                // The literal dynamic(null) beside a dynamic: neither is ever equal to a value.
                self.error(
                    code::MISMATCH,
                    op_span,
                    "two dynamic values cannot be compared",
                    "Convert both sides, with tostring() or tolong().",
                );
                Err(Stop)
            }
            (Type::Dynamic, other) => Ok(Some((self.convert(left, other), right))),
            (other, Type::Dynamic) => Ok(Some((left, self.convert(right, other)))),
            (one, other) => {
                let help = match (one, other) {
                    (Type::String, _) | (_, Type::String) => format!(
                        "Convert one side: tostring() or to{}().",
                        if one == Type::String { other.name() } else { one.name() }
                    ),
                    _ => "Convert one side.".to_owned(),
                };
                self.error(
                    code::MISMATCH,
                    op_span,
                    format!("a {} cannot be compared with a {}", one.name(), other.name()),
                    help,
                );
                Err(Stop)
            }
        }
    }

    /// A string literal as a value of another type, where KQL reads it so.
    fn read_literal(&mut self, expr: &Expr, ty: Type) -> Option<Expr> {
        let Some(Value::String(text)) = expr.literal() else { return None };
        let value = match ty {
            Type::Datetime => crate::ticks::parse_datetime(text).map_or(Value::Null, Value::Datetime),
            Type::Timespan => crate::ticks::parse_timespan(text).map_or(Value::Null, Value::Timespan),
            Type::Guid => Value::Guid(text.to_lowercase()),
            Type::Bool
            | Type::Decimal
            | Type::Dynamic
            | Type::Int
            | Type::Long
            | Type::Real
            | Type::String => return None,
        };
        Some(Expr::lit(value, ty, expr.span))
    }

    fn between(
        &mut self,
        negated: bool,
        op_span: Span,
        value: Expr,
        low: Expr,
        high: Expr,
        span: Span,
    ) -> Checked<Expr> {
        if value.ty == Type::String {
            self.error(code::MISMATCH, op_span, "between does not take strings", "Use >= and <=.");
            return Err(Stop);
        }
        // `t between (start .. 3d)`: the timespan is a duration from the start.
        let high = if value.ty == Type::Datetime && high.ty == Type::Timespan && low.ty == Type::Datetime {
            self.binary_op(BinaryOp::Add, op_span, low.clone(), high, span)?
        } else {
            high
        };
        let from = self.compare(CompareOp::Ge, op_span, value.clone(), low, span)?;
        let until = self.compare(CompareOp::Le, op_span, value, high, span)?;
        let both = Expr::new(ExprKind::And(vec![from, until]), Type::Bool, span);
        // Null stays null, as the peers measured; only the negated operators on strings and lists hold for it.
        if negated { self.apply(&binary::NOT, "not", vec![both], span) } else { Ok(both) }
    }

    fn list_op(
        &mut self,
        op: ListOp,
        op_span: Span,
        expr: &ast::Expr,
        list: &[ast::Expr],
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        if matches!(expr.kind, Ast::Star) {
            let mut found = Vec::new();
            let cols: Vec<Column> =
                cx.cols.iter().filter(|column| column.ty == Type::String).cloned().collect();
            for column in cols {
                found.push(self.list_op_on(op, op_span, Expr::col(&column, expr.span), list, span, cx)?);
            }
            return Ok(Expr::new(ExprKind::Or(found), Type::Bool, span));
        }
        let needle = self.expr(expr, cx)?;
        self.list_op_on(op, op_span, needle, list, span, cx)
    }

    fn list_op_on(
        &mut self,
        op: ListOp,
        op_span: Span,
        needle: Expr,
        list: &[ast::Expr],
        span: Span,
        cx: &mut Cx<'_>,
    ) -> Checked<Expr> {
        if let [only] = list
            && let Some(rel) = self.table_in_list(only, cx)?
        {
            return self.in_table(op, op_span, needle, rel, span);
        }
        let mut items = Vec::new();
        for item in list {
            let item = self.expr(item, cx)?;
            match item.literal() {
                Some(Value::Dynamic(json)) => items.extend(dynamic_items(json, item.span)),
                _ => items.push(item),
            }
        }
        match op {
            ListOp::In | ListOp::NotIn => self.in_items(op == ListOp::NotIn, op_span, needle, items, span),
            ListOp::InFold | ListOp::NotInFold => {
                let needle = self.folded(needle, op_span)?;
                let mut folded = Vec::new();
                for item in items {
                    folded.push(if item.ty == Type::Dynamic {
                        {
                            let help = "Fold both sides: tolower(x) in (...).";
                            self.refuse(op_span, "in~ over a computed array", help);
                            return Err(Stop);
                        }
                    } else {
                        self.folded(item, op_span)?
                    });
                }
                self.in_items(op == ListOp::NotInFold, op_span, needle, folded, span)
            }
            ListOp::HasAny | ListOp::HasAll => {
                let row = if op == ListOp::HasAny { &binary::HAS_ANY } else { &binary::HAS_ALL };
                let name = if op == ListOp::HasAny { "has_any" } else { "has_all" };
                let mut texts = Vec::new();
                for item in items {
                    if item.ty == Type::Dynamic {
                        let array =
                            if op == ListOp::HasAny { &binary::HAS_ANY_OF } else { &binary::HAS_ALL_OF };
                        return self
                            .apply(array, name, vec![needle, item], op_span)
                            .map(|expr| Expr { span, ..expr });
                    }
                    texts.push(item);
                }
                let mut args = vec![needle];
                args.extend(texts);
                self.apply(row, name, args, op_span).map(|expr| Expr { span, ..expr })
            }
        }
    }

    fn folded(&mut self, expr: Expr, op_span: Span) -> Checked<Expr> {
        self.apply(&binary::FOLD, "in~", vec![expr], op_span)
    }

    fn in_items(
        &mut self,
        negated: bool,
        op_span: Span,
        needle: Expr,
        items: Vec<Expr>,
        span: Span,
    ) -> Checked<Expr> {
        let mut needle = needle;
        let mut plain = Vec::new();
        let mut arrays = Vec::new();
        for item in items {
            if item.ty == Type::Dynamic { arrays.push(item) } else { plain.push(item) }
        }
        if needle.ty == Type::Dynamic {
            let ty = plain.first().map_or(Type::String, |item| item.ty);
            needle = self.convert(needle, ty);
        }
        for item in &plain {
            if let Some(ty) = widest(needle.ty, item.ty) {
                needle = self.convert(needle, ty);
            }
        }
        let mut found = Vec::new();
        let mut same = Vec::new();
        for item in plain {
            match self.comparable(needle.clone(), item, op_span)? {
                Some((_, item)) => same.push(item),
                None => return Err(Stop),
            }
        }
        if !same.is_empty() || arrays.is_empty() {
            let kind = ExprKind::In { negated: false, needle: Box::new(needle.clone()), items: same };
            found.push(Expr::new(kind, Type::Bool, span));
        }
        for array in arrays {
            found.push(self.apply(&binary::IN_ARRAY, "in", vec![needle.clone(), array], op_span)?);
        }
        let any = match found.len() {
            1 => found.swap_remove(0),
            _ => Expr::new(ExprKind::Or(found), Type::Bool, span),
        };
        if !negated {
            return Ok(Expr { span, ..any });
        }
        if let ExprKind::In { needle, items, .. } = any.kind {
            return Ok(Expr::new(ExprKind::In { negated: true, needle, items }, Type::Bool, span));
        }
        self.apply(&binary::NOT_TRUE, "!in", vec![any], span)
    }

    /// A list of one element that is a table: `in (T)`, `has_any ((T | project x))`.
    fn table_in_list(&mut self, item: &ast::Expr, cx: &Cx<'_>) -> Checked<Option<Rel>> {
        let tabular = match &item.kind {
            Ast::Pipe(_) => true,
            Ast::Name(name) => {
                let column = cx.cols.iter().any(|column| column.name == name.text);
                !column
                    && match cx.env.get(&name.text) {
                        Some(Binding::Table(_)) => true,
                        Some(Binding::Scalar(_) | Binding::Function(_)) => false,
                        None => self.schema.table(&name.text).is_some(),
                    }
            }
            Ast::Call { name, .. } => {
                name.text == "materialize" || matches!(cx.env.get(&name.text), Some(Binding::Function(_)))
            }
            _ => false,
        };
        if !tabular {
            return Ok(None);
        }
        if let Ast::Call { name, args } = &item.kind
            && let Some(Binding::Function(function)) = cx.env.get(&name.text)
        {
            let function = function.clone();
            return match self.call_user(&function, name, args, cx.env, &[], item.span) {
                Ok(super::check::Any::Table(rel)) => Ok(Some(rel)),
                Ok(super::check::Any::Scalar(_)) => Ok(None),
                Err(stop) => Err(stop),
            };
        }
        self.source(item, cx.env).map(Some)
    }

    fn in_table(&mut self, op: ListOp, op_span: Span, needle: Expr, rel: Rel, span: Span) -> Checked<Expr> {
        let Some(first) = rel.cols.first().cloned() else { return Err(Stop) };
        let item = Expr::col(&first, rel.span);
        let (negated, fold) = match op {
            ListOp::In => (false, false),
            ListOp::NotIn => (true, false),
            ListOp::InFold => (false, true),
            ListOp::NotInFold => (true, true),
            ListOp::HasAny | ListOp::HasAll => return self.has_table(op, op_span, needle, rel, item, span),
        };
        if needle.ty == Type::Dynamic {
            self.refuse(op_span, "a dynamic value looked up in a table", "Convert it with tostring() first.");
            return Err(Stop);
        }
        if first.ty == Type::Dynamic {
            self.refuse(
                op_span,
                "in over a table whose first column is dynamic",
                "Convert the column with tostring() in the inner query.",
            );
            return Err(Stop);
        }
        let (needle, item) = if fold {
            (self.folded(needle, op_span)?, self.folded(item, op_span)?)
        } else {
            match self.comparable(needle, item, op_span)? {
                Some(both) => both,
                None => return Err(Stop),
            }
        };
        let kind =
            ExprKind::InRel { negated, needle: Box::new(needle), rel: Box::new(rel), item: Box::new(item) };
        Ok(Expr::new(kind, Type::Bool, span))
    }

    /// `has_any (table)`: the table's first column becomes one array, once.
    fn has_table(
        &mut self,
        op: ListOp,
        op_span: Span,
        needle: Expr,
        rel: Rel,
        item: Expr,
        span: Span,
    ) -> Checked<Expr> {
        let list = self.apply(&binary::ARRAY, name_of(op), vec![item], span)?;
        let column = self.new_column("", Type::Dynamic);
        let node =
            Node::Aggregate { input: Box::new(rel), groups: Vec::new(), aggs: vec![(column.id, list)] };
        let array = Rel { node, cols: vec![column], order: Vec::new(), span };
        let array = Expr::new(ExprKind::Scalar(Box::new(array)), Type::Dynamic, span);
        let row = if op == ListOp::HasAny { &binary::HAS_ANY_OF } else { &binary::HAS_ALL_OF };
        self.apply(row, name_of(op), vec![needle, array], op_span).map(|expr| Expr { span, ..expr })
    }

    /// To another type, silently, as KQL's own operators do.
    pub fn convert(&mut self, expr: Expr, to: Type) -> Expr {
        if expr.ty == to {
            return expr;
        }
        let span = expr.span;
        let literal = match (expr.literal(), to) {
            (Some(Value::Null), Type::String) => Some(Value::String(String::new())),
            (Some(Value::Null), _) => Some(Value::Null),
            (Some(Value::Int(value)), Type::Long) => Some(Value::Long(i64::from(*value))),
            (Some(Value::Int(value)), Type::Real) => Some(Value::Real(f64::from(*value))),
            (Some(Value::Long(value)), Type::Real) => Some(Value::Real(*value as f64)),
            _ => None,
        };
        match literal {
            Some(value) => Expr::lit(value, to, span),
            None => Expr::new(ExprKind::Convert(Box::new(expr)), to, span),
        }
    }

    /// To a declared type: parameters, datatable cells, defaults.
    pub fn coerce(&mut self, expr: Expr, to: Type, what: &str) -> Checked<Expr> {
        if expr.ty == to {
            return Ok(expr);
        }
        if let Some(value) = expr.literal() {
            let value = match (value, to) {
                (Value::Null, _) => {
                    Some(if to == Type::String { Value::String(String::new()) } else { Value::Null })
                }
                (Value::Long(value), Type::Int) => i32::try_from(*value).ok().map(Value::Int),
                (Value::Bool(value), Type::Int) => Some(Value::Int(i32::from(*value))),
                (Value::Bool(value), Type::Long) => Some(Value::Long(i64::from(*value))),
                (Value::Long(value), Type::Bool) => Some(Value::Bool(*value != 0)),
                (Value::Real(value), Type::Long) if value.fract() == 0.0 => Some(Value::Long(*value as i64)),
                _ => None,
            };
            if let Some(value) = value {
                return Ok(Expr::lit(value, to, expr.span));
            }
            if let Some(read) = self.read_literal(&expr, to) {
                return Ok(read);
            }
        }
        let widens = widest(expr.ty, to) == Some(to);
        if widens || expr.ty == Type::Dynamic || to == Type::Dynamic {
            return Ok(self.convert(expr, to));
        }
        self.error(
            code::TYPE,
            expr.span,
            format!("{what} is a {}, not a {}", expr.ty.name(), to.name()),
            format!("Convert it with to{}().", to.name()),
        );
        Err(Stop)
    }
}

/// An operator as KQL spells it.
fn op_text(op: BinaryOp) -> &'static str {
    crate::syntax::BINARY_OPS.iter().find(|row| row.1 == op).map_or("", |row| row.0)
}

fn name_of(op: ListOp) -> &'static str {
    match op {
        ListOp::In => "in",
        ListOp::NotIn => "!in",
        ListOp::InFold => "in~",
        ListOp::NotInFold => "!in~",
        ListOp::HasAny => "has_any",
        ListOp::HasAll => "has_all",
    }
}

enum PathStep {
    Key(String),
    At(i64),
    Computed(Expr),
}

enum ConstStep {
    Key(String),
    At(i64),
}

fn path_expr(base: Expr, steps: &mut Vec<ConstStep>, span: Span) -> Expr {
    if steps.is_empty() {
        return base;
    }
    let borrowed: Vec<Step<'_>> = steps
        .iter()
        .map(|step| match step {
            ConstStep::Key(key) => Step::Key(key),
            ConstStep::At(index) => Step::Index(*index),
        })
        .collect();
    let path = path_text(&borrowed);
    steps.clear();
    Expr::new(ExprKind::Path { base: Box::new(base), path }, Type::Dynamic, span)
}

/// The elements of a constant array, each with its own type; anything else is one element.
fn dynamic_items(json: &str, span: Span) -> Vec<Expr> {
    let parsed: Result<Vec<serde_json::Value>, _> = serde_json::from_str(json);
    let Ok(items) = parsed else {
        return vec![Expr::lit(Value::Dynamic(json.to_owned()), Type::Dynamic, span)];
    };
    items
        .into_iter()
        .map(|item| match item {
            serde_json::Value::String(text) => Expr::lit(Value::String(text), Type::String, span),
            serde_json::Value::Bool(value) => Expr::lit(Value::Bool(value), Type::Bool, span),
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(value), _) => Expr::long(value, span),
                (None, Some(value)) => Expr::lit(Value::Real(value), Type::Real, span),
                (None, None) => Expr::lit(Value::Null, Type::Long, span),
            },
            other => Expr::lit(Value::Dynamic(other.to_string()), Type::Dynamic, span),
        })
        .collect()
}

/// The type that two numbers share: int, long, real, in this order.
pub fn widest(left: Type, right: Type) -> Option<Type> {
    let rank = |ty| match ty {
        Type::Int => Some(0),
        Type::Long => Some(1),
        Type::Real => Some(2),
        Type::Bool
        | Type::Datetime
        | Type::Decimal
        | Type::Dynamic
        | Type::Guid
        | Type::String
        | Type::Timespan => None,
    };
    if left == right && left != Type::Dynamic {
        return Some(left);
    }
    Some(if rank(left)? >= rank(right)? { left } else { right })
}

/// Columns that an expression reads, subqueries not entered.
pub fn columns_of(expr: &Expr) -> Vec<ColId> {
    let mut found = Vec::new();
    expr.walk(&mut |inner| {
        if let ExprKind::Col(id) = &inner.kind {
            found.push(*id);
        }
    });
    found
}
