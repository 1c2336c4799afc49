//! Chunks into batches: what one worker thread does. Stores nothing itself.

use std::collections::HashMap;

use super::adapter::Format;
use super::cell::Reading;
use super::chunk::Chunk;
use super::cut::What;
use super::json::Field;
use super::misfit::Misfits;
use super::naming::{Naming, Said};
use super::quarantine::Bad;
use super::read::{Place, Reader, Target, bad};
use super::rows::{Aside, Builder, Grows, Item, Layout};
use super::stix::Feed;
use super::time::{DateOrder, Evidence};
use crate::batch::Batch;
use crate::schema::Trust;

/// All that decides how a file is read.
pub struct Plan {
    pub format: Format,
    pub naming: Naming,
    pub layouts: Vec<Layout>,
    pub order: DateOrder,
    pub feed: Feed,
    /// The file was looked through: there is nothing left to learn of its tables.
    pub scouted: bool,
    /// What that showed and the user should know, one sentence each.
    pub notes: Vec<String>,
}

/// What became of a chunk.
pub struct Parsed {
    pub number: u64,
    /// As of its chunk.
    pub anew: bool,
    /// Rows by the index of their layout.
    pub batches: Vec<(usize, Batch)>,
    /// How far the shadows of each batch can be trusted, in the order of the batches.
    pub trusts: Vec<Vec<Trust>>,
    pub bad: Vec<Bad>,
    pub counts: Counts,
    pub evidence: Evidence,
    pub misfits: Misfits,
    /// A table or a column is not in the plan.
    pub grows: bool,
}

/// `rows_in` is the sum of the next three, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub rows_in: u64,
    pub loaded: u64,
    pub quarantined: u64,
    pub blank: u64,
    pub aside: Aside,
    /// Dynamics kept as JSON strings of themselves.
    pub surrogates: u64,
    /// STIX objects that are no indicators.
    pub left_out: u64,
    /// Audit records of workloads that Sentinel's table does not have; they are loaded.
    pub elsewhere: u64,
}

impl Counts {
    pub fn add(&mut self, other: &Counts) {
        self.rows_in += other.rows_in;
        self.loaded += other.loaded;
        self.quarantined += other.quarantined;
        self.blank += other.blank;
        self.aside.misfits += other.aside.misfits;
        self.aside.unknown += other.aside.unknown;
        self.surrogates += other.surrogates;
        self.left_out += other.left_out;
        self.elsewhere += other.elsewhere;
    }
}

/// Parses chunks, one after the other.
pub struct Parser<'p> {
    plan: &'p Plan,
    reader: Reader<'p>,
    rows: Rows<'p>,
}

struct Rows<'p> {
    plan: &'p Plan,
    index: HashMap<&'p str, usize>,
    builders: Vec<Option<Builder<'p>>>,
    reading: Reading,
    counts: Counts,
    bad: Vec<Bad>,
}

impl<'p> Parser<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        let index = plan.layouts.iter().enumerate().map(|(at, layout)| (layout.table.as_str(), at)).collect();
        let rows = Rows {
            plan,
            index,
            builders: plan.layouts.iter().map(|_| None).collect(),
            reading: Reading::new(plan.order),
            counts: Counts::default(),
            bad: Vec::new(),
        };
        Parser { plan, reader: Reader::new(&plan.format.shape, &plan.feed), rows }
    }

    pub fn parse(&mut self, chunk: &Chunk) -> Parsed {
        let mut grows = false;
        for record in &chunk.records {
            let raw = &chunk.bytes[record.start..record.end];
            let place = Place { line: record.line, offset: chunk.offset + record.start as u64 };
            match &record.what {
                What::Blank => {
                    self.rows.counts.rows_in += 1;
                    self.rows.counts.blank += 1;
                }
                What::Broken { reason, cut } => {
                    let found = bad(raw, place, reason.clone());
                    self.rows.bad(Bad { cut: *cut || found.cut, ..found });
                }
                What::Row => {
                    if self.reader.read(raw, place, &mut self.rows).is_err() {
                        grows = true;
                        break;
                    }
                }
            }
        }
        let rows = &mut self.rows;
        let mut counts = std::mem::take(&mut rows.counts);
        let reading = std::mem::replace(&mut rows.reading, Reading::new(self.plan.order));
        counts.surrogates = reading.surrogates;
        counts.elsewhere = std::mem::take(&mut self.reader.elsewhere);
        let builders = rows.builders.iter_mut().enumerate();
        let batches = builders.filter_map(|(at, builder)| {
            let builder = builder.as_mut().filter(|builder| builder.rows() > 0)?;
            Some(((at, builder.take()), builder.trusts.clone()))
        });
        let (batches, trusts) = batches.unzip();
        Parsed {
            number: chunk.number,
            anew: chunk.anew,
            batches,
            trusts,
            bad: std::mem::take(&mut rows.bad),
            counts,
            evidence: reading.evidence,
            misfits: reading.misfits,
            grows,
        }
    }
}

impl Target for Rows<'_> {
    fn row(&mut self, said: &Said<'_>, items: &[Item<'_>]) -> Result<Option<&'static str>, Grows> {
        let table = match self.plan.naming.table(said) {
            Ok(table) => table,
            Err(reason) => return Ok(Some(reason)),
        };
        let Some(at) = self.index.get(table).copied() else {
            return if self.plan.scouted { Ok(Some("the file names too many tables")) } else { Err(Grows) };
        };
        let layout = &self.plan.layouts[at];
        let builder = self.builders[at].get_or_insert_with(|| Builder::new(layout));
        builder.row(items, &mut self.reading, &mut self.counts.aside)?;
        self.counts.rows_in += 1;
        self.counts.loaded += 1;
        Ok(None)
    }

    fn bad(&mut self, bad: Bad) {
        self.counts.rows_in += 1;
        self.counts.quarantined += 1;
        self.bad.push(bad);
    }

    fn other(&mut self, _: &str, _: &[Field]) {
        self.counts.left_out += 1;
    }
}
