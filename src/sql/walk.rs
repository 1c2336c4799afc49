//! Rows visited one by one: a recursive common table that joins, in each round, the row after the last.

use super::block::{BREAK, Block, name, nested};
use super::node::Writer;
use crate::plan::{ColId, Expr, Rel};

impl Writer<'_> {
    pub fn walk(
        &mut self,
        input: &Rel,
        parts: &[ColId],
        number: ColId,
        state: &[(ColId, Expr)],
        layers: &[Vec<(ColId, Expr)>],
    ) -> Block {
        let block = self.rel(input);
        let columns: Vec<ColId> = block.items.iter().map(|(id, _)| *id).collect();
        let id = self.alias();
        let (rows, walk) = (format!("rows_{id}"), format!("walk_{id}"));
        // Without MATERIALIZED each round would compute the rows again.
        self.written.push(format!("{rows} AS MATERIALIZED {}", nested(&block.sql())));

        let nothing = Block::default();
        let mut start = Block { items: vec![(number, "0::BIGINT".to_owned())], ..Block::default() };
        if !parts.is_empty() {
            start.from = rows.clone();
            start.items.extend(parts.iter().map(|part| (*part, name(*part))));
            start.groups = Some(parts.iter().map(|part| name(*part)).collect());
        }
        start.items.extend(state.iter().map(|(id, value)| (*id, self.expr(value, &nothing))));

        let row = columns.iter().map(|id| (*id, format!("r.{}", name(*id))));
        let remembered = state.iter().map(|(id, _)| (*id, format!("w.{}", name(*id))));
        let items: Vec<(ColId, String)> = row.chain(remembered).collect();
        let counter = name(number);
        let same: String =
            parts.iter().map(|part| format!(" AND r.{0} IS NOT DISTINCT FROM w.{0}", name(*part))).collect();
        let mut turn = Block {
            items: items.clone(),
            from: format!("{walk} AS w{BREAK}JOIN {rows} AS r ON r.{counter} = w.{counter} + 1{same}"),
            ..Block::default()
        };
        let Some((last, layers)) = layers.split_last() else { return turn };
        for layer in layers {
            let texts: Vec<(ColId, String)> =
                layer.iter().map(|(id, value)| (*id, self.expr(value, &turn))).collect();
            turn.items.extend(texts);
            turn = self.closed(turn);
        }
        let next: Vec<(ColId, String)> =
            last.iter().map(|(id, value)| (*id, self.expr(value, &turn))).collect();
        turn.items =
            std::iter::once(&number).chain(parts).map(|id| (*id, turn.text(*id).to_owned())).collect();
        turn.items.extend(next);

        let rounds = format!("{}{BREAK}UNION ALL{BREAK}{}", start.sql(), turn.sql());
        self.written.push(format!("{walk} AS {}", nested(&rounds)));
        self.recursive = true;
        let from = format!("{walk} AS w{BREAK}JOIN {rows} AS r ON r.{counter} = w.{counter}{same}");
        Block { items, from, ..Block::default() }
    }
}
