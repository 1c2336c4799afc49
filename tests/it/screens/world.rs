//! What the world outside of the workbench answers to each effect, at once and made up.

use super::made::{big, columns, day, difference, now, ran, result, text};
use std::collections::HashMap;
use std::sync::Arc;

use kqlhunt::app::columns::Why;
use kqlhunt::app::completion::Found;
use kqlhunt::app::days::Days;
use kqlhunt::app::msg::{
    AgePurpose, Conditions, Copied, CopyText, Effect, Failure, Find, Follow, Followed, FoundRow, Loaded, Msg,
    Purpose, Question, Rows, Survey, TableAge, Topic, Window,
};
use kqlhunt::app::sweep::State;
use kqlhunt::app::written::{Exported, Reported};
use kqlhunt::diag::{Diagnostic, code};
use kqlhunt::hunt::pack;
use kqlhunt::hunt::ready::Ready;
use kqlhunt::hunt::sweep::{Outcome, Row};
use kqlhunt::hunt::tlp::Tlp;
use kqlhunt::ide::complete::Ask;
use kqlhunt::span::Span;
use kqlhunt::ticks::{DAY, HOUR, MINUTE, SECOND};
use kqlhunt::trace;
use kqlhunt::types::{ColumnType, Type};
use kqlhunt::value::{Grid, Value};

/// The first operator gives 12,481 rows, each further one a tenth; the last of four cannot be counted.
fn followed(follow: &Follow, text: &str) -> Result<Followed, String> {
    let mut rows = 124_810;
    let mut tenth = |at: usize| {
        rows /= 10;
        (at != 3).then_some(rows)
    };
    let stages = trace::stages(text).into_iter().enumerate();
    match follow {
        Follow::Counts => {
            Ok(Followed::Counts(stages.map(|(at, stage)| (stage.span.start as usize, tenth(at))).collect()))
        }
        Follow::Why(value) => Ok(Followed::Report {
            title: format!("Why not {value}"),
            lines: vec!["No row of the result names it.".into(), format!("    {}", "long ".repeat(40))],
        }),
        Follow::Behind { rows, bins, .. } => Ok(Followed::Query {
            kql: "Big | take 3".into(),
            said: match (rows.as_slice(), bins) {
                ([row], None) => format!("rows behind: UserId == \"{}\"", row[1].text()),
                (rows, bins) => format!("rows behind: {} groups, bins {bins:?}", rows.len()),
            },
        }),
        Follow::Days(days) => {
            let rows = (0..*days as u64).map(|day| day * day % 97 * 13).collect();
            Ok(Followed::Days(Days { now: now(), back: Some(DAY), rows }))
        }
        Follow::Health => Err("OfficeActivity\u{1b} cannot be read".into()),
    }
}

/// A sweep of seven days ends; one of others goes on.
fn swept(ticket: u64, days: usize) -> Vec<Msg> {
    let ran = |counts: &[u64]| Outcome::Ran(counts[..days.min(counts.len())].to_vec());
    let outcomes = [
        ran(&[2, 2, 1, 4, 1, 19, 11]),
        Outcome::NoTable(vec!["Signin\x1bLogs".into()]),
        ran(&[0, 0, 0, 0, 0, 3, 12_481]),
        Outcome::Wrong("3:9: KS142 unknown column 'Ip' in OfficeActivity".into()),
    ];
    let row = |(rule, outcome): (usize, Outcome)| {
        let seen = outcome.hits().map(|_| (now() - 2 * DAY, now() - 17 * MINUTE));
        Msg::Swept { ticket, row: Row { rule, outcome, back: Some(DAY), seen, milliseconds: 37 } }
    };
    let before = if days == 3 { 2 } else { 0 };
    let mut msgs = vec![Msg::Sweeping { ticket, now: now(), before }];
    msgs.extend(outcomes.into_iter().enumerate().map(row));
    if days == 7 {
        msgs.push(Msg::SweepEnded { ticket, state: State::Done });
    } else {
        msgs.pop();
    }
    msgs
}

/// The shipped hunts and two of a folder, one of which cannot be run here.
pub fn library() -> Msg {
    let mut hunts = pack::shipped().unwrap();
    let hunt = |name: &str, tactic: &str, technique: &str| pack::Hunt {
        key: format!("lib/{name}"),
        name: name.into(),
        description: "Of a folder.".into(),
        tactics: vec![tactic.into()],
        techniques: vec![technique.into()],
        query: "OfficeActivity | count".into(),
        path: format!("/lib/{name}.yaml"),
        ..pack::Hunt::default()
    };
    let mut ready = vec![Ready::Yes; hunts.len()];
    hunts.push(hunt("Sign-ins from a proxy", "CredentialAccess", "T1557"));
    ready.push(Ready::NoTable(vec!["SigninLogs".into()]));
    hunts.push(hunt("Mailbox rules that hide", "DefenseEvasion", "T1564.008"));
    ready.push(Ready::Yes);
    let problems = vec!["/lib/x.yaml: no YAML: line 3".into(), "/lib/y.kql: it is not UTF-8".into()];
    Msg::Library { hunts: Arc::new(hunts), ready, problems }
}

/// What the world answers to an effect, at once.
pub fn world(effect: &Effect, ran: &HashMap<u64, String>) -> Vec<Msg> {
    match effect {
        Effect::Run { run, text, clock: _ } => outcome(*run, text),
        Effect::Compare { run, .. } => vec![difference(*run)],
        Effect::Report(wanted) => vec![Msg::Reported(match wanted.path.to_str() {
            Some("there.md") => Err("there.md is there already; :report! writes over it".into()),
            _ => Ok(Reported {
                path: wanted.path.clone(),
                results: wanted.results.len(),
                left_out: wanted.left_out.clone(),
                marking: wanted.tlp.map_or("TLP:GREEN", Tlp::name).into(),
            }),
        })],
        Effect::Read(window) if window.filters.kql.iter().any(|kql| kql.contains("too much")) => {
            vec![Msg::Window { window: window.clone(), rows: Err("out of memory".into()) }]
        }
        Effect::Read(window) => {
            let rows = match window.purpose {
                Purpose::Grid => window_of(window, &ran[&window.result]),
                Purpose::Chart | Purpose::Point | Purpose::Hits => {
                    let rows = result(&ran[&window.result]).1;
                    Rows { total: rows.len() as u64, rows }
                }
            };
            vec![Msg::Window { window: window.clone(), rows: Ok(rows) }]
        }
        Effect::Check { version, offset, text, .. } => {
            vec![Msg::Checked { version: *version, offset: *offset, diagnostics: mistakes(text) }]
        }
        Effect::Ages { purpose, text, .. } => {
            let later = if matches!(purpose, AgePurpose::Later { .. }) { 1_204 } else { 0 };
            let ages =
                ages(text).into_iter().map(|age| TableAge { later, ..age }).skip(usize::from(later > 0));
            vec![Msg::Ages { purpose: *purpose, ages: Ok(ages.collect()) }]
        }
        Effect::Ask { question, ticket, kql, .. } => {
            let answer = Ok(answer(*question, kql));
            vec![Msg::Answered { question: *question, ticket: *ticket, answer }]
        }
        Effect::Follow { follow, ticket, text, .. } => {
            vec![Msg::Followed { ticket: *ticket, answer: followed(follow, text) }]
        }
        Effect::Sweep { ticket, days, .. } => swept(*ticket, *days),
        Effect::StopSweep => Vec::new(),
        Effect::Survey(survey) => {
            let answer = Ok(surveyed(survey, &ran[&survey.result]));
            vec![Msg::Surveyed { survey: survey.clone(), answer }]
        }
        Effect::Copy { what, text, defang } => {
            let bytes = if let CopyText::Ready(text) = text { text.len() as u64 } else { 1_234 };
            let ways = vec!["the terminal".into(), "/home/amy/.local/state/kqlhunt/clip.txt".into()];
            let (what, defanged, doubt) = (*what, *defang, false);
            vec![Msg::Copied(Ok(Copied { what, bytes, defanged, ways, doubt }))]
        }
        Effect::Find(find) => {
            vec![Msg::Found { find: find.clone(), found: Ok(found(find, &ran[&find.result])) }]
        }
        Effect::Learn(ask) => vec![Msg::Learned { ask: ask.clone(), found: Ok(learned(ask)) }],
        Effect::ReadFile(path) => vec![Msg::FileRead {
            path: path.clone(),
            text: match path.to_str() {
                Some("missing.kql") => Err("missing.kql: No such file or directory".into()),
                _ => Ok("// from a file\nBig\n| take 5\n".into()),
            },
        }],
        Effect::WriteFile { path, text, version, .. } => {
            vec![Msg::FileWritten { path: path.clone(), version: *version, result: Ok(text.clone()) }]
        }
        Effect::Load(_) => vec![Msg::Loaded {
            result: Ok(Loaded {
                lines: vec![
                    "OfficeActivity  3 files".into(),
                    "  12,481 rows in = 12,479 loaded + 2 quarantined + 0 blank".into(),
                    "  quarantined lines: /data/kqlhunt/quarantine/office\x1b.jsonl".into(),
                ],
                rows: 12_479,
            }),
            schema: None,
        }],
        Effect::Export { path, raw, hidden, .. } => vec![Msg::Exported(Ok(Exported {
            hidden: *hidden,
            path: path.clone(),
            rows: 5,
            bytes: 812,
            neutralised: 3,
            raw: *raw,
            described: Some("result.csv.meta.json".into()),
        }))],
        Effect::WriteLayer { path, content, .. } => {
            vec![Msg::LayerWritten(Ok((path.clone(), content.len() as u64)))]
        }
        Effect::WriteChart { path, content, .. } => {
            vec![Msg::ChartWritten(Ok((path.clone(), content.len() as u64, true)))]
        }
        Effect::Cancel
        | Effect::Drop(_)
        | Effect::NameResults(_)
        | Effect::Save(_)
        | Effect::Edit { .. }
        | Effect::Repaint
        | Effect::Suspend
        | Effect::Mouse(_)
        | Effect::KeyTest(_)
        | Effect::Note(_)
        | Effect::Quit => Vec::new(),
    }
}

/// What the rows of the result say, as an engine would.
fn surveyed(survey: &Survey, text: &str) -> Vec<Grid> {
    let long = |names: &[&str]| names.iter().map(|name| ColumnType::new(*name, Type::Long)).collect();
    let (compiled, _, _) = result(text);
    let rows = picked(text, &survey.filters, &[]);
    match survey.topic {
        Topic::Aside(Why::Same) => {
            let none = survey.pipes[0].matches("countif(").map(|_| Value::Long(0));
            vec![Grid { columns: Vec::new(), rows: vec![none.collect()] }]
        }
        Topic::Aside(Why::Empty) => {
            let asked = |name: &str| survey.pipes[0].contains(&format!("({name})"));
            let asked = |at: &usize| asked(&compiled.columns[*at].name);
            let count = |at: usize| rows.iter().filter(|row| !row[at].text().is_empty()).count() as i64;
            let counts = (0..compiled.columns.len()).filter(asked).map(|at| Value::Long(count(at)));
            vec![Grid { columns: Vec::new(), rows: vec![counts.collect()] }]
        }
        Topic::Values { column } => {
            let mut counts: Vec<(Value, i64)> = Vec::new();
            for row in &rows {
                match counts.iter_mut().find(|(value, _)| *value == row[column]) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((row[column].clone(), 1)),
                }
            }
            counts.sort_by_key(|(value, count)| (-count, value.text()));
            let all = vec![vec![Value::Long(rows.len() as i64), Value::Long(counts.len() as i64)]];
            let columns = vec![
                ColumnType::new("Value", compiled.columns[column].ty),
                ColumnType::new("Rows", Type::Long),
            ];
            let counts = counts.into_iter().map(|(value, count)| vec![value, Value::Long(count)]);
            vec![
                Grid { columns, rows: counts.collect() },
                Grid { columns: long(&["sum_Rows", "count_"]), rows: all },
            ]
        }
        Topic::Statistics { .. } => {
            let row = (1..=survey.pipes[0].matches("), ").count() as i64 + 1).map(Value::Long).collect();
            vec![Grid { columns: Vec::new(), rows: vec![row] }]
        }
        Topic::Histogram { .. } => {
            let row = |(bin, rows): (i64, i64)| vec![Value::Long(bin), Value::Long(rows)];
            let rows = [(0, 2), (3, 1_204), (9, 40)].into_iter().map(row).collect();
            vec![Grid { columns: long(&["Bin", "Rows"]), rows }]
        }
    }
}

fn window_of(window: &Window, text: &str) -> Rows {
    if text.contains("Big") {
        let rows = (window.offset..(window.offset + window.limit).min(1_000_000)).map(big).collect();
        return Rows { rows, total: 1_000_000 };
    }
    let rows = picked(text, &window.filters, &window.order);
    let total = rows.len() as u64;
    let (offset, limit) = (window.offset as usize, window.limit as usize);
    Rows { rows: rows.into_iter().skip(offset).take(limit).collect(), total }
}

/// The rows of a result that meet conditions of the kind `Name == "text"`, in an order.
fn picked(text: &str, filters: &Conditions, order: &[(usize, bool)]) -> Vec<Vec<Value>> {
    let (compiled, mut rows, _) = result(text);
    for condition in &filters.kql {
        if let Some((name, range)) = condition.split_once(" between (") {
            let column = compiled.columns.iter().position(|column| column.name == name).unwrap();
            let ends = range.trim_end_matches(')').split(" .. ").map(|end| {
                let end = end.trim_start_matches("datetime(").trim_end_matches(')');
                kqlhunt::ticks::parse_datetime(end).unwrap()
            });
            let ends: Vec<i64> = ends.collect();
            rows.retain(
                |row| matches!(row[column], Value::Datetime(at) if (ends[0]..=ends[1]).contains(&at)),
            );
            continue;
        }
        let [name, sign, wanted] = condition.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            panic!("the world does not know {condition}")
        };
        let column = compiled.columns.iter().position(|column| column.name == name).unwrap();
        let wanted = wanted.trim_matches('"');
        rows.retain(|row| match sign {
            "==" => row[column].text() == wanted,
            "!=" => row[column].text() != wanted,
            "has" => row[column].text().contains(wanted),
            other => panic!("the world does not know {other}"),
        });
    }
    for (column, ascending) in order.iter().rev() {
        let key = |row: &Vec<Value>| match &row[*column] {
            Value::Long(number) => (*number, String::new()),
            other => (0, other.text()),
        };
        rows.sort_by(|one, other| match ascending {
            true => key(one).cmp(&key(other)),
            false => key(other).cmp(&key(one)),
        });
    }
    rows
}

fn found(find: &Find, text: &str) -> FoundRow {
    let wanted = find.wanted.split('"').nth(1).unwrap().to_lowercase();
    let rows = picked(text, &find.filters, &find.order);
    let has = |row: &Vec<Value>| row.iter().any(|value| value.text().to_lowercase().contains(&wanted));
    let all: Vec<u64> = (0..).zip(&rows).filter(|(_, row)| has(row)).map(|(at, _)| at).collect();
    let near = match (find.from, find.forward) {
        (None, _) => None,
        (Some(from), true) => all.iter().find(|at| **at > from),
        (Some(from), false) => all.iter().rev().find(|at| **at < from),
    };
    let wrapped = near.is_none() && find.from.is_some();
    let row = near.or(if find.forward { all.first() } else { all.last() }).copied();
    let place = all.iter().position(|at| Some(*at) == row).map_or(0, |at| at as u64 + 1);
    FoundRow { row, total: all.len() as u64, place, wrapped }
}

fn learned(ask: &Ask) -> Found {
    match ask {
        Ask::Values(_) => Found::Values(vec![
            ("FileDownloaded".into(), 1_204),
            ("New-InboxRule".into(), 12),
            ("evil\x1b[2J\u{202e}".into(), 1),
        ]),
        Ask::Paths(_) => Found::Paths(vec![vec!["Workload".into()], vec!["Workload".into(), "Name".into()]]),
    }
}

fn outcome(run: u64, text: &str) -> Vec<Msg> {
    if text.contains("Slow | first") {
        let (compiled, rows, _) = result("Big");
        return vec![Msg::First { run, compiled: Arc::new(compiled), rows }];
    }
    if text.contains("Slow") {
        return Vec::new();
    }
    let diagnostics = mistakes(text);
    if !diagnostics.is_empty() {
        return vec![Msg::Failed { run, failure: Failure::Query(diagnostics), rows: 0, ms: 1 }];
    }
    let (compiled, rows, total) = result(text);
    vec![ran(run, Arc::new(compiled), rows, total, 41, "")]
}

fn mistakes(text: &str) -> Vec<Diagnostic> {
    let slow = text.match_indices(" contains ").map(|(at, _)| {
        let span = Span::new(at + 1, at + 9);
        Diagnostic::warning("KS500", span, "contains looks at every character")
            .help("Use has where whole terms are meant.")
            .fix(span, "has")
    });
    let wrong = text.match_indices("Nope").map(|(at, word)| {
        Diagnostic::error(code::UNKNOWN_NAME, Span::new(at, at + word.len()), "unknown column 'Nope'")
            .help("Did you mean 'Name'?")
    });
    let characters = kqlhunt::syntax::parse(text).1.into_iter().filter(|remark| remark.fix.is_some());
    wrong.chain(slow).chain(characters).collect()
}

/// With a look-back where the text has one or says nothing of it.
fn ages(text: &str) -> Vec<TableAge> {
    let now = day(11, 21);
    let limited = text.contains("ago(") || !text.starts_with("Empty");
    let age = |table: &str, newest, since| TableAge {
        table: table.into(),
        time_column: "TimeGenerated".into(),
        newest: Some(newest),
        since: Some(since).filter(|_| limited),
        until: None,
        now,
        later: 0,
    };
    vec![
        age("ThreatIntelIndicators", day(5, 13), now - 14 * DAY),
        age("OfficeActivity", day(5, 14) + 11 * HOUR + 58 * MINUTE + 41 * SECOND, now - HOUR),
    ]
}

fn answer(question: Question, kql: &str) -> Grid {
    match question {
        Question::Events => {
            let columns = columns(&[
                ("UserId", Type::String),
                ("TenantId", Type::String),
                ("Operation", Type::String),
                ("TimeGenerated", Type::Datetime),
                ("ClientIP", Type::String),
                ("SourceFileName", Type::String),
            ]);
            let user = if kql.contains("amy") { "amy@contoso.com" } else { "someone@contoso.com" };
            let row = |at: i64| {
                vec![
                    text(user),
                    text(""),
                    text(["MailItemsAccessed", "New-InboxRule", "FileDownloaded"][at as usize % 3]),
                    Value::Datetime(now() - HOUR + at * MINUTE),
                    text("203.0.113.9"),
                    text(if at % 3 == 2 { "fin/Q2-forecast.xlsx" } else { "" }),
                ]
            };
            Grid { columns, rows: (0..7).map(row).collect() }
        }
        // Five minutes before the first event; and half a minute after it when a wider window is asked for.
        Question::Sample => {
            let (compiled, rows, _) = result(kql.split(' ').next().unwrap());
            Grid { columns: compiled.columns, rows }
        }
        Question::Context => {
            let Grid { columns, rows } = answer(Question::Events, kql);
            let wide = kql.contains("T10:00:00Z");
            let mut around = rows.into_iter().take(if wide { 2 } else { 1 }).collect::<Vec<_>>();
            for (row, at) in around.iter_mut().zip([now() - HOUR - 5 * MINUTE, now() - HOUR + 30 * SECOND]) {
                (row[2], row[3], row[4]) = (text("UserLoggedIn"), Value::Datetime(at), text("198.51.100.20"));
            }
            Grid { columns, rows: around }
        }
        Question::Sightings => Grid {
            columns: columns(&[("User", Type::String), ("Events", Type::Long)]),
            rows: vec![
                vec![text("bo@contoso.com"), Value::Long(9)],
                vec![text("x\u{1b}[31m@contoso.com"), Value::Long(1)],
            ],
        },
        Question::Indicators => Grid {
            columns: columns(&[
                ("Id", Type::String),
                ("Confidence", Type::Int),
                ("ValidFrom", Type::Datetime),
                ("ValidUntil", Type::Datetime),
                ("Data", Type::Dynamic),
                ("Pattern", Type::String),
                ("SourceSystem", Type::String),
            ]),
            rows: vec![vec![
                text("indicator--1"),
                Value::Int(95),
                Value::Datetime(day(5, 1)),
                Value::Datetime(day(6, 1)),
                Value::Dynamic(
                    r#"{"name":"relay","description":"Command and control relay","labels":["c2"]}"#.into(),
                ),
                text("[ipv4-addr:value = '203.0.113.9']"),
                text("MDTI"),
            ]],
        },
    }
}
