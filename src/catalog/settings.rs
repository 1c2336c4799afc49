//! Options of `set`: those that are followed, and those that change what a query answers and are refused. The
//! others steer Kusto's service and change no answer. Data only; the names are those of "Request properties".

/// An option that is refused, and what to write instead: one sentence.
pub struct Setting {
    pub name: &'static str,
    pub instead: &'static str,
}

const fn row(name: &'static str, instead: &'static str) -> Setting {
    Setting { name, instead }
}

const SCOPE: &str = "Filter by the time column with where.";

pub static REFUSED: &[Setting] = &[
    row("best_effort", "Write union isfuzzy=true."),
    row("query_datetimescope_column", SCOPE),
    row("query_datetimescope_from", SCOPE),
    row("query_datetimescope_to", SCOPE),
    row("query_results_apply_getschema", "End the query with getschema."),
    row("request_external_data_disabled", "Remove it, and leave out --files."),
];

/// An option that is followed, and what it does: one sentence.
pub struct Followed {
    pub name: &'static str,
    pub doc: &'static str,
}

const fn followed(name: &'static str, doc: &'static str) -> Followed {
    Followed { name, doc }
}

pub static FOLLOWED: &[Followed] = &[
    followed("query_now", "The query clock, a datetime."),
    followed("query_bin_auto_size", "The size of the bins of bin_auto()."),
    followed("query_bin_auto_at", "A value at which a bin of bin_auto() begins."),
    followed("query_take_max_records", "How many rows a result has at most."),
];

/// The others that Kusto documents, and those that are followed.
pub const KNOWN: &[&str] = &[
    "client_max_redirect_count",
    "client_results_reader_allow_varying_row_widths",
    "deferpartialqueryfailures",
    "materialized_view_shuffle_query",
    "max_memory_consumption_per_query_per_node",
    "maxmemoryconsumptionperiterator",
    "maxoutputcolumns",
    "norequesttimeout",
    "notruncation",
    "push_selection_through_aggregation",
    "query_bin_auto_at",
    "query_bin_auto_size",
    "query_cursor_after_default",
    "query_cursor_before_or_at_default",
    "query_cursor_current",
    "query_cursor_disabled",
    "query_cursor_scoped_tables",
    "query_datascope",
    "query_distribution_nodes_span",
    "query_fanout_nodes_percent",
    "query_fanout_threads_percent",
    "query_force_row_level_security",
    "query_language",
    "query_log_query_parameters",
    "query_max_entities_in_union",
    "query_now",
    "query_optimize_fts_at_relop",
    "query_python_debug",
    "query_results_cache_force_refresh",
    "query_results_cache_max_age",
    "query_results_cache_per_shard",
    "query_results_progressive_row_count",
    "query_results_progressive_update_period",
    "query_take_max_records",
    "query_weakconsistency_session_id",
    "queryconsistency",
    "request_app_name",
    "request_block_row_level_security",
    "request_callout_disabled",
    "request_description",
    "request_external_table_disabled",
    "request_impersonation_disabled",
    "request_readonly",
    "request_readonly_hardline",
    "request_remote_entities_disabled",
    "request_sandboxed_execution_disabled",
    "request_user",
    "results_error_reporting_placement",
    "results_progressive_enabled",
    "servertimeout",
    "truncationmaxrecords",
    "truncationmaxsize",
    "validatepermissions",
];

/// Why an option is refused, if it is.
pub fn refused(name: &str) -> Option<&'static Setting> {
    REFUSED.iter().find(|row| row.name == name)
}
