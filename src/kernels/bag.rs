//! Property bags: merging, keys, changes at a key or a JSON path, and what walks a whole value. Knows
//! JSON text; no column.

use super::Phys::{Bool, Text};
use super::dynamic::{Bag, array, dynamic, inner};
use super::json::{self, Kind, Step};
use super::{Cell, Kernel, fail, infallible, lenient, strict};
use crate::ticks;

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_bag_keys", &[Text], Text, keys),
    strict("kql_bag_pairs", &[Text], Text, pairs),
    strict("kql_bag_slots", &[Text], Text, slots),
    lenient("kql_bag_merge", &[], Text, merge).rest(Text),
    strict("kql_bag_remove_keys", &[Text, Text], Text, remove_keys),
    lenient("kql_bag_set_key", &[Text, Text, Text], Text, set_key),
    strict("kql_bag_has_key", &[Text, Text], Bool, has_key),
    lenient("kql_bag_zip", &[Text, Text], Text, zip),
    strict("kql_treepath", &[Text], Text, treepath),
    lenient("kql_dynamic_to_json", &[Text], Text, to_json),
    strict("kql_extract_json", &[Text, Text], Text, extract_json).fallible(),
]);

/// Nesting that the functions that walk a whole value go into.
const DEPTH_MAX: usize = json::DEPTH_MAX;

fn bag(cell: Cell<'_>) -> Option<&str> {
    cell.text().filter(|json| json::kind(json) == Some(Kind::Object))
}

fn keys<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(json) = bag(args[0]) else { return Cell::Null };
    out.push('[');
    for (at, (key, _)) in json::members(json).enumerate() {
        out.extend([if at > 0 { ",\"" } else { "\"" }, key, "\""]);
    }
    out.push(']');
    Cell::Text(out)
}

/// An array of texts, for each property that is not null the letter of its type and its name, `l:Port`:
/// b bool, l long, r real, s string, t a string that may be a datetime, d an array or bag.
fn slots<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(json) = bag(args[0]) else { return Cell::Null };
    out.push('[');
    for (key, value) in json::members(json) {
        let letter = match json::kind(value) {
            Some(Kind::Null) | None => continue,
            Some(Kind::Bool) => "b",
            Some(Kind::Number) if json::whole_number(value).is_some() => "l",
            Some(Kind::Number) => "r",
            Some(Kind::String) if written_time(value) => "t",
            Some(Kind::String) => "s",
            Some(Kind::Array | Kind::Object) => "d",
        };
        out.extend([if out.len() > 1 { ",\"" } else { "\"" }, letter, ":", key, "\""]);
    }
    out.push(']');
    Cell::Text(out)
}

/// Whether a string is a datetime as a bag of our own holds it, with all of its seven digits.
fn written_time(json: &str) -> bool {
    let text = json::string_inside(json).unwrap_or("");
    text.len() == "2026-01-01T00:00:00.0000000Z".len()
        && text.ends_with('Z')
        && ticks::parse_datetime(text).is_some()
}

/// An array of a key and a value for each property; what is no bag stays as it is.
fn pairs<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(json) = bag(args[0]) else { return args[0] };
    out.push('[');
    for (at, (key, value)) in json::members(json).enumerate() {
        out.extend([if at > 0 { ",[\"" } else { "[\"" }, key, "\",", value, "]"]);
    }
    out.push(']');
    Cell::Text(out)
}

/// The leftmost value of a key stays; what is no bag is passed over.
fn merge<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let mut merged = Bag::default();
    let mut bags = 0;
    for json in args.iter().filter_map(|cell| bag(*cell)) {
        bags += 1;
        json::members(json).for_each(|(key, value)| merged.add(key, value));
    }
    if bags == 0 {
        return Cell::Null;
    }
    merged.write(out);
    Cell::Text(out)
}

/// A key as the bag functions take it: a name, or a JSON path from the root.
fn steps(key: &str) -> Option<Vec<Step<'_>>> {
    if key.starts_with("$.") || key.starts_with("$[") { path(key) } else { Some(vec![Step::Key(key)]) }
}

/// The steps of `$.a.b[0]['c d']`; `None` when it is no such path.
fn path(text: &str) -> Option<Vec<Step<'_>>> {
    let mut rest = text.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(name) = rest.strip_prefix('.') {
            let end = name.find(['.', '[']).unwrap_or(name.len());
            if end == 0 {
                return None;
            }
            steps.push(Step::Key(&name[..end]));
            rest = &name[end..];
            continue;
        }
        let inside = rest.strip_prefix('[')?;
        let quote = inside.chars().next()?;
        let end = if quote == '\'' || quote == '"' {
            let end = 1 + inside[1..].find(quote)?;
            steps.push(Step::Key(&inside[1..end]));
            end + 1
        } else {
            let end = inside.find(']')?;
            steps.push(Step::Index(inside[..end].parse().ok()?));
            end
        };
        rest = inside[end..].strip_prefix(']')?;
    }
    Some(steps)
}

fn step<'a>(json: &'a str, step: &Step<'_>) -> Option<&'a str> {
    match step {
        Step::Key(name) => json::member(json, name),
        Step::Index(index) => json::element(json, *index),
        Step::Every => None,
    }
}

fn remove_keys<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(json), Some(list)) = (bag(args[0]), args[1].text()) else { return Cell::Null };
    let names: Vec<_> = json::elements(list).filter_map(json::string_inside).map(json::unescape).collect();
    let paths: Vec<Vec<Step<'_>>> = names.iter().filter_map(|name| steps(name)).collect();
    let paths: Vec<&[Step<'_>]> = paths.iter().map(Vec::as_slice).collect();
    without(json, &paths, out);
    Cell::Text(out)
}

fn without(json: &str, paths: &[&[Step<'_>]], out: &mut String) {
    out.push('{');
    let mut first = true;
    for (key, value) in json::members(json) {
        let here = |path: &&&[Step<'_>]| matches!(path[0], Step::Key(name) if json::key_is(key, name));
        let mine: Vec<&[Step<'_>]> = paths.iter().filter(here).map(|path| &path[1..]).collect();
        if mine.iter().any(|rest| rest.is_empty()) {
            continue;
        }
        out.extend([if first { "\"" } else { ",\"" }, key, "\":"]);
        first = false;
        if mine.is_empty() || json::kind(value) != Some(Kind::Object) {
            out.push_str(value);
        } else {
            without(value, &mine, out);
        }
    }
    out.push('}');
}

/// Arrays cannot be reached into ("bag_set_key()").
fn set_key<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(json), Some(name)) = (bag(args[0]), args[1].text()) else { return Cell::Null };
    let Some(steps) = steps(name) else { return Cell::Null };
    let mut names = Vec::new();
    for step in &steps {
        let Step::Key(name) = step else { return Cell::Null };
        names.push(*name);
    }
    with(json, &names, inner(args[2]), out);
    Cell::Text(out)
}

fn with(json: &str, names: &[&str], value: &str, out: &mut String) {
    let Some((name, deeper)) = names.split_first() else {
        out.push_str(value);
        return;
    };
    let mut set = false;
    out.push('{');
    for (at, (key, old)) in json::members(json).enumerate() {
        out.extend([if at > 0 { ",\"" } else { "\"" }, key, "\":"]);
        if json::key_is(key, name) {
            with(old, deeper, value, out);
            set = true;
        } else {
            out.push_str(old);
        }
    }
    if !set {
        out.push_str(if out.ends_with('{') { "" } else { "," });
        json::quote(name, out);
        out.push(':');
        with("{}", deeper, value, out);
    }
    out.push('}');
}

fn has_key<'a>(args: &[Cell<'a>], _: &'a mut String) -> Cell<'a> {
    let (Some(json), Some(name)) = (bag(args[0]), args[1].text()) else { return Cell::Null };
    let Some(steps) = steps(name) else { return Cell::Bool(false) };
    Cell::Bool(steps.iter().try_fold(json, |json, next| step(json, next)).is_some())
}

/// Keys that are no strings are left out with their values; missing values are null.
fn zip<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(keys) = args[0].text().filter(|json| json::kind(json) == Some(Kind::Array)) else {
        return Cell::Null;
    };
    let values: Vec<&str> = json::elements(args[1].text().unwrap_or("")).collect();
    let mut zipped = Bag::default();
    for (at, key) in json::elements(keys).enumerate() {
        if let Some(key) = json::string_inside(key) {
            zipped.add(key, values.get(at).copied().unwrap_or("null"));
        }
    }
    zipped.write(out);
    Cell::Text(out)
}

/// Each path once; an array shows as `[0]` whatever the element.
fn treepath<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(json) = args[0].text() else { return Cell::Null };
    if !matches!(json::kind(json), Some(Kind::Array | Kind::Object)) {
        return Cell::Null;
    }
    let mut paths = Vec::new();
    walk(json, "", DEPTH_MAX, &mut paths);
    let quoted: Vec<String> = paths
        .iter()
        .map(|path| {
            let mut text = String::new();
            json::quote(path, &mut text);
            text
        })
        .collect();
    array(quoted.iter().map(String::as_str), out);
    Cell::Text(out)
}

fn walk(json: &str, path: &str, depth: usize, paths: &mut Vec<String>) {
    if depth == 0 {
        return;
    }
    let children: Vec<(String, &str)> = match json::kind(json) {
        Some(Kind::Object) => json::members(json)
            .map(|(key, value)| (format!("{path}['{}']", json::unescape(key)), value))
            .collect(),
        Some(Kind::Array) => json::elements(json).map(|value| (format!("{path}[0]"), value)).collect(),
        Some(Kind::Null | Kind::Bool | Kind::Number | Kind::String) | None => Vec::new(),
    };
    for (path, value) in children {
        if !paths.contains(&path) {
            paths.push(path.clone());
        }
        walk(value, &path, depth - 1, paths);
    }
}

/// The canonical text, keys in order (agent-dynamic-json-0034).
fn to_json<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    sorted(inner(args[0]), DEPTH_MAX, out);
    Cell::Text(out)
}

fn sorted(json: &str, depth: usize, out: &mut String) {
    match json::kind(json) {
        Some(Kind::Object) if depth > 0 => {
            let mut members: Vec<(std::borrow::Cow<'_, str>, &str)> =
                json::members(json).map(|(key, value)| (json::unescape(key), value)).collect();
            members.sort_by(|left, right| left.0.cmp(&right.0));
            out.push('{');
            for (at, (key, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                json::quote(key, out);
                out.push(':');
                sorted(value, depth - 1, out);
            }
            out.push('}');
        }
        Some(Kind::Array) if depth > 0 => {
            out.push('[');
            for (at, value) in json::elements(json).enumerate() {
                if at > 0 {
                    out.push(',');
                }
                sorted(value, depth - 1, out);
            }
            out.push(']');
        }
        _ => json::canonical(json, out),
    }
}

/// The value at a JSON path in a text; null when the text is no JSON or the path leads nowhere.
fn extract_json<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (Some(text), Some(json)) = (args[0].text(), args[1].text()) else { return Cell::Null };
    if text.contains("..") || text.contains(['*', '?', ':']) {
        return fail(out, format_args!("extract_json() follows names and indexes only, not '{text}'"));
    }
    let Some(steps) = path(text) else { return Cell::Null };
    if !json::check(json) {
        return Cell::Null;
    }
    dynamic(steps.iter().try_fold(json, |json, next| step(json, next)))
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{Null, Text};
    use crate::kernels::testing::call;

    #[test]
    fn keys_and_merging() {
        assert_eq!(call("kql_bag_keys", &[Text(r#"{"b":1,"a":{"c":2}}"#)]), r#"["b","a"]"#);
        assert_eq!(call("kql_bag_keys", &[Text("[1]")]), "NULL");
        assert_eq!(call("kql_bag_pairs", &[Text(r#"{"b":1,"a":{"c":2}}"#)]), r#"[["b",1],["a",{"c":2}]]"#);
        assert_eq!(call("kql_bag_pairs", &[Text("[1]")]), "[1]");
        let merged = call("kql_bag_merge", &[Text(r#"{"a":1}"#), Null, Text(r#"{"a":2,"b":3}"#)]);
        assert_eq!(merged, r#"{"a":1,"b":3}"#);
        assert_eq!(call("kql_bag_merge", &[Null]), "NULL");
    }

    #[test]
    fn slots_have_letters() {
        let json =
            r#"{"a":1,"b c":1.0,"q\"":true,"n":null,"s":"","d":{},"t":"2026-01-01T00:00:00.0000000Z"}"#;
        let slots = r#"["l:a","r:b c","b:q\"","s:s","d:d","t:t"]"#;
        assert_eq!(call("kql_bag_slots", &[Text(json)]), slots);
        assert_eq!(call("kql_bag_slots", &[Text("[1]")]), "NULL");
        assert_eq!(call("kql_bag_slots", &[Text("{}")]), "[]");
    }

    #[test]
    fn changes() {
        let remove = |keys: &'static str| {
            call("kql_bag_remove_keys", &[Text(r#"{"a":1,"b":{"c":2,"d":{"e":3}},"f g":4}"#), Text(keys)])
        };
        assert_eq!(remove(r#"["a","x"]"#), r#"{"b":{"c":2,"d":{"e":3}},"f g":4}"#);
        assert_eq!(remove(r#"["$.b.d.e","$['f g']","$.a.z"]"#), r#"{"a":1,"b":{"c":2,"d":{}}}"#);
        let set = |key: &'static str, value: &'static str| {
            call("kql_bag_set_key", &[Text(r#"{"a":1,"b":{"c":2}}"#), Text(key), Text(value)])
        };
        assert_eq!(set("a", "9"), r#"{"a":9,"b":{"c":2}}"#);
        assert_eq!(set("$.b.d.e", "\"x\""), r#"{"a":1,"b":{"c":2,"d":{"e":"x"}}}"#);
        assert_eq!(set("$.a.z", "1"), r#"{"a":{"z":1},"b":{"c":2}}"#);
        assert_eq!(set("$.b[0]", "1"), "NULL");
        assert_eq!(call("kql_bag_set_key", &[Text("{}"), Text("k"), Null]), r#"{"k":null}"#);
    }

    #[test]
    fn reaching_in() {
        let has =
            |key: &'static str| call("kql_bag_has_key", &[Text(r#"{"a":{"b":[{"c":null}]}}"#), Text(key)]);
        assert_eq!(has("a"), "true");
        assert_eq!(has("b"), "false");
        assert_eq!(has("$.a.b[0].c"), "true");
        assert_eq!(has("$.a.b[1]"), "false");
        let extract = |path: &'static str| {
            call("kql_extract_json", &[Text(path), Text(r#"{"a":{"b c":[10,{"d":"x"}]}}"#)])
        };
        assert_eq!(extract("$.a['b c'][1].d"), "\"x\"");
        assert_eq!(extract("$[\"a\"][\"b c\"][0]"), "10");
        assert_eq!(extract("$.a.z"), "NULL");
        assert_eq!(extract("a"), "NULL");
        assert_eq!(extract("$.a[*]"), "error: extract_json() follows names and indexes only, not '$.a[*]'");
        assert_eq!(call("kql_extract_json", &[Text("$.a"), Text("{\"a\":1")]), "NULL");
    }

    #[test]
    fn zipping() {
        let zip = |keys: &'static str, values: &'static str| call("kql_bag_zip", &[Text(keys), Text(values)]);
        assert_eq!(zip(r#"["a",8,"b","c"]"#, r#"[1,"2",2.5]"#), r#"{"a":1,"b":2.5,"c":null}"#);
        assert_eq!(zip(r#"["a"]"#, "1"), r#"{"a":null}"#);
        assert_eq!(zip("\"a\"", "[1]"), "NULL");
    }

    #[test]
    fn walking() {
        assert_eq!(
            call("kql_treepath", &[Text(r#"{"l":[100,"x",{"y":"z"},{"y":1}],"m":2}"#)]),
            r#"["['l']","['l'][0]","['l'][0]['y']","['m']"]"#
        );
        assert_eq!(call("kql_treepath", &[Text("5")]), "NULL");
        assert_eq!(
            call("kql_dynamic_to_json", &[Text(r#"{"b": [1.50, {"d":1,"c":2}], "a":"\u0041"}"#)]),
            r#"{"a":"A","b":[1.5,{"c":2,"d":1}]}"#
        );
        assert_eq!(call("kql_dynamic_to_json", &[Null]), "null");
    }
}
