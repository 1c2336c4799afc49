//! narrow: a table turned on its side.

use super::Given;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::ops::cols::projected;
use crate::plan::ops::over;
use crate::plan::{Expr, ExprKind, Node, OrderKey, Rel, UnnestItem, WindowFunc};
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// Row (from 0), Column and Value of each cell, as the language service names and types them. The page of
    /// narrow shows reals and datetimes in other texts than tostring() gives: those columns are refused, as are
    /// types whose texts it does not show.
    pub fn narrow(&mut self, given: &Given<'_>, input: Rel, span: Span) -> Checked<Rel> {
        self.no_arguments(given)?;
        let cells: Vec<_> = input.cols.iter().filter(|column| !column.hidden).cloned().collect();
        let unclear = |ty| !matches!(ty, Type::String | Type::Bool | Type::Int | Type::Long | Type::Guid);
        if let Some(column) = cells.iter().find(|column| unclear(column.ty)) {
            let what = format!("narrow of '{}', {}", column.name, column.ty.one());
            let help = format!("Make it a string before: extend {0} = tostring({0}).", column.name);
            self.refuse(given.name.span, &what, &help);
            return Err(Stop);
        }
        let mut texts = Vec::new();
        for column in &cells {
            texts.push(self.convert(Expr::col(column, span), Type::String));
        }
        let values = self.apply_named("pack_array", texts, span)?;
        let names: Vec<&str> = cells.iter().map(|column| column.name.as_str()).collect();
        let names = Value::Dynamic(serde_json::Value::from(names).to_string());
        let row = self.new_column("Row", Type::Long);
        let number = ExprKind::Over { func: WindowFunc::RowNumber, args: vec![Expr::long(0, span)] };
        let number = Expr::new(number, Type::Long, span);
        let numbered = self.positioned(input);
        let numbered = over(numbered, &[], vec![(row.id, number)]);
        let (name, value, index) = (self.new_col(), self.new_col(), self.new_col());
        let unnest = vec![
            UnnestItem::new(name, Expr::lit(names, Type::Dynamic, span)),
            UnnestItem::new(value, values),
        ];
        let (cols, mut order) = (numbered.cols.clone(), numbered.order.clone());
        order.push(OrderKey { col: index, ty: Type::Long, ascending: true, nulls_first: true });
        let node = Node::Unnest { input: Box::new(numbered), items: unnest, index: Some(index), limit: None };
        let expanded = Rel { node, cols, order, span };
        let (column, text) =
            (self.new_column("Column", Type::String), self.new_column("Value", Type::String));
        let element = |id| Expr::new(ExprKind::Col(id), Type::Dynamic, span);
        let set = vec![
            (row.id, Expr::col(&row, span)),
            (column.id, self.convert(element(name), Type::String)),
            (text.id, self.convert(element(value), Type::String)),
        ];
        Ok(projected(expanded, vec![row, column, text], set, span))
    }
}
