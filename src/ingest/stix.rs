//! STIX 2 indicators as rows of ThreatIntelIndicators. The mapping is that of Microsoft's table reference
//! and upload API ("STIX objects", "Work with STIX objects and indicators"). Knows no files.

use std::borrow::Cow;
use std::collections::HashMap;

use super::cell::{Raw, bool_of};
use super::json::{self, Field, Kind, Slice};
use super::rows::Item;
use crate::kernels::encode::base64;
use crate::stix::{self, ObservationKind, Operator, Test};

pub const TABLE: &str = "ThreatIntelIndicators";

/// What the rows of one load share.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// Given by the user; wins over what the file says.
    pub source: Option<String>,
    /// `sourcesystem` of an upload body.
    pub system: Option<String>,
    /// Names of the identities in the file, by their ids: who made an indicator.
    pub identities: HashMap<String, String>,
    /// When they were ingested, in ticks.
    pub time: i64,
}

/// What a STIX object is to us.
pub enum Object<'a> {
    Indicator(Box<Indicator<'a>>),
    /// Not an indicator: no row.
    Other,
}

/// The texts of one row that the object does not hold as they are.
pub struct Indicator<'a> {
    text: &'a str,
    fields: &'a [Field],
    whole: Slice,
    id: String,
    source: String,
    observable: Option<(String, String)>,
    level: Option<String>,
    revoked: Revoked<'a>,
    time: i64,
}

/// What an indicator says of being revoked.
#[derive(Clone, Copy)]
enum Revoked<'a> {
    Said(bool),
    /// Something that is no bool.
    Unclear(&'a Slice),
}

/// The markings of TLP 1 (STIX 2.1, section 7.2.1.4) and TLP 2 (OASIS's common objects), mildest first.
const LEVELS: &[(&str, &str)] = &[
    ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "White"),
    ("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "Clear"),
    ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "Green"),
    ("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "Green"),
    ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "Amber"),
    ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "Amber"),
    ("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "Amber+Strict"),
    ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "Red"),
    ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "Red"),
];

/// Fields that go into a column as they are.
const SAME: &[(&str, &str)] = &[
    ("pattern", "Pattern"),
    ("confidence", "Confidence"),
    ("created", "Created"),
    ("modified", "Modified"),
    ("valid_from", "ValidFrom"),
    ("valid_until", "ValidUntil"),
    ("labels", "Tags"),
];

/// As the service makes it of a source's name and the object's own id.
fn service_id(source: &str, id: &str) -> String {
    let mut text = String::new();
    base64(source.as_bytes(), &mut text);
    text + "---" + id
}

/// What an object's fields make of it. `whole` is the object's own place in `text`.
pub fn object<'a>(
    text: &'a str,
    whole: &Slice,
    fields: &'a [Field],
    feed: &Feed,
) -> Result<Object<'a>, &'static str> {
    let Some(kind) = field(text, fields, "type") else {
        return Err("it has no 'type', as STIX objects have");
    };
    if kind != "indicator" {
        return Ok(Object::Other);
    }
    let id = field(text, fields, "id").ok_or("the indicator has no 'id'")?;
    let pattern = field(text, fields, "pattern").ok_or("the indicator has no 'pattern'")?;
    let stix = field(text, fields, "pattern_type").is_none_or(|kind| kind == "stix");
    let author = field(text, fields, "created_by_ref");
    let source = feed
        .source
        .as_ref()
        .or(feed.system.as_ref())
        .or_else(|| feed.identities.get(author?.as_ref()))
        .map_or("STIX", String::as_str);
    Ok(Object::Indicator(Box::new(Indicator {
        text,
        fields,
        whole: whole.clone(),
        id: service_id(source, &id),
        source: source.into(),
        observable: if stix { comparison(&pattern) } else { None },
        level: level(text, fields),
        revoked: revoked(text, fields),
        time: feed.time,
    })))
}

/// The id and name of an identity object.
pub fn identity(text: &str, fields: &[Field]) -> Option<(String, String)> {
    (field(text, fields, "type")? == "identity").then_some(())?;
    Some((field(text, fields, "id")?.into_owned(), field(text, fields, "name")?.into_owned()))
}

impl Indicator<'_> {
    pub fn items(&self) -> Vec<Item<'_>> {
        let item = |key, raw| Item { key, raw, offset: 0, wrapping: false };
        let mut items = vec![
            item("TimeGenerated", Raw::Ticks(self.time)),
            item("Id", Raw::Text(&self.id)),
            item("SourceSystem", Raw::Text(&self.source)),
            item("Data", Raw::Json(self.text, &self.whole)),
            item("IsDeleted", Raw::Bool(false)),
        ];
        match self.revoked {
            Revoked::Said(revoked) => {
                items.push(item("Revoked", Raw::Bool(revoked)));
                // Never from the clock: a hunt at an earlier clock must see what was valid then.
                items.push(item("IsActive", Raw::Bool(!revoked)));
            }
            // It does not fit, which is said.
            Revoked::Unclear(value) => items.push(item("Revoked", Raw::Json(self.text, value))),
        }
        for (name, column) in SAME {
            // As for every repeated key, the last one counts.
            if let Some(field) = self.fields.iter().rev().find(|field| key(self.text, field) == *name) {
                items.push(item(column, Raw::Json(self.text, &field.value)));
            }
        }
        if let Some((key, value)) = &self.observable {
            items.push(item("ObservableKey", Raw::Text(key)));
            items.push(item("ObservableValue", Raw::Text(value)));
        }
        if let Some(level) = &self.level {
            items.push(item("AdditionalFields", Raw::Text(level)));
        }
        items
    }
}

fn key<'a>(text: &'a str, field: &Field) -> &'a str {
    &text[field.key.at.start + 1..field.key.at.end - 1]
}

/// The text of a string field.
fn field<'a>(text: &'a str, fields: &[Field], name: &str) -> Option<Cow<'a, str>> {
    let found = fields.iter().rev().find(|field| key(text, field) == name)?;
    (found.value.kind == Kind::String).then(|| json::unescape(text, &found.value))
}

/// As every bool, it may be a text or a number; without it an indicator is not revoked.
fn revoked<'a>(text: &str, fields: &'a [Field]) -> Revoked<'a> {
    let Some(found) = fields.iter().rev().find(|field| key(text, field) == "revoked") else {
        return Revoked::Said(false);
    };
    let raw = Raw::Json(text, &found.value);
    let said = match found.value.kind {
        Kind::String => bool_of(json::unescape(text, &found.value).trim()),
        Kind::Null | Kind::Bool | Kind::Number | Kind::Array | Kind::Object => bool_of(raw.shown()),
    };
    match said {
        _ if raw.is_empty() => Revoked::Said(false),
        Some(revoked) => Revoked::Said(revoked),
        None => Revoked::Unclear(&found.value),
    }
}

/// The strictest TLP marking, as Sentinel writes it into AdditionalFields.
fn level(text: &str, fields: &[Field]) -> Option<String> {
    let marks = fields.iter().find(|field| key(text, field) == "object_marking_refs")?;
    let marks = &text[marks.value.at.clone()];
    let (_, name) = LEVELS.iter().rev().find(|(id, _)| marks.contains(id))?;
    Some(format!("{{\"TLPLevel\":\"{name}\"}}"))
}

/// Key and value of a pattern that is one observation of one equality, such as
/// `[ipv4-addr:value = '192.0.2.1']`. Sentinel leaves both empty for everything else.
pub fn comparison(pattern: &str) -> Option<(String, String)> {
    let inside = pattern.trim().strip_prefix('[')?.trim_start();
    let root = stix::parse(pattern).ok()?.root;
    let ObservationKind::One(Test::Comparison(found)) = root.kind else { return None };
    // Neither brackets nor NOT.
    let plain = found.operator == Operator::Equal && !found.negated && inside.starts_with(&found.key);
    let value = found.values.into_iter().next().filter(|_| plain && root.qualifiers.is_empty())?;
    Some((found.key, value.text().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_equality_is_taken_apart() {
        let cases = [
            ("[ipv4-addr:value = '203.0.113.7']", ("ipv4-addr:value", "203.0.113.7")),
            ("[ipv4-addr:value='203.0.113.8']", ("ipv4-addr:value", "203.0.113.8")),
            (" [ file:hashes.'SHA-256' = 'ab cd' ] ", ("file:hashes.'SHA-256'", "ab cd")),
            (r"[url:value = 'http://x/\'a\\']", ("url:value", r"http://x/'a\")),
            ("[network-traffic:dst_port = 443]", ("network-traffic:dst_port", "443")),
            ("[ipv4-addr:value = '198.51.100.0/24']", ("ipv4-addr:value", "198.51.100.0/24")),
        ];
        for (pattern, (key, value)) in cases {
            assert_eq!(comparison(pattern), Some((key.into(), value.into())), "{pattern}");
        }
    }

    #[test]
    fn everything_else_stays_whole() {
        for pattern in [
            "[ipv4-addr:value = 'a' OR ipv4-addr:value = 'b']",
            "[ipv4-addr:value = 'a'] FOLLOWEDBY [ipv4-addr:value = 'b']",
            "[ipv4-addr:value = 'a'] WITHIN 300 SECONDS",
            "[ipv4-addr:value IN ('a', 'b')]",
            "[ipv4-addr:value ISSUBSET '198.51.100.0/24']",
            "[ipv4-addr:value != 'a']",
            "[NOT ipv4-addr:value = 'a']",
            "[(ipv4-addr:value = 'a')]",
            "[ipv4-addr:value = 'a",
            "[ipv4-addr:value = 'a' ",
            "ipv4-addr:value = 'a'",
            "rule x { condition: true }",
            "[]",
            "[=]",
            "",
        ] {
            assert_eq!(comparison(pattern), None, "{pattern}");
        }
    }
}
