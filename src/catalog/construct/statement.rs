//! Statements ("Statements" in the Kusto reference). Data only.

use super::{Construct, row};

pub static ROWS: &[Construct] = &[
    row(
        "let",
        "Names a value, a table or a function for what follows.",
        ("let f = (n:long) { n * 2 }; print f(21)", "42"),
    )
    .note("Functions take tables, defaults and view too."),
    row(
        "set",
        "Sets an option of the query.",
        ("set query_now = datetime(2026-05-14); print now()", "2026-05-14T00:00:00Z"),
    )
    .note("With query_now it is the clock of now() and ago(); options of the service change nothing here."),
    row(
        "declare query_parameters",
        "Names values that are given when the query runs, with --param NAME=VALUE.",
        ("declare query_parameters(User:string = 'ann'); print User", "ann"),
    ),
    row(
        "query",
        "A table or an expression of operators gives rows; several statements give several results.",
        ("print 1; print 2", "1"),
    ),
    row(
        "declare pattern",
        "Names tables by constant strings.",
        ("declare pattern Team = (name:string) { ('red') = { print User = 'wren' }; }; Team('red')", "wren"),
    ),
    row(
        "alias database",
        "Gives a database of another cluster a name.",
        ("alias database d = cluster('c').database('x'); print 1", ""),
    )
    .refused("There is one database here; name its tables."),
    row(
        "restrict access to",
        "Limits what the rest of the query may read.",
        ("restrict access to (T); print 1", ""),
    )
    .refused("Whoever runs kqlhunt may read its file; leave the statement out."),
    row(
        "management commands",
        "Commands that begin with a dot, and show or change the database.",
        (".show tables", ""),
    )
    .refused("kqlhunt runs queries only; tables are listed by kqlhunt schema."),
];
