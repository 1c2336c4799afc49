//! Writes JSON without spaces.

use std::fmt::Write;

/// An object that grows, inside of a line.
pub struct Object<'a> {
    line: &'a mut String,
    first: bool,
}

impl<'a> Object<'a> {
    pub fn begin(line: &'a mut String) -> Object<'a> {
        line.push('{');
        Object { line, first: true }
    }

    fn key(&mut self, key: &str) {
        if !self.first {
            self.line.push(',');
        }
        self.first = false;
        quoted(self.line, key);
        self.line.push(':');
    }

    pub fn text(&mut self, key: &str, value: &str) -> &mut Self {
        self.key(key);
        quoted(self.line, value);
        self
    }

    /// JSON that is there already.
    pub fn raw(&mut self, key: &str, json: &str) -> &mut Self {
        self.key(key);
        self.line.push_str(json);
        self
    }

    pub fn number(&mut self, key: &str, value: u64) -> &mut Self {
        self.key(key);
        write!(self.line, "{value}").expect("a String takes everything");
        self
    }

    pub fn end(&mut self) {
        self.line.push('}');
    }
}

/// An object of its own, as text.
pub fn object(fill: impl FnOnce(&mut Object)) -> String {
    let mut text = String::new();
    let mut object = Object::begin(&mut text);
    fill(&mut object);
    object.end();
    text
}

/// `[{"Name":..,"Value":..},..]`, which audit records are full of.
pub fn named_values(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| {
        object(|pair| {
            pair.text("Name", name).text("Value", value);
        })
    };
    array(pairs.iter().map(pair))
}

pub fn array(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("[{}]", items.join(","))
}

pub fn quoted(line: &mut String, text: &str) {
    line.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\\']) {
        line.push_str(&rest[..at]);
        line.push('\\');
        line.push_str(&rest[at..=at]);
        rest = &rest[at + 1..];
    }
    line.push_str(rest);
    line.push('"');
}
