//! The facade: KQL text and a schema in, SQL and diagnostics out. Runs nothing.

use std::collections::HashMap;

use crate::contained::{contained, rehearse};
use crate::diag::{Diagnostic, any_error, code};
pub use crate::facts::{Input, Looked, Options, Origin, Render, Seen, Steadiness, Steady, TableUse};
use crate::plan::{self, Ask, Node, Plan, Rel};
pub use crate::plan::{Known, Outline, Sort};
use crate::schema::Schema;
use crate::span::Span;
use crate::sql;
use crate::stack::on_own_stack;
use crate::syntax::ast::{Op, OpKind, StatementKind};
pub use crate::syntax::constant::literal;
pub use crate::syntax::words::{quoted, reference};
use crate::types::ColumnType;
use crate::value::Value;

/// What a text compiles to: one result for each query statement, none when there are errors.
#[derive(Clone, Debug, Default)]
pub struct Compilation {
    pub results: Vec<Compiled>,
    pub diagnostics: Vec<Diagnostic>,
}

/// One query, ready to run.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What the query calls it, where it is one of several results (`fork a = (...)`).
    pub name: Option<String>,
    /// Exactly one SELECT. Its columns are the result's in order, under internal names. Empty when columns
    /// depend on data that nobody was asked for: the query cannot be run then.
    pub sql: String,
    pub columns: Vec<ColumnType>,
    /// For each column whether its type is known only when the data are there: those of plugins that ask the
    /// data, those of a watchlist that is not supplied.
    pub untyped: Vec<bool>,
    /// For each column the stored column whose values it holds unchanged, if there is one.
    pub origins: Vec<Option<Origin>>,
    /// For each column the stored columns that its texts come from, however the query made it.
    pub sources: Vec<Vec<Origin>>,
    pub render: Option<Render>,
    /// The stored tables that it reads, in the order of the text.
    pub tables: Vec<TableUse>,
    /// What must be in the engine before it runs, from outside of the database.
    pub inputs: Vec<Input>,
    /// The clock that it was compiled for, in ticks.
    pub now: i64,
    /// The rows of tables that it sees, where not all.
    pub seen: Option<Seen>,
    /// It needs no sort, group or join: first rows can come before the last are known. And each run gives
    /// the same rows.
    pub streams: bool,
    /// What each run gives alike.
    pub steadiness: Steadiness,
    /// The same where no rows tie for being what `arg_max()`, `arg_min()` and `top` take ([`ties`] counts them); `None` where
    /// that makes no difference.
    pub untied: Option<Steadiness>,
    /// The same where nothing that is taken was a choice; `None` when that makes no difference to it.
    pub settled: Option<Steadiness>,
    /// The stored functions of the user's that the text calls.
    pub functions: Vec<String>,
    /// The whole query is a bare table, in stored order: its rows can be read in place.
    pub bare_table: Option<String>,
    /// Each row is one row of a stored table, each column one of its columns (see `origins`).
    pub row_ids: Option<RowIds>,
}

impl Compiled {
    /// What each run gives alike on data in which so much is known not to be.
    pub fn steadier(&self, looked: Looked) -> &Steadiness {
        let untied = self.untied.as_ref().unwrap_or(&self.steadiness);
        match looked {
            Looked::Nothing => &self.steadiness,
            Looked::Ties => untied,
            Looked::Choices => self.settled.as_ref().unwrap_or(untied),
        }
    }

    /// Each column's name and type; one that is not known is called so.
    pub fn named_types(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.columns.iter().zip(&self.untyped).map(|(column, untyped)| {
            (column.name.as_str(), if *untyped { "unknown" } else { column.ty.name() })
        })
    }
}

/// Which rows of a stored table a result has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowIds {
    pub table: String,
    /// Exactly one SELECT with one column, DuckDB's row numbers: as many as the result has rows, in its order.
    pub sql: String,
}

/// Answers for the data while a query is compiled: `evaluate bag_unpack` has a column for each property
/// that there is.
pub trait Probe: Send {
    /// The rows of exactly one SELECT, which reads these inputs.
    ///
    /// Errors are told to the user as they are: lower case, no full stop.
    fn rows(
        &mut self,
        sql: &str,
        columns: &[ColumnType],
        inputs: &[Input],
    ) -> Result<Vec<Vec<Value>>, String>;
}

/// Compiles a text. Never panics; every mistake is a diagnostic with its place. Columns that depend on the
/// data stay unknown: such a query is checked, but cannot be run.
pub fn compile(text: &str, schema: &Schema, options: &Options) -> Compilation {
    or_ours(text, || compiled_by(text, schema, options, None))
}

/// Compiles a text to be run on the data that `probe` answers for.
pub fn compile_on(text: &str, schema: &Schema, options: &Options, probe: &mut dyn Probe) -> Compilation {
    or_ours(text, || {
        compiled_by(text, schema, options, Some(&mut Asked { schema, probe, answers: HashMap::new() }))
    })
}

/// A panic of ours becomes a diagnostic: what is typed, or kept for the next start, must not end the process.
fn or_ours(text: &str, compile: impl FnOnce() -> Compilation) -> Compilation {
    contained(|| on_own_stack(text, compile)).unwrap_or_else(|said| {
        let message = format!("a mistake of kqlhunt: {said}");
        let help = "Please report it with this text. Written in another way, the query may run.";
        let whole = Span::new(0, text.len());
        Compilation {
            results: Vec::new(),
            diagnostics: vec![Diagnostic::error(code::OURS, whole, message).help(help)],
        }
    })
}

/// Plans as questions to a probe, each asked once.
struct Asked<'p> {
    schema: &'p Schema,
    probe: &'p mut dyn Probe,
    answers: HashMap<String, Vec<Vec<Value>>>,
}

impl Ask for Asked<'_> {
    fn rows(&mut self, mut plan: Plan) -> Result<Vec<Vec<Value>>, String> {
        let columns = columns(&plan);
        plan::use_shadows(&mut plan, self.schema);
        plan::prune(&mut plan);
        plan::take_apart(&mut plan);
        let sql = sql::write(&plan, None).ok_or_else(|| TOO_LONG.to_owned())?;
        if let Some(rows) = self.answers.get(&sql) {
            return Ok(rows.clone());
        }
        let rows = self.probe.rows(&sql, &columns, &plan.inputs)?;
        self.answers.insert(sql, rows.clone());
        Ok(rows)
    }
}

const TOO_LONG: &str = "the query becomes more than 16 MB of SQL";

fn compiled_by<'a>(
    text: &'a str,
    schema: &'a Schema,
    options: &'a Options,
    ask: Option<&'a mut (dyn Ask + 'a)>,
) -> Compilation {
    rehearse("compiler");
    let (script, mut diagnostics) = crate::syntax::parse(text);
    let bound = plan::bind(&script, text, schema, options, ask);
    diagnostics.extend(bound.diagnostics);
    if bound.plans.is_empty() && !any_error(&diagnostics) {
        let end = script.statements.last().map_or(Span::default(), |last| last.span);
        let help = "End it with a table or an expression that gives rows.";
        // Definitions alone are right as they are, as Microsoft's editors have it; only a run lacks a query.
        let found = if options.advice { Diagnostic::warning } else { Diagnostic::error };
        diagnostics.push(found(code::SYNTAX, end, "the text holds no query").help(help));
    }
    diagnostics.sort_by_key(|found| found.span);
    // An expression of several values is bound for each of them.
    diagnostics.dedup();
    if any_error(&diagnostics) {
        return Compilation { results: Vec::new(), diagnostics };
    }
    let bare = bound.plans.iter().find(|plan| plan.root.cols.is_empty());
    if let Some(plan) = bare.filter(|_| !bound.unseen) {
        let help = "Keep a column, or end with count.";
        diagnostics.push(Diagnostic::unsupported(plan.root.span, "a result without columns", help));
        return Compilation { results: Vec::new(), diagnostics };
    }
    let source = options.trace.then_some(text);
    let mut results = Vec::with_capacity(bound.plans.len());
    for plan in bound.plans {
        let span = plan.root.span;
        let result = match bound.unseen {
            true => Some(unseen(plan, bound.now)),
            false => compiled(plan, schema, bound.now, source),
        };
        match result {
            Some(result) => results.push(Compiled { seen: options.seen, ..result }),
            None => {
                let help = "Compute what is used often before, with extend or materialize().";
                diagnostics.push(Diagnostic::error(code::LIMIT, span, TOO_LONG).help(help));
                return Compilation { results: Vec::new(), diagnostics };
            }
        }
    }
    Compilation { results, diagnostics }
}

fn columns(plan: &Plan) -> Vec<ColumnType> {
    plan.root.cols.iter().map(|column| ColumnType::new(column.name.as_str(), column.ty)).collect()
}

/// The columns of each result and the diagnostics, without SQL: what `check` shows.
pub fn check(text: &str, schema: &Schema, options: &Options) -> (Vec<Vec<ColumnType>>, Vec<Diagnostic>) {
    let compilation = compile(text, schema, options);
    (compilation.results.into_iter().map(|result| result.columns).collect(), compilation.diagnostics)
}

/// For each result of a text the SELECTs that count ties for being what `arg_max()`, `arg_min()` or `top` takes, one
/// for each of these; `None` where that cannot be counted.
pub fn ties(text: &str, schema: &Schema, options: &Options) -> Vec<Option<Vec<(Looked, String)>>> {
    on_own_stack(text, || {
        let (script, _) = crate::syntax::parse(text);
        let bound = plan::bind(&script, text, schema, options, None);
        let countable = !bound.unseen && !any_error(&bound.diagnostics);
        bound.plans.iter().map(|plan| countable.then(|| ties_of(plan, schema))?).collect()
    })
}

fn ties_of(plan: &Plan, schema: &Schema) -> Option<Vec<(Looked, String)>> {
    let written = |mut keys: Plan| {
        plan::use_shadows(&mut keys, schema);
        plan::prune(&mut keys);
        sql::write(&keys, None)
    };
    let count = |contest: plan::Contest| match contest {
        plan::Contest::Most { plan, groups, greatest, ty } => {
            Some((Looked::Ties, sql::ties(&written(*plan)?, groups, greatest, ty)))
        }
        plan::Contest::Some { plan, groups, picks } => {
            Some((Looked::Choices, sql::choices(&written(*plan)?, groups, &picks)))
        }
        plan::Contest::First { taken, more } => {
            Some((Looked::Ties, sql::ties_of_first(&written(*taken)?, &written(*more)?)))
        }
    };
    plan.repeatable().then(|| plan::contests(plan))?.into_iter().map(count).collect()
}

/// Where the last query of a text has given its rows, before a `render`: what is written there works on its
/// result.
///
/// # Errors
/// No operator may be written there, and what can be done instead: one sentence, lower case.
pub fn rows_end(text: &str) -> Result<usize, &'static str> {
    const NO_QUERY: &str = "the query of this result does not end in rows that can be filtered";
    const FORK: &str = "no operator may follow fork; write '| where ...' at the end of its branch";
    const FACET: &str = "no operator may follow facet; write '| where ...' before it, or into its with";
    on_own_stack(text, || {
        let (script, _) = crate::syntax::parse(text);
        let query = script.statements.last().map(|statement| &statement.kind);
        let Some(StatementKind::Query(pipe)) = query else { return Err(NO_QUERY) };
        let drawn = |op: &&Op| matches!(op.kind, OpKind::Render { .. });
        let last = pipe.ops.iter().rev().find(|op| !drawn(op));
        match last.map(|op| &op.kind) {
            Some(OpKind::Fork(_)) => return Err(FORK),
            Some(OpKind::Facet(..)) => return Err(FACET),
            _ => {}
        }
        let end = last.map(|op| op.span).or(pipe.source.as_ref().map(|source| source.span));
        end.map(|end| end.end as usize).ok_or(NO_QUERY)
    })
}

/// Whether a text is one expression, as it may stand behind a `where`: no operator follows it, and no other query.
pub fn one_condition(text: &str) -> bool {
    on_own_stack(text, || {
        let (script, diagnostics) = crate::syntax::parse(&format!("T | where {text}\n"));
        let [statement] = &script.statements[..] else { return false };
        let StatementKind::Query(pipe) = &statement.kind else { return false };
        pipe.ops.len() == 1 && !any_error(&diagnostics)
    })
}

/// What a text that may be unfinished names, and the columns at its end; nothing where [`compile`] says that it is a
/// mistake of ours.
pub fn outline(text: &str, schema: &Schema, options: &Options) -> Outline {
    contained(|| on_own_stack(text, || plan::outline(&crate::syntax::parse(text).0, text, schema, options)))
        .unwrap_or_default()
}

/// `None` when the SQL would be too long.
fn compiled(mut plan: Plan, schema: &Schema, now: i64, source: Option<&str>) -> Option<Compiled> {
    // First, so that what follows does not look at columns that nobody reads.
    plan::prune(&mut plan);
    let columns = columns(&plan);
    let origins =
        plan.root.cols.iter().map(|column| column.origin.map(|origin| origin.named(schema))).collect();
    let named = |of: Vec<plan::StoredId>| of.into_iter().map(|one| one.named(schema)).collect();
    let sources = plan::lineage(&plan).into_iter().map(named).collect();
    let bare_table = bare_table(&plan.root, schema);
    let (steadiness, [untied, settled]) = plan::steadiness(&plan);
    let shadowed = plan::use_shadows(&mut plan, schema);
    let row_ids = row_ids(&plan, schema);
    if shadowed {
        plan::prune(&mut plan);
    }
    if plan::read_together(&mut plan) {
        plan::prune(&mut plan);
    }
    plan::take_apart(&mut plan);
    plan::count_in_memory(&mut plan, &schema.sizes);
    plan::read_twice(&mut plan);
    let sql = sql::write(&plan, source)?;
    let streams = streams(&plan.root, &plan) && plan.repeatable();
    Some(Compiled {
        name: plan.name,
        sql,
        columns,
        untyped: plan.untyped,
        origins,
        sources,
        render: plan.render,
        tables: plan.tables,
        inputs: plan.inputs,
        now,
        seen: None,
        streams,
        steadiness,
        untied,
        settled,
        functions: plan.functions,
        bare_table,
        row_ids,
    })
}

/// What is known of a query whose columns depend on data that nobody was asked for.
fn unseen(plan: Plan, now: i64) -> Compiled {
    let bare = Compiled::of_columns(columns(&plan), now);
    Compiled {
        name: plan.name,
        untyped: plan.untyped,
        render: plan.render,
        tables: plan.tables,
        inputs: plan.inputs,
        functions: plan.functions,
        ..bare
    }
}

impl Compiled {
    /// Columns of which nothing is known but their names and types, and without SQL that gives them.
    pub fn of_columns(columns: Vec<ColumnType>, now: i64) -> Compiled {
        Compiled {
            name: None,
            sql: String::new(),
            untyped: vec![false; columns.len()],
            origins: vec![None; columns.len()],
            sources: vec![Vec::new(); columns.len()],
            columns,
            render: None,
            tables: Vec::new(),
            inputs: Vec::new(),
            now,
            seen: None,
            streams: false,
            steadiness: Steadiness::default(),
            untied: None,
            settled: None,
            functions: Vec::new(),
            bare_table: None,
            row_ids: None,
        }
    }
}

/// The table that the query gives as it is: all listed columns in their order, whatever they are called.
fn bare_table(root: &Rel, schema: &Schema) -> Option<String> {
    let Node::Scan { table, .. } = &root.node else { return None };
    let listed = schema.table(table)?.listed().map(|column| Some(column.name.as_str()));
    let given = root.cols.iter().map(|column| column.origin.map(|origin| origin.column(schema)));
    (root.order.is_empty() && given.eq(listed)).then(|| table.clone())
}

fn row_ids(plan: &Plan, schema: &Schema) -> Option<RowIds> {
    let first = plan.root.cols.first()?.origin?;
    // Most plans compute a column; they are not copied to find that out.
    if !plan.root.cols.iter().all(|column| column.origin.is_some_and(|origin| origin.table == first.table)) {
        return None;
    }
    let table = first.table(schema);
    let mut plan = plan.clone();
    plan::to_row_ids(&mut plan, table)?;
    plan::prune(&mut plan);
    Some(RowIds { table: table.to_owned(), sql: sql::write(&plan, None)? })
}

/// Whether rows come out while others still go in.
fn streams(rel: &Rel, plan: &Plan) -> bool {
    match &rel.node {
        _ if !rel.order.is_empty() => false,
        Node::Scan { .. } | Node::Values { .. } | Node::Range { .. } => true,
        Node::Let { index, .. } => plan.lets[*index].uses <= 1 && streams(&plan.lets[*index].rel, plan),
        Node::Filter { input, .. }
        | Node::Project { input, .. }
        | Node::Limit { input, .. }
        | Node::Unnest { input, .. } => streams(input, plan),
        Node::Union { inputs, .. } => inputs.iter().all(|input| streams(input, plan)),
        Node::Aggregate { .. } | Node::Join { .. } | Node::Window { .. } | Node::Walk { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Table, TableColumn};
    use crate::types::Type;

    fn compiled(text: &str) -> Compiled {
        let hidden = TableColumn { unlisted: true, ..TableColumn::new("Extra_", Type::Dynamic) };
        let columns = vec![TableColumn::new("A", Type::Long), TableColumn::new("B", Type::String), hidden];
        let schema = Schema {
            tables: vec![Table { name: "T".into(), from: "\"T\"".into(), columns }],
            ..Schema::default()
        };
        let mut compilation = compile(text, &schema, &Options::default());
        assert_eq!(compilation.diagnostics, []);
        compilation.results.remove(0)
    }

    #[test]
    fn only_a_whole_table_in_its_order_is_read_in_place() {
        assert_eq!(compiled("T").bare_table.as_deref(), Some("T"));
        assert_eq!(compiled("T | project-rename C = A").bare_table.as_deref(), Some("T"));
        for other in ["T | project-reorder B", "T | project-away A", "T | sort by A", "T | take 1"] {
            assert_eq!(compiled(other).bare_table, None, "{other}");
        }
    }

    #[test]
    fn columns_that_the_data_know_may_be_named_without_data_but_not_run() {
        let unpacked = "T | extend d = parse_json(B) | evaluate bag_unpack(d)";
        for rest in [
            "where Port > 1024 and Host has 'srv' and Port in (1, 2)",
            "summarize count(), max(Port) by Host | sort by Host",
            "extend Sum = Port + 1, Deep = Sub.x[0], Text = strlen(Host) | where Sum == A and Text < A",
            "join kind=inner T on $left.Host == $right.B | where Port == 5",
            "union T | project Host, A",
            "project-away Port | mv-expand Host | distinct Host",
            "evaluate pivot(Host, count(), Port) | where Send > 5",
            "project-rename Name = Host | project-reorder Name, A",
        ] {
            let text = format!("let U = {unpacked}; U | {rest}");
            let compiled = compiled(&text);
            assert_eq!(compiled.sql, "", "{text}");
        }
        let names = |text: &str| {
            compiled(text).columns.into_iter().map(|column| column.name).collect::<Vec<_>>().join(",")
        };
        assert_eq!(names(unpacked), "A,B");
        assert_eq!(names(&format!("{unpacked} | project Host, A")), "Host,A");
        assert_eq!(names(&format!("{unpacked} | summarize max(Port) by Host")), "Host,max_Port");
    }

    #[test]
    fn declared_columns_need_no_data() {
        let compiled = compiled("T | extend d = parse_json(B) | evaluate bag_unpack(d) : (Port:long)");
        assert!(compiled.sql.starts_with("SELECT"));
    }

    #[test]
    fn an_unlisted_column_answers_to_its_name_only() {
        let names = |text: &str| {
            compiled(text).columns.into_iter().map(|column| column.name).collect::<Vec<_>>().join(",")
        };
        for all in ["T", "T | where isnotnull(Extra_.x)", "T | union T", "T | distinct *", "T | take 2"] {
            assert_eq!(names(all), "A,B", "{all}");
        }
        assert_eq!(names("let U = T; U | project Extra_.x, A"), "Extra__x,A");
        assert_eq!(names("T | join kind=inner T on A"), "A,B,A1,B1");
        assert_eq!(names("T | summarize arg_max(A, *)"), "A,B");
    }
}
