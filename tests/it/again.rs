//! Runs that are run again, and results beside others: on the data that they name, and nothing left out in silence.

use std::fs;
use std::process::Output;

use crate::sandbox::Sandbox;

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    sandbox.command("kqlhunt").args(arguments).output().expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command writes that ends well.
fn done(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = run(sandbox, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// A database with one logon, and an export from it.
fn seen(sandbox: &Sandbox) {
    fs::write(sandbox.path().join("seen.csv"), "Account,Port\nwren,443\n").expect("writes");
    done(sandbox, &["ingest", "--db", "seen.duckdb", "--table", "Seen", "seen.csv"]);
    done(sandbox, &["query", "--db", "seen.duckdb", "-o", "hits.csv", "Seen | project Account"]);
}

#[test]
fn a_report_runs_on_the_data_of_its_runs() {
    let sandbox = Sandbox::new();
    seen(&sandbox);
    let page = done(&sandbox, &["report", "hits.csv.meta.json"]);
    assert!(page.contains("| wren |") && page.contains("| Data | `seen.duckdb` |"), "{page}");
    assert!(page.contains("| Run again | the same |"), "{page}");
    fs::write(sandbox.path().join("more.csv"), "Account,Port\nrook,22\n").expect("writes");
    done(&sandbox, &["ingest", "--db", "seen.duckdb", "--table", "Seen", "more.csv"]);
    let page = done(&sandbox, &["report", "hits.csv.meta.json"]);
    let said = "| Run again | the data are others than they were; different: there were 1 |";
    assert!(page.contains(said), "{page}");
    fs::write(sandbox.path().join("all.kql"), "OfficeActivity | count").expect("writes");
    let both = run(&sandbox, &["report", "all.kql", "hits.csv.meta.json"]);
    assert_eq!(both.status.code(), Some(2));
    assert!(text(&both.stderr).contains("sample data and seen.duckdb"), "{}", text(&both.stderr));
    fs::remove_file(sandbox.path().join("seen.duckdb")).expect("removes");
    let gone = run(&sandbox, &["report", "hits.csv.meta.json"]);
    assert_eq!(gone.status.code(), Some(66));
    assert!(text(&gone.stderr).contains("--db FILE says where they are now"), "{}", text(&gone.stderr));
}

#[test]
fn a_report_takes_no_clock_in_place_of_one_that_is_none() {
    let sandbox = Sandbox::new();
    done(&sandbox, &["query", "--sample", "-o", "now.csv", "print now()"]);
    let file = sandbox.path().join("now.csv.meta.json");
    let described = fs::read_to_string(&file).expect("reads");
    fs::write(&file, described.replace("\"clock\": \"2026", "\"clock\": \"soon 2026")).expect("writes");
    let output = run(&sandbox, &["report", "now.csv.meta.json"]);
    assert_eq!(output.status.code(), Some(66));
    assert!(text(&output.stderr).contains("soon 2026"), "{}", text(&output.stderr));
}

#[test]
fn a_report_shows_each_result_of_a_text() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path().join("two.kql"), "print a = 7; print b = 2").expect("writes");
    done(&sandbox, &["report", "--sample", "two.kql", "-o", "two.md"]);
    let page = fs::read_to_string(sandbox.path().join("two.md")).expect("reads");
    for shown in ["two (result 1 of 2)", "two (result 2 of 2)", "| a |", "| 7 |", "| b |", "| 2 |"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let hashes: Vec<&str> = page.lines().filter(|line| line.starts_with("| SHA-256 |")).collect();
    assert!(hashes.len() == 2 && hashes[0] != hashes[1], "{hashes:?}");
    let again = done(&sandbox, &["replay", "two.md"]);
    assert!(again.ends_with("1 of 1 give what they gave\n"), "{again}");
    let again = done(&sandbox, &["report", "two.md", "-o", "again.md"]);
    assert_eq!(again, "");
}

#[test]
fn a_difference_is_of_two_results_with_the_same_columns() {
    let sandbox = Sandbox::new();
    let write = |name: &str, kql: &str| fs::write(sandbox.path().join(name), kql).expect("writes");
    write("long.kql", "print k = 'x', a = 1");
    write("real.kql", "print k = 'x', a = 2.0");
    write("two.kql", "print a = 1; print k = 'x', a = 1");
    let output = run(&sandbox, &["diff", "--sample", "long.kql", "real.kql", "--exit-code"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("a was of type long and is of type real"), "{output:?}");
    let output = run(&sandbox, &["diff", "--sample", "long.kql", "long.kql", "--exit-code"]);
    assert_eq!(output.status.code(), Some(0));
    let output = run(&sandbox, &["diff", "--sample", "long.kql", "two.kql", "--exit-code"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("two.kql gives 2 results"), "{}", text(&output.stderr));
}

#[test]
fn a_replay_says_that_the_export_was_changed() {
    let sandbox = Sandbox::new();
    seen(&sandbox);
    assert!(!done(&sandbox, &["replay", "hits.csv.meta.json"]).contains("changed"));
    fs::write(sandbox.path().join("hits.csv"), "Account\r\nrook\r\n").expect("writes");
    let output = run(&sandbox, &["replay", "hits.csv.meta.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).starts_with("hits.csv was changed since it was written\n"), "{output:?}");
    fs::remove_file(sandbox.path().join("hits.csv")).expect("removes");
    done(&sandbox, &["replay", "hits.csv.meta.json"]);
}

#[test]
fn a_replay_goes_on_and_counts_what_it_cannot_compare() {
    let sandbox = Sandbox::new();
    seen(&sandbox);
    done(&sandbox, &["query", "--sample", "print 1"]);
    let journal = sandbox.path().join(".local/state/kqlhunt/journal.jsonl");
    let lines = fs::read_to_string(journal).expect("reads");
    let uncounted = lines.lines().last().expect("has a line").to_owned();
    let from = uncounted.find("\"sha256\":\"").expect("is hashed") + "\"sha256\":".len();
    let uncounted = format!("{}null{}", &uncounted[..from], &uncounted[from + 66..]);
    fs::write(sandbox.path().join("all.jsonl"), format!("{lines}{{\"at\":\n{uncounted}\n")).expect("writes");
    let told = run(&sandbox, &["replay", "all.jsonl"]);
    assert_eq!(told.status.code(), Some(1), "{}", text(&told.stderr));
    let said = "2 of 3 give what they gave; of 1 only the rows were counted\n\
                1 line of the journal cannot be read\n";
    assert!(text(&told.stdout).ends_with(said), "{}", text(&told.stdout));
    fs::remove_file(sandbox.path().join("seen.duckdb")).expect("removes");
    let told = run(&sandbox, &["replay", "all.jsonl"]);
    assert_eq!(told.status.code(), Some(66));
    let shown = text(&told.stdout);
    assert!(shown.contains("   not run: the data of this run are not at"), "{shown}");
    assert!(shown.contains("1 of 3 give what they gave; of 1 only the rows were counted\n"), "{shown}");
}
