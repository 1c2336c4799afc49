//! Records into the rows that they hold: envelopes opened, arrays unfolded, cells named. What cannot be
//! a row is said with its place. Knows no columns: a [`Target`] takes the rows.

use super::adapter::Shape;
use super::audit;
use super::cell::Raw;
use super::cut::{KEPT_BYTES, RECORD_MAX_BYTES, split};
use super::header::Header;
use super::json::{self, Fault, Field, Kind, Slice};
use super::naming::Said;
use super::quarantine::Bad;
use super::rows::{Grows, Item};
use super::stix::{self, Feed, Object};

/// Takes what is found in records.
pub trait Target {
    /// A row. `Ok(Some(reason))` refuses it.
    fn row(&mut self, said: &Said<'_>, items: &[Item<'_>]) -> Result<Option<&'static str>, Grows>;
    /// A record, or a part of one, that is no row.
    fn bad(&mut self, bad: Bad);
    /// A STIX object that is no indicator.
    fn other(&mut self, text: &str, fields: &[Field]);
}

/// Reads records of one shape. Its buffers live from record to record.
pub struct Reader<'p> {
    shape: &'p Shape,
    feed: &'p Feed,
    fields: Vec<Field>,
    inner: Vec<Field>,
    /// Audit records of workloads that Sentinel's table does not have.
    pub elsewhere: u64,
}

/// Where a piece of a file stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub line: u64,
    pub offset: u64,
}

const CATEGORY: &str = "AdvancedHunting-";

impl<'p> Reader<'p> {
    pub fn new(shape: &'p Shape, feed: &'p Feed) -> Self {
        Reader { shape, feed, fields: Vec::new(), inner: Vec::new(), elsewhere: 0 }
    }

    /// Reads one record.
    pub fn read(&mut self, raw: &[u8], place: Place, target: &mut dyn Target) -> Result<(), Grows> {
        let text = match std::str::from_utf8(raw) {
            Ok(text) => text,
            Err(error) => {
                let reason = format!("it is not UTF-8 at byte {}", error.valid_up_to());
                target.bad(bad(raw, place, reason));
                return Ok(());
            }
        };
        let refused = match self.shape {
            Shape::Csv(header) => csv_row(text, header, target)?,
            Shape::AuditCsv(header) => self.audit_csv(text, header, target)?,
            Shape::Rows | Shape::Stix | Shape::Audit => return self.json(text, place, true, target),
        };
        if let Some(reason) = refused {
            target.bad(bad(raw, place, reason));
        }
        Ok(())
    }

    /// An object, or at the top an array of them.
    fn json(&mut self, text: &str, place: Place, top: bool, target: &mut dyn Target) -> Result<(), Grows> {
        if top && text.trim_start().starts_with('[') {
            return match json::array(text) {
                Ok(elements) => self.pieces(text, &elements, place, target),
                Err(fault) => {
                    target.bad(bad(text.as_bytes(), place, fault_text(&fault)));
                    Ok(())
                }
            };
        }
        let (mut fields, mut inner) = (std::mem::take(&mut self.fields), std::mem::take(&mut self.inner));
        let unfold = if *self.shape == Shape::Audit { audit::GRAPH_FIELD } else { "properties" };
        let done = match json::object(text, unfold, &mut fields, &mut inner) {
            Ok(()) => self.object(text, &fields, &inner, place, top, target),
            Err(fault) => Ok(Some(fault_text(&fault))),
        };
        (self.fields, self.inner) = (fields, inner);
        if let Some(reason) = done? {
            target.bad(bad(text.as_bytes(), place, reason));
        }
        Ok(())
    }

    fn object(
        &mut self,
        text: &str,
        fields: &[Field],
        inner: &[Field],
        place: Place,
        top: bool,
        target: &mut dyn Target,
    ) -> Result<Option<String>, Grows> {
        if *self.shape == Shape::Stix {
            return match bundled(text, fields) {
                Some(elements) => self.pieces(text, &elements, place, target).map(|()| None),
                None => stix_object(text, fields, self.feed, target),
            };
        }
        if *self.shape == Shape::Audit {
            return self.audit(text, fields, inner, target);
        }
        let envelope = category(text, fields);
        if let (Some(category), true) = (envelope, !inner.is_empty()) {
            return envelope_row(text, category, fields, inner, target);
        }
        // One `{"records": [...]}` a line, as capture files of Event Hubs have.
        if let ([only], true) = (fields, top)
            && key_is(text, only, "records")
            && let Some(elements) = elements(text, only)
        {
            return self.pieces(text, &elements, place, target).map(|()| None);
        }
        let keys: Vec<_> = fields.iter().map(|field| json::unescape(text, &field.key)).collect();
        let mut said = Said::default();
        let mut items = Vec::with_capacity(fields.len());
        let kind =
            fields.iter().find(|field| key_is(text, field, "Type") && field.value.kind == Kind::String);
        let kind = kind.map(|field| json::unescape(text, &field.value));
        said.kind = kind.as_deref();
        for (field, key) in fields.iter().zip(&keys) {
            said.time |= key == "TimeGenerated";
            items.push(item(key, text, field, false));
        }
        target.row(&said, &items).map(|refused| refused.map(str::to_owned))
    }

    /// The record is the object itself, or that within Graph's envelope.
    fn audit(
        &mut self,
        text: &str,
        fields: &[Field],
        inner: &[Field],
        target: &mut dyn Target,
    ) -> Result<Option<String>, Grows> {
        let enveloped = fields.iter().any(|field| key_is(text, field, audit::GRAPH_FIELD));
        let (record, outside) = if enveloped { (inner, fields) } else { (fields, &[][..]) };
        let outside = outside.iter().filter(|field| !key_is(text, field, audit::GRAPH_FIELD));
        let outside: Vec<_> = outside.map(|field| (json::unescape(text, &field.key), field)).collect();
        let around = outside.iter().map(|(key, field)| audit::around(key, Raw::Json(text, &field.value)));
        self.audit_row(text, record, around.collect(), target)
    }

    fn audit_csv(
        &mut self,
        text: &str,
        header: &Header,
        target: &mut dyn Target,
    ) -> Result<Option<String>, Grows> {
        let cells = split(text, header.delimiter);
        let mut record = "";
        let mut around = Vec::with_capacity(cells.len());
        for (cell, name) in cells.iter().zip(&header.names) {
            match name == audit::CSV_COLUMN {
                true => record = cell,
                false if cell.is_empty() => {}
                false => around.push(audit::around(name, Raw::Text(cell))),
            }
        }
        let (mut fields, mut inner) = (std::mem::take(&mut self.fields), std::mem::take(&mut self.inner));
        let done = match json::object(record, "", &mut fields, &mut inner) {
            Ok(()) => self.audit_row(record, &fields, around, target),
            Err(fault) => Ok(Some(format!(
                "its {} is not JSON at byte {}: {}",
                audit::CSV_COLUMN,
                fault.at,
                fault.what
            ))),
        };
        (self.fields, self.inner) = (fields, inner);
        done
    }

    fn audit_row(
        &mut self,
        text: &str,
        fields: &[Field],
        around: Vec<Item<'_>>,
        target: &mut dyn Target,
    ) -> Result<Option<String>, Grows> {
        let record = match audit::Record::new(text, fields) {
            Ok(record) => record,
            Err(reason) => return Ok(Some(reason)),
        };
        let said = Said { category: Some(audit::TABLE), kind: None, time: true };
        let items: Vec<_> = record.items().into_iter().chain(around).collect();
        let refused = target.row(&said, &items)?;
        self.elsewhere += u64::from(refused.is_none() && record.is_elsewhere());
        Ok(refused.map(str::to_owned))
    }

    fn pieces(
        &mut self,
        text: &str,
        elements: &[Slice],
        place: Place,
        target: &mut dyn Target,
    ) -> Result<(), Grows> {
        for element in elements {
            let before = &text.as_bytes()[..element.at.start];
            let place = Place {
                line: place.line + memchr::memchr_iter(b'\n', before).count() as u64,
                offset: place.offset + element.at.start as u64,
            };
            self.json(&text[element.at.clone()], place, false, target)?;
        }
        Ok(())
    }
}

/// A record for the quarantine; of one that is too long only the beginning.
pub fn bad(raw: &[u8], place: Place, reason: String) -> Bad {
    let cut = raw.len() > RECORD_MAX_BYTES;
    let kept = if cut { &raw[..KEPT_BYTES] } else { raw };
    Bad { line: place.line, offset: place.offset, reason, raw: kept.into(), cut }
}

fn fault_text(fault: &Fault) -> String {
    format!("it is not JSON at byte {}: {}", fault.at, fault.what)
}

fn key_is(text: &str, field: &Field, name: &str) -> bool {
    &text[field.key.at.start + 1..field.key.at.end - 1] == name
}

fn item<'a>(key: &'a str, text: &'a str, field: &'a Field, wrapping: bool) -> Item<'a> {
    Item { key, raw: Raw::Json(text, &field.value), offset: 0, wrapping }
}

/// The elements of a field's array, by their places in `text`.
fn elements(text: &str, field: &Field) -> Option<Vec<Slice>> {
    let base = field.value.at.start;
    let found = json::array(&text[field.value.at.clone()]).ok()?;
    let shift = |slice: Slice| Slice { at: slice.at.start + base..slice.at.end + base, ..slice };
    Some(found.into_iter().map(shift).collect())
}

/// The objects of a STIX bundle that stands among other objects.
fn bundled(text: &str, fields: &[Field]) -> Option<Vec<Slice>> {
    let kind = fields.iter().rev().find(|field| key_is(text, field, "type"))?;
    if &text[kind.value.at.clone()] != "\"bundle\"" {
        return None;
    }
    elements(text, fields.iter().rev().find(|field| key_is(text, field, "objects"))?)
}

/// The table that Defender's envelope names.
fn category<'a>(text: &'a str, fields: &[Field]) -> Option<&'a str> {
    let field = fields.iter().find(|field| key_is(text, field, "category"))?;
    let value = (field.value.kind == Kind::String).then_some(&text[field.value.at.clone()])?;
    value[1..value.len() - 1].strip_prefix(CATEGORY)
}

/// The row is `properties`; what wraps it (when it was received, by which tenant) is kept beside it.
fn envelope_row(
    text: &str,
    category: &str,
    fields: &[Field],
    inner: &[Field],
    target: &mut dyn Target,
) -> Result<Option<String>, Grows> {
    let outside =
        fields.iter().filter(|field| !key_is(text, field, "category") && !key_is(text, field, "properties"));
    let outside: Vec<_> = outside.map(|field| (json::unescape(text, &field.key), field)).collect();
    let inside: Vec<_> = inner.iter().map(|field| (json::unescape(text, &field.key), field)).collect();
    let rows = inside.iter().map(|(key, field)| item(key, text, field, false));
    let wrapping = outside.iter().map(|(key, field)| item(key, text, field, true));
    let items: Vec<_> = rows.chain(wrapping).collect();
    let said = Said { category: Some(category), kind: None, time: true };
    target.row(&said, &items).map(|refused| refused.map(str::to_owned))
}

fn stix_object(
    text: &str,
    fields: &[Field],
    feed: &Feed,
    target: &mut dyn Target,
) -> Result<Option<String>, Grows> {
    let Ok(whole) = json::value(text) else { unreachable!("it was scanned before") };
    match stix::object(text, &whole, fields, feed) {
        Ok(Object::Indicator(indicator)) => {
            let said = Said { category: Some(stix::TABLE), kind: None, time: true };
            target.row(&said, &indicator.items()).map(|refused| refused.map(str::to_owned))
        }
        Ok(Object::Other) => {
            target.other(text, fields);
            Ok(None)
        }
        Err(reason) => Ok(Some(reason.into())),
    }
}

fn csv_row(text: &str, header: &Header, target: &mut dyn Target) -> Result<Option<String>, Grows> {
    let cells = split(text, header.delimiter);
    let mut said = Said::default();
    let mut items = Vec::with_capacity(cells.len());
    for ((cell, name), offset) in cells.iter().zip(&header.names).zip(&header.offsets) {
        said.time |= name == "TimeGenerated";
        if name == "Type" && !cell.is_empty() {
            said.kind = Some(cell);
        }
        items.push(Item { key: name, raw: Raw::Text(cell), offset: *offset, wrapping: false });
    }
    target.row(&said, &items).map(|refused| refused.map(str::to_owned))
}
