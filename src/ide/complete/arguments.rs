//! What the arguments of functions of the text, and of plugins, may be beside values.

use super::Kind;
use super::offer::Offer;
use crate::catalog::plugins::{self, Does};
use crate::compile::{Known, Outline, Sort};
use crate::syntax::words::reference;

impl Offer<'_> {
    /// The parameters of a function of the text, as far as they have no argument yet.
    pub fn named_arguments(&mut self, name: &str, argument: usize) {
        for (param, ty) in parameters_of(self.outline, name).iter().skip(argument) {
            if ty != "table" {
                self.add(Kind::Parameter, param, ty, "A parameter of the function.").insert =
                    format!("{}=", reference(param));
            }
        }
    }

    /// Whether a table is wanted as an argument of a function of the text or of a plugin.
    pub fn takes_table(&self, name: &str, argument: usize) -> bool {
        let plugin =
            plugins::find(name).is_some_and(|row| argument == 0 && matches!(row.does, Does::LookUp(_)));
        plugin || parameters_of(self.outline, name).get(argument).is_some_and(|(_, ty)| ty == "table")
    }
}

/// The parameters of a function of the text, with their types as they are written.
fn parameters_of<'o>(outline: &'o Outline, name: &str) -> &'o [(String, String)] {
    match outline.names.iter().find(|known| known.name == name) {
        Some(Known { sort: Sort::Function(params), .. }) => params,
        _ => &[],
    }
}
