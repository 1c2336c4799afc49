//! Why does a result not name a value? Each table that the text reads is cut down to the rows that name it, and
//! these are followed to the operator where none is left.

use std::collections::BTreeSet;

use super::among::{Passed, Walk};
use super::aside::aside;
use super::chain::{Chain, Goal, Step, chains};
use super::edits::Edits;
use super::map::{Map, Place};
use super::reason::Lost;
use super::stages::prefix;
use super::unseen::{Beyond, Unseen, unseen};
use super::{Ask, number, one_line, reason};
use crate::catalog::views;
use crate::compile::{quoted, reference};
use crate::diag::Fix;
use crate::schema::Schema;
use crate::span::Span;
use crate::stack::on_own_stack;
use crate::syntax::ast::{Expr, ExprKind, Op, OpKind, OpParam, Statement, StatementKind};
use crate::syntax::parse;

/// What became of a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub value: String,
    /// Rows of the result that name it; `None` when the query cannot be run as a whole.
    pub shown: Option<u64>,
    /// One for each way from a table of the query.
    pub traces: Vec<Trace>,
    /// Whether no row of any table that the query reads names it, followed or not, and it reads nothing else.
    pub nowhere: bool,
    /// What could not be followed, as sentences.
    pub remarks: Vec<String>,
}

/// The way of one table's rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    pub table: String,
    /// Rows of the table that name the value.
    pub rows: u64,
    /// Networks that hold the address, where no row names it.
    pub near: Vec<String>,
    /// Other spellings of the value and how many rows name them, where no row names the value.
    pub spelled: Vec<(String, u64)>,
    /// Rows that name it and that the query is not shown.
    pub unseen: Option<Unseen>,
    pub stages: Vec<Stage>,
    pub end: End,
}

/// What an operator leaves of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Where the operator stands.
    pub span: Span,
    /// The operator on one line.
    pub text: String,
    /// Rows that come out and come from them.
    pub rows: u64,
    /// What the reader must know of this number.
    pub remark: Option<&'static str>,
    /// How many rows it leaves out while others pass, and what decided.
    pub some: Option<(u64, Vec<Condition>)>,
}

/// Where a way ends.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// No row of the table names it.
    Absent,
    /// In the result.
    Reaches,
    /// In the result, whose rows do not name it: no column does from this operator on.
    Unnamed(Condition),
    /// Alone they would be in the result; among all rows this operator leaves them out.
    Outnumbered(Condition),
    /// At the last stage, for these reasons.
    Lost(Vec<Condition>),
    /// Rows that name it leave out others.
    Excludes,
    /// They become a single value.
    Value,
    /// The result does not use them.
    Unused,
    /// It could not be followed further.
    Failed(String),
}

/// What an operator asked of the rows, and what decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    pub span: Span,
    pub text: String,
    /// Expressions and their values in a row that is lost.
    pub values: Vec<(String, String)>,
    /// One sentence.
    pub said: String,
    /// A change of the text by which rows pass this operator: it was tried.
    pub edit: Option<Fix>,
    /// Where the change does not yet bring them into the result: the next operator that leaves none of them.
    pub then: Option<(Span, String)>,
}

/// The column that tells rows of an operand from others.
const MARK: &str = "kqlhunt_traced";

/// Follows the rows that name a value, such as an address, a domain, a hash or a user. `reads` are the stored tables
/// that the query reads, by whatever way: those that cannot be followed are said. `beyond` is there where the query is
/// shown a part of the rows only.
pub fn why<'a>(
    text: &'a str,
    value: &'a str,
    schema: &'a Schema,
    reads: &[String],
    ask: &'a mut Ask<'a>,
    beyond: Option<Beyond<'a>>,
) -> Report {
    on_own_stack(text, || {
        let (script, _) = parse(text);
        let map = Map::of(&script);
        let mut report = Report {
            value: value.to_owned(),
            shown: None,
            traces: Vec::new(),
            nowhere: false,
            remarks: Vec::new(),
        };
        let mut follower = Follower { text, map: &map, value, schema, in_result: None, ask, beyond };
        report.shown = follower.shown();
        follower.in_result = report.shown;
        for found in &map.uses {
            let stored = |name: &str| schema.table(name).is_some();
            let name = found.name.text.as_str();
            let known = stored(name) || views::find(name).is_some_and(|view| stored(view.reads));
            if known && map.gives(found).is_none() {
                follower.table(&found.name.text, &chains(&map, found), &mut report);
            }
        }
        let unfollowed = follower.unfollowed(reads, &mut report);
        let absent = |trace: &Trace| {
            trace.end == End::Absent
                && trace.near.is_empty()
                && trace.spelled.is_empty()
                && trace.unseen.is_none()
        };
        let absent = unfollowed == Some(0) && report.traces.iter().all(absent);
        let others = aside(&script);
        report.nowhere = absent && others.is_empty();
        if absent && !others.is_empty() {
            let others = others.into_iter().collect::<Vec<_>>().join(" and ");
            report.remarks.push(format!("The query reads {others}, whose rows are not followed."));
        }
        report
    })
}

pub(super) struct Follower<'t, 'a> {
    pub text: &'t str,
    pub map: &'t Map<'t>,
    pub value: &'t str,
    pub schema: &'t Schema,
    /// Rows of the result that name the value.
    pub in_result: Option<u64>,
    pub ask: &'a mut Ask<'a>,
    pub beyond: Option<Beyond<'a>>,
}

impl Follower<'_, '_> {
    pub(super) fn names_it(&self) -> String {
        format!("| where * has {}", quoted(self.value))
    }

    pub(super) fn shown(&mut self) -> Option<u64> {
        let query = |statement: &&Statement| matches!(statement.kind, StatementKind::Query(_));
        let last = self.map.script.statements.iter().rev().find(query)?;
        let at =
            self.map.lines.iter().rposition(|line| line.outer.is_none() && line.pipe.span == last.span)?;
        let ops = &self.map.lines[at].pipe.ops;
        let end = ops.iter().rposition(|op| !matches!(op.kind, OpKind::Render { .. } | OpKind::Consume));
        let kql = prefix(self.text, self.map, &Edits::default(), Place { line: at, op: end });
        let named = format!("{kql}\n{}", self.names_it());
        number(self.ask, &named).ok()
    }

    /// How many rows name the value in tables that were not followed, such as those that a function, a pattern of
    /// names or a search reads; `None` when that cannot be told.
    fn unfollowed(&mut self, reads: &[String], report: &mut Report) -> Option<u64> {
        let followed = |table: &String| {
            report.traces.iter().any(|trace| {
                trace.table == *table || views::find(&trace.table).is_some_and(|view| view.reads == *table)
            })
        };
        let left: BTreeSet<&String> = reads.iter().filter(|table| !followed(table)).collect();
        let mut all = Some(0);
        for table in left {
            let named = format!("{}\n{}", reference(table), self.names_it());
            let rows = number(self.ask, &named).ok();
            let told = rows.map_or("It is not known how many".into(), |rows| rows.to_string());
            report.remarks.push(format!(
                "{table} is read in a way that is not followed, such as by a function, a pattern or a search. \
                 {told} of its rows name {}.",
                self.value
            ));
            all = all.zip(rows).map(|(all, rows)| all + rows);
            if let Some(unseen) = self.unseen(table) {
                report.remarks.extend(unseen.said());
                all = all.map(|all| all + unseen.later + unseen.earlier);
            }
        }
        all
    }

    fn unseen(&mut self, table: &str) -> Option<Unseen> {
        unseen(table, self.value, self.schema, self.beyond.as_mut()?)
    }

    fn table(&mut self, table: &str, chains: &[Chain], report: &mut Report) {
        let named = format!("{}\n{}", reference(table), self.names_it());
        let rows = number(self.ask, &named);
        let unseen = self.unseen(table);
        for chain in chains {
            let mut trace = Trace {
                table: table.to_owned(),
                rows: 0,
                near: Vec::new(),
                spelled: Vec::new(),
                unseen: unseen.clone(),
                stages: Vec::new(),
                end: End::Absent,
            };
            match &rows {
                Ok(0) => {
                    trace.near = reason::networks(self.ask, table, self.value);
                    trace.spelled = self.spelled(table);
                }
                Ok(rows) => {
                    trace.rows = *rows;
                    let walk = Walk::new(self, chain, *rows, chains.len());
                    trace.end = self.follow(chain, walk, &mut trace.stages).unwrap_or_else(End::Failed);
                }
                Err(message) => trace.end = End::Failed(message.clone()),
            }
            if !report.traces.contains(&trace) {
                report.traces.push(trace);
            }
        }
    }

    fn follow(&mut self, chain: &Chain, mut walk: Walk, stages: &mut Vec<Stage>) -> Result<End, String> {
        for step in &chain.steps {
            let Some(op) = self.map.op(step.at) else { continue };
            let last = std::ptr::eq(step, chain.steps.last().unwrap_or(step));
            if last && chain.end == Goal::Excludes || excludes(op, step) {
                return Ok(End::Excludes);
            }
            if last && chain.end == Goal::Value {
                return Ok(End::Value);
            }
            let Some(Passed { before, fewer, told }) = self.pass(&mut walk, op, step)? else {
                return Err(self.not_told(op));
            };
            let (rows, text) = (walk.rows, one_line(op.span.text(self.text)));
            let (table, edits) = (chain.table, &before);
            let lost = Lost { text: self.text, map: self.map, value: self.value, op, step, table, edits };
            let some = match fewer > 0 && rows > 0 && told {
                true => Some((fewer, lost.some(self.ask))).filter(|(_, why)| !why.is_empty()),
                false => None,
            };
            stages.push(Stage { span: op.span, text, rows, remark: remark(op), some });
            if rows == 0 && fewer > 0 {
                let mut why = reason::reasons(&lost, self.ask);
                self.further(chain, &mut why);
                return Ok(End::Lost(why));
            }
        }
        Ok(match chain.end {
            Goal::Result if self.in_result == Some(0) => {
                self.hidden(chain, walk.ways).unwrap_or(End::Reaches)
            }
            Goal::Result => End::Reaches,
            Goal::Value => End::Value,
            Goal::Excludes => End::Excludes,
            Goal::Unused => End::Unused,
        })
    }

    /// Keeps the rows of other operands out of the count, where they come out without a partner.
    pub(super) fn mark(&self, op: &Op, step: &Step, edits: &mut Edits) {
        let mixes = match (&op.kind, step.operand.is_some()) {
            (OpKind::Union { .. }, _) => true,
            (OpKind::Join { params, .. }, true) => matches!(kind(params), Some("leftouter" | "fullouter")),
            (OpKind::Join { params, .. }, false) => matches!(kind(params), Some("rightouter" | "fullouter")),
            (OpKind::Lookup { params, .. }, true) => kind(params) != Some("inner"),
            _ => false,
        };
        if !mixes {
            return;
        }
        let extend = format!("| extend {MARK} = true");
        match step.operand {
            Some(operand) => edits.pipe_on(operand, &extend),
            None => edits.insert(reason::end_before(self.map, step.at), format!(" {extend}")),
        }
        edits.insert(op.span.end, format!("\n| where {MARK} == true"));
    }
}

/// The value of an operator's `kind`.
pub(super) fn kind(params: &[OpParam]) -> Option<&str> {
    params.iter().find(|param| param.name.text == "kind").and_then(|param| match &param.value {
        Expr { kind: ExprKind::Name(name), .. } => Some(name.text.as_str()),
        _ => None,
    })
}

/// Whether the rows only decide which others stay away.
fn excludes(op: &Op, step: &Step) -> bool {
    let OpKind::Join { params, .. } = &op.kind else { return false };
    match kind(params) {
        Some("anti" | "leftanti" | "leftantisemi") => step.operand.is_some(),
        Some("rightanti" | "rightantisemi") => step.operand.is_none(),
        Some(_) | None => false,
    }
}

fn remark(op: &Op) -> Option<&'static str> {
    match op.kind {
        OpKind::Summarize { .. } | OpKind::MakeSeries { .. } | OpKind::Count(_) => {
            Some("of the rows that name it alone")
        }
        OpKind::Take(_)
        | OpKind::Top { .. }
        | OpKind::Sample(_)
        | OpKind::SampleDistinct { .. }
        | OpKind::TopHitters { .. }
        | OpKind::TopNested(_) => Some("among all rows it may be cut off here"),
        _ => None,
    }
}
