//! The binary as a shell sees it: exit codes, streams, files.

use std::process::Output;

use crate::sandbox::Sandbox;

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    sandbox.command("kqlhunt").args(arguments).output().expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("is text")
}

/// Exit code and stderr of a command that prints nothing on stdout.
fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(&Sandbox::new(), arguments);
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    (output.status.code(), text(&output.stderr))
}

#[test]
fn the_workbench_needs_a_terminal() {
    let (code, message) = refused(&[]);
    assert_eq!(code, Some(2));
    assert!(message.contains("terminal") && message.contains("kqlhunt query"), "{message}");
}

#[test]
fn arguments_that_make_no_sense() {
    for arguments in [
        &["query", "--db", "a", "--sample", "print 1"][..],
        &["query", "--format", "docx", "print 1"],
        &["query", "--now", "soon", "print 1"],
        &["query", "--memory", "lots", "print 1"],
        &["query", "--threads", "0", "print 1"],
        &["query", "--param", "x", "print 1"],
        &["query", "--force", "print 1"],
        &["query", "-f", "a.kql", "print 1"],
        &["schema", "OfficeActivty"],
        &["hunts", "nothing"],
        &["ingest"],
        &["ingest", "--last", "1d", "a.csv"],
        &["format", "--now", "2026-05-14T12:00:00Z", "print 1"],
        &["schema", "--as-of", "2026-05-14T12:00:00Z"],
        &["hunts", "--format", "chart"],
        &["keys", "--format", "svg"],
    ] {
        assert_eq!(refused(arguments).0, Some(2), "{arguments:?}");
    }
}

#[test]
fn a_missing_query_file_is_named() {
    for command in ["query", "check", "translate"] {
        let (code, message) = refused(&[command, "-f", "not\x1bhere.kql"]);
        assert_eq!(code, Some(if cfg!(feature = "engine") || command != "query" { 66 } else { 4 }));
        assert!(!message.contains('\x1b'), "{message:?}");
    }
}

#[test]
fn a_file_that_is_not_there_may_be_meant_as_a_command() {
    let (code, message) = refused(&["hunt"]);
    assert_eq!(code, Some(66));
    assert!(message.contains("did you mean kqlhunt hunts?"), "{message}");
    assert!(!refused(&["no-such.kql"]).1.contains("did you mean"));
}

#[test]
fn a_text_without_end_is_given_up() {
    let (code, message) = refused(&["format", "-f", "/dev/zero"]);
    assert_eq!(code, Some(66));
    assert!(message.contains("larger than 4 MB"), "{message}");
}

#[test]
#[cfg(feature = "engine")]
fn a_file_is_written_as_its_name_says() {
    let sandbox = Sandbox::new();
    let written = |name: &str| {
        let kql = "print Note = '=1+1 <script>'";
        let output = run(&sandbox, &["query", "--sample", "-o", name, kql]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        std::fs::read_to_string(sandbox.path().join(name)).expect("is there")
    };
    assert_eq!(written("a.csv"), "Note\r\n'=1+1 <script>\r\n");
    assert!(written("a.jsonl").starts_with("{\"Note\":"));
    assert!(written("a").contains("────"));
    let output = run(&sandbox, &["query", "--sample", "-o", "a.html", "print 1"]);
    assert_eq!(output.status.code(), Some(2));
    let output = run(&sandbox, &["report", "--sample", "-o", "f.html", "a.csv.meta.json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = std::fs::read_to_string(sandbox.path().join("f.html")).expect("is there");
    assert!(page.starts_with("<!doctype html>") && !page.contains("<script>"));
}

#[test]
#[cfg(feature = "engine")]
fn a_format_that_holds_one_result_is_refused_before_the_run() {
    let sandbox = Sandbox::new();
    for (name, one) in [("both.parquet", "one table"), ("both.svg", "one chart")] {
        let output = run(&sandbox, &["query", "--sample", "-o", name, "print 1; print 2"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(one) && said.contains("2 results"), "{said}");
        assert!(!sandbox.path().join(name).exists());
    }
    let output = run(&sandbox, &["schema", "--sample", "--format", "parquet"]);
    assert!(output.stdout.starts_with(b"PAR1") && output.stdout.ends_with(b"PAR1"));
}

#[test]
#[cfg(feature = "engine")]
fn a_format_is_also_called_by_the_ending_of_its_files() {
    for (format, written) in [("md", "| a |\n| ---: |\n| 1 |\n"), ("markdown", "| a |\n| ---: |\n| 1 |\n")] {
        let output = run(&Sandbox::new(), &["query", "--sample", "--format", format, "print a = 1"]);
        assert_eq!(text(&output.stdout), written, "{}", text(&output.stderr));
    }
    let output = run(&Sandbox::new(), &["query", "--sample", "--format", "html", "print a = 1"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
}

#[test]
fn json_carries_no_control_to_a_terminal() {
    let sandbox = Sandbox::new();
    let kql = "print ['a\u{9b}2J\u{202e}'] = 1";
    let checked = run(&sandbox, &["check", "--format", "json", kql]).stdout;
    let request = serde_json::json!({ "id": "\u{9b}", "kql": kql }).to_string();
    std::fs::write(sandbox.path().join("request"), request).expect("writes");
    let input = std::fs::File::open(sandbox.path().join("request")).expect("opens");
    let served =
        sandbox.command("kqlhunt").args(["check", "--serve"]).stdin(input).output().expect("runs").stdout;
    for json in [text(&checked), text(&served)] {
        assert!(json.contains(r#""a\u009b2J\u202e""#) && !json.contains(['\u{9b}', '\u{202e}']), "{json}");
    }
}

#[test]
fn a_file_in_place_of_a_query_is_told() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path().join("hunt.kql"), "print 1").expect("writes");
    for command in ["check", "format"] {
        let output = run(&sandbox, &[command, "hunt.kql"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("-f hunt.kql reads it"), "{}", text(&output.stderr));
    }
}

#[test]
#[cfg(feature = "engine")]
fn a_schema_may_tell_of_a_table_without_columns() {
    let sandbox = Sandbox::new();
    let schema = r#"{"Bare": [], "Full": [["Id", "guid"]]}"#;
    std::fs::write(sandbox.path().join("tables.json"), schema).expect("writes");
    let arguments = ["query", "--schema", "tables.json", "--format", "csv", "Full | count"];
    let output = run(&sandbox, &arguments);
    assert_eq!(text(&output.stdout), "Count\r\n0\r\n", "{}", text(&output.stderr));
}

#[test]
#[cfg(feature = "engine")]
fn a_home_that_cannot_be_written_stops_no_query() {
    for home in ["/dev/null", "/proc"] {
        let sandbox = Sandbox::new();
        let mut command = sandbox.command("kqlhunt");
        let output =
            command.env("HOME", home).args(["query", "--sample", "--format", "csv", "print 1"]).output();
        let output = output.expect("runs");
        assert_eq!(text(&output.stdout), "print_0\r\n1\r\n", "{home}: {}", text(&output.stderr));
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn help_says_the_exit_codes() {
    let output = run(&Sandbox::new(), &["--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("Exit codes"));
}

#[test]
fn help_that_cannot_be_written_is_an_error() {
    let output = Sandbox::new()
        .command("sh")
        .args(["-c", "kqlhunt --help > /dev/full; echo $?; kqlhunt --version > /dev/full; echo $?"])
        .output()
        .expect("runs");
    assert_eq!(text(&output.stdout), "74\n74\n");
    assert_eq!(text(&output.stderr), "kqlhunt: No space left on device (os error 28)\n".repeat(2));
}

#[test]
fn a_hunt_by_its_name() {
    let output = run(&Sandbox::new(), &["hunts", "quarantine-release-trend"]);
    assert!(text(&output.stdout).starts_with("CloudAppEvents\n"));
}

#[test]
#[cfg(feature = "engine")]
fn a_reader_of_values_that_goes_away_is_no_error() {
    for format in ["csv", "tsv", "json"] {
        let shell = format!(
            "(kqlhunt query --sample --format {format} 'range x from 1 to 200000 step 1'; echo $? >&2) | head -n 1"
        );
        let output = Sandbox::new().command("sh").args(["-c", &shell]).output().expect("runs");
        assert_eq!(text(&output.stderr), "141\n", "{format}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let output = Sandbox::new()
        .command("sh")
        .args(["-c", "(kqlhunt schema OfficeActivity; echo $? >&2) | head -n 1"])
        .output()
        .expect("runs");
    let said = text(&output.stderr);
    assert!(!said.contains("panicked") && matches!(said.trim(), "0" | "141"), "{said}");
}
