//! Property paths and the sides of a join: `a.b["c"][0]`, `$left.x`.

use std::rc::Rc;

use super::check::{Binder, Checked, Stop};
use super::expr::Cx;
use super::{ColId, Expr, ExprKind};
use crate::catalog::binary;
use crate::diag::code;
use crate::kernels::json::{self, Kind, Step, path_text};
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, Name};
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// `a.b["c"][0]`: constant steps become one path, computed ones a call each.
    pub fn path(&mut self, expr: &ast::Expr, cx: &mut Cx<'_>) -> Checked<Expr> {
        let mut steps = Vec::new();
        let mut places = Vec::new();
        let mut at = expr;
        let base = loop {
            match &at.kind {
                Ast::Path(inner, name) => {
                    if let Ast::Name(side) = &inner.kind
                        && (side.text == "$left" || side.text == "$right")
                    {
                        break self.side_column(side, name, cx)?;
                    }
                    if let Ast::Name(step) = &inner.kind
                        && let Some(column) = self.step_column(step, name, cx)
                    {
                        break column?;
                    }
                    steps.push(PathStep::Key(name.text.clone()));
                    places.push(None);
                    at = inner;
                }
                Ast::Index(inner, index) => {
                    steps.push(self.index_step(index, cx)?);
                    places.push(Some(index.span));
                    at = inner;
                }
                _ => match self.part_of_several(at, steps.last(), at.span, cx) {
                    Some(part) => {
                        steps.pop();
                        places.pop();
                        break part?;
                    }
                    None => break self.expr(at, cx)?,
                },
            }
        };
        if steps.is_empty() {
            return Ok(base);
        }
        if self.is_unknown(&base) {
            return Ok(Expr { span: expr.span, ..base });
        }
        if base.ty != Type::Dynamic {
            let help = if base.ty == Type::String {
                "Put parse_json(...) around it."
            } else {
                "Only dynamic values have properties."
            };
            self.error(code::TYPE, base.span, format!("{} has no properties", base.ty.one()), help);
            return Err(Stop);
        }
        steps.reverse();
        places.reverse();
        self.fits_shape(&base, &steps, &places)?;
        if let [Some(place), ..] = places[..] {
            self.warn_of_key(&base, &steps, place);
        }
        self.apply_steps(base, steps, expr.span)
    }

    /// Of a dynamic literal Kusto knows what is inside, and takes no `[...]` on a number, text or bool there
    /// (agent-dynamic-json-0039). The places are those of the brackets.
    fn fits_shape(&mut self, base: &Expr, steps: &[PathStep], places: &[Option<Span>]) -> Checked<()> {
        let shape = self.shape(base);
        let mut inside = shape.as_deref();
        for (step, place) in steps.iter().zip(places) {
            let Some(json) = inside else { break };
            let plain = matches!(json::kind(json), Some(Kind::Bool | Kind::Number | Kind::String));
            if let (true, Some(place)) = (plain, place) {
                let help = "Name a property of an array or a bag.";
                self.error(code::TYPE, *place, format!("{json} is no array and no bag"), help);
                return Err(Stop);
            }
            let step = match step {
                PathStep::Key(key) => Step::Key(key),
                PathStep::At(index) => Step::Index(*index),
                PathStep::Computed(_) => break,
            };
            inside = json::get(json, &path_text(&[step]));
        }
        Ok(())
    }

    /// The JSON text that an expression is in all rows.
    pub fn shape(&self, expr: &Expr) -> Option<Rc<str>> {
        match (&expr.kind, expr.literal()) {
            (_, Some(Value::Dynamic(json))) => Some(json.as_str().into()),
            (ExprKind::Col(id), _) => self.shapes.get(id).cloned(),
            _ => None,
        }
    }

    /// Keeps what is known of a column that this expression fills.
    pub fn keep_shape(&mut self, column: ColId, expr: &Expr) {
        if expr.ty == Type::Dynamic
            && let Some(shape) = self.shape(expr)
        {
            self.shapes.insert(column, shape);
        }
    }

    pub fn apply_steps(&mut self, base: Expr, steps: Vec<PathStep>, span: Span) -> Checked<Expr> {
        let mut value = base;
        let mut constant: Vec<ConstStep> = Vec::new();
        for step in steps {
            match step {
                PathStep::Key(key) => constant.push(ConstStep::Key(key)),
                PathStep::At(index) => constant.push(ConstStep::At(index)),
                PathStep::Computed(index) => {
                    value = path_expr(value, &mut constant, span);
                    let row = if index.ty == Type::String { &binary::AT_KEY } else { &binary::AT_INDEX };
                    value = self.apply(row, "[]", vec![value, index], span)?;
                }
            }
        }
        Ok(path_expr(value, &mut constant, span))
    }

    pub fn index_step(&mut self, index: &ast::Expr, cx: &mut Cx<'_>) -> Checked<PathStep> {
        let bound = self.expr(index, cx)?;
        match (bound.literal(), bound.ty) {
            (Some(Value::String(key)), _) => Ok(PathStep::Key(key.clone())),
            (Some(Value::Long(at)), _) => Ok(PathStep::At(*at)),
            (Some(Value::Int(at)), _) => Ok(PathStep::At(i64::from(*at))),
            (_, Type::String | Type::Long | Type::Int) => Ok(PathStep::Computed(bound)),
            (_, Type::Dynamic) => Ok(PathStep::Computed(self.convert(bound, Type::String))),
            _ => {
                self.error(
                    code::TYPES,
                    index.span,
                    format!("{} cannot be an index", bound.ty.one()),
                    "Write a string or an integer.",
                );
                Err(Stop)
            }
        }
    }

    /// `s1.x` in a scan: what the step s1 matched last.
    fn step_column(&mut self, step: &Name, name: &Name, cx: &Cx<'_>) -> Option<Checked<Expr>> {
        let (_, cols) = cx.steps.iter().find(|(known, _)| *known == step.text)?;
        if cx.cols.iter().any(|column| column.name == step.text) {
            return None;
        }
        if let Some(column) = cols.iter().find(|column| column.name == name.text) {
            return Some(Ok(Expr::col(column, name.span)));
        }
        if let Some(column) = self.alias_column(name, cols) {
            return Some(Ok(column));
        }
        if cols.is_empty() {
            let help = "Read the step itself and those before it.";
            self.refuse(step.span, &format!("a step that reads the later step '{}'", step.text), help);
        } else {
            self.unknown_column(name, &Cx::new(cx.env, cols));
        }
        Some(Err(Stop))
    }

    pub fn side_column(&mut self, side: &Name, name: &Name, cx: &Cx<'_>) -> Checked<Expr> {
        let cols = match (side.text.as_str(), cx.right) {
            ("$left", Some(_)) => cx.cols,
            ("$right", Some(right)) => right,
            _ => {
                self.error(
                    code::UNKNOWN_NAME,
                    side.span,
                    format!("'{}' stands outside a join's condition", side.text),
                    "Name the column alone.",
                );
                return Err(Stop);
            }
        };
        if let Some(column) = cols.iter().find(|column| column.name == name.text) {
            return Ok(Expr::col(column, name.span));
        }
        if let Some(column) = self.alias_column(name, cols) {
            return Ok(column);
        }
        let side = Cx::new(cx.env, cols);
        if let Some(open) = self.open_column(name, &side) {
            return open;
        }
        self.unknown_column(name, &side);
        Err(Stop)
    }
}

pub enum PathStep {
    Key(String),
    At(i64),
    Computed(Expr),
}

pub enum ConstStep {
    Key(String),
    At(i64),
}

pub fn path_expr(base: Expr, steps: &mut Vec<ConstStep>, span: Span) -> Expr {
    if steps.is_empty() {
        return base;
    }
    let borrowed: Vec<Step<'_>> = steps
        .iter()
        .map(|step| match step {
            ConstStep::Key(key) => Step::Key(key),
            ConstStep::At(index) => Step::Index(*index),
        })
        .collect();
    let path = path_text(&borrowed);
    steps.clear();
    Expr::new(ExprKind::Path { base: Box::new(base), path }, Type::Dynamic, span)
}
