//! Which shape a file has, from its first bytes: one row an adapter. Knows the shapes in which exports
//! arrive; not how rows are made of them.

use super::audit;
use super::cut::{Csv, Cutter, Document, Lines};
use super::header::{Header, first_field_that_names_nothing, header, is_csv, zones};
use super::json;

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
    /// Records of the audit log, or Microsoft Graph's envelope around them.
    Audit,
    Csv(Header),
    /// CSV with a column of audit records.
    AuditCsv(Header),
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
    Csv(fn(Header) -> Shape),
    /// Known, and not read: why, and what to do.
    Refuse(&'static str),
}

/// The first one that fits is taken.
pub const ADAPTERS: &[Adapter] = &[
    Adapter {
        name: "parquet",
        doc: "Parquet, as export jobs write it: not loaded, but queried where it is, with --db.",
        sniff: |head| head.text.starts_with("PAR1"),
        read: Read::Refuse(
            "it is Parquet, which is queried where it is, with --db; to copy it: \
             kqlhunt query --db FILE.parquet FILE --format jsonl | kqlhunt ingest --table TABLE -",
        ),
    },
    Adapter {
        name: "query-api",
        doc: "An answer of the Log Analytics or Kusto query API: refused, write its rows as JSON Lines or CSV.",
        sniff: |head| head.has("tables", b'[') || head.has("Tables", b'[') || head.has("FrameType", b'"'),
        read: Read::Refuse(
            "it is an answer of a query API, which is not loaded yet; write its rows as JSON Lines or CSV",
        ),
    },
    Adapter {
        name: "audit-lines",
        doc: "Audit records, one a line, into OfficeActivity.",
        sniff: |head| head.audit() && head.lines(),
        read: Read::Cut(Cut::Lines, Shape::Audit),
    },
    Adapter {
        name: "audit-array",
        doc: "Array of audit records, as the Office 365 Management Activity API answers, into OfficeActivity.",
        sniff: |head| head.audit(),
        read: Read::Cut(Cut::Document(None), Shape::Audit),
    },
    Adapter {
        name: "audit-graph",
        doc: "{\"value\": [...]} of audit records, as Microsoft Graph answers an audit search, into OfficeActivity.",
        sniff: |head| head.has("value", b'[') && head.text.contains("\"auditData\""),
        read: Read::Cut(Cut::Document(Some("value")), Shape::Audit),
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
        sniff: |head| head.has("value", b'[') && head.fields_but_annotations() <= 3,
        read: Read::Cut(Cut::Document(Some("value")), Shape::Rows),
    },
    Adapter {
        name: "graph-hunting",
        doc: "{\"schema\": [...], \"results\": [...]}, as Microsoft Graph answers a hunting query.",
        sniff: |head| head.has("results", b'[') && head.fields_but_annotations() <= 3,
        read: Read::Cut(Cut::Document(Some("results")), Shape::Rows),
    },
    Adapter {
        name: "defender-hunting",
        doc: "{\"Schema\": [...], \"Results\": [...]}, as Defender's API answers a hunting query.",
        sniff: |head| head.has("Results", b'[') && head.fields_but_annotations() <= 3,
        read: Read::Cut(Cut::Document(Some("Results")), Shape::Rows),
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
        doc: "CSV of an audit log search in Purview or PowerShell, with AuditData, into OfficeActivity.",
        sniff: |head| {
            header(head).is_some_and(|header| header.names.iter().any(|name| name == audit::CSV_COLUMN))
        },
        read: Read::Csv(Shape::AuditCsv),
    },
    Adapter {
        name: "csv",
        doc: "CSV with a header, also as Microsoft's portals write it; commas, semicolons, tabs or bars.",
        sniff: |head| header(head).is_some(),
        read: Read::Csv(Shape::Csv),
    },
];

/// The format of a file, or why there is none.
pub fn sniff(head: &Head<'_>) -> Result<Format, String> {
    let Some(adapter) = ADAPTERS.iter().find(|adapter| (adapter.sniff)(head)) else {
        return Err(unknown(head));
    };
    match &adapter.read {
        Read::Cut(cut, shape) => Ok(Format { cut: cut.clone(), shape: shape.clone() }),
        Read::Refuse(reason) => Err((*reason).into()),
        Read::Csv(shape) => {
            let mut header = header(head).ok_or("it has no header")?;
            zones(&mut header)?;
            Ok(Format { cut: Cut::Csv, shape: shape(header) })
        }
    }
}

/// Why a content is none of the shapes.
fn unknown(head: &Head<'_>) -> String {
    if head.text.contains('\r') && !head.text.contains('\n') {
        return "its lines end with a carriage return alone; write them with line feeds, as tr '\\r' '\\n' does"
            .into();
    }
    if head.text.trim_start().starts_with('<') {
        return "it is XML or HTML, perhaps a page to sign in; export the data as CSV or JSON".into();
    }
    if is_csv(head.name) && head.text.contains(char::REPLACEMENT_CHARACTER) {
        return "it is not UTF-8; convert it, for example with iconv -f WINDOWS-1252 -t UTF-8".into();
    }
    match first_field_that_names_nothing(head) {
        Some(field) if is_csv(head.name) => {
            format!("its first line is no header of CSV: '{field}' can be no name of a column")
        }
        Some(_) | None => {
            "its format is not known; JSON Lines, JSON arrays, CSV with a header and STIX are".into()
        }
    }
}

impl Format {
    pub fn cutter(&self) -> Cutter {
        match (&self.cut, &self.shape) {
            (Cut::Lines, _) => Cutter::Lines(Lines::default()),
            (Cut::Document(key), _) => Cutter::Document(Document::new(*key)),
            (Cut::Csv, Shape::Csv(header) | Shape::AuditCsv(header)) => {
                Cutter::Csv(Csv::new(header.delimiter, header.names.len(), header.preamble))
            }
            (Cut::Csv, Shape::Rows | Shape::Stix | Shape::Audit) => {
                unreachable!("CSV is cut for its own shape only")
            }
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

    /// OData's own fields begin with an at sign.
    fn fields_but_annotations(&self) -> usize {
        self.fields.iter().filter(|(key, _, _)| !key.starts_with('@')).count()
    }

    fn has(&self, name: &str, first: u8) -> bool {
        self.fields.iter().any(|(key, byte, _)| key == name && *byte == first)
    }

    fn audit(&self) -> bool {
        audit::REQUIRED.iter().all(|key| self.key(key)) || self.key(audit::GRAPH_FIELD)
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

#[cfg(test)]
mod tests {
    use super::*;

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
            ("{\"CreationTime\":\"x\",\"Operation\":\"y\",\"Workload\":\"z\"}\n{", "audit-lines"),
            ("[{\"CreationTime\":\"x\",\"Operation\":\"y\",\"Workload\":\"z\"}]", "audit-array"),
            ("{\"id\":\"1\",\"auditData\":{}}\n", "audit-lines"),
            ("{\"@odata.context\":\"x\",\"value\":[{\"id\":\"1\",\"auditData\":{", "audit-graph"),
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
            ("{\"@odata.context\":1,\"@odata.count\":2,\"@odata.nextLink\":3,\"value\":[{", "value"),
            ("{\"schema\":[{\"name\":\"Timestamp\"}],\"results\":[{", "graph-hunting"),
            ("{\"Stats\":{},\"Schema\":[],\"Results\":[", "defender-hunting"),
            ("sep=;\r\nTime;User\r\n", "csv"),
            ("#TYPE System.Object\r\n\"Time\",\"User\"\r\n", "csv"),
            ("Hello", "none"),
            ("", "none"),
            ("<?xml", "none"),
        ];
        for (text, expected) in cases {
            assert_eq!(adapter("x", text), expected, "{text}");
        }
        assert_eq!(adapter("x.csv", "Name\na\n"), "csv");
        assert_eq!(adapter("x.csv", "\"a \"\"q\"\"\",b]\u{1f600},,\"c\nd\"\n"), "csv");
        assert_eq!(adapter("x.csv", "2026-05-01T00:00:00Z,ana,203.0.113.7\n"), "none");
        assert_eq!(adapter("README.md", "# Title\n\nSome text, and more."), "none");
        let page = include_str!("../../docs/loading.md");
        for adapter in ADAPTERS {
            let line = format!("| {} | {} |", adapter.name, adapter.doc);
            assert!(page.contains(&line), "docs/loading.md lacks {line}");
        }
        let names: std::collections::HashSet<_> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
        assert_eq!(names.len(), ADAPTERS.len());
        assert!(ADAPTERS.iter().all(|adapter| adapter.doc.ends_with('.')));
    }

    #[test]
    fn what_is_not_known_is_said_as_well_as_it_can_be() {
        let said = |name, text| sniff(&Head::new(name, text, true)).unwrap_err();
        assert!(said("x.csv", "2026-05-01,ana\n").contains("'2026-05-01' can be no name of a column"));
        assert!(said("x.csv", "Time,User\rA,B\r").contains("carriage return alone"));
        assert!(said("x", "\u{feff}<html>\n").contains("HTML"));
        assert!(said("x.csv", "Zeit,Gr\u{fffd}e\n").contains("iconv"));
    }
}
