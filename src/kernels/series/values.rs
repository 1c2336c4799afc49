//! Series in and out of JSON: arrays of numbers with holes in them. Knows JSON text; no column.

use crate::kernels::dynamic::push_json_real;
use crate::kernels::json::{self, Kind};
use crate::kernels::{Cell, fail};

/// One element of a series. What is no number is missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Element {
    Missing,
    Whole(i64),
    Real(f64),
}

impl Element {
    pub fn real(self) -> Option<f64> {
        match self {
            Element::Missing => None,
            Element::Whole(value) => Some(value as f64),
            Element::Real(value) => Some(value),
        }
    }

    pub fn push(self, out: &mut String) {
        match self {
            Element::Missing => out.push_str("null"),
            Element::Whole(value) => out.push_str(&value.to_string()),
            Element::Real(value) => push_json_real(value, out),
        }
    }
}

/// Why a series cannot be computed with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// It is no array: the result is null.
    None,
    /// It holds datetimes or timespans, which Kusto counts in ticks of an origin that is not published.
    Times,
    /// It holds something else than numbers, where the reference says nothing of it.
    Hole,
}

impl Fault {
    pub fn cell(self, out: &mut String) -> Cell<'_> {
        match self {
            Fault::None => Cell::Null,
            Fault::Times => fail(
                out,
                "a series function reads numbers only, and an array holds datetimes or timespans; \
                 use mv-expand and the functions for them",
            ),
            Fault::Hole => fail(
                out,
                "a series function reads numbers only, and an array holds null or something else; \
                 use series_fill_const() or series_fill_linear() first",
            ),
        }
    }
}

/// What one element of an array is.
pub fn element(json: &str) -> Result<Element, Fault> {
    match json::kind(json) {
        Some(Kind::Number) => Ok(match json::whole_number(json) {
            Some(value) => Element::Whole(value),
            None => json::trim(json).parse().map_or(Element::Missing, Element::Real),
        }),
        Some(Kind::String) => match json::string_inside(json) {
            Some("NaN") => Ok(Element::Real(f64::NAN)),
            Some("Infinity") => Ok(Element::Real(f64::INFINITY)),
            Some("-Infinity") => Ok(Element::Real(f64::NEG_INFINITY)),
            Some(text) if is_time(text) => Err(Fault::Times),
            _ => Ok(Element::Missing),
        },
        _ => Ok(Element::Missing),
    }
}

/// Datetimes and timespans are texts inside of a dynamic.
fn is_time(text: &str) -> bool {
    let parts = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'T' | b'Z');
    text.contains(':') && text.bytes().all(parts)
}

/// The elements of an array.
pub fn elements(cell: Cell<'_>) -> Result<Vec<Element>, Fault> {
    let json = cell.text().filter(|json| json::kind(json) == Some(Kind::Array)).ok_or(Fault::None)?;
    json::elements(json).map(element).collect()
}

/// An array without holes.
pub fn numbers(cell: Cell<'_>) -> Result<Vec<f64>, Fault> {
    complete(&elements(cell)?)
}

/// The numbers of a series without holes.
pub fn complete(elements: &[Element]) -> Result<Vec<f64>, Fault> {
    elements.iter().map(|element| element.real().ok_or(Fault::Hole)).collect()
}

/// Whether Kusto keeps the series as longs: nulls aside, all of it is whole numbers.
pub fn whole(elements: &[Element]) -> bool {
    elements.iter().all(|element| !matches!(element, Element::Real(_)))
        && elements.iter().any(|element| matches!(element, Element::Whole(_)))
}

/// Writes an array.
pub fn push_elements(elements: impl Iterator<Item = Element>, out: &mut String) {
    out.push('[');
    for (at, element) in elements.enumerate() {
        if at > 0 {
            out.push(',');
        }
        element.push(out);
    }
    out.push(']');
}

pub fn push_reals(values: &[f64], out: &mut String) {
    push_elements(values.iter().map(|value| Element::Real(*value)), out);
}

/// Writes the values of a call that gives several: a JSON array of them.
pub struct Parts<'a> {
    out: &'a mut String,
}

impl<'a> Parts<'a> {
    pub fn new(out: &'a mut String) -> Parts<'a> {
        Parts { out }
    }

    fn next(&mut self) -> &mut String {
        self.out.push(if self.out.is_empty() { '[' } else { ',' });
        self.out
    }

    pub fn real(mut self, value: f64) -> Self {
        push_json_real(value, self.next());
        self
    }

    pub fn long(mut self, value: usize) -> Self {
        self.next().push_str(&value.to_string());
        self
    }

    pub fn reals(mut self, values: &[f64]) -> Self {
        push_reals(values, self.next());
        self
    }

    pub fn elements(mut self, elements: impl Iterator<Item = Element>) -> Self {
        push_elements(elements, self.next());
        self
    }

    pub fn cell(self) -> Cell<'a> {
        self.out.push(']');
        Cell::Text(self.out)
    }
}

/// Writes a bag.
pub struct Bag<'a> {
    out: &'a mut String,
}

impl<'a> Bag<'a> {
    pub fn new(out: &'a mut String) -> Bag<'a> {
        Bag { out }
    }

    fn next(&mut self, key: &str) -> &mut String {
        let opening = if self.out.is_empty() { "{\"" } else { ",\"" };
        self.out.extend([opening, key, "\":"]);
        self.out
    }

    pub fn real(mut self, key: &str, value: f64) -> Self {
        push_json_real(value, self.next(key));
        self
    }

    pub fn long(mut self, key: &str, value: usize) -> Self {
        self.next(key).push_str(&value.to_string());
        self
    }

    pub fn reals(mut self, key: &str, values: &[f64]) -> Self {
        push_reals(values, self.next(key));
        self
    }

    pub fn bag(mut self, key: &str, fill: impl FnOnce(Bag<'_>)) -> Self {
        let mut inner = String::new();
        fill(Bag::new(&mut inner));
        self.next(key).push_str(&inner);
        self
    }

    pub fn cell(self) -> Cell<'a> {
        self.out.push('}');
        Cell::Text(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::{Element, Fault, elements, whole};
    use crate::kernels::Cell;

    #[test]
    fn what_is_no_number_is_missing_and_times_are_refused() {
        let read = |json| elements(Cell::Text(json));
        assert_eq!(
            read(" [1, 2.0, null, \"x\", true, \"NaN\"] ").map(|all| format!("{all:?}")),
            Ok("[Whole(1), Real(2.0), Missing, Missing, Missing, Real(NaN)]".to_owned())
        );
        assert_eq!(read("[\"2024-05-01T10:00:00.0000000Z\"]"), Err(Fault::Times));
        assert_eq!(read("[\"01:00:00\"]"), Err(Fault::Times));
        assert_eq!(read("{}"), Err(Fault::None));
        assert!(whole(&[Element::Missing, Element::Whole(1)]));
        assert!(!whole(&[Element::Missing]));
        assert!(!whole(&[Element::Whole(1), Element::Real(1.0)]));
    }
}
