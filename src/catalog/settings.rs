//! Options of `set` that change what a query answers, and that kqlhunt does not follow. The others steer
//! Kusto's service and change no answer. Data only; the names are those of "Request properties".

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
    row("query_take_max_records", "End the query with take."),
    row("request_external_data_disabled", "Remove it, and leave out --files."),
];

/// Why an option is refused, if it is.
pub fn refused(name: &str) -> Option<&'static Setting> {
    REFUSED.iter().find(|row| row.name == name)
}
