//! What KQL offers besides functions, as rows: operators, statements, kinds of join and chart, types. Read
//! by the plan's refusals, completion, help and docs. Data only.

mod join;
mod render;
mod scalar;
mod statement;
mod tabular;
mod types;

/// A part of the language that is no function.
pub struct Construct {
    pub name: &'static str,
    /// Other spellings, obsolete ones too; they behave exactly as `name` does.
    pub aliases: &'static [&'static str],
    /// One sentence with a full stop.
    pub doc: &'static str,
    /// What else to know; may be empty.
    pub note: &'static str,
    /// A whole query and the text of its first row's first value; of what is refused just the query.
    pub example: (&'static str, &'static str),
    /// Why it is refused and what to write instead; empty for what works.
    pub refused: &'static str,
    /// A tabular operator that keeps parts apart in a subquery of mv-apply or partition.
    pub by_parts: bool,
}

/// One family of constructs.
pub struct Family {
    pub title: &'static str,
    pub rows: &'static [Construct],
}

/// Every construct, in the order in which docs show them.
pub static FAMILIES: &[Family] = &[
    Family { title: "Statements", rows: statement::ROWS },
    Family { title: "Tabular operators", rows: tabular::ROWS },
    Family { title: "Kinds of join", rows: join::ROWS },
    Family { title: "Scalar operators", rows: scalar::ROWS },
    Family { title: "Types", rows: types::ROWS },
    Family { title: "Kinds of render", rows: render::ROWS },
];

/// The tabular operator of this name.
pub fn operator(name: &str) -> Option<&'static Construct> {
    tabular::ROWS.iter().find(|row| row.name == name || row.aliases.contains(&name))
}

/// The tabular operators.
pub fn operators() -> &'static [Construct] {
    tabular::ROWS
}

/// What stands between operands.
pub fn scalars() -> &'static [Construct] {
    scalar::ROWS
}

/// The kinds of join.
pub fn joins() -> &'static [Construct] {
    join::ROWS
}

/// The kinds of chart, with what they are.
pub fn chart_rows() -> &'static [Construct] {
    render::ROWS
}

/// The statements.
pub fn statements() -> &'static [Construct] {
    statement::ROWS
}

/// The scalar types.
pub fn types() -> &'static [Construct] {
    types::ROWS
}

/// The kinds of chart that `render` knows.
pub fn charts() -> Vec<&'static str> {
    render::ROWS.iter().map(|row| row.name).collect()
}

/// The statement of these words.
pub fn statement(words: &str) -> Option<&'static Construct> {
    statement::ROWS.iter().find(|row| row.name == words)
}

const fn row(name: &'static str, doc: &'static str, example: (&'static str, &'static str)) -> Construct {
    Construct { name, aliases: &[], doc, note: "", example, refused: "", by_parts: false }
}

impl Construct {
    const fn also(mut self, aliases: &'static [&'static str]) -> Construct {
        self.aliases = aliases;
        self
    }

    const fn note(mut self, note: &'static str) -> Construct {
        self.note = note;
        self
    }

    const fn by_parts(mut self) -> Construct {
        self.by_parts = true;
        self
    }

    const fn refused(mut self, instead: &'static str) -> Construct {
        self.refused = instead;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::binary;
    use std::collections::HashSet;

    fn sentence(text: &str) -> bool {
        let capital = text.starts_with("kqlhunt ") || text.starts_with(|c: char| !c.is_lowercase());
        text.ends_with('.') && text.contains(' ') && capital
    }

    #[test]
    fn rows_are_documented_once_each() {
        for family in FAMILIES {
            let mut seen = HashSet::new();
            for row in family.rows {
                for name in std::iter::once(&row.name).chain(row.aliases) {
                    assert!(seen.insert(name), "{name} twice");
                }
                assert!(sentence(row.doc), "{}: {}", row.name, row.doc);
                assert!(row.note.is_empty() || sentence(row.note), "{}: {}", row.name, row.note);
                assert!(row.refused.is_empty() || sentence(row.refused), "{}: {}", row.name, row.refused);
                assert!(!row.example.0.is_empty(), "{} has no example", row.name);
                assert!(row.refused.is_empty() || row.example.1.is_empty(), "{} gives nothing", row.name);
            }
        }
    }

    #[test]
    fn every_operator_between_operands_has_a_row() {
        for name in binary::names() {
            assert!(scalar::ROWS.iter().any(|row| row.name == name), "{name}");
        }
    }
}
