//! How long a query takes to read and to translate: the shipped hunts, queries longer than people write, a megabyte of text.

#[path = "texts/mod.rs"]
mod texts;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kqlhunt::compile::{Options, compile};
use kqlhunt::ide::highlight::highlight;
use kqlhunt::syntax::{parse, tokens};
use std::fmt::Write;
use std::hint::black_box;

/// What is read: a name and a text.
fn read() -> Vec<(String, String)> {
    let mut texts = texts::all();
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
    for (name, text) in read() {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("tokens", |bencher| bencher.iter(|| tokens(black_box(&text))));
        let read = tokens(&text);
        group.bench_function("highlight", |bencher| {
            bencher.iter(|| highlight(black_box(&text), &read, 0..read.len()))
        });
        group.bench_function("parse", |bencher| bencher.iter(|| parse(black_box(&text))));
        group.finish();
    }
}

/// Text to SQL, over the tables of the catalog.
fn translating(criterion: &mut Criterion) {
    let schema = kqlhunt::catalog::tables::schema();
    let options = Options { now: kqlhunt::ticks::UNIX_EPOCH, ..Options::default() };
    for (name, text) in texts::all() {
        assert!(!compile(&text, &schema, &options).results.is_empty(), "{name} compiles");
        criterion.bench_function(&format!("{name}/translate"), |bencher| {
            bencher.iter(|| compile(black_box(&text), &schema, &options));
        });
    }
}

criterion_group!(benches, reading, translating);
criterion_main!(benches);
