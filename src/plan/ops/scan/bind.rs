//! What a scan declares and what its steps say, with their names resolved.

use std::collections::HashSet;

use super::{Memory, Source, Step};
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::expr::{Cx, columns_of};
use crate::plan::names::Namer;
use crate::plan::{Column, Expr, ExprKind, Rel};
use crate::syntax::ast::{self, ScanOutput};
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// The declared columns, and what they hold where no step sets them.
    pub(super) fn scan_declared(
        &mut self,
        scan: &ast::Scan,
        input: &Rel,
        env: &Env,
    ) -> Checked<(Vec<Column>, Vec<Expr>)> {
        let mut namer = Namer::with(input.cols.iter().map(|column| column.name.clone()));
        let mut columns = Vec::new();
        let mut defaults = Vec::new();
        for variable in &scan.variables {
            let ast::ColumnDecl { name, ty, ty_span } = &variable.column;
            if *ty == Type::Decimal {
                self.refuse(*ty_span, "the type decimal", "Use real.");
                return Err(Stop);
            }
            let default = match &variable.default {
                Some(value) => {
                    let value = self.scalar(value, env, &[])?;
                    self.coerce(value, *ty, "the default")?
                }
                None => self.convert(Expr::lit(Value::Null, Type::Dynamic, name.span), *ty),
            };
            self.free_name(name, &mut namer)?;
            columns.push(self.new_column(name.text.clone(), *ty));
            defaults.push(default);
        }
        if let Some(name) = &scan.match_id {
            self.free_name(name, &mut namer)?;
        }
        Ok((columns, defaults))
    }

    /// The places of the input's columns that the step sets anew.
    pub(super) fn scan_replaced(
        &mut self,
        scan: &ast::Scan,
        input: &Rel,
        declared: &[Column],
    ) -> Checked<Vec<usize>> {
        let mut places = Vec::new();
        for (name, _) in scan.steps.iter().flat_map(|step| &step.assignments) {
            let own = declared.iter().any(|column| column.name == name.text);
            let found = input.cols.iter().position(|column| column.name == name.text);
            let Some(at) = found.filter(|at| !own && !places.contains(at)) else { continue };
            // Which value the other steps see of the row is not documented.
            if scan.steps.len() > 1 {
                let what =
                    format!("a scan of several steps that sets '{}', a column of its input", name.text);
                self.refuse(name.span, &what, "Declare another column and set that.");
                return Err(Stop);
            }
            places.push(at);
        }
        Ok(places)
    }

    fn free_name(&mut self, name: &ast::Name, namer: &mut Namer) -> Checked<()> {
        if namer.take(&name.text) {
            return Ok(());
        }
        let message = format!("there is a column '{}' already", name.text);
        self.error(code::SYNTAX, name.span, message, "Choose another name.");
        Err(Stop)
    }

    /// The steps, and what must be remembered of each: the columns that one of them reads, and the declared
    /// ones where the step's rows come out.
    pub(super) fn scan_steps(
        &mut self,
        scan: &ast::Scan,
        input: &Rel,
        declared: &[Column],
        defaults: &[Expr],
        env: &Env,
    ) -> Checked<(Vec<Step>, Vec<Vec<Memory>>)> {
        self.one_gives_last(scan)?;
        let mut memories: Vec<Vec<Memory>> =
            scan.steps.iter().map(|step| self.memory(step, input, declared, defaults)).collect();
        let mut names = HashSet::new();
        let mut steps = Vec::new();
        let mut stopped = false;
        for (at, step) in scan.steps.iter().enumerate() {
            if !names.insert(&step.name.text) {
                let message = format!("there are two steps '{}'", step.name.text);
                self.error(code::SYNTAX, step.name.span, message, "Give one of them another name.");
                stopped = true;
            }
            let scope: Vec<(String, Vec<Column>)> = scan
                .steps
                .iter()
                .enumerate()
                .map(|(known, step)| {
                    let held = memories[known].iter().map(|held| held.column.clone());
                    (step.name.text.clone(), held.take(if known <= at { usize::MAX } else { 0 }).collect())
                })
                .collect();
            match self.scan_step(step, input, declared, &scope, env) {
                Ok(step) => steps.push(step),
                Err(Stop) => stopped = true,
            }
        }
        if stopped {
            return Err(Stop);
        }
        let mut read = HashSet::new();
        for step in &steps {
            for expr in step.values.iter().flatten().chain([&step.condition]) {
                read.extend(columns_of(expr));
            }
        }
        for (held, step) in memories.iter_mut().zip(&steps) {
            held.retain(|held| {
                read.contains(&held.column.id)
                    || step.output != ScanOutput::None && matches!(held.source, Source::Declared(_))
            });
        }
        Ok((steps, memories))
    }

    /// Whether no other step than one with output=last gives rows.
    fn one_gives_last(&mut self, scan: &ast::Scan) -> Checked<()> {
        let mut giving = scan.steps.iter().filter(|step| step.output != ScanOutput::None);
        if let Some(last) = scan.steps.iter().find(|step| step.output == ScanOutput::Last)
            && giving.nth(1).is_some()
        {
            let help = "Give the other steps output=none, or scan twice.";
            self.refuse(last.output_span, "scan with output=last beside other steps that give rows", help);
            return Err(Stop);
        }
        Ok(())
    }

    /// All that could be remembered of a step.
    fn memory(
        &mut self,
        step: &ast::ScanStep,
        input: &Rel,
        declared: &[Column],
        defaults: &[Expr],
    ) -> Vec<Memory> {
        let mut empty =
            |column: &Column| self.convert(Expr::lit(Value::Null, Type::Dynamic, step.name.span), column.ty);
        let set = |column: &&Column| declared.iter().all(|own| own.name != column.name);
        let rows = input.cols.iter().filter(set);
        let rows = rows.map(|column| (column, Source::Input(column.id), empty(column)));
        let rows: Vec<_> = rows.collect();
        let own = declared.iter().zip(defaults).enumerate().map(|(at, (column, default))| {
            // A column of the input that is set anew begins without a value.
            let begins = match default.kind {
                ExprKind::Col(_) => empty(column),
                _ => default.clone(),
            };
            (column, Source::Declared(at), begins)
        });
        let own: Vec<_> = own.collect();
        let held = rows.into_iter().chain(own).map(|(column, source, empty)| {
            let column = Column { id: self.new_col(), ..column.clone() };
            Memory { column, source, empty }
        });
        held.collect()
    }

    fn scan_step(
        &mut self,
        step: &ast::ScanStep,
        input: &Rel,
        declared: &[Column],
        scope: &[(String, Vec<Column>)],
        env: &Env,
    ) -> Checked<Step> {
        let mut cx = Cx { steps: scope, ..Cx::new(env, &input.cols) };
        let condition = self.expr(&step.condition, &mut cx)?;
        let condition = self.condition(condition, step.condition.span)?;
        let mut values = vec![None; declared.len()];
        for (name, value) in &step.assignments {
            let Some(at) = declared.iter().position(|column| column.name == name.text) else {
                let help = "Declare the column: scan declare (name:type) with (...).";
                self.error(code::UNKNOWN_NAME, name.span, format!("'{}' is not declared", name.text), help);
                return Err(Stop);
            };
            if values[at].is_some() {
                let message = format!("'{}' is assigned twice", name.text);
                self.error(code::SYNTAX, name.span, message, "Assign it once.");
                return Err(Stop);
            }
            let bound = self.expr(value, &mut cx)?;
            self.reads_none_set(step, name, &bound, input)?;
            values[at] = Some(self.coerce(bound, declared[at].ty, "the value")?);
        }
        Ok(Step { output: step.output, condition, values })
    }

    /// Refuses an assignment that reads what another of the same step sets: whether it sees the value before or
    /// after is not documented.
    fn reads_none_set(
        &mut self,
        step: &ast::ScanStep,
        name: &ast::Name,
        value: &Expr,
        input: &Rel,
    ) -> Checked<()> {
        let read = columns_of(value);
        let others =
            step.assignments.iter().map(|(other, _)| &other.text).filter(|other| **other != name.text);
        for other in others {
            if input.cols.iter().any(|column| column.name == *other && read.contains(&column.id)) {
                let what = format!("an assignment that reads '{other}', which the same step sets");
                self.refuse(value.span, &what, "Declare another column and set that.");
                return Err(Stop);
            }
        }
        Ok(())
    }
}
