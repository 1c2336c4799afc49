//! One row of a table as a list of its columns, dynamic values as trees. Values are shown whole.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::grid::Step;
use super::text;
use crate::compile::reference;
use crate::types::ColumnType;
use crate::value::Value;
use crate::zone::Zone;

/// Branches this deep are open at first.
const OPEN_DEPTH: usize = 2;
/// Lines that one record is shown with.
const LINES_MAX: usize = 5_000;
/// Rows of the screen that one value takes before the rest of it is cut.
const VALUE_ROWS_MAX: usize = 2_000;
/// The column of names is no wider.
const NAME_MAX: usize = 28;
/// The path of the line that stands for the columns without a value.
const EMPTY_PATH: &str = "\u{0}empty";
/// Between the parts of a path: the column, then numbers of entries.
const STEP: char = '\u{1}';

/// Where the reader is in a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The line of the cursor and the first row in view.
    pub line: usize,
    pub top: usize,
    /// Paths of branches that are not as they were at first.
    pub toggled: BTreeSet<String>,
    /// Where times are shown as they are there.
    pub zone: Zone,
}

/// A column, or a branch or leaf of a dynamic value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub path: String,
    pub depth: usize,
    /// Safe for the screen, as `value` is.
    pub name: String,
    pub value: String,
    /// Whether it is open, when it has something in it.
    pub open: Option<bool>,
    /// The value says how the data is, such as `(null)`, and is not in it.
    pub remark: bool,
}

/// What a line stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub column: usize,
    /// The KQL that gives it, such as `RawEventData.Item[0].Name`.
    pub kql: String,
    pub value: Value,
    /// It is a part of the column's value.
    pub inner: bool,
}

/// What the line of a path stands for; `None` for a line of ours.
pub fn place(columns: &[ColumnType], row: &[Value], path: &str) -> Option<Place> {
    let within = |column: &ColumnType| {
        let rest = path.strip_prefix(column.name.as_str())?;
        (rest.is_empty() || rest.starts_with(STEP)).then_some(rest)
    };
    let (column, rest) = columns.iter().enumerate().find_map(|(at, one)| Some((at, within(one)?)))?;
    let (mut kql, mut value) = (reference(&columns[column].name), row.get(column)?.clone());
    for step in rest.split(STEP).skip(1) {
        let Value::Dynamic(json) = &value else { return None };
        let at: usize = step.parse().ok()?;
        let (key, child) = children(json.trim())?.into_iter().nth(at)?;
        match key.map(|key| reference(&key)) {
            Some(name) if name.starts_with('[') => kql.push_str(&name),
            Some(name) => kql.push_str(&format!(".{name}")),
            None => kql.push_str(&format!("[{at}]")),
        }
        value = Value::Dynamic(child.get().to_owned());
    }
    Some(Place { column, kql, value, inner: !rest.is_empty() })
}

/// A row of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line it is of.
    pub line: usize,
    /// Only in the first row of a line.
    pub name: String,
    /// Where `value` begins.
    pub indent: usize,
    pub value: String,
    pub remark: bool,
}

impl Record {
    pub fn lines(&self, columns: &[ColumnType], row: &[Value], ascii: bool) -> Vec<Line> {
        let mut lines = Lines { record: self, ascii, lines: Vec::new() };
        let mut empty = Vec::new();
        for (column, value) in columns.iter().zip(row) {
            match value {
                Value::Null => empty.push((column, "(null)")),
                Value::String(text) if text.is_empty() => empty.push((column, "(empty)")),
                Value::Dynamic(json) => lines.node(0, &column.name, &column.name, json),
                Value::Datetime(at) => {
                    lines.leaf(0, &column.name, &column.name, &self.zone.text(*at), false);
                }
                Value::Bool(_)
                | Value::Int(_)
                | Value::Long(_)
                | Value::Real(_)
                | Value::Decimal(_)
                | Value::Timespan(_)
                | Value::Guid(_)
                | Value::String(_) => lines.leaf(0, &column.name, &column.name, &value.text(), false),
            }
        }
        if !empty.is_empty() {
            let open = self.toggled.contains(EMPTY_PATH);
            let said = format!("without a value: {}", text::count(empty.len() as u64, "column"));
            lines.push(0, EMPTY_PATH, "", &said, Some(open), true);
            for (column, said) in empty.into_iter().filter(|_| open) {
                lines.push(1, &column.name, &column.name, said, None, true);
            }
        }
        lines.lines
    }

    /// The rows that lines take in a view of this width.
    pub fn rows(lines: &[Line], width: usize, ascii: bool) -> Vec<Row> {
        let names = lines.iter().filter(|line| line.depth == 0).map(|line| text::width(&line.name));
        let name_width = names.max().unwrap_or(0).min(NAME_MAX).min(width / 2);
        let mut rows = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let mark = match line.open {
                Some(true) => "v ",
                Some(false) => "> ",
                None => "  ",
            };
            let lead = format!("{}{mark}", "  ".repeat(line.depth));
            let name = format!("{lead}{}", text::fit(&line.name, width.saturating_sub(lead.len()), ascii));
            let indent = match line.depth {
                0 => (name_width + 3).max(text::width(&name) + 1),
                _ => text::width(&name) + 1,
            };
            // A name that leaves no room for its value stands above it.
            let (indent, above) = if indent + 12 > width { (lead.len() + 2, true) } else { (indent, false) };
            let mut values = text::wrap(&line.value, width.saturating_sub(indent));
            if values.len() > VALUE_ROWS_MAX {
                values.truncate(VALUE_ROWS_MAX);
                values.push(format!("(cut after {VALUE_ROWS_MAX} rows of the screen)"));
            }
            let mut name = Some(name);
            if above {
                let name = name.take().unwrap_or_default();
                rows.push(Row { line: at, name, indent, value: String::new(), remark: line.remark });
            }
            for value in values {
                let name = name.take().unwrap_or_default();
                rows.push(Row { line: at, name, indent, value, remark: line.remark });
            }
        }
        rows
    }

    pub fn step(&mut self, step: Step, lines: &[Line], rows: &[Row], page: usize) {
        let last = lines.len().saturating_sub(1);
        let line_at = |row: usize| rows.get(row.min(rows.len().saturating_sub(1))).map_or(0, |row| row.line);
        let first = rows.iter().position(|row| row.line == self.line).unwrap_or(0);
        match step {
            Step::Up => self.line = self.line.saturating_sub(1),
            Step::Down => {
                // A value longer than the view is scrolled through before the cursor leaves it.
                let end = rows.iter().rposition(|row| row.line == self.line).unwrap_or(0);
                if end >= self.top + page && end - first >= page {
                    self.top += 1;
                    return;
                }
                self.line = (self.line + 1).min(last);
            }
            Step::Left | Step::Right => {}
            Step::Top => self.line = 0,
            Step::Bottom => self.line = last,
            Step::PageUp => {
                self.top = self.top.saturating_sub(page);
                self.line = line_at(self.top);
                return;
            }
            Step::PageDown => {
                self.top = (self.top + page).min(rows.len().saturating_sub(1));
                self.line = line_at(self.top);
                return;
            }
        }
        self.scroll_into(rows, page);
    }

    pub fn scroll_into(&mut self, rows: &[Row], page: usize) {
        let first = rows.iter().position(|row| row.line == self.line).unwrap_or(0);
        let last = rows.iter().rposition(|row| row.line == self.line).unwrap_or(0);
        if first < self.top {
            self.top = first;
        } else if last >= self.top + page.max(1) {
            self.top = (last + 1 - page.max(1)).min(first);
        }
    }

    /// Opens or closes the branch under the cursor, or the one that the cursor is in.
    pub fn fold(&mut self, lines: &[Line]) {
        let Some(line) = lines.get(self.line) else { return };
        let branch = match line.open {
            Some(_) => Some(self.line),
            None => lines[..self.line].iter().rposition(|other| other.depth < line.depth),
        };
        let Some(at) = branch else { return };
        let path = &lines[at].path;
        if !self.toggled.remove(path) {
            self.toggled.insert(path.clone());
        }
        self.line = at;
    }
}

struct Lines<'a> {
    record: &'a Record,
    ascii: bool,
    lines: Vec<Line>,
}

impl Lines<'_> {
    fn push(&mut self, depth: usize, path: &str, name: &str, value: &str, open: Option<bool>, remark: bool) {
        if self.lines.len() > LINES_MAX {
            return;
        }
        let cut = self.lines.len() == LINES_MAX;
        self.lines.push(Line {
            path: path.to_string(),
            depth: if cut { 0 } else { depth },
            name: if cut { String::new() } else { text::shown(name, self.ascii).into_owned() },
            value: match cut {
                true => format!("(cut after {LINES_MAX} lines; close a branch to see more)"),
                false => text::shown(value, self.ascii).into_owned(),
            },
            open: open.filter(|_| !cut),
            remark: remark || cut,
        });
    }

    fn leaf(&mut self, depth: usize, path: &str, name: &str, value: &str, remark: bool) {
        self.push(depth, path, name, value, None, remark);
    }

    /// A dynamic value. Only open branches are parsed, and keys that come twice are shown twice.
    fn node(&mut self, depth: usize, path: &str, name: &str, json: &str) {
        let json = json.trim();
        let Some(children) = children(json) else {
            let text = serde_json::from_str::<String>(json);
            return match text {
                Ok(text) if text.is_empty() => self.leaf(depth, path, name, "(empty)", true),
                Ok(text) => self.leaf(depth, path, name, &text, false),
                Err(_) => self.leaf(depth, path, name, json, false),
            };
        };
        let brackets = if json.starts_with('[') { ('[', ']') } else { ('{', '}') };
        let size = format!("{}{}{}", brackets.0, children.len(), brackets.1);
        if children.is_empty() {
            return self.leaf(depth, path, name, &size.replace('0', ""), false);
        }
        let open = (depth < OPEN_DEPTH) != self.record.toggled.contains(path);
        self.push(depth, path, name, &size, Some(open), true);
        for (at, (key, child)) in children.iter().enumerate().filter(|_| open) {
            let shown = key.clone().unwrap_or_else(|| at.to_string());
            self.node(depth + 1, &format!("{path}{STEP}{at}"), &shown, child.get());
            if self.lines.len() > LINES_MAX {
                return;
            }
        }
    }
}

/// Keys and values of an object, or the values of an array; `None` for all else.
fn children(json: &str) -> Option<Vec<(Option<String>, Box<RawValue>)>> {
    match json.as_bytes().first()? {
        b'[' => {
            let values: Vec<Box<RawValue>> = serde_json::from_str(json).ok()?;
            Some(values.into_iter().map(|value| (None, value)).collect())
        }
        b'{' => {
            let Entries(entries) = serde_json::from_str(json).ok()?;
            Some(entries.into_iter().map(|(key, value)| (Some(key), value)).collect())
        }
        _ => None,
    }
}

/// The entries of an object as they stand: in order, and all of those whose keys are the same.
struct Entries(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(All)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Type;

    fn shown(record: &Record, json: &str, width: usize) -> Vec<String> {
        let columns = [ColumnType::new("D", Type::Dynamic), ColumnType::new("Gone", Type::Long)];
        let row = [Value::Dynamic(json.into()), Value::Null];
        let lines = record.lines(&columns, &row, false);
        Record::rows(&lines, width, false)
            .into_iter()
            .map(|row| {
                let gap = row.indent.saturating_sub(text::width(&row.name));
                format!("{}{}{}", row.name, " ".repeat(gap), row.value)
            })
            .collect()
    }

    #[test]
    fn a_dynamic_value_is_a_tree_with_all_that_is_in_it() {
        let rows =
            shown(&Record::default(), r#"{"a":1e400,"a":[],"b":[true,"x\u001b"],"c":{"d":{"e":1}}}"#, 60);
        let expected = [
            "v D {4}",
            "    a 1e400",
            "    a []",
            "  v b [2]",
            "      0 true",
            "      1 x␛",
            "  v c {1}",
            "    > d {1}",
            ">   without a value: 1 column",
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn branches_open_and_close() {
        let mut record = Record::default();
        let columns = [ColumnType::new("D", Type::Dynamic)];
        let row = [Value::Dynamic(r#"{"a":[1,2]}"#.into())];
        record.line = 2;
        record.fold(&record.lines(&columns, &row, false));
        assert_eq!(record.line, 1);
        assert_eq!(record.lines(&columns, &row, false).len(), 2);
        record.fold(&record.lines(&columns, &row, false));
        assert_eq!(record.lines(&columns, &row, false).len(), 4);
    }

    #[test]
    fn every_line_has_its_kql() {
        let columns = [ColumnType::new("Raw", Type::Dynamic), ColumnType::new("Raw Data", Type::Long)];
        let json = r#"{"Item":[{"Name":"x"},{"odd key":1.50,"where":null}]}"#;
        let row = [Value::Dynamic(json.into()), Value::Long(7)];
        let record = Record {
            toggled: ["Raw\u{1}0\u{1}1".into(), "Raw\u{1}0\u{1}0".into()].into(),
            ..Record::default()
        };
        let lines = record.lines(&columns, &row, false);
        let places: Vec<_> = lines.iter().filter_map(|line| place(&columns, &row, &line.path)).collect();
        let kql: Vec<_> = places.iter().map(|place| place.kql.as_str()).collect();
        let expected = [
            "Raw",
            "Raw.Item",
            "Raw.Item[0]",
            "Raw.Item[0].Name",
            "Raw.Item[1]",
            r#"Raw.Item[1]["odd key"]"#,
            r#"Raw.Item[1]["where"]"#,
            r#"["Raw Data"]"#,
        ];
        assert_eq!(kql, expected);
        assert_eq!(places[5].value, Value::Dynamic("1.50".into()));
        assert_eq!((places[7].column, &places[7].value), (1, &Value::Long(7)));
        assert_eq!(place(&columns, &row, EMPTY_PATH), None);
    }

    #[test]
    fn long_values_are_wrapped_not_cut() {
        let rows = shown(&Record::default(), &format!("\"{}\"", "x".repeat(100)), 40);
        let length: usize = rows.iter().map(|row| row.matches('x').count()).sum();
        assert_eq!(length, 100);
    }
}
