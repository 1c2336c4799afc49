//! Functions over datetimes and timespans. Both are ticks in SQL, so that what is plain arithmetic runs
//! in the engine; the rest is in `kernels::datetime`.

use super::func::Lower::{Kernel, Sql};
use super::func::Ret::Is;
use super::func::{DATETIME, Func, LONG, Label, Sig, TIMESPAN, f, named, sig};
use crate::types::Type::{Datetime, Long, Real, Timespan};

/// A datetime is never negative, so the sign of SQL's remainder does not matter. The origin is
/// 0001-01-01, not that of DuckDB's time_bucket (agent-aggregation-0016).
const BIN_DATETIME: &str = "({0} - {0} % CASE WHEN {1} > 0 THEN {1} END)";
const OFFSET: super::func::Param = named("offset", LONG);

const BIN: &[Sig] = &[
    sig(&[DATETIME, TIMESPAN], Is(Datetime), Sql(BIN_DATETIME)),
    sig(&[TIMESPAN, TIMESPAN], Is(Timespan), Kernel("kql_bin_long")),
    sig(&[LONG, LONG], Is(Long), Kernel("kql_bin_long")),
    sig(&[super::func::REAL, super::func::REAL], Is(Real), Kernel("kql_bin_real")),
];

pub static ROWS: &[Func] = &[
    f("bin", BIN)
        .aliases(&["floor"])
        .label(Label::FirstArg)
        .doc("Rounds down to a multiple of the second argument.")
        .trap("Datetimes are counted from 0001-01-01, a Monday; a size that is not above zero gives null.")
        .example("print bin(datetime(2026-05-17 13:00), 1d)", "2026-05-17T00:00:00Z"),
    f(
        "startofday",
        &[
            sig(&[DATETIME], Is(Datetime), Sql("({0} - {0} % 864000000000)")),
            sig(&[DATETIME, OFFSET], Is(Datetime), Kernel("kql_startofday")),
        ],
    )
    .label(Label::FirstArg)
    .doc("Midnight of the day, moved by a number of days.")
    .example("print startofday(datetime(2026-05-17 13:00), -1)", "2026-05-16T00:00:00Z"),
];
