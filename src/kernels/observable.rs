//! What a STIX pattern looks for: each value with its key, in one spelling. Knows text only.

use std::fmt::Write;

use super::address::Network;
use super::json::quote;
use super::{Cell, Kernel, Phys, infallible, strict};
use crate::stix::{
    self, Comparison, Joint, Literal, Observation, ObservationKind, Operator, Pattern, Qualifier, Step, Test,
};

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_stix_observables", &[Phys::Text], Phys::Text, |args, out| {
        let found = args[0].text().and_then(|text| stix::parse(text).ok());
        write_all(&found.as_ref().map(observables).unwrap_or_default(), out);
        Cell::Text(out)
    }),
    strict("kql_stix_problem", &[Phys::Text], Phys::Text, |args, out| {
        let problem = match args[0].text().map(stix::parse) {
            Some(Ok(pattern)) => pattern.remarks.into_iter().next(),
            Some(Err(problem)) => Some(problem),
            None => None,
        };
        if let Some(problem) = problem {
            // Writing to a String cannot fail.
            let _ = write!(out, "at {}: {}", problem.at, problem.message);
        }
        Cell::Text(out)
    }),
]);

/// One value that a pattern compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observable {
    /// The object path as it is written: `file:hashes.'SHA-256'`.
    pub key: String,
    /// What the value is: an object's type (`ipv4-addr`, `domain-name`), or a hash's name (`SHA-256`).
    pub kind: String,
    /// As STIX writes it, `NOT` before it where there is no opposite.
    pub operator: String,
    /// In one spelling; patterns of LIKE and MATCHES as they are.
    pub value: String,
    /// As the pattern has it, escapes undone.
    pub written: String,
    /// The value is a network and not one address.
    pub network: bool,
    /// Seeing this one value is enough for the pattern to match.
    pub alone: bool,
}

/// Every value of a pattern, in the order of the text.
pub fn observables(pattern: &Pattern) -> Vec<Observable> {
    let mut found = Vec::new();
    of_observation(&pattern.root, true, &mut found);
    found
}

fn of_observation(observation: &Observation, alone: bool, found: &mut Vec<Observable>) {
    let once = |qualifier: &Qualifier| match qualifier {
        Qualifier::Within(_) => true,
        Qualifier::Repeats(times) => *times <= 1,
        Qualifier::StartStop(..) => false,
    };
    let alone = alone && observation.qualifiers.iter().all(once);
    match &observation.kind {
        ObservationKind::One(test) => of_test(test, alone, found),
        ObservationKind::Joined(joint, parts) => {
            let alone = alone && *joint == Joint::Or;
            parts.iter().for_each(|part| of_observation(part, alone, found));
        }
    }
}

fn of_test(test: &Test, alone: bool, found: &mut Vec<Observable>) {
    match test {
        Test::Comparison(comparison) => of_comparison(comparison, alone, found),
        Test::Any(parts) => parts.iter().for_each(|part| of_test(part, alone, found)),
        Test::All(parts) => {
            let told: Vec<&Test> = parts.iter().filter(|part| !says_type_only(part, parts)).collect();
            let alone = alone && told.len() == 1;
            told.iter().for_each(|part| of_test(part, alone, found));
        }
    }
}

/// `network-traffic:src_ref.type = 'ipv4-addr'` beside a comparison of `network-traffic:src_ref.value`.
fn says_type_only(test: &Test, parts: &[Test]) -> bool {
    let Test::Comparison(guard) = test else { return false };
    let [referred @ .., Step::Name(last)] = guard.path.as_slice() else { return false };
    if last != "type" || referred.is_empty() || guard.negated || guard.operator != Operator::Equal {
        return false;
    }
    let same = |other: &Comparison| {
        other.object == guard.object && other.path != guard.path && other.path.starts_with(referred)
    };
    parts.iter().any(|part| matches!(part, Test::Comparison(other) if same(other)))
}

fn of_comparison(comparison: &Comparison, alone: bool, found: &mut Vec<Observable>) {
    let (operator, negated) = match comparison.operator.opposite() {
        Some(opposite) if comparison.negated => (opposite, false),
        _ => (comparison.operator, comparison.negated),
    };
    // What is not there is no sighting.
    let positive = !negated && operator != Operator::NotEqual;
    let mut push = |value: Option<&Literal>| {
        let written = value.map_or("", Literal::text);
        let exact = !matches!(operator, Operator::Like | Operator::Matches);
        let (kind, value, network) = read(comparison, written, exact);
        found.push(Observable {
            key: comparison.key.clone(),
            kind,
            operator: if negated { format!("NOT {}", operator.word()) } else { operator.word().into() },
            value,
            written: written.into(),
            network,
            alone: alone && positive,
        });
    };
    match comparison.values.as_slice() {
        [] => push(None),
        values => values.iter().for_each(|value| push(Some(value))),
    }
}

/// Kind and spelling of a value, and whether it is a network.
fn read(comparison: &Comparison, written: &str, exact: bool) -> (String, String, bool) {
    let name = comparison.last_name();
    let referred = comparison.path.iter().any(|step| matches!(step, Step::Name(name) if is_reference(name)));
    let object = comparison.object.as_str();
    let has_value = name == "value";
    if comparison.path.first() == Some(&Step::Name("hashes".into())) {
        let value = if exact { written.to_ascii_lowercase() } else { written.into() };
        return (name.into(), value, false);
    }
    let kind = match (object, has_value) {
        ("email-message", true) => "email-addr",
        (_, true) if referred => "",
        _ => object,
    };
    let addressed = has_value && matches!(kind, "ipv4-addr" | "ipv6-addr" | "");
    if addressed && let Some(network) = Network::parse(&refanged(written)).filter(|_| exact) {
        let kind = if network.is_v4() { "ipv4-addr" } else { "ipv6-addr" };
        return (kind.into(), network.to_string(), !network.is_one_address());
    }
    let kind = if kind.is_empty() { "domain-name" } else { kind };
    let value = match kind {
        _ if !exact || !has_value => written.into(),
        "domain-name" => refanged(written).trim_end_matches('.').to_lowercase(),
        "email-addr" => refanged(written).to_lowercase(),
        "url" => url(&refanged(written)),
        _ => written.into(),
    };
    (kind.into(), value, false)
}

fn is_reference(name: &str) -> bool {
    name.ends_with("_ref") || name.ends_with("_refs")
}

/// `hxxps://c2[.]example` without what keeps people from following it.
fn refanged(text: &str) -> String {
    let text = text.trim().replace("[.]", ".").replace("(.)", ".").replace("[@]", "@").replace("[:]", ":");
    let scheme = text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("hxxp"));
    match scheme {
        Some(_) => format!("http{}", &text[4..]),
        None => text,
    }
}

/// Scheme and host in small letters; the rest of a URL has its case.
fn url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // Before the @ stands a user's name.
    let host = rest[..end].rfind('@').map_or(0, |at| at + 1);
    let (user, host, path) = (&rest[..host], &rest[host..end], &rest[end..]);
    format!("{}://{user}{}{path}", scheme.to_lowercase(), host.to_lowercase())
}

fn write_all(observables: &[Observable], out: &mut String) {
    out.push('[');
    for (at, found) in observables.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let texts = [
            ("{\"key\":", &found.key),
            (",\"type\":", &found.kind),
            (",\"operator\":", &found.operator),
            (",\"value\":", &found.value),
            (",\"written\":", &found.written),
        ];
        for (name, text) in texts {
            out.push_str(name);
            quote(text, out);
        }
        // Writing to a String cannot fail.
        let _ = write!(out, ",\"network\":{},\"alone\":{}}}", found.network, found.alone);
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::texts;

    /// Each observable as `type operator value`, with `!` after it when it is enough alone.
    fn told(pattern: &str) -> Vec<String> {
        let found = observables(&stix::parse(pattern).expect(pattern));
        let line = |found: Observable| {
            let marks = [(found.network, "/"), (found.alone, "!")];
            let marks: String = marks.iter().filter(|mark| mark.0).map(|mark| mark.1).collect();
            format!("{} {} {}{marks}", found.kind, found.operator, found.value)
        };
        found.into_iter().map(line).collect()
    }

    #[test]
    fn each_value_is_told() {
        let cases: &[(&str, &[&str])] = &[
            ("[ipv4-addr:value = '203.0.113.9']", &["ipv4-addr = 203.0.113.9!"]),
            ("[ipv6-addr:value='2001:DB8:0::7']", &["ipv6-addr = 2001:db8::7!"]),
            ("[ipv4-addr:value = '203.0.113.9/32']", &["ipv4-addr = 203.0.113.9!"]),
            ("[ipv4-addr:value = '203.0.113.9/28']", &["ipv4-addr = 203.0.113.0/28/!"]),
            ("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", &["ipv4-addr ISSUBSET 198.51.100.0/24/!"]),
            (
                "[ipv4-addr:value IN ('192.0.2.80', '192.0.2.81')]",
                &["ipv4-addr IN 192.0.2.80!", "ipv4-addr IN 192.0.2.81!"],
            ),
            (
                "[network-traffic:src_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '192.0.2.66']",
                &["ipv4-addr = 192.0.2.66!"],
            ),
            ("[network-traffic:dst_ref.value = 'C2.example.']", &["domain-name = c2.example!"]),
            (
                "[domain-name:value = 'c2.example' AND domain-name:resolves_to_refs[*].value = '203.0.113.9']",
                &["domain-name = c2.example", "ipv4-addr = 203.0.113.9"],
            ),
            (
                "[ipv4-addr:value = '203.0.113.1'] FOLLOWEDBY [ipv4-addr:value = '203.0.113.2'] WITHIN 300 SECONDS",
                &["ipv4-addr = 203.0.113.1", "ipv4-addr = 203.0.113.2"],
            ),
            (
                "[ipv4-addr:value = '203.0.113.1'] OR [ipv4-addr:value = '203.0.113.2'] REPEATS 2 TIMES",
                &["ipv4-addr = 203.0.113.1!", "ipv4-addr = 203.0.113.2"],
            ),
            ("[ipv4-addr:value != '203.0.113.1']", &["ipv4-addr != 203.0.113.1"]),
            ("[ipv4-addr:value NOT != '203.0.113.1']", &["ipv4-addr = 203.0.113.1!"]),
            ("[ipv4-addr:value NOT IN ('203.0.113.1')]", &["ipv4-addr NOT IN 203.0.113.1"]),
            ("[domain-name:value LIKE '%.Example']", &["domain-name LIKE %.Example!"]),
            (r"[url:value MATCHES '^HTTPS?://c2\\.']", &[r"url MATCHES ^HTTPS?://c2\.!"]),
            ("[url:value = 'hxxps://C2[.]Example/Path']", &["url = https://c2.example/Path!"]),
            (r"[url:value = 'https://Ana@C2.example/o\'a\\']", &[r"url = https://Ana@c2.example/o'a\!"]),
            ("[email-message:from_ref.value = 'Drop@Example.net']", &["email-addr = drop@example.net!"]),
            ("[email-addr:value = 'Drop@Example.net']", &["email-addr = drop@example.net!"]),
            (
                "[file:hashes.MD5 = '00112233445566778899AABBCCDDEEFF' OR file:name = 'A.exe']",
                &["MD5 = 00112233445566778899aabbccddeeff!", "file = A.exe!"],
            ),
            (r"[windows-registry-key:key = 'HKLM\\Run']", &[r"windows-registry-key = HKLM\Run!"]),
            ("[network-traffic:dst_port = 443]", &["network-traffic = 443!"]),
            ("[EXISTS x509-certificate:issuer]", &["x509-certificate EXISTS !"]),
            ("[domain-name:value = 'domain c2.example']", &["domain-name = domain c2.example!"]),
            ("[file:size IN ()]", &["file IN !"]),
        ];
        for (pattern, expected) in cases {
            assert_eq!(told(pattern), *expected, "{pattern}");
        }
    }

    #[test]
    fn the_kernels_write_json_and_what_is_wrong() {
        assert_eq!(
            texts("kql_stix_observables", &["[ipv4-addr:value='203.0.113.9']"]),
            r#"[{"key":"ipv4-addr:value","type":"ipv4-addr","operator":"=","value":"203.0.113.9","written":"203.0.113.9","network":false,"alone":true}]"#
        );
        assert_eq!(texts("kql_stix_observables", &["rule x {}"]), "[]");
        assert_eq!(texts("kql_stix_problem", &["[file:name = 'x']"]), "");
        assert_eq!(
            texts("kql_stix_problem", &["[file:size = ]"]),
            "at 13: ] stands where a value is expected"
        );
        assert_eq!(
            texts("kql_stix_problem", &[r"[file:name = 'C:\x']"]),
            "at 16: a backslash is written as two"
        );
    }
}
