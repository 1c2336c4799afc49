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
        &["query", "--format", "xlsx", "print 1"],
        &["query", "--now", "soon", "print 1"],
        &["query", "--memory", "lots", "print 1"],
        &["query", "--threads", "0", "print 1"],
        &["query", "--param", "x", "print 1"],
        &["query", "--force", "print 1"],
        &["query", "-f", "a.kql", "print 1"],
        &["schema", "OfficeActivty"],
        &["hunts", "nothing"],
        &["ingest"],
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
fn help_says_the_exit_codes() {
    let output = run(&Sandbox::new(), &["--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("Exit codes"));
}

#[test]
fn a_hunt_by_its_name() {
    let output = run(&Sandbox::new(), &["hunts", "quarantine-release-trend"]);
    assert!(text(&output.stdout).starts_with("CloudAppEvents\n"));
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
