//! The plugins of `evaluate`, each as a row: how it is called, what it gives, or why it is refused and
//! what to do instead. Data only. The signatures are those of the plugins' pages in the Kusto reference.

use super::func::Lower::{Kernel, Sql};
use super::func::Ret::Is;
use super::func::{DYN, Func, f, rest, sig};
use crate::types::Type::{Dynamic, Long};

/// The properties of a bag and their types; internal.
pub static SLOTS: Func = f("bag_unpack", &[sig(&[DYN], Is(Dynamic), Kernel("kql_bag_slots"))]);

/// How many values several sketches share; internal.
pub static SHARED: Func =
    f("dcount_intersect", &[sig(&[rest(DYN)], Is(Long), Sql("kql_hll_intersect([{*}])"))]);

/// One plugin.
pub struct Plugin {
    pub name: &'static str,
    /// Its arguments, as a reader sees them.
    pub signature: &'static str,
    /// One sentence with a full stop.
    pub doc: &'static str,
    /// A whole query and the text of its first row's first value; empty when it is refused.
    pub example: (&'static str, &'static str),
    pub does: Does,
}

/// What becomes of a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// For each bin of time how many values were seen in several periods before one of their rows.
    ActiveUsersCount,
    /// For each window of time how many rows, different values and new values it has.
    ActivityCountsMetrics,
    /// A column for each property of a bag.
    BagUnpack,
    /// The rows as they are.
    Identity,
    /// How many values the first one, two, three and so on of several sketches share.
    DcountIntersect,
    /// Each row with every row of a table whose network holds the row's address, or lies in it.
    LookUp(Addresses),
    /// For each window of time how many of its new values came back in each later one.
    NewActivityMetrics,
    /// One row for each column of each row.
    Narrow,
    /// A column for each value of a column, with an aggregate of its rows.
    Pivot,
    /// For each bin a percentile of the values of the last bins.
    RollingPercentile,
    /// The rows around those that a condition holds for.
    RowsNear,
    /// The columns of several schemas as one.
    SchemaMerge,
    /// For each bin of time how many sessions began in it.
    SessionCount,
    /// For each bin of time how many rows and different values the time up to its end has.
    SlidingWindowCounts,
    /// Known to Kusto, not to us: a real sentence that says why, and what to do.
    Refuse(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    V4,
    /// IPv4 addresses too.
    V6,
}

impl Plugin {
    /// The names of the arguments that may be left out, in their order.
    pub fn optional(&self) -> impl Iterator<Item = &'static str> {
        self.signature.split(" [, ").skip(1).map(|name| name.trim_end_matches([']', '.', ' ']))
    }
}

const fn plugin(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
    does: Does,
) -> Plugin {
    Plugin { name, signature, doc, example, does }
}

const fn refused(name: &'static str, doc: &'static str, reason: &'static str) -> Plugin {
    plugin(name, "...", doc, ("", ""), Does::Refuse(reason))
}

const NETWORK: &str = "kqlhunt sends nothing over a network; load the answer with kqlhunt ingest --table NAME \
    FILE and query that table.";
const CODE: &str = "kqlhunt runs no code of other languages; write the rows to a file with --output and work \
    on that.";
const MODEL: &str = "kqlhunt has no language model and sends nothing over a network; write the rows to a \
    file with --output and work on that.";
const SERVICE: &str = "There is no Kusto service behind kqlhunt; ask about tables with kqlhunt schema and \
    about rows with a query.";
const GEOGRAPHY: &str = "Geography is not built in; keep the coordinates in the result and work on them \
    outside.";
const MINING: &str = "Patterns are not searched for; count the columns in question with summarize count() \
    by them, then top.";
const FUNNEL: &str = "Sequences are not searched for; sort by the actor and the time, then compare each row \
    with prev() and next().";
const ACTIVITY: &str = "Activity over periods is not computed; use summarize dcount() or make_set() by \
    bin() of the time.";

/// The aggregates of pivot, and what each is over the rows that hold one value. All that the page of pivot
/// names have such a form, and a group without such rows has its answer.
pub const PIVOTED: &[(&str, &str)] = &[
    ("any", "take_anyif"),
    ("avg", "avgif"),
    ("count", "countif"),
    ("dcount", "dcountif"),
    ("make_bag", "make_bag_if"),
    ("make_list", "make_list_if"),
    ("make_set", "make_set_if"),
    ("max", "maxif"),
    ("min", "minif"),
    ("stdev", "stdevif"),
    ("sum", "sumif"),
    ("take_any", "take_anyif"),
    ("variance", "varianceif"),
];

pub static PLUGINS: &[Plugin] = &[
    plugin(
        "active_users_count",
        "IdColumn, TimelineColumn, Start, End, LookbackWindow, Period, ActivePeriodsCount, Bin [, Dimension ...]",
        "For each bin of time the different values that were seen in enough periods of the time before one of \
        their rows in it.",
        (
            "datatable(u:string, At:datetime)['wren', datetime(2026-05-01), 'wren', datetime(2026-05-02)] \
            | evaluate active_users_count(u, At, datetime(2026-05-01), datetime(2026-05-08), 7d, 1d, 2, 7d) \
            | project dcount",
            "1",
        ),
        Does::ActiveUsersCount,
    ),
    plugin(
        "activity_counts_metrics",
        "IdColumn, TimelineColumn, Start, End, Step [, Dimension ...]",
        "For each window of time its rows, its different values, those of them that are new, and all so far.",
        (
            "datatable(u:string, At:datetime)['wren', datetime(2026-05-01), 'wren', datetime(2026-05-02)] \
            | evaluate activity_counts_metrics(u, At, datetime(2026-05-01), datetime(2026-05-02), 1d) \
            | summarize sum(new_dcount)",
            "1",
        ),
        Does::ActivityCountsMetrics,
    ),
    refused("activity_engagement", "Compares the active users of an inner and an outer period.", ACTIVITY),
    refused("activity_metrics", "Says which users of a period came back in the next.", ACTIVITY),
    refused("ai_chat_completion", "Asks a language model about each row.", MODEL),
    refused("ai_chat_completion_prompt", "Asks a language model one question.", MODEL),
    refused("ai_embed_text", "Turns texts into vectors by a language model.", MODEL),
    refused("ai_embeddings", "Turns texts into vectors by a language model.", MODEL),
    refused("autocluster", "Finds values that stand together in many rows.", MINING),
    refused("azure_digital_twins_query_request", "Asks an Azure Digital Twins instance.", NETWORK),
    plugin(
        "bag_unpack",
        "Column [, OutputColumnPrefix] [, columnsConflict] [, ignoredProperties]",
        "Puts each property of a bag into a column of its own, in the order of their names.",
        ("print d = dynamic({'Port': 22}) | evaluate bag_unpack(d)", "22"),
        Does::BagUnpack,
    ),
    refused("basket", "Finds values that stand together often.", MINING),
    refused("cosmosdb_sql_request", "Asks a Cosmos DB database.", NETWORK),
    refused("csharp", "Runs a C# script over the rows.", CODE),
    refused("dax_request", "Asks a Power BI model.", NETWORK),
    plugin(
        "dcount_intersect",
        "Sketch, Sketch [, Sketch ...]",
        "How many values the first, the first two, the first three and so on of several sketches of hll() share.",
        (
            "range x from 1 to 9 step 1 | summarize a = hll(x), b = hll(x + 4) | evaluate dcount_intersect(a, b) \
            | project s1",
            "5",
        ),
        Does::DcountIntersect,
    ),
    refused("diffpatterns", "Finds values that tell two sets of rows apart.", MINING),
    refused("diffpatterns_text", "Finds parts of texts that tell two sets of rows apart.", MINING),
    refused(
        "estimate_rows_count",
        "Estimates how many rows there are.",
        "An exact count is as near; use count.",
    ),
    refused("execute_query", "Runs a query on a Kusto cluster.", NETWORK),
    refused("execute_show_command", "Runs a command on a Kusto cluster.", SERVICE),
    refused("external_datatable", "Reads a table from outside.", NETWORK),
    refused("funnel_sequence", "Counts who took a sequence of steps.", FUNNEL),
    refused("funnel_sequence_completion", "Counts who took all steps in several spans of time.", FUNNEL),
    refused("geo_line_lookup", "Finds the lines near a point on the earth.", GEOGRAPHY),
    refused("geo_polygon_lookup", "Finds the areas around a point on the earth.", GEOGRAPHY),
    refused("http_request", "Fetches a page.", NETWORK),
    refused("http_request_post", "Posts to a page.", NETWORK),
    plugin(
        "identity",
        "",
        "Gives the rows as they are.",
        ("print Account = 'wren' | evaluate identity()", "wren"),
        Does::Identity,
    ),
    plugin(
        "identity_v3",
        "",
        "Gives the rows as they are.",
        ("print Account = 'wren' | evaluate identity_v3()", "wren"),
        Does::Identity,
    ),
    refused("infer_storage_schema", "Reads the columns of a file in a cloud store.", NETWORK),
    refused(
        "infer_storage_schema_with_suggestions",
        "Reads the columns of a file in a cloud store.",
        NETWORK,
    ),
    plugin(
        "ipv4_lookup",
        "LookupTable, SourceKey, LookupKey [, ExtraKey ...] [, return_unmatched]",
        "Each row with every row of a table whose IPv4 network matches the row's address.",
        (
            "print ip = '192.0.2.9' \
            | evaluate ipv4_lookup((print net = '192.0.2.0/24', site = 'lab'), ip, net) | project site",
            "lab",
        ),
        Does::LookUp(Addresses::V4),
    ),
    plugin(
        "ipv6_lookup",
        "LookupTable, SourceKey, LookupKey [, return_unmatched]",
        "Each row with every row of a table whose IPv6 or IPv4 network matches the row's address.",
        (
            "print ip = '2001:db8::9' \
            | evaluate ipv6_lookup((print net = '2001:db8::/32', site = 'lab'), ip, net) | project site",
            "lab",
        ),
        Does::LookUp(Addresses::V6),
    ),
    refused("mysql_request", "Asks a MySQL database.", NETWORK),
    plugin(
        "narrow",
        "",
        "A row for each column of each row: the row's number from 0, the column's name, the value as text.",
        ("print Account = 'wren' | evaluate narrow() | project Value", "wren"),
        Does::Narrow,
    ),
    plugin(
        "new_activity_metrics",
        "IdColumn, TimelineColumn, Start, End, Window [, Cohort]",
        "For each window of time how many of the values that it saw first came back in each later window.",
        (
            "datatable(u:string, At:datetime)['wren', datetime(2026-05-01), 'wren', datetime(2026-05-02)] \
            | evaluate new_activity_metrics(u, At, datetime(2026-05-01), datetime(2026-05-02), 1d, \
            datetime(2026-05-01)) | summarize sum(dcount_retained_values)",
            "2",
        ),
        Does::NewActivityMetrics,
    ),
    plugin(
        "pivot",
        "PivotColumn [, Aggregate] [, Column ...]",
        "Puts each value of a column into a column of its own, with an aggregate of its rows.",
        (
            "datatable(u:string, a:string)['wren', 'Send', 'wren', 'Send'] | evaluate pivot(a, count(), u) \
            | project Send",
            "2",
        ),
        Does::Pivot,
    ),
    refused("postgresql_request", "Asks a PostgreSQL database.", NETWORK),
    refused(
        "preview",
        "Gives a few rows and how many there are.",
        "Its two results are two queries; write take 10 and count.",
    ),
    refused("python", "Runs a Python script over the rows.", CODE),
    refused("r", "Runs an R script over the rows.", CODE),
    plugin(
        "rolling_percentile",
        "ValueColumn, Percentile, IndexColumn, BinSize, BinsPerWindow [, Dimension ...]",
        "For each bin a percentile of the values in it and in the bins before it, so many in all.",
        (
            "range x from 1 to 9 step 1 | evaluate rolling_percentile(x, 50, x, 3, 2) | top 1 by x \
            | project rolling_2_percentile_x_50",
            "7",
        ),
        Does::RollingPercentile,
    ),
    plugin(
        "rows_near",
        "Condition, NumRows [, RowsAfter]",
        "The rows that a condition holds for, and as many rows before and after each of them.",
        ("range x from 1 to 9 step 1 | evaluate rows_near(x == 5, 1) | count", "3"),
        Does::RowsNear,
    ),
    plugin(
        "schema_merge",
        "[PreserveOrder]",
        "The columns of several schemas that getschema gave; one that has another place in another schema is an \
        error, unless PreserveOrder is false.",
        (
            "union (print Account = 'wren' | getschema), (print Account = 'wren', Port = 22 | getschema) \
            | evaluate schema_merge() | where ColumnOrdinal == 1 | project ColumnName",
            "Port",
        ),
        Does::SchemaMerge,
    ),
    refused("sequence_detect", "Finds sequences of events.", FUNNEL),
    plugin(
        "session_count",
        "IdColumn, TimelineColumn, Start, End, Bin, LookBackWindow [, Dimension ...]",
        "For each bin of time the sessions that began in it: a value's rows further apart than the look-back.",
        (
            "range t from 0 to 9 step 5 | extend u = 'wren' | evaluate session_count(u, t, 0, 10, 10, 4) \
            | project count_sessions",
            "2",
        ),
        Does::SessionCount,
    ),
    plugin(
        "sliding_window_counts",
        "IdColumn, TimelineColumn, Start, End, LookbackWindow, Bin [, Dimension ...]",
        "For each bin of time the rows, and the different values, of a window that ends with it.",
        (
            "print u = 'wren', At = datetime(2026-05-01) | evaluate \
            sliding_window_counts(u, At, datetime(2026-05-01), datetime(2026-05-03), 2d, 1d) | count",
            "2",
        ),
        Does::SlidingWindowCounts,
    ),
    refused("sql_request", "Asks an SQL Server database.", NETWORK),
];

/// The plugin of this name; names are case-sensitive.
pub fn find(name: &str) -> Option<&'static Plugin> {
    PLUGINS.iter().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_documented_and_stands_in_its_place() {
        assert!(PLUGINS.windows(2).all(|pair| pair[0].name < pair[1].name));
        for row in PLUGINS {
            let refused = matches!(row.does, Does::Refuse(_));
            assert!(row.doc.ends_with('.') && row.doc.contains(' '), "{}: {}", row.name, row.doc);
            assert_eq!(row.example.0.is_empty(), refused, "{}: an example, unless refused", row.name);
        }
    }

    #[test]
    fn optional_arguments_are_named_in_signatures() {
        let names = |name: &str| find(name).expect(name).optional().collect::<Vec<_>>();
        assert_eq!(names("bag_unpack"), ["OutputColumnPrefix", "columnsConflict", "ignoredProperties"]);
        assert_eq!(names("ipv4_lookup"), ["ExtraKey", "return_unmatched"]);
        assert!(names("narrow").is_empty());
    }

    #[test]
    fn refusals_say_why_and_what_to_do() {
        for row in PLUGINS {
            if let Does::Refuse(reason) = row.does {
                assert!(reason.ends_with('.') && reason.split(' ').count() > 6, "{}: {reason}", row.name);
            }
        }
    }
}
