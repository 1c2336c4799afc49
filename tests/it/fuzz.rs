//! What fuzzing found once is replayed, and generated queries hold what every text must hold.

use std::fs;

#[path = "../../fuzz/src/checks.rs"]
pub mod checks;
#[path = "../../fuzz/src/generate/mod.rs"]
pub mod generate;

use generate::{Random, query};

/// Less than any thread of ours has.
const STACK_BYTES: usize = 512 << 10;

fn on_a_small_stack(check: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(check).expect("starts");
    thread.join().expect("holds");
}

#[test]
fn the_corpus_holds() {
    let corpus = crate::project("fuzz/corpus");
    let mut count = 0;
    for (target, check) in checks::TARGETS {
        for entry in fs::read_dir(corpus.join(target)).expect("is there") {
            let path = entry.expect("lists").path();
            let text = String::from_utf8_lossy(&fs::read(&path).expect("reads")).into_owned();
            count += 1;
            println!("{}", path.display());
            on_a_small_stack(move || check(&text));
        }
    }
    assert!(count > 20, "{count} texts in {}", corpus.display());
}

#[test]
fn generated_queries_hold() {
    on_a_small_stack(|| {
        for seed in 0..300 {
            let text = query(&mut Random::new(seed));
            for (_, check) in checks::TARGETS {
                checks::run(*check, &text);
            }
        }
    });
}

/// The SQL of generated queries is prepared and run on empty tables, and on the rows that stand in them.
#[cfg(feature = "engine")]
mod engine {
    use std::sync::Arc;

    use kqlhunt::compile::Options;
    use kqlhunt::engine::{self, Cancel, Data, Engine, Sql};
    use kqlhunt::error::Error;

    use super::checks::SCHEMA;
    use super::generate::{Random, query};

    /// Runs the queries of these seeds; gives how many of them are right, and what DuckDB refused.
    fn run(seeds: std::ops::Range<u64>) -> (usize, Vec<String>) {
        let options = engine::Options { memory_bytes: Some(1 << 30), ..engine::Options::default() };
        let mut engine = Engine::open(&Data::Tables(Arc::new(SCHEMA.clone())), &options).expect("opens");
        let (mut translated, mut refused) = (0, Vec::new());
        for seed in seeds {
            let text = query(&mut Random::new(seed));
            let options = Options { now: 639_143_568_000_000_000, ..Options::default() };
            let compilation = match engine.compile(&text, &options, &Cancel::new()) {
                Ok(compilation) => compilation,
                Err(Error::Engine { message, .. }) => {
                    refused.push(format!("seed {seed}: {message}\n{text}\n"));
                    continue;
                }
                // A question to the data met a mistake of the query.
                Err(_) => continue,
            };
            for compiled in compilation.results {
                translated += 1;
                if let Err(Error::Engine { message, .. }) =
                    engine.fetch(&Sql::from(&compiled), &Cancel::new())
                {
                    refused.push(format!("seed {seed}: {message}\n{text}\n"));
                }
            }
        }
        (translated, refused)
    }

    #[test]
    fn generated_queries_run() {
        let (translated, refused) = run(0..400);
        assert!(translated > 100, "only {translated} are right");
        assert!(refused.is_empty(), "{} of {translated}\n\n{}", refused.len(), refused.join("\n"));
    }

    /// From seed `KQLHUNT_SEED` on, until 100,000 are translated.
    #[test]
    #[ignore = "takes an hour in a debug build"]
    fn a_hundred_thousand_generated_queries_run() {
        let first = std::env::var("KQLHUNT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
        let wanted = std::env::var("KQLHUNT_COUNT").ok().and_then(|count| count.parse().ok());
        let (mut seed, mut translated, mut refused) = (first, 0, Vec::new());
        while translated < wanted.unwrap_or(100_000) && refused.len() < 300 {
            let (more, found) = run(seed..seed + 2_000);
            seed += 2_000;
            translated += more;
            refused.extend(found);
            eprintln!("{translated} translated, {} refused, seed {seed}", refused.len());
        }
        assert!(refused.is_empty(), "{} of {translated}\n\n{}", refused.len(), refused.join("\n"));
    }
}
