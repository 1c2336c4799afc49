//! Shadows of dynamic columns: which properties of documents become columns of their own, and their values
//! row by row. What a shadow says is what `kernels::json` reads out of the document that is stored; where it
//! cannot be, that is said. Knows no file formats.

mod plan;

pub use plan::{first_chunks, plan_shadows};

use std::collections::HashMap;

use crate::batch::{Buffer, Data};
use crate::kernels::json::{self, Kind, Step};
use crate::schema::{Shadow, Trust};
use crate::types::Type;

/// How deep below a document properties may stand.
const DEPTH_MAX: usize = 3;
/// So many different properties of a column are counted.
const COUNTED_MAX: usize = 2_000;
/// So many shadows one column gets.
pub const SHADOWS_MAX: usize = 64;
/// A property must be in one document of so many.
const DOCUMENTS_EACH: usize = 100;
/// Values that are longer than this on average, in bytes, are not stored twice.
const BYTES_MAX: usize = 256;
/// Names of properties that are longer, in bytes, or not made of plain characters, get no shadow.
const KEY_MAX: usize = 64;

/// What was seen of one property.
#[derive(Clone, Copy, Default)]
struct Counts {
    documents: usize,
    strings: usize,
    longs: usize,
    bools: usize,
    objects: usize,
    bytes: usize,
}

/// The properties of some documents that are worth a shadow: those that most documents have first.
pub fn choose<'t>(documents: impl Iterator<Item = &'t str>) -> Vec<Shadow> {
    let mut counted: Vec<(String, Counts)> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut all = 0;
    for document in documents {
        all += 1;
        count(document, &mut Vec::new(), &mut |path, value| {
            let path = json::path_text(path);
            let at = match index.get(&path) {
                Some(at) => *at,
                None if counted.len() == COUNTED_MAX => return,
                None => {
                    index.insert(path.clone(), counted.len());
                    counted.push((path, Counts::default()));
                    counted.len() - 1
                }
            };
            counted[at].1.see(value);
        });
    }
    let mut chosen: Vec<(usize, Shadow)> = counted
        .into_iter()
        .filter(|(_, counts)| counts.documents * DOCUMENTS_EACH >= all)
        .filter_map(|(path, counts)| {
            let shadow = Shadow { path, ty: counts.ty()?, stored: String::new(), trust: Trust::Full };
            Some((counts.documents, shadow))
        })
        .collect();
    chosen.sort_by_key(|(documents, _)| std::cmp::Reverse(*documents));
    chosen.into_iter().map(|(_, shadow)| shadow).take(SHADOWS_MAX).collect()
}

/// Visits the properties of a document, those of bags in it too.
fn count<'a>(json: &'a str, path: &mut Vec<Step<'a>>, visit: &mut dyn FnMut(&[Step<'a>], &'a str)) {
    for (key, value) in json::members(json) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@.$- ".contains(&byte);
        if key.is_empty() || key.len() > KEY_MAX || !key.bytes().all(plain) {
            continue;
        }
        path.push(Step::Key(key));
        visit(path, value);
        if path.len() < DEPTH_MAX && json::kind(value) == Some(Kind::Object) {
            count(value, path, visit);
        }
        path.pop();
    }
}

impl Counts {
    fn see(&mut self, value: &str) {
        match json::kind(value) {
            Some(Kind::Null) | None => return,
            Some(Kind::String) => self.strings += 1,
            Some(Kind::Number) => self.longs += usize::from(long(value).is_some()),
            Some(Kind::Bool) => self.bools += 1,
            Some(Kind::Object) => self.objects += 1,
            Some(Kind::Array) => {}
        }
        self.documents += 1;
        self.bytes += value.len();
    }

    /// Bags have no shadow, their properties have.
    fn ty(&self) -> Option<Type> {
        let Counts { documents, strings, longs, bools, objects, bytes } = *self;
        if documents == 0 || objects > 0 || bytes / documents > BYTES_MAX {
            return None;
        }
        Some(match documents {
            all if all == strings => Type::String,
            all if all == longs => Type::Long,
            all if all == bools => Type::Bool,
            _ => Type::Dynamic,
        })
    }
}

/// A number that is written as DuckDB writes a BIGINT.
fn long(value: &str) -> Option<i64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let shortest = digits == "0" && digits.len() == value.len() || !digits.starts_with('0');
    value.parse().ok().filter(|_| shortest && !digits.starts_with('+'))
}

/// The shadows of one column as documents meet them, by name and level.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    names: Vec<Name>,
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
    /// Adds a shadow with its number. Paths that go through arrays or are broken find nothing.
    pub fn add(&mut self, path: &str, shadow: usize) {
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
    pub fn walk<'a>(&mut self, json: &'a str, number: u64, put: &mut dyn FnMut(usize, &'a str)) {
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
                put(shadow, value);
            }
            if !name.below.names.is_empty() {
                name.below.walk(value, number, put);
            }
        }
    }
}

/// The key that a path begins with, and the rest of the path.
fn first_key(path: &str) -> Option<(&str, &str)> {
    let (length, rest) = path.strip_prefix('k')?.split_once(':')?;
    let length = length.parse().ok()?;
    Some((rest.get(..length)?, rest.get(length..)?))
}

/// Puts a property's value into its shadow, as that of `row`, and says how far it can be trusted.
pub fn put(buffer: &mut Buffer, row: usize, value: &str, scratch: &mut String) -> Trust {
    if value == "null" {
        return Trust::Full;
    }
    buffer.pad(row);
    let trust = match (&mut buffer.data, buffer.ty) {
        (Data::Text(texts), Type::String) => {
            let Some(inside) = json::string_inside(value) else { return Trust::None };
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
        (Data::Bool(_) | Data::Int(_) | Data::Real(_), _) => return Trust::None,
    };
    buffer.present();
    trust
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::json::get;
    use crate::value::Value;

    fn path(keys: &[&str]) -> String {
        json::path_text(&keys.iter().map(|key| Step::Key(key)).collect::<Vec<_>>())
    }

    fn chosen(documents: &[&str]) -> Vec<(String, Type)> {
        choose(documents.iter().copied()).into_iter().map(|shadow| (shadow.path, shadow.ty)).collect()
    }

    #[test]
    fn a_property_has_the_type_that_all_its_values_share() {
        let documents = [
            r#"{"UserId":"ana","Size":5,"Managed":true,"Mixed":1,"Real":1.5,"Big":9223372036854775808}"#,
            r#"{"UserId":"","Size":-7,"Managed":null,"Mixed":"x","Session":{"Id":"s","More":{"Id":1,"Bag":{"Id":1}}}}"#,
            r#"{"Targets":[{"Id":"t"}],"b\\a":1,"":2,"[0]":3}"#,
            "[1]",
            "\"text\"",
        ];
        let expected = [
            (path(&["UserId"]), Type::String),
            (path(&["Size"]), Type::Long),
            (path(&["Mixed"]), Type::Dynamic),
            (path(&["Managed"]), Type::Bool),
            (path(&["Real"]), Type::Dynamic),
            (path(&["Big"]), Type::Dynamic),
            (path(&["Session", "Id"]), Type::String),
            (path(&["Session", "More", "Id"]), Type::Long),
            (path(&["Targets"]), Type::Dynamic),
        ];
        assert_eq!(chosen(&documents), expected);
    }

    #[test]
    fn what_is_rare_or_long_has_no_shadow() {
        let long = format!("{{\"Often\":1,\"Long\":\"{}\"}}", "x".repeat(300));
        let rare = r#"{"Often":1,"Rare":1}"#;
        let mut documents = vec![long.as_str(); 150];
        documents.push(rare);
        assert_eq!(chosen(&documents), [(path(&["Often"]), Type::Long)]);
        let wide = (0..100).map(|at| format!("\"p{at}\":{at}")).collect::<Vec<_>>().join(",");
        assert_eq!(chosen(&[&format!("{{{wide}}}")]).len(), SHADOWS_MAX);
        assert_eq!(chosen(&[]), []);
    }

    #[test]
    fn only_the_shortest_spelling_of_a_number_is_a_long() {
        for (text, value) in [("0", Some(0)), ("-9223372036854775808", Some(i64::MIN)), ("10", Some(10))] {
            assert_eq!(long(text), value, "{text}");
        }
        for text in ["-0", "1.0", "1e2", "9223372036854775808", "+1", "01", ""] {
            assert_eq!(long(text), None, "{text}");
        }
    }

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
}
