//! Hashes. Knows `kernels::hash` by name, and DuckDB's md5, sha1 and sha256.

use super::func::Lower::{Kernel, Refuse, Sql};
use super::func::Ret::Is;
use super::func::{
    ANY, DATETIME, Func, LONG, ONLY_STR, Param, SCALAR, Sig, TEXT, f, named, power_of_two, rest, sig,
};
use crate::types::Type::{Long, String};

/// Anything but a dynamic, as its text.
const PLAIN: Param = Param { types: SCALAR.types, ..TEXT };
const MODULUS: Param = named("mod", LONG);
const POWER_OF_TWO: Param = power_of_two(MODULUS);
const HASH: &[Sig] = &[
    sig(&[ONLY_STR], Is(Long), Kernel("kql_hash_text")),
    sig(&[DATETIME], Is(Long), Kernel("kql_hash_datetime")),
    sig(
        &[ANY],
        Is(Long),
        Refuse(
            "Only what Kusto's hash() gives for strings and datetimes is known; hash the text of the value: \
             hash(tostring(x)).",
        ),
    ),
    // From 0 to below a power of two, a hash has one remainder, whether it is read with a sign or without.
    sig(&[ONLY_STR, POWER_OF_TWO], Is(Long), Sql("kql_mod(kql_hash_text({0}), {1})")),
    sig(&[DATETIME, POWER_OF_TWO], Is(Long), Sql("kql_mod(kql_hash_datetime({0}), {1})")),
    sig(
        &[ANY, MODULUS],
        Is(Long),
        Refuse(
            "How Kusto reduces a negative hash is known for strings and datetimes and powers of two only: \
             write hash(tostring(x), 16), or the remainder yourself, as in hash(x) % 10, which is never negative.",
        ),
    ),
];

const COMBINED: &[Sig] = &[sig(
    &[ANY, rest(ANY)],
    Is(Long),
    Refuse(
        "How Kusto combines hashes is not published; hash the joined texts instead, as in \
         hash(strcat_delim('|', a, b)).",
    ),
)];

pub static ROWS: &[Func] = &[
    f("hash", HASH)
        .aliases(&["hash_xxhash64"])
        .doc("The xxHash64 of a text or a datetime.")
        .trap("Microsoft may change the algorithm of hash(); hash_sha256() stays.")
        .example("print hash('hunt')", "-8534981639838601994"),
    f("hash_sha256", &[sig(&[PLAIN], Is(String), Sql("coalesce(sha256(nullif({0}, '')), '')"))])
        .doc("The SHA-256 of a value's text in hexadecimal digits.")
        .trap("The hash of the empty text is empty.")
        .example(
            "print hash_sha256('hunt')",
            "18c3bc28bde14691d7ce2a9657d9e93d205c224fc084b733e5190ee9fd2a80bc",
        ),
    f("hash_md5", &[sig(&[PLAIN], Is(String), Sql("coalesce(md5(nullif({0}, '')), '')"))])
        .doc("The MD5 of a value's text in hexadecimal digits.")
        .trap("The hash of the empty text is empty.")
        .example("print hash_md5('hunt')", "bc9bf7bb6c4ab8d0daf374963110f4a7"),
    f("hash_sha1", &[sig(&[PLAIN], Is(String), Sql("coalesce(sha1(nullif({0}, '')), '')"))])
        .doc("The SHA-1 of a value's text in hexadecimal digits.")
        .trap("The hash of the empty text is empty.")
        .example("print hash_sha1('hunt')", "8c72b58e547c0fbfe4b628cc27b337f8ea329b7f"),
    f("hash_combine", COMBINED).doc("One hash of several hashes."),
    f("hash_many", COMBINED).doc("One hash of several values."),
];
