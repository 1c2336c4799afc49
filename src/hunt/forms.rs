//! The forms that hunts are kept in: Sentinel's YAML, KQL with comments before it, Markdown with blocks of KQL.
//! Knows the forms, not the query language.

mod markdown;
mod sentinel;
mod text;

pub use sentinel::sentinel;

use super::pack::Hunt;

/// Endings of the files that may hold hunts.
pub const ENDINGS: &[&str] = &["yaml", "yml", "kql", "csl", "kusto", "txt", "md"];

/// The hunts of one file; none where it is no hunt's. `key` is its path without the ending.
///
/// # Errors
/// What is wrong with it: lower case, no full stop.
pub fn read(key: &str, ending: &str, content: &str) -> Result<Vec<Hunt>, String> {
    let content = content.strip_prefix('\u{feff}').unwrap_or(content);
    match ending.to_ascii_lowercase().as_str() {
        "yaml" | "yml" => Ok(sentinel(key, content)?.into_iter().collect()),
        "md" => Ok(markdown::hunts(key, content)),
        _ => Ok(text::hunt(key, content).into_iter().collect()),
    }
}

/// Every technique of ATT&CK that a text names, `T1078` or `T1078.004`, each once.
fn techniques(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '/')) {
        // Links to ATT&CK's pages have a slash: T1078/004.
        let word = word.trim_matches(['.', '/']).rsplit("techniques/").next().unwrap_or("").replace('/', ".");
        if is_technique(&word) && !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

fn is_technique(word: &str) -> bool {
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(rest) = word.strip_prefix('T') else { return false };
    match rest.split_once('.') {
        Some((whole, part)) => digits(whole, 4) && digits(part, 3),
        None => digits(rest, 4),
    }
}

/// `Initial Access`, `initial-access` and `InitialAccess` as the last.
fn tactic(written: &str) -> String {
    let words = written.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect::<String>()
        .replace("CommandandControl", "CommandAndControl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn techniques_are_found_in_any_text() {
        let text = "T1078.004, (T1530) https://attack.mitre.org/techniques/T1566/002/ T99 XT1000 T1078.004.";
        assert_eq!(techniques(text), ["T1078.004", "T1530", "T1566.002"]);
    }

    #[test]
    fn tactics_have_one_spelling() {
        for written in ["Initial Access", "initial-access", "InitialAccess"] {
            assert_eq!(tactic(written), "InitialAccess");
        }
        assert_eq!(tactic("Command and Control"), "CommandAndControl");
    }

    #[test]
    fn a_file_of_another_kind_has_no_hunt() {
        assert_eq!(read("x", "yaml", "name: a workbook\nversion: 1\n"), Ok(Vec::new()));
        assert_eq!(read("x", "md", "# Notes\nNo block.\n"), Ok(Vec::new()));
        assert_eq!(read("x", "kql", "\n// only a comment\n"), Ok(Vec::new()));
        assert!(read("x", "yml", &"[".repeat(10_000)).is_err());
    }
}
