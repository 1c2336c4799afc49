//! How long a query takes to read and to translate: the shipped hunts, a query of 300 lines, a megabyte of text.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kqlhunt::compile::{Options, compile};
use kqlhunt::ide::highlight::highlight;
use kqlhunt::syntax::{parse, tokens};
use std::fmt::Write;
use std::hint::black_box;

/// What is read: a name and a text.
fn texts() -> Vec<(String, String)> {
    let hunts = kqlhunt::hunt::pack::shipped().expect("the shipped hunts are read by tests");
    let mut texts: Vec<(String, String)> = hunts.into_iter().map(|hunt| (hunt.key, hunt.query)).collect();
    texts.push(("300 lines".into(), long_query(300)));
    texts.push(("1 MB".into(), (long_query(200) + ";\n").repeat(60)));
    texts
}

/// One pipeline with operators of every family, one a line.
fn long_query(lines: usize) -> String {
    let mut text = String::from("OfficeActivity\n");
    for at in 1..lines {
        let line = match at % 6 {
            0 => format!("| where Operation in ('FileDownloaded', 'New-InboxRule') and RecordType != {at}"),
            1 => format!(
                "| extend Score{at} = iff(ClientIP has '203.0.113.{at}', 1.5 * Score{at}, 0.0), T{at} = 1h"
            ),
            2 => "| where TimeGenerated between (ago(14d) .. now()) // the last two weeks".to_owned(),
            3 => "| summarize Hits = count(), Seen = max(TimeGenerated) by UserId, bin(TimeGenerated, 1d)"
                .to_owned(),
            4 => format!(
                "| join kind=leftouter (Users | project UserId, Group{at} = tostring(Data.group)) on UserId"
            ),
            _ => "| project-away UserId1, Group*".to_owned(),
        };
        writeln!(text, "{line}").expect("a String takes everything");
    }
    text
}

fn reading(criterion: &mut Criterion) {
    for (name, text) in texts() {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("tokens", |bencher| bencher.iter(|| tokens(black_box(&text))));
        group.bench_function("highlight", |bencher| bencher.iter(|| highlight(black_box(&text))));
        group.bench_function("parse", |bencher| bencher.iter(|| parse(black_box(&text))));
        group.finish();
    }
}

/// Text to SQL, over the tables of the catalog.
fn translating(criterion: &mut Criterion) {
    let schema = kqlhunt::catalog::tables::schema();
    let options = Options { now: kqlhunt::ticks::UNIX_EPOCH, ..Options::default() };
    let hunts = kqlhunt::hunt::pack::shipped().expect("the shipped hunts are read by tests");
    for hunt in hunts {
        assert!(!compile(&hunt.query, &schema, &options).results.is_empty(), "{} compiles", hunt.key);
        criterion.bench_function(&format!("{}/translate", hunt.key), |bencher| {
            bencher.iter(|| compile(black_box(&hunt.query), &schema, &options));
        });
    }
}

criterion_group!(benches, reading, translating);
criterion_main!(benches);
