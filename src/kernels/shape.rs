//! `buildschema()`: the least schema that all values fit. Knows dynamic values only.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Phys::{Text, Texts};
use super::json::{self, DEPTH_MAX, Kind};
use super::{Cell, Kernel, fail, lenient};

pub const KERNELS: &[Kernel] = &[lenient("kql_buildschema", &[Texts], Text, |args, out| {
    let mut shape = Shape::default();
    for json in args[0].texts().unwrap_or_default().iter().flatten() {
        if let Err(message) = shape.add(json, 0) {
            return fail(out, message);
        }
    }
    match shape.write(out) {
        Ok(()) if out.is_empty() => Cell::Null,
        Ok(()) => Cell::Text(out),
        Err(message) => fail(out, message),
    }
})];

/// What stands for the elements of an array.
const INDEXER: &str = "`indexer`";
const NULL: &str = "buildschema() of a null inside of a value is not known; take nulls out before";
const EMPTY: &str = "buildschema() of arrays that are all empty is not known; take them out before";
const BOTH: &str = "buildschema() of an array where another value has a bag is not known";
const DEEP: &str = "a value is too deep for buildschema()";

/// What the values of one place are, in the order of first sight, as the page of buildschema() has it.
#[derive(Default)]
struct Shape<'a> {
    kinds: Vec<&'static str>,
    /// Where among `kinds` what has parts stands, once there is one.
    container: Option<usize>,
    members: Vec<(&'a str, Shape<'a>)>,
    /// Where among `members` each key stands.
    places: HashMap<Cow<'a, str>, usize>,
    elements: Option<Box<Shape<'a>>>,
}

impl<'a> Shape<'a> {
    fn add(&mut self, json: &'a str, depth: usize) -> Result<(), &'static str> {
        if depth > DEPTH_MAX {
            return Err(DEEP);
        }
        match json::kind(json) {
            None => return Ok(()),
            Some(Kind::Null) if depth == 0 => return Ok(()),
            Some(Kind::Null) => return Err(NULL),
            Some(Kind::Bool) => self.scalar("bool"),
            Some(Kind::String) => self.scalar("string"),
            Some(Kind::Number) if json::whole_number(json).is_some() => self.scalar("long"),
            Some(Kind::Number) => self.scalar("double"),
            Some(Kind::Array) => {
                self.contains();
                let elements = self.elements.get_or_insert_default();
                for element in json::elements(json) {
                    elements.add(element, depth + 1)?;
                }
            }
            Some(Kind::Object) => {
                self.contains();
                for (key, value) in json::members(json) {
                    self.member(key).add(value, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    fn scalar(&mut self, kind: &'static str) {
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    fn contains(&mut self) {
        if self.container.is_none() {
            self.container = Some(self.kinds.len());
            self.kinds.push("");
        }
    }

    fn member(&mut self, key: &'a str) -> &mut Shape<'a> {
        let next = self.members.len();
        let at = *self.places.entry(json::unescape(key)).or_insert(next);
        if at == next {
            self.members.push((key, Shape::default()));
        }
        &mut self.members[at].1
    }

    fn write(&self, out: &mut String) -> Result<(), &'static str> {
        let several = self.kinds.len() > 1;
        if several {
            out.push('[');
        }
        for (at, kind) in self.kinds.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            match self.container {
                Some(container) if container == at => self.write_container(out)?,
                _ => out.extend(["\"", kind, "\""]),
            }
        }
        if several {
            out.push(']');
        }
        Ok(())
    }

    fn write_container(&self, out: &mut String) -> Result<(), &'static str> {
        out.push('{');
        if let Some(elements) = &self.elements {
            if !self.members.is_empty() {
                return Err(BOTH);
            }
            if elements.kinds.is_empty() {
                return Err(EMPTY);
            }
            out.extend(["\"", INDEXER, "\":"]);
            elements.write(out)?;
        }
        for (at, (key, shape)) in self.members.iter().enumerate() {
            out.extend([if at > 0 { ",\"" } else { "\"" }, key, "\":"]);
            shape.write(out)?;
        }
        out.push('}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::Texts;
    use crate::kernels::testing::call;

    fn schema(values: &[&str]) -> String {
        let values: Vec<Option<&str>> = values.iter().map(|value| Some(*value)).collect();
        call("kql_buildschema", &[Texts(&values)])
    }

    #[test]
    fn kinds_meet_in_the_order_of_first_sight() {
        let values =
            [r#"{"port":443,"user":{"name":"ann"}}"#, r#"{"tags":["a",1.5],"port":"https","user":{}}"#];
        assert_eq!(
            schema(&values),
            r#"{"port":["long","string"],"user":{"name":"string"},"tags":{"`indexer`":["string","double"]}}"#
        );
        assert_eq!(schema(&["1", "true", "null", "2", "{}"]), r#"["long","bool",{}]"#);
        assert_eq!(schema(&["[[1],[2.5]]"]), r#"{"`indexer`":{"`indexer`":["long","double"]}}"#);
        assert_eq!(schema(&["null"]), "NULL");
    }

    #[test]
    fn what_the_page_leaves_open_is_told() {
        for values in [&["{\"a\":null}"][..], &["[]"], &["[1]", "{\"a\":1}"]] {
            assert!(schema(values).starts_with("error: "), "{values:?}");
        }
        let deep = format!("{}1{}", "[".repeat(2000), "]".repeat(2000));
        assert!(schema(&[&deep]).starts_with("error: "));
    }
}
