//! URL and base64 encodings and what is compressed inside base64. Failure is the empty text or null,
//! as in Kusto. Knows bytes only.

use std::io::Read;

use super::json::Kind;
use super::text::TEXT_MAX;
use super::{Cell, Kernel, Phys, fail, infallible, json, strict};

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_url_encode", &[Phys::Text], Phys::Text, |args, out| url_encode(args[0], "+", out)),
    strict("kql_url_encode_component", &[Phys::Text], Phys::Text, |args, out| {
        url_encode(args[0], "%20", out)
    }),
    strict("kql_url_decode", &[Phys::Text], Phys::Text, |args, out| {
        url_decode(args[0].text().unwrap_or(""), out);
        Cell::Text(out)
    }),
    strict("kql_base64_encode", &[Phys::Text], Phys::Text, |args, out| {
        base64(args[0].text().unwrap_or("").as_bytes(), out);
        Cell::Text(out)
    }),
    strict("kql_base64_encode_array", &[Phys::Text], Phys::Text, |args, out| {
        if let Some(bytes) = args[0].text().and_then(byte_array) {
            base64(&bytes, out);
        }
        Cell::Text(out)
    }),
    strict("kql_base64_encode_guid", &[Phys::Text], Phys::Text, |args, out| {
        if let Some(bytes) = args[0].text().and_then(guid_bytes) {
            base64(&bytes, out);
        }
        Cell::Text(out)
    }),
    strict("kql_base64_decode", &[Phys::Text], Phys::Text, |args, out| {
        let bytes = args[0].text().and_then(unbase64);
        out.push_str(bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or(""));
        Cell::Text(out)
    }),
    strict("kql_base64_decode_array", &[Phys::Text], Phys::Text, |args, out| {
        let Some(bytes) = args[0].text().and_then(unbase64) else {
            return Cell::Null;
        };
        let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
        out.push_str(&format!("[{}]", numbers.join(",")));
        Cell::Text(out)
    }),
    strict("kql_base64_decode_guid", &[Phys::Text], Phys::Text, |args, out| {
        match args[0].text().and_then(unbase64).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) {
            Some(bytes) => {
                write_guid(bytes, out);
                Cell::Text(out)
            }
            None => Cell::Null,
        }
    }),
    strict("kql_zlib_decompress", &[Phys::Text], Phys::Text, |args, out| {
        decompress(args[0], |bytes| Box::new(flate2::bufread::ZlibDecoder::new(bytes)), out)
    })
    .fallible(),
    strict("kql_gzip_decompress", &[Phys::Text], Phys::Text, |args, out| {
        decompress(args[0], |bytes| Box::new(flate2::bufread::MultiGzDecoder::new(bytes)), out)
    })
    .fallible(),
    strict("kql_zlib_compress", &[Phys::Text], Phys::Text, |args, out| {
        let text = args[0].text().unwrap_or("").as_bytes();
        let mut bytes = vec![0x78, 0x01];
        bytes.extend(deflated(text));
        bytes.extend(adler32(text).to_be_bytes());
        base64(&bytes, out);
        Cell::Text(out)
    }),
    strict("kql_gzip_compress", &[Phys::Text], Phys::Text, |args, out| {
        let text = args[0].text().unwrap_or("").as_bytes();
        // No time, no level, made by an unknown system.
        let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
        bytes.extend(deflated(text));
        let mut sum = flate2::Crc::new();
        sum.update(text);
        bytes.extend(sum.sum().to_le_bytes());
        bytes.extend(sum.amount().to_le_bytes());
        base64(&bytes, out);
        Cell::Text(out)
    }),
]);

/// As .NET's `HttpUtility.UrlEncode`: small hexadecimal digits, and `-_.!*()` stay.
fn url_encode<'a>(arg: Cell<'a>, blank: &str, out: &'a mut String) -> Cell<'a> {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for byte in arg.text().unwrap_or("").bytes() {
        match byte {
            b' ' => out.push_str(blank),
            b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => out.push(byte as char),
            _ if byte.is_ascii_alphanumeric() => out.push(byte as char),
            _ => {
                out.push('%');
                out.push(HEX[usize::from(byte >> 4)] as char);
                out.push(HEX[usize::from(byte & 15)] as char);
            }
        }
    }
    Cell::Text(out)
}

/// `%41` is a byte and `+` a blank; a `%` without two digits stays, and bytes that are no UTF-8 become
/// the replacement character.
pub fn url_decode(text: &str, out: &mut String) {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let hex = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
        match (byte, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                bytes.push(hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0));
                rest = &after[2..];
            }
            _ => bytes.push(*byte),
        }
    }
    out.push_str(&String::from_utf8_lossy(&bytes));
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// With padding.
pub fn base64(bytes: &[u8], out: &mut String) {
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        for digit in 0..4 {
            let shown = digit <= group.len();
            let index = (bits >> (18 - 6 * digit)) as usize & 63;
            out.push(if shown { ALPHABET[index] as char } else { '=' });
        }
    }
}

/// Padded, and nothing else in it; an unpadded text is none in Kusto too.
fn unbase64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

fn byte_array(json: &str) -> Option<Vec<u8>> {
    if json::kind(json) != Some(Kind::Array) {
        return None;
    }
    let byte = |element| json::whole_number(element).and_then(|number| u8::try_from(number).ok());
    json::elements(json).map(byte).collect()
}

/// The first three fields have their least byte first, as in .NET.
fn guid_bytes(guid: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = guid
        .chars()
        .filter(|c| *c != '-')
        .map(|c| c.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    Some(turned(bytes.try_into().ok()?).to_vec())
}

fn write_guid(bytes: [u8; 16], out: &mut String) {
    use std::fmt::Write;
    for (at, byte) in turned(bytes).into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
}

/// From one order of bytes to the other.
fn turned(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[0..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

fn decompress<'a>(
    arg: Cell<'a>,
    reader: impl for<'b> Fn(&'b [u8]) -> Box<dyn Read + 'b>,
    out: &'a mut String,
) -> Cell<'a> {
    let Some(bytes) = arg.text().and_then(unbase64) else {
        return Cell::Text("");
    };
    let mut text = Vec::new();
    let read = reader(&bytes).take(TEXT_MAX as u64 + 1).read_to_end(&mut text);
    if text.len() > TEXT_MAX {
        return fail(out, "a compressed text is longer than 64 MB");
    }
    match (read, std::str::from_utf8(&text)) {
        (Ok(_), Ok(text)) => {
            out.push_str(text);
            Cell::Text(out)
        }
        _ => Cell::Text(""),
    }
}

/// The deflated bytes. What would not become shorter is stored in one block, as in the examples of
/// "gzip_compress_to_base64_string()" and "zlib_compress_to_base64_string()".
fn deflated(text: &[u8]) -> Vec<u8> {
    let packed = |level| {
        let mut bytes = Vec::new();
        let mut encoder = flate2::bufread::DeflateEncoder::new(text, level);
        // Reading from memory cannot fail.
        let _ = encoder.read_to_end(&mut bytes);
        bytes
    };
    let short = packed(flate2::Compression::default());
    if short.len() < text.len() { short } else { packed(flate2::Compression::none()) }
}

/// The checksum at the end of zlib's format (RFC 1950).
fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65521;
    let (mut low, mut high) = (1, 0);
    // So many bytes cannot overflow 32 bits.
    for run in bytes.chunks(5552) {
        for byte in run {
            low += u32::from(*byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use crate::kernels::testing::texts;
    use proptest::prelude::*;

    /// The test vectors of RFC 4648, section 10.
    #[test]
    fn base64_of_the_standard() {
        let encoded = |bytes: &[u8]| {
            let mut text = String::new();
            super::base64(bytes, &mut text);
            text
        };
        let cases = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        for (length, expected) in cases.into_iter().enumerate() {
            assert_eq!(encoded(&b"foobar"[..length]), expected);
        }
        assert_eq!(encoded(&[0xff, 0xfe]), "//4=");
    }

    #[test]
    fn urls() {
        assert_eq!(texts("kql_url_encode", &["a b&c=é/~"]), "a+b%26c%3d%c3%a9%2f%7e");
        assert_eq!(texts("kql_url_encode_component", &["a b"]), "a%20b");
        assert_eq!(texts("kql_url_decode", &["a+b%2Fc%3d%C3%a9 100% %4"]), "a b/c=é 100% %4");
        assert_eq!(texts("kql_url_decode", &["%ff"]), "\u{fffd}");
    }

    #[test]
    fn base64_is_strict() {
        assert_eq!(texts("kql_base64_encode", &["KQL!"]), "S1FMIQ==");
        assert_eq!(texts("kql_base64_decode", &["S1FMIQ=="]), "KQL!");
        for bad in ["S1FMIQ", "S1FM IQ=", "S1F=====", "/////w==", "=", "S1FM\n"] {
            assert_eq!(texts("kql_base64_decode", &[bad]), "", "{bad:?}");
        }
        assert_eq!(texts("kql_base64_decode_array", &["/wA="]), "[255,0]");
        assert_eq!(texts("kql_base64_decode_array", &["/wA"]), "NULL");
        assert_eq!(texts("kql_base64_encode_array", &["[255,0]"]), "/wA=");
        assert_eq!(texts("kql_base64_encode_array", &["[256]"]), "");
        let guid = "00010203-0405-0607-0809-0a0b0c0d0e0f";
        assert_eq!(texts("kql_base64_encode_guid", &[guid]), "AwIBAAUEBwYICQoLDA0ODw==");
        assert_eq!(texts("kql_base64_decode_guid", &["AwIBAAUEBwYICQoLDA0ODw=="]), guid);
        for bad in ["", "abcd1231", "AwIBAAUEBwYICQoLDA0ODw", "AwIBAAUEBwYICQoLDA0O", "?"] {
            assert_eq!(texts("kql_base64_decode_guid", &[bad]), "NULL", "{bad:?}");
        }
    }

    #[test]
    fn compressed_texts() {
        use std::io::Write;
        let encoded = |bytes: &[u8]| {
            let mut out = String::new();
            super::base64(bytes, &mut out);
            out
        };
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(b"hunt hunt hunt").unwrap();
        assert_eq!(texts("kql_zlib_decompress", &[&encoded(&zlib.finish().unwrap())]), "hunt hunt hunt");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(b"hunt").unwrap();
        let gzip = gzip.finish().unwrap();
        assert_eq!(texts("kql_gzip_decompress", &[&encoded(&gzip)]), "hunt");
        assert_eq!(texts("kql_gzip_decompress", &[&encoded(&gzip[..12])]), "", "cut short");
        assert_eq!(texts("kql_zlib_decompress", &["x"]), "");
        let long = "beacon to 192.0.2.7 ".repeat(10_000);
        for (there, back) in
            [("kql_zlib_compress", "kql_zlib_decompress"), ("kql_gzip_compress", "kql_gzip_decompress")]
        {
            let packed = texts(there, &[&long]);
            assert!(packed.len() < 2000, "{} bytes", packed.len());
            assert_eq!(texts(back, &[&packed]), long);
        }
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        bomb.write_all(&vec![b' '; super::TEXT_MAX + 1]).unwrap();
        let bomb = texts("kql_gzip_decompress", &[&encoded(&bomb.finish().unwrap())]);
        assert!(bomb.starts_with("error: "));
    }

    proptest! {
        #[test]
        fn there_and_back(text: String) {
            prop_assert_eq!(texts("kql_base64_decode", &[&texts("kql_base64_encode", &[&text])]), text.clone());
            prop_assert_eq!(texts("kql_url_decode", &[&texts("kql_url_encode", &[&text])]), text.clone());
            prop_assert_eq!(texts("kql_url_decode", &[&texts("kql_url_encode_component", &[&text])]), text.clone());
            prop_assert_eq!(texts("kql_zlib_decompress", &[&texts("kql_zlib_compress", &[&text])]), text.clone());
            prop_assert_eq!(texts("kql_gzip_decompress", &[&texts("kql_gzip_compress", &[&text])]), text);
        }
    }
}
