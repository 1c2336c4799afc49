//! Rows with columns that nobody knows before the data are there: those of a watchlist that is not
//! supplied are strings; those of a plugin whose data are not asked are of any type, and their values fit
//! wherever they stand, as in Microsoft's own binder. A name that is not found may be one of them; one
//! hidden column stands for all. Such a query is checked and never run.

use super::argument::accepts;
use super::check::{Binder, Checked};
use super::expr::Cx;
use super::{ColId, Column, Expr, ExprKind, JoinItem, Node, Rel};
use crate::catalog::func::{Arity, Func, Ret, Sig};
use crate::span::Span;
use crate::syntax::ast::Name;
use crate::types::Type;
use crate::value::Value;

/// The name of the hidden column. No file has a column of this name: header cells are trimmed.
pub const OPEN: &str = " any other column ";

/// Whether it stands for every name that nothing else has.
pub fn is_open(column: &Column) -> bool {
    column.hidden && column.name == OPEN
}

impl Binder<'_> {
    /// Makes the columns that are called [`OPEN`] stand for those of a watchlist that is not supplied.
    pub fn open_strings(&mut self, rel: &mut Rel) {
        for column in rel.cols.iter_mut().filter(|column| column.name == OPEN) {
            column.hidden = true;
            self.any_supposed.insert(column.id);
        }
    }

    /// The column that stands for those of a plugin.
    pub fn unknown_columns(&mut self) -> Column {
        let column = Column { hidden: true, ..self.new_column(OPEN, Type::Dynamic) };
        self.unknown.insert(column.id);
        column
    }

    /// The value of a name that may be a column which is not known.
    pub fn open_column(&mut self, name: &Name, cx: &Cx<'_>) -> Option<Checked<Expr>> {
        let open = cx.cols.iter().find(|column| is_open(column))?;
        let value = Expr::col(open, name.span);
        let met = (open.id, name.text.clone());
        if !self.met.contains(&met) {
            self.met.push(met);
        }
        if self.is_unknown(&value) {
            return Some(Ok(value));
        }
        // More than the column itself, so that two names are two columns.
        Some(self.apply_named("tostring", vec![value], name.span))
    }

    /// What an operator has named is a column from there on, of a type that is not known, as in Microsoft's binder.
    fn name_met(&mut self, rel: &mut Rel) {
        let Some(at) = rel.cols.iter().position(is_open) else { return };
        let open = rel.cols.remove(at);
        let mut place = at;
        for (_, name) in self.met.extract_if(.., |(id, _)| *id == open.id) {
            if !rel.cols.iter().any(|column| column.name == name) {
                rel.cols.insert(place, Column { name: name.into(), hidden: false, ..open.clone() });
                place += 1;
            }
        }
        rel.cols.push(open);
    }

    /// Joins and unions hand on that any name may be a column.
    pub fn still_open(&mut self, mut rel: Rel) -> Rel {
        self.name_met(&mut rel);
        if !matches!(rel.node, Node::Join { .. } | Node::Union { .. }) || rel.cols.iter().any(is_open) {
            return rel;
        }
        let inputs = super::ops::below(&rel);
        let open: Vec<&Column> =
            inputs.into_iter().flat_map(|input| &input.cols).filter(|column| is_open(column)).collect();
        if open.is_empty() {
            return rel;
        }
        let column = match open.iter().any(|column| self.unknown.contains(&column.id)) {
            true => self.unknown_columns(),
            false => self.supposed_columns(),
        };
        let value = null(column.ty, rel.span);
        match &mut rel.node {
            Node::Join { items, .. } => items.push(JoinItem { id: column.id, expr: value, padded: false }),
            Node::Union { items, maps, .. } => {
                items.push((column.id, column.ty));
                maps.iter_mut().for_each(|map| map.push(value.clone()));
            }
            _ => return rel,
        }
        rel.cols.push(column);
        rel
    }

    /// Whether the type of a value is not known.
    pub fn is_unknown(&self, expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Col(id) if self.unknown.contains(id))
    }

    /// Notes what is known of a value for the new column that it fills.
    pub fn hand_on(&mut self, column: ColId, expr: &Expr) {
        self.keep_inside(column, expr);
        if self.is_unknown(expr) {
            self.unknown.insert(column);
        }
        if self.is_supposed(expr) {
            self.supposed.insert(column);
        }
    }

    /// The same for a column that takes the place of another.
    pub fn hand_on_all(&mut self, column: ColId, of: ColId) {
        if let Some(inside) = self.insides.get(&of).copied() {
            self.insides.insert(column, inside);
        }
        for known in [&mut self.unknown, &mut self.supposed, &mut self.any_supposed] {
            if known.contains(&of) {
                known.insert(column);
            }
        }
    }

    /// The column that stands for those of a watchlist that is not supplied.
    fn supposed_columns(&mut self) -> Column {
        let column = Column { hidden: true, ..self.new_column(OPEN, Type::String) };
        self.any_supposed.insert(column.id);
        column
    }

    /// Whether it is a string only because columns of watchlists are.
    fn is_supposed(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Col(id) => self.supposed.contains(id),
            // What `open_column` gives for a name.
            ExprKind::Call { name: "tostring", args, .. } => {
                let open =
                    |arg: &Expr| matches!(&arg.kind, ExprKind::Col(id) if self.any_supposed.contains(id));
                args.iter().any(open)
            }
            ExprKind::Call { sig, args, .. } => {
                !matches!(sig.ret, Ret::Is(_) | Ret::Typeof) && args.iter().any(|arg| self.is_supposed(arg))
            }
            _ => false,
        }
    }

    /// Whether nobody knows the column's type before the data are there.
    pub fn is_untyped(&self, column: ColId) -> bool {
        self.unknown.contains(&column) || self.supposed.contains(&column)
    }

    /// Two values that meet: one that is not known is what the other is.
    pub fn settled_both(&self, left: Expr, right: Expr) -> (Expr, Expr) {
        let of = |ty: Type| if ty == Type::Dynamic { Type::String } else { ty };
        let (left_type, right_type) = (of(left.ty), of(right.ty));
        (self.settled(left, right_type), self.settled(right, left_type))
    }

    /// A value that is not known as one of this type.
    fn settled(&self, expr: Expr, ty: Type) -> Expr {
        if self.is_unknown(&expr) { null(ty, expr.span) } else { expr }
    }

    /// A call some of whose arguments are not known: what it gives is, if all that the function can mean
    /// give the same type. `None` when all arguments are known.
    pub fn apply_open(
        &mut self,
        row: &'static Func,
        name: &str,
        args: &[Expr],
        span: Span,
    ) -> Option<Checked<Expr>> {
        let open = args.iter().find(|arg| self.is_unknown(arg))?.clone();
        let settled: Vec<(&Sig, Vec<Expr>)> = row
            .sigs
            .iter()
            .map(|sig| (sig, args.iter().enumerate().map(|(at, arg)| self.fitting(sig, at, arg)).collect()))
            .filter(|(sig, args): &(&Sig, Vec<Expr>)| accepts(sig, args))
            .collect();
        let (first, settled_args) = settled.first()?;
        let clear = matches!(first.ret, Ret::Is(_)) && settled.iter().all(|(sig, _)| sig.ret == first.ret);
        Some(if clear {
            self.apply(row, name, settled_args.clone(), span)
        } else {
            Ok(Expr { span, ..open })
        })
    }

    fn fitting(&self, sig: &Sig, at: usize, arg: &Expr) -> Expr {
        let last = sig.params.last().filter(|param| param.arity == Arity::Rest);
        match sig.params.get(at).or(last).and_then(|param| param.types.first()) {
            Some(ty) => self.settled(arg.clone(), *ty),
            None => arg.clone(),
        }
    }
}

fn null(ty: Type, span: Span) -> Expr {
    let value = if ty == Type::String { Value::String(String::new()) } else { Value::Null };
    Expr::lit(value, ty, span)
}
