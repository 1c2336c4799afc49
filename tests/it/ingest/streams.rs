//! What can be read only once: pipes and standard input give what files give.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use kqlhunt::error::Error;
use kqlhunt::ingest::{DateOrder, Now, Options, Source, Summary, run};

use super::Bench;
use super::memory::State;

/// A row of 50 kB.
fn row(number: usize) -> String {
    let filler = "FileDownloaded ".repeat(3_300);
    format!(
        "{{\"TimeGenerated\":\"2026-05-14T11:00:00Z\",\"OfficeId\":\"{number}\",\"Operation\":\"{filler}\"}}\n"
    )
}

/// So many that they come in several chunks.
const MANY: usize = 180;
/// So many that a pipe is not held as a whole.
const SOME: usize = 112;

/// Some lines are no rows.
fn rows(from: usize, count: usize) -> String {
    let line = |number| if number % 50 == 49 { "broken\n".to_owned() } else { row(number) };
    (from..from + count).map(line).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(bytes).expect("writes");
    encoder.finish().expect("writes")
}

/// Loads what a pipe of this name gives.
fn piped(bench: &mut Bench, name: &str, content: &[u8]) -> Summary {
    let path = bench.folder.path().join(name);
    let _ = std::fs::remove_file(&path);
    assert!(Command::new("mkfifo").arg(&path).status().expect("runs").success());
    let (pipe, content) = (path.clone(), content.to_vec());
    let writer = std::thread::spawn(move || {
        let mut pipe = std::fs::OpenOptions::new().write(true).open(pipe).expect("opens");
        // Nobody reads to the end of what is refused.
        let _ = pipe.write_all(&content);
    });
    let summary = bench.load(Path::new(&path));
    writer.join().expect("writes");
    summary
}

/// All that a load leaves behind but for names of files.
fn left(bench: &Bench, summary: &Summary) -> (State, Summary, Vec<serde_json::Value>) {
    let mut state = bench.sink.state.clone();
    state.files.iter_mut().for_each(|file| file.path.clear());
    let nameless = Summary { quarantine: Vec::new(), ..summary.clone() };
    (state, nameless, Bench::quarantined(summary))
}

/// Loads contents one behind the other, from files and from pipes, and holds all that they give against each other.
fn same(options: &Options, contents: &[&[u8]]) -> Summary {
    let (mut files, mut pipes) = (Bench::new(), Bench::new());
    let mut last = Summary::default();
    for bench in [&mut files, &mut pipes] {
        let quarantine = bench.options.quarantine.take();
        bench.options = Options { quarantine, now: bench.options.now, ..options.clone() };
    }
    for content in contents {
        let path = files.write("a", content);
        let (of_file, of_pipe) = (files.load(&path), piped(&mut pipes, "a", content));
        let place = |bench: &Bench, texts: &[String]| -> Vec<String> {
            texts.iter().map(|text| text.replace(&*bench.folder.path().to_string_lossy(), "")).collect()
        };
        let shown = |bench: &Bench, summary: Summary| Summary {
            reasons: place(bench, &summary.reasons),
            notes: place(bench, &summary.notes),
            ..summary
        };
        let (of_file, of_pipe) = (shown(&files, of_file), shown(&pipes, of_pipe));
        let (one, other) = (left(&files, &of_file), left(&pipes, &of_pipe));
        assert_eq!(one.1, other.1);
        assert_eq!(one.0.files, other.0.files);
        assert_eq!(one.0.tables, other.0.tables);
        assert!(one.0.rows == other.0.rows, "other rows from the pipe than from the file");
        let places = |lines: &[serde_json::Value]| -> Vec<(Option<u64>, Option<u64>)> {
            lines.iter().map(|line| (line["line"].as_u64(), line["offset"].as_u64())).collect()
        };
        assert_eq!(places(&one.2), places(&other.2));
        last = of_pipe;
    }
    last
}

fn known() -> Options {
    Options { table: Some("officeactivity".into()), ..Options::default() }
}

#[test]
fn a_pipe_gives_what_a_file_gives() {
    let all = rows(0, MANY);
    assert!(all.len() > 8 << 20 && rows(0, SOME).len() > 5 << 20);
    let summary = same(&known(), &[all.as_bytes()]);
    assert_eq!((summary.loaded, summary.quarantined), (177, 3));
    let short = same(&known(), &[row(1).as_bytes(), b""]);
    assert_eq!(short.rows_in, 0);
    let zipped = gzip(all.as_bytes());
    assert_eq!(same(&known(), &[&zipped]).loaded, 177);
    let array = format!("[{}]", row(1).repeat(MANY).trim_end().replace('\n', ",\n"));
    assert_eq!(same(&known(), &[array.as_bytes()]).loaded, 180);
}

#[test]
fn what_came_through_a_pipe_before_is_not_loaded_again() {
    let (first, grown) = (rows(0, SOME), rows(0, MANY));
    let (first, grown) = (first.as_bytes(), grown.as_bytes());
    assert_eq!(same(&known(), &[grown, grown]).identical, 1);
    let tail = same(&known(), &[first, grown]);
    assert_eq!((tail.loaded, tail.notes.len()), (67, 1), "{:?}", tail.notes);
    assert_eq!(same(&known(), &[first, grown, grown]).identical, 1);
    // The longest of several beginnings counts, and the end of one may lie within a row.
    let torn = &grown[..first.len() + 40];
    assert_eq!(same(&known(), &[first, torn, grown]).quarantined, 1);
    let spaces = [grown, b"\n\n"].concat();
    assert_eq!(same(&known(), &[grown, &spaces]).loaded, 0);
    let blank = "\n".repeat(40);
    let behind = [blank.as_bytes(), grown].concat();
    assert_eq!(same(&known(), &[blank.as_bytes(), &behind]).notes.len(), 0);
    let other = rows(7, MANY);
    assert_eq!(same(&known(), &[first, other.as_bytes()]).loaded, 177);
    assert_eq!(same(&Options { again: true, ..known() }, &[grown, grown]).loaded, 177);
}

#[test]
fn what_shows_only_later_is_found_in_a_pipe_too() {
    // A column, a table and a type that the first rows do not have.
    let later = rows(0, SOME)
        + "{\"TimeGenerated\":\"2026-05-14T11:00:00Z\",\"Type\":\"Made\",\"New\":1}\n"
        + "{\"TimeGenerated\":\"2026-05-14T11:00:00Z\",\"Type\":\"Made\",\"New\":1.5}\n";
    let unnamed = same(&Options::default(), &[later.as_bytes()]);
    assert_eq!(unnamed.loaded, 112);
    let free = Options { table: Some("Mine".into()), ..Options::default() };
    assert_eq!(same(&free, &[later.as_bytes()]).loaded, 112);
    let csv = |day: &str| {
        let rows = format!("2/5/2026 10:00:00,{}\n", "x".repeat(50_000)).repeat(SOME);
        format!("TimeGenerated,OfficeId\n{rows}{day}/5/2026 10:00:00,last\n")
    };
    assert_eq!(same(&known(), &[csv("13").as_bytes()]).loaded, 113);
    let said = Options { date_order: Some(DateOrder::DayFirst), ..known() };
    assert_eq!(same(&said, &[csv("13").as_bytes()]).loaded, 113);
}

#[test]
fn dates_that_would_have_to_be_read_again_are_refused() {
    let mut bench = Bench::new();
    bench.options.table = Some("OfficeActivity".into());
    let late = rows(0, SOME) + "{\"TimeGenerated\":\"13/5/2026 10:00:00\",\"OfficeId\":\"last\"}\n";
    let summary = piped(&mut bench, "a", late.as_bytes());
    assert!(summary.failed[0].1.contains("--date-order"), "{:?}", summary.failed);
    assert!(bench.sink.state.rows.is_empty());
    bench.options.date_order = Some(DateOrder::DayFirst);
    assert_eq!(piped(&mut bench, "a", late.as_bytes()).loaded, 111);
}

#[test]
fn a_grown_pipe_cannot_be_asked_for_its_earlier_dates() {
    let mut bench = Bench::new();
    bench.options.table = Some("OfficeActivity".into());
    let first = bench.write("first", rows(0, SOME));
    assert_eq!(bench.load(&first).loaded, 110);
    let late = rows(0, SOME) + "{\"TimeGenerated\":\"1/5/2026 10:00:00\",\"OfficeId\":\"last\"}\n";
    let summary = piped(&mut bench, "a", late.as_bytes());
    assert!(summary.failed[0].1.contains("cannot be asked for their order"), "{:?}", summary.failed);
    bench.options.date_order = Some(DateOrder::DayFirst);
    assert_eq!(piped(&mut bench, "a", late.as_bytes()).loaded, 1);
}

#[test]
fn a_pipe_that_stops_giving_can_be_left() {
    let mut bench = Bench::new();
    bench.options.table = Some("OfficeActivity".into());
    let path = bench.folder.path().join("a");
    assert!(Command::new("mkfifo").arg(&path).status().expect("runs").success());
    let (left, wait) = std::sync::mpsc::channel::<()>();
    let pipe = path.clone();
    let writer = std::thread::spawn(move || {
        let mut pipe = std::fs::OpenOptions::new().write(true).open(pipe).expect("opens");
        let _ = pipe.write_all(rows(0, MANY).as_bytes());
        // Holds the pipe open until the load has ended.
        let _ = wait.recv();
    });
    let mut ticks = 0;
    let stop = &mut |now: &Now| {
        ticks += usize::from(now.rows > 0);
        if ticks > 20 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let cancelled = run(&bench.options, &[Source::Path(path)], &mut bench.sink, stop);
    drop(left);
    writer.join().expect("ends");
    assert!(matches!(cancelled, Err(Error::Cancelled)));
    assert!(bench.sink.state.rows.is_empty());
}
