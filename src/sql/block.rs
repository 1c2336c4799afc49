//! One SELECT in the making, and the rules by which operators may join it. When unsure, a block is
//! closed: it becomes a subquery, and the operator starts the next one.

use crate::plan::{ColId, ColSet, OrderKey};

/// Ends a line of SQL while it is being written. Line breaks inside string literals stay what they are,
/// and `quote::text` never lets this character through.
pub const BREAK: char = '\u{1}';

/// A SELECT. Column texts are expressions over what stands in `from`.
#[derive(Clone, Default)]
pub struct Block {
    pub items: Vec<(ColId, String)>,
    /// What follows FROM; empty for a SELECT without one.
    pub from: String,
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
        let mut lines: Vec<String> = self.trace.iter().map(|line| format!("-- {line}")).collect();
        let distinct = match self.distinct_on.as_slice() {
            [] => String::new(),
            keys => format!(" DISTINCT ON ({})", keys.join(", ")),
        };
        let items: Vec<String> = self.items.iter().map(|(id, text)| named(text, *id)).collect();
        let items = if items.is_empty() { "1 AS c".to_owned() } else { items.join(&format!(",{BREAK}  ")) };
        lines.push(format!("SELECT{distinct}{BREAK}  {items}"));
        if !self.from.is_empty() {
            lines.push(format!("FROM {}", self.from));
        }
        if !self.filters.is_empty() {
            lines.push(format!("WHERE {}", self.filters.join(&format!("{BREAK}  AND "))));
        }
        match self.groups.as_deref() {
            None => {}
            Some([]) => lines.push("GROUP BY ()".to_owned()),
            Some(groups) => lines.push(format!("GROUP BY {}", groups.join(", "))),
        }
        if !self.order.is_empty() {
            lines.push(format!("ORDER BY {}", self.order.join(", ")));
        }
        if let Some(limit) = &self.limit {
            lines.push(format!("LIMIT {limit}"));
        }
        lines.join(&BREAK.to_string())
    }
}

/// The name of a column in SQL. Ours alone: DuckDB folds the case of names, KQL does not.
pub fn name(id: ColId) -> String {
    format!("c{}", id.0)
}

fn named(text: &str, id: ColId) -> String {
    let name = name(id);
    if text == name { name } else { format!("{text} AS {name}") }
}

/// A SELECT in parentheses, indented.
pub fn nested(sql: &str) -> String {
    let deeper = format!("{BREAK}  ");
    format!("({deeper}{}{BREAK})", sql.replace(BREAK, &deeper))
}
