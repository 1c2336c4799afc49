//! Markdown with blocks of KQL: each block is a hunt, what is said around them is said of all.

use super::{tactic, techniques};
use crate::hunt::pack::Hunt;

/// What a block of KQL is called behind its fence, in any case.
const LANGUAGES: &[&str] = &["kql", "kusto", "csl"];

/// A heading's level and text, or a line below it.
struct Section<'t> {
    title: &'t str,
    level: usize,
    lines: Vec<&'t str>,
    blocks: Vec<String>,
}

/// The hunts of a page, one for each block of KQL.
pub fn hunts(key: &str, content: &str) -> Vec<Hunt> {
    let sections = sections(content);
    let said = sections.iter().flat_map(|section| std::iter::once(&section.title).chain(&section.lines));
    let said: Vec<&str> = said.copied().collect();
    let techniques = techniques(&said.join("\n"));
    let tactics = said.iter().filter_map(|line| tactics(line)).flatten().collect::<Vec<_>>();
    let first = sections.iter().find(|section| section.level == 1 && !section.title.is_empty());
    let page = first.map_or(key.rsplit('/').next().unwrap_or(key), |section| section.title);
    let description = description(&sections);
    let count: usize = sections.iter().map(|section| section.blocks.len()).sum();
    let mut found = Vec::new();
    for section in &sections {
        for block in &section.blocks {
            let number = found.len() + 1;
            let name = match count {
                1 => page.to_owned(),
                _ if section.title.is_empty() || section.title == page => format!("{page} ({number})"),
                _ => format!("{page}: {}", section.title),
            };
            found.push(Hunt {
                key: if count == 1 { key.to_owned() } else { format!("{key}#{number}") },
                name,
                description: description.clone(),
                tactics: tactics.clone(),
                techniques: techniques.clone(),
                query: block.trim_end().to_owned(),
                ..Hunt::default()
            });
        }
    }
    found
}

fn sections(content: &str) -> Vec<Section<'_>> {
    let mut sections = vec![Section { title: "", level: 0, lines: Vec::new(), blocks: Vec::new() }];
    let mut lines = content.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        let fence = ["```", "~~~"].into_iter().find(|fence| trimmed.starts_with(fence));
        if let Some(fence) = fence {
            let language = trimmed.trim_start_matches(['`', '~']).trim().to_ascii_lowercase();
            let inside: Vec<&str> =
                lines.by_ref().take_while(|line| !line.trim().starts_with(fence)).collect();
            let block = inside.join("\n");
            if LANGUAGES.contains(&language.as_str())
                && !block.trim().is_empty()
                && let Some(section) = sections.last_mut()
            {
                section.blocks.push(block);
            }
            continue;
        }
        let level = trimmed.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&level) && trimmed[level..].starts_with(' ') {
            let title = trimmed[level..].trim().trim_matches(['*', '#', ' ']);
            sections.push(Section { title, level, lines: Vec::new(), blocks: Vec::new() });
        } else if let Some(section) = sections.last_mut() {
            section.lines.push(line);
        }
    }
    sections
}

/// The lines below a heading that says Description, else those below the first one.
fn description(sections: &[Section<'_>]) -> String {
    let named = sections.iter().find(|section| section.title.eq_ignore_ascii_case("description"));
    let first = sections.iter().find(|section| section.lines.iter().any(|line| !line.trim().is_empty()));
    let lines = named.or(first).map(|section| section.lines.join("\n"));
    lines.unwrap_or_default().trim().to_owned()
}

/// `Tactics: Initial Access, Collection`
fn tactics(line: &str) -> Option<Vec<String>> {
    let (word, rest) = line.trim().trim_start_matches(['-', '*', ' ']).split_once(':')?;
    let word = word.trim_matches('*').to_ascii_lowercase();
    let listed =
        || rest.split(',').map(|item| tactic(item.trim_matches(['*', ' ']))).filter(|item| !item.is_empty());
    matches!(word.as_str(), "tactic" | "tactics").then(|| listed().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# *Hidden mail rules*\n\n## Query Information\n\n#### MITRE ATT&CK Technique(s)\n\n\
        | Technique ID | Title | Link |\n| --- | --- | --- |\n| T1564.008 | Email Hiding Rules | \
        https://attack.mitre.org/techniques/T1564/008/ |\n\n**Tactics**: Defense Evasion\n\n#### Description\nRules that \
        hide.\n\n## Defender XDR\n```KQL\nCloudAppEvents\n| count\n```\n\n## Sentinel\n``` kql\nOfficeActivity\n```\n\
        ```bash\nnot this T1000\n```\n";

    #[test]
    fn each_block_is_a_hunt() {
        let found = hunts("mail/hidden", PAGE);
        let told: Vec<_> =
            found.iter().map(|hunt| (hunt.key.as_str(), hunt.name.as_str(), hunt.query.as_str())).collect();
        assert_eq!(
            told,
            [
                ("mail/hidden#1", "Hidden mail rules: Defender XDR", "CloudAppEvents\n| count"),
                ("mail/hidden#2", "Hidden mail rules: Sentinel", "OfficeActivity"),
            ]
        );
        assert_eq!(found[0].techniques, ["T1564.008"]);
        assert_eq!(found[0].tactics, ["DefenseEvasion"]);
        assert_eq!(found[0].description, "Rules that hide.");
    }

    #[test]
    fn one_block_has_the_pages_name() {
        let found = hunts("x", "Says.\n\n```kusto\nT\n```\n");
        assert_eq!(
            (found[0].key.as_str(), found[0].name.as_str(), found[0].description.as_str()),
            ("x", "x", "Says.")
        );
        assert_eq!(hunts("x", "```kql\nT | count\n")[0].query, "T | count", "a fence that nobody closes");
    }
}
