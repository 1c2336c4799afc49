//! Hunts out of folders: listed, swept, resumed, counted by technique; on the command line and in a terminal.

use std::fs;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::sandbox::Sandbox;
use crate::terminal::{Setup, Terminal};

const MAIL: &str = "id: 0d2f4c7e-0000-4000-8000-000000000001\nname: Mail rules that hide\nseverity: Medium\n\
    queryPeriod: 2d\ntactics: [DefenseEvasion]\nrelevantTechniques: [T1564.008]\nquery: |\n  OfficeActivity\n  | where \
    Operation == \"New-InboxRule\"\n";
const LOGONS: &str = "// Logons from afar\n// Tactics: Initial Access\n// T1078\nSigninLogs | count\n";
const PAGE: &str = "# Downloads\n\nTechnique T1530.\n\n```kql\nOfficeActivity | where Operation has \"FileDownloaded\"\n```\n\
    ```kql\nOfficeActivity | where Operation == 5 and\n```\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for (name, content) in
        [("lib/Detections/mail.yaml", MAIL), ("lib/logons.kql", LOGONS), ("lib/page.md", PAGE)]
    {
        let path = sandbox.path().join(name);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("makes it");
        fs::write(path, content).expect("writes");
    }
    sandbox
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    sandbox.command("kqlhunt").args(arguments).output().expect("runs")
}

fn lines(output: &Output) -> Vec<Json> {
    let text = String::from_utf8(output.stdout.clone()).expect("is text");
    text.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect()
}

#[test]
fn hunts_of_folders_are_listed_and_narrowed() {
    let sandbox = sandbox();
    let keys = |more: &[&str]| -> Vec<String> {
        let arguments =
            [&["hunts", "list", "--sample", "--library", "lib", "--format", "jsonl"], more].concat();
        let output = run(&sandbox, &arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let keys = lines(&output).into_iter().map(|row| row["Hunt"].as_str().expect("is text").to_owned());
        keys.filter(|key| !key.contains("office-activity") && !key.contains("quarantine")).collect()
    };
    assert_eq!(keys(&[]), ["Detections/mail", "logons", "page#1", "page#2"]);
    assert_eq!(keys(&["--tactic", "defense evasion"]), ["Detections/mail"]);
    assert_eq!(keys(&["--runnable"]), ["Detections/mail", "page#1"]);
    assert_eq!(keys(&["--find", "T1078"])[0], "logons");
    let query = run(&sandbox, &["hunts", "--library", "lib", "Detections/mail"]);
    assert!(String::from_utf8_lossy(&query.stdout).starts_with("OfficeActivity\n| where"));
}

#[test]
fn a_sweep_tells_what_came_of_each_rule() {
    let sandbox = sandbox();
    let output = run(&sandbox, &["sweep", "lib", "--sample", "--days", "3", "--format", "jsonl"]);
    // One text makes no sense.
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = lines(&output);
    let row = |key: &str| rows.iter().find(|row| row["Rule"] == key).expect(key);
    assert_eq!(row("Detections/mail")["State"], "ran");
    let days = row("Detections/mail")["Days"].as_array().expect("is a list").clone();
    assert_eq!((days.len(), &days[2]), (3, &row("Detections/mail")["Hits"]));
    assert_eq!(row("logons")["State"], "no table");
    assert_eq!(row("logons")["Problem"], "needs SigninLogs");
    let wrong = row("page#2")["Problem"].as_str().expect("is text");
    assert!(wrong.starts_with("1:"), "{wrong}");
    // A rule sees two days, and a day's clock is its end.
    let count = |from: &str, to: &str| {
        let kql = format!(
            "OfficeActivity | where Operation == 'New-InboxRule' | where TimeGenerated between (datetime({from}) .. datetime({to})) | count"
        );
        lines(&run(&sandbox, &["query", "--sample", "--format", "jsonl", &kql]))[0]["Count"].as_u64()
    };
    assert_eq!(days[2].as_u64(), count("2026-05-12T12:00", "2026-05-14T12:00"));
    assert_eq!(days[0].as_u64(), count("2026-05-10T12:00", "2026-05-12T12:00"));
    assert!(days[2].as_u64() > Some(0));
    let hits = run(&sandbox, &["sweep", "lib/Detections", "--sample", "--exit-code"]);
    assert_eq!(hits.status.code(), Some(1));
    let none = run(&sandbox, &["sweep", "nowhere", "--sample"]);
    assert_eq!(none.status.code(), Some(66));
}

#[test]
fn hits_of_any_day_are_hits() {
    let sandbox = sandbox();
    let kql =
        "OfficeActivity | where TimeGenerated > ago(1d) and TimeGenerated < datetime(2026-05-13T12:00:00Z)";
    fs::create_dir(sandbox.path().join("early")).expect("makes it");
    fs::write(sandbox.path().join("early/early.kql"), kql).expect("writes");
    let early = run(&sandbox, &["sweep", "early", "--sample", "--days", "3", "--exit-code"]);
    assert_eq!(early.status.code(), Some(1));
    let said = String::from_utf8_lossy(&early.stderr);
    assert!(said.contains("1 ran, 1 of them with hits"), "{said}");
}

#[test]
fn a_sweep_of_no_rule_says_what_there_is() {
    let sandbox = sandbox();
    let refused = |arguments: &[&str], said: &str| {
        let output = run(&sandbox, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains(said), "{message}");
    };
    refused(
        &["sweep", "lib", "--sample", "--tactic", "Exfil"],
        "no hunt is of the tactic 'Exfil'; there are ",
    );
    refused(&["sweep", "lib", "--sample", "--tactic", "Exfil"], "DefenseEvasion");
    fs::create_dir(sandbox.path().join("empty")).expect("makes it");
    refused(&["sweep", "empty", "--sample"], "there is no hunt in empty; hunts are files of yaml, yml, kql");
}

#[test]
fn a_rule_without_its_watchlist_has_not_failed() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path().join("lib");
    fs::create_dir_all(&folder).expect("makes it");
    let query = "OfficeActivity | where UserId in ((_GetWatchlist('Leavers') | project SearchKey)) | count";
    fs::write(folder.join("leavers.yaml"), format!("id: 198366e64863\nname: Leavers\nquery: |\n  {query}\n"))
        .expect("writes");
    let sweep = |more: &[&str]| {
        let arguments = ["sweep", "lib", "--sample", "--days", "1", "--format", "jsonl"];
        let output = run(&sandbox, &[&arguments, more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let row = lines(&output).remove(0);
        (row["State"].clone(), row["Problem"].clone(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (state, problem, said) = sweep(&[]);
    assert_eq!((state.as_str(), problem.as_str()), (Some("no file"), Some("needs the watchlist 'Leavers'")));
    assert!(said.contains("1 without their files, 0 wrong, 0 failed"), "{said}");
    let lists = sandbox.path().join("lists/watchlists");
    fs::create_dir_all(&lists).expect("makes it");
    fs::write(lists.join("Leavers.csv"), "User\nnobody@example.com\n").expect("writes");
    assert_eq!(sweep(&["--files", "lists"]).0, "ran");
}

#[test]
fn a_sweep_after_the_end_of_the_data_says_where_they_end() {
    let sandbox = sandbox();
    let arguments = ["sweep", "lib/Detections", "--sample", "--days", "2", "--now", "2026-08-01T00:00:00Z"];
    let output = run(&sandbox, &arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| line.contains("OfficeActivity has no rows")).expect("is said");
    assert!(line.contains("from 2026-07-30T00:00:00Z on: its newest is of 2026-05-1"), "{line}");
    let newest = line.split("--now ").nth(1).and_then(|rest| rest.split(' ').next()).expect("is named");
    let there = run(&sandbox, &["sweep", "lib/Detections", "--sample", "--days", "2", "--now", newest]);
    assert!(!String::from_utf8_lossy(&there.stderr).contains("OfficeActivity has no rows"));
}

#[test]
fn a_replay_of_data_that_were_moved_says_how_to_name_them() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path().join("seen.csv"), "Account,Port\nwren,443\n").expect("writes");
    let done = |arguments: &[&str]| {
        let output = run(&sandbox, arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    done(&["ingest", "--db", "then.duckdb", "--table", "Seen", "seen.csv"]);
    done(&["query", "--db", "then.duckdb", "--format", "csv", "-o", "hits.csv", "Seen | count"]);
    fs::rename(sandbox.path().join("then.duckdb"), sandbox.path().join("now.duckdb")).expect("moves");
    let lost = run(&sandbox, &["replay", "hits.csv.meta.json"]);
    let said = String::from_utf8_lossy(&lost.stderr);
    assert_eq!(lost.status.code(), Some(66), "{said}");
    assert!(said.contains("then.duckdb'; --db FILE says where they are now"), "{said}");
    assert!(done(&["replay", "--db", "now.duckdb", "hits.csv.meta.json"]).contains("1 row: the same"));
}

/// Begins a sweep, and stops it when as many rules are kept as done.
fn stopped_sweep(sandbox: &Sandbox, arguments: &[&str], kept: usize) {
    let mut command: Command = sandbox.command("kqlhunt");
    let mut child =
        command.args(arguments).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
    let started = Instant::now();
    // The first line is the clock.
    while kept_lines(sandbox) < kept + 1 {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing was done");
        std::thread::sleep(Duration::from_millis(20));
    }
    // The next rule, which is not to be kept, ends meanwhile.
    std::thread::sleep(Duration::from_millis(500));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("signals");
    assert_eq!(child.wait().expect("ends").code(), Some(130));
}

/// The lines of all sweeps that were stopped.
fn kept_lines(sandbox: &Sandbox) -> usize {
    let files = fs::read_dir(sandbox.path().join(".cache/kqlhunt/sweep")).into_iter().flatten().flatten();
    files.map(|file| fs::read_to_string(file.path()).unwrap_or_default().lines().count()).sum()
}

const SLOW: &str = "range x from 1 to 5000000000 step 1 | where hash_sha256(tostring(x)) == 'no' | count";

#[test]
fn a_sweep_that_is_stopped_goes_on() {
    let sandbox = sandbox();
    for at in 0..4 {
        fs::write(sandbox.path().join(format!("lib/z{at}.kql")), SLOW).expect("writes");
    }
    let arguments = ["sweep", "lib", "--sample", "--days", "1", "--jobs", "1"];
    stopped_sweep(&sandbox, &arguments, 3);
    for at in 0..4 {
        fs::remove_file(sandbox.path().join(format!("lib/z{at}.kql"))).expect("removes");
    }
    let output = run(&sandbox, &arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("3 of 4 rules were done before"), "{said}");
    assert_eq!(kept_lines(&sandbox), 0, "a sweep that came to its end leaves nothing");
}

#[test]
fn a_sweep_that_goes_on_reads_files_again() {
    let sandbox = Sandbox::new();
    let write = |name: &str, text: &str| {
        let path = sandbox.path().join(name);
        fs::create_dir_all(path.parent().expect("is in a folder")).expect("makes it");
        fs::write(path, text).expect("writes");
    };
    write("lib/a.kql", "print Known = 1");
    write("lib/b.kql", "Named()");
    write("lib/c.kql", "_GetWatchlist('Leavers') | project User");
    write("lib/d.kql", &format!("_GetWatchlist('Leavers') | take 1 | extend n = toscalar({SLOW})"));
    write("functions/Named.kql", "print Name = 'one'");
    write("lists/watchlists/Leavers.csv", "User\nwren\n");
    let places = ["--files", "lists", "--functions", "functions"];
    let arguments = [&["sweep", "lib", "--sample", "--days", "1", "--jobs", "1"], &places[..]].concat();
    stopped_sweep(&sandbox, &arguments, 2);
    fs::remove_file(sandbox.path().join("lib/d.kql")).expect("removes");
    write("lists/watchlists/Leavers.csv", "User\nwren\nrobin\n");
    let hits = |rule: &str| {
        let output = run(&sandbox, &[&arguments[..], &["--format", "jsonl"]].concat());
        lines(&output).iter().find(|row| row["Rule"] == rule).expect("is listed")["Hits"].clone()
    };
    assert_eq!(hits("c"), 2, "a watchlist");
    write("lib/d.kql", SLOW);
    stopped_sweep(&sandbox, &arguments, 2);
    fs::remove_file(sandbox.path().join("lib/d.kql")).expect("removes");
    write("functions/Named.kql", "range Name from 1 to 3 step 1");
    assert_eq!(hits("b"), 3, "a stored function");
}

#[test]
fn coverage_counts_techniques_and_writes_a_layer() {
    let sandbox = sandbox();
    let output = run(&sandbox, &["coverage", "lib", "--sample", "--hits", "--format", "jsonl"]);
    let told: Vec<String> = lines(&output)
        .iter()
        .map(|row| {
            format!(
                "{} {} {} {} {}",
                row["Tactic"], row["Technique"], row["Rules"], row["Runnable"], row["WithHits"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "\"InitialAccess\" \"T1078\" 1 0 0",
            "\"DefenseEvasion\" \"T1564.008\" 1 1 1",
            "\"Collection\" \"T1530\" 2 1 1",
        ]
    );
    let layer = run(&sandbox, &["coverage", "lib", "--sample", "--format", "navigator"]);
    let layer: Json = serde_json::from_slice(&layer.stdout).expect("is JSON");
    assert_eq!(layer["techniques"].as_array().map(Vec::len), Some(3));
}

#[test]
fn hunts_of_folders_are_found_and_all_are_run() {
    let home = Arc::new(tempfile::tempdir().expect("makes a folder"));
    let library = home.path().join("lib");
    fs::create_dir(&library).expect("makes it");
    fs::write(library.join("logons.kql"), "// Logons from afar\nSigninLogs | count\n").expect("makes it");
    fs::write(library.join("broken.yaml"), "query: [\n").expect("makes it");
    let arguments = ["--sample", "--library", library.to_str().expect("is text")];
    let mut terminal = Terminal::ready(Setup { arguments: &arguments, home: Some(home), ..Setup::default() });
    terminal.wait("broken.yaml");
    terminal.send("\x1bOR");
    terminal.wait("5 hunts");
    terminal.wait("! no SigninLogs");
    terminal.send("\x1b");
    terminal.wait_until("the list goes", |screen| !screen.contains("5 hunts"));
    terminal.send("\x0f");
    terminal.send("gS");
    terminal.wait("Sweep  5 hunts  4 hit  1 no table  0 wrong");
    terminal.wait("needs SigninLogs");
    terminal.send("\r");
    terminal.wait("F5 runs it");
    terminal.send("\x11");
    assert_eq!(terminal.end().exit_code(), 0);
}
