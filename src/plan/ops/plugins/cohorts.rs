//! new_activity_metrics: of the values that each window of time saw first, how many came back in each later one
//! ("new_activity_metrics plugin" in the Kusto reference).

use super::Given;
use super::said::named;
use super::timeline::Period;
use crate::diag::code;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::plan::{Column, Rel};
use crate::span::Span;
use crate::syntax::ast::Arg;
use crate::types::Type;

/// Windows of one analysis: each is compared with all after it.
const WINDOWS_MAX: i64 = 1000;

impl Binder<'_> {
    pub fn new_activity_metrics(
        &mut self,
        given: &Given<'_>,
        input: Rel,
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let [id, time, start, end, window, more @ ..] = given.args else {
            return Err(self.wrong_arguments(given, given.name.span, "wants at least five arguments"));
        };
        let id = self.sliced_by(id, given, &input, env)?;
        let Period { time, start, end } = self.period([time, start, end], given, &input, env)?;
        let place = window.expr.span;
        let window = self.ticks(window, Type::Timespan, given, env)?;
        if window <= 0 || end < start {
            let help = "Write new_activity_metrics(id, time, start, end, 7d), the start before the end.";
            self.error(code::TYPE, place, "the analysis must hold a window, and that some time", help);
            return Err(Stop);
        }
        if (end - start) / window >= WINDOWS_MAX {
            let message = format!("an analysis of {} windows", (end - start) / window + 1);
            self.error(code::LIMIT, place, message, format!("At most {WINDOWS_MAX} fit."));
            return Err(Stop);
        }
        let kept = self.cohort(more, (start, end, window), given, env)?;
        let time_name = time.name.to_string();
        let columns: Vec<(String, Column)> = vec![("id".to_owned(), id), ("at".to_owned(), time)];
        let told = self.told(input, &columns, span);
        let (start, end) = (format!("todatetime({start})"), format!("todatetime({end})"));
        let bin = format!("bin_at(at, {window}tick, {start})");
        let lets = format!(
            "let seen = materialize(T | where at >= {start} and at <= {end} | summarize by id, at = {bin});
             let firsts = materialize(seen | summarize base = min(at) by id);
             let bases = range base from {start} to {end} step {window}tick {kept};
             let cohorts = firsts | summarize cohort = count() by base;"
        );
        let open = format!(
            "{lets} union
                 (T | where isnull(at) or isnull(id) or (at > {end} and {bin} <= {end}) | project why = 1),
                 (bases | join kind=leftanti cohorts on base | project why = 2)"
        );
        let open = self.said(&open, &told, given)?;
        if self.any_row_in(open, given.name.span)? == Some(true) {
            let what =
                "new_activity_metrics with a window without new values, or with rows without time or value";
            let help = "Name a cohort that has new values, let the end be the end of a window, leave other rows out.";
            self.refuse(given.name.span, what, help);
            return Err(Stop);
        }
        let query = format!("{lets} {}", visits(&end, window));
        let names = [format!("from_{time_name}"), format!("to_{time_name}")].into_iter();
        let metrics = ["dcount_new_values", "dcount_retained_values", "dcount_churn_values"];
        let names = names
            .chain(metrics.iter().chain(&["retention_rate", "churn_rate"]).map(|name| (*name).to_owned()));
        Ok(named(self.said(&query, &told, given)?, names))
    }

    /// A filter on the one cohort that is asked for, as KQL.
    fn cohort(
        &mut self,
        more: &[Arg],
        (start, end, window): (i64, i64, i64),
        given: &Given<'_>,
        env: &Env,
    ) -> Checked<String> {
        let cohort = match more {
            [] => return Ok(String::new()),
            [cohort] => cohort,
            [_, other, ..] => {
                let help = "Filter the rows to one slice before, and leave those seen earlier out with an anti join.";
                self.refuse(other.expr.span, "new_activity_metrics by slices or with a look-back", help);
                return Err(Stop);
            }
        };
        let ticks = self.ticks(cohort, Type::Datetime, given, env)?;
        if ticks >= start && ticks <= end && (ticks - start) % window == 0 {
            return Ok(format!("| where base == todatetime({ticks})"));
        }
        let help = "Write the start of one of the windows.";
        self.refuse(cohort.expr.span, "a cohort that is no window of the analysis", help);
        Err(Stop)
    }
}

/// For each cohort and each window from its own on what became of its values, as KQL over `bases`, `firsts`, `seen`
/// and `cohorts`.
fn visits(end: &str, window: i64) -> String {
    format!(
        "let visits = seen | join kind=inner firsts on id | summarize n = count() by origin = base, other = at;
         bases
         | mv-expand other = range(base, {end}, {window}tick) to typeof(datetime)
         | join kind=leftouter visits on other
         | summarize fresh = sumif(n, origin > base or (base == other and origin == base)),
             kept = sumif(n, origin == base) by base, other
         | join kind=inner cohorts on base
         | project base, other, fresh, kept, gone = cohort - kept,
             kept_part = todouble(kept) / cohort, gone_part = todouble(cohort - kept) / cohort
         | sort by base asc, other asc"
        )
}
