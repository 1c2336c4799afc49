//! Expressions: names, paths, literals, operators, and where KQL converts without being asked.

use super::check::{Binder, Checked, Stop};
use super::env::{Binding, Env};
use super::open::is_open;
use super::{ColId, Column, Expr, ExprKind};
use crate::catalog::binary;
use crate::diag::{Diagnostic, code, nearest};
use crate::kernels::decimal::Decimal;
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, Literal, Name};
use crate::syntax::words;
use crate::types::Type;
use crate::value::Value;

/// How many operands of `+`, `-` and the like may follow each other; `and` and `or` have no such limit.
pub const CHAIN_MAX: usize = 500;

/// What an expression may name, and what it may collect on its way.
pub struct Cx<'c> {
    pub env: &'c Env,
    pub cols: &'c [Column],
    /// The other side, in the condition of a join.
    pub right: Option<&'c [Column]>,
    /// What the steps of a scan matched last, by their names; a step without columns comes later.
    pub steps: &'c [(String, Vec<Column>)],
    /// Aggregates are allowed, and go here.
    pub aggs: Option<Vec<(Column, Expr)>>,
    /// Window functions are allowed, and go here.
    pub windows: Option<Vec<(Column, Expr)>>,
}

impl<'c> Cx<'c> {
    pub fn new(env: &'c Env, cols: &'c [Column]) -> Self {
        Cx { env, cols, right: None, steps: &[], aggs: None, windows: None }
    }
}

impl Binder<'_> {
    /// A scalar that may name these columns.
    pub fn scalar(&mut self, expr: &ast::Expr, env: &Env, cols: &[Column]) -> Checked<Expr> {
        self.expr(expr, &mut Cx::new(env, cols))
    }

    pub fn expr(&mut self, expr: &ast::Expr, cx: &mut Cx<'_>) -> Checked<Expr> {
        self.deeper(expr.span, |binder| {
            let value = binder.bound(expr, cx)?;
            binder.checked(value)
        })
    }

    fn bound(&mut self, expr: &ast::Expr, cx: &mut Cx<'_>) -> Checked<Expr> {
        match &expr.kind {
            Ast::Literal(literal) => self.literal_value(literal, expr.span),
            Ast::Name(name) => self.name(name, cx),
            Ast::Star => {
                self.error(code::STAR, expr.span, "'*' cannot stand here", "Name the columns.");
                Err(Stop)
            }
            Ast::Path(..) | Ast::Index(..) => self.path(expr, cx),
            Ast::Call { name, args } => self.call(name, args, expr.span, cx),
            Ast::Sign { negative, expr: inner } => {
                let inner = self.expr(inner, cx)?;
                if *negative { self.apply(&binary::NEGATE, "-", vec![inner], expr.span) } else { Ok(inner) }
            }
            Ast::Binary { .. } => self.binary(expr, cx),
            Ast::Between { negated, op_span, expr: inner, low, high } => {
                let inner = self.expr(inner, cx)?;
                let low = self.expr(low, cx)?;
                let high = self.expr(high, cx)?;
                self.between(*negated, *op_span, inner, low, high, expr.span)
            }
            Ast::In { op, op_span, expr: inner, list } => {
                self.list_op(*op, *op_span, inner, list, expr.span, cx)
            }
            Ast::Pipe(pipe) => {
                self.error(
                    code::SCALAR,
                    pipe.span,
                    "a table stands where a scalar must",
                    "Put toscalar(...) around it.",
                );
                Err(Stop)
            }
            Ast::TypeLiteral(_) => {
                self.error(code::SYNTAX, expr.span, "a type stands where a value must", "Write a value.");
                Err(Stop)
            }
            Ast::PathCall(base, _) => {
                self.refuse(base.span, "a table of another cluster or database", "Name the table alone.");
                Err(Stop)
            }
            Ast::Chain { first, rest } => {
                self.chain_fits(rest.len(), expr.span)?;
                let mut value = self.expr(first, cx);
                for link in rest {
                    let right = self.expr(&link.right, cx);
                    value = match (value, right) {
                        (Ok(left), Ok(right)) => {
                            let span = left.span.to(link.right.span);
                            self.binary_op(link.op, link.op_span, left, right, span)
                        }
                        _ => Err(Stop),
                    };
                }
                value
            }
            Ast::List(_) => {
                self.error(code::SYNTAX, expr.span, "a list cannot stand here", "Write one value.");
                Err(Stop)
            }
            Ast::Error => Err(Stop),
        }
    }

    fn literal_value(&mut self, literal: &Literal, span: Span) -> Checked<Expr> {
        let (value, ty) = match literal {
            Literal::Bool(value) => (Value::Bool(*value), Type::Bool),
            Literal::Int(value) => (Value::Int(*value), Type::Int),
            Literal::Long(value) => (Value::Long(*value), Type::Long),
            Literal::Real(value) => (Value::Real(*value), Type::Real),
            Literal::Decimal(text) => match Decimal::canonical(text) {
                Some(Ok(text)) => (Value::Decimal(text), Type::Decimal),
                _ => {
                    self.refuse(span, "a decimal of more than 34 digits, or beyond 1e99,", "Use real().");
                    return Err(Stop);
                }
            },
            Literal::String(text) => {
                self.warn_of_escapes(text, span);
                (Value::String(text.clone()), Type::String)
            }
            Literal::Datetime(ticks) => (Value::Datetime(*ticks), Type::Datetime),
            Literal::Timespan(ticks) => (Value::Timespan(*ticks), Type::Timespan),
            Literal::Guid(text) => (Value::Guid(text.to_lowercase()), Type::Guid),
            Literal::Dynamic(json) if json.trim() == "null" => (Value::Null, Type::Dynamic),
            Literal::Dynamic(json) => {
                self.inside_literal(span);
                (Value::Dynamic(json.clone()), Type::Dynamic)
            }
            Literal::Null(Type::String) => (Value::String(String::new()), Type::String),
            Literal::Null(ty) => (Value::Null, *ty),
        };
        Ok(Expr::lit(value, ty, span))
    }

    /// Warns of a path such as `"C:\temp"`, whose backslash and letter are a tab.
    fn warn_of_escapes(&mut self, text: &str, span: Span) {
        let written = span.text(self.text);
        let escapes = written.trim_start_matches(['h', 'H']).starts_with(['"', '\'']);
        let Some(control) = after_drive(text).filter(|_| escapes) else { return };
        let message =
            format!("the path in this text has {} where a backslash was meant", control_name(control));
        let warning = Diagnostic::warning(code::SUSPICIOUS, span, message)
            .help("Put @ before the string, or write each backslash twice.");
        // With @ every backslash stands for itself, and another text behind the first would not have its @.
        let quotes = written.matches(['"', '\'']).count();
        self.remark(match quotes == 2 && written.starts_with(['"', '\'']) && !written.contains(r"\\") {
            true => Diagnostic { fix_differs: true, ..warning.fix(span, format!("@{written}")) },
            false => warning,
        });
    }

    fn name(&mut self, name: &Name, cx: &mut Cx<'_>) -> Checked<Expr> {
        if let Some(column) = cx.cols.iter().find(|column| column.name == name.text) {
            self.advise_shadowed(name, cx.env);
            return Ok(Expr::col(column, name.span));
        }
        if let Some(column) = self.alias_column(name, cx.cols) {
            return Ok(column);
        }
        match cx.env.get(&name.text) {
            Some(Binding::Scalar(value)) => return self.copied(value, name.span),
            Some(Binding::OfRow { value, depth }) => return self.of_row(value, *depth, name),
            Some(Binding::Table(_)) => {
                return self.no_scalar(name);
            }
            Some(Binding::Function(function)) if function.function.params.is_empty() => {
                return self.call(name, &[], name.span, cx);
            }
            Some(Binding::Function(_) | Binding::Pattern(_)) => {
                self.error(
                    code::TYPE,
                    name.span,
                    format!("'{}' is a function", name.text),
                    "Call it, with parentheses.",
                );
                return Err(Stop);
            }
            Some(Binding::Wrong) => return Err(Stop),
            None => {}
        }
        if let Some(open) = self.open_column(name, cx) {
            return open;
        }
        if self.schema.table(&name.text).is_some() {
            return self.no_scalar(name);
        }
        self.unknown_column(name, cx);
        Err(Stop)
    }

    fn no_scalar(&mut self, name: &Name) -> Checked<Expr> {
        let message = format!("'{}' is a table, not a scalar", name.text);
        self.error(code::SCALAR, name.span, message, "Put toscalar(...) around it.");
        Err(Stop)
    }

    /// The official column that a name stands for, when this column holds its values.
    pub fn alias_of(&self, name: &str, column: &Column) -> Option<&str> {
        let origin = column.origin?;
        let alias = self.schema.at(origin.table as usize).alias(name)?;
        (alias == origin.column(self.schema)).then_some(alias)
    }

    /// Whether a name stands for the official name of a column in any table.
    pub fn is_alias(&self, name: &str) -> bool {
        self.schema.tables.iter().any(|table| table.alias(name).is_some())
    }

    /// A name that hunters use but the official schema lacks; it resolves to the official column.
    pub fn alias_column(&mut self, name: &Name, cols: &[Column]) -> Option<Expr> {
        if !self.is_alias(&name.text) {
            return None;
        }
        let column = cols.iter().find(|column| self.alias_of(&name.text, column).is_some())?;
        let origin = column.origin?.named(self.schema);
        let message = format!("'{}' is not an official column of {}", name.text, origin.table);
        let help = format!("kqlhunt reads '{0}' for it; in the portal write '{0}'.", origin.column);
        self.warn(code::ALIAS, name.span, message, help);
        Some(Expr::col(column, name.span))
    }

    /// What helps where a plugin gives the columns that the data have, and the data do not have this one.
    pub fn declare_columns(&self, name: &str) -> String {
        let plugin = self.columns_of_data.unwrap_or_default();
        format!(
            "'{plugin}' gives columns for what is in the data, and nothing there is called so. Declare it after the \
             plugin, as in : (*, {}:string), or write column_ifexists({}, '').",
            words::reference(name),
            words::quoted(name)
        )
    }

    pub fn unknown_column(&mut self, name: &Name, cx: &Cx<'_>) {
        let listed = cx.cols.iter().filter(|column| !is_open(column));
        let names = listed.map(|column| column.name.as_str());
        let names: Vec<&str> = names.chain(cx.env.names()).collect();
        let table = cx.cols.iter().find_map(|column| column.origin).map(|origin| origin.table(self.schema));
        let folded = names.iter().find(|known| known.eq_ignore_ascii_case(&name.text)).copied();
        let near = folded.or_else(|| nearest(&name.text, names.iter().copied()));
        let declared = self.columns_of_data.is_some().then(|| self.declare_columns(&name.text));
        let place = table.map_or(String::new(), |table| format!(" in {table}"));
        let message = format!("unknown column '{}'{place}", name.text);
        self.error_near(code::UNKNOWN_NAME, name.span, message, near, || {
            if let Some(declared) = declared {
                return declared;
            }
            if names.is_empty() {
                return "No column is in reach here.".to_owned();
            }
            let shown: Vec<&str> = names.iter().take(12).copied().collect();
            format!("Known here: {}{}.", shown.join(", "), if names.len() > 12 { ", ..." } else { "" })
        });
    }
}

/// What all has to hold for a condition to hold.
pub fn conjuncts(condition: &Expr) -> &[Expr] {
    match &condition.kind {
        ExprKind::And(items) => items,
        _ => std::slice::from_ref(condition),
    }
}

/// Columns that an expression reads, subqueries not entered.
pub fn columns_of(expr: &Expr) -> Vec<ColId> {
    let mut found = Vec::new();
    expr.walk(&mut |inner| {
        if let ExprKind::Col(id) = &inner.kind {
            found.push(*id);
        }
    });
    found
}

/// The control character that stands right behind the drive of a Windows path, and before more of it.
fn after_drive(text: &str) -> Option<char> {
    let letters: Vec<char> = text.chars().collect();
    let at = letters.windows(4).position(|four| {
        !four[0].is_alphanumeric() && four[1].is_ascii_alphabetic() && four[2] == ':' && four[3].is_control()
    });
    let first = matches!(letters.as_slice(), [drive, ':', control, ..] if drive.is_ascii_alphabetic() && control.is_control());
    let place = if first { 2 } else { at? + 3 };
    letters.get(place + 1).filter(|next| next.is_alphanumeric())?;
    letters.get(place).copied()
}

fn control_name(control: char) -> String {
    match control {
        '\t' => "a tab".into(),
        '\n' => "a line feed".into(),
        '\r' => "a carriage return".into(),
        other => format!("the control character U+{:04X}", u32::from(other)),
    }
}
