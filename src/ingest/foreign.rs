//! Formats that are told from their first bytes and not read, each with a way out.

const UNPACK: &str = "unpack it first";

/// The bytes that a content begins with, what that is, and what to do.
const FORMATS: &[(&[u8], &str, &str)] = &[
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "unpack it, or save its sheet as CSV"),
    (b"\x1f\x8b", "gzip within gzip", UNPACK),
    (b"\x28\xb5\x2f\xfd", "Zstandard", UNPACK),
    (b"\xfd7zXZ\0", "xz", UNPACK),
    (b"BZh", "bzip2", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"\xff\xfe\0\0", "UTF-32", "convert it to UTF-8"),
    (b"\0\0\xfe\xff", "UTF-32", "convert it to UTF-8"),
    (b"SQLite format 3\0", "an SQLite database", "export its tables as CSV or JSON Lines"),
    (b"ElfFile\0", "a Windows event log", "convert it to JSON Lines or CSV"),
    (b"Obj\x01", "Avro", "convert it to JSON Lines"),
    (b"%PDF", "PDF", "export the data as CSV or JSON"),
];

/// Why a content that begins so is not read; `None` when it may be.
pub fn refusal(bytes: &[u8]) -> Option<String> {
    let (_, what, way_out) = FORMATS.iter().find(|(start, _, _)| bytes.starts_with(start))?;
    Some(format!("it is {what}, which is not read; {way_out}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_named_with_a_way_out() {
        let said = |bytes: &[u8]| refusal(bytes);
        assert_eq!(
            said(b"PK\x03\x04\x14").as_deref(),
            Some(
                "it is a ZIP archive or an Excel workbook, which is not read; \
                 unpack it, or save its sheet as CSV"
            )
        );
        assert!(said(b"\xff\xfe\0\0{\0\0\0").is_some_and(|text| text.contains("UTF-32")));
        for fine in [&b""[..], b"{\"a\":1}", b"Time,User\n", b"\xff\xfe{\0", b"  [1]"] {
            assert_eq!(said(fine), None);
        }
    }
}
