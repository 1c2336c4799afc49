//! Whether a text is one of a long list, for `in`. Knows texts and JSON lists; no plan.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::{Cell, Kernel, Phys, Test, fold, infallible, json, strict};

/// From so many texts on a list is one constant for `kql_among`. DuckDB plans each value of an IN by itself.
pub const LIST_MIN: usize = 100;

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_among", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| among(args, false))
        .prepare(|rest| prepared(rest, false)),
    // The list is folded already.
    strict("kql_among_folded", &[Phys::Text, Phys::Text], Phys::Bool, |args, _| among(args, true))
        .prepare(|rest| prepared(rest, true)),
]);

fn among<'a>(args: &[Cell<'a>], folding: bool) -> Cell<'a> {
    match (args[0].text(), args[1].text()) {
        (Some(text), Some(json)) => Known { list: list(json), folding }.test(text),
        _ => Cell::Null,
    }
}

fn prepared(rest: &[Cell<'_>], folding: bool) -> Option<Rc<dyn Test>> {
    Some(Rc::new(Known { list: list(rest.first()?.text()?), folding }))
}

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

/// A list that is known, and whether texts are folded before they are looked for.
struct Known {
    list: Rc<List>,
    folding: bool,
}

impl Test for Known {
    fn test(&self, text: &str) -> Cell<'static> {
        if !self.folding || fold::is_folded(text) {
            return Cell::Bool(self.list.0.contains(text));
        }
        thread_local! {
            static FOLDED: RefCell<String> = const { RefCell::new(String::new()) };
        }
        FOLDED.with_borrow_mut(|folded| {
            folded.clear();
            fold::push_folded(text, folded);
            Cell::Bool(self.list.0.contains(folded.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{bool_of, texts as texts_of};
    use proptest::prelude::*;

    #[test]
    fn texts_of_a_list_are_found_as_they_are() {
        let list = list_text(["anna@contoso.example", "", "a\"b\\c\n", "203.0.113.7"].into_iter());
        let is_among = |text| bool_of("kql_among", &[Cell::Text(text), Cell::Text(&list)]);
        assert!(["anna@contoso.example", "", "a\"b\\c\n", "203.0.113.7"].into_iter().all(is_among));
        assert!(!["Anna@contoso.example", " ", "203.0.113.70", "\"", "["].into_iter().any(is_among));
        assert!(!bool_of("kql_among", &[Cell::Text(""), Cell::Text("[]")]));
    }

    #[test]
    fn texts_are_folded_before_they_are_looked_for() {
        let list = list_text(["anna@contoso.example", "größe", ""].into_iter());
        let is_among = |text| bool_of("kql_among_folded", &[Cell::Text(text), Cell::Text(&list)]);
        assert!(
            ["anna@contoso.example", "Anna@CONTOSO.example", "GRÖSSE", "GRÖßE", ""].map(is_among)
                == [true, true, false, true, true]
        );
    }

    proptest! {
        #[test]
        fn finds_what_a_list_has(texts in prop::collection::vec("\\PC{0,20}|[a\"\\\\]{0,3}", 0..40), text in "[a\"\\\\]{0,3}") {
            let list = list_text(texts.iter().map(String::as_str));
            let is_among = |text: &str| bool_of("kql_among", &[Cell::Text(text), Cell::Text(&list)]);
            prop_assert!(texts.iter().all(|text| is_among(text)));
            prop_assert_eq!(is_among(&text), texts.contains(&text));
        }

        #[test]
        fn folds_as_the_kernel_for_it_does(texts in prop::collection::vec("[aAéÉſß1]{0,4}", 1..9), text in "[aAéÉſß1]{0,4}") {
            let folded: Vec<String> = texts.iter().map(|text| texts_of("kql_fold", &[text])).collect();
            let list = list_text(folded.iter().map(String::as_str));
            let found = bool_of("kql_among_folded", &[Cell::Text(&text), Cell::Text(&list)]);
            prop_assert_eq!(found, folded.contains(&texts_of("kql_fold", &[&text])));
        }
    }
}
