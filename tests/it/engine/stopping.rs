//! Stopping runs, and asking how far they are.

use std::time::{Duration, Instant};

use kqlhunt::engine::{Cancel, Order, Pick, ResultId};
use kqlhunt::error::Error;
use kqlhunt::types::Type;
use kqlhunt::value::Value;

use super::{empty, fetch, one, sql};

/// Runs for minutes; executes almost at once.
const LONG: &str = "SELECT count(*) FROM range(3000000) a(x), range(3000000) b(y) WHERE x * 31 % 7 = y % 5";

#[test]
fn a_cancelled_run_ends_soon_wherever_it_is() {
    let mut engine = empty();
    let mut reader = engine.handle().reader().expect("connects");
    let wide = sql("SELECT range AS a FROM range(2000000)", &[Type::Long]);
    engine.store(ResultId(5), &wide, &Cancel::new(), &mut |_| ()).expect("stores");
    for wait_ms in [0, 1, 5, 200] {
        for kind in 0..4 {
            let cancel = Cancel::new();
            let asked = std::thread::spawn({
                let cancel = cancel.clone();
                move || {
                    std::thread::sleep(Duration::from_millis(wait_ms));
                    cancel.cancel();
                }
            });
            let long = sql(LONG, &[Type::Long]);
            let order = Pick { order: vec![Order { column: 0, ascending: false }], ..Pick::default() };
            let outcome = match kind {
                0 => engine.fetch(&long, &cancel).map(drop),
                1 => engine.store(ResultId(6), &long, &cancel, &mut |_| ()).map(drop),
                2 => {
                    let endless =
                        sql("SELECT x FROM range(3000000) a(x), range(3000000) b(y)", &[Type::Long]);
                    engine.stream(&endless, &cancel, &mut |_| Ok(()))
                }
                _ => loop {
                    // Sorting takes less than the longest wait; reading goes on.
                    if let Err(error) = reader.rows(ResultId(5), &order, &cancel, &mut |_| Ok(())) {
                        break Err(error);
                    }
                },
            };
            asked.join().expect("cancels");
            assert!(matches!(outcome, Err(Error::Cancelled)), "{kind}: {outcome:?}");
        }
    }
    assert_eq!(one(&mut engine, "1", Type::Long).expect("still runs"), Value::Long(1));
    let kept = fetch(
        &mut engine,
        "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'r%'",
        &[Type::String],
    );
    assert_eq!(kept.expect("runs"), [[Value::String("r5".into())]]);
}

#[test]
fn first_rows_are_not_held_back_until_there_are_more() {
    let mut engine = empty();
    let cancel = Cancel::new();
    let endless = "SELECT x FROM range(1000000000000) a(x) WHERE x < 100 OR sha256(x::VARCHAR) = ''";
    let (mut seen, progress) = (0, engine.progress());
    std::thread::spawn({
        let cancel = cancel.clone();
        move || {
            std::thread::sleep(Duration::from_secs(30));
            cancel.cancel();
        }
    });
    let outcome = engine.store(ResultId(1), &sql(endless, &[Type::Long]), &cancel, &mut |grid| {
        seen += grid.rows.len();
        if seen == 100 {
            cancel.cancel();
        }
    });
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    assert_eq!((seen, progress.rows()), (100, 100));
}

#[test]
fn a_stuck_engine_can_be_left_for_another() {
    let mut stuck = empty();
    let (handle, cancel) = (stuck.handle(), Cancel::new());
    let worker = std::thread::spawn({
        let cancel = cancel.clone();
        move || stuck.fetch(&sql(LONG, &[Type::Long]), &cancel)
    });
    std::thread::sleep(Duration::from_millis(50));
    let mut other = handle.engine().expect("connects");
    assert_eq!(one(&mut other, "1", Type::Long).expect("runs"), Value::Long(1));
    assert!(!worker.is_finished());
    cancel.cancel();
    assert!(matches!(worker.join().expect("ends"), Err(Error::Cancelled)));
}

#[test]
fn no_moment_loses_a_cancel() {
    let mut engine = empty();
    // DuckDB forgets an interrupt that comes just before it plans or executes. A forgotten one lets this
    // query end by itself, after some seconds.
    let slow = "SELECT count(*) FROM range(300000) a(x), range(30000) b(y) WHERE x * 31 % 7 = y % 5";
    let slow = sql(slow, &[Type::Long]);
    for wait_us in (0..3000).step_by(10) {
        let cancel = Cancel::new();
        let asked = std::thread::spawn({
            let cancel = cancel.clone();
            move || {
                let start = Instant::now();
                while start.elapsed() < Duration::from_micros(wait_us) {
                    std::hint::spin_loop();
                }
                cancel.cancel();
            }
        });
        let outcome = engine.fetch(&slow, &cancel);
        assert!(matches!(outcome, Err(Error::Cancelled)), "after {wait_us} microseconds: {outcome:?}");
        asked.join().expect("cancels");
    }
}

#[test]
fn a_cancel_before_the_run_is_kept() {
    let mut engine = empty();
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(engine.fetch(&sql("SELECT 1", &[Type::Long]), &cancel), Err(Error::Cancelled)));
}

#[test]
fn progress_is_told_while_a_query_runs() {
    let mut engine = empty();
    let wide = sql("SELECT range AS a FROM range(3000000)", &[Type::Long]);
    engine.store(ResultId(1), &wide, &Cancel::new(), &mut |_| ()).expect("stores");
    let mut second = engine.handle().engine().expect("connects");
    let progress = second.progress();
    assert_eq!(progress.fraction(), None);
    let worker = std::thread::spawn(move || {
        let text = "SELECT sum(length(repeat(c0::VARCHAR, 20))) FROM memory.result.r1";
        fetch(&mut second, text, &[Type::Long])
    });
    let mut seen = Vec::new();
    while !worker.is_finished() {
        seen.extend(progress.fraction());
        std::thread::sleep(Duration::from_millis(2));
    }
    worker.join().expect("ends").expect("runs");
    assert!(seen.iter().all(|fraction| (0.0..=1.0).contains(fraction)));
    assert!(seen.iter().any(|fraction| *fraction > 0.0), "{seen:?}");
}
