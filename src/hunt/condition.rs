//! Conditions on a column, as KQL text, made from a value that somebody points at; and the way of conditions
//! into a query. Every value goes through [`literal`], every name through [`reference`].

use crate::compile::{literal, quoted, reference, rows_end};
use crate::kernels::{dynamic, real::real_text};
use crate::types::{ColumnType, Type};
use crate::value::Value;
use crate::zone::Zone;

/// The rows whose value is this one. Nulls, empty texts and NaN are told by functions, as `==` does not find them.
pub fn equal(column: &ColumnType, value: &Value) -> String {
    match value {
        Value::Real(real) if real.is_nan() => format!("isnan({})", reference(&column.name)),
        value => compared(column, value, "==", ["isnull", "isempty"]),
    }
}

/// The rows whose value is not this one.
pub fn not_equal(column: &ColumnType, value: &Value) -> String {
    let name = reference(&column.name);
    match value {
        // A null is no NaN, though what is asked of it is null.
        Value::Real(real) if real.is_nan() => format!("isnull({name}) or not(isnan({name}))"),
        value => compared(column, value, "!=", ["isnotnull", "isnotempty"]),
    }
}

/// The rows whose value is one of these.
pub fn among(column: &ColumnType, values: &[&Value]) -> String {
    let plain = |value: &&&Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Real(real) => !real.is_nan(),
        _ => true,
    };
    let (listed, told): (Vec<&Value>, Vec<&Value>) = values.iter().partition(plain);
    let name = reference(&column.name);
    let list = match listed.as_slice() {
        [] => None,
        [value] => Some(equal(column, value)),
        [Value::Dynamic(_), ..] => {
            let texts = listed.iter().map(|value| quoted(&said(&value.text())));
            Some(format!("tostring({name}) in ({})", texts.collect::<Vec<_>>().join(", ")))
        }
        listed => {
            let literals = listed.iter().map(|value| literal(value, column.ty));
            Some(format!("{name} in ({})", literals.collect::<Vec<_>>().join(", ")))
        }
    };
    let told = told.into_iter().map(|value| equal(column, value));
    told.chain(list).collect::<Vec<_>>().join(" or ")
}

/// The rows that have every value of one of these; of one column alone, a list.
pub fn combined(all: &[Vec<(&ColumnType, &Value)>]) -> String {
    if let Some((column, values)) = alone(all) {
        return among(column, &values);
    }
    let one = |values: &Vec<(&ColumnType, &Value)>| {
        let parts: Vec<String> = values.iter().map(|(column, value)| equal(column, value)).collect();
        if all.len() > 1 && parts.len() > 1 {
            format!("({})", parts.join(" and "))
        } else {
            parts.join(" and ")
        }
    };
    all.iter().map(one).collect::<Vec<_>>().join(" or ")
}

/// The one column that all of these are of, with their values.
fn alone<'a>(all: &[Vec<(&'a ColumnType, &'a Value)>]) -> Option<(&'a ColumnType, Vec<&'a Value>)> {
    let (column, _) = *all.first()?.first()?;
    let value = |one: &Vec<(&'a ColumnType, &'a Value)>| match one.as_slice() {
        [(other, value)] if other.name == column.name => Some(*value),
        _ => None,
    };
    Some((column, all.iter().map(value).collect::<Option<Vec<_>>>()?))
}

/// The rows whose value is from the first to the last, both included. Decimals are given as reals, which their
/// text is read as.
pub fn between(column: &ColumnType, first: &Value, last: &Value) -> String {
    let name = reference(&column.name);
    let (of, ty) = match column.ty {
        Type::Decimal => (format!("todouble(tostring({name}))"), Type::Real),
        ty => (name, ty),
    };
    match first == last {
        true => format!("{of} == {}", literal(first, ty)),
        false => format!("{of} between ({} .. {})", literal(first, ty), literal(last, ty)),
    }
}

/// From here on a real stands for more than one whole number.
const EXACT_END: f64 = (1_u64 << 53) as f64;

/// The rows where an expression gives this part of a dynamic value, or with `not` those where it gives
/// another. Numbers that reals tell apart are compared as numbers, whatever their spelling; `None` for an array or
/// an object, whose text is no more than one of many.
pub fn part(kql: &str, json: &str, not: bool) -> Option<String> {
    let sign = if not { "!=" } else { "==" };
    let json = json.trim();
    match serde_json::from_str::<serde_json::Value>(json).ok()? {
        serde_json::Value::Null => Some(format!("{}({kql})", if not { "isnotnull" } else { "isnull" })),
        // `tobool()` makes true of 7, `tolong()` 5 of 5.9.
        serde_json::Value::Bool(value) => Some(format!("tostring({kql}) {sign} \"{value}\"")),
        serde_json::Value::String(text) => Some(format!("tostring({kql}) {sign} {}", quoted(&text))),
        serde_json::Value::Number(_) => Some(match (json.parse::<i64>(), json.parse::<f64>()) {
            (whole, Ok(value)) if value.abs() < EXACT_END => {
                let whole = whole.map(|value| literal(&Value::Long(value), Type::Long));
                let wanted = whole.unwrap_or_else(|_| literal(&Value::Real(value), Type::Real));
                format!("todouble({kql}) {sign} {wanted}")
            }
            _ => format!("tostring({kql}) {sign} {}", quoted(&said(json))),
        }),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    }
}

fn compared(column: &ColumnType, value: &Value, sign: &str, [null, empty]: [&str; 2]) -> String {
    let name = reference(&column.name);
    match value {
        Value::Null => format!("{null}({name})"),
        Value::String(text) if text.is_empty() => format!("{empty}({name})"),
        // Dynamic values are compared by their text.
        Value::Dynamic(json) => {
            format!("tostring({name}) {sign} {}", quoted(&said(json)))
        }
        value => format!("{name} {sign} {}", literal(value, column.ty)),
    }
}

/// The text that `tostring()` makes of a dynamic value: 1.5 of 1.50.
fn said(json: &str) -> String {
    dynamic::unwrapped(json, &mut String::new()).to_owned()
}

/// The rows where an expression gives a part of a dynamic value whose text has this one.
pub fn part_has(kql: &str, json: &str) -> String {
    format!("tostring({kql}) has {}", quoted(&said(json)))
}

/// The rows whose text has this term; of a time, what a clock in the zone shows.
pub fn has(column: &ColumnType, value: &Value, zone: &Zone) -> String {
    let text = match value {
        Value::Dynamic(json) => said(json),
        Value::Datetime(at) => zone.text(*at),
        // The digits that `tostring()` gives, of which a grid may show fewer.
        Value::Real(real) => real_text(*real),
        value => value.text(),
    };
    let looked_at = match column.ty {
        Type::Dynamic => reference(&column.name),
        _ => seen(column, zone),
    };
    format!("{looked_at} has {}", quoted(&text))
}

/// What a grid shows of a column, as an expression of KQL.
fn seen(column: &ColumnType, zone: &Zone) -> String {
    let name = reference(&column.name);
    match column.ty {
        Type::String => name,
        Type::Datetime => seen_time(&name, zone),
        _ => format!("tostring({name})"),
    }
}

/// The text of a time as [`Zone::text`] has it: without a fraction of zeros, and with the distance to UTC
/// where the zone is another.
fn seen_time(name: &str, zone: &Zone) -> String {
    let utc = format!(r"replace_regex(tostring({name}), @'\.?0+Z$', 'Z')");
    let Some(zone) = zone.name() else { return utc };
    let local = format!("datetime_utc_to_local({name}, {})", quoted(zone));
    let shown = format!(r"replace_regex(tostring({local}), @'\.?0*Z$', '')");
    let west = format!("{local} < {name}");
    let apart = format!("iff({west}, {name} - {local}, {local} - {name})");
    let apart = format!("replace_regex(format_timespan({apart}, 'hh:mm:ss'), ':00$', '')");
    // Where the zone would leave the years of KQL there is no local time, and the grid shows UTC.
    format!("iff(isnull({local}), {utc}, strcat({shown}, iff({west}, '-', '+'), {apart}))")
}

/// The beginning of a condition that somebody will finish: what is compared most with such a value.
pub fn begun(column: &ColumnType, value: &Value) -> String {
    let ordered = column.ty.numeric() || matches!(column.ty, Type::Datetime | Type::Timespan);
    // Nothing is greater than NaN.
    let nan = matches!(value, Value::Real(real) if real.is_nan());
    match value.is_null() || nan || !ordered {
        true => equal(column, value),
        false => format!("{} >= {}", reference(&column.name), literal(value, column.ty)),
    }
}

/// The rows that show this text in one of these columns, whatever the case; times as they are in a zone.
pub fn shows<'a>(columns: impl Iterator<Item = &'a ColumnType>, text: &str, zone: &Zone) -> String {
    let wanted = quoted(text);
    let of = |column: &ColumnType| {
        let contains = format!("{} contains {wanted}", seen(column, zone));
        match (column.ty, text.parse::<f64>()) {
            // A grid may show fewer digits than `tostring()` gives.
            (Type::Real, Ok(real)) => {
                format!(
                    "{contains} or {} == {}",
                    reference(&column.name),
                    literal(&Value::Real(real), Type::Real)
                )
            }
            (Type::Dynamic, _) if may_be_respelled(text) => {
                format!("{contains} or kqlhunt_written({}) contains {wanted}", reference(&column.name))
            }
            _ => contains,
        }
    };
    let any: Vec<String> = columns.map(of).collect();
    if any.is_empty() { "false".into() } else { any.join(" or ") }
}

/// Whether `tostring()` of a document may lack a part of its JSON, which a grid shows: a number has other digits there,
/// a text no quotes and escapes, and nothing stands apart.
fn may_be_respelled(json: &str) -> bool {
    let number = |part: &str| part.chars().all(|one| one.is_ascii_digit() || "+-.eE".contains(one));
    let one_number = |part: &str| number(part) && part.matches('.').count() < 2;
    json.contains(['"', '\\', '{', '}', '[', ']']) || json.split([':', ',', ' ']).all(one_number)
}

/// The query with these conditions on its result, before a `render`.
///
/// # Errors
/// As of [`rows_end`].
pub fn added(query: &str, conditions: &[String]) -> Result<String, &'static str> {
    piped(query, &conditions.iter().map(|condition| format!("where {condition}")).collect::<Vec<_>>())
}

/// The query with these operators on its result, before a `render`.
///
/// # Errors
/// As of [`rows_end`].
pub fn piped(query: &str, operators: &[String]) -> Result<String, &'static str> {
    let at = rows_end(query)?;
    let lines: String = operators.iter().map(|operator| format!("\n| {operator}")).collect();
    let (before, after) = query.split_at_checked(at).unwrap_or((query, ""));
    // What follows on the line is no part of a condition's comment.
    let commented = operators.last().is_some_and(|operator| operator.contains("//"));
    let apart = if commented && !after.trim().is_empty() { "\n" } else { "" };
    Ok(format!("{before}{lines}{apart}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_dynamic_values_are_compared_by_what_they_are() {
        let made = |json| part("D.a[0]", json, false);
        assert_eq!(made(r#""x\" or true""#).as_deref(), Some(r#"tostring(D.a[0]) == "x\" or true""#));
        assert_eq!(made("7").as_deref(), Some("todouble(D.a[0]) == 7"));
        assert_eq!(made("9007199254740993").as_deref(), Some(r#"tostring(D.a[0]) == "9007199254740993""#));
        assert_eq!(made("1e20").as_deref(), Some(r#"tostring(D.a[0]) == "100000000000000000000.0""#));
        assert_eq!(made("1.50").as_deref(), Some("todouble(D.a[0]) == 1.5"));
        assert_eq!(part("D.a", "true", true).as_deref(), Some(r#"tostring(D.a) != "true""#));
        assert_eq!(part("D.a", "null", true).as_deref(), Some("isnotnull(D.a)"));
        assert_eq!(made("1e400").as_deref(), Some(r#"tostring(D.a[0]) == "1e400""#));
        assert_eq!(made("[1]"), None);
    }

    /// `tostring()` prints 1.50 as 1.5, and a bag without spaces.
    #[test]
    fn dynamic_values_are_found_by_the_text_that_they_become() {
        let made = |json: &str| equal(&ColumnType::new("D", Type::Dynamic), &Value::Dynamic(json.into()));
        assert_eq!(made("1.50"), r#"tostring(D) == "1.5""#);
        assert_eq!(made(r#"{"a": 1e3}"#), r#"tostring(D) == "{\"a\":1000.0}""#);
        assert_eq!(made(r#""x\ty""#), r#"tostring(D) == "x\ty""#);
        assert_eq!(part_has("D.a", "0.10"), r#"tostring(D.a) has "0.1""#);
    }

    fn column(ty: Type) -> ColumnType {
        ColumnType::new("User Id", ty)
    }

    #[test]
    fn no_value_leaves_its_literal() {
        let text = Value::String("x\" or true //\n".into());
        assert_eq!(equal(&column(Type::String), &text), r#"["User Id"] == "x\" or true //\n""#);
        assert_eq!(equal(&column(Type::String), &Value::String(String::new())), r#"isempty(["User Id"])"#);
        assert_eq!(not_equal(&column(Type::Long), &Value::Null), r#"isnotnull(["User Id"])"#);
        assert_eq!(
            not_equal(&column(Type::Real), &Value::Real(f64::NAN)),
            r#"isnull(["User Id"]) or not(isnan(["User Id"]))"#
        );
        let seven = has(&column(Type::Int), &Value::Int(7), &Zone::default());
        assert_eq!(seven, r#"tostring(["User Id"]) has "7""#);
        assert_eq!(begun(&column(Type::Int), &Value::Int(7)), r#"["User Id"] >= 7"#);
        assert_eq!(begun(&column(Type::Real), &Value::Real(f64::NAN)), r#"isnan(["User Id"])"#);
        let third = has(&column(Type::Real), &Value::Real(10.0 / 3.0), &Zone::default());
        assert_eq!(third, r#"tostring(["User Id"]) has "3.3333333333333337""#);
        let json = Value::Dynamic(r#""a\"b""#.into());
        assert_eq!(equal(&column(Type::Dynamic), &json), r#"tostring(["User Id"]) == "a\"b""#);
    }

    #[test]
    fn documents_are_looked_for_in_their_spelling_where_that_may_differ() {
        let made = |text: &str| {
            let column = ColumnType::new("D", Type::Dynamic);
            shows([&column].into_iter(), text, &Zone::default())
        };
        for text in ["1.50", "50", ": 1e3", "\"a\"", "C:\\", "[1", "1, 2"] {
            assert!(made(text).contains("kqlhunt_written(D) contains"), "{text}");
        }
        for text in ["wren", "203.0.113.7", "2001:db8::1", "a sentence, with 7 words", "7a7b7c"] {
            assert_eq!(made(text), format!("tostring(D) contains \"{text}\""));
        }
    }

    #[test]
    fn conditions_come_behind_the_last_operator_that_gives_rows() {
        let conditions = ["A == 1".to_owned(), "B has \"x\"".to_owned()];
        let lines = "\n| where A == 1\n| where B has \"x\"";
        for (before, after) in [
            ("T", ""),
            ("T\n| take 5", " // five"),
            ("let x = 1;\nT | summarize n = count() by A", "\n| render timechart with (title=\"t\")"),
            ("T | take 1", ";"),
            ("print A = 1", "\n"),
        ] {
            let expected = Ok(format!("{before}{lines}{after}"));
            assert_eq!(added(&format!("{before}{after}"), &conditions), expected);
        }
        for (query, why) in [
            ("let x = 1;", "does not end in rows"),
            ("T | fork (take 1) (count)", "no operator may follow fork"),
            ("T | facet by A, B", "no operator may follow facet"),
        ] {
            assert!(added(query, &conditions).is_err_and(|said| said.contains(why)), "{query}");
        }
        let noted = ["A == 1 // seen twice".to_owned()];
        let expected = "T\n| where A == 1 // seen twice\n | render card";
        assert_eq!(added("T | render card", &noted).as_deref(), Ok(expected));
    }
}
