//! XML as a dynamic value, by the table of Kusto's page on `parse_xml()`. Knows text only.

use std::collections::{HashMap, HashSet};

use quick_xml::Reader;
use quick_xml::XmlVersion::Implicit1_0;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Cell, Kernel, Phys, fail, json, strict};

pub const KERNELS: &[Kernel] =
    &[strict("kql_parse_xml", &[Phys::Text], Phys::Text, |args, out| {
        match parsed(args[0].text().unwrap_or("")) {
            Ok(json) => {
                out.push_str(&json);
                Cell::Text(out)
            }
            Err(No::Invalid) => Cell::Null,
            Err(No::Unknown(what)) => {
                fail(out, format_args!("parse_xml() does not know what Kusto makes of {what}"))
            }
        }
    })];

/// A longer text is null in Kusto, in bytes.
const LENGTH_MAX: usize = 1024 * 1024;
/// Elements inside of elements.
const DEPTH_MAX: usize = 250;
const TEXT: &str = "#text";

/// Why there is no value.
enum No {
    /// It is no well-formed XML, which is null.
    Invalid,
    /// It is, and the page does not say what becomes of this in it.
    Unknown(&'static str),
}

impl<E: std::error::Error> From<E> for No {
    fn from(_: E) -> No {
        No::Invalid
    }
}

/// The members of an object under way, in the order in which their names came first. Several values of a
/// name are an array.
#[derive(Default)]
struct Members {
    values: Vec<(String, Vec<String>)>,
    places: HashMap<String, usize>,
}

impl Members {
    fn add(&mut self, name: String, value: String) {
        match self.places.get(&name) {
            Some(place) => self.values[*place].1.push(value),
            None => {
                self.places.insert(name.clone(), self.values.len());
                self.values.push((name, vec![value]));
            }
        }
    }

    fn write(&self, out: &mut String) {
        out.push('{');
        for (index, (name, values)) in self.values.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            json::quote(name, out);
            out.push(':');
            match values.as_slice() {
                [value] => out.push_str(value),
                several => {
                    out.push('[');
                    out.push_str(&several.join(","));
                    out.push(']');
                }
            }
        }
        out.push('}');
    }
}

/// An element whose end has not come.
#[derive(Default)]
struct Open {
    name: String,
    members: Members,
    /// The characters since the last tag.
    text: String,
}

impl Open {
    fn new(start: &BytesStart<'_>) -> Result<Open, No> {
        let name = named(start.name().0)?;
        let mut members = Members::default();
        if !apart(start.attributes_raw()) {
            return Err(No::Invalid);
        }
        let mut seen = HashSet::new();
        // The reader's own check for attributes of one name takes a time with the square of their number.
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute?;
            let value = attribute.normalized_value(Implicit1_0)?;
            let key = format!("@{}", named(attribute.key.0)?);
            if attribute.value.contains('<') || !seen.insert(key.clone()) {
                return Err(No::Invalid);
            }
            members.add(key, quoted(&value)?);
        }
        Ok(Open { name, members, text: String::new() })
    }

    /// Keeps the characters up to this tag, without the blanks around them.
    fn end_text(&mut self) -> Result<(), No> {
        let text = std::mem::take(&mut self.text);
        let text = text.trim_matches(BLANKS);
        if text.is_empty() {
            return Ok(());
        }
        if self.members.places.contains_key(TEXT) {
            return Err(No::Unknown("an element with several texts"));
        }
        self.members.add(TEXT.to_owned(), quoted(text)?);
        Ok(())
    }

    /// The value of the element, now at its end.
    fn value(self) -> String {
        match self.members.values.as_slice() {
            [] => "null".to_owned(),
            [(name, values)] if name == TEXT => values.concat(),
            _ => {
                let mut out = String::new();
                self.members.write(&mut out);
                out
            }
        }
    }
}

/// What XML calls white space.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// A name of an element or attribute as it stands, with its prefix.
fn named(name: &str) -> Result<String, No> {
    let first = |c: char| c.is_alphabetic() || c == '_' || c == ':';
    let further = |c: char| first(c) || !c.is_ascii() || c.is_ascii_digit() || c == '-' || c == '.';
    let valid = name.starts_with(first) && name.chars().all(further);
    valid.then(|| name.to_owned()).ok_or(No::Invalid)
}

/// Whether a blank follows each quoted value, as XML wants and the reader does not.
fn apart(attributes: &str) -> bool {
    let mut rest = attributes;
    while let Some(at) = rest.find(['"', '\'']) {
        let (quote, inside) = rest[at..].split_at(1);
        let Some((_, after)) = inside.split_once(quote) else { return false };
        if !after.is_empty() && !after.starts_with(BLANKS) {
            return false;
        }
        rest = after;
    }
    true
}

/// A JSON string of characters that XML allows.
fn quoted(text: &str) -> Result<String, No> {
    let allowed = |c: char| !c.is_control() || c >= '\u{7f}' || BLANKS.contains(&c);
    if !text.chars().all(|c| allowed(c) && c != '\u{fffe}' && c != '\u{ffff}') {
        return Err(No::Invalid);
    }
    let mut out = String::new();
    json::quote(text, &mut out);
    Ok(out)
}

/// What `&lt;` or `&#60;` stands for. A name that only a document type would define is none.
fn push_reference(reference: &BytesRef<'_>, text: &mut String) -> Result<(), No> {
    match reference.resolve_char_ref()? {
        Some(character) => text.push(character),
        None => text.push_str(resolve_predefined_entity(reference).ok_or(No::Invalid)?),
    }
    Ok(())
}

fn parsed(xml: &str) -> Result<String, No> {
    if xml.len() > LENGTH_MAX {
        return Err(No::Invalid);
    }
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_comments = true;
    config.expand_empty_elements = true;
    // Above the root, whose only member it is.
    let mut top = Open::default();
    let mut open: Vec<Open> = Vec::new();
    loop {
        let at_start = reader.buffer_position() == 0;
        let event = reader.read_event()?;
        let inside = !open.is_empty();
        let complete = !inside && !top.members.values.is_empty();
        let current = open.last_mut().unwrap_or(&mut top);
        match event {
            Event::Text(text) if text.contains("]]>") => return Err(No::Invalid),
            Event::Text(text) if inside => current.text.push_str(&text.xml10_content()),
            Event::Text(text) if text.trim_matches(BLANKS).is_empty() => {}
            Event::GeneralRef(reference) if inside => push_reference(&reference, &mut current.text)?,
            Event::Text(_) | Event::GeneralRef(_) => return Err(No::Invalid),
            Event::CData(_) if inside => return Err(No::Unknown("a CDATA section")),
            Event::CData(_) => return Err(No::Invalid),
            Event::Start(_) | Event::Empty(_) if complete => return Err(No::Invalid),
            Event::Start(start) | Event::Empty(start) => {
                current.end_text()?;
                let element = Open::new(&start)?;
                open.push(element);
                if open.len() > DEPTH_MAX {
                    return Err(No::Unknown("elements nested 250 deep"));
                }
            }
            Event::End(_) => {
                let mut element = open.pop().ok_or(No::Invalid)?;
                element.end_text()?;
                let name = std::mem::take(&mut element.name);
                open.last_mut().unwrap_or(&mut top).members.add(name, element.value());
            }
            Event::Comment(_) | Event::PI(_) => current.end_text()?,
            Event::Decl(_) if !at_start => return Err(No::Invalid),
            Event::DocType(_) if inside || complete => return Err(No::Invalid),
            Event::Decl(_) | Event::DocType(_) => {}
            Event::Eof if !complete => return Err(No::Invalid),
            Event::Eof => {
                let mut out = String::new();
                top.members.write(&mut out);
                return Ok(out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::kernels::testing::texts;

    fn parsed(xml: &str) -> String {
        texts("kql_parse_xml", &[xml])
    }

    /// Each row of the table of the page, in other words.
    #[test]
    fn shapes() {
        for (xml, json) in [
            ("<host/>", r#"{"host":null}"#),
            ("<host></host>", r#"{"host":null}"#),
            ("<host>srv-1</host>", r#"{"host":"srv-1"}"#),
            ("<host id='7' os=\"win\"/>", r#"{"host":{"@id":"7","@os":"win"}}"#),
            ("<host id='7'>srv-1</host>", r##"{"host":{"@id":"7","#text":"srv-1"}}"##),
            ("<h> <ip>1</ip> <os>x</os> </h>", r#"{"h":{"ip":"1","os":"x"}}"#),
            ("<h><ip>1</ip><os/><ip>2</ip></h>", r#"{"h":{"ip":["1","2"],"os":null}}"#),
            ("<h> up <ip>1</ip> </h>", r##"{"h":{"#text":"up","ip":"1"}}"##),
        ] {
            assert_eq!(parsed(xml), json, "{xml}");
        }
    }

    #[test]
    fn events() {
        let event = concat!(
            "<?xml version='1.0'?><!-- one --><!DOCTYPE e>\r\n",
            "<e:E xmlns:e='urn:x'><Data Name='a'>x &amp; &#x3c;y&gt; &quot;z&quot;</Data><Data Name='b&lt;'/></e:E>\n",
        );
        assert_eq!(
            parsed(event),
            r##"{"e:E":{"@xmlns:e":"urn:x","Data":[{"@Name":"a","#text":"x & <y> \"z\""},{"@Name":"b<"}]}}"##
        );
    }

    #[test]
    fn null_for_what_is_no_xml() {
        for bad in [
            "",
            " ",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>b",
            "<a b=c/>",
            "<a b='1' b='2'/>",
            "<a b='<'/>",
            "<1/>",
            "<a>&unknown;</a>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            "<a>\u{1}</a>",
            "<a>&#0;</a>",
            "</a>",
            "<a",
            "<a b='1'c='2'/>",
            "<a>]]></a>",
            " <?xml version='1.0'?><a/>",
            "<a/><!DOCTYPE a>",
        ] {
            assert_eq!(parsed(bad), "NULL", "{bad:?}");
        }
        assert_eq!(parsed(&format!("<a>{}</a>", "x".repeat(1 << 20))), "NULL");
    }

    #[test]
    fn told_where_the_page_is_silent() {
        for open in ["<a>x<b/>y</a>", "<a><![CDATA[x]]></a>", "<a>x<!-- -->y</a>"] {
            assert!(parsed(open).starts_with("error: parse_xml()"), "{open:?}");
        }
        let deep = format!("{}{}", "<a>".repeat(251), "</a>".repeat(251));
        assert!(parsed(&deep).starts_with("error: "));
    }
}
