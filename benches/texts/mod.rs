//! The texts whose translation is measured: the shipped hunts, and queries longer than people write.

use std::fmt::Write;

/// A name and a text: each shipped hunt, then the generated ones.
pub fn all() -> Vec<(String, String)> {
    let hunts = kqlhunt::hunt::pack::shipped().expect("the shipped hunts are read by tests");
    let mut texts: Vec<(String, String)> = hunts.into_iter().map(|hunt| (hunt.key, hunt.query)).collect();
    texts.push(("forty-operators".into(), forty_operators()));
    texts.push(("three-hundred-lines".into(), three_hundred_lines()));
    texts
}

/// One pipeline of 40 operators, of the families that hunts are made of.
pub fn forty_operators() -> String {
    let mut text = String::from("OfficeActivity\n| where TimeGenerated > ago(14d)\n");
    for at in 0..6 {
        let lines = [
            format!(
                "| where Operation !in ('UserLoggedIn{at}', 'Search{at}') and UserId !startswith 'svc{at}-'"
            ),
            format!(
                "| extend Domain{at} = tostring(split(UserId, '@')[1]), Hour{at} = bin(TimeGenerated, {}h)",
                at + 1
            ),
            format!("| extend Local{at} = ClientIP startswith '10.{at}.'"),
            format!("| where Domain{at} != '' or not(Local{at})"),
            format!(
                "| extend Score{at} = iff(ClientIP has '203.0.113.{at}', 2, 0) + iff(Operation endswith 'Rule', 1, 0)"
            ),
            format!("| project-away Domain{at}"),
        ];
        lines.iter().for_each(|line| writeln!(text, "{line}").expect("a String takes everything"));
    }
    text.push_str(
        "| summarize Hits = count(), Score = sum(Score0 + Score5), Seen = max(TimeGenerated) by UserId, Hour0\n\
         | where Hits > 3\n| top 100 by Score\n",
    );
    text
}

/// A text of 300 lines: scalar lets, a function, tables that join each other, and a pipeline of 40 operators.
pub fn three_hundred_lines() -> String {
    let mut text = String::from(
        "let Bare = (Field: string) { tolower(extract(@'^\\[?([0-9A-Fa-f:.]+)\\]?$', 1, Field)) };\n",
    );
    for at in 0..22 {
        let lines = [
            format!("let Over{at} = {}h;", at + 1),
            format!("let Part{at} = OfficeActivity"),
            format!("    | where TimeGenerated > ago(Over{at})"),
            format!(
                "    | where Operation in~ ('FileDownloaded', 'MailItemsAccessed', 'New-InboxRule', 'Rule{at}')"
            ),
            format!("    | extend Address{at} = Bare(ClientIP), Day = bin(TimeGenerated, 1d)"),
            format!("    | where isnotempty(Address{at}) and UserId !endswith '.onmicrosoft.com'"),
            format!(
                "    | extend Kind{at} = case(Operation has 'File', 'file', Operation has 'Mail', 'mail', 'rule')"
            ),
            "    // One row for each account and day.".to_owned(),
            format!(
                "    | summarize Hits{at} = count(), First{at} = min(TimeGenerated), Kinds{at} = make_set(Kind{at}, 5)"
            ),
            "        by UserId, Day".to_owned(),
            format!("    | where Hits{at} > {at};"),
        ];
        lines.iter().for_each(|line| writeln!(text, "{line}").expect("a String takes everything"));
    }
    text.push_str(&forty_operators());
    for at in 0..15 {
        writeln!(text, "| join kind=leftouter Part{at} on UserId").expect("a String takes everything");
        if at == 10 {
            text.push_str("| project-away Day*\n");
        }
    }
    text
}
