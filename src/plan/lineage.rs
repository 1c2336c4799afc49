//! From which stored columns the texts of a result come, also where the query makes them: `ClientIP` of
//! `tostring(split(ClientIP, ":")[0])`, of `coalesce(ClientIP, Client_IPAddress)`, of what a join found equal to it.
//! For those who ask what a column is about; says nothing of what becomes of the values.

use super::{ColId, Expr, ExprKind, Node, Plan, Rel, StoredId};
use crate::types::Type;

/// A column that is looked for below, and the column of the result that it makes; of packed values one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sought {
    id: ColId,
    packed: Option<usize>,
    root: usize,
}

/// For each column of the root the stored columns that its values come from, in the order in which they are found.
/// Conditions that choose between values make none of them, nor do numbers that are made of texts.
pub fn lineage(plan: &Plan) -> Vec<Vec<StoredId>> {
    let mut search = Search {
        found: plan.root.cols.iter().map(|column| column.origin.into_iter().collect()).collect(),
        lets: vec![Vec::new(); plan.lets.len()],
    };
    let made = plan.root.cols.iter().enumerate();
    let made = made.filter(|(_, column)| column.origin.is_none() && column.ty == Type::String);
    let sought = made.map(|(root, column)| Sought { id: column.id, packed: None, root }).collect();
    search.rel(&plan.root, sought);
    // A let can only mention those before it.
    for index in (0..plan.lets.len()).rev() {
        let sought = std::mem::take(&mut search.lets[index]);
        search.rel(&plan.lets[index].rel, sought);
    }
    search.found
}

struct Search {
    found: Vec<Vec<StoredId>>,
    lets: Vec<Vec<Sought>>,
}

impl Search {
    fn rel(&mut self, rel: &Rel, mut sought: Vec<Sought>) {
        // A column that is handed on unchanged knows where it comes from.
        sought.retain(|one| {
            let origin = rel.cols.iter().find(|column| column.id == one.id).and_then(|column| column.origin);
            if let Some(origin) = origin.filter(|origin| !self.found[one.root].contains(origin)) {
                self.found[one.root].push(origin);
            }
            origin.is_none()
        });
        if sought.is_empty() {
            return;
        }
        match &rel.node {
            Node::Scan { .. } | Node::Values { .. } | Node::Range { .. } => {}
            Node::Let { index, items } => {
                for one in sought {
                    if let Some((_, there)) = items.iter().find(|(here, _)| *here == one.id) {
                        add(&mut self.lets[*index], Sought { id: *there, ..one });
                    }
                }
            }
            Node::Filter { input, .. } | Node::Limit { input, .. } => self.rel(input, sought),
            Node::Project { input, items, .. } | Node::Window { input, items, .. } => {
                let below =
                    through(&sought, |id| items.iter().find(|(made, _)| *made == id).map(|made| &made.1));
                self.rel(input, below);
            }
            Node::Aggregate { input, groups, aggs } => {
                let items = || groups.iter().chain(aggs);
                let below = through(&sought, |id| items().find(|(made, _)| *made == id).map(|made| &made.1));
                self.rel(input, below);
            }
            Node::Walk { input, state, layers, .. } => {
                let items = || state.iter().chain(layers.iter().flatten());
                let below = through(&sought, |id| items().find(|(made, _)| *made == id).map(|made| &made.1));
                self.rel(input, below);
            }
            Node::Join { left, right, on, items, .. } => {
                let mut below =
                    through(&sought, |id| items.iter().find(|item| item.id == id).map(|item| &item.expr));
                // What is equal has the sources of both.
                for at in 0..below.len() {
                    let (id, root) = (below[at].id, below[at].root);
                    for (one, other) in on {
                        for (this, that) in [(one, other), (other, one)] {
                            if matches!(this.kind, ExprKind::Col(equal) if equal == id) {
                                columns(that, None, root, &mut below);
                            }
                        }
                    }
                }
                self.rel(left, below.clone());
                self.rel(right, below);
            }
            Node::Union { inputs, items, maps } => {
                for (input, map) in inputs.iter().zip(maps) {
                    let place = |id: ColId| items.iter().position(|(made, _)| *made == id);
                    let below = through(&sought, |id| map.get(place(id)?));
                    self.rel(input, below);
                }
            }
            Node::Unnest { input, items, .. } => {
                let made = |id: ColId| items.iter().find(|item| item.element == id).map(|item| &item.array);
                self.rel(input, through(&sought, made));
            }
        }
    }
}

/// What is sought below an operator: for a column that it makes what it makes it of, any other as it is.
fn through<'e>(sought: &[Sought], made: impl Fn(ColId) -> Option<&'e Expr>) -> Vec<Sought> {
    let mut below = Vec::new();
    for one in sought {
        match made(one.id) {
            Some(expr) => columns(expr, one.packed, one.root, &mut below),
            None => add(&mut below, *one),
        }
    }
    below
}

/// The columns whose texts an expression may give.
fn columns(expr: &Expr, packed: Option<usize>, root: usize, found: &mut Vec<Sought>) {
    match (&expr.kind, packed) {
        (ExprKind::Col(id), packed) => add(found, Sought { id: *id, packed, root }),
        (ExprKind::ArgMost { values, .. }, Some(at)) => {
            if let Some(value) = values.get(at) {
                columns(value, None, root, found);
            }
        }
        (ExprKind::Field { base, index }, _) => columns(base, Some(*index), root, found),
        // Other tables are no part of the row.
        (ExprKind::Scalar(_) | ExprKind::InRel { .. }, _) => {}
        _ => {
            for child in expr.children().filter(|child| textual(child.ty)) {
                columns(child, None, root, found);
            }
        }
    }
}

fn textual(ty: Type) -> bool {
    matches!(ty, Type::String | Type::Dynamic | Type::Guid)
}

fn add(found: &mut Vec<Sought>, one: Sought) {
    if !found.contains(&one) {
        found.push(one);
    }
}
