//! Series computed element by element. Two series of longs stay longs where Kusto's result is recorded so.

use super::values::{Element, Fault, element, elements, push_elements, whole};
use crate::kernels::Phys::Text;
use crate::kernels::json::{self, Kind};
use crate::kernels::{Cell, Kernel, strict};

pub const KERNELS: &[Kernel] = &[
    strict("kql_series_add", &[Text, Text], Text, |args, out| {
        both(args, out, Both { whole: Some(i64::wrapping_add), real: |a, b| a + b })
    }),
    strict("kql_series_subtract", &[Text, Text], Text, |args, out| {
        both(args, out, Both { whole: Some(i64::wrapping_sub), real: |a, b| a - b })
    }),
    strict("kql_series_multiply", &[Text, Text], Text, |args, out| {
        both(args, out, Both { whole: Some(i64::wrapping_mul), real: |a, b| a * b })
    }),
    strict("kql_series_divide", &[Text, Text], Text, |args, out| {
        both(args, out, Both { whole: None, real: |a, b| a / b })
    }),
    strict("kql_series_pow", &[Text, Text], Text, |args, out| {
        both(args, out, Both { whole: None, real: f64::powf })
    }),
    strict("kql_series_greater", &[Text, Text], Text, |args, out| compared(args, out, |a, b| a > b)),
    strict("kql_series_greater_equals", &[Text, Text], Text, |args, out| compared(args, out, |a, b| a >= b)),
    strict("kql_series_less", &[Text, Text], Text, |args, out| compared(args, out, |a, b| a < b)),
    strict("kql_series_less_equals", &[Text, Text], Text, |args, out| compared(args, out, |a, b| a <= b)),
    strict("kql_series_equals", &[Text, Text], Text, |args, out| compared(args, out, |a, b| a == b)),
    strict("kql_series_not_equals", &[Text, Text], Text, |args, out| compared(args, out, |a, b| a != b)),
    strict("kql_series_abs", &[Text], Text, |args, out| each(args, out, Some(i64::wrapping_abs), f64::abs)),
    strict("kql_series_sign", &[Text], Text, |args, out| each(args, out, Some(i64::signum), sign)),
    strict("kql_series_exp", &[Text], Text, |args, out| each(args, out, None, f64::exp)),
    strict("kql_series_log", &[Text], Text, |args, out| each(args, out, None, f64::ln)),
    strict("kql_series_floor", &[Text], Text, |args, out| each(args, out, None, f64::floor)),
    strict("kql_series_ceiling", &[Text], Text, |args, out| each(args, out, None, f64::ceil)),
    strict("kql_series_sin", &[Text], Text, |args, out| each(args, out, None, f64::sin)),
    strict("kql_series_cos", &[Text], Text, |args, out| each(args, out, None, f64::cos)),
    strict("kql_series_tan", &[Text], Text, |args, out| each(args, out, None, f64::tan)),
    strict("kql_series_asin", &[Text], Text, |args, out| each(args, out, None, f64::asin)),
    strict("kql_series_acos", &[Text], Text, |args, out| each(args, out, None, f64::acos)),
    strict("kql_series_atan", &[Text], Text, |args, out| each(args, out, None, f64::atan)),
];

/// What becomes of two longs, where they stay longs, and of two reals.
struct Both {
    whole: Option<fn(i64, i64) -> i64>,
    real: fn(f64, f64) -> f64,
}

/// A series, or one number that stands for each of its elements.
pub enum Operand {
    Array(Vec<Element>),
    One(Element),
}

impl Operand {
    pub fn of(cell: Cell<'_>) -> Result<Operand, Fault> {
        match cell.text().and_then(json::kind) {
            Some(Kind::Array) => elements(cell).map(Operand::Array),
            Some(Kind::Number | Kind::String) => {
                cell.text().map_or(Err(Fault::None), |json| element(json).map(Operand::One))
            }
            _ => Err(Fault::None),
        }
    }

    pub fn length(&self) -> Option<usize> {
        match self {
            Operand::Array(values) => Some(values.len()),
            Operand::One(_) => None,
        }
    }

    pub fn at(&self, index: usize) -> Element {
        match self {
            Operand::Array(values) => values.get(index).copied().unwrap_or(Element::Missing),
            Operand::One(value) => *value,
        }
    }

    fn whole(&self) -> bool {
        match self {
            Operand::Array(values) => whole(values),
            Operand::One(value) => matches!(value, Element::Whole(_)),
        }
    }
}

/// Both operands, and how long the longer series is.
fn operands(args: &[Cell<'_>]) -> Result<(Operand, Operand, usize), Fault> {
    let (left, right) = (Operand::of(args[0])?, Operand::of(args[1])?);
    let length = left.length().max(right.length()).ok_or(Fault::None)?;
    Ok((left, right, length))
}

fn both<'a>(args: &[Cell<'a>], out: &'a mut String, op: Both) -> Cell<'a> {
    let (left, right, length) = match operands(args) {
        Ok(operands) => operands,
        Err(fault) => return fault.cell(out),
    };
    let stays = op.whole.filter(|_| left.whole() && right.whole());
    let value = |at| match (left.at(at), right.at(at), stays) {
        (Element::Whole(left), Element::Whole(right), Some(whole)) => Element::Whole(whole(left, right)),
        (left, right, _) => match (left.real(), right.real()) {
            (Some(left), Some(right)) => Element::Real((op.real)(left, right)),
            _ => Element::Missing,
        },
    };
    push_elements((0..length).map(value), out);
    Cell::Text(out)
}

fn compared<'a>(args: &[Cell<'a>], out: &'a mut String, holds: fn(f64, f64) -> bool) -> Cell<'a> {
    let (left, right, length) = match operands(args) {
        Ok(operands) => operands,
        Err(fault) => return fault.cell(out),
    };
    for at in 0..length {
        out.push(if at == 0 { '[' } else { ',' });
        out.push_str(match (left.at(at), right.at(at)) {
            // As reals two longs could become equal.
            (Element::Whole(left), Element::Whole(right)) => {
                word(holds(f64::from(left.cmp(&right) as i8), 0.0))
            }
            (left, right) => match (left.real(), right.real()) {
                (Some(left), Some(right)) => word(holds(left, right)),
                _ => "null",
            },
        });
    }
    out.push_str(if length == 0 { "[]" } else { "]" });
    Cell::Text(out)
}

const fn word(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn sign(value: f64) -> f64 {
    if value == 0.0 || value.is_nan() { 0.0 } else { value.signum() }
}

fn each<'a>(
    args: &[Cell<'a>],
    out: &'a mut String,
    of_long: Option<fn(i64) -> i64>,
    of_real: fn(f64) -> f64,
) -> Cell<'a> {
    let values = match elements(args[0]) {
        Ok(values) => values,
        Err(fault) => return fault.cell(out),
    };
    let stays = of_long.filter(|_| whole(&values));
    let value = |value: &Element| match (*value, stays) {
        (Element::Whole(value), Some(of_long)) => Element::Whole(of_long(value)),
        (value, _) => value.real().map_or(Element::Missing, |value| match of_real(value) {
            // As log(-1) and asin(2) are null.
            result if result.is_nan() && !value.is_nan() => Element::Missing,
            result => Element::Real(result),
        }),
    };
    push_elements(values.iter().map(value), out);
    Cell::Text(out)
}

#[cfg(test)]
mod tests {
    use crate::kernels::testing::texts;

    #[test]
    fn longs_stay_longs_and_a_hole_stays_a_hole() {
        assert_eq!(texts("kql_series_add", &["[1,2]", "[4,5]"]), "[5,7]");
        assert_eq!(texts("kql_series_add", &["[1,2.5]", "[4,5]"]), "[5.0,7.5]");
        assert_eq!(texts("kql_series_subtract", &["[1,null,3]", "[1,1]"]), "[0,null,null]");
        assert_eq!(texts("kql_series_divide", &["[1,2,0]", "[4,0,0]"]), "[0.25,\"Infinity\",\"NaN\"]");
        assert_eq!(texts("kql_series_pow", &["2", "[3]"]), "[8.0]");
        assert_eq!(texts("kql_series_add", &["1", "2"]), "NULL");
        assert_eq!(texts("kql_series_sign", &["[-6,0,8]"]), "[-1,0,1]");
        assert_eq!(texts("kql_series_floor", &["[-1.5,1]"]), "[-2.0,1.0]");
        assert_eq!(texts("kql_series_log", &["[-1,0,1]"]), "[null,\"-Infinity\",0.0]");
    }

    #[test]
    fn longs_are_compared_as_longs() {
        let big = ["[9007199254740993]", "[9007199254740992]"];
        assert_eq!(texts("kql_series_greater", &big), "[true]");
        assert_eq!(texts("kql_series_equals", &big), "[false]");
        assert_eq!(texts("kql_series_less", &["[1,2,\"x\"]", "1.5"]), "[true,false,null]");
        assert_eq!(texts("kql_series_less", &["[]", "[]"]), "[]");
    }
}
