//! The first record of CSV: the delimiter, the names of the columns, and the offsets of times that these say.

use super::adapter::Head;
use super::cut::{split, width};
use super::time::zone_offset;

/// The first record of a CSV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Lines before it.
    pub preamble: usize,
    pub delimiter: u8,
    pub names: Vec<String>,
    /// For each column the offset of its times in ticks.
    pub offsets: Vec<i64>,
}

/// The header of a CSV; without one of these names a file is none.
pub fn header(head: &Head<'_>) -> Option<Header> {
    let first = Opening::of(head)?;
    let least = if is_csv(head.name) { 1 } else { 2 };
    let sound = first.names.len() >= least
        && first.names.iter().any(|name| !name.is_empty())
        && first.names.iter().all(|name| names_column(name, head.name));
    let Opening { preamble, delimiter, names } = first;
    sound.then(|| Header { preamble, delimiter, offsets: vec![0; names.len()], names })
}

/// The first record of what may be CSV.
struct Opening {
    preamble: usize,
    delimiter: u8,
    names: Vec<String>,
}

impl Opening {
    fn of(head: &Head<'_>) -> Option<Opening> {
        let (preamble, said, text) = preamble(head.text);
        let first = first_record(text.trim_start_matches(['\r', '\n']))?;
        // Of equals the last one is taken.
        let candidates = [b'|', b'\t', b';', b','];
        let most = candidates.into_iter().max_by_key(|delimiter| width(first, *delimiter))?;
        let delimiter = said.unwrap_or(most);
        let names = split(first, delimiter).iter().map(|name| name.trim().to_owned()).collect();
        Some(Opening { preamble, delimiter, names })
    }
}

/// Lines that programs write before the header: PowerShell its type, Excel its delimiter. Gives how many they
/// are, the delimiter that they name, and the text behind them.
fn preamble(text: &str) -> (usize, Option<u8>, &str) {
    let line = text.lines().next().unwrap_or("");
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    match line.trim_end().strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter]) => (1, Some(*delimiter), rest),
        _ if line.starts_with("sep=\t") => (1, Some(b'\t'), rest),
        _ if line.starts_with("#TYPE ") => (1, None, rest),
        _ => (0, None, text),
    }
}

pub fn is_csv(name: &str) -> bool {
    [".csv", ".tsv", ".csv.gz", ".tsv.gz"].iter().any(|end| name.to_lowercase().ends_with(end))
}

/// Whether a field of the first record may be the name of a column: of a file that is called CSV anything
/// that does not begin like a value.
fn names_column(name: &str, file: &str) -> bool {
    let fine = |character: char| character.is_alphanumeric() || " _-.@:()[]/+#".contains(character);
    let begins_well = !name.starts_with(|first: char| first.is_ascii_digit() || "+-{".contains(first));
    match is_csv(file) {
        true => {
            let torn = name.contains([char::REPLACEMENT_CHARACTER, '\0'])
                || (name.contains('\r') && !name.contains('\n'));
            begins_well && !torn && name.len() <= 256
        }
        false => {
            name.len() <= 256
                && name.chars().all(fine)
                && name.starts_with(|first: char| first.is_alphabetic() || "_@(".contains(first))
        }
    }
}

/// The field of the first record that keeps it from being a header.
pub fn first_field_that_names_nothing(head: &Head<'_>) -> Option<String> {
    Opening::of(head)?.names.into_iter().find(|name| !names_column(name, head.name))
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

/// Units of time that stand in brackets behind a name; every zone has a capital or a slash.
const UNITS: [&str; 8] = ["MS", "S", "SEC", "Seconds", "Min", "Minutes", "Hours", "Days"];

fn is_unit(text: &str) -> bool {
    UNITS.iter().any(|unit| unit.eq_ignore_ascii_case(text))
        || !text.contains(|character: char| character.is_uppercase() || character == '/')
}

/// Takes the zone that portals put behind the names of time columns: `TimeGenerated [UTC]`.
pub fn zones(header: &mut Header) -> Result<(), String> {
    for (name, offset) in header.names.iter_mut().zip(&mut header.offsets) {
        let Some((plain, zone)) = name.strip_suffix(']').and_then(|name| name.rsplit_once(" [")) else {
            continue;
        };
        let Some(found) = zone_offset(zone) else {
            // Brackets may also be part of a name, as in `Ports [count]` and `ResponseTime [ms]`.
            let of_time = [plain, zone].iter().any(|text| text.contains("Time") || text.contains("Date"));
            if !of_time || is_unit(zone) {
                continue;
            }
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
    use super::super::adapter::{Shape, sniff};
    use super::*;
    use crate::ticks::HOUR;

    #[test]
    fn lines_before_a_header_are_known() {
        let header = |text| match sniff(&Head::new("x", text, true)).unwrap().shape {
            Shape::Csv(Header { preamble, delimiter, names, .. }) => (preamble, delimiter, names.len()),
            Shape::Rows | Shape::Stix | Shape::Audit | Shape::AuditCsv(_) => panic!("it is CSV"),
        };
        assert_eq!(header("sep=;\r\nA;B\r\n"), (1, b';', 2));
        assert_eq!(header("sep=\t\nA\tB\tC\n"), (1, b'\t', 3));
        assert_eq!(header("#TYPE X\nA,B\n"), (1, b',', 2));
        assert_eq!(header("A,B\n"), (0, b',', 2));
        assert_eq!(header("\"A\",\"B b\",\"C\"\n"), (0, b',', 3));
        assert_eq!(header("\"A\";\"B\"\n"), (0, b';', 2));
        assert_eq!(header("\"A\"\t\"B\"\n"), (0, b'\t', 2));
        assert_eq!(header("A|B|C\n"), (0, b'|', 3));
    }

    #[test]
    fn headers_give_up_their_zones() {
        let head = Head::new("x", "A [UTC];\"B [UTC+01:00]\";C\n", true);
        let Shape::Csv(header) = sniff(&head).unwrap().shape else { panic!("it is CSV") };
        assert_eq!(header.names, ["A", "B", "C"]);
        assert_eq!((header.delimiter, header.offsets), (b';', vec![0, HOUR, 0]));
        let Shape::Csv(header) = sniff(&Head::new("x", "Ports [count],B\n", true)).unwrap().shape else {
            panic!("it is CSV")
        };
        assert_eq!(header.names[0], "Ports [count]");
        for unit in ["ms", "MS", "%", "Days"] {
            let text = format!("Host,ResponseTime [{unit}]\n");
            let Shape::Csv(header) = sniff(&Head::new("x.csv", &text, true)).unwrap().shape else {
                panic!("it is CSV")
            };
            assert_eq!(header.names[1], format!("ResponseTime [{unit}]"));
        }
        assert!(sniff(&Head::new("x", "StartTime [CET],B\n", true)).is_err());
        let local = Head::new("x", "A [Local Time],B\n", true);
        assert!(sniff(&local).unwrap_err().contains("'Local Time'"));
    }
}
