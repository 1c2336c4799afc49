//! Plan nodes to blocks: which operators share a SELECT. Tabular lets become CTEs when read twice.

use super::block::{BREAK, Block, laid_out, name, nested};
use super::copies::repeats;
use super::inlined::Inlined;
use super::literal::literal;
use super::quote;
use super::scan;
use super::uses::Uses;
use crate::plan::{ColId, Expr, JoinKind, Node, OrderKey, Plan, Rel, conjuncts};
use crate::span::line_column;
use crate::types::Type;
use crate::value::Value;

/// How many bytes are put together at most, those inside others again.
const WORK_MAX: usize = 64 * super::BYTES_MAX;

/// Expressions of the left and the right side of a join.
type Pairs = [(Expr, Expr)];

pub struct Writer<'a> {
    plan: &'a Plan,
    uses: Uses,
    inlined: Inlined,
    source: Option<&'a str>,
    /// Lets that have to be CTEs, in the order of their writing.
    ctes: Vec<usize>,
    pub written: Vec<String>,
    /// The order that `{order}` stands for, with its ORDER BY.
    pub list_order: String,
    /// The order of the window functions being written.
    pub window_order: Vec<String>,
    /// What they start anew for.
    pub window_parts: Vec<String>,
    next_alias: usize,
    /// The rows that an expansion makes of nulls are dropped right above it.
    drops_empty: bool,
    /// Bytes of all parts written, those inside others again.
    pub work: usize,
    /// Nothing more is written.
    pub too_long: bool,
    /// One of the common tables reads itself.
    pub recursive: bool,
}

impl<'a> Writer<'a> {
    pub fn new(plan: &'a Plan, source: Option<&'a str>) -> Self {
        Writer {
            plan,
            uses: Uses::of(plan),
            inlined: Inlined::default(),
            source,
            ctes: Vec::new(),
            written: Vec::new(),
            list_order: String::new(),
            window_order: Vec::new(),
            window_parts: Vec::new(),
            next_alias: 0,
            drops_empty: false,
            work: 0,
            too_long: false,
            recursive: false,
        }
    }

    pub fn query(mut self) -> Option<String> {
        let root = &self.plan.root;
        let mut block = self.rel(root);
        if !root.order.is_empty() && (block.limit.is_none() || block.limit_order != root.order) {
            if !block.takes_limit() {
                block = self.closed(block);
            }
            block.order = self.order(&root.order, &block);
        }
        block.items = root.cols.iter().map(|column| (column.id, block.text(column.id).to_owned())).collect();
        let mut sql = block.sql();
        if !self.written.is_empty() {
            let with = if self.recursive { "WITH RECURSIVE" } else { "WITH" };
            sql = format!("{with} {}{BREAK}{sql}", self.written.join(&format!(",{BREAK}")));
        }
        self.count(sql.len());
        (!self.too_long).then(|| laid_out(&sql))
    }

    /// Counts a part of the SQL; a part that is too long, or too much work in all, ends the writing.
    pub fn count(&mut self, bytes: usize) {
        self.work = self.work.saturating_add(bytes);
        self.too_long |= bytes > super::BYTES_MAX || self.work > WORK_MAX;
    }

    pub fn rel(&mut self, rel: &Rel) -> Block {
        let mut block = match &rel.node {
            Node::Scan { from, items, .. } => Block {
                items: items.iter().map(|(id, stored, _)| (*id, quote::name(stored))).collect(),
                from: from.clone(),
                stored: items.iter().map(|(id, ..)| *id).collect(),
                ..Block::default()
            },
            Node::Values { items, rows } => self.values(items, rows),
            Node::Range { col, ty, from, to, step } => self.range(*col, *ty, [from, to, step]),
            Node::Let { index, items } => self.let_(*index, items),
            Node::Filter { input, predicate } => self.filter(input, predicate),
            Node::Project { input, kept, items } => self.project(input, kept, items),
            Node::Aggregate { input, groups, aggs } => self.aggregate(input, groups, aggs),
            Node::Limit { input, count } => self.limit(input, count),
            Node::Join { kind, left, right, on, ranges, items } => {
                self.join(*kind, left, right, (on, ranges), items)
            }
            Node::Union { inputs, items, maps } => self.union(inputs, items, maps),
            Node::Unnest { input, items, index, limit } => self.unnest(input, items, *index, limit.as_ref()),
            Node::Window { input, parts, items } => self.window(input, parts, items),
            Node::Walk { input, parts, number, state, layers } => {
                self.walk(input, parts, *number, state, layers)
            }
        };
        self.inlined.add(&rel.node);
        self.trace(rel, &mut block);
        if self.too_long {
            // What is left of it is dropped with the rest.
            block.items.iter_mut().for_each(|(_, text)| text.truncate(0));
        }
        block
    }

    fn trace(&self, rel: &Rel, block: &mut Block) {
        let Some(source) = self.source else { return };
        let (line, _) = line_column(source, rel.span.start);
        let text: String = rel
            .span
            .text(source)
            .trim_start_matches(['|', ' '])
            .chars()
            .take_while(|c| !c.is_control())
            .take(60)
            .collect();
        let entry = format!("line {line}: {text}");
        if block.trace.last() != Some(&entry) && rel.span.length() > 0 {
            block.trace.push(entry);
        }
    }

    /// The block as a subquery of a new one.
    pub fn closed(&mut self, block: Block) -> Block {
        let items = block.items.iter().map(|(id, _)| (*id, name(*id))).collect();
        let from = block.nested_as(&self.alias());
        self.count(from.len());
        Block { items, from, ..Block::default() }
    }

    /// Rows that DuckDB moves no filter past: they are computed as they are, before it.
    fn settled(&mut self, block: Block) -> Block {
        let from = format!("rows_{}", self.alias());
        let sql = format!("{from} AS MATERIALIZED {}", nested(&block.sql()));
        self.count(sql.len());
        self.written.push(sql);
        block.items.iter().for_each(|(id, _)| self.inlined.settle(*id));
        let items = block.items.iter().map(|(id, _)| (*id, name(*id))).collect();
        Block { items, from, ..Block::default() }
    }

    pub fn alias(&mut self) -> String {
        self.next_alias += 1;
        format!("t{}", self.next_alias)
    }

    fn values(&mut self, items: &[(ColId, Type)], rows: &[Vec<Expr>]) -> Block {
        let nothing = Block::default();
        if let [row] = rows {
            let items =
                items.iter().zip(row).map(|((id, _), value)| (*id, self.expr(value, &nothing))).collect();
            let sealed = row.iter().any(crate::plan::volatile_expr);
            return Block { items, sealed, ..Block::default() };
        }
        let columns: Vec<String> = items.iter().map(|(id, _)| name(*id)).collect();
        if rows.is_empty() || items.is_empty() {
            let nulls: Vec<(ColId, String)> =
                items.iter().map(|(id, ty)| (*id, literal(&Value::Null, *ty))).collect();
            let from = if rows.is_empty() {
                "(SELECT 1 WHERE false) AS t0".to_owned()
            } else {
                format!("range({}) AS t0", rows.len())
            };
            return Block { items: nulls, from, ..Block::default() };
        }
        let rows: Vec<String> = rows
            .iter()
            .map(|row| {
                let values: Vec<String> = row.iter().map(|value| self.expr(value, &nothing)).collect();
                format!("({})", values.join(", "))
            })
            .collect();
        let rows = rows.join(&format!(",{BREAK}  "));
        let from = format!("(VALUES{BREAK}  {rows}) AS {}({})", self.alias(), columns.join(", "));
        let items = items.iter().map(|(id, _)| (*id, name(*id))).collect();
        Block { items, from, ..Block::default() }
    }

    /// With constant ends DuckDB makes row after row; else a list, of as many as a kernel counts.
    fn range(&mut self, col: ColId, ty: Type, ends: [&Expr; 3]) -> Block {
        let constant = ends.map(Expr::literal);
        let [from, to, step] = ends.map(|end| self.expr(end, &Block::default()));
        let (alias, column) = (self.alias(), name(col));
        let (item, series) = match constant {
            [Some(Value::Real(_)), Some(Value::Real(_)), Some(Value::Real(_))] => {
                let last = format!("floor(({to} - {from}) / {step})::BIGINT");
                (format!("({from} + i * {step})"), format!("generate_series(0, {last}) AS {alias}(i)"))
            }
            [Some(_), Some(_), Some(_)] if ty != Type::Real => {
                let series = format!("generate_series({from}, {to}, {step}) AS {alias}({column})");
                (column, series)
            }
            _ => {
                let last = if ty == Type::Real { "kql_range_last_real" } else { "kql_range_last" };
                let list = format!("generate_series(0, {last}({from}, {to}, {step}))");
                (format!("({from} + i * {step})"), format!("(SELECT unnest({list}) AS i) AS {alias}"))
            }
        };
        Block { items: vec![(col, item)], from: series, ..Block::default() }
    }

    /// Read once, a let is written in place; read more often it is a CTE. What is random and computed once is
    /// one too: an expression that reads it may be written more than once.
    fn let_(&mut self, index: usize, items: &[(ColId, ColId)]) -> Block {
        let plan = self.plan;
        let item = &plan.lets[index];
        let kept = item.materialize && item.volatile;
        if (item.uses <= 1 && !kept) || item.rel.cols.is_empty() {
            let mut block = self.rel(&item.rel);
            if block.sealed || !block.distinct_on.is_empty() {
                block = self.closed(block);
            }
            block.items = items.iter().map(|(here, there)| (*here, block.text(*there).to_owned())).collect();
            return block;
        }
        let cte = format!("let_{index}");
        if !self.ctes.contains(&index) {
            self.ctes.push(index);
            let mut block = self.rel(&item.rel);
            if block.order.is_empty() && !item.rel.order.is_empty() && block.takes_limit() {
                block.order = self.order(&item.rel.order, &block);
            }
            let how = match (item.materialize, item.volatile) {
                (true, _) => " MATERIALIZED",
                (false, true) => " NOT MATERIALIZED",
                (false, false) => "",
            };
            self.written.push(format!("{cte} AS{how} {}", nested(&block.sql())));
        }
        let items = items.iter().map(|(here, there)| (*here, name(*there))).collect();
        Block { items, from: cte, ..Block::default() }
    }

    fn filter(&mut self, input: &Rel, predicate: &Expr) -> Block {
        self.drops_empty = scan::drops_empty(&input.node, predicate);
        let mut block = self.rel(input);
        if self.inlined.too_many(predicate) {
            block = self.settled(block);
        }
        let others: Vec<ColId> =
            block.items.iter().map(|(id, _)| *id).filter(|id| !self.uses.once(*id)).collect();
        if !block.takes_filter() || repeats(&others, std::iter::once(predicate), &block, 1) {
            block = self.closed(block);
        }
        let wide = scan::wide(predicate);
        for item in conjuncts(predicate) {
            let text = self.condition(item, &block);
            let whole = scan::takes(item, &block) || wide && scan::parts(item) > 1;
            block.filters.push(if whole { scan::taken(&text) } else { text });
        }
        self.uses.spend(predicate, &mut block);
        block
    }

    fn project(&mut self, input: &Rel, kept: &[ColId], items: &[(ColId, Expr)]) -> Block {
        let mut block = self.rel(input);
        if (!block.takes_items() && !items.is_empty())
            || repeats(kept, items.iter().map(|(_, expr)| expr), &block, 1)
        {
            block = self.closed(block);
        }
        let computed: Vec<(ColId, String)> =
            items.iter().map(|(id, expr)| (*id, self.expr(expr, &block))).collect();
        block.keep(kept);
        block.items.extend(computed);
        // Written twice it would have two values, and no window is ordered by it; or it would be computed twice.
        block.sealed |=
            items.iter().any(|(_, expr)| crate::plan::volatile_expr(expr) || crate::plan::is_packed(expr));
        block
    }

    fn aggregate(&mut self, input: &Rel, groups: &[(ColId, Expr)], aggs: &[(ColId, Expr)]) -> Block {
        let mut block = self.rel(input);
        let constant = groups.iter().any(|(_, expr)| crate::plan::constant(expr));
        if !block.takes_rows() || repeats(&[], aggs.iter().map(|(_, expr)| expr), &block, 1) {
            block = self.closed(block);
        }
        if constant {
            // GROUP BY 5 would mean the fifth column.
            let mut items = block.items.clone();
            items.extend(groups.iter().map(|(id, expr)| (*id, self.expr(expr, &block))));
            block.items = items;
            block = self.closed(block);
        }
        let group_texts: Vec<(ColId, String)> = groups
            .iter()
            .map(|(id, expr)| {
                (*id, if constant { block.text(*id).to_owned() } else { self.expr(expr, &block) })
            })
            .collect();
        self.list_order = match self.order(&input.order, &block) {
            keys if keys.is_empty() => String::new(),
            keys => format!(" ORDER BY {}", keys.join(", ")),
        };
        let mut items = group_texts.clone();
        for (id, expr) in aggs {
            items.push((*id, self.expr(expr, &block)));
        }
        self.list_order.clear();
        block.items = items;
        block.groups = Some(group_texts.into_iter().map(|(_, text)| text).collect());
        block.order.clear();
        block
    }

    fn limit(&mut self, input: &Rel, count: &Expr) -> Block {
        let mut block = self.rel(input);
        if !block.takes_limit() {
            block = self.closed(block);
        }
        block.order = self.order(&input.order, &block);
        block.limit_order.clone_from(&input.order);
        block.limit = Some(match count.literal() {
            Some(Value::Long(count)) => (*count).max(0).to_string(),
            _ => format!("greatest({}, 0)", self.expr(count, &Block::default())),
        });
        block
    }

    fn join(
        &mut self,
        kind: JoinKind,
        left: &Rel,
        right: &Rel,
        (on, ranges): (&Pairs, &Pairs),
        items: &[crate::plan::JoinItem],
    ) -> Block {
        let mut one = self.rel(left);
        let other = self.rel(right);
        if kind == JoinKind::InnerUnique {
            if !one.takes_rows() || !one.order.is_empty() {
                one = self.closed(one);
            }
            one.distinct_on = on.iter().map(|(key, _)| self.expr(key, &one)).collect();
        }
        let (one, other) = (self.closed(one), self.closed(other));
        let mut keys: Vec<String> = on
            .iter()
            .map(|(left, right)| {
                // Null keys match each other; strings are never null.
                let sign = if left.nullable() || right.nullable() { " IS NOT DISTINCT FROM " } else { " = " };
                [&*self.expr(left, &one), sign, &self.expr(right, &other)].concat()
            })
            .collect();
        let both =
            Block { items: one.items.iter().chain(&other.items).cloned().collect(), ..Block::default() };
        keys.extend(
            ranges
                .iter()
                .map(|(low, high)| format!("{} <= {}", self.expr(low, &both), self.expr(high, &both))),
        );
        let keys = keys.join(" AND ");
        let (first, word, second) = match kind {
            JoinKind::InnerUnique | JoinKind::Inner => (&one.from, "JOIN", &other.from),
            JoinKind::LeftOuter => (&one.from, "LEFT JOIN", &other.from),
            JoinKind::RightOuter => (&one.from, "RIGHT JOIN", &other.from),
            JoinKind::FullOuter => (&one.from, "FULL JOIN", &other.from),
            JoinKind::LeftSemi => (&one.from, "SEMI JOIN", &other.from),
            JoinKind::RightSemi => (&other.from, "SEMI JOIN", &one.from),
            JoinKind::LeftAnti => (&one.from, "ANTI JOIN", &other.from),
            JoinKind::RightAnti => (&other.from, "ANTI JOIN", &one.from),
        };
        let from = format!("{first}{BREAK}{word} {second}{BREAK}  ON {keys}");
        let items = items
            .iter()
            .map(|item| {
                let text = self.expr(&item.expr, &both);
                let pad = item.padded && item.expr.ty == Type::String;
                (item.id, if pad { format!("coalesce({text}, '')") } else { text })
            })
            .collect();
        Block { items, from, ..Block::default() }
    }

    /// A null gives one row of null, an empty array none; several arrays go in step, the short ones with nulls.
    fn unnest(
        &mut self,
        input: &Rel,
        items: &[crate::plan::UnnestItem],
        index: Option<ColId>,
        limit: Option<&Expr>,
    ) -> Block {
        let drops_empty = std::mem::take(&mut self.drops_empty);
        let mut block = self.rel(input);
        if !block.takes_rows() {
            block = self.closed(block);
        }
        // Arrays in step are as long as the longest, and their elements missing then.
        let several = items.iter().any(|item| item.root() != items[0].root());
        let mut lists = Vec::new();
        for item in items {
            let array = self.expr(&item.array, &block);
            let mut list = match item.list_of {
                None => format!("kql_json_items({array})"),
                Some(_) if drops_empty => array,
                Some(_) => format!("CASE WHEN {array} IS NULL THEN [''] ELSE {array} END"),
            };
            if let Some(limit) = limit {
                let limit = self.expr(limit, &Block::default());
                list = format!("({list})[:greatest({limit}, 0)]");
            }
            lists.push((item.element, list));
        }
        // A list that is read for its elements and for its length is made once.
        if index.is_some() {
            block.items.extend(lists.iter().cloned());
            block = self.closed(block);
            for (element, list) in &mut lists {
                block.text(*element).clone_into(list);
            }
            block.items.retain(|(id, _)| !lists.iter().any(|(element, _)| element == id));
        }
        let lengths: Vec<String> = lists.iter().map(|(_, list)| format!("len({list})")).collect();
        for (item, (element, list)) in items.iter().zip(lists) {
            let text = format!("unnest({list})");
            let padded = several && item.list_of.is_some();
            block.items.push((element, if padded { format!("coalesce({text}, '')") } else { text }));
        }
        if let Some(index) = index {
            let longest = if lengths.len() == 1 {
                lengths.concat()
            } else {
                format!("greatest({})", lengths.join(", "))
            };
            block.items.push((index, format!("unnest(range({longest}))")));
        }
        block.sealed = true;
        self.closed(block)
    }

    fn window(&mut self, input: &Rel, parts: &[ColId], items: &[(ColId, Expr)]) -> Block {
        let mut block = self.rel(input);
        if items.is_empty() {
            return block;
        }
        if !block.takes_rows() || !block.order.is_empty() {
            block = self.closed(block);
        }
        let inside: Vec<OrderKey> =
            input.order.iter().filter(|key| !parts.contains(&key.col)).copied().collect();
        let mut order = self.order(&inside, &block);
        // DuckDB takes no key that holds a subquery with a window function.
        let subquery = |text: &str| text.contains("SELECT");
        if order.iter().any(|key| subquery(key)) || parts.iter().any(|part| subquery(block.text(*part))) {
            block = self.closed(block);
            order = self.order(&inside, &block);
        }
        let outer = std::mem::replace(&mut self.window_order, order);
        self.window_parts = parts.iter().map(|part| block.text(*part).to_owned()).collect();
        let texts: Vec<(ColId, String)> =
            items.iter().map(|(id, expr)| (*id, self.expr(expr, &block))).collect();
        self.window_order = outer;
        self.window_parts.clear();
        block.items.extend(texts);
        block.sealed = true;
        self.closed(block)
    }
}
