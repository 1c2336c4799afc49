//! Loading files from inside: into the hunt file, which is let go of meanwhile.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use super::files::expanded;
use super::runner::{Runner, Source};
use crate::app::msg::{Loaded, Msg, ToLoad};
use crate::engine::{self, Cancel, Data, Engine};
use crate::ingest::{self, Summary};
use crate::sys::wall_clock;

/// A load tells how far it is this often.
const LOADING: Duration = Duration::from_millis(500);

impl Runner {
    /// Loads a file into the hunt file. While the data are in memory, into the default one, and goes on
    /// with that.
    pub fn perform_load(&self, engine: &mut Engine, source: &mut Source, wanted: &ToLoad, cancel: &Cancel) {
        let mut told = Instant::now();
        let mut tick = |now: &ingest::Now| {
            if told.elapsed() > LOADING {
                told = Instant::now();
                self.tell(Msg::Loading(format!("loading {}: {} rows", now.file, now.rows)));
            }
            if cancel.cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let sources = [ingest::Source::Path(expanded(&wanted.path))];
        let mut into = |file: &Path, limits: &engine::Options| {
            let options = ingest::Options {
                now: wall_clock(),
                table: wanted.table.clone(),
                quarantine: Some(ingest::quarantine_folder(file)),
                ..ingest::Options::default()
            };
            ingest::into_file(file, &options, limits, &sources, &mut tick)
        };
        let limits = source.options;
        let mut other = None;
        let loaded = match (&source.data, &source.fallback) {
            (Data::File(_), _) | (_, None) => engine.detached(|file| into(file, &limits)),
            (Data::Memory(_) | Data::Tables(_) | Data::Empty, Some(file)) => {
                let file = file.clone();
                into(&file, &limits).and_then(|summary| {
                    if summary.loaded + summary.identical == 0 {
                        return Ok(summary);
                    }
                    let data = Data::File(file.clone());
                    *engine = Engine::open(&data, &limits)?;
                    source.data = data;
                    other = Some(format!(
                        "the data are those of {} from here on; kqlhunt --sample opens the sample",
                        file.display()
                    ));
                    self.opened(engine, Some((file.display().to_string(), &source.data)));
                    Ok(summary)
                })
            }
        };
        let schema = Some(engine.schema());
        let told = |summary: Summary| Loaded {
            lines: lines(&summary).into_iter().chain(other).collect(),
            rows: summary.loaded,
        };
        let result = loaded.map(told).map_err(|error| error.to_string());
        self.tell(Msg::Loaded { result, schema });
    }
}

/// What a load did, as lines: counts first, then whatever was not loaded as it was.
fn lines(summary: &Summary) -> Vec<String> {
    let Summary { files, rows_in, loaded, quarantined, blank, .. } = summary;
    let mut lines = vec![
        format!("{files} files loaded, {} loaded before", summary.identical),
        format!("{rows_in} rows in = {loaded} loaded + {quarantined} quarantined + {blank} blank"),
    ];
    lines.extend(summary.tables.iter().map(|(table, rows)| format!("  {table}  {rows}")));
    for (count, what) in [
        (summary.kept_aside, "values do not fit their column; they are in Extra_"),
        (summary.without_column, "fields have no column; they are in Extra_"),
        (summary.surrogates, "dynamic values hold half a character; they are stored as strings"),
    ] {
        if count > 0 {
            lines.push(format!("{count} {what}"));
        }
    }
    lines.extend(summary.reasons.iter().map(|reason| format!("quarantined: {reason}")));
    lines.extend(summary.quarantine.iter().map(|file| format!("quarantine file: {}", file.display())));
    lines.extend(summary.failed.iter().map(|(file, why)| format!("not loaded: {file}: {why}")));
    lines.extend(summary.passed_over.iter().map(|(file, why)| format!("passed over: {file}: {why}")));
    lines.extend(summary.notes.iter().cloned());
    lines
}
