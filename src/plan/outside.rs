//! Rows from outside of the database: watchlists, and the tables that inputs become. Binding needs names
//! and columns only; who runs the query loads the rows before.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::check::{Binder, Checked, Stop};
use super::env::Env;
use super::open::OPEN;
use super::{Expr, Node, Rel};
use crate::catalog::outside::WATCHLIST_COLUMNS;
use crate::diag::code;
use crate::facts::{INPUT_SCHEMA, Input, InputSource};
use crate::span::Span;
use crate::syntax::ast::{self, Name};
use crate::types::{ColumnType, Type};
use crate::value::Value;

impl Binder<'_> {
    /// The table that an input becomes.
    pub fn input(&mut self, source: InputSource, columns: Vec<ColumnType>, span: Span) -> Rel {
        let table = table_name(&source, &columns);
        let mut items = Vec::new();
        let mut cols = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            let bound = self.new_column(column.name.clone(), column.ty);
            items.push((bound.id, format!("c{at}").into(), column.ty));
            cols.push(bound);
        }
        let from = format!("{INPUT_SCHEMA}.{table}");
        self.add_input(Input { source, table: table.clone(), columns, span });
        Rel { node: Node::Scan { table, from, items }, cols, order: Vec::new(), span }
    }

    pub fn add_input(&mut self, input: Input) {
        if !self.inputs.iter().any(|known| known.table == input.table && known.source == input.source) {
            self.inputs.push(input);
        }
    }

    /// What must be there before the relation can be read.
    pub fn inputs_of(&self, root: &Rel) -> Vec<Input> {
        if self.inputs.is_empty() {
            return Vec::new();
        }
        let scanned = self.scanned(root);
        let needed = |input: &&Input| match &input.source {
            InputSource::Files { .. } | InputSource::Watchlist { .. } => {
                scanned.contains(&input.table.as_str())
            }
            InputSource::Watchlists => true,
            InputSource::Places => self.reads(root, "geo_info_from_ip_address"),
            InputSource::UserAgents => self.reads(root, "parse_user_agent"),
        };
        self.inputs.iter().filter(needed).cloned().collect()
    }

    fn reads(&self, root: &Rel, function: &str) -> bool {
        self.reached(root).into_iter().any(|rel| super::ops::calls(rel, function))
    }

    /// `_GetWatchlist('alias')`
    pub fn watchlist(&mut self, name: &Name, args: &[ast::Arg], env: &Env, span: Span) -> Checked<Rel> {
        let [arg] = args else {
            if let [_, keys] = args {
                let help = "Filter the rows instead: _GetWatchlist('alias') | where SearchKey in ('a', 'b').";
                self.refuse(keys.expr.span, "_GetWatchlist() with keys", help);
                return Err(Stop);
            }
            let message = format!("_GetWatchlist() wants an alias, {} arguments are given", args.len());
            self.error(code::ARITY, name.span, message, "Write _GetWatchlist('alias').");
            return Err(Stop);
        };
        let bound = self.scalar(&arg.expr, env, &[])?;
        let Some(Value::String(alias)) = bound.literal() else {
            let help = "Write the alias as a string, or as a let that holds one.";
            self.error(code::TYPE, arg.expr.span, "_GetWatchlist() wants a constant alias", help);
            return Err(Stop);
        };
        let source = InputSource::Watchlist { alias: alias.clone() };
        let mut columns = WATCHLIST_COLUMNS.map(|(name, ty)| ColumnType::new(name, ty)).to_vec();
        match self.options.outside.watchlists.get(alias) {
            Some(Ok(own)) => {
                let fixed = |name: &String| WATCHLIST_COLUMNS.iter().any(|(fixed, _)| fixed == name);
                let own = own.iter().filter(|name| !fixed(name));
                columns.extend(own.map(|name| ColumnType::new(name.clone(), Type::String)));
                Ok(self.input(source, columns, span))
            }
            Some(Err(why)) => {
                let message = format!("the watchlist '{alias}' cannot be read: {why}");
                self.error(code::OUTSIDE, span, message, "Correct the file.");
                Err(Stop)
            }
            None => {
                columns.push(ColumnType::new(OPEN, Type::String));
                let mut rel = self.input(source, columns, span);
                self.open_strings(&mut rel);
                Ok(rel)
            }
        }
    }

    /// `_GetWatchlistAlias()`: the aliases of the watchlists that are there.
    pub fn watchlists(&mut self, span: Span) -> Rel {
        if !self.options.outside.files {
            let (source, table) = (InputSource::Watchlists, String::new());
            self.add_input(Input { source, table, columns: Vec::new(), span });
        }
        let column = self.new_column("WatchlistAlias", Type::String);
        let row = |alias: &String| vec![Expr::lit(Value::String(alias.clone()), Type::String, span)];
        let rows = self.options.outside.watchlists.keys().map(row).collect();
        let node = Node::Values { items: vec![(column.id, column.ty)], rows };
        Rel { node, cols: vec![column], order: Vec::new(), span }
    }

    /// The query calls a function that reads a file, and no table.
    pub fn needs_file(&mut self, source: InputSource, span: Span) {
        self.add_input(Input { source, table: String::new(), columns: Vec::new(), span });
    }

    /// Null is right for a table without the policy, and seldom what a hunt counts on.
    pub fn warn_ingestion_time(&mut self, span: Span) {
        let help = "Compare TimeGenerated or Timestamp instead, or give the files a column for it.";
        self.warn(code::OUTSIDE, span, "ingestion_time() is null here: no time of ingestion is kept", help);
    }
}

/// The same for the same source and columns, and for nothing else.
fn table_name(source: &InputSource, columns: &[ColumnType]) -> String {
    let digest = Sha256::digest(format!("{source:?} {columns:?}"));
    let mut name = String::from("input_");
    for byte in &digest[..16] {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}
