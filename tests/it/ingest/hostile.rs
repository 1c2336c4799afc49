//! Inputs that somebody has broken, cut off or disguised: each is loaded whole, or said.

use std::io::Write;
use std::ops::ControlFlow;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use kqlhunt::error::Error;
use kqlhunt::ingest::{Now, Source, run};
use rustix::fs::{CWD, Mode, mkfifoat};

use super::Bench;

const ROW: &str = r#"{"TimeGenerated":"2026-05-01T00:00:00Z","Type":"OfficeActivity","UserId":"ana"}"#;

fn pipe(path: &Path) {
    mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR).expect("makes a pipe");
}

#[test]
fn an_array_that_was_cut_off_is_said() {
    let mut bench = Bench::new();
    for (name, text, said) in [
        ("whole.json", format!("[{ROW},{ROW}]"), false),
        ("cut.json", format!("[{ROW},{ROW}"), true),
        ("value.json", format!("{{\"value\":[{ROW},{ROW},"), true),
    ] {
        let path = bench.write(name, text);
        let summary = bench.load(&path);
        assert_eq!(summary.loaded, 2, "{name}");
        let noted = summary.notes.iter().any(|note| note.contains("may have been cut off"));
        assert_eq!(noted, said, "{name}: {:?}", summary.notes);
    }
}

#[test]
fn what_a_folder_holds_and_is_not_read_is_said() {
    let mut bench = Bench::new();
    bench.write("d/a.json", ROW);
    bench.write("d/.hidden.json", ROW);
    bench.write("d/hunt.duckdb", "x");
    bench.write("other/b.json", ROW);
    let folder = bench.folder.path().join("d");
    symlink("nowhere", folder.join("dangling")).expect("links");
    symlink("../other", folder.join("linked")).expect("links");
    symlink("../d", folder.join("loop")).expect("links");
    pipe(&folder.join("pipe"));
    let summary = bench.load(&folder);
    assert_eq!((summary.files, summary.loaded, summary.failed.len()), (1, 1, 0));
    let said: Vec<_> = summary
        .passed_over
        .iter()
        .map(|(path, why)| (path.rsplit('/').next().unwrap_or(""), why.split(';').next().unwrap_or("")))
        .collect();
    let expected = [
        (".hidden.json", "it is hidden"),
        ("dangling", "it is a link to nothing"),
        ("hunt.duckdb", "it is a database, to be opened with --db"),
        ("linked", "it is a link to a folder"),
        ("loop", "it is a link to a folder"),
        ("pipe", "it is no file"),
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_pipe_is_read_to_its_end_and_waiting_for_one_can_be_stopped() {
    let mut bench = Bench::new();
    let path = bench.folder.path().join("pipe");
    pipe(&path);
    let to = path.clone();
    let writer = std::thread::spawn(move || {
        let mut file = std::fs::OpenOptions::new().write(true).open(to).expect("opens");
        for _ in 0..3 {
            writeln!(file, "{ROW}").expect("writes");
        }
    });
    let summary = bench.load(&path);
    writer.join().expect("ends");
    assert_eq!(summary.loaded, 3, "{:?}", summary.failed);

    let (started, mut asked) = (Instant::now(), 0);
    let stop = &mut |_: &Now| {
        asked += 1;
        if asked > 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let stopped = run(&bench.options, &[Source::Path(path)], &mut bench.sink, stop);
    assert!(matches!(stopped, Err(Error::Cancelled)), "{stopped:?}");
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_device_is_refused() {
    let mut bench = Bench::new();
    let summary = bench.load(Path::new("/dev/zero"));
    assert_eq!(summary.failed, [("/dev/zero".into(), "it is a device, not a file".into())]);
}

#[test]
fn a_look_through_a_file_can_be_stopped() {
    let mut bench = Bench::new();
    let mut text = String::new();
    for number in 0..60_000 {
        text.push_str(&format!("{{\"Type\":\"Odd\",\"TimeGenerated\":\"2026-05-01\",\"k\":{number}}}\n"));
    }
    let path = bench.write("a.json", &text);
    let mut rows = Vec::new();
    let stop = &mut |now: &Now| {
        rows.push(now.rows);
        ControlFlow::Break(())
    };
    let stopped = run(&bench.options, &[Source::Path(path)], &mut bench.sink, stop);
    assert!(matches!(stopped, Err(Error::Cancelled)), "{stopped:?}");
    assert_eq!(rows, [0], "before any row counts");
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_said() {
    let mut bench = Bench::new();
    let row = format!("{}\n", ROW.replace("ana", &"a".repeat(1 << 20)));
    let path = bench.write("a.json", row.repeat(40));
    let cut = path.clone();
    let shrink = &mut |_: &Now| {
        let file = std::fs::OpenOptions::new().write(true).open(&cut).expect("opens");
        file.set_len(30 * row.len() as u64).expect("cuts");
        ControlFlow::Continue(())
    };
    let summary = run(&bench.options, &[Source::Path(path)], &mut bench.sink, shrink).expect("loads");
    assert!(summary.loaded >= 30 && summary.loaded < 40, "{}", summary.loaded);
    assert!(summary.notes.iter().any(|note| note.contains("became shorter")), "{:?}", summary.notes);
}

#[test]
fn disguises_are_seen_through_or_named() {
    let mut bench = Bench::new();
    let wide: Vec<u8> = format!("{ROW}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let path = bench.write("nomark.json", wide);
    assert_eq!(bench.load(&path).loaded, 1);
    let csv = "#TYPE X\r\n\"TimeGenerated\",\"Operation\",\"UserId\"\r\n\"2026-05-01\",\"x\",\"ana\"\r\n";
    let path = bench.write("typed.csv", csv);
    let summary = bench.load(&path);
    assert_eq!(summary.loaded, 1, "{:?}", summary.reasons);
    for (name, bytes, said) in [
        ("a.zip", &b"PK\x03\x04\x14\0"[..], "a ZIP archive or an Excel workbook"),
        ("a.zst", b"\x28\xb5\x2f\xfd\x01", "Zstandard"),
        ("a.csv", b"\xff\xfe\0\0T\0\0\0", "UTF-32"),
        ("b.csv", b"2026-05-01,x,ana\n", "no header of CSV"),
        ("c.csv", b"TimeGenerated,UserId\r2026-05-01,ana\r", "carriage return alone"),
        ("d.json", b"<!DOCTYPE html><html>", "HTML"),
    ] {
        let path = bench.write(name, bytes);
        let summary = bench.load(&path);
        assert_eq!(summary.failed.len(), 1, "{name}");
        assert!(summary.failed[0].1.contains(said), "{:?}", summary.failed);
    }
}

#[test]
fn values_that_do_not_fit_are_told_by_column() {
    let mut bench = Bench::new();
    let path = bench.write("a.csv", "TimeGenerated,Operation,UserId\nyesterday,x,ana\n2026-02-30,x,ana\n");
    let summary = bench.load(&path);
    assert_eq!((summary.loaded, summary.kept_aside), (2, 2));
    let note = "2 values of TimeGenerated cannot be datetime, such as yesterday; kept in Extra_";
    assert!(summary.notes.iter().any(|found| found.ends_with(note)), "{:?}", summary.notes);
}
