//! Operators that choose or compute columns: extend, project and its family, getschema.

use crate::diag::{code, nearest};
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::expr::Cx;
use crate::plan::names::Namer;
use crate::plan::open::is_open;
use crate::plan::several::Unnamed;
use crate::plan::{ColId, ColSet, Column, ColumnName, Expr, ExprKind, Node, OrderKey, Rel, StoredId};
use crate::span::Span;
use crate::syntax::ast::{ColumnDecl, ColumnPattern, Name, Named, ReorderOrder};
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// Replaces columns of the same name in place and adds the rest; all expressions see the input's columns.
    pub fn extend(&mut self, items: &[Named], input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let items = &self.apart(items, env, &input.cols, Unnamed::DroppedOfListed);
        let (bound, input) = self.items(items, input, env)?;
        let mut cols = Vec::with_capacity(input.cols.len() + bound.len());
        cols.extend_from_slice(&input.cols);
        let mut namer: Option<Namer> = None;
        let mut set: Vec<(ColId, Expr)> = Vec::with_capacity(bound.len());
        for (item, expr) in bound {
            let name = match self.single_name(item)? {
                Some(name) => Some(ColumnName::from(&name.text)),
                None => self.infer_bare(&item.expr, &input.cols).map(ColumnName::from),
            };
            let name = name.unwrap_or_else(|| {
                let names = || Namer::with(cols.iter().map(|column| column.name.clone()));
                namer.get_or_insert_with(names).unnamed(&input.cols)
            });
            if let Some(namer) = &mut namer {
                namer.take(&name);
            }
            let column =
                Column { origin: origin_of(&expr, &input.cols), ..self.new_column(name.clone(), expr.ty) };
            self.keep_shape(column.id, &expr);
            match cols.iter_mut().find(|known| known.name == name) {
                Some(known) if set.iter().any(|(id, _)| *id == known.id) => {
                    let message = format!("'{name}' is assigned twice");
                    let place = item.names.first().map_or(item.expr.span, |name| name.span);
                    self.error(code::TAKEN, place, message, "Use two extend operators.");
                    return Err(Stop);
                }
                Some(known) => *known = column.clone(),
                None => cols.push(column.clone()),
            }
            self.hand_on(column.id, &expr);
            set.push((column.id, expr));
        }
        Ok(projected(input, cols, set, span))
    }

    pub fn project(&mut self, items: &[Named], input: Rel, env: &Env, span: Span) -> Checked<Rel> {
        let items = &self.apart(items, env, &input.cols, Unnamed::Kept);
        let (bound, input) = self.items(items, input, env)?;
        let mut namer = Namer::default();
        namer.reserve(items.iter());
        let (mut cols, mut set) = (Vec::with_capacity(bound.len()), Vec::with_capacity(bound.len()));
        for (item, expr) in bound {
            let name = match self.single_name(item)? {
                Some(name) => self.given(name, &mut namer)?,
                None => match self.infer_bare(&item.expr, &input.cols) {
                    Some(name) => self.named(&item.expr, name, &mut namer)?,
                    None => namer.unnamed(&[]),
                },
            };
            let column = Column { origin: origin_of(&expr, &input.cols), ..self.new_column(name, expr.ty) };
            self.keep_shape(column.id, &expr);
            self.hand_on(column.id, &expr);
            set.push((column.id, expr));
            cols.push(column);
        }
        Ok(projected(input, cols, set, span))
    }

    /// Binds the expressions of one operator; window functions go below the operator.
    fn items<'n>(
        &mut self,
        items: &'n [Named],
        input: Rel,
        env: &Env,
    ) -> Checked<(Vec<(&'n Named, Expr)>, Rel)> {
        let mut cx = Cx { windows: Some(Vec::new()), ..Cx::new(env, &input.cols) };
        let mut bound = Vec::with_capacity(items.len());
        let mut stopped = false;
        for item in items {
            match self.expr(&item.expr, &mut cx) {
                Ok(expr) => bound.push((item, expr)),
                Err(Stop) => stopped = true,
            }
        }
        let windows = cx.windows.take().unwrap_or_default();
        if stopped {
            return Err(Stop);
        }
        let input = self.with_windows(input, windows)?;
        Ok((bound, input))
    }

    /// The name that is given to a value: several are given to what has several values only.
    pub fn single_name<'n>(&mut self, item: &'n Named) -> Checked<Option<&'n Name>> {
        let [_, second, ..] = item.names.as_slice() else { return Ok(item.names.first()) };
        let help = "Give it one name; name the elements of an array one by one, such as a = x[0], b = x[1].";
        self.error(code::NAMES, second.span, "several names for one value", help);
        Err(Stop)
    }

    pub fn project_away(&mut self, patterns: &[ColumnPattern], input: Rel) -> Checked<Rel> {
        let matched = self.matched(patterns, &input)?;
        let cols = input.cols.iter().filter(|column| !matched.contains(&column.name)).cloned().collect();
        self.some_left(Rel { cols, ..input }, patterns)
    }

    pub fn project_keep(&mut self, patterns: &[ColumnPattern], input: Rel) -> Checked<Rel> {
        let matched = self.matched(patterns, &input)?;
        let cols = input.cols.iter().filter(|column| matched.contains(&column.name)).cloned().collect();
        self.some_left(Rel { cols, ..input }, patterns)
    }

    fn some_left(&mut self, rel: Rel, patterns: &[ColumnPattern]) -> Checked<Rel> {
        if rel.cols.iter().all(|column| column.hidden) && !rel.cols.iter().any(is_open) {
            let span = patterns.first().map_or(rel.span, |pattern| pattern.pattern.span);
            self.error(code::SYNTAX, span, "no column is left", "Keep at least one.");
            return Err(Stop);
        }
        Ok(rel)
    }

    /// Named columns come first, in the order of the patterns; the rest follow as they were.
    pub fn project_reorder(&mut self, patterns: &[ColumnPattern], input: Rel) -> Checked<Rel> {
        let mut cols: Vec<Column> = Vec::new();
        for (at, ColumnPattern { pattern, .. }) in patterns.iter().enumerate() {
            if patterns[..at].iter().any(|other| other.pattern.text == pattern.text) {
                let message = format!("'{}' is named twice", pattern.text);
                self.error(code::TAKEN, pattern.span, message, "Name it once.");
                return Err(Stop);
            }
        }
        for pattern in patterns {
            let names = self.matched(std::slice::from_ref(pattern), &input)?;
            let mut found: Vec<&Column> =
                input.cols.iter().filter(|column| names.contains(&column.name)).collect();
            match pattern.order {
                ReorderOrder::None => {}
                ReorderOrder::Asc => found.sort_by(|left, right| left.name.cmp(&right.name)),
                ReorderOrder::Desc => found.sort_by(|left, right| right.name.cmp(&left.name)),
                ReorderOrder::GrannyAsc => found.sort_by_key(|column| granny(&column.name)),
                ReorderOrder::GrannyDesc => {
                    found.sort_by_key(|column| std::cmp::Reverse(granny(&column.name)))
                }
            }
            let new: Vec<Column> =
                found.into_iter().filter(|column| !cols.contains(column)).cloned().collect();
            cols.extend(new);
        }
        let rest: Vec<Column> = input.cols.iter().filter(|column| !cols.contains(column)).cloned().collect();
        cols.extend(rest);
        Ok(Rel { cols, ..input })
    }

    pub fn project_rename(&mut self, renames: &[(Name, Name)], input: Rel) -> Checked<Rel> {
        let mut cols = input.cols.clone();
        for (new, old) in renames {
            let Some(at) = input.cols.iter().position(|column| column.name == old.text) else {
                if input.cols.iter().any(is_open) {
                    continue;
                }
                self.no_column(old, &input);
                return Err(Stop);
            };
            cols[at].name = ColumnName::from(&new.text);
        }
        let mut namer = Namer::default();
        for column in &cols {
            if !namer.take(&column.name) {
                let span = renames
                    .iter()
                    .find(|(new, _)| new.text == column.name)
                    .map_or(input.span, |(new, _)| new.span);
                let message = format!("there is a column '{}' already", column.name);
                self.error(code::TAKEN, span, message, "Choose another name.");
                return Err(Stop);
            }
        }
        Ok(Rel { cols, ..input })
    }

    pub fn getschema(&mut self, input: &Rel, span: Span) -> Rel {
        let cols = vec![
            self.new_column("ColumnName", Type::String),
            self.new_column("ColumnOrdinal", Type::Long),
            self.new_column("DataType", Type::String),
            self.new_column("ColumnType", Type::String),
        ];
        let text = |text: String| Expr::lit(Value::String(text), Type::String, span);
        let row = |(at, column): (usize, &Column)| {
            let system = match column.ty {
                Type::Decimal => "System.Data.SqlTypes.SqlDecimal".to_owned(),
                ty => format!("System.{}", ty.row().system),
            };
            let ordinal = Expr::long(i64::try_from(at).unwrap_or(i64::MAX), span);
            vec![text(column.name.to_string()), ordinal, text(system), text(column.ty.name().to_owned())]
        };
        let rows = input.cols.iter().filter(|column| !column.hidden).enumerate().map(row).collect();
        let items = cols.iter().map(|column| (column.id, column.ty)).collect();
        Rel { node: Node::Values { items, rows }, cols, order: Vec::new(), span }
    }

    /// The rows as they are, where their columns are those that are written. Which differences Kusto lets pass is
    /// not documented: none does here.
    pub fn assert_schema(&mut self, wanted: &[ColumnDecl], input: Rel, span: Span) -> Checked<Rel> {
        let is = |column: &Column| format!("{}:{}", column.name, column.ty.name());
        let there: Vec<String> = input.cols.iter().filter(|column| !column.hidden).map(is).collect();
        let wanted: Vec<String> =
            wanted.iter().map(|column| format!("{}:{}", column.name.text, column.ty.name())).collect();
        if there == wanted {
            return Ok(input);
        }
        let help = format!("They are ({}).", there.join(", "));
        self.error(code::COLUMNS, span, "the columns are not those of assert-schema", help);
        Err(Stop)
    }

    /// The names that the patterns match; a name without `*` must be there.
    fn matched(&mut self, patterns: &[ColumnPattern], input: &Rel) -> Checked<Vec<ColumnName>> {
        let mut names = Vec::new();
        let mut stopped = false;
        for ColumnPattern { pattern, .. } in patterns {
            if pattern.is_pattern() {
                let found =
                    input.cols.iter().filter(|column| !column.hidden && matches(&pattern.text, &column.name));
                names.extend(found.map(|column| column.name.clone()));
            } else if input.column(&pattern.text).is_some() || input.cols.iter().any(is_open) {
                names.push(ColumnName::from(&pattern.text));
            } else {
                self.no_column(pattern, input);
                stopped = true;
            }
        }
        if stopped { Err(Stop) } else { Ok(names) }
    }

    pub fn no_column(&mut self, name: &Name, input: &Rel) {
        let near = nearest(&name.text, input.cols.iter().map(|column| column.name.as_str()));
        let message = format!("unknown column '{}'", name.text);
        let declared = self.columns_of_data.is_some().then(|| self.declare_columns(&name.text));
        self.error_near(code::UNKNOWN_NAME, name.span, message, near, || {
            declared.unwrap_or_else(|| "Name a column of the input.".into())
        });
    }
}

/// A projection to these columns: those in `set` are computed, the others and the hidden order come along.
pub fn projected(input: Rel, cols: Vec<Column>, set: Vec<(ColId, Expr)>, span: Span) -> Rel {
    let computed: ColSet = set.iter().map(|(id, _)| *id).collect();
    let order = input.order.clone();
    let mut kept = all_kept(&cols, &order);
    kept.retain(|id| !computed.contains(*id));
    Rel { node: Node::Project { input: Box::new(input), kept, items: set }, cols, order, span }
}

/// All columns, those that only the order reads too.
pub fn all_kept(cols: &[Column], order: &[OrderKey]) -> Vec<ColId> {
    let mut kept: Vec<ColId> = cols.iter().map(|column| column.id).collect();
    for key in order {
        if !kept.contains(&key.col) {
            kept.push(key.col);
        }
    }
    kept
}

/// The stored column that an expression hands on unchanged.
pub fn origin_of(expr: &Expr, cols: &[Column]) -> Option<StoredId> {
    match &expr.kind {
        ExprKind::Col(id) => cols.iter().find(|column| column.id == *id).and_then(|column| column.origin),
        _ => None,
    }
}

/// Whether a name matches a pattern in which `*` is any text.
pub fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or("")) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Numbers inside names count by value: a2 before a10.
fn granny(name: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut digits = String::new();
    for character in name.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        if !digits.is_empty() {
            parts.push((std::mem::take(&mut text), digits.parse().unwrap_or(u64::MAX)));
            digits.clear();
        }
        text.push(character);
    }
    parts.push((text, digits.parse().unwrap_or(0)));
    parts
}
