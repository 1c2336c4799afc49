//! Shadows of dynamic columns: which properties of documents become columns of their own, and their values
//! row by row. What a shadow says is what `kernels::json` reads out of the document that is stored; where it
//! cannot be, that is said. Knows no file formats.

mod plan;
mod tree;

pub use plan::{first_chunks, plan_storage};
pub use tree::{Tree, put};

use std::collections::HashMap;

use super::varied::Varied;
use crate::kernels::json::{self, Kind, Step};
use crate::schema::{Shadow, Trust};
use crate::types::Type;

/// How deep below a document properties may stand.
const DEPTH_MAX: usize = 3;
/// So many different properties of a column are counted.
const COUNTED_MAX: usize = 2_000;
/// So many shadows one column gets.
pub const SHADOWS_MAX: usize = 64;
/// So many of them are properties of the elements of arrays.
const LISTS_MAX: usize = 12;
/// A property must be in one document of so many.
const DOCUMENTS_EACH: usize = 100;
/// Values that are longer than this on average, in bytes, are not stored twice.
const BYTES_MAX: usize = 256;
/// Nor those of all elements of an array together.
const LIST_BYTES_MAX: usize = 1024;
/// Names of properties that are longer, in bytes, or not made of plain characters, get no shadow.
const KEY_MAX: usize = 64;

/// What was seen of one property.
#[derive(Default)]
struct Counts {
    /// The document that had it last.
    last: usize,
    documents: usize,
    /// More than documents where elements of arrays have it.
    values: usize,
    strings: usize,
    longs: usize,
    bools: usize,
    objects: usize,
    bytes: usize,
    varied: Varied,
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
            counted[at].1.see(value, all);
        });
    }
    let mut chosen: Vec<(usize, Shadow)> = counted
        .into_iter()
        .filter(|(_, counts)| counts.documents * DOCUMENTS_EACH >= all)
        .filter_map(|(path, counts)| {
            let list = is_list(&path);
            let ty = if list { counts.entry_ty() } else { counts.ty() }?;
            // The other shadows are filtered by more than they are shown: their room counts more.
            let varied = list && counts.varied.is_varied();
            let shadow = Shadow { path, ty, stored: String::new(), trust: Trust::Full, varied };
            Some((counts.documents, shadow))
        })
        .collect();
    chosen.sort_by_key(|(documents, _)| std::cmp::Reverse(*documents));
    let (mut lists, mut plain): (Vec<Shadow>, Vec<Shadow>) =
        chosen.into_iter().map(|(_, shadow)| shadow).partition(|shadow| is_list(&shadow.path));
    lists.truncate(LISTS_MAX);
    plain.truncate(SHADOWS_MAX - lists.len());
    plain.extend(lists);
    plain
}

/// Whether a shadow has a list for each document: a property of all elements of an array.
pub fn is_list(path: &str) -> bool {
    json::split_every(path).is_some()
}

/// Visits the properties of a document, those of bags in it too, and of the bags that are the elements of
/// arrays.
fn count<'a>(json: &'a str, path: &mut Vec<Step<'a>>, visit: &mut dyn FnMut(&[Step<'a>], &'a str)) {
    path.push(Step::Every);
    for (key, value) in json::elements(json).flat_map(json::members).filter(|(key, _)| is_plain(key)) {
        path.push(Step::Key(key));
        visit(path, value);
        path.pop();
    }
    path.pop();
    for (key, value) in json::members(json).filter(|(key, _)| is_plain(key)) {
        path.push(Step::Key(key));
        visit(path, value);
        if path.len() < DEPTH_MAX && matches!(json::kind(value), Some(Kind::Object | Kind::Array)) {
            count(value, path, visit);
        }
        path.pop();
    }
}

fn is_plain(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@.$- ".contains(&byte);
    !key.is_empty() && key.len() <= KEY_MAX && key.bytes().all(plain)
}

impl Counts {
    /// A value of the document of this number, from 1.
    fn see(&mut self, value: &str, document: usize) {
        match json::kind(value) {
            Some(Kind::Null) | None => return,
            Some(Kind::String) => {
                self.strings += 1;
                if value != "\"\"" {
                    self.varied.see(value, document);
                }
            }
            Some(Kind::Number) => self.longs += usize::from(long(value).is_some()),
            Some(Kind::Bool) => self.bools += 1,
            Some(Kind::Object) => self.objects += 1,
            Some(Kind::Array) => {}
        }
        self.documents += usize::from(self.last != document);
        self.last = document;
        self.values += 1;
        self.bytes += value.len();
    }

    /// Of the entries of lists, which hold strings only.
    fn entry_ty(&self) -> Option<Type> {
        let short = self.documents > 0
            && self.bytes / self.values <= BYTES_MAX
            && self.bytes / self.documents <= LIST_BYTES_MAX;
        (short && self.strings == self.values).then_some(Type::String)
    }

    /// Bags have no shadow, their properties have.
    fn ty(&self) -> Option<Type> {
        let Counts { documents, strings, longs, bools, objects, bytes, .. } = *self;
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

#[cfg(test)]
mod tests {
    use super::*;

    pub fn path(keys: &[&str]) -> String {
        json::path_text(&keys.iter().map(|key| Step::Key(key)).collect::<Vec<_>>())
    }

    pub fn list_path(keys: &[&str], key: &str) -> String {
        format!("{}{}{}", path(keys), json::EVERY, path(&[key]))
    }

    fn chosen(documents: &[&str]) -> Vec<(String, Type)> {
        choose(documents.iter().copied()).into_iter().map(|shadow| (shadow.path, shadow.ty)).collect()
    }

    #[test]
    fn texts_in_elements_of_arrays_become_lists() {
        let documents = [
            r#"[{"Name":"a.zip","Size":1,"Mixed":"x"},{"Name":"b.zip","Mixed":1},null,[{"Name":"deep"}]]"#,
            r#"{"Parameters":[{"Name":"ForwardTo","Value":"x@y"},{"Name":"StopRules"}],"Texts":["a"]}"#,
            "[]",
        ];
        let lists: Vec<_> = chosen(&documents).into_iter().filter(|(path, _)| is_list(path)).collect();
        let expected =
            [list_path(&[], "Name"), list_path(&["Parameters"], "Name"), list_path(&["Parameters"], "Value")];
        assert_eq!(lists, expected.map(|path| (path, Type::String)));
        let long = format!("[{}]", vec![format!("{{\"Name\":\"{}\"}}", "x".repeat(200)); 9].join(","));
        assert_eq!(chosen(&[&long]), []);
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
            (list_path(&["Targets"], "Id"), Type::String),
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
}
