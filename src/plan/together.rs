//! Properties of one document that are read beside each other: one pass over its text finds all of them, packs them
//! below the first operator that reads one, and each is taken out where it is read. Call it when all else is done:
//! what is packed is no value of KQL.

use super::expr::columns_of;
use super::ops::{each_input, own_exprs};
use super::{ColId, ColSet, Expr, ExprKind, Node, Plan, Rel};
use crate::catalog::func::{DYN, Lower, Ret, STR, Sig, rest, sig};
use crate::quick::QuickMap;
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;

/// So many are packed together at most; as many as there are in [`TAKEN`].
const PACKED_MAX: usize = TAKEN.len();

/// Fewer are as fast alone.
const PACKED_MIN: usize = 3;

/// Finds all of them in one pass, as a list.
const KERNEL: &str = "kql_json_all";
static PACK: Sig = sig(&[DYN, rest(STR)], Ret::Is(Type::Dynamic), Lower::Kernel(KERNEL));

const fn taken(template: &'static str) -> Sig {
    sig(&[DYN], Ret::Is(Type::Dynamic), Lower::Sql(template))
}

/// What takes one out, by its place.
static TAKEN: [Sig; 12] = [
    taken("{0}[1]"),
    taken("{0}[2]"),
    taken("{0}[3]"),
    taken("{0}[4]"),
    taken("{0}[5]"),
    taken("{0}[6]"),
    taken("{0}[7]"),
    taken("{0}[8]"),
    taken("{0}[9]"),
    taken("{0}[10]"),
    taken("{0}[11]"),
    taken("{0}[12]"),
];

/// Packs what is read together, and says whether anything is. Call [`super::prune`] then: documents need not go on.
pub fn read_together(plan: &mut Plan) -> bool {
    if !reads_several(plan) {
        return false;
    }
    let mut packer = Packer { next: plan.next_col, decisive: vec![ColSet::default(); plan.lets.len()] };
    packer.rel(&mut plan.root, Paths::default(), ColSet::default());
    // A let can only mention those before it.
    for index in (0..plan.lets.len()).rev() {
        let decisive = std::mem::take(&mut packer.decisive[index]);
        packer.rel(&mut plan.lets[index].rel, Paths::default(), decisive);
    }
    let packed = packer.next > plan.next_col;
    plan.next_col = packer.next;
    packed
}

/// Whether so many properties are read anywhere that some could be packed.
fn reads_several(plan: &Plan) -> bool {
    let mut rels: Vec<&Rel> = plan.lets.iter().map(|item| &item.rel).chain([&plan.root]).collect();
    let mut paths = 0;
    while let Some(rel) = rels.pop() {
        own_exprs(rel, &mut |expr| expr.walk(&mut |inner| paths += usize::from(path_of(inner).is_some())));
        if paths >= PACKED_MIN {
            return true;
        }
        each_input(rel, &mut |input| rels.push(input));
    }
    false
}

/// For each document the paths below it, in the encoding of `kernels::json`.
type Paths = QuickMap<ColId, Vec<String>>;

/// A column that holds the properties at these paths of a document.
struct Pack {
    document: ColId,
    id: ColId,
    paths: Vec<String>,
}

struct Packer {
    next: u32,
    /// For each let the columns that its mentions filter by.
    decisive: Vec<ColSet>,
}

impl Packer {
    /// `above` are the paths that are read by operators above, of the same rows. The `decisive` columns are those that
    /// filters above read: DuckDB computes them first and the others for what is left, which packing would undo.
    /// Gives what is packed in the rows.
    fn rel(&mut self, rel: &mut Rel, above: Paths, mut decisive: ColSet) -> Vec<Pack> {
        match &mut rel.node {
            Node::Scan { .. } | Node::Values { .. } | Node::Range { .. } => Vec::new(),
            Node::Let { index, items } => {
                let there =
                    items.iter().filter(|(here, _)| decisive.contains(*here)).map(|(_, there)| *there);
                self.decisive[*index].extend(there);
                Vec::new()
            }
            // What is read behind it is read of fewer rows.
            Node::Filter { input, predicate } => {
                decisive.extend(columns_of(predicate));
                self.rel(input, Paths::default(), decisive)
            }
            Node::Limit { input, .. } => self.rel(input, Paths::default(), ColSet::default()),
            Node::Unnest { input, .. } | Node::Window { input, .. } | Node::Walk { input, .. } => {
                self.rel(input, above, decisive)
            }
            Node::Project { input, kept, items } => {
                let mut read = above;
                read.retain(|document, _| kept.contains(document));
                let (first, rest): (Vec<_>, Vec<_>) =
                    items.iter().partition(|(id, _)| decisive.contains(*id));
                let exprs: Vec<&Expr> = rest.iter().map(|(_, expr)| expr).collect();
                exprs.iter().for_each(|expr| note(expr, &mut read));
                let firsts: Vec<ColId> = first.iter().flat_map(|(_, expr)| columns_of(expr)).collect();
                let below =
                    kept.iter().copied().filter(|id| decisive.contains(*id)).chain(firsts.iter().copied());
                let mut packs = self.rel(input, read.clone(), below.collect());
                let goes_on: Vec<ColId> = kept.iter().copied().chain(firsts).collect();
                self.pack(input, &goes_on, &exprs, read, &mut packs);
                let rest = items.iter_mut().filter(|(id, _)| !decisive.contains(*id));
                rest.for_each(|(_, expr)| take(expr, &packs));
                packs.retain(|pack| kept.contains(&pack.document));
                kept.extend(packs.iter().map(|pack| pack.id));
                packs
            }
            Node::Aggregate { input, groups, aggs } => {
                let exprs: Vec<&Expr> = groups.iter().chain(aggs.iter()).map(|(_, expr)| expr).collect();
                let mut read = Paths::default();
                exprs.iter().for_each(|expr| note(expr, &mut read));
                let keys = groups.iter().filter(|(id, _)| decisive.contains(*id));
                let below = keys.flat_map(|(_, expr)| columns_of(expr)).collect();
                let mut packs = self.rel(input, read.clone(), below);
                self.pack(input, &[], &exprs, read, &mut packs);
                groups.iter_mut().chain(aggs).for_each(|(_, expr)| take(expr, &packs));
                Vec::new()
            }
            Node::Join { left, right, items, .. } => {
                let read = items.iter().filter(|item| decisive.contains(item.id));
                let below: ColSet = read.flat_map(|item| columns_of(&item.expr)).collect();
                self.rel(left, Paths::default(), below.clone());
                self.rel(right, Paths::default(), below);
                Vec::new()
            }
            Node::Union { inputs, items, maps } => {
                for (input, map) in inputs.iter_mut().zip(maps) {
                    let read = items.iter().zip(map).filter(|((id, _), _)| decisive.contains(*id));
                    let below = read.flat_map(|(_, expr)| columns_of(expr)).collect();
                    self.rel(input, Paths::default(), below);
                }
                Vec::new()
            }
        }
    }

    /// Packs below these expressions what they and those above read of a document, where that is several
    /// properties that are not packed yet. `kept` goes on beside what they read.
    fn pack(&mut self, input: &mut Rel, kept: &[ColId], exprs: &[&Expr], read: Paths, packs: &mut Vec<Pack>) {
        let mut here = Paths::default();
        exprs.iter().for_each(|expr| note(expr, &mut here));
        let mut documents: Vec<(ColId, Vec<String>)> =
            read.into_iter().filter(|(document, _)| here.contains_key(document)).collect();
        documents.sort_by_key(|(document, _)| document.0);
        let mut items = Vec::new();
        for (document, mut paths) in documents {
            let known = |path: &String| {
                packs.iter().any(|pack| pack.document == document && pack.paths.contains(path))
            };
            paths.retain(|path| !known(path));
            paths.truncate(PACKED_MAX);
            if paths.len() >= PACKED_MIN {
                let id = ColId(self.next);
                self.next += 1;
                items.push((id, packed(document, &paths, input.span)));
                packs.push(Pack { document, id, paths });
            }
        }
        if items.is_empty() {
            return;
        }
        let (cols, order, span) = (input.cols.clone(), input.order.clone(), input.span);
        let mut goes_on: Vec<ColId> = kept.to_vec();
        goes_on.extend(exprs.iter().flat_map(|expr| columns_of(expr)));
        goes_on.extend(order.iter().map(|key| key.col));
        let made: Vec<ColId> = items.iter().map(|(id, _)| *id).collect();
        goes_on.extend(packs.iter().map(|pack| pack.id).filter(|id| !made.contains(id)));
        let node = Node::Values { items: Vec::new(), rows: Vec::new() };
        let below = std::mem::replace(input, Rel { node, cols, order, span });
        input.node = Node::Project { input: Box::new(below), kept: goes_on, items };
    }
}

/// Whether an expression packs what is read together.
pub fn is_packed(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { sig, .. } if std::ptr::eq(*sig, &PACK))
}

fn packed(document: ColId, paths: &[String], span: Span) -> Expr {
    let path = |path: &String| Expr::lit(Value::String(path.clone()), Type::String, span);
    let args = std::iter::once(Expr::new(ExprKind::Col(document), Type::Dynamic, span));
    let args = args.chain(paths.iter().map(path)).collect();
    Expr::new(ExprKind::Call { name: KERNEL, sig: &PACK, args }, Type::Dynamic, span)
}

/// The document and the path below it that an expression is.
fn path_of(expr: &Expr) -> Option<(ColId, &String)> {
    match &expr.kind {
        ExprKind::Path { base, path } => match base.kind {
            ExprKind::Col(document) => Some((document, path)),
            _ => None,
        },
        _ => None,
    }
}

/// Notes the properties that an expression reads of every row.
fn note(expr: &Expr, read: &mut Paths) {
    if let Some((document, path)) = path_of(expr) {
        let paths = read.entry(document).or_default();
        if !paths.contains(path) {
            paths.push(path.clone());
        }
        return;
    }
    let certain = match &expr.kind {
        ExprKind::Call { name: "iff" | "case", .. } => 1,
        _ => usize::MAX,
    };
    expr.children().take(certain).filter(|child| !child.is_leaf()).for_each(|child| note(child, read));
}

/// Takes properties out of what they are packed into.
fn take(expr: &mut Expr, packs: &[Pack]) {
    if packs.is_empty() {
        return;
    }
    let found = path_of(expr).and_then(|(document, path)| {
        let mut packs = packs.iter().filter(|pack| pack.document == document);
        packs.find_map(|pack| Some((pack.id, pack.paths.iter().position(|known| known == path)?)))
    });
    match found {
        Some((id, at)) => {
            let args = vec![Expr::new(ExprKind::Col(id), Type::Dynamic, expr.span)];
            expr.kind = ExprKind::Call { name: KERNEL, sig: &TAKEN[at], args };
        }
        None => expr.children_mut().filter(|child| !child.is_leaf()).for_each(|child| take(child, packs)),
    }
}
