//! dcount_intersect: how many values sketches share ("dcount_intersect plugin" in the Kusto reference).

use super::Given;
use crate::catalog::plugins::SHARED;
use crate::plan::check::{Binder, Checked};
use crate::plan::env::Env;
use crate::plan::names::Namer;
use crate::plan::ops::cols::projected;
use crate::plan::{Expr, Rel};
use crate::span::Span;
use crate::types::Type;

impl Binder<'_> {
    pub fn dcount_intersect(&mut self, given: &Given<'_>, input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        if given.args.len() < 2 {
            return Err(self.wrong_arguments(given, given.name.span, "wants at least two sketches"));
        }
        let (mut sketches, mut cols, mut shared) = (Vec::new(), Vec::new(), Vec::new());
        let mut namer = Namer::default();
        for arg in given.args {
            let column = self.column_argument(arg, given, &input.cols, env)?;
            sketches.push(Expr::col(&column, arg.expr.span));
            let count = self.apply(&SHARED, given.plugin.name, sketches.clone(), given.name.span)?;
            let column = self.new_column(namer.free(format!("s{}", cols.len()).as_str()), Type::Long);
            shared.push((column.id, count));
            cols.push(column);
        }
        Ok(projected(input, cols, shared, span))
    }
}
