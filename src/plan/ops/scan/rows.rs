//! The rows that come out of a scan.

use super::{Machine, Output, Source};
use crate::plan::check::{Binder, Checked};
use crate::plan::ops::cols::projected;
use crate::plan::ops::over;
use crate::plan::{ColId, Column, Expr, ExprKind, Node, OrderKey, Rel, WindowFunc};
use crate::span::Span;
use crate::syntax::ast;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// A row for each step that a row fits, the last step's first.
    pub(super) fn scan_rows(
        &mut self,
        machine: Machine,
        scan: &ast::Scan,
        input: Rel,
        declared: Vec<Column>,
        outputs: &[Output],
    ) -> Checked<Rel> {
        let span = machine.span;
        let mut cols = input.cols.clone();
        cols.extend(declared);
        if let Some(name) = &scan.match_id {
            cols.push(self.new_column(name.text.clone(), Type::Long));
        }
        // For each step that gives rows: whether the row fits, then what follows the input's columns.
        let mut given: Vec<Vec<Expr>> = Vec::new();
        for Output { at, fits, .. } in outputs {
            let state = &machine.states[*at];
            let mut values = vec![machine.walk.after(*fits)];
            for (place, held) in state.matches[*at].iter().zip(&machine.memories[*at]) {
                if let Source::Declared(_) = held.source {
                    values.push(machine.walk.after(*place));
                }
            }
            if scan.match_id.is_some() {
                values.push(machine.walk.after(state.sequence));
            }
            given.push(values);
        }
        let width = input.cols.len();
        let last = outputs.iter().find_map(|output| output.repeats).map(|slot| machine.walk.after(slot));
        let rows = machine.walk.over(input);
        match given.as_slice() {
            [] => {
                let never = Expr::lit(Value::Bool(false), Type::Bool, span);
                let set = cols[width..].iter().map(|column| {
                    let null = Expr::lit(Value::Null, Type::Dynamic, span);
                    (column.id, self.convert(null, column.ty))
                });
                let set = set.collect();
                Ok(projected(filtered(rows, never), cols, set, span))
            }
            [values] => {
                let set = cols[width..].iter().zip(&values[1..]);
                let set = set.map(|(column, value)| (column.id, value.clone())).collect();
                let fitting = filtered(rows, values[0].clone());
                let fitting = match last {
                    Some(repeats) => self.last_of_repeated(fitting, repeats)?,
                    None => fitting,
                };
                Ok(projected(fitting, cols, set, span))
            }
            several => Ok(self.scan_merged(rows, cols, several, span)),
        }
    }

    /// The rows of several steps, in the order of the input's rows and, for one row, of the steps.
    fn scan_merged(&mut self, rows: Rel, cols: Vec<Column>, several: &[Vec<Expr>], span: Span) -> Rel {
        let width = rows.cols.len();
        let keys = rows.order.clone();
        // What the steps give stands behind the input's columns while the rows are read once a step.
        let mut shared = rows.cols.clone();
        let starts: Vec<usize> = several
            .iter()
            .map(|values| {
                let start = shared.len();
                shared.extend(values.iter().filter_map(|value| match value.kind {
                    ExprKind::Col(id) => {
                        Some(Column { id, name: "".into(), ty: value.ty, origin: None, hidden: true })
                    }
                    _ => None,
                }));
                start
            })
            .collect();
        let index = self.add_let("scan", Rel { cols: shared, ..rows }, true);
        let rank = self.new_col();
        let mut items: Vec<(ColId, Type)> = Vec::new();
        let cols: Vec<Column> = cols
            .into_iter()
            .map(|column| {
                let id = self.new_col();
                items.push((id, column.ty));
                Column { id, ..column }
            })
            .collect();
        let mut order = Vec::new();
        for key in keys {
            let col = self.new_col();
            if let Some(parts) = self.parts.get(&key.col).cloned() {
                self.parts.insert(col, parts);
            }
            items.push((col, key.ty));
            order.push(OrderKey { col, ..key });
        }
        items.push((rank, Type::Long));
        order.push(OrderKey { col: rank, ty: Type::Long, ascending: true, nulls_first: true });
        let (mut inputs, mut maps) = (Vec::new(), Vec::new());
        for (at, (start, values)) in starts.iter().zip(several).enumerate() {
            let part = self.let_rel(index, span);
            let read = |at: usize| Expr::col(&part.cols[at], span);
            let mut map: Vec<Expr> = (0..width).map(read).collect();
            map.extend((start + 1..start + values.len()).map(read));
            map.extend(part.order.iter().map(|key| Expr::new(ExprKind::Col(key.col), key.ty, span)));
            map.push(Expr::long(i64::try_from(at).unwrap_or(i64::MAX), span));
            let fits = read(*start);
            inputs.push(filtered(part, fits));
            maps.push(map);
        }
        Rel { node: Node::Union { inputs, items, maps }, cols, order, span }
    }

    /// `output=last`: a row goes when the step's next one replaces it.
    fn last_of_repeated(&mut self, rows: Rel, repeats: Expr) -> Checked<Rel> {
        let span = repeats.span;
        let truth = |value| Expr::lit(Value::Bool(value), Type::Bool, span);
        let replaced = self.new_column("", Type::Bool);
        let args = vec![repeats, Expr::long(1, span), truth(false)];
        let next = Expr::new(ExprKind::Over { func: WindowFunc::Next, args }, Type::Bool, span);
        let parts: Vec<ColId> = self.part_key(&rows).map(|key| key.col).into_iter().collect();
        let rows = over(rows, &parts, vec![(replaced.id, next)]);
        let stays = self.choose(&Expr::col(&replaced, span), truth(false), truth(true))?;
        Ok(filtered(rows, stays))
    }
}

fn filtered(input: Rel, predicate: Expr) -> Rel {
    let (cols, order, span) = (input.cols.clone(), input.order.clone(), input.span);
    Rel { node: Node::Filter { input: Box::new(input), predicate }, cols, order, span }
}
