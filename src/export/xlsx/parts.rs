//! The parts of a workbook as XML, and texts in it ("Office Open XML", ECMA-376).

use std::fmt::Write;

use crate::types::{ColumnType, Type};

/// What ends a refusal.
pub const WAY_OUT: &str = "write csv or parquet";

/// Styles of cells, by their places in the part of styles. A text keeps being one when somebody edits it.
pub const NAME: u8 = 1;
pub const TEXT: u8 = 2;
pub const INTEGER: u8 = 3;

/// The most of a sheet's name.
const NAME_MAX: usize = 31;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// What stands before the sheets, by path. Every part that nothing else is said of is a sheet.
pub const FIRST: &[(&str, &str)] = &[
    (
        "[Content_Types].xml",
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">"#,
            r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#,
            r#"<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#,
            r#"<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>"#,
            r#"<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>"#,
            "</Types>"
        ),
    ),
    (
        "_rels/.rels",
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
            r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>"#,
            "</Relationships>"
        ),
    ),
    (
        "xl/styles.xml",
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
            r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#,
            r#"<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>"#,
            r#"<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>"#,
            r#"<fills count="2"><fill><patternFill patternType="none"/></fill>"#,
            r#"<fill><patternFill patternType="gray125"/></fill></fills>"#,
            r#"<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"#,
            r#"<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>"#,
            r#"<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>"#,
            r#"<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>"#,
            r#"<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#,
            r#"<xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>"#,
            r#"<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>"#,
            "</styleSheet>"
        ),
    ),
];

/// A sheet that is written.
pub struct Sheet {
    pub name: String,
    /// Its cells, as `$A$1:$D$10`.
    pub area: String,
}

/// The parts that name all sheets.
pub fn last(sheets: &[Sheet]) -> [(&'static str, String); 2] {
    let head = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
    let (mut list, mut filters, mut relations) = (String::new(), String::new(), String::new());
    for (at, Sheet { name, area }) in sheets.iter().enumerate() {
        let number = at + 1;
        let (mut shown, mut quoted) = (String::new(), String::new());
        attribute(&mut shown, name);
        attribute(&mut quoted, &name.replace('\'', "''"));
        let _ = write!(list, r#"<sheet name="{shown}" sheetId="{number}" r:id="rId{number}"/>"#);
        let _ = write!(
            filters,
            r#"<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">'{quoted}'!{area}</definedName>"#
        );
        let _ = write!(
            relations,
            r#"<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        );
    }
    let styles = sheets.len() + 1;
    let _ = write!(
        relations,
        r#"<Relationship Id="rId{styles}" Type="{RELATIONS}/styles" Target="styles.xml"/>"#
    );
    let workbook = format!(
        r#"{head}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><bookViews><workbookView/></bookViews><sheets>{list}</sheets><definedNames>{filters}</definedNames></workbook>"#
    );
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relations = format!(r#"{head}<Relationships xmlns="{package}">{relations}</Relationships>"#);
    [("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", relations)]
}

/// The path of a sheet, from 1 on.
pub fn sheet_path(number: usize) -> String {
    format!("xl/worksheets/sheet{number}.xml")
}

/// Up to its first row, which stays in sight.
pub fn sheet_start(columns: &[ColumnType], selected: bool) -> String {
    let selected = if selected { r#" tabSelected="1""# } else { "" };
    let mut start = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{MAIN}"><sheetViews><sheetView{selected} workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>"#
    );
    for (at, column) in columns.iter().enumerate() {
        let (number, width) = (at + 1, width(column));
        let open = if at == 0 { "<cols>" } else { "" };
        let _ =
            write!(start, r#"{open}<col min="{number}" max="{number}" width="{width}" customWidth="1"/>"#);
    }
    start.push_str(if columns.is_empty() { "" } else { "</cols>" });
    start.push_str("<sheetData>");
    start
}

/// How wide a column is, in characters: its name with the filter's button, and what its values usually take.
fn width(column: &ColumnType) -> usize {
    let usual = match column.ty {
        Type::Bool => 8,
        Type::Int | Type::Long | Type::Real | Type::Decimal => 12,
        Type::Datetime | Type::Dynamic | Type::String => 28,
        Type::Timespan => 18,
        Type::Guid => 38,
    };
    usual.max((column.name.chars().count() + 4).min(40))
}

/// Behind its last row.
pub fn sheet_end(last: &str, rows: u64) -> String {
    format!(r#"</sheetData><autoFilter ref="A1:{last}{rows}"/></worksheet>"#)
}

/// What a column is called in references.
pub fn letters(mut at: usize) -> String {
    let mut letters = String::new();
    loop {
        letters.insert(0, char::from(b'A' + (at % 26) as u8));
        match (at / 26).checked_sub(1) {
            Some(left) => at = left,
            None => return letters,
        }
    }
}

/// The result's own name where Excel takes it, else a number.
pub fn sheet_name(title: Option<String>, sheets: &[Sheet]) -> String {
    let taken = |name: &str| sheets.iter().any(|sheet| sheet.name.to_lowercase() == name.to_lowercase());
    let fits = |name: &String| {
        !name.trim().is_empty()
            && name.encode_utf16().count() <= NAME_MAX
            && !name.contains(|letter: char| letter.is_control() || "[]:*?/\\".contains(letter))
            && !name.starts_with('\'')
            && !name.ends_with('\'')
            && !name.eq_ignore_ascii_case("history")
    };
    let numbered = (sheets.len() + 1..).map(|number| format!("Result {number}"));
    let mut names = title.into_iter().filter(fits).chain(numbered).filter(|name| !taken(name));
    names.next().unwrap_or_default()
}

/// A text of a cell. What XML cannot hold stands as `_x0000_`, and so does the line of a text that would be read so.
pub fn escape(line: &mut String, text: &str) {
    for (at, character) in text.char_indices() {
        match character {
            '&' => line.push_str("&amp;"),
            '<' => line.push_str("&lt;"),
            '>' => line.push_str("&gt;"),
            // Whatever comes behind the digits: an escape begins with the line that would end this one.
            '_' if begins_escape(&text.as_bytes()[at + 1..]) => line.push_str("_x005F_"),
            '\t' | '\n' => line.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(line, "_x{:04X}_", u32::from(character));
            }
            _ => line.push(character),
        }
    }
}

fn begins_escape(bytes: &[u8]) -> bool {
    bytes.len() >= 5 && bytes[0] == b'x' && bytes[1..5].iter().all(u8::is_ascii_hexdigit)
}

fn attribute(line: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => line.push_str("&amp;"),
            '<' => line.push_str("&lt;"),
            '>' => line.push_str("&gt;"),
            '"' => line.push_str("&quot;"),
            _ => line.push(character),
        }
    }
}
