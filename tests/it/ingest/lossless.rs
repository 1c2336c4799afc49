//! The law of conservation: rows in = loaded + quarantined + blank, and every byte of a broken file is
//! found again, in a row or in the quarantine, under its line.

use std::collections::{BTreeMap, BTreeSet};

use kqlhunt::ingest::Summary;

use super::Bench;

/// Numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

const FILES: usize = 1_000;

/// Changes, inserts or removes up to three bytes; most of them such that matter to a reader.
fn mutate(good: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        let special = b"\"\\{}[],:\n\r\x00\xff u";
        let new = if numbers.below(4) == 0 {
            numbers.below(256) as u8
        } else {
            special[numbers.below(special.len())]
        };
        match numbers.below(3) {
            0 => bytes[at] = new,
            1 => bytes.insert(at, new),
            _ => {
                bytes.remove(at);
            }
        }
    }
    bytes
}

type Check<'c> = &'c dyn Fn(&[u8], &Summary, &Bench, &BTreeMap<u64, Vec<Raw>>);

/// Loads each mutation and gives it to `check` with the summary and the raw bytes in quarantine by line.
fn each(name: &str, good: &str, check: Check<'_>) {
    let mut numbers = Numbers(1);
    let mut bench = Bench::new();
    bench.options.table = Some("OfficeActivity".into());
    bench.options.again = true;
    let mut broken = 0;
    for _ in 0..FILES {
        let bytes = mutate(good.as_bytes(), &mut numbers);
        let path = bench.write(name, &bytes);
        bench.sink.state = super::memory::State::default();
        let summary = bench.load(&path);
        let mut raw: BTreeMap<u64, Vec<Raw>> = BTreeMap::new();
        for bad in Bench::quarantined(&summary) {
            let offset = bad["offset"].as_u64().expect("a number") as usize;
            let kept = match bad["raw"].as_str() {
                Some(raw) => raw.as_bytes().to_vec(),
                None => decode(bad["raw_base64"].as_str().expect("base64")),
            };
            assert_eq!(bytes[offset..offset + kept.len()], kept, "what lies at the offset");
            let line = bytes[..offset].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            assert_eq!(bad["line"].as_u64(), Some(line), "the line of the offset");
            raw.entry(line).or_default().push(Raw { offset, bytes: kept });
        }
        assert_eq!(raw.values().map(|raw| raw.len() as u64).sum::<u64>(), summary.quarantined);
        broken += usize::from(summary.quarantined > 0);
        check(&bytes, &summary, &bench, &raw);
        for file in &summary.quarantine {
            std::fs::remove_file(file).expect("removes");
        }
    }
    assert!(broken > FILES / 4, "too few mutations break anything: {broken}");
}

struct Raw {
    offset: usize,
    bytes: Vec<u8>,
}

fn decode(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.bytes().filter(|byte| *byte != b'=');
    let bits: Vec<bool> = digits
        .flat_map(|digit| {
            let value = alphabet.iter().position(|letter| *letter == digit).expect("base64");
            (0..6).rev().map(move |bit| value >> bit & 1 == 1)
        })
        .collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | u8::from(*bit))).collect()
}

fn row(number: usize) -> String {
    format!(
        "{{\"TimeGenerated\":\"2026-05-14T11:{number:02}:00Z\",\"OfficeId\":\"id-{number}\",\"UserId\":\"a\\\\b\\u00e9\",\
         \"Parameters\":[{{\"Name\":\"To\",\"Value\":\"x, y\"}}]}}"
    )
}

#[test]
fn lines_of_broken_json() {
    let good: String = (0..8).map(|number| row(number) + if number == 3 { "\r\n\n" } else { "\n" }).collect();
    each("x.jsonl", &good, &|bytes, summary, bench, raw| {
        let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        if lines.last().is_some_and(|last| last.is_empty()) {
            lines.pop();
        }
        if summary.failed.len() == 1 {
            return;
        }
        assert_eq!(summary.rows_in, lines.len() as u64);
        let (mut blank, mut fine) = (0, 0);
        for (number, line) in (1..).zip(lines) {
            if line.iter().all(u8::is_ascii_whitespace) {
                blank += 1;
            } else if let Some(raw) = raw.get(&number) {
                assert_eq!(raw.len(), 1);
                assert_eq!(raw[0].bytes, line);
            } else {
                fine += 1;
                assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok_and(|row| row.is_object()));
            }
        }
        assert_eq!((summary.blank, summary.loaded), (blank, fine));
        assert_eq!(bench.sink.state.rows.len() as u64, fine);
    });
}

/// Rows that no mutation touched are loaded or in the quarantine, whatever the shape around them; there
/// they may lie in pieces, with nothing missing but what stands between values.
fn untouched_rows_are_found(bytes: &[u8], rows: &[String], bench: &Bench, raw: &BTreeMap<u64, Vec<Raw>>) {
    let loaded: BTreeSet<String> = bench.sink.column("OfficeActivity", "OfficeId").into_iter().collect();
    let mut kept = vec![false; bytes.len()];
    for raw in raw.values().flatten() {
        kept[raw.offset..raw.offset + raw.bytes.len()].fill(true);
    }
    for (number, row) in rows.iter().enumerate() {
        let Some(at) = memchr::memmem::find(bytes, row.as_bytes()) else { continue };
        let missing = (at..at + row.len()).any(|at| !kept[at] && !b", ]}".contains(&bytes[at]));
        assert!(
            loaded.contains(&format!("id-{number}")) || !missing,
            "row {number} of {}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[test]
fn elements_of_broken_arrays() {
    let rows: Vec<String> = (0..6).map(row).collect();
    for (name, good) in [
        ("x.json", format!("[\n{}\n]\n", rows.join(",\n"))),
        ("y.json", format!("[{}]", rows.join(","))),
        ("z.json", format!("{{\"records\": [\n{}\n]}}", rows.join(",\n"))),
    ] {
        each(name, &good, &|bytes, summary, bench, raw| {
            if summary.failed.is_empty() {
                untouched_rows_are_found(bytes, &rows, bench, raw);
            }
        });
    }
}

#[test]
fn records_of_broken_csv() {
    let rows: Vec<String> = (0..8)
        .map(|number| format!("2026-05-14T11:{number:02}:00Z,id-{number},\"a, \"\"b\"\"\",x"))
        .collect();
    let good = format!("TimeGenerated,OfficeId,UserId,Operation\n{}\n", rows.join("\n"));
    each("x.csv", &good, &|bytes, summary, bench, raw| {
        if !summary.failed.is_empty() || !bytes.starts_with(b"TimeGenerated,OfficeId,UserId,Operation\n") {
            return;
        }
        untouched_rows_are_found(bytes, &rows, bench, raw);
        let feeds = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
        let in_quarantine: usize = raw.values().flatten().map(|raw| feeds(&raw.bytes)).sum();
        let in_values: usize = bench
            .sink
            .state
            .rows
            .iter()
            .flat_map(|(_, row)| row.values())
            .map(|value| feeds(value.text().as_bytes()))
            .sum();
        let ended = usize::from(!bytes.ends_with(b"\n"));
        let records = feeds(bytes) + ended - 1 - in_quarantine - in_values;
        assert_eq!(summary.rows_in as usize, records, "{}", String::from_utf8_lossy(bytes));
    });
}
