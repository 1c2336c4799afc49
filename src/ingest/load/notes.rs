//! What is to be said of a file that was loaded. Stores nothing.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use super::Job;
use crate::display::count;
use crate::ingest::adapter::Shape;
use crate::ingest::audit;
use crate::ingest::chunk::Chunks;
use crate::ingest::cut::Cutter;
use crate::ingest::parse::{Counts, Plan};
use crate::ingest::time::{DateOrder, Evidence};

/// So many fields around the rows are named in a note.
const OUTER_NAMED: usize = 10;

impl Job<'_> {
    /// One sentence each.
    pub(super) fn notes(
        &self,
        plan: &Plan,
        chunks: &Chunks,
        counts: &Counts,
        evidence: Evidence,
    ) -> Vec<String> {
        let (name, mut notes) = (&self.input.name, Vec::new());
        let shown =
            evidence.month_first || plan.order == DateOrder::DayFirst || self.options.date_order.is_some();
        if evidence.slashes && !shown {
            notes.push(format!(
                "'{name}': nothing shows whether 1/2/2026 is January or February; read as month/day/year, \
                 see --date-order"
            ));
        }
        let read = self.read.load(Ordering::Relaxed);
        if let Some(size) = self.input.size.filter(|size| read < *size) {
            notes.push(format!(
                "'{name}' became shorter while it was read: {read} of {size} bytes were there, and rows may be missing"
            ));
        }
        if let Cutter::Document(document) = &chunks.cutter {
            if document.is_open() {
                notes.push(format!(
                    "'{name}' ends before its brackets do: it may have been cut off, and rows may be missing"
                ));
            }
            if let Some(field) = document.more() {
                notes.push(format!(
                    "'{name}': more pages follow, as its '{field}' says, and this file does not hold them; \
                     load them too"
                ));
            }
            let keys: BTreeSet<&str> = document.outer.iter().map(|(key, _)| key.as_str()).collect();
            if plan.format.shape == Shape::Rows && !keys.is_empty() {
                let keys = keys.into_iter().take(OUTER_NAMED).collect::<Vec<_>>().join("', '");
                notes.push(format!("'{name}': fields around the rows are not loaded: '{keys}'"));
            }
        }
        if counts.left_out > 0 {
            let left_out = counts.left_out;
            notes.push(format!("'{name}': STIX objects left out, since they are no indicators: {left_out}"));
        }
        if counts.elsewhere > 0 {
            let elsewhere = count(counts.elsewhere, "record");
            notes.push(format!(
                "'{name}': {elsewhere} of workloads that Sentinel's {} does not have, as OfficeWorkload says",
                audit::TABLE
            ));
        }
        if plan.format.shape == Shape::Stix && counts.loaded == 0 {
            notes.push(format!("'{name}' has no indicator that could be loaded"));
        }
        notes
    }
}
