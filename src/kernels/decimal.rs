//! Numbers of type decimal. Their text is canonical (no exponent, no zeros that could be left out), so
//! that equal numbers are equal texts. What is not known of Kusto's decimals ends the query.

mod number;

pub use number::{Beyond, Decimal};

use super::convert::{Scalar, scalar};
use super::{Cell, Kernel, Phys, fail, lenient, strict};

const NO_MEAN: Beyond =
    "what Kusto gives for the mean of no decimals is not known; count them with countif(isnotnull(x)) first";
const NOT_WHOLE: Beyond = "a decimal does not fit the whole number that it is converted to";

pub const KERNELS: &[Kernel] = &[
    strict("kql_decimal_of_text", &[Phys::Text], Phys::Text, |args, out| {
        args[0].text().and_then(|text| Decimal::read(text.trim())).map_or(Cell::Null, |read| cell(read, out))
    }),
    strict("kql_decimal_of_long", &[Phys::Long], Phys::Text, |args, out| {
        args[0].long().map_or(Cell::Null, |value| cell(Ok(Decimal::of_long(value)), out))
    }),
    strict("kql_decimal_of_real", &[Phys::Real], Phys::Text, |args, out| {
        args[0].real().map_or(Cell::Null, |value| cell(Decimal::of_real(value), out))
    })
    .constant(|args, out| args[0].real().map_or(Cell::Null, |value| cell(Decimal::of_constant(value), out))),
    strict("kql_decimal_of_json", &[Phys::Text], Phys::Text, |args, out| match scalar(args[0]) {
        Scalar::Null => Cell::Null,
        Scalar::Bool(value) => cell(Ok(Decimal::of_long(value.into())), out),
        Scalar::Long(value) => cell(Ok(Decimal::of_long(value)), out),
        Scalar::Real(value) => cell(Decimal::of_real(value), out),
        Scalar::Text(text) => Decimal::read(text.trim()).map_or(Cell::Null, |read| cell(read, out)),
    }),
    strict("kql_decimal_order", &[Phys::Text], Phys::Text, |args, out| match known(args[0]) {
        Ok(value) => {
            out.push_str(&value.order());
            Cell::Text(out)
        }
        Err(message) => fail(out, message),
    }),
    strict("kql_decimal_add", &[Phys::Text, Phys::Text], Phys::Text, |args, out| {
        two(args, out, Decimal::plus)
    }),
    strict("kql_decimal_sub", &[Phys::Text, Phys::Text], Phys::Text, |args, out| {
        two(args, out, |one, other| one.plus(other.negated()))
    }),
    strict("kql_decimal_mul", &[Phys::Text, Phys::Text], Phys::Text, |args, out| {
        two(args, out, Decimal::times)
    }),
    strict("kql_decimal_div", &[Phys::Text, Phys::Text], Phys::Text, |args, out| {
        two(args, out, Decimal::over)
    }),
    strict("kql_decimal_mod", &[Phys::Text, Phys::Text], Phys::Text, |args, out| {
        two(args, out, Decimal::modulo)
    }),
    strict("kql_decimal_bin", &[Phys::Text, Phys::Text], Phys::Text, |args, out| {
        two(args, out, Decimal::down_to)
    }),
    strict("kql_decimal_ceiling", &[Phys::Text], Phys::Text, |args, out| {
        let below = known(args[0]).and_then(|value| value.negated().down_to(Decimal::of_long(1)));
        cell(below.map(Decimal::negated), out)
    }),
    strict("kql_decimal_round", &[Phys::Text, Phys::Long], Phys::Text, |args, out| {
        let digits = args[1].long().unwrap_or(0);
        cell(known(args[0]).and_then(|value| value.nearest(digits)), out)
    }),
    // Of the arguments that are not null, as min_of() and max_of() have it for the other types.
    lenient("kql_decimal_least", &[], Phys::Text, |args, _| {
        args.iter()
            .copied()
            .filter(|cell| !cell.is_null())
            .min_by_key(|cell| order(*cell))
            .unwrap_or(Cell::Null)
    })
    .rest(Phys::Text),
    lenient("kql_decimal_greatest", &[], Phys::Text, |args, _| {
        args.iter()
            .copied()
            .filter(|cell| !cell.is_null())
            .max_by_key(|cell| order(*cell))
            .unwrap_or(Cell::Null)
    })
    .rest(Phys::Text),
    strict("kql_decimal_neg", &[Phys::Text], Phys::Text, |args, out| {
        cell(known(args[0]).map(Decimal::negated), out)
    }),
    strict("kql_decimal_abs", &[Phys::Text], Phys::Text, |args, out| {
        cell(known(args[0]).map(Decimal::absolute), out)
    }),
    strict("kql_decimal_to_real", &[Phys::Text], Phys::Real, |args, _| {
        args[0].text().and_then(|text| text.parse::<f64>().ok()).into()
    }),
    strict("kql_decimal_to_long", &[Phys::Text], Phys::Long, |args, out| {
        match known(args[0]).map(Decimal::cut) {
            Ok(Some(value)) => Cell::Long(value),
            Ok(None) => fail(out, NOT_WHOLE),
            Err(message) => fail(out, message),
        }
    }),
    strict("kql_decimal_to_int", &[Phys::Text], Phys::Int, |args, out| {
        match known(args[0]).map(|value| value.cut().and_then(|value| i32::try_from(value).ok())) {
            Ok(Some(value)) => Cell::Int(value),
            Ok(None) => fail(out, NOT_WHOLE),
            Err(message) => fail(out, message),
        }
    }),
    // Of no values the list is NULL; sums of no numbers of the other types are 0.
    lenient("kql_decimal_sum", &[Phys::Texts], Phys::Text, |args, out| {
        cell(total(args[0].texts().unwrap_or(&[])).map(|(sum, _)| sum), out)
    }),
    lenient("kql_decimal_avg", &[Phys::Texts], Phys::Text, |args, out| {
        let mean = total(args[0].texts().unwrap_or(&[])).and_then(|(sum, count)| match count {
            0 => Err(NO_MEAN),
            count => sum.over(Decimal::of_long(count)),
        });
        cell(mean, out)
    }),
    strict("kql_parse_version", &[Phys::Text], Phys::Text, |args, out| {
        match args[0].text().and_then(version) {
            Some(value) => cell(Decimal::new(false, value, 0), out),
            None => Cell::Null,
        }
    }),
];

fn cell(value: Result<Decimal, Beyond>, out: &mut String) -> Cell<'_> {
    match value {
        Ok(value) => {
            out.push_str(&value.text());
            Cell::Text(out)
        }
        Err(message) => fail(out, message),
    }
}

fn order(cell: Cell<'_>) -> String {
    known(cell).map_or_else(|_| String::new(), Decimal::order)
}

/// A cell that is a decimal already.
fn known(cell: Cell<'_>) -> Result<Decimal, Beyond> {
    cell.text().and_then(Decimal::read).unwrap_or(Ok(Decimal::ZERO))
}

fn two<'a>(
    args: &[Cell<'_>],
    out: &'a mut String,
    compute: fn(Decimal, Decimal) -> Result<Decimal, Beyond>,
) -> Cell<'a> {
    let value = known(args[0]).and_then(|one| compute(one, known(args[1])?));
    cell(value, out)
}

/// The sum and the number of the values that are not null.
fn total(values: &[Option<&str>]) -> Result<(Decimal, i64), Beyond> {
    values.iter().flatten().try_fold((Decimal::ZERO, 0), |(sum, count), value| {
        Ok((sum.plus(known(Cell::Text(value))?)?, count + 1))
    })
}

/// One to four numbers of up to eight digits, with points between them ("parse_version()" in the Kusto
/// reference); those that are left out are 0.
fn version(text: &str) -> Option<u128> {
    let mut parts = text.split('.');
    let mut value = 0;
    for place in 0..4 {
        let part = match parts.next() {
            Some(part) if (1..=8).contains(&part.len()) => part,
            None if place > 0 => "0",
            _ => return None,
        };
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        value = value * 100_000_000 + part.parse::<u128>().ok()?;
    }
    parts.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::number::{BY_ZERO, FROM_REAL, MIDDLE, TOO_LONG};
    use super::{Decimal, NO_MEAN, NOT_WHOLE};
    use crate::kernels::Cell;
    use crate::kernels::testing::{call, texts};

    #[test]
    fn arithmetic() {
        assert_eq!(texts("kql_decimal_add", &["0.1", "0.2"]), "0.3");
        assert_eq!(texts("kql_decimal_sub", &["0.3", "0.3"]), "0");
        assert_eq!(texts("kql_decimal_sub", &["1", "3.5"]), "-2.5");
        assert_eq!(texts("kql_decimal_mul", &["2147483648", "-2"]), "-4294967296");
        assert_eq!(texts("kql_decimal_div", &["7", "2"]), "3.5");
        assert_eq!(texts("kql_decimal_div", &["1", "3"]), format!("0.{}", "3".repeat(34)));
        assert_eq!(texts("kql_decimal_div", &["-20", "3"]), format!("-6.{}7", "6".repeat(32)));
        assert_eq!(texts("kql_decimal_mod", &["10", "3"]), "1");
        assert_eq!(texts("kql_decimal_mod", &["1e3", "0.7"]), "0.4");
        assert_eq!(texts("kql_decimal_mod", &["5.5", "20"]), "5.5");
        assert_eq!(texts("kql_decimal_div", &["1", "0"]), format!("error: {BY_ZERO}"));
        assert_eq!(texts("kql_decimal_add", &["1e40", "1"]), format!("error: {TOO_LONG}"));
        let nines = "9".repeat(34);
        assert_eq!(texts("kql_decimal_add", &[&nines, "1"]), format!("1{}", "0".repeat(34)));
        assert_eq!(
            texts("kql_decimal_mul", &[&nines, &nines]),
            format!("{}8{}", "9".repeat(33), "0".repeat(34))
        );
    }

    #[test]
    fn rounding() {
        assert_eq!(texts("kql_decimal_bin", &["7.5", "2"]), "6");
        assert_eq!(texts("kql_decimal_bin", &["-7.5", "0.5"]), "-7.5");
        assert_eq!(texts("kql_decimal_bin", &["-7.6", "0.5"]), "-8");
        assert_eq!(texts("kql_decimal_ceiling", &["-1.5"]), "-1");
        assert_eq!(texts("kql_decimal_ceiling", &["1.00001"]), "2");
        let round = |text, digits| call("kql_decimal_round", &[Cell::Text(text), Cell::Long(digits)]);
        assert_eq!(round("1.005", 2), format!("error: {MIDDLE}"));
        assert_eq!(round("1.0051", 2), "1.01");
        assert_eq!(round("-2.4", 0), "-2");
        assert_eq!(round("-2.6", 0), "-3");
        assert_eq!(round("1234", -2), "1200");
        assert_eq!(texts("kql_decimal_least", &["10", "9.5"]), "9.5");
        assert_eq!(call("kql_decimal_greatest", &[Cell::Null, Cell::Text("-1")]), "-1");
        assert_eq!(call("kql_decimal_greatest", &[Cell::Null]), "NULL");
    }

    #[test]
    fn from_and_to_other_types() {
        assert_eq!(texts("kql_decimal_of_text", &[" 123.45678 "]), "123.45678");
        assert_eq!(texts("kql_decimal_of_text", &["abc"]), "NULL");
        assert_eq!(call("kql_decimal_of_long", &[Cell::Long(i64::MIN)]), "-9223372036854775808");
        assert_eq!(call("kql_decimal_of_real", &[Cell::Real(-2.25)]), "-2.25");
        assert_eq!(call("kql_decimal_of_real", &[Cell::Real(2.2)]), format!("error: {FROM_REAL}"));
        assert_eq!(Decimal::of_constant(0.1).map(Decimal::text), Ok("0.1".to_owned()));
        assert_eq!(Decimal::of_constant(0.1 + 0.2), Err(FROM_REAL));
        assert_eq!(Decimal::of_cell(2.2).map(Decimal::text), Ok("2.2000000000000002".to_owned()));
        assert_eq!(Decimal::of_cell(2.3).map(Decimal::text), Ok("2.2999999999999998".to_owned()));
        assert_eq!(texts("kql_decimal_of_json", &["\"1.50\""]), "1.5");
        assert_eq!(texts("kql_decimal_of_json", &["[1]"]), "NULL");
        assert_eq!(call("kql_decimal_of_real", &[Cell::Real(f64::NAN)]), format!("error: {FROM_REAL}"));
        assert_eq!(texts("kql_decimal_to_int", &["9.99"]), "9");
        assert_eq!(texts("kql_decimal_to_long", &["-9223372036854775808.9"]), i64::MIN.to_string());
        assert_eq!(texts("kql_decimal_to_long", &["9223372036854775808"]), format!("error: {NOT_WHOLE}"));
        assert_eq!(texts("kql_decimal_to_long", &["0.0000000000000000000000000000000000000000009"]), "0");
        assert_eq!(texts("kql_decimal_to_real", &["1.5"]), "1.5");
    }

    #[test]
    fn sums_and_means() {
        let list = [Some("1.1"), None, Some("2.2"), Some("3.3")];
        assert_eq!(call("kql_decimal_sum", &[Cell::Texts(&list)]), "6.6");
        assert_eq!(call("kql_decimal_avg", &[Cell::Texts(&list)]), "2.2");
        assert_eq!(call("kql_decimal_sum", &[Cell::Null]), "0");
        assert_eq!(call("kql_decimal_avg", &[Cell::Null]), format!("error: {NO_MEAN}"));
    }

    #[test]
    fn versions() {
        for (text, value) in [
            ("0.0.0.5", "5"),
            ("0.1.2.0", "10000000200000000"),
            ("1.2.3.4", "1000000020000000300000004"),
            ("99999999.99999999.99999999.99999999", "99999999999999999999999999999999"),
            ("1", "1000000000000000000000000"),
            ("", "NULL"),
            ("1.", "NULL"),
            ("1.2.3.4.5", "NULL"),
            ("1.123456789", "NULL"),
            ("v1", "NULL"),
        ] {
            assert_eq!(texts("kql_parse_version", &[text]), value, "{text}");
        }
    }
}
