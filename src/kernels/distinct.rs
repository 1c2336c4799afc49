//! Sketches of distinct counts: the least hashes of the values that were seen. Up to [`KEPT_MAX`] values
//! a sketch is exact; above it tells how many there are by how dense the kept hashes lie (Bar-Yossef et
//! al. 2002), with a standard error of 0.2 %, which is what Kusto's most accurate one has. The text is no
//! text of Kusto's. Knows texts only.

use std::fmt::Write;

use super::Phys::{Bool, Long, Text, Texts};
use super::hash::xxhash64;
use super::{Cell, Kernel, fail, lenient, strict};

/// The texts of `kql_hll` are values; those of `kql_hll_merge` are sketches.
pub const KERNELS: &[Kernel] = &[
    lenient("kql_hll", &[Texts], Text, |args, out| {
        let values = args[0].texts().unwrap_or_default().iter().flatten();
        write(values.map(|value| xxhash64(value.as_bytes())).collect(), out)
    }),
    lenient("kql_hll_merge", &[Texts], Text, |args, out| {
        let mut hashes = Vec::new();
        for sketch in args[0].texts().unwrap_or_default().iter().flatten() {
            match read(sketch) {
                Some(more) => hashes.extend(more),
                None => return fail(out, FOREIGN),
            }
        }
        write(hashes, out)
    }),
    strict("kql_dcount_hll", &[Text], Long, |args, out| match args[0].text().and_then(read) {
        Some(hashes) => Cell::Long(count(&hashes)),
        None => fail(out, FOREIGN),
    }),
    strict("kql_hll_intersect", &[Texts], Long, |args, out| {
        let sketches = args[0].texts().unwrap_or_default();
        if sketches.contains(&None) {
            return Cell::Null;
        }
        match sketches.iter().flatten().map(|sketch| read(sketch)).collect::<Option<Vec<_>>>() {
            Some(sketches) => Cell::Long(shared(&sketches)),
            None => fail(out, FOREIGN),
        }
    }),
    strict("kql_is_hll", &[Text], Bool, |args, _| Cell::Bool(args[0].text().and_then(read).is_some())),
];

/// Hashes that a sketch keeps.
pub const KEPT_MAX: usize = 1 << 18;

const OPENING: &str = "{\"hll\":\"";
const CLOSING: &str = "\"}";
const DIGITS: usize = 16;
const FOREIGN: &str = "a value is no sketch that hll() or hll_merge() made in this query";

fn write(mut hashes: Vec<u64>, out: &mut String) -> Cell<'_> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes.truncate(KEPT_MAX);
    out.push_str(OPENING);
    for hash in hashes {
        // Writing to a String cannot fail.
        let _ = write!(out, "{hash:016x}");
    }
    out.push_str(CLOSING);
    Cell::Text(out)
}

/// The hashes of a sketch, the least first; `None` for any other value.
fn read(json: &str) -> Option<Vec<u64>> {
    let digits = json.strip_prefix(OPENING)?.strip_suffix(CLOSING)?;
    let hashes = digits.as_bytes().chunks(DIGITS).map(|hash| {
        let hash = std::str::from_utf8(hash).ok().filter(|hash| hash.len() == DIGITS)?;
        u64::from_str_radix(hash, 16).ok()
    });
    hashes.collect()
}

fn count(hashes: &[u64]) -> i64 {
    match limit(hashes) {
        Some(last) => ((hashes.len() - 1) as f64 / density(last)).round() as i64,
        None => hashes.len() as i64,
    }
}

/// The greatest hash of a sketch that does not keep all of them.
fn limit(hashes: &[u64]) -> Option<u64> {
    hashes.last().copied().filter(|_| hashes.len() >= KEPT_MAX)
}

/// Which part of all hashes is not above this one.
fn density(last: u64) -> f64 {
    (last as f64 + 1.0) / (u64::MAX as f64)
}

/// How many values are in all of the sketches: of the hashes that each of them would have kept.
fn shared(sketches: &[Vec<u64>]) -> i64 {
    let Some((first, others)) = sketches.split_first() else { return 0 };
    let end = sketches.iter().filter_map(|hashes| limit(hashes)).min();
    let kept = first.iter().filter(|hash| end.is_none_or(|end| **hash < end));
    let found = kept.filter(|hash| others.iter().all(|other| other.binary_search(hash).is_ok())).count();
    match end {
        Some(end) => (found as f64 / density(end)).round() as i64,
        None => found as i64,
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_MAX, count};
    use crate::kernels::Cell::{Null, Text, Texts};
    use crate::kernels::testing::call;

    fn sketch(values: &[String]) -> String {
        let values: Vec<Option<&str>> = values.iter().map(|value| Some(value.as_str())).collect();
        call("kql_hll", &[Texts(&values)])
    }

    fn numbers(from: usize, to: usize) -> Vec<String> {
        (from..to).map(|number| number.to_string()).collect()
    }

    #[test]
    fn exact_while_all_hashes_are_kept() {
        let (one, other) = (sketch(&numbers(0, 700)), sketch(&numbers(500, 1000)));
        assert_eq!(call("kql_dcount_hll", &[Text(&one)]), "700");
        let merged = call("kql_hll_merge", &[Texts(&[Some(&one), None, Some(&other), Some(&one)])]);
        assert_eq!(call("kql_dcount_hll", &[Text(&merged)]), "1000");
        let empty = call("kql_hll", &[Null]);
        assert_eq!(call("kql_dcount_hll", &[Text(&empty)]), "0");
    }

    #[test]
    fn near_when_there_are_more() {
        let many = sketch(&numbers(0, 3 * KEPT_MAX));
        let found: f64 = call("kql_dcount_hll", &[Text(&many)]).parse().unwrap();
        let wanted = 3.0 * KEPT_MAX as f64;
        assert!((found / wanted - 1.0).abs() < 0.01, "{found} for {wanted}");
        assert_eq!(count(&[u64::MAX; 3]), 3);
    }

    #[test]
    fn what_sketches_share_is_counted() {
        let (one, other) = (sketch(&numbers(0, 700)), sketch(&numbers(500, 1000)));
        assert_eq!(call("kql_hll_intersect", &[Texts(&[Some(&one), Some(&other)])]), "200");
        assert_eq!(call("kql_hll_intersect", &[Texts(&[Some(&one), None])]), "NULL");
        let (one, other) = (sketch(&numbers(0, 2 * KEPT_MAX)), sketch(&numbers(KEPT_MAX, 3 * KEPT_MAX)));
        let found: f64 = call("kql_hll_intersect", &[Texts(&[Some(&one), Some(&other)])]).parse().unwrap();
        assert!((found / KEPT_MAX as f64 - 1.0).abs() < 0.01, "{found}");
    }

    #[test]
    fn what_is_no_sketch_is_told() {
        for json in ["1", "{\"hll\":\"12\"}", "[[1024,14],[\"-6903255281122589438\"],[]]"] {
            assert_eq!(call("kql_is_hll", &[Text(json)]), "false");
            assert!(call("kql_dcount_hll", &[Text(json)]).starts_with("error: "));
            assert!(call("kql_hll_merge", &[Texts(&[Some(json)])]).starts_with("error: "));
        }
    }
}
