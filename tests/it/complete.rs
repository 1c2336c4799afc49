//! What completion offers: texts with the cursor as `‸`, and the items. `tests/ide/completion.txt` holds one
//! after the other; `UPDATE=1` rewrites what is offered.
//!
//! ```text
//! --- a title
//! OfficeActivity | where Us‸
//! ==> column 3: UserId UserKey UserType; function 1: user_...
//! ```
//!
//! Items are those that fit what is typed, by their kinds, the best first. The columns are those of the
//! known tables; of the data there is known what [`learned`] says.

use std::fs;
use std::sync::Arc;

use kqlhunt::catalog::clauses::{SHAPES, SPECIAL, Values};
use kqlhunt::catalog::tables::schema;
use kqlhunt::compile::{Options, check};
use kqlhunt::diag::any_error;
use kqlhunt::facts::Outside;
use kqlhunt::ide::complete::{Ask, Completer, Completion, Kind, Learned, Source};

const SHOWN: usize = 6;

fn learned() -> Learned {
    let source = |table: &str, column: &str, path: &[&str]| Source {
        table: table.into(),
        column: column.into(),
        path: path.iter().map(|part| (*part).to_owned()).collect(),
    };
    let mut learned = Learned::default();
    let values = vec![
        ("MailItemsAccessed".to_owned(), 812),
        ("New-InboxRule \"x\"".to_owned(), 1),
        ("C:\\temp's".to_owned(), 1),
    ];
    learned.values.insert(source("OfficeActivity", "Operation", &[]), values);
    let workloads = vec![("Exchange".to_owned(), 41)];
    learned.values.insert(source("CloudAppEvents", "RawEventData", &["Workload"]), workloads);
    let paths = ["Workload", "Folders.Id", "Folders.FolderItems", "odd name"];
    let paths = paths.iter().map(|path| path.split('.').map(str::to_owned).collect()).collect();
    learned.paths.insert(source("CloudAppEvents", "RawEventData", &[]), paths);
    learned
}

fn complete(text: &str) -> Completion {
    let cursor = text.find('‸').expect("a cursor");
    let text = text.replacen('‸', "", 1);
    let watchlists = [
        ("Vips", Ok(vec!["User".to_owned(), "Team".to_owned()])),
        ("Bad Hosts", Err("it is gone".to_owned())),
    ];
    let outside = Outside {
        files: true,
        watchlists: watchlists.map(|(alias, columns)| (alias.to_owned(), columns)).into(),
        paths: vec!["feeds.example/bad.csv".to_owned(), "lists/vpn.txt".to_owned()],
        ..Outside::default()
    };
    let options = Options { now: 639_143_568_000_000_000, outside: Arc::new(outside), ..Options::default() };
    Completer::default().complete(&text, cursor, &schema(), &options, &learned())
}

fn shown(completion: &Completion) -> String {
    let mut kinds: Vec<(Kind, Vec<&str>)> = Vec::new();
    for at in completion.ranked() {
        let item = &completion.items[at];
        match kinds.iter_mut().find(|(kind, _)| *kind == item.kind) {
            Some((_, labels)) => labels.push(&item.label),
            None => kinds.push((item.kind, vec![&item.label])),
        }
    }
    let parts: Vec<String> = kinds
        .iter()
        .map(|(kind, labels)| {
            let more = if labels.len() > SHOWN { " ..." } else { "" };
            let first = &labels[..labels.len().min(SHOWN)];
            format!("{} {}: {}{more}", kind.name(), labels.len(), first.join(" "))
        })
        .collect();
    match (&completion.asks, parts.is_empty()) {
        (Some(Ask::Values(of)), _) => format!("asks for values of {}.{} {:?}", of.table, of.column, of.path),
        (Some(Ask::Paths(of)), _) => format!("asks for properties of {}.{}", of.table, of.column),
        (None, true) => "nothing".to_owned(),
        (None, false) => parts.join("; "),
    }
}

#[test]
fn completion_offers_what_the_place_takes() {
    let path = crate::project("tests/ide/completion.txt");
    let file = fs::read_to_string(&path).expect("reads");
    let (mut made, mut wrong) = (String::new(), Vec::new());
    let mut cases = 0;
    for block in file.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let (query, given) = match block.split_once("\n==>") {
            Some((query, given)) => (query, given.trim()),
            None => (block.trim_end(), ""),
        };
        let text = query.split_once('\n').map_or("", |(_, text)| text);
        let gives = shown(&complete(text));
        if gives != given {
            wrong.push(format!("{query}\n  expected {given}\n  gives    {gives}"));
        }
        made.push_str(&format!("{}\n==> {gives}\n\n", query.trim_end()));
        cases += 1;
    }
    if std::env::var_os("UPDATE").is_some() {
        return fs::write(&path, made.trim_end().to_owned() + "\n").expect("writes");
    }
    assert!(cases >= 60, "{cases} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a choice makes of a text, the new cursor as `‸`.
fn chosen(text: &str, label: &str) -> String {
    let completion = complete(text);
    let item = completion.items.iter().find(|item| item.label == label);
    let item = item.unwrap_or_else(|| panic!("{label} is not offered in {text}: {}", shown(&completion)));
    let text = text.replacen('‸', "", 1);
    let (start, end) = (completion.span.start as usize, completion.span.end as usize);
    let keep = item.insert.chars().count() - item.back;
    let at = item.insert.char_indices().nth(keep).map_or(item.insert.len(), |(at, _)| at);
    format!("{}{}‸{}{}", &text[..start], &item.insert[..at], &item.insert[at..], &text[end..])
}

#[test]
fn a_choice_replaces_the_word_at_the_cursor() {
    for (text, label, made) in [
        ("OfficeActivity | wh‸", "where", "OfficeActivity | where ‸"),
        ("OfficeActivity | project-a‸", "project-away", "OfficeActivity | project-away ‸"),
        ("OfficeActivity | where Us‸erKey == 1", "UserId", "OfficeActivity | where UserId‸ == 1"),
        ("OfficeActivity | extend n = strl‸", "strlen", "OfficeActivity | extend n = strlen(‸)"),
        (
            "OfficeActivity | extend n = str‸len(UserId)",
            "strcat",
            "OfficeActivity | extend n = strcat‸(UserId)",
        ),
        ("OfficeActivity | where t == no‸", "now", "OfficeActivity | where t == now(‸)"),
        ("OfficeActivity | where UserId !h‸", "!has", "OfficeActivity | where UserId !has ‸"),
        ("OfficeActivity | join k‸", "kind", "OfficeActivity | join kind=‸"),
        (
            "CloudAppEvents | where RawEventData.‸",
            "odd name",
            "CloudAppEvents | where RawEventData.['odd name']‸",
        ),
        (
            "CloudAppEvents | where RawEventData[\"W‸\"]",
            "Workload",
            "CloudAppEvents | where RawEventData[\"Workload‸\"]",
        ),
        (
            "OfficeActivity | where Operation in (\"a\", \"New‸",
            "New-InboxRule \"x\"",
            "OfficeActivity | where Operation in (\"a\", \"New-InboxRule \\\"x\\\"‸",
        ),
        (
            "OfficeActivity | where Operation == 'New‸'",
            "New-InboxRule \"x\"",
            "OfficeActivity | where Operation == 'New-InboxRule \"x\"‸'",
        ),
        (
            "OfficeActivity | where Operation == @\"New‸\"",
            "New-InboxRule \"x\"",
            "OfficeActivity | where Operation == @\"New-InboxRule \"\"x\"\"‸\"",
        ),
        (
            "OfficeActivity | where Operation == @'C:‸'",
            "C:\\temp's",
            "OfficeActivity | where Operation == @'C:\\temp''s‸'",
        ),
        // What stands between a quote that was just opened and the next text stays.
        (
            "OfficeActivity | where Operation == \"Mail‸ and UserId == \"amy\" // now",
            "MailItemsAccessed",
            "OfficeActivity | where Operation == \"MailItemsAccessed‸ and UserId == \"amy\" // now",
        ),
        (
            "OfficeActivity | where Operation in ('‸, 'x')\n| where UserId == 'amy'",
            "MailItemsAccessed",
            "OfficeActivity | where Operation in ('MailItemsAccessed‸, 'x')\n| where UserId == 'amy'",
        ),
        (
            "OfficeActivity | where Operation == \"‸\"x\"",
            "MailItemsAccessed",
            "OfficeActivity | where Operation == \"MailItemsAccessed‸\"x\"",
        ),
        (
            "OfficeActivity | where Operation == \"Mail‸Items\" and UserId == 'amy'",
            "MailItemsAccessed",
            "OfficeActivity | where Operation == \"MailItemsAccessed‸\" and UserId == 'amy'",
        ),
    ] {
        let made = made.replace("['odd name']", "[\"odd name\"]");
        assert_eq!(chosen(text, label), made);
    }
}

/// Wherever the cursor is, completion answers and replaces what is around it.
#[test]
fn no_cursor_breaks_completion() {
    let texts = [
        "let f = (a:string, T:(x:long)) { T | where x > strlen(a) and \"é'\" has a }; OfficeActivity | invoke f(",
        "OfficeActivity | join kind=inner (ThreatIntelIndicators | where a in ('x', \"y\")) on $left.a == $right.['b c']",
        "search in (A, B) kind=x 'é' | mv-apply x = d to typeof(long) on (top 1 by x) | render timechart with (kind=",
        ")]}|;,.=..\"'```'é\u{301}[({//\n|",
    ];
    let (schema, learned) = (schema(), learned());
    for text in texts {
        for cursor in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            for text in [text, &text[..cursor]] {
                let found =
                    Completer::default().complete(text, cursor, &schema, &Options::default(), &learned);
                let (start, end) = (found.span.start as usize, found.span.end as usize);
                assert!(start <= cursor && cursor <= end && end <= text.len(), "{text} {cursor}");
                assert_eq!(text.get(start..cursor), Some(found.typed.as_str()), "{text} {cursor}");
            }
        }
    }
}

#[test]
fn functions_of_the_plan_are_called_as_they_say() {
    for row in SPECIAL {
        let (_, diagnostics) = check(row.example, &schema(), &Options::default());
        assert!(!any_error(&diagnostics) && row.doc.ends_with('.'), "{}: {diagnostics:?}", row.name);
    }
    assert!(SPECIAL.windows(2).all(|pair| pair[0].name < pair[1].name));
}

#[test]
fn parameters_take_the_values_that_are_offered() {
    let schema = schema();
    for param in SHAPES.iter().flat_map(|shape| shape.params) {
        let values = match param.values {
            Values::Words(words) => words,
            Values::Joins | Values::Column | Values::Any => continue,
        };
        for value in values.iter().filter(|_| !param.example.is_empty()) {
            let query = param.example.replace("{}", &format!("{}={value}", param.name));
            let (_, diagnostics) = check(&query, &schema, &Options::default());
            assert!(!any_error(&diagnostics), "{query}: {diagnostics:?}");
        }
        assert!(!param.example.is_empty() || param.name.starts_with("hint."), "{}", param.name);
    }
}
