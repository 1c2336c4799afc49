//! What KQL offers, as data: one row a function, aggregate, operator and table column. Read by the
//! plan, the SQL writer, completion, help and docs. Knows types only; no syntax, no plan.

pub mod absent;
pub mod agg;
pub mod binary;
pub mod charts;
pub mod clauses;
pub mod cond;
pub mod construct;
pub mod convert;
pub mod datetime;
pub mod dynamic;
pub mod encode;
pub mod extension;
pub mod func;
pub mod geography;
pub mod hash;
pub mod math;
pub mod net;
pub mod outside;
pub mod parsing;
pub mod percentile;
pub mod plugins;
pub mod series;
pub mod series_functions;
pub mod settings;
pub mod sketch;
pub mod string;
pub mod tables;
pub mod units;
pub mod views;
pub mod window;

use std::sync::LazyLock;

use crate::quick::QuickMap;
use func::Func;

/// Every scalar function, family by family.
pub fn functions() -> impl Iterator<Item = &'static Func> {
    FAMILIES.iter().flat_map(|family| family.1)
}

/// Scalar functions by family, each under its title.
pub static FAMILIES: &[(&str, &[Func])] = &[
    ("Conditions", cond::ROWS),
    ("Conversion", convert::ROWS),
    ("Date and time", datetime::ROWS),
    ("Dynamic values", dynamic::ROWS),
    ("Encoding", encode::ROWS),
    ("Geography", geography::ROWS),
    ("Hashes", hash::ROWS),
    ("Mathematics", math::ROWS),
    ("Network addresses", net::ROWS),
    ("Parsing", parsing::ROWS),
    ("Series", series_functions::ROWS),
    ("Sketches", sketch::READERS),
    ("Strings", string::ROWS),
    ("Units of measure", units::ROWS),
    ("Window functions", window::ROWS),
    ("Of kqlhunt alone", extension::ROWS),
    ("Other", absent::ROWS),
];

pub fn aggregates() -> impl Iterator<Item = &'static Func> {
    agg::ROWS.iter().chain(percentile::ROWS).chain(sketch::MAKERS)
}

/// The scalar function of this name; names are case-sensitive.
pub fn function(name: &str) -> Option<&'static Func> {
    static INDEX: LazyLock<Index> = LazyLock::new(|| index(functions()));
    INDEX.get(name).copied()
}

/// The aggregate of this name.
pub fn aggregate(name: &str) -> Option<&'static Func> {
    static INDEX: LazyLock<Index> = LazyLock::new(|| index(aggregates()));
    INDEX.get(name).copied()
}

/// Whether a scalar function gives something else each time it is evaluated: `rand()`, `new_guid()`.
pub fn volatile(name: &str) -> bool {
    static NAMES: LazyLock<Vec<&str>> =
        LazyLock::new(|| functions().filter(|row| row.volatile).map(|row| row.name).collect());
    NAMES.contains(&name)
}

/// Rows by all their spellings.
type Index = QuickMap<&'static str, &'static Func>;

fn index(rows: impl Iterator<Item = &'static Func>) -> Index {
    rows.flat_map(|row| row.names().map(move |name| (name, row))).collect()
}

/// Every name that a call may have.
pub fn names() -> impl Iterator<Item = &'static str> {
    functions().chain(aggregates()).flat_map(Func::names)
}

/// The name to write instead of this one, where it is an obsolete one of a function.
pub fn successor(name: &str) -> Option<&'static str> {
    static INDEX: LazyLock<QuickMap<&str, &str>> = LazyLock::new(|| {
        let of = |row: &'static Func| {
            let own = row.successor.map(|new| (row.name, new));
            row.formerly.iter().map(|old| (*old, row.name)).chain(own)
        };
        let special = |row: &'static clauses::Special| row.formerly.iter().map(|old| (*old, row.name));
        let functions = functions().chain(aggregates()).flat_map(of);
        functions.chain(clauses::SPECIAL.iter().flat_map(special)).collect()
    });
    INDEX.get(name).copied()
}

/// Whether this obsolete name is a function of its own, whose answers may differ from its successor's.
pub fn is_another(name: &str) -> bool {
    functions().chain(aggregates()).any(|row| row.name == name && row.successor.is_some())
}

#[cfg(test)]
mod tests {
    use super::func::{Arg, Arity, Func, Lower, Sig};
    use super::{aggregates, functions};
    use crate::kernels;
    use crate::types::Type;
    use std::collections::HashSet;

    fn every() -> impl Iterator<Item = &'static Func> {
        functions().chain(aggregates())
    }

    fn sentence(text: &str) -> bool {
        text.ends_with('.') && text.starts_with(|c: char| !c.is_lowercase()) && text.contains(' ')
    }

    #[test]
    fn names_are_unique() {
        for rows in [functions().collect::<Vec<_>>(), aggregates().collect()] {
            let mut seen = HashSet::new();
            for name in rows.iter().flat_map(|row| row.names()) {
                assert!(seen.insert(name), "{name} twice");
            }
        }
    }

    #[test]
    fn rows_are_documented() {
        for row in every() {
            assert!(sentence(row.doc), "{}: {}", row.name, row.doc);
            assert!(row.trap.is_empty() || row.trap.ends_with('.'), "{}: {}", row.name, row.trap);
            let refused = row.sigs.iter().all(|sig| matches!(sig.lower, Lower::Refuse(_)));
            // What the plan makes itself has an example, and signatures for its other uses to refuse.
            assert!(refused || !row.example.0.is_empty(), "{}: an example, unless refused", row.name);
        }
    }

    #[test]
    fn refusals_say_why_and_what_to_do() {
        for row in every() {
            for sig in row.sigs {
                if let Lower::Refuse(reason) = sig.lower {
                    assert!(sentence(reason) && reason.split(' ').count() > 6, "{}: {reason}", row.name);
                }
            }
        }
    }

    /// The SQL of a call with every parameter given, the repeated one twice.
    fn sql(sig: &Sig) -> String {
        let names = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"];
        let repeats = usize::from(sig.params.last().is_some_and(|param| param.arity == Arity::Rest));
        let args: Vec<Arg<'_>> = names[..sig.params.len() + repeats]
            .iter()
            .map(|sql| Arg { sql, ty: Type::Long, nullable: true })
            .collect();
        match sig.lower {
            Lower::Sql(template) => template.to_owned(),
            Lower::Kernel(name) => format!("{name}()"),
            Lower::Build(build) => build(&args),
            Lower::Refuse(_) => String::new(),
        }
    }

    #[test]
    fn the_sql_names_kernels_that_exist() {
        for row in every() {
            for sig in row.sigs {
                let sql = sql(sig);
                for (at, _) in sql.match_indices("kql_") {
                    let name: String =
                        sql[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                    let set = kernels::set::SETS.iter().any(|(known, _)| *known == name);
                    assert!(set || kernels::find(&name).is_some(), "{}: no kernel {name}", row.name);
                }
            }
        }
    }

    #[test]
    fn kernels_take_the_arguments_of_their_rows() {
        for row in every() {
            for sig in row.sigs {
                let Lower::Kernel(name) = sig.lower else { continue };
                let kernel = kernels::find(name).expect(name);
                let fixed = sig.params.iter().filter(|param| {
                    // A type literal gives no SQL.
                    param.arity != Arity::Rest && !param.types.is_empty()
                });
                let given = fixed.count();
                let fits =
                    given == kernel.params.len() || given > kernel.params.len() && kernel.rest.is_some();
                assert!(fits, "{}: {name} takes {}, not {given}", row.name, kernel.params.len());
            }
        }
    }

    #[test]
    fn templates_use_arguments_that_are_there() {
        for row in every() {
            for sig in row.sigs {
                let Lower::Sql(template) = sig.lower else { continue };
                for (at, _) in template.match_indices('{') {
                    let end = at + template[at..].find('}').expect("a closing brace");
                    match &template[at + 1..end] {
                        "*" | "order" => {}
                        index => {
                            let index: usize = index.parse().expect(template);
                            assert!(index < sig.params.len(), "{}: {template}", row.name);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn kernels_have_unique_names() {
        let mut seen = HashSet::new();
        for kernel in kernels::all() {
            assert!(seen.insert(kernel.name), "{} twice", kernel.name);
            assert!(kernel.name.starts_with("kql_"), "{}", kernel.name);
        }
    }
}
