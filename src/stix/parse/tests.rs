//! What the grammar takes and refuses, by cases of our own in the forms of OASIS's validator.

use proptest::prelude::*;

use super::super::{Literal, ObservationKind, Qualifier, Test};
use super::*;

const MD5: &str = "00112233445566778899aabbccddeeff";

/// One of each form that OASIS's validator accepts in its own examples, and those of real feeds.
const VALID: &[&str] = &[
    "[file:size = 4096]",
    "[file:size == 4096]",
    "[file:size != 4096]",
    "[file:size <> 4096]",
    "[file:size < 4096]",
    "[file:size <= 4096]",
    "[file:size > 4096]",
    "[file:size >= +4096]",
    "[file:size > -1]",
    "[file:size = 0]",
    "[process:x_load < -.5 OR process:x_load > +.5]",
    "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 6.5]",
    "[file:name = 'invoice.exe']",
    "[file:extended_properties.'ntfs-ext'.sid = 'S-1-5']",
    r"[email-addr:value MATCHES '.+\\@example\\.net$' OR file:name MATCHES '^Invoice.+\\.exe$']",
    "[ipv4-addr:value ISSUBSET '198.51.100.0/24']",
    "[ipv4-addr:value NOT ISSUBSET '198.51.100.0/24']",
    "[ipv4-addr:value ISSUPERSET '198.51.100.7']",
    "[user-account:user_id = 'ana'] AND [user-account:user_id != 'bo'] AND [user-account:user_id = 'eve'] WITHIN 5 SECONDS",
    "[file:name LIKE 'invoice%']",
    "[file:name IN ('a.exe', 'b.exe', 'README')]",
    "[file:size IN (1024, 2048)]",
    "[file:size IN ()]",
    "[file:size NOT IN (1,2,3)]",
    "[file:size NOT != 1 OR process:pid<12.5]",
    "[process:is_hidden = true]",
    "[process:is_hidden != false]",
    "[network-traffic:extensions[0].payload MATCHES 'YWJj']",
    "[x:list[-1] = 1]",
    r"[windows-registry-key:key = 'HKLM\\Software\\x'] WITHIN 5 SECONDS",
    "[x_sensor:seen == t'2026-05-14T11:03:44.1Z']",
    "[x_sensor:seen = t'2026-02-30T12:00:00Z']",
    "[x_sensor:seen = t'2026-12-31T23:59:60Z']",
    "[artifact:payload_bin = b'aGVyb24=']",
    "[file:mime_type = 'image/bmp' AND file:magic_number_hex = h'ffD8']",
    "[x:y=1] REPEATS 9 TIMES",
    "[x:y = 1] WITHIN 10.3 SECONDS",
    "[x:y = 1] REPEATS 5 TIMES WITHIN 1800 SECONDS",
    "[x:y = 1] START t'2026-05-01T00:00:00Z' STOP t'2026-05-14T00:00:00.5Z'",
    "( [(network-traffic:dst_port IN(443,8443) AND network-traffic:src_packets != 0) ])",
    "([x:y = 1]) WITHIN 5 SECONDS WITHIN 6 SECONDS",
    "([x:y = 1] REPEATS 2 TIMES) REPEATS 2 TIMES",
    "[x:y = 1] START t'2026-05-01T00:00:00Z' STOP t'2026-05-02T00:00:00Z' OR [x:z = 2] START \
     t'2026-05-03T00:00:00Z' STOP t'2026-05-04T00:00:00Z'",
    "[file:hashes[*] = '00112233445566778899aabbccddeeff']",
    "[file:hashes.MD5 = '00112233445566778899aabbccddeeff']",
    "[file:hashes.'MD5' = '00112233445566778899AABBCCDDEEFF' OR file:hashes.'SHA-1' = \
     '00112233445566778899aabbccddeeff00112233']",
    "([file:name = 'x.dll'] FOLLOWEDBY [process:name = 'x']) WITHIN 300 SECONDS",
    "([file:name = 'x.dll'] AND [process:name = 'x']) OR [process:name = 'y' OR process:name = 'z']",
    "[x:y = 1] OR ([x:z = false] FOLLOWEDBY [x:w LIKE '1_3']) WITHIN 46.1 SECONDS",
    "[network-traffic:src_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '192.0.2.66']",
    "[domain-name:value = 'c2.example' AND domain-name:resolves_to_refs[*].value = '203.0.113.9/32']",
    r"[url:value = 'https://c2.example/o\'auth\\x']",
    "[email-message:body_multipart[*].body_raw_ref.name MATCHES'^a']",
    "[x-usb-device:usbdrive.serial_number = '5758']",
    "[EXISTS x509-certificate:issuer]",
    "[(file:name = 'a' OR file:size = '3') AND file:created = t'2026-05-01T07:03:17Z']",
    "[ipv6-addr:value='2001:DB8::7']",
    "[x:y = 1] // the relay\n OR /* and */ [x:y = 2]",
    " (( ([file:size = 1]) ))",
];

/// One of each form that it refuses, and what is said of it.
const INVALID: &[(&str, &str)] = &[
    ("file:size = 4096", "0: file stands where [ or ( is expected"),
    ("(file:size = 4096)", "1: file stands where [ or ( is expected"),
    ("[file:size = ]", "13: ] stands where a value is expected"),
    ("[file:hashes.MD5 = 00112233445566778899aabbccddeeff]", "20: 0 stands where ] is expected"),
    ("[file:name = invoice]", "13: invoice stands where a value is expected"),
    ("[file.size = 4096]", "5: . stands where : is expected"),
    (r"[file:name MATCHES /.*\\.dll/]", "19: '/' means nothing in a pattern"),
    ("[x:y = 1] WITHIN ]", "17: ] stands where a number of seconds is expected"),
    ("[x:y = 1] WITHIN 5 HOURS]", "19: HOURS stands where SECONDS is expected"),
    ("[x:y = 1] WITHIN -5 SECONDS", "17: -5 stands where a number of seconds is expected"),
    ("[x:y = 1] REPEATS 2.5 TIMES", "18: 2.5 stands where a number of times is expected"),
    ("[network-traffic:dst_ref.value ISSUBSET ]", "40: ] stands where a text in quotes is expected"),
    ("[x:y =? 'a']", "6: '?' means nothing in a pattern"),
    (
        "[x:y = t'2026-73-22T32:81:84.1Z']",
        "7: what stands in the quotes is not a time, such as t'2026-05-14T12:00:00Z'",
    ),
    ("[x:y = b'====']", "7: what stands in the quotes is not base64"),
    ("[x:y = b'']", "7: what stands in the quotes is not base64"),
    ("[x:y = h'f']", "7: what stands in the quotes is not pairs of hexadecimal digits"),
    (
        "[x:y=1] within 2 seconds",
        "8: within stands where AND, OR, FOLLOWEDBY, a qualifier or the end is expected",
    ),
    ("[file:hashes.'SHA-256' = 'f00']", "1: a SHA-256 has 64 hexadecimal digits"),
    ("[x:y = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", "27: an observation has one qualifier of a kind"),
    ("([x:y = 1] REPEATS 2 TIMES REPEATS 3 TIMES)", "27: an observation has one qualifier of a kind"),
    (
        "[x:y = 1] START t'2026-05-01T00:00:00Z' STOP t'2026-05-02T00:00:00Z' START t'2026-05-01T00:00:00Z' STOP \
         t'2026-05-02T00:00:00Z'",
        "69: an observation has one qualifier of a kind",
    ),
    (
        "[x:y = 1] START '2026-05-01T00:00:00Z' STOP '2026-05-02T00:00:00Z'",
        "16: '2026-05-01T00:00:00Z' stands where a time, such as t'2026-05-14T12:00:00Z', is expected",
    ),
    ("[x:y = true AND]", "15: ] stands where an object path, such as ipv4-addr:value, is expected"),
    ("[x:y < true]", "7: true stands where a value that has an order is expected"),
    ("[NOT x:y = 1]", "1: NOT stands where an object path, such as ipv4-addr:value, is expected"),
    ("[x-y:a-b = 1]", "5: a-b stands where the name of a property is expected"),
    ("[x:y IN (1,)]", "11: ) stands where a value is expected"),
    ("[x:y[a] = 1]", "5: a stands where a number or * is expected"),
    ("[x:y LIKE 5]", "10: 5 stands where a text in quotes is expected"),
    ("[x:y = 'a]", "7: the text has no closing quote"),
    ("[x:y = 'a'", "10: the pattern ends where ] is expected"),
    (r"[x:y = 'C:\a']", "10: a backslash is written as two"),
    ("[x:y = 1] /* open", "10: the comment has no end"),
    ("rule Heron { strings: $a = \"heron\" condition: $a }", "11: '{' means nothing in a pattern"),
    ("[]", "1: ] stands where an object path, such as ipv4-addr:value, is expected"),
    ("", "0: the pattern ends where [ or ( is expected"),
];

/// The first thing that is wrong, with its place.
fn wrong(text: &str) -> Option<String> {
    let problem = match parse(text) {
        Ok(pattern) => pattern.remarks.into_iter().next()?,
        Err(problem) => problem,
    };
    Some(format!("{}: {}", problem.at, problem.message))
}

#[test]
fn what_is_valid_is_read() {
    for text in VALID {
        assert_eq!(wrong(text), None, "{text}");
    }
}

#[test]
fn what_is_invalid_is_refused_with_its_place() {
    for (text, expected) in INVALID {
        assert_eq!(wrong(text).as_deref(), Some(*expected), "{text}");
    }
}

#[test]
fn times_are_checked() {
    let valid = |time: &str| wrong(&format!("[x:y = t'{time}']")).is_none();
    for time in ["2026-01-15T12:30:45Z", "2024-02-29T12:00:00Z", "2026-01-15T12:30:45.123456Z"] {
        assert!(valid(time), "{time}");
    }
    for time in [
        "2026-13-01T12:00:00Z",
        "2026-00-01T12:00:00Z",
        "2026-01-32T12:00:00Z",
        "2026-01-00T12:00:00Z",
        "2026-01-15T25:00:00Z",
        "2026-01-15T12:60:00Z",
        "2026-01-15T12:30:61Z",
        "2026-01-15T12:30:45",
        "2026-01-15T12:30:45.Z",
        "2026/01/15T12:30:45Z",
        "soon",
        "",
    ] {
        assert!(!valid(time), "{time}");
    }
}

#[test]
fn words_bind_as_the_grammar_says() {
    let joints = |text: &str| match parse(text).unwrap().root.kind {
        ObservationKind::Joined(joint, parts) => (joint, parts.len()),
        ObservationKind::One(_) => panic!("one"),
    };
    assert_eq!(joints("[x:a=1] AND [x:b=1] OR [x:c=1]"), (Joint::Or, 2));
    assert_eq!(joints("[x:a=1] OR [x:b=1] FOLLOWEDBY [x:c=1] AND [x:d=1]"), (Joint::FollowedBy, 2));
    let test = |text: &str| match parse(text).unwrap().root.kind {
        ObservationKind::One(test) => test,
        ObservationKind::Joined(..) => panic!("several"),
    };
    assert!(matches!(test("[x:a=1 AND x:b=1 OR x:c=1]"), Test::Any(parts) if parts.len() == 2));
    assert!(matches!(test("[x:a=1 AND (x:b=1 OR x:c=1)]"), Test::All(parts) if parts.len() == 2));
}

#[test]
fn a_comparison_has_its_parts() {
    let pattern = parse(r"[x-y:a.'b-c'[3].d[*] NOT IN ('o\'x', 2)] REPEATS 2 TIMES").unwrap();
    assert_eq!(pattern.root.qualifiers, [Qualifier::Repeats(2)]);
    let comparison = pattern.comparisons()[0];
    let name = |name: &str| Step::Name(name.into());
    assert_eq!(comparison.object, "x-y");
    assert_eq!(comparison.path, [name("a"), name("b-c"), Step::Index(3), name("d"), Step::Every]);
    assert_eq!(comparison.key, "x-y:a.'b-c'[3].d[*]");
    assert_eq!((comparison.negated, comparison.operator), (true, Operator::In));
    assert_eq!(comparison.values, [Literal::Text("o'x".into()), Literal::Whole("2".into())]);
}

#[test]
fn deep_brackets_end_in_a_problem() {
    for bracket in ["(", "[("] {
        assert!(parse(&bracket.repeat(100_000)).is_err());
    }
    let deep = |depth: usize| format!("{}[x:y = 1]{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&deep(DEPTH_MAX)).is_ok());
    assert_eq!(
        wrong(&deep(DEPTH_MAX + 1)).unwrap(),
        format!("{}: brackets nest deeper than 64", DEPTH_MAX + 1)
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn any_tokens_are_read_or_refused(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "[", "]", "(", ")", "x:y", "'a'", "=", "!=", "IN", "NOT", "AND", "OR", "FOLLOWEDBY", "WITHIN", "5",
                "SECONDS", "REPEATS", "TIMES", "START", "STOP", "t'2026-05-14T12:00:00Z'", "b'", "h'ff'", ".", "[*]",
                ",", "EXISTS", "ISSUBSET", "-1.5", "'", "\\", "é", "/*", "//", "\n", ":", "true", MD5,
            ]),
            0..24,
        ),
        space in prop::sample::select(vec!["", " "]),
    ) {
        if let Err(problem) = parse(&parts.join(space)) {
            prop_assert!(problem.at <= parts.join(space).len());
        }
    }
}
