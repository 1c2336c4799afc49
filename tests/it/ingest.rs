//! Loading files: goldens of every shape (tests/cases/ingest: an input and what it becomes), nothing lost,
//! nothing twice. Into memory, so that no engine is needed.

mod goldens;
mod hostile;
mod lossless;
mod memory;
mod sample;
#[cfg(feature = "engine")]
mod shadows;
#[cfg(feature = "engine")]
mod store;
mod streams;
mod twice;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use kqlhunt::ingest::{Now, Options, Source, Summary, run};
use memory::Memory;

/// 2026-05-14T12:00:00Z.
pub const NOW: i64 = 639_143_568_000_000_000;

/// A folder for one test, with a place for the quarantine.
struct Bench {
    folder: tempfile::TempDir,
    sink: Memory,
    options: Options,
}

impl Bench {
    fn new() -> Bench {
        // Thousands of small files, each synced: in memory where there is such a place.
        let folder =
            tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("makes a folder");
        let quarantine = Some(folder.path().join("db.quarantine"));
        Bench {
            sink: Memory::default(),
            options: Options { now: NOW, quarantine, ..Options::default() },
            folder,
        }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("is inside")).expect("makes folders");
        std::fs::write(&path, content).expect("writes");
        path
    }

    fn load(&mut self, path: &Path) -> Summary {
        self.sources(&[Source::Path(path.into())])
    }

    fn sources(&mut self, sources: &[Source]) -> Summary {
        let go_on = &mut |_: &Now| ControlFlow::Continue(());
        let summary = run(&self.options, sources, &mut self.sink, go_on).expect("the sink does not fail");
        assert_eq!(summary.rows_in, summary.loaded + summary.quarantined + summary.blank);
        summary
    }

    /// The lines of all quarantine files of a load.
    fn quarantined(summary: &Summary) -> Vec<serde_json::Value> {
        let texts = summary.quarantine.iter().map(|path| std::fs::read_to_string(path).expect("reads"));
        texts
            .flat_map(|text| {
                text.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect::<Vec<_>>()
            })
            .collect()
    }
}

#[test]
fn the_clock_of_these_tests() {
    assert_eq!(kqlhunt::ticks::iso(NOW), "2026-05-14T12:00:00Z");
}
