//! Whether a term can stand in the text of a bool, a datetime or a timespan at all.

use crate::syntax::ast::BinaryOp;
use crate::types::Type;

/// Where in a text a term is looked for: whether it must begin and end at the bounds of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    begins: bool,
    ends: bool,
}

impl Place {
    /// Of the operators that look for terms; the others have none.
    pub fn of(op: BinaryOp) -> Option<Place> {
        match op {
            BinaryOp::Has | BinaryOp::HasCs => Some(Place { begins: true, ends: true }),
            BinaryOp::HasPrefix | BinaryOp::HasPrefixCs => Some(Place { begins: true, ends: false }),
            BinaryOp::HasSuffix | BinaryOp::HasSuffixCs => Some(Place { begins: false, ends: true }),
            BinaryOp::Contains | BinaryOp::ContainsCs => Some(Place { begins: false, ends: false }),
            _ => None,
        }
    }
}

/// Each character stands for what may be there: `0` any digit, `1` to `6` the digits up to it. Years are
/// those of logs.
const DATETIMES: &[&str] =
    &["1900-10-30T20:50:50.0000000Z", "2000-10-30T20:50:50.0000000Z", "2100-10-30T20:50:50.0000000Z"];
const BOOLS: &[&str] = &["True", "False"];

pub fn may_hold(ty: Type, place: Place, term: &str) -> bool {
    match ty {
        Type::Bool => BOOLS.iter().any(|text| stands_in(text, place, term, same_letter)),
        Type::Datetime => DATETIMES.iter().any(|text| stands_in(text, place, term, may_be)),
        // Days make them of any length.
        _ => term.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | '-')),
    }
}

fn stands_in(text: &str, place: Place, term: &str, fits: fn(char, char) -> bool) -> bool {
    let text: Vec<char> = text.chars().collect();
    let term: Vec<char> = term.chars().collect();
    let bound = |at: Option<&char>| at.is_none_or(|c| !c.is_alphanumeric());
    let edge = |at: Option<&char>| !bound(at);
    (0..=text.len().saturating_sub(term.len())).any(|start| {
        let end = start + term.len();
        let before = start.checked_sub(1).and_then(|at| text.get(at));
        term.len() <= text.len()
            && text[start..end].iter().zip(&term).all(|(there, wanted)| fits(*there, *wanted))
            && !(place.begins && edge(term.first()) && !bound(before))
            && !(place.ends && edge(term.last()) && !bound(text.get(end)))
    })
}

fn same_letter(there: char, wanted: char) -> bool {
    there.eq_ignore_ascii_case(&wanted)
}

fn may_be(there: char, wanted: char) -> bool {
    match there {
        '0' => wanted.is_ascii_digit(),
        '1'..='9' => wanted.is_ascii_digit() && wanted <= there,
        other => other.eq_ignore_ascii_case(&wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, may_hold};
    use crate::syntax::ast::BinaryOp;
    use crate::types::Type;

    fn holds(op: BinaryOp, ty: Type, term: &str) -> bool {
        Place::of(op).is_some_and(|place| may_hold(ty, place, term))
    }

    #[test]
    fn addresses_and_event_numbers_stand_in_no_datetime() {
        for term in ["203.0.113.45", "4625", "eve@contoso.com", "22x", "99"] {
            assert!(!holds(BinaryOp::Has, Type::Datetime, term), "{term}");
        }
        for term in ["2026", "22", "T10", "00.0000000Z", ""] {
            let op = if term == "T10" { BinaryOp::Contains } else { BinaryOp::Has };
            assert!(holds(op, Type::Datetime, term), "{term}");
        }
        assert!(!holds(BinaryOp::Has, Type::Datetime, "T10"), "no bound before it");
    }

    #[test]
    fn bools_have_two_texts() {
        assert!(holds(BinaryOp::Has, Type::Bool, "TRUE"));
        assert!(holds(BinaryOp::HasPrefix, Type::Bool, "fal"));
        assert!(!holds(BinaryOp::Has, Type::Bool, "tru"));
        assert!(!holds(BinaryOp::Contains, Type::Bool, "admin"));
    }
}
