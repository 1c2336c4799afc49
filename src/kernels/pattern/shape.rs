//! What a value of a type looks like, where a column of `parse` has to stop by itself. Two tables, since
//! the emulator answers so: `kind=regex` takes no number for a bool and no `.5` for a real.

use std::sync::LazyLock;

use regex::Regex;

use crate::types::Type;

const WHOLE: &str = r"\s*[-+]?[0-9]+";
const GUID: &str = r"\s*(?:\{[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\}|[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12})";
/// The separator tells the order: year first with dashes, month first with slashes.
const DATETIME: &str = r"\s*(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{1,4})(?:[Tt\x20]\s*[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\.[0-9]*)?)?)?(?:[Zz]|[-+][0-9]{1,2}(?::[0-9]{1,2})?)?";
const TIMESPAN: &str =
    r"\s*-?(?:[0-9]+\.[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}|[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2})?)(?:\.[0-9]*)?";

/// In `kind=regex`; a string and a dynamic have none.
pub fn in_regex(ty: Type) -> Option<&'static str> {
    match ty {
        Type::Bool => Some(r"\s*(?i:true|false)"),
        Type::Datetime => Some(DATETIME),
        Type::Decimal | Type::Real => Some(r"\s*[-+]?[0-9]+(?:\.[0-9]+)?"),
        Type::Guid => Some(GUID),
        Type::Int | Type::Long => Some(WHOLE),
        Type::Timespan => Some(TIMESPAN),
        Type::Dynamic | Type::String => None,
    }
}

/// Before `*` in `kind=simple` and `kind=relaxed`; what a datetime, a timespan and a dynamic take there is
/// not known.
pub fn before_skip(ty: Type) -> Option<&'static str> {
    match ty {
        Type::Bool => Some(r"\s*(?:(?i:true|false)|[-+]?[0-9]+)"),
        Type::Decimal | Type::Real => Some(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"),
        Type::Guid => Some(GUID),
        Type::Int | Type::Long => Some(WHOLE),
        Type::Datetime | Type::Dynamic | Type::String | Type::Timespan => None,
    }
}

pub fn starts_with_datetime(text: &str) -> bool {
    static START: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("^(?:{DATETIME})")).ok());
    START.as_ref().is_some_and(|regex| regex.is_match(text))
}
