//! project-by-names: columns by names that are values of the query.

use crate::diag::code;
use crate::kernels::json;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Expr, Rel};
use crate::span::Span;
use crate::syntax::ast;
use crate::types::Type;
use crate::value::Value;

use super::cols::matches;

impl Binder<'_> {
    /// Columns in the order of the names and patterns; names that match none are passed over.
    pub fn project_by_names(
        &mut self,
        names: &[ast::Expr],
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let mut cols: Vec<Column> = Vec::new();
        for expr in names {
            for name in self.column_names(expr, env)? {
                let found = input.cols.iter().filter(|column| match name.contains('*') {
                    true => !column.hidden && matches(&name, &column.name),
                    false => column.name == name,
                });
                let new: Vec<Column> = found.filter(|column| !cols.contains(column)).cloned().collect();
                cols.extend(new);
            }
        }
        if cols.iter().all(|column| column.hidden) {
            self.error(code::SYNTAX, span, "no column is left", "Keep at least one.");
            return Err(Stop);
        }
        Ok(Rel { cols, ..input })
    }

    /// A string, an array of strings, or `column_names_of(Table)`.
    fn column_names(&mut self, expr: &ast::Expr, env: &Env) -> Checked<Vec<String>> {
        let bound = self.scalar(expr, env, &[])?;
        let names = match bound.literal() {
            Some(Value::String(name)) => Some(vec![name.clone()]),
            Some(Value::Dynamic(text)) => strings(text),
            Some(_) | None => None,
        };
        names.ok_or_else(|| {
            let help = "Write \"Name\", \"Prefix*\", dynamic([\"A\", \"B\"]) or column_names_of(Table).";
            self.error(code::TYPE, expr.span, "names of columns must be constant strings", help);
            Stop
        })
    }

    /// `column_names_of(Table)`: known before the query runs.
    pub fn column_names_of(&mut self, table: &ast::Expr, env: &Env, span: Span) -> Checked<Expr> {
        let rel = self.source(table, env)?;
        let listed = rel.cols.iter().filter(|column| !column.hidden);
        let names: Vec<&str> = listed.map(|column| column.name.as_str()).collect();
        Ok(Expr::lit(Value::Dynamic(serde_json::json!(names).to_string()), Type::Dynamic, span))
    }
}

/// The strings of an array, when it holds nothing else.
fn strings(array: &str) -> Option<Vec<String>> {
    if json::kind(array) != Some(json::Kind::Array) {
        return None;
    }
    let text = |item: &str| json::string_inside(item).map(|inside| json::unescape(inside).into_owned());
    json::elements(array).map(text).collect()
}
