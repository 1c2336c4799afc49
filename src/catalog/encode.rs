//! URL, base64 and compression. Knows `kernels::encode` by name.

use super::func::Lower::Kernel;
use super::func::Ret::Is;
use super::func::{DYN, Func, GUID, PLAIN, Shape, f, named, shaped, sig};
use crate::types::Type::{Dynamic, Guid, String};

/// Why compressed text may differ.
const LIKE_KUSTO: (&str, &str) = (
    "may give other bytes than Kusto's compressor",
    "What it gives decompresses to the same text; compare texts, or their hash_sha256().",
);

pub static ROWS: &[Func] = &[
    f("url_encode", &[sig(&[PLAIN], Is(String), Kernel("kql_url_encode"))])
        .doc("A text as it is sent in a URL, with + for a blank.")
        .example("print url_encode('a b/c')", "a+b%2fc"),
    f("url_encode_component", &[sig(&[PLAIN], Is(String), Kernel("kql_url_encode_component"))])
        .doc("A text as it is sent in a URL, with %20 for a blank.")
        .example("print url_encode_component('a b/c')", "a%20b%2fc"),
    f("url_decode", &[sig(&[PLAIN], Is(String), Kernel("kql_url_decode"))])
        .doc("The text of a URL with its % codes decoded.")
        .example("print url_decode('a%20b%2fc')", "a b/c"),
    f("base64_encode_tostring", &[sig(&[PLAIN], Is(String), Kernel("kql_base64_encode"))])
        .formerly(&["base64_encodestring"])
        .doc("The UTF-8 of a text in base64.")
        .example("print base64_encode_tostring('KQL!')", "S1FMIQ=="),
    f("base64_decode_tostring", &[sig(&[PLAIN], Is(String), Kernel("kql_base64_decode"))])
        .formerly(&["base64_decodestring"])
        .doc("The text whose UTF-8 is given in base64.")
        .trap("What is no base64, lacks its = signs or is no UTF-8 becomes the empty text; so does UTF-16 with other than plain letters.")
        .example("print base64_decode_tostring('S1FMIQ==')", "KQL!"),
    f("base64_decode_toarray", &[sig(&[PLAIN], Is(Dynamic), Kernel("kql_base64_decode_array"))])
        .doc("The bytes given in base64 as an array of numbers; null when it is none.")
        .example("print base64_decode_toarray('S1FM')", "[75,81,76]"),
    f("base64_encode_fromarray", &[sig(&[shaped(Shape::Array, DYN)], Is(String), Kernel("kql_base64_encode_array"))])
        .doc("An array of bytes in base64.")
        .example("print base64_encode_fromarray(dynamic([75, 81, 76]))", "S1FM"),
    f("base64_encode_fromguid", &[sig(&[GUID], Is(String), Kernel("kql_base64_encode_guid"))])
        .doc("The bytes of a guid in base64.")
        .example(
            "print base64_encode_fromguid(guid(00010203-0405-0607-0809-0a0b0c0d0e0f))",
            "AwIBAAUEBwYICQoLDA0ODw==",
        ),
    f(
        "base64_decode_toguid",
        &[sig(&[PLAIN], Is(Guid), Kernel("kql_base64_decode_guid"))],
    )
    .doc("The guid whose bytes are given in base64, as base64_encode_fromguid() writes them; null when it is none.")
    .trap("The reference's example of it shows two bytes the other way round, and contradicts that of the encoder: a warning says so.")
    .example("print base64_decode_toguid('AwIBAAUEBwYICQoLDA0ODw==')", "00010203-0405-0607-0809-0a0b0c0d0e0f"),
    f(
        "zlib_decompress_from_base64_string",
        &[sig(&[PLAIN], Is(String), Kernel("kql_zlib_decompress"))],
    )
    .doc("The text that was compressed with zlib and put in base64; empty when it was not.")
    .example("print zlib_decompress_from_base64_string('eNrzDvRRBAAC3AEK')", "KQL!"),
    f(
        "gzip_decompress_from_base64_string",
        &[sig(&[PLAIN], Is(String), Kernel("kql_gzip_decompress"))],
    )
    .doc("The text that was compressed with gzip and put in base64; empty when it was not.")
    .example("print gzip_decompress_from_base64_string('H4sIAAAAAAACA/MO9FEEAPBUihAEAAAA')", "KQL!"),
    f("zlib_compress_to_base64_string", &[sig(&[PLAIN], Is(String), Kernel("kql_zlib_compress"))])
        .doc("A text compressed with zlib, in base64.")
        .caveat(LIKE_KUSTO.0, LIKE_KUSTO.1)
        .example("print zlib_compress_to_base64_string('KQL!')", "eAEBBAD7/0tRTCEC3AEK"),
    f("gzip_compress_to_base64_string", &[sig(&[PLAIN], Is(String), Kernel("kql_gzip_compress"))])
        .doc("A text compressed with gzip, in base64.")
        .caveat(LIKE_KUSTO.0, LIKE_KUSTO.1)
        .example("print gzip_compress_to_base64_string('KQL!')", "H4sIAAAAAAAA/wEEAPv/S1FMIfBUihAEAAAA"),
    f("punycode_from_string", &[sig(&[PLAIN], Is(String), Kernel("kql_punycode_encode"))])
        .doc("A text in punycode, without the xn-- of a domain label.")
        .example("print punycode_from_string('bücher')", "bcher-kva"),
    f("punycode_to_string", &[sig(&[PLAIN], Is(String), Kernel("kql_punycode_decode"))])
        .doc("The text that punycode stands for; empty when it is none.")
        .example("print punycode_to_string('bcher-kva')", "bücher"),
    f("punycode_domain_to_string", &[sig(&[named("domain", PLAIN)], Is(String), Kernel("kql_punycode_encode_domain"))])
        .doc("A domain name with its labels in punycode.")
        .trap("The names of the two are the other way round than one expects: this one encodes.")
        .example("print punycode_domain_to_string('bücher.contoso.com')", "xn--bcher-kva.contoso.com"),
    f("punycode_domain_from_string", &[sig(&[named("domain", PLAIN)], Is(String), Kernel("kql_punycode_decode_domain"))])
        .doc("The domain name whose labels are in punycode; empty when one is none.")
        .example("print punycode_domain_from_string('xn--bcher-kva.contoso.com')", "bücher.contoso.com"),
];
