//! Functions over rows in an order. The plan makes window columns of them itself; their rows
//! are here for their names, types and documentation. Knows no plan.

use super::func::Lower::Refuse;
use super::func::Ret::{Arg, Is};
use super::func::{ANY, BOOL, DATETIME, Func, LONG, NUM, Sig, TIMESPAN, f, named, opt, sig};
use crate::types::Type::{Datetime, Long};

const ORDERED: &str =
    "It needs rows in an order; use it in extend, project or where, after sort or serialize.";
const RANK: &[Sig] = &[sig(&[ANY, opt(named("restart", BOOL))], Is(Long), Refuse(ORDERED))];
const OLD: &[Sig] = &[sig(
    &[ANY, opt(BOOL)],
    Is(Long),
    Refuse("Kusto replaced it long ago; use row_rank_dense() or row_rank_min(), which say how ties count."),
)];
const NEIGHBOUR: &[Sig] =
    &[sig(&[ANY, opt(named("offset", LONG)), opt(named("default", ANY))], Arg(0), Refuse(ORDERED))];

pub static ROWS: &[Func] = &[
    f(
        "row_number",
        &[sig(&[opt(named("start", LONG)), opt(named("restart", BOOL))], Is(Long), Refuse(ORDERED))],
    )
    .doc("The number of the row, from 1 or from start, anew where the restart condition holds.")
        .example("datatable(n:long)[5, 7, 7] | serialize x = row_number() | summarize tostring(make_list(x))", "[1,2,3]"),
    f("row_cumsum", &[sig(&[NUM, opt(named("restart", BOOL))], Arg(0), Refuse(ORDERED))])
        .doc("The sum up to this row, anew where the restart condition holds.")
        .example("datatable(n:long)[5, 7, 7] | serialize x = row_cumsum(n) | summarize tostring(make_list(x))", "[5,12,19]"),
    f("prev", NEIGHBOUR)
        .doc("The value of the row before, or of the row so many before; null where there is none.")
        .example("datatable(n:long)[5, 7, 7] | serialize x = prev(n, 1, 0) | summarize tostring(make_list(x))", "[0,5,7]"),
    f("next", NEIGHBOUR)
        .doc("The value of the next row, or of the row so many on; null where there is none.")
        .example("datatable(n:long)[5, 7, 7] | serialize x = next(n, 1, 0) | summarize tostring(make_list(x))", "[7,7,0]"),
    f("row_rank", OLD).successor("row_rank_dense").doc("The number of the row among rows of different values."),
    f("row_rank_min", RANK).doc("The number of the first row with this value.")
        .example("datatable(n:long)[5, 7, 7] | serialize x = row_rank_min(n) | summarize tostring(make_list(x))", "[1,2,2]"),
    f("row_rank_dense", RANK).doc("How many different values there are up to this row.")
        .example("datatable(n:long)[5, 7, 7] | serialize x = row_rank_dense(n) | summarize tostring(make_list(x))", "[1,2,2]"),
    f(
        "row_window_session",
        &[sig(
            &[DATETIME, named("longest", TIMESPAN), named("gap", TIMESPAN), opt(named("restart", BOOL))],
            Is(Datetime),
            Refuse(ORDERED),
        )],
    )
    .doc("The time at which the session of this row began.")
        .example("range t from datetime(2026-05-14) to datetime(2026-05-15) step 1d | serialize s = row_window_session(t, 5d, 2d) | summarize dcount(s)", "1"),
];
