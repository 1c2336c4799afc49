//! Which shadows the tables of a load get: those that the store has, and new ones that its first rows show.

use crate::batch::{Batch, Data};
use crate::error::Result;
use crate::ingest::chunk::{Chunk, Chunks};
use crate::ingest::parse::{Parsed, Parser, Plan};
use crate::ingest::sink::Sink;
use crate::ingest::varied;
use crate::schema::Trust;

use super::{SHADOWS_MAX, choose, is_list};

/// So many chunks are looked at to choose shadows, when they hold so many rows of a table.
const SAMPLE_CHUNKS: usize = 4;
const SAMPLE_MIN: usize = 500;
/// A table of more rows gets no further shadows.
const FILLED_MAX: u64 = 1_000_000;

/// The chunks from which the shadows of new tables are chosen.
pub fn first_chunks(chunks: &mut Chunks) -> Result<Vec<Chunk>> {
    let mut head = Vec::new();
    while head.len() < SAMPLE_CHUNKS
        && let Some(chunk) = chunks.next()?
    {
        head.push(chunk);
    }
    Ok(head)
}

/// Gives the layouts the shadows that the store has, and new ones where the first rows show what for. What is
/// stored already must be filled for those, so that a table that has grown large gets none. Notes which columns
/// have varied texts, too.
pub fn plan_storage(plan: &mut Plan, head: &[Chunk], sink: &dyn Sink) -> Result<()> {
    plan.layouts.iter_mut().for_each(|layout| layout.shadows.clear());
    let mut parser = Parser::new(plan);
    let sample: Vec<Parsed> = head.iter().map(|chunk| parser.parse(chunk)).collect();
    let schema = sink.schema()?;
    for (at, layout) in plan.layouts.iter_mut().enumerate() {
        let batches: Vec<&Batch> = sample
            .iter()
            .flat_map(|parsed| &parsed.batches)
            .filter(|(of, _)| *of == at)
            .map(|(_, b)| b)
            .collect();
        varied::note(layout, &batches);
        let rows: usize = batches.iter().map(|batch| batch.rows).sum();
        // Asked only where it matters: a store may have hundreds of tables.
        let filled = if rows >= SAMPLE_MIN { Some(sink.rows(&layout.table)?) } else { None };
        let grows = filled.is_some_and(|filled| filled <= FILLED_MAX);
        let stored = schema.table(&layout.table);
        for column in layout.dynamics().collect::<Vec<_>>() {
            let stored = stored.and_then(|table| table.column(&layout.names[column]));
            let known = stored.map_or([].as_slice(), |column| &column.shadows);
            let texts = batches.iter().filter_map(|batch| match &batch.columns[column].data {
                Data::Text(texts) => Some((0..texts.ends.len()).filter_map(|row| texts.get(row))),
                Data::Bool(_) | Data::Int(_) | Data::Long(_) | Data::Real(_) | Data::Texts(_) => None,
            });
            let mut new = if grows { choose(texts.flatten()) } else { Vec::new() };
            new.retain(|new| known.iter().all(|known| known.path != new.path));
            // Lists are not filled for rows that are stored already.
            new.retain(|new| filled == Some(0) || !is_list(&new.path));
            new.truncate(SHADOWS_MAX.saturating_sub(known.len()));
            let usable = known.iter().filter(|shadow| shadow.trust != Trust::None).cloned();
            layout.shadows.extend(usable.chain(new).map(|shadow| (column, shadow)));
        }
    }
    Ok(())
}
