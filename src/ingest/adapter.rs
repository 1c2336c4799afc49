//! Which shape a file has, from its first bytes: one row an adapter. Knows the shapes in which exports
//! arrive; not how rows are made of them.

use super::cut::{Csv, Cutter, Document, Lines, split};
use super::json;
use super::time::zone_offset;

/// How much of a file is looked at.
pub const HEAD_BYTES: usize = 256 << 10;

/// The beginning of a file's content.
pub struct Head<'a> {
    pub name: &'a str,
    /// Bytes that are not UTF-8 are replaced.
    pub text: &'a str,
    /// It is the whole content.
    pub whole: bool,
    /// The fields of the first object: at the top, or the first element of an array.
    pub fields: Vec<json::Outline<'a>>,
}

/// How records become rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// JSON objects: fields are columns, or Defender's envelope around them.
    Rows,
    Stix,
    Csv(Header),
}

/// The first record of a CSV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub delimiter: u8,
    pub names: Vec<String>,
    /// For each column the offset of its times in ticks.
    pub offsets: Vec<i64>,
}

/// How records are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    Lines,
    /// Elements of an array, maybe under this key, or objects one behind the other.
    Document(Option<&'static str>),
    Csv,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    pub cut: Cut,
    pub shape: Shape,
}

/// One shape that files have.
pub struct Adapter {
    pub name: &'static str,
    /// One sentence with a full stop.
    pub doc: &'static str,
    sniff: fn(&Head<'_>) -> bool,
    read: Read,
}

enum Read {
    Cut(Cut, Shape),
    Csv,
    /// Known, and not read: why, and what to do.
    Refuse(&'static str),
}

/// The first one that fits is taken.
pub const ADAPTERS: &[Adapter] = &[
    Adapter {
        name: "parquet",
        doc: "Parquet, as export jobs write it.",
        sniff: |head| head.text.starts_with("PAR1"),
        read: Read::Refuse(
            "it is Parquet, which is not loaded yet; query it where it is, with --db, or export it as JSON Lines or CSV",
        ),
    },
    Adapter {
        name: "query-api",
        doc: "An answer of the Log Analytics or Kusto query API.",
        sniff: |head| head.has("tables", b'[') || head.has("Tables", b'[') || head.has("FrameType", b'"'),
        read: Read::Refuse(
            "it is an answer of a query API, which is not loaded yet; write its rows as JSON Lines or CSV",
        ),
    },
    Adapter {
        name: "audit-records",
        doc: "Records of the Office 365 Management Activity API.",
        sniff: |head| ["CreationTime", "Operation", "Workload"].iter().all(|key| head.key(key)),
        read: Read::Refuse(
            "it holds records of the Management Activity API, whose fields are not those of OfficeActivity, \
             and which are not loaded yet; export the OfficeActivity table",
        ),
    },
    Adapter {
        name: "stix-bundle",
        doc: "STIX 2 bundle or TAXII envelope, into ThreatIntelIndicators.",
        sniff: |head| head.has("objects", b'['),
        read: Read::Cut(Cut::Document(Some("objects")), Shape::Stix),
    },
    Adapter {
        name: "stix-upload",
        doc: "Body of Sentinel's upload API for STIX objects, into ThreatIntelIndicators.",
        sniff: |head| head.has("stixobjects", b'['),
        read: Read::Cut(Cut::Document(Some("stixobjects")), Shape::Stix),
    },
    Adapter {
        name: "stix-array",
        doc: "Array of STIX objects, into ThreatIntelIndicators.",
        sniff: |head| head.text.trim_start().starts_with('[') && head.stix(),
        read: Read::Cut(Cut::Document(None), Shape::Stix),
    },
    Adapter {
        name: "stix-lines",
        doc: "STIX objects, one a line, into ThreatIntelIndicators.",
        sniff: |head| head.stix() && head.lines(),
        read: Read::Cut(Cut::Lines, Shape::Stix),
    },
    Adapter {
        name: "stix-object",
        doc: "A STIX object over several lines, into ThreatIntelIndicators.",
        sniff: |head| head.stix(),
        read: Read::Cut(Cut::Document(None), Shape::Stix),
    },
    Adapter {
        name: "records",
        doc: "{\"records\": [...]}, as Event Hubs deliver Defender's streaming export.",
        sniff: |head| head.has("records", b'['),
        read: Read::Cut(Cut::Document(Some("records")), Shape::Rows),
    },
    Adapter {
        name: "value",
        doc: "{\"value\": [...]}, as Microsoft's REST interfaces answer.",
        sniff: |head| head.has("value", b'[') && head.fields.len() <= 3,
        read: Read::Cut(Cut::Document(Some("value")), Shape::Rows),
    },
    Adapter {
        name: "json-array",
        doc: "JSON array of rows.",
        sniff: |head| head.text.trim_start().starts_with('[') && !head.lines(),
        read: Read::Cut(Cut::Document(None), Shape::Rows),
    },
    Adapter {
        name: "json-lines",
        doc: "JSON Lines: rows as Log Analytics exports them, or in the envelope of Defender's streaming export.",
        sniff: |head| head.lines(),
        read: Read::Cut(Cut::Lines, Shape::Rows),
    },
    Adapter {
        name: "json-objects",
        doc: "JSON objects over several lines, one behind the other.",
        sniff: |head| !head.fields.is_empty(),
        read: Read::Cut(Cut::Document(None), Shape::Rows),
    },
    Adapter {
        name: "audit-csv",
        doc: "CSV of an audit log search, with AuditData.",
        sniff: |head| header(head).is_some_and(|header| header.names.iter().any(|name| name == "AuditData")),
        read: Read::Refuse(
            "it is the CSV of an audit log search, which is not loaded yet; export the OfficeActivity table",
        ),
    },
    Adapter {
        name: "csv",
        doc: "CSV with a header, also as Microsoft's portals write it; commas, semicolons or tabs.",
        sniff: |head| header(head).is_some(),
        read: Read::Csv,
    },
];

/// The format of a file, or why there is none.
pub fn sniff(head: &Head<'_>) -> Result<Format, String> {
    let Some(adapter) = ADAPTERS.iter().find(|adapter| (adapter.sniff)(head)) else {
        return Err("its format is not known; JSON Lines, JSON arrays, CSV with a header and STIX are".into());
    };
    match &adapter.read {
        Read::Cut(cut, shape) => Ok(Format { cut: cut.clone(), shape: shape.clone() }),
        Read::Refuse(reason) => Err((*reason).into()),
        Read::Csv => {
            let mut header = header(head).ok_or("it has no header")?;
            zones(&mut header)?;
            Ok(Format { cut: Cut::Csv, shape: Shape::Csv(header) })
        }
    }
}

impl Format {
    pub fn cutter(&self) -> Cutter {
        match (&self.cut, &self.shape) {
            (Cut::Lines, _) => Cutter::Lines(Lines::default()),
            (Cut::Document(key), _) => Cutter::Document(Document::new(*key)),
            (Cut::Csv, Shape::Csv(header)) => Cutter::Csv(Csv::new(header.delimiter, header.names.len())),
            (Cut::Csv, Shape::Rows | Shape::Stix) => unreachable!("CSV is cut for its own shape only"),
        }
    }
}

impl<'a> Head<'a> {
    pub fn new(name: &'a str, text: &'a str, whole: bool) -> Head<'a> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let start = text.trim_start();
        let object = start.strip_prefix('[').map_or(start, str::trim_start);
        let mut fields = json::outline(object).0;
        if fields.is_empty() {
            // The first line may be broken; the next one tells as much.
            fields = text
                .lines()
                .take(100)
                .map(|line| json::outline(line).0)
                .find(|found| !found.is_empty())
                .unwrap_or_default();
        }
        Head { name, text, whole, fields }
    }

    fn key(&self, name: &str) -> bool {
        self.fields.iter().any(|(key, _, _)| key == name)
    }

    fn has(&self, name: &str, first: u8) -> bool {
        self.fields.iter().any(|(key, byte, _)| key == name && *byte == first)
    }

    fn stix(&self) -> bool {
        let id = self.fields.iter().find(|(key, _, _)| key == "id").and_then(|(_, _, value)| *value);
        self.has("type", b'"') && id.is_some_and(|id| id.contains("--"))
    }

    /// Values stand on lines of their own: the first line is a whole one, or, when that is broken, most are.
    fn lines(&self) -> bool {
        let mut lines: Vec<&str> = self.text.lines().collect();
        if !self.whole && lines.len() > 1 {
            lines.pop();
        }
        lines.retain(|line| !line.trim().is_empty());
        lines.truncate(100);
        let whole = |line: &&str| {
            let is_row = line.trim_start().starts_with(['{', '[']);
            is_row && json::value(line).is_ok()
        };
        let good = lines.iter().filter(|line| whole(line)).count();
        match lines.first() {
            // `[{...}]` on one line is an array, unless more lines of that kind follow.
            Some(first) if first.trim_start().starts_with('[') => good > 1 && whole(first),
            Some(first) => whole(first) || (good > 0 && good * 2 >= lines.len()),
            None => false,
        }
    }
}

/// The header of a CSV text: names of two columns at least, or of one when the file's name says CSV.
fn header(head: &Head<'_>) -> Option<Header> {
    let text = head.text.trim_start_matches(['\r', '\n']);
    let first = first_record(text)?;
    let candidates = [b',', b';', b'\t'];
    let delimiter = candidates.into_iter().max_by_key(|delimiter| split(first, *delimiter).len())?;
    let names: Vec<String> = split(first, delimiter).iter().map(|name| name.trim().to_owned()).collect();
    let named = |name: &String| {
        let fine = |character: char| character.is_alphanumeric() || " _-.@:()[]/+#".contains(character);
        !name.is_empty()
            && name.len() <= 256
            && name.chars().all(fine)
            && name.starts_with(|first: char| first.is_alphabetic() || "_@(".contains(first))
    };
    let csv =
        [".csv", ".tsv", ".csv.gz", ".tsv.gz"].iter().any(|end| head.name.to_lowercase().ends_with(end));
    let least = if csv { 1 } else { 2 };
    let sound = names.len() >= least && names.iter().all(named);
    sound.then(|| Header { delimiter, offsets: vec![0; names.len()], names })
}

/// The first line, or more of them when quotes say so.
fn first_record(text: &str) -> Option<&str> {
    let mut quotes = 0;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        quotes += line.matches('"').count();
        end += line.len();
        if quotes % 2 == 0 {
            break;
        }
    }
    let record = text[..end].trim_end_matches(['\r', '\n']);
    (!record.trim().is_empty()).then_some(record)
}

/// Takes the zone that portals put behind the names of time columns: `TimeGenerated [UTC]`.
fn zones(header: &mut Header) -> Result<(), String> {
    for (name, offset) in header.names.iter_mut().zip(&mut header.offsets) {
        let Some((plain, zone)) = name.strip_suffix(']').and_then(|name| name.rsplit_once(" [")) else {
            continue;
        };
        let Some(found) = zone_offset(zone) else {
            return Err(format!(
                "its times are in '{zone}', which names no offset; export it again with the portal's time zone set to UTC"
            ));
        };
        *offset = found;
        *name = plain.to_owned();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticks::HOUR;

    fn adapter(name: &str, text: &str) -> &'static str {
        let head = Head::new(name, text, true);
        ADAPTERS.iter().find(|adapter| (adapter.sniff)(&head)).map_or("none", |adapter| adapter.name)
    }

    #[test]
    fn every_shape_is_told_from_its_first_bytes() {
        let cases = [
            ("PAR1\u{15}", "parquet"),
            ("{\"tables\":[{\"name\":\"PrimaryResult\"", "query-api"),
            ("{\"Tables\":[{\"TableName\":", "query-api"),
            ("[{\"FrameType\":\"DataSetHeader\"", "query-api"),
            ("{\"CreationTime\":\"x\",\"Operation\":\"y\",\"Workload\":\"z\"}", "audit-records"),
            ("{\"type\":\"bundle\",\"objects\":[", "stix-bundle"),
            ("{\n  \"objects\": [\n", "stix-bundle"),
            ("{\"sourcesystem\":\"x\",\"stixobjects\":[", "stix-upload"),
            ("[{\"type\":\"indicator\",\"id\":\"indicator--1\"}", "stix-array"),
            ("{\"type\":\"indicator\",\"id\":\"indicator--1\"}\n", "stix-lines"),
            ("{\n\"type\":\"indicator\",\n\"id\":\"indicator--1\"}\n", "stix-object"),
            ("{\"records\":[{\"time\":", "records"),
            ("{\"value\":[{\"a\":", "value"),
            ("[\n{\"a\":1},\n{\"a\":2}\n]", "json-array"),
            ("[{\"a\":1},{\"a\":2}]", "json-array"),
            ("[]", "json-array"),
            ("[{\"a\":1}]\n[{\"a\":2}]", "json-lines"),
            ("\u{feff}{\"a\":1}\r\n{\"a\":", "json-lines"),
            ("{\"a\":1", "json-objects"),
            ("{\"a\":\n{\"a\":2}\n{\"a\":3}\n", "json-lines"),
            ("x\"a\":1}\n{\"a\":2}\n", "json-lines"),
            ("{\n\"a\":1\n}\n{", "json-objects"),
            ("RecordType,CreationDate,AuditData\n", "audit-csv"),
            ("\u{feff}\"TimeGenerated [UTC]\",Type\r\n", "csv"),
            ("Hello", "none"),
            ("", "none"),
            ("<?xml", "none"),
        ];
        for (text, expected) in cases {
            assert_eq!(adapter("x", text), expected, "{text}");
        }
        assert_eq!(adapter("x.csv", "Name\na\n"), "csv");
        assert_eq!(adapter("README.md", "# Title\n\nSome text, and more."), "none");
        let page = include_str!("../../docs/loading.md");
        for adapter in ADAPTERS {
            let unread = if matches!(adapter.read, Read::Refuse(_)) { " Not read yet." } else { "" };
            let line = format!("| {} | {}{unread} |", adapter.name, adapter.doc);
            assert!(page.contains(&line), "docs/loading.md lacks {line}");
        }
        let names: std::collections::HashSet<_> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
        assert_eq!(names.len(), ADAPTERS.len());
        assert!(ADAPTERS.iter().all(|adapter| adapter.doc.ends_with('.')));
    }

    #[test]
    fn headers_give_up_their_zones() {
        let head = Head::new("x", "A [UTC];\"B [UTC+01:00]\";C\n", true);
        let Shape::Csv(header) = sniff(&head).unwrap().shape else { panic!("it is CSV") };
        assert_eq!(header.names, ["A", "B", "C"]);
        assert_eq!((header.delimiter, header.offsets), (b';', vec![0, HOUR, 0]));
        let local = Head::new("x", "A [Local Time],B\n", true);
        assert!(sniff(&local).unwrap_err().contains("'Local Time'"));
    }
}
