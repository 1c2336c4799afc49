//! Questions about the data while a query is bound: some plugins have the columns that their rows have.

use super::check::{Binder, Checked, Stop};
use super::{Node, Plan, Rel};
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
            name: None,
            lets: self.lets.clone(),
            root: rel,
            render: None,
            tables: Vec::new(),
            inputs,
            untyped: Vec::new(),
            functions: Vec::new(),
            next_col: self.next_col,
        };
        if !plan.repeatable() {
            let help = "Name the columns after the plugin: evaluate bag_unpack(d) : (Name:string).";
            self.refuse(place, "a plugin whose columns depend on random values", help);
            return Err(Stop);
        }
        self.steady(&plan.root, place)?;
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

    /// Refuses rows that the question and the run may take differently: the first of groups or of a join,
    /// which come in another order each time.
    fn steady(&mut self, root: &Rel, place: Span) -> Checked<()> {
        // The question's own limit takes all that it may have.
        let root = if let Node::Limit { input, .. } = &root.node { input } else { root };
        let any = |rel: &&Rel| match &rel.node {
            Node::Limit { input, .. } => input.order.is_empty() && self.shuffled(input),
            _ => false,
        };
        if self.reached(root).iter().any(any) {
            let help = "Put 'sort by' before take, or name the columns after the plugin.";
            self.refuse(place, "a plugin whose columns depend on any rows of groups or a join", help);
            return Err(Stop);
        }
        Ok(())
    }

    fn shuffled(&self, rel: &Rel) -> bool {
        match &rel.node {
            Node::Aggregate { groups, .. } => !groups.is_empty(),
            Node::Join { .. } => true,
            Node::Let { index, .. } => self.shuffled(&self.lets[*index].rel),
            Node::Filter { input, .. }
            | Node::Project { input, .. }
            | Node::Window { input, .. }
            | Node::Walk { input, .. }
            | Node::Limit { input, .. }
            | Node::Unnest { input, .. } => self.shuffled(input),
            Node::Union { inputs, .. } => inputs.iter().any(|input| self.shuffled(input)),
            Node::Scan { .. } | Node::Values { .. } | Node::Range { .. } => false,
        }
    }
}
