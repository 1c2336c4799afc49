//! `kqlhunt query` as a shell sees it: streams, files, signals, thousands of questions to one process.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::sandbox::Sandbox;

fn query(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    sandbox.command("kqlhunt").arg("query").args(arguments).output().expect("runs")
}

fn piped(sandbox: &Sandbox, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = sandbox.command("kqlhunt");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    child.stdin.take().expect("is piped").write_all(input).expect("writes");
    child.wait_with_output().expect("runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("is text")
}

#[test]
fn the_query_comes_as_argument_file_or_stdin() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path().join("q.kql"), "\u{feff}print x=1").expect("writes");
    let from_file = query(&sandbox, &["--format", "csv", "-f", "q.kql"]);
    let from_argument = query(&sandbox, &["--format", "csv", "--", "print x=1"]);
    let from_stdin = piped(&sandbox, &["query", "--format", "csv", "-"], b"print x=1");
    let from_pipe = piped(&sandbox, &["query", "--format", "csv"], b"print x=1");
    for output in [from_file, from_argument, from_stdin, from_pipe] {
        assert_eq!(text(&output.stdout), "x\r\n1\r\n", "{}", text(&output.stderr));
        assert_eq!(output.status.code(), Some(0));
    }
    assert_eq!(piped(&sandbox, &["query"], b"print \xff").status.code(), Some(66));
}

#[test]
fn a_mistake_is_on_stderr_and_nothing_on_stdout() {
    let output = query(&Sandbox::new(), &["print x = nothing_of_this_name"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(3), ""));
    assert!(text(&output.stderr).contains("query:1:11"), "{}", text(&output.stderr));
}

#[test]
fn messages_are_ascii_where_that_is_asked_for() {
    let sandbox = Sandbox::new();
    let mistaken = "print y = 'é日' | wher x == 'ü'";
    for command in ["query", "check", "translate", "format"] {
        let output = sandbox.command("kqlhunt").args(["--ascii", command, mistaken]).output().expect("runs");
        let said = [text(&output.stdout), text(&output.stderr)].concat();
        assert!(said.is_ascii() && said.contains("wher"), "{command}: {said}");
        let output = sandbox.command("kqlhunt").args([command, mistaken]).output().expect("runs");
        assert!(!text(&output.stdout).is_ascii() || !text(&output.stderr).is_ascii(), "{command}");
    }
    let output =
        sandbox.command("kqlhunt").args(["--ascii", "check", "print ['é'] = 1"]).output().expect("runs");
    assert_eq!(text(&output.stdout), "<U+00E9>: long\n");
    let output = query(&sandbox, &["--ascii", "--db", "nö.duckdb", "print 1"]);
    assert!(output.stderr.is_ascii() && text(&output.stderr).contains("n<U+00F6>.duckdb"));
}

#[test]
fn a_missing_database_is_named_with_a_way_out() {
    let output = query(&Sandbox::new(), &["--db", "no/such.duckdb", "print 1"]);
    assert_eq!(output.status.code(), Some(66));
    assert!(
        text(&output.stderr).contains("no/such.duckdb") && text(&output.stderr).contains("kqlhunt ingest")
    );
    let little = [
        "--sample",
        "--memory",
        "20MB",
        "range x from 1 to 30000000 step 1 | summarize count() by tostring(x) | count",
    ];
    let output = query(&Sandbox::new(), &little);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("--memory"), "{}", text(&output.stderr));
}

#[test]
fn standard_input_for_a_known_table_is_copied_nowhere() {
    let sandbox = Sandbox::new();
    let operation = "FileDownloaded ".repeat(3_300);
    let row = format!("{{\"TimeGenerated\":\"2026-05-14T11:00:00Z\",\"Operation\":\"{operation}\"}}\n");
    fs::write(sandbox.path().join("rows"), row.repeat(200)).expect("writes");
    let load = |words: &str| {
        let line = format!("{words} kqlhunt ingest --format json --table OfficeActivity -");
        // A copy would have no place to be.
        sandbox.command("sh").args(["-c", &line]).env("TMPDIR", "/nonexistent").output().expect("runs")
    };
    let loaded = load("cat rows |");
    let counts = "{\"files\":1,\"rows_in\":200,\"loaded\":200,\"quarantined\":0,\"blank\":0,";
    assert!(text(&loaded.stdout).starts_with(counts), "{}", text(&loaded.stderr));
    let again = load("gzip -c rows |");
    assert!(text(&again.stderr).contains("was loaded before"), "{}", text(&again.stderr));
}

#[test]
fn what_is_loaded_is_counted_and_then_queried() {
    let sandbox = Sandbox::new();
    let rows = "{\"TimeGenerated\":\"2026-05-14T11:00:00.1234567Z\",\"Operation\":\"FileDownloaded\",\"Type\":\"OfficeActivity\"}\n\nnot JSON\n";
    fs::write(sandbox.path().join("office.jsonl"), rows).expect("writes");
    let ingest =
        |arguments: &[&str]| sandbox.command("kqlhunt").arg("ingest").args(arguments).output().expect("runs");
    let first = ingest(&["--format", "json", "office.jsonl"]);
    let summary: serde_json::Value = serde_json::from_slice(&first.stdout).expect("is JSON");
    let reason = summary["reasons"][0].as_str().expect("is a text");
    assert!(reason.starts_with("'office.jsonl' line 3: "), "{reason}");
    let path = summary["quarantine"][0].as_str().expect("is a text");
    assert!(path.ends_with("office.jsonl-1.jsonl"), "{path}");
    assert_eq!(
        summary,
        serde_json::json!({
            "files": 1, "rows_in": 3, "loaded": 1, "quarantined": 1, "blank": 1, "identical": 0,
            "tables": {"OfficeActivity": 1}, "kept_aside": 0, "without_column": 0, "surrogates": 0,
            "quarantine": [path], "reasons": [reason], "notes": [], "failed": [], "passed_over": [],
        })
    );
    assert_eq!(first.status.code(), Some(65));
    assert!(text(&first.stderr).contains("quarantined: "), "{}", text(&first.stderr));
    let again = ingest(&["--format", "json", "office.jsonl"]);
    let counts = "{\"files\":0,\"rows_in\":0,\"loaded\":0,\"quarantined\":0,\"blank\":0,\"identical\":1,";
    assert!(text(&again.stdout).starts_with(counts), "{}", text(&again.stdout));
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert_eq!(ingest(&["nothing.jsonl"]).status.code(), Some(66));
    fs::write(sandbox.path().join("a\nb.xml"), "<a/>").expect("writes");
    let said = ingest(&["a\nb.xml"]);
    assert!(
        text(&said.stderr).starts_with("kqlhunt: a\u{240a}b.xml: not loaded: "),
        "{}",
        text(&said.stderr)
    );
    assert_eq!(ingest(&["--sample", "office.jsonl"]).status.code(), Some(2));

    let kql = "OfficeActivity | where TimeGenerated == datetime(2026-05-14T11:00:00.1234567Z) | project TimeGenerated, Operation";
    let found = query(&sandbox, &["--format", "csv", kql]);
    assert_eq!(
        text(&found.stdout),
        "TimeGenerated,Operation\r\n2026-05-14T11:00:00.1234567Z,FileDownloaded\r\n"
    );
    assert!(text(&found.stderr).contains(".local/share/kqlhunt/hunt.duckdb"), "{}", text(&found.stderr));
    let old = query(&sandbox, &["--now", "2026-06-01", "OfficeActivity | where TimeGenerated > ago(1d)"]);
    assert!(text(&old.stderr).contains("--now 2026-05-14T11:00:00.1234567Z"), "{}", text(&old.stderr));
}

#[test]
fn which_data_is_said_only_when_nobody_chose() {
    let sandbox = Sandbox::new();
    assert!(text(&query(&sandbox, &["print 1"]).stderr).contains("sample"));
    assert_eq!(text(&query(&sandbox, &["--sample", "print 1"]).stderr), "");
}

#[test]
fn statements_are_results() {
    let sandbox = Sandbox::new();
    let kql = "print a=1; print b='x'";
    let kusto = query(&sandbox, &["--sample", "--format", "kusto", kql]);
    let answer: Json = serde_json::from_slice(&kusto.stdout).expect("is JSON");
    assert_eq!(answer["Tables"][0]["Rows"], json!([[1]]));
    assert_eq!(answer["Tables"][1]["TableName"], "Table_1");
    assert_eq!(
        text(&query(&sandbox, &["--sample", "--format", "csv", kql]).stdout),
        "a\r\n1\r\n\r\nb\r\nx\r\n"
    );
}

#[test]
fn clock_and_parameters_come_from_the_command_line() {
    let sandbox = Sandbox::new();
    let now =
        query(&sandbox, &["--format", "csv", "--now", "2026-05-14T12:00:00.1234567Z", "print t=ago(1h)"]);
    assert_eq!(text(&now.stdout), "t\r\n2026-05-14T11:00:00.1234567Z\r\n");
    let kql = "declare query_parameters(who:string); print w = who";
    let param = query(&sandbox, &["--sample", "--format", "jsonl", "--param", "who=a' or 1==1", kql]);
    assert_eq!(text(&param.stdout), "{\"w\":\"a' or 1==1\"}\n", "{}", text(&param.stderr));
}

#[test]
fn a_parameter_has_one_value() {
    let sandbox = Sandbox::new();
    let kql = "declare query_parameters(n:long); print n";
    let refused = |params: &[&str], said: &str| {
        let output = query(&sandbox, &[&["--sample", "--format", "csv"], params, &[kql]].concat());
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(3), ""), "{params:?}");
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    };
    refused(&["--param", "n=1", "--param", "n=2"], "--param n is given more than once");
    for value in ["1;2", "1 | count", "1) | count", "1, 2", "m=1"] {
        refused(&["--param", &format!("n={value}")], &format!("'{value}' is not a long"));
    }
    let given = query(&sandbox, &["--sample", "--format", "csv", "--param", "n=-1", kql]);
    assert_eq!(text(&given.stdout), "print_0\r\n-1\r\n");
}

#[test]
fn formula_cells_are_counted_on_stderr() {
    let sandbox = Sandbox::new();
    let kql = "print a='=cmd()', b='-1', c=-1";
    let safe = query(&sandbox, &["--sample", "--format", "csv", kql]);
    assert_eq!(text(&safe.stdout), "a,b,c\r\n'=cmd(),'-1,-1\r\n");
    assert!(text(&safe.stderr).starts_with("kqlhunt: 2 cells"), "{}", text(&safe.stderr));
    let raw = query(&sandbox, &["--sample", "--format", "csv", "--csv-raw", kql]);
    assert_eq!((text(&raw.stdout), text(&raw.stderr)), ("a,b,c\r\n=cmd(),-1,-1\r\n", ""));
}

#[test]
fn a_file_is_written_whole_for_its_owner_or_not_at_all() {
    let sandbox = Sandbox::new();
    let target = sandbox.path().join("out.csv");
    let arguments = ["--sample", "--format", "csv", "-o", "out.csv", "print x=1"];
    let script =
        format!("umask 000; exec kqlhunt query {}", arguments.map(|word| format!("'{word}'")).join(" "));
    let output = sandbox.command("sh").args(["-c", &script]).output().expect("runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(fs::metadata(&target).expect("is there").permissions().mode() & 0o777, 0o600);
    assert_eq!(query(&sandbox, &arguments).status.code(), Some(73));

    let failing = ["--sample", "--format", "csv", "--force", "-o", "out.csv", "print x=nothing"];
    assert_eq!(query(&sandbox, &failing).status.code(), Some(3));
    assert_eq!(fs::read_to_string(&target).expect("reads"), "x\r\n1\r\n");

    symlink("out.csv", sandbox.path().join("link.csv")).expect("links");
    let linked = ["--sample", "--format", "csv", "--force", "-o", "link.csv", "print x=2"];
    assert_eq!(query(&sandbox, &linked).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&target).expect("reads"), "x\r\n1\r\n");
    assert_eq!(query(&sandbox, &["-o", "no/such/folder.csv", "print 1"]).status.code(), Some(73));
    assert_eq!(query(&sandbox, &["--force", "-o", "/dev/null", "print 1"]).status.code(), Some(73));
}

#[test]
fn a_killed_export_leaves_the_old_file() {
    let sandbox = Sandbox::new();
    let target = sandbox.path().join("out.csv");
    let old = "old\r\n".to_string();
    let kql = "range x from 1 to 200000 step 1 | extend y = strcat('row ', x)";
    let arguments = ["query", "--sample", "--format", "csv", "--force", "-o", "out.csv", kql];
    assert!(sandbox.command("kqlhunt").args(arguments).status().expect("runs").success());
    let new = fs::read_to_string(&target).expect("reads");
    for round in 0..40 {
        fs::write(&target, &old).expect("writes");
        let mut child = sandbox.command("kqlhunt").args(arguments).spawn().expect("starts");
        std::thread::sleep(Duration::from_millis(15 * round));
        child.kill().expect("kills");
        child.wait().expect("ends");
        let found = fs::read_to_string(&target).expect("is there");
        assert!(found == old || found == new, "round {round}: {} bytes", found.len());
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let line = "(kqlhunt query --sample 'range x from 1 to 5000000 step 1'; echo $? >&2) | head -n 1";
    let output = Sandbox::new().command("sh").args(["-c", line]).output().expect("runs");
    assert_eq!((text(&output.stdout).trim(), text(&output.stderr).trim()), ("x", "141"));
}

fn signalled(signal: &str) -> (Option<i32>, Duration) {
    let sandbox = Sandbox::new();
    let kql = "range a from 1 to 3000000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 3000000 step 1 | extend k = 1) on k | summarize sum(a * b)";
    let mut command = sandbox.command("kqlhunt");
    let mut child: Child =
        command.args(["query", "--sample", kql]).stderr(Stdio::null()).spawn().expect("starts");
    std::thread::sleep(Duration::from_millis(1500));
    let sent = Instant::now();
    let kill = format!("kill -{signal} {}", child.id());
    assert!(sandbox.command("sh").args(["-c", &kill]).status().expect("runs").success());
    while child.try_wait().expect("waits").is_none() {
        assert!(sent.elapsed() < Duration::from_secs(20), "does not stop");
        std::thread::sleep(Duration::from_millis(10));
    }
    (child.wait().expect("ends").code(), sent.elapsed())
}

#[test]
fn a_signal_stops_the_query() {
    assert_eq!(signalled("INT").0, Some(5));
    assert_eq!(signalled("TERM").0, Some(143));
}

#[test]
fn colours_are_for_terminals_or_on_demand() {
    let sandbox = Sandbox::new();
    let plain = query(&sandbox, &["print nothing"]);
    let forced = query(&sandbox, &["--color", "always", "print nothing"]);
    assert!(!plain.stderr.contains(&0x1b) && forced.stderr.contains(&0x1b));
}

/// A query whose columns only the data know.
const UNPACKED: &str = "OfficeActivity | where Operation == 'New-InboxRule' \
    | project UserId, P = bag_pack('Rule', Operation, 'Size', 7) | evaluate bag_unpack(P) | where Size > 5";

#[test]
fn columns_that_the_data_have_come_in_every_format_and_need_the_data() {
    let sandbox = Sandbox::new();
    let run = |arguments: &[&str]| {
        let output = sandbox.command("kqlhunt").args(arguments).output().expect("runs");
        (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
    };
    let (code, csv, errors) = run(&["query", "--sample", "--format", "csv", UNPACKED]);
    assert_eq!(
        (code, csv.as_str()),
        (Some(0), "UserId,Rule,Size\r\nana.ruiz@contoso.com,New-InboxRule,7\r\n"),
        "{errors}"
    );
    let (_, jsonl, _) = run(&["query", "--sample", "--format", "jsonl", UNPACKED]);
    assert_eq!(jsonl, "{\"UserId\":\"ana.ruiz@contoso.com\",\"Rule\":\"New-InboxRule\",\"Size\":7}\n");
    let line = json!({ "id": 1, "kql": UNPACKED }).to_string();
    let served = piped(&sandbox, &["query", "--sample", "--serve"], line.as_bytes());
    let answer: Json = serde_json::from_str(text(&served.stdout)).expect("is JSON");
    assert_eq!(answer["result"]["Tables"][0]["Rows"], json!([["ana.ruiz@contoso.com", "New-InboxRule", 7]]));
    let (code, columns, _) = run(&["check", "--sample", UNPACKED]);
    // Of what is unpacked only what the query names is known before.
    assert_eq!((code, columns.as_str()), (Some(0), "UserId: string\nSize: unknown\n"));
    let (code, sql, errors) = run(&["translate", "--sample", UNPACKED]);
    assert_eq!((code, sql.as_str()), (Some(3), ""));
    assert!(errors.contains("declare them"), "{errors}");
}

/// Rows that are handed out are no memory that DuckDB counts: 2,048 at once, each with the whole array here.
#[test]
fn rows_too_large_for_the_machine_are_a_limit_that_is_named() {
    let sandbox = Sandbox::new();
    let wide = "print v = range(1, 200000) | mv-expand x = v";
    let mut little = sandbox.command("sh");
    little.args(["-c", "ulimit -d 1500000; exec kqlhunt query --memory 256MB \"$0\"", wide]);
    let output = little.output().expect("runs");
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(text(&output.stderr).contains("needs more memory"), "{output:?}");
    // Where nobody set a limit it is one of the program's own.
    let mut command = sandbox.command("kqlhunt");
    command.args(["query", "--serve"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("starts");
    writeln!(child.stdin.as_ref().expect("is piped"), "{}", json!({ "id": 1, "kql": "print 1" }))
        .expect("asks");
    let mut answer = String::new();
    BufReader::new(child.stdout.as_mut().expect("is piped")).read_line(&mut answer).expect("answers");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).expect("reads");
    drop(child.stdin.take());
    child.wait().expect("ends");
    let data = limits.lines().find(|line| line.starts_with("Max data size")).expect("is there");
    let bytes: u64 =
        data.split_whitespace().nth(3).and_then(|word| word.parse().ok()).expect("is no 'unlimited'");
    assert!(bytes < kqlhunt::sys::memory_bytes(), "{data}");
}

#[test]
fn one_process_answers_thousands() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command("kqlhunt");
    command.args(["query", "--serve"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("starts");
    let mut input = child.stdin.take().expect("is piped");
    let mut answers = BufReader::new(child.stdout.take().expect("is piped")).lines();
    let mut ask = |line: String| -> Json {
        writeln!(input, "{line}").expect("writes");
        let answer = answers.next().expect("answers").expect("reads");
        serde_json::from_str(&answer).expect("is JSON")
    };
    let count = if cfg!(debug_assertions) { 300 } else { 3_000 };
    for id in 0..count {
        let good = ask(json!({ "id": id, "kql": format!("print x={id}") }).to_string());
        assert_eq!(good["id"], id);
        assert_eq!(good["result"]["Tables"][0]["Rows"], json!([[id]]), "{good}");
        let bad = ask(json!({ "id": format!("b{id}"), "kql": "print nothing_of_this_name" }).to_string());
        assert_eq!((&bad["id"], &bad["ok"]), (&json!(format!("b{id}")), &json!(false)));
        assert!(bad["error"].as_str().is_some_and(|error| error.contains("1:7")), "{bad}");
    }
    assert_eq!(ask("not JSON".into())["ok"], json!(false));
    assert_eq!(
        ask(json!({ "id": 7, "kql": "print 1\n;\nprint 2" }).to_string())["result"]["Tables"][1]["Rows"],
        json!([[2]])
    );
    drop(input);
    assert!(child.wait().expect("ends").success());
}

#[test]
fn the_version_names_the_engine_that_runs() {
    let output = Sandbox::new().command("kqlhunt").arg("--version").output().expect("runs");
    let engine = duckdb::Connection::open_in_memory().expect("opens");
    let version: String = engine.query_row("SELECT version()", [], |row| row.get(0)).expect("answers");
    let expected =
        format!("kqlhunt {} (DuckDB {})\n", env!("CARGO_PKG_VERSION"), version.trim_start_matches('v'));
    assert_eq!(text(&output.stdout), expected);
}
