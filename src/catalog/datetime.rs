//! Functions over datetimes and timespans. Both are ticks in SQL, so that what is plain arithmetic runs
//! in the engine; the rest is in `kernels::datetime` and `kernels::format`. Knows SQL; no plan.

use super::func::Lower::{self, Build, Kernel, Sql};
use super::func::Ret::{Is, Promoted};
use super::func::{
    ANY, Arg, BOOL, DATETIME, DYN, Fixed, Func, GUID, LONG, Label, ONLY_STR, PLAIN, Param, REAL, STR, Sig,
    TIMESPAN, TO_DECIMAL, constant, f, fixed, named, one_of, only, sig,
};
use crate::types::Type::{Bool, Datetime, Decimal, Dynamic, Int, Long, Real, String, Timespan};

/// In the last week, which does not end before year 10000, it is null (agent-datetime-timespan-0039).
const DAY_OF_WEEK: &str =
    "CASE WHEN {0} < 3155373792000000000 THEN ({0} // 864000000000 + 1) % 7 * 864000000000 END";
const FROM: Param = named("from", DATETIME);
const OFFSET: Param = named("offset", LONG);
const SIZE: Param = named("size", LONG);
const SPAN: Param = named("size", TIMESPAN);
/// What a datetime consists of, and what it is counted in ("datetime_part()", "datetime_diff()").
const PARTS: &[&str] = &[
    "year",
    "quarter",
    "month",
    "week_of_year",
    "day",
    "dayofyear",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
];
const PERIODS: &[&str] = &[
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
];
const PART: Param = one_of(PARTS, constant(named("part", ONLY_STR)));
const PERIOD: Param = one_of(PERIODS, constant(named("period", ONLY_STR)));
const FORMAT: Param = fixed(Fixed::Literal, named("format", PLAIN));
const ZONE: Param = named("zone", PLAIN);
const YEAR: Param = named("year", LONG);
const MONTH: Param = named("month", LONG);
const DAY: Param = named("day", LONG);
const HOUR: Param = named("hour", LONG);
const MINUTE: Param = named("minute", LONG);
const SECOND: Param = named("second", REAL);

/// A datetime is never negative, so that SQL divides downwards, and the product is not above it; faster by a
/// quarter than to subtract a remainder. The origin is 0001-01-01, not that of DuckDB's time_bucket
/// (agent-aggregation-0016).
fn bin_datetime(args: &[Arg<'_>]) -> std::string::String {
    let [value, size] = [args[0].sql, args[1].sql];
    let constant = size.strip_suffix("::BIGINT").unwrap_or(size).parse::<i64>();
    match constant {
        Ok(ticks) if ticks > 0 => format!("{value} // {ticks} * {ticks}"),
        _ => format!("{value} // CASE WHEN {size} > 0 THEN {size} END * {size}"),
    }
}

const BIN: &[Sig] = &[
    sig(&[DATETIME, SPAN], Is(Datetime), Build(bin_datetime)),
    sig(&[TIMESPAN, SPAN], Is(Timespan), Kernel("kql_bin_long")),
    sig(&[LONG, SIZE], Is(Long), Kernel("kql_bin_long")),
    sig(&[REAL, named("size", REAL)], Is(Real), Kernel("kql_bin_real")),
    sig(&[TO_DECIMAL, named("size", TO_DECIMAL)], Is(Decimal), Kernel("kql_decimal_bin")),
];
const BINNED: Param = Param { types: &[Datetime, Int, Long, Real, Timespan], ..ANY };
const BIN_AT: &[Sig] = &[
    sig(&[DATETIME, SPAN, named("fixed", DATETIME)], Is(Datetime), Kernel("kql_bin_at_datetime")),
    sig(&[TIMESPAN, SPAN, named("fixed", TIMESPAN)], Is(Timespan), Kernel("kql_bin_at")),
    sig(&[LONG, SIZE, named("fixed", LONG)], Is(Long), Kernel("kql_bin_at")),
    sig(&[REAL, named("size", REAL), named("fixed", REAL)], Is(Real), Kernel("kql_bin_at_real")),
];
const TODATETIME: &[Sig] = &[
    sig(&[DATETIME], Is(Datetime), Sql("{0}")),
    sig(&[STR], Is(Datetime), Kernel("kql_todatetime")),
    sig(&[LONG], Is(Datetime), Sql("CASE WHEN {0} BETWEEN 0 AND 3155378975999999999 THEN {0} END")),
];
const TOTIMESPAN: &[Sig] = &[
    sig(&[TIMESPAN], Is(Timespan), Sql("{0}")),
    sig(&[DYN], Is(Timespan), Kernel("kql_totimespan_json")),
    sig(&[STR], Is(Timespan), Kernel("kql_totimespan")),
    sig(&[LONG], Is(Timespan), Sql("{0}")),
    sig(&[DATETIME], Is(Timespan), Sql("{0}")),
    sig(&[REAL], Is(Timespan), Kernel("kql_totimespan_real")),
    sig(&[BOOL], Is(Timespan), Sql("{0}::BIGINT")),
    sig(&[GUID], Is(Timespan), Sql("NULL::BIGINT")),
];
const START_OF_DAY: &[Sig] = &[
    sig(&[DATETIME], Is(Datetime), Sql("({0} // 864000000000 * 864000000000)")),
    sig(&[DATETIME, OFFSET], Is(Datetime), Kernel("kql_startofday")),
];
const START_OF_WEEK: &[Sig] = &[
    sig(&[DATETIME], Is(Datetime), Sql("kql_startofweek({0}, 0)")),
    sig(&[DATETIME, OFFSET], Is(Datetime), Kernel("kql_startofweek")),
];
const START_OF_MONTH: &[Sig] = &[
    sig(&[DATETIME], Is(Datetime), Sql("kql_startofmonth({0}, 0)")),
    sig(&[DATETIME, OFFSET], Is(Datetime), Kernel("kql_startofmonth")),
];
const START_OF_YEAR: &[Sig] = &[
    sig(&[DATETIME], Is(Datetime), Sql("kql_startofyear({0}, 0)")),
    sig(&[DATETIME, OFFSET], Is(Datetime), Kernel("kql_startofyear")),
];
const END_OF_DAY: &[Sig] = &[
    sig(&[DATETIME], Is(Datetime), Sql("({0} // 864000000000 * 864000000000 + 863999999999)")),
    sig(&[DATETIME, OFFSET], Is(Datetime), Kernel("kql_endofday")),
];
const END_OF_WEEK: &[Sig] = &[
    sig(&[DATETIME], Is(Datetime), Sql("kql_endofweek({0}, 0)")),
    sig(&[DATETIME, OFFSET], Is(Datetime), Kernel("kql_endofweek")),
];
const END_OF_MONTH: &[Sig] = &[
    sig(&[DATETIME], Is(Datetime), Sql("kql_endofmonth({0}, 0)")),
    sig(&[DATETIME, OFFSET], Is(Datetime), Kernel("kql_endofmonth")),
];
const END_OF_YEAR: &[Sig] = &[
    sig(&[DATETIME], Is(Datetime), Sql("kql_endofyear({0}, 0)")),
    sig(&[DATETIME, OFFSET], Is(Datetime), Kernel("kql_endofyear")),
];
const MAKE_DATETIME: &[Sig] = &[
    sig(&[YEAR, MONTH, DAY], Is(Datetime), Sql("kql_make_datetime({0}, {1}, {2}, 0, 0, 0)")),
    sig(&[YEAR, MONTH, DAY, HOUR, MINUTE], Is(Datetime), Sql("kql_make_datetime({*}, 0)")),
    sig(&[YEAR, MONTH, DAY, HOUR, MINUTE, SECOND], Is(Datetime), Kernel("kql_make_datetime")),
    sig(&[STR], Is(Datetime), Kernel("kql_todatetime")),
    sig(&[DATETIME], Is(Datetime), Sql("{0}")),
];
const MAKE_TIMESPAN: &[Sig] = &[
    sig(&[HOUR, MINUTE], Is(Timespan), Sql("kql_make_timespan(0, {0}, {1}, 0)")),
    sig(&[HOUR, MINUTE, SECOND], Is(Timespan), Sql("kql_make_timespan(0, {*})")),
    sig(&[DAY, HOUR, MINUTE, SECOND], Is(Timespan), Kernel("kql_make_timespan")),
    sig(&[STR], Is(Timespan), Kernel("kql_totimespan")),
    sig(&[TIMESPAN], Is(Timespan), Sql("{0}")),
];
const WEEK_OF_YEAR: &[Sig] = &[sig(&[DATETIME], Is(Int), Kernel("kql_week_of_year"))];

/// Weeks alone come as a real (agent-datetime-timespan-0028).
const DATETIME_DIFF: &[Sig] = &[
    sig(&[only("week", PERIOD), DATETIME, FROM], Is(Real), Sql("kql_datetime_diff({*})::DOUBLE")),
    sig(&[PERIOD, DATETIME, FROM], Is(Long), Kernel("kql_datetime_diff")),
];

pub static ROWS: &[Func] = &[
    f("bin", BIN)
        .aliases(&["floor"])
        .label(Label::FirstArg)
        .combines()
        .doc("Rounds down to a multiple of the second argument.")
        .trap("Datetimes are counted from 0001-01-01, a Monday; a size that is not above zero gives null.")
        .example("print bin(datetime(2026-05-17 13:00), 1d)", "2026-05-17T00:00:00Z"),
    f("bin_at", BIN_AT)
        .label(Label::FirstArg)
        .combines()
        .doc("Rounds down to a multiple of the second argument, counted from the third.")
        .example("print bin_at(6.5, 2.5, 7)", "4.5"),
    // The plan makes it bin() or bin_at().
    f("bin_auto", &[sig(&[BINNED], Promoted(0), Sql("{0}"))])
        .label(Label::FirstArg)
        .doc("Rounds down to a multiple of query_bin_auto_size, counted from query_bin_auto_at, which set statements give.")
        .example("set query_bin_auto_size = 10; print bin_auto(25)", "20"),
    f("todatetime", TODATETIME)
        .label(Label::FirstArg)
        .doc("The datetime that a text spells, or that a number of ticks is; null when it is none.")
        .trap("An offset is taken off: the result is UTC. 12/02/2022 is the second of December.")
        .example("print todatetime('2026-05-14T12:00:00+02:00')", "2026-05-14T10:00:00Z"),
    f("totimespan", TOTIMESPAN)
        .formerly(&["totime"])
        .label(Label::FirstArg)
        .doc("The timespan that a text spells, or that a number of ticks is; null when it is none.")
        .example("print totimespan('1.02:03:04')", "1.02:03:04"),
    f("startofday", START_OF_DAY)
        .label(Label::FirstArg)
        .doc("Midnight of the day, moved by a number of days.")
        .example("print startofday(datetime(2026-05-17 13:00), -1)", "2026-05-16T00:00:00Z"),
    f("startofweek", START_OF_WEEK)
        .doc("The start of the week, moved by a number of weeks.")
        .trap("Weeks start on Sunday.")
        .example("print startofweek(datetime(2026-05-14))", "2026-05-10T00:00:00Z"),
    f("startofmonth", START_OF_MONTH)
        .doc("The start of the month, moved by a number of months.")
        .example("print startofmonth(datetime(2026-05-14), 1)", "2026-06-01T00:00:00Z"),
    f("startofyear", START_OF_YEAR)
        .doc("The start of the year, moved by a number of years.")
        .example("print startofyear(datetime(2026-05-14))", "2026-01-01T00:00:00Z"),
    f("endofday", END_OF_DAY)
        .doc("The last tick of the day, moved by a number of days.")
        .example("print endofday(datetime(2026-05-17 13:00))", "2026-05-17T23:59:59.9999999Z"),
    f("endofweek", END_OF_WEEK)
        .doc("The last tick of the week, moved by a number of weeks.")
        .trap("Weeks end with Saturday.")
        .example("print endofweek(datetime(2026-05-14))", "2026-05-16T23:59:59.9999999Z"),
    f("endofmonth", END_OF_MONTH)
        .doc("The last tick of the month, moved by a number of months.")
        .example("print endofmonth(datetime(2024-02-14))", "2024-02-29T23:59:59.9999999Z"),
    f("endofyear", END_OF_YEAR)
        .doc("The last tick of the year, moved by a number of years.")
        .example("print endofyear(datetime(2024-02-14), -1)", "2023-12-31T23:59:59.9999999Z"),
    f("dayofweek", &[sig(&[DATETIME], Is(Timespan), Sql(DAY_OF_WEEK))])
        .doc("Days since the last Sunday, as a timespan.")
        .trap("A timespan, not a number: divide it by 1d.")
        .example("print dayofweek(datetime(2026-05-14))", "4.00:00:00"),
    f("dayofmonth", &[sig(&[DATETIME], Is(Int), Kernel("kql_dayofmonth"))])
        .doc("The day of the month, from 1.")
        .example("print dayofmonth(datetime(2026-05-14))", "14"),
    f("dayofyear", &[sig(&[DATETIME], Is(Int), Kernel("kql_dayofyear"))])
        .doc("The day of the year, from 1.")
        .example("print dayofyear(datetime(2024-12-31))", "366"),
    f("hourofday", &[sig(&[DATETIME], Is(Int), Sql("CAST({0} % 864000000000 // 36000000000 AS INTEGER)"))])
        .doc("The hour of the day, from 0 to 23.")
        .example("print hourofday(datetime(2026-05-14 18:54))", "18"),
    f("monthofyear", &[sig(&[DATETIME], Is(Int), Kernel("kql_getmonth"))])
        .aliases(&["getmonth"])
        .doc("The month, from 1 to 12.")
        .example("print monthofyear(datetime(2026-05-14))", "5"),
    f("getyear", &[sig(&[DATETIME], Is(Int), Kernel("kql_getyear"))])
        .doc("The year.")
        .example("print getyear(datetime(2026-05-14))", "2026"),
    f("weekofyear", WEEK_OF_YEAR)
        .successor("week_of_year")
        .doc("The old name of week_of_year.")
        .caveat(
            "may count its weeks in another way than week_of_year() does",
            "The reference has weeks of its own for it, from Sunday and of the first Wednesday; write week_of_year().",
        )
        .example("print weekofyear(datetime(2021-01-04))", "1"),
    f("week_of_year", WEEK_OF_YEAR)
        .doc("The number of the week by ISO 8601.")
        .trap("These weeks start on Monday, those of startofweek on Sunday.")
        .example("print week_of_year(datetime(2021-01-03))", "53"),
    f("datetime_part", &[sig(&[PART, DATETIME], Is(Int), Kernel("kql_datetime_part"))])
        .formerly(&["datepart"])
        .doc("One part of a datetime: year, quarter, month, week_of_year, day, dayofyear, hour and so on.")
        .example("print datetime_part('quarter', datetime(2026-05-14))", "2"),
    f(
        "datetime_add",
        &[sig(&[PERIOD, named("amount", LONG), DATETIME], Is(Datetime), Kernel("kql_datetime_add_part"))],
    )
    .doc("Adds a number of years, quarters, months, weeks, days, hours and so on.")
    .trap("A day that the month does not have becomes its last.")
    .example("print datetime_add('month', 1, datetime(2024-01-31))", "2024-02-29T00:00:00Z"),
    f("datetime_diff", DATETIME_DIFF)
        .doc("How many borders of the calendar lie between the third argument and the second.")
        .trap("Borders, not time: from 23:59 to 00:01 is one day.")
        .example("print datetime_diff('year', datetime(2024-01-01), datetime(2023-12-31))", "1"),
    f("make_datetime", MAKE_DATETIME)
        .label(Label::OnlyArg)
        .doc("A datetime of its parts; null when one is out of its range.")
        .example("print make_datetime(2026, 5, 14, 12, 30)", "2026-05-14T12:30:00Z"),
    f("make_timespan", MAKE_TIMESPAN)
        .label(Label::OnlyArg)
        .doc("A timespan of hours and minutes, then seconds, then days before them.")
        .trap("Hours above 23 and minutes above 59 give null.")
        .example("print make_timespan(1, 12, 30, 55.123)", "1.12:30:55.1230000"),
    f("format_datetime", &[sig(&[DATETIME, FORMAT], Is(String), Kernel("kql_format_datetime"))])
        .label(Label::FirstArg)
        .doc("A datetime in a format of y M d H h m s f F tt and delimiters.")
        .trap("There are no names of days or months: dddd is dd twice.")
        .example(
            "print format_datetime(datetime(2026-05-14 18:05), 'yyyy-MM-dd [hh:mm tt]')",
            "2026-05-14 [06:05 PM]",
        ),
    f("format_timespan", &[sig(&[TIMESPAN, FORMAT], Is(String), Kernel("kql_format_timespan"))])
        .label(Label::FirstArg)
        .doc("A timespan in a format of d H h m s f F and delimiters.")
        .example("print format_timespan(time(29.09:00:05.12345), 'dd.hh:mm:ss:FF')", "29.09:00:05:12"),
    f("unixtime_seconds_todatetime", UNIX_SECONDS)
        .doc("The datetime so many seconds after 1970-01-01.")
        .example("print unixtime_seconds_todatetime(1546300800)", "2019-01-01T00:00:00Z"),
    f("unixtime_milliseconds_todatetime", UNIX_MILLISECONDS)
        .doc("The datetime so many milliseconds after 1970-01-01.")
        .example("print unixtime_milliseconds_todatetime(1546300800000)", "2019-01-01T00:00:00Z"),
    f("unixtime_microseconds_todatetime", UNIX_MICROSECONDS)
        .doc("The datetime so many microseconds after 1970-01-01.")
        .example("print unixtime_microseconds_todatetime(1546300800000000)", "2019-01-01T00:00:00Z"),
    f("unixtime_nanoseconds_todatetime", UNIX_NANOSECONDS)
        .doc("The datetime so many nanoseconds after 1970-01-01.")
        .example("print unixtime_nanoseconds_todatetime(1546300800000000000)", "2019-01-01T00:00:00Z"),
    f("datetime_utc_to_local", &[sig(&[DATETIME, ZONE], Is(Datetime), Kernel("kql_utc_to_local"))])
        .doc("What the clocks of a time zone show at this time.")
        .example(
            "print datetime_utc_to_local(datetime(2026-07-01 12:00), 'Europe/Paris')",
            "2026-07-01T14:00:00Z",
        ),
    f("datetime_local_to_utc", &[sig(&[DATETIME, ZONE], Is(Datetime), Kernel("kql_local_to_utc"))])
        .doc("The time at which the clocks of a time zone show this.")
        .example(
            "print datetime_local_to_utc(datetime(2026-07-01 14:00), 'Europe/Paris')",
            "2026-07-01T12:00:00Z",
        ),
    f("datetime_list_timezones", &[sig(&[], Is(Dynamic), Kernel("kql_timezones"))])
        .doc("The names of the time zones.")
        .example("print array_index_of(datetime_list_timezones(), 'Europe/Paris') > 0", "true"),
    f("ingestion_time", &[sig(&[], Is(Datetime), Sql("CAST(NULL AS BIGINT)"))])
        .label(Label::Fixed("$IngestionTime"))
        .doc("When a row was ingested into Kusto; always null here.")
        .trap("Null is what Kusto gives for a table without its policy for times of ingestion.")
        .example("print isnull(ingestion_time())", "true"),
    f(
        "around",
        &[
            sig(&[DATETIME, named("center", DATETIME), named("delta", TIMESPAN)], Is(Bool), AROUND_WHOLE),
            sig(&[TIMESPAN, named("center", TIMESPAN), named("delta", TIMESPAN)], Is(Bool), AROUND_WHOLE),
            sig(&[LONG, named("center", LONG), named("delta", LONG)], Is(Bool), AROUND_WHOLE),
            sig(
                &[REAL, named("center", REAL), named("delta", REAL)],
                Is(Bool),
                Sql("({0} BETWEEN {1} - {2} AND {1} + {2})"),
            ),
        ],
    )
    .doc("Whether a datetime, a timespan or a number is no further than delta from the center.")
    .example("print around(datetime(2026-05-14 12:00), datetime(2026-05-14 12:05), 10m)", "true"),
];

const AROUND_WHOLE: Lower = Sql("({0} BETWEEN kql_sub({1}, {2}) AND kql_add({1}, {2}))");
const UNIX_SECONDS: &[Sig] = &[
    sig(&[LONG], Is(Datetime), Sql("kql_unixtime({0}, 0)")),
    sig(&[REAL], Is(Datetime), Sql("kql_unixtime_real({0}, 0)")),
];
const UNIX_MILLISECONDS: &[Sig] = &[
    sig(&[LONG], Is(Datetime), Sql("kql_unixtime({0}, 3)")),
    sig(&[REAL], Is(Datetime), Sql("kql_unixtime_real({0}, 3)")),
];
const UNIX_MICROSECONDS: &[Sig] = &[
    sig(&[LONG], Is(Datetime), Sql("kql_unixtime({0}, 6)")),
    sig(&[REAL], Is(Datetime), Sql("kql_unixtime_real({0}, 6)")),
];
const UNIX_NANOSECONDS: &[Sig] = &[
    sig(&[LONG], Is(Datetime), Sql("kql_unixtime({0}, 9)")),
    sig(&[REAL], Is(Datetime), Sql("kql_unixtime_real({0}, 9)")),
];
