//! Limits on what a text may grow into. A name stands for a whole expression, a function for a whole
//! pipeline, and both may be used in the next: a short text can ask for more than any machine has.

use super::check::{Binder, Checked, Stop};
use super::{Expr, LetRel, Node, Rel};
use crate::diag::code;
use crate::span::Span;

/// How deep expressions, tables and calls of the query's functions may be bound inside each other.
const LEVELS_MAX: usize = 1_000;

/// How high an expression may become, with the expressions that its names stand for. DuckDB reads no
/// expression higher than 1,000, and one of ours may take several of its levels.
const HEIGHT_MAX: usize = 600;

/// How many operators may follow each other, through subqueries and lets.
const OPERATORS_DEEP: usize = 1_000;

/// How many operators a query may have when each mention of a let counts anew.
const OPERATORS_ALL: usize = 100_000;

/// How many parts the names and functions of a query may add to what is written.
const COPIES_MAX: usize = 1_000_000;

/// How many operators and calls an expression may have that is not flat.
const PARTS_MAX: usize = 20_000;

/// Below this many levels an expression cannot have grown by much.
const LEVELS_FREE: usize = 4;

/// How many columns a table may have.
const COLUMNS_MAX: usize = 20_000;

/// What has been used of the limits so far.
#[derive(Clone, Debug, Default)]
pub struct Used {
    levels: usize,
    copies: usize,
    /// For each let how high it is and how many operators it has.
    lets: Vec<(usize, usize)>,
}

impl Binder<'_> {
    fn too_much(&mut self, span: Span, what: &str, help: &str) -> Stop {
        self.error(code::LIMIT, span, what, help);
        Stop
    }

    /// Binds one level deeper.
    pub fn deeper<T>(&mut self, span: Span, bind: impl FnOnce(&mut Self) -> Checked<T>) -> Checked<T> {
        if self.used.levels >= LEVELS_MAX {
            let what = format!("the query nests deeper than {LEVELS_MAX} levels, its functions included");
            return Err(self.too_much(span, &what, "Put a part into a table with extend."));
        }
        self.used.levels += 1;
        let bound = bind(self);
        self.used.levels -= 1;
        bound
    }

    /// Counts what is bound again because a name or a function stands for it.
    pub fn copies(&mut self, count: usize, span: Span) -> Checked<()> {
        self.used.copies = self.used.copies.saturating_add(count);
        if self.used.copies <= COPIES_MAX {
            return Ok(());
        }
        let what = format!("names and functions make the query more than {COPIES_MAX} parts larger");
        Err(self.too_much(span, &what, "Compute what is used often once, with extend or materialize()."))
    }

    /// A copy of what a name stands for.
    pub fn copied(&mut self, value: &Expr, span: Span) -> Checked<Expr> {
        let size = size(value);
        self.copies(size.parts, span)?;
        self.fits(&size, span)?;
        Ok(Expr { span, ..value.clone() })
    }

    /// Holds a bound expression against the limits, on the way out of a deep one.
    pub fn checked(&mut self, value: Expr) -> Checked<Expr> {
        if self.calls_deep > 0 {
            self.copies(1, value.span)?;
        }
        if self.used.levels >= LEVELS_FREE && !value.is_leaf() {
            self.fits(&size(&value), value.span)?;
        }
        Ok(value)
    }

    fn fits(&mut self, size: &Size, span: Span) -> Checked<()> {
        let help = "Compute a part of it before, with extend.";
        if size.height > HEIGHT_MAX {
            let what = format!("the expression becomes higher than {HEIGHT_MAX} levels");
            return Err(self.too_much(span, &what, help));
        }
        if size.parts > PARTS_MAX && size.height > LEVELS_FREE {
            let what = format!("the expression grows to more than {PARTS_MAX} operators");
            return Err(self.too_much(span, &what, help));
        }
        Ok(())
    }

    /// Holds what a pipeline gives against the limits.
    pub fn measured(&mut self, rel: Rel) -> Checked<Rel> {
        let (height, operators) = self.extent(&rel);
        let help = "Keep a part of it as a table with kqlhunt ingest, or write fewer lets.";
        if height > OPERATORS_DEEP {
            let what = format!("more than {OPERATORS_DEEP} operators follow each other");
            return Err(self.too_much(rel.span, &what, help));
        }
        if operators > OPERATORS_ALL {
            let what = format!("lets make the query larger than {OPERATORS_ALL} operators");
            return Err(self.too_much(rel.span, &what, help));
        }
        Ok(rel)
    }

    /// Notes the extent of a new let.
    pub fn note_let(&mut self, item: &LetRel) {
        let extent = self.extent(&item.rel);
        self.used.lets.push(extent);
    }

    /// How many operators follow each other at most, and how many there are, lets counted at each mention.
    fn extent(&self, rel: &Rel) -> (usize, usize) {
        let (mut height, mut all) = (0_usize, 0_usize);
        let mut open = vec![(rel, 1_usize)];
        while let Some((rel, depth)) = open.pop() {
            let (more, count) = match &rel.node {
                Node::Let { index, .. } => self.used.lets.get(*index).copied().unwrap_or((0, 0)),
                _ => (0, 0),
            };
            height = height.max(depth.saturating_add(more));
            all = all.saturating_add(count).saturating_add(1);
            self.each_below(rel, &mut |below| open.push((below, depth + 1)));
        }
        (height, all)
    }

    /// Joins may double the columns with every let.
    pub fn not_too_wide(&mut self, rel: Rel) -> Checked<Rel> {
        if self.calls_deep > 0 {
            self.copies(rel.cols.len(), rel.span)?;
        }
        if rel.cols.len() <= COLUMNS_MAX {
            return Ok(rel);
        }
        let what = format!("the table has {} columns, more than {COLUMNS_MAX}", rel.cols.len());
        Err(self.too_much(rel.span, &what, "Keep the columns that are needed, with project."))
    }
}

struct Size {
    /// Operators and calls; columns and literals are not counted.
    parts: usize,
    height: usize,
}

fn size(expr: &Expr) -> Size {
    let mut all = Size { parts: usize::from(!expr.is_leaf()), height: 1 };
    expr.children().for_each(|child| {
        let below = if child.is_leaf() { Size { parts: 0, height: 1 } } else { size(child) };
        all.parts += below.parts;
        all.height = all.height.max(below.height + 1);
    });
    all
}
