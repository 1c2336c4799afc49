//! Nothing is loaded twice, nothing half.

use std::io::Write;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;

use kqlhunt::error::Error;
use kqlhunt::ingest::{Now, Source, run};

use super::Bench;

const A: &str = "{\"TimeGenerated\":\"2026-05-14T11:00:00Z\",\"Type\":\"OfficeActivity\",\"OfficeId\":\"a\"}";
const B: &str = "{\"TimeGenerated\":\"2026-05-14T11:01:00Z\",\"Type\":\"OfficeActivity\",\"OfficeId\":\"b\"}";
const C: &str = "{\"TimeGenerated\":\"2026-05-14T11:02:00Z\",\"Type\":\"OfficeActivity\",\"OfficeId\":\"c\"}";

fn ids(bench: &Bench) -> Vec<String> {
    bench.sink.column("OfficeActivity", "OfficeId")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("writes");
    encoder.finish().expect("writes")
}

#[test]
fn an_identical_file_loads_nothing() {
    let mut bench = Bench::new();
    let first = bench.write("a.json", format!("{A}\n{B}\n"));
    assert_eq!(bench.load(&first).loaded, 2);
    let copy = bench.write("elsewhere/b.json", format!("{A}\n{B}\n"));
    let zipped = bench.write("c.json.gz", gzip(format!("{A}\n{B}\n").as_bytes()));
    for path in [&first, &copy, &zipped] {
        let summary = bench.load(path);
        assert_eq!((summary.files, summary.rows_in, summary.identical), (0, 0, 1));
        assert!(summary.notes[0].contains("was loaded before"), "{:?}", summary.notes);
    }
    assert_eq!(ids(&bench), ["a", "b"]);
    bench.options.again = true;
    assert_eq!(bench.load(&copy).loaded, 2);
    assert_eq!(ids(&bench), ["a", "b", "a", "b"]);
}

#[test]
fn a_grown_file_loads_its_tail() {
    for zip in [false, true] {
        let stored = |text: String| if zip { gzip(text.as_bytes()) } else { text.into_bytes() };
        let mut bench = Bench::new();
        let path = bench.write("a.json", stored(format!("{A}\n")));
        bench.load(&path);
        bench.write("a.json", stored(format!("{A}\n{B}\nbroken\n{C}\n")));
        let summary = bench.load(&path);
        assert_eq!((summary.rows_in, summary.loaded, summary.quarantined), (3, 2, 1));
        let bad = &Bench::quarantined(&summary)[0];
        assert_eq!((bad["line"].as_u64(), bad["offset"].as_u64()), (Some(3), Some(2 * A.len() as u64 + 2)));
        assert_eq!(ids(&bench), ["a", "b", "c"]);
        assert_eq!(bench.load(&path).identical, 1);
    }
}

#[test]
fn a_changed_file_is_another_file() {
    let mut bench = Bench::new();
    let path = bench.write("a.json", format!("{A}\n{B}\n"));
    bench.load(&path);
    bench.write("a.json", format!("{B}\n{A}\n{C}\n"));
    let summary = bench.load(&path);
    assert_eq!(summary.loaded, 3);
    let said = &summary.notes[0];
    assert!(
        said.contains("a.json' was loaded before") && said.contains("which gave 2 rows to OfficeActivity"),
        "{said}"
    );
    bench.write("a.json", format!("{A}\n"));
    assert_eq!(bench.load(&path).loaded, 1, "the beginning of a loaded file is not that file");
}

#[test]
fn a_last_line_that_was_cut_off_is_loaded_when_it_is_whole() {
    let mut bench = Bench::new();
    let path = bench.write("a.json", format!("{A}\n{}", &B[..30]));
    let summary = bench.load(&path);
    assert_eq!((summary.loaded, summary.quarantined), (1, 1));
    bench.write("a.json", format!("{A}\n{B}\n{C}"));
    assert_eq!(bench.load(&path).loaded, 2);
    bench.write("a.json", format!("{A}\n{B}\n{C}\n{A}\n"));
    assert_eq!(bench.load(&path).loaded, 1);
    assert_eq!(ids(&bench), ["a", "b", "c", "a"]);
}

#[test]
fn a_row_that_grows_after_it_was_loaded_is_said() {
    let mut bench = Bench::new();
    bench.options.table = Some("OfficeActivity".into());
    let path = bench.write("a.csv", "TimeGenerated,OfficeId\n2026-05-14,a\n2026-05-15,b");
    assert_eq!(bench.load(&path).loaded, 2);
    bench.write("a.csv", "TimeGenerated,OfficeId\n2026-05-14,a\n2026-05-15,bcd\n2026-05-16,e\n");
    let summary = bench.load(&path);
    assert_eq!((summary.loaded, summary.quarantined), (1, 1));
    assert!(
        summary.reasons[0]
            .ends_with("a.csv' line 3: it was loaded before it was whole, as the file stood then"),
        "{:?}",
        summary.reasons
    );
    assert_eq!(ids(&bench), ["a", "b", "e"]);
}

#[test]
fn grown_csv_keeps_its_header_and_grown_arrays_their_place() {
    let mut bench = Bench::new();
    bench.options.table = Some("OfficeActivity".into());
    let path = bench.write("a.csv", "TimeGenerated,OfficeId\n2026-05-14,a\n");
    bench.load(&path);
    bench.write("a.csv", "TimeGenerated,OfficeId\n2026-05-14,a\n2026-05-15,b\n");
    assert_eq!(bench.load(&path).loaded, 1);
    let path = bench.write("b.json", format!("[\n{A},\n{}", &B[..30]));
    let summary = bench.load(&path);
    assert_eq!((summary.loaded, summary.quarantined), (1, 1));
    bench.write("b.json", format!("[\n{A},\n{B},\n{C}\n]"));
    assert_eq!(bench.load(&path).loaded, 2);
    assert_eq!(ids(&bench), ["a", "b", "a", "b", "c"]);
}

#[test]
fn a_failing_store_leaves_nothing_of_the_file() {
    let mut bench = Bench::new();
    let good = bench.write("1.json", format!("{A}\n"));
    bench.load(&good);
    bench.sink.fail_at = Some(2);
    let bad = bench.write("2.json", format!("{B}\nbroken\n"));
    let sources = [Source::Path(bad.clone())];
    let go_on = &mut |_: &Now| ControlFlow::Continue(());
    let failed = run(&bench.options, &sources, &mut bench.sink, go_on);
    assert!(matches!(failed, Err(Error::Engine { .. })));
    assert_eq!((ids(&bench), bench.sink.state.files.len()), (vec!["a".to_owned()], 1));
    let folder = bench.options.quarantine.clone().expect("is set");
    assert_eq!(std::fs::read_dir(folder).map_or(0, Iterator::count), 0, "no quarantine of what was undone");
    assert_eq!(bench.load(&bad).loaded, 1);
}

#[test]
fn a_cancelled_load_leaves_nothing_of_the_file() {
    let mut bench = Bench::new();
    let rows: String = (0..40_000).map(|_| format!("{A}\n")).collect();
    let path = bench.write("a.json", &rows);
    let mut ticks = 0;
    let stop = &mut |_: &Now| {
        ticks += 1;
        if ticks == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let cancelled = run(&bench.options, &[Source::Path(path)], &mut bench.sink, stop);
    assert!(matches!(cancelled, Err(Error::Cancelled)));
    assert!(bench.sink.state.rows.is_empty() && bench.sink.state.files.is_empty());
}

#[test]
fn many_chunks_come_in_order() {
    let mut bench = Bench::new();
    let rows: String = (0..30_000)
        .map(|number| {
            if number % 1_000 == 999 {
                "broken\n".into()
            } else {
                format!("{{\"TimeGenerated\":\"2026-05-14T11:00:00Z\",\"Type\":\"OfficeActivity\",\"OfficeId\":\"{number}\"}}\n")
            }
        })
        .collect();
    assert!(rows.len() > 2 << 20);
    let path = bench.write("a.json.gz", gzip(rows.as_bytes()));
    let summary = bench.load(&path);
    assert_eq!((summary.rows_in, summary.loaded, summary.quarantined), (30_000, 29_970, 30));
    let expected: Vec<String> =
        (0..30_000).filter(|number| number % 1_000 != 999).map(|number: u64| number.to_string()).collect();
    assert_eq!(ids(&bench), expected);
    let lines: Vec<u64> =
        Bench::quarantined(&summary).iter().map(|bad| bad["line"].as_u64().unwrap_or(0)).collect();
    assert_eq!(lines, (1..=30).map(|number| number * 1_000).collect::<Vec<_>>());
}

#[test]
fn folders_are_walked_in_order_and_say_what_they_pass_over() {
    let mut bench = Bench::new();
    bench.write("d/b.json", format!("{B}\n"));
    bench.write("d/a/z.json", format!("{A}\n"));
    bench.write("d/README.md", "# Nothing\n");
    bench.write("d/.hidden", "x");
    bench.write("d/db.quarantine/x.jsonl", "{}");
    let folder = bench.folder.path().join("d");
    let summary = bench.load(&folder);
    assert_eq!((summary.files, summary.failed.len(), summary.passed_over.len()), (2, 0, 2));
    assert!(summary.passed_over[0].0.ends_with(".hidden"));
    assert!(summary.passed_over[1].0.ends_with("README.md"));
    assert_eq!(ids(&bench), ["a", "b"]);
    let missing = bench.folder.path().join("missing");
    let summary = bench.load(&missing);
    assert!(summary.failed[0].1.contains("No such file"), "{:?}", summary.failed);
}

#[test]
fn quarantine_is_private() {
    let mut bench = Bench::new();
    let path = bench.write("a.json", format!("{A}\nbroken\n"));
    let summary = bench.load(&path);
    let file = &summary.quarantine[0];
    assert!(file.ends_with("db.quarantine/a.json-1.jsonl"), "{}", file.display());
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!((mode(file), mode(file.parent().expect("is inside"))), (0o600, 0o700));
}

#[test]
fn bombs_and_endless_lines_fail_alone() {
    let mut bench = Bench::new();
    let bomb = bench.write("1.json.gz", {
        let mut rows = format!("{A}\n").into_bytes();
        rows.resize(80 << 20, b'\n');
        gzip(&rows)
    });
    let mut long = format!("{A}\n").into_bytes();
    long.resize(20 << 20, b'x');
    long.extend_from_slice(format!("\n{B}\n").as_bytes());
    let long = bench.write("2.json", long);
    let deep = bench.write("3.json", format!("{}{}\n{C}\n", "[".repeat(1_000_000), "]".repeat(1_000_000)));
    let sources = [bomb, long, deep].map(Source::Path);
    let summary = bench.sources(&sources);
    assert_eq!(summary.failed.len(), 1);
    assert!(summary.failed[0].1.contains("200 times"), "{:?}", summary.failed);
    assert_eq!((summary.files, summary.loaded, summary.quarantined), (2, 3, 2));
    let reasons: Vec<_> = summary.reasons.iter().map(String::as_str).collect();
    assert!(reasons[0].ends_with("2.json' line 2: the line is longer than 16 MB"), "{reasons:?}");
    assert!(reasons[1].contains("deeper than 128 levels"), "{reasons:?}");
}

#[test]
fn a_grown_file_keeps_the_order_of_its_dates() {
    let grown = |first: &str, more: &str| {
        let mut bench = Bench::new();
        bench.options.table = Some("OfficeActivity".into());
        let text = format!("TimeGenerated,OfficeId\n{first} 10:00,a\n");
        let path = bench.write("a.csv", &text);
        bench.load(&path);
        bench.write("a.csv", format!("{text}{more} 10:00,b\n"));
        let summary = bench.load(&path);
        (bench, path, summary)
    };
    let times = |bench: &Bench| bench.sink.column("OfficeActivity", "TimeGenerated");
    let (bench, _, summary) = grown("13/2/2026", "1/3/2026");
    assert_eq!(times(&bench), ["2026-02-13T10:00:00Z", "2026-03-01T10:00:00Z"]);
    assert_eq!(summary.notes.len(), 1, "{:?}", summary.notes);
    let (bench, _, summary) = grown("2/13/2026", "1/3/2026");
    assert_eq!(times(&bench), ["2026-02-13T10:00:00Z", "2026-01-03T10:00:00Z"]);
    assert_eq!(summary.notes.len(), 1, "{:?}", summary.notes);
    for (first, more, said) in [
        ("13/2/2026", "1/13/2026", "before has the day first"),
        ("1/2/2026", "13/2/2026", "unless --date-order said otherwise"),
    ] {
        let (mut bench, path, summary) = grown(first, more);
        assert!(summary.failed[0].1.contains(said), "{:?}", summary.failed);
        assert_eq!(ids(&bench), ["a"]);
        bench.options.date_order = Some(kqlhunt::ingest::DateOrder::DayFirst);
        assert_eq!(bench.load(&path).loaded, 1);
    }
}

#[test]
fn a_header_alone_is_the_beginning_of_nothing() {
    let mut bench = Bench::new();
    bench.options.table = Some("OfficeActivity".into());
    let header = "TimeGenerated,OfficeId\n";
    let first = bench.write("a.csv", header);
    assert_eq!(bench.load(&first).loaded, 0);
    let other = bench.write("b.csv", format!("{header}2026-05-14,a\n"));
    for path in [&other, &first] {
        bench.write("a.csv", format!("{header}2026-05-14,b\n"));
        let summary = bench.load(path);
        assert_eq!((summary.loaded, summary.notes.len()), (1, 0), "{:?}", summary.notes);
    }
    // The part that was new had no row, but those before it had.
    bench.write("a.csv", format!("{header}2026-05-14,b\n\n"));
    assert_eq!(bench.load(&first).blank, 1);
    bench.write("a.csv", format!("{header}2026-05-14,b\n\n2026-05-14,c\n"));
    assert_eq!(bench.load(&first).loaded, 1);
    assert_eq!(ids(&bench), ["a", "b", "c"]);
}
