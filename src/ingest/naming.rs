//! Which table a row belongs to: what the user says, what the row says of itself, what the file's name
//! says, what its columns look like. Never a guess between two that look alike.

use std::collections::{BTreeSet, HashMap};

use super::rows::Layout;
use crate::catalog::{tables, views};

/// What a row says of its table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// `AdvancedHunting-X` of Defender's envelope, without the prefix.
    pub category: Option<&'a str>,
    /// The `Type` column of Log Analytics. Other data have fields of that name too.
    pub kind: Option<&'a str>,
    /// It has TimeGenerated, as every row of Log Analytics has.
    pub time: bool,
}

/// The rules of one file.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// `--table`.
    pub fixed: Option<String>,
    /// For rows that do not say it themselves.
    pub fallback: Option<String>,
    /// Tables of the catalog and the store: lower case to official name.
    known: HashMap<String, String>,
}

pub const NO_TABLE: &str = "it names no table that is known; give one with --table";

/// Why no data may go into a table that kqlhunt computes: they would stand in its place.
pub fn computed(name: &str) -> Option<&'static str> {
    let view = views::VIEWS.iter().find(|view| view.name.eq_ignore_ascii_case(name))?;
    Some(view.no_data)
}

impl Naming {
    pub fn new<'a>(known: impl Iterator<Item = &'a str>, fixed: Option<&str>) -> Naming {
        let known = known.map(|name| (name.to_lowercase(), name.to_owned())).collect();
        let mut naming = Naming { known, ..Naming::default() };
        naming.fixed = fixed.map(|name| naming.official(name).unwrap_or(name).to_owned());
        naming
    }

    /// The official spelling of a table's name, when the table is known.
    pub fn official(&self, name: &str) -> Option<&str> {
        self.known.get(&name.to_lowercase()).map(String::as_str)
    }

    /// Where a row goes, or why nowhere.
    pub fn table<'a>(&'a self, said: &Said<'a>) -> Result<&'a str, &'static str> {
        let table = self.named(said).ok_or(NO_TABLE)?;
        computed(table).map_or(Ok(table), Err)
    }

    fn named<'a>(&'a self, said: &Said<'a>) -> Option<&'a str> {
        if let Some(fixed) = &self.fixed {
            return Some(fixed);
        }
        if let Some(category) = said.category {
            return self.official(category).or_else(|| valid(category).then_some(category));
        }
        if let Some(known) = said.kind.and_then(|kind| self.official(kind)) {
            return Some(known);
        }
        if let Some(kind) = said.kind.filter(|kind| said.time && computed(kind).is_some()) {
            return Some(kind);
        }
        let own = said.kind.filter(|kind| said.time && valid(kind));
        self.fallback.as_deref().or(own)
    }

    /// What a path says: a container `am-OfficeActivity`, or a file name with a table's name in it.
    pub fn of_path(&self, path: &str) -> Option<String> {
        let container = path.split('/').find_map(|part| {
            let name = part.get(..3).filter(|start| start.eq_ignore_ascii_case("am-")).map(|_| &part[3..])?;
            self.official(name).or_else(|| valid(name).then_some(name))
        });
        let file = path.rsplit('/').next().unwrap_or(path);
        let words = file.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        let parts = words.flat_map(|word| [word].into_iter().chain(word.split('_')));
        container.map(str::to_owned).or_else(|| {
            let named: BTreeSet<&str> = parts.filter_map(|part| self.official(part)).collect();
            (named.len() == 1).then(|| named.into_iter().next().map(str::to_owned)).flatten()
        })
    }
}

/// A name that a new table may have.
pub fn valid(name: &str) -> bool {
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    letters
        && name.len() <= 128
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

/// The one table whose columns these are: half of the names at least, its time among them, and clearly
/// more than of any other table.
pub fn of_columns<'a>(names: &BTreeSet<String>, layouts: &'a [Layout]) -> Option<&'a str> {
    let mut scores: Vec<(usize, &Layout)> = layouts
        .iter()
        .filter(|layout| {
            let time = tables::find(&layout.table).map_or("TimeGenerated", |row| row.time);
            names.iter().any(|name| name == time || name == "TimeGenerated")
        })
        .map(|layout| (names.iter().filter(|name| layout.find(name).is_some()).count(), layout))
        .collect();
    scores.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let (best, layout) = *scores.first()?;
    let second = scores.get(1).map_or(0, |(score, _)| *score);
    let clear = best >= 3 && best * 2 >= names.len() && best * 4 > second * 5;
    clear.then_some(layout.table.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::tables::TABLES;

    fn naming(fixed: Option<&str>, fallback: Option<&str>) -> Naming {
        let known = TABLES.iter().map(|row| row.name);
        Naming { fallback: fallback.map(str::to_owned), ..Naming::new(known, fixed) }
    }

    #[test]
    fn what_is_surer_wins() {
        let said = Said { category: None, kind: Some("officeactivity"), time: true };
        assert_eq!(naming(Some("cloudappevents"), Some("X")).table(&said), Ok("CloudAppEvents"));
        assert_eq!(naming(None, Some("X")).table(&said), Ok("OfficeActivity"));
        let user = Said { category: None, kind: Some("user"), time: false };
        assert_eq!(naming(None, Some("X")).table(&user), Ok("X"));
        assert_eq!(naming(None, None).table(&user), Err(NO_TABLE));
        let signin = Said { category: None, kind: Some("SigninLogs"), time: true };
        assert_eq!(naming(None, None).table(&signin), Ok("SigninLogs"));
        let view = Said { category: None, kind: Some("threatintelobservables"), time: true };
        for fallback in [None, Some("X")] {
            let refused = naming(None, fallback).table(&view).unwrap_err();
            assert!(refused.contains("--table") && refused.contains("ThreatIntelIndicators"), "{refused}");
        }
        assert_eq!(naming(Some("X"), None).table(&view), Ok("X"));
        let sql = Said { category: Some("x\"; drop"), kind: None, time: true };
        assert_eq!(naming(None, None).table(&sql), Err(NO_TABLE));
        let envelope = Said { category: Some("EmailEvents"), kind: None, time: false };
        assert_eq!(naming(None, Some("X")).table(&envelope), Ok("EmailEvents"));
    }

    #[test]
    fn paths_name_tables() {
        let cases = [
            ("/x/am-officeactivity/y=2026/PT05M.json", Some("OfficeActivity")),
            ("am-SigninLogs/PT05M.json", Some("SigninLogs")),
            ("/x/OfficeActivity.json.gz", Some("OfficeActivity")),
            ("export_cloudappevents_05 (1).csv", Some("CloudAppEvents")),
            ("/OfficeActivity/other.json", None),
            ("OfficeActivity-CloudAppEvents.json", None),
            ("myofficeactivity.json", None),
        ];
        for (path, expected) in cases {
            assert_eq!(naming(None, None).of_path(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn columns_name_tables_only_when_they_are_clear() {
        let layouts: Vec<_> = TABLES.iter().map(Layout::official).collect();
        let table = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            of_columns(&names, &layouts)
        };
        assert_eq!(table(&["TimeGenerated", "UserId", "ClientIP", "Operation"]), Some("OfficeActivity"));
        assert_eq!(table(&["Timestamp", "ActionType", "RawEventData"]), Some("CloudAppEvents"));
        assert_eq!(table(&["UserId", "ClientIP", "Operation"]), None, "no time");
        assert_eq!(table(&["TimeGenerated", "TenantId", "Type", "SourceSystem"]), None, "all have these");
        assert_eq!(table(&["TimeGenerated", "UserId", "Operation", "A", "B", "C", "D"]), None, "too few");
    }
}
