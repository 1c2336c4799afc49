//! The rows behind rows: those that an aggregation made them of. The groups of the row are found by carrying
//! their keys through the operators after the aggregation, and its rows are those with these keys before it.

use super::Ask;
use super::edits::Edits;
use super::map::{Map, Place};
use super::stages::prefix;
use crate::compile::{literal, reference};
use crate::hunt::condition::{combined, equal};
use crate::stack::on_own_stack;
use crate::syntax::ast::{Expr, ExprKind, Named, Op, OpKind, StatementKind};
use crate::syntax::parse;
use crate::ticks;
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// Groups that one row may stand for, and rows that are opened together.
const GROUPS_MAX: usize = 50;
/// How keys are called on their way.
const KEY: &str = "kqlhunt_key";

/// The query that gives the rows behind a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    pub kql: String,
    /// The keys of the groups, as shown: `UserId == "amy@contoso.com"`.
    pub keys: Vec<String>,
    /// What the reader must know, as sentences; without any the rows are exactly those of the row.
    pub remarks: Vec<String>,
}

/// Whether a query ends in rows that stand for several others.
pub fn aggregates(text: &str) -> bool {
    on_own_stack(text, || {
        let (script, _) = parse(text);
        let map = Map::of(&script);
        aggregation(&map).is_ok()
    })
}

/// What of a result is opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened<'r> {
    pub columns: &'r [ColumnType],
    pub rows: &'r [Vec<Value>],
    /// The first and the last bin, in ticks, where the rows are series and not all of them is meant.
    pub bins: Option<(i64, i64)>,
}

/// The rows behind rows of the result of `text`.
///
/// Errors: no operator of the query aggregates, or one after it cannot be followed; one sentence, lower case.
pub fn behind(text: &str, opened: &Opened, ask: &mut Ask) -> Result<Behind, String> {
    on_own_stack(text, || {
        let (script, _) = parse(text);
        let map = Map::of(&script);
        let found = aggregation(&map)?;
        let mut remarks = Vec::new();
        for place in &found.after {
            remarks.extend(map.op(*place).map(passes).transpose()?.flatten());
        }
        let Some(at) = found.at.op else { return Err("the query has no aggregation".into()) };
        let before = Place { op: at.checked_sub(1), ..found.at };
        let mut rows = prefix(text, &map, &Edits::default(), before);
        let mut keys_shown = Vec::new();
        if let Some(bins) = opened.bins {
            match map.op(found.at).and_then(|op| in_bins(op, text, bins)) {
                Some((condition, shown)) => {
                    rows.push_str(&format!("\n| where {condition}"));
                    keys_shown.push(shown);
                    if found.after.iter().filter_map(|place| map.op(*place)).any(computes) {
                        remarks.push("What is computed of a series depends on all of it.".into());
                    }
                }
                None => {
                    remarks.push("All rows of the series are shown: the query does not say its bins.".into())
                }
            }
        }
        let keys = keys(&found, &map, text, ask)?;
        if keys.is_empty() {
            return Ok(Behind { kql: rows, keys: keys_shown, remarks });
        }
        let groups = groups(&found, &map, text, &keys, opened, ask)?;
        if groups.len() > opened.rows.len() {
            let what = if opened.rows.len() == 1 { "this row" } else { "these rows" };
            remarks.push(format!("{} groups give {what}; the rows of all of them are shown.", groups.len()));
        }
        keys_shown.extend(shown(&keys, &groups));
        Ok(Behind { kql: with_keys(rows, &keys, &groups), keys: keys_shown, remarks })
    })
}

/// The rows of some bins of `make-series`, and how that is told.
fn in_bins(op: &Op, text: &str, (first, last): (i64, i64)) -> Option<(String, String)> {
    let OpKind::MakeSeries { axis, to, step, in_range, .. } = &op.kind else { return None };
    let part = |expr: &Expr| expr.span.text(text);
    let at = |ticks: i64| literal(&Value::Datetime(ticks), Type::Datetime);
    let axis = part(&axis.expr);
    let mut condition = format!("({axis}) >= {} and ({axis}) < {} + ({})", at(first), at(last), part(step));
    if let Some(to) = to.as_ref().filter(|_| !in_range) {
        condition.push_str(&format!(" and ({axis}) < ({})", part(to)));
    }
    let told = match first == last {
        true => format!("{axis} from {} on", ticks::iso(first)),
        false => format!("{axis} from {} to that of {}", ticks::iso(first), ticks::iso(last)),
    };
    Some((condition, told))
}

/// Whether an operator may make new series of others.
fn computes(op: &Op) -> bool {
    matches!(op.kind, OpKind::Extend(_) | OpKind::Project(_))
}

/// The last operator that makes one row of several, and those after it.
struct Aggregation {
    at: Place,
    after: Vec<Place>,
}

/// A key of the groups.
struct Key {
    /// As the aggregation reads it.
    expr: String,
    /// The column, where it is just one.
    plain: Option<String>,
    /// As it gives it.
    column: ColumnType,
}

fn aggregation(map: &Map) -> Result<Aggregation, String> {
    let query = |kind: &StatementKind| matches!(kind, StatementKind::Query(_));
    let last = map.script.statements.iter().rposition(|one| query(&one.kind)).ok_or("there is no query")?;
    let mut line = line_of(map, last).ok_or("there is no query")?;
    let mut after = Vec::new();
    // A name leads to an earlier statement, a source in parentheses into the pipeline: this ends.
    loop {
        let ops = &map.lines[line].pipe.ops;
        let found = ops.iter().rposition(aggregating);
        let from = found.map_or(0, |at| at + 1);
        after.splice(0..0, (from..ops.len()).map(|op| Place { line, op: Some(op) }));
        if found.is_some() {
            return Ok(Aggregation { at: Place { line, op: found }, after });
        }
        line = source_of(map, line).ok_or("no operator of the query makes one row of several")?;
    }
}

fn line_of(map: &Map, statement: usize) -> Option<usize> {
    map.lines.iter().position(|line| line.statement == statement && line.outer.is_none())
}

/// The pipeline that is the source of another one.
fn source_of(map: &Map, line: usize) -> Option<usize> {
    let source = map.lines[line].pipe.source.as_ref()?;
    let here = Place { line, op: None };
    if let ExprKind::Name(_) = source.kind {
        let used = map.uses.iter().find(|one| one.place == Some(here))?;
        return line_of(map, map.gives(used)?);
    }
    map.lines.iter().position(|inner| inner.outer == Some(here))
}

fn aggregating(op: &Op) -> bool {
    matches!(
        op.kind,
        OpKind::Summarize { .. } | OpKind::Distinct(_) | OpKind::Count(_) | OpKind::MakeSeries { .. }
    )
}

/// Whether rows can be followed through an operator, and what to say of it.
fn passes(op: &Op) -> Result<Option<String>, String> {
    match &op.kind {
        OpKind::Where(_)
        | OpKind::Take(_)
        | OpKind::Top { .. }
        | OpKind::Sort { .. }
        | OpKind::Serialize(_)
        | OpKind::Extend(_)
        | OpKind::Project(_)
        | OpKind::ProjectAway(_)
        | OpKind::ProjectKeep(_)
        | OpKind::ProjectReorder(_)
        | OpKind::ProjectRename(_)
        | OpKind::Parse { .. }
        | OpKind::ParseKv { .. }
        | OpKind::As { .. }
        | OpKind::Render { .. }
        | OpKind::Consume
        | OpKind::AssertSchema(_) => Ok(None),
        OpKind::Join { .. } | OpKind::Lookup { .. } => {
            Ok(Some(format!("The rows of the other side of {} are not among them.", op.name.text)))
        }
        OpKind::MvExpand { .. } => Ok(Some("Each row of the expansion has the same rows behind it.".into())),
        _ => Err(format!("rows cannot be followed back through '{}'", op.name.text)),
    }
}

fn keys(found: &Aggregation, map: &Map, text: &str, ask: &mut Ask) -> Result<Vec<Key>, String> {
    let Some(op) = map.op(found.at) else { return Ok(Vec::new()) };
    let by: &[Named] = match &op.kind {
        OpKind::Summarize { by, .. } | OpKind::MakeSeries { by, .. } => by,
        OpKind::Distinct(items) => items,
        _ => &[],
    };
    let every = matches!(&op.kind, OpKind::Distinct(items) if items.is_empty());
    if by.is_empty() && !every {
        return Ok(Vec::new());
    }
    let query = prefix(text, map, &Edits::default(), found.at);
    let columns = ask(&format!("{query}\n| take 0"))?.columns;
    if every {
        let own = |column: ColumnType| Key {
            expr: reference(&column.name),
            plain: Some(column.name.clone()),
            column,
        };
        return Ok(columns.into_iter().map(own).collect());
    }
    if by.iter().any(|item| item.names.len() > 1 || matches!(item.expr.kind, ExprKind::Star)) {
        return Err(format!("the keys of '{}' cannot be followed", op.name.text));
    }
    // They come before the aggregates ("summarize operator").
    let key = |(item, column): (&Named, ColumnType)| Key {
        expr: item.expr.span.text(text).to_owned(),
        plain: match &item.expr.kind {
            ExprKind::Name(name) => Some(name.text.clone()),
            _ => None,
        },
        column,
    };
    Ok(by.iter().zip(columns).map(key).collect())
}

/// The keys of the groups that the row stands for.
fn groups(
    found: &Aggregation,
    map: &Map,
    text: &str,
    keys: &[Key],
    opened: &Opened,
    ask: &mut Ask,
) -> Result<Vec<Vec<Value>>, String> {
    if opened.rows.len() > GROUPS_MAX {
        return Err(format!("more than {GROUPS_MAX} rows of the result are here"));
    }
    let names: Vec<_> = (0..keys.len()).map(|at| format!("{KEY}{at}")).collect();
    let carried = names.join(", ");
    let mut edits = Edits::default();
    let given = names.iter().zip(keys).map(|(name, key)| format!("{name} = {}", reference(&key.column.name)));
    if let Some(op) = map.op(found.at) {
        edits.insert(op.span.end, format!("\n| extend {}", given.collect::<Vec<_>>().join(", ")));
    }
    let mut end = found.at;
    for place in &found.after {
        let Some(op) = map.op(*place) else { continue };
        match op.kind {
            OpKind::Render { .. } | OpKind::Consume => continue,
            OpKind::Project(_) | OpKind::ProjectKeep(_) => edits.insert(op.span.end, format!(", {carried}")),
            _ => {}
        }
        end = *place;
    }
    let query = prefix(text, map, &edits, end);
    let same = same(opened.columns, opened.rows);
    let grid = ask(&format!("{query}{same}\n| distinct {carried}\n| take {}", GROUPS_MAX + 1))?;
    match grid.rows.len() {
        0 => Err("the row is not in the result any more".into()),
        count if count > GROUPS_MAX => Err(format!("more than {GROUPS_MAX} groups give this row")),
        _ => Ok(grid.rows),
    }
}

/// The condition that a row of the result is one of these.
fn same(columns: &[ColumnType], rows: &[Vec<Value>]) -> String {
    // Documents may be sets in any order, and reals have no text that is exact.
    let told = |(column, _): &(&ColumnType, &Value)| !matches!(column.ty, Type::Dynamic | Type::Real);
    let one = |row: &Vec<Value>| {
        let equals = columns.iter().zip(row).filter(told).map(|(column, value)| equal(column, value));
        equals.collect::<Vec<_>>().join(" and ")
    };
    let mut rows: Vec<String> = rows.iter().map(one).collect();
    rows.sort();
    rows.dedup();
    match rows.iter().any(String::is_empty) {
        true => String::new(),
        false => format!("\n| where {}", rows.join("\n    or ")),
    }
}

/// The rows before the aggregation that have these keys, with the columns that they have there.
fn with_keys(rows: String, keys: &[Key], groups: &[Vec<Value>]) -> String {
    let unnamed: Vec<_> = keys.iter().enumerate().filter(|(_, key)| key.plain.is_none()).collect();
    let name = |at: usize, key: &Key| key.plain.clone().unwrap_or_else(|| format!("{KEY}{at}"));
    let named = |(at, key): (usize, &Key)| ColumnType::new(name(at, key), key.column.ty);
    let columns: Vec<ColumnType> = keys.iter().enumerate().map(named).collect();
    let groups: Vec<Vec<_>> = groups.iter().map(|group| columns.iter().zip(group).collect()).collect();
    let mut kql = rows;
    if !unnamed.is_empty() {
        let extends = unnamed.iter().map(|(at, key)| format!("{KEY}{at} = {}", key.expr));
        kql.push_str(&format!("\n| extend {}", extends.collect::<Vec<_>>().join(", ")));
    }
    kql.push_str(&format!("\n| where {}", combined(&groups)));
    if !unnamed.is_empty() {
        let away = unnamed.iter().map(|(at, _)| format!("{KEY}{at}"));
        kql.push_str(&format!("\n| project-away {}", away.collect::<Vec<_>>().join(", ")));
    }
    kql
}

fn shown(keys: &[Key], groups: &[Vec<Value>]) -> Vec<String> {
    let one = |group: &Vec<Value>| combined(&[keys.iter().map(|key| &key.column).zip(group).collect()]);
    groups.iter().map(one).collect()
}
