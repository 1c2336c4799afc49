//! Properties of stored documents read from their shadows: `RawEventData.UserId` becomes a column of the table,
//! handed up through the operators between. What has no shadow, or none that can be trusted, stays a reading of
//! the document.

use super::{
    ColId, ColumnName, CompareOp, Expr, ExprKind, JoinItem, LetRel, Node, Plan, Rel, UnnestItem, conjuncts,
};
use crate::catalog::binary;
use crate::catalog::func::Sig;
use crate::kernels::json;
use crate::schema::{Schema, Table, Trust};
use crate::span::Span;
use crate::ticks::{DATETIME_MAX, SECOND, iso};
use crate::types::Type;
use crate::value::Value;

/// Reads what can be read from shadows there, and says whether anything is. Call [`super::prune`] then, which drops
/// the documents that nobody reads any more.
pub fn use_shadows(plan: &mut Plan, schema: &Schema) -> bool {
    let shadows = |table: &Table| table.columns.iter().any(|column| !column.shadows.is_empty());
    if !schema.tables.iter().any(shadows) {
        return false;
    }
    let mut reader = Reader { schema, next: plan.next_col };
    reader.rel(&mut plan.root, &mut plan.lets);
    // A let can only mention those before it, and what is asked of those comes first.
    for index in (0..plan.lets.len()).rev() {
        let (before, rest) = plan.lets.split_at_mut(index);
        reader.rel(&mut rest[0].rel, before);
    }
    let read = reader.next > plan.next_col;
    plan.next_col = reader.next;
    read
}

struct Reader<'s> {
    schema: &'s Schema,
    next: u32,
}

/// A shadow as a column that a relation gives.
struct Found {
    id: ColId,
    ty: Type,
    trust: Trust,
    /// What is left of the path, below a shadow that holds arrays.
    rest: String,
}

/// Whether an expression reads the text of a dynamic, or another type of it; `None` where it is no dynamic.
fn wanted(expr: &Expr) -> Option<(Type, &Expr)> {
    let inner = match &expr.kind {
        ExprKind::Convert(inner) => inner,
        ExprKind::Call { name: "tostring" | "tolong" | "toint" | "toreal" | "tobool", args, .. }
            // The second of an operand says how it is written.
            if matches!(args.len(), 1 | 2) =>
        {
            &args[0]
        }
        _ => return Some((Type::Dynamic, expr)).filter(|_| expr.ty == Type::Dynamic),
    };
    (inner.ty == Type::Dynamic).then_some((expr.ty, inner))
}

/// The dynamic whose `toint()` stands where a long must.
fn int_as_long(expr: &Expr) -> Option<(Type, &Expr)> {
    let ExprKind::Convert(inner) = &expr.kind else { return None };
    let (Type::Long, Type::Int, Some((_, dynamic))) = (expr.ty, inner.ty, wanted(inner)) else { return None };
    Some((Type::Long, dynamic))
}

/// The column and the path below it that an expression is.
fn reached(expr: &Expr) -> Option<(ColId, &str)> {
    match &expr.kind {
        ExprKind::Path { base, path } => match &base.kind {
            ExprKind::Col(id) => Some((*id, path)),
            _ => None,
        },
        ExprKind::Col(id) => Some((*id, "")),
        _ => None,
    }
}

impl Reader<'_> {
    fn new_col(&mut self) -> ColId {
        self.next += 1;
        ColId(self.next - 1)
    }

    /// From the top down: what is asked of an operator's input is asked while that still says what it reads.
    fn rel(&mut self, rel: &mut Rel, lets: &mut [LetRel]) {
        match &mut rel.node {
            Node::Scan { .. } | Node::Let { .. } => {}
            Node::Values { rows, .. } => {
                rows.iter_mut().flatten().for_each(|value| self.expr(value, &mut [], lets));
            }
            Node::Range { from, to, step, .. } => {
                [from, to, step].into_iter().for_each(|value| self.expr(value, &mut [], lets));
            }
            Node::Filter { input, predicate } => {
                self.bound(input, predicate, lets);
                self.over(input, [predicate], lets);
            }
            Node::Project { input, items, .. } | Node::Window { input, items, .. } => {
                self.over(input, items.iter_mut().map(|(_, expr)| expr), lets);
            }
            Node::Aggregate { input, groups, aggs } => {
                self.over(input, groups.iter_mut().chain(aggs).map(|(_, expr)| expr), lets);
            }
            Node::Limit { input, count } => self.over(input, [count], lets),
            Node::Join { left, right, on, ranges, items, .. } => {
                let pairs = on.iter_mut().chain(ranges).flat_map(|(one, other)| [one, other]);
                let exprs = pairs.chain(items.iter_mut().map(|item| &mut item.expr));
                exprs.for_each(|expr| self.expr(expr, &mut [&mut **left, &mut **right], lets));
                self.rel(left, lets);
                self.rel(right, lets);
            }
            Node::Union { inputs, maps, .. } => {
                inputs.iter_mut().zip(maps).for_each(|(input, map)| self.over(input, map, lets));
            }
            Node::Unnest { input, items, limit, .. } => {
                self.over(input, items.iter_mut().map(|item| &mut item.array).chain(limit), lets);
            }
            Node::Walk { input, state, layers, .. } => {
                let exprs = state.iter_mut().chain(layers.iter_mut().flatten());
                self.over(input, exprs.map(|(_, expr)| expr), lets);
            }
        }
    }

    /// Expressions over one input, then the input.
    fn over<'e>(
        &mut self,
        input: &mut Rel,
        exprs: impl IntoIterator<Item = &'e mut Expr>,
        lets: &mut [LetRel],
    ) {
        exprs.into_iter().for_each(|expr| self.expr(expr, &mut [&mut *input], lets));
        self.rel(input, lets);
    }

    fn expr(&mut self, expr: &mut Expr, inputs: &mut [&mut Rel], lets: &mut [LetRel]) {
        self.read(expr, inputs, lets);
        match &mut expr.kind {
            ExprKind::Scalar(inner) => self.rel(inner, lets),
            ExprKind::InRel { rel, item, .. } => self.over(rel, [&mut **item], lets),
            _ => {}
        }
        expr.children_mut().for_each(|child| self.expr(child, inputs, lets));
    }

    /// Adds to `TimeGenerated > ago(1h)` over another's file the same of the instants as they stand there, to the
    /// second: it drops no row that the condition itself keeps, and lets DuckDB skip what it need not read.
    fn bound(&mut self, input: &mut Rel, predicate: &mut Expr, lets: &mut [LetRel]) {
        let mut bounds = Vec::new();
        for (id, op, ticks) in conjuncts(predicate).iter().filter_map(instant_compared) {
            let Some(found) = self.offered(input, id, "", lets).filter(|found| found.ty == Type::Datetime)
            else {
                continue;
            };
            let (early, late) = (ticks - ticks.rem_euclid(SECOND), ticks.saturating_add(SECOND));
            let mut add = |sig: &'static Sig, ticks: i64| {
                let column = Expr::new(ExprKind::Col(found.id), Type::Datetime, predicate.span);
                let text = Value::String(iso(ticks - ticks.rem_euclid(SECOND)));
                let args = vec![column, Expr::lit(text, Type::String, predicate.span)];
                bounds.push(Expr::new(
                    ExprKind::Call { name: "bound", sig, args },
                    Type::Bool,
                    predicate.span,
                ));
            };
            if matches!(op, CompareOp::Gt | CompareOp::Ge | CompareOp::Eq) {
                add(&binary::NOT_BEFORE, early);
            }
            if matches!(op, CompareOp::Lt | CompareOp::Le | CompareOp::Eq) && late <= DATETIME_MAX {
                add(&binary::NOT_AFTER, late);
            }
        }
        if !bounds.is_empty() {
            let conjuncts = match &mut predicate.kind {
                ExprKind::And(items) => std::mem::take(items),
                _ => vec![predicate.clone()],
            };
            let all = conjuncts.into_iter().chain(bounds).collect();
            *predicate = Expr::new(ExprKind::And(all), Type::Bool, predicate.span);
        }
    }

    /// Replaces an expression by its shadow.
    fn read(&mut self, expr: &mut Expr, inputs: &mut [&mut Rel], lets: &mut [LetRel]) {
        let whole = int_as_long(expr);
        let through_int = whole.is_some();
        let Some((ty, inner)) = whole.or_else(|| wanted(expr)) else { return };
        let Some((id, path)) = reached(inner) else { return };
        // A whole document has no shadow, and what computes it may be a property.
        let path = path.to_owned();
        let found = inputs.iter_mut().find_map(|input| self.offered(input, id, &path, lets));
        let Some(found) = found else { return };
        let span = expr.span;
        let column = Expr::new(ExprKind::Col(found.id), found.ty, span);
        if through_int && (found.ty, found.trust) != (Type::Long, Trust::Full) {
            // What is inside is asked next.
            return;
        }
        let new = match (found.ty, ty) {
            (Type::Dynamic, _) if !found.rest.is_empty() => {
                let kind = ExprKind::Path { base: Box::new(column), path: found.rest };
                Some(Expr::new(kind, Type::Dynamic, span))
            }
            (Type::Dynamic, _) => Some(column),
            (have, want) if have == want => {
                *expr = column;
                return;
            }
            (Type::Long, Type::String | Type::Real) => {
                *expr = Expr::new(ExprKind::Convert(Box::new(column)), ty, span);
                return;
            }
            (Type::Long, Type::Int) => {
                let sig =
                    if found.trust == Trust::Full { &binary::INT_OF_SMALL } else { &binary::INT_OF_LONG };
                let kind = ExprKind::Call { name: "toint", sig, args: vec![column] };
                *expr = Expr::new(kind, ty, span);
                return;
            }
            (Type::String, _) if found.trust == Trust::Full => {
                let sig = &binary::PRESENT_TEXT;
                let kind = ExprKind::Call { name: "present", sig, args: vec![column] };
                Some(Expr::new(kind, Type::Dynamic, span))
            }
            (Type::String, _) => None,
            (_, _) => Some(Expr::new(ExprKind::Convert(Box::new(column)), Type::Dynamic, span)),
        };
        if let Some(new) = new {
            *dynamic_mut(expr) = new;
        }
    }

    /// Makes a relation give the shadow for a path below one of its columns, if there is one.
    fn offered(&mut self, rel: &mut Rel, id: ColId, path: &str, lets: &mut [LetRel]) -> Option<Found> {
        match &mut rel.node {
            Node::Scan { table, items, .. } => self.stored(table, items, id, path),
            Node::Filter { input, .. } | Node::Limit { input, .. } => self.offered(input, id, path, lets),
            Node::Window { input, .. } | Node::Walk { input, .. } => self.offered(input, id, path, lets),
            Node::Unnest { input, items, .. } => {
                let Some(item) = items.iter().find(|item| item.element == id) else {
                    return self.offered(input, id, path, lets);
                };
                let (below, first) = reached(&item.array)?;
                let every = format!("{first}{}{path}", json::EVERY);
                let found = self.offered(input, below, &every, lets).filter(|found| found.rest.is_empty())?;
                Some(self.expanded(found, id, items, rel.span))
            }
            Node::Project { input, kept, items } => {
                let found = if kept.contains(&id) {
                    self.offered(input, id, path, lets)?
                } else {
                    let (_, expr) = items.iter().find(|(known, _)| *known == id)?;
                    let (below, first) = reached(expr)?;
                    self.offered(input, below, &format!("{first}{path}"), lets)?
                };
                if !kept.contains(&found.id) {
                    kept.push(found.id);
                }
                Some(found)
            }
            Node::Let { index, items } => {
                let (_, there) = items.iter().find(|(here, _)| *here == id)?;
                let (before, rest) = lets.split_at_mut(*index);
                let found = self.offered(&mut rest[0].rel, *there, path, before)?;
                let known = items.iter().find(|(_, there)| *there == found.id).map(|(here, _)| *here);
                let here = known.unwrap_or_else(|| {
                    let here = self.new_col();
                    items.push((here, found.id));
                    here
                });
                Some(Found { id: here, ..found })
            }
            Node::Join { left, right, items, .. } => {
                let item = items.iter().find(|item| item.id == id)?;
                let ((below, first), padded) = (reached(&item.expr)?, item.padded);
                let path = format!("{first}{path}");
                let found = match self.offered(left, below, &path, lets) {
                    Some(found) => found,
                    None => self.offered(right, below, &path, lets)?,
                };
                Some(self.joined(found, padded, items, rel.span))
            }
            Node::Union { inputs, items, maps } => {
                let at = items.iter().position(|(known, _)| *known == id)?;
                let mut all: Vec<Found> = Vec::new();
                for (input, map) in inputs.iter_mut().zip(&*maps) {
                    let (below, first) = reached(&map[at])?;
                    all.push(self.offered(input, below, &format!("{first}{path}"), lets)?);
                }
                self.united(all, items, maps, rel.span)
            }
            Node::Values { .. } | Node::Range { .. } | Node::Aggregate { .. } => None,
        }
    }

    /// Expands a list of strings in step with the array whose elements are `of`.
    fn expanded(&mut self, found: Found, of: ColId, items: &mut Vec<UnnestItem>, span: Span) -> Found {
        let same = |item: &&UnnestItem| matches!(item.array.kind, ExprKind::Col(known) if known == found.id);
        let known = items.iter().find(same).map(|item| item.element);
        let element = known.unwrap_or_else(|| {
            let element = self.new_col();
            let array = Expr::new(ExprKind::Col(found.id), found.ty, span);
            items.push(UnnestItem { element, array, list_of: Some(of) });
            element
        });
        Found { id: element, ty: Type::String, ..found }
    }

    /// Hands a shadow through a join.
    fn joined(&mut self, found: Found, padded: bool, items: &mut Vec<JoinItem>, span: Span) -> Found {
        let same = |item: &&JoinItem| matches!(item.expr.kind, ExprKind::Col(known) if known == found.id);
        let known = items.iter().find(same).map(|item| item.id);
        let here = known.unwrap_or_else(|| {
            let (id, expr) = (self.new_col(), Expr::new(ExprKind::Col(found.id), found.ty, span));
            items.push(JoinItem { id, expr, padded });
            id
        });
        Found { id: here, ..found }
    }

    /// Hands the shadows of all parts of a union through it, where they are of one kind.
    fn united(
        &mut self,
        all: Vec<Found>,
        items: &mut Vec<(ColId, Type)>,
        maps: &mut [Vec<Expr>],
        span: Span,
    ) -> Option<Found> {
        let first = all.first()?;
        if all.iter().any(|found| found.ty != first.ty || found.rest != first.rest) {
            return None;
        }
        let trust = all.iter().map(|found| found.trust).max()?;
        let found = Found { id: self.new_col(), ty: first.ty, trust, rest: first.rest.clone() };
        items.push((found.id, found.ty));
        for (map, below) in maps.iter_mut().zip(all) {
            map.push(Expr::new(ExprKind::Col(below.id), below.ty, span));
        }
        Some(found)
    }

    /// The shadow for a path, or for the longest beginning of it that holds arrays.
    fn stored(
        &mut self,
        table: &str,
        items: &mut Vec<(ColId, ColumnName, Type)>,
        id: ColId,
        path: &str,
    ) -> Option<Found> {
        let (_, stored, _) = items.iter().find(|(known, _, _)| *known == id)?;
        let table = self.schema.table(table)?;
        let column =
            table.columns.iter().find(|column| column.stored == *stored && column.alias_of.is_none())?;
        let usable = column.shadows.iter().filter(|shadow| {
            let whole = shadow.path == path;
            shadow.trust != Trust::None
                && (whole || (shadow.ty == Type::Dynamic && path.starts_with(&shadow.path)))
        });
        let shadow = usable.max_by_key(|shadow| shadow.path.len())?;
        // On its way to where it is expanded a list is a value that nobody else looks into.
        let ty = if json::split_every(&shadow.path).is_some() { Type::Dynamic } else { shadow.ty };
        let known = items.iter().find(|(_, stored, _)| *stored == shadow.stored).map(|(id, _, _)| *id);
        let id = known.unwrap_or_else(|| {
            let id = self.new_col();
            items.push((id, shadow.stored.as_str().into(), ty));
            id
        });
        let rest = path[shadow.path.len()..].to_owned();
        Some(Found { id, ty, trust: shadow.trust, rest })
    }
}

/// A column of instants that is compared with a constant, in ticks.
fn instant_compared(expr: &Expr) -> Option<(ColId, CompareOp, i64)> {
    let ExprKind::Compare { op, left, right } = &expr.kind else { return None };
    match (&left.kind, &right.kind) {
        (ExprKind::Col(id), ExprKind::Lit(Value::Datetime(ticks))) => Some((*id, *op, *ticks)),
        (ExprKind::Lit(Value::Datetime(ticks)), ExprKind::Col(id)) => Some((*id, op.mirrored(), *ticks)),
        _ => None,
    }
}

/// The dynamic that [`wanted`] found.
fn dynamic_mut(expr: &mut Expr) -> &mut Expr {
    if expr.ty == Type::Dynamic {
        return expr;
    }
    match &mut expr.kind {
        ExprKind::Convert(inner) => inner,
        ExprKind::Call { args, .. } => &mut args[0],
        _ => unreachable!("only these read a dynamic as something else"),
    }
}
