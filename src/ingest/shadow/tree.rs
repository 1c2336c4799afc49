//! The shadows of a column as its documents are walked through: which of them a document has, and its values in
//! their buffers.

use super::long;
use crate::batch::{Buffer, Data, Text};
use crate::kernels::json::{self, Kind, first_key};
use crate::schema::Trust;
use crate::types::Type;

/// The shadows of one column as documents meet them, by name and level.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    names: Vec<Name>,
    /// The shadows of the elements, where this is an array: their properties and numbers.
    lists: Vec<(String, usize)>,
}

/// What a document has for a shadow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    Value(&'a str),
    /// An array begins, whose elements follow.
    Array,
    /// An element with the property, or without.
    Element(Option<&'a str>),
    /// Something else where the shadow has arrays.
    NoArray,
}

#[derive(Clone, Debug)]
struct Name {
    text: String,
    /// Its shadow, by number.
    shadow: Option<usize>,
    below: Tree,
    /// The document that had it last.
    seen: u64,
}

impl Tree {
    /// Adds a shadow with its number. Paths to one element of an array, or broken ones, find nothing.
    pub fn add(&mut self, path: &str, shadow: usize) {
        if let Some((key, "")) = path.strip_prefix(json::EVERY).and_then(first_key) {
            return self.lists.push((key.into(), shadow));
        }
        let Some((key, rest)) = first_key(path) else { return };
        let at = self.names.iter().position(|name| name.text == key).unwrap_or(self.names.len());
        if at == self.names.len() {
            self.names.push(Name { text: key.into(), shadow: None, below: Tree::default(), seen: 0 });
        }
        match rest {
            "" => self.names[at].shadow = Some(shadow),
            rest => self.names[at].below.add(rest, shadow),
        }
    }

    /// Calls `put` for each shadow whose property the document has. `number` is the document's own, from 1:
    /// of two properties with one name the first counts, as for `kernels::json`.
    pub fn walk<'a>(&mut self, json: &'a str, number: u64, put: &mut dyn FnMut(usize, Found<'a>)) {
        if !self.lists.is_empty() {
            self.elements(json, put);
        }
        let mut next = 0;
        for (key, value) in json::members(json) {
            // Documents of one kind have their properties in one order: look on from the last one.
            let (before, after) = self.names.split_at(next);
            let found = after.iter().position(|name| json::key_is(key, &name.text)).map(|at| at + next);
            let found = found.or_else(|| before.iter().position(|name| json::key_is(key, &name.text)));
            let Some(at) = found else { continue };
            next = at + 1;
            let name = &mut self.names[at];
            if name.seen == number {
                continue;
            }
            name.seen = number;
            if let Some(shadow) = name.shadow {
                put(shadow, Found::Value(value));
            }
            if !name.below.names.is_empty() || !name.below.lists.is_empty() {
                name.below.walk(value, number, put);
            }
        }
    }

    /// Of several properties of an element with one name the first counts.
    fn elements<'a>(&self, json: &'a str, put: &mut dyn FnMut(usize, Found<'a>)) {
        let shadows = self.lists.iter().map(|(_, shadow)| *shadow);
        match json::kind(json) {
            Some(Kind::Array) => shadows.clone().for_each(|shadow| put(shadow, Found::Array)),
            Some(Kind::Null) => return,
            _ => return shadows.for_each(|shadow| put(shadow, Found::NoArray)),
        }
        let mut found: Vec<Option<&str>> = vec![None; self.lists.len()];
        for element in json::elements(json) {
            found.fill(None);
            for (key, value) in json::members(element) {
                let at = self.lists.iter().position(|(name, _)| json::key_is(key, name));
                if let Some(at) = at.filter(|at| found[*at].is_none()) {
                    found[at] = Some(value);
                }
            }
            shadows.clone().zip(&found).for_each(|(shadow, value)| put(shadow, Found::Element(*value)));
        }
    }
}

/// Puts what a document has into a shadow, as that of `row`, and says how far it can be trusted.
pub fn put(buffer: &mut Buffer, row: usize, found: Found<'_>, scratch: &mut String) -> Trust {
    match found {
        Found::Value(value) => put_value(buffer, row, value, scratch),
        Found::NoArray => Trust::None,
        Found::Array => {
            buffer.pad(row);
            if let Data::Texts(lists) = &mut buffer.data {
                lists.ends.push(lists.entries.ends.len());
            }
            buffer.present();
            Trust::Full
        }
        Found::Element(value) => {
            let Data::Texts(lists) = &mut buffer.data else { return Trust::None };
            let trust = match value.filter(|value| *value != "null") {
                None => {
                    lists.entries.push("");
                    Trust::Full
                }
                Some(value) => match json::string_inside(value) {
                    None => {
                        lists.entries.push("");
                        Trust::None
                    }
                    Some(inside) => push_string(&mut lists.entries, inside, value, scratch),
                },
            };
            if let Some(end) = lists.ends.last_mut() {
                *end += 1;
            }
            trust
        }
    }
}

fn put_value(buffer: &mut Buffer, row: usize, value: &str, scratch: &mut String) -> Trust {
    if value == "null" {
        return Trust::Full;
    }
    buffer.pad(row);
    let trust = match (&mut buffer.data, buffer.ty) {
        (Data::Text(texts), Type::String) => {
            let Some(inside) = json::string_inside(value) else { return Trust::None };
            push_string(texts, inside, value, scratch)
        }
        (Data::Text(texts), _) => {
            texts.push(value);
            Trust::Full
        }
        (Data::Long(longs), _) => match long(value) {
            Some(value) => {
                longs.push(value);
                if i32::try_from(value).is_ok() { Trust::Full } else { Trust::Part }
            }
            None => return Trust::None,
        },
        (Data::Bool(bools), _) if value == "true" || value == "false" => {
            bools.push(value == "true");
            Trust::Full
        }
        (Data::Bool(_) | Data::Int(_) | Data::Real(_) | Data::Texts(_), _) => return Trust::None,
    };
    buffer.present();
    trust
}

/// Pushes the text of a JSON string, given as it is and as its inside.
fn push_string(texts: &mut Text, inside: &str, value: &str, scratch: &mut String) -> Trust {
    if inside.contains('\\') {
        scratch.clear();
        json::unescape_into(inside, &mut texts.bytes);
        let start = texts.ends.last().copied().unwrap_or_default();
        json::quote(&texts.bytes[start..], scratch);
    } else {
        texts.bytes.push_str(inside);
    }
    texts.ends.push(texts.bytes.len());
    let same = !inside.is_empty() && (!inside.contains('\\') || scratch == value);
    if same { Trust::Full } else { Trust::Part }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::shadow::tests::{list_path, path};
    use crate::kernels::json::get;
    use crate::value::Value;

    /// What shadows hold of a document, and how far each is trusted.
    fn shadowed(document: &str, shadows: &[(&[&str], Type)]) -> Vec<(Value, Trust)> {
        let mut tree = Tree::default();
        shadows.iter().enumerate().for_each(|(at, (keys, _))| tree.add(&path(keys), at));
        let mut buffers: Vec<Buffer> = shadows.iter().map(|(_, ty)| Buffer::new(*ty)).collect();
        let mut trusts = vec![Trust::Full; shadows.len()];
        tree.walk(document, 1, &mut |at, value| {
            trusts[at] = put(&mut buffers[at], 0, value, &mut String::new());
        });
        buffers.iter().map(|buffer| buffer.value(0)).zip(trusts).collect()
    }

    #[test]
    fn a_document_that_a_shadow_cannot_hold_is_told() {
        let text = |text: &str| Value::String(text.into());
        let document =
            r#"{"a":"x\ny","b":"\u0041","c":"","d":1,"e":null,"f":1.0,"g":"true","h":[1, "é"],"a":"z"}"#;
        let string = |key: &'static [&'static str]| (key, Type::String);
        let found = shadowed(
            document,
            &[string(&["a"]), string(&["b"]), string(&["c"]), string(&["d"]), string(&["e"]), string(&["i"])],
        );
        let expected = [
            (text("x\ny"), Trust::Full),
            (text("A"), Trust::Part),
            (text(""), Trust::Part),
            (text(""), Trust::None),
            (text(""), Trust::Full),
            (text(""), Trust::Full),
        ];
        assert_eq!(found, expected);
        let found = shadowed(
            document,
            &[(&["f"], Type::Long), (&["g"], Type::Bool), (&["h"], Type::Dynamic), (&["d"], Type::Long)],
        );
        let expected = [
            (Value::Null, Trust::None),
            (Value::Null, Trust::None),
            (Value::Dynamic("[1, \"é\"]".into()), Trust::Full),
            (Value::Long(1), Trust::Full),
        ];
        assert_eq!(found, expected);
        let wide =
            shadowed(r#"{"a":2147483647,"b":-2147483649}"#, &[(&["a"], Type::Long), (&["b"], Type::Long)]);
        assert_eq!(wide.iter().map(|(_, trust)| *trust).collect::<Vec<_>>(), [Trust::Full, Trust::Part]);
    }

    #[test]
    fn of_two_properties_with_one_name_the_first_counts() {
        let document = r#"{"s":1,"s":{"id":"late"},"t":{"id":"a","id":"b"},"t":{"id":"c"},"u":null,"u":5}"#;
        let keys: [&[&str]; 3] = [&["s", "id"], &["t", "id"], &["u"]];
        for keys in keys {
            let expected = get(document, &path(keys)).map_or(Value::Null, |json| Value::Dynamic(json.into()));
            assert_eq!(shadowed(document, &[(keys, Type::Dynamic)]), [(expected, Trust::Full)], "{keys:?}");
        }
    }

    #[test]
    fn a_list_has_an_entry_for_each_element() {
        let mut tree = Tree::default();
        tree.add(&list_path(&[], "Name"), 0);
        tree.add(&list_path(&["p"], "v"), 1);
        let mut filled = |document: &str| {
            let mut buffers = [Buffer::lists(), Buffer::lists()];
            let mut trusts = [Trust::Full; 2];
            tree.walk(document, 1, &mut |at, found| {
                let trust = put(&mut buffers[at], 0, found, &mut String::new());
                trusts[at] = trusts[at].max(trust);
            });
            let texts = |at: usize| buffers[at].value(0).text();
            (texts(0), texts(1), trusts)
        };
        let full = [Trust::Full; 2];
        let null = Value::Null.text();
        let array = r#"[{"Name":"a"},{"Other":1},null,5,{"Name":null,"Name":"late"},{"Name":"\n","Name":1}]"#;
        assert_eq!(filled(array), (r#"["a", "", "", "", "", "\n"]"#.into(), null.clone(), full));
        assert_eq!(filled("[]"), ("[]".into(), null.clone(), full));
        assert_eq!(filled("null"), (null.clone(), null.clone(), full));
        assert_eq!(filled(r#"[{"Name":""}]"#).2, [Trust::Part, Trust::Full]);
        assert_eq!(filled(r#"[{"Name":1}]"#).2, [Trust::None, Trust::Full]);
        assert_eq!(
            filled(r#"{"p":[{"v":"x"},{}],"p":[]}"#),
            (null, r#"["x", ""]"#.into(), [Trust::None, Trust::Full])
        );
    }
}
