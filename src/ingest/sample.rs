//! The sample data that the program holds: the files of sample-data/, loaded as any other file is.

use std::ops::ControlFlow;

use super::{Options, Sink, Source, Summary, run};
use crate::error::Result;

/// One shipped file.
pub struct SampleFile {
    pub name: &'static str,
    pub bytes: &'static [u8],
    /// When its indicators were ingested, in ticks; the clock for files that hold none.
    pub ingested_at: i64,
}

/// 2026-05-14T12:00:00Z: the time at which the sample's story is told.
pub const CLOCK: i64 = 639_143_568_000_000_000;
const DAY: i64 = crate::ticks::DAY;
const SIX_HOURS: i64 = 6 * crate::ticks::HOUR;

macro_rules! shipped {
    ($name:literal, $ingested_at:expr) => {
        SampleFile {
            name: $name,
            bytes: include_bytes!(concat!("../../sample-data/", $name)),
            ingested_at: $ingested_at,
        }
    };
}

/// In the order in which they are loaded. Bundles come at six in the morning of the day in their name.
pub const FILES: &[SampleFile] = &[
    shipped!("cloud-app-events.jsonl", CLOCK),
    shipped!("office-activity.jsonl", CLOCK),
    shipped!("threat-intel-2026-04-20.json", CLOCK - 24 * DAY - SIX_HOURS),
    shipped!("threat-intel-2026-05-06.json", CLOCK - 8 * DAY - SIX_HOURS),
    shipped!("threat-intel-2026-05-13.json", CLOCK - DAY - SIX_HOURS),
];

/// Loads every file; gives one summary a file.
pub fn load(sink: &mut dyn Sink) -> Result<Vec<Summary>> {
    let each = FILES.iter().map(|file| {
        let options = Options { now: CLOCK, ingested_at: Some(file.ingested_at), ..Options::default() };
        let source = Source::Bytes { name: file.name.into(), bytes: file.bytes };
        run(&options, &[source], sink, &mut |_| ControlFlow::Continue(()))
    });
    each.collect()
}

/// Fills an empty store with the sample and its clock.
#[cfg(feature = "engine")]
pub fn fill(store: &mut crate::engine::store::Store) -> Result<()> {
    load(store)?;
    store.set_clock(CLOCK)
}
