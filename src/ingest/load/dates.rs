//! In which order the dates of a file were meant, as all of it shows: of one that has grown, the part too that was
//! loaded before. Stores nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::{Job, Outcome, Progress};
use crate::error::{Error, Result};
use crate::ingest::Tick;
use crate::ingest::chunk::Chunks;
use crate::ingest::known::looked;
use crate::ingest::parse::{Parser, Plan};
use crate::ingest::time::{DateOrder, Evidence};

impl Job<'_> {
    /// Whether dates with slashes were read in the order that the file itself shows.
    pub(super) fn settle(
        &self,
        plan: &Plan,
        chunks: &Chunks,
        progress: &mut Progress,
        tick: Tick<'_>,
    ) -> Result<Outcome> {
        // Once the day comes first, the file has shown it.
        let settled = self.options.date_order.is_some() || plan.order == DateOrder::DayFirst;
        if settled || !progress.evidence.slashes {
            return Ok(Outcome::Done);
        }
        if chunks.goes_on() {
            return Err(Error::message(
                "it has grown since it was loaded, and can be read only once, so that its earlier dates cannot be \
                 asked for their order; say it with --date-order",
            ));
        }
        let earlier = self.earlier(plan, tick)?;
        let order = order(earlier, progress.evidence).map_err(Error::message)?;
        progress.evidence.merge(earlier);
        Ok(if order == plan.order { Outcome::Done } else { Outcome::DayFirst })
    }

    /// What the dates show of the part that was loaded before.
    fn earlier(&self, plan: &Plan, tick: Tick<'_>) -> Result<Evidence> {
        let mut evidence = Evidence::default();
        if self.resume == 0 {
            return Ok(evidence);
        }
        let mut layouts = plan.layouts.clone();
        for layout in &mut layouts {
            // What had no column then has none now, and nothing is stored.
            layout.grows = false;
            layout.shadows.clear();
        }
        let (format, naming, feed) = (plan.format.clone(), plan.naming.clone(), plan.feed.clone());
        let (order, notes) = (plan.order, Vec::new());
        let plan = Plan { format, naming, layouts, feed, order, scouted: true, notes };
        // A counter of its own: the other one tells whether the file was read to its end.
        let read = Arc::<AtomicU64>::default();
        let mut chunks = Chunks::new(self.input.open(&read)?, plan.format.cutter(), 0);
        let mut parser = Parser::new(&plan);
        while let Some(mut chunk) = chunks.next()?
            && chunk.offset < self.resume
        {
            looked(self.input, &read, tick)?;
            let offset = chunk.offset;
            chunk.records.retain(|record| offset + (record.start as u64) < self.resume);
            evidence.merge(parser.parse(&chunk).evidence);
        }
        Ok(evidence)
    }
}

/// The order that the dates of a file show, or why none can be told. `earlier` are those that were loaded before.
fn order(earlier: Evidence, new: Evidence) -> std::result::Result<DateOrder, &'static str> {
    let guessed = earlier.slashes && !earlier.day_first && !earlier.month_first;
    let (mut all, settled) = (new, !(new.day_first && new.month_first));
    all.merge(earlier);
    match (all.day_first, all.month_first) {
        (true, true) if settled && earlier.day_first && !earlier.month_first => Err(
            "its new part has dates with the month first, the part that was loaded before has the day first; say \
             with --date-order which the new part has",
        ),
        (true, true) if settled && earlier.month_first && !earlier.day_first => Err(
            "its new part has dates with the day first, the part that was loaded before has the month first; say \
             with --date-order which the new part has",
        ),
        (true, true) => Err(
            "it has dates with the month first and others with the day first; say which with --date-order",
        ),
        (true, false) if guessed => Err(
            "its new part shows that the day comes first; the part that was loaded before does not, and was read as \
             month/day/year unless --date-order said otherwise: load the whole file into a new database, or its new \
             part alone with --date-order day-first",
        ),
        (true, false) => Ok(DateOrder::DayFirst),
        (false, _) => Ok(DateOrder::MonthFirst),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_part_has_its_say() {
        let evidence = |day_first, month_first| Evidence { slashes: true, day_first, month_first };
        let (none, open) = (Evidence::default(), evidence(false, false));
        let (day, month, both) = (evidence(true, false), evidence(false, true), evidence(true, true));
        let first = |earlier, new| order(earlier, new).ok();
        for (earlier, new) in [(none, open), (none, month), (open, month), (month, open), (open, open)] {
            assert_eq!(first(earlier, new), Some(DateOrder::MonthFirst), "{earlier:?} {new:?}");
        }
        for (earlier, new) in [(none, day), (day, open), (day, day)] {
            assert_eq!(first(earlier, new), Some(DateOrder::DayFirst), "{earlier:?} {new:?}");
        }
        for (earlier, new, said) in [
            (none, both, "others with the day first"),
            (both, open, "others with the day first"),
            (day, month, "before has the day first"),
            (month, day, "before has the month first"),
            (open, day, "unless --date-order said otherwise"),
        ] {
            assert!(order(earlier, new).is_err_and(|why| why.contains(said)), "{earlier:?} {new:?}");
        }
    }
}
