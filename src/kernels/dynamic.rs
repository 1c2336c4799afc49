//! Dynamic values: property access, conversion to and from JSON text, building of arrays and bags.
//! A dynamic is JSON text; SQL's NULL is its null, also in place of a JSON null at the top.
//! Knows values; the scanning is in `json`.

use super::Phys::{Long, Real, Text, Texts};
use super::json::{self, Kind};
use super::{Cell, ITEM_END, Kernel, infallible, lenient, real, strict};
use crate::ticks;
use std::borrow::Cow;
use std::collections::HashSet;

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_json_get", &[Text, Text], Text, get),
    strict("kql_json_all", &[Text], Texts, all).rest(Text),
    strict("kql_json_key", &[Text, Text], Text, key),
    strict("kql_json_at", &[Text, Long], Text, at),
    lenient("kql_json_items", &[Text], Texts, items),
    lenient("kql_json_tostring", &[Text], Text, tostring),
    strict("kql_json_canonical", &[Text], Text, canonical),
    strict("kql_json_of_string", &[Text], Text, of_string),
    strict("kql_json_of_real", &[Real], Text, of_real),
    strict("kql_json_of_datetime", &[Long], Text, of_datetime),
    strict("kql_json_of_timespan", &[Long], Text, of_timespan),
    strict("kql_parse_json", &[Text], Text, parse_json),
    lenient("kql_gettype", &[Text], Text, gettype),
    strict("kql_array_length", &[Text], Long, array_length),
    lenient("kql_pack_array", &[], Text, pack_array).rest(Text),
    lenient("kql_bag_pack", &[], Text, bag_pack).rest(Text),
    lenient("kql_bag_pack_present", &[], Text, bag_pack_present).rest(Text),
]);

/// The value, where JSON's null is NULL.
pub fn dynamic(json: Option<&str>) -> Cell<'_> {
    json.map(json::trim).filter(|json| *json != "null").into()
}

/// The JSON text of a value inside an array or a bag.
pub fn inner(cell: Cell<'_>) -> &str {
    cell.text().unwrap_or("null")
}

fn get<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let (Some(json), Some(path)) = (args[0].text(), args[1].text()) else { return Cell::Null };
    json::get(json, path).into()
}

/// What `kql_json_get` gives for each of several paths, as a list.
fn all<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(json) = args[0].text() else { return Cell::Null };
    let paths = args[1..].iter().map(|path| path.text().unwrap_or_default());
    json::get_all(json, paths, |value| {
        let value = value.unwrap_or_default();
        match memchr::memchr(ITEM_END as u8, value.as_bytes()) {
            None => out.push_str(value),
            // No JSON has it as it is; what a file calls JSON may.
            Some(_) => out.push_str(&value.replace(ITEM_END, "\\u001e")),
        }
        out.push(ITEM_END);
    });
    Cell::Text(out)
}

fn key<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let (Some(json), Some(name)) = (args[0].text(), args[1].text()) else { return Cell::Null };
    dynamic(json::member(json, name))
}

fn at<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let (Some(json), Some(index)) = (args[0].text(), args[1].long()) else { return Cell::Null };
    dynamic(json::element(json, index))
}

/// What mv-expand makes rows of: the elements of an array, one bag for each property of a bag, any
/// other value alone, and one row of null.
fn items<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(json) = args[0].text() else {
        out.push(ITEM_END);
        return Cell::Text(out);
    };
    match json::kind(json) {
        Some(Kind::Array) => {
            for value in json::elements(json) {
                out.push_str(if value == "null" { "" } else { value });
                out.push(ITEM_END);
            }
        }
        Some(Kind::Object) => {
            for (key, value) in json::members(json) {
                out.extend(["{\"", key, "\":", value, "}"]);
                out.push(ITEM_END);
            }
        }
        Some(Kind::Null | Kind::Bool | Kind::Number | Kind::String) | None => {
            out.push_str(json);
            out.push(ITEM_END);
        }
    }
    Cell::Text(out)
}

fn tostring<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    Cell::Text(args[0].text().map_or("", |json| unwrapped(json, out)))
}

/// The text of a dynamic: a string without its quotes, anything else as Kusto prints it.
pub fn unwrapped<'a>(json: &'a str, out: &'a mut String) -> &'a str {
    let json = json::trim(json);
    match json::string_inside(json) {
        Some(inside) if !inside.contains('\\') => inside,
        Some(inside) => {
            json::unescape_into(inside, out);
            out
        }
        None if json == "null" => "",
        None if json::is_canonical(json) => json,
        None => {
            json::canonical(json, out);
            out
        }
    }
}

/// The text that all spellings of one value share.
fn canonical<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(json) = args[0].text() else { return Cell::Null };
    if json::is_canonical(json) {
        return Cell::Text(json);
    }
    json::canonical(json, out);
    Cell::Text(out)
}

fn of_string<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(text) = args[0].text() else { return Cell::Null };
    json::quote(text, out);
    Cell::Text(out)
}

fn of_real<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(value) = args[0].real() else { return Cell::Null };
    push_json_real(value, out);
    Cell::Text(out)
}

/// JSON has no word for what is no number; Kusto writes strings ("NaN", "Infinity").
pub fn push_json_real(value: f64, out: &mut String) {
    if value.is_nan() {
        out.push_str("\"NaN\"");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
    } else {
        real::push_real(value, out);
    }
}

fn of_datetime<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(value) = args[0].long() else { return Cell::Null };
    out.extend(["\"", &ticks::iso_full(value), "\""]);
    Cell::Text(out)
}

fn of_timespan<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(value) = args[0].long() else { return Cell::Null };
    out.extend(["\"", &ticks::timespan_text(value), "\""]);
    Cell::Text(out)
}

/// Text that is no JSON is the JSON string of itself; empty text is null
/// (agent-null-and-edge-0028).
fn parse_json<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(text) = args[0].text() else { return Cell::Null };
    if text.is_empty() {
        return Cell::Null;
    }
    if !json::check(text) {
        json::quote(text, out);
        return Cell::Text(out);
    }
    if json::is_compact(text) {
        return dynamic(Some(text));
    }
    json::compact(text, out);
    dynamic(Some(out))
}

fn gettype<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let Some(json) = args[0].text() else { return Cell::Text("null") };
    Cell::Text(match json::kind(json) {
        Some(Kind::Null) | None => "null",
        Some(Kind::Bool) => "bool",
        Some(Kind::Number) if json::whole_number(json).is_some() => "long",
        // Kusto's own name for a real inside a dynamic.
        Some(Kind::Number) => "double",
        Some(Kind::String) => "string",
        Some(Kind::Array) => "array",
        Some(Kind::Object) => "dictionary",
    })
}

fn array_length<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let Some(json) = args[0].text() else { return Cell::Null };
    match json::kind(json) {
        Some(Kind::Array) => Cell::Long(json::elements(json).count() as i64),
        _ => Cell::Null,
    }
}

fn pack_array<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    array(args.iter().map(|cell| inner(*cell)), out);
    Cell::Text(out)
}

/// Writes an array of these JSON texts.
pub fn array<'a>(values: impl Iterator<Item = &'a str>, out: &mut String) {
    out.push('[');
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(value);
    }
    out.push(']');
}

/// Keys and values in turn, all JSON; a key that is no string is its text. Of equal keys the first stays.
fn bag_pack<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let mut bag = Bag::default();
    for pair in args.chunks_exact(2) {
        let json = inner(pair[0]);
        bag.add(json::string_inside(json).unwrap_or(json), inner(pair[1]));
    }
    bag.write(out);
    Cell::Text(out)
}

/// As [`bag_pack`], without what is null or an empty text.
fn bag_pack_present<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let mut bag = Bag::default();
    for pair in args.chunks_exact(2) {
        let (key, value) = (inner(pair[0]), inner(pair[1]));
        if !matches!(value, "null" | "\"\"") {
            bag.add(json::string_inside(key).unwrap_or(key), value);
        }
    }
    bag.write(out);
    Cell::Text(out)
}

/// A bag in the making: keys as they stand between their quotes, in the order in which they came.
#[derive(Default)]
pub struct Bag<'a> {
    members: Vec<(&'a str, &'a str)>,
    /// The spelled keys, once there are too many to compare one by one.
    index: HashSet<Cow<'a, str>>,
}

/// Members up to which a bag is searched one by one.
const SEARCHED_MAX: usize = 16;

impl<'a> Bag<'a> {
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// Ignores a key that is there.
    pub fn add(&mut self, key: &'a str, value: &'a str) {
        if self.count() < SEARCHED_MAX {
            if self.members.iter().any(|(known, _)| json::same_key(known, key)) {
                return;
            }
        } else {
            if self.index.is_empty() {
                self.index = self.members.iter().map(|(known, _)| json::unescape(known)).collect();
            }
            if !self.index.insert(json::unescape(key)) {
                return;
            }
        }
        self.members.push((key, value));
    }

    pub fn write(&self, out: &mut String) {
        out.push('{');
        for (index, (key, value)) in self.members.iter().enumerate() {
            out.extend([if index > 0 { ",\"" } else { "\"" }, key, "\":", value]);
        }
        out.push('}');
    }
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{self, Long, Null, Real, Text};
    use crate::kernels::testing::call;
    use crate::kernels::{find, items};

    #[test]
    fn reaching_in() {
        let key =
            |name: &'static str| call("kql_json_key", &[Text(r#"{"a":null,"b":{"c":"x"}}"#), Text(name)]);
        assert_eq!(key("a"), "NULL");
        assert_eq!(key("b"), r#"{"c":"x"}"#);
        assert_eq!(key("B"), "NULL");
        let at = |index: i64| call("kql_json_at", &[Text("[10, null, 30 ]"), Long(index)]);
        assert_eq!(at(0), "10");
        assert_eq!(at(1), "NULL");
        assert_eq!(at(-1), "30");
        assert_eq!(at(3), "NULL");
        assert_eq!(call("kql_json_at", &[Text(r#"{"0":1}"#), Long(0)]), "NULL");
    }

    #[test]
    fn expanding() {
        let expand = |json: &str| {
            let mut out = String::new();
            let kernel = find("kql_json_items").unwrap();
            let Cell::Text(text) = (kernel.run)(&[Text(json)], &mut out) else { unreachable!("a list") };
            items(text).map(|item| item.unwrap_or("NULL").to_owned()).collect::<Vec<_>>().join("|")
        };
        assert_eq!(expand("[1, null, [2,3], \"x\"]"), "1|NULL|[2,3]|\"x\"");
        assert_eq!(expand("[]"), "");
        assert_eq!(expand(r#"{"a": 1, "b": {"c": 2}}"#), r#"{"a":1}|{"b":{"c": 2}}"#);
        assert_eq!(expand("5"), "5");
    }

    #[test]
    fn several_at_once() {
        let all = |json: &str, paths: &[&str]| {
            let mut out = String::new();
            let args: Vec<Cell<'_>> = [json].iter().chain(paths).map(|text| Text(text)).collect();
            let Cell::Text(text) = (find("kql_json_all").unwrap().run)(&args, &mut out) else {
                unreachable!("a list")
            };
            items(text).map(|item| item.unwrap_or("NULL").to_owned()).collect::<Vec<_>>()
        };
        let paths = ["k1:b", "k1:ak1:c", "k1:ai0:", "k1:z"];
        assert_eq!(all(r#"{"a":{"c":""},"b":null,"b":1}"#, &paths), ["NULL", "\"\"", "NULL", "NULL"]);
        assert_eq!(all(r#"{"b":"x","a":[2]}"#, &paths), ["\"x\"", "NULL", "2", "NULL"]);
        assert_eq!(all("[7]", &["i0:", "k1:a"]), ["7", "NULL"]);
        assert_eq!(all("{\"a\":\"\u{1e}\",\"b\":2}", &["k1:a", "k1:b"]), ["\"\\u001e\"", "2"]);
    }

    #[test]
    fn as_text() {
        let text = |json: &'static str| call("kql_json_tostring", &[Text(json)]);
        assert_eq!(text(r#""a\"\u0041""#), "a\"A");
        assert_eq!(text("\"plain\""), "plain");
        assert_eq!(text("null"), "");
        assert_eq!(text("true"), "true");
        assert_eq!(text("1.50"), "1.5");
        assert_eq!(text(r#"{"a": [1, 2]}"#), r#"{"a":[1,2]}"#);
        assert_eq!(call("kql_json_tostring", &[Null]), "");
    }

    #[test]
    fn of_values() {
        assert_eq!(call("kql_json_of_string", &[Text("a\"b")]), r#""a\"b""#);
        assert_eq!(call("kql_json_of_real", &[Real(1.0)]), "1.0");
        assert_eq!(call("kql_json_of_real", &[Real(f64::NEG_INFINITY)]), "\"-Infinity\"");
        assert_eq!(call("kql_json_of_real", &[Real(f64::NAN)]), "\"NaN\"");
        assert_eq!(call("kql_json_of_datetime", &[Long(0)]), "\"0001-01-01T00:00:00.0000000Z\"");
        assert_eq!(call("kql_json_of_timespan", &[Long(-1)]), "\"-00:00:00.0000001\"");
    }

    #[test]
    fn parsing() {
        let parse = |text: &str| call("kql_parse_json", &[Text(text)]);
        assert_eq!(parse("{ \"a\" : 1.50 }"), "{\"a\":1.50}");
        assert_eq!(parse("no json"), "\"no json\"");
        assert_eq!(parse("{\"a\":1"), r#""{\"a\":1""#);
        assert_eq!(parse(""), "NULL");
        assert_eq!(parse(" null "), "NULL");
        assert_eq!(parse("\"\""), "\"\"");
    }

    #[test]
    fn kinds() {
        for (json, kind) in [
            ("1", "long"),
            ("1.0", "double"),
            ("9223372036854775808", "double"),
            ("\"\"", "string"),
            ("true", "bool"),
            ("[]", "array"),
            ("{}", "dictionary"),
            ("null", "null"),
        ] {
            assert_eq!(call("kql_gettype", &[Text(json)]), kind);
        }
        assert_eq!(call("kql_gettype", &[Null]), "null");
    }

    #[test]
    fn packing() {
        assert_eq!(call("kql_pack_array", &[Text("1"), Null, Text("\"x\"")]), "[1,null,\"x\"]");
        assert_eq!(call("kql_pack_array", &[]), "[]");
        let packed =
            call("kql_bag_pack", &[Text("\"a\""), Null, Text("5"), Text("[]"), Text("\"a\""), Text("1")]);
        assert_eq!(packed, r#"{"a":null,"5":[]}"#);
        let texts = ["\"a\"", "\"\"", "\"b\"", "0", "\"c\"", "null", "\"d\"", "[]"].map(Text);
        assert_eq!(call("kql_bag_pack_present", &texts), r#"{"b":0,"d":[]}"#);
        // Beyond the number that is searched one by one, a key still stays the first time only.
        let keys: Vec<String> = (0..40).map(|at| format!("\"k{}\"", at % 30)).collect();
        let args: Vec<Cell<'_>> = keys.iter().flat_map(|key| [Text(key), Text("1")]).collect();
        assert_eq!(call("kql_bag_pack", &args).matches("\"k").count(), 30);
    }
}
