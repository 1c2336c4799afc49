//! What the list aggregates make of the values that SQL collected: arrays, sets and bags. The values
//! are JSON texts, or plain ones, in the order in which they came. Knows dynamic values; no aggregate's name.

use super::Phys::{Long, Text, Texts};
use super::dynamic::{Bag, array};
use super::json::{self, Kind};
use super::text::push_texts;
use super::{Cell, Kernel, infallible, lenient};
use std::collections::HashSet;

/// The second argument is the most elements to keep; NULL, or what is not above zero, is [`SIZE_MAX`].
pub const KERNELS: &[Kernel] = &infallible([
    lenient("kql_make_list", &[Texts, Long], Text, make_list),
    lenient("kql_make_list_with_nulls", &[Texts, Long], Text, make_list_with_nulls),
    lenient("kql_make_list_dynamic", &[Texts, Long], Text, make_list_dynamic),
    lenient("kql_make_set_dynamic", &[Texts, Long], Text, make_set_dynamic),
    // Of plain texts, which become JSON only when they are kept.
    lenient("kql_make_list_text", &[Texts, Long], Text, |args, out| {
        push_texts(&mut values(args).iter().flatten().copied().take(size(args)), out);
        Cell::Text(out)
    }),
    lenient("kql_make_bag", &[Texts, Long], Text, make_bag),
]);

/// Elements that Kusto keeps when no size is given.
pub const SIZE_MAX: usize = 1_048_576;

fn values<'a>(args: &[Cell<'a>]) -> &'a [Option<&'a str>] {
    args[0].texts().unwrap_or_default()
}

fn size(args: &[Cell<'_>]) -> usize {
    let given = args[1].long().and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
    given.map_or(SIZE_MAX, |size| size.min(SIZE_MAX))
}

fn make_list<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    array(values(args).iter().flatten().copied().take(size(args)), out);
    Cell::Text(out)
}

fn make_list_with_nulls<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    array(values(args).iter().map(|value| value.unwrap_or("null")).take(size(args)), out);
    Cell::Text(out)
}

/// Arrays give their elements, nulls stay (agent-aggregation-0005, agent-aggregation-0039).
fn make_list_dynamic<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    array(flat(values(args)).take(size(args)), out);
    Cell::Text(out)
}

fn flat<'a>(values: &'a [Option<&'a str>]) -> impl Iterator<Item = &'a str> {
    values.iter().flat_map(|value| {
        let json = value.unwrap_or("null");
        let array = json::kind(json) == Some(Kind::Array);
        json::elements(json).chain((!array).then_some(json))
    })
}

fn make_set_dynamic<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let mut seen = HashSet::new();
    let values = flat(values(args)).filter(|value| *value != "null" && seen.insert(canonical(value)));
    array(values.take(size(args)), out);
    Cell::Text(out)
}

/// The text by which two dynamic values are told apart.
pub fn canonical(json: &str) -> std::borrow::Cow<'_, str> {
    if json::is_canonical(json) {
        return json.into();
    }
    let mut text = String::new();
    json::canonical(json, &mut text);
    text.into()
}

/// The first value of a key stays (agent-aggregation-0006); what is no bag is left out.
fn make_bag<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let mut bag = Bag::default();
    for json in values(args).iter().flatten() {
        for (key, value) in json::members(json) {
            if bag.count() < size(args) {
                bag.add(key, value);
            }
        }
    }
    bag.write(out);
    Cell::Text(out)
}

#[cfg(test)]
mod tests {
    use crate::kernels::{Cell, all};

    fn run(name: &str, values: &[Option<&str>], size: Option<i64>) -> String {
        let kernel = all().find(|kernel| kernel.name == name).unwrap();
        let mut out = String::new();
        (kernel.run)(&[Cell::Texts(values), size.into()], &mut out).text().unwrap().to_owned()
    }

    #[test]
    fn lists() {
        let values = [Some("1"), None, Some("2"), Some("1")];
        assert_eq!(run("kql_make_list", &values, None), "[1,2,1]");
        assert_eq!(run("kql_make_list", &values, Some(2)), "[1,2]");
        assert_eq!(run("kql_make_list", &values, Some(0)), "[1,2,1]");
        assert_eq!(run("kql_make_list_with_nulls", &values, None), "[1,null,2,1]");
        assert_eq!(run("kql_make_list", &[], None), "[]");
        assert_eq!(run("kql_make_list_text", &[Some("b"), Some(""), Some("b")], Some(2)), r#"["b",""]"#);
        let nested = [Some("[1,[2]]"), None, Some("{\"a\":[3]}"), Some("[]")];
        assert_eq!(run("kql_make_list_dynamic", &nested, None), "[1,[2],null,{\"a\":[3]}]");
    }

    #[test]
    fn sets_keep_the_order_of_first_sight() {
        let nested = [Some("[1, {\"a\": 1}]"), Some("{\"a\":1}"), Some("1"), None];
        assert_eq!(run("kql_make_set_dynamic", &nested, None), "[1,{\"a\": 1}]");
    }

    #[test]
    fn the_first_value_of_a_key_stays() {
        let bags = [Some("{\"a\":1,\"b\":2}"), None, Some("[1]"), Some("{\"a\":9,\"c\":null}")];
        assert_eq!(run("kql_make_bag", &bags, None), "{\"a\":1,\"b\":2,\"c\":null}");
        assert_eq!(run("kql_make_bag", &bags, Some(1)), "{\"a\":1}");
        assert_eq!(run("kql_make_bag", &[], None), "{}");
    }
}
