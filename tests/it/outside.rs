//! What queries name outside of the database: read from the folders that the user names, from nowhere else,
//! and never taken for empty.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::TempDir;

use crate::sandbox::Sandbox;

/// Rules in the form of ua-parser's, for what hunters see.
const USER_AGENT_RULES: &str = r"user_agent_parsers:
  - regex: '(Edg)/(\d+)\.(\d+)'
    family_replacement: 'Edge'
  - regex: '(python-requests)/(\d+)\.(\d+)\.(\d+)'
os_parsers:
  - regex: '(Windows) NT (\d+)\.(\d+)'
device_parsers:
  - regex: '; *(Pixel \d)'
    regex_flag: 'i'
    device_replacement: '$1'
    brand_replacement: 'Google'
    model_replacement: '$1'
";

/// A folder with `files`, `functions` and something beside them that no query may reach.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("makes");
        fs::write(path, text).expect("writes");
    };
    write("secret.csv", "Ip\n10.0.0.1\n");
    write("secret.kql", "print 'secret'");
    write("files/feeds.example/lists/bad.csv", "Ip,Seen,Score\n192.0.2.1,2026-05-01,7\n192.0.2.2,soon,x\n");
    write("files/fees.csv", "79228162514264337593543950335.5\n-2.5e3\nNaN\n");
    write("files/hosts.txt", "# hosts\nws1\n\nws2\n");
    write(
        "files/watchlists/Vips.csv",
        "Upn,Role\nadele@example.com,Admin\nbob@example.com,\"a, \"\"b\"\"\"\n",
    );
    write("files/watchlists/Keyed.csv", "Name,Sid\nadele,S-1-5\n");
    write("files/watchlists/Keyed.key", "Sid\n");
    write("files/watchlists/Torn.csv", "A,B\n1\n");
    write("files/geo.csv", "network,country,city,latitude\n192.0.2.0/24,Norway,Oslo,59.9\n");
    write("files/regexes.yaml", USER_AGENT_RULES);
    write(
        "functions/Doubled.kql",
        "// Twice the score.\nlet Doubled = (T:(Score:long), times:long = 2) {\n  T | extend Score = Score * times\n};\n",
    );
    write("functions/Cidr.kql", "// parameters: ip:string, bits:int = 32\nstrcat(ip, '/', tostring(bits))\n");
    write("functions/Hosts.kql", "externaldata(Host:string)['hosts.txt'] with (ignoreFirstRecord=true)\n");
    write("functions/Wrong.kql", "print a = 1\n| where Nope == 1\n");
    write("functions/Broken.kql", "print a = \n");
    write(
        "functions/Kept.kql",
        ".create-or-alter function with (folder=\"hunts\") Kept(n:long) {\n  print n = n\n  | where Nope == 1\n}\n",
    );
    write("functions/Left.kql", "Right() | count\n");
    write("functions/Right.kql", "Left() | count\n");
    folder
}

fn kqlhunt(folder: &Path, arguments: &[&str]) -> Output {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command("kqlhunt");
    command.arg("--sample").arg("--files").arg(folder.join("files"));
    command.arg("--functions").arg(folder.join("functions")).args(arguments);
    command.output().expect("runs")
}

fn rows(folder: &Path, kql: &str) -> String {
    let output = kqlhunt(folder, &["query", "--format", "csv", kql]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{kql}: {said}");
    let text = String::from_utf8(output.stdout).expect("is text");
    text.lines().skip(1).collect::<Vec<_>>().join("|").trim_start_matches('\u{feff}').to_owned()
}

/// The exit code of a query that gives nothing, and what it says.
fn refused(folder: &Path, kql: &str) -> (i32, String) {
    let output = kqlhunt(folder, &["query", kql]);
    assert!(output.stdout.is_empty(), "{kql}: {}", String::from_utf8_lossy(&output.stdout));
    let said = String::from_utf8(output.stderr).expect("is text").replace(&folder.display().to_string(), "F");
    (output.status.code().expect("ends"), said)
}

#[test]
fn a_url_is_a_file_of_the_folder() {
    let folder = folder();
    let kql = "externaldata(Ip:string, Seen:datetime, Score:long)[h@'https://feeds.example/lists/bad.csv?sv=1'] \
        with (format='csv', ignoreFirstRecord=True)";
    assert_eq!(rows(folder.path(), kql), "192.0.2.1,2026-05-01T00:00:00Z,7|192.0.2.2,,");
    let bare =
        "let H = externaldata(Host:string)['https://other.example/a/hosts.txt']; H | where Host !has '#'";
    assert_eq!(rows(folder.path(), bare), "ws1|ws2");
    let fees = "externaldata(Fee:decimal)['https://other.example/fees.csv'] | project Fee, Fee * 2";
    assert_eq!(
        rows(folder.path(), fees),
        "79228162514264337593543950335.5,158456325028528675187087900671|-2500,-5000|,"
    );
    assert_eq!(rows(folder.path(), "Hosts() | join kind=inner (Hosts) on Host | count"), "2");
}

#[test]
fn a_missing_file_is_said_and_nothing_runs() {
    let folder = folder();
    let kql = "externaldata(Ip:string)['https://feeds.example/none.csv'] | count";
    let (code, said) = refused(folder.path(), kql);
    assert_eq!(code, 66);
    assert!(said.contains("error[KH006]") && said.contains("https://feeds.example/none.csv"), "{said}");
    assert!(said.contains("F/files/feeds.example/none.csv or F/files/none.csv"), "{said}");
    let checked = kqlhunt(folder.path(), &["check", kql]);
    assert_eq!(checked.status.code(), Some(0));
    let said = String::from_utf8(checked.stdout).expect("is text");
    assert!(said.contains("warning[KH006]") && said.contains("Count: long"), "{said}");
    // What no result needs is not asked for.
    let unused = "let L = externaldata(Ip:string)['https://feeds.example/none.csv']; print 1";
    assert_eq!(rows(folder.path(), unused), "1");
}

#[test]
fn no_name_and_no_link_leaves_the_folder() {
    let folder = folder();
    let files = folder.path().join("files");
    symlink(folder.path().join("secret.csv"), files.join("linked.csv")).expect("links");
    symlink(folder.path(), files.join("up")).expect("links");
    symlink(folder.path().join("secret.csv"), files.join("watchlists/Linked.csv")).expect("links");
    let secret = folder.path().join("secret.csv").display().to_string();
    for uri in [
        "../secret.csv",
        "https://feeds.example/../../secret.csv",
        "https://../secret.csv",
        "https://feeds.example/%2e%2e/%2e%2e/secret.csv",
        "https://feeds.example/..%2f..%2fsecret.csv",
        "linked.csv",
        "https://feeds.example/linked.csv",
        "up/secret.csv",
        secret.as_str(),
    ] {
        let (code, said) = refused(folder.path(), &format!("externaldata(Ip:string)[@'{uri}']"));
        assert_eq!(code, 66, "{uri}: {said}");
    }
    for alias in ["../../secret", "Linked", "..", "/etc/hostname", "watchlists/../../secret", ""] {
        let (code, said) = refused(folder.path(), &format!("_GetWatchlist(@'{alias}')"));
        assert!([3, 66].contains(&code), "{alias}: {said}");
        assert!(!said.contains("10.0.0.1"), "{said}");
    }
    symlink(folder.path().join("secret.kql"), folder.path().join("functions/Linked.kql")).expect("links");
    let (code, said) = refused(folder.path(), "Linked()");
    assert_eq!(code, 3);
    assert!(said.contains("link out of the folder"), "{said}");
}

#[test]
fn a_watchlist_has_its_own_columns() {
    let folder = folder();
    let kql = "_GetWatchlist('Vips') | project SearchKey, Upn, Role, tostring(WatchlistItem.Role)";
    assert_eq!(
        rows(folder.path(), kql),
        "adele@example.com,adele@example.com,Admin,Admin|bob@example.com,bob@example.com,\"a, \"\"b\"\"\",\"a, \"\"b\"\"\""
    );
    assert_eq!(rows(folder.path(), "_GetWatchlist('Keyed') | project SearchKey"), "S-1-5");
    assert_eq!(rows(folder.path(), "_GetWatchlistAlias() | sort by WatchlistAlias asc"), "Keyed|Torn|Vips");
    let (code, said) = refused(folder.path(), "_GetWatchlist('Vips') | where Departement == 'x'");
    assert_eq!(code, 3);
    assert!(said.contains("unknown column 'Departement'"), "{said}");
    let (code, said) = refused(folder.path(), "_GetWatchlist('Torn')");
    assert_eq!(code, 66);
    assert!(said.contains("line 2: it has 1 fields, the header 2"), "{said}");
}

#[test]
fn a_watchlist_that_is_not_there_is_checked_and_not_run() {
    let folder = folder();
    let kql = "OfficeActivity | where UserId in~ ((_GetWatchlist('Admins') | project Upn)) \
        | join kind=leftouter (_GetWatchlist('Admins') | where Role has 'x') on $left.UserId == $right.Upn \
        | project UserId, Role, Team";
    let checked = kqlhunt(folder.path(), &["check", kql]);
    let said = String::from_utf8(checked.stdout).expect("is text");
    assert!(
        said.contains("F/files/watchlists/Admins.csv") || said.contains("watchlists/Admins.csv"),
        "{said}"
    );
    assert!(said.contains("UserId: string") && said.contains("Team: unknown"), "{said}");
    assert_eq!(refused(folder.path(), kql).0, 66);
    let kinds = "let A = _GetWatchlist('Admins'); A | summarize Last = take_any(Seen), Teams = make_set(Team) by Role \
        | join kind=inner A on Role | project Role, Last, Teams, Team, Text = tostring(Team), Cut = split(Team, ' '), \
        Some = iff(isempty(Role), Team, 'none')";
    let checked = kqlhunt(folder.path(), &["check", kinds]);
    let said = String::from_utf8(checked.stdout).expect("is text");
    let columns = "Role: unknown\nLast: unknown\nTeams: dynamic\nTeam: unknown\nText: string\nCut: dynamic\nSome: unknown\n";
    assert!(said.ends_with(columns), "{said}");
}

#[test]
fn on_empty_tables_what_is_missing_is_empty_and_said() {
    let folder = folder();
    fs::remove_file(folder.path().join("files/geo.csv")).expect("removes");
    let schema = folder.path().join("tables.json");
    fs::write(&schema, r#"{"SigninLogs": [["UserId", "string"], ["IPAddress", "string"]]}"#).expect("writes");
    let sandbox = Sandbox::new();
    let query = |kql: &str| {
        let mut command = sandbox.command("kqlhunt");
        command
            .arg("--files")
            .arg(folder.path().join("files"))
            .args(["query", "--format", "csv", "--schema"]);
        let output = command.arg(&schema).arg(kql).output().expect("runs");
        let text = |bytes| String::from_utf8(bytes).expect("is text");
        (output.status.code(), text(output.stdout).replace(['\u{feff}', '\r'], ""), text(output.stderr))
    };
    let missing = "let Bad = externaldata(Ip:string, Seen:datetime)['https://feeds.example/none.csv']; \
        SigninLogs | where IPAddress in ((Bad | project Ip)) | join kind=inner _GetWatchlist('Admins') on $left.UserId == $right.Upn \
        | union (print Place = geo_info_from_ip_address('192.0.2.7'), Bad = toscalar(Bad | count), \
            Admins = toscalar(_GetWatchlist('Admins') | where Role has 'x' | count)) \
        | project isnull(Place), Bad, Admins";
    let (code, rows, said) = query(missing);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(rows, "Column1,Bad,Admins\ntrue,0,0\n", "{said}");
    assert_eq!(said.matches("warning[KH006]").count(), 3, "{said}");
    // What is there is read.
    let (_, rows, said) = query("externaldata(Host:string)['hosts.txt'] | count");
    assert_eq!((rows.as_str(), said.contains("KH006")), ("Count\n3\n", false), "{said}");
    let (code, _, said) = query("_GetWatchlist('Torn')");
    assert_eq!(code, Some(66), "{said}");
}

#[test]
fn functions_of_a_folder_are_callable() {
    let folder = folder();
    assert_eq!(rows(folder.path(), "print Score = 4 | invoke Doubled()"), "8");
    assert_eq!(rows(folder.path(), "Doubled((print Score = 4), times = 5)"), "20");
    assert_eq!(
        rows(folder.path(), "print Cidr('192.0.2.1'), Cidr('192.0.2.0', 24)"),
        "192.0.2.1/32,192.0.2.0/24"
    );
    let own = "let Cidr = (ip:string) { 'mine' }; print Cidr('192.0.2.1')";
    assert_eq!(rows(folder.path(), own), "mine");
}

#[test]
fn mistakes_in_a_function_name_its_file_and_place() {
    let folder = folder();
    for (kql, wanted) in [
        ("print 1 | extend b = 1; Wrong()", "F/functions/Wrong.kql:2:9: unknown column 'Nope'"),
        ("Broken()", "F/functions/Broken.kql:1:10"),
        ("Kept(1)", "F/functions/Kept.kql:3:11: unknown column 'Nope'"),
        ("Left()", "circle: Left, Right, Left"),
    ] {
        let (code, said) = refused(folder.path(), kql);
        assert_eq!(code, 3, "{said}");
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn addresses_have_places_when_a_file_says_so() {
    let folder = folder();
    let kql = "print geo_info_from_ip_address('192.0.2.7'), isnull(geo_info_from_ip_address('10.0.0.1'))";
    assert_eq!(
        rows(folder.path(), kql),
        "\"{\"\"country\"\":\"\"Norway\"\",\"\"city\"\":\"\"Oslo\"\",\"\"latitude\"\":59.9}\",true"
    );
    fs::remove_file(folder.path().join("files/geo.csv")).expect("removes");
    let (code, said) = refused(folder.path(), kql);
    assert_eq!(code, 66);
    assert!(said.contains("--geo FILE"), "{said}");
}

#[test]
fn rows_are_numbered_in_the_order_of_what_files_say() {
    let folder = folder();
    let numbered = |value: &str| {
        format!(
            "print Value = pack_array('192.0.2.7', '10.0.0.1') | mv-expand Value to typeof(string)
            | extend Key = tostring({value}) | sort by Key desc
            | project Number = row_number(), Key, Before = prev(Key) | where Number == 2 | project strlen(Before) > strlen(Key)"
        )
    };
    assert_eq!(rows(folder.path(), &numbered("geo_info_from_ip_address(Value).city")), "true");
    let agent = "parse_user_agent(iff(Value startswith '10', 'curl', 'python-requests/2.31.0'), 'browser').Browser.Family";
    assert_eq!(rows(folder.path(), &numbered(agent)), "true");
}

#[test]
fn user_agents_are_read_by_the_rules_of_a_file() {
    let folder = folder();
    let kql = "let Seen = datatable(Agent:string)['Mozilla/5.0 (Windows NT 10.0; Win64) Edg/125.3', \
            'python-requests/2.31.0', 'curl'];
        Seen | project Browser = tostring(parse_user_agent(Agent, 'browser'))
        | union (print Browser = tostring(parse_user_agent('Edg/1.2 (Windows NT 10.0; pixel 9)', dynamic(['os', 'device']))))";
    let said = [
        "Browser",
        r#"{"Browser":{"Family":"Edge","MajorVersion":"125","MinorVersion":"3","Patch":""}}"#,
        r#"{"Browser":{"Family":"python-requests","MajorVersion":"2","MinorVersion":"31","Patch":"0"}}"#,
        r#"{"Browser":{"Family":"Other","MajorVersion":"","MinorVersion":"","Patch":""}}"#,
        "{\"OperatingSystem\":{\"Family\":\"Windows\",\"MajorVersion\":\"10\",\"MinorVersion\":\"0\",\"Patch\":\"\",\
            \"PatchMinor\":\"\"},\"Device\":{\"Family\":\"pixel 9\",\"Brand\":\"Google\",\"Model\":\"pixel 9\"}}",
    ];
    let output = kqlhunt(folder.path(), &["query", "--format", "tsv", kql]);
    let text = String::from_utf8(output.stdout).expect("is text").replace(['\u{feff}', '\r'], "");
    let cell = |line: &str| line.trim_start_matches('"').replace("}}\"", "}}").replace("\"\"", "\"");
    let cells: Vec<String> = text.lines().map(cell).collect();
    assert_eq!(cells, said, "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_file(folder.path().join("files/regexes.yaml")).expect("removes");
    let (code, said) = refused(folder.path(), kql);
    assert_eq!(code, 66);
    assert!(said.contains("regexes.yaml"), "{said}");
}

#[test]
fn a_file_that_changes_is_read_anew() {
    let folder = folder();
    let sandbox = Sandbox::new();
    let mut command = sandbox.command("kqlhunt");
    command.args(["query", "--sample", "--serve", "--files"]).arg(folder.path().join("files"));
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = pipes.spawn().expect("runs");
    let (mut input, output) = (child.stdin.take().expect("is piped"), child.stdout.take().expect("is piped"));
    let mut lines = BufReader::new(output).lines();
    let mut ask = |kql: &str| {
        writeln!(input, "{{\"id\":1,\"kql\":\"{kql}\"}}").expect("writes");
        lines.next().expect("an answer").expect("is text")
    };
    let hosts = "externaldata(Host:string)['hosts.txt'] | count";
    assert!(ask(hosts).contains("[[3]]"));
    assert!(ask(hosts).contains("[[3]]"));
    fs::write(folder.path().join("files/hosts.txt"), "ws1\n").expect("writes");
    assert!(ask(hosts).contains("[[1]]"));
    let watchlist =
        "_GetWatchlist('Vips') | where Upn has 'adele' | evaluate bag_unpack(WatchlistItem, 'Item_')";
    assert!(ask(watchlist).contains("Item_Role"));
    fs::remove_file(folder.path().join("files/hosts.txt")).expect("removes");
    let answer = ask(hosts);
    assert!(answer.contains("\"ok\":false") && answer.contains("not supplied"), "{answer}");
    drop(input);
    child.wait().expect("ends");
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let sandbox = Sandbox::new();
    let output = sandbox
        .command("kqlhunt")
        .args(["--files", "nowhere", "query", "--sample", "print 1"])
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(66));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--files: nowhere is no folder"));
}
