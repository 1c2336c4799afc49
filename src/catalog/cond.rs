//! Conditional functions and tests. Knows SQL's CASE; no plan.

use super::func::Lower::{Build, Sql};
use super::func::Ret::{Common, Is};
use super::func::{ANY, Arg, BOOL, Func, Mixed, ONLY_STR, Param, Sig, constant, f, named, rest, sig};
use crate::types::Type::{Bool, Int, Long, String};

const IFF: &[Sig] = &[sig(
    &[BOOL, named("then", ANY), named("else", ANY)],
    Common(1, Mixed::Unwrapped),
    Sql("CASE WHEN {0} THEN {1} ELSE {2} END"),
)];

pub static ROWS: &[Func] = &[
    f("iff", IFF)
        .aliases(&["iif"])
        .doc("The second argument where the condition holds, else the third.")
        .trap("A null condition takes the else branch.")
        .example("print iff(3 > 2, 'yes', 'no')", "yes"),
    f("case", &[sig(&[BOOL, named("then", ANY), rest(ANY)], Common(1, Mixed::Unwrapped), Build(case))])
        .pairs(&[Bool, Bool], 1)
        .doc("The value after the first condition that holds, else the last argument.")
        .trap("A null condition counts as false.")
        .example("print case(1 > 2, 'a', 2 > 1, 'b', 'c')", "b"),
    f("coalesce", &[sig(&[ANY, ANY, rest(ANY)], Common(0, Mixed::Strict), Build(coalesce))])
        .most(64)
        .doc("The first argument that is not null and, for strings, not empty.")
        .trap("Strings have no null: an empty one is passed over (agent-null-and-edge-0009).")
        .example("print coalesce('', 'second')", "second"),
    f(
        "not",
        &[sig(&[Param { types: &[Bool, Int, Long], convert: Some(Bool), ..BOOL }], Is(Bool), Sql("NOT {0}"))],
    )
    .doc("The opposite of a condition; null of null.")
    .example("print not(1 > 2)", "true"),
    // The plan decides both: before the query runs.
    f("assert", &[sig(&[BOOL, named("message", ONLY_STR)], Is(Bool), Sql("{0}"))])
        .doc("True, or no query at all: a condition that does not hold ends it with the message.")
        .trap("The condition must be known before the query runs: of literals, let values and arguments.")
        .example("print assert(2 > 1, 'no')", "true"),
    f("iscolumnexists", &[sig(&[constant(named("name", ONLY_STR))], Is(Bool), Sql("{0} IS NULL"))])
        .doc("Whether the input has a column of this name.")
        .example("print a = 1 | extend b = iscolumnexists('a') | project b", "true"),
];

fn case(args: &[Arg<'_>]) -> std::string::String {
    let mut sql = "CASE".to_owned();
    let mut pairs = args.chunks_exact(2);
    for pair in &mut pairs {
        sql.extend([" WHEN ", pair[0].sql, " THEN ", pair[1].sql]);
    }
    match pairs.remainder() {
        [last] => sql.extend([" ELSE ", last.sql, " END"]),
        _ => sql.push_str(" END"),
    }
    sql
}

fn coalesce(args: &[Arg<'_>]) -> std::string::String {
    let strings = args.first().is_some_and(|arg| arg.ty == String);
    let mut sql = "coalesce(".to_owned();
    for (at, arg) in args.iter().enumerate() {
        sql.push_str(if at > 0 { ", " } else { "" });
        match strings {
            true => sql.extend(["nullif(", arg.sql, ", '')"]),
            false => sql.push_str(arg.sql),
        }
    }
    sql.push_str(if strings { ", '')" } else { ")" });
    sql
}
