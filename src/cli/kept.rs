//! Results that a run read by name, such as `Last`: made again by the runs that made them.

use super::Global;
use super::exit::Failure;
use crate::compile::{Compiled, Looked, Options};
use crate::diag;
use crate::engine::{Cancel, Engine, Pick, ResultId, Sql};
use crate::journal::{Digest, Entry, KeptRun, Outcome, Verdict};

/// The results that a run reads, while it runs.
#[derive(Default)]
pub struct Kept {
    results: Vec<ResultId>,
    /// How they compare with what they were, where they are not the same.
    pub lines: Vec<String>,
}

impl Kept {
    /// Makes the results and gives them their names. What cannot be made is said, and has no name.
    pub fn made(
        global: &Global,
        engine: &mut Engine,
        entry: &Entry,
        cancel: &Cancel,
    ) -> Result<Kept, Failure> {
        let mut kept = Kept::default();
        let names = kept.behind(global, engine, entry, cancel)?;
        engine.handle().name_results(names);
        Ok(kept)
    }

    /// Names are free again, and so is what they stood for.
    pub fn forget(self, engine: &mut Engine) -> Result<(), Failure> {
        if self.results.is_empty() {
            return Ok(());
        }
        engine.handle().name_results(Vec::new());
        let mut reader = engine.handle().reader()?;
        self.results.into_iter().try_for_each(|result| Ok(reader.drop_result(result)?))
    }

    fn behind(
        &mut self,
        global: &Global,
        engine: &mut Engine,
        entry: &Entry,
        cancel: &Cancel,
    ) -> Result<Vec<(String, ResultId)>, Failure> {
        let mut names = Vec::new();
        for kept in &entry.kept {
            let below = self.behind(global, engine, &kept.run, cancel)?;
            engine.handle().name_results(below);
            match compiled(global, engine, &kept.run, cancel)? {
                Ok(made) => names.push((kept.name.clone(), self.keep(engine, kept, &made, cancel)?)),
                Err(why) => self.lines.push(format!("{} cannot be made: {why}", kept.name)),
            }
        }
        Ok(names)
    }

    fn keep(
        &mut self,
        engine: &mut Engine,
        kept: &KeptRun,
        made: &Compiled,
        cancel: &Cancel,
    ) -> Result<ResultId, Failure> {
        let id = ResultId(self.results.len() as u64 + 1);
        self.results.push(id);
        engine.store(id, &Sql::from(made), cancel, &mut |_| {})?;
        let mut digest = Digest::of(made);
        engine.handle().reader()?.rows(id, &Pick::default(), cancel, &mut |part| {
            digest.add(&part.rows);
            Ok(())
        })?;
        let verdict = kept
            .run
            .results
            .last()
            .map(|before| before.compared(&Outcome::new(made, digest, Looked::Nothing)));
        if let Some(verdict) = verdict.filter(|verdict| *verdict != Verdict::Same) {
            self.lines.push(format!("{}: {}", kept.name, verdict.words()));
        }
        Ok(id)
    }
}

/// What a run gave last, ready to run; or why it cannot.
fn compiled(
    global: &Global,
    engine: &mut Engine,
    run: &Entry,
    cancel: &Cancel,
) -> Result<Result<Compiled, String>, Failure> {
    let folders = global.folders();
    let Some(options) = run.options() else { return Ok(Err(format!("its clock is no time: {}", run.clock))) };
    let options = Options { outside: folders.listing(), ..options };
    let mut found = folders.supply(engine, &run.query, &options).map_err(Failure::supply)?;
    let mut results = Vec::new();
    if !diag::any_error(&found) {
        let compilation = engine.compile(&run.query, &options, cancel)?;
        found.extend(compilation.diagnostics);
        results = compilation.results;
    }
    let first = found.into_iter().find(|one| one.is_error()).map(|one| one.message);
    Ok(results.pop().ok_or_else(|| first.unwrap_or_else(|| "there is no query in the text".into())))
}
