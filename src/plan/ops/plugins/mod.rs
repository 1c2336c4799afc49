//! evaluate: each plugin by the row of the catalog that it is.

mod active;
mod activity;
mod bag_unpack;
mod cohorts;
mod intersect;
mod lookup;
mod narrow;
mod near;
mod pivot;
mod rolling;
mod said;
mod schemas;
mod sessions;
mod sliding;
mod timeline;

use crate::catalog::plugins::{self, Does, Plugin};
use crate::diag::{Diagnostic, code, nearest};
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, ExprKind, Rel};
use crate::span::Span;
use crate::syntax::ast::{self, Arg, ColumnDecl, ExprKind as Ast, Name, OpParam};

/// What stands after `evaluate`.
pub struct Evaluated<'e> {
    /// Kusto's hints say where the work is done, never what comes out: they are passed over.
    pub params: &'e [OpParam],
    pub call: &'e ast::Expr,
    pub schema: Option<&'e [ColumnDecl]>,
    pub keeps_input: bool,
}

/// A plugin's arguments: those by position, and those by name.
pub struct Given<'e> {
    plugin: &'static Plugin,
    name: &'e Name,
    args: &'e [Arg],
}

impl Binder<'_> {
    pub fn evaluate(&mut self, evaluated: &Evaluated<'_>, input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let given = self.known_plugin(evaluated.params, evaluated.call)?;
        if !matches!(given.plugin.does, Does::BagUnpack | Does::Pivot) {
            self.no_schema(evaluated, &given)?;
        }
        match given.plugin.does {
            Does::ActiveUsersCount => self.active_users_count(&given, input, env, span),
            Does::ActivityCountsMetrics => self.activity_counts_metrics(&given, input, env, span),
            Does::BagUnpack => self.bag_unpack(&given, evaluated, input, env, span),
            Does::DcountIntersect => self.dcount_intersect(&given, input, env, span),
            Does::Identity => {
                self.no_arguments(&given)?;
                Ok(input)
            }
            Does::LookUp(addresses) => self.look_up(addresses, &given, input, env, span),
            Does::Narrow => self.narrow(&given, input, span),
            Does::NewActivityMetrics => self.new_activity_metrics(&given, input, env, span),
            Does::Pivot => self.pivot(&given, evaluated, input, env, span),
            Does::RollingPercentile => self.rolling_percentile(&given, input, env, span),
            Does::RowsNear => self.rows_near(&given, input, env, span),
            Does::SchemaMerge => self.schema_merge(&given, input, env, span),
            Does::SessionCount => self.session_count(&given, input, env, span),
            Does::SlidingWindowCounts => self.sliding_window_counts(&given, input, env, span),
            Does::Refuse(_) => unreachable!("known_plugin() gives no plugin that is refused"),
        }
    }

    /// The plugin that is called, unless it is refused: those that read the world around Kusto stand
    /// without a table before them.
    pub fn known_plugin<'e>(&mut self, params: &'e [OpParam], call: &'e ast::Expr) -> Checked<Given<'e>> {
        if let Some(param) = params.iter().find(|param| !param.name.text.starts_with("hint.")) {
            let message = format!("evaluate has no parameter '{}'", param.name.text);
            self.error(
                code::UNKNOWN_NAME,
                param.name.span,
                message,
                "Leave it out; its parameters are hints.",
            );
            return Err(Stop);
        }
        let Ast::Call { name, args } = &call.kind else { return Err(Stop) };
        match plugins::find(&name.text) {
            Some(Plugin { does: Does::Refuse(reason), .. }) => {
                self.refuse(name.span, &format!("the plugin '{}'", name.text), reason);
                Err(Stop)
            }
            Some(plugin) => Ok(Given { plugin, name, args }),
            None => {
                let supported = plugins::PLUGINS
                    .iter()
                    .filter(|row| !matches!(row.does, Does::Refuse(_)))
                    .map(|row| row.name);
                let near = nearest(&name.text, plugins::PLUGINS.iter().map(|row| row.name));
                let help = format!("The plugins are {}.", supported.collect::<Vec<_>>().join(", "));
                let message = format!("unknown plugin '{}'", name.text);
                let error = Diagnostic::error(code::UNKNOWN_FUNCTION, name.span, message);
                self.diagnostics.push(error.mean(near, help));
                Err(Stop)
            }
        }
    }

    fn no_schema(&mut self, evaluated: &Evaluated<'_>, given: &Given<'_>) -> Checked<()> {
        let Some(schema) = evaluated.schema else { return Ok(()) };
        let place = schema.first().map_or(given.name.span, |column| column.name.span);
        let what = format!("a schema after '{}'", given.name.text);
        self.refuse(place, &what, "Leave it out: the columns are known without it.");
        Err(Stop)
    }

    fn no_arguments(&mut self, given: &Given<'_>) -> Checked<()> {
        match given.args.first() {
            Some(arg) => Err(self.wrong_arguments(given, arg.expr.span, "takes no arguments")),
            None => Ok(()),
        }
    }

    fn wrong_arguments(&mut self, given: &Given<'_>, span: Span, message: &str) -> Stop {
        let help = format!("Write {}({}).", given.name.text, given.plugin.signature);
        self.error(code::ARITY, span, format!("'{}' {message}", given.name.text), help);
        Stop
    }

    /// An argument that must name a column of these.
    fn column_argument(
        &mut self,
        arg: &Arg,
        given: &Given<'_>,
        cols: &[Column],
        env: &Env,
    ) -> Checked<Column> {
        let expr = self.scalar(&arg.expr, env, cols)?;
        let column = match &expr.kind {
            ExprKind::Col(id) => cols.iter().find(|column| column.id == *id),
            _ => None,
        };
        match column {
            Some(column) => Ok(column.clone()),
            None => Err(self.wrong_arguments(given, arg.expr.span, "wants a column here")),
        }
    }
}
