//! Holes of a series, filled. Elements keep their text; only what stood for a missing value is replaced.

use super::values::{Element, Fault, element, whole};
use crate::kernels::Phys::{Bool, Text};
use crate::kernels::dynamic::array;
use crate::kernels::json::{self, Kind};
use crate::kernels::{Cell, Kernel, lenient};

/// NULL for a placeholder is null. The last argument of `kql_series_fill_linear` fills an array that holds
/// nothing else than placeholders.
pub const KERNELS: &[Kernel] = &[
    lenient("kql_series_fill_const", &[Text, Text, Text], Text, |args, out| {
        let constant = args[1].text().unwrap_or("null");
        filled(args[0], args[2], out, |values, missing| {
            values.iter_mut().filter(|value| missing.is(value)).for_each(|value| *value = constant);
        })
    }),
    lenient("kql_series_fill_forward", &[Text, Text], Text, |args, out| {
        filled(args[0], args[1], out, |values, missing| carry(values.iter_mut(), missing))
    }),
    lenient("kql_series_fill_backward", &[Text, Text], Text, |args, out| {
        filled(args[0], args[1], out, |values, missing| carry(values.iter_mut().rev(), missing))
    }),
    lenient("kql_series_fill_linear", &[Text, Text, Bool, Text], Text, linear),
];

/// What stands for a missing value.
struct Missing {
    value: Option<f64>,
}

impl Missing {
    fn of(cell: Cell<'_>) -> Missing {
        Missing { value: cell.text().and_then(|json| element(json).ok()).and_then(Element::real) }
    }

    fn is(&self, json: &str) -> bool {
        match self.value {
            None => json::kind(json) == Some(Kind::Null),
            Some(missing) => element(json).ok().and_then(Element::real) == Some(missing),
        }
    }
}

fn array_of(cell: Cell<'_>) -> Option<Vec<&str>> {
    let json = cell.text().filter(|json| json::kind(json) == Some(Kind::Array))?;
    Some(json::elements(json).collect())
}

fn filled<'a>(
    series: Cell<'a>,
    missing: Cell<'a>,
    out: &'a mut String,
    fill: impl FnOnce(&mut [&'a str], &Missing),
) -> Cell<'a> {
    let Some(mut values) = array_of(series) else { return Cell::Null };
    fill(&mut values, &Missing::of(missing));
    array(values.into_iter(), out);
    Cell::Text(out)
}

fn carry<'v, 'a: 'v>(values: impl Iterator<Item = &'v mut &'a str>, missing: &Missing) {
    let mut last = None;
    for value in values {
        match last {
            Some(known) if missing.is(value) => *value = known,
            _ if missing.is(value) => {}
            _ => last = Some(*value),
        }
    }
}

/// Between two longs Kusto cuts the fraction off: 73.5 is 73 (recorded, and the reference's example).
fn linear<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let Some(values) = array_of(args[0]) else { return Cell::Null };
    let missing = Missing::of(args[1]);
    let mut elements = Vec::with_capacity(values.len());
    for value in &values {
        match element(value) {
            _ if missing.is(value) => elements.push(None),
            Ok(Element::Missing) => return Fault::Hole.cell(out),
            Ok(element) => elements.push(Some(element)),
            Err(fault) => return fault.cell(out),
        }
    }
    let whole = whole(&elements.iter().copied().flatten().collect::<Vec<_>>());
    let known: Vec<usize> = (0..values.len()).filter(|at| elements[*at].is_some()).collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else {
        array(values.iter().map(|_| args[3].text().unwrap_or("null")), out);
        return Cell::Text(out);
    };
    let edges = args[2].bool() != Some(false);
    let mut after = known.iter().copied().peekable();
    let mut before = *first;
    out.push('[');
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        if elements[at].is_some() {
            out.push_str(value);
            before = at;
            continue;
        }
        while after.next_if(|next| *next < at).is_some() {}
        match after.peek() {
            Some(next) if at > *first => between(&elements, before, at, *next, whole).push(out),
            _ if edges => out.push_str(values[if at < *first { *first } else { *last }]),
            _ => out.push_str(value),
        }
    }
    out.push(']');
    Cell::Text(out)
}

fn between(elements: &[Option<Element>], before: usize, at: usize, next: usize, whole: bool) -> Element {
    let value = |at: usize| elements[at].and_then(Element::real).unwrap_or(f64::NAN);
    let (low, high) = (value(before), value(next));
    // The order of these steps is the recorded one, to the last digit.
    let part = (at - before) as f64 / (next - before) as f64;
    let value = low + (high - low) * part;
    if whole { Element::Whole(value as i64) } else { Element::Real(value) }
}

#[cfg(test)]
mod tests {
    use crate::kernels::Cell::{self, Bool, Null, Text};
    use crate::kernels::testing::call;

    const HOLES: Cell<'_> = Text("[null,7,null,null,11,null]");

    #[test]
    fn holes_take_the_value_beside_them() {
        assert_eq!(call("kql_series_fill_forward", &[HOLES, Null]), "[null,7,7,7,11,11]");
        assert_eq!(call("kql_series_fill_backward", &[HOLES, Null]), "[7,7,11,11,11,null]");
        assert_eq!(call("kql_series_fill_const", &[HOLES, Text("0.0"), Null]), "[0.0,7,0.0,0.0,11,0.0]");
        assert_eq!(call("kql_series_fill_const", &[Text("[0,0.0,1]"), Text("9"), Text("0")]), "[9,9,1]");
    }

    #[test]
    fn a_line_goes_through_the_holes() {
        let linear =
            |series, edges, constant| call("kql_series_fill_linear", &[Text(series), Null, edges, constant]);
        assert_eq!(linear("[null,7,null,null,11,null]", Null, Null), "[7,7,8,9,11,11]");
        assert_eq!(linear("[null,7,null,8.0,null]", Bool(false), Null), "[null,7,7.5,8.0,null]");
        assert_eq!(linear("[null,null]", Bool(false), Text("0.0")), "[0.0,0.0]");
        assert_eq!(linear("[null]", Null, Null), "[null]");
        assert_eq!(linear("[]", Null, Null), "[]");
        assert!(linear("[1,\"x\"]", Null, Null).starts_with("error: a series function"));
    }
}
