//! One SELECT in the making, and the rules by which operators may join it. When unsure, a block is
//! closed: it becomes a subquery, and the operator starts the next one.

use super::parens::bare;
use crate::plan::{ColId, ColSet, OrderKey};

/// Ends a line of SQL while it is being written. Line breaks inside string literals stay what they are,
/// and `quote::text` never lets this character through.
pub const BREAK: char = '\u{1}';

/// Between the columns of a SELECT.
const NEXT_ITEM: &str = ",\u{1}  ";

/// A SELECT. Column texts are expressions over what stands in `from`.
#[derive(Clone, Default)]
pub struct Block {
    pub items: Vec<(ColId, String)>,
    /// What follows FROM; empty for a SELECT without one.
    pub from: String,
    /// Columns of a stored table, as they are there.
    pub stored: ColSet,
    pub filters: Vec<String>,
    /// The texts after GROUP BY; `Some` of none is one group of all rows.
    pub groups: Option<Vec<String>>,
    pub order: Vec<String>,
    pub limit: Option<String>,
    /// The order that the limit was taken in.
    pub limit_order: Vec<OrderKey>,
    /// Holds window functions or unnest, which no clause but SELECT may.
    pub sealed: bool,
    /// DISTINCT ON these texts.
    pub distinct_on: Vec<String>,
    /// The operators of the text that it does, for `--trace`.
    pub trace: Vec<String>,
}

impl Block {
    /// The text of a column here.
    pub fn text(&self, id: ColId) -> &str {
        match self.items.iter().find(|(known, _)| *known == id) {
            Some((_, text)) => text,
            None => unreachable!("column {id:?} is not in its block"),
        }
    }

    /// Drops all columns but these.
    pub fn keep(&mut self, kept: &[ColId]) {
        let kept: ColSet = kept.iter().copied().collect();
        self.items.retain(|(id, _)| kept.contains(*id));
    }

    /// A condition may be added to WHERE.
    pub fn takes_filter(&self) -> bool {
        self.groups.is_none() && self.limit.is_none() && !self.sealed && self.distinct_on.is_empty()
    }

    /// Columns may be computed from its columns in place.
    pub fn takes_items(&self) -> bool {
        !self.sealed && self.distinct_on.is_empty()
    }

    /// Rows may be grouped, expanded or numbered in place.
    pub fn takes_rows(&self) -> bool {
        self.takes_filter()
    }

    /// ORDER BY and LIMIT may be set.
    pub fn takes_limit(&self) -> bool {
        self.limit.is_none() && !self.sealed && self.distinct_on.is_empty()
    }

    /// The whole SELECT. Each column is named by its id.
    pub fn sql(&self) -> String {
        let mut sql = String::with_capacity(self.bytes());
        self.write(&mut sql);
        sql
    }

    /// The SELECT in parentheses, indented, under a name: what another one reads from.
    pub fn nested_as(&self, alias: &str) -> String {
        let mut sql = String::with_capacity(self.bytes() + alias.len() + 10);
        sql.push_str(OPEN);
        self.write(&mut sql);
        sql.push_str(CLOSE);
        sql.push_str(" AS ");
        sql.push_str(alias);
        sql
    }

    /// About how long the SELECT is.
    fn bytes(&self) -> usize {
        let items: usize = self.items.iter().map(|(_, text)| text.len() + 12).sum();
        let texts = self.filters.iter().chain(self.groups.iter().flatten()).chain(&self.order);
        let texts: usize = texts.chain(&self.distinct_on).chain(&self.trace).map(|text| text.len() + 7).sum();
        64 + items + self.from.len() + texts
    }

    fn write(&self, sql: &mut String) {
        for line in &self.trace {
            sql.extend(["-- ", line]);
            sql.push(BREAK);
        }
        sql.push_str("SELECT");
        if !self.distinct_on.is_empty() {
            sql.push_str(" DISTINCT ON (");
            push_joined(sql, self.distinct_on.iter().map(String::as_str), ", ");
            sql.push(')');
        }
        sql.push(BREAK);
        sql.push_str("  ");
        for (at, (id, text)) in self.items.iter().enumerate() {
            if at > 0 {
                sql.push_str(NEXT_ITEM);
            }
            push_named(sql, bare(text, false), *id);
        }
        if self.items.is_empty() {
            sql.push_str("1 AS c");
        }
        if !self.from.is_empty() {
            sql.extend(["\u{1}FROM ", &self.from]);
        }
        if !self.filters.is_empty() {
            let several = self.filters.len() > 1;
            sql.push_str("\u{1}WHERE ");
            push_joined(sql, self.filters.iter().map(|text| bare(text, several)), "\u{1}  AND ");
        }
        match self.groups.as_deref() {
            None => {}
            Some([]) => sql.push_str("\u{1}GROUP BY ()"),
            Some(groups) => {
                sql.push_str("\u{1}GROUP BY ");
                push_joined(sql, groups.iter().map(String::as_str), ", ");
            }
        }
        if !self.order.is_empty() {
            sql.push_str("\u{1}ORDER BY ");
            push_joined(sql, self.order.iter().map(String::as_str), ", ");
        }
        if let Some(limit) = &self.limit {
            sql.extend(["\u{1}LIMIT ", limit]);
        }
    }
}

fn push_joined<'t>(sql: &mut String, texts: impl Iterator<Item = &'t str>, between: &str) {
    for (at, text) in texts.enumerate() {
        if at > 0 {
            sql.push_str(between);
        }
        sql.push_str(text);
    }
}

/// The name of a column in SQL. Ours alone: DuckDB folds the case of names, KQL does not.
pub fn name(id: ColId) -> String {
    let mut text = String::with_capacity(8);
    push_name(&mut text, id);
    text
}

/// By hand, since every column of every block has a name: a third of the time that formatting takes.
fn push_name(text: &mut String, id: ColId) {
    text.push('c');
    let mut place = 1;
    while id.0 / place > 9 {
        place *= 10;
    }
    while place > 0 {
        text.push(char::from(b'0' + (id.0 / place % 10) as u8));
        place /= 10;
    }
}

fn push_named(out: &mut String, text: &str, id: ColId) {
    let before = out.len();
    out.push_str(text);
    out.push_str(" AS ");
    let name = out.len();
    push_name(out, id);
    if out[name..] == *text {
        out.truncate(before + text.len());
    }
}

/// Right after [`BREAK`]: this line and those after it stand deeper, or less deep. No line of SQL begins so.
const DEEPER: char = '>';
const LESS_DEEP: char = '<';

/// Around a SELECT in parentheses, indented: [`BREAK`] with [`DEEPER`] and [`LESS_DEEP`].
const OPEN: &str = "(\u{1}>";
const CLOSE: &str = "\u{1}<)";

/// A SELECT in parentheses, indented.
pub fn nested(sql: &str) -> String {
    [OPEN, sql, CLOSE].concat()
}

/// SQL with its line breaks as they are read.
pub fn laid_out(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() + sql.len() / 4);
    let (mut depth, mut start) = (0_usize, 0);
    for end in memchr::memchr_iter(BREAK as u8, sql.as_bytes()).chain([sql.len()]) {
        let (first, line) = (start == 0, &sql[start..end]);
        start = end + 1;
        let line = if first {
            line
        } else if let Some(line) = line.strip_prefix(DEEPER) {
            depth += 1;
            line
        } else if let Some(line) = line.strip_prefix(LESS_DEEP) {
            depth = depth.saturating_sub(1);
            line
        } else {
            line
        };
        if !first {
            text.push('\n');
            (0..depth).for_each(|_| text.push_str("  "));
        }
        text.push_str(line);
    }
    text
}
