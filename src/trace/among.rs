//! A way is followed with the table cut down to the rows that name a value. What operators make of several rows, such
//! as a count or a row's number, is another then than in the query. From the first of these on nothing that such a
//! value decides is said before all rows were asked.

use super::chain::{Chain, Step};
use super::edits::Edits;
use super::map::Place;
use super::number;
use super::reason::{end_before, shorten};
use super::stages::prefix;
use super::why::Follower;
use crate::catalog::window;
use crate::syntax::ast::{Expr, ExprKind, Op, OpKind};
use crate::syntax::below::{Part, below_expr, below_op};

/// How far rows were followed.
pub(super) struct Walk {
    /// What they are asked with.
    pub edits: Edits,
    /// How many are left.
    pub rows: u64,
    /// How many ways the table's rows go.
    pub ways: usize,
    /// Whether they may have values that they have not among all rows.
    alone: bool,
    /// The operator before.
    last: Option<Place>,
}

/// What an operator leaves of the rows.
pub(super) struct Passed {
    /// What the rows before it are asked with.
    pub before: Edits,
    /// Rows that it leaves out.
    pub fewer: u64,
    /// Whether what decided can be told.
    pub told: bool,
}

impl Walk {
    /// From a table, of which so many rows name the value. Where a name holds them that is used in several ways, all of
    /// these are cut down.
    pub fn new(follower: &Follower, chain: &Chain, rows: u64, ways: usize) -> Walk {
        let mut edits = Edits::default();
        edits.pipe_on(chain.table, &follower.names_it());
        Walk { edits, rows, ways, alone: ways > 1, last: None }
    }
}

impl Follower<'_, '_> {
    /// Follows the rows through an operator; `None` where it cannot be told what becomes of them.
    pub(super) fn pass(&mut self, walk: &mut Walk, op: &Op, step: &Step) -> Result<Option<Passed>, String> {
        let (rows, mut edits) = self.left(&walk.edits, op, step)?;
        let mixes = mixes(op);
        let mut passed = Passed {
            before: walk.edits.clone(),
            fewer: walk.rows.saturating_sub(rows),
            told: !walk.alone && !mixes,
        };
        let mut left = rows;
        if mixes && rows == 0 {
            edits = Edits::default();
            edits.insert(op.span.end, format!("\n{}", self.names_it()));
            left = number(self.ask, &prefix(self.text, self.map, &edits, step.at))?;
            if left == 0 {
                return Ok(None);
            }
        } else if walk.alone && !mixes && passed.fewer > 0 {
            match self.among_all(walk, op, step)? {
                Some((before, all)) => {
                    (left, edits) = self.left(&before, op, step)?;
                    passed = Passed { before, fewer: all.saturating_sub(left), told: true };
                    walk.alone = false;
                }
                None if rows == 0 => return Ok(None),
                None => {}
            }
        }
        walk.alone = match mixes {
            true => rows > 0,
            false => walk.alone,
        };
        (walk.edits, walk.rows, walk.last) = (edits, left, Some(step.at));
        Ok(Some(passed))
    }

    /// What is left of rows behind an operator, and what these are asked with.
    fn left(&mut self, before: &Edits, op: &Op, step: &Step) -> Result<(u64, Edits), String> {
        let mut edits = before.clone();
        self.mark(op, step, &mut edits);
        let rows = number(self.ask, &prefix(self.text, self.map, &edits, step.at))?;
        Ok((rows, edits))
    }

    /// The rows that come to an operator in the query and name the value, and how many they are; `None` where there are
    /// none, or where they cannot be asked for.
    pub(super) fn among_all(
        &mut self,
        walk: &Walk,
        op: &Op,
        step: &Step,
    ) -> Result<Option<(Edits, u64)>, String> {
        let named = self.names_it();
        let rows = match walk.last {
            Some(last) => {
                let all = prefix(self.text, self.map, &Edits::default(), last);
                number(self.ask, &format!("{all}\n{named}"))?
            }
            None => walk.rows,
        };
        let mut edits = Edits::default();
        match (step.operand, &op.kind) {
            (None, _) => edits.insert(end_before(self.map, step.at), format!("\n{named}")),
            (Some(operand), OpKind::Join { .. } | OpKind::Lookup { .. } | OpKind::Union { .. }) => {
                edits.pipe_on(operand, &named);
            }
            (Some(_), _) => return Ok(None),
        }
        Ok((rows > 0).then_some((edits, rows)))
    }

    /// Why a way is not followed beyond an operator.
    pub(super) fn not_told(&self, op: &Op) -> String {
        let op = shorten(&super::one_line(op.span.text(self.text)));
        format!("what '{op}' leaves of them depends on rows that do not name {}", self.value)
    }
}

/// Whether what an operator gives for a row depends on other rows that come to it.
fn mixes(op: &Op) -> bool {
    match &op.kind {
        OpKind::Where(_)
        | OpKind::Extend(_)
        | OpKind::Project(_)
        | OpKind::Serialize(_)
        | OpKind::Distinct(_)
        | OpKind::Sort { .. } => below_op(op).into_iter().any(counts_rows),
        OpKind::Take(_)
        | OpKind::Top { .. }
        | OpKind::Sample(_)
        | OpKind::SampleDistinct { .. }
        | OpKind::ProjectAway(_)
        | OpKind::ProjectKeep(_)
        | OpKind::ProjectReorder(_)
        | OpKind::ProjectRename(_)
        | OpKind::ProjectByNames(_)
        | OpKind::Parse { .. }
        | OpKind::ParseKv { .. }
        | OpKind::AssertSchema(_)
        | OpKind::Join { .. }
        | OpKind::Lookup { .. }
        | OpKind::Union { .. }
        | OpKind::Search { .. }
        | OpKind::Find { .. }
        | OpKind::MvExpand { .. }
        | OpKind::MvApply { .. }
        | OpKind::As { .. }
        | OpKind::Render { .. }
        | OpKind::Consume => false,
        _ => true,
    }
}

/// Whether a function over rows in an order is in it.
fn counts_rows(part: Part) -> bool {
    let Part::Expr(expr) = part else { return false };
    let Expr { kind, .. } = expr;
    let own = match kind {
        ExprKind::Call { name, .. } => window::ROWS.iter().any(|row| row.name == name.text),
        _ => false,
    };
    own || below_expr(expr).into_iter().any(counts_rows)
}
