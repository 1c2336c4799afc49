//! A report as lines of text and as JSON. Values are as the data have them: who prints the lines makes them
//! safe for a terminal.

use serde_json::{Value as Json, json as object};

use super::why::{Condition, End, Report, Trace};
use crate::diag::Fix;
use crate::span::{Span, line_column};
use crate::ticks;

/// Characters of an operator that are shown.
const TEXT_MAX: usize = 100;

/// For people, one line each.
pub fn lines(report: &Report, text: &str) -> Vec<String> {
    let mut lines = vec![verdict(report)];
    for trace in &report.traces {
        lines.push(String::new());
        lines.extend(trace_lines(trace, &report.value, text));
    }
    if !report.remarks.is_empty() {
        lines.push(String::new());
        lines.extend(report.remarks.iter().cloned());
    }
    lines
}

fn verdict(report: &Report) -> String {
    let value = &report.value;
    match report.shown {
        Some(0) if report.nowhere => {
            format!("{value} is in none of the tables that the query reads.")
        }
        Some(0) => format!("No row of the result names {value}."),
        Some(1) => format!("1 row of the result names {value}."),
        Some(rows) => format!("{rows} rows of the result name {value}."),
        None => "The query cannot be run as it is.".into(),
    }
}

fn trace_lines(trace: &Trace, value: &str, text: &str) -> Vec<String> {
    let named = match trace.rows {
        0 => format!("no row names {value}"),
        1 => format!("1 row names {value}"),
        rows => format!("{rows} rows name {value}"),
    };
    let mut lines = vec![format!("{}: {named}", trace.table)];
    lines.extend(trace.unseen.iter().flat_map(|unseen| unseen.said()).map(|said| format!("  {said}")));
    let width = trace.stages.iter().map(|stage| stage.rows.to_string().len()).max().unwrap_or(0);
    for stage in &trace.stages {
        let remark = stage.remark.map_or(String::new(), |remark| format!("   ({remark})"));
        let (line, rows) = (line_of(text, stage.span), stage.rows);
        lines.push(format!("  {rows:>width$}  line {line}: {}{remark}", cut(&stage.text)));
        if let Some((some, conditions)) = &stage.some {
            let said: Vec<_> = conditions.iter().map(|condition| condition.said.as_str()).collect();
            lines.push(format!("  {:>width$}  {some} fewer: {}", "", said.join("; ")));
        }
    }
    match &trace.end {
        End::Absent => {
            let holds = |network| format!("  An indicator names the network {network}, which holds it.");
            lines.extend(trace.near.iter().map(holds));
            lines.extend(trace.spelled.iter().map(|(other, rows)| match rows {
                1 => format!("  1 row names {other}."),
                rows => format!("  {rows} rows name {other}."),
            }));
        }
        End::Unnamed(condition) => {
            lines.push("  Their rows go on, but no column names it any more from here:".into());
            lines.extend(condition_lines(condition, text));
        }
        End::Outnumbered(condition) => {
            lines.push("  Alone they would be in the result; among all rows they are lost here:".into());
            lines.extend(condition_lines(condition, text));
        }
        End::Reaches => lines.push("  They reach the result.".into()),
        End::Lost(conditions) => {
            lines.push("  Lost here:".into());
            lines.extend(conditions.iter().flat_map(|condition| condition_lines(condition, text)));
        }
        End::Excludes => lines.push("  They leave other rows out here.".into()),
        End::Value => lines.push("  They become a single value here.".into()),
        End::Unused => lines.push("  The result does not use them.".into()),
        End::Failed(message) => lines.push(format!("  Not followed further: {message}")),
    }
    lines
}

fn condition_lines(condition: &Condition, text: &str) -> Vec<String> {
    let mut lines = vec![format!("    {}", cut(&condition.text)), format!("      {}.", condition.said)];
    if let Some(fix) = &condition.edit {
        let passing = match &condition.then {
            None => "they pass".to_owned(),
            Some((span, operator)) => {
                format!("they pass, as far as line {}: {}", line_of(text, *span), cut(operator))
            }
        };
        lines.push(format!("      {} {passing}.", edit(fix, text)));
    }
    lines
}

/// Of a long operator its beginning is enough.
fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// What to do, as a sentence.
fn edit(fix: &Fix, text: &str) -> String {
    let there = super::one_line(fix.span.text(text));
    let put = super::one_line(&fix.text);
    let blank =
        fix.span.text(text).chars().take_while(|c| c.is_whitespace()).map(char::len_utf8).sum::<usize>();
    let line = line_column(text, fix.span.start + blank as u32).0;
    let rest = &text[fix.span.end as usize..];
    let rest = rest.split('\n').next().unwrap_or_default().trim();
    match (there.is_empty(), put.is_empty()) {
        (_, true) => format!("Without '{there}' in line {line}"),
        (true, false) if !rest.is_empty() => format!("With '{put}' before '{}' in line {line}", cut(rest)),
        (true, false) => format!("With '{put}' after line {line}"),
        (false, false) => format!("With '{put}' for '{there}' in line {line}"),
    }
}

fn line_of(text: &str, span: Span) -> usize {
    line_column(text, span.start).0
}

/// For programs. Places are lines and columns from 1; edits are bytes of the text.
pub fn json(report: &Report, text: &str) -> Json {
    object!({
        "value": report.value,
        "rows": report.shown,
        "verdict": verdict(report),
        "traces": report.traces.iter().map(|trace| trace_json(trace, text)).collect::<Vec<_>>(),
        "nowhere": report.nowhere,
        "remarks": report.remarks,
    })
}

fn trace_json(trace: &Trace, text: &str) -> Json {
    let stages = trace.stages.iter().map(|stage| {
        let (line, column) = line_column(text, stage.span.start);
        let some = stage.some.as_ref().map(|(rows, conditions)| {
            object!({"rows": rows, "because": conditions.iter().map(|one| condition_json(one, text)).collect::<Vec<_>>()})
        });
        object!({
            "line": line,
            "column": column,
            "text": stage.text,
            "rows": stage.rows,
            "remark": stage.remark,
            "left_out": some,
        })
    });
    let spelled = trace.spelled.iter().map(|(value, rows)| object!({"value": value, "rows": rows}));
    let (end, conditions, message) = match &trace.end {
        End::Absent => ("absent", None, None),
        End::Reaches => ("result", None, None),
        End::Unnamed(condition) => ("unnamed", Some(std::slice::from_ref(condition)), None),
        End::Outnumbered(condition) => ("outnumbered", Some(std::slice::from_ref(condition)), None),
        End::Lost(conditions) => ("lost", Some(conditions.as_slice()), None),
        End::Excludes => ("excludes", None, None),
        End::Value => ("value", None, None),
        End::Unused => ("unused", None, None),
        End::Failed(message) => ("failed", None, Some(message)),
    };
    object!({
        "table": trace.table,
        "rows": trace.rows,
        "networks": trace.near,
        "unseen": trace.unseen.as_ref().map(|unseen| object!({
            "later": unseen.later,
            "first_later": unseen.first_later.map(ticks::iso),
            "earlier": unseen.earlier,
            "last_earlier": unseen.last_earlier.map(ticks::iso),
        })),
        "spellings": spelled.collect::<Vec<_>>(),
        "stages": stages.collect::<Vec<_>>(),
        "end": end,
        "message": message,
        "because": conditions.into_iter().flatten().map(|one| condition_json(one, text)).collect::<Vec<_>>(),
    })
}

fn condition_json(condition: &Condition, text: &str) -> Json {
    let (line, column) = line_column(text, condition.span.start);
    let values = condition.values.iter().map(|(name, value)| object!({"name": name, "value": value}));
    let edit = condition.edit.as_ref().map(|fix| {
        let then = condition.then.as_ref().map(|(span, operator)| {
            let (line, column) = line_column(text, span.start);
            object!({"line": line, "column": column, "text": operator})
        });
        object!({
            "from": fix.span.start,
            "to": fix.span.end,
            "text": fix.text,
            "says": format!("{} they pass.", edit(fix, text)),
            "lost_next": then,
        })
    });
    object!({
        "line": line,
        "column": column,
        "text": condition.text,
        "says": condition.said,
        "values": values.collect::<Vec<_>>(),
        "edit": edit,
    })
}
