//! scan: rows in their order against the steps of a state machine ("scan operator" in the Kusto reference).
//!
//! The state of a step holds what it and each step before it matched last. A row is tried against the steps
//! from the last to the first. Where it fits the state of the step before, that state moves here and leaves
//! its place empty; where it fits the step's own state, it replaces only the step's own part. The first
//! step needs no state.

mod bind;
mod rows;

use std::collections::HashMap;

use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{ColId, Column, Expr, ExprKind, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, ScanOutput};
use crate::types::Type;
use crate::value::Value;

use super::walk::{Walk, substitute};

/// How many steps one scan may have: each remembers what all before it matched.
const STEPS_MAX: usize = 16;

/// A step, bound. What it reads of a step's match stands as a column of that match.
struct Step {
    output: ScanOutput,
    condition: Expr,
    /// For each declared column, in their order.
    values: Vec<Option<Expr>>,
}

/// A column as a step's match holds it.
struct Memory {
    /// Stands for it in expressions.
    column: Column,
    /// What the row itself has: a column of the input, by its position, or a declared one.
    source: Source,
    empty: Expr,
}

#[derive(Clone, Copy)]
enum Source {
    Input(ColId),
    Declared(usize),
}

/// What became of a row at one step.
struct Turn {
    fits: Expr,
    /// It replaced the row that the step matched before.
    repeats: Expr,
}

/// A step that gives rows: where its [`Turn`] is remembered.
struct Output {
    at: usize,
    fits: usize,
    /// Only where the last of repeated rows is asked for.
    repeats: Option<usize>,
}

/// Where the state of a step is remembered.
struct State {
    active: usize,
    sequence: usize,
    /// For this step and each before it: the places of what is remembered of its match.
    matches: Vec<Vec<usize>>,
}

struct Machine {
    steps: Vec<Step>,
    /// For each step what is remembered of its match.
    memories: Vec<Vec<Memory>>,
    defaults: Vec<Expr>,
    walk: Walk,
    states: Vec<State>,
    /// The number of the next sequence.
    next: usize,
    span: Span,
}

impl Binder<'_> {
    pub fn scan(&mut self, scan: &ast::Scan, input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        if scan.steps.len() > STEPS_MAX {
            let message = format!("a scan of {} steps", scan.steps.len());
            self.error(code::LIMIT, span, message, format!("At most {STEPS_MAX} fit."));
            return Err(Stop);
        }
        let input = self.walkable(input, span, "scan")?;
        let (mut declared, mut defaults) = self.scan_declared(scan, &input, env)?;
        let replaced = self.scan_replaced(scan, &input, &declared)?;
        let (width, own) = (input.cols.len(), declared.len());
        for at in &replaced {
            let column = &input.cols[*at];
            declared.push(Column { id: self.new_col(), origin: None, ..column.clone() });
            defaults.push(Expr::col(column, span));
        }
        let (steps, memories) = self.scan_steps(scan, &input, &declared, &defaults, env)?;
        let mut machine =
            Machine { steps, memories, defaults, walk: Walk::default(), states: Vec::new(), next: 0, span };
        self.scan_states(&mut machine);
        let mut outputs = Vec::new();
        for at in (0..machine.steps.len()).rev() {
            let turn = self.scan_turn(&mut machine, at)?;
            if machine.steps[at].output != ScanOutput::None {
                let last = machine.steps[at].output == ScanOutput::Last;
                let mut flag = |value| {
                    let column = self.new_column("", Type::Bool);
                    let never = Expr::lit(Value::Bool(false), Type::Bool, span);
                    let slot = machine.walk.remember(&column, never);
                    machine.walk.set(slot, value);
                    slot
                };
                let fits = flag(turn.fits);
                let repeats = last.then(|| flag(turn.repeats));
                outputs.push(Output { at, fits, repeats });
            }
        }
        let mut rel = self.scan_rows(machine, scan, input, declared, &outputs)?;
        let values: Vec<Column> = rel.cols.splice(width + own..width + own + replaced.len(), []).collect();
        replaced.into_iter().zip(values).for_each(|(at, column)| rel.cols[at] = column);
        Ok(rel)
    }

    fn scan_states(&mut self, machine: &mut Machine) {
        let span = machine.span;
        let zero = Expr::long(0, span);
        let next = self.new_column("", Type::Long);
        machine.next = machine.walk.remember(&next, zero.clone());
        for at in 0..machine.steps.len() {
            let active = self.new_column("", Type::Bool);
            let never = Expr::lit(Value::Bool(false), Type::Bool, span);
            let active = machine.walk.remember(&active, never);
            let sequence = self.new_column("", Type::Long);
            let sequence = machine.walk.remember(&sequence, zero.clone());
            let mut matches = Vec::new();
            for memories in &machine.memories[..=at] {
                let mut places = Vec::new();
                for held in memories {
                    let column = self.new_column("", held.column.ty);
                    places.push(machine.walk.remember(&column, held.empty.clone()));
                }
                matches.push(places);
            }
            machine.states.push(State { active, sequence, matches });
        }
    }

    /// Tries the row against one step.
    fn scan_turn(&mut self, machine: &mut Machine, at: usize) -> Checked<Turn> {
        let own = machine.reading(at, at);
        let condition = substitute(machine.steps[at].condition.clone(), &own);
        machine.walk.layer();
        if at == 0 {
            let fits = self.holds(condition)?;
            let fits = self.scan_value(machine, fits);
            let repeats = machine.walk.now(machine.states[0].active);
            self.scan_starts(machine, &fits, &own)?;
            return Ok(Turn { fits, repeats });
        }
        let before = machine.reading(at - 1, at);
        let promoted = substitute(machine.steps[at].condition.clone(), &before);
        let promoted = and(machine.walk.now(machine.states[at - 1].active), promoted);
        let promoted = self.holds(promoted)?;
        let promoted = self.scan_value(machine, promoted);
        let repeated = self.holds(and(machine.walk.now(machine.states[at].active), condition))?;
        let repeated = self.scan_value(machine, repeated);
        machine.walk.layer();
        let fits =
            Expr::new(ExprKind::Or(vec![promoted.clone(), repeated.clone()]), Type::Bool, machine.span);
        let fits = self.scan_value(machine, fits);
        self.scan_takes(machine, at, [&promoted, &repeated, &fits], [&before, &own])?;
        let no = Expr::lit(Value::Bool(false), Type::Bool, machine.span);
        let repeats = self.choose(&promoted, no, repeated)?;
        Ok(Turn { fits, repeats })
    }

    fn scan_value(&mut self, machine: &mut Machine, value: Expr) -> Expr {
        let column = self.new_column("", value.ty);
        machine.walk.compute(&column, value)
    }

    /// The first step takes a row: into its sequence, or as the start of one.
    fn scan_starts(&mut self, machine: &mut Machine, fits: &Expr, own: &Replaced) -> Checked<()> {
        machine.walk.layer();
        let (active, sequence, next) = (machine.states[0].active, machine.states[0].sequence, machine.next);
        let no = Expr::lit(Value::Bool(false), Type::Bool, machine.span);
        let starts = self.choose(&machine.walk.now(active), no, fits.clone())?;
        let number = machine.walk.now(next);
        let kept = machine.walk.now(sequence);
        self.scan_becomes(machine, sequence, &starts, number.clone(), kept)?;
        let one = Expr::long(1, machine.span);
        let following =
            self.binary_op(ast::BinaryOp::Add, machine.span, number.clone(), one, machine.span)?;
        self.scan_becomes(machine, next, &starts, following, number)?;
        let now = machine.walk.now(active);
        self.scan_becomes(
            machine,
            active,
            fits,
            Expr::lit(Value::Bool(true), Type::Bool, machine.span),
            now,
        )?;
        for (place, value) in machine.row_values(0, own) {
            let kept = machine.walk.now(place);
            self.scan_becomes(machine, place, fits, value, kept)?;
        }
        Ok(())
    }

    /// A later step takes a row, with the state of the step before or into its own sequence.
    fn scan_takes(
        &mut self,
        machine: &mut Machine,
        at: usize,
        [promoted, repeated, fits]: [&Expr; 3],
        [before, own]: [&Replaced; 2],
    ) -> Checked<()> {
        machine.walk.layer();
        let mut next: Vec<(usize, Expr)> = Vec::new();
        let (one, two) = (&machine.states[at - 1], &machine.states[at]);
        let mut moves = vec![(one.sequence, two.sequence)];
        for (from, to) in one.matches.iter().zip(&two.matches) {
            moves.extend(from.iter().zip(to).map(|(from, to)| (*from, *to)));
        }
        let (left, entered) = (one.active, two.active);
        for (from, to) in moves {
            next.push((to, self.choose(promoted, machine.walk.now(from), machine.walk.now(to))?));
        }
        let after = machine.row_values(at, before);
        for ((place, promoted_value), (_, own_value)) in after.into_iter().zip(machine.row_values(at, own)) {
            let kept = self.choose(repeated, own_value, machine.walk.now(place))?;
            next.push((place, self.choose(promoted, promoted_value, kept)?));
        }
        let truth = |value| Expr::lit(Value::Bool(value), Type::Bool, machine.span);
        let (yes, no) = (truth(true), truth(false));
        next.push((entered, self.choose(fits, yes, machine.walk.now(entered))?));
        next.push((left, self.choose(promoted, no, machine.walk.now(left))?));
        if at == 1 {
            // The first step reads its own part even when it is empty.
            for (place, held) in machine.states[0].matches[0].iter().zip(&machine.memories[0]) {
                let now = machine.walk.now(*place);
                next.push((*place, self.choose(promoted, held.empty.clone(), now)?));
            }
        }
        for (place, value) in next {
            let now = self.scan_value(machine, value);
            machine.walk.set(place, now);
        }
        Ok(())
    }

    fn scan_becomes(
        &mut self,
        machine: &mut Machine,
        place: usize,
        condition: &Expr,
        value: Expr,
        kept: Expr,
    ) -> Checked<()> {
        let value = self.choose(condition, value, kept)?;
        let now = self.scan_value(machine, value);
        machine.walk.set(place, now);
        Ok(())
    }
}

/// What stands in the place of columns.
type Replaced = HashMap<ColId, Expr>;

impl Machine {
    /// What a step's expressions read with the state of `from`: its own part is empty where that is not the
    /// step's own state.
    fn reading(&self, from: usize, step: usize) -> Replaced {
        let mut found = Replaced::new();
        for (at, memories) in self.memories[..=step].iter().enumerate() {
            for (index, held) in memories.iter().enumerate() {
                let value = match self.states[from].matches.get(at) {
                    Some(places) => self.walk.now(places[index]),
                    None => held.empty.clone(),
                };
                found.insert(held.column.id, value);
            }
        }
        found
    }

    /// What a step remembers of the row itself, by its place.
    fn row_values(&self, at: usize, reading: &Replaced) -> Vec<(usize, Expr)> {
        let places = &self.states[at].matches[at];
        let values = self.memories[at].iter().map(|held| match held.source {
            Source::Input(id) => Expr::new(ExprKind::Col(id), held.column.ty, self.span),
            Source::Declared(index) => match &self.steps[at].values[index] {
                Some(value) => substitute(value.clone(), reading),
                None => self.defaults[index].clone(),
            },
        });
        places.iter().copied().zip(values).collect()
    }
}

fn and(one: Expr, other: Expr) -> Expr {
    let span = other.span;
    Expr::new(ExprKind::And(vec![one, other]), Type::Bool, span)
}
