//! Questions about the data while a query is bound: some plugins have the columns that their rows have.

use super::check::{Binder, Checked, Stop};
use super::{Plan, Rel};
use crate::diag::code;
use crate::span::Span;
use crate::value::Value;

/// Answers a plan with its rows.
pub trait Ask {
    /// Errors are told to the user as they are: lower case, no full stop.
    fn rows(&mut self, plan: Plan) -> Result<Vec<Vec<Value>>, String>;
}

impl Binder<'_> {
    /// The rows of a relation, at the query's own clock. `None` where there are no data to ask: the query
    /// can then be checked, not run.
    pub fn ask(&mut self, rel: Rel, place: Span) -> Checked<Option<Vec<Vec<Value>>>> {
        if self.ask.is_none() {
            self.unseen = true;
            return Ok(None);
        }
        let inputs = self.inputs_of(&rel);
        let plan = Plan {
            lets: self.lets.clone(),
            root: rel,
            render: None,
            tables: Vec::new(),
            inputs,
            untyped: Vec::new(),
        };
        if !plan.repeatable() {
            let help = "Name the columns after the plugin: evaluate bag_unpack(d) : (Name:string).";
            self.refuse(place, "a plugin whose columns depend on random values", help);
            return Err(Stop);
        }
        let answer = match &mut self.ask {
            Some(ask) => ask.rows(plan),
            None => return Ok(None),
        };
        answer.map(Some).map_err(|message| {
            let help = "Name the columns after the plugin; the data are then not asked.";
            self.error(code::DATA, place, format!("the data gave no columns: {message}"), help);
            Stop
        })
    }
}
