//! How tabular operators are written ("Tabular operators" in the Kusto reference): parameters before their
//! operands, and the words between these. For who helps to write; the parser reads operators by itself.
//! Data only.

use super::charts;

/// One tabular operator, by its name as [`super::construct::operator`] has it.
pub struct Shape {
    pub name: &'static str,
    pub params: &'static [Parameter],
    /// In their order; the first has no word and follows the operator's name.
    pub clauses: &'static [Clause],
}

/// A parameter, written `name=value`.
pub struct Parameter {
    pub name: &'static str,
    pub values: Values,
    /// One sentence with a full stop.
    pub doc: &'static str,
    /// A whole query with `{}` where the parameter and its value stand.
    pub example: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    Words(&'static [&'static str]),
    /// A kind of join.
    Joins,
    Column,
    /// A new name, a number, a text.
    Any,
}

/// A word and what follows it.
pub struct Clause {
    pub word: &'static str,
    pub takes: Takes,
    /// Words that may stand after an operand.
    pub after: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// A constant number.
    Number,
    /// One expression; a comma begins again with the first clause.
    Expr,
    Exprs,
    /// One aggregate; a comma begins again with the first clause.
    Aggregate,
    Aggregates,
    /// Names of columns, or patterns with `*`.
    Columns,
    /// `new = column`.
    Renames,
    Tables,
    /// What joins rows: `$left.a == $right.b`, or the name that both sides have.
    Keys,
    Chart,
    /// A new name.
    Name,
    /// Texts and new columns with types.
    Pattern,
    Plugin,
    /// A function of the text that takes a table.
    Function,
    /// Operators in parentheses, without a source.
    Subquery,
    /// The steps of `scan`, each with its `;`, in parentheses.
    Steps,
    /// `(name:type, ...)`.
    Declarations,
    /// `(name=value, ...)`.
    Properties(&'static [&'static str]),
    /// `name=value, ...`
    Settings(&'static [&'static str]),
    /// `typeof(type)`.
    Type,
}

impl Takes {
    /// Whether a comma goes on with the same clause.
    pub fn is_list(self) -> bool {
        !matches!(self, Takes::Expr | Takes::Aggregate | Takes::Number | Takes::Type)
    }

    pub fn aggregates(self) -> bool {
        matches!(self, Takes::Aggregate | Takes::Aggregates)
    }
}

const fn shape(name: &'static str, params: &'static [Parameter], clauses: &'static [Clause]) -> Shape {
    Shape { name, params, clauses }
}

const fn param(name: &'static str, values: Values, doc: &'static str, example: &'static str) -> Parameter {
    Parameter { name, values, doc, example }
}

const fn first(takes: Takes) -> Clause {
    Clause { word: "", takes, after: &[] }
}

const fn clause(word: &'static str, takes: Takes) -> Clause {
    Clause { word, takes, after: &[] }
}

impl Clause {
    const fn after(mut self, words: &'static [&'static str]) -> Clause {
        self.after = words;
        self
    }
}

use Takes::*;
use Values::{Any, Column, Joins, Words};

const BOOLS: Values = Words(&["true", "false"]);
const ORDER: &[&str] = &["asc", "desc", "nulls"];
const HINT: &str = "A hint for Kusto's service; it changes no answer.";

macro_rules! hints {
    ($($name:literal $values:expr, $example:literal;)*) => {
        [$(param($name, $values, HINT, $example)),*]
    };
}

const SHUFFLE: [Parameter; 3] = hints![
    "hint.strategy" Words(&["shuffle"]), "range x from 1 to 3 step 1 | summarize {} count() by x";
    "hint.shufflekey" Column, "range x from 1 to 3 step 1 | summarize {} count() by x";
    "hint.num_partitions" Any, "range x from 1 to 3 step 1 | summarize {} count() by x";
];

const FLAGS: Parameter = param("flags", Any, "Flags of the regular expressions.", "");

const PARSE: &[Parameter] = &[
    param(
        "kind",
        Words(&["simple", "relaxed", "regex"]),
        "What the texts of the pattern are: themselves, or regular expressions; relaxed keeps rows whose values do not fit.",
        "print t = 'id=7' | parse {} t with 'id=' Id:long",
    ),
    FLAGS,
];

const PARSE_WHERE: &[Parameter] = &[
    param(
        "kind",
        Words(&["simple", "regex"]),
        "What the texts of the pattern are: themselves, or regular expressions.",
        "print t = 'id=7' | parse-where {} t with 'id=' Id:long",
    ),
    FLAGS,
];

const FILES: &[&str] = &["format", "ignoreFirstRecord"];

/// In alphabetical order.
pub static SHAPES: &[Shape] = &[
    shape(
        "as",
        &[param("hint.materialized", BOOLS, HINT, "print a = 1 | as {} T | union T")],
        &[first(Name)],
    ),
    shape("assert-schema", &[], &[first(Declarations)]),
    shape("consume", &hints!["decodeblocks" BOOLS, "print a = 1 | consume {}";], &[first(Nothing)]),
    shape("count", &[], &[first(Nothing)]),
    shape("datatable", &[], &[first(Declarations)]),
    shape("distinct", &SHUFFLE, &[first(Exprs)]),
    shape(
        "evaluate",
        &hints![
            "hint.distribution" Words(&["default", "per_node", "per_shard", "single"]),
                "print d = dynamic({'a': 1}) | evaluate {} bag_unpack(d) : (a:long)";
            "hint.remote" Words(&["auto", "local"]),
                "print d = dynamic({'a': 1}) | evaluate {} bag_unpack(d) : (a:long)";
        ],
        &[first(Plugin)],
    ),
    shape("extend", &[], &[first(Exprs)]),
    shape("externaldata", &[], &[first(Declarations), clause("with", Properties(FILES))]),
    shape("facet", &[], &[first(Nothing), clause("by", Columns), clause("with", Subquery)]),
    shape(
        "find",
        &[param("withsource", Any, "The name of a column for the table of each row.", "")],
        &[
            first(Exprs),
            clause("in", Tables),
            clause("where", Exprs),
            clause("project", Columns),
            clause("project-smart", Nothing),
            clause("project-away", Columns),
        ],
    ),
    shape("fork", &[], &[first(Subquery)]),
    shape(
        "getschema",
        &[param(
            "kind",
            Words(&["csl"]),
            "The only kind, and what is given without it.",
            "print a = 1 | getschema {}",
        )],
        &[first(Nothing)],
    ),
    shape("invoke", &[], &[first(Function)]),
    shape(
        "join",
        &[
            param("kind", Joins, "Which rows are kept; innerunique where it is not said.", ""),
            param(
                "hint.strategy",
                Words(&["auto", "broadcast", "centralized", "shuffle"]),
                HINT,
                "print a = 1 | join {} kind=inner (print a = 1) on a",
            ),
            param("hint.shufflekey", Column, HINT, ""),
            param("hint.num_partitions", Any, HINT, ""),
            param(
                "hint.remote",
                Words(&["auto", "left", "local", "right", "unresolved"]),
                HINT,
                "print a = 1 | join {} kind=inner (print a = 1) on a",
            ),
        ],
        &[first(Tables), clause("on", Keys)],
    ),
    shape(
        "lookup",
        &[param(
            "kind",
            Words(&["leftouter", "inner"]),
            "Whether rows of the left without a key on the right stay.",
            "print a = 1 | lookup {} (print a = 1) on a",
        )],
        &[first(Tables), clause("on", Keys)],
    ),
    shape(
        "make-series",
        &[
            param(
                "kind",
                Words(&["nonempty"]),
                "One series where there are no rows.",
                "print t = datetime(2026-05-14) | make-series {} n = count() on t from datetime(2026-05-13) to datetime(2026-05-15) step 1d",
            ),
            param("hint.shufflekey", Column, HINT, ""),
        ],
        &[
            first(Aggregates).after(&["default"]),
            clause("on", Exprs),
            clause("in", Nothing),
            clause("from", Exprs),
            clause("to", Exprs),
            clause("step", Exprs),
            clause("by", Exprs),
        ],
    ),
    shape(
        "mv-apply",
        &[param("with_itemindex", Any, "The name of a column for the index of each element.", "")],
        &[first(Exprs), clause("to", Type), clause("limit", Number), clause("on", Subquery)],
    ),
    shape(
        "mv-expand",
        &[
            param(
                "kind",
                Words(&["bag", "array"]),
                "What an element of a bag is: a bag of one property, or an array of its name and value.",
                "print d = dynamic({'a': 1}) | mv-expand {} d",
            ),
            param(
                "bagexpansion",
                Words(&["bag", "array"]),
                "The older name of kind.",
                "print d = dynamic({'a': 1}) | mv-expand {} d",
            ),
            param("with_itemindex", Any, "The name of a column for the index of each element.", ""),
        ],
        &[first(Exprs), clause("to", Type), clause("limit", Number)],
    ),
    shape("parse", PARSE, &[first(Exprs), clause("with", Pattern)]),
    shape(
        "parse-kv",
        &[],
        &[
            first(Expr),
            clause("as", Declarations),
            clause(
                "with",
                Properties(&["pair_delimiter", "kv_delimiter", "quote", "escape", "greedy", "regex"]),
            ),
        ],
    ),
    shape("parse-where", PARSE_WHERE, &[first(Exprs), clause("with", Pattern)]),
    shape(
        "partition",
        &hints![
            "hint.strategy" Words(&["native", "shuffle", "legacy"]),
                "print a = 1 | partition {} by a (take 1)";
            "hint.concurrency" Any, "";
            "hint.materialized" BOOLS, "print a = 1 | partition {} by a (take 1)";
            "hint.shufflekey" Column, "";
            "hint.spread" Any, "";
        ],
        &[first(Nothing), clause("by", Columns)],
    ),
    shape("print", &[], &[first(Exprs)]),
    shape("project", &[], &[first(Exprs)]),
    shape("project-away", &[], &[first(Columns)]),
    shape("project-by-names", &[], &[first(Exprs)]),
    shape("project-keep", &[], &[first(Columns)]),
    shape("project-rename", &[], &[first(Renames)]),
    shape("project-reorder", &[], &[first(Columns).after(&["asc", "desc", "granny-asc", "granny-desc"])]),
    shape("range", &[], &[first(Name), clause("from", Exprs), clause("to", Exprs), clause("step", Exprs)]),
    shape(
        "reduce",
        &[],
        &[first(Nothing), clause("by", Exprs), clause("with", Settings(&["threshold", "characters"]))],
    ),
    shape("render", &[], &[first(Chart), clause("with", Properties(&[]))]),
    shape("sample", &[], &[first(Number)]),
    shape("sample-distinct", &[], &[first(Number), clause("of", Exprs)]),
    shape(
        "scan",
        &[param("with_match_id", Any, "The name of a column for the number of the match.", "")],
        &[first(Nothing), clause("declare", Declarations), clause("with", Steps)],
    ),
    shape(
        "search",
        &[param(
            "kind",
            Words(&["default", "case_insensitive", "case_sensitive"]),
            "Whether letters match in one case only.",
            "OfficeActivity | search {} 'nobody'",
        )],
        &[first(Exprs), clause("in", Tables)],
    ),
    shape("serialize", &[], &[first(Exprs)]),
    shape("sort", &[], &[first(Nothing), clause("by", Exprs).after(ORDER)]),
    shape("summarize", &SHUFFLE, &[first(Aggregates), clause("by", Exprs)]),
    shape("take", &[], &[first(Number)]),
    shape(
        "top",
        &hints!["hint.progressive_top" BOOLS, "print a = 1 | top {} 1 by a";],
        &[first(Number), clause("by", Exprs).after(ORDER)],
    ),
    shape("top-hitters", &[], &[first(Number), clause("of", Exprs), clause("by", Exprs)]),
    shape(
        "top-nested",
        &[],
        &[
            first(Number),
            clause("of", Expr).after(&["with"]),
            clause("by", Aggregate).after(&["asc", "desc"]),
        ],
    ),
    shape(
        "union",
        &[
            param(
                "kind",
                Words(&["outer", "inner"]),
                "The columns of any table, or those of all.",
                "print a = 1 | union {} (print a = 2)",
            ),
            param("withsource", Any, "The name of a column for the table of each row.", ""),
            param(
                "isfuzzy",
                BOOLS,
                "Tables that do not exist are passed over.",
                "print a = 1 | union {} (print a = 2)",
            ),
            param(
                "best_effort",
                BOOLS,
                "Tables that cannot be read are passed over.",
                "print a = 1 | union {} (print a = 2)",
            ),
            param("hint.concurrency", Any, HINT, ""),
            param("hint.spread", Any, HINT, ""),
        ],
        &[first(Tables)],
    ),
    shape("where", &[], &[first(Exprs)]),
];

/// Words that go on with others.
pub static PAIRS: &[(&str, &[&str])] = &[
    ("asc", &["nulls"]),
    ("desc", &["nulls"]),
    ("nulls", &["first", "last"]),
    ("matches", &["regex"]),
    ("declare", &["query_parameters"]),
];

/// A function that is no row of the function tables, since the plan makes all of it.
pub struct Special {
    pub name: &'static str,
    /// Obsolete spellings.
    pub formerly: &'static [&'static str],
    pub signature: &'static str,
    /// One sentence with a full stop.
    pub doc: &'static str,
    /// It gives a value; others give a table.
    pub scalar: bool,
    /// It takes a pipeline.
    pub takes_table: bool,
    /// What its argument is in most hunts.
    pub usual: &'static [&'static str],
    /// A whole query.
    pub example: &'static str,
}

/// In the order of their names.
pub static SPECIAL: &[Special] = &[
    Special {
        name: "ago",
        formerly: &[],
        signature: "ago(timespan)",
        doc: "The query clock less a timespan.",
        scalar: true,
        takes_table: false,
        usual: &["30m", "1h", "1d", "7d", "30d"],
        example: "print ago(7d)",
    },
    Special {
        name: "bag_pack_columns",
        formerly: &[],
        signature: "bag_pack_columns(column, ...)",
        doc: "A bag of columns, each under its name.",
        scalar: true,
        takes_table: false,
        usual: &[],
        example: "print a = 1 | project bag_pack_columns(a)",
    },
    Special {
        name: "column_ifexists",
        formerly: &["columnifexists"],
        signature: "column_ifexists(name, default)",
        doc: "The column of this name, or the default where there is none.",
        scalar: true,
        takes_table: false,
        usual: &[],
        example: "print a = 1 | project column_ifexists('b', 0)",
    },
    Special {
        name: "materialize",
        formerly: &[],
        signature: "materialize(table)",
        doc: "The table, computed once however often it is named.",
        scalar: false,
        takes_table: true,
        usual: &[],
        example: "let a = materialize(print 1); a",
    },
    Special {
        name: "now",
        formerly: &[],
        signature: "now([offset])",
        doc: "The query clock.",
        scalar: true,
        takes_table: false,
        usual: &[],
        example: "print now(-1h)",
    },
    Special {
        name: "table",
        formerly: &[],
        signature: "table(name)",
        doc: "The table of this name.",
        scalar: false,
        takes_table: false,
        usual: &[],
        example: "table('OfficeActivity')",
    },
    Special {
        name: "toscalar",
        formerly: &[],
        signature: "toscalar(table)",
        doc: "The first value of the table's first row.",
        scalar: true,
        takes_table: true,
        usual: &[],
        example: "print toscalar(print 1)",
    },
];

/// The function of this name, or that had this name, which the plan makes.
pub fn special(name: &str) -> Option<&'static Special> {
    SPECIAL.iter().find(|row| row.name == name || row.formerly.contains(&name))
}

/// The shape of the operator of this name or alias.
pub fn shape_of(name: &str) -> Option<&'static Shape> {
    let name = super::construct::operator(name)?.name;
    SHAPES.iter().find(|shape| shape.name == name)
}

/// The properties of `render`, each with what its value may be.
pub fn chart_values(property: &str) -> Option<Values> {
    Some(match charts::property(property)?.takes {
        charts::Takes::Bool => BOOLS,
        charts::Takes::OneOf(words) => Words(words),
        charts::Takes::Columns => Column,
        charts::Takes::Text | charts::Takes::Any => Any,
    })
}

#[cfg(test)]
mod tests {
    use super::super::construct;
    use super::*;

    #[test]
    fn every_operator_that_works_has_a_shape() {
        let tabular = construct::FAMILIES.iter().find(|family| family.title == "Tabular operators").unwrap();
        for row in tabular.rows.iter().filter(|row| row.refused.is_empty()) {
            let shape = shape_of(row.name).unwrap_or_else(|| panic!("{} has no shape", row.name));
            assert_eq!(shape.clauses[0].word, "", "{}", row.name);
            assert!(shape.clauses[1..].iter().all(|clause| !clause.word.is_empty()), "{}", row.name);
        }
        assert!(SHAPES.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn parameters_are_documented() {
        for param in SHAPES.iter().flat_map(|shape| shape.params) {
            assert!(param.doc.ends_with('.'), "{}", param.name);
            assert!(param.example.is_empty() || param.example.contains("{}"), "{}", param.name);
        }
    }
}
