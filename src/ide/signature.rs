//! How functions are called, as text. Reads the catalog's rows.

use crate::catalog::func::{Arity, Func, Ret, Sig};
use crate::catalog::{self, clauses, plugins};
use crate::compile::{Known, Sort};

/// One way to call a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    /// Each parameter as it is shown, `[offset]` where it may be left out.
    pub params: Vec<String>,
    /// The last parameter stands for any number of arguments.
    pub repeats: bool,
    /// What it gives; empty where that depends on the arguments.
    pub gives: &'static str,
    pub doc: String,
}

impl Signature {
    pub fn shown(&self) -> String {
        let gives = if self.gives.is_empty() { String::new() } else { format!(": {}", self.gives) };
        format!("{}({}){gives}", self.name, self.params.join(", "))
    }

    /// The parameter that the argument of this index is for.
    pub fn param(&self, argument: usize) -> Option<usize> {
        match self.params.len() {
            0 => None,
            count if argument < count => Some(argument),
            count => self.repeats.then_some(count - 1),
        }
    }
}

/// The ways to call what has this name: functions and aggregates, plugins, functions of the text.
pub fn signatures(name: &str, known: &[Known]) -> Vec<Signature> {
    if let Some(Known { sort: Sort::Function(params), .. }) = known.iter().find(|one| one.name == name) {
        return vec![of_text(name, params)];
    }
    let rows = [catalog::aggregate(name), catalog::function(name)];
    let mut found: Vec<Signature> = Vec::new();
    for row in rows.into_iter().flatten() {
        for sig in row.sigs {
            let made = signature(row, name, sig);
            if !found.iter().any(|one| one.params == made.params) {
                found.push(made);
            }
        }
    }
    found.extend(plugins::find(name).map(|row| written(name, row.signature, row.doc)));
    let special = clauses::special(name);
    let inner = |text: &'static str| text.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    found.extend(special.map(|row| written(name, inner(row.signature), row.doc)));
    found
}

/// A function of the query itself.
pub fn of_text(name: &str, params: &[(String, String)]) -> Signature {
    Signature {
        name: name.to_owned(),
        params: params.iter().map(|(name, ty)| format!("{name}:{ty}")).collect(),
        repeats: false,
        gives: "",
        doc: "A function of this query.".to_owned(),
    }
}

fn written(name: &str, params: &str, doc: &str) -> Signature {
    let params: Vec<String> =
        params.split(", ").filter(|param| !param.is_empty()).map(str::to_owned).collect();
    let repeats = params.last().is_some_and(|param| param.contains(".."));
    Signature { name: name.to_owned(), params, repeats, gives: "", doc: doc.to_owned() }
}

fn signature(row: &Func, name: &str, sig: &Sig) -> Signature {
    let params = sig.params.iter().map(|param| match (param.only, param.arity) {
        (Some(text), _) => format!("'{text}'"),
        (None, Arity::One) => param.name.to_owned(),
        (None, Arity::Optional) => format!("[{}]", param.name),
        (None, Arity::Rest) => format!("{}, ...", param.name),
    });
    let doc = if row.trap.is_empty() { row.doc.to_owned() } else { format!("{} {}", row.doc, row.trap) };
    Signature {
        name: name.to_owned(),
        params: params.collect(),
        repeats: sig.params.last().is_some_and(|param| param.arity == Arity::Rest),
        gives: match sig.ret {
            Ret::Is(ty) => ty.name(),
            Ret::Arg(_) | Ret::Promoted(_) | Ret::Common(..) | Ret::Typeof => "",
        },
        doc,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_that_works_has_a_signature() {
        for row in catalog::functions().chain(catalog::aggregates()).filter(|row| !row.example.0.is_empty()) {
            assert!(!signatures(row.name, &[]).is_empty(), "{}", row.name);
        }
        let shown = |name| signatures(name, &[])[0].shown();
        assert_eq!(shown("strlen"), "strlen(text): long");
        assert_eq!(signatures("bag_unpack", &[])[0].name, "bag_unpack");
        let known = [Known { name: "f".into(), sort: Sort::Function(vec![("a".into(), "string".into())]) }];
        assert_eq!(signatures("f", &known)[0].shown(), "f(a:string)");
        let made = &signatures("strcat", &[])[0];
        assert_eq!(made.param(7), Some(made.params.len() - 1));
    }
}
