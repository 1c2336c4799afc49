//! A file of KQL; what it is stands in the comments that it begins with.

use super::{tactic, techniques};
use crate::hunt::pack::Hunt;

/// Words before a colon that say something of the hunt.
const FIELDS: &[(&str, Field)] = &[
    ("name", Field::Name),
    ("title", Field::Name),
    ("description", Field::Description),
    ("severity", Field::Severity),
    ("tactic", Field::Tactics),
    ("tactics", Field::Tactics),
    ("technique", Field::Techniques),
    ("techniques", Field::Techniques),
    ("mitre", Field::Techniques),
    ("tag", Field::Tags),
    ("tags", Field::Tags),
];

#[derive(Clone, Copy)]
enum Field {
    Name,
    Description,
    Severity,
    Tactics,
    Techniques,
    Tags,
}

/// A longer first comment is a description.
const NAME_MAX: usize = 80;

/// The hunt of a file; `None` where it has comments only. The first line of the comments is its name unless a
/// `name:` is there, or it is a link or too long for one; the rest its description.
pub fn hunt(key: &str, content: &str) -> Option<Hunt> {
    let mut hunt = Hunt { key: key.to_owned(), query: content.trim_end().to_owned(), ..Hunt::default() };
    let mut said: Vec<&str> = Vec::new();
    let mut lines = content.lines().map(str::trim).peekable();
    while let Some(line) = lines.next_if(|line| line.is_empty() || line.starts_with("//")) {
        let comment = line.trim_start_matches('/').trim();
        hunt.techniques.extend(techniques(comment));
        match field(comment) {
            Some((Field::Name, value)) => hunt.name = value.to_owned(),
            Some((Field::Severity, value)) => hunt.severity = Some(value.to_owned()),
            Some((Field::Tactics, value)) => hunt.tactics = list(value).map(tactic).collect(),
            Some((Field::Tags, value)) => hunt.tags = list(value).map(str::to_owned).collect(),
            Some((Field::Description, value)) => said.push(value),
            Some((Field::Techniques, _)) => {}
            None => said.push(comment),
        }
    }
    lines.peek()?;
    said.retain(|line| !line.is_empty());
    if hunt.name.is_empty() {
        let named = said.first().is_some_and(|line| line.len() <= NAME_MAX && !line.contains("://"));
        let first = named.then(|| said.remove(0));
        hunt.name = first.unwrap_or_else(|| key.rsplit('/').next().unwrap_or(key)).to_owned();
    }
    hunt.description = said.join("\n");
    let mut seen = Vec::new();
    hunt.techniques.retain(|technique| {
        !seen.contains(technique) && {
            seen.push(technique.clone());
            true
        }
    });
    Some(hunt)
}

fn field(comment: &str) -> Option<(Field, &str)> {
    let (word, value) = comment.split_once(':')?;
    let word = word.trim().to_ascii_lowercase();
    let (_, field) = FIELDS.iter().find(|(name, _)| *name == word)?;
    Some((*field, value.trim()))
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value
        .trim_matches(['[', ']'])
        .split([',', ';'])
        .map(|item| item.trim().trim_matches('"'))
        .filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_in_comments() {
        let content = "// Name: Rules that hide mail\n// Tactics: Defense Evasion, Collection\n// Technique: T1564.008\n\
            // Tags: mail; exchange\n// Severity: High\n\n// Looks for them.\nOfficeActivity // not this T1000\n| count\n";
        let found = hunt("mail/hide", content).unwrap();
        assert_eq!(
            (found.name.as_str(), found.description.as_str()),
            ("Rules that hide mail", "Looks for them.")
        );
        assert_eq!(
            (found.tactics, found.techniques),
            (vec!["DefenseEvasion".into(), "Collection".into()], vec!["T1564.008".into()])
        );
        assert_eq!(
            (found.tags, found.severity),
            (vec!["mail".into(), "exchange".into()], Some("High".into()))
        );
        assert_eq!(found.query, content.trim_end());
    }

    #[test]
    fn the_first_comment_is_a_name() {
        let found = hunt("a/b", "//Detect an odd forward (T1114)\n//Needs mail logs\nOfficeActivity | count")
            .unwrap();
        assert_eq!(
            (found.name.as_str(), found.description.as_str()),
            ("Detect an odd forward (T1114)", "Needs mail logs")
        );
        assert_eq!(found.techniques, ["T1114"]);
        assert_eq!(hunt("a/b", "OfficeActivity").unwrap().name, "b");
        let long =
            "This query reads what was synchronized, each time as all that there was to read at that time.";
        for said in [long, "https://example.com/a/post"] {
            let found = hunt("mail/forward", &format!("// {said}\n// Mail.\nOfficeActivity")).unwrap();
            assert_eq!((found.name.as_str(), found.description), ("forward", format!("{said}\nMail.")));
        }
    }
}
