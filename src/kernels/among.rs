//! Whether a text is one of a long list, for `in`. Knows texts and JSON lists; no plan.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::{Cell, Kernel, Phys, Test, infallible, json, strict};

/// From so many texts on a list is one constant for `kql_among`. DuckDB plans each value of an IN by itself.
pub const LIST_MIN: usize = 100;

pub const KERNELS: &[Kernel] =
    &infallible([strict("kql_among", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| {
        match (args[0].text(), args[1].text()) {
            (Some(text), Some(json)) => list(json).test(text),
            _ => Cell::Null,
        }
    })
    .prepare(|rest| Some(list(rest.first()?.text()?)))]);

/// The JSON text of the list that `kql_among` takes.
pub fn list_text<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut out = String::from("[");
    for text in texts {
        if out.len() > 1 {
            out.push(',');
        }
        json::quote(text, &mut out);
    }
    out.push(']');
    out
}

struct List(HashSet<Box<str>>);

/// Reads the list unless the time before had the same.
fn list(json: &str) -> Rc<List> {
    thread_local! {
        static LAST: RefCell<Option<(String, Rc<List>)>> = const { RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| match last {
        Some((known, list)) if known == json => Rc::clone(list),
        _ => {
            let texts = json::elements(json).filter_map(json::string_inside);
            let list = Rc::new(List(texts.map(|text| json::unescape(text).into()).collect()));
            *last = Some((json.to_owned(), Rc::clone(&list)));
            list
        }
    })
}

impl Test for List {
    fn test(&self, text: &str) -> Cell<'static> {
        Cell::Bool(self.0.contains(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::bool_of;
    use proptest::prelude::*;

    #[test]
    fn texts_of_a_list_are_found_as_they_are() {
        let list = list_text(["anna@contoso.example", "", "a\"b\\c\n", "203.0.113.7"].into_iter());
        let is_among = |text| bool_of("kql_among", &[Cell::Text(text), Cell::Text(&list)]);
        assert!(["anna@contoso.example", "", "a\"b\\c\n", "203.0.113.7"].into_iter().all(is_among));
        assert!(!["Anna@contoso.example", " ", "203.0.113.70", "\"", "["].into_iter().any(is_among));
        assert!(!bool_of("kql_among", &[Cell::Text(""), Cell::Text("[]")]));
    }

    proptest! {
        #[test]
        fn finds_what_a_list_has(texts in prop::collection::vec("\\PC{0,20}|[a\"\\\\]{0,3}", 0..40), text in "[a\"\\\\]{0,3}") {
            let list = list_text(texts.iter().map(String::as_str));
            let is_among = |text: &str| bool_of("kql_among", &[Cell::Text(text), Cell::Text(&list)]);
            prop_assert!(texts.iter().all(|text| is_among(text)));
            prop_assert_eq!(is_among(&text), texts.contains(&text));
        }
    }
}
